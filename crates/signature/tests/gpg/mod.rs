//! A home of gpg with keys that it makes at times that never were.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The answers to the questions about a revocation: yes, the code of the reason, no text, yes.
fn reason(code: u8) -> String {
    format!("y\n{code}\n\ny\n")
}

pub struct Gpg {
    home: TempDir,
}

impl Gpg {
    /// Nothing where there is no gpg, which is a failure with `REQUIRE_GPG` set.
    #[expect(clippy::print_stderr, reason = "a test that compares nothing has to say so")]
    pub fn new() -> Option<Self> {
        if Command::new("gpg").arg("--version").output().is_err() {
            eprintln!("skipped: gpg is not there, nothing was compared");
            assert!(std::env::var_os("REQUIRE_GPG").is_none(), "gpg is not there");
            return None;
        }
        Some(Self { home: TempDir::new().expect("a directory") })
    }

    fn run(&self, time: &str, arguments: &[&str], input: &[u8]) -> Output {
        let fixed = ["--no-tty", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
        let mut child = Command::new("gpg")
            .env("GNUPGHOME", self.home.path())
            .env("TZ", "UTC")
            .args(fixed)
            .args(["--faked-system-time", &format!("{time}T000000!")])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gpg can be started");
        // It may end before it has read everything.
        let _ = child.stdin.take().expect("a pipe").write_all(input);
        child.wait_with_output().expect("gpg ends")
    }

    /// What gpg writes, which has to succeed.
    pub fn ok(&self, time: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let output = self.run(time, arguments, input);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "gpg {arguments:?}: {said}");
        output.stdout
    }

    /// Makes a key; the answer is its fingerprint.
    pub fn key(&self, time: &str, user: &str, kind: &str, usage: &str, expires: &str) -> String {
        let make = ["--batch", "--quick-generate-key", user, kind, usage, expires];
        self.ok(time, &make, b"");
        self.fingerprints(user).remove(0)
    }

    /// The fingerprints of a key and its subkeys.
    pub fn fingerprints(&self, user: &str) -> Vec<String> {
        let list = ["--with-colons", "--list-keys", user];
        let text = String::from_utf8(self.ok("20240101", &list, b"")).expect("text");
        let lines = text.lines().filter(|line| line.starts_with("fpr:"));
        lines.map(|line| line.split(':').nth(9).expect("a field").to_owned()).collect()
    }

    pub fn sign(&self, time: &str, key: &str, options: &[&str], payload: &[u8]) -> Vec<u8> {
        let fixed = ["--batch", "--armor", "--detach-sign", "--local-user", key];
        self.ok(time, &[options, &fixed].concat(), payload)
    }

    pub fn export(&self) -> Vec<u8> {
        self.ok("20240101", &["--batch", "--armor", "--export"], b"")
    }

    /// Revokes a primary key for the reason with this code: 0 none, 1 compromised, 2 superseded, 3 not used
    /// any more.
    pub fn revoke(&self, time: &str, key: &str, code: u8) {
        let ask = ["--command-fd", "0", "--gen-revoke", key];
        let revocation = self.ok(time, &ask, reason(code).as_bytes());
        self.ok(time, &["--batch", "--import"], &revocation);
    }

    /// Revokes the first subkey.
    pub fn revoke_subkey(&self, time: &str, key: &str, code: u8) {
        let input = format!("key 1\nrevkey\n{}save\n", reason(code));
        self.ok(time, &["--command-fd", "0", "--edit-key", key], input.as_bytes());
    }

    /// A program for git (`gpg.program`) that is gpg at a time.
    #[cfg(unix)]
    pub fn program(&self, time: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.home.path().join(format!("gpg-{time}"));
        let home = self.home.path().display();
        let options = "--batch --no-tty --pinentry-mode loopback --passphrase ''";
        let line = format!(
            "exec gpg --homedir '{home}' {options} --faked-system-time {time}T000000! \"$@\""
        );
        fs::write(&path, format!("#!/bin/sh\n{line}\n")).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("a program");
        path
    }

    /// What gpg says of a signature at a time: the first word of this kind on its status lines.
    pub fn says(&self, now: &str, signature: &[u8], payload: &[u8]) -> String {
        let write = |name: &str, content: &[u8]| -> PathBuf {
            let path = self.home.path().join(name);
            fs::write(&path, content).expect("a file");
            path
        };
        let files = [write("signature", signature), write("payload", payload)];
        let files = files.each_ref().map(|path| path.to_str().expect("a path"));
        let verify = ["--batch", "--status-fd", "1", "--verify", files[0], files[1]];
        let output = self.run(now, &verify, b"");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut words = text.lines().filter_map(|line| line.split(' ').nth(1));
        let answers = ["GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG", "NODATA"];
        let answer = words.find(|word| answers.contains(word));
        answer.unwrap_or_else(|| panic!("gpg says {text}")).to_owned()
    }
}

impl Drop for Gpg {
    /// The agent that gpg has started would stay.
    fn drop(&mut self) {
        let arguments = ["--kill", "all"].map(OsStr::new);
        let _ = Command::new("gpgconf")
            .env("GNUPGHOME", self.home.path())
            .args(arguments)
            .stderr(Stdio::null())
            .status();
    }
}
