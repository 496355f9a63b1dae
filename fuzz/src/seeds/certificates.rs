//! What the target `certificate` begins with: keys and signatures that are made when they are needed, and those that
//! the tests of the crate keep because other programs have made them.

use std::fs;
use std::path::Path;

use gitops_health_testkit::pack::base64;
use gitops_health_testkit::ssh::Key;
use gitops_health_testkit::x509::{
    FOR_MAIL, Fields, Holder, REKOR, Signing, authority, emails, name_constraints, pem, purposes,
    usage,
};

use crate::certificate::{PAYLOAD, SIGNER};

/// Seeds: the form, where the keys end, the keys and a signature.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = ssh();
    seeds.extend(x509());
    seeds.extend(kept());
    seeds
}

fn seed(form: u8, armour: u8, keys: &[u8], signature: &[u8]) -> Vec<u8> {
    let cut = u16::try_from(keys.len()).expect("a short file").to_be_bytes();
    [&[form + 8 * armour][..], &cut, keys, signature].concat()
}

fn ssh() -> Vec<Vec<u8>> {
    let who = String::from_utf8_lossy(SIGNER);
    let mut seeds = Vec::new();
    for (key, flags) in
        [(Key::ed25519(), 0), (Key::security_ed25519(), 1), (Key::security_ecdsa(), 1)]
    {
        let options = "namespaces=\"git,file\",valid-after=\"20240101Z\",valid-before=\"20250101\"";
        let line = format!("# of Ada\n{who},*@example.org {options} {}\n", key.line());
        let bytes = key.sign_bytes("git", PAYLOAD, flags);
        seeds.push(seed(0, 0, line.as_bytes(), key.sign("git", PAYLOAD, flags).as_bytes()));
        seeds.push(seed(0, 2, line.as_bytes(), &bytes));
        seeds.push(seed(1, 2, format!("{}\n", key.line()).as_bytes(), &bytes));
        let authority = format!("{who} cert-authority {}\n\0{}\n", key.line(), key.line());
        seeds.push(seed(2, 2, authority.as_bytes(), &bytes));
        let listed = [line.as_bytes(), b"\0", &krl(&key.blob())].concat();
        seeds.push(seed(2, 2, &listed, &bytes));
        seeds.push(seed(1, 2, &krl(&key.blob()), &bytes));
    }
    seeds
}

/// A list of revoked keys in OpenSSH's binary form: a key, and numbers and ids of certificates of it.
fn krl(blob: &[u8]) -> Vec<u8> {
    let string = gitops_health_testkit::ssh::string;
    let section = |kind: u8, content: &[u8]| [&[kind][..], &string(content)].concat();
    let (one, many) = (5_u64.to_be_bytes(), [6_u64.to_be_bytes(), 9_u64.to_be_bytes()].concat());
    let certificates = [
        string(blob),
        string(b""),
        section(0x20, &one),
        section(0x21, &many),
        section(0x22, &[&one[..], &string(&[0x15])].concat()),
        section(0x23, &string(b"an id")),
    ];
    let header =
        [1_u32.to_be_bytes().to_vec(), [7_u64, 1_704_067_200, 0].map(u64::to_be_bytes).concat()];
    [
        b"SSHKRL\n\0".to_vec(),
        header.concat(),
        string(b""),
        string(b"a comment"),
        section(1, &certificates.concat()),
        section(2, &string(blob)),
        section(3, &string(&[7; 20])),
        section(5, &string(&[7; 32])),
    ]
    .concat()
}

fn x509() -> Vec<Vec<u8>> {
    let who = String::from_utf8_lossy(SIGNER);
    let (root, middle, ada) = (Holder::new("Root"), Holder::new("Middle"), Holder::new("Ada"));
    let of_root = root.certify(&root, &Fields::new(&[authority(None), usage(6)]));
    let of_middle = root.certify(&middle, &Fields::new(&[authority(Some(0)), name_constraints()]));
    let own = Fields::new(&[emails(&[&who]), usage(0x80), purposes(&[FOR_MAIL])]);
    let (direct, below) = (root.certify(&ada, &own), middle.certify(&ada, &own));
    let list = root.revoke(&[(1, "240301000000Z", Some(1)), (7, "240901000000Z", None)]);
    let roots = pem("CERTIFICATE", &of_root);
    let ways = [
        Signing::default(),
        Signing { time: None, ..Signing::default() },
        Signing { has_attributes: false, ..Signing::default() },
        Signing { unsigned: Some(REKOR), ..Signing::default() },
        Signing { content: Some(PAYLOAD), ..Signing::default() },
    ];
    let mut seeds = Vec::new();
    for how in &ways {
        let plain = ada.message(PAYLOAD, &root, &[&direct], how);
        seeds.push(seed(5, 1, roots.as_bytes(), &plain));
        seeds.push(seed(6, 1, &of_root, &plain));
        seeds.push(seed(5, 1, format!("{roots}{list}").as_bytes(), &plain));
        let chain = ada.message(PAYLOAD, &middle, &[&below, &of_middle], how);
        seeds.push(seed(6, 1, &of_root, &chain));
    }
    let text = ada.sign(PAYLOAD, &root, &[&direct], &Signing::default());
    seeds.push(seed(6, 0, &of_root, text.as_bytes()));
    seeds.push(seed(7, 0, &decoded(&list), b""));
    seeds.push(seed(6, 0, &direct, b""));
    seeds
}

/// The bytes in an armour of ours.
fn decoded(text: &str) -> Vec<u8> {
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |byte: u8| letters.iter().position(|it| *it == byte).unwrap_or(0) as u32;
    let mut bytes: Vec<u8> = Vec::new();
    for four in body.as_bytes().chunks(4) {
        let sum = four.iter().fold(0_u32, |sum, byte| sum << 6 | digit(*byte));
        let pads = four.iter().filter(|byte| **byte == b'=').count();
        bytes.extend(&sum.to_be_bytes()[1..4 - pads]);
    }
    assert!(body == base64(&bytes, usize::MAX), "it is not the same");
    bytes
}

/// What gpg, gpgsm and openssl have made.
fn kept() -> Vec<Vec<u8>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/signature/tests");
    let read = |name: &str| fs::read(tests.join(name)).expect("tests can be read");
    let (root, ada, eve) =
        (read("x509/root.pem"), read("openpgp/ada.asc"), read("openpgp/eve.asc"));
    let mut seeds = Vec::new();
    for name in ["p256", "p384", "p521", "rsa", "rsa-pss", "gpgsm", "with-content"] {
        seeds.push(seed(5, 0, &root, &read(&format!("x509/{name}.asc"))));
    }
    let dearmoured = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        let body = text
            .lines()
            .skip(1)
            .skip_while(|it| !it.is_empty())
            .filter(|it| !it.starts_with(['=', '-']));
        let body: String = body.collect::<Vec<_>>().concat();
        decoded(&format!("-\n{body}\n-"))
    };
    let signature = read("openpgp/signature.asc");
    for revocation in ["", "openpgp/revocation-retired.asc", "openpgp/revocation-no-reason.asc"] {
        let revocation = if revocation.is_empty() { Vec::new() } else { read(revocation) };
        let keys = [&ada[..], b"\n", &eve, b"\n", &revocation].concat();
        seeds.push(seed(3, 0, &keys, &signature));
    }
    seeds.push(seed(4, 3, &dearmoured(&ada), &dearmoured(&signature)));
    seeds.push(seed(4, 3, &dearmoured(&eve), &dearmoured(&read("openpgp/signature-eve.asc"))));
    seeds
}
