use std::collections::{BTreeMap, BTreeSet};

use gitops_health_git::{Change, FileChange, RepoPath, Selection};
use gitops_health_report::Split;
use gitops_health_risk::FileKind;

use super::scorer::{Beside, Scored, Scorer};
use crate::error::CliError;

/// Larger changes are not tried in parts.
const MOST_FILES: usize = 200;

/// So many parts are tried.
const MOST_TRIED: usize = 8;

/// So many are told.
const MOST_TOLD: usize = 3;

/// What lowers the score by less is not worth a change of its own.
const LEAST_POINTS: u32 = 3;

/// What could be split out of a change so that both parts are less risky, by scoring them; what lowers the riskier of both
/// most first.
pub(super) fn of(
    scorer: &mut Scorer<'_>,
    selection: &Selection,
    change: &Change,
    whole: &Scored,
) -> Result<Vec<Split>, CliError> {
    if change.files.len() < 2 || change.files.len() > MOST_FILES {
        return Ok(Vec::new());
    }
    let most = whole.score.value.saturating_sub(LEAST_POINTS);
    let mut score = |part: &Change| -> Result<u32, CliError> {
        Ok(scorer.score_whole(selection, part, Beside::default())?.score.value)
    };
    let mut found = Vec::new();
    for (what, files) in candidates(&change.files, whole) {
        let rest = score(&part(change, |place| !files.contains(&place)))?;
        if rest > most {
            continue;
        }
        let alone = score(&part(change, |place| files.contains(&place)))?;
        // What is as risky alone as all of it was gains nothing.
        if alone <= most {
            found.push((Split { what, files: files.len(), rest, alone }, files));
        }
    }
    found.sort_by(|(one, _), (two, _)| {
        let key = |split: &Split| (split.rest.max(split.alone), split.files);
        key(one).cmp(&key(two)).then_with(|| one.what.cmp(&two.what))
    });
    // Of parts that have files in common the best is told.
    let mut told: Vec<(Split, BTreeSet<usize>)> = Vec::new();
    for (split, files) in found {
        if told.len() < MOST_TOLD && told.iter().all(|(_, known)| known.is_disjoint(&files)) {
            told.push((split, files));
        }
    }
    Ok(told.into_iter().map(|(split, _)| split).collect())
}

fn part(change: &Change, is_in: impl Fn(usize) -> bool) -> Change {
    let files = change.files.iter().enumerate().filter(|(place, _)| is_in(*place));
    Change { files: files.map(|(_, file)| file.clone()).collect(), ..change.clone() }
}

/// Parts that could stand alone, by name: what a rule names as critical, and directories beside one another. Files that change
/// together in one directory most often belong together, and so do tests with what they test and settings with what
/// they set: each part that is named after a directory holds code, and so does the rest of any part.
fn candidates(files: &[FileChange], whole: &Scored) -> Vec<(String, BTreeSet<usize>)> {
    let critical = whole.features.critical.iter().map(|found| {
        let place = |path: &RepoPath| files.iter().position(|file| file.path == *path);
        let named = found.files.iter().filter_map(|named| place(&named.path));
        (format!("what is {}", found.rule), named.collect())
    });
    let paths: Vec<&RepoPath> = files.iter().map(|file| &file.path).collect();
    let is_code: Vec<bool> = whole.kinds.iter().map(|kind| *kind == FileKind::Code).collect();
    parts(&paths, &is_code, critical)
}

fn parts(
    paths: &[&RepoPath],
    is_code: &[bool],
    critical: impl Iterator<Item = (String, BTreeSet<usize>)>,
) -> Vec<(String, BTreeSet<usize>)> {
    let code: BTreeSet<usize> = (0..paths.len()).filter(|place| is_code[*place]).collect();
    let mut parts: Vec<(String, BTreeSet<usize>)> = Vec::new();
    let mut add = |what: String, part: BTreeSet<usize>| {
        let leaves_code = code.difference(&part).next().is_some();
        if leaves_code && !part.is_empty() && parts.iter().all(|(_, known)| *known != part) {
            parts.push((what, part));
        }
    };
    critical.for_each(|(what, part)| add(what, part));
    let mut directories: BTreeMap<RepoPath, BTreeSet<usize>> = BTreeMap::new();
    for (place, path) in paths.iter().enumerate() {
        let mut directory = path.parent();
        while !directory.as_bytes().is_empty() {
            directories.entry(directory.clone()).or_default().insert(place);
            directory = directory.parent();
        }
    }
    let mut directories: Vec<_> = directories.into_iter().collect();
    // Large parts first, and the lowest directory that holds all of a part.
    directories.sort_by_key(|(path, part)| {
        (std::cmp::Reverse(part.len()), std::cmp::Reverse(path.components().count()))
    });
    for (path, part) in directories {
        if part.intersection(&code).next().is_some() {
            add(format!("`{path}/`"), part);
        }
    }
    parts.truncate(MOST_TRIED);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(paths: &[(&str, bool)], critical: &[(&str, &[usize])]) -> Vec<(String, Vec<usize>)> {
        let all: Vec<RepoPath> = paths.iter().map(|(path, _)| RepoPath::from(*path)).collect();
        let all: Vec<&RepoPath> = all.iter().collect();
        let is_code: Vec<bool> = paths.iter().map(|(_, is_code)| *is_code).collect();
        let critical = critical
            .iter()
            .map(|(what, part)| ((*what).to_owned(), part.iter().copied().collect()));
        let parts = parts(&all, &is_code, critical).into_iter();
        parts.map(|(what, part)| (what, part.into_iter().collect())).collect()
    }

    #[test]
    fn directories_with_code_beside_one_another_are_parts() {
        let paths =
            [("app/a.rs", true), ("app/b.rs", true), ("lib/c.rs", true), ("tests/t.rs", false)];
        let found = named(&paths, &[]);
        assert_eq!(found, [("`app/`".into(), vec![0, 1]), ("`lib/`".into(), vec![2])]);
    }

    #[test]
    fn code_is_not_taken_from_its_tests_and_settings() {
        let paths = [("src/a.rs", true), ("tests/t.rs", false), ("conf/a.yaml", false)];
        assert!(named(&paths, &[]).is_empty());
        let critical: &[(&str, &[usize])] = &[("what is migration", &[2])];
        assert_eq!(named(&paths, critical), [("what is migration".into(), vec![2])]);
    }

    #[test]
    fn the_lowest_directory_names_a_part() {
        let paths = [("x/y/z/a.rs", true), ("x/y/z/b.rs", true), ("x/c.rs", true)];
        assert_eq!(named(&paths, &[]), [("`x/y/z/`".into(), vec![0, 1])]);
    }
}
