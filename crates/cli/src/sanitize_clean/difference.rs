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

/// The lines in which something was replaced. What is shown of the old ones is made from the new ones,
/// which hold nothing of it.
fn changed_lines(before: &[u8], cleaned: &Cleaned) -> Vec<CleanLine> {
    let replaced: Vec<Range<usize>> = cleaned.edits.iter().map(|edit| edit.new.clone()).collect();
    let before = readable(before, &[]).0;
    let (after, replaced) = readable(&cleaned.bytes, &replaced);
    let (old, new) = (split_lines(&before), split_lines(&after));
    let mut lines = Vec::new();
    let mut replaced = replaced.as_slice();
    let mut at = 0;
    for (number, line) in new.iter().enumerate() {
        let span = at..at + line.len();
        at = span.end + 1;
        let passed = replaced.iter().take_while(|part| part.end < span.start).count();
        replaced = &replaced[passed..];
        let here = replaced.iter().take_while(|part| part.start <= span.end).count();
        // A line that is as it was is none that differs, as long as it is known which one it was.
        if here > 0 && (old.len() != new.len() || old[number] != *line) {
            let before = masked(&after, span, &replaced[..here]);
            lines.push(CleanLine { number: number + 1, before, after: printable(line) });
        }
    }
    lines
}

/// Lines, also those that end as old systems and HL7 end them.
fn split_lines(text: &[u8]) -> Vec<&[u8]> {
    let mark = if text.contains(&b'\n') { b'\n' } else { b'\r' };
    text.split(|byte| *byte == mark).collect()
}

/// A line of what is left with a mark for each thing that was replaced.
fn masked(text: &[u8], line: Range<usize>, replaced: &[Range<usize>]) -> String {
    let (mut shown, mut at) = (String::new(), line.start);
    for part in replaced {
        let (begin, end) = (part.start.max(at), part.end.min(line.end));
        shown += &printable(&text[at..begin]);
        shown += MARK;
        at = end.max(begin);
    }
    shown + &printable(&text[at..line.end])
}
