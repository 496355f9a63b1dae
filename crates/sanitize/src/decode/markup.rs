//! The text of documents of word processors, whose sentences are cut into many elements.

/// Whether a member of an archive is such a document.
pub(super) fn is_document(within: &str) -> bool {
    let name = within.strip_prefix("zip: ").unwrap_or_default();
    let is_part = |folder: &str| name.starts_with(folder) && name.ends_with(".xml");
    is_part("word/")
        || is_part("ppt/slides/")
        || is_part("ppt/notesSlides/")
        || name == "content.xml"
}

/// What stands between the tags; paragraphs are lines.
pub(super) fn text_of(document: &[u8]) -> Vec<u8> {
    const ENDS: [&[u8]; 6] = [b"w:p", b"a:p", b"text:p", b"text:h", b"w:br", b"w:cr"];
    let (mut text, mut at) = (Vec::with_capacity(document.len() / 4), 0);
    while let Some(open) = memchr::memchr(b'<', &document[at..]) {
        text.extend_from_slice(&document[at..at + open]);
        let tag = at + open + 1;
        let Some(length) = memchr::memchr(b'>', &document[tag..]) else { return text };
        let name = &document[tag..tag + length];
        at = tag + length + 1;
        let is_end = name.starts_with(b"/") || name.ends_with(b"/");
        let name = name.strip_prefix(b"/").unwrap_or(name);
        let end = name.iter().position(|byte| b" /".contains(byte)).unwrap_or(name.len());
        match &name[..end] {
            name if is_end && ENDS.contains(&name) => text.push(b'\n'),
            b"w:tab" | b"text:tab" | b"text:s" => text.push(b' '),
            _ => {}
        }
    }
    text.extend_from_slice(&document[at..]);
    text
}
