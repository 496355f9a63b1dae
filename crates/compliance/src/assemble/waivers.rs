//! What a change does to the file of waivers, wherever the configuration says that it is before and after.

use gitops_health_git::{Change, Error, FileChange, Mode, RepoPath, Side, Status};

use crate::config::ComplianceConfig;
use crate::evidence::document;
use crate::input::{WaiverChange, WaiverFile};
use crate::waiver::{Around, Waivers};

use super::Assembler;

/// The most entries that are listed.
const MOST_CHANGES: usize = 500;

/// Where the configuration of a repository is.
const CONFIGURATION: &str = ".gitops-health.yaml";

/// What is at a path before or after a change.
enum Held {
    Nothing,
    Bytes(Vec<u8>),
    /// It is no file, too large, or not whole.
    Unread,
}

impl Assembler<'_> {
    /// What a change does to the file of waivers. One that can not be used afterwards is told: nothing could be judged
    /// once it is believed.
    pub(super) fn waiver_file(
        &self,
        change: &Change,
        around: &Around<'_>,
    ) -> Result<WaiverFile, Error> {
        let configured = &*self.settings.config().waivers;
        let touches = |path: &str| {
            let path = RepoPath::from(path);
            change.files.iter().any(|it| it.path == path || it.old_path.as_ref() == Some(&path))
        };
        let untouched = WaiverFile {
            path: configured.to_owned(),
            is_readable: true,
            problem: None,
            changes: Vec::new(),
            unlisted: 0,
        };
        let is_moved = touches(CONFIGURATION);
        if !is_moved && !touches(configured) {
            return Ok(untouched);
        }
        let unusable = |path: String, problem: &str| WaiverFile {
            path,
            is_readable: false,
            problem: Some(problem.to_owned()),
            ..untouched.clone()
        };
        let paths = match is_moved {
            true => self.paths(change)?,
            false => Some((configured.to_owned(), configured.to_owned())),
        };
        let Some((old, new)) = paths else {
            return Ok(unusable(configured.to_owned(), "the configuration can not be read"));
        };
        let path = (self.shown)(new.as_bytes());
        let after = match self.held_after(change, &new)? {
            Held::Nothing => Ok(Waivers::default()),
            Held::Unread => Err("it is no file that could be read"),
            Held::Bytes(bytes) => Waivers::parse(&bytes).map_err(|error| error.without_text()),
        };
        let after = match after {
            Ok(after) => after,
            Err(problem) => return Ok(unusable(path, problem)),
        };
        // What could not be used before accepted nothing: all that is there now is new.
        let before = match self.held_before(change, &old)? {
            Held::Bytes(bytes) => Waivers::parse(&bytes).unwrap_or_default(),
            Held::Nothing | Held::Unread => Waivers::default(),
        };
        let mut changes = before.changes_to(&after, around);
        let unlisted = changes.len().saturating_sub(MOST_CHANGES);
        changes.truncate(MOST_CHANGES);
        changes.iter_mut().for_each(|it| self.mask(it));
        Ok(WaiverFile { path, changes, unlisted, ..untouched })
    }

    /// What is not believed yet may hold anything.
    fn mask(&self, change: &mut WaiverChange) {
        let shown = |text: &mut String| *text = (self.shown)(text.as_bytes());
        let waiver = &mut change.waiver;
        shown(&mut waiver.id);
        if !waiver.is_rule_known {
            shown(&mut waiver.rule);
        }
        if !waiver.is_owner_known {
            shown(&mut waiver.owner);
        }
    }

    /// Where the file is before and after a change of the configuration; nothing where that can not be known.
    fn paths(&self, change: &Change) -> Result<Option<(String, String)>, Error> {
        let before = match self.held_before(change, CONFIGURATION)? {
            Held::Bytes(bytes) => configured(&bytes).unwrap_or_default(),
            Held::Nothing | Held::Unread => None,
        };
        let after = match self.held_after(change, CONFIGURATION)? {
            Held::Bytes(bytes) => configured(&bytes),
            Held::Nothing => Ok(None),
            Held::Unread => Err(()),
        };
        let Ok(after) = after else { return Ok(None) };
        // Other places than the repository may say where it is.
        if before == after {
            let path = &self.settings.config().waivers;
            return Ok(Some((path.clone(), path.clone())));
        }
        let or_usual = |it: Option<String>| it.unwrap_or(ComplianceConfig::default().waivers);
        Ok(Some((or_usual(before), or_usual(after))))
    }

    fn held_after(&self, change: &Change, path: &str) -> Result<Held, Error> {
        let name = RepoPath::from(path);
        let is_gone = |it: &FileChange| is_from(it, &name);
        match change.files.iter().find(|it| it.path == name) {
            Some(file) => self.held(file, file.new),
            None if change.files.iter().any(is_gone) => Ok(Held::Nothing),
            None => self.held_by_base(change, path),
        }
    }

    fn held_before(&self, change: &Change, path: &str) -> Result<Held, Error> {
        let name = RepoPath::from(path);
        match change.files.iter().find(|it| is_from(it, &name)) {
            Some(file) => self.held(file, file.old),
            None if change.files.iter().any(|it| it.path == name) => Ok(Held::Nothing),
            None => self.held_by_base(change, path),
        }
    }

    /// One side of a file that differs.
    fn held(&self, file: &FileChange, side: Option<Side>) -> Result<Held, Error> {
        let Some(side) = side.filter(|_| file.status != Status::Unmerged) else {
            let is_unmerged = file.status == Status::Unmerged;
            return Ok(if is_unmerged { Held::Unread } else { Held::Nothing });
        };
        if !matches!(side.mode, Mode::File | Mode::Executable) {
            return Ok(Held::Unread);
        }
        Ok(match self.repo.versions(file)? {
            Some(versions) if file.new == Some(side) => Held::Bytes(versions.new),
            Some(versions) => Held::Bytes(versions.old),
            None => Held::Unread,
        })
    }

    /// A file that the change leaves as it is.
    fn held_by_base(&self, change: &Change, path: &str) -> Result<Held, Error> {
        let Some(base) = change.base.filter(|_| !path.is_empty()) else {
            return Ok(Held::Nothing);
        };
        match self.repo.file_of_commit(base, &RepoPath::from(path)) {
            Ok(None) => Ok(Held::Nothing),
            Ok(Some((Mode::File | Mode::Executable, bytes))) => Ok(Held::Bytes(bytes)),
            Ok(Some(_)) | Err(Error::TooLarge { .. }) => Ok(Held::Unread),
            Err(error) => Err(error),
        }
    }
}

/// Whether a file that differs was at a path before.
fn is_from(file: &FileChange, path: &RepoPath) -> bool {
    match &file.old_path {
        Some(old) => old == path && matches!(file.status, Status::Renamed { .. }),
        None => file.path == *path && (file.old.is_some() || file.status == Status::Unmerged),
    }
}

/// What a configuration says of the place of waivers.
fn configured(bytes: &[u8]) -> Result<Option<String>, ()> {
    let text = std::str::from_utf8(bytes).map_err(drop)?;
    let value = match text.trim().is_empty() {
        true => return Ok(None),
        false => document::yaml(text).map_err(drop)?,
    };
    match value.get("compliance").and_then(|it| it.get("waivers")) {
        None => Ok(None),
        Some(value) => value.as_str().map(|it| Some(it.to_owned())).ok_or(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_says_where_waivers_are() {
        let some = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(configured(b""), Ok(None));
        assert_eq!(configured(b"# nothing\n"), Ok(None));
        assert_eq!(configured(b"risk: {}\n"), Ok(None));
        assert_eq!(configured(b"compliance: {roster: a}\n"), Ok(None));
        assert_eq!(configured(b"compliance: {waivers: a.yaml}\n"), some("a.yaml"));
        for broken in [&b"compliance: [\n"[..], b"\xff", b"compliance: {waivers: 1}"] {
            assert_eq!(configured(broken), Err(()));
        }
    }
}
