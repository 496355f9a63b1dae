//! Every answer, without a program that makes keys.

use gitops_health_signature::{
    AllowedSigners, Expected, Format, Moment, RevokedKeys, Status, TimeBasis, TrustStore, Verdict,
    verify,
};
use gitops_health_testkit::Random;
use gitops_health_testkit::ssh::{Key, armour};

const PAYLOAD: &[u8] = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\na change\n";
const ADA: Expected<'static> = Expected::Emails(&[b"ada@example.com"]);
/// 2024-07-01.
const JULY: Moment = Moment { committer_seconds: 1_719_792_000, now: None };
const TOUCHED: u8 = 1;

fn store(signers: &str, revoked: &str) -> TrustStore {
    TrustStore::new(
        AllowedSigners::parse(signers.as_bytes(), 0).expect("a list"),
        RevokedKeys::parse(revoked.as_bytes()).expect("a list"),
    )
}

/// The verdict on a good signature by a key about which the list has these lines.
fn judge(beginnings: &[&str], signer: Expected<'_>, moment: Moment) -> Verdict {
    let key = Key::ed25519();
    let lines: String =
        beginnings.iter().map(|beginning| format!("{beginning} {}\n", key.line())).collect();
    let signature = key.sign("git", PAYLOAD, 0);
    verify(Some(signature.as_bytes()), PAYLOAD, &store(&lines, ""), signer, moment)
}

fn status(beginnings: &[&str]) -> Status {
    judge(beginnings, ADA, JULY).status
}

#[test]
fn a_good_signature_names_key_owner_and_trust_store() {
    let verdict = judge(&["*@example.com"], ADA, JULY);
    assert_eq!(verdict.status, Status::Good, "{}", verdict.reason);
    assert_eq!(verdict.format, Format::Ssh);
    assert_eq!(verdict.principal.expect("an owner"), "ada@example.com");
    assert!(verdict.fingerprint.expect("a key").starts_with("SHA256:"));
    assert!(verdict.trust.to_string().starts_with("sha256:"));
    assert_eq!((verdict.time_basis, verdict.signed_at), (None, None));
}

#[test]
fn no_signature_and_other_formats_are_answered_without_a_calculation() {
    let trust = store("", "");
    let of = |signature: Option<&[u8]>| {
        let verdict = verify(signature, PAYLOAD, &trust, ADA, JULY);
        (verdict.status, verdict.format)
    };
    assert_eq!(of(None), (Status::Unsigned, Format::Unknown));
    assert_eq!(of(Some(b"")), (Status::Malformed, Format::Unknown));
    assert_eq!(of(Some(b"signed, ada")), (Status::Malformed, Format::Unknown));
    let armour = b"-----BEGIN PGP SIGNATURE-----\n";
    assert_eq!(of(Some(armour)), (Status::Malformed, Format::OpenPgp));
    let armour = b"-----BEGIN SIGNED MESSAGE-----\n";
    assert_eq!(of(Some(armour)), (Status::Malformed, Format::X509));
    let armour = b"-----BEGIN PGP MESSAGE-----\n";
    assert_eq!(of(Some(armour)), (Status::Malformed, Format::OpenPgp));
}

#[test]
fn a_key_is_known_to_belong_to_all_whom_its_lines_name() {
    let (key, other) = (Key::ed25519(), Key::ed25519());
    let lines = format!(
        "ada@example.com,*@ada.example {0}\ngrace@example.com valid-before=\"20200101\" {0}\n\
         eve@example.com cert-authority {0}\nbob@example.com {1}\n",
        key.line(),
        other.line()
    );
    let trust = store(&lines, "");
    let signature = key.sign("git", PAYLOAD, 0);
    let verdict = verify(Some(signature.as_bytes()), PAYLOAD, &trust, Expected::Anybody, JULY);
    let names = trust.principals_of(&verdict.fingerprint.expect("a key"));
    assert_eq!(names, ["ada@example.com,*@ada.example", "grace@example.com"]);
    assert!(trust.principals_of("SHA256:none").is_empty());
}

#[test]
fn a_key_belongs_to_whom_a_line_names() {
    assert_eq!(status(&["grace@example.com"]), Status::PrincipalMismatch);
    assert_eq!(status(&["*@example.com,!ada@*"]), Status::PrincipalMismatch);
    assert_eq!(status(&["grace@example.com", "ada@example.com"]), Status::Good);
    assert_eq!(judge(&["*"], Expected::Emails(&[]), JULY).status, Status::PrincipalMismatch);
    let verdict = judge(&["grace@example.com"], Expected::Anybody, JULY);
    assert_eq!(verdict.status, Status::Good);
    assert_eq!(verdict.principal.expect("an owner"), "grace@example.com");
    let mismatch = judge(&["grace@example.com"], ADA, JULY);
    assert_eq!(mismatch.principal.expect("an owner"), "grace@example.com");
    let long = vec![b'a'; 1 << 20];
    assert_eq!(judge(&["*"], Expected::Emails(&[&long]), JULY).status, Status::PrincipalMismatch);
}

#[test]
fn the_window_of_a_key_is_compared_with_the_date_of_the_committer() {
    let window = "ada@example.com valid-after=\"20240101Z\",valid-before=\"20250101Z\"";
    let at = |committer_seconds, now| {
        let verdict = judge(&[window], ADA, Moment { committer_seconds, now });
        assert_eq!(verdict.time_basis, Some(TimeBasis::CommitterDate));
        assert_eq!(verdict.signed_at, Some(committer_seconds));
        verdict.status
    };
    let (first, last) = (1_704_067_200, 1_735_689_600);
    assert_eq!(at(first - 1, None), Status::NotYetValid);
    assert_eq!(at(i64::MIN, None), Status::NotYetValid);
    assert_eq!(at(first, None), Status::Good);
    assert_eq!(at(last, Some(last)), Status::Good);
    assert_eq!(at(last, Some(last + 1)), Status::GoodKeyExpiredSince);
    assert_eq!(at(last + 1, Some(last + 1)), Status::ExpiredAtSigning);
    assert_eq!(at(i64::MAX, None), Status::ExpiredAtSigning);
}

#[test]
fn a_backdated_signature_is_good_for_a_reason_that_says_so() {
    let moment = Moment { committer_seconds: 1_559_347_200, now: Some(1_719_792_000) };
    let verdict = judge(&["ada@example.com valid-before=\"20200101Z\""], ADA, moment);
    assert_eq!(verdict.status, Status::GoodKeyExpiredSince);
    assert!(verdict.reason.contains("which the signer chooses"), "{}", verdict.reason);
}

#[test]
fn of_several_lines_the_best_answer_counts() {
    let expired = "ada@example.com valid-before=\"20200101Z\"";
    let files = "ada@example.com namespaces=\"file\"";
    let later = "ada@example.com valid-after=\"20300101Z\"";
    assert_eq!(status(&[expired, "ada@example.com"]), Status::Good);
    assert_eq!(status(&[files, later, expired]), Status::ExpiredAtSigning);
    assert_eq!(status(&[files, later]), Status::NotYetValid);
    assert_eq!(status(&["grace@example.com", files]), Status::WrongNamespace);
    assert_eq!(status(&["ada@example.com namespaces=\"fi*,g?t\""]), Status::Good);
}

#[test]
fn signatures_for_another_purpose_by_unknown_keys_or_over_other_bytes_are_told_apart() {
    let (key, other) = (Key::ed25519(), Key::ed25519());
    let trust = store(&format!("ada@example.com {}\n", key.line()), "");
    let of = |signature: String, payload: &[u8]| {
        verify(Some(signature.as_bytes()), payload, &trust, ADA, JULY).status
    };
    assert_eq!(of(key.sign("git", PAYLOAD, 0), PAYLOAD), Status::Good);
    assert_eq!(of(key.sign("git", PAYLOAD, 0), b"other"), Status::Bad);
    assert_eq!(of(key.sign("file", PAYLOAD, 0), PAYLOAD), Status::WrongNamespace);
    assert_eq!(of(key.sign("file", PAYLOAD, 0), b"other"), Status::Bad);
    assert_eq!(of(other.sign("git", PAYLOAD, 0), PAYLOAD), Status::UnknownKey);
    assert_eq!(of(other.sign("git", PAYLOAD, 0), b"other"), Status::Bad);
}

#[test]
fn a_revoked_key_is_revoked_for_all_times_also_where_nobody_trusts_it() {
    let key = Key::ed25519();
    let signature = key.sign("git", PAYLOAD, 0);
    for signers in ["".to_owned(), format!("ada@example.com {}", key.line())] {
        let trust = store(&signers, &format!("# lost\n{} laptop\n", key.line()));
        let verdict = verify(Some(signature.as_bytes()), PAYLOAD, &trust, ADA, JULY);
        assert_eq!(verdict.status, Status::HardRevoked);
        let bad = verify(Some(signature.as_bytes()), b"other", &trust, ADA, JULY);
        assert_eq!(bad.status, Status::Bad);
    }
}

#[test]
fn a_key_that_only_makes_certificates_signs_nothing_itself() {
    assert_eq!(status(&["ada@example.com cert-authority"]), Status::UnknownKey);
}

#[test]
fn security_keys_are_verified_with_their_flags() {
    for key in [Key::security_ed25519(), Key::security_ecdsa()] {
        let trust = store(&format!("ada@example.com {}\n", key.line()), "");
        for (flags, is_told) in [(TOUCHED, false), (0, true)] {
            let signature = key.sign("git", PAYLOAD, flags);
            let of = |payload| verify(Some(signature.as_bytes()), payload, &trust, ADA, JULY);
            let verdict = of(PAYLOAD);
            assert_eq!(verdict.status, Status::Good, "{}", verdict.reason);
            assert_eq!(verdict.reason.contains("not touched"), is_told, "{}", verdict.reason);
            assert_eq!(of(b"other").status, Status::Bad);
        }
    }
}

#[test]
fn the_digest_of_a_trust_store_is_that_of_its_meaning() {
    let (one, other) = (Key::ed25519().line(), Key::ed25519().line());
    let digest = |signers: &str, revoked: &str| store(signers, revoked).digest();
    let plain = digest(&format!("a@example.com {one}\n"), "");
    assert_eq!(plain, digest(&format!("# ours\n\n \"a@example.com\"\t{one} laptop"), ""));
    for signers in [
        format!("b@example.com {one}"),
        format!("a@example.com {other}"),
        format!("a@example.com cert-authority {one}"),
        format!("a@example.com namespaces=\"git\" {one}"),
        format!("a@example.com valid-after=\"20240101Z\" {one}"),
        format!("a@example.com valid-before=\"20240101Z\" {one}"),
    ] {
        assert_ne!(plain, digest(&signers, ""), "{signers}");
    }
    let revoked = |text: String| digest("", &text);
    assert_eq!(revoked(format!("{one}\n{other}")), revoked(format!("{other}\n{one}\n{one}")));
    assert_ne!(revoked(one.clone()), digest(&format!("a@example.com {one}"), ""));
    assert_ne!(revoked(one), digest("", ""));
}

#[test]
fn signatures_that_are_cut_or_changed_are_never_good() {
    let key = Key::ed25519();
    let trust = store(&format!("ada@example.com {}\n", key.line()), "");
    let signature = key.sign("git", PAYLOAD, 0);
    let of = |text: &[u8]| verify(Some(text), PAYLOAD, &trust, ADA, JULY).status;
    let end = signature.trim_end().len();
    for cut in 0..end {
        assert_eq!(of(&signature.as_bytes()[..cut]), Status::Malformed, "cut at {cut}");
    }
    for place in 0..end {
        for change in [1, 2, 0x20, 0x80] {
            let mut text = signature.clone().into_bytes();
            text[place] ^= change;
            // A line may end elsewhere, and one that becomes a blank ends nothing.
            let is_blank =
                text[place].is_ascii_whitespace() && signature.as_bytes()[place] == b'\n';
            let status = of(&text);
            assert!(is_blank || status != Status::Good, "{place} ^ {change}: {status}");
        }
    }
}

#[test]
fn bytes_that_are_cut_or_changed_are_never_good_and_cost_nothing() {
    for key in [Key::ed25519(), Key::security_ed25519(), Key::security_ecdsa()] {
        let trust = store(&format!("ada@example.com {}\n", key.line()), "");
        let bytes = key.sign_bytes("git", PAYLOAD, TOUCHED);
        let of = |bytes: &[u8]| {
            verify(Some(armour(bytes).as_bytes()), PAYLOAD, &trust, ADA, JULY).status
        };
        assert_eq!(of(&bytes), Status::Good);
        for cut in 0..bytes.len() {
            assert_eq!(of(&bytes[..cut]), Status::Malformed, "cut at {cut}");
        }
        assert_eq!(of(&[&bytes[..], b"x"].concat()), Status::Malformed);
        for place in 0..bytes.len() {
            for change in [1, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[place] ^= change;
                assert_ne!(of(&bytes), Status::Good, "{place} ^ {change}");
            }
        }
    }
}

#[test]
fn lists_of_any_bytes_are_read_or_refused() {
    let mut chance = Random::new(7);
    let pieces = [
        "a@b",
        " ",
        "\"",
        "\\",
        ",",
        "\n",
        "#",
        "=",
        "cert-authority",
        "namespaces=\"",
        "valid-after=\"",
        "2024",
        "0101Z",
        "ssh-ed25519",
        "\0",
        "\u{feff}",
        "AAAA",
    ];
    for _ in 0..20_000 {
        let text: String =
            (0..chance.below(12)).map(|_| pieces[chance.below(pieces.len())]).collect();
        let _ = AllowedSigners::parse(text.as_bytes(), i32::MIN);
        let _ = RevokedKeys::parse(text.as_bytes());
    }
}

#[test]
fn text_behind_a_signature_is_not_signed_and_so_not_good() {
    let key = Key::ed25519();
    let trust = store(&format!("ada@example.com {}\n", key.line()), "");
    let signature = key.sign("git", PAYLOAD, 0) + "\nReleased by: eve\n";
    let verdict = verify(Some(signature.as_bytes()), PAYLOAD, &trust, ADA, JULY);
    assert_eq!(verdict.status, Status::Malformed);
}
