//! What is kept beside the index, so that it need not be made for each change.

use gitops_health_history::{Error, History, MADE_FROM_IT};
use sha2::{Digest, Sha256};

use crate::RiskParams;
use crate::metric::{METRICS, VERSION};
use crate::model::Model;

/// All that an answer depends on, as a digest.
pub(super) type Key = [u8; 32];

/// So many of each kind are kept at the same time.
const KEPT: u8 = 16;

/// The key of what depends on how changes are measured, on the history, on the model and on which kinds files are of, besides what
/// is hashed into it already.
pub(super) fn key(
    mut hasher: Sha256,
    history: &History,
    params: &RiskParams,
    model: &Model,
) -> Key {
    hasher.update(VERSION.to_le_bytes());
    for metric in METRICS {
        hasher.update(metric.id);
        hasher.update([0]);
    }
    hasher.update(history.settings_digest());
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

/// What was kept under a key, read; else it is made, and kept as it is written, if it is.
pub(super) fn kept_or_made<T, E: From<Error>>(
    history: &History,
    (what, most_bytes): (&str, usize),
    key: &Key,
    read: impl FnOnce(&[u8]) -> Option<T>,
    make: impl FnOnce() -> Result<T, E>,
    write: impl FnOnce(&T) -> Option<Vec<u8>>,
) -> Result<T, E> {
    let name = format!("{MADE_FROM_IT}{what}-{}", key[0] % KEPT);
    // Whatever is wrong with what was kept, it can be made again.
    let kept = history.read_beside(&name, most_bytes + 64).ok().flatten();
    if let Some(read) = kept.and_then(|kept| read(content(&kept, key)?)) {
        return Ok(read);
    }
    let made = make()?;
    let Some(content) = write(&made) else { return Ok(made) };
    let mut bytes = key.to_vec();
    bytes.extend(content);
    let sum: [u8; 32] = Sha256::digest(&bytes).into();
    bytes.extend_from_slice(&sum);
    // Who can't keep it makes it anew each time.
    let _ = history.keep_beside(&name, &bytes);
    Ok(made)
}

/// What stands between the key and the sum; `None` where it is damaged or answers another question.
fn content<'a>(bytes: &'a [u8], key: &Key) -> Option<&'a [u8]> {
    let (content, sum) = bytes.split_last_chunk::<32>()?;
    let is_whole = Sha256::digest(content)[..] == sum[..];
    content.strip_prefix(key).filter(|_| is_whole)
}
