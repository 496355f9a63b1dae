//! Brackets in one another: parsers go as deep as they do. The first element of a list, a set or an object is read twice by
//! that of regorus, since it could be that of a comprehension; what is in it four times, and so on.

/// So many brackets may be open at once.
const DEEPEST: usize = 100;

/// So many lists, sets and objects may each be the first element of the one around it.
const DEEPEST_FIRST: u32 = 12;

/// So often may words and signs be read again that are first elements of first elements.
const MOST_READ: u64 = 1 << 20;

/// From so many on the readings are counted: everybody writes a few.
const COUNTED: u32 = 6;

/// The line, from 1, in which more brackets are open than may be, or what is in them is read too often. Those in strings and
/// comments don't count.
pub(super) fn too_deep(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let (mut at, mut line) = (0, 1);
    let (mut open, mut first, mut read) = (Vec::new(), 0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' => line += 1,
            b'#' => at += memchr(b'\n', &bytes[at..]) - 1,
            b'"' => at += end_of_string(&bytes[at..]),
            b'`' => {
                let end = 1 + memchr(b'`', &bytes[at + 1..]);
                line +=
                    bytes[at..bytes.len().min(at + end)].iter().filter(|it| **it == b'\n').count()
                        as u32;
                at += end;
            }
            b'(' => open.push(false),
            b'[' | b'{' => {
                open.push(true);
                first += 1;
            }
            b')' | b']' | b'}' => first -= u32::from(open.pop() == Some(true)),
            // What follows is no first element.
            b',' if open.last() == Some(&true) => {
                *open.last_mut().expect("there is one") = false;
                first -= 1;
            }
            _ => {}
        }
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let goes_on = is_word(*byte) && bytes.get(at + 1).is_some_and(|next| is_word(*next));
        if first >= COUNTED && !goes_on && !byte.is_ascii_whitespace() {
            read += 1_u64 << first.min(DEEPEST_FIRST);
        }
        if open.len() > DEEPEST || first > DEEPEST_FIRST || read > MOST_READ {
            return Some(line);
        }
        at += 1;
    }
    None
}

/// How many bytes stand before one, or all.
fn memchr(byte: u8, bytes: &[u8]) -> usize {
    bytes.iter().position(|it| *it == byte).unwrap_or(bytes.len())
}

/// Where the string that begins here ends, at its last quote; strings end with their line.
fn end_of_string(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' => return at,
            b'\n' => return at - 1,
            _ => {}
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let many = "[".repeat(DEEPEST + 1);
        for text in [
            format!("x := \"{many}\""),
            format!("x := `\n{many}`"),
            format!("# {many}\nx := 1"),
            "[]".repeat(500),
            format!("x := \"\\\"{many}\""),
            "x := \"unclosed".to_owned(),
            "`".to_owned(),
            "#".to_owned(),
        ] {
            assert_eq!(too_deep(&text), None, "{text}");
        }
        let many = "(".repeat(DEEPEST + 1);
        assert_eq!(too_deep(&format!("\n\n{many}")), Some(3));
        assert_eq!(too_deep(&format!("x := `\n`\n\"\n{many}")), Some(4));
    }

    #[test]
    fn what_would_be_read_again_and_again_is_refused() {
        let nested = |begin: &str, end: &str, times| {
            format!("\nx := {}1{}\n", begin.repeat(times), end.repeat(times))
        };
        for (begin, end) in [
            ("[", "]"),
            ("{", "}"),
            ("{1: ", "}"),
            ("[{", "}]"),
            ("[f(1, ", ")]"),
            ("{[1 | ", "]}"),
            ("[-", "]"),
        ] {
            assert_eq!(too_deep(&nested(begin, end, 5)), None, "{begin}");
            assert_eq!(too_deep(&nested(begin, end, 30)), Some(2), "{begin}");
        }
        for (begin, end) in [("{1, 2, ", "}"), ("{1: 2, 3: ", "}"), ("(", ")")] {
            assert_eq!(too_deep(&nested(begin, end, 90)), None, "{begin}");
        }
        let often = nested("[", "]", 12).repeat(100);
        assert!(too_deep(&often).is_some_and(|line| line > 2));
    }
}
