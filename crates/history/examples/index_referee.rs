//! Compares what the index says about every commit with what git prints.
//!
//! ```text
//! cargo run --release -p gitops-health-history --example index_referee -- PATH [REV]
//! ```
//!
//! Builds an index of `REV` (default HEAD) and asks git twice about the same commits: with renames
//! for kinds, pairs of paths, similarities, modes, ids and lines, and without them for the length
//! of both files of each pair. Git's answers are read while it prints them. Ends with exit code 1
//! when there is a difference.
//!
//! Nothing is written into the repository: the index is built in a temporary git directory that
//! borrows its objects. The rows are read with SQLite, as anybody may read them; the library itself
//! has no need to hand them out one by one.
//!
//! Attributes are the one place where the questions differ: git takes them from the worktree or,
//! in a bare repository as here, from nowhere, and the index takes them from the commit. Git is
//! therefore asked again with `--attr-source=COMMIT` about a commit that differs.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use bstr::BString;
use gitops_health_git::{Location, ObjectId, Repo};
use gitops_health_history::{History, Options, Work};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

#[allow(dead_code)]
#[path = "../../git/tests/referee/printed.rs"]
mod printed;

/// How many differences are shown in full.
const SHOWN: usize = 50;

const RAW: &[&str] = &["--raw", "--numstat", "-M", "--no-abbrev", "-z"];
const PLAIN: &[&str] = &["--raw", "--numstat", "--no-renames", "--no-abbrev", "-z"];
const FORMAT: &str = "--format=%x01%H";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, revision) = match &arguments[..] {
        [path] => (path, "HEAD"),
        [path, revision] => (path, revision.as_str()),
        _ => {
            eprintln!("usage: referee PATH [REV]");
            return ExitCode::from(2);
        }
    };
    match run(Path::new(path), revision) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Whether the index and git agree.
fn run(path: &Path, revision: &str) -> Result<bool, Box<dyn Error>> {
    let original = Repo::open(&Location { start: path.to_owned(), use_git_environment: false })?;
    let tip = original.resolve(revision)?;
    let borrowed = borrow(original.common_dir())?;
    let directory = borrowed.path().to_owned();
    let begin = Instant::now();
    let (file, commits) = build(&directory, tip)?;
    println!("{commits} commits indexed in {:.1} s", begin.elapsed().as_secs_f64());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let index = Index { connection: Connection::open_with_flags(file, flags)? };
    let git = Git { directory };
    let facts = [with_renames(&index, &git, tip)?, without_renames(&index, &git, tip)?];
    println!(
        "\n{:<24}{:>9}{:>10}{:>10}{:>11}",
        "compared", "commits", "rows", "equal", "different"
    );
    for fact in &facts {
        let Fact { name, commits, rows, different, .. } = fact;
        println!("{name:<24}{commits:>9}{rows:>10}{:>10}{different:>11}", rows - different);
    }
    for fact in &facts {
        println!(
            "{}: {} commits compared again with their own attributes, {} rows equal then; \
             {} files not counted on purpose; {} commits that nobody looks at",
            fact.name, fact.again, fact.by_attributes, fact.uncounted, fact.skipped
        );
    }
    for fact in &facts {
        for difference in &fact.shown {
            println!("\n{}: {difference}", fact.name);
        }
    }
    let expected = index.commits_without_merges()?;
    let all = facts.iter().all(|fact| fact.commits + fact.skipped == expected);
    if !all {
        println!("\nthe index has {expected} commits that are no merges, and git printed others");
    }
    Ok(all && facts.iter().all(|fact| fact.different == 0))
}

/// A git directory with the objects and settings of another, and nothing of it written.
fn borrow(common: &Path) -> io::Result<tempfile::TempDir> {
    let borrowed = tempfile::tempdir()?;
    let common = common.canonicalize()?;
    for name in ["config", "packed-refs", "shallow", "info/attributes"] {
        let (from, to) = (common.join(name), borrowed.path().join(name));
        if from.exists() {
            std::fs::create_dir_all(to.parent().unwrap_or(borrowed.path()))?;
            std::fs::copy(from, to)?;
        }
    }
    // Where HEAD points to does not matter: the tip is asked for by its id.
    std::fs::write(borrowed.path().join("HEAD"), "ref: refs/heads/none\n")?;
    std::fs::create_dir_all(borrowed.path().join("refs"))?;
    std::os::unix::fs::symlink(common.join("objects"), borrowed.path().join("objects"))?;
    Ok(borrowed)
}

/// The file of a new index that knows the tip, and how many commits it has.
fn build(directory: &Path, tip: ObjectId) -> Result<(PathBuf, usize), Box<dyn Error>> {
    let location = Location { start: directory.to_owned(), use_git_environment: false };
    let repo = Repo::open(&location)?;
    let (mut history, _) = History::open(&repo, Options::default(), &|| {})?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (progress, cancel) = (|_, _, _| {}, AtomicBool::new(false));
    history.update(&repo, &[tip], &Work { threads, progress: &progress, cancel: &cancel })?;
    let file = history.place().file().ok_or("the temporary directory can't be written")?;
    Ok((file.to_owned(), history.status()?.commits))
}

/// The tables of the index.
struct Index {
    connection: Connection,
}

/// A row of the table of changes in git's words.
struct Row {
    file: printed::File,
    /// Whether git is expected to print the same numbers.
    is_counted: bool,
    is_binary: bool,
    old_lines: u32,
    new_lines: u32,
}

impl Index {
    fn commits_without_merges(&self) -> rusqlite::Result<usize> {
        self.connection.query_row("SELECT count(*) FROM revision WHERE is_merge = 0", [], |row| {
            row.get::<_, u32>(0).map(|count| count as usize)
        })
    }

    /// How completely a commit was looked at; `None` where the index does not have it.
    fn state(&self, id: ObjectId) -> rusqlite::Result<Option<String>> {
        let query = "SELECT state FROM revision WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(query)?;
        statement.query_row([id.as_bytes()], |row| row.get(0)).optional()
    }

    /// What a commit did to files, by path.
    fn rows(&self, id: ObjectId) -> rusqlite::Result<Vec<Row>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT path.path, old.path, kind, similarity, old_mode, old_id, new_mode, new_id,
                content, added, deleted, old_lines, new_lines
             FROM change JOIN revision ON revision.number = change.revision
             JOIN path ON path.number = change.path
             LEFT JOIN path AS old ON old.number = change.old_path
             WHERE revision.id = ?1",
        )?;
        let rows = statement.query_map([id.as_bytes()], row_of)?;
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        rows.sort_by(|one, two| one.file.path.cmp(&two.file.path));
        Ok(rows)
    }
}

fn row_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let text = |value: Value| match value {
        Value::Text(text) => Some(BString::from(text)),
        Value::Blob(bytes) => Some(BString::from(bytes)),
        _ => None,
    };
    let id = |id: Option<Vec<u8>>| -> String {
        id.unwrap_or_else(|| vec![0; 20]).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let (old_mode, new_mode): (Option<u32>, Option<u32>) = (row.get(4)?, row.get(6)?);
    let (old_id, new_id) = (id(row.get(5)?), id(row.get(7)?));
    let (kind, similarity): (String, Option<u32>) = (row.get(2)?, row.get(3)?);
    let content: String = row.get(8)?;
    let added: Option<u32> = row.get(9)?;
    let lines = match content.as_str() {
        "text" => added.zip(row.get(10)?),
        "submodule" if old_id == new_id => Some((0, 0)),
        "submodule" => Some((u32::from(new_mode.is_some()), u32::from(old_mode.is_some()))),
        _ => None,
    };
    let (old_mode, new_mode) = (old_mode.unwrap_or(0), new_mode.unwrap_or(0));
    let file = printed::File {
        path: text(row.get(0)?).unwrap_or_default(),
        old_path: text(row.get(1)?),
        sides: format!("{old_mode:06o} {new_mode:06o} {old_id} {new_id}"),
        status: similarity.map_or(kind.clone(), |similarity| format!("{kind}{similarity:03}")),
        lines,
    };
    Ok(Row {
        file,
        is_counted: content != "missing" && content != "too-large",
        is_binary: content == "binary",
        old_lines: row.get::<_, Option<u32>>(11)?.unwrap_or(0),
        new_lines: row.get::<_, Option<u32>>(12)?.unwrap_or(0),
    })
}

/// Git, asked about the same objects.
struct Git {
    directory: PathBuf,
}

impl Git {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .arg("--git-dir")
            .arg(&self.directory)
            .args(["-c", "diff.renameLimit=1000", "-c", "diff.renames=true"])
            .args(["-c", "log.showSignature=false", "-c", "log.showRoot=true"])
            .args(arguments)
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        command
    }

    /// What git prints about all commits that are no merges, one after the other.
    fn log(
        &self,
        format: &[&str],
        tip: ObjectId,
        visit: &mut dyn FnMut(ObjectId, Vec<printed::File>) -> Result<(), Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let tip = tip.to_string();
        let arguments = [&["log", "--no-merges"], format, &[FORMAT, tip.as_str()]].concat();
        let mut child = self.command(&arguments).spawn()?;
        let mut input = BufReader::with_capacity(1 << 20, child.stdout.take().ok_or("no pipe")?);
        while let Some((id, files)) = next(&mut input)? {
            visit(id, files)?;
        }
        match child.wait()?.success() {
            true => Ok(()),
            false => Err("git gave up".into()),
        }
    }

    /// The same about one commit, with the attributes of this commit.
    fn log_again(
        &self,
        format: &[&str],
        id: ObjectId,
    ) -> Result<Vec<printed::File>, Box<dyn Error>> {
        let (source, id) = (format!("--attr-source={id}"), id.to_string());
        let arguments = [&[source.as_str(), "log", "-1"], format, &[FORMAT, &id]].concat();
        let output = self.command(&arguments).stderr(Stdio::inherit()).output()?;
        let commit = next(&mut output.stdout.as_slice())?;
        Ok(commit.ok_or("git printed nothing")?.1)
    }
}

fn next(input: &mut dyn BufRead) -> io::Result<Option<(ObjectId, Vec<printed::File>)>> {
    if printed::peek(input)? == Some(0) {
        printed::token(input, 0)?;
    }
    if printed::peek(input)?.is_none() {
        return Ok(None);
    }
    let line = printed::token(input, 0)?;
    let id = line.get(1..).and_then(ObjectId::from_hex).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Some((id, printed::files(input)?)))
}

/// One way of comparing, and how it went.
#[derive(Default)]
struct Fact {
    name: &'static str,
    commits: usize,
    rows: usize,
    different: usize,
    again: usize,
    by_attributes: usize,
    uncounted: usize,
    skipped: usize,
    shown: Vec<String>,
}

/// Our row and git's, as far as there are both, by path.
type Pairs = BTreeMap<BString, (Option<printed::File>, Option<printed::File>)>;

fn pairs(ours: Vec<printed::File>, theirs: Vec<printed::File>) -> Pairs {
    let mut pairs = Pairs::new();
    for file in ours {
        let pair = pairs.entry(file.path.clone()).or_default();
        pair.0 = Some(file);
    }
    for file in theirs {
        let pair = pairs.entry(file.path.clone()).or_default();
        pair.1 = Some(file);
    }
    pairs
}

fn count_differences(pairs: &Pairs) -> usize {
    pairs.values().filter(|(ours, theirs)| ours != theirs).count()
}

impl Fact {
    /// Compares the rows of a commit, and asks again where they differ.
    fn compare(
        &mut self,
        id: ObjectId,
        ours: Vec<printed::File>,
        theirs: Vec<printed::File>,
        again: impl FnOnce() -> Result<Vec<printed::File>, Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        self.commits += 1;
        let mut pairs = pairs(ours.clone(), theirs);
        let mut different = count_differences(&pairs);
        if different > 0 {
            self.again += 1;
            pairs = self::pairs(ours, again()?);
            let left = count_differences(&pairs);
            self.by_attributes += different.saturating_sub(left);
            different = left;
        }
        self.rows += pairs.len();
        self.different += different;
        for (path, (ours, theirs)) in pairs.iter().filter(|(_, (ours, theirs))| ours != theirs) {
            if self.shown.len() < SHOWN {
                let say = |file: &Option<printed::File>| match file {
                    Some(file) => file.to_string(),
                    None => "nothing".to_owned(),
                };
                let (ours, theirs) = (say(ours), say(theirs));
                self.shown.push(format!("{id} {path}\n  index: {ours}\n  git:   {theirs}"));
            }
        }
        if self.commits.is_multiple_of(10_000) {
            eprintln!("{}: {} commits, {} different", self.name, self.commits, self.different);
        }
        Ok(())
    }
}

/// Whether a commit was compared with its parent.
fn is_looked_at(index: &Index, id: ObjectId, fact: &mut Fact) -> Result<bool, Box<dyn Error>> {
    match index.state(id)?.as_deref() {
        Some("complete" | "moves-not-compared") => Ok(true),
        Some("shallow-edge") => {
            fact.skipped += 1;
            Ok(false)
        }
        state => {
            fact.skipped += 1;
            fact.different += 1;
            fact.rows += 1;
            fact.shown.push(format!("{id}: in the index it is {state:?}"));
            Ok(false)
        }
    }
}

fn with_renames(index: &Index, git: &Git, tip: ObjectId) -> Result<Fact, Box<dyn Error>> {
    let mut fact = Fact { name: "kinds, moves and lines", ..Fact::default() };
    git.log(RAW, tip, &mut |id, theirs| {
        if !is_looked_at(index, id, &mut fact)? {
            return Ok(());
        }
        let mut ours = Vec::new();
        for Row { mut file, is_counted, .. } in index.rows(id)? {
            if !is_counted {
                fact.uncounted += 1;
                let twin = theirs.iter().find(|their| their.path == file.path);
                file.lines = twin.and_then(|twin| twin.lines);
            }
            ours.push(file);
        }
        fact.compare(id, ours, theirs, || git.log_again(RAW, id))
    })?;
    Ok(fact)
}

/// Without renames git counts all lines of both files of a pair, and the index knows how many lines
/// they have.
fn without_renames(index: &Index, git: &Git, tip: ObjectId) -> Result<Fact, Box<dyn Error>> {
    let mut fact = Fact { name: "lines without renames", ..Fact::default() };
    git.log(PLAIN, tip, &mut |id, theirs| {
        if !is_looked_at(index, id, &mut fact)? {
            return Ok(());
        }
        let mut ours = Vec::new();
        for row in index.rows(id)? {
            fact.uncounted += usize::from(!row.is_counted);
            let lines = |path: &BString, lines| match row.is_counted {
                true => lines,
                false => theirs.iter().find(|their| their.path == *path).and_then(|it| it.lines),
            };
            let file = row.file;
            let Some(old_path) = file.old_path else {
                let lines = lines(&file.path, file.lines);
                ours.push(printed::File { lines, ..file });
                continue;
            };
            let sides: Vec<&str> = file.sides.split(' ').collect();
            let [old_mode, new_mode, old_id, new_id] = sides[..] else {
                return Err("a row has no sides".into());
            };
            let none = "0".repeat(40);
            let counted = |counts| if row.is_binary { None } else { Some(counts) };
            ours.push(printed::File {
                lines: lines(&old_path, counted((0, row.old_lines))),
                path: old_path,
                old_path: None,
                sides: format!("{old_mode} 000000 {old_id} {none}"),
                status: "D".into(),
            });
            ours.push(printed::File {
                lines: lines(&file.path, counted((row.new_lines, 0))),
                path: file.path,
                old_path: None,
                sides: format!("000000 {new_mode} {none} {new_id}"),
                status: "A".into(),
            });
        }
        fact.compare(id, ours, theirs, || git.log_again(PLAIN, id))
    })?;
    Ok(fact)
}
