//! Verdicts beside those of ssh-keygen, on keys that it makes.

mod keygen;

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use gitops_health_signature::{
    AllowedSigners, Expected, Moment, RevokedKeys, Status, TrustStore, verify,
};
use gitops_health_testkit::Random;
use gitops_health_testkit::ssh::Key;
use keygen::{ADA, Bench, Case, JULY, PAYLOAD, certify, keygen, succeed};

const KINDS: [(&str, &[&str]); 6] = [
    ("ed25519", &["-t", "ed25519"]),
    ("p256", &["-t", "ecdsa", "-b", "256"]),
    ("p384", &["-t", "ecdsa", "-b", "384"]),
    ("p521", &["-t", "ecdsa", "-b", "521"]),
    ("rsa2048", &["-t", "rsa", "-b", "2048"]),
    ("rsa3072", &["-t", "rsa", "-b", "3072"]),
];

#[test]
fn signatures_of_all_kinds_are_good_and_tampered_ones_are_bad() {
    let Some(bench) = Bench::new() else { return };
    for (name, options) in KINDS {
        let key = bench.key(name, options);
        let signers = format!("{ADA} {key}\n");
        for hash in ["-Ohashalg=sha256", "-Ohashalg=sha512"] {
            let signature = bench.sign(name, &["-n", "git", hash]);
            let case = Case::new(&signers, &signature);
            let verdict = bench.compare(&case, Status::Good);
            let shown = succeed(keygen(
                ["-l", "-f"].map(OsStr::new).into_iter().chain([bench.path(name).as_os_str()]),
                b"",
            ));
            let fingerprint = verdict.fingerprint.expect("a key");
            assert!(String::from_utf8_lossy(&shown).contains(&format!(" {fingerprint} ")));
            bench.compare(&Case { payload: b"other", ..case }, Status::Bad);
            bench.compare(&Case { owner: "eve@example.com", ..case }, Status::PrincipalMismatch);
            bench.compare(&Case { signers: "", ..case }, Status::UnknownKey);
            bench.compare(&Case { revoked: &key, ..case }, Status::HardRevoked);
        }
        let other = bench.sign(name, &["-n", "file"]);
        bench.compare(&Case::new(&signers, &other), Status::WrongNamespace);
    }
}

#[test]
fn small_rsa_keys_are_weak_also_where_ssh_keygen_takes_them() {
    let Some(bench) = Bench::new() else { return };
    let key = bench.key("rsa1024", &["-t", "rsa", "-b", "1024"]);
    let signature = bench.sign("rsa1024", &["-n", "git"]);
    let signers = format!("{ADA} {key}\n");
    let case = Case::new(&signers, &signature);
    assert_eq!(case.verdict().status, Status::WeakAlgorithm);
    assert!(bench.takes(&case));
}

#[test]
fn lists_of_owners_options_and_windows_decide_as_they_do_for_ssh_keygen() {
    let Some(bench) = Bench::new() else { return };
    let key = bench.key("key", &["-t", "ed25519"]);
    let signature = bench.sign("key", &["-n", "git"]);
    for (beginning, expected) in [
        ("*@example.com", Status::Good),
        ("ad?@example.*", Status::Good),
        ("*@example.com,!ada@*", Status::PrincipalMismatch),
        ("!ada@*,*", Status::PrincipalMismatch),
        ("!eve@*", Status::PrincipalMismatch),
        ("!eve@*,*", Status::Good),
        ("Ada@example.com", Status::PrincipalMismatch),
        ("\"Ada Example,ada@example.com\"", Status::Good),
        ("\"ada@example.com\"namespaces=\"git\"", Status::Good),
        ("ada@\"example.com\"", Status::Good),
        ("*\tnamespaces=\"git\"", Status::Good),
        ("* Namespaces=\"file,g*\"", Status::Good),
        ("* namespaces=\"file\"", Status::WrongNamespace),
        ("* namespaces=\"*,!git\"", Status::WrongNamespace),
        ("* namespaces=\"\"", Status::WrongNamespace),
        ("* cert-authority", Status::UnknownKey),
        ("* cert-authority,cert-authority,namespaces=\"git\"", Status::UnknownKey),
        ("* valid-after=\"20240701\"", Status::Good),
        ("* valid-after=\"20240701000001\"", Status::NotYetValid),
        ("* valid-after=\"202407010001Z\"", Status::NotYetValid),
        ("* valid-before=\"20240701Z\"", Status::Good),
        ("* valid-before=\"20240630235959\"", Status::ExpiredAtSigning),
        ("* valid-before=\"20200101\"", Status::ExpiredAtSigning),
        ("* valid-after=\"20240101\",valid-before=\"20250101\"", Status::Good),
    ] {
        let signers = format!("# ours\n\n  {beginning} {key} laptop\n");
        bench.compare(&Case::new(&signers, &signature), expected);
    }
}

#[test]
fn an_expired_key_with_an_earlier_date_is_good_for_ssh_keygen_and_here_with_a_remark() {
    let Some(bench) = Bench::new() else { return };
    let key = bench.key("key", &["-t", "ed25519"]);
    let signature = bench.sign("key", &["-n", "git"]);
    let signers = format!("{ADA} valid-before=\"20200101Z\" {key}\n");
    // 2019-06-01.
    let case = Case { seconds: 1_559_347_200, ..Case::new(&signers, &signature) };
    bench.compare(&case, Status::Good);
    let trust = TrustStore::new(
        AllowedSigners::parse(signers.as_bytes(), 0).expect("a list"),
        RevokedKeys::default(),
    );
    let moment = Moment { committer_seconds: case.seconds, now: Some(JULY) };
    let verdict = verify(Some(signature.as_bytes()), PAYLOAD, &trust, Expected::Anybody, moment);
    assert_eq!(verdict.status, Status::GoodKeyExpiredSince);
    assert!(verdict.reason.contains("which the signer chooses"));
}

#[test]
fn of_lines_that_can_not_be_read_ssh_keygen_complains_too_and_goes_on() {
    let Some(bench) = Bench::new() else { return };
    let key = bench.key("key", &["-t", "ed25519"]);
    let signature = bench.sign("key", &["-n", "git"]);
    let blob = key.split(' ').nth(1).expect("a key");
    for line in [
        "*".to_owned(),
        format!("\"* {key}"),
        format!("* nonsense {key}"),
        format!("* cert-authority, {key}"),
        format!("* cert-authority namespaces=\"git\" {key}"),
        format!("* namespaces=git {key}"),
        format!("* namespaces=\"git {key}"),
        format!("* namespaces=\"a\",namespaces=\"git\" {key}"),
        format!("* valid-after=\"2024\" {key}"),
        format!("* valid-after=\"20241301\" {key}"),
        format!("* valid-after=\"20240101\",valid-before=\"20240101\" {key}"),
        format!("* ssh-rsa {blob}"),
        format!("* SSH-ED25519 {blob}"),
        format!("* ssh-ed25519 {}", &blob[..blob.len() - 1]),
        format!("* ssh-ed25519 {}", &blob[..blob.len() - 4]),
        "* ssh-ed25519".to_owned(),
        format!("* ssh-made-up {blob}"),
    ] {
        let signers = format!("{line}\n* {key}\n");
        let error = AllowedSigners::parse(signers.as_bytes(), 0).expect_err(&line);
        assert_eq!(error.line, Some(1), "{line}: {error}");
        let output = bench.ask(&Case::new(&signers, &signature));
        let said = String::from_utf8_lossy(&output.stderr);
        let place = said.split_once("signers:1: ").map(|(_, said)| said);
        let complaints = ["missing key", "invalid ", "bad "];
        let complains = place.is_some_and(|it| complaints.iter().any(|word| it.starts_with(word)));
        assert!(complains, "ssh-keygen reads {line}: {said}");
    }
}

#[test]
fn certificates_are_good_where_authority_principal_and_windows_agree() {
    let Some(bench) = Bench::new() else { return };
    for (name, options) in KINDS {
        let authority = bench.key(&format!("ca-{name}"), options);
        bench.key(name, options);
        let signature = certify(&bench, &format!("ca-{name}"), name, &["-n", ADA]);
        let signers = format!("*@example.com cert-authority {authority}\n");
        let case = Case::new(&signers, &signature);
        bench.compare(&case, Status::Good);
        bench.compare(&Case { payload: b"other", ..case }, Status::Bad);
        bench.compare(&Case { owner: "eve@example.com", ..case }, Status::PrincipalMismatch);
        bench.compare(&Case { revoked: &authority, ..case }, Status::HardRevoked);
        bench.compare(&Case { signers: "", ..case }, Status::UnknownKey);
        // 2023-12-31 23:59:59, 2024-01-01, 2024-12-31 23:59:59, 2025-01-01.
        for (seconds, expected) in [
            (1_704_067_199, Status::NotYetValid),
            (1_704_067_200, Status::Good),
            (1_735_689_599, Status::Good),
            (1_735_689_600, Status::ExpiredAtSigning),
        ] {
            bench.compare(&Case { seconds, ..case }, expected);
        }
        let only_key = format!("* {authority}\n");
        bench.compare(&Case { signers: &only_key, ..case }, Status::UnknownKey);
        let narrow = format!("* cert-authority,valid-before=\"20240630\" {authority}\n");
        bench.compare(&Case { signers: &narrow, ..case }, Status::ExpiredAtSigning);
        let files = format!("* cert-authority,namespaces=\"file\" {authority}\n");
        bench.compare(&Case { signers: &files, ..case }, Status::WrongNamespace);
        let others = format!("*@other.example cert-authority {authority}\n");
        bench.compare(&Case { signers: &others, ..case }, Status::PrincipalMismatch);
    }
}

#[test]
fn certificates_for_hosts_for_nobody_or_of_keys_in_the_list_are_not_good() {
    let Some(bench) = Bench::new() else { return };
    let authority = bench.key("ca", &["-t", "ed25519"]);
    let signers = format!("* cert-authority {authority}\n");
    for (name, options, expected) in [
        ("host", &["-h", "-n", ADA][..], Status::PrincipalMismatch),
        ("nobody", &[], Status::PrincipalMismatch),
        ("pattern", &["-n", "*"], Status::PrincipalMismatch),
        ("login", &["-n", ADA, "-O", "force-command=true"], Status::Good),
    ] {
        let key = bench.key(name, &["-t", "ecdsa", "-b", "256"]);
        let signature = certify(&bench, "ca", name, options);
        bench.compare(&Case::new(&signers, &signature), expected);
        let plain = format!("* {key}\n");
        bench.compare(&Case::new(&plain, &signature), Status::UnknownKey);
    }
}

#[test]
fn certificates_are_judged_more_strictly_than_by_ssh_keygen_where_that_is_safer() {
    let Some(bench) = Bench::new() else { return };
    let authority = bench.key("ca", &["-t", "ed25519"]);
    let weak = bench.key("weak", &["-t", "rsa", "-b", "1024"]);
    let signers = format!("* cert-authority {authority}\n* cert-authority {weak}\n");
    let key = bench.key("key", &["-t", "ed25519"]);
    let critical = ["-n", ADA, "-O", "critical:new@example.com=1"];
    for (authority, options, expected) in [
        ("ca", &critical[..], Status::Unsupported),
        ("weak", &critical[..2], Status::WeakAlgorithm),
    ] {
        let signature = certify(&bench, authority, "key", options);
        let case = Case::new(&signers, &signature);
        assert_eq!(case.verdict().status, expected);
        assert!(bench.takes(&case), "ssh-keygen says no: {expected}");
    }
    let signature = certify(&bench, "ca", "key", &critical[..2]);
    let case = Case { revoked: &key, ..Case::new(&signers, &signature) };
    bench.compare(&case, Status::HardRevoked);
}

#[test]
fn security_keys_and_signatures_made_here_are_verified_as_ssh_keygen_does() {
    let Some(bench) = Bench::new() else { return };
    for key in [Key::ed25519(), Key::security_ed25519(), Key::security_ecdsa()] {
        let signers = format!("{ADA} {}\n", key.line());
        for flags in [0, 1, 5] {
            let signature = key.sign("git", PAYLOAD, flags);
            let case = Case::new(&signers, &signature);
            bench.compare(&case, Status::Good);
            bench.compare(&Case { payload: b"other", ..case }, Status::Bad);
        }
    }
}

#[test]
fn whoever_is_found_for_a_key_is_found_by_ssh_keygen_too() {
    let Some(bench) = Bench::new() else { return };
    let key = bench.key("key", &["-t", "ed25519"]);
    let signature = bench.sign("key", &["-n", "git"]);
    for signers in [
        format!("{ADA},grace@example.com {key}\n"),
        format!("# none\n*@example.com namespaces=\"git\" {key}\n* {key}\n"),
        format!("* cert-authority {key}\n{ADA} {key}"),
        String::new(),
    ] {
        let trust = TrustStore::new(
            AllowedSigners::parse(signers.as_bytes(), 0).expect("a list"),
            RevokedKeys::default(),
        );
        let moment = Moment { committer_seconds: JULY, now: None };
        let verdict =
            verify(Some(signature.as_bytes()), PAYLOAD, &trust, Expected::Anybody, moment);
        let ours = verdict.principal.map(|principal| principal.to_string());
        assert_eq!(ours, bench.owners(&signers, &signature), "{signers}");
    }
}

#[test]
fn three_hundred_lists_made_by_chance_decide_as_they_do_for_ssh_keygen() {
    let Some(bench) = Bench::new() else { return };
    let keys = [bench.key("one", &["-t", "ed25519"]), bench.key("other", &["-t", "ed25519"])];
    let signature = bench.sign("one", &["-n", "git"]);
    let mut chance = Random::new(20_240_701);
    let mut good = 0;
    for _ in 0..300 {
        let lines = (0..1 + chance.below(4)).map(|_| line(&mut chance, &keys));
        let signers = lines.collect::<Vec<_>>().join("\n");
        let case = Case::new(&signers, &signature);
        let verdict = case.verdict();
        let is_good = verdict.status == Status::Good;
        assert_eq!(is_good, bench.takes(&case), "{}\n{signers}", verdict.reason);
        good += usize::from(is_good);
    }
    assert!((30..270).contains(&good), "{good} are good");
}

fn of<'a>(chance: &mut Random, choices: &[&'a str]) -> &'a str {
    choices[chance.below(choices.len())]
}

/// A line that can be read.
fn line(chance: &mut Random, keys: &[String]) -> String {
    let patterns = [
        ADA,
        "*",
        "?da@*",
        "!ada@*",
        "!*",
        "grace@example.com",
        "*@example.com",
        "a*a@*.com",
        "!eve@*",
    ];
    let count = 1 + chance.below(3);
    let list: Vec<&str> = (0..count).map(|_| of(chance, &patterns)).collect();
    let mut options = Vec::new();
    let namespaces =
        ["", "", "namespaces=\"git\"", "namespaces=\"f*,!git,*\"", "namespaces=\"?it\""];
    let after = ["", "", "valid-after=\"20240101\"", "valid-after=\"20240701000001Z\""];
    let before = ["", "", "valid-before=\"20250101\"", "valid-before=\"202407010000\""];
    for choices in [&["", "", "", "cert-authority"][..], &namespaces, &after, &before] {
        let option = of(chance, choices);
        // A window that is empty is no line.
        let is_early_end = option == "valid-before=\"202407010000\"";
        let is_empty = is_early_end && options.contains(&"valid-after=\"20240701000001Z\"");
        if !option.is_empty() && !is_empty {
            options.push(option);
        }
    }
    format!("{} {} {}", list.join(","), options.join(","), keys[chance.below(3).min(1)])
}

#[test]
fn no_line_of_pieces_put_together_by_chance_is_taken_by_one_of_both_alone() {
    let Some(bench) = Bench::new() else { return };
    let key = bench.key("key", &["-t", "ed25519"]);
    let signature = bench.sign("key", &["-n", "git"]);
    let pieces = [
        "*",
        ADA,
        "\"",
        "\"",
        ",",
        " ",
        " ",
        "\t",
        "!",
        "eve",
        "#",
        "\\",
        "=",
        "cert-authority",
        "namespaces=\"git\"",
        "namespaces=",
        "NAMESPACES=\"f,g?t\"",
        "valid-after=\"20240101\"",
        "valid-before=\"20250101Z\"",
        "git",
        "valid-before=\"202501010000UTC\"",
        "valid-after=\"202401010000\"",
    ];
    let mut chance = Random::new(1);
    let mut counts = [0; 3];
    for _ in 0..300 {
        let count = chance.below(7);
        let middle: String = (0..count).map(|_| of(&mut chance, &pieces)).collect();
        let owners = of(&mut chance, &["", "* ", "* ", "\"*\" ", "ada@*,"]);
        let line = format!("{owners}{middle} {key}\n");
        let case = Case::new(&line, &signature);
        let is_read = AllowedSigners::parse(line.as_bytes(), 0).is_ok();
        let is_good = is_read && case.verdict().status == Status::Good;
        assert_eq!(is_good, bench.takes(&case), "{line:?} is read: {is_read}");
        counts[usize::from(is_read) + usize::from(is_good)] += 1;
    }
    assert!(counts.iter().all(|count| *count > 20), "refused, read and good: {counts:?}");
}

#[test]
fn a_time_without_a_zone_is_that_of_the_place() {
    let Some(bench) = Bench::new() else { return };
    let key = bench.key("key", &["-t", "ed25519"]);
    let signature = bench.sign("key", &["-n", "git"]);
    let signature = bench.write("signature", signature);
    // Two hours ahead of UTC: the key is valid from 22:00 on 30 June in UTC.
    let text = format!("* valid-after=\"20240701\" {key}\n");
    let signers = bench.write("signers", &text);
    let list = AllowedSigners::parse(text.as_bytes(), 7200).expect("a list");
    assert_eq!(list.signers()[0].valid_after, Some(JULY - 7200));
    for (time, expected) in [("20240630220000Z", true), ("20240630215959Z", false)] {
        let takes = takes_elsewhere("<+02>-2", time, &signature, &signers);
        assert_eq!(takes, expected, "{time}");
    }
}

fn takes_elsewhere(zone: &str, time: &str, signature: &Path, signers: &Path) -> bool {
    let mut child = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-n", "git", "-I", ADA, &format!("-Overify-time={time}"), "-s"])
        .arg(signature)
        .arg("-f")
        .arg(signers)
        .env("TZ", zone)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("ssh-keygen can be started");
    let _ = child.stdin.take().expect("a pipe").write_all(PAYLOAD);
    child.wait().expect("ssh-keygen ends").success()
}
