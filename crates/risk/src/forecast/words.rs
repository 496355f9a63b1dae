use gitops_health_git::{counted, source, thousands};

use super::LEAST_COMPARED;
use super::theme::Theme;
use crate::historical::these_files;
use crate::kind::FileKind;
use crate::metric::{METRICS, Notable, Row, Shape};
use crate::model::INPUTS;

/// What a change did and what was known before, for those who tell of it.
pub(super) struct Facts<'a> {
    pub row: &'a Row,
    pub shape: &'a Shape,
    pub notable: &'a Notable,
    /// What each of [`INPUTS`] contributes.
    pub contributions: &'a [f64],
    /// With how many commits it is compared.
    pub compared: usize,
}

impl Facts<'_> {
    fn of(&self, id: &str) -> f64 {
        let place = METRICS.iter().position(|metric| metric.id == id);
        place.map_or(f64::NAN, |place| self.row[place])
    }

    /// What some inputs contribute together.
    fn contribute(&self, ids: &[&str]) -> f64 {
        let inputs = INPUTS.iter().zip(self.contributions);
        inputs.filter(|((id, _), _)| ids.contains(id)).map(|(_, it)| it).sum()
    }

    fn count(&self, id: &str) -> usize {
        self.of(id) as usize
    }

    fn these_files(&self) -> &'static str {
        let count = self.shape.files.len();
        these_files(count, count)
    }

    /// How many files are changed, and how many of them are new.
    fn files(&self) -> [usize; 2] {
        [self.shape.files.len(), self.count("new-nf")]
    }
}

/// What was found of a theme. Words that say that something is much or little are there only where the theme adds or
/// takes accordingly: no reason contradicts its own points.
pub(super) fn evidence(theme: Theme, adds: bool, facts: &Facts<'_>) -> String {
    match theme {
        Theme::Usual => usual(facts),
        Theme::Size => size(adds, facts),
        Theme::Content => content(facts),
        Theme::Files => files(facts),
        Theme::Fixes => fixes(adds, facts),
        Theme::Activity => activity(facts),
        Theme::FileSize => file_size(facts.files(), facts.of("lt")),
        Theme::Experience => experience(facts),
        Theme::Purpose => match facts.of("fix") {
            fix if fix > 0.5 => "its message reads as if it mended a defect".into(),
            fix if fix < 0.5 => "its message does not read as if it mended a defect".into(),
            _ => "whether it mends a defect is not said, or of a part of it".into(),
        },
    }
}

/// How much files count by what they are, those that count most first.
pub(super) fn counts(counts: &[(FileKind, f64)]) -> String {
    let mut kinds = counts.to_vec();
    kinds.sort_by(|one, two| two.1.total_cmp(&one.1).then(one.0.cmp(&two.0)));
    kinds.dedup();
    let name = |kind: FileKind| match kind {
        FileKind::Test => "tests",
        FileKind::Generated => "what a program wrote",
        FileKind::Vendored => "code of others",
        FileKind::Code | FileKind::Configuration | FileKind::Documentation | FileKind::Data => {
            kind.word()
        }
    };
    let told = |(kind, count): &(FileKind, f64)| {
        format!("{} {}", name(*kind), (count * 1e3).round() / 1e3)
    };
    let told: Vec<String> = kinds.iter().map(told).collect();
    format!("what files count by their kind: {}", told.join(", "))
}

/// A part as `34 of 100`.
pub(crate) fn hundredths(part: f64) -> String {
    format!("{:.0} of 100", (part * 100.0).clamp(1.0, 99.0))
}

fn usual(facts: &Facts<'_>) -> String {
    const HERE: &str = "what is known of the repository as a whole";
    if facts.compared < LEAST_COMPARED {
        return "what is known of a young repository as a whole".into();
    }
    if facts.notable.fixes == 0 {
        return format!("{HERE}: no earlier commit, merges aside, is known to mend a defect");
    }
    match facts.notable.share_of_fixes {
        None => HERE.into(),
        Some(share) => {
            format!("{HERE}: of the latest commits about {} mend a defect", hundredths(share))
        }
    }
}

fn size(adds: bool, facts: &Facts<'_>) -> String {
    let code = facts.count("code-la");
    let lines = lines_of_kinds(
        ["la", "ld", "places"].map(|id| facts.count(id)),
        ["code-la", "test-la", "setting-la", "text-la", "other-la"].map(|id| facts.count(id)),
    );
    // What is compared is what weighs most.
    let by_code = facts.contribute(&["code-la", "code-la-usual"]);
    let by_all = facts.contribute(&["la", "la-usual", "test-la"]);
    let [all_lines, lines_of_code] = facts.notable.added;
    let (usual, of_code) = match code > 0 && by_code.abs() > by_all.abs() {
        true => (lines_of_code, " of code"),
        false => (all_lines, ""),
    };
    if facts.compared < LEAST_COMPARED {
        return lines;
    }
    match (adds, usual) {
        (true, Some([fewer, _])) if fewer > 0.5 => {
            format!("{lines}: adds more{of_code} than {} of the last commits", hundredths(fewer))
        }
        (false, Some([_, more])) if more > 0.5 => {
            format!("{lines}: adds less{of_code} than {} of the last commits", hundredths(more))
        }
        _ => lines,
    }
}

/// So many added lines, deleted ones and places, and of which kinds the added lines are: code, tests, configuration,
/// documentation and others.
fn lines_of_kinds([added, deleted, places]: [usize; 3], of_kinds: [usize; 5]) -> String {
    let words = ["of code", "of tests", "of configuration", "of documentation", "of other files"];
    let of_kinds = of_kinds.into_iter().zip(words).filter(|(count, _)| *count > 0);
    let of_kinds: Vec<(usize, &str)> = of_kinds.collect();
    let lines = counted(added, "line", "lines");
    let added = match of_kinds.as_slice() {
        [] | [(_, "of code")] => format!("{lines} added"),
        [(_, kind)] => format!("{lines} {kind} added"),
        several => {
            let one =
                |(count, kind): &(usize, &str)| format!("{} {kind}", thousands(*count as u64));
            let several: Vec<String> = several.iter().map(one).collect();
            format!("{lines} added ({})", several.join(", "))
        }
    };
    format!(
        "{added} and {} deleted in {}",
        thousands(deleted as u64),
        counted(places, "place", "places")
    )
}

fn content(facts: &Facts<'_>) -> String {
    let mut code = facts.shape.files.iter().filter(|file| file.kind == FileKind::Code).peekable();
    if code.peek().is_none() {
        return "no file of code".into();
    }
    if !code.any(|file| source::is_program(&file.path)) {
        return "code, but no program by the endings of names".into();
    }
    made_of(["ncloc-la", "ncloc-ld", "decisions", "names", "names-new"].map(|id| facts.count(id)))
}

/// What so many added and deleted lines, points of decision, different names, and names that no deleted line has are.
fn made_of([added, deleted, decisions, names, new]: [usize; 5]) -> String {
    if added + deleted == 0 {
        return "no line of code that was read, comments aside".into();
    }
    let with = match decisions {
        0 => String::new(),
        1 => "; those added have one condition, loop or the like".into(),
        many => {
            format!("; those added have {} conditions, loops and the like", thousands(many as u64))
        }
    };
    let lines = format!(
        "{} of code added and {} deleted, comments aside{with}",
        counted(added, "line", "lines"),
        thousands(deleted as u64)
    );
    let names_are = match names {
        0 => return lines,
        1 => return format!("{lines}; they use one name"),
        _ => format!("{lines}; they use {} different names", thousands(names as u64)),
    };
    match new {
        0 => format!("{names_are}, all of them in deleted lines, too"),
        _ if new == names => names_are,
        _ => format!("{names_are}, {} of them in no deleted line", thousands(new as u64)),
    }
}

fn files(facts: &Facts<'_>) -> String {
    let kinds = [
        (FileKind::Code, "of code"),
        (FileKind::Test, "of tests"),
        (FileKind::Configuration, "of configuration"),
        (FileKind::Documentation, "of documentation"),
        (FileKind::Data, "of data"),
        (FileKind::Generated, "generated"),
        (FileKind::Vendored, "vendored"),
    ];
    let files = &facts.shape.files;
    let of_kind = kinds.iter().filter_map(|(kind, word)| {
        let count = files.iter().filter(|file| file.kind == *kind).count();
        (count > 0).then(|| format!("{count} {word}"))
    });
    let of_kind: Vec<String> = of_kind.collect();
    let new = match facts.count("new-nf") {
        0 => String::new(),
        1 => "; 1 of them new".into(),
        many if many == files.len() => "; all new".into(),
        many => format!("; {many} of them new"),
    };
    let new = if files.len() == 1 && !new.is_empty() { "; it is new".into() } else { new };
    format!(
        "{} in {}: {}{new}",
        counted(files.len(), "file", "files"),
        counted(facts.count("nd"), "directory", "directories"),
        of_kind.join(", ")
    )
}

/// So many days ago a fix counts half.
const LONG_AGO: f64 = 180.0;

/// How large the files were, that many lines in the mean.
fn file_size(files: [usize; 2], lines: f64) -> String {
    let lines = counted(lines.round() as usize, "line", "lines");
    match files {
        [1, 1] => "a new file".into(),
        [all, new] if all == new => "new files".into(),
        [1, _] => format!("a file of {lines} before"),
        _ => format!("files of {lines} in the mean before"),
    }
}

/// What is said of files nobody changed before.
fn untouched([all, new]: [usize; 2]) -> String {
    match (all, new) {
        (1, 1) => "it is new".into(),
        (all, new) if all == new => "they are new".into(),
        (all, _) => format!("nobody changed {} before", these_files(all, all)),
    }
}

fn fixes(adds: bool, facts: &Facts<'_>) -> String {
    match facts.notable.most_mended {
        Some(_) if !adds && facts.of("since-fix") >= LONG_AGO => {
            format!("the last fixes of {} are long ago", facts.these_files())
        }
        Some((place, fixes, changes)) => {
            let path = &facts.shape.files[place].path;
            let fixes = counted(fixes, "fix", "fixes");
            let needed = match changes {
                1 => format!("`{path}` needed a fix in its only earlier change"),
                _ => format!("`{path}` needed {fixes} in its last {changes} changes"),
            };
            match (adds, facts.shape.files.len()) {
                (true, _) => needed,
                (false, 1) => format!("{needed}: less than the model expects"),
                _ => format!("{needed}, no other file more: less than the model expects"),
            }
        }
        None if adds && facts.of("dir-fix-decay") >= 1.0 => {
            "other files of the same directories needed fixes of late".into()
        }
        None => match facts.files() {
            [all, new] if all == new && facts.notable.changes == 0 => {
                format!("no fix yet: {}", untouched([all, new]))
            }
            _ => format!("no fix among the last changes of {}", facts.these_files()),
        },
    }
}

fn activity(facts: &Facts<'_>) -> String {
    let changes = facts.notable.changes;
    if changes == 0 {
        return untouched(facts.files());
    }
    let days = facts.of("since-change");
    let last = match days {
        days if days < 1.0 => "within a day".into(),
        days if days < 60.0 => {
            format!("{} before", counted(days.round() as usize, "day", "days"))
        }
        days => format!("{:.0} months before", days / 30.4),
    };
    let people = counted(facts.count("ndev"), "person", "people");
    format!(
        "{} of {} by {people}, the last {last}",
        counted(changes, "earlier change", "earlier changes"),
        facts.these_files()
    )
}

fn experience(facts: &Facts<'_>) -> String {
    let Notable { changes, own, .. } = facts.notable;
    let all = facts.count("exp");
    if facts.shape.author.is_none() {
        return "nobody knows here who makes it".into();
    }
    if all == 0 {
        return "its author has no earlier commit here".into();
    }
    let all = counted(all, "earlier commit", "earlier commits");
    match (changes, own) {
        (0, _) => format!("its author has {all} here"),
        (_, 0) => {
            let these = facts.these_files();
            format!("its author has {all} here and has not changed {these} before")
        }
        (changes, own) => {
            let these = facts.these_files();
            format!("its author made {} of {these} and has {all} here", own_part(*own, *changes))
        }
    }
}

/// How many of the earlier changes of some files their author made, at least one.
fn own_part(own: usize, changes: usize) -> String {
    let changes_in_words = counted(changes, "earlier change", "earlier changes");
    match changes {
        1 => "the only earlier change".into(),
        2 if own == changes => "both earlier changes".into(),
        _ if own == changes => format!("all {changes_in_words}"),
        _ => format!("{} of the {changes_in_words}", thousands(own as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_how_many_there_are_and_whether_they_are_new() {
        let cases = [
            ([1, 1], 0.0, "a new file", "it is new"),
            ([2, 2], 0.0, "new files", "they are new"),
            ([1, 0], 1.4, "a file of 1 line before", "nobody changed this file before"),
            (
                [2, 1],
                1_234.0,
                "files of 1,234 lines in the mean before",
                "nobody changed these files before",
            ),
        ];
        for (files, lines, size, past) in cases {
            assert_eq!((&*file_size(files, lines), &*untouched(files)), (size, past));
        }
    }

    #[test]
    fn added_lines_are_told_by_the_kinds_of_their_files() {
        for (of_kinds, told) in [
            ([1_234, 0, 0, 0, 0], "1,234 lines added and 5,678 deleted in 1 place"),
            (
                [0, 0, 0, 1_234, 0],
                "1,234 lines of documentation added and 5,678 deleted in 1 place",
            ),
            (
                [1_000, 200, 30, 0, 4],
                "1,234 lines added (1,000 of code, 200 of tests, 30 of configuration, 4 of other files) and 5,678 deleted in \
                 1 place",
            ),
        ] {
            assert_eq!(lines_of_kinds([1_234, 5_678, 1], of_kinds), told);
        }
        let nothing = lines_of_kinds([0, 1, 2], [0; 5]);
        assert_eq!(nothing, "0 lines added and 1 deleted in 2 places");
    }

    #[test]
    fn the_part_of_an_author_is_told_as_one_would_say_it() {
        let told =
            [(1, 1), (2, 2), (3, 3), (1, 2), (1_000, 1_234)].map(|(own, all)| own_part(own, all));
        let said = [
            "the only earlier change",
            "both earlier changes",
            "all 3 earlier changes",
            "1 of the 2 earlier changes",
            "1,000 of the 1,234 earlier changes",
        ];
        assert_eq!(told, said);
    }

    #[test]
    fn what_lines_are_made_of_is_said_without_numbers_that_are_nothing() {
        let lines = "2 lines of code added and 1,000 deleted, comments aside";
        let cases = [
            ([0, 0, 0, 0, 0], "no line of code that was read, comments aside".to_owned()),
            ([0, 2, 0, 0, 0], "0 lines of code added and 2 deleted, comments aside".to_owned()),
            ([2, 1_000, 0, 0, 0], lines.to_owned()),
            (
                [2, 1_000, 1, 0, 0],
                format!("{lines}; those added have one condition, loop or the like"),
            ),
            (
                [2, 1_000, 1_200, 0, 0],
                format!("{lines}; those added have 1,200 conditions, loops and the like"),
            ),
            ([2, 1_000, 0, 1, 1], format!("{lines}; they use one name")),
            ([2, 1_000, 0, 5, 5], format!("{lines}; they use 5 different names")),
            (
                [2, 1_000, 0, 5, 0],
                format!("{lines}; they use 5 different names, all of them in deleted lines, too"),
            ),
            (
                [2, 1_000, 0, 5, 3],
                format!("{lines}; they use 5 different names, 3 of them in no deleted line"),
            ),
        ];
        for (numbers, said) in cases {
            assert_eq!(made_of(numbers), said);
        }
    }
}
