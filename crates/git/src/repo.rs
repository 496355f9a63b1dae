use std::cell::RefCell;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bstr::BString;
use git2::{ErrorCode, RepositoryOpenFlags};

use crate::alternates::object_directories;
use crate::commit::Commit;
use crate::error::{Cause, Context, Error};
use crate::id::ObjectId;
use crate::lines::KeptHunks;
use crate::objects::{OBJECT_BYTES, Objects};
use crate::ordinary::unreadable_file;
use crate::pack::{Kind, Object};
use crate::side_file::{open_file, read_bounded};
use crate::text::printable;

/// Where to look for the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// A directory in or below the worktree, or the git directory itself.
    pub start: PathBuf,
    /// Whether `GIT_DIR`, `GIT_INDEX_FILE`, `GIT_OBJECT_DIRECTORY` and their like are honoured, as
    /// a program must that git itself runs as a hook.
    pub use_git_environment: bool,
}

/// What the next commit would be made on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A branch with at least one commit.
    Branch {
        /// The full name of the reference, such as `refs/heads/main`. Bytes, because git asks for
        /// no encoding.
        name: BString,
        /// Its newest commit.
        commit: ObjectId,
    },
    /// A commit and no branch.
    Detached(ObjectId),
    /// A branch without any commit: the full name of the reference.
    Unborn(BString),
}

/// Bounds on what one object may cost; what exceeds them is said, never cut silently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest blob whose lines are counted, in bytes.
    pub blob_bytes: u64,
    /// The most lines, old and new together, that one comparison may have.
    pub compared_lines: usize,
    /// The most files that one change may have.
    pub changed_files: usize,
    /// About how many bytes the facts of commits that are looked at together may take, before their
    /// lines are counted.
    pub facts_bytes: usize,
}

impl Default for Limits {
    /// 64 MiB, two million lines, half a million files, 256 MiB: above what people write (the first
    /// commit of a large system has 100,000 files), below what hurts.
    fn default() -> Self {
        Self {
            blob_bytes: 64 << 20,
            compared_lines: 2_000_000,
            changed_files: 500_000,
            facts_bytes: 256 << 20,
        }
    }
}

/// The most bytes that a commit or a tag may have: more than any message that people wrote.
const COMMIT_BYTES: u64 = 8 << 20;

/// An open repository: the place that facts are asked from.
pub struct Repo {
    pub(crate) git: git2::Repository,
    pub(crate) limits: Limits,
    shallow_edges: HashSet<ObjectId>,
    /// Where the index is.
    pub(crate) index: PathBuf,
    pub(crate) objects: Objects,
    /// The commits that tags lead to.
    peeled: RefCell<HashMap<ObjectId, Option<ObjectId>>>,
    pub(crate) hunks: KeptHunks,
    location: Location,
    /// Whether there is no worktree, whatever libgit2 takes for one.
    is_bare: bool,
}

/// What an object is to those who look for a commit.
enum Tagged {
    Commit,
    By(ObjectId),
    /// A tree or a blob.
    Other,
}

/// The object at the end of a reference; `None` where it leads to one that is not there.
fn target_of(
    reference: Result<git2::Reference<'_>, git2::Error>,
) -> Result<Option<ObjectId>, git2::Error> {
    match reference {
        Ok(reference) => Ok(reference.target().map(ObjectId::from_git2)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn no_commit_of(name: &[u8], error: &Error) -> Error {
    let operation = format!("read the commit of `{}`", printable(name));
    Error::Operation { operation, source: Cause::new(error.in_words()) }
}

/// The directories with objects that the repository, or the environment, names.
fn named_directories(git: &git2::Repository, location: &Location) -> Vec<PathBuf> {
    let from_environment =
        |name: &str| std::env::var_os(name).filter(|_| location.use_git_environment);
    let first = from_environment("GIT_OBJECT_DIRECTORY").map(PathBuf::from);
    let more = from_environment("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    let mut named = vec![first.unwrap_or_else(|| git.commondir().join("objects"))];
    named.extend(std::env::split_paths(&more).filter(|path| !path.as_os_str().is_empty()));
    named
}

impl Repo {
    /// Opens the repository at `location` or in a directory above it: one with a worktree, a
    /// linked worktree, a submodule, a bare one; SHA-1 only.
    ///
    /// A repository that belongs to another user is refused unless `safe.directory` of the user's
    /// own configuration lists it.
    pub fn open(location: &Location) -> Result<Self, Error> {
        let mut flags = RepositoryOpenFlags::empty();
        if location.use_git_environment {
            flags |= RepositoryOpenFlags::FROM_ENV;
        }
        let git_dir = match std::env::var_os("GIT_DIR") {
            Some(named) if location.use_git_environment => Some(PathBuf::from(named)),
            _ => git2::Repository::discover_path(&location.start, &[] as &[&Path]).ok(),
        };
        if let Some((path, source)) = git_dir.and_then(|git_dir| unreadable_file(&git_dir)) {
            return Err(Error::GitFile { path, source });
        }
        // Libgit2 asks for `GIT_DIR` only where it is told no place to begin.
        let git = if location.use_git_environment && std::env::var_os("GIT_DIR").is_some() {
            git2::Repository::open_from_env()
        } else {
            git2::Repository::open_ext(&location.start, flags, &[] as &[&Path])
        };
        let git = git.map_err(|error| open_error(&location.start, error))?;
        let shallow_edges = read_shallow_edges(git.commondir())?;
        let is_bare = git.is_bare() || has_guessed_worktree(&git, location.use_git_environment);
        let index = match std::env::var_os("GIT_INDEX_FILE") {
            Some(named) if location.use_git_environment => PathBuf::from(named),
            _ => git.path().join("index"),
        };
        let directories = named_directories(&git, location);
        Ok(Self {
            git,
            limits: Limits::default(),
            peeled: RefCell::default(),
            hunks: KeptHunks::default(),
            objects: Objects::new(object_directories(directories)?),
            shallow_edges,
            index,
            location: location.clone(),
            is_bare,
        })
    }

    /// Replaces the bounds on what one object may cost.
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The directory with `HEAD` and the index: that of the linked worktree, where there is one.
    pub fn git_dir(&self) -> &Path {
        self.git.path()
    }

    /// The directory with the objects and references that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        self.git.commondir()
    }

    /// Where git looks for hooks: `core.hooksPath`, which begins at the top of the worktree where it is no whole path,
    /// or `hooks` in the directory that all worktrees share.
    ///
    /// # Errors
    ///
    /// [`Error::Operation`] where the configuration can't be read.
    pub fn hooks_directory(&self) -> Result<PathBuf, Error> {
        let operation = || "read `core.hooksPath`".to_owned();
        let config = self.git.config().context(operation)?;
        match config.get_path("core.hooksPath") {
            Ok(path) if path.as_os_str().is_empty() => Err(Error::Operation {
                operation: "find the hooks".into(),
                source: Cause::new("`core.hooksPath` is empty, so that git runs none"),
            }),
            Ok(path) => Ok(self.worktree().unwrap_or(self.git_dir()).join(path)),
            Err(error) if error.code() == ErrorCode::NotFound => {
                Ok(self.common_dir().join("hooks"))
            }
            Err(error) => Err(error).context(operation),
        }
    }

    /// What the configuration says of a key, such as `commit.cleanup`; `None` where it says nothing, or nothing that is
    /// text. No such value is ever run.
    pub fn setting(&self, key: &str) -> Option<String> {
        self.config_text(key)
    }

    /// The top of the worktree; `None` in a bare repository.
    pub fn worktree(&self) -> Option<&Path> {
        self.git.workdir().filter(|_| !self.is_bare)
    }

    /// Whether the history was cut by a shallow clone or fetch.
    pub fn is_shallow(&self) -> bool {
        !self.shallow_edges.is_empty()
    }

    /// The commits at which a shallow clone ends, sorted; empty where all of the history is here.
    pub fn shallow_edges(&self) -> Vec<ObjectId> {
        let mut edges: Vec<ObjectId> = self.shallow_edges.iter().copied().collect();
        edges.sort_unstable();
        edges
    }

    /// Another view of the repository in which the history ends as in a shallow clone: it has about the newest `count`
    /// commits that `tips` lead to, by the committer's clock.
    pub fn cut(&self, tips: &[ObjectId], count: usize) -> Result<Self, Error> {
        let mut taken: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
        let mut open = BinaryHeap::new();
        let mut met: HashSet<ObjectId> = HashSet::new();
        for tip in tips.iter().filter(|tip| met.insert(**tip)) {
            open.push((self.lineage(*tip)?.1, *tip));
        }
        while let Some((_, id)) = open.pop().filter(|_| taken.len() < count) {
            let parents = self.lineage(id)?.0;
            for parent in parents.iter().filter(|parent| met.insert(**parent)) {
                open.push((self.lineage(*parent)?.1, *parent));
            }
            taken.insert(id, parents);
        }
        let is_edge = |parents: &Vec<ObjectId>| parents.iter().any(|it| !taken.contains_key(it));
        let edges = taken.iter().filter(|(_, parents)| is_edge(parents)).map(|(id, _)| *id);
        let mut other = self.reopen()?;
        other.shallow_edges.extend(edges);
        Ok(other)
    }

    /// Whether `tips` lead to more than `most` commits that are not known, and to none behind one that is.
    pub fn has_more_new_commits(
        &self,
        tips: &[ObjectId],
        is_known: &mut dyn FnMut(ObjectId) -> bool,
        most: usize,
    ) -> Result<bool, Error> {
        let mut met: HashSet<ObjectId> = HashSet::new();
        let mut open: Vec<ObjectId> = Vec::new();
        for tip in tips {
            if met.insert(*tip) && !is_known(*tip) {
                open.push(*tip);
            }
        }
        let mut count = 0;
        while let Some(id) = open.pop() {
            count += 1;
            if count > most {
                return Ok(true);
            }
            for parent in self.lineage(id)?.0 {
                if met.insert(parent) && !is_known(parent) {
                    open.push(parent);
                }
            }
        }
        Ok(false)
    }

    /// All that decides facts about commits besides the commits: limits, what the configuration
    /// says of diff drivers, and `info/attributes`. Equal bytes mean equal facts.
    pub fn settings_of_facts(&self) -> Result<Vec<u8>, Error> {
        let operation = || "read the configuration".to_owned();
        // No fact depends on how many are found together.
        let limits = Limits { facts_bytes: 0, ..self.limits };
        let mut settings = vec![format!("{limits:?}")];
        let config = self.git.config().context(operation)?;
        let mut entries = config.entries(Some("diff\\..*\\.binary")).context(operation)?;
        while let Some(entry) = entries.next() {
            let name = entry.context(operation)?.name_bytes().to_vec();
            let name = String::from_utf8_lossy(&name).into_owned();
            settings.push(format!("{name} = {:?}", self.config_flag(&name)));
        }
        settings.sort();
        settings.dedup();
        let mut bytes = settings.join("\n").into_bytes();
        bytes.push(0);
        match self.common_file("info/attributes")? {
            Some(Ok(content)) => bytes.extend(content),
            Some(Err(reason)) => bytes.extend(reason.to_string().into_bytes()),
            None => {}
        }
        Ok(bytes)
    }

    /// The commits at the ends of the history: HEAD, those of other worktrees, branches, branches
    /// of remotes, and tags. Sorted, each once.
    pub fn tips(&self) -> Result<Vec<ObjectId>, Error> {
        let operation = || "list the references".to_owned();
        let mut tips: Vec<ObjectId> = self.head_commit()?.into_iter().collect();
        for pattern in ["refs/heads/*", "refs/remotes/*", "refs/tags/*"] {
            for reference in self.git.references_glob(pattern).context(operation)? {
                let reference = reference.context(operation)?;
                let Some(target) = target_of(reference.resolve()).context(operation)? else {
                    continue;
                };
                match self.commit_of(target) {
                    Ok(commit) => tips.extend(commit),
                    // A branch of a remote may point to one that was not fetched.
                    Err(Error::MissingObject { .. }) => {}
                    Err(error) => return Err(no_commit_of(reference.name_bytes(), &error)),
                }
            }
        }
        tips.extend(self.tips_of_worktrees()?);
        tips.sort_unstable();
        tips.dedup();
        Ok(tips)
    }

    /// The commits that other worktrees of this repository are at.
    pub fn tips_of_worktrees(&self) -> Result<Vec<ObjectId>, Error> {
        let operation = || "list the worktrees".to_owned();
        let mut tips = Vec::new();
        for name in &self.git.worktrees().context(operation)? {
            let Ok(Some(name)) = name else { continue };
            let head = self.common_dir().join("worktrees").join(name).join("HEAD");
            let mut text = Vec::new();
            if let Ok(Some((file, _))) = open_file(&head) {
                let _ = file.take(40).read_to_end(&mut text);
            }
            tips.extend(ObjectId::from_hex(&text));
        }
        Ok(tips)
    }

    /// What the next commit would be made on.
    pub fn head(&self) -> Result<Head, Error> {
        let head = self.git.find_reference("HEAD").context(|| "read HEAD".into())?;
        let name = match head.kind() {
            Some(git2::ReferenceType::Symbolic) => {
                BString::from(head.symbolic_target_bytes().unwrap_or_default())
            }
            _ => {
                let target = head.target().ok_or_else(|| Error::Operation {
                    operation: "read HEAD".into(),
                    source: Cause::new("it points to nothing"),
                })?;
                return Ok(Head::Detached(ObjectId::from_git2(target)));
            }
        };
        let operation = || format!("read the commit of `{}`", printable(&name));
        let Some(target) = target_of(head.resolve()).context(operation)? else {
            return Ok(Head::Unborn(name));
        };
        let commit = self.commit_of(target).and_then(|commit| {
            let source = Cause::new("it is no commit");
            commit.ok_or(Error::UnreadableObject { id: target, kind: "commit", source })
        });
        match commit {
            Ok(commit) => Ok(Head::Branch { name, commit }),
            Err(error) => Err(no_commit_of(&name, &error)),
        }
    }

    /// The commit that an object is or, as a tag, leads to; `None` where it leads to something else.
    ///
    /// # Errors
    ///
    /// [`Error::MissingObject`] where it is not here, [`Error::UnreadableObject`] where it can't be read.
    pub fn commit_at(&self, id: ObjectId) -> Result<Option<ObjectId>, Error> {
        self.commit_of(id)
    }

    /// The commit that an object is or, as a tag, leads to; `None` where it leads to something else.
    pub(crate) fn commit_of(&self, id: ObjectId) -> Result<Option<ObjectId>, Error> {
        let (mut next, mut tags) = (id, HashSet::new());
        let commit = loop {
            if let Some(known) = self.peeled.borrow().get(&next) {
                break *known;
            }
            match self.tagged(next)? {
                Tagged::Commit => break Some(next),
                Tagged::Other => break None,
                Tagged::By(target) => {
                    // Packs can say so: that tags are what their ids say is not looked at there.
                    if !tags.insert(next) {
                        let source = Cause::new("it is a tag of itself");
                        return Err(Error::UnreadableObject { id: next, kind: "tag", source });
                    }
                    next = target;
                }
            }
        };
        self.peeled.borrow_mut().extend(tags.into_iter().map(|tag| (tag, commit)));
        Ok(commit)
    }

    /// What an object is to those who look for a commit.
    fn tagged(&self, id: ObjectId) -> Result<Tagged, Error> {
        /// What is larger is believed to be what it says, and not read.
        const SMALL: u64 = 1 << 20;
        let missing = || Error::MissingObject { id, kind: "commit" };
        let (kind, size) = self.header_of(id, "commit")?.ok_or_else(missing)?;
        match kind {
            Kind::Tree | Kind::Blob if size > SMALL => return Ok(Tagged::Other),
            Kind::Commit | Kind::Tag if size > COMMIT_BYTES => {
                let what = format!("the size of {} {id}", kind.to_git2());
                return Err(Error::TooLarge { what, limit: format!("{COMMIT_BYTES} bytes") });
            }
            _ => {}
        }
        let object = self.any_object(id, "commit", OBJECT_BYTES)?.ok_or_else(missing)?;
        Ok(match object.kind {
            Kind::Commit => Tagged::Commit,
            Kind::Tree | Kind::Blob => Tagged::Other,
            Kind::Tag => {
                let line = object.content.strip_prefix(b"object ");
                let target = line.and_then(|rest| ObjectId::from_hex(rest.get(..40)?));
                let source = Cause::new("it does not say of what it is a tag");
                Tagged::By(target.ok_or(Error::UnreadableObject { id, kind: "tag", source })?)
            }
        })
    }

    /// The commit that the next one would be made on; `None` on a branch without commits.
    pub fn head_commit(&self) -> Result<Option<ObjectId>, Error> {
        Ok(match self.head()? {
            Head::Branch { commit, .. } | Head::Detached(commit) => Some(commit),
            Head::Unborn(_) => None,
        })
    }

    /// What an object is.
    pub(crate) fn kind_of(&self, id: ObjectId) -> Result<Kind, Error> {
        let header = self.header_of(id, "commit")?;
        Ok(header.ok_or(Error::MissingObject { id, kind: "commit" })?.0)
    }

    /// What an object is and how many bytes it has, without a look at its content where that can be;
    /// `None` where it is not here, `wanted` what it is called where it can't be read.
    fn header_of(&self, id: ObjectId, wanted: &'static str) -> Result<Option<(Kind, u64)>, Error> {
        let failed = |source| Error::UnreadableObject { id, kind: wanted, source };
        self.objects.header(id).map_err(failed)
    }

    /// The commit with this id, as it is stored: neither `refs/replace` nor `info/grafts` give it
    /// another content or other parents.
    pub fn commit(&self, id: ObjectId) -> Result<Commit, Error> {
        Commit::parse(id, &self.commit_data(id)?, self.shallow_edges.contains(&id))
    }

    pub(crate) fn commit_data(&self, id: ObjectId) -> Result<Arc<Vec<u8>>, Error> {
        // Nearly all are read at once. Why one is not is asked of what it says itself.
        let object = match self.objects.read(id, COMMIT_BYTES) {
            Ok(object) => object,
            Err(source) => match self.header_of(id, "commit")? {
                Some((_, size)) if size > COMMIT_BYTES => {
                    let what = format!("the size of commit {id}");
                    return Err(Error::TooLarge { what, limit: format!("{COMMIT_BYTES} bytes") });
                }
                _ => return Err(Error::UnreadableObject { id, kind: "commit", source }),
            },
        };
        match object.ok_or(Error::MissingObject { id, kind: "commit" })? {
            Object { kind: Kind::Commit, content } => Ok(content),
            Object { kind, .. } => Err(wrong_kind(id, git2::ObjectType::Commit, kind.to_git2())),
        }
    }

    /// The parents of a commit that can be visited, and when it was committed.
    pub(crate) fn lineage(&self, id: ObjectId) -> Result<(Vec<ObjectId>, i64), Error> {
        Commit::lineage(id, &self.commit_data(id)?, self.shallow_edges.contains(&id))
    }

    /// The tree of a commit, and nothing else of it.
    pub(crate) fn tree_of(&self, id: ObjectId) -> Result<ObjectId, Error> {
        let data = self.commit_data(id)?;
        let line = data.strip_prefix(b"tree ").and_then(|rest| rest.get(..40));
        match line.and_then(ObjectId::from_hex) {
            Some(tree) => Ok(tree),
            // Whoever wrote it like this, parsing it says what is wrong.
            None => Ok(self.commit(id)?.tree),
        }
    }

    /// The bytes of the blob with this id; `None` when the repository does not hold it, as in a
    /// partial clone.
    pub fn blob(&self, id: ObjectId) -> Result<Option<Vec<u8>>, Error> {
        self.object(id, git2::ObjectType::Blob)
    }

    /// The same without a copy, where it is kept for others that are stored as what differs from it.
    pub fn shared_blob(&self, id: ObjectId) -> Result<Option<Arc<Vec<u8>>>, Error> {
        self.shared_object(id, git2::ObjectType::Blob)
    }

    /// The size of the blob with this id in bytes; `None` when the repository does not hold it.
    pub fn blob_size(&self, id: ObjectId) -> Result<Option<u64>, Error> {
        match self.header_of(id, "blob")? {
            None => Ok(None),
            Some((Kind::Blob, size)) => Ok(Some(size)),
            Some((other, _)) => Err(wrong_kind(id, git2::ObjectType::Blob, other.to_git2())),
        }
    }

    /// Whether the repository holds an object, whatever it is. An error where that can't be known.
    pub fn holds(&self, id: ObjectId) -> Result<bool, Error> {
        let failed = |source| Error::UnreadableObject { id, kind: "object", source };
        self.objects.hold(id).map_err(failed)
    }

    /// Another view of the same repository, for another thread. Both read the same packs.
    pub(crate) fn reopen(&self) -> Result<Self, Error> {
        let other = Self::open(&self.location)?.with_limits(self.limits);
        let shallow_edges = self.shallow_edges.clone();
        Ok(Self { objects: self.objects.share(), shallow_edges, ..other })
    }

    /// A blob within the limit from a pack; `None` where others have to be asked.
    pub(crate) fn packed_blob(&self, id: ObjectId) -> Option<Arc<Vec<u8>>> {
        let found = self.objects.read_packed(id, self.limits.blob_bytes)?;
        (found.kind == Kind::Blob).then_some(found.content)
    }

    pub(crate) fn object(
        &self,
        id: ObjectId,
        kind: git2::ObjectType,
    ) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.shared_object(id, kind)?.map(Arc::unwrap_or_clone))
    }

    /// The bytes of an object, shared with those that are kept for its deltas.
    pub(crate) fn shared_object(
        &self,
        id: ObjectId,
        kind: git2::ObjectType,
    ) -> Result<Option<Arc<Vec<u8>>>, Error> {
        match self.any_object(id, kind.str(), OBJECT_BYTES)? {
            Some(object) if object.kind.to_git2() == kind => Ok(Some(object.content)),
            Some(object) => Err(wrong_kind(id, kind, object.kind.to_git2())),
            None => Ok(None),
        }
    }

    /// An object of any kind, of at most `limit` bytes; `wanted` is what it is called where it can't
    /// be read.
    pub(crate) fn any_object(
        &self,
        id: ObjectId,
        wanted: &'static str,
        limit: u64,
    ) -> Result<Option<Object>, Error> {
        let failed = |source| Error::UnreadableObject { id, kind: wanted, source };
        self.objects.read(id, limit).map_err(failed)
    }

    /// A value of the configuration as git reads true and false; `None` when it is not set or is
    /// neither.
    pub(crate) fn config_flag(&self, key: &str) -> Option<bool> {
        self.git.config().ok()?.get_bool(key).ok()
    }

    /// A value of the configuration as text; `None` when it is not set.
    pub(crate) fn config_text(&self, key: &str) -> Option<String> {
        self.git.config().ok()?.get_string(key).ok()
    }
}

fn wrong_kind(id: ObjectId, wanted: git2::ObjectType, found: git2::ObjectType) -> Error {
    let source = Cause::new(format!("it is a {}", found.str()));
    Error::UnreadableObject { id, kind: wanted.str(), source }
}

fn open_error(start: &Path, error: git2::Error) -> Error {
    let path = start.to_owned();
    if error.code() == ErrorCode::NotFound {
        return Error::NotARepository { path };
    }
    if error.code() == ErrorCode::Owner {
        return Error::UnsafeOwner { path, source: error.into() };
    }
    match unsupported_feature(error.message()) {
        Some(feature) => Error::Unsupported { path, feature },
        None => Error::Open { path, source: error.into() },
    }
}

/// The feature that libgit2 has refused, by the words it uses (libgit2 1.9, `repository.c`).
fn unsupported_feature(message: &str) -> Option<String> {
    if message.starts_with("unknown object format") {
        let format = message.rsplit('\'').nth(1).unwrap_or("unknown");
        return Some(format!("object format {format}"));
    }
    let extension = message.strip_prefix("unsupported extension name extensions.")?;
    Some(format!("the extension {extension}"))
}

/// Whether libgit2 takes the directory above a bare repository for its worktree, as it does where
/// the configuration does not say `core.bare`. Git knows a worktree by its `.git`.
fn has_guessed_worktree(git: &git2::Repository, use_git_environment: bool) -> bool {
    let Some(worktree) = git.workdir() else { return false };
    let is_said = |key: &str| git.config().is_ok_and(|config| config.get_entry(key).is_ok());
    let by_environment = use_git_environment && std::env::var_os("GIT_WORK_TREE").is_some();
    git.path().parent() == Some(worktree)
        && !worktree.join(".git").exists()
        && !by_environment
        && !is_said("core.bare")
        && !is_said("core.worktree")
}

/// The commits that `shallow` lists as having no parents here.
fn read_shallow_edges(common_dir: &Path) -> Result<HashSet<ObjectId>, Error> {
    let content = read_bounded(&common_dir.join("shallow"), "shallow")?.unwrap_or_default();
    Ok(content.split(|byte| *byte == b'\n').filter_map(ObjectId::from_hex).collect())
}
