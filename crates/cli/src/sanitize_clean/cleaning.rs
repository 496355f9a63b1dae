use std::collections::BTreeSet;
use std::ops::Range;

use gitops_health_git::PathAttributes;
use gitops_health_sanitize::{Cleaned, Cleaner, Finding, Seen, Severity, is_encoded};

use crate::acceptance::Spot;
use crate::look::Look;

/// Cleans any number of texts, and spares what a comment or the configuration allows. What is only in the
/// baseline is taken out: nobody has said that it should stay.
pub(super) struct Cleaning<'a> {
    pub look: &'a Look,
    cleaner: Cleaner<'a>,
    /// What somebody should know.
    pub notes: BTreeSet<String>,
}

impl<'a> Cleaning<'a> {
    pub fn new(look: &'a Look, cleaner: Cleaner<'a>) -> Self {
        Self { look, cleaner, notes: BTreeSet::new() }
    }

    /// Refuses a name in which something is found that may not stay: who has it has to rename the file.
    pub fn refuse_name(
        &mut self,
        in_tree: &str,
        attributes: Option<&PathAttributes>,
        name: &[u8],
    ) -> Result<(), String> {
        let place = self.look.acceptance.place_of(in_tree, attributes);
        let findings = self.look.scanner.scan_name(name);
        let stays = |finding: &Finding, notes: &mut BTreeSet<String>| {
            let (span, value) = (finding.span.clone(), finding.value(name));
            let spot = Spot { path: in_tree, line: 1, content: name, span, value, place };
            let judged = self.look.acceptance.judge(&spot, finding, notes);
            judged.severity < Severity::Low || judged.accepted.is_some()
        };
        match findings.iter().all(|finding| stays(finding, &mut self.notes)) {
            true => Ok(()),
            false => Err("what is found in its name can't be taken out: rename it".into()),
        }
    }

    /// Cleans a text, or some parts of it, which are sorted and apart; the error says why it can't be cleaned.
    pub fn clean(
        &mut self,
        in_tree: &str,
        attributes: Option<&PathAttributes>,
        content: &[u8],
        parts: Option<&[Range<usize>]>,
    ) -> Result<Cleaned, String> {
        let Self { look, cleaner, notes } = self;
        let place = look.acceptance.place_of(in_tree, attributes);
        let mut lines = Lines { content, line: 1, at: 0 };
        let cleaned = cleaner.clean_where(in_tree, content, &mut |seen: &Seen<'_>| {
            if parts.is_some_and(|parts| !touches(parts, &seen.place)) {
                return false;
            }
            let line = lines.of(seen.place.start);
            let (span, value) = (seen.place.clone(), seen.finding.value(seen.text));
            let spot = Spot { path: in_tree, line, content, span, value, place };
            let accepted = look.acceptance.judge(&spot, seen.finding, notes).accepted;
            accepted.is_none_or(|accepted| accepted.by == "baseline")
        });
        if let Some(unseen) = cleaned.unseen.iter().find(|unseen| unseen.is_failure) {
            return Err(format!("not all of it could be looked at: {}", unseen.reason));
        }
        // What was made up is known as such by what stands beside it: where that does not tell, nothing is written.
        let found_again =
            |it: &Finding| it.severity > Severity::Low && cleaned.has_edited(&it.span);
        if cleaner.makes_up()
            && look.scanner.in_file(in_tree.as_bytes()).scan(&cleaned.bytes).iter().any(found_again)
        {
            return Err(
                "what was made up would be taken for real: use another `--replace-with`".into()
            );
        }
        match () {
            () if cleaned.left.is_empty() => Ok(cleaned),
            () if is_encoded(content) && cleaned.removed.is_empty() => {
                Err("what is packed in it can't be taken out: unpack it, clean that, and pack it again".into())
            }
            () => Err("not all could be taken out, so nothing was: see with `sanitize scan` what is found in it".into()),
        }
    }
}

/// Whether a place has something of the parts, which are sorted and apart.
fn touches(parts: &[Range<usize>], place: &Range<usize>) -> bool {
    let next = parts.partition_point(|part| part.end <= place.start);
    parts.get(next).is_some_and(|part| part.start < place.end.max(place.start + 1))
}

/// Numbers of lines, counted on from the last one that was asked for.
struct Lines<'a> {
    content: &'a [u8],
    line: usize,
    at: usize,
}

impl Lines<'_> {
    fn of(&mut self, place: usize) -> usize {
        let ends = |part: &[u8]| memchr::memchr_iter(b'\n', part).count();
        match place < self.at {
            true => self.line -= ends(&self.content[place..self.at]),
            false => self.line += ends(&self.content[self.at..place]),
        }
        self.at = place;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_touches_what_it_has_a_byte_of() {
        let parts = [2..4, 6..9];
        for (place, expected) in
            [(0..2, false), (0..3, true), (3..3, true), (4..6, false), (4..7, true), (9..10, false)]
        {
            assert_eq!(touches(&parts, &place), expected, "{place:?}");
        }
    }

    #[test]
    fn lines_are_counted_to_and_fro() {
        let mut lines = Lines { content: b"a\nb\n\nc", line: 1, at: 0 };
        for (place, expected) in [(0, 1), (2, 2), (5, 4), (6, 4), (4, 3), (1, 1), (3, 2)] {
            assert_eq!(lines.of(place), expected, "{place}");
        }
    }
}
