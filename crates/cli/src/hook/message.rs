use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use gitops_health_git::{Repo, printable};
use gitops_health_report::check::CheckReport;

use super::run::{say, staged};
use crate::check;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::masked;
use crate::output;

/// The largest message, in bytes; with what `git commit --verbose` shows below it.
const LARGEST: u64 = 64 << 20;

/// What stands in the line below which git leaves out everything (`wt-status.c`).
const SCISSORS: &[u8] = b"------------------------ >8 ------------------------";

/// The message of a commit that is about to be made.
pub(super) fn commit_msg(
    context: &Context,
    repo: &Repo,
    arguments: &[OsString],
) -> Result<ExitCode, CliError> {
    let path = file_of(arguments)?;
    let text = read(&path)?;
    let message = without_remarks(&text, &comment_prefix(repo));
    let report = check::of_message(context, repo, message)?;
    say(context, &report, None)
}

/// What git keeps of a message, or may keep: it takes away comments only where an editor was open, so lines that
/// begin as comments count. What stands below the scissors does not, where git itself has put them: nothing but comments
/// follows, to the end or to a difference.
fn without_remarks<'a>(text: &'a [u8], prefix: &[u8]) -> &'a [u8] {
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let mut end = 0;
    for (place, line) in lines.iter().enumerate() {
        let is_scissors = line.strip_prefix(prefix).is_some_and(|it| it.trim_ascii() == SCISSORS);
        if is_scissors && is_gits(&lines[place + 1..], prefix) {
            break;
        }
        end += line.len();
    }
    &text[..end]
}

/// Whether lines are what git writes below scissors.
fn is_gits(lines: &[&[u8]], prefix: &[u8]) -> bool {
    let mut lines = lines.iter();
    let is_remark = |line: &&&[u8]| line.starts_with(prefix);
    let is_note = !prefix.is_empty() && lines.by_ref().take(2).filter(is_remark).count() == 2;
    is_note
        && lines
            .find(|line| !line.starts_with(prefix) && !line.trim_ascii().is_empty())
            .is_none_or(|line| line.starts_with(b"diff --"))
}

/// Says in the editor how risky the commit is and what was found, as a comment. It is no gate: `--no-verify` does not
/// skip it, so whatever goes wrong here stops nobody.
pub(super) fn prepare(context: &Context, repo: &Repo, arguments: &[OsString]) -> ExitCode {
    if let Err(error) = try_prepare(context, repo, arguments) {
        crate::error::report(&error, context);
    }
    ExitCode::Clean
}

fn try_prepare(context: &Context, repo: &Repo, arguments: &[OsString]) -> Result<(), CliError> {
    // A message that is there already, as with `-m`, needs no comment: nobody may look at it.
    // The pre-commit framework says in the environment where it is from.
    let source = arguments.get(1).cloned();
    let source = source.or_else(|| std::env::var_os("PRE_COMMIT_COMMIT_MSG_SOURCE"));
    let is_written = source.is_some_and(|source| !source.is_empty() && source != "template");
    let cleanup = repo.setting("commit.cleanup").unwrap_or_default();
    let prefix = comment_prefix(repo);
    if is_written || matches!(&*cleanup, "verbatim" | "whitespace") || prefix.is_empty() {
        return Ok(());
    }
    let path = file_of(arguments)?;
    let text = read(&path)?;
    let Some(report) = staged(context)? else { return Ok(()) };
    let text = with_comment(&text, &String::from_utf8_lossy(&prefix), &comment(&report));
    let failed =
        |source| CliError::new(Failure::Output { place: path.display().to_string(), source });
    output::write_file(&path, &text).map_err(failed)
}

fn comment(report: &CheckReport) -> Vec<String> {
    let mut lines = vec![format!("gitops-health: {}", summary(report))];
    if let Some(risk) = &report.risk {
        lines.extend(risk.reasons.iter().take(2).map(|it| format!("  {it}")));
    }
    lines
}

fn summary(report: &CheckReport) -> String {
    let words = report.parts.iter().filter(|it| it.is_asked && !it.words.is_empty());
    words.map(|it| it.words.clone()).collect::<Vec<_>>().join("; ")
}

/// The text with a comment below it, above all that git leaves out.
fn with_comment(text: &[u8], prefix: &str, lines: &[String]) -> Vec<u8> {
    let mut comment = format!("{prefix}\n");
    lines.iter().for_each(|line| comment += &format!("{prefix} {}\n", masked(line)));
    let scissors = [prefix.as_bytes(), b" ", SCISSORS].concat();
    let at = memchr::memmem::find(text, &scissors).unwrap_or(text.len());
    [&text[..at], comment.as_bytes(), &text[at..]].concat()
}

/// What a line of comment begins with (`core.commentChar`, `core.commentString`); nothing where git chooses it itself.
fn comment_prefix(repo: &Repo) -> Vec<u8> {
    let set = repo.setting("core.commentString").or_else(|| repo.setting("core.commentChar"));
    match set.as_deref() {
        None => b"#".to_vec(),
        Some("auto") => Vec::new(),
        Some(prefix) => prefix.as_bytes().to_vec(),
    }
}

fn file_of(arguments: &[OsString]) -> Result<PathBuf, CliError> {
    arguments.first().map(PathBuf::from).ok_or_else(|| {
        CliError::new(Failure::Unusable {
            what: "the hook was not told which file the message is in".into(),
            hint: "call it as git does: `gitops-health hook run commit-msg -- FILE`".into(),
        })
    })
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let failed = |source| {
        let place = format!("`{}`", printable(path.as_os_str().as_encoded_bytes()));
        CliError::new(Failure::Input { place, source })
    };
    if !path.metadata().map_err(failed)?.is_file() {
        return Err(failed(io::Error::other("it is no regular file")));
    }
    let mut text = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut text))
        .map_err(failed)?;
    match text.len() as u64 > LARGEST {
        true => Err(failed(io::Error::other("it is too large"))),
        false => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_keeps_counts_and_what_it_cuts_off_does_not() {
        let cut = "# ------------------------ >8 ------------------------\n# Do not modify\n# Everything below\ndiff --git a/a b/a\n-x\n";
        for kept in [
            "Fix it\n\n# Please enter\n#\tnew file: a\n#123 is done\n",
            "# ---\n",
            "\tindented\n",
            "",
        ] {
            assert_eq!(without_remarks(format!("{kept}{cut}").as_bytes(), b"#"), kept.as_bytes());
            assert_eq!(without_remarks(kept.as_bytes(), b"#"), kept.as_bytes());
            assert_eq!(without_remarks(kept.as_bytes(), b""), kept.as_bytes());
        }
        // What somebody has written is no line of git's.
        let written = "x\n# ------------------------ >8 ------------------------\nmore\n";
        assert_eq!(without_remarks(written.as_bytes(), b"#"), written.as_bytes());
        let written = "x\n# ------------------------ >8 ------------------------\n# a\n# b\nmore\n";
        assert_eq!(without_remarks(written.as_bytes(), b"#"), written.as_bytes());
        assert_eq!(without_remarks(cut.as_bytes(), b""), cut.as_bytes());
    }

    #[test]
    fn a_comment_stands_above_what_is_left_out() {
        let text =
            "\n# Please enter\n# ------------------------ >8 ------------------------\ndiff\n";
        let with = with_comment(text.as_bytes(), "#", &["risk 3".into()]);
        let expected = "\n# Please enter\n#\n# risk 3\n# ------------------------ >8 ------------------------\ndiff\n";
        assert_eq!(String::from_utf8_lossy(&with), expected);
        assert_eq!(with_comment(b"\n", ";", &["risk 3".into()]), b"\n;\n; risk 3\n");
    }
}
