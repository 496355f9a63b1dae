//! husky's hooks are files of the repository that all who clone it get: ours is a marked part of them.

use crate::args::HookName;

const BEGIN: &str = "# gitops-health: begin (`gitops-health hook uninstall` takes it away)\n";
const END: &str = "# gitops-health: end\n";

/// A file of husky with our part in it. What was there stays as it is.
pub(super) fn with_part(before: Option<&str>, hook: HookName) -> String {
    let name = hook.name();
    let ask = format!("gitops-health hook run {name} -- \"$@\"");
    if !hook.reads_input() {
        let before = before.unwrap_or_default();
        let line_end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
        return format!("{before}{line_end}{BEGIN}{ask}\n{END}");
    }
    // What follows reads the same input.
    let part = format!(
        "{BEGIN}input=$(cat)\nprintf '%s\\n' \"$input\" | {ask}\nexec <<GITOPS_HEALTH\n$input\nGITOPS_HEALTH\n{END}"
    );
    let before = before.unwrap_or_default();
    // Behind the line that says which shell, and the one that older versions of husky begin with.
    let is_head = |line: &&str| line.starts_with("#!") || line.contains("husky.sh");
    let head: usize = before.split_inclusive('\n').take_while(is_head).map(str::len).sum();
    format!("{}{part}{}", &before[..head], &before[head..])
}

/// The same without our part; `None` where nothing else is left.
pub(super) fn without_part(text: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{after}"))
}

/// Whether our part is in it.
pub(super) fn has_part(text: &str) -> bool {
    text.contains(BEGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_comes_back_byte_for_byte() {
        for hook in HookName::ALL {
            for before in
                ["", "npm test\n", "#!/bin/sh\n. \"$(dirname -- \"$0\")/_/husky.sh\"\n\nnpm test\n"]
            {
                let with = with_part(Some(before), hook);
                assert!(has_part(&with));
                assert_eq!(without_part(&with).as_deref(), Some(before), "{with}");
            }
        }
        assert_eq!(without_part("npm test\n"), None);
    }
}
