//! What revisions ask of the lists of what a name stood for, and of names for names.

use git2::Reflog;

use crate::error::Error;
use crate::id::ObjectId;
use crate::repo::Repo;

/// Git takes a larger number for a time.
const LARGEST_PLACE: i64 = 100_000_000;

/// The part of a name in `@{...}`, and what stands before it.
pub(super) fn split_braces(name: &str) -> Option<(&str, &str)> {
    let inside = name.strip_suffix('}')?;
    inside.rsplit_once("@{")
}

impl Repo {
    /// What `NAME@{...}` stands for; `None` where there is no such thing, or no list that says so.
    pub(super) fn named_in_braces(&self, name: &str) -> Result<Option<ObjectId>, Error> {
        let Some((before, place)) = split_braces(name) else { return Ok(None) };
        if let Some(reference) = self.name_for_name(before, place) {
            return Ok(self.target_of_name(&reference));
        }
        if place.starts_with('-') {
            return match self.checked_out_before(before, place) {
                // The commit that was checked out without a branch.
                Some(was) if !was.contains("@{") => self.resolve(&was).map(Some),
                _ => Ok(None),
            };
        }
        let number: Option<i64> = match place.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Some(place.parse().unwrap_or(i64::MAX)).filter(|_| !place.is_empty()),
            false => None,
        };
        if number == Some(0) {
            return Ok(self.full_name(before).and_then(|name| self.target_of_name(&name)));
        }
        let Some(log) = self.reflog_of(before) else { return Ok(None) };
        match number {
            Some(number) if number < LARGEST_PLACE => {
                Ok(usize::try_from(number).ok().and_then(|number| in_log(&log, number)))
            }
            Some(time) => Ok(at(&log, time)),
            None => self.at_date(name),
        }
    }

    /// The value at a date. Libgit2 knows how people write them; it reads the object, and waits for
    /// the rest of a file that was cut.
    fn at_date(&self, name: &str) -> Result<Option<ObjectId>, Error> {
        if let Some((id, source)) = self.objects.find_unreadable_file() {
            return Err(Error::UnreadableObject { id, kind: "object", source });
        }
        Ok(self.git.revparse_single(name).ok().map(|object| ObjectId::from_git2(object.id())))
    }

    /// The full name of the reference that another name stands for: that of the branch before this
    /// one (`@{-1}`), and of what a branch follows (`NAME@{upstream}`).
    fn name_for_name(&self, before: &str, place: &str) -> Option<String> {
        if place.starts_with('-') {
            let branch = format!("refs/heads/{}", self.checked_out_before(before, place)?);
            return self.git.find_reference(&branch).is_ok().then_some(branch);
        }
        if !["u", "upstream"].iter().any(|word| place.eq_ignore_ascii_case(word)) {
            return None;
        }
        let branch = self.full_name(if before == "HEAD" || before == "@" { "" } else { before })?;
        let upstream = self.git.branch_upstream_name(&branch).ok()?;
        Some(upstream.as_str().ok()?.to_owned())
    }

    /// What was checked out before the last, or the last but so many, changes of HEAD.
    fn checked_out_before(&self, before: &str, place: &str) -> Option<String> {
        let number: usize = place.strip_prefix('-')?.parse().ok()?;
        let log = self.reflog_of("HEAD").filter(|_| before.is_empty())?;
        let moves = log.iter().filter_map(|entry| {
            let message = entry.message().ok().flatten()?.to_owned();
            let (from, _) = message.strip_prefix("checkout: moving from ")?.split_once(" to ")?;
            Some(from.to_owned())
        });
        moves.into_iter().nth(number.checked_sub(1)?)
    }

    /// The full name of the reference that a name in front of `@{...}` stands for; nothing stands for
    /// the branch of HEAD.
    pub(super) fn full_name(&self, name: &str) -> Option<String> {
        let reference = match name {
            "HEAD" => self.git.find_reference(name).ok()?,
            "" => self.git.head().ok()?,
            _ => match split_braces(name) {
                Some((before, place)) => return self.name_for_name(before, place),
                None => self.git.resolve_reference_from_short_name(name).ok()?,
            },
        };
        Some(reference.name().ok()?.to_owned())
    }

    fn target_of_name(&self, name: &str) -> Option<ObjectId> {
        let reference = self.git.find_reference(name).ok()?.resolve().ok()?;
        reference.target().map(ObjectId::from_git2)
    }

    /// The list of what the reference of a name stood for, newest first. Libgit2 would make one where
    /// there is none.
    fn reflog_of(&self, name: &str) -> Option<Reflog> {
        let name = self.full_name(name)?;
        self.git.reference_has_log(&name).ok()?.then(|| self.git.reflog(&name).ok()).flatten()
    }
}

/// The value so many changes ago: behind the oldest entry what was before it.
fn in_log(log: &Reflog, number: usize) -> Option<ObjectId> {
    if let Some(entry) = log.get(number) {
        return Some(ObjectId::from_git2(entry.id_new()));
    }
    let oldest = log.get(number.checked_sub(1)?).filter(|_| log.len() == number)?;
    let before = oldest.id_old();
    (!before.is_zero()).then(|| ObjectId::from_git2(before))
}

/// The value at a time: what was before the oldest entry where that is younger.
fn at(log: &Reflog, seconds: i64) -> Option<ObjectId> {
    let entry = log.iter().find(|entry| entry.committer().when().seconds() <= seconds);
    if let Some(entry) = entry {
        return Some(ObjectId::from_git2(entry.id_new()));
    }
    let oldest = log.get(log.len().checked_sub(1)?)?;
    let before = oldest.id_old();
    Some(ObjectId::from_git2(if before.is_zero() { oldest.id_new() } else { before }))
}
