use std::collections::BTreeMap;
use std::ops::Range;

use gitops_health_git::printable;
use gitops_health_report::clean::{CleanCount, CleanFile, CleanLine};
use gitops_health_sanitize::{Cleaned, readable};

/// What stands for something that was taken out.
const MARK: &str = "****";

pub(super) fn describe(path: String, before: &[u8], cleaned: &Cleaned) -> CleanFile {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for finding in &cleaned.removed {
        *counts.entry(finding.rule.clone()).or_default() += 1;
    }
    let removed = counts.into_iter().map(|(rule, count)| CleanCount { rule, count }).collect();
    CleanFile { path, removed, lines: changed_lines(before, cleaned) }
}

/// A part of what is left that is not shown as it is on either side.
struct Part {
    span: Range<usize>,
    side: Side,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// It takes the place of something.
    New,
    /// It was put between what stays.
    Added,
    /// Something is found in it that may stay.
    Both,
}

/// The lines in which something was replaced. What is shown of the old ones is made from the new ones,
/// which hold nothing of it but what may stay.
fn changed_lines(before: &[u8], cleaned: &Cleaned) -> Vec<CleanLine> {
    let replaced = cleaned.edits.iter().map(|edit| match edit.old.is_empty() {
        true => (edit.new.clone(), Side::Added),
        false => (edit.new.clone(), Side::New),
    });
    let kept = cleaned.kept.iter().map(|span| (span.clone(), Side::Both));
    let (spans, sides): (Vec<Range<usize>>, Vec<Side>) = replaced.chain(kept).unzip();
    let before = readable(before, &[]).0;
    let (after, spans) = readable(&cleaned.bytes, &spans);
    let parts = spans.into_iter().zip(sides).map(|(span, side)| Part { span, side });
    let mut parts: Vec<Part> = parts.collect();
    parts.sort_by_key(|part| part.span.start);
    let (old, new) = (split_lines(&before), split_lines(&after));
    let mut lines = Vec::new();
    let mut parts = parts.as_slice();
    let mut at = 0;
    for (number, line) in new.iter().enumerate() {
        let span = at..at + line.len();
        at = span.end + 1;
        let passed = parts.iter().take_while(|part| part.span.end < span.start).count();
        parts = &parts[passed..];
        let count = parts.iter().take_while(|part| part.span.start <= span.end).count();
        let here = &parts[..count];
        let is_replaced =
            here.iter().any(|part| part.side != Side::Both && part.span.end >= span.start);
        // A line that is as it was is none that differs, as long as it is known which one it was.
        if is_replaced && (old.len() != new.len() || old[number] != *line) {
            let before = masked(&after, span.clone(), here, true);
            let after = masked(&after, span, here, false);
            lines.push(CleanLine { number: number + 1, before, after });
        }
    }
    lines
}

/// Lines, also those that end as old systems and HL7 end them.
fn split_lines(text: &[u8]) -> Vec<&[u8]> {
    let mark = if text.contains(&b'\n') { b'\n' } else { b'\r' };
    text.split(|byte| *byte == mark).collect()
}

/// A line of what is left with a mark for each thing that may stay, and on the old side for each that was replaced.
fn masked(text: &[u8], line: Range<usize>, parts: &[Part], is_old: bool) -> String {
    let (mut shown, mut at) = (String::new(), line.start);
    for Part { span, side } in parts {
        // What is in another part is shown with it.
        if span.end <= at && span.start < at {
            continue;
        }
        let (begin, end) = (span.start.max(at), span.end.min(line.end));
        shown += &printable(&text[at..begin]);
        match side {
            Side::Both => shown += MARK,
            Side::New if is_old => shown += MARK,
            Side::Added if is_old => {}
            _ => shown += &printable(&text[begin..end.max(begin)]),
        }
        at = end.max(begin);
    }
    shown + &printable(&text[at..line.end])
}
