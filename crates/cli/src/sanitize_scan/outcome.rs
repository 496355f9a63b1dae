use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use gitops_health_git::{Commit, PathAttributes, Person, printable};
use gitops_health_report::scan::{ScanAccepted, ScanFinding, ScanSkip};
use gitops_health_sanitize::{Finding, Fingerprint, Looked, Unseen, is_passed_over, picture};

use crate::acceptance::{Judged, Spot};
use crate::look::Look;

/// What stands for the path of a message.
pub(crate) const MESSAGE: &str = "(commit message)";

/// What stands for the path of names and addresses of who made a commit.
pub(crate) const PEOPLE: &str = "(author and committer)";

/// What stands for the path of what a commit has in front of its message.
pub(crate) const HEADERS: &str = "(headers of the commit)";

/// Whether letters and digits are those of ASCII in an encoding (IANA, "Character Sets").
fn is_like_ascii(encoding: &[u8]) -> bool {
    let name: Vec<u8> = encoding
        .iter()
        .filter(|it| it.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase)
        .collect();
    let begins = |it: &&[u8]| name.starts_with(it);
    name == b"utf8"
        || [
            &b"usascii"[..],
            b"ascii",
            b"iso8859",
            b"latin",
            b"l1",
            b"windows125",
            b"cp125",
            b"cp866",
            b"koi8",
            b"euc",
            b"gb",
            b"big5",
            b"shiftjis",
            b"sjis",
            b"cp932",
            b"macroman",
        ]
        .iter()
        .any(begins)
}

/// The most findings that are listed of one run: who reads more?
const MOST_IN_ALL: usize = 200_000;

/// The most findings that are listed of one content: each takes some two thousand bytes of memory.
const MOST_LISTED: usize = 100_000;

/// What was found in some files.
#[derive(Default)]
pub(crate) struct Outcome {
    pub files: usize,
    pub bytes: u64,
    pub findings: Vec<ScanFinding>,
    pub accepted: Vec<ScanAccepted>,
    pub skipped: Vec<ScanSkip>,
    pub notes: BTreeSet<String>,
    /// The fingerprints of findings and where these are, where there is a key.
    pub fingerprints: Vec<(Fingerprint, String)>,
    /// What was told so far, where it may come again; numbers that stand for rule, place and value.
    told: Option<HashSet<u64>>,
    /// Whether what was told so far is not told again.
    is_again: bool,
}

/// Says whether HEAD has a value.
type InHead<'a> = &'a dyn Fn(&[u8]) -> bool;

/// What a text is known by.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// How it is named in the report.
    pub path: &'a str,
    /// How it is named from the top of the tree, where that is another name.
    pub in_tree: Option<&'a dyn Fn() -> String>,
    /// Who brought it; `None` for what is not committed, and where a tree is looked at.
    pub origin: Option<&'a Origin>,
    /// What `.gitattributes` say of it, where that is known.
    pub attributes: Option<&'a PathAttributes>,
    /// Whether HEAD has a value at this path, too; `None` where that is not asked.
    pub in_head: Option<InHead<'a>>,
}

impl<'a> Place<'a> {
    pub fn new(path: &'a str, origin: Option<&'a Origin>) -> Self {
        Self { path, in_tree: None, origin, attributes: None, in_head: None }
    }
}

/// The commit that brought something.
pub(crate) struct Origin {
    pub commit: String,
    /// Its author, as far as that may be shown.
    pub author: String,
    /// What leads to it, if that is no branch.
    pub reference: Option<String>,
    /// Whether that is known.
    pub is_from_branch: Option<bool>,
}

impl Origin {
    /// A commit, as what it brought is told.
    pub fn of(look: &Look, commit: &Commit) -> Self {
        let person = &commit.author.person;
        let shown = |text: &[u8]| match look.in_person(text).is_empty() {
            true => printable(text),
            false => "[REDACTED]".to_owned(),
        };
        let author = format!("{} <{}>", shown(&person.name), shown(&person.email));
        Self { commit: commit.id.to_string(), author, reference: None, is_from_branch: None }
    }
}

impl Outcome {
    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.findings.extend(other.findings);
        self.accepted.extend(other.accepted);
        self.notes.extend(other.notes);
        self.fingerprints.extend(other.fingerprints);
        self.skipped.extend(other.skipped);
    }

    pub fn skip(&mut self, path: &str, reason: impl Into<String>, is_failure: bool) {
        self.skipped.push(ScanSkip { path: path.to_owned(), reason: reason.into(), is_failure });
    }

    /// Looks at the content of a file.
    pub fn scan(&mut self, look: &Look, place: &Place<'_>, content: &[u8]) {
        self.scan_version(look, place, content, &[]);
    }

    /// Says what could not be looked at in a file.
    fn miss(&mut self, path: &str, unseen: Vec<Unseen>) {
        for Unseen { within, reason, is_failure } in unseen {
            let within = within.map(|within| format!("{within}: ")).unwrap_or_default();
            self.skip(path, within + &reason, is_failure);
        }
    }

    /// As [`Outcome::scan`], where a version differs from those before: what one of them has is not new. Of a merge
    /// there are several.
    pub fn scan_version(
        &mut self,
        look: &Look,
        place: &Place<'_>,
        content: &[u8],
        before: &[&[u8]],
    ) {
        let Some(content) = self.open(place, content) else { return };
        let scanner = look.scanner.in_file(place.path.as_bytes());
        let Looked { mut findings, unseen } = match before {
            [first, ..] => scanner.look_at_change(first, content),
            [] => scanner.look(content),
        };
        for other in before.iter().skip(1) {
            if findings.is_empty() {
                break;
            }
            let new = scanner.look_at_change(other, content).findings;
            findings
                .retain(|it| new.iter().any(|new| (&new.rule, &new.span) == (&it.rule, &it.span)));
        }
        self.miss(place.path, unseen);
        self.list(look, place, content, findings);
    }

    /// Counts what is looked at; `None` where that is not done.
    fn open<'a>(&mut self, place: &Place<'_>, content: &'a [u8]) -> Option<&'a [u8]> {
        if is_passed_over(place.path.as_bytes(), content) {
            self.skip(place.path, why_binary(content), false);
            return None;
        }
        self.files += 1;
        self.bytes += content.len() as u64;
        Some(content)
    }

    /// Looks at the name of a file or reference, which is known by what is left of it.
    pub fn scan_name(&mut self, look: &Look, place: &Place<'_>, what: &str, name: &[u8]) {
        let named = |finding: Finding| Finding { field: Some(what.to_owned()), ..finding };
        let findings = look.scanner.scan_name(name).into_iter().map(named).collect();
        self.list(look, place, name, findings);
    }

    /// The same of a reference, by its own name.
    pub fn scan_reference(&mut self, look: &Look, name: &[u8]) {
        let shown = look.shown(name);
        self.scan_name(look, &Place::new(&shown, None), "name of the reference", name);
    }

    /// Looks at what a commit has in front of its message, but for what every commit has there and its signatures: tags
    /// that were merged, and whatever somebody may have written.
    pub fn scan_headers(&mut self, look: &Look, origin: &Origin, object: &[u8]) {
        const KNOWN: [&[u8]; 5] = [b"tree ", b"parent ", b"author ", b"committer ", b"encoding "];
        let end = memchr::memmem::find(object, b"\n\n").unwrap_or(object.len());
        let (mut seen, mut rest) = ([false; 5], Vec::new());
        for line in object[..end].split_inclusive(|byte| *byte == b'\n') {
            let known = KNOWN.iter().position(|known| line.starts_with(known));
            // A second author is none.
            let is_known =
                known.is_some_and(|it| it == 1 || !std::mem::replace(&mut seen[it], true));
            if !is_known {
                rest.extend_from_slice(line);
            }
        }
        if !rest.is_empty() {
            let findings = look.scanner.in_project().scan(&rest);
            self.list(look, &Place::new(HEADERS, Some(origin)), &rest, findings);
        }
    }

    /// Looks at what a commit says of itself. A message in an encoding in which letters are other bytes is not read.
    pub fn scan_message(&mut self, look: &Look, origin: &Origin, commit: &Commit) {
        if let Some(encoding) = commit.encoding.as_ref().filter(|it| !is_like_ascii(it)) {
            let shown = look.shown(encoding);
            self.skip(MESSAGE, format!("it says that it is in `{shown}`, which is not read"), true);
        }
        let findings = look.scanner.in_project().scan(&commit.message);
        self.list(look, &Place::new(MESSAGE, Some(origin)), &commit.message, findings);
    }

    /// The same of a message that no commit has yet.
    pub fn scan_text_of_message(&mut self, look: &Look, message: &[u8]) {
        let findings = look.scanner.in_project().scan(message);
        self.list(look, &Place::new(MESSAGE, None), message, findings);
    }

    /// Looks at names and addresses, which are what they are: anything else in them is found.
    pub fn scan_people(&mut self, look: &Look, origin: &Origin, people: &[&Person]) {
        for person in people {
            self.scan_person(look, &Place::new(PEOPLE, Some(origin)), person);
        }
    }

    /// As [`Outcome::scan_people`], of somebody else.
    pub fn scan_person(&mut self, look: &Look, place: &Place<'_>, person: &Person) {
        let text = [&person.name[..], b" <", &person.email, b">"].concat();
        let findings = look.in_person(&text);
        self.list(look, place, &text, findings);
    }

    pub fn list(
        &mut self,
        look: &Look,
        place: &Place<'_>,
        content: &[u8],
        mut findings: Vec<Finding>,
    ) {
        if findings.is_empty() {
            return;
        }
        if findings.len() > MOST_LISTED {
            let reason =
                format!("only the first {MOST_LISTED} of {} findings are listed", findings.len());
            findings.truncate(MOST_LISTED);
            self.skip(place.path, reason, true);
        }
        let left = MOST_IN_ALL.saturating_sub(self.findings.len() + self.accepted.len());
        if findings.len() > left {
            let reason = format!("only {MOST_IN_ALL} findings are listed in all");
            findings.truncate(left);
            self.skip(place.path, reason, true);
        }
        let in_tree = place.in_tree.map_or_else(|| place.path.to_owned(), |name| name());
        let kind = look.acceptance.place_of(&in_tree, place.attributes);
        let mut lines = Lines { content, line: 1, first: 0, at: 0 };
        for finding in findings {
            if self.was_told(&finding, &in_tree, content) {
                continue;
            }
            let (line, column) = lines.place(finding.span.start);
            let (span, value) = (finding.span.clone(), finding.value(content));
            let spot = Spot { path: &in_tree, line, content, span, value, place: kind };
            let judged = look.acceptance.judge(&spot, &finding, &mut self.notes);
            let finding = told(look, place, content, (line, column), finding, &judged);
            self.put(look, &in_tree, finding, judged);
        }
    }

    /// From now on it is kept in mind what was told.
    pub fn remember(&mut self, is_wanted: bool) {
        self.told = is_wanted.then(HashSet::new);
    }

    /// Whether what comes next may have been told already, and then is not told again.
    pub fn is_again(&mut self, is_again: bool) {
        self.is_again = is_again;
    }

    fn was_told(&mut self, finding: &Finding, path: &str, content: &[u8]) -> bool {
        let Some(told) = &mut self.told else { return false };
        let mut hasher = DefaultHasher::new();
        (&finding.rule, finding.severity, path, finding.value(content)).hash(&mut hasher);
        !told.insert(hasher.finish()) && self.is_again
    }

    fn put(&mut self, look: &Look, in_tree: &str, finding: ScanFinding, judged: Judged) {
        match judged.accepted {
            None => {
                let known = judged.fingerprint.map(|it| (it, in_tree.to_owned()));
                self.fingerprints.extend(known);
                self.findings.push(finding);
            }
            Some(accepted) => self.accepted.push(ScanAccepted {
                finding,
                by: accepted.by.to_owned(),
                reason: accepted.reason.map(|reason| look.shown_text(&reason)),
                until: accepted.until,
            }),
        }
    }
}

/// A finding as it is told, with its line and column.
fn told(
    look: &Look,
    place: &Place<'_>,
    content: &[u8],
    (line, column): (usize, usize),
    finding: Finding,
    judged: &Judged,
) -> ScanFinding {
    let origin = place.origin;
    ScanFinding {
        path: place.path.to_owned(),
        commit: origin.map(|origin| origin.commit.clone()),
        author: origin.map(|origin| origin.author.clone()),
        is_from_branch: origin.and_then(|origin| origin.is_from_branch),
        reference: origin.and_then(|origin| origin.reference.clone()),
        is_in_head: place.in_head.map(|in_head| in_head(&content[finding.span.clone()])),
        line,
        column,
        start: finding.span.start,
        end: finding.span.end,
        name: look.name_of(&finding.rule),
        rule: finding.rule,
        category: finding.category.to_string(),
        severity: judged.severity,
        field: finding.field,
        within: finding.within,
        context: judged.context.map(str::to_owned),
        fingerprint: judged.fingerprint.as_ref().map(|it| it.to_string()),
    }
}

/// Why a binary content is not looked into.
pub(crate) fn why_binary(content: &[u8]) -> String {
    match picture(content) {
        Some(kind) => format!("it is a picture ({kind}), and what it shows is not looked at"),
        None => "it is binary".into(),
    }
}

fn line_ends(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

/// Counts lines up to places that come in their order. Nothing is looked at twice: all of a file may be one
/// line.
struct Lines<'a> {
    content: &'a [u8],
    line: usize,
    /// Where this line begins.
    first: usize,
    at: usize,
}

impl Lines<'_> {
    fn place(&mut self, at: usize) -> (usize, usize) {
        let passed = &self.content[self.at..at];
        self.line += line_ends(passed);
        if let Some(end) = memchr::memrchr(b'\n', passed) {
            self.first = self.at + end + 1;
        }
        self.at = at;
        (self.line, at - self.first + 1)
    }
}
