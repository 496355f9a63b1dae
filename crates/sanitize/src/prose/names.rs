//! Names of people: by a title, by an initial, by the dictionaries, and by what says that one comes.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::WORD;
use super::dictionary::{is_first_name, is_last_name, is_made_up, is_one_of};
use crate::context::Context;
use crate::finding::Finding;
use crate::pattern::{captures, compile};
use crate::small::small;
use crate::what::What;

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

/// The names in a line.
pub(super) fn find(
    bytes: &[u8],
    line: Range<usize>,
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) {
    let text = &bytes[line.clone()];
    let mut add = |span: Range<usize>| {
        let span = line.start + span.start..line.start + span.end;
        let span = without_marks(bytes, to_end_of_word(bytes, span));
        // Who wrote something is no patient.
        if !context.is_attribution(&span) {
            findings.push(What::Name.found(span));
        }
    };
    named_by(titled(), text).for_each(&mut add);
    for found in initialed().find_iter(text) {
        let first = found.as_bytes().split(|byte| *byte == b' ').next().unwrap_or_default();
        if (is_first_name(first) || is_made_up(first)) && !is_no_name(first) {
            add(found.range());
        }
    }
    pairs(text).for_each(&mut add);
    for pattern in [presented(), numbered()] {
        for found in captures(pattern, text) {
            let value = found.name("value").expect("the pattern has it").range();
            if !has_label(&text[value.clone()]) && !is_of_a_thing(text, value.end) {
                add(value);
            }
        }
    }
    named_by(called(), text).for_each(&mut add);
}

/// The names that a pattern knows by what stands in front of them.
fn named_by<'a>(pattern: &'a Regex, text: &'a [u8]) -> impl Iterator<Item = Range<usize>> {
    let values = captures(pattern, text);
    let values = values.map(|found| found.name("value").expect("the pattern has it").range());
    values.filter(|value| {
        let first = text[value.clone()].split(|byte| *byte == b' ').next().unwrap_or_default();
        !is_no_name(first) && !is_of_a_thing(text, value.end)
    })
}

/// Two words that are the first and the last name of somebody.
fn pairs(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let found = doubled().find_at(text, at)?;
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
                return Some(found.range());
            }
        }
    })
}

/// A name with the rest of its last word.
fn to_end_of_word(bytes: &[u8], span: Range<usize>) -> Range<usize> {
    let rest = bytes[span.end..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let is_word = bytes[..span.end].last().is_some_and(u8::is_ascii_alphanumeric);
    span.start..span.end + if is_word { rest } else { 0 }
}

/// A name without the spaces, dashes and quotes of print behind it: in UTF-8, what begins with C2 or E2 80, of which none
/// is a letter of a name.
fn without_marks(bytes: &[u8], mut span: Range<usize>) -> Range<usize> {
    loop {
        span.end -= match bytes[span.clone()] {
            [.., 0xe2, 0x80, 0x80..=0xbf] => 3,
            [.., 0xc2, 0x80..=0xbf] => 2,
            _ => return span,
        };
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

/// Whether what stands behind a name makes it that of a disease, a test or a place.
fn is_of_a_thing(text: &[u8], end: usize) -> bool {
    let rest = &text[end.min(text.len())..];
    let rest =
        rest.strip_prefix(b"'s").or(rest.strip_prefix("\u{2019}s".as_bytes())).unwrap_or(rest);
    let Some(rest) = rest.strip_prefix(b" ").or(rest.strip_prefix(b"-")) else { return false };
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = small(&rest[..length]);
    NO_PERSON.iter().any(|known| {
        let known = known.as_bytes();
        word[..] == *known || word.strip_suffix(b"s") == Some(known)
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
            r"(?:\b[Nn]amed|\b[Nn]ame is|\b[Nn]ame:|\bpatient,|\bpt,|\b[Pp]atient [Nn]ame:?) (?P<value>{WORD}(?: (?:{WORD}\b|[A-Z]\b\.?)){{1,2}})"
        );
        compile(&pattern).expect("the pattern above is well formed")
    })
}

/// Who is said to be the patient: last and first name, or a few words that end there.
fn presented() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let more = format!(r"(?: (?:{WORD}|[A-Z]\b\.?))");
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
