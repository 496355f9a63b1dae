//! The lines that begin functions.

use bstr::ByteSlice;

/// Where the line of a header is read on in search of the body.
#[derive(Clone, Copy)]
pub(super) struct Header {
    pub offset: usize,
    /// Whether the body stands behind an arrow.
    pub has_arrow: bool,
}

/// Words that may stand in front of one that declares a function.
const MODIFIERS: &[&str] = &[
    "abstract",
    "actual",
    "async",
    "class",
    "const",
    "convenience",
    "declare",
    "default",
    "expect",
    "export",
    "extern",
    "external",
    "fileprivate",
    "final",
    "get",
    "implicit",
    "infix",
    "inline",
    "internal",
    "lazy",
    "local",
    "module_function",
    "mutating",
    "nonisolated",
    "open",
    "operator",
    "override",
    "postfix",
    "prefix",
    "private",
    "private_class_method",
    "protected",
    "public",
    "pub",
    "readonly",
    "required",
    "set",
    "static",
    "suspend",
    "tailrec",
    "unsafe",
];

/// With these an indented line of C++ may begin a function.
const INDENTED_C: &[&str] =
    &["constexpr", "explicit", "friend", "inline", "static", "virtual", "void"];

/// With these no function begins.
const STATEMENTS: &[&str] = &[
    "break",
    "case",
    "catch",
    "continue",
    "do",
    "else",
    "finally",
    "for",
    "foreach",
    "goto",
    "if",
    "namespace",
    "new",
    "return",
    "switch",
    "throw",
    "try",
    "typedef",
    "using",
    "while",
];

/// Nor with these, which are names in C.
const EXPRESSIONS: &[&str] = &[
    "and", "assert", "await", "from", "import", "or", "package", "super", "typeof", "when",
    "where", "with", "yield",
];

/// What stands in front of a type, so that a `(` behind it begins no parameters.
const ACCESS: &[&str] =
    &["async", "final", "internal", "override", "private", "protected", "public", "static"];

/// Words for types that may have a `(` before their `{`.
const TYPES: &[&str] = &["class", "enum", "interface", "record", "struct", "trait", "union"];

pub(super) fn c_header(text: &[u8], indent: usize) -> Option<usize> {
    let paren = text.find_byte(b'(')?;
    let before = &text[..paren];
    let is_method = |sign| before.strip_prefix(sign).is_some_and(|rest| rest.trim().is_empty());
    if indent == 0 && (is_method(b"-") || is_method(b"+")) {
        return Some(paren);
    }
    let first = first_word(text);
    if !begins_name(text) || is_label(text) || is_any(first, STATEMENTS) {
        return None;
    }
    let is_operator = before.contains_str("operator");
    if before.find_byteset(b"{};").is_some() || (before.contains(&b'=') && !is_operator) {
        return None;
    }
    if indent > 0 && !is_any(first, INDENTED_C) {
        return None;
    }
    // `struct x *f(` and not `struct aligned(8) x {`.
    let mut words = before.split(|byte| !is_word(*byte)).filter(|word| !word.is_empty());
    if words.any(|word| is_any(word, TYPES)) && (words.count() < 2 || before.contains_str(" : ")) {
        return None;
    }
    Some(paren)
}

/// At least two words in front of the first `(`.
pub(super) fn typed_header(text: &[u8]) -> Option<usize> {
    let paren = text.find_byte(b'(')?;
    let before = &text[..paren];
    let begins = begins_name(text.strip_prefix(b"@").unwrap_or(text));
    let is_type = |byte: u8| is_word(byte) || b" \t<>[],.?&@$".contains(&byte);
    if !begins || !before.iter().all(|byte| is_type(*byte)) {
        return None;
    }
    let mut words: Vec<&[u8]> = before.fields().collect();
    let name = words.pop()?;
    let first = words.first()?;
    let makes_type = |word: &&[u8]| is_any(word, TYPES) || **word == b"new"[..];
    let is_other = is_statement(first) || words.iter().any(makes_type);
    let is_name = begins_name(name) && !is_any(name, STATEMENTS) && !is_any(name, ACCESS);
    (!is_other && is_name).then_some(paren)
}

pub(super) fn script_header(text: &[u8]) -> Option<Header> {
    if let Some(offset) = after_word(text, &["function"]) {
        return Some(Header { offset, has_arrow: false });
    }
    let paren = text.find_byte(b'(')?;
    let before = &text[..paren];
    let begins = begins_name(text) || matches!(text.first(), Some(b'#' | b'*'));
    if !begins || is_statement(first_word(text)) || before.contains(&b'{') {
        return None;
    }
    // `export const name = async (`, `name: function (`.
    if let Some(sign) = before.rfind_byte(b'=').or_else(|| before.rfind_byte(b':')) {
        let value = before[sign + 1..].trim();
        let value = value.strip_prefix(b"async").unwrap_or(value).trim();
        let is_function = value.strip_prefix(b"function").is_some_and(|rest| {
            rest.trim_start_with(|c| matches!(c, ' ' | '*')).iter().all(|byte| is_word(*byte))
        });
        let has_arrow = value.is_empty();
        return (is_function || has_arrow).then_some(Header { offset: paren, has_arrow });
    }
    // A method.
    let is_part = |byte: u8| is_word(byte) || b" \t$#*<>,?".contains(&byte);
    let mut words: Vec<&[u8]> = before.fields().collect();
    let name = words.pop()?;
    let is_method = before.iter().all(|byte| is_part(*byte))
        && words.iter().all(|word| is_any(word, MODIFIERS) || *word == b"*")
        && !is_any(name, STATEMENTS);
    is_method.then_some(Header { offset: paren, has_arrow: false })
}

/// Where the text goes on behind one of the words, before which there are modifiers at most.
pub(super) fn after_word(text: &[u8], words: &[&str]) -> Option<usize> {
    let mut rest = text;
    loop {
        let annotation = rest.strip_prefix(b"@");
        rest = annotation.unwrap_or(rest);
        let word = first_word(rest);
        rest = &rest[word.len()..];
        if annotation.is_none() && is_any(word, words) {
            return Some(text.len() - rest.len());
        }
        if word.is_empty() || (annotation.is_none() && !is_any(word, MODIFIERS)) {
            return None;
        }
        rest = rest.trim_start();
        // `pub(crate)`, `private[this]`, `extern "C"`.
        let close = match rest.first() {
            Some(b'(') => b')',
            Some(b'[') => b']',
            Some(b'"') => b'"',
            _ => continue,
        };
        let length = rest[1..].find_byte(close)? + 2;
        rest = rest[length..].trim_start();
    }
}

/// As [`after_word`], where a name has to follow. `init` is one itself.
pub(super) fn named_after(text: &[u8], words: &[&str]) -> Option<usize> {
    let offset = after_word(text, words)?;
    let rest = &text[offset..];
    let name = rest.trim_start();
    let is_init = text[..offset].ends_with(b"init") && matches!(name.first(), Some(b'(' | b'?'));
    let is_named = name.len() < rest.len() && !matches!(name.first(), None | Some(b'(' | b'{'));
    (is_init || is_named).then_some(offset)
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_statement(word: &[u8]) -> bool {
    is_any(word, STATEMENTS) || is_any(word, EXPRESSIONS)
}

fn begins_name(text: &[u8]) -> bool {
    text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$'))
}

pub(super) fn first_word(text: &[u8]) -> &[u8] {
    let length = text.iter().take_while(|byte| is_word(**byte)).count();
    &text[..length]
}

pub(super) fn is_any(word: &[u8], words: &[&str]) -> bool {
    words.iter().any(|known| known.as_bytes() == word)
}

/// A place to jump to, as `out:` in C, with or without a statement behind it.
fn is_label(text: &[u8]) -> bool {
    let rest = &text[first_word(text).len()..];
    rest.starts_with(b":") && !rest.starts_with(b"::")
}
