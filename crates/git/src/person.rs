use std::fmt;

use bstr::BString;

use crate::time::ZonedTime;

/// Someone named in a commit. Bytes, because git asks for no encoding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person {
    /// The name, which may be empty.
    pub name: BString,
    /// The e-mail address without its angle brackets, which may be empty.
    pub email: BString,
}

/// Who did something and when they say they did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The person.
    pub person: Person,
    /// The time, in the zone that the person's clock was set to.
    pub time: ZonedTime,
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} <{}>", self.name, self.email)
    }
}
