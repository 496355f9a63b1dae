//! What a signature is worth that holds: whose certificate it is, what that is for, and when.

use bstr::BString;
use der::asn1::ObjectIdentifier;

use super::certificate::{Certificate, SIGN};
use super::chain::Chain;
use super::roots::{Revoked, X509Roots};
use crate::instant::display;
use crate::verify::{Answer, unsupported};
use crate::{Expected, Moment, Status, TimeBasis};

/// By how many seconds the clock of a signer may be fast.
const SKEW: i64 = 30 * 60;

/// What a certificate may be for, so that commits can be signed with it: `emailProtection` as gpgsm and S/MIME have it,
/// `codeSigning` as Fulcio does, and anything.
const PURPOSES: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.3"),
    ObjectIdentifier::new_unwrap("2.5.29.37.0"),
];

/// What is asked about a chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) signer: Expected<'a>,
    pub(crate) moment: Moment,
    /// The date in the signature.
    pub(crate) date: Option<i64>,
    pub(crate) roots: &'a X509Roots,
}

impl Question<'_> {
    pub(crate) fn answer(&self, chain: &Chain<'_>) -> Answer {
        let Some(certificate) = chain.first() else {
            return Answer::new(Status::UnknownKey, "there is no certificate");
        };
        let revoked = chain.iter().map(|it| self.roots.revoked(it));
        let revoked = revoked.fold(Revoked::No, Revoked::worse);
        let owners = Some(all_emails(certificate)).filter(|it| !it.is_empty());
        if let Some(answer) = hard_revocation(revoked, self.signed()) {
            return Answer { principal: owners, ..answer };
        }
        if let Some(what) = not_understood(chain) {
            return unsupported(what);
        }
        let Some(owner) = self.owner(certificate) else {
            let reason = "the certificate belongs to somebody else";
            return Answer { principal: owners, ..Answer::new(Status::PrincipalMismatch, reason) };
        };
        let answer = match purpose(chain) {
            Some(reason) => Answer::new(Status::WrongNamespace, reason),
            None => self.in_time(chain, revoked),
        };
        Answer { principal: Some(owner).filter(|it| !it.is_empty()), ..answer }
    }

    fn owner(&self, certificate: &Certificate) -> Option<BString> {
        let Expected::Emails(emails) = self.signer else { return Some(all_emails(certificate)) };
        let is_expected = |it: &&Vec<u8>| emails.iter().any(|email| it.eq_ignore_ascii_case(email));
        certificate.emails().iter().find(is_expected).map(|it| BString::from(it.as_slice()))
    }

    fn signed(&self) -> i64 {
        self.date.unwrap_or(self.moment.committer_seconds)
    }

    /// All certificates of a chain have to be valid at the time of the signature, the one that is trusted too.
    fn in_time(&self, chain: &Chain<'_>, revoked: Revoked) -> Answer {
        let first = chain.iter().map(|it| it.first).max().unwrap_or(i64::MIN);
        let last = chain.iter().map(|it| it.last).min().unwrap_or(i64::MAX);
        let basis =
            if self.date.is_some() { TimeBasis::SignatureDate } else { TimeBasis::CommitterDate };
        let of_whom = if self.date.is_some() { "signature's" } else { "committer's" };
        let (signed, shown) = (self.signed(), display(self.signed()));
        let passed = |end: i64| self.moment.now.is_some_and(|now| now > end);
        let (status, reason) = if signed < first {
            let first = display(first);
            let reason =
                format!("the certificate is valid from {first} and the {of_whom} date is {shown}");
            (Status::NotYetValid, reason)
        } else if self.moment.now.is_some_and(|now| signed > now.saturating_add(SKEW)) {
            (Status::NotYetValid, format!("the {of_whom} date {shown} has not come yet"))
        } else if signed > last {
            let last = display(last);
            let reason =
                format!("the certificate was valid until {last} and the {of_whom} date is {shown}");
            (Status::ExpiredAtSigning, reason)
        } else if let Revoked::Retired(time) = revoked {
            (Status::SoftRevoked, later("the certificate was given up", time, of_whom))
        } else if passed(last) {
            (Status::GoodKeyExpiredSince, later("the certificate has expired", last, of_whom))
        } else {
            let reason = format!(
                "an authority of the trust store vouches for this signer, and at the {of_whom} date {shown}"
            );
            (Status::Good, reason)
        };
        Answer { time_basis: Some(basis), signed_at: Some(signed), ..Answer::new(status, reason) }
    }
}

/// All addresses of a certificate.
fn all_emails(certificate: &Certificate) -> BString {
    bstr::join(",", certificate.emails()).into()
}

/// The answer where a certificate was taken back so that a signature of this time does not hold.
fn hard_revocation(revoked: Revoked, signed: i64) -> Option<Answer> {
    let reason = match revoked {
        Revoked::Always => {
            "a certificate in its chain was revoked as compromised or without a reason, so no date counts"
                .to_owned()
        }
        Revoked::Retired(time) if signed >= time => {
            let (time, signed) = (display(time), display(signed));
            format!("a certificate in its chain was given up at {time} and the date is {signed}")
        }
        Revoked::Retired(_) | Revoked::No => return None,
    };
    Some(Answer::new(Status::HardRevoked, reason))
}

/// What in a chain would have to be understood.
fn not_understood(chain: &Chain<'_>) -> Option<&'static str> {
    if chain.iter().any(|it| it.extensions.has_unknown_critical) {
        return Some("a critical extension of a certificate");
    }
    let limits = chain.iter().any(|it| it.extensions.has_name_constraints);
    limits.then_some("an authority that may vouch for some names only (name constraints)")
}

/// Why a signature of a commit is not what the certificates are for.
fn purpose(chain: &Chain<'_>) -> Option<&'static str> {
    if !chain.first()?.may(SIGN) {
        return Some("the key of the certificate is not for signing, as its authority says");
    }
    let allows = |certificate: &&Certificate| {
        let Some(purposes) = &certificate.extensions.purposes else { return true };
        purposes.iter().any(|it| PURPOSES.iter().any(|oid| oid.as_bytes() == it))
    };
    let is_for_it = chain.iter().all(allows);
    (!is_for_it).then_some("a certificate is neither for mail nor for code, as its authority says")
}

/// Says of something that came after a signature what the signature's age is known from.
fn later(what: &str, time: i64, of_whom: &str) -> String {
    let time = display(time);
    format!(
        "{what} ({time}), and that the signature is older is known from the {of_whom} date alone, which the \
         signer chooses"
    )
}
