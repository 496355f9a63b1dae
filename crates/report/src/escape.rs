use gitops_health_git::printable;

/// JSON with escapes for the characters that a terminal would act on; between lines it stays as it
/// is.
pub fn escape_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    let (mut units, mut bytes) = ([0; 2], [0; 4]);
    let mut rest = json;
    loop {
        let is_plain = |byte: &u8| matches!(byte, b'\n' | b' '..=b'~');
        let plain = rest.bytes().position(|byte| !is_plain(&byte)).unwrap_or(rest.len());
        escaped.push_str(&rest[..plain]);
        rest = &rest[plain..];
        let Some(character) = rest.chars().next() else { return escaped };
        rest = &rest[character.len_utf8()..];
        let text = character.encode_utf8(&mut bytes);
        if *printable(text.as_bytes()) == *text {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
}

/// Escapes what Markdown or HTML would take for its own, so that neither a file name nor a
/// subject can draw a link, a picture or a mention.
pub(crate) fn escape_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // Mentions and addresses are looked for in the finished text: a blank of no width
            // between the characters keeps them from being found.
            '@' => escaped.push_str("@&#8203;"),
            '/' if escaped.ends_with(':') => escaped.push_str("&#8203;/"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '|' | '!' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '.' if escaped.ends_with("www") => escaped.push_str(".&#8203;"),
            '\n' => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The same for sentences of ours with names in them: what stands between two backticks is shown as code, and a sign
/// is escaped only where it would mean something. No link can be drawn without brackets, so parentheses stay.
pub(crate) fn escape_prose(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let parts: Vec<&str> = text.split('`').collect();
    let is_code = |place: usize| {
        let inside = place % 2 == 1 && place + 1 < parts.len();
        inside && !parts[place].is_empty()
    };
    // Two marks beside each other open something else.
    let is_plain = parts
        .iter()
        .enumerate()
        .any(|(place, part)| place > 0 && place + 1 < parts.len() && part.is_empty());
    let mut escaped = String::with_capacity(text.len());
    for (place, part) in parts.iter().enumerate() {
        match () {
            () if !is_plain && is_code(place) => {
                escaped += &format!("`{}`", part.replace('|', "\\|"));
            }
            () => {
                let is_mark = place > 0 && (is_plain || !is_code(place - 1));
                escaped.push_str(if is_mark { "\\`" } else { "" });
                prose(&mut escaped, part);
            }
        }
    }
    escaped
}

fn prose(escaped: &mut String, text: &str) {
    let characters: Vec<char> = text.chars().collect();
    let is_word = |place: Option<usize>| {
        place.and_then(|place| characters.get(place)).is_some_and(|it| it.is_alphanumeric())
    };
    for (place, character) in characters.iter().enumerate() {
        match character {
            // In a word it is a sign like others, between or beside words it is emphasis.
            '_' if is_word(place.checked_sub(1)) && is_word(Some(place + 1)) => escaped.push('_'),
            '(' if escaped.ends_with(']') => escaped.push_str("\\("),
            '(' | ')' | '!' => escaped.push(*character),
            '#' if !escaped.is_empty() && !is_word(Some(place + 1)) => escaped.push('#'),
            '-' | '+' | '=' if escaped.is_empty() => {
                escaped.push('\\');
                escaped.push(*character);
            }
            // Each on its own, so that what stands before it counts.
            '/' if escaped.ends_with(':') => escaped.push_str("&#8203;/"),
            '.' if escaped.ends_with("www") => escaped.push_str(".&#8203;"),
            other => escaped.push_str(&escape_markdown(other.encode_utf8(&mut [0; 4]))),
        }
    }
}

/// Escapes what HTML would take for its own, in text and in quoted attributes.
pub(crate) fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Escapes what XML would take for its own, and leaves out what XML 1.0 can't hold at all.
pub fn escape_xml(text: &str) -> String {
    let is_allowed = |character: &char| match character {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        other => *other >= ' ',
    };
    escape_html(&text.chars().filter(is_allowed).collect::<String>())
}

/// A cell of a CSV file (RFC 4180) that no spreadsheet takes for a formula: what begins as one gets
/// an apostrophe in front (OWASP, "CSV Injection").
pub(crate) fn escape_csv(text: &str) -> String {
    // The ends of a line and the wide forms of the signs among them.
    let is_formula = text.starts_with(|first: char| match first {
        '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}' => true,
        other => other.is_whitespace() && other != ' ',
    });
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    match text.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

/// Lines of CSV with the ends that RFC 4180 asks for.
pub(crate) fn csv_line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| escape_csv(cell)).collect();
    cells.join(",") + "\r\n"
}

/// A description in TAP: escapes what would begin a directive, and stays on its line.
pub(crate) fn escape_tap(text: &str) -> String {
    text.replace('\\', r"\\").replace('#', r"\#").replace(['\n', '\r'], " ")
}

/// A path as a relative reference (RFC 3986).
pub(crate) fn escape_uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            other => uri += &format!("%{other:02X}"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_no_character_that_a_terminal_acts_on() {
        let all: String = ('\u{20}'..'\u{3000}').chain('\u{fdd0}'..='\u{ffff}').collect();
        let text = serde_json::to_string_pretty(&[&all, "\u{1}\u{1b}\u{7f}\u{e0001}ü"])
            .expect("it is JSON");
        let escaped = escape_json(&text);
        let read: Vec<String> = serde_json::from_str(&escaped).expect("it is JSON");
        assert_eq!(read, [&all, "\u{1}\u{1b}\u{7f}\u{e0001}ü"]);
        assert!(escaped.lines().all(|line| printable(line.as_bytes()) == line));
        assert!(escaped.contains("\\u007f\\udb40\\udc01ü") && escaped.contains("\\u202e"));
        assert_eq!(escape_json("[\n  \"a~ \"\n]\n"), "[\n  \"a~ \"\n]\n");
    }

    #[test]
    fn a_subject_cannot_draw_a_picture_or_call_anybody() {
        assert_eq!(
            escape_markdown("![x](http://e) @team <img> a|b"),
            "\\!\\[x\\]\\(http:&#8203;//e\\) @&#8203;team &lt;img&gt; a\\|b"
        );
        assert_eq!(escape_markdown("http://evil.example/x"), "http:&#8203;//evil.example/x");
        assert_eq!(escape_markdown("www.evil.example"), "www.&#8203;evil.example");
    }

    #[test]
    fn a_sentence_has_escapes_only_where_a_sign_would_mean_something() {
        for (text, shown) in [
            ("hipaa 164.312(c)(1)", "hipaa 164.312(c)(1)"),
            ("pull_request of `a|b_c`!", "pull_request of `a\\|b_c`!"),
            ("_x_ and *y*", "\\_x\\_ and \\*y\\*"),
            ("an end` of `x` and one", "an end` of `x\\` and one"),
            ("``x`", "\\`\\`x\\`"),
            ("one ` alone", "one \\` alone"),
            ("`<b>@team`", "`<b>@team`"),
            ("[x](y) <b> @team", "\\[x\\]\\(y) &lt;b&gt; @&#8203;team"),
            (
                "see https://e.example www.e.example",
                "see https:&#8203;//e.example www.&#8203;e.example",
            ),
            ("- a\n# b", "\\- a # b"),
            ("# a #1", "\\# a \\#1"),
        ] {
            assert_eq!(escape_prose(text), shown);
        }
    }

    #[test]
    fn a_path_cannot_begin_an_element_or_end_an_attribute() {
        assert_eq!(escape_html("<b>\"'&amp;"), "&lt;b&gt;&quot;&#39;&amp;amp;");
    }

    #[test]
    fn what_xml_has_no_place_for_is_left_out() {
        assert_eq!(escape_xml("a\0\u{1b}b\u{ffff}\t<]]>\u{1f600}"), "ab\t&lt;]]&gt;\u{1f600}");
    }

    #[test]
    fn a_path_cannot_skip_a_test() {
        assert_eq!(escape_tap("a # SKIP\n1..0"), r"a \# SKIP 1..0");
    }

    #[test]
    fn a_path_is_no_other_place() {
        assert_eq!(escape_uri("a:b/c d?#%.md"), "a%3Ab/c%20d%3F%23%25.md");
    }

    #[test]
    fn a_cell_is_no_formula_and_stays_one_cell() {
        for (text, cell) in [
            ("src/a.rs", "src/a.rs"),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("-1+1,2", "\"'-1+1,2\""),
            ("@x", "'@x"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("\u{3000}x", "'\u{3000}x"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            (" x", " x"),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
        ] {
            assert_eq!(escape_csv(text), cell);
        }
    }
}
