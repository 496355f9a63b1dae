//! The parts of a new version that an old one does not have.
//!
//! What both begin and end with is passed over, and so are long runs between that the old version has
//! somewhere: they are found by anchors, which are the beginnings of some of its lines, and compared from
//! there in both directions, as rsync does (Tridgell and Mackerras, "The rsync algorithm", 1996).

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;

/// How many bytes an anchor has, and how far from one another they are in the old version.
const ANCHOR: usize = 32;
const APART: usize = 512;

/// A run that is shorter is not passed over: around each part more than that is looked at.
const LEAST_RUN: usize = 4096;

/// Those of the places that have something in the new version, or are within a line of which something was taken out.
pub(super) fn with_content(new: &[u8], places: &[Range<usize>]) -> Vec<Range<usize>> {
    let has = |place: &&Range<usize>| !place.is_empty() || is_within_line(new, place.start);
    places.iter().filter(has).cloned().collect()
}

/// Where the new version differs, in order: empty where something was taken out.
pub(super) fn places(old: &[u8], new: &[u8]) -> Vec<Range<usize>> {
    let (before, behind) = common(old, new);
    let old = &old[before..old.len() - behind];
    let middle = before..new.len() - behind;
    let mut parts = Vec::new();
    let mut begin = middle.start;
    if middle.len() > LEAST_RUN && old.len() > LEAST_RUN {
        let anchors = Anchors::of(old);
        let mut at = next_line(new, begin, middle.end);
        while at + ANCHOR <= middle.end {
            let run = anchors.run(old, new, begin..middle.end, at);
            if run.len() >= LEAST_RUN {
                parts.push(begin..run.start);
                begin = run.end;
            }
            at = next_line(new, run.end.max(at), middle.end);
        }
    }
    parts.push(begin..middle.end);
    parts
}

/// Whether a place is in the middle of a line.
fn is_within_line(text: &[u8], at: usize) -> bool {
    at > 0 && at < text.len() && text[at - 1] != b'\n' && text[at] != b'\n'
}

/// Where the next line begins behind a place.
fn next_line(text: &[u8], at: usize, end: usize) -> usize {
    memchr::memchr(b'\n', &text[at..end]).map_or(end, |found| at + found + 1)
}

/// The beginnings of some lines of the old version.
struct Anchors<'a> {
    places: HashMap<&'a [u8], usize, RandomState>,
}

impl<'a> Anchors<'a> {
    fn of(old: &'a [u8]) -> Self {
        let mut places =
            HashMap::with_capacity_and_hasher(old.len() / APART, RandomState::default());
        let mut at = 0;
        while at + ANCHOR <= old.len() {
            places.entry(&old[at..at + ANCHOR]).or_insert(at);
            at = next_line(old, old.len().min(at + APART), old.len());
        }
        Self { places }
    }

    /// The run around a line of the new version, within a part of it, that the old one has, too: empty where it has
    /// none.
    fn run(&self, old: &[u8], new: &[u8], part: Range<usize>, at: usize) -> Range<usize> {
        let Some(&place) = self.places.get(&new[at..at + ANCHOR]) else { return at..at };
        let behind = length_of_same(&old[place..], &new[at..part.end]);
        let before = length_of_same_ends(&old[..place], &new[part.start..at]);
        at - before..at + behind
    }
}

/// How many bytes two texts have in common at their beginnings and at their ends.
fn common(old: &[u8], new: &[u8]) -> (usize, usize) {
    let before = length_of_same(old, new);
    (before, length_of_same_ends(&old[before..], &new[before..]))
}

/// So many bytes are compared at once.
const SPAN: usize = 4096;

fn length_of_same(old: &[u8], new: &[u8]) -> usize {
    let least = old.len().min(new.len());
    same(old[..least].chunks(SPAN), new[..least].chunks(SPAN), |one, two| {
        one.iter().zip(two).take_while(|(one, two)| one == two).count()
    })
}

fn length_of_same_ends(old: &[u8], new: &[u8]) -> usize {
    let least = old.len().min(new.len());
    let (old, new) = (&old[old.len() - least..], &new[new.len() - least..]);
    same(old.rchunks(SPAN), new.rchunks(SPAN), |one, two| {
        one.iter().rev().zip(two.iter().rev()).take_while(|(one, two)| one == two).count()
    })
}

fn same<'a>(
    old: impl Iterator<Item = &'a [u8]>,
    new: impl Iterator<Item = &'a [u8]>,
    count: impl Fn(&[u8], &[u8]) -> usize,
) -> usize {
    let mut length = 0;
    for (old, new) in old.zip(new) {
        if old == new {
            length += old.len();
        } else {
            return length + count(old, new);
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use gitops_health_testkit::Random;

    use super::*;

    fn parts(old: &[u8], new: &[u8]) -> Vec<Range<usize>> {
        with_content(new, &places(old, new))
    }

    #[test]
    fn beginnings_and_ends_are_compared_to_the_byte() {
        for (old, new, expected) in [
            (&b""[..], &b""[..], (0, 0)),
            (b"abc", b"abc", (3, 0)),
            (b"abc", b"abd", (2, 0)),
            (b"abc", b"xbc", (0, 2)),
            (b"aaa", b"aaaa", (3, 0)),
            (b"ab", b"aXb", (1, 1)),
        ] {
            assert_eq!(common(old, new), expected);
        }
        let long = vec![b'x'; 3 * SPAN + 5];
        let mut other = long.clone();
        other[SPAN + 7] = b'y';
        assert_eq!(common(&long, &other), (SPAN + 7, long.len() - SPAN - 8));
    }

    /// Lines of nothing in particular.
    fn lines(random: &mut Random, count: usize) -> Vec<String> {
        (0..count)
            .map(|_| format!("{} is {}\n", random.below(1000), "x".repeat(random.below(80))))
            .collect()
    }

    #[test]
    fn what_is_between_two_changes_is_passed_over() {
        let mut random = Random::new(5);
        let old = lines(&mut random, 1000);
        let mut new = old.clone();
        for at in [100, 500, 900] {
            new[at] = "this is new\n".into();
        }
        let (old, new) = (old.concat(), new.concat());
        let parts = parts(old.as_bytes(), new.as_bytes());
        assert_eq!(parts.len(), 3);
        assert!(
            parts.iter().all(|part| new[part.clone()].contains("this is new") && part.len() < 200)
        );
    }

    #[test]
    fn all_that_is_in_no_part_is_in_the_old_version() {
        let mut random = Random::new(7);
        for _ in 0..300 {
            let (count, changes) = (10 + random.below(600), random.below(8));
            let mut new = lines(&mut random, count);
            let old = new.concat();
            for _ in 0..changes {
                let at = random.below(new.len());
                match random.below(4) {
                    0 => new[at].insert_str(0, "new "),
                    1 => drop(new.remove(at)),
                    2 => new.insert(at, "new line\n".into()),
                    _ => {
                        let line = new.remove(at);
                        let to = random.below(new.len());
                        new.insert(to, line);
                    }
                }
            }
            let new = new.concat();
            let is_old = |part: &str| part.lines().all(|line| old.contains(line));
            let mut at = 0;
            for part in parts(old.as_bytes(), new.as_bytes()) {
                assert!(at <= part.start && is_old(&new[at..part.start]));
                at = part.end;
            }
            assert!(is_old(&new[at..]));
        }
    }

    #[test]
    fn what_was_taken_out_of_a_line_is_a_part() {
        let taken_out = parts(b"a b c\n", b"a c\n");
        assert_eq!((taken_out.len(), &taken_out[0]), (1, &(2..2)));
        assert!(parts(b"a\nb\nc\n", b"a\nc\n").is_empty());
        assert!(parts(b"a\n", b"a\n").is_empty());
    }
}
