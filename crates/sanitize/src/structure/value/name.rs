//! What people are called.

use super::{digits, shape};
use crate::prose;

/// What a person is called. Made-up names may end in a few digits.
pub(super) fn is_name(text: &[u8]) -> bool {
    let is_part =
        |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b" .,'-()\"/&".contains(byte);
    shape::is_text(text)
        && text.len() <= 80
        && text.iter().all(is_part)
        && digits(text) <= 9
        && !text[0].is_ascii_digit()
}

/// Whether a text begins with a capital, or with a letter of a script that has none.
pub(super) fn begins_as_name(text: &[u8]) -> bool {
    let first = text.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    let has_no_case = |it: char| it.is_alphabetic() && !it.is_lowercase();
    prose::begins_with_capital(text) || first.is_some_and(has_no_case)
}

/// Two words or more that begin with capitals and are no words of forms, or one of the dictionaries.
pub(super) fn is_full_name(text: &[u8]) -> bool {
    let words = || text.split(|byte| b" ,".contains(byte)).filter(|word| !word.is_empty());
    let is_form = |word: &[u8]| FORMS.iter().any(|known| known.eq_ignore_ascii_case(word));
    if words().any(is_form) || text.contains(&b'(') {
        return false;
    }
    let is_capital = |word: &[u8]| {
        let rest = word.get(1..).unwrap_or_default();
        let is_part =
            |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b".'-".contains(byte);
        prose::begins_with_capital(word) && rest.iter().all(is_part)
    };
    let is_known = |word: &[u8]| prose::is_of_dictionary(word);
    match words().count() {
        0 => false,
        1 => words().all(|word| is_capital(word) && is_known(word)),
        2..=4 => words().all(is_capital) && words().any(is_known),
        _ => false,
    }
}

/// Words of forms, in which names are asked for.
const FORMS: &[&[u8]] = &[
    b"patient",
    b"patients",
    "adı".as_bytes(),
    "soyadı".as_bytes(),
    b"hasta",
    b"name",
    b"first",
    b"last",
    b"full",
    b"middle",
    b"given",
    b"family",
    b"maiden",
    b"number",
    b"date",
    b"birth",
    b"id",
    b"identifier",
    b"enter",
    b"please",
    b"select",
    b"required",
    b"field",
    b"the",
    b"your",
    b"of",
    b"is",
    b"invalid",
    b"doctor",
    b"member",
    b"subscriber",
    b"insured",
    b"mother's",
    b"mothers",
    b"next",
    b"kin",
    b"label",
];
