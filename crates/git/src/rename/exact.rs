//! The first step: destinations whose content a source has too.

use std::collections::{HashMap, VecDeque};

use super::similarity::MAX_SCORE;
use super::{Entry, Files, same_name};
use crate::ObjectId;

/// How many sources of the same content git weighs for one destination before it takes the best
/// so far (the counter in `find_identical_files`): thousands of empty files are not worth more.
const ALTERNATIVES: usize = 100;

/// Files with equal keys hold the same thing. An executable file may become a plain one, but a
/// symbolic link or a submodule only pairs with its like.
type Key = (ObjectId, u32);

fn key(entry: &Entry) -> Key {
    (entry.id, entry.kind())
}

/// Gives each destination, in order, the best source with the same content.
pub(super) fn pair(files: &mut Files<'_>) {
    let mut sources_by_content: HashMap<Key, VecDeque<usize>> = HashMap::new();
    for (position, source) in files.sources.iter().enumerate() {
        let alike = sources_by_content.entry(key(source.entry)).or_default();
        if backwards(files.sources.len()) {
            alike.push_front(position);
        } else {
            alike.push_back(position);
        }
    }
    for destination in 0..files.destinations.len() {
        let wanted = key(files.destinations[destination].entry);
        let Some(alike) = sources_by_content.get_mut(&wanted) else { continue };
        let Some(place) = best(files, alike, destination) else { continue };
        files.claim(alike[place], destination, MAX_SCORE);
        if !files.copies {
            // Close to the front, so this moves few elements; and no later search meets it again.
            alike.remove(place);
        }
    }
}

/// The place in `alike` of the first source with the most points: one for not being claimed yet
/// and one for the same base name.
fn best(files: &Files<'_>, alike: &VecDeque<usize>, destination: usize) -> Option<usize> {
    let new = files.destinations[destination].entry;
    let mut best = None;
    for (place, position) in alike.iter().enumerate().take(ALTERNATIVES) {
        let source = &files.sources[*position];
        let points = u8::from(source.claims == 0) + u8::from(same_name(source.entry, new));
        if best.is_none_or(|(_, most)| points > most) {
            best = Some((place, points));
        }
        if points == 2 {
            break;
        }
    }
    best.map(|(place, _)| place)
}

/// Whether git meets the sources of one content in the reverse order of their paths.
///
/// Git keeps them in a hash table (hashmap.c) of 64, 256, 1024, … slots that is made large enough
/// for 80 % load and that grows past 80 %. The two roundings disagree for a few numbers, 205 being
/// the smallest: there the last insertion makes the table grow, which reverses every chain.
fn backwards(sources: usize) -> bool {
    let sources = sources as u128;
    let wanted = sources * 100 / 80;
    let mut slots = 64;
    while slots < wanted {
        slots *= 4;
    }
    sources > slots * 80 / 100
}

#[cfg(test)]
mod tests {
    use super::backwards;

    #[test]
    fn the_order_is_reversed_where_the_table_of_git_grows_at_the_last_source() {
        let reversed: Vec<usize> = (0..60_000).filter(|sources| backwards(*sources)).collect();
        assert_eq!(reversed, [205, 3_277, 52_429]);
    }
}
