//! Text around bytes (RFC 7468, section 3: the strict form, with blanks at the ends of lines).

use crate::base64;
use crate::openpgp::Lines;

/// The bytes between the lines of this kind that a text begins with, and what follows them.
pub(crate) fn take<'a>(text: &'a [u8], kind: &str) -> Result<(Vec<u8>, &'a [u8]), &'static str> {
    let header = format!("-----BEGIN {kind}-----");
    let footer = format!("-----END {kind}-----");
    let mut lines = Lines { rest: text };
    if lines.next() != Some(header.as_bytes()) {
        return Err("its first line is not the header alone");
    }
    let mut encoded = Vec::new();
    loop {
        match lines.next() {
            Some(line) if line == footer.as_bytes() => break,
            Some(line) => encoded.extend(line),
            None => return Err("its last line is missing"),
        }
    }
    let bytes = base64::decode(&encoded).ok_or("it is not in base64")?;
    Ok((bytes, lines.rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_header_and_footer_is_decoded() {
        let text = "-----BEGIN A-----\r\nZm9v\r\nYmFy\r\n-----END A-----\r\nmore";
        assert_eq!(take(text.as_bytes(), "A"), Ok((b"foobar".to_vec(), &b"more"[..])));
    }

    #[test]
    fn text_that_is_cut_or_of_another_kind_is_refused() {
        for text in [
            "",
            "-----BEGIN A-----",
            "-----BEGIN A----- Zm9v",
            "-----BEGIN A-----\nZm9v\n",
            "-----BEGIN A-----\nZm9\n-----END A-----",
            "-----BEGIN A-----\nZm9v\n-----END B-----",
            "-----BEGIN A-----\nName: value\n\nZm9v\n-----END A-----",
            "-----BEGIN B-----\nZm9v\n-----END B-----",
        ] {
            assert!(take(text.as_bytes(), "A").is_err(), "{text}");
        }
    }
}
