//! What CMS and X.509 are written in (X.690), element by element. The crate der reads them, strictly: lengths are the
//! shortest, and nothing is read beyond an end.

use der::asn1::{AnyRef, GeneralizedTime, UtcTime};
use der::{Decode, Reader as _, SliceReader, TagNumber, Tagged};

pub(crate) use der::Tag;

/// One element: what it is, what it holds, and all its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: Tag,
    pub(crate) value: &'a [u8],
    pub(crate) whole: &'a [u8],
}

/// Reads elements one behind the other. Whatever is not there, is of another type or can not be read is `None`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn next(&mut self) -> Option<Element<'a>> {
        let whole = SliceReader::new(self.rest).ok()?.tlv_bytes().ok()?;
        let any = AnyRef::from_der(whole).ok()?;
        self.rest = &self.rest[whole.len()..];
        Some(Element { tag: any.tag(), value: any.value(), whole })
    }

    /// What the next element holds, if it is of this type. Else it stays where it is.
    pub(crate) fn take(&mut self, tag: Tag) -> Option<&'a [u8]> {
        self.element(tag).map(|element| element.value)
    }

    pub(crate) fn element(&mut self, tag: Tag) -> Option<Element<'a>> {
        let mut ahead = *self;
        let element = ahead.next().filter(|element| element.tag == tag)?;
        *self = ahead;
        Some(element)
    }

    /// What is in the next element, which is a sequence.
    pub(crate) fn sequence(&mut self) -> Option<Self> {
        self.take(Tag::Sequence).map(Self::new)
    }

    pub(crate) fn oid(&mut self) -> Option<&'a [u8]> {
        self.take(Tag::ObjectIdentifier)
    }

    /// The bytes of a string of whole bytes.
    pub(crate) fn bits(&mut self) -> Option<&'a [u8]> {
        let (unused, bytes) = self.take(Tag::BitString)?.split_first()?;
        (*unused == 0).then_some(bytes)
    }

    /// The digits of a number above zero, without zeros in front.
    pub(crate) fn positive(&mut self) -> Option<&'a [u8]> {
        match self.take(Tag::Integer)? {
            [0, digits @ ..] if digits.first().is_some_and(|byte| *byte >= 0x80) => Some(digits),
            digits @ [1..0x80, ..] => Some(digits),
            _ => None,
        }
    }

    /// A number that fits in here.
    pub(crate) fn small(&mut self) -> Option<u32> {
        let digits = self.take(Tag::Integer)?;
        let fits = matches!(digits, [0..0x80, ..]) && digits.len() <= 4;
        fits.then(|| digits.iter().fold(0, |sum, digit| sum << 8 | u32::from(*digit)))
    }

    /// Seconds since 1970.
    pub(crate) fn time(&mut self) -> Option<i64> {
        let element = self.next()?;
        let since = match element.tag {
            Tag::UtcTime => UtcTime::from_der(element.whole).ok()?.to_unix_duration(),
            Tag::GeneralizedTime => {
                GeneralizedTime::from_der(element.whole).ok()?.to_unix_duration()
            }
            _ => return None,
        };
        i64::try_from(since.as_secs()).ok()
    }
}

/// `[number]` around elements.
pub(crate) const fn around(number: u8) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber::new(number) }
}

/// `[number]` in place of the tag of a value.
pub(crate) const fn instead(number: u8) -> Tag {
    Tag::ContextSpecific { constructed: false, number: TagNumber::new(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_of_another_type_stays_where_it_is() {
        let mut reader = Reader::new(&[2, 1, 7, 5, 0]);
        assert!(reader.take(Tag::Null).is_none());
        assert_eq!(reader.small(), Some(7));
        assert_eq!(reader.take(Tag::Null), Some(&[][..]));
        assert!(reader.is_at_end());
    }

    #[test]
    fn numbers_are_positive_and_as_short_as_they_can_be() {
        let digits = |bytes: &'static [u8]| Reader::new(bytes).positive();
        assert_eq!(digits(&[2, 1, 5]), Some(&[5][..]));
        assert_eq!(digits(&[2, 2, 0, 0x80]), Some(&[0x80][..]));
        for bytes in [&[2, 1, 0][..], &[2, 1, 0x80], &[2, 2, 0, 5], &[2, 0], &[2, 2, 5], &[2]] {
            assert!(Reader::new(bytes).positive().is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn lengths_that_are_longer_than_needed_or_beyond_the_end_are_not_read() {
        for bytes in
            [&[4, 0x81, 1, 7][..], &[4, 0x80, 0, 0], &[4, 2, 7], &[4, 0x84, 255, 255, 255, 255]]
        {
            assert!(Reader::new(bytes).next().is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn times_are_read_as_rfc_5280_has_them() {
        assert_eq!(Reader::new(b"\x17\x0d240229123001Z").time(), Some(1_709_209_801));
        assert_eq!(Reader::new(b"\x18\x0f20240229123001Z").time(), Some(1_709_209_801));
        assert_eq!(Reader::new(b"\x17\x0d240230123001Z").time(), None);
        assert_eq!(Reader::new(b"\x17\x0b2402291230Z").time(), None);
    }
}
