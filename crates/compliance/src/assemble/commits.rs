use bstr::ByteSlice;
use gitops_health_git::{self as git, Change, Error, Person as NamedPerson};
use gitops_health_signature::{Expected, Moment, Status, TrustStore, Verdict, verify};

use crate::input::{Actor, Commit, Message, Signature, Time, Trailer};
use crate::people::People;

use super::Assembler;

impl Assembler<'_> {
    /// The commits of a change, oldest first.
    pub(super) fn commits(
        &self,
        change: &Change,
        people: &mut People<'_>,
    ) -> Result<Vec<Commit>, Error> {
        change.commits.iter().rev().map(|commit| self.commit(commit, people)).collect()
    }

    pub(super) fn commit(
        &self,
        commit: &git::Commit,
        people: &mut People<'_>,
    ) -> Result<Commit, Error> {
        let trailers = self.trailers(commit, people);
        let mut co_authors: Vec<String> = trailers
            .iter()
            .filter(|trailer| trailer.key == "co-authored-by")
            .filter_map(|trailer| trailer.person.clone())
            .collect();
        // Who reads another of two lines sees another author.
        co_authors.extend(commit.other_people().map(|it| people.named(&it.person)));
        co_authors.sort();
        co_authors.dedup();
        let actor = |signature: &git::Signature, people: &mut People<'_>| Actor {
            person: people.named(&signature.person),
            at: signature.time.into(),
        };
        Ok(Commit {
            id: commit.id.to_string(),
            tree: commit.tree.to_string(),
            parents: commit.parents().iter().map(ToString::to_string).collect(),
            is_merge: commit.is_merge(),
            parent_committed_at: self.latest_parent(commit)?,
            author: actor(&commit.author, people),
            committer: actor(&commit.committer, people),
            co_authors,
            signature: Some(self.signature(commit, people)?),
            message: self.message(commit, &trailers),
            trailers,
        })
    }

    fn latest_parent(&self, commit: &git::Commit) -> Result<Option<Time>, Error> {
        let parents = commit.parents().iter().map(|id| match self.repo.commit(*id) {
            Ok(parent) => Ok(Some(Time::from(parent.committer.time))),
            Err(Error::MissingObject { .. }) => Ok(None),
            Err(error) => Err(error),
        });
        Ok(parents.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().max())
    }

    /// What the signature of a commit is worth, by the keys that are trusted; by none where nobody says which are.
    fn signature(&self, commit: &git::Commit, people: &mut People<'_>) -> Result<Signature, Error> {
        let signed = self.repo.signed_commit(commit.id)?;
        let is_one = commit.other_people().next().is_none();
        Ok(self.judged(&signed, commit.committer.time.seconds, is_one, people))
    }

    /// The same of a tag. One without a tagger says nothing of its time, which is the first of all then.
    pub(super) fn verdict_of_tag(&self, signed: &git::Signed, tag: &git::Annotation) -> Verdict {
        self.verdict(signed, tag.tagger.as_ref().map_or(0, |tagger| tagger.time.seconds))
    }

    fn judged(
        &self,
        signed: &git::Signed,
        seconds: i64,
        names_one: bool,
        people: &mut People<'_>,
    ) -> Signature {
        Self::signature_of(signed, names_one, &self.verdict(signed, seconds), people)
    }

    fn verdict(&self, signed: &git::Signed, seconds: i64) -> Verdict {
        let none = TrustStore::empty();
        let trust = self.trusted.trust.as_ref().unwrap_or(&none);
        let moment = Moment { committer_seconds: seconds, now: Some(self.now.seconds) };
        let first = signed.signatures.first().map(|signature| signature.as_slice());
        verify(first, &signed.payload, trust, Expected::Anybody, moment)
    }

    /// What rules see of a verdict, where the object `names_one` author and committer.
    pub(super) fn signature_of(
        signed: &git::Signed,
        names_one: bool,
        verdict: &Verdict,
        people: &mut People<'_>,
    ) -> Signature {
        // Whoever reads only one of two signatures, or of two authors, can be shown another than we are.
        let is_one = signed.signatures.len() < 2 && (names_one || signed.signatures.is_empty());
        signature(verdict, is_one, people)
    }

    fn trailers(&self, commit: &git::Commit, people: &mut People<'_>) -> Vec<Trailer> {
        let trailer = |trailer: git::Trailer| {
            let person = named(&trailer.value).map(|person| people.named(&person));
            let key = trailer.key.to_str_lossy().to_lowercase();
            let value = (self.shown)(&trailer.value);
            // The key may say what the value is.
            let front = format!("{key}: ");
            let line = (self.shown)(format!("{front}{value}").as_bytes());
            let value = line.strip_prefix(&front).map(str::to_owned).unwrap_or(value);
            Trailer { key, value, person }
        };
        commit.trailers().into_iter().map(trailer).collect()
    }

    fn message(&self, commit: &git::Commit, trailers: &[Trailer]) -> Message {
        let subject = commit.subject();
        let subject = subject.to_str_lossy();
        let text = commit.message.to_str_lossy();
        let (kind, is_breaking) = conventional(&subject);
        let breaks =
            |trailer: &Trailer| matches!(&*trailer.key, "breaking-change" | "breaking change");
        Message {
            subject_length: subject.chars().count(),
            body_lines: body_lines(&text, trailers.len()),
            is_revert: kind.as_deref() == Some("revert") || subject.starts_with("Revert \""),
            is_breaking: is_breaking
                || trailers.iter().any(breaks)
                || text.lines().any(|line| line.starts_with("BREAKING CHANGE: ")),
            conventional_type: kind,
            tickets: self.settings.tickets(&text),
        }
    }
}

/// How many lines below the first paragraph say something: none of trailers, comments or what is below a divider.
fn body_lines(text: &str, trailers: usize) -> usize {
    let is_divider = |line: &str| {
        line.strip_prefix("---")
            .is_some_and(|rest| rest.trim_start().len() < rest.len() || rest.is_empty())
    };
    let is_comment = |line: &str| {
        line.strip_prefix('#').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    };
    // Platforms repeat the subject below it, as the first item of a list, and put the number of a request behind one of them.
    let bare = |line: &str| {
        let line = line.trim().trim_start_matches(['*', '-']).trim_start();
        let number = line.strip_suffix(')').and_then(|line| line.rsplit_once(" (#"));
        let is_number = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
        number.filter(|(_, number)| is_number(number)).map_or(line, |(line, _)| line).to_lowercase()
    };
    let subject = text.lines().find(|line| !line.trim().is_empty()).map(bare).unwrap_or_default();
    let is_said = |line: &&str| !line.trim().is_empty() && bare(line) == subject;
    let below: Vec<&str> = text
        .lines()
        .skip_while(|line| line.trim().is_empty())
        .skip_while(|line| !line.trim().is_empty())
        .take_while(|line| !is_divider(line))
        .filter(|line| !is_comment(line) && !is_said(line))
        .collect();
    let last = below.iter().rev().skip_while(|line| line.trim().is_empty());
    let last = last.take_while(|line| !line.trim().is_empty());
    // A line that begins with a blank goes on with the trailer above it.
    let continued = last.filter(|line| trailers > 0 && line.starts_with([' ', '\t'])).count();
    let said = below.iter().filter(|line| !line.trim().is_empty()).count();
    said.saturating_sub(trailers + continued)
}

fn signature(verdict: &Verdict, is_one: bool, people: &mut People<'_>) -> Signature {
    let by_key = verdict.fingerprint.as_deref().and_then(|key| people.of_key(key));
    let by_list = || {
        let principal = verdict.principal.as_ref()?.to_str().ok()?;
        // A pattern such as `*@example.com` is nobody.
        let is_address = principal.contains('@') && !principal.contains(['*', '?', ',', '!']);
        is_address.then(|| principal.to_owned())
    };
    let person = by_key.or_else(|| {
        let address = by_list()?;
        Some(people.named(&NamedPerson::new(b"", address.as_bytes())))
    });
    let status = if is_one { verdict.status } else { Status::Malformed };
    Signature {
        status: status.name().into(),
        format: verdict.format.name().into(),
        fingerprint: verdict.fingerprint.clone(),
        // Who has a key that signed nothing here has said nothing.
        person: person.filter(|_| is_one && holds(status)),
        time_basis: verdict.time_basis.map(|basis| basis.name().into()),
        trust: verdict.trust.to_string(),
    }
}

/// Whether the signature was made over these bytes by this key, whatever the key is worth.
fn holds(status: Status) -> bool {
    !matches!(
        status,
        Status::Unsigned
            | Status::Bad
            | Status::Malformed
            | Status::Unsupported
            | Status::WeakAlgorithm
    )
}

/// `Name <address>`, the form in which git writes people; nothing else is one.
pub(super) fn named(value: &[u8]) -> Option<NamedPerson> {
    let text = value.trim();
    let inside = text.strip_suffix(b">")?;
    let (name, address) = inside.split_once_str("<")?;
    let is_address = address.contains(&b'@')
        && !address.iter().any(|byte| byte.is_ascii_whitespace() || b"<>".contains(byte));
    (is_address && !name.contains(&b'>')).then(|| NamedPerson::new(name.trim(), address))
}

/// The type and the `!` of Conventional Commits 1.0.0.
fn conventional(subject: &str) -> (Option<String>, bool) {
    let Some((head, text)) = subject.split_once(": ") else { return (None, false) };
    let (head, is_breaking) = match head.strip_suffix('!') {
        Some(head) => (head, true),
        None => (head, false),
    };
    let kind = match head.split_once('(') {
        Some((kind, scope)) if scope.ends_with(')') && scope.len() > 1 => kind,
        Some(_) => return (None, false),
        None => head,
    };
    let is_kind = !kind.is_empty()
        && kind.len() <= 30
        && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match is_kind && !text.trim().is_empty() {
        true => (Some(kind.to_lowercase()), is_breaking),
        false => (None, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_with_an_address_is_a_person() {
        for (value, email) in [
            ("Ann <ann@example.com>", Some("ann@example.com")),
            (" <ann@example.com> ", Some("ann@example.com")),
            ("ann@example.com", None),
            ("Ann", None),
            ("Ann <>", None),
            ("Ann <ann>", None),
            ("Ann <ann@example.com>, Bob <bob@example.com>", None),
            ("Ann <a b@example.com>", None),
            ("Ann <ann@example.com> (on the phone)", None),
        ] {
            let found = named(value.as_bytes()).map(|person| person.email.to_string());
            assert_eq!(found.as_deref(), email, "{value}");
        }
    }

    #[test]
    fn trailers_comments_and_dividers_say_nothing() {
        for (text, trailers, lines) in [
            ("a\nb\n", 0, 0),
            ("a\n\nwhy\n\nbecause\n", 0, 2),
            ("a\n\nX: y\n", 1, 0),
            ("a\n\nX: y\n z\n", 1, 0),
            ("a\n\nwhy\n\nX: y\n z\nV: w\n", 2, 1),
            ("a\n\n# b\n#\n", 0, 0),
            ("a\n\n#12 asks for it\n", 0, 1),
            ("a\n\n---\nb\n", 0, 0),
            ("a\n\n----\n", 0, 1),
            ("a\r\n\r\nwhy\r\n", 0, 1),
            ("Fix a (#12)\n\n* fix a\n", 0, 0),
            ("Fix a\n\n- Fix a (#12)\n", 0, 0),
            ("Fix a (#12)\n\n* Fix b\n", 0, 1),
            ("Fix a (#x)\n\nFix a\n", 0, 1),
            ("Fix a (b)\n\nFix a\n", 0, 1),
        ] {
            assert_eq!(body_lines(text, trailers), lines, "{text}");
        }
    }

    #[test]
    fn a_subject_may_have_a_type() {
        for (subject, expected) in [
            ("fix: a thing", (Some("fix"), false)),
            ("Feat(api)!: a thing", (Some("feat"), true)),
            ("fix(: a thing", (None, false)),
            ("Merge branch 'x': y", (None, false)),
            ("fix:a thing", (None, false)),
            ("fix: ", (None, false)),
        ] {
            let (kind, is_breaking) = conventional(subject);
            assert_eq!((kind.as_deref(), is_breaking), expected, "{subject}");
        }
    }
}
