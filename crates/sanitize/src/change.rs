//! Looking only at what a new version of a text has and the one before had not.

mod parts;

use std::collections::HashMap;
use std::ops::Range;

use crate::decode::{self, Looked};
use crate::finding::Finding;
use crate::rule::Severity;
use crate::scanner::Scanner;
use crate::structure;

/// So much around what differs is looked at with it: further than talk of health reaches, and than all
/// patterns but those of keys over many lines.
const AROUND: usize = 1024;

/// The longest line that is looked at as a whole around what differs.
const LONG_LINE: usize = 16 << 10;

impl Scanner {
    /// What is found in a new version where it differs from an old one, and what could not be looked at; and what is
    /// found only now elsewhere, or matters more now, since what says so is new: the heading of a table, a word in the
    /// line before. What stands where they differ in a line that the old version has as often, and was found there, is
    /// not new: it was moved.
    ///
    /// Of a text that has a structure all is read. Of another one what stands within a thousand bytes of
    /// the difference: a pattern that needs more, such as that of a private key of which the middle
    /// changed, finds nothing. Of what is encoded so that lines mean nothing, all is new.
    pub fn look_at_change(&self, old: &[u8], new: &[u8]) -> Looked {
        if old == new {
            return Looked::default();
        }
        // Where lines were taken out nothing is new, but what is left may say more than before.
        let places = parts::places(old, new);
        let changed = parts::with_content(new, &places);
        if decode::is_encoded(new) {
            return self.look(new);
        }
        // One of them alone may be a document: what is found in a part of the other would not compare.
        let is_document = structure::is_likely(new) || structure::is_likely(old);
        let mut whole = self.look_around(new, &places, is_document);
        let mut are_old = are_old_lines(old, new, &whole.findings).into_iter();
        let mut before = None;
        whole.findings.retain(|finding| {
            let is_old = are_old.next().unwrap_or(false);
            if touches(&changed, &with_label(new, &finding.span)) && !is_old {
                return true;
            }
            // What is of no weight need not be looked for a second time.
            if finding.severity < Severity::Low {
                return false;
            }
            let before = before.get_or_insert_with(|| {
                let findings =
                    self.look_around(old, &parts::places(new, old), is_document).findings;
                let mut values = HashMap::<_, Severity>::new();
                for it in findings {
                    let before = values.entry((it.rule, &old[it.span])).or_insert(it.severity);
                    *before = it.severity.max(*before);
                }
                values
            });
            let before = before.get(&(finding.rule.clone(), &new[finding.span.clone()]));
            before.is_none_or(|severity| *severity < finding.severity)
        });
        whole
    }

    /// What is found around the parts of a text; in all of it if it is a document.
    fn look_around(&self, text: &[u8], parts: &[Range<usize>], is_document: bool) -> Looked {
        if is_document {
            return self.look(text);
        }
        let mut whole = Looked::default();
        for part in around(text, parts) {
            let Looked { findings, unseen } = self.look(&text[part.clone()]);
            let moved = findings.into_iter().map(|mut finding| {
                finding.span = finding.span.start + part.start..finding.span.end + part.start;
                finding
            });
            whole.findings.extend(moved);
            whole.unseen.extend(unseen);
        }
        whole
    }
}

/// A place with what stands beside it on its line: what is said of a value may be new, and the value old.
fn with_label(text: &[u8], span: &Range<usize>) -> Range<usize> {
    const REACH: usize = 128;
    let first = span.start.saturating_sub(REACH);
    let begin = memchr::memrchr(b'\n', &text[first..span.start]).map_or(first, |at| first + at + 1);
    let last = text.len().min(span.end + REACH);
    let end = memchr::memchr(b'\n', &text[span.end..last]).map_or(last, |at| span.end + at);
    begin..end
}

/// Whether a place has something of the parts that changed, which are sorted.
fn touches(changed: &[Range<usize>], span: &Range<usize>) -> bool {
    let next = changed.partition_point(|part| part.end <= span.start);
    changed.get(next).is_some_and(|part| part.start < span.end)
}

/// The lines around what changed, together where they meet.
fn around(new: &[u8], changed: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::with_capacity(changed.len());
    for part in changed {
        let part = whole_lines(new, part);
        match parts.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => parts.push(part),
        }
    }
    parts
}

/// What is looked at around a difference: whole lines, unless they are very long.
fn whole_lines(text: &[u8], changed: &Range<usize>) -> Range<usize> {
    let begin = changed.start.saturating_sub(AROUND);
    let first = begin.saturating_sub(LONG_LINE);
    let begin = memchr::memrchr(b'\n', &text[first..begin]).map_or(first, |at| first + at + 1);
    let begin = beginning_of_table(text, begin);
    let end = text.len().min(changed.end + AROUND);
    let last = text.len().min(end + LONG_LINE);
    let end = memchr::memchr(b'\n', &text[end..last]).map_or(last, |at| end + at);
    begin..end
}

/// Where a table that is drawn with bars begins, if a line of it begins here.
fn beginning_of_table(text: &[u8], begin: usize) -> usize {
    const LONGEST_TABLE: usize = 256 << 10;
    let first = begin.saturating_sub(LONGEST_TABLE);
    let mut at = begin;
    while matches!(text[at..].first(), Some(b'|' | b'+')) && at > first {
        let before = memchr::memrchr(b'\n', &text[first..at - 1]);
        at = before.map_or(first, |end| first + end + 1);
    }
    at
}

/// For each finding whether the old version has the lines that it is on, too, and each as often.
fn are_old_lines(old: &[u8], new: &[u8], findings: &[Finding]) -> Vec<bool> {
    /// So many lines are searched for one by one: the old version is made into lines only for more.
    const FEW: usize = 16;
    let places = lines_of(new, findings);
    let lines = |place: &Range<usize>| new[place.clone()].split(|byte| *byte == b'\n');
    let mut each = places.clone();
    each.dedup();
    // How much more often each is there now.
    let mut more: HashMap<&[u8], i64> = each.iter().flat_map(lines).map(|line| (line, 0)).collect();
    if more.len() > FEW {
        for (text, count) in [(new, 1), (old, -1)] {
            for line in text.split(|it| *it == b'\n') {
                more.entry(line).and_modify(|more| *more += count);
            }
        }
    } else {
        for (line, more) in &mut more {
            *more = times(new, line) - times(old, line);
        }
    }
    let mut last = (0..0, false);
    let is_known = places.into_iter().map(|place| {
        if last.0 != place {
            last = (place.clone(), lines(&place).all(|line| more[line] <= 0));
        }
        last.1
    });
    is_known.collect()
}

/// The lines that each finding is on. Those of one line share a look for its ends.
fn lines_of(text: &[u8], findings: &[Finding]) -> Vec<Range<usize>> {
    let mut last = 0..0;
    let lines = findings.iter().map(|finding| {
        let span = &finding.span;
        if span.start < last.start || span.end > last.end || last.is_empty() {
            let begin = memchr::memrchr(b'\n', &text[..span.start]).map_or(0, |at| at + 1);
            let end = memchr::memchr(b'\n', &text[span.end..]);
            last = begin..end.map_or(text.len(), |at| span.end + at);
        }
        last.clone()
    });
    lines.collect()
}

/// How often a text has a line as a whole.
fn times(text: &[u8], line: &[u8]) -> i64 {
    let is_line = |place: &usize| {
        let is_begun = *place == 0 || text[place - 1] == b'\n';
        is_begun && text.get(place + line.len()).is_none_or(|byte| *byte == b'\n')
    };
    memchr::memmem::find_iter(text, line).filter(is_line).count() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Synthetic, and put together here so that no scanner stops at this page.
    fn line(number: usize) -> String {
        format!("patient {number} has the number 536{}22-8{number:03}\n", "-")
            .replace("22-", &["22", "-"].concat())
    }

    fn findings(old: &str, new: &str) -> Vec<Finding> {
        Scanner::new().look_at_change(old.as_bytes(), new.as_bytes()).findings
    }

    fn found(old: &str, new: &str) -> Vec<String> {
        let ssn = findings(old, new).into_iter().filter(|finding| finding.rule == "ssn");
        ssn.map(|finding| new[finding.span].to_owned()).collect()
    }

    #[test]
    fn only_what_is_new_is_found() {
        let filler = "a line of nothing in particular\n".repeat(200);
        let old = format!("{}{filler}{}{filler}{}", line(101), line(102), line(103));
        assert!(found(&old, &old).is_empty());
        let new = format!("new\n{}{filler}{}{filler}{}", line(101), line(102), line(103));
        assert!(found(&old, &new).is_empty());
        let new = format!("{}{filler}{}{filler}{}end\n", line(101), line(104), line(103));
        assert_eq!(found(&old, &new), [line(104).split(' ').next_back().expect("a word").trim()]);
        assert_eq!(found("", &old).len(), 3);
        assert!(found(&old, "").is_empty());
    }

    #[test]
    fn rows_are_understood_however_far_their_heading_is() {
        type Draw = fn(usize) -> String;
        let rows = |number: usize, draw: Draw| -> String { (0..number).map(draw).collect() };
        let cases: [(&str, Draw); 3] = [
            ("mrn,last_name\n", |row| format!("48{row:05},Thorn~bury{row}\n")),
            ("insert into t (mrn, last_name) values\n", |row| {
                format!("('48{row:05}', 'Thorn~bury'),\n")
            }),
            ("# Patients\n\n| mrn | last_name |\n|---|---|\n", |row| {
                format!("| 48{row:05} | Thorn~bury |\n")
            }),
        ];
        for (heading, draw) in cases {
            let old = [heading, &rows(400, draw)].concat().replace('~', "");
            let new = [&old, &draw(99_999)[..]].concat().replace('~', "");
            let findings = findings(&old, &new);
            assert_eq!(findings.len(), 2, "{heading} {findings:?}");
        }
    }

    #[test]
    fn what_is_found_only_now_is_new_wherever_what_says_so_stands() {
        let rows = |heading: &str| {
            let row = |row: usize| format!("48{row:05},Thorn~bury{row}\n").replace('~', "");
            [heading.to_owned(), (0..40).map(row).collect()].concat()
        };
        let (old, new) = (rows("c1,c2\n"), rows("mrn,last_name\n"));
        let found = |old: &str, new: &str| findings(old, new).len();
        assert_eq!(found(&old, &new), 80);
        assert_eq!(found(&new, &new.replacen("mrn", "MRN", 1)), 0);
        let name = ["Ja", "ne Roe"].concat();
        let (old, new) =
            (format!("somebody\n{name} was ill\n"), format!("a patient\n{name} was ill\n"));
        assert_eq!(found(&old, &new), 1);
        assert_eq!(found(&new, &new.replace("a patient", "the patient")), 0);
    }

    #[test]
    fn findings_of_many_lines_and_of_one_long_one_are_compared_soon() {
        for separator in ["\n", " "] {
            let old: String = (0..20_000).map(|it| line(it).replace('\n', separator)).collect();
            let new = old.replace("patient 7 ", "patient 8 ");
            let findings = findings(&old, &new);
            assert!(findings.len() <= 20_000, "{}", findings.len());
        }
    }

    #[test]
    fn what_matters_more_now_is_new() {
        let person = |kind: &str| {
            let text = "{\n\"resourceType\": \"KIND\",\n\"name\": [{\"family\": \"Roe\"}],\n\"identifier\": [{\"value\": \"4988~814\"}]\n}\n";
            text.replace('~', "").replace("KIND", kind)
        };
        let (thing, patient) = (person("Thing"), person("Patient"));
        let found = findings(&thing, &patient);
        assert!(found.iter().any(|it| it.severity >= Severity::Medium), "{found:?}");
        assert_eq!(findings(&patient, &thing), []);
    }

    #[test]
    fn what_says_more_without_the_lines_before_it_is_new() {
        let lines = [
            r#"{"first_name": "Robert", "LastName": "Szczep~anski", "data": {"m~rn": "4988~8147"}}"#,
            r#"[{"LAST_NAME": null, "PATIENT_ID": "MRN200~3749"}, "x"]"#,
        ];
        let [record, other] = lines.map(|line| line.replace('~', "") + "\n");
        let old = format!("\"x\"\n{other}{record}");
        let values = |text: &str| {
            let found = Scanner::new().scan(text.as_bytes()).into_iter();
            found.map(|it| text[it.span].to_owned()).collect::<Vec<_>>()
        };
        let mut more = values(&record);
        more.retain(|value| !values(&old).contains(value));
        assert!(!more.is_empty());
        let found = findings(&old, &record).into_iter().map(|it| record[it.span].to_owned());
        assert_eq!(found.collect::<Vec<_>>(), more);
    }

    #[test]
    fn a_line_once_more_is_new_and_a_moved_one_is_not() {
        let (one, filler) = (line(101), "nothing in particular\n".repeat(3));
        let old = format!("{one}{filler}");
        assert_eq!(found(&old, &format!("{one}{filler}{one}")).len(), 1);
        assert!(found(&old, &format!("{filler}{one}")).is_empty());
        let many: String = (0..40).map(line).collect();
        assert_eq!(found(&many, &format!("{many}{}", line(7))).len(), 1);
    }

    #[test]
    fn a_value_that_is_named_only_now_is_new() {
        let number = ["4829", "1734"].concat();
        let (old, new) = (format!("x: {number}\n"), format!("mrn: {number}\n"));
        assert_eq!(findings(&old, &new).len(), 1);
    }

    #[test]
    fn a_number_that_a_word_was_taken_out_of_is_new() {
        let number = ["536-22", "-8145"];
        let old = format!("patient has the ssn {}x{}\n", number[0], number[1]);
        let new = format!("patient has the ssn {}\n", number.concat());
        assert_eq!(found(&old, &new), [number.concat()]);
    }
}
