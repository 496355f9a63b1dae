//! Verdicts on X.509 signatures that are made here, and on some that openssl and gpgsm have made.

use gitops_health_signature::{
    AllowedSigners, Expected, Format, Moment, RevokedKeys, Status, TimeBasis, TrustStore, Verdict,
    X509Problem, X509Roots, verify,
};
use gitops_health_testkit::x509::{
    ECDSA_SHA1, FOR_CODE, FOR_MAIL, FOR_SERVERS, Fields, Holder, REKOR, SHA_1, Signing, authority,
    emails, name_constraints, pem, purposes, unknown_critical, usage,
};

const PAYLOAD: &[u8] = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\na change\n";
const ADA: &str = "ada@example.com";
/// 2024-07-01 and 2025-07-01.
const JULY: i64 = 1_719_792_000;
const NEXT_JULY: i64 = 1_751_328_000;

/// Bits of the key usage.
const SIGN: u8 = 0x80;
const SIGN_CERTIFICATES: u8 = 0x06;
const ENCRYPT: u8 = 0x20;

/// An authority, somebody in between, and somebody who signs.
struct World {
    root: Holder,
    middle: Holder,
    ada: Holder,
    of_root: Vec<u8>,
}

impl World {
    fn new() -> Self {
        let (root, middle, ada) = (Holder::new("Root"), Holder::new("Middle"), Holder::new("Ada"));
        let fields = Fields::new(&[authority(None), usage(SIGN_CERTIFICATES)]);
        let of_root = root.certify(&root, &Fields { serial: 9, ..fields });
        Self { root, middle, ada, of_root }
    }

    fn roots(&self) -> String {
        pem("CERTIFICATE", &self.of_root)
    }

    /// What a signature with a certificate of the root's with these extensions is worth.
    fn with(&self, fields: &Fields, how: &Signing<'_>) -> Verdict {
        let certificate = self.root.certify(&self.ada, fields);
        let signature = self.ada.sign(PAYLOAD, &self.root, &[&certificate], how);
        judge(&self.roots(), &signature)
    }

    /// The same with somebody in between.
    fn through(&self, fields: &Fields) -> Verdict {
        let of_middle = self.root.certify(&self.middle, fields);
        let certificate = self.middle.certify(&self.ada, &usual());
        let certificates = [&certificate[..], &of_middle];
        let signature = self.ada.sign(PAYLOAD, &self.middle, &certificates, &Signing::default());
        judge(&self.roots(), &signature)
    }
}

fn usual() -> Fields {
    Fields::new(&[emails(&[ADA]), usage(SIGN), purposes(&[FOR_MAIL])])
}

fn store(roots: &str) -> TrustStore {
    TrustStore::new(AllowedSigners::default(), RevokedKeys::default())
        .with_x509(X509Roots::parse(roots.as_bytes()).expect("certificates"))
}

fn ask(roots: &str, signature: &str, payload: &[u8], email: &str, moment: Moment) -> Verdict {
    let signer = Expected::Emails(&[email.as_bytes()]);
    verify(Some(signature.as_bytes()), payload, &store(roots), signer, moment)
}

fn judge(roots: &str, signature: &str) -> Verdict {
    let moment = Moment { committer_seconds: JULY, now: Some(JULY) };
    ask(roots, signature, PAYLOAD, ADA, moment)
}

#[test]
fn a_signature_with_a_certificate_of_a_trusted_authority_is_good_for_its_owner_and_these_bytes() {
    let world = World::new();
    let certificate = world.root.certify(&world.ada, &usual());
    let signature = world.ada.sign(PAYLOAD, &world.root, &[&certificate], &Signing::default());
    let roots = world.roots();
    let verdict = judge(&roots, &signature);
    assert_eq!(verdict.status, Status::Good, "{}", verdict.reason);
    assert_eq!(verdict.format, Format::X509);
    assert_eq!(verdict.principal.expect("an owner"), ADA);
    assert_eq!(verdict.time_basis, Some(TimeBasis::SignatureDate));
    assert_eq!(verdict.fingerprint.expect("a certificate").len(), 64);
    let moment = Moment { committer_seconds: 0, now: None };
    let status =
        |roots: &str, payload, email| ask(roots, &signature, payload, email, moment).status;
    assert_eq!(status(&roots, PAYLOAD, "ADA@Example.com"), Status::Good);
    assert_eq!(status(&roots, b"other", ADA), Status::Bad);
    assert_eq!(status(&roots, PAYLOAD, "eve@example.com"), Status::PrincipalMismatch);
    assert_eq!(status("", PAYLOAD, ADA), Status::UnknownKey);
    let others = World::new();
    assert_eq!(status(&others.roots(), PAYLOAD, ADA), Status::UnknownKey);
    // A person's own certificate needs nobody to vouch for it.
    assert_eq!(status(&pem("CERTIFICATE", &certificate), PAYLOAD, ADA), Status::Good);
    let eve = world.root.certify(&others.ada, &usual());
    assert_eq!(status(&pem("CERTIFICATE", &eve), PAYLOAD, ADA), Status::UnknownKey);
}

#[test]
fn a_signature_by_another_key_than_that_of_its_certificate_is_bad() {
    let world = World::new();
    let certificate = world.root.certify(&world.ada, &usual());
    let eve = Holder::new("Ada");
    let signature = eve.sign(PAYLOAD, &world.root, &[&certificate], &Signing::default());
    assert_eq!(judge(&world.roots(), &signature).status, Status::Bad);
    // A certificate that nobody but Eve has signed, in the name of the root.
    let forged = Holder::new("Root").certify(&eve, &usual());
    let signature = eve.sign(PAYLOAD, &world.root, &[&forged], &Signing::default());
    assert_eq!(judge(&world.roots(), &signature).status, Status::UnknownKey);
}

#[test]
fn somebody_in_between_has_to_be_an_authority_who_may_vouch_for_others() {
    let world = World::new();
    let middle = |extensions: &[Vec<u8>]| world.through(&Fields::new(extensions));
    let verdict = middle(&[authority(Some(0)), usage(SIGN_CERTIFICATES)]);
    assert_eq!(verdict.status, Status::Good, "{}", verdict.reason);
    assert_eq!(middle(&[authority(None)]).status, Status::Good);
    for extensions in [
        &[][..],
        &[usage(SIGN_CERTIFICATES)],
        &[authority(None), usage(SIGN)],
        &[emails(&["eve@example.com"]), usage(SIGN)],
    ] {
        let verdict = middle(extensions);
        assert_eq!(verdict.status, Status::UnknownKey, "{}", verdict.reason);
    }
    assert_eq!(middle(&[authority(None), purposes(&[FOR_SERVERS])]).status, Status::WrongNamespace);
    assert_eq!(middle(&[authority(None), name_constraints()]).status, Status::Unsupported);
    assert_eq!(middle(&[authority(None), unknown_critical()]).status, Status::Unsupported);
}

#[test]
fn an_authority_vouches_for_no_more_authorities_than_it_is_allowed_to() {
    let world = World::new();
    let lower = Holder::new("Lower");
    for (length, expected) in [(Some(1), Status::Good), (Some(0), Status::UnknownKey)] {
        let of_middle = world.root.certify(&world.middle, &Fields::new(&[authority(length)]));
        let of_lower = world.middle.certify(&lower, &Fields::new(&[authority(None)]));
        let certificate = lower.certify(&world.ada, &usual());
        let certificates = [&certificate[..], &of_lower, &of_middle];
        let signature = world.ada.sign(PAYLOAD, &lower, &certificates, &Signing::default());
        assert_eq!(judge(&world.roots(), &signature).status, expected, "{length:?}");
        // The chain is not there as a whole.
        let signature = world.ada.sign(PAYLOAD, &lower, &certificates[..2], &Signing::default());
        assert_eq!(judge(&world.roots(), &signature).status, Status::UnknownKey);
    }
}

#[test]
fn authorities_that_vouch_for_one_another_end_the_search() {
    let world = World::new();
    let (one, other) = (Holder::new("One"), Holder::new("Other"));
    let fields = Fields::new(&[authority(None)]);
    let mut certificates = vec![one.certify(&world.ada, &usual())];
    for serial in 1..15 {
        let fields = Fields { serial, ..fields.clone() };
        certificates.extend([one.certify(&other, &fields), other.certify(&one, &fields)]);
    }
    let certificates: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
    let signature = world.ada.sign(PAYLOAD, &one, &certificates, &Signing::default());
    assert_eq!(judge(&world.roots(), &signature).status, Status::Unsupported);
}

#[test]
fn the_date_of_the_signature_decides_and_without_one_that_of_the_committer() {
    let world = World::new();
    // 2023-12-31 23:59:59, 2024-01-01, 2024-12-31 23:59:59, 2025-01-01.
    for (date, seconds, expected) in [
        ("231231235959Z", 1_704_067_199, Status::NotYetValid),
        ("240101000000Z", 1_704_067_200, Status::GoodKeyExpiredSince),
        ("241231235959Z", 1_735_689_599, Status::GoodKeyExpiredSince),
        ("250101000000Z", 1_735_689_600, Status::ExpiredAtSigning),
        ("260101000000Z", 1_767_225_600, Status::NotYetValid),
    ] {
        for (time, committer_seconds, basis) in
            [(Some(date), 0, TimeBasis::SignatureDate), (None, seconds, TimeBasis::CommitterDate)]
        {
            let certificate = world.root.certify(&world.ada, &usual());
            let how = Signing { time, ..Signing::default() };
            let signature = world.ada.sign(PAYLOAD, &world.root, &[&certificate], &how);
            let moment = Moment { committer_seconds, now: Some(NEXT_JULY) };
            let verdict = ask(&world.roots(), &signature, PAYLOAD, ADA, moment);
            assert_eq!(verdict.status, expected, "{date}: {}", verdict.reason);
            assert_eq!(verdict.time_basis, Some(basis));
            assert_eq!(verdict.signed_at, Some(seconds));
            let is_good = expected == Status::GoodKeyExpiredSince;
            assert_eq!(verdict.reason.contains("which the signer chooses"), is_good);
        }
    }
    // An authority that has expired vouches for nobody any more.
    let fields = Fields { last: "240630235959Z", ..Fields::new(&[authority(None)]) };
    assert_eq!(world.through(&fields).status, Status::ExpiredAtSigning);
}

#[test]
fn proofs_of_the_time_that_come_along_are_named_and_not_believed() {
    let world = World::new();
    // Ten minutes, as Fulcio gives.
    let mut fields = Fields::new(&[emails(&[ADA]), usage(SIGN), purposes(&[FOR_CODE])]);
    (fields.first, fields.last) = ("240701000000Z", "240701001000Z");
    let certificate = world.root.certify(&world.ada, &fields);
    let how = Signing { unsigned: Some(REKOR), ..Signing::default() };
    let signature = world.ada.sign(PAYLOAD, &world.root, &[&certificate], &how);
    let moment = Moment { committer_seconds: JULY, now: Some(JULY + 86_400) };
    let verdict = ask(&world.roots(), &signature, PAYLOAD, ADA, moment);
    assert_eq!(verdict.status, Status::GoodKeyExpiredSince);
    assert_eq!(verdict.time_basis, Some(TimeBasis::SignatureDate));
    assert!(verdict.reason.ends_with("(Rekor) in it was not verified"), "{}", verdict.reason);
}

#[test]
fn a_certificate_that_is_not_for_signing_mail_or_code_is_for_another_purpose() {
    let world = World::new();
    let mail = || emails(&[ADA]);
    for (extensions, expected) in [
        (vec![mail()], Status::Good),
        (vec![mail(), usage(0x40)], Status::Good),
        (vec![mail(), purposes(&[FOR_SERVERS, FOR_CODE])], Status::Good),
        (vec![mail(), purposes(&[FOR_SERVERS])], Status::WrongNamespace),
        (vec![mail(), purposes(&[])], Status::WrongNamespace),
        (vec![mail(), usage(ENCRYPT)], Status::WrongNamespace),
        (vec![mail(), unknown_critical()], Status::Unsupported),
        (vec![], Status::PrincipalMismatch),
        (vec![emails(&["eve@example.com", ADA])], Status::Good),
        // Whom would it name?
        (vec![emails(&["ada@example.com,eve@example.com"])], Status::PrincipalMismatch),
        (vec![emails(&["ada@example.com\0"])], Status::PrincipalMismatch),
        // An extension that is there twice.
        (vec![mail(), mail()], Status::Malformed),
    ] {
        let verdict = world.with(&Fields::new(&extensions), &Signing::default());
        assert_eq!(verdict.status, expected, "{}", verdict.reason);
    }
}

#[test]
fn sha1_is_weak_wherever_it_stands() {
    let world = World::new();
    let how = Signing { digest: SHA_1, ..Signing::default() };
    assert_eq!(world.with(&usual(), &how).status, Status::WeakAlgorithm);
    let fields = Fields { algorithm: ECDSA_SHA1, ..usual() };
    assert_eq!(world.with(&fields, &Signing::default()).status, Status::WeakAlgorithm);
    let fields = Fields { algorithm: ECDSA_SHA1, ..Fields::new(&[authority(None)]) };
    assert_eq!(world.through(&fields).status, Status::WeakAlgorithm);
    // What an authority says about itself is not asked.
    let root = world.root.certify(&world.root, &fields);
    let certificate = world.root.certify(&world.ada, &usual());
    let signature = world.ada.sign(PAYLOAD, &world.root, &[&certificate], &Signing::default());
    assert_eq!(judge(&pem("CERTIFICATE", &root), &signature).status, Status::Good);
}

#[test]
fn signatures_that_could_be_read_in_two_ways_are_malformed() {
    let world = World::new();
    let usual_way = Signing::default();
    for (how, expected) in [
        (Signing { signers: 2, ..usual_way.clone() }, Status::Malformed),
        (Signing { signers: 0, ..usual_way.clone() }, Status::Malformed),
        (Signing { content: Some(b"other"), ..usual_way.clone() }, Status::Malformed),
        (Signing { repeats: true, ..usual_way.clone() }, Status::Malformed),
        (Signing { has_attributes: false, ..usual_way.clone() }, Status::Good),
    ] {
        let verdict = world.with(&usual(), &how);
        assert_eq!(verdict.status, expected, "{}", verdict.reason);
    }
    let certificate = world.root.certify(&world.ada, &usual());
    let signature = world.ada.sign(PAYLOAD, &world.root, &[&certificate], &usual_way);
    let more = format!("{signature}more\n");
    assert_eq!(judge(&world.roots(), &more).status, Status::Malformed);
}

#[test]
fn revoked_certificates_hold_as_the_reason_says() {
    let world = World::new();
    let certificate = world.root.certify(&world.ada, &usual());
    let signature = world.ada.sign(PAYLOAD, &world.root, &[&certificate], &Signing::default());
    let (before, after) = ("240601000000Z", "240801000000Z");
    for (entry, expected) in [
        ((2, before, None), Status::Good),
        ((1, after, None), Status::HardRevoked),
        ((1, after, Some(1)), Status::HardRevoked),
        ((1, after, Some(6)), Status::HardRevoked),
        ((1, after, Some(4)), Status::SoftRevoked),
        ((1, before, Some(4)), Status::HardRevoked),
    ] {
        let roots = format!("{}{}", world.roots(), world.root.revoke(&[entry]));
        let verdict = judge(&roots, &signature);
        assert_eq!(verdict.status, expected, "{entry:?}: {}", verdict.reason);
    }
    // Given up first by one, then by another: the first counts.
    let of_middle =
        world.root.certify(&world.middle, &Fields { serial: 5, ..Fields::new(&[authority(None)]) });
    let certificate = world.middle.certify(&world.ada, &usual());
    let signature = world.ada.sign(PAYLOAD, &world.middle, &[&certificate], &Signing::default());
    for (of_ada, of_others, expected) in [
        (before, after, Status::HardRevoked),
        (after, before, Status::HardRevoked),
        (after, after, Status::SoftRevoked),
    ] {
        let lists = [
            world.root.revoke(&[(5, of_others, Some(4))]),
            pem("CERTIFICATE", &of_middle),
            world.middle.revoke(&[(1, of_ada, Some(4)), (1, after, Some(3))]),
        ];
        let roots = format!("{}{}", world.roots(), lists.concat());
        assert_eq!(judge(&roots, &signature).status, expected, "{of_ada} {of_others}");
    }
    let strange = format!("{}{}", world.roots(), Holder::new("Root").revoke(&[(1, after, None)]));
    let error = X509Roots::parse(strange.as_bytes()).expect_err("an error");
    assert_eq!((error.block, error.problem), (Some(2), X509Problem::ListOfNobody));
}

#[test]
fn a_file_of_certificates_is_read_as_a_whole_or_not_at_all() {
    let world = World::new();
    let root = world.roots();
    let key = format!("-----BEGIN {} KEY-----\nAAAA\n-----END {0} KEY-----\n", "PRIVATE");
    for (text, problem) in [
        ("ours".to_owned(), X509Problem::NoBlock),
        (key, X509Problem::PrivateKey),
        (root.replace("CERTIFICATE", "TRUSTED CERTIFICATE"), X509Problem::OtherBlock),
        (format!("{root}-----END CERTIFICATE-----\n"), X509Problem::OtherBlock),
        (format!("{root}  {}", world.root.revoke(&[])), X509Problem::OtherBlock),
        (pem("CERTIFICATE", b"none"), X509Problem::MalformedCertificate),
        (format!("{root}{}", pem("X509 CRL", b"none")), X509Problem::MalformedList),
        (root[..root.len() - 10].to_owned(), X509Problem::Pem("its last line is missing")),
    ] {
        let error = X509Roots::parse(text.as_bytes()).expect_err(&text);
        assert_eq!(error.problem, problem, "{text}");
    }
    let twice = X509Roots::parse(format!("# ours\n{root}\nagain\n{root}").as_bytes()).expect("it");
    assert_eq!(twice.len(), 1);
    assert!(X509Roots::parse(b" \n").expect("none").is_empty());
}

#[test]
fn the_digest_of_the_store_changes_with_certificates_and_with_lists() {
    let (world, other) = (World::new(), World::new());
    let list = world.root.revoke(&[(1, "240801000000Z", None)]);
    let digests = [
        store("").digest(),
        store(&world.roots()).digest(),
        store(&format!("{}{list}", world.roots())).digest(),
        store(&format!("{}{}", world.roots(), other.roots())).digest(),
    ];
    for (place, digest) in digests.iter().enumerate() {
        assert!(!digests[..place].contains(digest), "{place}");
    }
    assert_eq!(digests[0], TrustStore::empty().digest());
    let turned = format!("{}{}", other.roots(), world.roots());
    assert_eq!(store(&turned).digest(), digests[3]);
}

#[test]
fn no_bytes_break_it_and_no_changed_byte_makes_a_signature_of_somebody_else() {
    let world = World::new();
    let certificate = world.root.certify(&world.ada, &usual());
    let message = world.ada.message(PAYLOAD, &world.root, &[&certificate], &Signing::default());
    let roots = world.roots();
    let status = |bytes: &[u8]| judge(&roots, &pem("SIGNED MESSAGE", bytes));
    assert_eq!(status(&message).status, Status::Good);
    for end in 0..message.len() {
        assert_eq!(status(&message[..end]).status, Status::Malformed, "{end}");
    }
    let fingerprint = status(&message).fingerprint;
    for place in 0..message.len() {
        for bit in [1, 0x20, 0x80, 0xff] {
            let mut changed = message.clone();
            changed[place] ^= bit;
            let verdict = status(&changed);
            if verdict.status == Status::Good {
                assert_eq!(verdict.fingerprint, fingerprint, "{place}");
            }
        }
    }
    for place in 0..world.of_root.len() {
        let mut changed = world.of_root.clone();
        changed[place] ^= 0x81;
        let _ = X509Roots::parse(pem("CERTIFICATE", &changed).as_bytes());
        let _ = X509Roots::parse(pem("CERTIFICATE", &changed[..place]).as_bytes());
    }
}

/// Signatures by certificates of one authority, over the payload; see `x509/README.md`.
const FOREIGN: [(&str, &str, Status); 9] = [
    ("rsa", include_str!("x509/rsa.asc"), Status::Good),
    ("rsa-pss", include_str!("x509/rsa-pss.asc"), Status::Good),
    ("p256", include_str!("x509/p256.asc"), Status::Good),
    ("p384", include_str!("x509/p384.asc"), Status::Good),
    ("p521", include_str!("x509/p521.asc"), Status::Good),
    ("long salt", include_str!("x509/rsa-pss-long-salt.asc"), Status::Unsupported),
    ("content", include_str!("x509/with-content.asc"), Status::Malformed),
    ("gpgsm", include_str!("x509/gpgsm.asc"), Status::Good),
    ("sha1", include_str!("x509/sha1.asc"), Status::WeakAlgorithm),
];

#[test]
fn signatures_by_openssl_and_gpgsm_are_verified() {
    let roots = include_str!("x509/root.pem");
    // 2027-01-01.
    let moment = Moment { committer_seconds: 0, now: Some(1_798_761_600) };
    for (name, signature, expected) in FOREIGN {
        let status = |payload| ask(roots, signature, payload, ADA, moment);
        let verdict = status(PAYLOAD);
        assert_eq!(verdict.status, expected, "{name}: {}", verdict.reason);
        if expected == Status::Good {
            assert_eq!(status(b"other").status, Status::Bad, "{name}");
        }
    }
}
