//! A repository, what others say of it, and what all rules that are asked say then.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use gitops_health_compliance::input::{
    ApprovalState, Binding, Branch, Finding, Grade, Input, Mode, Risk,
};
use gitops_health_compliance::{
    Assembler, Catalogue, ComplianceConfig, Evidence, Limits, ReportedApproval, Subject,
    TagsByCommit, Trusted, Verdict, Who,
};
use gitops_health_git::{Location, Repo, RepoPath, Selection, Similarity, ZonedTime};
use gitops_health_risk::RiskConfig;
use gitops_health_testkit::TestRepo;

use super::export;

pub type Someone = (&'static str, &'static str);

pub const ANN: Someone = ("Ann", "ann@example.com");
pub const BOB: Someone = ("Bob", "bob@example.com");
pub const CY: Someone = ("Cy", "cy@example.com");
pub const DEPS: Someone = ("deps[bot]", "deps@bots.example");
pub const WEB: Someone = ("GitHub", "noreply@github.com");
pub const TEAM: Someone = ("Team", "team@example.com");
pub const EVE: Someone = ("Eve", "eve@evil.example");

pub const ROSTER: &str = "
people:
  - {id: ann, emails: [ann@example.com, ann@work.example], accounts: {github: Ann-Ex, gitlab: annie}, roles: [developer]}
  - {id: bob, emails: [bob@example.com], accounts: {github: bobby}, roles: [developer, security-owner, governance-owner, quality, platform-owner]}
  - {id: cy, emails: [cy@example.com], accounts: {github: cyx}, roles: [developer]}
  - {id: deps, kind: bot, emails: [deps@bots.example], accounts: {github: 'dependabot[bot]'}}
  - {id: web, kind: platform, emails: [noreply@github.com], accounts: {github: web-flow}}
  - {id: team, kind: shared, emails: [team@example.com], accounts: {github: team-account}}
teams: {'@org/core': [bob, cy]}
";

/// 2026-01-01, when the trusted revision was made.
pub const BEGIN: i64 = 1_767_225_600;
pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 86_400;

/// The branch, which is a file: a process for each look at it takes long.
const MAIN: &str = "refs/heads/main";

pub struct World {
    pub repo: TestRepo,
    pub config: Option<ComplianceConfig>,
    /// When it is asked: 2026-01-11.
    pub now: i64,
    pub selection: Selection,
    pub mode: Mode,
    pub branch: Option<Branch>,
    pub findings: Option<Vec<Finding>>,
    pub risk: Option<Risk>,
    pub looks_at_tags: bool,
    pub evidence: Evidence,
    /// The time of the last commit.
    pub clock: i64,
    lines: String,
}

/// A commit that is to be made.
pub struct Made<'a> {
    pub author: Someone,
    pub committer: Someone,
    pub written: i64,
    pub committed: i64,
    pub message: &'a [u8],
    pub key: Option<&'a Key>,
    pub parents: Option<Vec<String>>,
    /// Whether it is signed twice, so that there are two headers of it.
    pub is_twofold: bool,
}

impl World {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// One whose trusted revision has more or other files.
    pub fn with(edit: impl FnOnce(&TestRepo)) -> Self {
        let repo = TestRepo::new();
        repo.write(".gitops-health/roster.yaml", ROSTER);
        repo.write("CODEOWNERS", "/src/ @bobby\n");
        repo.write(".mailmap", "Ann <ann@example.com> <ann@laptop>\n");
        repo.write("src/main.py", "import requests\n").write("docs/a.md", "A\n");
        edit(&repo);
        let mut world = Self {
            repo,
            config: None,
            now: BEGIN + 10 * DAY,
            selection: Selection::Range("BASE..HEAD".into()),
            mode: Mode::Range,
            branch: None,
            findings: None,
            risk: None,
            looks_at_tags: false,
            // Somebody asked, and nobody has approved so far.
            evidence: Evidence { approvals: Some(Vec::new()), ..Evidence::default() },
            clock: BEGIN - HOUR,
            lines: "import requests\n".into(),
        };
        let base = world.commit_only(BOB, "begin\n");
        let tag = world.repo.git_dir().join("refs/tags/BASE");
        std::fs::write(tag, format!("{base}\n")).expect("it is written");
        world
    }

    /// One with a change of Ann that nobody approved yet.
    pub fn changed() -> Self {
        let mut world = Self::new();
        world.commit(ANN, "fix: a thing\n\nIt was wrong.\n");
        world
    }

    /// Writes a line of the program and commits it.
    pub fn commit(&mut self, by: Someone, message: &str) -> String {
        self.add_line();
        self.commit_only(by, message)
    }

    pub fn add_line(&mut self) {
        self.lines += &format!("print({})\n", self.lines.len());
        self.repo.write("src/main.py", &self.lines);
    }

    /// Commits what is there.
    pub fn commit_only(&mut self, by: Someone, message: &str) -> String {
        let made = self.made(by, message.as_bytes());
        self.make(made)
    }

    pub fn made<'a>(&self, by: Someone, message: &'a [u8]) -> Made<'a> {
        let at = self.clock + HOUR;
        Made {
            author: by,
            committer: by,
            written: at,
            committed: at,
            message,
            key: None,
            parents: None,
            is_twofold: false,
        }
    }

    /// Makes a commit of what is there, byte by byte.
    pub fn make(&mut self, made: Made<'_>) -> String {
        let repo = &self.repo;
        repo.git(&["add", "--all"]);
        let tree = repo.git_text(&["write-tree"]).trim().to_owned();
        let head = std::fs::read_to_string(repo.git_dir().join(MAIN)).unwrap_or_default();
        let parents = made.parents.unwrap_or_else(|| head.lines().map(str::to_owned).collect());
        let mut header = format!("tree {tree}\n");
        parents.iter().for_each(|parent| header += &format!("parent {parent}\n"));
        let (author, committer) = (made.author, made.committer);
        header += &format!("author {} <{}> {} +0000\n", author.0, author.1, made.written);
        header +=
            &format!("committer {} <{}> {} +0000\n", committer.0, committer.1, made.committed);
        let payload = [header.as_bytes(), b"\n", made.message].concat();
        let mut signature = made.key.map(|key| key.header(&payload)).unwrap_or_default();
        if made.is_twofold {
            signature += &signature.clone();
        }
        let object = [header.as_bytes(), signature.as_bytes(), b"\n", made.message].concat();
        let id = self.store(&object);
        self.clock = made.committed;
        id
    }

    /// Stores a commit, and the branch leads to it.
    pub fn store(&mut self, object: &[u8]) -> String {
        let made = ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"];
        let id = self.repo.git_with_input(&made, object);
        let id = String::from_utf8(id).expect("an id").trim().to_owned();
        std::fs::write(self.repo.git_dir().join(MAIN), format!("{id}\n")).expect("it is written");
        id
    }

    pub fn head(&self) -> Binding {
        let head = std::fs::read_to_string(self.repo.git_dir().join(MAIN)).expect("a commit");
        Binding { commit: Some(head.trim().to_owned()), ..Binding::default() }
    }

    /// What an account of GitHub says of something, so many seconds after the last commit.
    pub fn says(&mut self, account: &str, state: ApprovalState, after: i64, binds: Binding) {
        let by = Who::Account("github".into(), account.into());
        self.reports(by, state, Some(self.clock + after), Grade::E2, binds);
    }

    pub fn reports(
        &mut self,
        by: Who,
        state: ApprovalState,
        at: Option<i64>,
        grade: Grade,
        binds: Binding,
    ) {
        self.evidence.approvals.get_or_insert_default().push(ReportedApproval {
            by,
            state,
            meaning: Some("review".into()),
            at: at.map(|seconds| time(seconds).into()),
            source: "github".into(),
            grade,
            binds,
        });
    }

    /// An account of GitHub approves the last state.
    pub fn approved(&mut self, account: &str) {
        let head = self.head();
        self.says(account, ApprovalState::Approved, HOUR, head);
    }

    pub fn set(&mut self, edit: impl FnOnce(&mut ComplianceConfig)) {
        edit(self.config.get_or_insert_default());
    }

    pub fn parameter(&mut self, rule: &str, name: &str, value: serde_json::Value) {
        self.set(|it| {
            drop(it.parameters.entry(rule.into()).or_default().insert(name.into(), value))
        });
    }

    /// The document, and what is believed: all of it from the revision before the change, the configuration too.
    pub fn input(&self) -> (ComplianceConfig, Input, Trusted) {
        let location = Location { start: self.repo.path().to_owned(), use_git_environment: false };
        let opened = Repo::open(&location).expect("it opens");
        let change = opened.change(&self.selection, Similarity::Renames).expect("a change");
        let config = self.config.clone().unwrap_or_else(|| trusted_config(&opened, change.base));
        let settings = config.check().expect("it is fit");
        let trusted = Trusted::read(&opened, change.base, &settings).expect("it is fit");
        let kinds = RiskConfig::default().check().expect("it is fit");
        let references = self.looks_at_tags.then(|| opened.references().expect("names"));
        let tags = references.as_deref().map(TagsByCommit::new);
        let assembler = Assembler {
            repo: &opened,
            settings: &settings,
            trusted: &trusted,
            kinds: &kinds,
            now: time(self.now),
            shown: &|text| String::from_utf8_lossy(text).into_owned(),
            is_rule: &Catalogue::has_built_in,
        };
        let subject = Subject {
            mode: self.mode,
            change: &change,
            branch: self.branch.clone(),
            evidence: self.evidence.clone(),
            findings: self.findings.clone(),
            risk: self.risk.clone(),
            tags: tags.as_ref(),
        };
        (config, assembler.input(subject).expect("it is read"), trusted)
    }
}

fn trusted_config(repo: &Repo, revision: Option<gitops_health_git::ObjectId>) -> ComplianceConfig {
    let Some(revision) = revision else { return ComplianceConfig::default() };
    let file = repo.file_of_commit(revision, &RepoPath::from(".gitops-health.yaml"));
    let Some((_, text)) = file.expect("it is read") else { return ComplianceConfig::default() };
    let mut all: BTreeMap<String, ComplianceConfig> =
        serde_yaml::from_slice(&text).expect("a configuration");
    all.remove("compliance").expect("it is of compliance")
}

pub fn time(seconds: i64) -> ZonedTime {
    ZonedTime { seconds, offset_minutes: 0 }
}

/// A key that git can sign with.
pub struct Key {
    /// It is in the directory of git of a repository that has nothing.
    _home: TestRepo,
    pub path: PathBuf,
    /// As a list of signers has it.
    pub line: String,
    pub fingerprint: String,
}

impl Key {
    /// A new one; `None` where there is no ssh-keygen.
    pub fn new() -> Option<Self> {
        let home = TestRepo::new();
        let path = home.git_dir().join("key");
        let keygen = |arguments: &[&str]| {
            let mut command = Command::new("ssh-keygen");
            command.args(arguments).arg("-f").arg(&path).output().ok()
        };
        let made = keygen(&["-q", "-t", "ed25519", "-N", "", "-C", ""])?;
        assert!(made.status.success(), "a key");
        let printed = keygen(&["-l"])?.stdout;
        let printed = String::from_utf8(printed).expect("text");
        let fingerprint = printed.split(' ').nth(1).expect("a fingerprint").to_owned();
        let line = std::fs::read_to_string(path.with_extension("pub")).expect("a key");
        Some(Self { line: line.trim().to_owned(), fingerprint, path, _home: home })
    }

    /// The signature of a commit, as a header.
    pub fn header(&self, payload: &[u8]) -> String {
        let lines = self.sign("git", payload);
        format!("gpgsig {}\n", lines.trim_end().replace('\n', "\n "))
    }

    pub fn sign(&self, namespace: &str, payload: &[u8]) -> String {
        let mut child = Command::new("ssh-keygen")
            .args(["-q", "-Y", "sign", "-n", namespace, "-f"])
            .arg(&self.path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it was there before");
        std::io::Write::write_all(&mut child.stdin.take().expect("piped"), payload).expect("read");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "a signature");
        String::from_utf8(output.stdout).expect("text")
    }
}

/// What is expected of a rule. All but the first three are answers that let nothing through.
pub use Verdict::{Fail, NotApplicable, NotAssessed, Pass, Waived};

fn lets_through(verdict: Verdict) -> bool {
    matches!(verdict, Pass | Waived | NotApplicable)
}

/// All cases that were judged.
#[derive(Default)]
pub struct Report {
    /// By the configuration: as the program evaluates the rules, and as they are written.
    catalogues: BTreeMap<String, (Catalogue, Catalogue)>,
    families: BTreeMap<&'static str, Row>,
    names: BTreeSet<String>,
    pub wrong: Vec<String>,
    /// Whether changes are kept for other tools.
    pub exports: bool,
    pub exported: Vec<serde_json::Value>,
}

/// How the cases of a family were judged.
#[derive(Clone, Copy, Default)]
pub struct Row {
    pub cases: usize,
    pub verdicts: usize,
    false_passes: usize,
    false_fails: usize,
    others: usize,
}

impl Report {
    /// Judges a world by the rules that it is about.
    pub fn case(
        &mut self,
        family: &'static str,
        name: &str,
        world: &World,
        wanted: &[(&str, Verdict)],
    ) {
        assert!(self.names.insert(format!("{family}: {name}")), "two are called {family}: {name}");
        let (config, input, trusted) = world.input();
        let key = serde_json::to_string(&config).expect("it is JSON");
        let (catalogue, written) = self.catalogues.entry(key).or_insert_with(|| {
            let settings = config.check().expect("it is fit");
            let (rules, none) = (Catalogue::built_in_rules(), std::iter::empty());
            let written = Catalogue::of(rules, none, &settings, Limits::default());
            let built_in = Catalogue::built_in(&settings).expect("it is fit");
            (built_in, written.expect("it is fit"))
        });
        let value = input.to_value();
        let mut evaluation = catalogue.over(&value);
        let mut of_written = written.over(&value);
        for rule in catalogue.rules().keys() {
            let (one, other) = (evaluation.judge(rule), of_written.judge(rule));
            assert_eq!(one, other, "{rule} is compiled to something else");
        }
        let mut exported =
            self.exports.then(|| export::change(family, name, world, &config, &input));
        let row = self.families.entry(family).or_default();
        row.cases += 1;
        for (rule, wanted) in wanted {
            assert!(catalogue.rules().contains_key(*rule), "no rule {rule}");
            let judgement = evaluation.judge(rule);
            let (judgement, _) = trusted.waivers.apply(rule, judgement, &input);
            row.verdicts += 1;
            let (found, wanted) = (judgement.verdict, *wanted);
            exported.iter_mut().for_each(|it| export::add(it, rule, wanted, found));
            let kind = match (lets_through(wanted), lets_through(found)) {
                _ if found == wanted => continue,
                (false, true) => {
                    row.false_passes += 1;
                    "false pass"
                }
                (true, false) => {
                    row.false_fails += 1;
                    "false fail"
                }
                _ => {
                    row.others += 1;
                    "another answer"
                }
            };
            let why: Vec<_> = judgement.findings.iter().map(|it| &*it.message).collect();
            self.wrong.push(format!(
                "{kind}: {family}: {name}: {rule}: {wanted:?} was expected and it is {found:?}: {why:?} {:?} {:?}",
                judgement.missing, judgement.error
            ));
        }
        self.exported.extend(exported);
    }

    /// Adds cases of other families.
    pub fn add(&mut self, other: Self) {
        self.families.extend(other.families);
        self.wrong.extend(other.wrong);
        self.exported.extend(other.exported);
    }

    /// The table, and its last row.
    pub fn table(&self) -> (String, Row) {
        let line = |name: &str, [cases, verdicts, passes, fails, others]: [&dyn Display; 5]| {
            format!("{name:<20}{cases:>8}{verdicts:>10}{passes:>14}{fails:>13}{others:>8}\n")
        };
        let of = |name: &str, row: &Row| {
            let Row { cases, verdicts, false_passes, false_fails, others } = row;
            line(name, [cases, verdicts, false_passes, false_fails, others])
        };
        let head = ["cases", "verdicts", "false passes", "false fails", "others"];
        let mut text = line("family", head.each_ref().map(|it| it as &dyn Display));
        let mut sum = Row::default();
        for (name, row) in &self.families {
            text += &of(name, row);
            sum.cases += row.cases;
            sum.verdicts += row.verdicts;
            sum.false_passes += row.false_passes;
            sum.false_fails += row.false_fails;
            sum.others += row.others;
        }
        text += &of("all", &sum);
        (text, sum)
    }
}

/// A time as a roster has it.
pub fn rfc(seconds: i64) -> String {
    time(seconds).to_string().replace("+00:00", "Z")
}
