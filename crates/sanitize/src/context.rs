//! What stands around a place.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

/// Words that are written where there is talk of somebody's health.
const HEALTH: &[&str] = &[
    "patient",
    "diagnos",
    "admitted",
    "discharged",
    "medical record",
    "medical history",
    "mrn",
    "date of birth",
    "dob",
    "hospital",
    "clinic",
    "physician",
    "year-old",
    "year old",
    "yr old",
    "y/o",
    "prescri",
    "symptom",
    "surgery",
    "surgical",
    "medicare",
    "medicaid",
    "health plan",
    "health insurance",
    "insurance id",
    "member id",
    "subscriber",
    "beneficiary",
    "nurse",
    "dosage",
    "therapy",
    "chronic",
    "hypertension",
    "diabet",
    "cancer",
    "asthma",
    "pregnan",
    "biopsy",
    "chemotherap",
    "radiolog",
    "cardio",
    "lab result",
    "vital signs",
    "allerg",
    "immuniz",
    "vaccin",
    "treatment",
    "encounter",
    "icd-10",
    "snomed",
    "loinc",
    "hl7",
    "fhir",
    "hipaa",
    "phi",
];

/// How far the talk goes, in bytes.
const REACH: usize = 400;

pub(crate) struct Context<'a> {
    bytes: &'a [u8],
    /// Where such words stand; looked for when it is asked for the first time.
    health: OnceCell<Vec<usize>>,
}

impl<'a> Context<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, health: OnceCell::new() }
    }

    /// Whether there is talk of health around a place.
    pub fn is_health(&self, at: usize) -> bool {
        let places = self.health.get_or_init(|| health_words(self.bytes));
        let after = places.partition_point(|place| *place + REACH < at);
        places.get(after).is_some_and(|place| *place <= at + REACH)
    }

    /// Whether a place says who wrote something: names with addresses in angle brackets, and lines of
    /// copyright, authors and the like.
    pub fn is_attribution(&self, span: &Range<usize>) -> bool {
        const WORDS: &[&[u8]] = &[
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
            b"mailto:",
            b"credits",
            b"@",
            b"license",
            b"by:",
        ];
        let line = self.line(span.start);
        let before = &self.bytes[line.start..span.start];
        if before.ends_with(b"<") && before.len() > 2 && self.bytes.get(span.end) == Some(&b'>') {
            return true;
        }
        let lower = before[before.len().saturating_sub(200)..].to_ascii_lowercase();
        WORDS.iter().any(|word| memchr::memmem::find(&lower, word).is_some())
    }

    /// Whether the word before a number says that it is a version.
    pub fn is_version(&self, at: usize) -> bool {
        let before = self.bytes[at.saturating_sub(24)..at].to_ascii_lowercase();
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
        ]
        .iter()
        .any(|word| before.ends_with(word))
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

fn health_words(bytes: &[u8]) -> Vec<usize> {
    static WORDS: OnceLock<AhoCorasick> = OnceLock::new();
    let words = WORDS.get_or_init(|| {
        let builder = &mut AhoCorasick::builder();
        builder.ascii_case_insensitive(true).build(HEALTH).expect("a few short words fit")
    });
    let is_word =
        |at: usize| at.checked_sub(1).is_none_or(|before| !bytes[before].is_ascii_alphanumeric());
    let whole = |end: usize, length: usize| {
        // A short word has to end there.
        length > 4 || bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric())
    };
    let found = words
        .find_iter(bytes)
        .filter(|found| is_word(found.start()) && whole(found.end(), found.len()));
    found.map(|found| found.start()).collect()
}
