//! Brackets in one another: parsers go as deep as they do.

/// So many brackets may be open at once.
const DEEPEST: usize = 100;

/// The line, from 1, in which more brackets are open than may be. Those in strings and comments don't count.
pub(super) fn too_deep(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut line) = (0, 0_usize, 1);
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
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
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
        assert_eq!(too_deep(&format!("\n\n{many}")), Some(3));
        assert_eq!(too_deep(&format!("x := `\n`\n\"\n{many}")), Some(4));
    }
}
