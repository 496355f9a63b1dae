//! An index, and everything that can be asked of it in a form that can be compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gitops_health_git::{Location, ObjectId, Repo, RepoPath};
use gitops_health_history::{Before, Error, History, Made, Notice, Options, Past, Verified, Work};
use gitops_health_testkit::TestRepo;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

pub fn open_repo(path: &Path) -> Repo {
    let location = Location { start: path.to_owned(), use_git_environment: false };
    Repo::open(&location).expect("the repository can be opened")
}

pub fn id(hex: &str) -> ObjectId {
    hex.trim().parse().expect("git prints an id")
}

/// The directory of the index.
pub fn directory(scratch: &TestRepo) -> PathBuf {
    scratch.git_dir().join("gitops-health")
}

/// The file of the index.
pub fn file(scratch: &TestRepo) -> PathBuf {
    directory(scratch).join("history.sqlite")
}

pub fn update(history: &mut History, repo: &Repo, tips: &[ObjectId]) -> Result<usize, Error> {
    let (progress, cancel) = (|_, _, _| {}, AtomicBool::new(false));
    let work = Work { threads: 2, progress: &progress, cancel: &cancel };
    history.update(repo, tips, &work).map(|updated| updated.commits)
}

/// Opens the index and lets it know all branches and tags.
pub fn try_updated(repo: &Repo, options: Options) -> Result<(History, Vec<Notice>), Error> {
    let (mut history, notices) = History::open(repo, options, &|| {})?;
    update(&mut history, repo, &repo.tips()?)?;
    Ok((history, notices))
}

pub fn updated(scratch: &TestRepo) -> (History, Vec<Notice>) {
    try_updated(&open_repo(scratch.path()), Options::default()).expect("the index can be made")
}

/// Compares so many commits of the index, as it is, with the repository.
pub fn try_verified(repo: &Repo, options: Options, sample: usize) -> Result<Verified, Error> {
    let (mut history, _) = History::open(repo, Options { keep: true, ..options }, &|| {})?;
    let (progress, cancel) = (|_, _, _| {}, AtomicBool::new(false));
    history.verify(repo, sample, 7, &Work { threads: 2, progress: &progress, cancel: &cancel })
}

/// Compares all commits of the index with the repository.
pub fn verified(scratch: &TestRepo) -> Verified {
    let repo = open_repo(scratch.path());
    try_verified(&repo, Options::default(), usize::MAX).expect("it can be compared")
}

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    pub tips: Vec<ObjectId>,
    pub follow: Vec<RepoPath>,
    pub limit: usize,
    pub until: Option<i64>,
    pub marks: Vec<ObjectId>,
}

impl Question {
    pub fn new(tip: ObjectId, follow: &[&str]) -> Self {
        let follow = follow.iter().map(|path| RepoPath::from(*path)).collect();
        let (limit, until, marks) = (usize::MAX, None, Vec::new());
        Self { tips: vec![tip], follow, limit, until, marks }
    }

    pub fn ask(&self, history: &History) -> Result<Past, Error> {
        history.before(Before {
            tips: &self.tips,
            follow: &self.follow,
            limit: self.limit,
            until: self.until,
            marks: &self.marks,
            mentions: true,
            made: true,
        })
    }
}

/// An answer, and who the authors in it are.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub past: Past,
    pub authors: Vec<String>,
    pub made: Vec<(String, Made)>,
}

/// Asks all of the questions. Authors are numbers that mean something in one index only: they are
/// replaced by what the index tells people apart by.
pub fn answers(
    history: &History,
    file: &Path,
    questions: &[Question],
) -> Result<Vec<Answer>, Error> {
    let mut pasts = Vec::new();
    for question in questions {
        pasts.push(question.ask(history)?);
    }
    let people: BTreeMap<u32, String> = table(file, "SELECT number, key FROM identity")
        .into_iter()
        .map(|row| match &row[..] {
            [Value::Integer(number), Value::Blob(key)] => {
                (*number as u32, String::from_utf8_lossy(key).into_owned())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let named = pasts.into_iter().map(|mut past| {
        let mut authors = Vec::new();
        for commit in &mut past.commits {
            authors.push(people.get(&commit.author).cloned().unwrap_or_default());
            commit.author = 0;
        }
        let mut made = Vec::new();
        for commit in std::mem::take(&mut past.made) {
            let author = people.get(&commit.author).cloned().unwrap_or_default();
            made.push((author, Made { author: 0, ..commit }));
        }
        Answer { past, authors, made }
    });
    Ok(named.collect())
}

/// The rows of a query.
pub fn table(file: &Path, query: &str) -> Vec<Vec<Value>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).expect("it is there");
    let mut statement = connection.prepare(query).expect("it has the tables");
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect());
    rows.expect("it can be read").map(|row| row.expect("it can be read")).collect()
}

/// The rows of a query as sorted text.
pub fn lines(file: &Path, query: &str) -> Vec<String> {
    let rows = table(file, query).into_iter().map(|row| format!("{row:?}"));
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    rows
}

/// Does something with an index that is made from scratch, while the other one is set aside.
pub fn from_scratch<T>(scratch: &TestRepo, ask: impl FnOnce(&History, &Path) -> T) -> T {
    let (kept, aside) = (directory(scratch), scratch.git_dir().join("set-aside"));
    fs::rename(&kept, &aside).expect("it is there");
    let (history, notices) = updated(scratch);
    assert_eq!(notices, []);
    let answer = ask(&history, &file(scratch));
    drop(history);
    fs::remove_dir_all(&kept).expect("it is there");
    fs::rename(&aside, &kept).expect("it is there");
    answer
}
