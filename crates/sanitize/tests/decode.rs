//! What is encoded is found, told by its place, and taken out in the same encoding. All that looks like
//! data of somebody is synthetic, and put together here so that no scanner stops at this page.

use gitops_health_sanitize::{Cleaned, Cleaner, Finding, Replacement, Scanner, Severity};
use gitops_health_testkit::Random;
use gitops_health_testkit::pack::{base64, deflated, gzip, tar, zip, zip_of, zlib};

/// A number that nobody has.
fn ssn() -> String {
    ["536", "22", "8145"].join("-")
}

/// A name that many may have.
fn name() -> String {
    ["Mary", "Smith"].join(" ")
}

/// A sentence about somebody who does not exist.
fn sentence() -> String {
    format!("The patient {}, SSN {}, was seen.\r\n", name(), ssn())
}

fn scan(bytes: &[u8]) -> Vec<Finding> {
    let findings = Scanner::new().scan(bytes);
    for pair in findings.windows(2) {
        assert!(pair[0].span.start <= pair[1].span.start, "they are in order");
    }
    findings
}

/// The finding of a rule, and within what it is.
fn found<'a>(findings: &'a [Finding], rule: &str) -> &'a Finding {
    let found = findings.iter().find(|finding| finding.rule == rule);
    found.unwrap_or_else(|| panic!("{rule} is not in {findings:?}"))
}

fn within<'a>(findings: &'a [Finding], rule: &str) -> &'a str {
    found(findings, rule).within.as_deref().unwrap_or("nothing")
}

/// Cleans in every way, and checks that nothing is left and that nothing more is done the next time.
fn cleaned(bytes: &[u8]) -> Vec<Cleaned> {
    use Replacement::{Hash, Mask, Placeholder, Redacted};
    let scanner = Scanner::new();
    let ways = [Redacted, Placeholder, Hash(b"a key".to_vec()), Mask];
    let clean = |way: Replacement| {
        let mut cleaner = Cleaner::new(&scanner, way.clone(), Severity::Low);
        let cleaned = cleaner.clean(bytes);
        assert!(cleaned.left.is_empty(), "{way:?}: {:?}", cleaned.left);
        assert!(!cleaned.removed.is_empty(), "{way:?}");
        let again = cleaner.clean(&cleaned.bytes);
        assert_eq!((&again.bytes, again.removed), (&cleaned.bytes, Vec::new()), "{way:?}");
        cleaned
    };
    ways.map(clean).into()
}

fn utf16(text: &str, is_big: bool) -> Vec<u8> {
    let bytes = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn text_in_utf_16_is_read_and_cleaned() {
    for (is_big, mark) in [(false, "\u{feff}"), (true, "\u{feff}"), (false, ""), (true, "")] {
        let text = format!("{mark}caf\u{e9} \u{1f600}\r\n{}", sentence());
        let bytes = utf16(&text, is_big);
        let findings = scan(&bytes);
        let finding = found(&findings, "ssn");
        assert_eq!(within(&findings, "ssn"), "utf-16");
        assert_eq!(bytes[finding.span.clone()], utf16(&ssn(), is_big));
        let redacted = &cleaned(&bytes)[0].bytes;
        let expected = text.replace(&ssn(), "[SSN]").replace(&name(), "[NAME]");
        assert_eq!(*redacted, utf16(&expected, is_big));
    }
}

#[test]
fn a_table_behind_a_mark_of_the_order_of_bytes_is_understood() {
    let text = ["\u{feff}mrn,name\r\n", "4711", "0815,Jane\r\n"].concat();
    for bytes in [text.clone().into_bytes(), utf16(&text, false)] {
        let findings = scan(&bytes);
        assert_eq!(found(&findings, "mrn").field.as_deref(), Some("column mrn"));
        cleaned(&bytes);
    }
}

#[test]
fn text_in_base64_is_read_and_cleaned() {
    for width in [10_000, 76, 64] {
        for (before, behind) in [("", ""), ("value: ", "\nnext: x\n"), ("x(\"", "\");\n")] {
            let encoded = base64(sentence().repeat(3).as_bytes(), width);
            let text = format!("{before}{encoded}{behind}");
            let findings = scan(text.as_bytes());
            assert_eq!(within(&findings, "ssn"), "base64");
            let span = found(&findings, "ssn").span.clone();
            assert!(span.start >= before.len() && span.len() <= 16 + 8, "{span:?}");
            let redacted = &cleaned(text.as_bytes())[0].bytes;
            let clean = sentence().replace(&ssn(), "[SSN]").replace(&name(), "[NAME]");
            let encoded = base64(clean.repeat(3).as_bytes(), width);
            let expected = format!("{before}{encoded}{behind}");
            assert_eq!(String::from_utf8_lossy(redacted), expected);
        }
    }
}

#[test]
fn layers_in_one_another_are_read_and_cleaned() {
    let inner = base64(sentence().as_bytes(), 76);
    for text in [base64(inner.as_bytes(), 10_000), base64(&utf16(&sentence(), false), 76)] {
        let findings = scan(text.as_bytes());
        let name = within(&findings, "ssn").to_owned();
        assert!(["base64 > base64", "base64 > utf-16"].contains(&&*name), "{name}");
        cleaned(text.as_bytes());
    }
    let wide = utf16(&format!("\u{feff}x: {inner}\r\n"), true);
    assert_eq!(within(&scan(&wide), "ssn"), "utf-16 > base64");
    cleaned(&wide);
    let mut deep = sentence();
    for _ in 0..12 {
        deep = base64(deep.as_bytes(), 10_000);
    }
    let looked = Scanner::new().look(deep.as_bytes());
    assert!(looked.findings.is_empty());
    assert!(looked.unseen.iter().any(|unseen| unseen.is_failure), "{:?}", looked.unseen);
}

#[test]
fn what_is_spelled_out_is_read_and_cleaned() {
    let (first, last) = (&name()[..4], &name()[5..]);
    let number = ssn();
    let hard = number.replace('-', "&#45;");
    for (text, expected, name) in [
        (
            format!("GET /?q=patient%20{first}%20{last}%2C%20ssn%3A{number}&x=1\n"),
            "GET /?q=patient%20%5BNAME%5D%2C%20ssn%3A%5BSSN%5D&x=1\n".to_owned(),
            "escapes",
        ),
        (
            format!("<p>The patient&nbsp;{first}&#x20;{last}, {hard}</p>\n"),
            "<p>The patient&nbsp;[NAME], [SSN]</p>\n".to_owned(),
            "character references",
        ),
        (
            format!("{{\"note\": \"The patient {first} {last}.\\n{number}\\n\"}}\n"),
            "{\"note\": \"The patient [NAME].\\n[SSN]\\n\"}\n".to_owned(),
            // The number is whole as it stands.
            "nothing",
        ),
        (
            format!("x = \"The patient {first} {last}, {}\"\n", number.replace('-', "\\u002d")),
            "x = \"The patient [NAME], [SSN]\"\n".to_owned(),
            "escapes",
        ),
    ] {
        let findings = scan(text.as_bytes());
        assert_eq!(within(&findings, "ssn"), name, "{text}");
        let all = cleaned(text.as_bytes());
        assert_eq!(String::from_utf8_lossy(&all[0].bytes), expected);
    }
}

#[test]
fn what_is_set_in_print_is_read_as_it_looks() {
    let dashed = |dash: &str| ["536", "22", "8145"].join(dash);
    let wide: String = ssn()
        .chars()
        .map(|it| char::from_u32(u32::from(it) + 0xfee0).expect("it has a wide one"))
        .collect();
    let soft = dashed("\u{ad}-");
    for number in [dashed("\u{2013}"), dashed("\u{2011}"), dashed("-\u{200b}"), soft, wide] {
        let text = format!("\u{feff}The patient {} has the SSN {number}.\n", name());
        let findings = scan(text.as_bytes());
        let span = found(&findings, "ssn").span.clone();
        assert_eq!(&text[span], number.trim_matches('\u{ad}'));
        let clean = "\u{feff}The patient [NAME] has the SSN [SSN].\n";
        assert_eq!(String::from_utf8_lossy(&cleaned(text.as_bytes())[0].bytes), clean);
    }
    let text = format!("Patient\u{a0}{}\u{a0}(MRN\u{ff1a}4829\u{200b}1734)\n", name());
    let clean = "Patient\u{a0}[NAME]\u{a0}(MRN\u{ff1a}[MRN])\n";
    assert_eq!(String::from_utf8_lossy(&cleaned(text.as_bytes())[0].bytes), clean);
    assert!(
        scan("the patient\u{2019}s notes of 2019\u{2013}2021, 10\u{a0}000 in all\n".as_bytes())
            .is_empty()
    );
}

#[test]
fn base64_in_what_is_spelled_out_is_read_and_cleaned() {
    let encoded = base64(sentence().repeat(2).as_bytes(), 76);
    let text = format!("{{\"content\": \"{}\\n\"}}\n", encoded.replace('\n', "\\n"));
    let findings = scan(text.as_bytes());
    assert_eq!(within(&findings, "ssn"), "escapes > base64");
    let redacted = String::from_utf8_lossy(&cleaned(text.as_bytes())[0].bytes).into_owned();
    let clean = sentence().replace(&ssn(), "[SSN]").replace(&name(), "[NAME]").repeat(2);
    let encoded = base64(clean.as_bytes(), 76).replace('\n', "\\n");
    assert_eq!(redacted, format!("{{\"content\": \"{encoded}\\n\"}}\n"));
}

/// What could not be looked at.
fn unseen(bytes: &[u8]) -> Vec<(String, String, bool)> {
    let unseen = Scanner::new().look(bytes).unseen.into_iter();
    unseen.map(|it| (it.within.unwrap_or_default(), it.reason, it.is_failure)).collect()
}

#[test]
fn what_is_packed_is_looked_into_and_never_taken_for_clean() {
    let text = sentence();
    let image: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let files: &[(&str, &[u8])] = &[("letters/a.txt", text.as_bytes()), ("b.png", image)];
    let (first, last) = (&name()[..6], &name()[6..]);
    let letter = format!("<w:p><w:t>The patient {first}</w:t><w:t>{last}, {}</w:t></w:p>", ssn());
    for (bytes, name) in [
        (gzip(text.as_bytes()), "gzip"),
        ([gzip(b"one\n"), gzip(text.as_bytes())].concat(), "gzip"),
        (zlib(text.as_bytes()), "zlib"),
        (zip(files), "zip: letters/a.txt"),
        (tar(files), "tar: letters/a.txt"),
        (gzip(&tar(files)), "gzip > tar: letters/a.txt"),
        (zip(&[("a.tgz", &gzip(&tar(files)))]), "zip: a.tgz > gzip > tar: letters/a.txt"),
        (zip(&[("word/document.xml", letter.as_bytes())]), "zip: word/document.xml"),
        (base64(&gzip(text.as_bytes()), 76).into_bytes(), "base64 > gzip"),
    ] {
        let findings = scan(&bytes);
        assert_eq!(within(&findings, "ssn"), name);
        assert_eq!(within(&findings, "name"), name);
        assert!(unseen(&bytes).iter().all(|(.., is_failure)| !is_failure), "{name}");
        let scanner = Scanner::new();
        let mut cleaner = Cleaner::new(&scanner, Replacement::Redacted, Severity::Low);
        let cleaned = cleaner.clean(&bytes);
        assert!(cleaned.bytes == bytes && !cleaned.left.is_empty(), "{name}");
        assert!(cleaned.removed.is_empty());
    }
    let archive = tar(files);
    assert_eq!(&archive[found(&scan(&archive), "ssn").span.clone()], ssn().as_bytes());
    let expected = ("zip".to_owned(), "one member is binary".to_owned(), false);
    assert_eq!(unseen(&zip(files)), [expected]);
}

#[test]
fn what_can_not_be_unpacked_is_named() {
    let packed = deflated(sentence().as_bytes());
    let named = |within: &str, reason: &str| (within.to_owned(), reason.to_owned(), true);
    let archive = zip_of(&[("a\u{1b}[1m", 1, 8, packed.clone()), ("b", 0, 12, packed.clone())]);
    let expected = [
        named("zip: a?[1m", "it is encrypted"),
        named("zip: b", "it is packed in a way that is not known"),
    ];
    assert_eq!(unseen(&archive), expected);
    let archive = zip(&[("a", sentence().as_bytes())]);
    assert_eq!(unseen(&archive[..60]), [named("zip", "its directory is damaged")]);
    let mut packed = gzip(sentence().repeat(100).as_bytes());
    packed.truncate(packed.len() - 20);
    assert_eq!(unseen(&packed), [named("gzip", "it is damaged")]);
    assert!(!scan(&packed).is_empty(), "what can be unpacked is looked at");
    let mut archive = tar(&[("a", b"one"), ("b", b"two")]);
    archive[1024 + 3] = b'x';
    assert_eq!(unseen(&archive), [named("tar", "it is damaged")]);
}

#[test]
fn what_is_beyond_the_limits_is_named() {
    let large = gzip(&vec![b' '; 80 << 20]);
    let reason = "it is too large when it is unpacked".to_owned();
    assert_eq!(unseen(&large), [("gzip".to_owned(), reason.clone(), true)]);
    let bomb = zip(&[("a", &large), ("b", &large)]);
    assert!(unseen(&bomb).iter().any(|(_, why, is_failure)| *why == reason && *is_failure));
    let mut deep = sentence().into_bytes();
    for _ in 0..4 {
        deep = gzip(&deep);
    }
    let why = "it is packed more often than is looked into".to_owned();
    assert_eq!(unseen(&deep), [("gzip > gzip > gzip > gzip".to_owned(), why, true)]);
    let many: Vec<(&str, u16, u16, Vec<u8>)> = vec![("a", 0, 0, b"x".to_vec()); 10_100];
    let why = "it has more members than are looked into".to_owned();
    assert_eq!(unseen(&zip_of(&many)), [("zip".to_owned(), why, true)]);
}

/// Ten thousand members of a zip may be the same megabyte, and that may become nothing.
#[test]
fn members_that_become_nothing_have_a_limit() {
    let nothing = [[0, 0, 0, 0xff, 0xff].repeat(200_000), vec![1, 0, 0, 0xff, 0xff]].concat();
    let one = zip_of(&[("a", 0, 8, nothing)]);
    let (begin, end) = (one.len() - 22 - 47, one.len() - 22);
    let count = 200_u16;
    let mut archive = [&one[..begin], &one[begin..end].repeat(usize::from(count))].concat();
    archive.extend([&one[end..end + 8], &count.to_le_bytes(), &count.to_le_bytes()].concat());
    archive.extend((u32::from(count) * 47).to_le_bytes());
    archive.extend(&one[end + 16..]);
    let reason = "it is too large when it is unpacked".to_owned();
    assert_eq!(unseen(&archive), [("zip".to_owned(), reason, true)]);
}

/// How the elements of a file are written.
#[derive(Clone, Copy)]
struct Dicom {
    is_big: bool,
    is_implicit: bool,
}

impl Dicom {
    fn half(self, number: u16) -> [u8; 2] {
        if self.is_big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    fn word(self, number: u32) -> [u8; 4] {
        if self.is_big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    fn header(self, tag: (u16, u16), kind: &str, length: u32) -> Vec<u8> {
        let tag = [self.half(tag.0), self.half(tag.1)].concat();
        let is_long = matches!(kind, "SQ" | "OW" | "UT" | "UN");
        match () {
            () if self.is_implicit || kind.is_empty() => [tag, self.word(length).to_vec()].concat(),
            () if is_long => [tag, kind.into(), vec![0; 2], self.word(length).to_vec()].concat(),
            () => [tag, kind.into(), self.half(length as u16).to_vec()].concat(),
        }
    }

    fn element(self, tag: (u16, u16), kind: &str, value: &[u8]) -> Vec<u8> {
        [self.header(tag, kind, value.len() as u32), value.to_vec()].concat()
    }
}

/// A file of a study of somebody who does not exist.
fn dicom(uid: &str, way: Dicom) -> Vec<u8> {
    let about = Dicom { is_big: false, is_implicit: false };
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    file.extend(about.element((2, 0x10), "UI", uid.as_bytes()));
    let physician = ["Doe", "John"].join("^");
    file.extend(way.element((8, 0x90), "PN", physician.as_bytes()));
    // A sequence of known length, one of an item without, and one of another kind.
    let inner = way.element((0x10, 0x20), "LO", b"4711-0815 ");
    let item = way.element((0xfffe, 0xe000), "", &inner);
    file.extend(way.element((0x10, 0x1002), "SQ", &item));
    file.extend(way.header((0x10, 0x1003), "SQ", u32::MAX));
    file.extend(way.header((0xfffe, 0xe000), "", u32::MAX));
    file.extend(way.element((0x10, 0x1040), "LO", b"1 Nowhere Lane"));
    file.extend(way.header((0xfffe, 0xe00d), "", 0));
    file.extend(way.header((0xfffe, 0xe0dd), "", 0));
    file.extend(way.header((0x11, 0x1003), "UN", u32::MAX));
    let within = Dicom { is_implicit: true, ..way };
    file.extend(within.header((0xfffe, 0xe000), "", u32::MAX));
    file.extend(within.element((0x10, 0x30), "DA", ["1980", "0131"].concat().as_bytes()));
    file.extend(within.header((0xfffe, 0xe00d), "", 0));
    file.extend(within.header((0xfffe, 0xe0dd), "", 0));
    let comment = format!("The patient's number is {}\0", ssn());
    file.extend(way.element((0x10, 0x4000), "LT", comment.as_bytes()));
    file.extend(way.element((0x7fe0, 0x10), "OW", &[7; 64]));
    file
}

#[test]
fn elements_of_dicom_are_known_by_their_tags() {
    for (uid, is_big, is_implicit) in [
        ("1.2.840.10008.1.2\0", false, true),
        ("1.2.840.10008.1.2.1\0", false, false),
        ("1.2.840.10008.1.2.2\0", true, false),
        ("1.2.840.10008.1.2.4.50", false, false),
    ] {
        let file = dicom(uid, Dicom { is_big, is_implicit });
        let findings = scan(&file);
        let fields: Vec<&str> = findings.iter().filter_map(|it| it.field.as_deref()).collect();
        let expected = [
            "(0008,0090) ReferringPhysicianName",
            "(0010,0020) PatientID",
            "(0010,1040) PatientAddress",
            "(0010,0030) PatientBirthDate",
            "(0010,4000) PatientComments",
            "(7FE0,0010) PixelData",
        ];
        assert_eq!(fields, expected, "{uid}");
        assert_eq!(&file[found(&findings, "mrn").span.clone()], b"4711-0815");
        assert_eq!(&file[found(&findings, "ssn").span.clone()], ssn().as_bytes());
        assert_eq!(within(&findings, "mrn"), "dicom");
        assert!(unseen(&file).is_empty(), "{:?}", unseen(&file));
        let expected = ("dicom".to_owned(), "it is damaged".to_owned(), true);
        assert_eq!(unseen(&file[..file.len() - 1]), [expected]);
    }
}

#[test]
fn nothing_that_is_damaged_makes_it_fail() {
    let text = sentence().repeat(4);
    let files: &[(&str, &[u8])] = &[("letters/a.txt", text.as_bytes()), ("b/c.txt", b"none\n")];
    let explicit = Dicom { is_big: false, is_implicit: false };
    let seeds = [
        utf16(&text, false),
        base64(text.as_bytes(), 64).into_bytes(),
        gzip(text.as_bytes()),
        zlib(text.as_bytes()),
        zip(files),
        tar(files),
        dicom("1.2.840.10008.1.2.1\0", explicit),
        dicom("1.2.840.10008.1.2\0", Dicom { is_implicit: true, ..explicit }),
        base64(&zip(files), 76).into_bytes(),
        format!("{{\"a\": \"{}\"}}", text.replace('\r', "\\r").replace('\n', "\\n")).into_bytes(),
        format!("x=%20%20{}&#65;", text.replace(' ', "%20")).into_bytes(),
    ];
    let (scanner, mut random) = (Scanner::new(), Random::new(7));
    for round in 0..2200 {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..=random.below(6) {
            let at = random.below(bytes.len());
            match random.below(5) {
                0 => bytes.truncate(at.max(1)),
                1 => drop(bytes.drain(at..(at + random.below(9)).min(bytes.len()))),
                2 => bytes.insert(at, random.below(256) as u8),
                _ => bytes[at] = [0, 0xff, random.below(256) as u8][random.below(3)],
            }
            if bytes.is_empty() {
                bytes.push(0);
            }
        }
        let looked = scanner.look(&bytes);
        for finding in &looked.findings {
            assert!(finding.span.start <= finding.span.end && finding.span.end <= bytes.len());
        }
        assert_eq!(scanner.look(&bytes), looked, "round {round}");
        let mut cleaner = Cleaner::new(&scanner, Replacement::Redacted, Severity::Low);
        let cleaned = cleaner.clean(&bytes);
        if cleaned.left.is_empty() {
            assert!(cleaner.clean(&cleaned.bytes).removed.is_empty(), "round {round}");
        }
    }
}

#[test]
fn what_stands_behind_the_end_of_an_archive_is_not_taken_for_looked_at() {
    let text = sentence();
    let behind = |mut archive: Vec<u8>| {
        archive.extend(text.as_bytes());
        archive
    };
    let named = |within: &str, reason: &str| (within.to_owned(), reason.to_owned(), true);
    assert_eq!(unseen(&behind(zlib(b"hello, world"))), [named("zlib", "it is damaged")]);
    let archive = || tar(&[("a", b"one\n")]);
    let reason = "something stands behind its end";
    assert_eq!(unseen(&behind(archive())), [named("tar", reason)]);
    assert_eq!(unseen(&[archive(), archive()].concat()), [named("tar", reason)]);
    // A remark is a part of a zip.
    for archive in [zip(&[("a", b"one\n")]), [&b"PK\x05\x06"[..], &[0; 18]].concat()] {
        assert_eq!(within(&scan(&behind(archive)), "ssn"), "zip (remark)");
    }
}

#[test]
fn names_of_members_are_looked_at_and_not_shown() {
    let name = format!("letters/{}.txt", ssn());
    for (archive, kind) in [(zip(&[(&name, b"one")]), "zip"), (tar(&[(&name, b"one")]), "tar")] {
        let findings = scan(&archive);
        let finding = found(&findings, "ssn");
        assert_eq!(finding.within, Some(format!("{kind}: letters/[SSN].txt")));
        assert_eq!(finding.field.as_deref(), Some("name of the member"));
    }
}

#[test]
fn documents_in_strings_of_json_may_have_escapes_of_their_own() {
    let resource = |text: &str| {
        let name = name();
        let (given, family) = name.split_once(' ').expect("two words");
        serde_json::json!({
            "resourceType": (["Pati", "ent"].concat()),
            "a": text,
            "identifier": [{"value": (["4829", "1734"].concat())}],
            "name": [{"family": family, "given": [given]}],
        })
        .to_string()
    };
    for text in ["l1 l2", "l1\nl2", "l1\tl2", "l1\\l2", "l1\"l2", "M\u{fc}ller"] {
        let document = serde_json::json!({"x": resource(text)}).to_string();
        let escaped = document.replace('\u{fc}', "\\\\u00fc");
        for document in [document, escaped] {
            let findings = scan(document.as_bytes());
            assert_eq!(findings.iter().filter(|it| it.rule == "name").count(), 2, "{document}");
            for cleaned in cleaned(document.as_bytes()) {
                let text = String::from_utf8(cleaned.bytes).expect("it is text");
                let outer: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
                let inner = outer["x"].as_str().expect("it is a string");
                let inner: serde_json::Value = serde_json::from_str(inner).expect("it is JSON");
                assert!(!inner.to_string().contains(&name()[5..]), "{inner}");
            }
        }
    }
}

#[test]
fn a_value_has_signs_of_print_or_of_other_scripts_beside_it() {
    for text in [
        "SSN:\u{a0}<>\n",
        "{\"ssn\": \"\u{202f}<>\"}\n",
        "SSN: \u{202a}<>\u{202c}\n",
        "the SSN \u{201c}<>\u{201d}\n",
        "\u{ab}\u{a0}<>\u{a0}\u{bb} is the SSN\n",
        "\u{53f7}\u{7801}<>\u{662f}\n",
    ] {
        let findings = scan(text.replace("<>", &ssn()).as_bytes());
        assert_eq!(findings.iter().filter(|it| it.rule == "ssn").count(), 1, "{text}");
        for cleaned in cleaned(text.replace("<>", &ssn()).as_bytes()) {
            let left = String::from_utf8(cleaned.bytes).expect("it is text");
            let (before, behind) = text.split_once("<>").expect("it has a place");
            assert!(left.starts_with(before) && left.ends_with(behind), "{left:?}");
        }
    }
}

#[test]
fn members_are_plain_text_by_their_own_names() {
    let met = ["We met on 4 ", "May 2015"].concat();
    let archive = zip(&[("note.txt", met.as_bytes()), ("a.md", met.as_bytes())]);
    for name in [&b"letters.zip"[..], b""] {
        let found = Scanner::new().in_file(name).scan(&archive);
        let within: Vec<_> = found.into_iter().filter_map(|it| it.within).collect();
        assert_eq!(within, ["zip: note.txt"]);
    }
    assert_eq!(Scanner::new().in_file(b"note.txt.gz").scan(&gzip(met.as_bytes())).len(), 1);
    assert!(Scanner::new().in_file(b"note.md.gz").scan(&gzip(met.as_bytes())).is_empty());
}
