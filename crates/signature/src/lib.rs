//! Whose signature a commit or tag has, and what it is worth.
//!
//! [`verify`] takes the signed bytes, the signature and a [`TrustStore`], and answers with a
//! [`Verdict`]. Nothing is read, no program is started and no clock is asked: what counts as now is
//! an argument. Signatures of SSH, OpenPGP and X.509 are verified.
//!
//! Sources: `PROTOCOL.sshsig`, `PROTOCOL.u2f` and `PROTOCOL.certkeys` of OpenSSH, ssh-keygen(1),
//! RFC 4251, RFC 4253, RFC 5280, RFC 5652, RFC 5656, RFC 8332, RFC 8709 and RFC 9580.

mod allowed_signers;
mod arithmetic;
mod base64;
mod instant;
mod key;
mod krl;
mod openpgp;
mod pattern;
mod revoked;
mod sshsig;
mod trust;
mod verdict;
mod verify;
mod wire;
mod x509;

pub use allowed_signers::{AllowedSigner, AllowedSigners};
pub use openpgp::{KeyringError, KeyringProblem, OpenPgpKeys};
pub use revoked::RevokedKeys;
pub use trust::{TrustDigest, TrustFileError, TrustFileProblem, TrustStore};
pub use verdict::{Format, Status, TimeBasis, Verdict};
pub use verify::{Expected, Moment, verify};
pub use x509::{X509Error, X509Problem, X509Roots};
