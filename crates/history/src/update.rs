use std::collections::BTreeMap;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};

use gitops_health_git::{ObjectId, Repo, Survey, SurveyOptions, SurveyStage};
use rusqlite::Connection;

use crate::batch::{Batch, number_of};
use crate::error::{Error, Fault};
use crate::graph::Number;
use crate::history::{History, MAILMAP, set_meta, writing};
use crate::people::{People, Text, bytes};

/// How to go about an update.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// How many threads look at commits; what they find does not depend on it.
    pub threads: usize,
    /// Told what is being done: how much of it is done, and how much there is if that is known.
    pub progress: &'a (dyn Fn(Stage, usize, Option<usize>) + Sync),
    /// Ends the update once it is true. What was written stays.
    pub cancel: &'a AtomicBool,
}

/// What an update is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waiting for another process that updates the index.
    Waiting,
    /// Comparing the trees of commits.
    Commits,
    /// Counting the lines of changed files.
    Files,
    /// Writing: how many commits are written.
    Writing,
}

/// What an update did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Updated {
    /// How many commits are new in the index.
    pub commits: usize,
    /// Whether people were mapped anew, because the mailmap changed.
    pub people: bool,
}

/// Below this it costs more to begin a thread than it saves.
const FEW: usize = 64;

impl History {
    /// Makes the index know `tips` and all that came before them, and lets it map people as the
    /// mailmap says now.
    ///
    /// Waits while another process does the same. Every few ten thousand commits what was found is
    /// written and stays, whatever happens then.
    pub fn update(
        &mut self,
        repo: &Repo,
        tips: &[ObjectId],
        work: &Work<'_>,
    ) -> Result<Updated, Error> {
        if self.covers(tips)? {
            return Ok(Updated::default());
        }
        let outcome = self.update_alone(repo, tips, work);
        outcome.map_err(|fault| self.failed("update", fault))
    }

    fn update_alone(
        &mut self,
        repo: &Repo,
        tips: &[ObjectId],
        work: &Work<'_>,
    ) -> Result<Updated, Fault> {
        let waiting = || (work.progress)(Stage::Waiting, 0, None);
        let _lock = self.write_lock(&waiting)?;
        // Whoever had the lock has written.
        self.reload()?;
        // Before anything is written: whatever ends this update, people are mapped as it is noted.
        let people = self.map_people(&waiting)?;
        let commits = {
            let mut fault = None;
            let is_empty = self.graph.len() == 0;
            let mut is_known = |id: ObjectId| {
                let known = if is_empty { Ok(None) } else { number_of(&self.connection, id) };
                known
                    .unwrap_or_else(|error| {
                        fault = Some(error);
                        None
                    })
                    .is_some()
            };
            let commits = repo.new_commits(tips, &mut is_known)?;
            match fault {
                Some(fault) => return Err(fault),
                None => commits,
            }
        };
        self.graph.check_absent(&self.connection, &commits)?;
        let total = commits.len();
        let progress = |stage: SurveyStage, count: usize| match stage {
            SurveyStage::Commits => (work.progress)(Stage::Commits, count, Some(total)),
            SurveyStage::Files => (work.progress)(Stage::Files, count, None),
        };
        let threads = if total < FEW { 1 } else { work.threads };
        let options = SurveyOptions { threads, progress: &progress, cancel: work.cancel };
        let survey = Survey::new(repo, options)?;
        let mut rest = &commits[..];
        while !rest.is_empty() {
            let facts = survey.facts(rest)?;
            if work.cancel.load(Ordering::Relaxed) {
                return Err(gitops_health_git::Error::Cancelled.into());
            }
            (work.progress)(Stage::Writing, total - rest.len(), Some(total));
            let transaction = writing(&self.connection, &waiting)?;
            let people = People::new(&transaction, &self.mailmap, &self.key, self.pseudonymize);
            Batch::new(&transaction, &self.graph, people, &self.key)?.write(&facts)?;
            transaction.commit()?;
            rest = &rest[facts.len()..];
            self.reload()?;
        }
        Ok(Updated { commits: commits.len(), people })
    }

    /// The right to write, where others may want it.
    fn write_lock(&self, waiting: &dyn Fn()) -> Result<Option<File>, Fault> {
        // It is another one after somebody else has written.
        let written = || {
            self.connection.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0)).ok()
        };
        self.room.as_ref().map(|room| room.write_lock(waiting, &written)).transpose()
    }

    /// Maps people anew where the mailmap is another, and notes which it is; tells whether it is.
    fn map_people(&mut self, waiting: &dyn Fn()) -> Result<bool, Fault> {
        if self.is_mapped() {
            return Ok(false);
        }
        let transaction = writing(&self.connection, waiting)?;
        People::new(&transaction, &self.mailmap, &self.key, self.pseudonymize).map_anew()?;
        set_meta(&transaction, MAILMAP, &self.mailmap_digest)?;
        transaction.commit()?;
        self.reload()?;
        Ok(true)
    }

    /// Writes down which tags there are, for those who read the tables.
    pub fn note_tags(&mut self, repo: &Repo, waiting: &dyn Fn()) -> Result<(), Error> {
        let note = || -> Result<(), Fault> {
            if noted_tags(&self.connection)? == tags(repo, &self.connection)? {
                return Ok(());
            }
            let _lock = self.write_lock(waiting)?;
            let transaction = writing(&self.connection, waiting)?;
            transaction.execute("DELETE FROM tag", [])?;
            for (name, number) in tags(repo, &transaction)? {
                transaction
                    .prepare_cached("INSERT INTO tag (name, revision) VALUES (?1, ?2)")?
                    .execute(rusqlite::params![Text(&name), number])?;
            }
            transaction.commit()?;
            Ok(())
        };
        note().map_err(|fault| fault.at("update", self.place.file().unwrap_or("memory".as_ref())))
    }
}

/// The tags of commits that are indexed.
fn tags(repo: &Repo, connection: &Connection) -> Result<BTreeMap<Vec<u8>, Number>, Fault> {
    let mut tags = BTreeMap::new();
    for tag in repo.tags()? {
        if let Some(number) = number_of(connection, tag.commit)? {
            tags.insert(tag.name.into(), number);
        }
    }
    Ok(tags)
}

/// The tags that the tables have.
fn noted_tags(connection: &Connection) -> Result<BTreeMap<Vec<u8>, Number>, Fault> {
    let mut statement = connection.prepare("SELECT name, revision FROM tag")?;
    let mut rows = statement.query([])?;
    let mut tags = BTreeMap::new();
    while let Some(row) = rows.next()? {
        tags.insert(bytes(row.get(0)?)?, row.get(1)?);
    }
    Ok(tags)
}
