//! Lists of patterns as ssh_config(5), section PATTERNS, defines them.

/// The longest pattern that OpenSSH matches (`match_pattern_list` in its `match.c`).
pub(crate) const MAX_PATTERN: usize = 1022;

/// Whether a list of patterns, separated by commas, matches a text: one of them does, and none that
/// begins with `!`.
pub(crate) fn list_matches(list: &[u8], text: &[u8]) -> bool {
    let mut is_named = false;
    for pattern in list.split(|byte| *byte == b',') {
        let (pattern, excludes) = match pattern.strip_prefix(b"!") {
            Some(pattern) => (pattern, true),
            None => (pattern, false),
        };
        if matches(pattern, text) {
            if excludes {
                return false;
            }
            is_named = true;
        }
    }
    is_named
}

/// Whether a pattern matches all of a text: `*` stands for any bytes and `?` for one. Case counts. The
/// time is at most the product of both lengths.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut next) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while next < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, next));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[next] => {
                at += 1;
                next += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                at = star_at + 1;
                next = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_marks_and_exclusions_match_as_documented() {
        for (list, text, expected) in [
            ("ada@example.com", "ada@example.com", true),
            ("ada@example.com", "Ada@example.com", false),
            ("*@example.com", "ada@example.com", true),
            ("*@example.com", "ada@example.com.test", false),
            ("a?a@*", "ada@example.com", true),
            ("a?a@*", "aa@example.com", false),
            ("*@example.com,!eve@*", "ada@example.com", true),
            ("*@example.com,!eve@*", "eve@example.com", false),
            ("!eve@*,*@example.com", "eve@example.com", false),
            ("!eve@*", "ada@example.com", false),
            ("*a*b*c*", "xaxxbxcx", true),
            ("*a*b*c*", "xaxxcxbx", false),
            ("**", "", true),
            ("", "", true),
            ("?", "", false),
        ] {
            assert_eq!(list_matches(list.as_bytes(), text.as_bytes()), expected, "{list} {text}");
        }
    }

    #[test]
    fn many_stars_cost_no_more_than_the_product_of_the_lengths() {
        let pattern = "*a".repeat(500);
        assert!(!list_matches(pattern.as_bytes(), "ab".repeat(400).as_bytes()));
    }
}
