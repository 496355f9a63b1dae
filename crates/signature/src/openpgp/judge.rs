//! What a signature is worth that holds: the state of its key at the time that it names.

use bstr::BString;
use pgp::types::KeyDetails;

use super::certificate::{Binding, Bound, Certificate, Revoked, Subkey, bound, revoked};
use super::facts::{Facts, weakness};
use crate::instant::display;
use crate::verify::Answer;
use crate::{Expected, Moment, Status, TimeBasis};

/// By how many seconds the clock of a signer may be fast.
const SKEW: i64 = 30 * 60;

/// What is asked about the key of a signature.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) signer: Expected<'a>,
    pub(crate) moment: Moment,
}

/// What the certificate says about one of its keys at the time of the signature.
struct State {
    may_sign: bool,
    /// The first and the last second, by what was said at the time.
    first: i64,
    last: Option<i64>,
    /// The last second by what is said now: the key may have been extended.
    last_now: Option<i64>,
    revoked: Revoked,
}

/// Whose key it is.
enum Owner {
    Expected(BString),
    /// The user ID was given up after the signature.
    Former(BString, i64),
    /// Nobody who was expected.
    Other,
}

impl Question<'_> {
    /// The answer for a certificate and, if the primary key did not sign, its subkey that did.
    pub(crate) fn answer(&self, certificate: &Certificate, subkey: Option<&Subkey>) -> Answer {
        let state = match self.state(certificate, subkey) {
            Ok(state) => state,
            Err(answer) => return self.without_state(certificate, subkey, answer),
        };
        let revoked = hard_revocation(state.revoked, self.facts.created);
        let (owner, former) = match self.owner(certificate) {
            Owner::Expected(owner) => (owner, None),
            Owner::Former(owner, until) => (owner, Some(until)),
            Owner::Other => {
                let owners = Some(self.emails(certificate)).filter(|it| !it.is_empty());
                let reason = "the key belongs to somebody else";
                let mismatch = || Answer::new(Status::PrincipalMismatch, reason);
                return Answer { principal: owners, ..revoked.unwrap_or_else(mismatch) };
            }
        };
        let answer = revoked.unwrap_or_else(|| self.in_time(&state, former));
        Answer { principal: Some(owner).filter(|it| !it.is_empty()), ..answer }
    }

    /// The answer where nothing binds the key to the certificate. A primary key can revoke itself
    /// nevertheless; with a subkey it would be the key of somebody else.
    fn without_state(
        &self,
        certificate: &Certificate,
        subkey: Option<&Subkey>,
        answer: Answer,
    ) -> Answer {
        let revoked = revoked(&certificate.revocations, self.facts.created);
        match (subkey, hard_revocation(revoked, self.facts.created)) {
            (None, Some(answer)) => answer,
            _ => answer,
        }
    }

    fn state(&self, certificate: &Certificate, subkey: Option<&Subkey>) -> Result<State, Answer> {
        if let Some(weak) = weakness(certificate.primary.public_params()).unwrap_or_default() {
            let reason = format!("the certificate of the key rests on {weak}");
            return Err(Answer::new(Status::WeakAlgorithm, reason));
        }
        let time = self.facts.created;
        let now = window(certificate, subkey, self.moment.now.unwrap_or(time).max(time));
        let (may_sign, first, last) = window(certificate, subkey, time)?;
        let revocations = revoked(&certificate.revocations, time);
        let of_subkey = subkey.map_or(Revoked::No, |subkey| revoked(&subkey.revocations, time));
        Ok(State {
            may_sign,
            first,
            last,
            last_now: now.map_or(last, |(_, _, last)| last),
            revoked: revocations.max(of_subkey),
        })
    }

    fn owner(&self, certificate: &Certificate) -> Owner {
        let emails = match self.signer {
            Expected::Anybody => return Owner::Expected(self.emails(certificate)),
            Expected::Emails(emails) => emails,
        };
        let mut former = None;
        for user in &certificate.users {
            let Some(email) = user
                .email()
                .filter(|it| emails.iter().any(|expected| it.eq_ignore_ascii_case(expected)))
            else {
                continue;
            };
            match (
                bound(user.bindings.iter(), self.facts.created),
                user.revoked(self.facts.created),
            ) {
                (Bound::By(_), Revoked::No) => return Owner::Expected(email),
                (Bound::By(_), Revoked::Later(until)) => former = Some((email, until)),
                _ => {}
            }
        }
        former.map_or(Owner::Other, |(email, until)| Owner::Former(email, until))
    }

    /// All addresses that the key has or had at the time.
    fn emails(&self, certificate: &Certificate) -> BString {
        let time = self.facts.created;
        let emails = certificate.users.iter().filter(|user| {
            matches!(bound(user.bindings.iter(), time), Bound::By(_))
                && matches!(user.revoked(time), Revoked::No | Revoked::Later(_))
        });
        let emails: Vec<BString> = emails.filter_map(|user| user.email()).collect();
        bstr::join(",", emails).into()
    }

    /// The answer for a key that belongs to whom it should and is not revoked for this signature.
    fn in_time(&self, state: &State, former: Option<i64>) -> Answer {
        if !state.may_sign {
            let reason = "the key is not for signing, as its owner says";
            return Answer::new(Status::WrongNamespace, reason);
        }
        let signed = self.facts.created;
        let answer = if let Some(answer) = self.not_valid(state) {
            answer
        } else if let Revoked::Later(time) = state.revoked {
            Answer::new(Status::SoftRevoked, later("the key was retired", time))
        } else if let Some(time) = former {
            Answer::new(Status::SoftRevoked, later("the user ID was given up", time))
        } else if let Some(last) = self.past(state.last_now) {
            Answer::new(Status::GoodKeyExpiredSince, later("the key has expired since", last))
        } else if let Some(end) = self.past(self.facts.end.map(|end| end - 1)) {
            Answer::new(Status::GoodKeyExpiredSince, later("the signature has expired", end))
        } else {
            let signed = display(signed);
            let reason =
                format!("the key is trusted for this signer, and at the signature's date {signed}");
            Answer::new(Status::Good, reason)
        };
        Answer { time_basis: Some(TimeBasis::SignatureDate), signed_at: Some(signed), ..answer }
    }

    fn not_valid(&self, state: &State) -> Option<Answer> {
        let signed = self.facts.created;
        let shown = display(signed);
        if signed < state.first {
            let first = display(state.first);
            let reason = format!("the key was made at {first} and the signature's date is {shown}");
            return Some(Answer::new(Status::NotYetValid, reason));
        }
        if self.moment.now.is_some_and(|now| signed > now.saturating_add(SKEW)) {
            let reason = format!("the signature's date {shown} has not come yet");
            return Some(Answer::new(Status::NotYetValid, reason));
        }
        let last = state.last.filter(|last| signed > *last)?;
        let last = display(last);
        let reason = format!("the key was valid until {last} and the signature's date is {shown}");
        Some(Answer::new(Status::ExpiredAtSigning, reason))
    }

    /// A last second that is over.
    fn past(&self, last: Option<i64>) -> Option<i64> {
        last.filter(|last| self.moment.now.is_some_and(|now| now > *last))
    }
}

/// The answer where a key was revoked so that a signature of this time does not hold.
fn hard_revocation(revoked: Revoked, signed: i64) -> Option<Answer> {
    let reason = match revoked {
        Revoked::Always => {
            "the key was revoked as compromised or without a reason, so no date counts".to_owned()
        }
        Revoked::Before(time) => {
            let (retired, signed) = (display(time), display(signed));
            format!("the key was retired at {retired} and the signature's date is {signed}")
        }
        Revoked::No | Revoked::Later(_) => return None,
    };
    Some(Answer::new(Status::HardRevoked, reason))
}

/// What a certificate says at a time about a key: whether it may sign, and its first and last second.
fn window(
    certificate: &Certificate,
    subkey: Option<&Subkey>,
    time: i64,
) -> Result<(bool, i64, Option<i64>), Answer> {
    let direct = bound(certificate.direct.iter(), time);
    let by_user = bound(certificate.users.iter().flat_map(|user| &user.bindings), time);
    // A signature on the key itself says more than one on a name of it.
    let bindings: Vec<&Binding> = [direct, by_user].into_iter().filter_map(Bound::by).collect();
    if bindings.is_empty() {
        return Err(unbound("the key", [direct, by_user]));
    }
    let lifetime = bindings.iter().find_map(|binding| binding.key_lifetime);
    let may_sign = bindings.iter().find_map(|binding| binding.may_sign) == Some(true);
    let first = certificate.primary.created_at().as_secs().into();
    let last = last_second(first, lifetime);
    let Some(subkey) = subkey else { return Ok((may_sign, first, last)) };
    let bound = bound(subkey.bindings.iter(), time);
    let binding = bound.by().ok_or_else(|| unbound("the subkey", [bound, bound]))?;
    let created = subkey.key.created_at().as_secs().into();
    let of_subkey = last_second(created, binding.key_lifetime);
    let last = last.into_iter().chain(of_subkey).min();
    Ok((binding.may_sign == Some(true), first.max(created), last))
}

fn last_second(created: i64, lifetime: Option<i64>) -> Option<i64> {
    lifetime.filter(|lifetime| *lifetime > 0).map(|lifetime| created + lifetime - 1)
}

/// The answer for a key that nothing binds to a certificate at the time.
fn unbound(what: &str, bounds: [Bound<'_>; 2]) -> Answer {
    if bounds.contains(&Bound::Expired) {
        let reason = format!("all signatures of the certificate about {what} had expired");
        return Answer::new(Status::ExpiredAtSigning, reason);
    }
    if bounds.contains(&Bound::Weak) {
        let reason =
            format!("all signatures of the certificate about {what} rest on a weak digest");
        return Answer::new(Status::WeakAlgorithm, reason);
    }
    let reason = format!("the certificate has no valid signature about {what}");
    Answer::new(Status::UnknownKey, reason)
}

/// Says of something that came after a signature what the signature's age is known from.
fn later(what: &str, time: i64) -> String {
    let time = display(time);
    format!(
        "{what} ({time}), and that the signature is older is known from its own date alone, which the \
         signer chooses"
    )
}
