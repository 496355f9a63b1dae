//! What stands around a place.

use std::ops::Range;

use crate::small::small;

/// Words that are written where there is talk of somebody's health, and seldom elsewhere.
const HEALTH: &[&str] = &[
    "patient",
    "diagnosed",
    "diagnosis",
    "admitted",
    "discharged",
    "medical record",
    "medical history",
    "mrn",
    "date of birth",
    "hospital",
    "physician",
    "year-old",
    "year old",
    "yr old",
    "y/o",
    "prescri",
    "surgery",
    "surgical",
    "medicare",
    "medicaid",
    "health plan",
    "health insurance",
    "hypertension",
    "diabet",
    "cancer",
    "asthma",
    "pregnan",
    "biopsy",
    "chemotherap",
    "radiolog",
    "cardiol",
    "lab result",
    "vital signs",
    "immuniz",
    "icd-10",
    "snomed",
    "loinc",
    "hipaa",
    "hx of",
    "dx'd",
    "tx'd",
    "copd",
    "chf",
    "afib",
    "inhaler",
    "insulin",
    "mg daily",
    "bronchitis",
    "pneumonia",
    "heart failure",
    "migraine",
    "seen by dr",
    "arthritis",
    "dementia",
    "alzheimer",
    "parkinson",
    "stroke",
    "therapist",
    "clinical",
];

/// Words that are written there, and elsewhere: two different ones make it talk of health.
const PERHAPS: &[&str] = &[
    "dob",
    "clinic",
    "symptom",
    "nurse",
    "dosage",
    "dose of",
    "therapy",
    "chronic",
    "allerg",
    "vaccin",
    "treatment",
    "treated",
    "encounter",
    "hl7",
    "fhir",
    "phi",
    "pt",
    "pts",
    "hx",
    "dx",
    "meds",
    "htn",
    "statin",
    "renal",
    "infection",
    "medication",
    "insurance id",
    "member id",
    "subscriber",
    "beneficiary",
    "diagnos",
    "male",
    "female",
    "doctor",
    "dr.",
    "seen at",
    "visited",
    "follow-up",
    "insurance",
    "ssn",
    "appointment",
    "guidelines",
    "side effects",
];

/// What lines begin with that say who wrote something.
const ATTRIBUTIONS: &[&[u8]] = &[
    b"copyright",
    b"(c)",
    b"author",
    b"authors",
    b"authored-by",
    b"co-authored-by",
    b"signed-off-by",
    b"acked-by",
    b"tested-by",
    b"cc",
    b"maintainer",
    b"maintainers",
    b"maintained by",
    b"contributor",
    b"contributors",
    b"contributed by",
    b"reported-by",
    b"reviewed-by",
    b"suggested-by",
    b"committer",
    b"written by",
    b"thanks to",
    b"credits",
];

/// What lines have in them that say so, where there is no talk of health.
const PERHAPS_ATTRIBUTIONS: &[&[u8]] = &[
    b"copyright",
    b"(c)",
    b"author",
    b"signed-off-by",
    b"maintain",
    b"contributor",
    b"contributed",
    b"reported-by",
    b"reviewed-by",
    b"committer",
    b"written by",
    b"thanks to",
    b"credits",
    b"mailto:",
    b"@",
    b"license",
    b"by:",
];

/// How far the talk goes, in bytes.
const REACH: usize = 400;

/// So far a word is looked for that begins or ends outside of it, in bytes.
const LONGEST_WORD: usize = 64;

pub(crate) struct Context<'a> {
    bytes: &'a [u8],
    /// Where there are words that make it talk of health, sorted.
    health: Vec<usize>,
}

impl<'a> Context<'a> {
    /// What the words say that stand somewhere, by their numbers in [`words`], and the parts that are about people in
    /// care whatever is said in them.
    pub fn new(
        bytes: &'a [u8],
        words: Vec<(Range<usize>, usize)>,
        parts: impl Iterator<Item = Range<usize>>,
    ) -> Self {
        let mut health = decisive(bytes, words);
        let known = health.len();
        for part in parts {
            health.extend(part.clone().step_by(REACH));
            health.extend(part.end.checked_sub(1));
        }
        if health.len() > known {
            health.sort_unstable();
        }
        Self { bytes, health }
    }

    /// The same, where nobody has looked for the words.
    #[cfg(test)]
    pub fn of(bytes: &'a [u8]) -> Self {
        let automaton = aho_corasick::AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(words())
            .expect("a few short words fit");
        let found = automaton.find_overlapping_iter(bytes);
        let words = found.map(|found| (found.span().range(), found.pattern().as_usize()));
        Self::new(bytes, words.collect(), std::iter::empty())
    }

    /// Whether there is talk of health around a place.
    pub fn is_health(&self, at: usize) -> bool {
        let places = &self.health;
        let after = places.partition_point(|place| *place + REACH < at);
        places.get(after).is_some_and(|place| *place <= at + REACH)
    }

    /// Whether a word in a part makes it talk of health.
    fn talks_of_health(&self, part: &Range<usize>) -> bool {
        let first = self.health.partition_point(|place| *place < part.start);
        self.health.get(first).is_some_and(|place| *place < part.end)
    }

    /// The parts in which there is talk of health, apart from one another.
    pub fn health_parts(&self) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        for place in &self.health {
            let begin = self.begin_of_word(place.saturating_sub(REACH));
            let end = self.end_of_word(self.bytes.len().min(place + REACH));
            match parts.last_mut() {
                Some(last) if last.end >= begin => last.end = end,
                _ => parts.push(begin..end),
            }
        }
        parts
    }

    /// Where the word begins that a place is in; at least where a character does.
    fn begin_of_word(&self, at: usize) -> usize {
        let is_inside = |at: usize| at > 0 && !self.bytes[at - 1].is_ascii_whitespace();
        let first = at.saturating_sub(LONGEST_WORD);
        let word = (first..=at).rev().find(|at| !is_inside(*at));
        word.unwrap_or_else(|| (first..=at).rev().find(|at| self.is_edge(*at)).unwrap_or(at))
    }

    /// Where the word ends that a place is in; at least where a character does.
    fn end_of_word(&self, at: usize) -> usize {
        let is_end = |at: &usize| self.bytes.get(*at).is_none_or(u8::is_ascii_whitespace);
        let last = self.bytes.len().min(at + LONGEST_WORD);
        (at..=last).find(is_end).or_else(|| (at..=last).find(|at| self.is_edge(*at))).unwrap_or(at)
    }

    /// Whether a character of UTF-8 begins here, or the text ends.
    fn is_edge(&self, at: usize) -> bool {
        self.bytes.get(at).is_none_or(|byte| byte & 0xC0 != 0x80)
    }

    /// Whether a place says who wrote something: lines of copyright, authors and the like, and, where there is no talk
    /// of health in the line, also names with addresses in angle brackets.
    pub fn is_attribution(&self, span: &Range<usize>) -> bool {
        let line = self.line(span.start);
        let before = &self.bytes[line.start..span.start];
        let lower = small(&before[before.len().saturating_sub(200)..]);
        let begin = lower.iter().position(|byte| byte.is_ascii_alphabetic() || *byte == b'(');
        let text = &lower[begin.unwrap_or(lower.len())..];
        let begins = |word: &&&[u8]| {
            let rest = text.strip_prefix(**word);
            rest.is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphabetic))
        };
        if ATTRIBUTIONS.iter().any(|word| begins(&word))
            || self.is_credit(span, &lower)
            || self.is_of_makers(span.start)
        {
            return true;
        }
        let is_in_brackets =
            before.ends_with(b"<") && before.len() > 2 && self.bytes.get(span.end) == Some(&b'>');
        if self.is_health(span.start) {
            // Who wrote a text that talks of health somewhere, or a letter, or a line about a patient?
            let heads = [&b"from:"[..], b"to:", b"cc:", b"bcc:", b"reply-to:", b"sender:"];
            let is_letter = heads.iter().any(|head| text.starts_with(head));
            // A page says to whom one writes, by a link.
            let is_linked = memchr::memmem::find(&lower, b"mailto:").is_some();
            return (is_in_brackets || is_linked) && !is_letter && !self.talks_of_health(&line);
        }
        let has = |word: &&[u8]| memchr::memmem::find(&lower, word).is_some();
        is_in_brackets || PERHAPS_ATTRIBUTIONS.iter().any(has)
    }

    /// Whether somebody is thanked, linked to or counted, as notes of a release do, by what stands in front of the name
    /// on its line, in small letters.
    fn is_credit(&self, span: &Range<usize>, before: &[u8]) -> bool {
        let behind = &self.bytes[span.end..self.bytes.len().min(span.end + 64)];
        let thanks = memchr::memmem::rfind(before, b"thanks to ").map(|at| &before[at..]);
        let is_list = |text: &[u8]| !text.iter().any(|byte| b".:;!?".contains(byte));
        if thanks.is_some_and(is_list) || behind.starts_with(b"](http") {
            return true;
        }
        let is_count = before.trim_ascii().is_empty()
            && behind.strip_prefix(b" (").is_some_and(|rest| {
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                digits > 0 && rest[digits..].starts_with(b"):")
            });
        is_count || is_in_front_of_mail(behind) && !self.talks_of_health(&self.line(span.start))
    }

    /// Whether there is talk of a payment card beside a number.
    pub fn names_a_card(&self, span: &Range<usize>) -> bool {
        const WORDS: &[&[u8]] = &[
            b"card",
            b"credit",
            b"debit",
            b"visa",
            b"mastercard",
            b"amex",
            b"american express",
            b"maestro",
            b"discover",
            b"jcb",
            b"diners",
            b"cc ",
            b"cc_",
            b"ccn",
            b"cc:",
            b"cc=",
            b"pan ",
            b"pan:",
            b"pan=",
            b"\"pan\"",
            b"payment",
        ];
        let line = self.line(span.start);
        let around = line.start.max(span.start.saturating_sub(60))..line.end.min(span.end + 60);
        let text = small(&self.bytes[around]);
        WORDS.iter().any(|word| memchr::memmem::find(&text, word).is_some())
    }

    /// Whether the word before a number says that it is a version.
    pub fn is_version(&self, at: usize) -> bool {
        let before = small(&self.bytes[at.saturating_sub(24)..at]);
        let before = before.trim_ascii_end();
        [
            &b"version"[..],
            b"release",
            b"ver",
            b"ver.",
            b"v",
            b"oid",
            b"section",
            b"rfc",
            b"version:",
            b"version=",
            b"version\":",
            b"version \"",
            b"chapter",
            b"clause",
        ]
        .iter()
        .any(|word| before.ends_with(word))
            || names_a_section(before)
    }

    /// Whether a place is in what an element or an attribute says of those who make a program: its developers, and the lists
    /// of letters that they write to.
    fn is_of_makers(&self, at: usize) -> bool {
        const ELEMENTS: [(&[u8], &[u8]); 3] = [
            (b"<developer>", b"</developer>"),
            (b"<contributor>", b"</contributor>"),
            (b"<mailinglist>", b"</mailinglist>"),
        ];
        const DEV: &[u8] = b" dev=\"";
        let before = small(&self.bytes[at.saturating_sub(REACH)..at]);
        let is_in = |(begin, end): &(&[u8], &[u8])| {
            memchr::memmem::rfind(&before, begin)
                .is_some_and(|at| memchr::memmem::find(&before[at..], end).is_none())
        };
        let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let edited = memchr::memmem::find(line, b"edited with ").map(|at| &line[at..]);
        ELEMENTS.iter().any(is_in)
            || memchr::memmem::rfind(line, DEV)
                .is_some_and(|at| !line[at + DEV.len()..].contains(&b'"'))
            || edited.is_some_and(|text| memchr::memmem::find(text, b" by ").is_some())
    }

    fn line(&self, at: usize) -> Range<usize> {
        let first = at.saturating_sub(REACH);
        let begin =
            memchr::memrchr(b'\n', &self.bytes[first..at]).map_or(first, |it| first + it + 1);
        let last = self.bytes.len().min(at + REACH);
        let end = memchr::memchr(b'\n', &self.bytes[at..last]).map_or(last, |it| at + it);
        begin..end
    }
}

/// Whether an element, an attribute or a key in front of a value says that it is the number of a part of a text.
fn names_a_section(before: &[u8]) -> bool {
    const WORDS: [&[u8]; 5] = [b"reference", b"section", b"chapter", b"clause", b"version"];
    let mark = |byte: &u8| b">=:\"'".contains(byte);
    let is_between = |byte: &&u8| mark(byte) || byte.is_ascii_whitespace();
    let between = before.iter().rev().take(5).take_while(is_between).count();
    let (text, marks) = before.split_at(before.len() - between);
    let is_word = |word: &&[u8]| {
        let front = text.strip_suffix(*word);
        front.is_some_and(|front| !front.last().is_some_and(u8::is_ascii_alphanumeric))
    };
    marks.iter().any(mark) && WORDS.iter().any(is_word)
}

/// Whether what stands behind a name is an address in brackets and nothing else.
fn is_in_front_of_mail(behind: &[u8]) -> bool {
    let line = behind.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = line.trim_ascii();
    text.len() < line.len()
        && text.strip_prefix(b"<").and_then(|text| text.strip_suffix(b">")).is_some_and(|mail| {
            mail.contains(&b'@') && !mail.iter().any(|byte| b"<> ".contains(byte))
        })
}

/// All words that may make it talk of health.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    HEALTH.iter().chain(PERHAPS).copied()
}

/// Whether a word is `stroke` as drawings have it, `stroke-width:2` or `ctx.stroke()`, and no illness.
fn is_of_a_drawing(bytes: &[u8], found: &Range<usize>) -> bool {
    if !bytes[found.clone()].eq_ignore_ascii_case(b"stroke") {
        return false;
    }
    let before = found.start.checked_sub(1).map(|at| bytes[at]);
    let rest = &bytes[found.end..];
    let after = rest.strip_prefix(b"s").unwrap_or(rest).first();
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_:=(\"'<>{".contains(byte);
    matches!(before, Some(b':' | b'.' | b'"' | b'\'' | b'_' | b'<' | b'{' | b';'))
        || after.is_some_and(joins)
        || is_of_a_letter(&bytes[..found.start])
}

/// Whether what stands before the word says that it is a stroke through a letter, as Unicode names some.
fn is_of_a_letter(before: &[u8]) -> bool {
    const WITH: &[u8] = b" with ";
    before.split_at_checked(before.len().saturating_sub(WITH.len())).is_some_and(|(text, with)| {
        let letters = text.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
        with.eq_ignore_ascii_case(WITH) && letters == 1
    })
}

/// Whether a word is the beginning of `patiently`.
fn is_patience(bytes: &[u8], found: &Range<usize>) -> bool {
    bytes[found.clone()].eq_ignore_ascii_case(b"patient") && bytes[found.end..].starts_with(b"ly")
}

/// Where there are words that alone, or with another one near them, make it talk of health.
fn decisive(bytes: &[u8], words: Vec<(Range<usize>, usize)>) -> Vec<usize> {
    let is_letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let is_word = |found: &Range<usize>| {
        // A short word has to end there.
        let is_whole = found.len() > 4 || !is_letter(found.end);
        is_whole
            && !found.start.checked_sub(1).is_some_and(is_letter)
            && !is_of_a_drawing(bytes, found)
            && !is_patience(bytes, found)
    };
    let words = words.into_iter().filter(|(found, _)| is_word(found));
    let mut found: Vec<(usize, usize)> = words.map(|(found, word)| (found.start, word)).collect();
    found.sort_unstable();
    let is_near = |number: usize| {
        let (place, word) = found[number];
        let differs = |other: &(usize, usize)| {
            other.1 != word && other.0 != place && other.0.abs_diff(place) <= REACH
        };
        // Of many words in a row the next few decide.
        let around = number.saturating_sub(4)..found.len().min(number + 5);
        word < HEALTH.len() || found[around].iter().any(differs)
    };
    (0..found.len()).filter(|number| is_near(*number)).map(|number| found[number].0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_health(text: &str) -> bool {
        Context::of(text.as_bytes()).is_health(0)
    }

    #[test]
    fn who_is_thanked_or_wrote_an_entry_is_no_patient() {
        let is_credit = |text: &str| {
            let text = text.replace('~', "");
            let begin = text.find("Ja").expect("a name");
            let text = format!("the patient is ill\n{text}\n");
            let begin = begin + text.find('\n').expect("a line") + 1;
            Context::of(text.as_bytes()).is_attribution(&(begin..begin + 8))
        };
        for text in [
            "drawn with a stroke. Thanks to Gary Gregory, Ja~ne Roe.",
            "7. [Ja~ne Roe](https://example.org/jane) fixed the patient",
            "Ja~ne Roe (12):",
            "2020-01-02  Ja~ne Roe  <jane@example.org>",
        ] {
            assert!(is_credit(text), "{text}");
        }
        for text in [
            "he gave thanks to the nurse. Ja~ne Roe went home",
            "seen: Ja~ne Roe (12)",
            "patient Ja~ne Roe  <jane@example.org>",
        ] {
            assert!(!is_credit(text), "{text}");
        }
    }

    #[test]
    fn who_makes_a_program_is_no_patient() {
        let is_maker = |text: &str| {
            let text = format!("the patient is ill\n{text}\n");
            let begin = text.find('~').expect("a name") - 2;
            let text = text.replace('~', "");
            Context::of(text.as_bytes()).is_attribution(&(begin..begin + 8))
        };
        for text in [
            "<developer>\n<id>x</id>\n<name>Ja~ne Roe</name>",
            "<Contributor><name>Ja~ne Roe</name>",
            "<mailingList>\n<post>ja~ne@x.org",
            "<action type=\"fix\" dev=\"Ja~ne Roe\">the patient",
            "<!-- edited with XML Spy by Ja~ne Roe (X) -->",
            "<action dev=\"Fco. Ja~ne Roe\" type=\"fix\">",
            "<a href=\"mailto:ja~ne@x.org\">contact us</a>",
            "<a href=\"mailto:jane@x.org\">Ja~ne Roe</a>",
        ] {
            assert!(is_maker(text), "{text}");
        }
        for text in [
            "<developer>\n<name>x</name>\n</developer>\n<patient>Ja~ne Roe</patient>",
            "<patient device=\"Ja~ne Roe\">",
            "<patient nodev=\"Ja~ne Roe\">",
            "seen by Ja~ne Roe",
            "<action dev=\"x\" name=\"Ja~ne Roe\">",
            "<a href=\"mailto:ja~ne@example.org\">the patient</a>",
            "edited with care for Ja~ne Roe",
        ] {
            assert!(!is_maker(text), "{text}");
        }
    }

    #[test]
    fn numbers_of_sections_are_no_addresses() {
        let is_section = |text: &str| Context::of(text.as_bytes()).is_version(text.len());
        for text in [
            "<Reference>",
            "<section>",
            "<x chapter=\"",
            "\"clause\": \"",
            "chapter ",
            "clause ",
            "Section: ",
        ] {
            assert!(is_section(text), "{text}");
        }
        for text in ["reference ", "<preference>", "<host>", "host=\"", "<reference>x", ""] {
            assert!(!is_section(text), "{text}");
        }
    }

    #[test]
    fn strokes_of_drawings_and_patience_are_no_illness() {
        for text in [
            "it maps LATIN SMALL LETTER D WITH STROKE to d",
            "who patiently waited",
            "fill:#000;stroke:none;font-family:x",
            r#"<path stroke="none" d="M1"/>"#,
            "<draw svg:stroke-color='#000'>",
            "ctx.stroke();",
            "let strokeWidth = 2;",
            "set stroke-width to 2",
        ] {
            assert!(!is_health(text), "{text}");
        }
        for text in ["she had a stroke.", "Stroke, 2019", "post-stroke care", "two strokes in May"]
        {
            assert!(is_health(text), "{text}");
        }
    }
}
