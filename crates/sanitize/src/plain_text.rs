//! Which files hold what somebody wrote about anything, and which the files of a project are that only look so.

/// The endings of plain text, in small letters.
const ENDINGS: [&[u8]; 2] = [b"txt", b"text"];

/// How the names of files begin that a project has as plain text: GNU's standards name them, GitHub's community files,
/// and tools that read such files. In small letters.
const OF_PROJECTS: [&[u8]; 28] = [
    b"authors",
    b"bugs",
    b"changelog",
    b"changes",
    b"cmakelists",
    b"constraints",
    b"contributing",
    b"contributors",
    b"copying",
    b"copyright",
    b"credits",
    b"disclaimer",
    b"faq",
    b"history",
    b"install",
    b"licence",
    b"license",
    b"maintainers",
    b"news",
    b"notice",
    b"patents",
    b"readme",
    b"release",
    b"requirements",
    b"robots",
    b"thanks",
    b"todo",
    b"version",
];

/// Whether a file is plain text by its name, which may have directories: what it is about its name does not say. No
/// name at all, or that of the standard input, is one.
pub(crate) fn is_plain_text(name: &[u8]) -> bool {
    let file = name.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or(name);
    if matches!(file, b"" | b"-") {
        return true;
    }
    let file = file.to_ascii_lowercase();
    let Some(dot) = file.iter().rposition(|byte| *byte == b'.') else { return false };
    ENDINGS.contains(&&file[dot + 1..]) && !OF_PROJECTS.iter().any(|start| file.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_project_has_as_text_is_none() {
        for name in ["", "-", "notes.txt", "docs/Letter 1.TXT", "a.b.text", "dir\\note.txt", ".txt"]
        {
            assert!(is_plain_text(name.as_bytes()), "{name}");
        }
        for name in [
            "notes",
            "txt",
            "notes.md",
            "notes.txt/a.c",
            "notes.txt.c",
            "LICENSE.txt",
            "deps/x/COPYING.txt",
            "CMakeLists.txt",
            "requirements-dev.txt",
            "Release_notes.txt",
        ] {
            assert!(!is_plain_text(name.as_bytes()), "{name}");
        }
    }
}
