use std::collections::{BTreeMap, BTreeSet};

use gitops_health_git::{Change, FileChange, RepoPath, Selection};
use gitops_health_report::Split;

use super::scorer::{Scored, Scorer};
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
        Ok(scorer.score_whole(selection, part, false)?.score.value)
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
            found.push(Split { what, files: files.len(), rest, alone });
        }
    }
    found.sort_by(|one, two| {
        let key = |split: &Split| (split.rest.max(split.alone), split.files);
        key(one).cmp(&key(two)).then_with(|| one.what.cmp(&two.what))
    });
    found.truncate(MOST_TOLD);
    Ok(found)
}

fn part(change: &Change, is_in: impl Fn(usize) -> bool) -> Change {
    let files = change.files.iter().enumerate().filter(|(place, _)| is_in(*place));
    Change { files: files.map(|(_, file)| file.clone()).collect(), ..change.clone() }
}

/// Parts that could stand alone, by name: what a rule names as critical, and directories beside one another. Files that change
/// together in one directory most often belong together, and so do tests with what they test: both parts hold
/// something that is neither test nor text.
fn candidates(files: &[FileChange], whole: &Scored) -> Vec<(String, BTreeSet<usize>)> {
    let stands: BTreeSet<usize> =
        (0..files.len()).filter(|place| whole.stands_alone[*place]).collect();
    let mut parts: Vec<(String, BTreeSet<usize>)> = Vec::new();
    let mut add = |what: String, part: BTreeSet<usize>| {
        let is_part = part.intersection(&stands).next().is_some()
            && stands.difference(&part).next().is_some();
        if is_part && parts.iter().all(|(_, known)| *known != part) {
            parts.push((what, part));
        }
    };
    for found in &whole.features.critical {
        let place = |path: &RepoPath| files.iter().position(|file| file.path == *path);
        let named = found.files.iter().filter_map(|named| place(&named.path));
        add(format!("what is {}", found.rule), named.collect());
    }
    let mut directories: BTreeMap<RepoPath, BTreeSet<usize>> = BTreeMap::new();
    for (place, file) in files.iter().enumerate() {
        let mut directory = file.path.parent();
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
        add(format!("`{path}/`"), part);
    }
    parts.truncate(MOST_TRIED);
    parts
}
