//! Verdicts beside `%G?` of git, on commits that git signs with gpg.
#![cfg(unix)]

#[allow(dead_code, reason = "the comparison with gpg itself uses the rest")]
mod gpg;

use gitops_health_signature::{
    AllowedSigners, Expected, Moment, OpenPgpKeys, RevokedKeys, Status, TrustStore, verify,
};
use gitops_health_testkit::{Author, TestRepo};
use gpg::Gpg;

const ADA: &str = "Ada Example <ada@example.com>";
/// 2024-06-01 and 2026-01-01.
const SIGNED: &str = "1717200000 +0000";
const NOW: i64 = 1_767_225_600;

/// A repository with a commit that is signed on 2024-06-01.
fn signed(gpg: &Gpg, key: &str) -> (TestRepo, String) {
    let repo = TestRepo::new();
    let program = gpg.program("20240601");
    for (name, value) in [
        ("gpg.program", program.to_str().expect("text")),
        ("commit.gpgSign", "true"),
        ("user.signingKey", key),
    ] {
        repo.git(&["config", name, value]);
    }
    repo.write("file", "content\n");
    let author = Author { name: "Ada", email: "ada@example.com", time: SIGNED };
    let commit = repo.commit_as(author, "a change\n");
    (repo, commit)
}

/// What git and we say of a commit on 2026-01-01.
fn both(gpg: &Gpg, repo: &TestRepo, commit: &str) -> (String, Status) {
    let program = gpg.program("20260101");
    repo.git(&["config", "gpg.program", program.to_str().expect("text")]);
    let git = repo.git_text(&["log", "-1", "--format=%G?", commit]).trim().to_owned();
    let object = String::from_utf8(repo.git(&["cat-file", "commit", commit])).expect("text");
    let (before, rest) = object.split_once("gpgsig ").expect("a signature");
    let (signature, after) = rest.split_once("\n\n").expect("a message");
    let payload = format!("{before}\n{after}");
    let signature = signature.replace("\n ", "\n");
    let none = AllowedSigners::parse(b"", 0).expect("a list");
    let trust = TrustStore::new(none, RevokedKeys::default())
        .with_openpgp(OpenPgpKeys::parse(&gpg.export()).expect("keys"));
    let moment = Moment { committer_seconds: 0, now: Some(NOW) };
    let signer = Expected::Emails(&[b"ada@example.com"]);
    let verdict = verify(Some(signature.as_bytes()), payload.as_bytes(), &trust, signer, moment);
    (git, verdict.status)
}

#[test]
fn good_and_changed_commits_are_told_as_git_tells_them() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("20240101", ADA, "ed25519", "sign", "0");
    let (repo, commit) = signed(&gpg, &key);
    assert_eq!(both(&gpg, &repo, &commit), ("G".to_owned(), Status::Good));
    let object = String::from_utf8(repo.git(&["cat-file", "commit", &commit])).expect("text");
    let changed = object.replace("a change", "another change");
    let write = ["hash-object", "-t", "commit", "-w", "--stdin"];
    let id = repo.git_with_input(&write, changed.as_bytes());
    let id = String::from_utf8(id).expect("an id");
    assert_eq!(both(&gpg, &repo, id.trim()), ("B".to_owned(), Status::Bad));
}

#[test]
fn a_key_that_expired_later_is_told_as_git_tells_it() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("20240101", ADA, "ed25519", "sign", "1y");
    let (repo, commit) = signed(&gpg, &key);
    assert_eq!(both(&gpg, &repo, &commit), ("Y".to_owned(), Status::GoodKeyExpiredSince));
}

#[test]
fn of_a_revoked_key_git_does_not_say_why_it_was_revoked() {
    for (reason, ours) in [(1, Status::HardRevoked), (3, Status::SoftRevoked)] {
        let Some(gpg) = Gpg::new() else { return };
        let key = gpg.key("20240101", ADA, "rsa3072", "sign", "0");
        let (repo, commit) = signed(&gpg, &key);
        gpg.revoke("20240801", &key, reason);
        assert_eq!(both(&gpg, &repo, &commit), ("R".to_owned(), ours));
    }
}
