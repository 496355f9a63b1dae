use std::path::Path;

use crate::args::HookName;

/// The line by which a hook of ours is known.
const MARK: &str = "# gitops-health hook: `gitops-health hook uninstall` takes it away.";

/// What is behind the name of a hook that was there before.
pub(super) const KEPT: &str = ".before-gitops-health";

/// A hook that runs what was there before, and then asks us. It is the same for everybody but for the path of the
/// program, which is left out where others get the file, too.
pub(super) fn shim(hook: HookName, program: Option<&Path>) -> String {
    let name = hook.name();
    let program = match program {
        Some(path) => format!("program={}\n[ -x \"$program\" ] || ", quoted(path)),
        None => String::new(),
    };
    let ask = match hook.reads_input() {
        false => format!(
            "if [ -x \"$kept\" ]; then \"$kept\" \"$@\" || exit; fi\n\
             exec \"$program\" hook run {name} -- \"$@\"\n"
        ),
        // Both are to read it. Shells take away what ends a text, so something else ends it.
        true => format!(
            "input=$(cat; echo .) && input=${{input%.}}\n\
             if [ -x \"$kept\" ]; then printf %s \"$input\" | \"$kept\" \"$@\" || exit; fi\n\
             printf %s \"$input\" | \"$program\" hook run {name} -- \"$@\"\n"
        ),
    };
    format!(
        "#!/bin/sh\n\
         {MARK}\n\
         {program}program=$(command -v gitops-health) || {{\n\
         \x20   echo 'error: gitops-health is not found, so that nothing was checked' >&2\n\
         \x20   echo 'hint: put it on your PATH, or remove this hook: '\"$0\" >&2\n\
         \x20   exit 2\n\
         }}\n\
         kept=$0{KEPT}\n\
         {ask}"
    )
}

/// Whether a hook is one of ours.
pub(super) fn is_ours(content: &[u8]) -> bool {
    content.split(|byte| *byte == b'\n').nth(1) == Some(MARK.as_bytes())
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hook_of_ours_is_known_as_one() {
        for hook in HookName::ALL {
            for program in [None, Some(Path::new("/opt/it's here/gitops-health"))] {
                let text = shim(hook, program);
                assert!(is_ours(text.as_bytes()), "{text}");
                assert!(text.contains(&format!("hook run {} --", hook.name())));
                assert_eq!(text.contains(r"'/opt/it'\''s here/gitops-health'"), program.is_some());
            }
        }
        assert!(!is_ours(b"#!/bin/sh\nexec something\n"));
        assert!(!is_ours(b""));
    }
}
