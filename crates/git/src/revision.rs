mod reflog;

use std::collections::HashSet;

use git2::{ErrorCode, ObjectType};

use crate::error::{Cause, Context, Error};
use crate::id::ObjectId;
use crate::repo::{Head, Repo};
use crate::text::printable;

/// Two ends of a history and how they are joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The range as it was asked for.
    pub text: String,
    /// The end whose history is left out.
    pub from: ObjectId,
    /// The end whose history is meant.
    pub to: ObjectId,
    /// `..` or `...`.
    pub kind: RangeKind,
}

/// How the two ends of a range are joined: which commits it has, by [`Repo::commits_in`].
///
/// What changed in a range is another question, and [`crate::Selection::Range`] says how it is
/// answered: for both kinds of dots, B against the merge base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeKind {
    /// `A..B`: commits of B that A lacks.
    TwoDots,
    /// `A...B`: commits that only one of them has.
    ThreeDots,
    /// `REV^!`: one commit.
    Alone,
}

impl Repo {
    /// The commit that a revision names, in the grammar of `git rev-parse`: names of branches and
    /// tags, full and abbreviated ids, `HEAD~3`, `v1^{}`, `@{upstream}`, `:/text` and so on.
    ///
    /// An abbreviated id that fits several objects means the only commit among them, as in git.
    /// A place behind the end of a reflog is unknown. `NAME@{0}` is `NAME`, also where it has no
    /// reflog and git fails.
    ///
    /// Parents are those that commits name; only what `:/text` can reach is as `info/grafts` says.
    /// Not understood, and an error, are `@{push}`, searches for what a message does not say
    /// (`:/!-text`) and paths in the index (`:path`, which is no commit anyway).
    pub fn resolve(&self, revision: &str) -> Result<ObjectId, Error> {
        let spec = self.disambiguate(&plain_spelling(revision)?, revision)?;
        let Some(text) = spec.strip_prefix(":/") else { return self.resolve_spec(&spec, revision) };
        // Libgit2 looks behind all references but not behind a detached HEAD, as git does.
        let everywhere = self.resolve_spec(&spec, revision);
        let behind_head = self.resolve_spec(&format!("HEAD^{{/{text}}}"), revision);
        let (Ok(one), Ok(two)) = (&everywhere, &behind_head) else {
            return behind_head.or(everywhere);
        };
        let age = |id: &ObjectId| Ok::<_, Error>(self.commit(*id)?.committer.time.seconds);
        Ok(if age(two)? > age(one)? { *two } else { *one })
    }

    /// Resolves what is spelled as libgit2 understands it; `revision` is what was asked for.
    fn resolve_spec(&self, spec: &str, revision: &str) -> Result<ObjectId, Error> {
        let (name, steps) = split_steps(spec).unwrap_or((spec, Vec::new()));
        if let Some(object) = self.plainly_named(name) {
            return self.follow(object, &steps, revision);
        }
        if is_full_id(name) {
            // Git takes it for nothing else, such as the name of a branch.
            return Err(Error::UnknownRevision { revision: revision.to_owned() });
        }
        // Libgit2 waits for the rest of a file that was cut.
        self.check_loose_objects()?;
        match self.parse_revision(name) {
            Ok(object) => self.follow(ObjectId::from_git2(object), &steps, revision),
            Err(error) => match self.before_reflog(spec) {
                Some(before) => self.resolve_spec(&before, revision),
                None => Err(self.resolve_error(revision, error)),
            },
        }
    }

    /// The commit that some steps lead to from an object.
    fn follow(&self, from: ObjectId, steps: &[Step], revision: &str) -> Result<ObjectId, Error> {
        let revision = || revision.to_owned();
        let Some(mut commit) = self.commit_of(from)? else {
            let kind = self.kind_of(from)?.str().to_owned();
            return Err(Error::NotACommit { revision: revision(), kind });
        };
        let unknown = || Error::UnknownRevision { revision: revision() };
        for step in steps {
            match *step {
                Step::Parent(0) => {}
                Step::Parent(number) => {
                    let (parents, _) = self.lineage(commit)?;
                    commit = *parents.get(number - 1).ok_or_else(unknown)?;
                }
                Step::Back(generations) => {
                    let mut seen = HashSet::new();
                    for _ in 0..generations {
                        commit = *self.lineage(commit)?.0.first().ok_or_else(unknown)?;
                        // Packs can say so: that commits are what their ids say is not looked at there.
                        if !seen.insert(commit) {
                            let source = Cause::new("it came before itself");
                            let (id, kind) = (commit, "commit");
                            return Err(Error::UnreadableObject { id, kind, source });
                        }
                    }
                }
            }
        }
        Ok(commit)
    }

    /// Asks libgit2: for what has the name, and in the graph for what comes before that.
    fn parse_revision(&self, spec: &str) -> Result<git2::Oid, git2::Error> {
        if self.lacks_reflog(spec) {
            let class = git2::ErrorClass::Reference;
            return Err(git2::Error::new(ErrorCode::NotFound, class, "there is no reflog"));
        }
        let end =
            spec.find(['^', '~', ':']).filter(|end| *end > 0 && !spec[*end..].starts_with(':'));
        match (&self.graph, end) {
            (Some(graph), Some(end)) => {
                let (name, operators) = spec.split_at(end);
                let named = self.git.revparse_single(name)?.id();
                Ok(graph.revparse_single(&format!("{named}{operators}"))?.id())
            }
            _ => Ok(self.git.revparse_single(spec)?.id()),
        }
    }

    /// The two ends of `A..B` or `A...B` (an absent end is HEAD), or of `REV^!`, which is the
    /// commit alone: its first parent to itself. A root has no range of its own.
    pub fn range(&self, text: &str) -> Result<Range, Error> {
        if let Some(revision) = text.strip_suffix("^!") {
            return self.single_commit_range(text, revision);
        }
        let (start, end, kind) =
            split_range(text).ok_or_else(|| Error::NotARange { revision: text.to_owned() })?;
        let or_head =
            |side: &str| if side.is_empty() { "HEAD".to_owned() } else { side.to_owned() };
        let (from, to) = (self.resolve(&or_head(start))?, self.resolve(&or_head(end))?);
        Ok(Range { text: text.to_owned(), from, to, kind })
    }

    /// The commits of a range, newest first and no commit before one that descends from it: the
    /// same set as `git rev-list RANGE` prints, or would print where clocks are so wrong that it gives
    /// up too early.
    pub fn commits_in(&self, range: &Range) -> Result<Vec<ObjectId>, Error> {
        match range.kind {
            RangeKind::Alone => Ok(vec![range.to]),
            RangeKind::TwoDots => self.list_commits(&[range.to], &[range.from]),
            RangeKind::ThreeDots => {
                let bases = self.merge_bases(range.from, range.to)?;
                self.list_commits(&[range.to, range.from], &bases)
            }
        }
    }

    fn single_commit_range(&self, text: &str, revision: &str) -> Result<Range, Error> {
        let to = self.resolve(revision)?;
        let commit = self.commit(to)?;
        let from = *commit
            .parents()
            .first()
            .ok_or_else(|| Error::NotARange { revision: text.to_owned() })?;
        Ok(Range { text: text.to_owned(), from, to, kind: RangeKind::Alone })
    }

    /// Replaces what begins `spec` by a full id: an abbreviated id that several objects share and
    /// one of them leads to a commit, and what `git describe` prints.
    fn disambiguate(&self, spec: &str, revision: &str) -> Result<String, Error> {
        let end = spec.find(['^', '~', ':']).into_iter().chain(spec.find("@{")).min();
        let (name, operators) = spec.split_at(end.unwrap_or(spec.len()));
        let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let described = name.rsplit_once("-g").map(|(_, digits)| digits);
        let digits = if is_hex(name) { Some(name) } else { described.filter(|it| is_hex(it)) };
        let Some(digits) = digits.filter(|digits| (4..40).contains(&digits.len())) else {
            return Ok(spec.to_owned());
        };
        if self.git.resolve_reference_from_short_name(name).is_ok() {
            return Ok(spec.to_owned());
        }
        match self.object_beginning_with(digits) {
            Ok(id) => Ok(format!("{id}{operators}")),
            Err(error) if error.code() == ErrorCode::Ambiguous => {
                Ok(format!("{}{operators}", self.only_commit(digits, revision)?))
            }
            Err(_) => Ok(spec.to_owned()),
        }
    }

    fn object_beginning_with(&self, digits: &str) -> Result<git2::Oid, git2::Error> {
        let padded = git2::Oid::from_str(&format!("{digits:0<40}"))?;
        self.git.odb()?.exists_prefix(padded, digits.len())
    }

    /// The only object beginning with `digits` that is a commit or a tag of one.
    fn only_commit(&self, digits: &str, revision: &str) -> Result<ObjectId, Error> {
        let candidates = self.objects_beginning_with(digits)?;
        let leads_to_commit = |(id, kind): &&(ObjectId, ObjectType)| {
            let may_lead = matches!(kind, ObjectType::Commit | ObjectType::Tag);
            may_lead && self.commit_of(*id).is_ok_and(|commit| commit.is_some())
        };
        let mut commits = candidates.iter().filter(leads_to_commit);
        match (commits.next(), commits.next()) {
            (Some((id, _)), None) => Ok(*id),
            _ => Err(Error::AmbiguousRevision {
                revision: revision.to_owned(),
                candidates: candidates.iter().map(|(id, kind)| format!("{id} {kind}")).collect(),
            }),
        }
    }

    /// Every object whose id begins with `prefix`, with its kind, sorted. Reads all indexes.
    fn objects_beginning_with(&self, prefix: &str) -> Result<Vec<(ObjectId, ObjectType)>, Error> {
        let operation = || format!("look for objects that begin with {prefix}");
        let kind = |id: ObjectId| -> Result<(ObjectId, ObjectType), Error> {
            let object = self.any_object(id, "object")?;
            let object = object.ok_or(Error::MissingObject { id, kind: "object" })?;
            Ok((id, object.kind.to_git2()))
        };
        let odb = self.git.odb().context(operation)?;
        let prefix = prefix.to_ascii_lowercase();
        let mut found = Vec::new();
        odb.foreach(|id| {
            let id = ObjectId::from_git2(*id);
            if id.to_string().starts_with(&prefix) {
                found.push(id);
            }
            true
        })
        .context(operation)?;
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(kind).collect()
    }

    /// The object of a full id or of the name of a reference.
    fn plainly_named(&self, name: &str) -> Option<ObjectId> {
        if name.is_empty() {
            return None;
        }
        if is_full_id(name) {
            let id = ObjectId::from_hex(name.to_ascii_lowercase().as_bytes())?;
            return self.holds(id).then_some(id);
        }
        let name = if name == "@" { "HEAD" } else { name };
        let reference = self.git.resolve_reference_from_short_name(name).ok()?.resolve().ok()?;
        reference.target().map(ObjectId::from_git2)
    }

    /// Fails where the name at the beginning of `revision` is known and its object is damaged or
    /// missing.
    fn check_named_object(&self, revision: &str) -> Result<(), Error> {
        let end = revision.find(['^', '~', ':', '@']).unwrap_or(revision.len());
        let name = if end == 0 { "HEAD" } else { &revision[..end] };
        let reference = self.git.resolve_reference_from_short_name(name);
        match reference.and_then(|reference| reference.resolve()).map(|found| found.target()) {
            Ok(Some(target)) => self.check_object(target),
            _ => Ok(()),
        }
    }

    fn check_object(&self, id: git2::Oid) -> Result<(), Error> {
        let (id, kind) = (ObjectId::from_git2(id), "commit");
        match self.any_object(id, kind)? {
            Some(_) => Ok(()),
            None => Err(Error::MissingObject { id, kind }),
        }
    }

    fn resolve_error(&self, revision: &str, error: git2::Error) -> Error {
        let names_head = revision.is_empty()
            || revision.starts_with("HEAD")
            || (revision.starts_with('@') && !revision.starts_with("@{-"));
        if names_head && let Ok(Head::Unborn(name)) = self.head() {
            let branch = name.strip_prefix(b"refs/heads/").unwrap_or(&name);
            return Error::UnbornHead { branch: printable(branch) };
        }
        if let Err(damage) = self.check_named_object(revision) {
            return damage;
        }
        let revision = revision.to_owned();
        match error.code() {
            ErrorCode::NotFound => Error::UnknownRevision { revision },
            // Git takes no abbreviation of less than four digits for one.
            ErrorCode::Ambiguous if revision.len() < 4 => Error::UnknownRevision { revision },
            ErrorCode::Ambiguous => Error::AmbiguousRevision { revision, candidates: Vec::new() },
            _ => Error::InvalidRevision { revision, source: error.into() },
        }
    }
}

/// The revision in words that libgit2 understands as git does: `@` before an operator, a search
/// text that begins with a mark or is empty, and `^{object}`.
fn plain_spelling(revision: &str) -> Result<String, Error> {
    let mut spec = revision.to_owned();
    if revision.starts_with('@') && revision[1..].starts_with(['^', '~', ':']) {
        spec = format!("HEAD{}", &revision[1..]);
    }
    let mark = if spec.starts_with(":/!") { Some(2) } else { spec.find("^{/!").map(|at| at + 3) };
    match mark {
        Some(mark) if spec[mark..].starts_with("!!") => drop(spec.remove(mark)),
        Some(_) => {
            let source = Cause::new("a text to search for cannot begin with a single `!`");
            return Err(Error::InvalidRevision { revision: revision.to_owned(), source });
        }
        None => {}
    }
    if !spec.starts_with(":/") {
        // Every message has the empty text.
        spec = spec.replace("^{/}", "^0");
    }
    if !spec.starts_with(":/") && !spec.contains("^{/") {
        spec = spec.replace("^{object}", "");
    }
    Ok(spec)
}

fn is_full_id(name: &str) -> bool {
    name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// From one commit to another.
enum Step {
    /// To the parent of this number, counted from 1; 0 for the commit itself.
    Parent(usize),
    /// So many generations back, along first parents.
    Back(usize),
}

/// A name and the steps that a revision takes from it; `None` where it does something else, such as
/// searching for a text.
fn split_steps(spec: &str) -> Option<(&str, Vec<Step>)> {
    let (name, mut rest) = spec.split_at(spec.find(['^', '~']).unwrap_or(spec.len()));
    if name.is_empty() || name.contains(':') {
        return None;
    }
    let mut steps = Vec::new();
    while let Some(operator) = rest.chars().next() {
        rest = &rest[operator.len_utf8()..];
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, tail) = rest.split_at(end);
        let number = if digits.is_empty() { 1 } else { digits.parse::<u32>().ok()? as usize };
        let peeled = ["{}", "{commit}"].iter().find_map(|it| rest.strip_prefix(it));
        match (operator, peeled) {
            ('^', Some(tail)) => {
                steps.push(Step::Parent(0));
                rest = tail;
            }
            ('^', None) if !tail.starts_with('{') => {
                steps.push(Step::Parent(number));
                rest = tail;
            }
            ('~', _) => {
                steps.push(Step::Back(number));
                rest = tail;
            }
            _ => return None,
        }
    }
    Some((name, steps))
}

/// The two sides of the first `..` or `...` that stands outside braces and search texts.
fn split_range(text: &str) -> Option<(&str, &str, RangeKind)> {
    if text.starts_with(":/") {
        return None;
    }
    let mut depth = 0_usize;
    for (position, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'.' if depth == 0 && text[position..].starts_with("...") => {
                return Some((&text[..position], &text[position + 3..], RangeKind::ThreeDots));
            }
            b'.' if depth == 0 && text[position..].starts_with("..") => {
                return Some((&text[..position], &text[position + 2..], RangeKind::TwoDots));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_split_at_dots_outside_braces() {
        use RangeKind::{ThreeDots, TwoDots};
        for (text, expected) in [
            ("A..B", Some(("A", "B", TwoDots))),
            ("A...B", Some(("A", "B", ThreeDots))),
            ("..B", Some(("", "B", TwoDots))),
            ("A..", Some(("A", "", TwoDots))),
            ("v1.0..v1.1", Some(("v1.0", "v1.1", TwoDots))),
            ("HEAD^{/a..b}..B", Some(("HEAD^{/a..b}", "B", TwoDots))),
            (":/fix..it", None),
            ("HEAD", None),
        ] {
            assert_eq!(split_range(text), expected, "{text}");
        }
    }
}
