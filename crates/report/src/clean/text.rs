use gitops_health_git::counted;

use super::{CleanFile, CleanReport};
use crate::style::Style;

/// A difference in the form of `diff -U0` for each file, and how much that is.
pub fn text(report: &CleanReport, style: Style) -> String {
    let mut text = String::new();
    for file in &report.files {
        text += &difference(file, style);
    }
    let things: usize =
        report.files.iter().flat_map(|file| &file.removed).map(|removed| removed.count).sum();
    let files = counted(report.files.len(), "file", "files");
    let of = counted(report.files_read, "file", "files");
    text += &match (things, report.written) {
        (0, _) => format!("nothing to take out of {of}\n"),
        (things, true) => {
            format!("{} taken out of {files} of {of}\n", counted(things, "thing", "things"))
        }
        (things, false) => format!(
            "{} would be taken out of {files} of {of}; --write does it\n",
            counted(things, "thing", "things")
        ),
    };
    for skip in &report.skipped {
        text += &format!("not cleaned: `{}`: {}\n", skip.path, skip.reason);
    }
    for note in &report.notes {
        text += &format!("note: {note}\n");
    }
    text
}

fn difference(file: &CleanFile, style: Style) -> String {
    let mut text = style.bold(&format!("--- {0}\n+++ {0}", file.path));
    text.push('\n');
    for line in &file.lines {
        text += &format!("{}\n", style.dim(&format!("@@ -{0} +{0} @@", line.number)));
        text += &format!("{}\n", style.removed(&format!("-{}", line.before)));
        text += &format!("{}\n", style.added(&format!("+{}", line.after)));
    }
    text
}
