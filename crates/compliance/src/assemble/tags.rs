//! Tags that lead to commits of a change, and who approves the change by one.
//!
//! A signed tag is a statement of who signed it about a commit, which names all that is in it: nobody has to be believed who
//! hands it in. What is asked for is that it says so, of this commit, and that the person whom it names has signed it, by the
//! keys and the roster that are believed.

use std::collections::{BTreeMap, HashMap};

use bstr::{BStr, ByteSlice};
use gitops_health_git::{
    self as git, Annotation, Change, Error, ObjectId, Person as NamedPerson, Reference, Target,
    ZonedTime, printable, trailers,
};
use gitops_health_signature::{Format, Status, Verdict};

use crate::evidence::{ReportedApproval, Who};
use crate::input::{self, ApprovalState, Binding, Grade, MissingFact, PersonKind, Signature, Tag};
use crate::people::People;
use crate::roster::Member;

use super::approvals::SKEW;
use super::commits::named;
use super::{Assembler, MOST_BEFORE, absent, contributors};

/// The most tags of a change that are looked at.
pub(crate) const MOST_TAGS: usize = 5_000;

/// The most bytes of a tag whose signature is looked at.
const LARGEST_TAG: usize = 1 << 20;

/// Tags by the commits that they lead to, so that a history can ask for those of each commit.
#[derive(Debug, Default)]
pub struct TagsByCommit<'a> {
    by_commit: HashMap<ObjectId, Vec<&'a Reference>>,
}

impl<'a> TagsByCommit<'a> {
    /// The tags among all names that there are.
    pub fn new(references: &'a [Reference]) -> Self {
        let mut by_commit: HashMap<ObjectId, Vec<&Reference>> = HashMap::new();
        for reference in references.iter().filter(|it| it.name.starts_with(TAGS)) {
            if let Target::Commit(commit) = reference.target {
                by_commit.entry(commit).or_default().push(reference);
            }
        }
        Self { by_commit }
    }

    /// Those of the commits of a change, by name, and how many more there are than are looked at.
    fn of<'b>(&self, change: &'b Change) -> (Vec<(&'a Reference, &'b git::Commit)>, usize) {
        let commits = change.commits.iter();
        let tags = commits.filter_map(|commit| Some((self.by_commit.get(&commit.id)?, commit)));
        let mut tags: Vec<_> =
            tags.flat_map(|(tags, commit)| tags.iter().map(move |tag| (*tag, commit))).collect();
        tags.sort_by(|one, two| one.0.name.cmp(&two.0.name));
        let more = tags.len().saturating_sub(MOST_TAGS);
        tags.truncate(MOST_TAGS);
        (tags, more)
    }
}

const TAGS: &[u8] = b"refs/tags/";

/// What tags say of a change.
#[derive(Default)]
pub(super) struct Tagged {
    /// The tags; `None` where nobody looked.
    pub tags: Option<Vec<Tag>>,
    /// Who approves by one.
    pub approvals: Vec<ReportedApproval>,
    /// Who wrote what a merge that is judged alone brings in, where somebody approves it by a tag.
    pub brought_by: Vec<String>,
}

/// Why a tag that says that somebody approved counts for nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Signature(Status),
    TooLarge,
    Stranger,
    SharedKey,
    UnusedKey,
    Dates,
    Form,
    OtherName,
    Early,
    UnknownMerge,
}

impl Why {
    fn words(self) -> String {
        let words = match self {
            Self::Signature(status) => return format!("the signature is {status}"),
            Self::TooLarge => "they are larger than 1 MiB",
            Self::Stranger => "nobody signed them who is a person of the roster",
            Self::SharedKey => {
                "the lists of keys and people do not give the key to who signed, or also to others"
            }
            Self::UnusedKey => "who signed, or the key, was not in use then by the roster",
            Self::Dates => "the signature says another day than the tag",
            Self::Form => {
                "they have another form than git gives to a tag of this commit, or another name"
            }
            Self::OtherName => "they do not name who signed",
            Self::Early => "they are older than their commit",
            Self::UnknownMerge => "who wrote all that the merge brings in is not known",
        };
        words.to_owned()
    }
}

impl Assembler<'_> {
    /// The tags that lead to commits of the change, by name, and who approves by one of them.
    pub(super) fn tagged(
        &self,
        tags: Option<&TagsByCommit<'_>>,
        change: &Change,
        people: &mut People<'_>,
        missing: &mut Vec<MissingFact>,
    ) -> Result<Tagged, Error> {
        let Some(tags) = tags else { return Ok(Tagged::default()) };
        let (found, more) = tags.of(change);
        if more > 0 {
            let reason =
                format!("{more} tags of the change are not looked at: {MOST_TAGS} are at most");
            missing.push(absent("approvals", format!("{reason}; they may say who approved")));
            missing.push(absent("tags", reason));
        }
        let (mut tagged, mut counts_not) = (Tagged::default(), BTreeMap::new());
        let mut list = Vec::new();
        for (reference, commit) in found {
            let (tag, said) = self.tag(reference, commit, people)?;
            match said {
                Ok(said) => tagged.approvals.extend(said),
                Err(why) => *counts_not.entry(why).or_insert(0) += 1,
            }
            list.push(tag);
        }
        tagged.tags = Some(list);
        if !tagged.approvals.is_empty() {
            match self.brought_by(change)? {
                Some(people) => tagged.brought_by = people,
                None => {
                    *counts_not.entry(Why::UnknownMerge).or_insert(0) += tagged.approvals.len();
                    tagged.approvals.clear();
                }
            }
        }
        missing.extend(counts_not.into_iter().map(|(why, count)| {
            let words = why.words();
            let reason = format!(
                "tags that name who approved, and count for nothing since {words}: {count}"
            );
            absent("approvals.tags", reason)
        }));
        Ok(tagged)
    }

    /// What is known of a tag, and what it says. Where it has several objects the outermost counts, which is the one that
    /// was named.
    fn tag(
        &self,
        reference: &Reference,
        commit: &git::Commit,
        people: &mut People<'_>,
    ) -> Result<(Tag, Result<Option<ReportedApproval>, Why>), Error> {
        let name = reference.name.strip_prefix(TAGS).unwrap_or(&reference.name);
        let annotation = reference.annotations.first();
        let tagger = annotation.and_then(|tag| tag.tagger.as_ref()).map(|tagger| input::Actor {
            person: people.named(&tagger.person),
            at: tagger.time.into(),
        });
        let mut tag = Tag {
            name: printable(name),
            commit: commit.id.to_string(),
            is_annotated: annotation.is_some(),
            has_other_name: annotation.is_some_and(|tag| tag.name != name),
            is_release: self.settings.is_release(name),
            tagger,
            signature: None,
        };
        let Some(annotation) = annotation else { return Ok((tag, Ok(None))) };
        if annotation.message.len() > LARGEST_TAG {
            let said = self.said(&annotation.message);
            return Ok((tag, if said.is_empty() { Ok(None) } else { Err(Why::TooLarge) }));
        }
        let signed = self.repo.signed_tag(annotation.id)?;
        let verdict = self.verdict_of_tag(&signed, annotation);
        let signature = Self::signature_of(&signed, true, &verdict, people);
        let said = Statement { reference, annotation, commit, payload: &signed.payload };
        let said = self.approval(&said, &verdict, &signature, people);
        tag.signature = Some(signature);
        Ok((tag, said))
    }

    /// The trailers of a tag that say that somebody approved, with what each means. All of a message may be trailers: a tag
    /// needs no subject.
    fn said(&self, message: &[u8]) -> Vec<(NamedPerson, String)> {
        let known = &self.settings.config().approval_trailers;
        let found = trailers(&[b"tag\n\n", message].concat()).into_iter();
        let said = found.filter_map(|trailer| {
            let key = trailer.key.to_str_lossy().to_lowercase();
            let meaning = &known.iter().find(|it| it.trailer == key)?.meaning;
            Some((named(&trailer.value)?, meaning.clone()))
        });
        said.collect()
    }

    /// Who approves by a tag: nobody where it does not say so, and where something is not as it has to be.
    fn approval(
        &self,
        it: &Statement<'_>,
        verdict: &Verdict,
        signature: &Signature,
        people: &People<'_>,
    ) -> Result<Option<ReportedApproval>, Why> {
        let (headers, message) = it.payload.split_once_str(b"\n\n").unwrap_or((it.payload, b""));
        let said = self.said(message);
        if said.is_empty() {
            return Ok(None);
        }
        let holds = [Status::Good, Status::GoodKeyExpiredSince, Status::SoftRevoked];
        let is_good = holds.iter().any(|status| signature.status == status.name());
        is_good.then_some(()).ok_or(Why::Signature(verdict.status))?;
        let roster = self.trusted.roster.as_ref();
        let signer = signature.person.as_ref();
        let member = signer.and_then(|id| Some((id, roster?.member(id)?)));
        let member = member.filter(|(_, member)| member.kind == PersonKind::Person);
        let (id, member) = member.ok_or(Why::Stranger)?;
        self.is_theirs(id, verdict, people).then_some(()).ok_or(Why::SharedKey)?;
        let at = it.time(headers).ok_or(Why::Form)?;
        let is_same_day =
            verdict.signed_at.is_none_or(|it| it.abs_diff(at.seconds) <= SKEW.unsigned_abs());
        is_same_day.then_some(()).ok_or(Why::Dates)?;
        let is_named =
            |(person, _): &&(NamedPerson, String)| people.known(person).as_ref() == Some(id);
        let (_, meaning) = said.iter().find(is_named).ok_or(Why::OtherName)?;
        is_in_use(member, verdict, at.seconds).then_some(()).ok_or(Why::UnusedKey)?;
        let committed = it.commit.committer.time.seconds;
        (at.seconds.saturating_add(SKEW) >= committed).then_some(()).ok_or(Why::Early)?;
        Ok(Some(ReportedApproval {
            by: Who::Id(id.clone()),
            state: ApprovalState::Approved,
            meaning: Some(meaning.clone()).filter(|meaning| !meaning.is_empty()),
            at: Some(at.into()),
            source: "tag".into(),
            grade: Grade::E3,
            binds: Binding { commit: Some(it.commit.id.to_string()), ..Binding::default() },
        }))
    }

    /// Whether trust store and roster give a key to somebody and to nobody else. Of a list of SSH every name counts, on each
    /// line that has the key; who has a key of OpenPGP or a certificate may have more addresses than the roster knows.
    fn is_theirs(&self, id: &str, verdict: &Verdict, people: &People<'_>) -> bool {
        let (trust, roster) = (self.trusted.trust.as_ref(), self.trusted.roster.as_ref());
        let key = verdict.fingerprint.as_deref();
        if key.zip(roster).is_some_and(|(key, roster)| roster.is_shared(key)) {
            return false;
        }
        let listed = trust.zip(key);
        let listed = listed.map(|(trust, key)| trust.principals_of(key)).unwrap_or_default();
        let listed = listed.into_iter().filter(|_| verdict.format == Format::Ssh);
        let names: Vec<&BStr> =
            verdict.principal.iter().map(|it| it.as_bstr()).chain(listed).collect();
        let names = names.into_iter().flat_map(|list| list.split_str(b","));
        let owners: Vec<Option<String>> = names
            .map(|name| match name == id.as_bytes() {
                true => Some(id.to_owned()),
                false => people.known(&NamedPerson::new(b"", name)),
            })
            .collect();
        let is_theirs = |owner: &Option<String>| owner.as_deref() == Some(id);
        let may_be = |owner: &Option<String>| {
            is_theirs(owner) || (verdict.format != Format::Ssh && owner.is_none())
        };
        owners.iter().any(is_theirs) && owners.iter().all(may_be)
    }

    /// Who wrote what a merge brings in, where it is judged alone: who has written that does not approve of it. Nothing
    /// where that is not known.
    fn brought_by(&self, change: &Change) -> Result<Option<Vec<String>>, Error> {
        let [merge] = &change.commits[..] else { return Ok(Some(Vec::new())) };
        let Some(base) = merge.parents().first().filter(|_| merge.is_merge()) else {
            return Ok(Some(Vec::new()));
        };
        let ids = match self.repo.list_commits(&[merge.id], &[*base]) {
            Err(Error::MissingObject { .. }) => return Ok(None),
            ids => ids?,
        };
        let edges = self.repo.shallow_edges();
        if ids.len() > MOST_BEFORE || ids.iter().any(|id| edges.contains(id)) {
            return Ok(None);
        }
        let masks = super::Masks::new(self.shown);
        let mut people = People::new(self.trusted.roster.as_ref(), &self.trusted.mailmap, masks);
        let commits = ids.into_iter().map(|id| self.commit(&self.repo.commit(id)?, &mut people));
        let commits = commits.collect::<Result<Vec<_>, Error>>()?;
        Ok(Some(contributors(&commits, None, &people)))
    }
}

/// A tag of which it is asked what it says.
struct Statement<'a> {
    reference: &'a Reference,
    annotation: &'a Annotation,
    commit: &'a git::Commit,
    /// What was signed.
    payload: &'a [u8],
}

impl Statement<'_> {
    /// When it was said; nothing where it has another form than the one that git writes, is of something else than this
    /// commit, or has another name than the reference.
    fn time(&self, headers: &[u8]) -> Option<ZonedTime> {
        let [object, kind, name, tagger] = headers.lines().collect::<Vec<_>>()[..] else {
            return None;
        };
        let has_form = object == format!("object {}", self.commit.id).as_bytes()
            && kind == b"type commit"
            && name.strip_prefix(b"tag ") == self.reference.name.strip_prefix(TAGS)
            && tagger.starts_with(b"tagger ");
        let tagger = self.annotation.tagger.as_ref().filter(|_| has_form)?;
        (self.reference.annotations.len() == 1 && tagger.time.seconds > 0).then_some(tagger.time)
    }
}

/// Whether somebody acts and uses the key at a time, by the roster. That it does not have the key says nothing of it.
fn is_in_use(member: &Member, verdict: &Verdict, at: i64) -> bool {
    let is_within = |from: &Option<input::Time>, until: &Option<input::Time>| {
        from.as_ref().is_none_or(|from| from.unix <= at)
            && until.as_ref().is_none_or(|until| at <= until.unix)
    };
    let mut keys =
        member.keys.iter().filter(|key| Some(&key.fingerprint) == verdict.fingerprint.as_ref());
    is_within(&member.from, &member.until)
        && keys.all(|key| {
            is_within(&key.from, &key.until)
                && key.revoked.as_ref().is_none_or(|it| !it.is_compromised && at < it.at.unix)
        })
}
