//! Indefinite lengths (X.690, section 8.1.3.6), which gpgsm and streams of openssl write around what is signed.

use std::borrow::Cow;

/// How deep elements of indefinite length may lie in one another: in a signature they are five.
const MAX_DEPTH: usize = 16;

/// The same with a length in front of each element. What has one already, as certificates and what is signed have, is
/// copied byte for byte. `None` where an end is missing.
///
/// The cost is linear in the size, for each of the levels.
pub(crate) fn definite(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !matches!(bytes, [_, 0x80, ..]) {
        return Some(Cow::Borrowed(bytes));
    }
    let (element, rest) = element(bytes, 0)?;
    rest.is_empty().then_some(Cow::Owned(element))
}

/// The first element, and what follows it.
fn element(bytes: &[u8], depth: usize) -> Option<(Vec<u8>, &[u8])> {
    let [tag, length, rest @ ..] = bytes else { return None };
    // Tags of several bytes are of nothing that is read here.
    if depth > MAX_DEPTH || tag & 0x1f == 0x1f {
        return None;
    }
    if *length != 0x80 {
        let size = 2 + size(*length, rest)?;
        let (element, rest) = bytes.split_at_checked(size)?;
        return Some((element.to_vec(), rest));
    }
    // A value in one piece has to say how long it is.
    if tag & 0x20 == 0 {
        return None;
    }
    let (mut content, mut rest) = (Vec::new(), rest);
    while !rest.starts_with(&[0, 0]) {
        let (element, behind) = element(rest, depth + 1)?;
        content.extend(element);
        rest = behind;
    }
    let mut out = vec![*tag];
    put_length(&mut out, content.len());
    out.extend(content);
    Some((out, &rest[2..]))
}

/// How many bytes follow the first byte of a length.
fn size(first: u8, rest: &[u8]) -> Option<usize> {
    if first < 0x80 {
        return Some(first.into());
    }
    let count = usize::from(first & 0x7f);
    let digits = rest.get(..count).filter(|digits| digits.len() <= 4)?;
    let length = digits.iter().fold(0_usize, |sum, digit| sum << 8 | usize::from(*digit));
    length.checked_add(count)
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    if length < 0x80 {
        out.push(length as u8);
        return;
    }
    let bytes = length.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    out.push(0x80 | (bytes.len() - zeros) as u8);
    out.extend(&bytes[zeros..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_come_in_front_and_what_has_one_stays_as_it_is() {
        let bytes = [0x30, 0x80, 4, 0x81, 1, 7, 0xa0, 0x80, 5, 0, 0, 0, 0, 0];
        let expected = [0x30, 8, 4, 0x81, 1, 7, 0xa0, 2, 5, 0];
        assert_eq!(definite(&bytes).as_deref(), Some(&expected[..]));
        let long = [&[0x30, 0x80, 4, 0x81, 200][..], &[7; 200], &[0, 0]].concat();
        let expected = [&[0x30, 0x81, 203, 4, 0x81, 200][..], &[7; 200]].concat();
        assert_eq!(definite(&long).as_deref(), Some(&expected[..]));
        assert_eq!(definite(&expected).as_deref(), Some(&expected[..]));
    }

    #[test]
    fn what_has_no_end_or_lies_too_deep_is_refused() {
        for bytes in [
            &[0x30, 0x80][..],
            &[0x30, 0x80, 0],
            &[0x30, 0x80, 4, 5, 0, 0],
            &[0x30, 0x80, 0, 0, 5],
            &[0x04, 0x80, 0, 0],
            &[0x30, 0x80, 4, 0xff, 0, 0],
            &[0x30, 0x80, 0x1f, 0x20, 0, 0, 0],
        ] {
            assert_eq!(definite(bytes), None, "{bytes:?}");
        }
        assert_eq!(definite(&[0x30, 0x80].repeat(100_000)), None);
    }
}
