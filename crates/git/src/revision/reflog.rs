//! What revisions ask of the lists of what a name stood for.

use crate::repo::Repo;

impl Repo {
    /// Whether a revision asks for a reflog that is not there, which libgit2 would make, or for an
    /// entry that no reflog has.
    pub(super) fn lacks_reflog(&self, spec: &str) -> bool {
        let end = spec.find(['^', '~', ':']).unwrap_or(spec.len());
        spec[..end].match_indices("@{").any(|(at, _)| {
            let place = spec[at + 2..].split('}').next().unwrap_or_default();
            let name = if place.starts_with('-') { "HEAD" } else { &spec[..at] };
            // Libgit2 takes a number that it can't hold for another one.
            let digits = place.strip_prefix('-').unwrap_or(place);
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let is_beyond = is_number && digits.parse::<i32>().is_err();
            let needs_reflog = !matches!(place, "0" | "u" | "upstream");
            is_beyond || (needs_reflog && self.reflog_of(name).is_none())
        })
    }

    /// Where the reflog of a name has N entries, git takes `NAME@{N}` for what was before them.
    pub(super) fn before_reflog(&self, spec: &str) -> Option<String> {
        let (name, rest) = spec.split_once("@{")?;
        let (number, operators) = rest.split_once('}')?;
        let number: usize = number.parse().ok()?;
        let log = self.git.reflog(&self.reflog_of(name)?).ok()?;
        let oldest = log.get(number.checked_sub(1)?).filter(|_| log.len() == number)?;
        let before = oldest.id_old();
        (!before.is_zero()).then(|| format!("{before}{operators}"))
    }

    /// The full name of the reference whose reflog `NAME@{1}` means, if it has one.
    fn reflog_of(&self, name: &str) -> Option<String> {
        let reference = match name {
            "HEAD" => self.git.find_reference(name).ok()?,
            "" => self.git.head().ok()?,
            _ => match self.git.resolve_reference_from_short_name(name) {
                Ok(reference) => reference,
                Err(_) => self.git.revparse_ext(name).ok()?.1?,
            },
        };
        let name = reference.name().ok()?;
        self.git.reference_has_log(name).ok()?.then(|| name.to_owned())
    }
}
