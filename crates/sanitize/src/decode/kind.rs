//! What some bytes are, by their beginning.

use super::{dicom, inflate, tar, utf16};

/// So many bytes of a content say whether it is binary.
const BEGINNING: usize = 8000;

/// A text may have so few bytes in a thousand that no text has.
const MOST_ODD: usize = 10;

/// Whether a content is nothing that can be looked into: it has a NUL among its first bytes, as git tells, and more than
/// a stray one.
pub fn is_binary(content: &[u8]) -> bool {
    let begin = &content[..content.len().min(BEGINNING)];
    if !begin.contains(&0) || Kind::of(content) != Kind::Plain {
        return false;
    }
    let is_odd = |byte: &&u8| matches!(byte, 0..=8 | 14..=27 | 127);
    begin.iter().filter(is_odd).count() * 1000 > begin.len() * MOST_ODD
}

/// Whether a content is passed over as one that is no text: it is binary, and its name does not say that it is one. One byte
/// that git takes for a sign of no text would hide all of a program otherwise.
pub fn is_passed_over(path: &[u8], content: &[u8]) -> bool {
    is_binary(content) && (!is_text_by_name(path) || is_film(content))
}

/// Names of files that are texts, by what is behind their last dot.
const TEXTS: &[&str] = &[
    "adoc",
    "asciidoc",
    "bash",
    "bat",
    "c",
    "cc",
    "cfg",
    "clj",
    "cmd",
    "cnf",
    "conf",
    "config",
    "cpp",
    "cs",
    "css",
    "csv",
    "cxx",
    "dart",
    "edi",
    "env",
    "erl",
    "ex",
    "exs",
    "fs",
    "go",
    "gradle",
    "graphql",
    "groovy",
    "h",
    "hcl",
    "hl7",
    "hpp",
    "hs",
    "htm",
    "html",
    "ini",
    "java",
    "jl",
    "js",
    "json",
    "jsonc",
    "jsonl",
    "jsx",
    "kt",
    "kts",
    "less",
    "log",
    "lua",
    "markdown",
    "md",
    "mjs",
    "ndjson",
    "php",
    "pl",
    "pm",
    "properties",
    "proto",
    "ps1",
    "psv",
    "py",
    "r",
    "rb",
    "rs",
    "rst",
    "sas",
    "scala",
    "scss",
    "sh",
    "sql",
    "svg",
    "swift",
    "tex",
    "text",
    "tf",
    "tfvars",
    "toml",
    "ts",
    "tsv",
    "tsx",
    "txt",
    "vb",
    "vue",
    "x12",
    "xhtml",
    "xml",
    "xsd",
    "xsl",
    "yaml",
    "yml",
    "zsh",
];

fn is_text_by_name(path: &[u8]) -> bool {
    let path = String::from_utf8_lossy(path).to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let behind = name.rsplit_once('.').map_or("", |(_, behind)| behind);
    TEXTS.binary_search(&behind).is_ok()
        || matches!(
            name,
            "dockerfile" | "makefile" | "jenkinsfile" | ".netrc" | ".npmrc" | ".pypirc"
        )
        || name.starts_with(".env")
}

/// A transport stream, which has the same name as a program of TypeScript (ISO/IEC 13818-1, packets of 188 bytes).
fn is_film(content: &[u8]) -> bool {
    content.first() == Some(&0x47) && content.get(188) == Some(&0x47)
}

/// What kind of picture or film a content is by its first bytes, of which nobody sees whom it shows.
pub fn picture(content: &[u8]) -> Option<&'static str> {
    Some(match content {
        [0xff, 0xd8, 0xff, ..] => "JPEG",
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "PNG",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "GIF",
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => "TIFF",
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => "BMP",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "WebP",
        [_, _, _, _, b'f', b't', b'y', b'p', b'h', b'e', b'i' | b'v', b'c' | b'x', ..] => "HEIC",
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f', ..] => "AVIF",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "MP4",
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => "JPEG 2000",
        _ => return None,
    })
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stray_nul_makes_no_text_binary() {
        let text = "a line of text\n".repeat(100);
        assert!(!is_binary(text.as_bytes()) && !is_binary(format!("{text}\0{text}").as_bytes()));
        assert!(is_binary(&[text.as_bytes(), &[0; 40]].concat()));
        assert!(TEXTS.is_sorted(), "it is searched by halves");
        assert!(is_passed_over(b"a/b.bin", b"a\0b") && !is_passed_over(b"a/b.PY", b"a\0b"));
        assert!(!is_passed_over(b".env.local", b"a\0b") && is_passed_over(b"py", b"a\0b"));
        // What only begins as a picture is none by its name.
        let picture = b"\x89PNG\r\n\x1a\n\0\0\0\0";
        assert!(!is_passed_over(b"a.txt", picture) && is_passed_over(b"a.png", picture));
        let film = [&[0x47][..], &[0; 187], &[0x47], &[0; 187]].concat();
        assert!(is_passed_over(b"a.ts", &film) && !is_passed_over(b"a.ts", &film[1..]));
        assert!(is_binary(b"\x7fELF\x02\x01\x01\0\0\0\0\0") && is_binary(b"a\0b"));
        // As git, which looks no further.
        assert!(!is_binary(&[&[b'a'; BEGINNING][..], &[0; 4000]].concat()));
    }

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        assert_eq!(picture(b"\x89PNG\r\n\x1a\n\0\0"), Some("PNG"));
        assert_eq!(picture(b"\xff\xd8\xff\xe0\0\x10JFIF"), Some("JPEG"));
        assert_eq!(picture(b"\0\0\0\x18ftypheic"), Some("HEIC"));
        assert_eq!(picture(b"BMW is a car, and no picture"), None);
    }
}
