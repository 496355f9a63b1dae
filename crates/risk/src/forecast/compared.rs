use gitops_health_git::ObjectId;
use gitops_health_history::{Error, History};
use sha2::{Digest, Sha256};

use super::kept;
use crate::RiskParams;
use crate::metric::{METRICS, Reference, Row};
use crate::model::Model;

/// The last commits of a repository, which a change is compared with, and what the model says of each.
///
/// They are those up to a commit that many changes have in common, and kept beside the index, so that they
/// need not be measured for each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compared {
    /// The commits, the oldest first, and what was measured of each.
    pub reference: Reference,
    /// The logarithm of the odds that the model gives each.
    pub margins: Vec<f64>,
}

/// What is kept of one commit: its id, its row and what the model says.
const BYTES: usize = 20 + 8 * METRICS.len() + 8;

const MOST_BYTES: usize = 1_000 * BYTES;

impl Compared {
    /// The last commits up to one, which is one of them.
    pub fn up_to(
        history: &History,
        last: ObjectId,
        params: &RiskParams,
        model: &Model,
    ) -> Result<Self, Error> {
        let hasher = Sha256::new().chain_update(last.as_bytes());
        let key = kept::key(hasher, history, params, model);
        let make = || -> Result<Self, Error> {
            let reference = Reference::measure(history, last, params)?;
            let margins = reference.commits.iter().map(|(_, row)| model.margin(row)).collect();
            Ok(Self { reference, margins })
        };
        let write = |made: &Self| Some(made.written());
        kept::kept_or_made(history, ("compared", MOST_BYTES), &key, Self::read, make, write)
    }

    fn written(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.margins.len() * BYTES);
        for ((id, row), margin) in self.reference.commits.iter().zip(&self.margins) {
            bytes.extend_from_slice(id.as_bytes());
            for value in row.iter().chain([margin]) {
                bytes.extend_from_slice(&value.to_bits().to_le_bytes());
            }
        }
        bytes
    }

    /// What was written; `None` where it is something else.
    fn read(commits: &[u8]) -> Option<Self> {
        if !commits.len().is_multiple_of(BYTES) {
            return None;
        }
        let mut read = Self::default();
        for commit in commits.chunks_exact(BYTES) {
            let (id, values) = commit.split_first_chunk::<20>()?;
            let (values, _) = values.as_chunks::<8>();
            let mut row: Row =
                values.iter().map(|value| f64::from_bits(u64::from_le_bytes(*value))).collect();
            read.margins.push(row.pop()?);
            read.reference.commits.push((ObjectId::from_bytes(*id), row));
        }
        Some(read)
    }
}
