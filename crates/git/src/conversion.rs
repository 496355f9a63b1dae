use bstr::ByteSlice;

use crate::attributes::storage::{LineEnds, StorageAttributes};

/// The content that git would store for a file of the worktree; `None` when it is the content as
/// it is. This is `convert_to_git` of git without programs and without other encodings.
///
/// `stored_has_crlf` says whether the version in the index is a text with CRLF line ends. It is
/// asked only where the answer matters.
pub(crate) fn to_stored<E>(
    content: &[u8],
    attributes: StorageAttributes,
    stored_has_crlf: impl FnOnce() -> Result<bool, E>,
) -> Result<Option<Vec<u8>>, E> {
    let mut converted = match attributes.line_ends {
        LineEnds::Text => without_crlf(content),
        // A file that was stored with CRLF stays as it is until somebody normalises it.
        LineEnds::Auto => match without_crlf(content) {
            Some(converted) if looks_like_text(content) && !stored_has_crlf()? => Some(converted),
            _ => None,
        },
        LineEnds::Binary | LineEnds::Unspecified => None,
    };
    if attributes.ident {
        let collapsed = without_expanded_id(converted.as_deref().unwrap_or(content));
        converted = collapsed.or(converted);
    }
    Ok(converted)
}

/// Whether git takes the content for a text that has CRLF line ends (`has_crlf_in_index`).
pub(crate) fn is_text_with_crlf(content: &[u8]) -> bool {
    content.contains_str("\r\n") && looks_like_text(content)
}

/// The content with LF in the place of every CRLF; `None` when there is none.
fn without_crlf(content: &[u8]) -> Option<Vec<u8>> {
    content.contains_str("\r\n").then(|| content.replace("\r\n", "\n"))
}

/// What git takes for text where it decides about line ends (`convert_is_binary`): no NUL, no CR
/// by itself, and few other bytes that print nothing.
fn looks_like_text(content: &[u8]) -> bool {
    let (mut printable, mut unprintable) = (0_usize, 0_usize);
    for (position, byte) in content.iter().enumerate() {
        match byte {
            b'\r' if content.get(position + 1) == Some(&b'\n') => {}
            b'\r' | 0 => return false,
            b'\n' => {}
            b'\x08' | b'\t' | b'\x1b' | b'\x0c' => printable += 1,
            1..32 | 127 => unprintable += 1,
            _ => printable += 1,
        }
    }
    // The mark that ends a text on some systems.
    if content.last() == Some(&0x1a) {
        unprintable -= 1;
    }
    printable >> 7 >= unprintable
}

/// The content with `$Id$` in the place of every `$Id: ... $` on one line (`ident_to_git`); `None`
/// when there is none.
fn without_expanded_id(content: &[u8]) -> Option<Vec<u8>> {
    const BEGIN: &[u8] = b"$Id:";
    let mut collapsed = Vec::new();
    let mut kept = 0;
    let mut from = 0;
    while let Some(begin) = content[from..].find(BEGIN).map(|at| from + at) {
        let inside = begin + BEGIN.len();
        let end = content[inside..].find_byteset(b"$\n").map(|at| inside + at);
        match end {
            Some(end) if content[end] == b'$' => {
                collapsed.extend_from_slice(&content[kept..begin]);
                collapsed.extend_from_slice(b"$Id$");
                (kept, from) = (end + 1, end + 1);
            }
            _ => from = inside,
        }
    }
    collapsed.extend_from_slice(&content[kept..]);
    (kept > 0).then_some(collapsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gitops_health_testkit::{Random, TestRepo};

    /// What git stores of each content when it is added under the attributes.
    fn stored(attributes: &str, contents: &[Vec<u8>]) -> Vec<String> {
        let scratch = TestRepo::new();
        scratch.write(".gitattributes", attributes);
        for (number, content) in contents.iter().enumerate() {
            scratch.write(format!("f{number:04}"), content);
        }
        scratch.git(&["add", "--all"]);
        let listed = scratch.git_text(&["ls-files", "--stage", "f*"]);
        listed.lines().map(|line| line[7..47].to_owned()).collect()
    }

    fn random_contents() -> Vec<Vec<u8>> {
        let pieces: &[&[u8]] = &[
            b"$Id$",
            b"$Id: x $",
            b"$Id:",
            b"$",
            b"$Id",
            b"Id: ",
            b"\r\n",
            b"\n",
            b"word ",
            b"\r\n",
            b"$Id: a\n$",
        ];
        let odd: &[&[u8]] = &[b"\r", b"\0", b"\x1a", b"\x01", b"\x7f", b"\x08"];
        let mut random = Random::new(5);
        (0..400)
            .map(|round| {
                let mut content = Vec::new();
                for _ in 0..random.below(12) {
                    content.extend_from_slice(pieces[random.below(pieces.len())]);
                }
                if round % 3 == 0 {
                    content.extend_from_slice(&b"x".repeat(random.below(300)));
                    content.extend_from_slice(odd[random.below(odd.len())]);
                }
                content
            })
            .collect()
    }

    #[test]
    fn content_is_stored_as_git_stores_it() {
        let contents = random_contents();
        let mut converted = 0;
        for (text, line_ends, ident) in [
            ("f* text", LineEnds::Text, false),
            ("f* text=auto", LineEnds::Auto, false),
            ("f* text=auto ident", LineEnds::Auto, true),
            ("f* -text ident", LineEnds::Binary, true),
            ("f* crlf=input ident", LineEnds::Text, true),
            ("f* -text", LineEnds::Binary, false),
        ] {
            let theirs = stored(text, &contents);
            assert_eq!(theirs.len(), contents.len());
            for (content, theirs) in contents.iter().zip(theirs) {
                let attributes = StorageAttributes { line_ends, ident };
                let Ok(ours) = to_stored(content, attributes, || Ok::<_, ()>(false)) else {
                    panic!("nothing fails here")
                };
                converted += usize::from(ours.is_some());
                let ours = ours.as_ref().unwrap_or(content);
                let id = crate::ObjectId::of(git2::ObjectType::Blob, ours).expect("it has a name");
                assert_eq!(id.to_string(), theirs, "{text}: {:?}", content.as_bstr());
            }
        }
        assert!(converted > 500, "{converted}");
    }
}
