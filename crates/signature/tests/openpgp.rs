//! Every answer about OpenPGP, without gpg. The keys and signatures in `tests/openpgp` were made once with
//! gpg 2.2.40 and `--faked-system-time`, of nobody, and what they are changed into is made while the tests run.
//!
//! Ada's key is of 2024-01-01 and lasts for two years, her subkey, which signs, for one. Signatures are of
//! 2024-06-01, revocations of 2024-08-01.

use gitops_health_signature::{
    AllowedSigners, Expected, KeyringError, KeyringProblem, Moment, OpenPgpKeys, RevokedKeys,
    Status, TimeBasis, TrustStore, Verdict, verify,
};
use gitops_health_testkit::Random;
use gitops_health_testkit::pack::base64;

const PAYLOAD: &[u8] = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\na change\n";
const ADA: &str = include_str!("openpgp/ada.asc");
const EVE: &str = include_str!("openpgp/eve.asc");
const BY_ADA: &str = include_str!("openpgp/signature.asc");
const BY_EVE: &str = include_str!("openpgp/signature-eve.asc");
const RETIRED: &str = include_str!("openpgp/revocation-retired.asc");
const NO_REASON: &str = include_str!("openpgp/revocation-no-reason.asc");

const IS_ADA: Expected<'static> = Expected::Emails(&[b"ada@example.com"]);
/// 2024-07-01.
const JULY: i64 = 1_719_792_000;

fn store(keys: &[u8]) -> TrustStore {
    TrustStore::new(AllowedSigners::parse(b"", 0).expect("a list"), RevokedKeys::default())
        .with_openpgp(OpenPgpKeys::parse(keys).expect("keys"))
}

fn judge(keys: impl AsRef<[u8]>, signature: &str, signer: Expected<'_>) -> Verdict {
    let moment = Moment { committer_seconds: 0, now: Some(JULY) };
    verify(Some(signature.as_bytes()), PAYLOAD, &store(keys.as_ref()), signer, moment)
}

fn status(keys: impl AsRef<[u8]>, signature: &str) -> Status {
    judge(keys, signature, IS_ADA).status
}

/// The bytes in an armour.
fn bytes(armour: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (_, body) = armour.split_once("\n\n").expect("a blank line");
    let body = body.split_once("\n=").expect("a checksum").0;
    let mut bits = Vec::new();
    for byte in body.bytes().filter(|byte| DIGITS.contains(byte)) {
        let value = DIGITS.iter().position(|digit| *digit == byte).expect("a digit");
        bits.extend((0..6).rev().map(|place| value >> place & 1 == 1));
    }
    let of = |bits: &[bool]| bits.iter().fold(0, |sum, bit| sum << 1 | u8::from(*bit));
    bits.chunks_exact(8).map(of).collect()
}

fn armour(bytes: &[u8]) -> String {
    let text = base64(bytes, 64);
    format!("-----BEGIN PGP SIGNATURE-----\n\n{text}\n-----END PGP SIGNATURE-----\n")
}

/// The packets of a key, each with its header: all of these have lengths of one or two bytes.
fn packets(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    let mut rest = bytes;
    while let [tag, first, second, ..] = *rest {
        let length = match tag & 3 {
            0 => 2 + usize::from(first),
            _ => 3 + usize::from(first) * 256 + usize::from(second),
        };
        packets.push(rest[..length].to_vec());
        rest = &rest[length..];
    }
    packets
}

/// A signature packet without what it has not signed.
fn without_unhashed(packet: &[u8]) -> Vec<u8> {
    let body = &packet[2..];
    let hashed = 6 + usize::from(u16::from_be_bytes([body[4], body[5]]));
    let unhashed = usize::from(u16::from_be_bytes([body[hashed], body[hashed + 1]]));
    let body = [&body[..hashed], &[0, 0], &body[hashed + 2 + unhashed..]].concat();
    [&[packet[0], u8::try_from(body.len()).expect("a short one")], &body[..]].concat()
}

#[test]
fn a_good_signature_names_subkey_owner_and_date() {
    let verdict = judge(ADA, BY_ADA, IS_ADA);
    assert_eq!(verdict.status, Status::Good, "{}", verdict.reason);
    assert_eq!(verdict.fingerprint.expect("a key").len(), 40);
    assert_eq!(verdict.principal.expect("an owner"), "ada@example.com");
    assert_eq!(verdict.time_basis, Some(TimeBasis::SignatureDate));
    assert_eq!(verdict.signed_at, Some(1_717_200_000));
    assert_eq!(verdict.reason.matches("2024-06-01T00:00:00Z").count(), 1);
    assert_eq!(status(bytes(ADA), BY_ADA), Status::Good);
    let anybody = judge([EVE, "From: eve\n\n", ADA].concat(), BY_EVE, Expected::Anybody);
    assert_eq!(anybody.status, Status::Good);
    assert_eq!(anybody.principal.expect("an owner"), "eve@example.com");
}

#[test]
fn other_keys_other_owners_and_other_bytes_are_told_apart() {
    assert_eq!(status("", BY_ADA), Status::UnknownKey);
    assert_eq!(status(EVE, BY_ADA), Status::UnknownKey);
    assert_eq!(status(EVE, BY_EVE), Status::PrincipalMismatch);
    let empty = Expected::Emails(&[]);
    assert_eq!(judge(ADA, BY_ADA, empty).status, Status::PrincipalMismatch);
    let moment = Moment { committer_seconds: 0, now: None };
    let verdict = verify(Some(BY_ADA.as_bytes()), b"", &store(ADA.as_bytes()), IS_ADA, moment);
    assert_eq!(verdict.status, Status::Bad);
}

#[test]
fn a_key_that_expired_after_the_signature_is_told() {
    let trust = store(ADA.as_bytes());
    let at = |now| {
        let moment = Moment { committer_seconds: 0, now };
        verify(Some(BY_ADA.as_bytes()), PAYLOAD, &trust, IS_ADA, moment)
    };
    // 365 days after 2024-01-01.
    let end = 1_704_067_200 + 31_536_000;
    assert_eq!(at(None).status, Status::Good);
    assert_eq!(at(Some(end - 1)).status, Status::Good);
    let verdict = at(Some(end));
    assert_eq!(verdict.status, Status::GoodKeyExpiredSince);
    assert!(verdict.reason.contains("which the signer chooses"), "{}", verdict.reason);
    assert_eq!(at(Some(0)).status, Status::NotYetValid);
    assert_eq!(at(Some(i64::MAX)).status, Status::GoodKeyExpiredSince);
}

#[test]
fn revocations_count_in_a_block_of_their_own_behind_the_key() {
    assert_eq!(status([ADA, RETIRED].concat(), BY_ADA), Status::SoftRevoked);
    assert_eq!(status([ADA, NO_REASON].concat(), BY_ADA), Status::HardRevoked);
    assert_eq!(status([ADA, NO_REASON, RETIRED, ADA].concat(), BY_ADA), Status::HardRevoked);
    // Nobody else can revoke a key.
    let by_eve = [bytes(ADA)[..53].to_vec(), packets(&bytes(EVE)).remove(2)].concat();
    assert_eq!(OpenPgpKeys::parse(&by_eve).expect("keys").len(), 1);
    let before = OpenPgpKeys::parse([RETIRED, ADA].concat().as_bytes());
    assert_eq!(
        before.expect_err("a stray one").to_string(),
        "packet 1: the packet does not belong into a list of public keys"
    );
}

#[test]
fn a_subkey_counts_where_both_keys_have_signed_that_they_belong_together() {
    let ada = packets(&bytes(ADA));
    let [primary, user, certification, subkey, binding] = &ada[..] else { panic!("{ada:?}") };
    let with = |parts: &[&[u8]]| judge(parts.concat(), BY_ADA, IS_ADA);
    assert_eq!(with(&[primary, user, certification, subkey, binding]).status, Status::Good);
    let alone = with(&[primary, user, certification, subkey]);
    assert_eq!(alone.status, Status::UnknownKey);
    assert_eq!(alone.reason, "the certificate has no valid signature about the subkey");
    let one_sided = without_unhashed(binding);
    let verdict = with(&[primary, user, certification, subkey, &one_sided]);
    assert_eq!(verdict.status, Status::UnknownKey);
    let unnamed = with(&[primary, subkey, binding]);
    assert_eq!(unnamed.reason, "the certificate has no valid signature about the key");
    let other_name = [&user[..2], &vec![b'a'; user.len() - 2]].concat();
    let renamed = with(&[primary, &other_name, certification, subkey, binding]);
    assert_eq!(renamed.status, Status::UnknownKey);
    // Who takes the subkey of somebody else has not taken what it signed.
    let stolen = [bytes(EVE), subkey.clone(), binding.clone()].concat();
    let verdict = judge(&stolen, BY_ADA, Expected::Anybody);
    assert_eq!(verdict.status, Status::UnknownKey);
    assert_eq!(status([stolen, bytes(ADA)].concat(), BY_ADA), Status::Good);
}

#[test]
fn a_primary_key_that_only_certifies_signs_nothing() {
    // The date and the type of the packet are in front of what a primary key and a subkey have alike.
    let ada = packets(&bytes(ADA));
    let mut as_primary = ada[3].clone();
    as_primary[0] = ada[0][0];
    assert_eq!(status(as_primary, BY_ADA), Status::UnknownKey);
}

#[test]
fn of_several_signatures_none_counts() {
    let both = |first, second| armour(&[bytes(first), bytes(second)].concat());
    for text in [both(BY_EVE, BY_ADA), both(BY_ADA, BY_EVE), both(BY_ADA, BY_ADA)] {
        for keys in [ADA.to_owned(), [ADA, EVE].concat(), String::new()] {
            let verdict = judge(&keys, &text, IS_ADA);
            assert_eq!(verdict.status, Status::Malformed, "{}", verdict.reason);
            assert!(verdict.reason.ends_with("more than one packet is in it"));
        }
    }
    // What can not be read behind it is something, too.
    let followed = armour(&[bytes(BY_ADA), vec![0xff]].concat());
    assert_eq!(status(ADA, &followed), Status::Malformed);
    assert_eq!(status(ADA, &armour(b"")), Status::Malformed);
}

#[test]
fn signatures_of_other_versions_types_and_digests_are_never_good() {
    let changed = |place: usize, value: u8| {
        let mut packet = bytes(BY_ADA);
        packet[place] = value;
        status(ADA, &armour(&packet))
    };
    // Version, type and digest; the first two bytes are the header.
    assert_eq!(changed(2, 5), Status::Unsupported);
    assert_eq!(changed(2, 3), Status::Malformed);
    assert_eq!(changed(3, 0x10), Status::Malformed);
    assert_eq!(changed(3, 0x01), Status::Bad);
    assert_eq!(changed(5, 1), Status::WeakAlgorithm);
    assert_eq!(changed(5, 2), Status::WeakAlgorithm);
    assert_eq!(changed(5, 10), Status::Bad);
    assert_eq!(changed(5, 99), Status::Unsupported);
    // The type of a subpacket, made critical and unknown.
    assert_eq!(changed(9, 0x80 | 60), Status::Unsupported);
    assert_eq!(changed(9, 0x80 | 20), Status::Malformed);
}

#[test]
fn a_signature_that_says_two_dates_or_none_is_malformed() {
    let whole = bytes(BY_ADA);
    assert_eq!(whole[8..10], [22, 33], "the fingerprint comes first");
    assert_eq!(whole[31..33], [5, 2], "and then the date");
    let mut twice = whole.clone();
    // Another date and something private in place of the fingerprint.
    twice[8..16].copy_from_slice(&[5, 2, 0, 0, 0, 0, 16, 100]);
    let verdict = judge(ADA, &armour(&twice), IS_ADA);
    assert_eq!(verdict.status, Status::Malformed, "{}", verdict.reason);
    assert!(verdict.reason.ends_with("it says the same thing twice"), "{}", verdict.reason);
    let mut never = whole;
    never[32] = 100;
    let verdict = judge(ADA, &armour(&never), IS_ADA);
    assert!(verdict.reason.ends_with("it does not say when it was made"), "{}", verdict.reason);
}

#[test]
fn signatures_that_are_cut_or_changed_are_never_good_but_where_nothing_is_signed() {
    let whole = bytes(BY_ADA);
    let hashed = 2 + 6 + usize::from(whole[7]);
    // Who signed, in ten bytes and their length; and how many bits the two numbers have.
    let unsigned = [hashed..hashed + 12, hashed + 14..hashed + 16, hashed + 48..hashed + 50];
    for place in 0..whole.len() {
        assert_ne!(status(ADA, &armour(&whole[..place])), Status::Good);
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[place] ^= 1 << bit;
            let is_good = status(ADA, &armour(&changed)) == Status::Good;
            assert!(
                !is_good || unsigned.iter().any(|places| places.contains(&place)),
                "byte {place}, bit {bit}"
            );
        }
    }
    let text = [BY_ADA, "more"].concat();
    assert_eq!(status(ADA, &text), Status::Malformed);
}

#[test]
fn the_armour_of_a_message_may_hold_a_detached_signature_and_nothing_else() {
    let message = BY_ADA.replace("SIGNATURE", "MESSAGE");
    assert_eq!(status(ADA, &message), Status::Good);
    // A packet of what is signed with its signature: tag 4, three bytes.
    let one_pass = armour(&[0xc4, 3, 3, 0, 8]).replace("SIGNATURE", "MESSAGE");
    assert_eq!(status(ADA, &one_pass), Status::Unsupported);
    assert_eq!(status(ADA, &BY_ADA.replacen("SIGNATURE", "MESSAGE", 1)), Status::Malformed);
}

#[test]
fn the_check_sum_of_an_armour_has_no_say() {
    let line = BY_ADA.lines().find(|line| line.starts_with('=')).expect("a check sum");
    assert_eq!(status(ADA, &BY_ADA.replace(line, "=AAAA")), Status::Good);
}

#[test]
fn keys_of_any_bytes_are_read_or_refused() {
    let whole = bytes(ADA);
    let mut random = Random::new(7);
    for place in 0..whole.len() {
        let _ = OpenPgpKeys::parse(&whole[..place]);
        let mut changed = whole.clone();
        changed[place] ^= 1 << random.below(8);
        let _ = OpenPgpKeys::parse(&changed);
    }
    for _ in 0..2_000 {
        let length = random.below(200);
        let mut bytes: Vec<u8> = (0..length).map(|_| random.below(256) as u8).collect();
        let _ = OpenPgpKeys::parse(&bytes);
        if let Some(first) = bytes.first_mut() {
            *first = 0x99;
        }
        let _ = OpenPgpKeys::parse(&bytes);
        let _ = status(ADA, &armour(&bytes));
    }
}

#[test]
fn files_that_are_no_list_of_public_keys_are_refused() {
    use KeyringProblem::{
        Armour, MalformedKey, MalformedPacket, NoBlock, SecretKey, StrayPacket, TooLarge,
    };
    let problem = |bytes: &[u8]| OpenPgpKeys::parse(bytes).expect_err("an error");
    let whole = |problem| KeyringError { packet: None, problem };
    let first = |problem| KeyringError { packet: Some(1), problem };
    assert!(OpenPgpKeys::parse(b"").expect("an empty list").is_empty());
    assert_eq!(problem(&vec![b' '; (16 << 20) + 1]), whole(TooLarge));
    assert_eq!(problem(b"ssh-ed25519 AAAA\n"), whole(NoBlock));
    let cut = &ADA.as_bytes()[..ADA.len() / 2];
    assert_eq!(problem(cut), whole(Armour("its last line is missing")));
    let secret = ADA.replace("PUBLIC", "PRIVATE");
    assert_eq!(problem(secret.as_bytes()), whole(SecretKey));
    assert_eq!(problem(&[0x95, 0, 1, 4]), first(SecretKey));
    assert_eq!(problem(&[0xcb, 1, 4]), first(StrayPacket));
    assert_eq!(problem(&[0x99, 9]), first(MalformedPacket));
    assert_eq!(problem(&[0x99, 0, 1, 4]), first(MalformedKey));
    let third = KeyringError { packet: Some(3), problem: MalformedPacket };
    assert_eq!(problem(&[&bytes(ADA)[..84], &[0][..]].concat()), third);
    assert_eq!(third.to_string(), "packet 3: a packet can not be read");
}

#[test]
fn the_digest_of_a_trust_store_is_that_of_the_keys_meaning() {
    let digest = |keys: &[u8]| store(keys).digest();
    let both = digest([ADA, EVE].concat().as_bytes());
    assert_eq!(digest([EVE, "text\n", ADA, ADA].concat().as_bytes()), both);
    assert_eq!(digest(&[bytes(EVE), bytes(ADA)].concat()), both);
    assert_ne!(digest(ADA.as_bytes()), both);
    assert_ne!(digest([ADA, EVE, RETIRED].concat().as_bytes()), both);
    let without =
        TrustStore::new(AllowedSigners::parse(b"", 0).expect("a list"), RevokedKeys::default());
    assert_eq!(digest(b""), without.digest());
}
