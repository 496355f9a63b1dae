//! How many signatures are verified in a second of CPU time, for each kind of key.
//!
//! `cargo run --release -p gitops-health-signature --example throughput -- [SECONDS]`. Needs ssh-keygen,
//! gpg and openssl, which make the keys and sign once with each.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gitops_health_signature::{
    AllowedSigners, Expected, Moment, OpenPgpKeys, RevokedKeys, Status, TrustStore, X509Roots,
    verify,
};

/// As large as the data of an ordinary commit.
const PAYLOAD: &[u8] = &[b'a'; 400];

#[expect(clippy::print_stdout, reason = "the answer")]
fn main() -> Result<(), Box<dyn Error>> {
    let seconds = std::env::args().nth(1).map_or(Ok(1.0), |text| text.parse())?;
    let directory = tempfile::tempdir()?;
    for (kind, bits) in
        [("ed25519", "256"), ("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521"), ("rsa", "3072")]
    {
        let path = directory.path().join(format!("{kind}-{bits}"));
        let (signers, signature) = sign(&path, kind, bits)?;
        let signers = AllowedSigners::parse(signers.as_bytes(), 0)?;
        let trust = TrustStore::new(signers, RevokedKeys::default());
        let rate = measure(&trust, &signature, Duration::from_secs_f64(seconds))?;
        println!("SSH     {kind:8} {bits:>5}  {rate:>8.0} verifications per CPU second");
    }
    for kind in ["ed25519", "nistp256", "nistp384", "rsa3072"] {
        let (keys, signature) = sign_openpgp(directory.path(), kind)?;
        let trust = TrustStore::new(AllowedSigners::parse(b"", 0)?, RevokedKeys::default())
            .with_openpgp(OpenPgpKeys::parse(&keys)?);
        let rate = measure(&trust, &signature, Duration::from_secs_f64(seconds))?;
        println!("OpenPGP {kind:14}  {rate:>8.0} verifications per CPU second");
    }
    gpg(directory.path(), "gpgconf", &["--kill", "all"])?;
    let kinds = [("nistp256", "EC -pkeyopt ec_paramgen_curve:P-256"), ("rsa3072", "rsa:3072")];
    for (name, kind) in kinds {
        let (roots, signature) = sign_x509(directory.path(), kind)?;
        let trust = TrustStore::empty().with_x509(X509Roots::parse(&roots)?);
        let rate = measure(&trust, &signature, Duration::from_secs_f64(seconds))?;
        println!("X.509   {name:14}  {rate:>8.0} verifications per CPU second");
    }
    Ok(())
}

/// An authority, and a signature with a certificate by it, both of keys of this kind.
fn sign_x509(home: &Path, kind: &str) -> Result<(Vec<u8>, Vec<u8>), Box<dyn Error>> {
    fs::write(home.join("payload"), PAYLOAD)?;
    fs::write(home.join("extensions"), "subjectAltName=email:ada@example.com\n")?;
    let openssl = |line: &str| {
        let mut command = Command::new("openssl");
        let output = command.current_dir(home).args(line.split(' ')).output()?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(Box::<dyn Error>::from("openssl makes no signature"))
        }
    };
    openssl(&format!(
        "req -x509 -newkey {kind} -nodes -keyout ca.key -subj /CN=Root -days 9 -out ca.pem \
         -addext keyUsage=keyCertSign"
    ))?;
    openssl(&format!("req -new -newkey {kind} -nodes -keyout key -subj /CN=Ada -out request"))?;
    openssl(
        "x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial -days 9 \
         -extfile extensions -out certificate",
    )?;
    openssl(
        "cms -sign -binary -in payload -signer certificate -inkey key -outform PEM -out signature",
    )?;
    let text =
        fs::read_to_string(home.join("signature"))?.replace(" CMS-----", " SIGNED MESSAGE-----");
    Ok((fs::read(home.join("ca.pem"))?, text.into_bytes()))
}

/// A list with a key, and a signature by it.
fn sign_openpgp(home: &Path, kind: &str) -> Result<(Vec<u8>, Vec<u8>), Box<dyn Error>> {
    let user = format!("{kind} <ada@example.com>");
    let fixed = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
    let with = |arguments: &[&str]| gpg(home, "gpg", &[&fixed, arguments].concat());
    with(&["--quick-generate-key", &user, kind, "sign", "0"])?;
    let payload = home.join("payload");
    fs::write(&payload, PAYLOAD)?;
    let payload = payload.to_str().ok_or("no text")?;
    let sign = ["--armor", "--local-user", &user, "--output", "-", "--detach-sign", payload];
    Ok((with(&["--export", &user])?, with(&sign)?))
}

fn gpg(home: &Path, program: &str, arguments: &[&str]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut command = Command::new(program);
    command.env("GNUPGHOME", home).args(arguments).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output()?;
    if output.status.success() { Ok(output.stdout) } else { Err("gpg makes no signature".into()) }
}

/// A list with the key, and a signature.
fn sign(path: &Path, kind: &str, bits: &str) -> Result<(String, Vec<u8>), Box<dyn Error>> {
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-N", "", "-C", "", "-t", kind, "-b", bits, "-f"]).arg(path);
    if !command.status()?.success() {
        return Err("ssh-keygen makes no key".into());
    }
    let key = fs::read_to_string(path.with_extension("pub"))?;
    let mut child = Command::new("ssh-keygen")
        .args(["-Y", "sign", "-n", "git", "-f"])
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    child.stdin.take().ok_or("no pipe")?.write_all(PAYLOAD)?;
    let output = child.wait_with_output()?;
    Ok((format!("*@example.com valid-after=\"20200101Z\" {key}"), output.stdout))
}

/// How many verifications there are in a second of CPU time: this thread does nothing else.
fn measure(
    trust: &TrustStore,
    signature: &[u8],
    at_least: Duration,
) -> Result<f64, Box<dyn Error>> {
    let signer = Expected::Emails(&[b"ada@example.com"]);
    let moment = Moment { committer_seconds: 1_719_792_000, now: None };
    let (start, began) = (cpu_time()?, Instant::now());
    let mut count: u32 = 0;
    while began.elapsed() < at_least {
        for _ in 0..100 {
            let verdict = verify(Some(signature), PAYLOAD, trust, signer, moment);
            if verdict.status != Status::Good {
                return Err(verdict.reason.into());
            }
        }
        count += 100;
    }
    Ok(f64::from(count) / cpu_time()?.saturating_sub(start).as_secs_f64())
}

/// What this thread has run, where the system says so (Linux, `/proc/thread-self/schedstat`).
fn cpu_time() -> Result<Duration, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = text.split(' ').next().ok_or("no time")?.parse()?;
    Ok(Duration::from_nanos(nanoseconds))
}
