use gitops_health_git::ObjectId;
use gitops_health_history::{Error, History, MADE_FROM_IT};
use sha2::{Digest, Sha256};

use crate::RiskParams;
use crate::metric::{METRICS, Reference, Row, VERSION};
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

/// So many are kept at the same time.
const KEPT: u8 = 16;

/// What is kept of one commit: its id, its row and what the model says.
const BYTES: usize = 20 + 8 * METRICS.len() + 8;

const MOST_BYTES: usize = 64 + 1_000 * BYTES;

impl Compared {
    /// The last commits up to one, which is one of them.
    pub fn up_to(
        history: &History,
        last: ObjectId,
        params: &RiskParams,
        model: &Model,
    ) -> Result<Self, Error> {
        let key = key(history, last, params, model);
        let name = format!("{MADE_FROM_IT}compared-{}", key[0] % KEPT);
        // Whatever is wrong with what was kept, it can be made again.
        let kept = history.read_beside(&name, MOST_BYTES).ok().flatten();
        if let Some(kept) = kept.and_then(|kept| Self::read(&kept, &key)) {
            return Ok(kept);
        }
        let reference = Reference::measure(history, last, params)?;
        let margins = reference.commits.iter().map(|(_, row)| model.margin(row)).collect();
        let made = Self { reference, margins };
        // Who can't keep it makes it anew each time.
        let _ = history.keep_beside(&name, &made.written(&key));
        Ok(made)
    }

    fn written(&self, key: &[u8; 32]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 + self.margins.len() * BYTES);
        bytes.extend_from_slice(key);
        for ((id, row), margin) in self.reference.commits.iter().zip(&self.margins) {
            bytes.extend_from_slice(id.as_bytes());
            for value in row.iter().chain([margin]) {
                bytes.extend_from_slice(&value.to_bits().to_le_bytes());
            }
        }
        let sum: [u8; 32] = Sha256::digest(&bytes).into();
        bytes.extend_from_slice(&sum);
        bytes
    }

    /// What was written; `None` where it is damaged or answers another question.
    fn read(bytes: &[u8], key: &[u8; 32]) -> Option<Self> {
        let (content, sum) = bytes.split_last_chunk::<32>()?;
        let commits = content.strip_prefix(key)?;
        if Sha256::digest(content)[..] != sum[..] || !commits.len().is_multiple_of(BYTES) {
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

/// All that the answer depends on.
fn key(history: &History, last: ObjectId, params: &RiskParams, model: &Model) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(VERSION.to_le_bytes());
    for metric in METRICS {
        hasher.update(metric.id);
        hasher.update([0]);
    }
    hasher.update(history.settings_digest());
    hasher.update(last.as_bytes());
    hasher.update(model.digest());
    for (kind, _, patterns) in params.config.kind_paths.all() {
        hasher.update(format!("{kind:?}\0"));
        for pattern in patterns {
            hasher.update(pattern);
            hasher.update([0]);
        }
    }
    hasher.finalize().into()
}
