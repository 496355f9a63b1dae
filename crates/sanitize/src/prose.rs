//! Names of people and places in sentences where there is talk of health.
//!
//! Names are known by a title, by an initial behind a first name, and by the dictionaries of the United
//! States Census Bureau. A place says who somebody is only beside something else that does, so places
//! are found only in lines that have a name, a date or a number.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use crate::context::Context;
use crate::finding::Finding;
use crate::rule::{Category, Severity};
use crate::scanner::compile;
use crate::synthetic::names;
use crate::what::What;

/// A word that begins with a capital, of Latin letters with marks, too (Unicode: U+00C0 to U+00DE, and every other one
/// of Latin Extended-A).
const WORD: &str = concat!(
    r"(?:[A-Z]|\xc3[\x80-\x96\x98-\x9e]|",
    r"\xc4[\x80\x82\x84\x86\x88\x8a\x8c\x8e\x90\x92\x94\x96\x98\x9a\x9c\x9e\xa0\xa2\xa4\xa6\xa8\xaa\xac\xae\xb0\xb2\xb4\xb6\xb9\xbb\xbd\xbf]|",
    r"\xc5[\x81\x83\x85\x87\x8a\x8c\x8e\x90\x92\x94\x96\x98\x9a\x9c\x9e\xa0\xa2\xa4\xa6\xa8\xaa\xac\xae\xb0\xb2\xb4\xb6\xb8\xb9\xbb\xbd])",
    r"[a-z\x80-\xff]+(?:['-][A-Z]?[a-z\x80-\xff]+)?"
);

/// Words behind a name that make it that of a disease, a test or a place.
const NO_PERSON: &[&str] = &[
    "disease",
    "syndrome",
    "reflex",
    "sign",
    "score",
    "criteria",
    "scale",
    "test",
    "lymphoma",
    "index",
    "classification",
    "palsy",
    "tumor",
    "tumour",
    "phenomenon",
    "maneuver",
    "manoeuvre",
    "procedure",
    "fracture",
    "hospital",
    "clinic",
    "medical",
    "university",
    "center",
    "centre",
    "health",
    "college",
    "institute",
    "stage",
    "staging",
    "grade",
    "grading",
    "sarcoma",
    "anemia",
    "thyroiditis",
    "contracture",
    "esophagus",
    "virus",
    "risk",
    "formula",
    "equation",
    "tool",
    "scan",
    "protocol",
    "method",
    "rule",
    "study",
    "trial",
    "street",
    "st",
    "avenue",
    "memorial",
    "children",
    "general",
    "foundation",
    "pain",
    "chorea",
    "ulcer",
    "cancer",
    "dementia",
    "questionnaire",
    "tooth",
];

/// Words with a capital that are no names, whatever the dictionaries say.
const NO_NAME: &[&str] = &[
    "the",
    "what",
    "best",
    "long",
    "may",
    "april",
    "june",
    "august",
    "march",
    "type",
    "stage",
    "patient",
    "patients",
    "treatment",
    "management",
    "guidelines",
    "will",
    "latest",
    "current",
    "recent",
    "any",
    "are",
    "is",
    "can",
    "could",
    "should",
    "how",
    "when",
    "where",
    "who",
    "which",
    "asian",
    "american",
    "african",
    "hispanic",
    "caucasian",
    "white",
    "black",
    "male",
    "female",
    "man",
    "woman",
    "mri",
    "ct",
    "north",
    "south",
    "east",
    "west",
    "new",
    "san",
    "los",
    "saint",
    "mount",
    "fort",
    "lake",
    "general",
    "mercy",
    "grace",
    "hope",
    "faith",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "cleveland",
    "mayo",
    "stanford",
    "johns",
    "boston",
    "houston",
    "dallas",
    "austin",
    "madison",
    "jackson",
    "lincoln",
    "washington",
    "columbia",
    "phoenix",
    "denver",
    "chicago",
    "miami",
    "medicare",
    "medicaid",
    "lou",
    "gleason",
    "glasgow",
    "apgar",
    "wells",
    "epstein",
    "charcot",
    "guillain",
    "von",
    "de",
    "in",
    "for",
    "on",
    "at",
    "of",
    "and",
    "or",
    "was",
    "has",
    "had",
    "with",
];

/// Words with a capital that begin sentences and titles, and are first names too: the word behind them has to be
/// a last name.
const RARELY_FIRST: &[&str] = &[
    "america",
    "an",
    "art",
    "asia",
    "bill",
    "carry",
    "china",
    "christian",
    "early",
    "frank",
    "german",
    "golden",
    "grant",
    "india",
    "in",
    "joy",
    "king",
    "lane",
    "le",
    "love",
    "major",
    "man",
    "many",
    "mark",
    "max",
    "my",
    "pa",
    "page",
    "precious",
    "prince",
    "princess",
    "rich",
    "royal",
    "see",
    "so",
    "son",
    "spring",
    "star",
    "summer",
    "sun",
    "sunny",
    "vi",
    "young",
];

/// Words with a capital that stand behind `Patient:` and before numbers in forms, messages and documents.
const LABELS: &[&str] = &[
    "access",
    "address",
    "age",
    "birth",
    "data",
    "date",
    "demographics",
    "details",
    "enter",
    "error",
    "failed",
    "first",
    "full",
    "gender",
    "history",
    "id",
    "identifier",
    "information",
    "invalid",
    "last",
    "list",
    "missing",
    "name",
    "no",
    "none",
    "not",
    "number",
    "phone",
    "please",
    "portal",
    "record",
    "records",
    "required",
    "resource",
    "select",
    "sex",
    "status",
    "summary",
    "unknown",
    "your",
];

/// Words that are places, colours or the like before another word, and last names behind a first name.
const LAST_NAMES: &[&str] =
    &["white", "black", "long", "jackson", "lincoln", "washington", "austin", "madison", "wells"];

fn dictionary(text: &'static str) -> Vec<&'static str> {
    text.lines().collect()
}

/// Whether a word is a first name that many people have.
pub(crate) fn is_first_name(word: &[u8]) -> bool {
    static NAMES: OnceLock<Vec<&str>> = OnceLock::new();
    is_in(NAMES.get_or_init(|| dictionary(include_str!("../data/first-names.txt"))), word)
}

fn is_last_name(word: &[u8]) -> bool {
    static NAMES: OnceLock<Vec<&str>> = OnceLock::new();
    is_in(NAMES.get_or_init(|| dictionary(include_str!("../data/last-names.txt"))), word)
}

/// Whether a word is a name of the dictionaries, or one that was made up.
pub(crate) fn is_of_dictionary(word: &[u8]) -> bool {
    is_of_census(word) || is_made_up(word)
}

/// Whether a word is a name that many people have.
pub(crate) fn is_of_census(word: &[u8]) -> bool {
    is_first_name(word) || is_last_name(word)
}

/// Whether a word is a name that was made up to take the place of one.
fn is_made_up(word: &[u8]) -> bool {
    std::str::from_utf8(word).is_ok_and(|word| names::is_given(word) || names::is_family(word))
}

/// Whether a text begins with a capital of any alphabet that has some.
pub(crate) fn begins_with_capital(text: &[u8]) -> bool {
    let first = text.get(..text.len().min(4)).and_then(|it| it.utf8_chunks().next());
    first.and_then(|it| it.valid().chars().next()).is_some_and(char::is_uppercase)
}

fn is_in(names: &[&str], word: &[u8]) -> bool {
    let word = word.to_ascii_lowercase();
    names.binary_search_by(|name| name.as_bytes().cmp(&word)).is_ok()
}

/// Names and places where there is talk of health; `known` is what else was found.
pub(crate) fn find(bytes: &[u8], context: &Context<'_>, known: &[Finding]) -> Vec<Finding> {
    let identifiers = Places::of_identifiers(known);
    let mut findings = Vec::new();
    for part in context.health_parts() {
        for line in lines(bytes, part) {
            let before = findings.len();
            names(bytes, line.clone(), context, &mut findings);
            streets(bytes, line.clone(), &mut findings);
            let has_other = identifiers.is_any_in(&line);
            if findings.len() > before || has_other {
                places(bytes, line, &mut findings);
            }
        }
    }
    findings
}

/// Where identifiers are.
struct Places {
    /// Where each begins, sorted, and how far it and those in front of it go.
    places: Vec<(usize, usize)>,
}

impl Places {
    fn of_identifiers(findings: &[Finding]) -> Self {
        let is_identifier = |it: &&Finding| matches!(it.category, Category::Identifier(_));
        let spans = findings.iter().filter(is_identifier).map(|it| (it.span.start, it.span.end));
        let mut places: Vec<_> = spans.collect();
        places.sort_unstable();
        let mut farthest = 0;
        for (_, end) in &mut places {
            farthest = farthest.max(*end);
            *end = farthest;
        }
        Self { places }
    }

    fn is_any_in(&self, part: &Range<usize>) -> bool {
        let before = self.places.partition_point(|(begin, _)| *begin < part.end);
        self.places[..before].last().is_some_and(|(_, end)| *end > part.start)
    }
}

/// The lines of a part, each as far as it belongs to it.
fn lines(bytes: &[u8], part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut begin = part.start;
    std::iter::from_fn(move || {
        if begin >= part.end {
            return None;
        }
        let end = memchr::memchr(b'\n', &bytes[begin..part.end]).map_or(part.end, |at| begin + at);
        let line = begin..end;
        begin = end + 1;
        Some(line)
    })
}

fn names(bytes: &[u8], line: Range<usize>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let text = &bytes[line.clone()];
    let mut add = |span: Range<usize>| {
        let span = line.start + span.start..line.start + span.end;
        // Who wrote something is no patient.
        if !context.is_attribution(&span) {
            findings.push(What::Name.found(span));
        }
    };
    for found in titled().captures_iter(text) {
        let value = found.name("value").expect("the pattern has it").range();
        let first = text[value.clone()].split(|byte| *byte == b' ').next().unwrap_or_default();
        if !is_no_name(first) && !is_of_a_thing(text, value.end) {
            add(value);
        }
    }
    for found in initialed().find_iter(text) {
        let first = found.as_bytes().split(|byte| *byte == b' ').next().unwrap_or_default();
        if (is_first_name(first) || is_made_up(first)) && !is_no_name(first) {
            add(found.range());
        }
    }
    let mut at = 0;
    while let Some(found) = doubled().find_at(text, at) {
        let mut words = found.as_bytes().split(|byte| *byte == b' ');
        let first = words.next().unwrap_or_default();
        let last = words.next_back().unwrap_or_default();
        let is_name = is_known_pair(first, last)
            && !is_no_name(first)
            && (!is_no_name(last) || is_one_of(LAST_NAMES, last))
            && !is_of_a_thing(text, found.end());
        // The second word may be the first of a name.
        at = if is_name { found.end() } else { found.start() + first.len() + 1 };
        if is_name {
            add(found.range());
        }
    }
    for pattern in [presented(), numbered()] {
        for found in pattern.captures_iter(text) {
            let value = found.name("value").expect("the pattern has it").range();
            if !has_label(&text[value.clone()]) && !is_of_a_thing(text, value.end) {
                add(value);
            }
        }
    }
    for found in called().captures_iter(text) {
        let value = found.name("value").expect("the pattern has it").range();
        let first = text[value.clone()].split(|byte| *byte == b' ').next().unwrap_or_default();
        if !is_no_name(first) && !is_of_a_thing(text, value.end) {
            add(value);
        }
    }
}

/// Whether a word of a name can not be one.
fn has_label(name: &[u8]) -> bool {
    let mut words = name.split(|byte| b" ,.".contains(byte)).filter(|word| !word.is_empty());
    words.any(|word| is_one_of(LABELS, word) || is_no_name(word) && !is_one_of(LAST_NAMES, word))
}

/// Whether two words with a capital may be the first and the last name of somebody.
fn is_known_pair(first: &[u8], last: &[u8]) -> bool {
    let is_long = last.len() > 3 && !is_one_of(RARELY_FIRST, first);
    is_first_name(first) && (is_last_name(last) || is_long) || is_made_up(first) && is_made_up(last)
}

fn is_no_name(word: &[u8]) -> bool {
    is_one_of(NO_NAME, word) || is_one_of(NO_PERSON, word)
}

fn is_one_of(words: &[&str], word: &[u8]) -> bool {
    words.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

/// Whether what stands behind a name makes it that of a disease, a test or a place.
fn is_of_a_thing(text: &[u8], end: usize) -> bool {
    let rest = &text[end.min(text.len())..];
    let rest =
        rest.strip_prefix(b"'s").or(rest.strip_prefix("\u{2019}s".as_bytes())).unwrap_or(rest);
    let Some(rest) = rest.strip_prefix(b" ").or(rest.strip_prefix(b"-")) else { return false };
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = rest[..length].to_ascii_lowercase();
    NO_PERSON.iter().any(|known| {
        let known = known.as_bytes();
        word == known || word.strip_suffix(b"s") == Some(known)
    })
}

fn titled() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let pattern = format!(
            r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Nurse|Doctor)\.? (?P<value>(?:{WORD}|[A-Z]\.)(?: (?:[A-Z]\.|{WORD})){{0,2}})"
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}

fn initialed() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        compile(&format!(r"\b{WORD} [A-Z]\.")).expect("the pattern above is well formed")
    })
}

fn doubled() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        compile(&format!(r"\b{WORD} (?:[A-Z]\.? )?{WORD}"))
            .expect("the pattern above is well formed")
    })
}

/// What is said to be a name.
fn called() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let pattern = format!(
            r"(?:\b[Nn]amed|\b[Nn]ame is|\b[Nn]ame:|\bpatient,|\bpt,|\b[Pp]atient [Nn]ame:?) (?P<value>{WORD}(?: (?:[A-Z]\b\.?|{WORD}\b)){{1,2}})"
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// Who is said to be the patient: last and first name, or a few words that end there.
fn presented() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let more = format!(r"(?: (?:[A-Z]\b\.?|{WORD}))");
        let pattern = format!(
            r"\b(?:[Pp]atient|PATIENT|Pt)(?: [Nn]ame| NAME)? ?: {{0,4}}(?:(?P<value>{WORD}, ?{WORD}{more}?|[A-Z][A-Z'-]+, ?[A-Z][A-Z'-]+(?: [A-Z]\b)?|{WORD}{more}{{1,2}}))(?:[,;.()|]|\s*$|\s+(?:[(\[|-]|MRN|DOB|SSN|[0-9]))"
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// Words before the number or the birth of somebody, as in `(MRN ...)`.
fn numbered() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let pattern = format!(
            r"(?:\b[Pp]atient |\bPt |^|[\s(:,\x22\x27])(?P<value>{WORD}(?: [A-Z]\.)?(?: {WORD}){{1,2}})[,:]? ?[(\[]?(?:MRN|SSN|DOB|mrn|ssn|dob)\b[ :#=]{{0,3}}[A-Z-]{{0,5}}[0-9]"
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// Numbers of houses with the names of their streets.
fn streets(bytes: &[u8], line: Range<usize>, findings: &mut Vec<Finding>) {
    for found in street().captures_iter(&bytes[line.clone()]) {
        let value = found.name("value").or(found.name("other")).expect("either is there");
        // A year before a court, or before the way.
        let text = value.as_bytes();
        let is_year = (text.starts_with(b"19") || text.starts_with(b"20"))
            && text.get(4) == Some(&b' ')
            && [&b"Court"[..], b"Way"].iter().any(|end| text.ends_with(end));
        if !is_year {
            let span = line.start + value.start()..line.start + value.end();
            findings.push(What::Address.found(span));
        }
    }
}

fn street() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let house = format!(
            r"[0-9]{{1,5}}[A-Za-z]? (?:[NSEW]{{1,2}}\.? )?(?:(?:{WORD}|[0-9]{{1,3}}(?:st|nd|rd|th)) ){{1,4}}"
        );
        let unit = r"(?:,? (?:Apt|Unit|Suite|Ste)\.? ?#?[0-9A-Za-z]{1,5}\b)?";
        let pattern = format!(
            r"(?:^|[\s(:,\x22\x27])(?:(?P<value>{house}(?:Street|Avenue|Ave|Road|Rd|Drive|Lane|Ln|Boulevard|Blvd|Court|Way)\b{unit})|(?P<other>{house}(?:St|Dr|Ct)\b{unit})(?:[.,;)\x22\x27]|\s*$))"
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}

fn places(bytes: &[u8], line: Range<usize>, findings: &mut Vec<Finding>) {
    let text = &bytes[line.clone()];
    for pattern in [facility(), known_place(), stated()] {
        for found in pattern.captures_iter(text) {
            let value = found.name("value").or(found.get(0)).expect("a match has a whole").range();
            let value = value.start..value.start + before_month(&text[value]);
            if !value.is_empty() && !is_one_of(WARDS, &text[value.clone()]) {
                let span = line.start + value.start..line.start + value.end;
                findings.push(What::Address.found_as(Severity::Medium, span));
            }
        }
    }
}

/// Parts of a hospital that every hospital has.
const WARDS: &[&str] = &["ER", "ED", "ICU", "NICU", "PICU", "PACU", "OR"];

/// How much of a place there is before a month, which belongs to a date.
fn before_month(text: &[u8]) -> usize {
    let mut at = 0;
    for word in text.split(|byte| *byte == b' ') {
        if is_month(word.trim_ascii_end()) {
            let before = &text[..at];
            let joins = |word: &&[u8]| before.ends_with(word);
            let link = [&b", "[..], b" of ", b" in ", b" at ", b" "].into_iter().find(joins);
            return at - link.map_or(0, <[u8]>::len);
        }
        at += word.len() + 1;
    }
    text.len()
}

/// Whether a word is the name of a month, or a short form of it.
fn is_month(word: &[u8]) -> bool {
    const MONTHS: [&[u8]; 12] = [
        b"january",
        b"february",
        b"march",
        b"april",
        b"may",
        b"june",
        b"july",
        b"august",
        b"september",
        b"october",
        b"november",
        b"december",
    ];
    let word =
        word.strip_suffix(b".").or(word.strip_suffix(b",")).unwrap_or(word).to_ascii_lowercase();
    word == b"sept"
        || MONTHS.iter().any(|month| word == *month || word.len() == 3 && month.starts_with(&word))
}

/// A name that ends, or begins, as those of hospitals do.
fn facility() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let word = r"(?:[A-Z][A-Za-z\x80-\xff]*(?:['\x27-][A-Za-z]+|\xe2\x80\x99[a-z]+)*\.?|&|of|the|and|de)";
        let end = r"(?:Hospitals?|Hosp|Clinics?|Medical (?:Center|Centre|Group|School)|Med(?:ical)? Ctr|Med|Medicine|Healthcare|Health(?:[ ]?(?:Center|System|Network|Services|Partners))?|Center|Centre|Institute|ER|Infirmary|Hospice|Nursing Home|Urgent Care|VA|University|Children[\x27\xe2\x80\x99]*s|Rehab|Pavilion|clinic|hospital|facility|branch|office|location|campus|ward|department|ED)";
        let pattern = format!(r"\b(?P<value>[A-Z][A-Za-z\x80-\xff.]*(?:[\x27-][A-Za-z]+|\xe2\x80\x99[a-z]+)*(?: {word}){{0,5}}? {end}(?:(?:,| of| in| at)? [A-Z][a-z]+(?: [A-Z][a-z]+)?(?:, [A-Z]{{2}})?)?)\b");
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// Cities and hospitals that are known by their names alone.
fn known_place() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let names: Vec<&str> = include_str!("../data/places.txt").lines().collect();
        let pattern = format!(r"\b(?P<value>(?:{})(?:, [A-Z]{{2}}\b)?)\b", names.join("|"));
        compile(&pattern).expect("the names of places are letters")
    })
}

/// What stands behind words that lead to a place.
fn stated() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let word = r"[A-Z][A-Za-z\x80-\xff]*(?:['\x27-][A-Za-z]+|\xe2\x80\x99[a-z]+)*\.?";
        let pattern = format!(
            r"(?:\bat|@|\bvisited|\badmitted to|\btransferred to|\bresid(?:es|ing) (?:in|at)|\bresident of|\blives in|\bliving in|\bborn in|\bmoved to) (?:the |our )?(?P<value>{word}(?: (?:of|and|&|{word})){{0,4}}(?:, [A-Z]{{2}}\b)?)"
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found where there is talk of health, without the words that say so. A `~` stands for nothing, so
    /// that no scanner stops at this page.
    fn found(text: &str) -> Vec<String> {
        let text = format!("diagnosed: {}", text.replace('~', ""));
        let findings = find(text.as_bytes(), &Context::of(text.as_bytes()), &[]);
        findings.into_iter().map(|it| text[it.span].to_owned()).collect()
    }

    #[test]
    fn words_that_begin_titles_are_no_names_by_themselves() {
        for text in
            ["429, Too Many Requests", "of Spring Security", "see My Profile", "a Golden Retriever"]
        {
            assert!(found(text).is_empty(), "{text}");
        }
        assert_eq!(found("sa~w You~ng K~im"), ["Young Kim"]);
        assert_eq!(found("sa~w Kar~en Wh~ite"), ["Karen White"]);
        assert_eq!(found("sa~w Mar~ie Q~., 63"), ["Marie Q."]);
    }

    #[test]
    fn who_is_presented_or_numbered_is_somebody() {
        for (text, name) in [
            ("Pati~ent: Zwyr~tkova, Quirinia", "Zwyrtkova, Quirinia"),
            ("PATI~ENT NAME: ZWYR~TKOVA, QUIRINIA M", "ZWYRTKOVA, QUIRINIA M"),
            ("Pati~ent: Quirinia Zwyr~tkova (ward 3)", "Quirinia Zwyrtkova"),
            ("Pati~ent: \u{c5}ng~str\u{f6}m, Zo\u{eb}", "\u{c5}ngstr\u{f6}m, Zo\u{eb}"),
            ("Pati~ent: \u{160}imon \u{10c}ern\u{fd}", "\u{160}imon \u{10c}ern\u{fd}"),
            ("Loaded pati~ent Quirinia Zwyr~tkova (M~RN 8817~2635)", "Quirinia Zwyrtkova"),
            ("saw Quirinia Zwyr~tkova, D~OB: 1980~", "Quirinia Zwyrtkova"),
        ] {
            assert_eq!(found(text), [name], "{text}");
        }
        for text in [
            "Pati~ent: Access Denied",
            "Pati~ent: Birth Date",
            "Pati~ent: First Name, Last Name",
            "Pati~ent: Zwyr~tkova Works here",
            "the Medi~cal Record (M~RN 8817~2635)",
            "Pati~ent Number: M~RN 8817~2635",
            "Show Quirinia Zwyr~tkova (M~RN required)",
        ] {
            assert!(found(text).is_empty(), "{text} {:?}", found(text));
        }
    }

    #[test]
    fn numbers_of_houses_have_a_street() {
        for (text, street) in [
            ("Lives at 12 El~m Street and", "12 Elm Street"),
            ("at 1600 N. Old Mi~ll Rd, Apt 3B", "1600 N. Old Mill Rd, Apt 3B"),
            ("home: 7 We~st 42nd St.", "7 West 42nd St"),
        ] {
            assert!(found(text).iter().any(|it| it == street), "{text} {:?}", found(text));
        }
        for text in ["in 2019 Supreme Court", "12 elm street", "the 3 Way valve", "5 Saw Dr Lee"] {
            let found = found(text);
            assert!(!found.iter().any(|it| it.starts_with(char::is_numeric)), "{found:?}");
        }
    }

    #[test]
    fn places_end_before_a_month() {
        for (text, place) in [
            ("Emma R~., at Mayo Clinic on", "Mayo Clinic"),
            ("Em~ma R~., at Sun~ny Hi~ll Cli~nic in Janu~ary", "Sunny Hill Clinic"),
            ("Em~ma R~., at Sun~ny Hi~ll Cli~nic, Ju~ne 20", "Sunny Hill Clinic"),
            ("Emma R~., residing in Fairfield, CT", "Fairfield, CT"),
            ("Em~ma R~., at Aug~usta Cli~nic in M~ay", "Augusta Clinic"),
        ] {
            assert!(found(text).iter().any(|it| it == place), "{:?}", found(text));
        }
        assert_eq!(found("Em~ma R~., who vis~ited the IC~U"), ["Emma R."]);
    }
}
