//! The data types of the SSH protocols (RFC 4251, section 5).

/// Reads values one behind the other. Whatever is not there, or longer than what is left, is `None`.
#[derive(Clone, Debug)]
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

    /// What has not been read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(bytes)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.bytes(1).map(|bytes| bytes[0])
    }

    pub(crate) fn uint32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.bytes(4)?.try_into().ok()?))
    }

    pub(crate) fn uint64(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.bytes(8)?.try_into().ok()?))
    }

    pub(crate) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.uint32()?).ok()?;
        self.bytes(length)
    }

    /// A string without the byte 0, which programs in C would take for its end.
    pub(crate) fn name(&mut self) -> Option<&'a [u8]> {
        self.string().filter(|name| !name.contains(&0))
    }

    /// A number above zero, without zeros in front.
    pub(crate) fn positive(&mut self) -> Option<&'a [u8]> {
        let bytes = self.string()?;
        if bytes.first().is_some_and(|byte| *byte >= 0x80) {
            return None;
        }
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Some(&bytes[zeros..]).filter(|digits| !digits.is_empty())
    }
}

/// Appends a string.
pub(crate) fn put_string(out: &mut Vec<u8>, bytes: &[u8]) {
    // What is written here has been read from a file of bounded size.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend(length.to_be_bytes());
    out.extend(bytes);
}

/// Appends a number above zero that has no zeros in front.
pub(crate) fn put_positive(out: &mut Vec<u8>, digits: &[u8]) {
    if digits.first().is_some_and(|byte| *byte >= 0x80) {
        put_string(out, &[&[0], digits].concat());
    } else {
        put_string(out, digits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lose_the_zeros_in_front_and_get_back_the_one_they_need() {
        let mut reader = Reader::new(b"\0\0\0\x04\0\0\x80\x01");
        let digits = reader.positive().expect("a number");
        assert_eq!(digits, b"\x80\x01");
        let mut out = Vec::new();
        put_positive(&mut out, digits);
        assert_eq!(out, b"\0\0\0\x03\0\x80\x01");
        assert!(Reader::new(b"\0\0\0\x01\x80").positive().is_none(), "a negative number");
        assert!(Reader::new(b"\0\0\0\0").positive().is_none(), "zero");
    }

    #[test]
    fn nothing_is_read_beyond_the_end() {
        assert!(Reader::new(b"\xff\xff\xff\xffab").string().is_none());
        assert!(Reader::new(b"\0\0\0").uint32().is_none());
        assert!(Reader::new(b"\0\0\0\x02a\0").name().is_none());
    }
}
