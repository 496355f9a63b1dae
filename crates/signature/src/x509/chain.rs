//! Ways from a certificate to an authority that is trusted (RFC 5280, section 6, without policies).

use super::certificate::{Certificate, SIGN_CERTIFICATES};
use super::roots::X509Roots;
use crate::Status;
use crate::arithmetic::Outcome;
use crate::verify::Answer;

/// More certificates than stand in anybody's chain.
const MAX_LENGTH: usize = 8;

/// How many signatures are verified for one question: certificates that came along could be made so that the ways through
/// them are many.
const MAX_CHECKS: usize = 64;

/// From the certificate that signed to the one that is trusted, both included.
pub(crate) type Chain<'a> = Vec<&'a Certificate>;

/// Looks for all ways.
struct Search<'a> {
    roots: &'a X509Roots,
    others: &'a [Certificate],
    checks: usize,
    found: Vec<Chain<'a>>,
    /// Why the way ends that came closest.
    problem: Option<Answer>,
}

/// The chains from a certificate to those that are trusted, with what came along in between; else why there is none.
///
/// A certificate that is in the store itself needs nobody to vouch for it.
pub(crate) fn chains<'a>(
    certificate: &'a Certificate,
    others: &'a [Certificate],
    roots: &'a X509Roots,
) -> Result<Vec<Chain<'a>>, Answer> {
    if roots.has(certificate) {
        return Ok(vec![vec![certificate]]);
    }
    let mut search = Search { roots, others, checks: 0, found: Vec::new(), problem: None };
    search.go_on(&mut vec![certificate]);
    if !search.found.is_empty() {
        return Ok(search.found);
    }
    let reason = "no authority of the trust store vouches for the certificate";
    Err(search.problem.unwrap_or_else(|| Answer::new(Status::UnknownKey, reason)))
}

impl<'a> Search<'a> {
    fn go_on(&mut self, chain: &mut Chain<'a>) {
        let Some(last) = chain.last().copied() else { return };
        let (roots, others) = (self.roots, self.others);
        for (is_trusted, issuer) in roots
            .certificates()
            .iter()
            .map(|it| (true, it))
            .chain(others.iter().map(|it| (false, it)))
        {
            if issuer.subject != last.issuer || chain.contains(&issuer) {
                continue;
            }
            if !self.vouches(issuer, chain, last) {
                continue;
            }
            chain.push(issuer);
            if is_trusted {
                self.found.push(chain.clone());
            } else if chain.len() < MAX_LENGTH {
                self.go_on(chain);
            }
            chain.pop();
        }
    }

    /// Whether a certificate of this issuer's name is by this issuer, who may make it.
    fn vouches(&mut self, issuer: &Certificate, chain: &Chain<'_>, last: &Certificate) -> bool {
        let extensions = &issuer.extensions;
        // Those who issue for themselves in between do not count (section 4.2.1.9).
        let below = chain.iter().skip(1).filter(|it| !it.is_self_issued()).count();
        let is_in_length = extensions.path_length.is_none_or(|length| below <= length as usize);
        if !extensions.is_authority || !issuer.may(SIGN_CERTIFICATES) || !is_in_length {
            let reason = "a certificate in its chain may not vouch for others";
            self.keep(Answer::new(Status::UnknownKey, reason));
            return false;
        }
        self.checks += 1;
        if self.checks > MAX_CHECKS {
            let reason = "not supported: a chain that is found after 64 signatures only";
            self.keep(Answer::new(Status::Unsupported, reason));
            return false;
        }
        match last.check(&issuer.key) {
            Outcome::Holds { .. } => return true,
            Outcome::Fails | Outcome::Malformed(_) => {}
            Outcome::Weak(what) => {
                let reason = format!("a certificate in its chain rests on {what}");
                self.keep(Answer::new(Status::WeakAlgorithm, reason));
            }
            Outcome::Unsupported(what) => {
                let reason = format!("not supported in a certificate of its chain: {what}");
                self.keep(Answer::new(Status::Unsupported, reason));
            }
        }
        false
    }

    fn keep(&mut self, answer: Answer) {
        // That nobody may vouch says less than how somebody did.
        let is_less = |it: &Answer| it.status == Status::UnknownKey;
        if self.problem.as_ref().is_none_or(is_less) {
            self.problem = Some(answer);
        }
    }
}
