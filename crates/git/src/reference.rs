//! All that names something in a repository: branches, tags, notes, stashes and the rest.

use std::collections::HashSet;

use bstr::{BString, ByteSlice};

use crate::commit::parse_signature;
use crate::error::{Cause, Context, Error};
use crate::id::ObjectId;
use crate::pack::Kind;
use crate::path::RepoPath;
use crate::person::Signature;
use crate::repo::Repo;
use crate::text::printable;
use crate::tree::Mode;

/// A name of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The full name, such as `refs/heads/main`.
    pub name: BString,
    /// The tags on the way, if it is one with a message: the outermost first.
    pub annotations: Vec<Annotation>,
    /// What is at the end.
    pub target: Target,
}

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A commit.
    Commit(ObjectId),
    /// The files of a directory, without a commit.
    Tree(ObjectId),
    /// A content, without a name of its own.
    Blob(ObjectId),
    /// It is not in this clone.
    Missing(ObjectId),
}

/// What a tag says besides what it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Its id.
    pub id: ObjectId,
    /// How it calls itself; a reference may have another name. Empty where it does not say.
    pub name: BString,
    /// Who made it, and when.
    pub tagger: Option<Signature>,
    /// The message, byte for byte, a signature at its end with it.
    pub message: BString,
}

/// So many tags may name one another on the way to what they are of.
const MOST_NESTED: usize = 50;

impl Reference {
    /// Whether it is a branch, here or of a remote.
    pub fn is_branch(&self) -> bool {
        self.name.starts_with(b"refs/heads/") || self.name.starts_with(b"refs/remotes/")
    }
}

impl Repo {
    /// Whether a remote of this name is configured.
    pub fn has_remote(&self, name: &str) -> bool {
        self.git.find_remote(name).is_ok()
    }

    /// Remotes whose names begin with that of another and a `/`, without this in front.
    pub fn remotes_within(&self, name: &str) -> Vec<String> {
        let Ok(names) = self.git.remotes() else { return Vec::new() };
        let names = names.iter().filter_map(|name| name.ok().flatten().map(str::to_owned));
        let prefix = format!("{name}/");
        names.filter_map(|it| it.strip_prefix(&prefix).map(str::to_owned)).collect()
    }

    /// The name of the remote at an address, as the configuration has it.
    pub fn remote_at(&self, url: &str) -> Option<String> {
        let names = self.git.remotes().ok()?;
        let names = names.iter().filter_map(|name| name.ok().flatten().map(str::to_owned));
        let is_there = |name: &String| {
            let remote = self.git.find_remote(name).ok();
            remote.is_some_and(|remote| {
                let urls = [remote.url().ok(), remote.pushurl().ok().flatten()];
                urls.into_iter().flatten().any(|it| it == url)
            })
        };
        names.into_iter().find(is_there)
    }

    /// The branch that a remote calls its own, without `refs/heads/` in front, as `refs/remotes/NAME/HEAD` says;
    /// `None` where that is not there.
    pub fn default_branch_of(&self, remote: &str) -> Option<String> {
        let prefix = format!("refs/remotes/{remote}/");
        let head = self.git.find_reference(&format!("{prefix}HEAD")).ok()?;
        let target = head.symbolic_target_bytes()?.strip_prefix(prefix.as_bytes())?;
        Some(printable(target))
    }

    /// All references but those that only name others, sorted by name.
    pub fn references(&self) -> Result<Vec<Reference>, Error> {
        let operation = || "list the references".to_owned();
        let mut found = Vec::new();
        let mut known = HashSet::new();
        for reference in self.git.references().context(operation)? {
            let reference = reference.context(operation)?;
            let name = BString::from(reference.name_bytes());
            known.insert(name.clone());
            if let Some(target) = reference.target() {
                let (annotations, target) = self.lead(ObjectId::from_git2(target))?;
                found.push(Reference { name, annotations, target });
            }
        }
        self.check_files_of_references(&known)?;
        found.sort_by(|one, two| one.name.cmp(&two.name));
        Ok(found)
    }

    /// Looks for files that are to be references and hold none: libgit2 passes them over without a word.
    fn check_files_of_references(&self, known: &HashSet<BString>) -> Result<(), Error> {
        let top = self.git.commondir();
        let mut open = vec![top.join("refs")];
        while let Some(directory) = open.pop() {
            let failed = |source| Error::GitFile { path: directory.clone(), source };
            let entries = match std::fs::read_dir(&directory) {
                // Directories that became empty are taken away by git at any time.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                entries => entries.map_err(failed)?,
            };
            for entry in entries {
                let entry = entry.map_err(failed)?;
                let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
                if kind.is_dir() {
                    open.push(path);
                    continue;
                }
                let name = path.strip_prefix(top).unwrap_or(&path).as_os_str().as_encoded_bytes();
                let is_name =
                    std::str::from_utf8(name).map_or(true, git2::Reference::is_valid_name);
                if is_name && !known.contains(name.as_bstr()) && path.exists() {
                    return Err(Error::DamagedReference { name: crate::printable(name) });
                }
            }
        }
        Ok(())
    }

    /// Follows tags to what they are of: each reference may have its own way through the same ones.
    fn lead(&self, id: ObjectId) -> Result<(Vec<Annotation>, Target), Error> {
        let (mut next, mut known, mut annotations) = (id, HashSet::new(), Vec::new());
        while known.insert(next) {
            let kind = match self.kind_of(next) {
                Err(Error::MissingObject { .. }) => {
                    return Ok((annotations, Target::Missing(next)));
                }
                other => other?,
            };
            match kind {
                Kind::Commit => return Ok((annotations, Target::Commit(next))),
                Kind::Tree => return Ok((annotations, Target::Tree(next))),
                Kind::Blob => return Ok((annotations, Target::Blob(next))),
                Kind::Tag => {}
            }
            if annotations.len() == MOST_NESTED {
                return Err(Error::NestedTags { id, most: MOST_NESTED });
            }
            let missing = Error::MissingObject { id: next, kind: "tag" };
            let content = self.object(next, git2::ObjectType::Tag)?.ok_or(missing)?;
            let (annotation, target) = Annotation::parse(next, &content)?;
            annotations.push(annotation);
            next = target;
        }
        Ok((annotations, Target::Missing(next)))
    }

    /// What was put aside with `git stash`: the commits that its list names, newest first.
    pub fn stashed(&self) -> Result<Vec<ObjectId>, Error> {
        const STASH: &str = "refs/stash";
        let operation = || "read the list of stashes".to_owned();
        if !self.git.reference_has_log(STASH).context(operation)? {
            return Ok(Vec::new());
        }
        let log = self.git.reflog(STASH).context(operation)?;
        let ids = log.iter().map(|entry| ObjectId::from_git2(entry.id_new()));
        Ok(ids.filter(|id| *id != ObjectId::ZERO).collect())
    }

    /// What HEAD and branches were at before, by the lists of that, newest first, each once: the name, as
    /// `HEAD@{1}`, and the commit, which need not be here any more.
    pub fn logged(&self) -> Result<Vec<(String, ObjectId)>, Error> {
        let operation = || "read what branches were at before".to_owned();
        let mut names = vec!["HEAD".to_owned()];
        for reference in self.git.references_glob("refs/heads/*").context(operation)? {
            // What has no name in UTF-8 can't be asked for.
            let reference = reference.context(operation)?;
            names.extend(reference.name().ok().map(str::to_owned));
        }
        let (mut found, mut known) = (Vec::new(), HashSet::new());
        for name in names {
            if !self.git.reference_has_log(&name).context(operation)? {
                continue;
            }
            let short = name.strip_prefix("refs/heads/").unwrap_or(&name);
            for (number, entry) in self.git.reflog(&name).context(operation)?.iter().enumerate() {
                let id = ObjectId::from_git2(entry.id_new());
                if id != ObjectId::ZERO && known.insert(id) {
                    found.push((format!("{short}@{{{number}}}"), id));
                }
            }
        }
        Ok(found)
    }

    /// The contents of a tree that has no commit, each with its path.
    pub fn contents_of_tree(&self, tree: ObjectId) -> Result<Vec<(RepoPath, ObjectId)>, Error> {
        let deltas = self.compare_trees(None, Some(tree))?.into_iter();
        let new = deltas.filter_map(|delta| Some((delta.path, delta.new?)));
        let files = new.filter(|(_, side)| side.mode != Mode::Submodule);
        Ok(files.map(|(path, side)| (path, side.id)).collect())
    }
}

impl Annotation {
    /// Reads a tag object: headers up to an empty line, then the message.
    fn parse(id: ObjectId, content: &[u8]) -> Result<(Self, ObjectId), Error> {
        let (headers, message) = match content.find(b"\n\n") {
            Some(at) => (&content[..at], &content[at + 2..]),
            None => (content, &b""[..]),
        };
        let header = |name: &[u8]| headers.lines().find_map(|line| line.strip_prefix(name));
        let target = header(b"object ").and_then(|it| ObjectId::from_hex(it.get(..40)?));
        let source = Cause::new("it does not say of what it is a tag");
        let target = target.ok_or(Error::UnreadableObject { id, kind: "tag", source })?;
        let tagger = header(b"tagger ").map(parse_signature);
        let name = header(b"tag ").unwrap_or_default().into();
        Ok((Self { id, name, tagger, message: message.into() }, target))
    }
}

#[cfg(test)]
mod tests {
    use gitops_health_testkit::TestRepo;

    use super::*;
    use crate::repo::Location;

    fn open(scratch: &TestRepo) -> Repo {
        let start = scratch.path().to_owned();
        Repo::open(&Location { start, use_git_environment: false }).expect("it opens")
    }

    #[test]
    fn tags_of_tags_are_followed_so_far_and_no_further() {
        let scratch = TestRepo::new();
        scratch.write("a", "1\n").commit("first");
        let mut last = "HEAD".to_owned();
        for number in 0..=MOST_NESTED {
            let name = format!("t{number}");
            scratch.git(&["tag", "-a", "-m", "one more", &name, &last]);
            last = name;
        }
        let repo = open(&scratch);
        let error = repo.references().expect_err("the last is too deep");
        assert!(matches!(error, Error::NestedTags { most: MOST_NESTED, .. }), "{error}");
        scratch.git(&["tag", "-d", &last]);
        let found = repo.references().expect("the others are not");
        let deepest = found.iter().map(|it| it.annotations.len()).max();
        assert_eq!(deepest, Some(MOST_NESTED));
    }

    #[test]
    fn all_names_lead_somewhere() {
        let scratch = TestRepo::new();
        let commit = scratch.write("a", "1\n").commit("first");
        scratch.git(&["tag", "-a", "-m", "one\n\nmore", "v1"]);
        scratch.git(&["tag", "-a", "-m", "two", "v2", "v1"]);
        scratch.git(&["tag", "blob", "HEAD:a"]);
        scratch.git(&["tag", "tree", "HEAD^{tree}"]);
        scratch.git(&["notes", "add", "-m", "a note"]);
        scratch.write("a", "2\n").git(&["stash"]);
        scratch.write("a", "3\n").git(&["stash"]);
        let repo = open(&scratch);
        let references = repo.references().expect("all is here");
        let id = |name: &str| ObjectId::from_hex(scratch.id(name).as_bytes()).expect("an id");
        let told: Vec<(String, usize, Target)> = references
            .iter()
            .map(|it| (it.name.to_string(), it.annotations.len(), it.target))
            .collect();
        let commit = ObjectId::from_hex(commit.as_bytes()).expect("an id");
        let expected = [
            ("refs/heads/main", 0, Target::Commit(commit)),
            ("refs/notes/commits", 0, Target::Commit(id("refs/notes/commits"))),
            ("refs/stash", 0, Target::Commit(id("refs/stash"))),
            ("refs/tags/blob", 0, Target::Blob(id("HEAD:a"))),
            ("refs/tags/tree", 0, Target::Tree(id("HEAD^{tree}"))),
            ("refs/tags/v1", 1, Target::Commit(commit)),
            ("refs/tags/v2", 2, Target::Commit(commit)),
        ];
        assert_eq!(told, expected.map(|(name, count, target)| (name.to_owned(), count, target)));
        assert_eq!(references[5].annotations[0].message, "one\n\nmore\n");
        assert!(references[5].annotations[0].tagger.is_some());
        assert_eq!(references[6].annotations[0].message, "two\n");
        assert_eq!(repo.stashed().expect("all is here"), [id("stash@{0}"), id("stash@{1}")]);
        let contents = repo.contents_of_tree(id("HEAD^{tree}")).expect("it is here");
        assert_eq!(contents, [(RepoPath::from("a"), id("HEAD:a"))]);
    }

    #[test]
    fn what_branches_were_at_before_is_listed() {
        let scratch = TestRepo::new();
        let first = scratch.write("a", "1\n").commit("first");
        let second = scratch.write("a", "2\n").commit("second");
        scratch.git(&["reset", "-q", "--hard", "HEAD~1"]);
        let logged = open(&scratch).logged().expect("it can be read");
        let logged: Vec<(&str, String)> =
            logged.iter().map(|(name, id)| (name.as_str(), id.to_string())).collect();
        assert_eq!(logged, [("HEAD@{0}", first), ("HEAD@{1}", second)]);
    }

    #[test]
    fn what_is_not_here_is_said_to_be_missing() {
        let scratch = TestRepo::new();
        scratch.write("a", "1\n").commit("first");
        let id = "0123456789012345678901234567890123456789";
        let path = scratch.git_dir().join("refs/heads/gone");
        std::fs::write(path, format!("{id}\n")).expect("it can be written");
        let references = open(&scratch).references().expect("the rest is here");
        let id = ObjectId::from_hex(id.as_bytes()).expect("an id");
        assert_eq!(references[0].target, Target::Missing(id));
        assert!(open(&scratch).stashed().expect("there are none").is_empty());
    }
}
