//! Verdicts on OpenPGP signatures beside those of gpg, on keys that it makes.
//!
//! Where there is no gpg the tests say so and compare nothing; with `REQUIRE_GPG` set that is a failure.
//! gpg calls a signature of a revoked key `REVKEYSIG` and one of a key that has expired `EXPKEYSIG`, whenever
//! it was made, asks nobody's address, and takes SHA-1 and small keys. Rows where the two differ on purpose
//! say so.

#[allow(dead_code, reason = "the comparison with git uses the rest")]
mod gpg;

use gitops_health_signature::{
    AllowedSigners, Expected, Moment, OpenPgpKeys, RevokedKeys, Status, TimeBasis, TrustStore,
    Verdict, verify,
};
use gitops_health_testkit::Random;
use gpg::Gpg;
use ring::digest::{SHA256, SHA384, SHA512, digest};

const PAYLOAD: &[u8] = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\na change\n";
const ADA: &str = "Ada Example <ada@example.com>";

fn seconds(day: &str) -> i64 {
    let number = |from: usize, to: usize| day[from..to].parse::<i16>().expect("digits");
    let small = |from| i8::try_from(number(from, from + 2)).expect("a day");
    let date = jiff::civil::date(number(0, 4), small(4), small(6));
    date.to_zoned(jiff::tz::TimeZone::UTC).expect("a day").timestamp().as_second()
}

fn judge(keys: &[u8], signature: &[u8], payload: &[u8], email: &str, now: &str) -> Verdict {
    let trust =
        TrustStore::new(AllowedSigners::parse(b"", 0).expect("a list"), RevokedKeys::default())
            .with_openpgp(OpenPgpKeys::parse(keys).expect("keys"));
    let moment = Moment { committer_seconds: 0, now: Some(seconds(now)) };
    verify(Some(signature), payload, &trust, Expected::Emails(&[email.as_bytes()]), moment)
}

/// Compares an answer with the one that is expected, and gpg's too.
fn compare(gpg: &Gpg, signature: &[u8], now: &str, expected: Status, said: &str) -> Verdict {
    let verdict = judge(&gpg.export(), signature, PAYLOAD, "ada@example.com", now);
    assert_eq!(verdict.status, expected, "{}", verdict.reason);
    assert_eq!(gpg.says(now, signature, PAYLOAD), said, "{}", verdict.reason);
    verdict
}

#[test]
fn signatures_of_all_kinds_are_good_and_tampered_ones_are_bad() {
    for kind in ["ed25519", "rsa2048", "rsa3072", "nistp256", "nistp384", "nistp521", "dsa2048"] {
        let Some(gpg) = Gpg::new() else { return };
        let key = gpg.key("20240101", ADA, kind, "sign", "0");
        let keys = gpg.export();
        for options in [&[][..], &["--digest-algo", "SHA512"], &["--textmode"]] {
            let signature = gpg.sign("20240601", &key, options, PAYLOAD);
            let verdict = compare(&gpg, &signature, "20240701", Status::Good, "GOODSIG");
            assert_eq!(verdict.fingerprint.as_deref(), Some(&key[..]), "{kind}");
            assert_eq!(verdict.principal.expect("an owner"), "ada@example.com");
            assert_eq!(verdict.time_basis, Some(TimeBasis::SignatureDate));
            let status =
                |payload: &[u8], email| judge(&keys, &signature, payload, email, "20240701").status;
            assert_eq!(status(b"other", "ada@example.com"), Status::Bad);
            assert_eq!(gpg.says("20240701", &signature, b"other"), "BADSIG");
            assert_eq!(status(PAYLOAD, "ADA@Example.com"), Status::Good);
            assert_eq!(status(PAYLOAD, "eve@example.com"), Status::PrincipalMismatch);
            let unknown = judge(b"", &signature, PAYLOAD, "ada@example.com", "20240701");
            assert_eq!(unknown.status, Status::UnknownKey);
            let stranger = Gpg::new().expect("gpg");
            assert_eq!(stranger.says("20240701", &signature, PAYLOAD), "ERRSIG");
        }
    }
}

#[test]
fn weak_digests_and_keys_are_good_for_gpg_alone() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("20240101", ADA, "ed25519", "sign", "0");
    let signature = gpg.sign("20240601", &key, &["--digest-algo", "SHA1"], PAYLOAD);
    compare(&gpg, &signature, "20240701", Status::WeakAlgorithm, "GOODSIG");
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("20240101", ADA, "rsa1024", "sign", "0");
    let signature = gpg.sign("20240601", &key, &[], PAYLOAD);
    compare(&gpg, &signature, "20240701", Status::WeakAlgorithm, "GOODSIG");
}

#[test]
fn a_subkey_signs_for_its_primary_key() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("20240101", ADA, "rsa3072", "cert", "0");
    gpg.ok("20240101", &["--batch", "--quick-add-key", &key, "ed25519", "sign", "1y"], b"");
    let subkey = gpg.fingerprints(ADA).remove(1);
    let signature = gpg.sign("20240601", &key, &[], PAYLOAD);
    let verdict = compare(&gpg, &signature, "20240701", Status::Good, "GOODSIG");
    assert_eq!(verdict.fingerprint, Some(subkey));
    let later = gpg.sign("20240901", &key, &[], PAYLOAD);
    compare(&gpg, &signature, "20260101", Status::GoodKeyExpiredSince, "EXPKEYSIG");
    gpg.revoke_subkey("20240801", &key, 3);
    // gpg does not ask when.
    compare(&gpg, &signature, "20241001", Status::SoftRevoked, "REVKEYSIG");
    compare(&gpg, &later, "20241001", Status::HardRevoked, "REVKEYSIG");
}

#[test]
fn keys_expire_and_signatures_too() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("20240101", ADA, "ed25519", "sign", "0");
    let early = gpg.sign("20240601", &key, &[], PAYLOAD);
    let late = gpg.sign("20250301", &key, &[], PAYLOAD);
    let short = gpg.sign("20240601", &key, &["--default-sig-expire", "30d"], PAYLOAD);
    compare(&gpg, &short, "20240615", Status::Good, "GOODSIG");
    compare(&gpg, &short, "20240801", Status::GoodKeyExpiredSince, "EXPSIG");
    let extend = |time: &str, until: &str| {
        gpg.ok(time, &["--batch", "--quick-set-expire", &key, until], b"");
    };
    extend("20240102", "20250101T000000");
    compare(&gpg, &early, "20240701", Status::Good, "GOODSIG");
    compare(&gpg, &early, "20260101", Status::GoodKeyExpiredSince, "EXPKEYSIG");
    compare(&gpg, &late, "20260101", Status::ExpiredAtSigning, "EXPKEYSIG");
    let before = gpg.export();
    // gpg replaces what the key said before, and all that it ever signed is good.
    extend("20250601", "20300101T000000");
    compare(&gpg, &early, "20260101", Status::Good, "GOODSIG");
    compare(&gpg, &late, "20260101", Status::Good, "GOODSIG");
    // With both copies it is known that the key had expired for a while.
    let both = [before, gpg.export()].concat();
    let status = |signature| judge(&both, signature, PAYLOAD, "ada@example.com", "20260101").status;
    assert_eq!(status(&early), Status::Good);
    assert_eq!(status(&late), Status::ExpiredAtSigning);
}

#[test]
fn signatures_from_before_the_key_or_from_the_future_are_not_valid_yet() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("20240101", ADA, "ed25519", "sign", "0");
    let signature = gpg.sign("20230101", &key, &["--ignore-time-conflict"], PAYLOAD);
    compare(&gpg, &signature, "20240701", Status::NotYetValid, "ERRSIG");
    let signature = gpg.sign("20250101", &key, &[], PAYLOAD);
    // gpg only warns.
    compare(&gpg, &signature, "20240701", Status::NotYetValid, "GOODSIG");
}

#[test]
fn of_revoked_keys_gpg_does_not_say_which_signatures_were_made_before() {
    for (code, before, after) in [
        (0, Status::HardRevoked, Status::HardRevoked),
        (1, Status::HardRevoked, Status::HardRevoked),
        (2, Status::SoftRevoked, Status::HardRevoked),
        (3, Status::SoftRevoked, Status::HardRevoked),
    ] {
        let Some(gpg) = Gpg::new() else { return };
        let key = gpg.key("20240101", ADA, "ed25519", "sign", "0");
        let early = gpg.sign("20240601", &key, &[], PAYLOAD);
        let late = gpg.sign("20240901", &key, &[], PAYLOAD);
        let unrevoked = gpg.export();
        gpg.revoke("20240801", &key, code);
        compare(&gpg, &early, "20241001", before, "REVKEYSIG");
        compare(&gpg, &late, "20241001", after, "REVKEYSIG");
        // An older copy of the key hides nothing.
        for keys in [[gpg.export(), unrevoked.clone()], [unrevoked, gpg.export()]] {
            let verdict = judge(&keys.concat(), &late, PAYLOAD, "ada@example.com", "20241001");
            assert_eq!(verdict.status, after);
        }
    }
}

#[test]
fn a_user_id_that_was_given_up_is_nobody_s_afterwards() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("20240101", "Ada <old@example.com>", "ed25519", "sign", "0");
    gpg.ok("20240102", &["--batch", "--quick-add-uid", &key, ADA], b"");
    let early = gpg.sign("20240601", &key, &[], PAYLOAD);
    let late = gpg.sign("20240901", &key, &[], PAYLOAD);
    let revoke = ["--batch", "--quick-revoke-uid", &key, "Ada <old@example.com>"];
    gpg.ok("20240801", &revoke, b"");
    let status =
        |signature, email| judge(&gpg.export(), signature, PAYLOAD, email, "20241001").status;
    assert_eq!(status(&early, "old@example.com"), Status::SoftRevoked);
    assert_eq!(status(&late, "old@example.com"), Status::PrincipalMismatch);
    assert_eq!(status(&early, "ada@example.com"), Status::Good);
    assert_eq!(gpg.says("20241001", &late, PAYLOAD), "GOODSIG");
}

#[test]
fn critical_notations_are_not_understood() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("20240101", ADA, "ed25519", "sign", "0");
    let notation = |text| gpg.sign("20240601", &key, &["--sig-notation", text], PAYLOAD);
    compare(&gpg, &notation("a@example.com=1"), "20240701", Status::Good, "GOODSIG");
    // gpg does not tell it from one over other bytes.
    compare(&gpg, &notation("!a@example.com=1"), "20240701", Status::Unsupported, "BADSIG");
}

#[test]
fn a_strong_subkey_is_as_weak_as_its_primary_key() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("20240101", ADA, "rsa1024", "cert", "0");
    gpg.ok("20240101", &["--batch", "--quick-add-key", &key, "ed25519", "sign", "0"], b"");
    let signature = gpg.sign("20240601", &key, &[], PAYLOAD);
    compare(&gpg, &signature, "20240701", Status::WeakAlgorithm, "GOODSIG");
}

/// A primary key, a user ID and the signature about both as gpg exports them, taken apart.
struct Parts {
    headers: [Vec<u8>; 3],
    bodies: [Vec<u8>; 3],
}

impl Parts {
    fn new(mut rest: &[u8]) -> Self {
        let [mut headers, mut bodies] = [const { [const { Vec::new() }; 3] }; 2];
        for (header, body) in headers.iter_mut().zip(&mut bodies) {
            let (size, length) = match rest[0] & 3 {
                0 => (2, usize::from(rest[1])),
                _ => (3, usize::from(rest[1]) * 256 + usize::from(rest[2])),
            };
            *header = rest[..size].to_vec();
            *body = rest[size..size + length].to_vec();
            rest = &rest[size + length..];
        }
        Self { headers, bodies }
    }

    /// The file, with the beginning of the digest that the signature has to begin with so that anything is
    /// calculated. An anonymous one does not say whose it is: that of any key.
    fn file(&self, is_anonymous: bool) -> Vec<u8> {
        let [key, user, signature] = &self.bodies;
        let mut signature = signature.clone();
        let hashed = 6 + usize::from(u16::from_be_bytes([signature[4], signature[5]]));
        if is_anonymous {
            assert_eq!(signature[6..8], [22, 33], "the fingerprint comes first");
            signature[7] = 101;
            assert_eq!(signature[hashed + 2..hashed + 4], [9, 16], "only the key ID is not signed");
            signature[hashed + 3] = 101;
        }
        let sized = |length: usize| u32::try_from(length).expect("a size").to_be_bytes();
        let message = [
            &[0x99],
            &sized(key.len())[2..],
            key,
            &[0xb4],
            &sized(user.len()),
            user,
            &signature[..hashed],
            &[4, 0xff],
            &sized(hashed),
        ];
        let algorithm = match signature[3] {
            8 => &SHA256,
            9 => &SHA384,
            _ => &SHA512,
        };
        let digest = digest(algorithm, &message.concat());
        signature[hashed + 12..hashed + 14].copy_from_slice(&digest.as_ref()[..2]);
        let bodies = [key, user, &signature];
        let packets = self.headers.iter().zip(bodies);
        packets.flat_map(|(header, body)| [&header[..], body].concat()).collect()
    }
}

#[test]
fn keys_that_nobody_made_are_calculated_with_and_nothing_of_theirs_counts() {
    let mut chance = Random::new(7);
    let meaning = |keys: &[u8]| {
        let none = AllowedSigners::parse(b"", 0).expect("a list");
        let keys = OpenPgpKeys::parse(keys).ok()?;
        Some(TrustStore::new(none, RevokedKeys::default()).with_openpgp(keys).digest())
    };
    for kind in ["ed25519", "rsa2048", "nistp256", "nistp384", "nistp521", "dsa2048"] {
        let Some(gpg) = Gpg::new() else { return };
        gpg.key("20240101", ADA, kind, "sign", "0");
        let keys = gpg.ok("20240101", &["--batch", "--export"], b"");
        let parts = Parts::new(&keys);
        assert_eq!(parts.file(false), keys, "the digest is the one that gpg makes");
        for _ in 0..500 {
            let mut parts = Parts { headers: parts.headers.clone(), bodies: parts.bodies.clone() };
            let place = if chance.below(3) == 0 { 2 } else { 0 };
            let beginning = if place == 0 { 6 } else { parts.bodies[2].len() - 64 };
            for _ in 0..=chance.below(3) {
                let body = &mut parts.bodies[place];
                let byte = beginning + chance.below(body.len() - beginning);
                body[byte] = [0, 1, 0xff, chance.below(256) as u8][chance.below(4)];
            }
            let whole = parts.file(true);
            let without = whole.len() - parts.headers[2].len() - parts.bodies[2].len();
            // The signature counts for nothing where it is not one of this key.
            assert_eq!(meaning(&whole), meaning(&whole[..without]), "{kind}: {whole:?}");
        }
    }
}
