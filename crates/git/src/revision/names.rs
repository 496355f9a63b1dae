//! What a name stands for among references, where others could take its place.

use bstr::ByteSlice;
use git2::Reference;

use super::{end_of_name, full_id, plain_spelling, split_range};
use crate::error::Error;
use crate::id::ObjectId;
use crate::pack::Kind;
use crate::repo::{Head, Repo};
use crate::text::printable;

/// Where git looks for a short name, in its order. What has the name itself, such as HEAD or a full name, comes before.
const PLACES: [(&str, &str); 5] = [
    ("refs/", ""),
    ("refs/tags/", ""),
    ("refs/heads/", ""),
    ("refs/remotes/", ""),
    ("refs/remotes/", "/HEAD"),
];

/// The fewest digits of an abbreviated id that a reference is not taken for by chance.
const ABBREVIATED: usize = 7;

impl Repo {
    /// Refuses a revision whose name stands for several references that lead to different commits, with
    /// [`Error::AmbiguousName`]. [`Repo::resolve`] takes the first in git's order, as git does; but who can push a tag
    /// `origin/main` would take the place of the branch.
    pub fn refuse_ambiguous(&self, revision: &str) -> Result<(), Error> {
        let spec = plain_spelling(revision)?;
        let name = name_in(&spec);
        if name.is_empty() || name == "@" || full_id(name).is_some() {
            return Ok(());
        }
        // Of these only git itself or a full name can be meant.
        if self.git.find_reference(name).is_ok() {
            return Ok(());
        }
        let full = PLACES.map(|(front, end)| format!("{front}{name}{end}"));
        let found = full.into_iter().filter_map(|full| {
            let commit = self.commit_of_reference(&self.git.find_reference(&full).ok()?);
            Some((printable(full.as_bytes()), commit))
        });
        let mut found: Vec<(String, Option<ObjectId>)> = found.collect();
        if !found.is_empty() {
            found.extend(self.abbreviated(name)?);
        }
        if found.iter().all(|(_, commit)| *commit == found[0].1) {
            return Ok(());
        }
        let candidates = found.into_iter().map(|(name, _)| name).collect();
        Err(Error::AmbiguousName { name: name.to_owned(), candidates })
    }

    /// The same for both ends of a range.
    pub fn refuse_ambiguous_range(&self, text: &str) -> Result<(), Error> {
        match (text.strip_suffix("^!"), split_range(text)) {
            (Some(revision), _) => self.refuse_ambiguous(revision),
            (None, Some((from, to, _))) => {
                self.refuse_ambiguous(from)?;
                self.refuse_ambiguous(to)
            }
            (None, None) => Ok(()),
        }
    }

    /// The name of the branch that a revision names, without `refs/heads/` or what is in front of branches of a remote:
    /// `main` of `main`, `origin/main`, `HEAD` and `@{upstream}`. `None` where it names something else, such as a tag, an
    /// id, or a commit by its place before another.
    pub fn branch_of(&self, revision: &str) -> Result<Option<Vec<u8>>, Error> {
        if ["HEAD", "@"].contains(&revision) {
            return Ok(match self.head()? {
                Head::Branch { name, .. } | Head::Unborn(name) => self.branch_of_reference(&name),
                Head::Detached(_) => None,
            });
        }
        let is_name = end_of_name(revision) == revision.len() && full_id(revision).is_none();
        let Some(full) = self.full_name(revision).filter(|_| is_name && !revision.is_empty())
        else {
            return Ok(None);
        };
        // `origin` stands for `refs/remotes/origin/HEAD`, and that for a branch.
        let reference = self.git.find_reference(&full).and_then(|found| found.resolve());
        Ok(reference.ok().and_then(|found| self.branch_of_reference(found.name_bytes())))
    }

    /// The name of the branch of a reference, here or of a remote; `None` where it is of none.
    pub fn branch_of_reference(&self, full: &[u8]) -> Option<Vec<u8>> {
        let name = match full.strip_prefix(b"refs/heads/") {
            Some(name) => name,
            None => self.without_remote(full.strip_prefix(b"refs/remotes/")?),
        };
        (!name.is_empty() && name != b"HEAD").then(|| name.into())
    }

    /// All names that a branch may have which somebody calls so, the plainest first: `heads/main` and
    /// `refs/remotes/origin/main` are `main`, and so is `origin/main` where there is a remote of that name. None where it
    /// can't be one, as `refs/tags/v1`, `main~1` and the id of a commit.
    pub fn branches_called(&self, name: &str) -> Vec<Vec<u8>> {
        let mut names: Vec<&str> = Vec::new();
        if let Some(rest) = name.strip_prefix("refs/") {
            names.extend(rest.strip_prefix("heads/"));
            names.extend(rest.strip_prefix("remotes/").map(|rest| self.without_remote_text(rest)));
        } else {
            names.extend(name.strip_prefix("heads/"));
            names.extend(name.strip_prefix("remotes/").map(|rest| self.without_remote_text(rest)));
            if self.has_remote_of(name) {
                names.push(self.without_remote_text(name));
            }
            names.push(name);
        }
        let is_one = |name: &&str| {
            !name.starts_with('-')
                && !["", "HEAD", "@"].contains(name)
                && full_id(name).is_none()
                && Reference::is_valid_name(&format!("refs/heads/{name}"))
        };
        names.into_iter().filter(is_one).map(|it| it.as_bytes().to_vec()).collect()
    }

    /// What is behind the name of a remote, which may have slashes itself.
    fn without_remote<'a>(&self, name: &'a [u8]) -> &'a [u8] {
        let remotes = self.git.remotes().ok();
        let known = remotes.iter().flat_map(|list| list.iter().flatten().flatten());
        let known = known.filter_map(|remote| {
            name.strip_prefix(remote.as_bytes()).and_then(|rest| rest.strip_prefix(b"/"))
        });
        let first = || name.find_byte(b'/').map_or(&b""[..], |at| &name[at + 1..]);
        known.min_by_key(|rest| rest.len()).unwrap_or_else(first)
    }

    fn without_remote_text<'a>(&self, name: &'a str) -> &'a str {
        let left = self.without_remote(name.as_bytes()).len();
        &name[name.len() - left..]
    }

    /// Whether what is in front of the first slash is a remote, or branches of one are here.
    fn has_remote_of(&self, name: &str) -> bool {
        let Some((remote, _)) = name.split_once('/') else { return false };
        if self.git.find_remote(remote).is_ok() {
            return true;
        }
        // What is no name has no branches, and what is a pattern is no name.
        Reference::is_valid_name(&format!("refs/remotes/{remote}/x"))
            && self
                .git
                .references_glob(&format!("refs/remotes/{remote}/*"))
                .is_ok_and(|mut found| found.next().is_some())
    }

    /// The commits whose ids begin as the digits of a name do.
    fn abbreviated(&self, name: &str) -> Result<Vec<(String, Option<ObjectId>)>, Error> {
        let digits = name.rsplit_once("-g").map_or(name, |(_, digits)| digits);
        let is_id = (ABBREVIATED..40).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_id {
            return Ok(Vec::new());
        }
        let found = self.objects.beginning_with(digits).map_err(|source| {
            let operation = format!("look for objects that begin with {digits}");
            Error::Operation { operation, source }
        })?;
        let mut commits = Vec::new();
        for id in found {
            if self.kind_of(id)? == Kind::Commit {
                commits.push((id.to_string(), Some(id)));
            }
        }
        Ok(commits)
    }

    /// The commit that a reference leads to; `None` where it leads to something else, or nowhere.
    fn commit_of_reference(&self, reference: &Reference<'_>) -> Option<ObjectId> {
        let target = reference.resolve().ok()?.target()?;
        self.commit_of(ObjectId::from_git2(target)).ok().flatten()
    }
}

/// The name that a revision begins with.
fn name_in(spec: &str) -> &str {
    let end = spec.find("@{").into_iter().chain([end_of_name(spec)]).min();
    &spec[..end.unwrap_or(spec.len())]
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

    fn scratch() -> TestRepo {
        let scratch = TestRepo::new();
        scratch.write("a", "1\n").commit("first");
        scratch.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        scratch.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
        scratch.git(&["update-ref", "refs/remotes/up/release/2", "HEAD"]);
        scratch.git(&["tag", "v1"]);
        scratch.git(&["branch", "-q", "topic"]);
        scratch.write("a", "2\n").commit("second");
        scratch
    }

    #[test]
    fn a_name_of_several_references_is_refused_where_they_differ() {
        let scratch = scratch();
        scratch.git(&["tag", "origin/main", "HEAD~1"]);
        let repo = open(&scratch);
        assert!(repo.refuse_ambiguous("origin/main").is_ok(), "both lead to the same");
        scratch.git(&["tag", "-f", "origin/main", "HEAD"]);
        scratch.git(&["tag", "-a", "-m", "x", "topic", "HEAD"]);
        scratch.git(&["update-ref", "refs/tags/HEAD", "HEAD~1"]);
        scratch.git(&["update-ref", "refs/heads/origin", "HEAD"]);
        let first = scratch.id("HEAD~1");
        scratch.git(&["update-ref", &format!("refs/tags/{}", &first[..10]), "HEAD"]);
        scratch.git(&["update-ref", "refs/tags/v1-1-g", "HEAD"]);
        let described = format!("v1-0-g{}", &first[..8]);
        scratch.git(&["update-ref", &format!("refs/heads/{described}"), "HEAD"]);
        let repo = open(&scratch);
        for name in
            ["origin/main", "origin/main~0", "topic^{commit}", "origin", &first[..10], &described]
        {
            let refused = repo.refuse_ambiguous(name);
            assert!(matches!(refused, Err(Error::AmbiguousName { .. })), "{name}: {refused:?}");
        }
        for name in [
            "HEAD",
            "@",
            "@{0}",
            "HEAD~1",
            "refs/remotes/origin/main",
            "main",
            "v1",
            "v1-1-g",
            "nothing",
            ":/second",
            &first,
            &first[..9],
        ] {
            assert!(repo.refuse_ambiguous(name).is_ok(), "{name}");
        }
        for range in ["origin/main..HEAD", "main...topic", "topic^!", "..origin/main"] {
            assert!(repo.refuse_ambiguous_range(range).is_err(), "{range}");
        }
        assert!(repo.refuse_ambiguous_range("main~1..").is_ok());
        let Err(Error::AmbiguousName { name, candidates }) = repo.refuse_ambiguous("origin/main")
        else {
            panic!("it is refused")
        };
        assert_eq!(name, "origin/main");
        assert_eq!(candidates, ["refs/tags/origin/main", "refs/remotes/origin/main"]);
    }

    #[test]
    fn only_a_name_of_a_branch_is_one() {
        let scratch = scratch();
        let repo = open(&scratch);
        let id = scratch.id("HEAD");
        for (revision, branch) in [
            ("main", Some("main")),
            ("heads/main", Some("main")),
            ("refs/heads/topic", Some("topic")),
            ("origin/main", Some("main")),
            ("origin", Some("main")),
            ("remotes/up/release/2", Some("release/2")),
            ("refs/remotes/up/release/2", Some("release/2")),
            ("HEAD", Some("main")),
            ("@", Some("main")),
            ("v1", None),
            ("tags/v1", None),
            ("main~0", None),
            ("main^{commit}", None),
            ("HEAD~1", None),
            (&*id, None),
            (&id[..10], None),
            ("nothing", None),
            ("", None),
        ] {
            let found = repo.branch_of(revision).expect("it can be read");
            assert_eq!(found.as_deref(), branch.map(str::as_bytes), "{revision}");
        }
        scratch.git(&["checkout", "-q", "--detach"]);
        assert_eq!(open(&scratch).branch_of("HEAD").expect("it can be read"), None);
    }

    #[test]
    fn a_branch_has_one_name_however_it_is_called() {
        let scratch = scratch();
        scratch.git(&["config", "remote.a/b.url", "x"]);
        let repo = open(&scratch);
        let id = scratch.id("HEAD");
        for (name, plainest) in [
            ("release/2", Some("release/2")),
            ("refs/heads/release/2", Some("release/2")),
            ("heads/release/2", Some("release/2")),
            ("up/release/2", Some("release/2")),
            ("remotes/up/release/2", Some("release/2")),
            ("refs/remotes/up/release/2", Some("release/2")),
            ("refs/remotes/a/b/main", Some("main")),
            ("other/main", Some("other/main")),
            ("refs/tags/v1", None),
            ("refs/pull/1/merge", None),
            ("main~1", None),
            ("main ", None),
            ("", None),
            ("HEAD", None),
            ("-x", None),
            ("a..b", None),
            (&*id, None),
        ] {
            let found = repo.branches_called(name);
            assert_eq!(found.first().map(Vec::as_slice), plainest.map(str::as_bytes), "{name}");
        }
        assert!(repo.branches_called("up/release/2").contains(&b"up/release/2".to_vec()));
    }
}
