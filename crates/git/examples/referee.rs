//! Compares what this crate says about every commit of a repository with what git prints.
//!
//! ```text
//! cargo run --release -p gitops-health-git --example referee -- PATH [--limit N]
//! ```
//!
//! Prints one line for each kind of fact, and the first differences in full; ends with exit code
//! 1 when there are any. The repository is only read. Where it does not hold an object, git gives
//! up on a commit: that commit is skipped, not equal.
//!
//! Attributes are the one place where the questions about commits differ: git takes them from the
//! worktree (or, in a bare repository, from nowhere), this crate from the commit. A commit that
//! differs is therefore compared again with `git --attr-source=COMMIT`.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::{BTreeSet, HashSet};
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use bstr::{BString, ByteSlice};
use gitops_health_git::{
    Commit, Error, Location, ObjectId, Person, Range, RangeKind, Repo, Similarity, trailers,
};
use gitops_health_testkit::Random;

#[path = "../tests/referee/printed.rs"]
mod printed;

/// How many ranges and pairs of commits are tried.
const PAIRS: usize = 200;
/// How many differences of a kind are shown in full.
const SHOWN: usize = 5;
/// The format of one commit: all fields end with a NUL.
const FIELDS: &str = "--format=tformat:%x01%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd\
                      %x00%s%x00%(trailers:only,unfold)%x00";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (mut path, mut limit) = (None, None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--limit" => limit = arguments.next().and_then(|number| number.parse().ok()),
            _ => path = Some(PathBuf::from(argument)),
        }
    }
    let Some(path) = path else {
        eprintln!("usage: referee PATH [--limit N]");
        return ExitCode::from(2);
    };
    let location = Location { start: path.clone(), use_git_environment: false };
    let repo = match Repo::open(&location) {
        Ok(repo) => repo,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let git = Git { path };
    let ids = git.commits(limit);
    println!("{} commits of {}", ids.len(), git.path.display());
    let facts = [
        people_and_messages(&repo, &git, &ids),
        mailmap(&repo, &git, &ids),
        vec![changes(&repo, &git, &ids)],
        vec![hunks(&repo, &git, &ids)],
        vec![merges(&repo, &git, &ids)],
        ranges(&repo, &git, &ids),
        vec![tags(&repo, &git)],
        vec![worktree(&repo, &git)],
    ];
    let facts: Vec<Fact> = facts.into_iter().flatten().collect();
    println!("\n{:<28}{:>10}{:>10}{:>10}", "fact", "compared", "different", "skipped");
    for fact in &facts {
        let Fact { name, compared, skipped, differences, .. } = fact;
        println!("{name:<28}{compared:>10}{:>10}{skipped:>10}", differences.len());
    }
    for fact in facts.iter().filter(|fact| !fact.note.is_empty()) {
        println!("{}: {}", fact.name, fact.note);
    }
    for fact in &facts {
        for difference in fact.differences.iter().take(SHOWN) {
            println!("\n{}: {difference}", fact.name);
        }
    }
    if facts.iter().all(|fact| fact.differences.is_empty()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// One kind of fact and how the comparison went.
struct Fact {
    name: &'static str,
    compared: usize,
    skipped: usize,
    differences: Vec<String>,
    note: String,
}

impl Fact {
    fn new(name: &'static str) -> Self {
        Self { name, compared: 0, skipped: 0, differences: Vec::new(), note: String::new() }
    }

    fn compare<T: PartialEq + std::fmt::Debug>(
        &mut self,
        of: &dyn std::fmt::Display,
        ours: T,
        git: T,
    ) {
        self.compared += 1;
        if ours != git {
            self.differences.push(format!("{of}\n  git:  {git:?}\n  ours: {ours:?}"));
        }
    }
}

/// Git, asked about one repository.
struct Git {
    path: PathBuf,
}

impl Git {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(&self.path)
            .args(["-c", "diff.renameLimit=1000", "-c", "diff.renames=true"])
            .args(["-c", "core.quotePath=false", "-c", "log.showSignature=false"])
            .args(arguments)
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// What git prints; `None` when it gives up.
    fn print(&self, arguments: &[&str]) -> Option<Vec<u8>> {
        let output = self.command(arguments).output().expect("git is installed");
        output.status.success().then_some(output.stdout)
    }

    /// What git prints after reading `input`, and whether it did not give up.
    fn answer(&self, arguments: &[&str], input: Vec<u8>) -> (Vec<u8>, bool) {
        let mut output = Vec::new();
        let ok = self.read(arguments, input, &mut |stdout| {
            output = printed::all(stdout)?;
            Ok(())
        });
        (output, ok)
    }

    /// Runs git with `input` and reads what it prints. Whether git ended well.
    fn read(
        &self,
        arguments: &[&str],
        input: Vec<u8>,
        reader: &mut dyn FnMut(&mut dyn BufRead) -> io::Result<()>,
    ) -> bool {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("git is installed");
        let mut stdin = child.stdin.take().expect("it is piped");
        let writer = std::thread::spawn(move || {
            // Git may give up before it has read everything.
            let _ = stdin.write_all(&input);
        });
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let outcome = reader(&mut stdout);
        drop(stdout);
        let status = child.wait().expect("git ends");
        writer.join().expect("the writer does not panic");
        outcome.is_ok() && status.success()
    }

    fn commits(&self, limit: Option<usize>) -> Vec<ObjectId> {
        let number = format!("-n{}", limit.unwrap_or(usize::MAX >> 1));
        let arguments = match limit {
            Some(_) => vec!["rev-list", "--all", number.as_str()],
            None => vec!["rev-list", "--all"],
        };
        ids(&self.print(&arguments).expect("git lists the commits"))
    }

    /// Asks `git log` about commits in this order. `read` reads what follows the line of one, up
    /// to the byte 1 that begins the next; `visit` is told `None` where git gave up.
    fn log<T>(
        &self,
        options: &[&str],
        commits: &[ObjectId],
        read: fn(&mut dyn BufRead) -> io::Result<T>,
        visit: &mut dyn FnMut(ObjectId, Option<T>),
    ) {
        let mut arguments = vec!["log", "--no-walk=unsorted", "--stdin", "--encoding=none"];
        arguments.extend(options);
        let run = |from: usize, to: usize, visit: &mut dyn FnMut(ObjectId, Option<T>)| {
            let mut next = from;
            // What was read last is complete only when git goes on behind it or ends well.
            let mut held = None;
            let ok = self.read(&arguments, lines_of(&commits[from..to]), &mut |input| {
                while printed::peek(input)?.is_some() {
                    let record = read(input)?;
                    if let Some(complete) = held.replace(record) {
                        visit(commits[next], Some(complete));
                        next += 1;
                    }
                }
                Ok(())
            });
            match held {
                Some(last) if ok => {
                    visit(commits[next], Some(last));
                    (next + 1, true)
                }
                _ => (next, ok),
            }
        };
        let mut from = 0;
        while from < commits.len() {
            let (reached, ok) = run(from, commits.len(), visit);
            if ok {
                assert_eq!(reached, commits.len(), "git prints every commit");
                return;
            }
            from = reached;
            // The commit that could not be finished and the one behind it, one by one.
            for _ in 0..2 {
                if from < commits.len() && !run(from, from + 1, visit).1 {
                    visit(commits[from], None);
                }
                from += 1;
            }
        }
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line))
}

fn ids(text: &[u8]) -> Vec<ObjectId> {
    lines(text).filter_map(ObjectId::from_hex).collect()
}

fn lines_of(commits: &[ObjectId]) -> Vec<u8> {
    commits.iter().flat_map(|id| format!("{id}\n").into_bytes()).collect()
}

/// Says on the standard error how far a long comparison is.
struct Progress {
    what: &'static str,
    done: usize,
    all: usize,
    begin: Instant,
}

impl Progress {
    fn new(what: &'static str, all: usize) -> Self {
        Self { what, done: 0, all, begin: Instant::now() }
    }

    fn step(&mut self, differences: usize) {
        self.done += 1;
        if self.done.is_multiple_of(10_000) || self.done == self.all {
            let seconds = self.begin.elapsed().as_secs();
            eprintln!(
                "{}: {} of {}, {differences} different, {seconds} s",
                self.what, self.done, self.all
            );
        }
    }
}

/// Reads one commit of [`FIELDS`].
fn fields(input: &mut dyn BufRead) -> io::Result<Vec<BString>> {
    let fields = (0..11)
        .map(|_| printed::token(input, 0).map(BString::from))
        .collect::<io::Result<Vec<_>>>()?;
    printed::token(input, b'\n')?;
    Ok(fields)
}

fn people_and_messages(repo: &Repo, git: &Git, commits: &[ObjectId]) -> Vec<Fact> {
    let mut facts = ["trees and parents", "names and addresses", "times", "subjects", "trailers"]
        .map(Fact::new);
    let mut progress = Progress::new("people and messages", commits.len());
    git.log(&["--no-patch", "--date=raw", FIELDS], commits, fields, &mut |id, fields| {
        progress.step(facts.iter().map(|fact| fact.differences.len()).sum());
        let (Some(fields), Ok(commit)) = (fields, repo.commit(id)) else {
            facts.iter_mut().for_each(|fact| fact.skipped += 1);
            return;
        };
        let fields = as_stored(git, &commit).unwrap_or(fields);
        let parents: Vec<String> = commit.parents().iter().map(ToString::to_string).collect();
        let ours = format!("\u{1}{id} {} {}", commit.tree, parents.join(" "));
        let [hash, tree, parents] = [&fields[0], &fields[1], &fields[2]];
        facts[0].compare(&id, ours, format!("{hash} {tree} {parents}"));
        let people = [&commit.author, &commit.committer].map(|signature| signature.person.clone());
        let person =
            |name: usize| Person { name: fields[name].clone(), email: fields[name + 1].clone() };
        facts[1].compare(&id, people, [person(3), person(6)]);
        let times = [Some(commit.author.time), Some(commit.committer.time)];
        facts[2].compare(
            &id,
            times,
            [printed::raw_time(&fields[5]), printed::raw_time(&fields[8])],
        );
        facts[3].compare(&id, commit.subject(), fields[9].clone());
        let ours = printed_trailers(&commit.message);
        // Git's own placeholder, unlike its command, reads on behind a line of dashes.
        let differs =
            ours != fields[10] || lines(&commit.message).any(|line| line.starts_with(b"---"));
        let theirs = if differs {
            BString::from(git.answer(&["interpret-trailers", "--parse"], commit.message.to_vec()).0)
        } else {
            fields[10].clone()
        };
        facts[4].compare(&id, ours, theirs);
    });
    facts.into()
}

/// What git prints of a commit in another encoding than UTF-8 when it is asked to keep that.
fn as_stored(git: &Git, commit: &Commit) -> Option<Vec<BString>> {
    let encoding = format!("--encoding={}", commit.encoding.as_ref()?);
    let id = commit.id.to_string();
    let output = git.print(&["log", "-1", &encoding, "--no-patch", "--date=raw", FIELDS, &id])?;
    fields(&mut output.as_slice()).ok()
}

fn printed_trailers(message: &[u8]) -> BString {
    let lines = trailers(message).into_iter();
    lines
        .flat_map(|trailer| format_bytes(&[&trailer.key, b": ", &trailer.value, b"\n"]))
        .collect::<Vec<u8>>()
        .into()
}

fn format_bytes(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn mailmap(repo: &Repo, git: &Git, commits: &[ObjectId]) -> Vec<Fact> {
    let mut fact = Fact::new("people by mailmap");
    let mut people = BTreeSet::new();
    for commit in commits.iter().filter_map(|id| repo.commit(*id).ok()) {
        people.insert(commit.author.person);
        people.insert(commit.committer.person);
    }
    // Git can't be asked about a name that looks like an address.
    let odd = |text: &BString| text.find_byteset(b"<>\n\0").is_some();
    people.retain(|person| !odd(&person.name) && !odd(&person.email));
    let Ok(mailmap) = repo.mailmap() else {
        fact.skipped = people.len();
        return vec![fact];
    };
    let input = people.iter().flat_map(contact).collect();
    let (output, _) = git.answer(&["check-mailmap", "--stdin"], input);
    let mut lines = lines(&output);
    for person in &people {
        let ours = contact(&mailmap.resolve(person));
        let theirs = lines.next().unwrap_or_default();
        fact.compare(person, ours.trim_end().as_bstr(), theirs.as_bstr());
    }
    vec![fact]
}

/// The person as `git check-mailmap` reads and writes them.
fn contact(person: &Person) -> Vec<u8> {
    let blank: &[u8] = if person.name.is_empty() { b"" } else { b" " };
    format_bytes(&[&person.name, blank, b"<", &person.email, b">\n"])
}

fn commit_of(input: &mut dyn BufRead, end: u8) -> io::Result<()> {
    printed::token(input, end).map(drop)
}

const RAW: &[&str] = &[
    "--format=%x01%H",
    "--raw",
    "--numstat",
    "-M",
    "--no-abbrev",
    "-z",
    "--diff-merges=first-parent",
];

fn files_of_commit(input: &mut dyn BufRead) -> io::Result<Vec<printed::File>> {
    commit_of(input, 0)?;
    printed::files(input)
}

fn changes(repo: &Repo, git: &Git, commits: &[ObjectId]) -> Fact {
    let mut fact = Fact::new("changes, renames and lines");
    let mut progress = Progress::new("changes", commits.len());
    let (mut files, mut uncounted, mut again) = (0, 0, 0);
    git.log(RAW, commits, files_of_commit, &mut |id, theirs| {
        progress.step(fact.differences.len());
        let Some(theirs) = theirs else {
            fact.skipped += 1;
            return;
        };
        let ours = match repo
            .commit(id)
            .and_then(|commit| repo.changes_of(&commit, Similarity::Renames))
        {
            Ok(changes) => changes,
            Err(Error::ShallowEdge { .. }) => {
                fact.skipped += 1;
                return;
            }
            Err(error) => {
                fact.compared += 1;
                fact.differences.push(format!("{id}: {error}"));
                return;
            }
        };
        let ours: Vec<_> = ours.files.iter().map(printed::ours).collect();
        files += ours.len();
        uncounted += ours.iter().filter(|(_, is_counted)| !is_counted).count();
        let difference = difference(&ours, &theirs);
        let difference = difference.and_then(|first| {
            again += 1;
            let source = format!("--attr-source={id}");
            let mut arguments = vec![source.as_str(), "log", "-1", "--encoding=none"];
            arguments.extend(RAW);
            let hex = id.to_string();
            arguments.push(&hex);
            match git.print(&arguments).map(|output| files_of_commit(&mut output.as_slice())) {
                Some(Ok(theirs)) => self::difference(&ours, &theirs),
                _ => Some(first),
            }
        });
        fact.compared += 1;
        fact.differences.extend(difference.map(|difference| format!("{id}\n{difference}")));
    });
    fact.note = format!(
        "{files} files; {uncounted} too large to count; {again} commits compared again with their \
         own attributes"
    );
    fact
}

/// The lines that only one side has; `None` when there are none.
fn difference(ours: &[(printed::File, bool)], theirs: &[printed::File]) -> Option<String> {
    let mut text = String::new();
    let known: HashSet<String> = theirs.iter().map(ToString::to_string).collect();
    let mut same = HashSet::new();
    for (file, is_counted) in ours {
        let twin = theirs.iter().find(|their| {
            !is_counted && printed::File { lines: their.lines, ..file.clone() } == **their
        });
        let line = twin.map_or_else(|| file.to_string(), ToString::to_string);
        if !known.contains(&line) {
            text.push_str(&format!("  ours: {line}\n"));
        }
        same.insert(line);
    }
    for line in theirs.iter().map(ToString::to_string).filter(|line| !same.contains(line)) {
        text.push_str(&format!("  git:  {line}\n"));
    }
    if text.is_empty()
        && ours.iter().map(|(file, _)| &file.path).ne(theirs.iter().map(|file| &file.path))
    {
        text.push_str("  the order of the files\n");
    }
    (!text.is_empty()).then_some(text)
}

fn patches_of_commit(
    input: &mut dyn BufRead,
) -> io::Result<Vec<(char, Vec<gitops_health_git::Hunk>)>> {
    commit_of(input, b'\n')?;
    printed::patches(input)
}

const PATCH: &[&str] = &[
    "--format=%x01%H",
    "--raw",
    "-p",
    "-U0",
    "-M",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--diff-merges=first-parent",
];

fn hunks(repo: &Repo, git: &Git, commits: &[ObjectId]) -> Fact {
    use gitops_health_git::{Lines, Status};
    let mut fact = Fact::new("places that changed");
    let mut progress = Progress::new("hunks", commits.len());
    git.log(PATCH, commits, patches_of_commit, &mut |id, theirs| {
        progress.step(fact.differences.len());
        let (Some(theirs), Ok(commit)) = (theirs, repo.commit(id)) else {
            fact.skipped += 1;
            return;
        };
        let Ok(ours) = repo.changes_of(&commit, Similarity::Renames) else {
            fact.skipped += 1;
            return;
        };
        if ours.files.len() != theirs.len() {
            // Said already by the comparison of the changes.
            fact.skipped += 1;
            return;
        }
        let mut again = None;
        for (position, change) in ours.files.iter().enumerate() {
            let Lines::Counted { hunks: count, .. } = change.lines else { continue };
            if change.status == Status::TypeChanged {
                continue;
            }
            let hunks = match repo.hunks(change) {
                Ok(hunks) => hunks,
                Err(error) => {
                    fact.differences.push(format!("{id} {}: {error}", change.path));
                    continue;
                }
            };
            let mut git_hunks = theirs[position].1.clone();
            if git_hunks != hunks {
                let theirs = again.get_or_insert_with(|| patches_again(git, id));
                if let Some((_, hunks)) = theirs.get(position) {
                    git_hunks = hunks.clone();
                }
            }
            let of = format!("{id} {}", change.path);
            fact.compare(&of, (count as usize, hunks), (git_hunks.len(), git_hunks));
        }
    });
    fact
}

fn patches_again(git: &Git, id: ObjectId) -> Vec<(char, Vec<gitops_health_git::Hunk>)> {
    let (source, hex) = (format!("--attr-source={id}"), id.to_string());
    let mut arguments = vec![source.as_str(), "log", "-1", "--encoding=none"];
    arguments.extend(PATCH);
    arguments.push(&hex);
    let output = git.print(&arguments).unwrap_or_default();
    patches_of_commit(&mut output.as_slice()).unwrap_or_default()
}

fn merges(repo: &Repo, git: &Git, commits: &[ObjectId]) -> Fact {
    let mut fact = Fact::new("merges unlike all parents");
    let commits: Vec<Commit> = commits
        .iter()
        .filter_map(|id| repo.commit(*id).ok())
        .filter(|commit| commit.parents().len() > 1)
        .collect();
    let ids: Vec<ObjectId> = commits.iter().map(|commit| commit.id).collect();
    let arguments =
        ["diff-tree", "--stdin", "-c", "-r", "--name-only", "-z", "--always", "--no-renames"];
    let (output, ok) = git.answer(&arguments, lines_of(&ids));
    if !ok {
        fact.skipped = commits.len();
        return fact;
    }
    let mut tokens = output.split_str("\0").map(BString::from).peekable();
    let mut progress = Progress::new("merges", commits.len());
    for (position, commit) in commits.iter().enumerate() {
        progress.step(fact.differences.len());
        assert_eq!(tokens.next(), Some(BString::from(commit.id.to_string())));
        let next = ids.get(position + 1).map(|id| BString::from(id.to_string()));
        let mut theirs = Vec::new();
        while let Some(path) =
            tokens.next_if(|token| !token.is_empty() && Some(token) != next.as_ref())
        {
            theirs.push(path);
        }
        let ours = repo.differs_from_all_parents(commit).map_err(|error| error.to_string());
        let ours = ours.map(|paths| paths.iter().map(|path| path.as_bstr().to_owned()).collect());
        fact.compare(&commit.id, ours, Ok(theirs));
    }
    fact
}

fn ranges(repo: &Repo, git: &Git, commits: &[ObjectId]) -> Vec<Fact> {
    let (mut sets, mut bases) = (Fact::new("commits of ranges"), Fact::new("merge bases"));
    if commits.is_empty() {
        return vec![sets, bases];
    }
    let mut random = Random::new(2026);
    let mut progress = Progress::new("ranges", PAIRS);
    for round in 0..PAIRS {
        progress.step(sets.differences.len());
        let mut pick = || commits[random.below(commits.len())];
        let (from, to) = (pick(), pick());
        let (dots, kind) =
            if round % 2 == 0 { ("..", RangeKind::TwoDots) } else { ("...", RangeKind::ThreeDots) };
        let text = format!("{from}{dots}{to}");
        let mut theirs = ids(&git.print(&["rev-list", &text]).unwrap_or_default());
        let range = Range { text: text.clone(), from, to, kind };
        let mut ours = repo.commits_in(&range).unwrap_or_default();
        theirs.sort_unstable();
        ours.sort_unstable();
        let same = ours == theirs;
        sets.compare(&text, (same, ours.len()), (true, theirs.len()));
        let theirs = git.print(&["merge-base", &from.to_string(), &to.to_string()]);
        let theirs = ids(&theirs.unwrap_or_default()).first().copied();
        bases.compare(&text, repo.merge_base(from, to).ok(), theirs);
    }
    vec![sets, bases]
}

fn worktree(repo: &Repo, git: &Git) -> Fact {
    let mut fact = Fact::new("files of the worktree");
    let begin = Instant::now();
    let ours = match repo.worktree_changes(Similarity::Renames) {
        Ok(changes) => changes,
        Err(Error::NoWorktree { .. }) => return fact,
        Err(error) => {
            fact.differences.push(error.to_string());
            return fact;
        }
    };
    let elapsed = begin.elapsed();
    let begin = Instant::now();
    let arguments = ["diff", "HEAD", "--raw", "--numstat", "-M", "-z", "--no-abbrev"];
    let more = ["--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty"];
    let output = git.print(&[&arguments[..], &more].concat()).unwrap_or_default();
    fact.note =
        format!("{:.3} s, git {:.3} s", elapsed.as_secs_f64(), begin.elapsed().as_secs_f64());
    // Git prints no id for a file that it would have to read.
    let without_id = |file: printed::File| {
        let sides = file.sides.rsplit_once(' ').map_or("", |(sides, _)| sides).to_owned();
        printed::File { sides, ..file }
    };
    let theirs = printed::files(&mut output.as_slice()).unwrap_or_default();
    let theirs: Vec<_> = theirs.into_iter().map(without_id).collect();
    let ours: Vec<_> = ours.files.iter().map(printed::ours).collect();
    let ours: Vec<_> =
        ours.into_iter().map(|(file, is_counted)| (without_id(file), is_counted)).collect();
    fact.compared = ours.len().max(theirs.len());
    fact.differences.extend(difference(&ours, &theirs));
    fact
}

fn tags(repo: &Repo, git: &Git) -> Fact {
    let mut fact = Fact::new("tags");
    let format =
        "--format=%(refname)%00%(objecttype) %(objectname)%00%(*objecttype) %(*objectname)";
    let output = git.print(&["for-each-ref", format, "refs/tags"]).unwrap_or_default();
    let mut theirs = BTreeSet::new();
    for line in lines(&output) {
        let fields: Vec<&[u8]> = line.split_str("\0").collect();
        let target = fields[1..].iter().find_map(|field| field.strip_prefix(b"commit "));
        let name = fields[0].strip_prefix(b"refs/tags/").unwrap_or(fields[0]);
        theirs.extend(target.and_then(ObjectId::from_hex).map(|id| (BString::from(name), id)));
    }
    let ours: BTreeSet<_> =
        repo.tags().unwrap_or_default().into_iter().map(|tag| (tag.name, tag.commit)).collect();
    fact.compared = theirs.len();
    fact.differences.extend(ours.symmetric_difference(&theirs).map(|tag| format!("{tag:?}")));
    fact
}
