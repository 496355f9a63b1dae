//! What stands in the place of values and says nothing.

/// Whether a text stands for a value: a type, a word for nothing, the same sign over and over.
pub(super) fn says_nothing(text: &[u8]) -> bool {
    let first = text.first();
    let is_sign = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte >= 0x80;
    let is_one_sign = text.len() > 1 && text.iter().filter(is_sign).all(|it| Some(it) == first);
    let is_code = |byte: &u8| b"{}<>$%^*\\=|~`?!".contains(byte);
    // `varchar(20)` is a type, too.
    let word = &text[..memchr::memchr(b'(', text).unwrap_or(text.len())];
    is_one_sign
        || text.iter().any(is_code)
        || WORDS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

/// Types, and words for nothing and for what is to come.
const WORDS: &[&str] = &[
    "string",
    "str",
    "text",
    "date",
    "datetime",
    "timestamp",
    "time",
    "int",
    "integer",
    "number",
    "numeric",
    "varchar",
    "char",
    "bool",
    "boolean",
    "float",
    "double",
    "decimal",
    "object",
    "array",
    "any",
    "true",
    "false",
    "null",
    "none",
    "nil",
    "n/a",
    "na",
    "nan",
    "unknown",
    "undefined",
    "unspecified",
    "todo",
    "tbd",
    "test",
    "example",
    "sample",
    "value",
    "yes",
    "no",
    "required",
    "optional",
    "redacted",
    "masked",
    "removed",
    "hidden",
    "default",
    "empty",
    "missing",
    "other",
    "name",
    "address",
    "city",
    "street",
    "email",
    "phone",
    "county",
    "first name",
    "last name",
    "full name",
    "yyyy-mm-dd",
    "not available",
    "not applicable",
    "\u{65e0}",
    "\u{4e0d}\u{8be6}",
    "\u{4e0d}\u{660e}",
    "\u{672a}\u{77e5}",
    "\u{306a}\u{3057}",
    "\u{c5c6}\u{c74c}",
    "\u{bbf8}\u{c0c1}",
    "\u{41d}\u{435}\u{442}",
    "\u{43d}\u{435}\u{442}",
];
