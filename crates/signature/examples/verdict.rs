//! What the signature of one object is worth, by keys in files: for comparisons with other programs.
//!
//! `cargo run -p gitops-health-signature --example verdict -- OBJECT [NAME=VALUE]...`: the object is a commit as
//! `git cat-file commit` prints it; the names are `signers`, `revoked`, `openpgp` and `x509` (files), `email`, and `now`
//! (seconds since 1970). Prints the status and the reason.

use std::error::Error;
use std::fs;

use bstr::ByteSlice;
use gitops_health_signature::{
    AllowedSigners, Expected, Moment, OpenPgpKeys, RevokedKeys, TrustStore, X509Roots, verify,
};

#[expect(clippy::print_stdout, reason = "the answer")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (object, settings) = arguments.split_first().ok_or("there is no object")?;
    let setting = |name: &str| {
        let pairs = settings.iter().filter_map(|it| it.split_once('='));
        pairs.filter(|(it, _)| *it == name).map(|(_, value)| value).next_back()
    };
    let file = |name: &str| setting(name).map_or(Ok(Vec::new()), fs::read);
    let trust = TrustStore::new(
        AllowedSigners::parse(&file("signers")?, 0)?,
        RevokedKeys::parse(&file("revoked")?)?,
    )
    .with_openpgp(OpenPgpKeys::parse(&file("openpgp")?)?)
    .with_x509(X509Roots::parse(&file("x509")?)?);
    let object = fs::read(object)?;
    let (payload, signature, committer_seconds) = divide(&object);
    let emails: Vec<&[u8]> = setting("email").map(str::as_bytes).into_iter().collect();
    let signer = if emails.is_empty() { Expected::Anybody } else { Expected::Emails(&emails) };
    let now = setting("now").map(str::parse).transpose()?;
    let moment = Moment { committer_seconds, now };
    let verdict = verify(signature.as_deref(), &payload, &trust, signer, moment);
    println!("{}\t{}", verdict.status, verdict.reason);
    Ok(())
}

/// What is signed, the signature, and the date of the committer.
fn divide(object: &[u8]) -> (Vec<u8>, Option<Vec<u8>>, i64) {
    let (mut payload, mut signature, mut seconds) = (Vec::new(), None, 0);
    let (mut is_header, mut is_signature) = (true, false);
    for line in object.lines_with_terminator() {
        is_header &= line != b"\n";
        if is_header && line.starts_with(b"gpgsig ") {
            (is_signature, signature) = (true, Some(line[7..].to_vec()));
            continue;
        }
        is_signature &= is_header && line.starts_with(b" ");
        if let (true, Some(text)) = (is_signature, &mut signature) {
            text.extend(&line[1..]);
            continue;
        }
        if is_header && line.starts_with(b"committer ") {
            let words: Vec<&str> = line.to_str().unwrap_or_default().split_whitespace().collect();
            seconds = words.iter().rev().nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
        }
        payload.extend(line);
    }
    (payload, signature, seconds)
}
