mod history;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use gitops_health_git::{
    Commit, FileChange, Hunk, Mode, ObjectId, Repo, Selection, Side, Similarity, printable,
};
use gitops_health_report::scan::{
    self as report, SCAN_SCHEMA, ScanFinding, ScanReport, ScanSkip, SeverityCounts,
};
use gitops_health_sanitize::{BUILT_IN, Finding, Looked, Scanner, Severity, Unseen, is_encoded};

use crate::args::{ScanArgs, ScanFormat, SeverityArg};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::output;

/// The largest file that is looked at, in bytes.
pub(crate) const LARGEST: u64 = 64 << 20;

/// From so many files on it pays to get ready for much.
const MANY: usize = 50;

/// What stands for the path of a message.
const MESSAGE: &str = "(commit message)";

/// So many bytes are looked at for a NUL, as git does.
const BINARY: usize = 8000;

/// `sanitize scan`: where is health data, personal data or a secret?
pub(crate) fn run(context: &Context, args: &ScanArgs) -> Result<ExitCode, CliError> {
    let (target, outcome) = match selection(args) {
        Some(selection) => {
            let scanner = Scanner::new();
            let repo = context.open_repo()?;
            scan_change(&repo, &scanner, selection)?
        }
        None if args.history => history::scan(context, args)?,
        None if args.all => scan_head(&context.open_repo()?, &Scanner::new().for_much())?,
        None => scan_paths(args)?,
    };
    let report = assemble(args, target, outcome);
    let text = match args.format {
        ScanFormat::Text => report::text(&report, context.style()),
        ScanFormat::Json => report::json(&report),
        ScanFormat::Sarif => report::sarif(&report),
        ScanFormat::Github => report::github(&report),
    };
    output::write(context, &text)?;
    Ok(match () {
        () if !report.is_complete() => ExitCode::NotEvaluated,
        () if report.has_failed() => ExitCode::Findings,
        () => ExitCode::Clean,
    })
}

fn selection(args: &ScanArgs) -> Option<Selection> {
    if args.staged {
        return Some(Selection::Staged);
    }
    let commit = args.commit.clone().map(Selection::Commit);
    let base = args.base.clone();
    let base = base.map(|base| Selection::PullRequest { base, head: "HEAD".into() });
    commit.or_else(|| args.range.clone().map(Selection::Range)).or(base)
}

fn severity(argument: SeverityArg) -> Severity {
    match argument {
        SeverityArg::Info => Severity::Info,
        SeverityArg::Low => Severity::Low,
        SeverityArg::Medium => Severity::Medium,
        SeverityArg::High => Severity::High,
        SeverityArg::Critical => Severity::Critical,
    }
}

/// What was found in some files.
#[derive(Default)]
struct Outcome {
    files: usize,
    bytes: u64,
    findings: Vec<ScanFinding>,
    skipped: Vec<ScanSkip>,
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.findings.extend(other.findings);
        self.skipped.extend(other.skipped);
    }

    fn skip(&mut self, path: &str, reason: impl Into<String>, is_failure: bool) {
        self.skipped.push(ScanSkip { path: path.to_owned(), reason: reason.into(), is_failure });
    }

    /// Looks at the content of a file; at the lines of some hunks only, where there are any.
    fn scan(
        &mut self,
        scanner: &Scanner,
        path: &str,
        commit: Option<ObjectId>,
        content: &[u8],
        hunks: Option<&[Hunk]>,
    ) {
        if is_binary(content) {
            self.skip(path, "it is binary", false);
            return;
        }
        self.files += 1;
        self.bytes += content.len() as u64;
        // Where lines mean nothing all of it is new.
        let hunks = hunks.filter(|_| !is_encoded(content));
        let Looked { findings, unseen } = scanner.look(content);
        self.miss(path, unseen);
        self.list(path, commit, content, hunks, findings);
    }

    /// Says what could not be looked at in a file.
    fn miss(&mut self, path: &str, unseen: Vec<Unseen>) {
        for Unseen { within, reason, is_failure } in unseen {
            let within = within.map(|within| format!("{within}: ")).unwrap_or_default();
            self.skip(path, within + &reason, is_failure);
        }
    }

    /// Looks at what a commit says of itself.
    fn scan_message(&mut self, scanner: &Scanner, commit: &Commit) {
        self.list(MESSAGE, Some(commit.id), &commit.message, None, scanner.scan(&commit.message));
    }

    fn list(
        &mut self,
        path: &str,
        commit: Option<ObjectId>,
        content: &[u8],
        hunks: Option<&[Hunk]>,
        findings: Vec<Finding>,
    ) {
        let mut lines = Lines { content, line: 1, begin: 0 };
        for finding in findings {
            let (line, column) = lines.place(finding.span.start);
            let last = line + line_ends(&content[finding.span.clone()]);
            let is_new = |hunk: &Hunk| {
                let first = hunk.new_start as usize;
                line < first + hunk.new_lines as usize && last >= first
            };
            if hunks.is_some_and(|hunks| !hunks.iter().any(is_new)) {
                continue;
            }
            let rule = BUILT_IN.iter().find(|rule| rule.id == finding.rule);
            self.findings.push(ScanFinding {
                path: path.to_owned(),
                commit: commit.map(|commit| commit.to_string()),
                line,
                column,
                start: finding.span.start,
                end: finding.span.end,
                name: rule.map_or_else(|| finding.rule.clone(), |rule| rule.name.to_string()),
                rule: finding.rule,
                category: finding.category.to_string(),
                severity: finding.severity,
                field: finding.field,
                within: finding.within,
            });
        }
    }
}

/// Whether a content is nothing that can be looked into.
pub(crate) fn is_binary(content: &[u8]) -> bool {
    content[..content.len().min(BINARY)].contains(&0) && !is_encoded(content)
}

fn line_ends(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte == b'\n').count()
}

/// Counts lines up to places that come in their order.
struct Lines<'a> {
    content: &'a [u8],
    line: usize,
    begin: usize,
}

impl Lines<'_> {
    fn place(&mut self, at: usize) -> (usize, usize) {
        self.line += line_ends(&self.content[self.begin..at]);
        let begin = self.content[..at].iter().rposition(|byte| *byte == b'\n');
        self.begin = at;
        (self.line, at - begin.map_or(0, |end| end + 1) + 1)
    }
}

fn assemble(args: &ScanArgs, target: String, mut outcome: Outcome) -> ScanReport {
    let least = severity(args.severity);
    let mut counts = SeverityCounts::default();
    for finding in &outcome.findings {
        counts.add(finding.severity);
    }
    outcome.findings.retain(|finding| finding.severity >= least);
    outcome.skipped.sort_by(|one, two| one.path.cmp(&two.path));
    ScanReport {
        schema: SCAN_SCHEMA.into(),
        target,
        files: outcome.files,
        bytes: outcome.bytes,
        least,
        fail_on: severity(args.fail_on),
        counts,
        findings: outcome.findings,
        skipped: outcome.skipped,
    }
}

/// What commits, or the index, add.
fn scan_change(
    repo: &Repo,
    scanner: &Scanner,
    selection: Selection,
) -> Result<(String, Outcome), CliError> {
    let mut outcome = Outcome::default();
    if selection == Selection::Staged {
        let changes = repo.staged_changes(Similarity::Renames)?;
        for file in &changes.files {
            scan_file_change(repo, scanner, file, None, &mut outcome)?;
        }
        return Ok(("what is staged was".into(), outcome));
    }
    let change = repo.change(&selection, Similarity::Renames)?;
    for commit in &change.commits {
        scan_commit(repo, scanner, commit, &mut outcome)?;
    }
    let target = match change.commits.len() {
        1 => "one commit was".to_owned(),
        many => format!("{many} commits were"),
    };
    Ok((target, outcome))
}

fn scan_commit(
    repo: &Repo,
    scanner: &Scanner,
    commit: &Commit,
    outcome: &mut Outcome,
) -> Result<(), CliError> {
    outcome.scan_message(scanner, commit);
    let changes = repo.changes_of(commit, Similarity::Renames)?;
    for file in &changes.files {
        scan_file_change(repo, scanner, file, Some(commit.id), outcome)?;
    }
    Ok(())
}

fn scan_file_change(
    repo: &Repo,
    scanner: &Scanner,
    file: &FileChange,
    commit: Option<ObjectId>,
    outcome: &mut Outcome,
) -> Result<(), CliError> {
    let path = file.path.to_string();
    let Some(side) = file.new else { return Ok(()) };
    let Some(content) = content_of(repo, side, &path, outcome)? else { return Ok(()) };
    // Without lines to compare, all of it is new.
    let hunks = match file.old {
        Some(_) => Some(repo.hunks(file)?).filter(|hunks| !hunks.is_empty()),
        None => None,
    };
    outcome.scan(scanner, &path, commit, &content, hunks.as_deref());
    Ok(())
}

/// The content of a version of a file; `None` where that is said to be left out.
fn content_of(
    repo: &Repo,
    side: Side,
    path: &str,
    outcome: &mut Outcome,
) -> Result<Option<Vec<u8>>, CliError> {
    if side.mode == Mode::Submodule {
        return Ok(None);
    }
    match repo.blob_size(side.id)? {
        None => outcome.skip(path, "its content is not in this clone", true),
        Some(size) if size > LARGEST => outcome.skip(path, "it is too large", true),
        Some(_) => return Ok(repo.blob(side.id)?),
    }
    Ok(None)
}

/// All files of HEAD.
fn scan_head(repo: &Repo, scanner: &Scanner) -> Result<(String, Outcome), CliError> {
    let head = repo.resolve("HEAD")?;
    let mut outcome = Outcome::default();
    for file in repo.files_of(head)?.files {
        let path = file.path.to_string();
        let side = Side { mode: file.mode, id: file.id };
        if let Some(content) = content_of(repo, side, &path, &mut outcome)? {
            outcome.scan(scanner, &path, None, &content, None);
        }
    }
    Ok(("HEAD was".into(), outcome))
}

/// Files and directories as they are on disk.
fn scan_paths(args: &ScanArgs) -> Result<(String, Outcome), CliError> {
    let here = [PathBuf::from(".")];
    let asked = if args.paths.is_empty() { &here[..] } else { &args.paths };
    let mut whole = Outcome::default();
    let mut files = BTreeSet::new();
    for path in asked {
        if path.as_os_str() == "-" {
            let mut content = Vec::new();
            let read = io::stdin().lock().take(LARGEST + 1).read_to_end(&mut content);
            read.map_err(|source| unreadable("the standard input", source))?;
            if content.len() as u64 > LARGEST {
                whole.skip("-", "it is too large", true);
            } else {
                whole.scan(&Scanner::new(), "-", None, &content, None);
            }
            continue;
        }
        let known = fs::metadata(path);
        let known = known.map_err(|source| unreadable(&shown(path), source))?;
        match known.is_dir() {
            true => {
                list_files(path, &mut files, &mut |path, reason| whole.skip(&path, reason, true))
            }
            false => drop(files.insert(path.clone())),
        }
    }
    let files: Vec<PathBuf> = files.into_iter().collect();
    let scanner = Scanner::new();
    let scanner = if files.len() > MANY { scanner.for_much() } else { scanner };
    scan_files(&scanner, &files, args.threads, &mut whole);
    let target = match asked.len() {
        1 => format!("`{}` was", shown(&asked[0])),
        many => format!("{many} places were"),
    };
    Ok((target, whole))
}

fn unreadable(place: &str, source: io::Error) -> CliError {
    CliError::new(Failure::Input { place: place.to_owned(), source })
}

pub(crate) fn shown(path: &Path) -> String {
    printable(path.as_os_str().as_encoded_bytes())
}

/// The files below a directory, without those of git. Links are not followed.
pub(crate) fn list_files(
    directory: &Path,
    files: &mut BTreeSet<PathBuf>,
    skip: &mut dyn FnMut(String, String),
) {
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        let entries = fs::read_dir(&directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                skip(shown(&directory), error.to_string());
                continue;
            }
        };
        for entry in entries {
            let path = entry.path();
            let path = path.strip_prefix("./").map(Path::to_owned).unwrap_or(path);
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && entry.file_name() == ".git" => {}
                Ok(kind) if kind.is_dir() => open.push(path),
                Ok(kind) if kind.is_file() => drop(files.insert(path)),
                Ok(_) => {}
                Err(error) => skip(shown(&path), error.to_string()),
            }
        }
    }
}

fn threads(asked: Option<u16>) -> usize {
    let all = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.map_or_else(all, usize::from)
}

/// Looks at files on several threads; what is found stands in the order of their names.
fn scan_files(scanner: &Scanner, files: &[PathBuf], threads: Option<u16>, whole: &mut Outcome) {
    let threads = self::threads(threads);
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.min(files.len()) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = files.get(number) else { break };
                    let mut outcome = Outcome::default();
                    scan_file(scanner, path, &mut outcome);
                    let mut all =
                        outcomes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    all.push((number, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    outcomes.sort_by_key(|(number, _)| *number);
    for (_, outcome) in outcomes {
        whole.add(outcome);
    }
}

fn scan_file(scanner: &Scanner, path: &Path, outcome: &mut Outcome) {
    let name = shown(path);
    let known = fs::metadata(path);
    if known.as_ref().is_ok_and(|known| !known.is_file()) {
        outcome.skip(&name, "it is no regular file", true);
        return;
    }
    let mut content = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut content));
    match read {
        Err(error) => outcome.skip(&name, error.to_string(), true),
        Ok(_) if content.len() as u64 > LARGEST => outcome.skip(&name, "it is too large", true),
        Ok(_) => outcome.scan(scanner, &name, None, &content, None),
    }
}
