//! Who wrote the lines of a file.
//!
//! The places that commits changed, which the index holds, are followed back from one version of a file to
//! the one before: no content is read but where an index has left places out, and of merges.

use std::collections::HashMap;
use std::rc::Rc;

use gitops_health_git::{Hunk, ObjectId, Repo, RepoPath};

use crate::change::ChangeRow;
use crate::error::{Error, Fault};
use crate::graph::{Ancestors, Number};
use crate::history::History;
use crate::names::Names;

/// A version of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// What it is called.
    pub path: RepoPath,
    /// Its content.
    pub blob: ObjectId,
}

/// Where a line comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The commit that wrote it.
    pub commit: ObjectId,
    /// The version that the commit made.
    pub version: Version,
    /// Which line it is there, counted from 1.
    pub line: u32,
    /// The version that the commit changed, and the place where the line came; `None` where the commit added the
    /// file. Of a merge it is the version of its first parent that has the file.
    pub before: Option<(Version, Hunk)>,
}

/// What a commit did to a file, as far as its lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// The version before; `None` where the commit added the file.
    pub old: Option<Version>,
    /// The version after; `None` where it deleted the file.
    pub new: Option<Version>,
    /// The places that differ, as `git diff -U0` finds them; `None` for what has no lines or could not be compared.
    pub hunks: Option<Rc<[Hunk]>>,
}

/// A change that came before, of a file that is followed back through its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierChange {
    /// The commit.
    pub commit: ObjectId,
    /// The version before; `None` where the commit added the file.
    pub old: Option<ObjectId>,
    /// The version after.
    pub new: ObjectId,
    /// The places that differ; `None` where the index holds none.
    pub hunks: Option<Rc<[Hunk]>>,
}

/// A step from one version of a file to the next.
struct Step {
    revision: Number,
    old_path: u32,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
    /// `None` where they have to be looked for, or there are none to be had.
    hunks: Option<Rc<[Hunk]>>,
}

/// What happened to one path.
struct Versions {
    steps: Vec<Step>,
    /// The steps that made a version, the newest first.
    makers: HashMap<ObjectId, Vec<usize>>,
    /// The same of merges.
    merges: HashMap<ObjectId, Vec<Number>>,
}

/// Tells where lines come from; what was read is kept for the next question.
pub struct Origins<'a> {
    history: &'a History,
    repo: &'a Repo,
    names: Names<'a>,
    paths: HashMap<u32, RepoPath>,
    timelines: HashMap<u32, Rc<Versions>>,
    /// How many steps are kept.
    kept: usize,
    /// The files that merges changed against all of their parents.
    merged: Option<HashMap<u32, Vec<Number>>>,
    /// Of the two commits that were asked about last, the last one first.
    ancestors: [Option<(Number, Rc<Ancestors>)>; 2],
    compared: HashMap<(ObjectId, ObjectId), Option<Rc<[Hunk]>>>,
    /// What parents of merges have under a path.
    sides: HashMap<(Number, u32), Option<ObjectId>>,
}

/// So many versions that parents of merges have are kept.
const MOST_SIDES: usize = 1 << 20;

/// So many names of files are kept.
const MOST_PATHS: usize = 1 << 16;

/// So many steps and places are kept, some hundred megabytes.
const MOST_KEPT: usize = 1 << 20;

/// Lines of a version that are asked about: their numbers there, ascending, and whose they are.
struct Asked {
    path: u32,
    blob: ObjectId,
    /// What made the version is older than this.
    below: Number,
    lines: Vec<(u32, usize)>,
}

impl<'a> Origins<'a> {
    /// Of what an index knows of a repository.
    pub fn new(history: &'a History, repo: &'a Repo) -> Self {
        Self {
            history,
            repo,
            names: Names::new(&history.connection),
            paths: HashMap::new(),
            timelines: HashMap::new(),
            kept: 0,
            merged: None,
            ancestors: [None, None],
            compared: HashMap::new(),
            sides: HashMap::new(),
        }
    }

    /// What a commit did to files, as the index knows it; nothing of a merge. Sorted by number of path.
    pub fn changed_by(&mut self, commit: ObjectId) -> Result<Vec<ChangedFile>, Error> {
        let number = self.history.indexed(commit)?;
        self.changed(number).map_err(|fault| self.history.failed("read", fault))
    }

    fn changed(&mut self, number: Number) -> Result<Vec<ChangedFile>, Fault> {
        let query = format!("SELECT {} FROM change WHERE revision = ?1", ChangeRow::COLUMNS);
        let mut statement = self.history.connection.prepare_cached(&query)?;
        let mut rows = statement.query([number])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(ChangeRow::read(row)?);
        }
        let mut files = Vec::new();
        for (path, revision, row) in found {
            let step = step_of(path, revision, &row)?;
            let hunks = self.hunks_of(&step)?;
            let (old, new) =
                (self.version(step.old_path, step.old)?, self.version(path, step.new)?);
            files.push(ChangedFile { old, new, hunks });
        }
        Ok(files)
    }

    /// The newest changes of a file before a commit, at most so many, newest first; through renames, not of merges and
    /// not those that deleted it.
    pub fn changes_before(
        &mut self,
        commit: ObjectId,
        path: &RepoPath,
        most: usize,
    ) -> Result<Vec<EarlierChange>, Error> {
        let mut find = || -> Result<_, Fault> {
            let number = self.history.number(commit)?;
            let path = self.names.find(path)?.map(|entry| entry.number);
            match (number, path) {
                (Some(number), Some(path)) => self.earlier(number, path, most),
                _ => Ok(Vec::new()),
            }
        };
        find().map_err(|fault| self.history.failed("read", fault))
    }

    fn earlier(
        &mut self,
        before: Number,
        mut path: u32,
        most: usize,
    ) -> Result<Vec<EarlierChange>, Fault> {
        let graph = &self.history.graph;
        let key = |number: Number| (graph.node(number).order(), number);
        let mut limit = key(before);
        let ancestors = self.ancestors_of(before);
        let mut found = Vec::new();
        loop {
            let timeline = self.timeline(path)?;
            let newer = timeline.steps.partition_point(|step| key(step.revision) >= limit);
            let mut other_name = None;
            for step in &timeline.steps[newer..] {
                let Some(new) = step.new.filter(|_| ancestors.contains(step.revision)) else {
                    continue;
                };
                if found.len() == most {
                    break;
                }
                let (old, hunks) = (step.old, step.hunks.clone());
                found.push(EarlierChange { commit: self.id(step.revision)?, old, new, hunks });
                if step.old_path != path {
                    other_name = Some((step.old_path, key(step.revision)));
                    break;
                }
            }
            match other_name {
                Some(other) if found.len() < most => (path, limit) = other,
                _ => return Ok(found),
            }
        }
    }

    fn ancestors_of(&mut self, commit: Number) -> Rc<Ancestors> {
        let is_it = |known: &Option<(Number, _)>| known.as_ref().is_some_and(|it| it.0 == commit);
        match self.ancestors.iter().position(is_it) {
            Some(0) => {}
            Some(_) => self.ancestors.swap(0, 1),
            None => {
                let ancestors = Rc::new(self.history.graph.ancestors(&[commit]));
                self.ancestors.swap(0, 1);
                self.ancestors[0] = Some((commit, ancestors));
            }
        }
        let known = self.ancestors[0].as_ref();
        known.map(|(_, ancestors)| ancestors.clone()).expect("it was just put there")
    }

    fn path(&mut self, number: u32) -> Result<RepoPath, Fault> {
        if let Some(known) = self.paths.get(&number) {
            return Ok(known.clone());
        }
        let path = self.names.path(number)?;
        if self.paths.len() >= MOST_PATHS {
            self.paths.clear();
        }
        self.paths.insert(number, path.clone());
        Ok(path)
    }

    fn version(&mut self, path: u32, blob: Option<ObjectId>) -> Result<Option<Version>, Fault> {
        let Some(blob) = blob else { return Ok(None) };
        Ok(Some(Version { path: self.path(path)?, blob }))
    }

    /// Where lines of a version come from, counted from 1, in their order. Only ancestors of `before`
    /// have a say, not the commit itself. `None` where that is not known: beyond the edge of a
    /// shallow clone, of what has no lines, and of lines that are not there.
    pub fn of(
        &mut self,
        before: ObjectId,
        version: &Version,
        lines: &[u32],
    ) -> Result<Vec<Option<Origin>>, Error> {
        let number = self.history.indexed(before)?;
        self.find(number, version, lines).map_err(|fault| self.history.failed("read", fault))
    }

    fn find(
        &mut self,
        before: Number,
        version: &Version,
        lines: &[u32],
    ) -> Result<Vec<Option<Origin>>, Fault> {
        let mut found = vec![None; lines.len()];
        let Some(entry) = self.names.find(&version.path)? else { return Ok(found) };
        let mut lines: Vec<(u32, usize)> = lines.iter().copied().zip(0..).collect();
        lines.sort_unstable();
        let mut open = vec![Asked { path: entry.number, blob: version.blob, below: before, lines }];
        while let Some(asked) = open.pop() {
            let timeline = self.timeline(asked.path)?;
            if let Some(step) = self.maker(&timeline, &asked, before) {
                self.go_back(&timeline.steps[step], asked, &mut open, &mut found)?;
            } else if let Some(merge) = self.merge_that_made(&timeline, &asked, before) {
                self.go_back_from_merge(merge, asked, &mut open, &mut found)?;
            }
        }
        Ok(found)
    }

    /// The newest step that made the version and is old enough.
    fn maker(&mut self, timeline: &Versions, asked: &Asked, before: Number) -> Option<usize> {
        let makers = timeline.makers.get(&asked.blob)?;
        let numbers = makers.iter().map(|step| timeline.steps[*step].revision);
        let place = self.first_before(numbers, asked.below, before)?;
        Some(makers[place])
    }

    fn merge_that_made(
        &mut self,
        timeline: &Versions,
        asked: &Asked,
        before: Number,
    ) -> Option<Number> {
        let merges = timeline.merges.get(&asked.blob)?;
        let place = self.first_before(merges.iter().copied(), asked.below, before)?;
        Some(merges[place])
    }

    /// The place of the first of some commits that is older than one commit and came before another.
    fn first_before(
        &mut self,
        mut numbers: impl Iterator<Item = Number>,
        below: Number,
        before: Number,
    ) -> Option<usize> {
        let graph = &self.history.graph;
        let key = |number: Number| (graph.node(number).order(), number);
        let limit = key(below);
        let ancestors = self.ancestors_of(before);
        numbers.position(|number| key(number) < limit && ancestors.contains(number))
    }

    fn go_back(
        &mut self,
        step: &Step,
        asked: Asked,
        open: &mut Vec<Asked>,
        found: &mut [Option<Origin>],
    ) -> Result<(), Fault> {
        let Some(old) = step.old else {
            let made = Version { path: self.path(asked.path)?, blob: asked.blob };
            let commit = self.id(step.revision)?;
            for (line, slot) in asked.lines {
                let version = made.clone();
                found[slot] = Some(Origin { commit, version, line, before: None });
            }
            return Ok(());
        };
        let hunks = match step.old == step.new {
            true => Rc::from([]),
            false => match self.hunks_of(step)? {
                Some(hunks) => hunks,
                None => return Ok(()),
            },
        };
        let mut rest = Vec::new();
        let mut changed = None;
        for ((line, slot), place) in located(&hunks, &asked.lines) {
            match place {
                Place::Kept(old_line) => rest.push((old_line, slot)),
                Place::New(hunk) => {
                    let (commit, made, changed) = match &mut changed {
                        Some(known) => &*known,
                        none => {
                            let made = Version { path: self.path(asked.path)?, blob: asked.blob };
                            let old = Version { path: self.path(step.old_path)?, blob: old };
                            none.insert((self.id(step.revision)?, made, old))
                        }
                    };
                    let before = Some((changed.clone(), hunk));
                    let version = made.clone();
                    found[slot] = Some(Origin { commit: *commit, version, line, before });
                }
            }
        }
        if !rest.is_empty() {
            open.push(Asked { path: step.old_path, blob: old, below: step.revision, lines: rest });
        }
        Ok(())
    }

    /// What a parent of a merge has is that parent's; what none has the merge wrote.
    fn go_back_from_merge(
        &mut self,
        merge: Number,
        asked: Asked,
        open: &mut Vec<Asked>,
        found: &mut [Option<Origin>],
    ) -> Result<(), Fault> {
        let path = self.path(asked.path)?;
        let commit = self.id(merge)?;
        let parents: Vec<Number> = self.history.graph.parents(merge).collect();
        let mut left = asked.lines;
        let mut first = HashMap::new();
        for parent in parents {
            if left.is_empty() {
                break;
            }
            let Some(side) = self.side(parent, asked.path, &path)? else { continue };
            let Some(hunks) = self.compared(side, asked.blob)? else { continue };
            let (mut kept, mut others) = (Vec::new(), Vec::new());
            for (asked_line, place) in located(&hunks, &left) {
                match place {
                    Place::Kept(line) => kept.push((line, asked_line.1)),
                    Place::New(hunk) => {
                        let version = Version { path: path.clone(), blob: side };
                        first.entry(asked_line.1).or_insert((version, hunk));
                        others.push(asked_line);
                    }
                }
            }
            if !kept.is_empty() {
                open.push(Asked { path: asked.path, blob: side, below: merge, lines: kept });
            }
            left = others;
        }
        for (line, slot) in left {
            let version = Version { path: path.clone(), blob: asked.blob };
            found[slot] = Some(Origin { commit, version, line, before: first.remove(&slot) });
        }
        Ok(())
    }

    /// The version of a file that a commit has.
    fn side(
        &mut self,
        commit: Number,
        path: u32,
        name: &RepoPath,
    ) -> Result<Option<ObjectId>, Fault> {
        if let Some(known) = self.sides.get(&(commit, path)) {
            return Ok(*known);
        }
        let side = match self.repo.side_of_commit(self.id(commit)?, name) {
            Ok(side) => side.map(|side| side.id),
            // What is gone from the repository is none of its past.
            Err(gitops_health_git::Error::MissingObject { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        if self.sides.len() >= MOST_SIDES {
            self.sides.clear();
        }
        self.sides.insert((commit, path), side);
        Ok(side)
    }

    fn id(&self, number: Number) -> Result<ObjectId, Fault> {
        Ok(self.history.graph.detail(&self.history.connection, number)?.id)
    }

    fn hunks_of(&mut self, step: &Step) -> Result<Option<Rc<[Hunk]>>, Fault> {
        match (&step.hunks, step.old, step.new) {
            (Some(hunks), ..) => Ok(Some(hunks.clone())),
            (None, Some(old), Some(new)) => self.compared(old, new),
            _ => Ok(None),
        }
    }

    fn compared(&mut self, old: ObjectId, new: ObjectId) -> Result<Option<Rc<[Hunk]>>, Fault> {
        if let Some(known) = self.compared.get(&(old, new)) {
            return Ok(known.clone());
        }
        let hunks: Option<Rc<[Hunk]>> = self.repo.hunks_between(old, new)?.map(Rc::from);
        self.make_room(1 + hunks.as_ref().map_or(0, |hunks| hunks.len()));
        self.compared.insert((old, new), hunks.clone());
        Ok(hunks)
    }

    fn make_room(&mut self, more: usize) {
        self.kept += more;
        if self.kept > MOST_KEPT {
            self.timelines.clear();
            self.compared.clear();
            self.kept = more;
        }
    }

    fn timeline(&mut self, path: u32) -> Result<Rc<Versions>, Fault> {
        if let Some(known) = self.timelines.get(&path) {
            return Ok(known.clone());
        }
        let graph = &self.history.graph;
        let key = |number: Number| (graph.node(number).order(), number);
        let query = format!("SELECT {} FROM change WHERE path = ?1", ChangeRow::COLUMNS);
        let mut statement = self.history.connection.prepare_cached(&query)?;
        let mut rows = statement.query([path])?;
        let mut steps = Vec::new();
        while let Some(row) = rows.next()? {
            let (path, revision, row) = ChangeRow::read(row)?;
            // Somebody may write while this reads.
            if (revision as usize) < graph.len() {
                steps.push(step_of(path, revision, &row)?);
            }
        }
        steps.sort_unstable_by_key(|step| std::cmp::Reverse(key(step.revision)));
        let mut makers: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (place, step) in steps.iter().enumerate() {
            if let Some(new) = step.new {
                makers.entry(new).or_default().push(place);
            }
        }
        let merges = self.merges_of(path)?;
        let places: usize =
            steps.iter().map(|step| step.hunks.as_ref().map_or(0, |hunks| hunks.len())).sum();
        self.make_room(steps.len() + places);
        let timeline = Rc::new(Versions { steps, makers, merges });
        self.timelines.insert(path, timeline.clone());
        Ok(timeline)
    }

    /// The versions of a path that merges made, and which ones did, the newest first.
    fn merges_of(&mut self, path: u32) -> Result<HashMap<ObjectId, Vec<Number>>, Fault> {
        let graph = &self.history.graph;
        let merged = match &mut self.merged {
            Some(merged) => merged,
            none => {
                let mut merged: HashMap<u32, Vec<Number>> = HashMap::new();
                let connection = &self.history.connection;
                let mut statement =
                    connection.prepare_cached("SELECT path, revision FROM merged_file")?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    let (path, revision): (u32, Number) = (row.get(0)?, row.get(1)?);
                    if (revision as usize) < graph.len() {
                        merged.entry(path).or_default().push(revision);
                    }
                }
                none.insert(merged)
            }
        };
        let mut versions: HashMap<ObjectId, Vec<Number>> = HashMap::new();
        let Some(merges) = merged.get_mut(&path) else { return Ok(versions) };
        merges.sort_unstable_by_key(|number| {
            std::cmp::Reverse((graph.node(*number).order(), *number))
        });
        let name = self.names.path(path)?;
        for merge in merges.iter() {
            let id = graph.detail(&self.history.connection, *merge)?.id;
            // What is gone from the repository is none of its past.
            match self.repo.side_of_commit(id, &name) {
                Ok(Some(side)) => versions.entry(side.id).or_default().push(*merge),
                Ok(None) => {}
                Err(gitops_health_git::Error::MissingObject { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(versions)
    }
}

fn step_of(path: u32, revision: Number, row: &ChangeRow) -> Result<Step, Fault> {
    let hunks = row.hunks()?;
    // An index leaves places out where there are very many.
    let hunks = match row.places() {
        Some(places) if places as usize == hunks.len() => Some(Rc::from(hunks)),
        _ => None,
    };
    Ok(Step {
        revision,
        old_path: row.old_path.unwrap_or(path),
        old: row.old_id().map(|id| ObjectId::from_bytes(*id)),
        new: row.new_id().map(|id| ObjectId::from_bytes(*id)),
        hunks,
    })
}

/// Where a line of a new version stands.
enum Place {
    /// Among those that were there: the line in the old version.
    Kept(u32),
    /// In a place that is new.
    New(Hunk),
}

/// Where lines, which ascend, stand by the places where two versions differ.
fn located(hunks: &[Hunk], lines: &[(u32, usize)]) -> impl Iterator<Item = ((u32, usize), Place)> {
    let (mut next, mut shift) = (0, 0_i64);
    lines.iter().map(move |line| {
        // Behind which lines of the new version a place ends; an empty one is named by the line before it.
        let end = |hunk: &Hunk| match hunk.new_lines {
            0 => hunk.new_start,
            lines => hunk.new_start + lines - 1,
        };
        while let Some(hunk) = hunks.get(next)
            && end(hunk) < line.0
        {
            shift += i64::from(hunk.old_lines) - i64::from(hunk.new_lines);
            next += 1;
        }
        match hunks.get(next) {
            Some(hunk) if hunk.new_lines > 0 && hunk.new_start <= line.0 => {
                (*line, Place::New(*hunk))
            }
            // An empty place behind this very line shifts nothing that is before it.
            _ => (*line, Place::Kept((i64::from(line.0) + shift) as u32)),
        }
    })
}
