use std::fmt::Write;

/// Bytes as text that can neither move the cursor of a terminal nor reorder what stands around
/// it: UTF-8 as it is, other bytes as U+FFFD, control and invisible format characters as escapes
/// such as `\u{1b}`. What the log of a CI system would be read for, `::` where a line may begin and `##[` or
/// `##vso[` anywhere, has a backslash in it (GitHub, "Workflow commands"; Microsoft, "Logging commands").
pub fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain && !text.contains("::") && !text.contains("##") {
        return text.into_owned();
    }
    let mut printable = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        if begins_command(&text, at) {
            printable.push('\\');
        }
        if is_unprintable(character) {
            let _ = write!(printable, "{}", character.escape_unicode());
        } else {
            printable.push(character);
        }
    }
    printable
}

/// Whether what stands there is what the log of a CI system is read for: `::` where a line may begin, the bracket of
/// `##[` or `##vso[` anywhere.
pub(crate) fn begins_command(text: &str, at: usize) -> bool {
    let (before, rest) = text.split_at(at);
    let may_begin = before.chars().next_back().is_none_or(char::is_whitespace);
    (may_begin && rest.starts_with("::"))
        || (rest.starts_with('[') && ["##", "##vso"].iter().any(|it| before.ends_with(it)))
}

/// As [`printable`], and no longer than so many characters: `…` stands for the rest.
pub fn printable_start(bytes: &[u8], characters: usize) -> String {
    // A character has four bytes at most, and one more tells whether anything is left.
    let text = printable(&bytes[..bytes.len().min(4 * (characters + 1))]);
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// `1 change`, `2,000 changes`.
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number as u64), if number == 1 { one } else { many })
}

/// A number with a comma between thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The first of some names and how many there are besides: `a, b and 3 more`.
pub fn listed(names: impl IntoIterator<Item = impl Into<String>>, limit: usize) -> String {
    let mut names = names.into_iter().map(Into::into);
    let first: Vec<String> = names.by_ref().take(limit).collect();
    match names.count() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Control characters, the format characters that reorder or hide the text around them (Unicode
/// Technical Report 36, "Bidirectional Text Spoofing"), letters that are not seen, and what is no
/// character (Unicode, 23.7), which neither HTML nor XML may hold.
pub(crate) fn is_unprintable(character: char) -> bool {
    let is_format = matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    );
    let is_no_character =
        matches!(character, '\u{fdd0}'..='\u{fdef}') || u32::from(character) & 0xfffe == 0xfffe;
    character.is_control() || is_format || is_no_character
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_how_much_it_leaves_out() {
        assert_eq!(listed(["a", "b"], 2), "a, b");
        assert_eq!(listed(["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(listed([""; 0], 2), "");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(counted(1, "line", "lines"), "1 line");
        assert_eq!(counted(1000, "line", "lines"), "1,000 lines");
    }

    #[test]
    fn what_would_move_the_cursor_is_escaped() {
        assert_eq!(printable(b"a\x1b[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(printable("x\u{202e}y".as_bytes()), "x\\u{202e}y");
        for hidden in ["\u{ad}", "\u{3164}", "\u{fdd0}", "\u{fffe}", "\u{ffff}", "\u{1ffff}"] {
            assert!(printable(hidden.as_bytes()).starts_with("\\u{"), "{hidden:?}");
        }
        assert_eq!(printable(b"caf\xe9"), "caf\u{fffd}");
        for (name, shown) in [
            ("::error::x", "\\::error::x"),
            ("a ::stop-commands::b", "a \\::stop-commands::b"),
            ("std::fmt", "std::fmt"),
            ("##vso[task.complete]", "##vso\\[task.complete]"),
            ("a##[error]", "a##\\[error]"),
            ("## [x]", "## [x]"),
        ] {
            assert_eq!(printable(name.as_bytes()), shown);
            assert_eq!(printable(shown.as_bytes()), shown, "once is enough");
        }
        assert_eq!(printable("Ünïcode 🦀".as_bytes()), "Ünïcode 🦀");
    }
}
