//! Lines as rules see them, and as they are compared with the other side.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::place::Place;

/// How many bytes of a line are looked at. Longer lines are written by programs.
const MAX_LINE: usize = 2_000;

/// What rules are tried on: nothing for a comment.
pub(super) fn code_of<'a>(place: &Place, line: &'a [u8]) -> &'a [u8] {
    let line = line.get(..MAX_LINE).unwrap_or(line);
    if place.is_comment(line) {
        return &[];
    }
    place.without_comment(line).trim_ascii_end()
}

/// Which lines of a side are on the other side, too, but for white space around them: each line there stands for one here.
pub(super) struct Moved {
    /// Indices of lines on this side.
    pub here: HashSet<usize>,
    /// Indices of lines on the other side.
    pub there: HashSet<usize>,
}

impl Moved {
    /// Of these lines of this side.
    pub fn of(
        here: &[(u32, &[u8])],
        asked: &BTreeSet<usize>,
        there: &[(u32, &[u8])],
        is_same_place: impl Fn(u32, u32) -> bool,
    ) -> Self {
        let mut moved = Self { here: HashSet::new(), there: HashSet::new() };
        let wanted: HashSet<&[u8]> = asked
            .iter()
            .filter_map(|at| here.get(*at))
            .map(|(_, line)| line.trim_ascii())
            .collect();
        let mut free: HashMap<&[u8], Vec<usize>> = HashMap::new();
        for (at, (_, line)) in there.iter().enumerate().rev() {
            let line = line.trim_ascii();
            if wanted.contains(line) {
                free.entry(line).or_default().push(at);
            }
        }
        for at in asked {
            let Some((number, line)) = here.get(*at) else { continue };
            let Some(others) = free.get_mut(line.trim_ascii()) else { continue };
            let is_its = |other: &&usize| {
                there.get(**other).is_some_and(|(other, _)| is_same_place(*number, *other))
            };
            // The first ones stand last.
            let first = others.len().saturating_sub(MOST_TRIED);
            let Some(found) = others[first..].iter().rposition(|other| is_its(&other)) else {
                continue;
            };
            moved.there.insert(others.remove(first + found));
            moved.here.insert(*at);
        }
        moved
    }
}

/// With so many lines of the other side one is compared.
pub(super) const MOST_TRIED: usize = 64;

/// Whether two lines have most words in common.
pub(super) fn are_alike(one: &[u8], other: &[u8]) -> bool {
    let (one, other) = (words(one), words(other));
    let common = one.intersection(&other).count();
    let all = one.len() + other.len() - common;
    common * 2 > all
}

fn words(line: &[u8]) -> HashSet<&[u8]> {
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    line.split(|byte| !is_of_word(byte)).filter(|word| !word.is_empty()).collect()
}
