//! What some bytes are, by their beginning.

use super::{dicom, inflate, tar, utf16};

/// What some bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text in UTF-8 or like it, or nothing that is known.
    Plain,
    /// Text in UTF-16.
    Utf16 { is_big: bool },
    /// A packed content (RFC 1952).
    Gzip,
    /// A packed content (RFC 1950).
    Zlib,
    /// An archive, as are documents of office programs and Java's.
    Zip,
    /// An archive.
    Tar,
    /// A medical image or report.
    Dicom,
}

impl Kind {
    /// What bytes may be of which only the first few are known.
    pub fn of_beginning(bytes: &[u8]) -> Self {
        match bytes {
            [0x78, 0x01 | 0x9c | 0xda, ..] => Self::Zlib,
            _ => Self::of(bytes),
        }
    }

    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] if inflate::is_zlib(bytes) => Self::Zlib,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            _ if tar::is_tar(bytes) => Self::Tar,
            _ if dicom::is_dicom(bytes) => Self::Dicom,
            _ => match utf16::order(bytes) {
                Some(is_big) => Self::Utf16 { is_big },
                None => Self::Plain,
            },
        }
    }

    /// What it is called in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "text",
            Self::Utf16 { .. } => "utf-16",
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::Dicom => "dicom",
        }
    }
}

/// Whether a text begins as JSON does that holds something.
pub(super) fn begins_json(bytes: &[u8]) -> bool {
    let begin = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let next = begin.get(1..begin.len().min(200)).unwrap_or_default().trim_ascii_start().first();
    match begin.first() {
        Some(b'{') => matches!(next, Some(b'"' | b'}')),
        Some(b'[') => matches!(next, Some(b'"' | b'[' | b'{' | b']' | b'0'..=b'9' | b'-')),
        _ => false,
    }
}
