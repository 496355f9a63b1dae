//! Where a run of changed lines stands, when it could as well stand a little above or below.
//!
//! First where the other text has changed lines too, then where the blank lines and the
//! indentation around it say that something begins and ends (Michael Haggerty's indent heuristic,
//! git's default since 2.14, with its constants).

use std::ops::Range;

use super::{Interner, Line};

/// A run of changed lines of one text, or the place between two unchanged lines.
#[derive(Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
}

/// A text and which of its lines are changed; behind the last stands one that is not.
struct File<'a> {
    lines: &'a [Line],
    marks: &'a mut [bool],
}

impl File<'_> {
    fn group_from(&self, start: usize) -> Group {
        let length = self.marks[start..].iter().take_while(|mark| **mark).count();
        Group { start, end: start + length }
    }

    fn next(&self, group: Group) -> Option<Group> {
        (group.end < self.lines.len()).then(|| self.group_from(group.end + 1))
    }

    fn previous(&self, group: Group) -> Option<Group> {
        let end = group.start.checked_sub(1)?;
        let length = self.marks[..end].iter().rev().take_while(|mark| **mark).count();
        Some(Group { start: end - length, end })
    }

    /// Moves the run one line down, where its first line equals the one behind it, and takes in a
    /// run that it meets.
    fn slide_down(&mut self, group: &mut Group) -> bool {
        if self.lines.get(group.end) != Some(&self.lines[group.start]) {
            return false;
        }
        self.marks[group.start] = false;
        self.marks[group.end] = true;
        group.start += 1;
        group.end = self.group_from(group.end + 1).end;
        true
    }

    fn slide_up(&mut self, group: &mut Group) -> bool {
        if group.start == 0 || self.lines[group.start - 1] != self.lines[group.end - 1] {
            return false;
        }
        group.start -= 1;
        group.end -= 1;
        self.marks[group.start] = true;
        self.marks[group.end] = false;
        let more = self.marks[..group.start].iter().rev().take_while(|mark| **mark).count();
        group.start -= more;
        true
    }
}

/// Moves each run of changed lines of a text to its best place. Nothing is changed in either text
/// in front of `area`, nor in this one behind it. Gives the part that holds all runs then.
pub(super) fn compact(
    interner: &Interner,
    (lines, marks): (&[Line], &mut [bool]),
    (other_lines, other_marks): (&[Line], &mut [bool]),
    area: Range<usize>,
) -> Range<usize> {
    let mut file = File { lines, marks };
    let other = File { lines: other_lines, marks: other_marks };
    let mut changed = area.clone();
    let (mut group, mut beside) = (file.group_from(area.start), other.group_from(area.start));
    while group.start < area.end {
        if group.start < group.end {
            place(interner, &mut file, &other, &mut group, &mut beside);
            changed = changed.start.min(group.start)..changed.end.max(group.end);
        }
        let (Some(next), Some(next_beside)) = (file.next(group), other.next(beside)) else { break };
        (group, beside) = (next, next_beside);
    }
    changed
}

fn place(
    interner: &Interner,
    file: &mut File<'_>,
    other: &File<'_>,
    group: &mut Group,
    beside: &mut Group,
) {
    let up = |file: &mut File<'_>, group: &mut Group, beside: &mut Group| {
        let moved = file.slide_up(group);
        if moved {
            *beside = other.previous(*beside).expect("both texts have as many unchanged lines");
        }
        moved
    };
    let (mut size, mut highest, mut matching);
    loop {
        size = group.end - group.start;
        matching = false;
        while up(file, group, beside) {}
        highest = group.end;
        matching |= beside.start < beside.end;
        while file.slide_down(group) {
            *beside = other.next(*beside).expect("both texts have as many unchanged lines");
            matching |= beside.start < beside.end;
        }
        if size == group.end - group.start {
            break;
        }
    }
    if group.end == highest {
        return;
    }
    if matching {
        while beside.start == beside.end && up(file, group, beside) {}
    } else {
        let best = best_end(interner, file.lines, *group, highest, size);
        while group.end > best && up(file, group, beside) {}
    }
}

/// The most lines that a run is moved for its looks (`INDENT_HEURISTIC_MAX_SLIDING`).
const MOST_SLIDING: usize = 100;

/// The end of the run with the best looks; the lowest of several.
fn best_end(
    interner: &Interner,
    lines: &[Line],
    group: Group,
    highest: usize,
    size: usize,
) -> usize {
    let from =
        highest.max(group.end.saturating_sub(size + 1)).max(group.end.saturating_sub(MOST_SLIDING));
    let looks = |end: usize| {
        let above = Split::measure(interner, lines, end - size).looks();
        let below = Split::measure(interner, lines, end).looks();
        Looks { indent: above.indent + below.indent, penalty: above.penalty + below.penalty }
    };
    let (mut best, mut best_looks) = (from, looks(from));
    for end in from + 1..=group.end {
        let looks = looks(end);
        if looks.compare(&best_looks) <= 0 {
            (best, best_looks) = (end, looks);
        }
    }
    best
}

/// The place between two lines.
struct Split {
    /// Of the line behind it; `None` for a blank one and at the end.
    indent: Option<i32>,
    at_end: bool,
    blank_above: i32,
    indent_above: Option<i32>,
    blank_below: i32,
    indent_below: Option<i32>,
}

/// So many blank lines count, and the next line as if it were not indented (`MAX_BLANKS`).
const MOST_BLANK: i32 = 20;
/// The deepest indentation that is told apart (`MAX_INDENT`).
const DEEPEST: i32 = 200;

impl Split {
    fn measure(interner: &Interner, lines: &[Line], split: usize) -> Self {
        let indent = |line: &Line| indent(interner.bytes(*line));
        let surroundings = |lines: &mut dyn Iterator<Item = &Line>| {
            let mut blank = 0;
            for line in lines {
                if let Some(indent) = indent(line) {
                    return (blank, Some(indent));
                }
                blank += 1;
                if blank == MOST_BLANK {
                    return (blank, Some(0));
                }
            }
            (blank, None)
        };
        let (blank_above, indent_above) = surroundings(&mut lines[..split].iter().rev());
        let below = lines.get(split + 1..).unwrap_or_default();
        let (blank_below, indent_below) = surroundings(&mut below.iter());
        Self {
            indent: lines.get(split).and_then(indent),
            at_end: split >= lines.len(),
            blank_above,
            indent_above,
            blank_below,
            indent_below,
        }
    }

    fn looks(&self) -> Looks {
        let mut penalty = 0;
        if self.indent_above.is_none() && self.blank_above == 0 {
            penalty += 1;
        }
        if self.at_end {
            penalty += 21;
        }
        let blank_below = if self.indent.is_none() { 1 + self.blank_below } else { 0 };
        let blank = self.blank_above + blank_below;
        penalty += -30 * blank + 6 * blank_below;
        let indent = self.indent.or(self.indent_below);
        penalty += match (indent, self.indent_above) {
            (Some(indent), Some(above)) => self.relative(indent, above, blank != 0),
            _ => 0,
        };
        Looks { indent: indent.unwrap_or(-1), penalty }
    }

    /// What the indentation says, compared with that above.
    fn relative(&self, indent: i32, above: i32, has_blank: bool) -> i32 {
        let begins_block = self.indent_below.is_some_and(|below| below > indent);
        match (indent.cmp(&above), begins_block, has_blank) {
            (std::cmp::Ordering::Greater, _, true) => 10,
            (std::cmp::Ordering::Greater, _, false) => -4,
            (std::cmp::Ordering::Equal, _, _) => 0,
            (std::cmp::Ordering::Less, true, true) => 17,
            (std::cmp::Ordering::Less, true, false) => 24,
            (std::cmp::Ordering::Less, false, true) => 17,
            (std::cmp::Ordering::Less, false, false) => 23,
        }
    }
}

/// How a run looks at one place: the less, the better.
struct Looks {
    indent: i32,
    penalty: i32,
}

impl Looks {
    fn compare(&self, other: &Self) -> i32 {
        60 * (self.indent - other.indent).signum() + (self.penalty - other.penalty)
    }
}

/// The columns before the first character that is no blank; `None` where there is none.
fn indent(line: &[u8]) -> Option<i32> {
    let mut column = 0;
    for byte in line {
        match byte {
            b' ' => column += 1,
            b'\t' => column += 8 - column % 8,
            b'\n' | b'\r' => {}
            _ => return Some(column),
        }
        if column >= DEEPEST {
            return Some(DEEPEST);
        }
    }
    None
}
