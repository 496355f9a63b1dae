//! X.509 signatures (RFC 5652, RFC 5280), as gpgsm, smimesign and gitsign make them. The crate der divides what is read into
//! elements; what counts is decided here.

mod algorithm;
mod asn1;
mod ber;
mod certificate;
mod chain;
mod cms;
mod judge;
mod list;
mod pem;
mod roots;

use ring::digest::digest;

pub use self::roots::{X509Error, X509Problem, X509Roots};

use self::algorithm::Algorithm;
use self::certificate::Certificate;
use self::cms::Signature;
use self::judge::Question;
use crate::sshsig::Problem;
use crate::verify::{Answer, malformed, of_outcome, of_problem, rank, unsupported};
use crate::{Expected, Moment, Status};

/// More than any signature needs: one with a chain of keys of the largest size and an entry of a log.
const MAX_ARMOUR: usize = 256 << 10;

/// What a detached signature is worth.
///
/// Nothing is fetched: neither certificates, nor lists of revoked ones, nor anything from a log.
pub(crate) fn verify(
    text: &[u8],
    payload: &[u8],
    roots: &X509Roots,
    signer: Expected<'_>,
    moment: Moment,
) -> Answer {
    let bytes = match bytes(text) {
        Ok(bytes) => bytes,
        Err(problem) => return of_problem(problem),
    };
    let Some(bytes) = ber::definite(&bytes) else {
        return malformed("an element of it has no end");
    };
    let signature = match Signature::read(&bytes) {
        Ok(signature) => signature,
        Err(problem) => return of_problem(problem),
    };
    let question = Question { signer, moment, date: date(&signature), roots };
    let answer = of_signature(&signature, payload, &question);
    match signature.evidence {
        Some(what) if answer.time_basis.is_some() => {
            let reason = format!("{}; {what} in it was not verified", answer.reason);
            Answer { reason, ..answer }
        }
        _ => answer,
    }
}

fn bytes(text: &[u8]) -> Result<Vec<u8>, Problem> {
    if text.len() > MAX_ARMOUR {
        return Err(Problem::Malformed("it has more than 256 KiB"));
    }
    let (bytes, after) = pem::take(text, "SIGNED MESSAGE").map_err(Problem::Malformed)?;
    if !after.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::Malformed("text follows it, which nobody signed"));
    }
    Ok(bytes)
}

fn date(signature: &Signature<'_>) -> Option<i64> {
    signature.attributes.as_ref().and_then(|it| it.time)
}

fn of_signature(signature: &Signature<'_>, payload: &[u8], question: &Question<'_>) -> Answer {
    let message = match message(signature, payload) {
        Ok(message) => message,
        Err(answer) => return answer,
    };
    let came_along = signature.certificates.iter();
    let own = question.roots.certificates().iter();
    let named = came_along.chain(own).filter(|it| signature.signer.names(it));
    let mut tried: Vec<&Certificate> = Vec::new();
    let mut best: Option<Answer> = None;
    for certificate in named {
        if tried.contains(&certificate) {
            continue;
        }
        tried.push(certificate);
        let answer = of_certificate(signature, message, certificate, question);
        let answer = answer.by(certificate.fingerprint());
        if best.as_ref().is_none_or(|best| rank(answer.status) < rank(best.status)) {
            best = Some(answer);
        }
    }
    best.unwrap_or_else(|| {
        if signature.has_unreadable {
            return malformed("a certificate in it can not be read");
        }
        let reason =
            "the certificate that the signature names is neither in it nor in the trust store";
        Answer::new(Status::UnknownKey, reason)
    })
}

/// What the key signed: attributes with the digest of the payload, or the payload.
fn message<'a>(signature: &'a Signature<'_>, payload: &'a [u8]) -> Result<&'a [u8], Answer> {
    let hash = match signature.algorithm {
        Algorithm::Known(_, hash) => hash,
        Algorithm::Weak(what) => {
            let reason = format!("the signature rests on {what}");
            return Err(Answer::new(Status::WeakAlgorithm, reason));
        }
        Algorithm::Unsupported(what) => return Err(unsupported(what)),
    };
    let Some(attributes) = &signature.attributes else { return Ok(payload) };
    if digest(hash.ring(), payload).as_ref() == attributes.digest {
        return Ok(&attributes.signed);
    }
    Err(Answer::new(Status::Bad, "the signature was not made over these bytes"))
}

fn of_certificate(
    signature: &Signature<'_>,
    message: &[u8],
    certificate: &Certificate,
    question: &Question<'_>,
) -> Answer {
    let outcome = signature.algorithm.check(&certificate.key, message, signature.value);
    if let Err(answer) = of_outcome(outcome, "the signature") {
        return answer;
    }
    let chains = match chain::chains(certificate, &signature.certificates, question.roots) {
        Ok(chains) => chains,
        Err(answer) => return answer,
    };
    let answers = chains.iter().map(|chain| question.answer(chain));
    answers
        .min_by_key(|answer| rank(answer.status))
        .unwrap_or_else(|| Answer::new(Status::UnknownKey, "no authority vouches for it"))
}
