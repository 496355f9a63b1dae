//! Which parts of a text took the place of which.

use std::ops::Range;

/// That one part of a text took the place of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where the other one stood in the text as it was.
    pub old: Range<usize>,
    /// Where it stands in the text as it is.
    pub new: Range<usize>,
}

/// Two rounds of edits as one. Edits of a round are sorted and apart; those that touch are made one.
pub(crate) fn compose(first: &[Edit], second: &[Edit]) -> Vec<Edit> {
    // What either round touched, in the text between both.
    let mut parts: Vec<Range<usize>> = first.iter().map(|edit| edit.new.clone()).collect();
    parts.extend(second.iter().map(|edit| edit.old.clone()));
    parts.sort_by_key(|part| (part.start, part.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(parts.len());
    for part in parts {
        match apart.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => apart.push(part),
        }
    }
    let back = |edit: &Edit| Edit { old: edit.new.clone(), new: edit.old.clone() };
    let first: Vec<Edit> = first.iter().map(back).collect();
    let both = |part: &Range<usize>| Edit { old: follow(part, &first), new: follow(part, second) };
    apart.iter().map(both).collect()
}

/// Where a part of a text as it is stood in the text as it was; of what an edit has put there, all that it
/// took the place of.
pub(crate) fn origin(edits: &[Edit], part: &Range<usize>) -> Range<usize> {
    let first = edits.partition_point(|edit| edit.new.end <= part.start);
    let last = edits.partition_point(|edit| edit.new.start < part.end);
    let moved = |at: usize, before: usize| match before.checked_sub(1).map(|it| &edits[it]) {
        Some(edit) => edit.old.end + (at - edit.new.end),
        None => at,
    };
    let begin = match edits.get(first) {
        Some(edit) if edit.new.start <= part.start => edit.old.start,
        _ => moved(part.start, first),
    };
    let end = match last.checked_sub(1).map(|it| &edits[it]) {
        Some(edit) if edit.new.end >= part.end => edit.old.end,
        _ => moved(part.end, last),
    };
    begin..end.max(begin)
}

/// Where a part is after some edits, none of which it cuts.
fn follow(part: &Range<usize>, edits: &[Edit]) -> Range<usize> {
    // Between edits everything moves as far as the end of the one before.
    let place = |at: usize, before: usize| match before.checked_sub(1).map(|it| &edits[it]) {
        Some(edit) => edit.new.end + (at - edit.old.end),
        None => at,
    };
    let begin = edits.partition_point(|edit| edit.old.end < part.start);
    let end = edits.partition_point(|edit| edit.old.end <= part.end);
    place(part.start, begin)..place(part.end, end)
}

#[cfg(test)]
mod tests {
    use gitops_health_testkit::Random;

    use super::*;

    /// Edits of random places, and the text that they make.
    fn edited(text: &[u8], random: &mut Random) -> (Vec<u8>, Vec<Edit>) {
        let (mut made, mut edits, mut at) = (Vec::new(), Vec::new(), 0);
        while at < text.len() {
            let same = (at + 1 + random.below(6)).min(text.len());
            made.extend_from_slice(&text[at..same]);
            at = (same + random.below(4)).min(text.len());
            let begin = made.len();
            made.extend((0..random.below(4)).map(|_| b'a' + random.below(26) as u8));
            edits.push(Edit { old: same..at, new: begin..made.len() });
        }
        (made, edits)
    }

    #[test]
    fn what_is_there_stood_somewhere() {
        let edit = |old: Range<usize>, new: Range<usize>| Edit { old, new };
        let edits = [edit(2..4, 2..7), edit(10..14, 13..15)];
        for (part, expected) in [
            (0..1, 0..1),
            (3..5, 2..4),
            (1..8, 1..5),
            (8..9, 5..6),
            (14..16, 10..15),
            (20..21, 19..20),
        ] {
            assert_eq!(origin(&edits, &part), expected, "{part:?}");
        }
        assert_eq!(origin(&[], &(3..5)), 3..5);
    }

    #[test]
    fn two_rounds_are_as_good_as_one() {
        let mut random = Random::new(7);
        for _ in 0..5000 {
            let text: Vec<u8> =
                (0..random.below(40)).map(|_| b'A' + random.below(26) as u8).collect();
            let (middle, first) = edited(&text, &mut random);
            let (last, second) = edited(&middle, &mut random);
            let edits = compose(&first, &second);
            let (mut made, mut at) = (Vec::new(), 0);
            for edit in &edits {
                assert!(at <= edit.old.start, "{edits:?}");
                made.extend_from_slice(&text[at..edit.old.start]);
                assert_eq!(made.len(), edit.new.start, "{first:?} {second:?} {edits:?}");
                made.extend_from_slice(&last[edit.new.clone()]);
                at = edit.old.end;
            }
            made.extend_from_slice(&text[at..]);
            assert_eq!(made, last, "{first:?} {second:?} {edits:?}");
        }
    }
}
