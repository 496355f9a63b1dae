//! The second step: most files that move keep their base name.

use std::collections::HashMap;

use super::gauge::{Gauge, Halt};
use super::similarity::{MAX_SCORE, MINIMUM_SCORE};
use super::{Blobs, Entry, Files};

/// What a pair found by its name must reach: halfway between the usual minimum and identity
/// (git's default for `GIT_BASENAME_FACTOR`), since no other source is compared.
const NAME_MINIMUM: u32 = MINIMUM_SCORE + (MAX_SCORE - MINIMUM_SCORE) / 2;

/// Pairs what is similar enough among files whose base name is unique among the sources left and
/// among the destinations left.
pub(super) fn pair<B: Blobs>(
    files: &mut Files<'_>,
    gauge: &mut Gauge<'_, B>,
) -> Result<(), Halt<B::Error>> {
    let sources = files.open_sources();
    let old_names = unique(sources.iter().map(|at| (*at, files.sources[*at].entry)));
    let new_names =
        unique(files.open_destinations().into_iter().map(|at| (at, files.destinations[at].entry)));
    for source in sources {
        let old = files.sources[source].entry;
        let name = old.path.file_name();
        let Some(Some(destination)) = new_names.get(name) else { continue };
        if old_names[name].is_none() {
            continue;
        }
        let new = files.destinations[*destination].entry;
        let score = gauge.similarity(old, new, NAME_MINIMUM)?;
        if score >= NAME_MINIMUM {
            files.claim(source, *destination, score);
        }
    }
    Ok(())
}

/// The position of the only file with a base name, `None` for a name that several have.
fn unique<'a>(
    entries: impl Iterator<Item = (usize, &'a Entry)>,
) -> HashMap<&'a [u8], Option<usize>> {
    let mut names = HashMap::new();
    for (position, entry) in entries {
        names
            .entry(entry.path.file_name())
            .and_modify(|only| *only = None)
            .or_insert(Some(position));
    }
    names
}
