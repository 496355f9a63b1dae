use std::fmt;
use std::str::FromStr;

/// The name of an object: the SHA-1 of its kind, length and content (20 bytes).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 20]);

/// The text is not 40 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an object id of 40 hexadecimal digits")]
pub struct ParseIdError(String);

impl ObjectId {
    /// The id of no object: git writes it where a side of a change is absent.
    pub const ZERO: Self = Self([0; 20]);

    /// The tree without entries, which every repository knows without storing it.
    pub const EMPTY_TREE: Self = Self([
        0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92,
        0x88, 0xfb, 0xee, 0x49, 0x04,
    ]);

    /// The id with these 20 bytes.
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The 20 bytes of the id.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// Whether this is [`ObjectId::ZERO`].
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// The first ten hexadecimal digits, for people. Not guaranteed to be unique.
    pub fn short(&self) -> String {
        let mut hex = self.to_string();
        hex.truncate(10);
        hex
    }

    /// The name of an object with this content; an error where the content was made to have the
    /// name of another.
    pub(crate) fn of(kind: git2::ObjectType, content: &[u8]) -> Result<Self, git2::Error> {
        git2::Oid::hash_object(kind, content).map(Self::from_git2)
    }

    pub(crate) fn from_git2(oid: git2::Oid) -> Self {
        let mut bytes = [0; 20];
        bytes.copy_from_slice(oid.as_bytes());
        Self(bytes)
    }

    pub(crate) fn to_git2(self) -> git2::Oid {
        git2::Oid::from_bytes(&self.0).expect("twenty bytes are a SHA-1 id")
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ObjectId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_hex(text.as_bytes()).ok_or_else(|| ParseIdError(text.to_owned()))
    }
}

impl ObjectId {
    /// Reads exactly 40 hexadecimal digits of either case.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        if hex.len() != 40 {
            return None;
        }
        let mut bytes = [0; 20];
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Self(bytes))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_what_it_prints() {
        let text = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        let id: ObjectId = text.parse().expect("40 digits");
        assert_eq!(id, ObjectId::EMPTY_TREE);
        assert_eq!(id.to_string(), text);
        assert_eq!(id.short(), "4b825dc642");
        assert_eq!(ObjectId::from_git2(id.to_git2()), id);
    }

    #[test]
    fn what_is_not_forty_hexadecimal_digits_is_no_id() {
        for text in [
            "",
            "4b82",
            "zb825dc642cb6eb9a060e54bf8d69288fbee4904",
            "4b825dc642cb6eb9a060e54bf8d69288fbee49040",
        ] {
            assert!(text.parse::<ObjectId>().is_err(), "{text}");
        }
    }
}
