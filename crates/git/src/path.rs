use std::fmt;

use bstr::{BStr, BString, ByteSlice};

use crate::text::{begins_command, is_unprintable};

/// The path of a file in a tree: bytes with `/` between components, relative to the root.
///
/// Git does not ask for any encoding, so neither does this type. [`fmt::Display`] is for people:
/// it prints UTF-8 as it is and quotes, as git does, whatever is not printable, so that a hostile
/// file name can neither move the cursor of a terminal nor break a line.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(BString);

impl RepoPath {
    /// The path with these bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(BString::from(bytes.into()))
    }

    /// The bytes of the path.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The bytes of the path with the methods of a string.
    pub fn as_bstr(&self) -> &BStr {
        self.0.as_bstr()
    }

    /// The names between the slashes, outermost first.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.as_bytes().split(|byte| *byte == b'/').filter(|name| !name.is_empty())
    }

    /// The last component.
    pub fn file_name(&self) -> &[u8] {
        match self.as_bytes().rfind_byte(b'/') {
            Some(slash) => &self.as_bytes()[slash + 1..],
            None => self.as_bytes(),
        }
    }

    /// What follows the last dot of the file name, unless the name begins with that dot.
    pub fn extension(&self) -> Option<&[u8]> {
        let name = self.file_name();
        match name.rfind_byte(b'.') {
            None | Some(0) => None,
            Some(dot) => Some(&name[dot + 1..]),
        }
    }

    /// The directory that holds the file, without a slash at its end; empty for the root.
    pub fn parent(&self) -> Self {
        let end = self.as_bytes().rfind_byte(b'/').unwrap_or(0);
        Self::new(&self.as_bytes()[..end])
    }

    /// The subsystem that the file belongs to after Kamei et al. (IEEE TSE 39(6), 2013): the first component
    /// of its path; empty for a file of the root.
    pub fn subsystem(&self) -> Self {
        let end = self.as_bytes().find_byte(b'/').unwrap_or(0);
        Self::new(&self.as_bytes()[..end])
    }
}

impl From<&str> for RepoPath {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(self.as_bytes()))
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// The bytes as git prints a path with `core.quotePath=false`: as they are when every character
/// is printable, in double quotes with C escapes otherwise.
fn quoted(bytes: &[u8]) -> String {
    let mut escaped = String::with_capacity(bytes.len());
    let mut needs_quotes = false;
    for chunk in bytes.utf8_chunks() {
        for (at, character) in chunk.valid().char_indices() {
            let escape = match character {
                // What the log of a CI system is read for.
                other if begins_command(chunk.valid(), at) => {
                    Some(other.to_string().bytes().map(octal).collect())
                }
                '"' => Some("\\\"".to_owned()),
                '\\' => Some("\\\\".to_owned()),
                '\n' => Some("\\n".to_owned()),
                '\t' => Some("\\t".to_owned()),
                '\r' => Some("\\r".to_owned()),
                other if is_unprintable(other) => {
                    let mut buffer = [0; 4];
                    let encoded = other.encode_utf8(&mut buffer);
                    Some(encoded.bytes().map(octal).collect())
                }
                _ => None,
            };
            needs_quotes |= escape.is_some();
            match escape {
                Some(escape) => escaped.push_str(&escape),
                None => escaped.push(character),
            }
        }
        needs_quotes |= !chunk.invalid().is_empty();
        escaped.extend(chunk.invalid().iter().copied().map(octal));
    }
    if needs_quotes { format!("\"{escaped}\"") } else { escaped }
}

fn octal(byte: u8) -> String {
    format!("\\{byte:03o}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_knows_its_parts() {
        let path = RepoPath::from("src/auth/login.test.rs");
        assert_eq!(path.components().collect::<Vec<_>>(), [&b"src"[..], b"auth", b"login.test.rs"]);
        assert_eq!(path.file_name(), b"login.test.rs");
        assert_eq!(path.extension(), Some(&b"rs"[..]));
        assert_eq!(path.parent(), RepoPath::from("src/auth"));
        assert_eq!(RepoPath::from(".profile").extension(), None);
        assert_eq!(RepoPath::from("README").parent(), RepoPath::from(""));
    }

    #[test]
    fn a_path_is_printed_as_git_prints_it() {
        for (bytes, printed) in [
            (&b"plain.txt"[..], "plain.txt"),
            ("été.txt".as_bytes(), "été.txt"),
            (b"a\tb", "\"a\\tb\""),
            (b"\x1b[31mred", "\"\\033[31mred\""),
            (b"latin-\xe9", "\"latin-\\351\""),
            (b"quote\"d", "\"quote\\\"d\""),
            ("\u{202e}gpj.exe".as_bytes(), "\"\\342\\200\\256gpj.exe\""),
        ] {
            assert_eq!(RepoPath::new(bytes).to_string(), printed);
        }
    }
}
