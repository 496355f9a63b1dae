//! Scans and cleans texts that were made from real ones by cutting, repeating and mixing them, and says
//! what takes long: nothing may panic or take more than a second for a megabyte.
//!
//! ```text
//! cargo run --release -p gitops-health-sanitize --example torture -- SECONDS FILE...
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;
use gitops_health_sanitize::{Cleaner, Replacement, Scanner, Severity};
use gitops_health_testkit::Random;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some(seconds) = arguments.first().and_then(|seconds| seconds.parse().ok()) else {
        eprintln!("for how many seconds?");
        return ExitCode::from(2);
    };
    let segment = ["PID", "1", "", "2^3~4&5", ""].join("|");
    let mut seeds: Vec<Vec<u8>> = vec![format!("MSH|^~\\&|a\r{segment}\r").into_bytes()];
    seeds.extend(encoded(&segment));
    seeds.extend(arguments[1..].iter().filter_map(|path| fs::read(path).ok()));
    for seed in &mut seeds {
        seed.truncate(20_000);
    }
    let scanner = Scanner::new();
    let (begun, mut random, mut rounds, mut slow) = (Instant::now(), Random::new(1), 0_u64, 0);
    while begun.elapsed() < Duration::from_secs(seconds) {
        let text = make(&seeds, &mut random);
        let started = Instant::now();
        let findings = scanner.scan(&text);
        for finding in &findings {
            assert!(finding.span.start <= finding.span.end && finding.span.end <= text.len());
        }
        let took = started.elapsed();
        // What is packed may be as much as is unpacked at most.
        let is_packed = text.starts_with(b"PK") || text.starts_with(b"\x1f\x8b");
        let packed = if is_packed { 16 << 20 } else { 0 };
        let allowed = Duration::from_millis(60 + (text.len() + packed) as u64 / 1000);
        if took > allowed {
            slow += 1;
            println!("{} bytes took {took:?} in round {rounds}", text.len());
            let _ = fs::write(env::temp_dir().join(format!("torture-{rounds}")), &text);
        }
        if text.len() < 50_000 {
            let key = |key: &str| key.as_bytes().to_vec();
            let (way, other) = match rounds % 2 {
                0 => (Replacement::Redacted, Replacement::Redacted),
                _ => (Replacement::Synthetic(key("one")), Replacement::Synthetic(key("two"))),
            };
            let mut cleaner = Cleaner::new(&scanner, way, Severity::Low);
            let cleaned = cleaner.clean(&text);
            if cleaned.left.is_empty() {
                let mut cleaner = Cleaner::new(&scanner, other, Severity::Low);
                let again = cleaner.clean(&cleaned.bytes);
                assert!(again.removed.is_empty(), "round {rounds} is not clean the second time");
            } else {
                let left = &cleaned.left[0];
                println!(
                    "round {rounds}: {} left, as {:?}, within {:?}",
                    left.rule, left.field, left.within
                );
            }
        }
        rounds += 1;
    }
    println!("{rounds} texts, {slow} slow");
    ExitCode::from(u8::from(slow > 0))
}

/// Texts in the encodings that are understood.
fn encoded(segment: &str) -> Vec<Vec<u8>> {
    let text = format!("The patient has {segment}\r\n").repeat(20);
    let wide = |is_big: bool| {
        let bytes = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
    };
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let packed = gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish());
    let string = text.replace('\\', "\\\\").replace('\r', "\\r").replace('\n', "\\n");
    vec![
        wide(false),
        wide(true),
        packed.expect("it is in memory"),
        // Some words in base64, on lines of 64 signs and on one.
        "dGhlIHBhdGllbnQgaXMgc29tZWJvZHkgYW5kIGhhcyBhIG51bWJlciBvZiBvbmUgdHdv\n".repeat(9).into(),
        "dGhlIHBhdGllbnQgaXMgc29tZWJvZHkgYW5kIGhhcyBhIG51bWJlciBv".repeat(9).into(),
        format!("{{\"a\": \"{string}\", \"b\": \"{{\\\"dob\\\": 1}}\"}}").into(),
        "GET /?patient%20is%20%C3%A9&x=1&amp;&#65;&#x41; \\u0041\n".repeat(20).into(),
        "a: '{\"patientName\": \"it''s\"}'\nb: \"{\\\"dob\\\": \\\"x\\\"}\"\n".repeat(20).into(),
        "BEGIN:VCARD\r\nN:a;b\r\nTEL:1\r\nEND:VCARD\r\npatient_id=4711 dob=1 x=y\n"
            .repeat(9)
            .into(),
    ]
}

fn make(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut text = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(8) {
        if text.is_empty() {
            text.push(b'x');
        }
        let at = random.below(text.len());
        let end = at + random.below((text.len() - at).min(400));
        match random.below(8) {
            0 => text.truncate(at),
            1 => text[at] = random.below(256) as u8,
            2 => drop(text.drain(at..end)),
            3 => {
                let part = text[at..end].repeat(1 + random.below(20));
                text.splice(at..at, part);
            }
            4 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len());
                let part = other[from..other.len().min(from + 500)].to_vec();
                text.splice(at..at, part);
            }
            5 => {
                const MARKS: &[u8] = b"|^~&\\\r\n\"'{}[]<>*:,;@.-+ \t0xA";
                let mark = MARKS[random.below(MARKS.len())];
                let count = [1, 10, 1000, 100_000][random.below(4)];
                text.splice(at..at, std::iter::repeat_n(mark, count));
            }
            6 => {
                const WORDS: &[&str] = &[
                    "MSH|",
                    "PID|",
                    "ISA*",
                    "\"resourceType\"",
                    "<ClinicalDocument>",
                    "patient ",
                    "Dr. ",
                    "ssn ",
                    "password=",
                    "-----BEGIN ",
                    "phone ",
                    "{\"a\":",
                    "[[",
                    "at ",
                    "card ",
                    "iban ",
                    "eyJ",
                    "://",
                    "akia",
                    "%20",
                    "&#65;",
                    "&lt;",
                    "\\u0041",
                    "'{\"",
                    "''{\"",
                    "\"{\\\"",
                    "{\"a\": \"{\\\"",
                    "a\\n\", \"",
                    "a\n\", \"",
                    "dGhlIHBhdGllbnQgaXMgc29tZWJvZHkg",
                    "PK\x01\x02",
                    "\x1f\u{8b}",
                    "patient_id=1 ",
                    "dob=",
                    "BEGIN:VCARD\n",
                ];
                let word = WORDS[random.below(WORDS.len())].as_bytes();
                let count = [1, 3, 50, 5000][random.below(4)];
                text.splice(at..at, word.repeat(count));
            }
            _ => text[at..end].reverse(),
        }
    }
    text.truncate(2 << 20);
    text
}
