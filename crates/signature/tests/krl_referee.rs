//! Binary lists of revoked keys beside what ssh-keygen reads in them.

#[allow(dead_code, reason = "the comparison of signatures uses the rest")]
mod keygen;

use std::ffi::OsStr;
use std::fs;

use gitops_health_signature::{
    AllowedSigners, Expected, Moment, RevokedKeys, Status, TrustStore, verify,
};
use keygen::{ADA, Bench, JULY, PAYLOAD, certify, keygen, succeed};

/// A binary list of what the lines of a specification name (ssh-keygen(1), KEY REVOCATION LISTS).
fn krl(bench: &Bench, specification: &str, authority: Option<&str>) -> Vec<u8> {
    let (list, lines) = (bench.path("krl"), bench.write("specification", specification));
    let authority = authority.map(|name| bench.path(&format!("{name}.pub")));
    let fixed = ["-q", "-k", "-f"].map(OsStr::new).into_iter().chain([list.as_os_str()]);
    let by = authority.iter().flat_map(|path| ["-s".as_ref(), path.as_os_str()]);
    succeed(keygen(fixed.chain(by).chain([lines.as_os_str()]), b""));
    fs::read(list).expect("a list")
}

/// Whether a binary list has a key or a certificate, as ssh-keygen and we have it.
fn in_list(bench: &Bench, list: &[u8], key: &str, signature: &str, signers: &str) -> (bool, bool) {
    let (path, public) = (bench.write("list", list), bench.path(&format!("{key}.pub")));
    let fixed = ["-Q", "-f"].map(OsStr::new).into_iter();
    let output = keygen(fixed.chain([path.as_os_str(), public.as_os_str()]), b"");
    let trust = TrustStore::new(
        AllowedSigners::parse(signers.as_bytes(), 0).expect("a list"),
        RevokedKeys::parse(list).expect("a list"),
    );
    let moment = Moment { committer_seconds: JULY, now: None };
    let verdict = verify(Some(signature.as_bytes()), PAYLOAD, &trust, Expected::Anybody, moment);
    assert!(matches!(verdict.status, Status::Good | Status::HardRevoked), "{}", verdict.reason);
    (!output.status.success(), verdict.status == Status::HardRevoked)
}

#[test]
fn binary_lists_of_revoked_keys_have_whatever_they_have_for_ssh_keygen() {
    let Some(bench) = Bench::new() else { return };
    let (authority, key) =
        (bench.key("ca", &["-t", "ed25519"]), bench.key("key", &["-t", "ed25519"]));
    let other = bench.key("other", &["-t", "ecdsa", "-b", "256"]);
    let signers = format!("* cert-authority {authority}\n* {key}\n* {other}\n");
    // The certificates have the id of their key and a number.
    let certificates = [("a", "7"), ("b", "70"), ("c", "700"), ("d", "0")].map(|(name, serial)| {
        bench.key(name, &["-t", "ed25519"]);
        let signature = certify(&bench, "ca", name, &["-n", ADA, "-z", serial]);
        (format!("{name}-cert"), signature)
    });
    let mut signed = vec![
        ("key".to_owned(), bench.sign("key", &["-n", "git"])),
        ("other".to_owned(), bench.sign("other", &["-n", "git"])),
    ];
    signed.extend(certificates);
    let mut counts = [0; 2];
    for (specification, by) in [
        (String::new(), None),
        (key.clone(), None),
        (format!("key: {key}\n"), None),
        (format!("sha1: {other}\n"), None),
        (format!("sha256: {other}\n"), None),
        (format!("sha256: {authority}\n"), None),
        (authority.clone(), None),
        ("serial: 7\n".to_owned(), Some("ca")),
        ("serial: 7-70\n".to_owned(), Some("ca")),
        ("serial: 70-18446744073709551615\n".to_owned(), Some("ca")),
        ("serial: 1\nserial: 3\nserial: 7\nserial: 9\nserial: 70\n".to_owned(), Some("ca")),
        ((0..400).map(|it| format!("serial: {}\n", 2 * it + 1)).collect(), Some("ca")),
        ((1..400).map(|it| format!("serial: {}\n", 2 * it)).collect(), Some("ca")),
        ("id: id\n".to_owned(), Some("ca")),
        ("id: nobody\n".to_owned(), Some("ca")),
        ("serial: 7\nid: id\n".to_owned(), Some("other")),
        (format!("serial: 700\n{key}\nsha256: {other}\n"), Some("ca")),
    ] {
        let list = krl(&bench, &specification, by);
        for (name, signature) in &signed {
            let (theirs, ours) = in_list(&bench, &list, name, signature, &signers);
            assert_eq!(ours, theirs, "{name}: {specification} {by:?}");
            counts[usize::from(ours)] += 1;
        }
    }
    assert!(counts.iter().all(|count| *count > 20), "not revoked and revoked: {counts:?}");
}

#[test]
fn binary_lists_that_are_cut_or_changed_are_refused_or_read_without_a_break_down() {
    let Some(bench) = Bench::new() else { return };
    bench.key("ca", &["-t", "ed25519"]);
    let list = krl(&bench, "serial: 7\nserial: 70-90\nid: id\n", Some("ca"));
    for end in 8..list.len() {
        let is_read = RevokedKeys::parse(&list[..end]).is_ok();
        let path = bench.write("list", &list[..end]);
        let arguments = ["-Q", "-l", "-f"].map(OsStr::new).into_iter();
        let theirs = keygen(arguments.chain([path.as_os_str()]), b"");
        assert_eq!(is_read, theirs.status.success(), "{end}");
    }
    for place in 0..list.len() {
        for bit in [1, 0x10, 0x80, 0xff] {
            let mut changed = list.clone();
            changed[place] ^= bit;
            let _ = RevokedKeys::parse(&changed);
        }
    }
}
