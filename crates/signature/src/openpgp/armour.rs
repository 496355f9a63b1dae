//! ASCII armour (RFC 9580, section 6.2).

use crate::base64;

/// The bytes in the armour of this kind that a text begins with, and what follows it.
///
/// The checksum is passed over, as section 6.1 asks: a signature says more about the bytes.
pub(crate) fn take<'a>(text: &'a [u8], kind: &str) -> Result<(Vec<u8>, &'a [u8]), &'static str> {
    let header = format!("-----BEGIN PGP {kind}-----");
    let footer = format!("-----END PGP {kind}-----");
    let mut lines = Lines { rest: text };
    if lines.next() != Some(header.as_bytes()) {
        return Err("its first line is not the header alone");
    }
    loop {
        match lines.next() {
            Some(b"") => break,
            Some(line) if line.contains(&b':') => {}
            Some(_) => return Err("no blank line follows its header"),
            None => return Err("its last line is missing"),
        }
    }
    let mut encoded = Vec::new();
    let mut is_complete = false;
    loop {
        match lines.next() {
            Some(line) if line == footer.as_bytes() => break,
            Some(line) if !is_complete && line.starts_with(b"=") => is_complete = true,
            Some(line) if !is_complete => encoded.extend(line),
            Some(_) => return Err("something follows its checksum"),
            None => return Err("its last line is missing"),
        }
    }
    let bytes = base64::decode(&encoded).ok_or("it is not in base64")?;
    Ok((bytes, lines.rest))
}

/// Lines without blanks at their ends.
pub(crate) struct Lines<'a> {
    pub(crate) rest: &'a [u8],
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let (line, rest) = match end {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        Some(line.trim_ascii_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<u8>, &'static str> {
        take(text.as_bytes(), "SIGNATURE").map(|(bytes, _)| bytes)
    }

    #[test]
    fn headers_checksum_and_ends_of_lines_are_passed_over() {
        let body = "-----BEGIN PGP SIGNATURE-----\r\nVersion: 1\r\n \r\nZm9v\r\n=abcd\r\n-----END PGP SIGNATURE-----";
        assert_eq!(of(body), Ok(b"foo".to_vec()));
        let (_, rest) = take(format!("{body}\nmore").as_bytes(), "SIGNATURE")
            .map(|(bytes, rest)| (bytes, rest.to_vec()))
            .expect("armour");
        assert_eq!(rest, b"more");
    }

    #[test]
    fn armour_that_is_cut_is_refused() {
        for text in [
            "",
            "-----BEGIN PGP SIGNATURE-----",
            "-----BEGIN PGP SIGNATURE----- Zm9v",
            "-----BEGIN PGP SIGNATURE-----\nZm9v\n-----END PGP SIGNATURE-----",
            "-----BEGIN PGP SIGNATURE-----\n\nZm9v\n",
            "-----BEGIN PGP SIGNATURE-----\n\nZm9\n-----END PGP SIGNATURE-----",
            "-----BEGIN PGP SIGNATURE-----\n\nZm9v\n=abcd\nZm9v\n-----END PGP SIGNATURE-----",
            "-----BEGIN PGP MESSAGE-----\n\nZm9v\n-----END PGP MESSAGE-----",
        ] {
            assert!(of(text).is_err(), "{text}");
        }
    }
}
