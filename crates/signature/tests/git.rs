//! Verdicts beside `%G?` of git, on commits and tags that git signs with ssh-keygen.

use std::process::Command;

use gitops_health_signature::{
    AllowedSigners, Expected, Moment, RevokedKeys, Status, TrustStore, verify,
};
use gitops_health_testkit::{Author, TestRepo};

/// A repository that signs with a key of its own; the answer has the key's line, too. `None` where
/// there is no ssh-keygen.
#[expect(clippy::print_stderr, reason = "a test that compares nothing has to say so")]
fn signing() -> Option<(TestRepo, String)> {
    let repo = TestRepo::new();
    let path = repo.git_dir().join("key");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
        .arg(&path)
        .status();
    let Ok(made) = made else {
        eprintln!("skipped: ssh-keygen is not there, nothing was compared");
        assert!(std::env::var_os("REQUIRE_SSH_KEYGEN").is_none(), "ssh-keygen is not there");
        return None;
    };
    assert!(made.success(), "a key");
    let key = path.to_str().expect("text");
    let signers = repo.git_dir().join("signers");
    for (name, value) in [
        ("gpg.format", "ssh"),
        ("commit.gpgSign", "true"),
        ("user.signingKey", key),
        ("gpg.ssh.allowedSignersFile", signers.to_str().expect("text")),
    ] {
        repo.git(&["config", name, value]);
    }
    let line = std::fs::read_to_string(path.with_extension("pub")).expect("a key");
    Some((repo, line.trim().to_owned()))
}

/// The object without its signature, and the signature.
fn parts(commit: &[u8]) -> (Vec<u8>, Option<Vec<u8>>) {
    let (mut payload, mut signature): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let (mut is_head, mut is_signature) = (true, false);
    for line in commit.split_inclusive(|byte| *byte == b'\n') {
        is_head &= line != b"\n";
        let first = line.strip_prefix(b"gpgsig ").filter(|_| is_head);
        let next = line.strip_prefix(b" ").filter(|_| is_head && is_signature);
        is_signature = first.or(next).is_some();
        match first.or(next) {
            Some(text) => signature.extend(text),
            None => payload.extend(line),
        }
    }
    (payload, (!signature.is_empty()).then_some(signature))
}

/// What git and we say of a commit at this time, with this list.
fn both(repo: &TestRepo, commit: &str, seconds: i64, signers: &str) -> (String, Status) {
    std::fs::write(repo.git_dir().join("signers"), signers).expect("a file");
    let git = repo.git_text(&["log", "-1", "--format=%G?", commit]).trim().to_owned();
    let (payload, signature) = parts(&repo.git(&["cat-file", "commit", commit]));
    let trust = TrustStore::new(
        AllowedSigners::parse(signers.as_bytes(), 0).expect("a list"),
        RevokedKeys::default(),
    );
    let moment = Moment { committer_seconds: seconds, now: Some(1_790_000_000) };
    let verdict = verify(signature.as_deref(), &payload, &trust, Expected::Anybody, moment);
    (git, verdict.status)
}

/// 2019-06-01.
const BACKDATED: i64 = 1_559_347_200;

fn commit(repo: &TestRepo) -> String {
    let time = format!("{BACKDATED} +0000");
    repo.write("file", "content\n");
    repo.commit_as(Author { name: "Ada", email: "ada@example.com", time: &time }, "a change\n")
}

#[test]
fn where_git_has_three_answers_there_are_more_here() {
    let Some((repo, key)) = signing() else { return };
    let commit = commit(&repo);
    for (signers, git, ours) in [
        (format!("ada@example.com {key}\n"), "G", Status::Good),
        (
            format!("ada@example.com valid-before=\"20200101Z\" {key}\n"),
            "G",
            Status::GoodKeyExpiredSince,
        ),
        (
            format!("ada@example.com valid-before=\"20190101Z\" {key}\n"),
            "U",
            Status::ExpiredAtSigning,
        ),
        (format!("ada@example.com valid-after=\"20200101Z\" {key}\n"), "U", Status::NotYetValid),
        // Git finds the owner of the key first, and when ssh-keygen then refuses it that is bad.
        (format!("ada@example.com namespaces=\"file\" {key}\n"), "B", Status::WrongNamespace),
        ("# nobody\n".to_owned(), "U", Status::UnknownKey),
    ] {
        assert_eq!(both(&repo, &commit, BACKDATED, &signers), (git.to_owned(), ours), "{signers}");
    }
}

#[test]
fn commits_that_were_changed_or_never_signed_are_told_as_git_tells_them() {
    let Some((repo, key)) = signing() else { return };
    let signers = format!("ada@example.com {key}\n");
    let signed = repo.git(&["cat-file", "commit", &commit(&repo)]);
    let text = String::from_utf8(signed).expect("text");
    let changed = text.replace("a change", "another change");
    let (unsigned, _) = parts(text.as_bytes());
    for (content, git, ours) in
        [(changed.as_bytes(), "B", Status::Bad), (&unsigned, "N", Status::Unsigned)]
    {
        let id = repo.git_with_input(&["hash-object", "-t", "commit", "-w", "--stdin"], content);
        let id = String::from_utf8(id).expect("an id");
        assert_eq!(both(&repo, id.trim(), BACKDATED, &signers), (git.to_owned(), ours));
    }
}

#[test]
fn the_signature_of_a_tag_is_what_stands_at_its_end() {
    let Some((repo, key)) = signing() else { return };
    commit(&repo);
    repo.git(&["tag", "--sign", "--message", "a release", "v1"]);
    let tag = repo.git_text(&["cat-file", "tag", "v1"]);
    let start = tag.find("-----BEGIN SSH SIGNATURE-----").expect("a signature");
    let (payload, signature) = tag.split_at(start);
    let trust = TrustStore::new(
        AllowedSigners::parse(format!("ada@example.com {key}\n").as_bytes(), 0).expect("a list"),
        RevokedKeys::default(),
    );
    let moment = Moment { committer_seconds: BACKDATED, now: None };
    let of = |signature: &str| {
        let signer = Expected::Emails(&[b"ada@example.com"]);
        verify(Some(signature.as_bytes()), payload.as_bytes(), &trust, signer, moment).status
    };
    assert_eq!(of(signature), Status::Good);
    assert_eq!(of(&format!("{signature}and nobody signed this\n")), Status::Malformed);
}
