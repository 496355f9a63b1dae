//! ssh-keygen: keys, signatures and what it says of them.
//!
//! Where there is none the tests say so and compare nothing; with `REQUIRE_SSH_KEYGEN` set that is a failure.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use gitops_health_signature::{
    AllowedSigners, Expected, Moment, RevokedKeys, Status, TrustStore, Verdict, verify,
};
use tempfile::TempDir;

pub const PAYLOAD: &[u8] = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\na change\n";
pub const ADA: &str = "ada@example.com";
/// 2024-07-01 00:00:00.
pub const JULY: i64 = 1_719_792_000;

/// A directory with keys, or nothing where there is no ssh-keygen.
pub struct Bench {
    directory: TempDir,
}

impl Bench {
    #[expect(clippy::print_stderr, reason = "a test that compares nothing has to say so")]
    pub fn new() -> Option<Self> {
        let is_there = Command::new("ssh-keygen").arg("-?").output().is_ok();
        if !is_there {
            eprintln!("skipped: ssh-keygen is not there, nothing was compared");
            assert!(std::env::var_os("REQUIRE_SSH_KEYGEN").is_none(), "ssh-keygen is not there");
            return None;
        }
        Some(Self { directory: TempDir::new().expect("a directory") })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("a file");
        path
    }

    /// Makes a key; the answer is its line in a list.
    pub fn key(&self, name: &str, options: &[&str]) -> String {
        let path = self.path(name);
        let fixed = ["-q", "-N", "", "-C", "", "-f"].map(OsStr::new);
        let options = options.iter().map(OsStr::new);
        succeed(keygen(fixed.into_iter().chain([path.as_os_str()]).chain(options), b""));
        fs::read_to_string(self.path(&format!("{name}.pub"))).expect("a key").trim().to_owned()
    }

    /// Signs the payload with a key or a certificate.
    pub fn sign(&self, key: &str, options: &[&str]) -> String {
        let path = self.path(key);
        let fixed = ["-Y", "sign", "-f"].map(OsStr::new);
        let options = options.iter().map(OsStr::new);
        let output = keygen(fixed.into_iter().chain([path.as_os_str()]).chain(options), PAYLOAD);
        String::from_utf8(succeed(output)).expect("text")
    }

    /// Whether ssh-keygen takes a signature for one of this owner at this time.
    pub fn takes(&self, case: &Case<'_>) -> bool {
        self.ask(case).status.success()
    }

    pub fn ask(&self, case: &Case<'_>) -> Output {
        let signers = self.write("signers", case.signers);
        let revoked = self.write("revoked", case.revoked);
        let signature = self.write("signature", case.signature);
        let time = format!("-Overify-time={}", stamp(case.seconds));
        let fixed = ["-Y", "verify", "-n", "git", "-I", case.owner, &time, "-s"].map(OsStr::new);
        let files = [signature.as_os_str(), "-f".as_ref(), signers.as_os_str(), "-r".as_ref()];
        let arguments = fixed.into_iter().chain(files).chain([revoked.as_os_str()]);
        keygen(arguments, case.payload)
    }

    /// The first owners that ssh-keygen finds for the key of a signature.
    pub fn owners(&self, signers: &str, signature: &str) -> Option<String> {
        let signers = self.write("signers", signers);
        let signature = self.write("signature", signature);
        let time = format!("-Overify-time={}", stamp(JULY));
        let fixed = ["-Y", "find-principals", &time, "-s"].map(OsStr::new);
        let files = [signature.as_os_str(), "-f".as_ref(), signers.as_os_str()];
        let output = keygen(fixed.into_iter().chain(files), b"");
        let text = String::from_utf8(output.stdout).expect("text");
        // Versions differ in what stands between the owners.
        output.status.success().then(|| text.trim_end().replace('\n', ","))
    }

    /// Compares good with not good, and the answer with the one that is expected.
    pub fn compare(&self, case: &Case<'_>, expected: Status) -> Verdict {
        let verdict = case.verdict();
        assert_eq!(verdict.status, expected, "{}\n{case:?}", verdict.reason);
        let is_good = matches!(expected, Status::Good | Status::GoodKeyExpiredSince);
        assert_eq!(self.takes(case), is_good, "ssh-keygen says otherwise: {expected}\n{case:?}");
        verdict
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub signers: &'a str,
    pub revoked: &'a str,
    pub signature: &'a str,
    pub payload: &'a [u8],
    pub owner: &'a str,
    pub seconds: i64,
}

impl<'a> Case<'a> {
    pub fn new(signers: &'a str, signature: &'a str) -> Self {
        Self { signers, revoked: "", signature, payload: PAYLOAD, owner: ADA, seconds: JULY }
    }

    pub fn verdict(&self) -> Verdict {
        let trust = TrustStore::new(
            AllowedSigners::parse(self.signers.as_bytes(), 0).expect("a list"),
            RevokedKeys::parse(self.revoked.as_bytes()).expect("a list"),
        );
        let moment = Moment { committer_seconds: self.seconds, now: None };
        let signer = Expected::Emails(&[self.owner.as_bytes()]);
        verify(Some(self.signature.as_bytes()), self.payload, &trust, signer, moment)
    }
}

pub fn keygen<'a>(arguments: impl IntoIterator<Item = &'a OsStr>, input: &[u8]) -> Output {
    let mut child = Command::new("ssh-keygen")
        .args(arguments)
        .env("TZ", "UTC")
        .env_remove("SSH_AUTH_SOCK")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ssh-keygen can be started");
    // It may end before it has read everything.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("ssh-keygen ends")
}

pub fn succeed(output: Output) -> Vec<u8> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// `YYYYMMDDHHMMSS` in UTC.
pub fn stamp(seconds: i64) -> String {
    let text = jiff::Timestamp::from_second(seconds).expect("a time").to_string();
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A signature with a certificate of 2024.
pub fn certify(bench: &Bench, authority: &str, key: &str, options: &[&str]) -> String {
    let (authority, public) = (bench.path(authority), bench.path(&format!("{key}.pub")));
    let fixed = ["-q", "-I", "id", "-V", "20240101000000:20250101000000", "-s"].map(OsStr::new);
    let options = options.iter().map(OsStr::new);
    let arguments = fixed.into_iter().chain([authority.as_os_str()]).chain(options);
    succeed(keygen(arguments.chain([public.as_os_str()]), b""));
    bench.sign(&format!("{key}-cert.pub"), &["-n", "git"])
}
