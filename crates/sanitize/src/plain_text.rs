//! Which files hold what somebody wrote about anything, and which the files of a project are that only look so.

/// The endings of plain text, in small letters.
const ENDINGS: [&[u8]; 2] = [b"txt", b"text"];

/// How the names of files are that a project has as plain text: GNU's standards name them, GitHub's community files,
/// and tools that read such files. In small letters. More may follow them behind a mark or as digits: `LICENSE-MIT.txt`.
const OF_PROJECTS: [&[u8]; 27] = [
    b"authors",
    b"bugs",
    b"changelog",
    b"changelogs",
    b"cmakelists",
    b"codeowners",
    b"constraints",
    b"contributing",
    b"contributors",
    b"copying",
    b"copyright",
    b"copyrights",
    b"credits",
    b"dependencies",
    b"disclaimer",
    b"licence",
    b"licences",
    b"license",
    b"licenses",
    b"maintainers",
    b"notices",
    b"patents",
    b"readme",
    b"release-notes",
    b"release_notes",
    b"releasenotes",
    b"requirements",
];

/// The same, of names that are words for much else: nothing may follow them.
const EXACTLY: [&[u8]; 13] = [
    b"changes",
    b"faq",
    b"history",
    b"humans",
    b"install",
    b"llms",
    b"news",
    b"notice",
    b"releases",
    b"robots",
    b"thanks",
    b"todo",
    b"version",
];

/// Whether a file is plain text by its name, which may have directories: what it is about its name does not say. No
/// name at all, or that of the standard input, is one; that it is packed (`.gz`) changes nothing.
pub(crate) fn is_plain_text(name: &[u8]) -> bool {
    let file = name.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or(name);
    if matches!(file, b"" | b"-") {
        return true;
    }
    let file = file.to_ascii_lowercase();
    let file = file.strip_suffix(b".gz").unwrap_or(&file);
    let Some(dot) = file.iter().rposition(|byte| *byte == b'.') else { return false };
    let (stem, ending) = (&file[..dot], &file[dot + 1..]);
    let is_of_project = |name: &&[u8]| {
        let rest = stem.strip_prefix(*name);
        rest.is_some_and(|rest| rest.first().is_none_or(|byte| b"-_.0123456789".contains(byte)))
    };
    ENDINGS.contains(&ending) && !EXACTLY.contains(&stem) && !OF_PROJECTS.iter().any(is_of_project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_project_has_as_text_is_none() {
        for name in [
            "",
            "-",
            "notes.txt",
            "docs/Letter 1.TXT",
            "a.b.text",
            "dir\\note.txt",
            ".txt",
            "note.txt.gz",
            "History and Physical.txt",
            "history_of_present_illness.txt",
            "newsletter.txt",
            "release_form.txt",
            "installation.txt",
            "licensed.txt",
        ] {
            assert!(is_plain_text(name.as_bytes()), "{name}");
        }
        for name in [
            "notes",
            "txt",
            "notes.md",
            "notes.txt/a.c",
            "notes.txt.c",
            "notes.txt.zip",
            "LICENSE.txt",
            "LICENSE-MIT.txt",
            "license2.txt",
            "deps/x/COPYING.txt",
            "CMakeLists.txt",
            "requirements-dev.txt",
            "Release_notes_2.1.txt",
            "History.txt",
            "readme.de.txt",
        ] {
            assert!(!is_plain_text(name.as_bytes()), "{name}");
        }
    }
}
