mod names;
mod reflog;
mod search;

use std::collections::HashSet;

use crate::error::{Cause, Error};
use crate::id::ObjectId;
use crate::pack::Kind;
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
    /// Parents are those that commits name. Not understood, and an error, are `@{push}`, searches for
    /// what a message does not say (`:/!-text`), and what is no commit anyway: paths (`:path`,
    /// `REV:path`), `^{tree}` and `^{blob}`.
    pub fn resolve(&self, revision: &str) -> Result<ObjectId, Error> {
        let spec = self.disambiguate(&plain_spelling(revision)?, revision)?;
        if let Some(text) = spec.strip_prefix(":/") {
            return self.search_everywhere(text, revision);
        }
        let unclear = || {
            let source = Cause::new("it is not understood");
            Error::InvalidRevision { revision: revision.to_owned(), source }
        };
        let (name, steps) = split_steps(&spec).ok_or_else(unclear)?;
        let object = match self.plainly_named(name)? {
            Some(object) => object,
            None => match self.named_in_braces(name)? {
                Some(object) => object,
                None => return Err(self.unknown(name, revision)),
            },
        };
        self.follow(object, &steps, revision)
    }

    /// The commit that some steps lead to from an object.
    fn follow(&self, from: ObjectId, steps: &[Step], revision: &str) -> Result<ObjectId, Error> {
        let revision = || revision.to_owned();
        let unknown = || Error::UnknownRevision { revision: revision() };
        let no_commit = |kind: &str| Error::NotACommit { revision: revision(), kind: kind.into() };
        let Some(mut commit) = self.commit_of(from)? else {
            return Err(no_commit(self.kind_of(from)?.to_git2().str()));
        };
        for (number, step) in steps.iter().enumerate() {
            match step {
                Step::Parent(0) => {}
                Step::Parent(number) => {
                    let (parents, _) = self.lineage(commit)?;
                    commit = *parents.get(number - 1).ok_or_else(unknown)?;
                }
                Step::Back(generations) => {
                    let mut seen = HashSet::new();
                    for _ in 0..*generations {
                        commit = *self.lineage(commit)?.0.first().ok_or_else(unknown)?;
                        // Packs can say so: that commits are what their ids say is not looked at there.
                        if !seen.insert(commit) {
                            let source = Cause::new("it came before itself");
                            let (id, kind) = (commit, "commit");
                            return Err(Error::UnreadableObject { id, kind, source });
                        }
                    }
                }
                Step::Search(text) => commit = self.search(&[commit], text, &revision())?,
                Step::Tag if number == 0 && self.kind_of(from)? == Kind::Tag => {}
                Step::Tag => return Err(unknown()),
                Step::Within(kind) => return Err(no_commit(kind)),
            }
        }
        Ok(commit)
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
        let end = spec.find("@{").into_iter().chain([end_of_name(spec)]).min();
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
        let found = self.objects.beginning_with(digits).map_err(|source| {
            let operation = format!("look for objects that begin with {digits}");
            Error::Operation { operation, source }
        })?;
        match &found[..] {
            [] => Ok(spec.to_owned()),
            [id] => Ok(format!("{id}{operators}")),
            _ => Ok(format!("{}{operators}", self.only_commit(&found, revision)?)),
        }
    }

    /// The only one of several objects that is a commit or a tag of one.
    fn only_commit(&self, found: &[ObjectId], revision: &str) -> Result<ObjectId, Error> {
        let kinds = found.iter().map(|id| Ok((*id, self.kind_of(*id)?)));
        let candidates = kinds.collect::<Result<Vec<(ObjectId, Kind)>, Error>>()?;
        let leads_to_commit = |(id, kind): &&(ObjectId, Kind)| {
            let may_lead = matches!(kind, Kind::Commit | Kind::Tag);
            may_lead && self.commit_of(*id).is_ok_and(|commit| commit.is_some())
        };
        let mut commits = candidates.iter().filter(leads_to_commit);
        match (commits.next(), commits.next()) {
            (Some((id, _)), None) => Ok(*id),
            _ => Err(Error::AmbiguousRevision {
                revision: revision.to_owned(),
                candidates: candidates
                    .iter()
                    .map(|(id, kind)| format!("{id} {}", kind.to_git2()))
                    .collect(),
            }),
        }
    }

    /// The object of a full id or of the name of a reference.
    fn plainly_named(&self, name: &str) -> Result<Option<ObjectId>, Error> {
        if name.is_empty() {
            return Ok(None);
        }
        if let Some(id) = full_id(name) {
            // Git takes it for nothing else, such as the name of a branch.
            return Ok(self.holds(id)?.then_some(id));
        }
        let name = if name == "@" { "HEAD" } else { name };
        let reference = self.git.resolve_reference_from_short_name(name);
        let reference = reference.and_then(|reference| reference.resolve());
        Ok(reference.ok().and_then(|found| found.target()).map(ObjectId::from_git2))
    }

    /// Why a name stands for nothing.
    fn unknown(&self, name: &str, revision: &str) -> Error {
        let revision = revision.to_owned();
        let names_head = ["", "HEAD", "@"].contains(&name)
            || name.starts_with("HEAD@{")
            || (name.starts_with("@{") && !name.starts_with("@{-"));
        match self.head() {
            Ok(Head::Unborn(head)) if names_head => {
                let branch = head.strip_prefix(b"refs/heads/").unwrap_or(&head);
                Error::UnbornHead { branch: printable(branch) }
            }
            // What names a branch whose file is damaged is not unknown.
            _ => match self.references() {
                Err(Error::DamagedReference { name: damaged })
                    if names_head || damaged.ends_with(&format!("/{name}")) =>
                {
                    Error::DamagedReference { name: damaged }
                }
                _ => Error::UnknownRevision { revision },
            },
        }
    }
}

/// The revision in plainer words: for `@` before an operator, a search text that begins with a mark or
/// is empty, and `^{object}`.
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

fn full_id(name: &str) -> Option<ObjectId> {
    ObjectId::from_hex(name.to_ascii_lowercase().as_bytes())
}

/// From one commit to another.
enum Step<'a> {
    /// To the parent of this number, counted from 1; 0 for the commit itself.
    Parent(usize),
    /// So many generations back, along first parents.
    Back(usize),
    /// To the youngest before it whose message has a text.
    Search(&'a str),
    /// Nowhere: it begins at a tag.
    Tag,
    /// To something of this kind that is no commit.
    Within(&'static str),
}

/// Where a name ends, and steps begin: `@{...}` is part of it, whatever is in there.
fn end_of_name(spec: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in spec.bytes().enumerate() {
        match byte {
            b'{' if depth > 0 || spec[..at].ends_with('@') => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'^' | b'~' | b':' if depth == 0 => return at,
            _ => {}
        }
    }
    spec.len()
}

/// A name and the steps that a revision takes from it; `None` where it is not understood.
fn split_steps(spec: &str) -> Option<(&str, Vec<Step<'_>>)> {
    let (name, mut rest) = spec.split_at(end_of_name(spec));
    if let Some(path) = rest.strip_prefix(':') {
        let kind = if path.is_empty() { "tree" } else { "path" };
        return Some((if name.is_empty() { "HEAD" } else { name }, vec![Step::Within(kind)]));
    }
    let mut steps = Vec::new();
    while let Some(operator) = rest.chars().next() {
        rest = &rest[operator.len_utf8()..];
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, tail) = rest.split_at(end);
        let number = if digits.is_empty() { 1 } else { digits.parse::<u32>().ok()? as usize };
        let braces = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        match (operator, braces) {
            ('^', Some((kind, tail))) => {
                steps.push(match kind {
                    "" | "commit" => Step::Parent(0),
                    "tag" => Step::Tag,
                    "tree" => Step::Within("tree"),
                    "blob" => Step::Within("blob"),
                    _ => Step::Search(kind.strip_prefix('/')?),
                });
                rest = tail;
            }
            (':', _) => {
                steps.push(Step::Within("path"));
                break;
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
