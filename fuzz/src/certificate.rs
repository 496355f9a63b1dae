//! What tells whose a signature is comes from a repository, and so does the signature: certificates and lists of revoked
//! ones, keys of OpenPGP, lists of keys of SSH in both of their forms.

use gitops_health_signature::{
    AllowedSigners, Expected, Moment, OpenPgpKeys, RevokedKeys, Status, TrustStore, X509Roots,
    verify,
};
use gitops_health_testkit::pack::base64;
use gitops_health_testkit::x509::pem;

use crate::split_first;

/// What seeds are signatures of.
pub const PAYLOAD: &[u8] = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\na change\n";
/// Who has signed them.
pub const SIGNER: &[u8] = b"ada@example.com";
/// 2024-07-01, when they were made.
const MOMENT: Moment = Moment { committer_seconds: 1_719_792_000, now: Some(1_719_792_000) };

/// The first byte says what the others are: which keys are trusted, up to the place that the next two bytes say, and a
/// signature behind them.
pub fn check(data: &[u8]) {
    let (first, rest) = split_first(data);
    let (high, rest) = split_first(rest);
    let (low, rest) = split_first(rest);
    let (keys, signature) = rest.split_at((high << 8 | low) % (rest.len() + 1));
    let Some(trust) = store(first % 8, keys) else { return };
    let signature = armoured(first / 8 % 4, signature);
    check_verdicts(&trust, &signature);
    assert!(store(first % 8, keys).map(|it| it.digest()) == Some(trust.digest()), "another digest");
}

/// The keys, where they can be read: as they are, or in the armour that a file has them in.
fn store(form: usize, keys: &[u8]) -> Option<TrustStore> {
    let (mut signers, mut revoked) = (AllowedSigners::default(), RevokedKeys::default());
    let x509 = |text: &[u8]| X509Roots::parse(text).ok();
    let armour = |kind: &str| pem(kind, keys).into_bytes();
    match form {
        0 => signers = AllowedSigners::parse(keys, 0).ok()?,
        1 => revoked = RevokedKeys::parse(keys).ok()?,
        2 => {
            let (before, behind) = keys.split_at(keys.iter().position(|it| *it == 0)?);
            signers = AllowedSigners::parse(before, 3600).ok()?;
            revoked = RevokedKeys::parse(&behind[1..]).ok()?;
        }
        3 | 4 => {
            let text = match form {
                3 => keys.to_vec(),
                _ => pgp("PUBLIC KEY BLOCK", keys),
            };
            let keys = OpenPgpKeys::parse(&text).ok()?;
            return Some(TrustStore::new(signers, revoked).with_openpgp(keys));
        }
        5 => return Some(TrustStore::new(signers, revoked).with_x509(x509(keys)?)),
        6 => {
            return Some(
                TrustStore::new(signers, revoked).with_x509(x509(&armour("CERTIFICATE"))?),
            );
        }
        _ => {
            return Some(TrustStore::new(signers, revoked).with_x509(x509(&armour("X509 CRL"))?));
        }
    }
    Some(TrustStore::new(signers, revoked))
}

fn pgp(kind: &str, bytes: &[u8]) -> Vec<u8> {
    let body = base64(bytes, 64);
    format!("-----BEGIN PGP {kind}-----\n\n{body}\n-----END PGP {kind}-----\n").into_bytes()
}

fn armoured(form: usize, signature: &[u8]) -> Vec<u8> {
    match form {
        0 => signature.to_vec(),
        1 => pem("SIGNED MESSAGE", signature).into_bytes(),
        2 => pem("SSH SIGNATURE", signature).into_bytes(),
        _ => pgp("SIGNATURE", signature),
    }
}

/// A verdict is the same twice, and what is good for one payload and one person is so for no other.
fn check_verdicts(trust: &TrustStore, signature: &[u8]) {
    let ask = |payload: &[u8], signer| verify(Some(signature), payload, trust, signer, MOMENT);
    let known = Expected::Emails(&[SIGNER]);
    let verdict = ask(PAYLOAD, known);
    assert!(verdict == ask(PAYLOAD, known), "another verdict the second time");
    let is_good = |status: Status| matches!(status, Status::Good | Status::GoodKeyExpiredSince);
    assert!(
        !is_good(ask(b"another payload", Expected::Anybody).status),
        "good for what was not signed"
    );
    assert!(!is_good(ask(PAYLOAD, Expected::Emails(&[])).status), "good for nobody");
    if is_good(verdict.status) {
        assert!(
            is_good(ask(PAYLOAD, Expected::Anybody).status),
            "good for one and not for anybody"
        );
        assert!(verdict.principal.is_some() && verdict.fingerprint.is_some(), "good, of nobody");
        let other = verify(Some(signature), PAYLOAD, &TrustStore::empty(), known, MOMENT);
        assert!(!is_good(other.status), "good although nobody is trusted");
    }
}
