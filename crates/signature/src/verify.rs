use bstr::BString;

use crate::arithmetic::{self, Outcome};
use crate::key::{self, Certificate, KeyProblem, PublicKey};
use crate::sshsig::{Parts, Problem, SshSignature};
use crate::{
    AllowedSigner, Format, Status, TimeBasis, TrustStore, Verdict, instant, openpgp, x509,
};

/// The purpose that git signs for.
const NAMESPACE: &[u8] = b"git";

/// Whose signature it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected<'a> {
    /// The key has to belong to one of these addresses. None of them is nobody, so an empty list is
    /// answered with [`Status::PrincipalMismatch`], as is an address of more than 1022 bytes for an SSH key.
    /// With the addresses of OpenPGP keys and of certificates they are compared without regard to case (ASCII).
    Emails(&'a [&'a [u8]]),
    /// The key may belong to anybody in the trust store. This is what git asks for.
    Anybody,
}

/// The times that a verdict rests on, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The date of the committer, or of the tagger: what the signer says is the time of the signature. Not
    /// asked for with signatures that have a date of their own: all of OpenPGP, and most of X.509.
    pub committer_seconds: i64,
    /// The time of the question; with it a key that has expired since is told from one that is valid.
    pub now: Option<i64>,
}

/// What the signature of a payload is worth.
///
/// The payload is the commit or the tag without its signature. What is wrong with the signature itself
/// comes first, then what is wrong with its key: weak or unsupported algorithms are answered without a
/// calculation; only a signature that holds is looked up. A revoked key is told before one that is
/// unknown, an owner that is not expected before the purpose, and the purpose before the time. Of several
/// lines about a key the one with the best answer counts, as it does for ssh-keygen.
///
/// An OpenPGP signature only names its key, so nothing is calculated where that is unknown, and one armour may
/// hold several: the first counts that can be read and names a key of the trust store.
///
/// An X.509 signature brings certificates along; an authority of the trust store has to vouch for the one that it names.
///
/// The cost is linear in the sizes of signature and payload.
pub fn verify(
    signature: Option<&[u8]>,
    payload: &[u8],
    trust: &TrustStore,
    signer: Expected<'_>,
    moment: Moment,
) -> Verdict {
    let Some(signature) = signature else {
        return verdict(
            trust,
            Format::Unknown,
            Answer::new(Status::Unsigned, "there is no signature"),
        );
    };
    let format = Format::of(signature);
    let answer = match format {
        Format::Ssh => verify_ssh(signature, payload, trust, signer, moment),
        Format::OpenPgp => openpgp::verify(signature, payload, trust.openpgp(), signer, moment),
        Format::X509 => x509::verify(signature, payload, trust.x509(), signer, moment),
        Format::Unknown => {
            Answer::new(Status::Malformed, "the signature has no header that is known")
        }
    };
    verdict(trust, format, answer)
}

/// A verdict without what is the same for all signatures of a question.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: Status,
    pub(crate) reason: String,
    pub(crate) fingerprint: Option<String>,
    pub(crate) principal: Option<BString>,
    pub(crate) time_basis: Option<TimeBasis>,
    pub(crate) signed_at: Option<i64>,
}

impl Answer {
    pub(crate) fn new(status: Status, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self {
            status,
            reason,
            fingerprint: None,
            principal: None,
            time_basis: None,
            signed_at: None,
        }
    }

    pub(crate) fn by(self, fingerprint: String) -> Self {
        Self { fingerprint: Some(fingerprint), ..self }
    }
}

fn verdict(trust: &TrustStore, format: Format, answer: Answer) -> Verdict {
    Verdict {
        status: answer.status,
        format,
        fingerprint: answer.fingerprint,
        principal: answer.principal,
        time_basis: answer.time_basis,
        signed_at: answer.signed_at,
        trust: trust.digest(),
        reason: answer.reason,
    }
}

fn verify_ssh(
    signature: &[u8],
    payload: &[u8],
    trust: &TrustStore,
    signer: Expected<'_>,
    moment: Moment,
) -> Answer {
    let signature = match SshSignature::from_armour(signature) {
        Ok(signature) => signature,
        Err(problem) => return of_problem(problem),
    };
    let parts = match signature.parts() {
        Ok(parts) => parts,
        Err(problem) => return of_problem(problem),
    };
    if key::is_certificate(parts.key) {
        return match Certificate::from_blob(parts.key) {
            Ok(certificate) => {
                let key = certificate.key.clone();
                by_certificate(&parts, payload, &certificate, trust, signer, moment)
                    .by(key.fingerprint())
            }
            Err(problem) => of_key_problem(problem),
        };
    }
    match PublicKey::from_blob(parts.key) {
        Ok(key) => by_key(&parts, payload, &key, trust, signer, moment).by(key.fingerprint()),
        Err(problem) => of_key_problem(problem),
    }
}

pub(crate) fn of_problem(problem: Problem) -> Answer {
    match problem {
        Problem::Malformed(reason) => malformed(reason),
        Problem::Unsupported(what) => unsupported(what),
    }
}

fn of_key_problem(problem: KeyProblem) -> Answer {
    match problem {
        KeyProblem::Malformed => malformed("its key can not be read"),
        KeyProblem::UnknownType => unsupported("the type of its key"),
        KeyProblem::Certificate => malformed("a certificate stands in place of a key"),
    }
}

pub(crate) fn malformed(reason: &str) -> Answer {
    Answer::new(Status::Malformed, format!("the signature can not be read: {reason}"))
}

pub(crate) fn unsupported(what: &str) -> Answer {
    Answer::new(Status::Unsupported, format!("not supported: {what}"))
}

/// The answer to a signature that does not hold, of whatever.
pub(crate) fn of_outcome(outcome: Outcome, of_what: &str) -> Result<bool, Answer> {
    match outcome {
        Outcome::Holds { untouched } => Ok(untouched),
        Outcome::Fails => {
            let reason = format!("{of_what} was not made by this key over these bytes");
            Err(Answer::new(Status::Bad, reason))
        }
        Outcome::Malformed(reason) => Err(malformed(reason)),
        Outcome::Weak(what) => {
            Err(Answer::new(Status::WeakAlgorithm, format!("{of_what} rests on {what}")))
        }
        Outcome::Unsupported(what) => Err(unsupported(what)),
    }
}

/// Whether the signature was made over the payload, and for git.
fn holds(parts: &Parts<'_>, payload: &[u8], key: &PublicKey) -> Result<bool, Answer> {
    let outcome = arithmetic::check(key, &parts.signed_data(payload), parts.signature);
    let untouched = of_outcome(outcome, "the signature")?;
    if parts.namespace == NAMESPACE {
        return Ok(untouched);
    }
    let shown = parts.namespace[..parts.namespace.len().min(40)].escape_ascii().to_string();
    let reason = format!("the signature was made for the namespace \"{shown}\" instead of \"git\"");
    Err(Answer::new(Status::WrongNamespace, reason))
}

fn by_key(
    parts: &Parts<'_>,
    payload: &[u8],
    key: &PublicKey,
    trust: &TrustStore,
    signer: Expected<'_>,
    moment: Moment,
) -> Answer {
    let untouched = match holds(parts, payload, key) {
        Ok(untouched) => untouched,
        Err(answer) => return answer,
    };
    if trust.is_revoked(key) {
        return Answer::new(Status::HardRevoked, "the key is in the list of revoked keys");
    }
    let lines = trust.lines(key, false);
    if lines.is_empty() {
        return Answer::new(Status::UnknownKey, "the key is not in the trust store");
    }
    let question = Question { signer, moment, certificate: None };
    with_touch(question.best(&lines), untouched)
}

fn by_certificate(
    parts: &Parts<'_>,
    payload: &[u8],
    certificate: &Certificate<'_>,
    trust: &TrustStore,
    signer: Expected<'_>,
    moment: Moment,
) -> Answer {
    let untouched = match holds(parts, payload, &certificate.key) {
        Ok(untouched) => untouched,
        Err(answer) => return answer,
    };
    if let Some(answer) = problem_of_certificate(certificate, trust) {
        return answer;
    }
    let lines = trust.lines(&certificate.authority, true);
    if lines.is_empty() {
        let reason = "the authority of the certificate is not in the trust store";
        return Answer::new(Status::UnknownKey, reason);
    }
    if let Some(answer) = problem_of_purpose(certificate) {
        return answer;
    }
    let question = Question { signer, moment, certificate: Some(certificate) };
    with_touch(question.best(&lines), untouched)
}

/// Why a certificate is worth nothing, whoever trusts its authority (`PROTOCOL.certkeys`).
fn problem_of_certificate(certificate: &Certificate<'_>, trust: &TrustStore) -> Option<Answer> {
    let outcome =
        arithmetic::check(&certificate.authority, certificate.signed, certificate.signature);
    if let Err(answer) = of_outcome(outcome, "the signature of the certificate") {
        return Some(answer);
    }
    if trust.is_certificate_revoked(certificate) {
        let reason =
            "the certificate, its key or that of its authority is in the list of revoked keys";
        return Some(Answer::new(Status::HardRevoked, reason));
    }
    None
}

/// What a certificate of a trusted authority is not made for (`PROTOCOL.certkeys`).
fn problem_of_purpose(certificate: &Certificate<'_>) -> Option<Answer> {
    if !certificate.is_for_users {
        let reason = "the certificate is for a host and names no person";
        return Some(Answer::new(Status::PrincipalMismatch, reason));
    }
    // These two restrict logins; what else is critical has to be understood.
    let is_known = |name: &&[u8]| matches!(*name, b"force-command" | b"source-address");
    (!certificate.critical_options.iter().all(is_known))
        .then(|| unsupported("a critical option of the certificate"))
}

fn with_touch(answer: Answer, untouched: bool) -> Answer {
    if !untouched {
        return answer;
    }
    let reason = format!("{}; the security key was not touched", answer.reason);
    Answer { reason, ..answer }
}

/// What is asked of each line about a key.
struct Question<'a> {
    signer: Expected<'a>,
    moment: Moment,
    certificate: Option<&'a Certificate<'a>>,
}

impl Question<'_> {
    /// The best answer of several lines, of equally good ones that of the first.
    fn best(&self, lines: &[&AllowedSigner]) -> Answer {
        let answers = lines.iter().map(|line| self.answer(line));
        answers
            .min_by_key(|answer| rank(answer.status))
            .unwrap_or_else(|| Answer::new(Status::UnknownKey, "the key is not in the trust store"))
    }

    fn answer(&self, line: &AllowedSigner) -> Answer {
        let Some(principal) = self.principal(line) else {
            return Answer {
                principal: self.owners(line),
                ..Answer::new(Status::PrincipalMismatch, "the key belongs to somebody else")
            };
        };
        let answer = if line.allows(NAMESPACE) {
            self.in_time(line)
        } else {
            let reason = "the key is not trusted for the namespace \"git\"";
            Answer::new(Status::WrongNamespace, reason)
        };
        Answer { principal: Some(principal), ..answer }
    }

    /// Who signed: the first of those expected that the line names and, if there is one, the certificate
    /// names too.
    fn principal(&self, line: &AllowedSigner) -> Option<BString> {
        let certified = |principal: &[u8]| {
            self.certificate.is_none_or(|certificate| certificate.principals.contains(&principal))
        };
        match (self.signer, self.certificate) {
            (Expected::Emails(emails), _) => emails
                .iter()
                .find(|email| line.names(email) && certified(email))
                .map(|email| BString::from(*email)),
            (Expected::Anybody, None) => Some(line.principals.clone()),
            (Expected::Anybody, Some(certificate)) => {
                let named = certificate.principals.iter().find(|principal| line.names(principal));
                named.map(|principal| BString::from(*principal))
            }
        }
    }

    /// Whose key it is when nobody who was expected has it.
    fn owners(&self, line: &AllowedSigner) -> Option<BString> {
        match self.certificate {
            None => Some(line.principals.clone()),
            Some(certificate) if certificate.principals.is_empty() => None,
            Some(certificate) => Some(certificate.principals.join(&b","[..]).into()),
        }
    }

    /// Compares the window of the line, and of the certificate, with the times of the question.
    fn in_time(&self, line: &AllowedSigner) -> Answer {
        let certified = self.certificate.map(|certificate| &certificate.valid);
        // Without an end a certificate says the largest number.
        let ends = certified.map(|valid| valid.end).filter(|end| *end != i64::MAX);
        let first =
            line.valid_after.max(certified.map(|valid| valid.start).filter(|from| *from > 0));
        let last = match (line.valid_before, ends.map(|end| end.saturating_sub(1))) {
            (Some(line), Some(certificate)) => Some(line.min(certificate)),
            (line, certificate) => line.or(certificate),
        };
        if first.is_none() && last.is_none() {
            return Answer::new(Status::Good, "the key is trusted for this signer and purpose");
        }
        let answer = window(first, last, self.moment);
        let signed_at = Some(self.moment.committer_seconds);
        Answer { time_basis: Some(TimeBasis::CommitterDate), signed_at, ..answer }
    }
}

/// The answer for a key that is valid from the first to the last second.
fn window(first: Option<i64>, last: Option<i64>, moment: Moment) -> Answer {
    let signed = moment.committer_seconds;
    if let Some(first) = first.filter(|first| signed < *first) {
        let reason = format!(
            "the key is valid from {} and the committer's date is {}",
            instant::display(first),
            instant::display(signed)
        );
        return Answer::new(Status::NotYetValid, reason);
    }
    if let Some(last) = last.filter(|last| signed > *last) {
        let reason = format!(
            "the key was valid until {} and the committer's date is {}",
            instant::display(last),
            instant::display(signed)
        );
        return Answer::new(Status::ExpiredAtSigning, reason);
    }
    if let Some(last) = last.filter(|last| moment.now.is_some_and(|now| now > *last)) {
        let reason = format!(
            "the key was valid until {}, and that the signature is older is known from the \
             committer's date alone, which the signer chooses",
            instant::display(last)
        );
        return Answer::new(Status::GoodKeyExpiredSince, reason);
    }
    let reason = "the key is trusted for this signer and purpose, and at the committer's date";
    Answer::new(Status::Good, reason)
}

/// Which answer about a line is better than another; the smallest is the best.
pub(crate) fn rank(status: Status) -> u8 {
    match status {
        Status::Good => 0,
        Status::GoodKeyExpiredSince => 1,
        Status::ExpiredAtSigning => 2,
        Status::NotYetValid => 3,
        Status::WrongNamespace => 4,
        _ => 5,
    }
}
