//! husky's hooks are files of the repository that all who clone it get: ours is a marked part of them.

use crate::args::HookName;

/// What our part begins with. What had to be added so that it can stand there is said, so that it goes again.
const BEGIN: &str = "# gitops-health: begin (`gitops-health hook uninstall` takes it away)";
const BEHIND_NO_LINE_END: &str = ", behind a line that had no end";
const IN_A_NEW_FILE: &str = ", in a file of its own";
const END: &str = "# gitops-health: end\n";

/// A file of husky with our part in it. What was there stays as it is. `head` is what a new file begins with.
pub(super) fn with_part(before: Option<&str>, head: &str, hook: HookName) -> String {
    let name = hook.name();
    // Whoever runs the file may go on after a command that fails.
    let ask = format!("gitops-health hook run {name} -- \"$@\" || exit");
    let text = before.unwrap_or(head);
    let has_no_end = !text.is_empty() && !text.ends_with('\n');
    let note = match (before, has_no_end) {
        (None, _) => IN_A_NEW_FILE,
        (Some(_), true) if !hook.reads_input() => BEHIND_NO_LINE_END,
        (Some(_), _) => "",
    };
    let begin = format!("{BEGIN}{note}\n");
    if !hook.reads_input() {
        let line_end = if has_no_end { "\n" } else { "" };
        return format!("{text}{line_end}{begin}{ask}\n{END}");
    }
    // What follows reads the same input.
    let part = format!(
        "{begin}input=$(cat)\nprintf '%s\\n' \"$input\" | {ask}\nexec <<GITOPS_HEALTH\n$input\nGITOPS_HEALTH\n{END}"
    );
    // Behind the line that says which shell, and the one that older versions of husky begin with.
    let is_head =
        |line: &&str| (line.starts_with("#!") || line.contains("husky.sh")) && line.ends_with('\n');
    let head: usize = text.split_inclusive('\n').take_while(is_head).map(str::len).sum();
    format!("{}{part}{}", &text[..head], &text[head..])
}

/// What is left of a file without our part.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// What was there before.
    Text(String),
    /// There was no such file.
    Nothing,
}

/// The same without our part; `None` where it is not there.
pub(super) fn without_part(text: &str) -> Option<Left> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (note, rest) = rest.split_once('\n')?;
    let (_, after) = rest.split_once(END)?;
    let before = match note {
        BEHIND_NO_LINE_END => before.strip_suffix('\n').unwrap_or(before),
        _ => before,
    };
    let left = format!("{before}{after}");
    let is_new = note == IN_A_NEW_FILE && matches!(&*left, "" | "#!/bin/sh\n");
    Some(if is_new { Left::Nothing } else { Left::Text(left) })
}

/// Whether our part is in it, as we wrote it.
pub(super) fn has_part(text: &str, hook: HookName) -> bool {
    let begin = text.split_once(BEGIN).map(|(_, rest)| rest);
    let part = begin.and_then(|rest| rest.split_once(END)).map(|(part, _)| part);
    part.is_some_and(|part| part.contains(&format!("gitops-health hook run {} ", hook.name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_comes_back_byte_for_byte() {
        for hook in HookName::ALL {
            for before in [
                "",
                "npm test\n",
                "npm test",
                "#!/bin/sh\n",
                "#!/bin/sh",
                "#!/bin/sh\n. \"$(dirname -- \"$0\")/_/husky.sh\"\n\nnpm test\n",
            ] {
                let with = with_part(Some(before), "", hook);
                assert!(has_part(&with, hook), "{with}");
                let left = Left::Text(before.to_owned());
                assert_eq!(without_part(&with), Some(left), "{before:?} {with}");
            }
            for head in ["", "#!/bin/sh\n"] {
                let with = with_part(None, head, hook);
                assert!(with.starts_with(head) && has_part(&with, hook), "{with}");
                assert_eq!(without_part(&with), Some(Left::Nothing));
                // What somebody wrote since stays.
                let more = format!("{with}npm test\n");
                let left = Left::Text(format!("{head}npm test\n"));
                assert_eq!(without_part(&more), Some(left));
            }
            let cut = with_part(None, "", hook).replace("hook run", "# hook run not");
            assert!(!has_part(&cut, hook));
        }
        assert_eq!(without_part("npm test\n"), None);
    }
}
