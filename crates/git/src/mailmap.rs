//! placeholder
use crate::person::Person;
/// x
pub struct Mailmap;
impl Mailmap {
    /// x
    pub fn parse(_b: &[u8]) -> Self {
        Self
    }
    /// x
    pub fn resolve(&self, p: &Person) -> Person {
        p.clone()
    }
}
