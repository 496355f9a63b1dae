//! Forms of health data in text: messages in XML and logs, elements of DICOM, transactions, resources and records below
//! the word for whom they are about. All is synthetic; `~` stands for nothing, so that no scanner stops at this page.

use gitops_health_sanitize::{Cleaner, Finding, Replacement, Scanner, Severity};

fn plain(text: &str) -> String {
    text.replace('~', "")
}

fn scan(text: &str) -> Vec<Finding> {
    Scanner::new().scan(text.as_bytes())
}

/// What is found, by field, and what stands there, from a severity on.
fn fields(text: &str, least: Severity) -> Vec<(String, String)> {
    let found = scan(text).into_iter().filter(|it| it.severity >= least);
    found.map(|it| (it.field.unwrap_or_default(), text[it.span].to_owned())).collect()
}

fn ways() -> [Replacement; 5] {
    use Replacement::{Hash, Mask, Placeholder, Redacted, Synthetic};
    [Redacted, Placeholder, Hash(b"a key".to_vec()), Mask, Synthetic(b"a key of sixteen".to_vec())]
}

/// Checks that these fields are found with these values, and that in each way of cleaning all of it is gone, what is
/// not a value stays, and nothing more is found or done.
fn assert_form(name: &str, text: &str, expected: &[(&str, &str)]) {
    let text = plain(text);
    let found = fields(&text, Severity::Low);
    for (field, value) in expected {
        let pair = ((*field).to_owned(), plain(value));
        assert!(found.contains(&pair), "{pair:?} is not in {found:?} of {text}");
    }
    let scanner = Scanner::new();
    for way in ways() {
        let mut cleaner = Cleaner::new(&scanner, way.clone(), Severity::Low);
        let mut clean = |text: &[u8]| cleaner.clean_where(name, text, &mut |_| true);
        let first = clean(text.as_bytes());
        assert!(first.left.is_empty(), "{way:?}: {:?}", first.left);
        let cleaned = String::from_utf8(first.bytes.clone()).expect("it is text");
        for (_, value) in expected {
            assert!(!cleaned.contains(&plain(value)), "{way:?}: {value} is in {cleaned}");
        }
        assert_same_form(&text, &cleaned, &first.removed);
        let again = clean(&first.bytes);
        assert_eq!(String::from_utf8_lossy(&again.bytes), cleaned, "{way:?}: {cleaned}");
    }
}

/// What stands between the values that were taken out stands in what is left, in the same order.
fn assert_same_form(text: &str, cleaned: &str, removed: &[Finding]) {
    let (mut at, mut rest) = (0, cleaned);
    for finding in removed {
        let between = text[at..finding.span.start].trim_matches(['"', '\'']);
        let place = rest.find(between);
        assert!(place.is_some(), "{between:?} is not in {cleaned}");
        rest = &rest[place.unwrap_or_default() + between.len()..];
        at = finding.span.end;
    }
    assert!(rest.ends_with(text[at..].trim_matches(['"', '\''])), "{cleaned}");
}

/// Checks that nothing of any weight is found.
fn assert_nothing(text: &str) {
    let found = fields(&plain(text), Severity::Low);
    assert!(found.is_empty(), "{text}: {found:?}");
}

#[test]
fn messages_in_xml() {
    let expected = [
        ("PID-3.1", "4829~1734"),
        ("PID-5.1", "THORN~BURY"),
        ("PID-5.2", "MARG~ARET"),
        ("PID-7", "1961~0714"),
        ("PID-11.1", "12 El~m Street"),
    ];
    let standard = "<?xml version=\"1.0\"?>\n<ADT_A01 xmlns=\"urn:hl7-org:v2xml\">
 <MSH><MSH.1>|</MSH.1><MSH.2>^&amp;</MSH.2><MSH.10>123456789</MSH.10></MSH>
 <PID><PID.3><CX.1>4829~1734</CX.1><CX.5>MR</CX.5></PID.3>
 <PID.5><XPN.1><FN.1>THORN~BURY</FN.1></XPN.1><XPN.2>MARG~ARET</XPN.2></PID.5>
 <PID.7><TS.1>1961~0714</TS.1></PID.7>
 <PID.11><XAD.1><SAD.1>12 El~m Street</SAD.1></XAD.1></PID.11></PID>
</ADT_A01>\n";
    assert_form("a.xml", standard, &expected);
    let engine = "<HL7Message><PID><PID.3><PID.3.1>4829~1734</PID.3.1><PID.3.5>MR</PID.3.5></PID.3>
<PID.5><PID.5.1>THORN~BURY</PID.5.1><PID.5.2>MARG~ARET</PID.5.2></PID.5>
<PID.7><PID.7.1>1961~0714</PID.7.1></PID.7><PID.11><PID.11.1>12 El~m Street</PID.11.1><PID.11.2/></PID.11></PID>
</HL7Message>\n";
    assert_form("a.xml", engine, &expected);
    let code = format!("String message = \"{}\";\n", engine.replace('\n', ""));
    assert_form("A.java", &code, &expected);
    assert_nothing(
        "<ADT_A01 xmlns=\"urn:hl7-org:v2xml\"><MSH><MSH.3><HD.1>LAB</HD.1></MSH.3><MSH.10>123456789</MSH.10></MSH>
<PID><PID.1>1</PID.1><PID.3/><PID.5><XPN.1><FN.1/></XPN.1></PID.5><PID.8>F</PID.8></PID>
<OBX><OBX.2>NM</OBX.2><OBX.3><CE.1>8302-2</CE.1></OBX.3><OBX.5>172</OBX.5></OBX></ADT_A01>",
    );
    // Staff is as weak as it is elsewhere.
    assert_nothing(
        "<PV1><PV1.52><XCN.2><FN.1>Thorn~bury</FN.1></XCN.2></PV1.52></PV1><PID><PID.1>1</PID.1></PID>",
    );
}

#[test]
fn messages_on_one_line_of_a_log() {
    for end in ["<CR>", "<cr>", "\\x0d", "\\x0D", "\\u000d", "^M"] {
        let segments = [
            "MSH|^@\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5",
            "PID|1||4829~1734^^^LAB^MR||THORN~BURY^MARG~ARET||1961~0714|F",
            "ZPI|1|keep",
            "OBX|1|TX|keep||keep",
            "",
        ];
        let text = format!("2024 INFO got {}\nnext line\n", segments.join(end));
        let text = plain(&text).replace('@', "~");
        let found = fields(&text, Severity::Low);
        let expected = ["4829~1734", "THORN~BURY", "MARG~ARET", "1961~0714"].map(plain);
        let values: Vec<&String> = found.iter().map(|(_, value)| value).collect();
        assert_eq!(values, expected.iter().collect::<Vec<_>>(), "{text}");
        let scanner = Scanner::new();
        for way in ways() {
            let mut cleaner = Cleaner::new(&scanner, way, Severity::Low);
            let cleaned = cleaner.clean(text.as_bytes());
            assert!(cleaned.left.is_empty());
            let left = String::from_utf8(cleaned.bytes).expect("it is text");
            let kept = format!("|F{end}ZPI|1|keep{end}OBX|1|TX|keep||keep{end}\nnext line\n");
            assert!(left.ends_with(&kept), "{left}");
            assert!(cleaner.clean(left.as_bytes()).removed.is_empty(), "{left}");
        }
    }
    // An initial is none, whatever stands behind it.
    let text = plain("PID|1||4829~1734^^^LAB^MR||THORN~BURY^MARG~ARET^M\nNK1|1|ASH~DOWN^M\n");
    let all = fields(&text, Severity::Info);
    assert_eq!(all.iter().filter(|(_, value)| value == "M").count(), 2, "{all:?}");
}

#[test]
fn elements_of_dicom_in_json() {
    let text = r#"[{"00080018": {"vr": "UI", "Value": ["1.2.840.10008.73650281"]},
  "00080090": {"vr": "PN", "Value": [{"Alphabetic": "Ash~down^Ja~ne"}]},
  "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Thorn~bury^Marg~aret"}]},
  "00100020": {"vr": "LO", "Value": ["4829~1734"]},
  "00100030": {"vr": "DA", "Value": ["1961~0714"]},
  "00101002": {"vr": "SQ", "Value": [{"00100020": {"vr": "LO", "Value": ["4829~1735"]}}]},
  "00101040": {"vr": "LO", "Value": ["12 El~m Street"]}}]
"#;
    let expected = [
        ("(0010,0010) PatientName", "Thorn~bury^Marg~aret"),
        ("(0010,0020) PatientID", "4829~1734"),
        ("(0010,0030) PatientBirthDate", "1961~0714"),
        ("(0010,0020) PatientID", "4829~1735"),
        ("(0010,1040) PatientAddress", "12 El~m Street"),
    ];
    assert_form("a.json", text, &expected);
    assert_form("a.py", &format!("ds = Dataset.from_json({text})\n"), &expected);
    assert_nothing(
        r#"{"00080018": {"vr": "UI", "Value": ["1.2.840.10008.73650281"]}, "00100010": {"vr": "PN"},
            "00080090": {"vr": "PN", "Value": [{"Alphabetic": "Ash~down^Ja~ne"}]}, "00280010": {"vr": "US", "Value": [512]}}"#,
    );
}

#[test]
fn elements_of_dicom_in_dumps() {
    let expected = [
        ("(0010,0010) PatientName", "Thorn~bury^Marg~aret"),
        ("(0010,0020) PatientID", "4829~1734"),
        ("(0010,0030) PatientBirthDate", "1961~0714"),
    ];
    let dump = "# Dicom-Data-Set
(0008,0018) UI [1.2.840.10008.73650281]                 #  22, 1 SOPInstanceUID
(0008,0090) PN [Ash~down^Ja~ne]                           #  12, 1 ReferringPhysicianName
(0010,0010) PN [Thorn~bury^Marg~aret]                     #  18, 1 PatientName
(0010,0020) LO [4829~1734]                               #   8, 1 PatientID
(0010,0030) DA [1961~0714]                               #   8, 1 PatientBirthDate
(0010,0032) TM (no value available)                     #   0, 0 PatientBirthTime
(0028,0010) US 512                                      #   2, 1 Rows
";
    assert_form("a.txt", dump, &expected);
    let python = "(0008, 0018) SOP Instance UID                    UI: 1.2.840.10008.73650281
(0010, 0010) Patient's Name                      PN: 'Thorn~bury^Marg~aret'
(0010, 0020) Patient ID                          LO: '4829~1734'
(0010, 0030) Patient's Birth Date                DA: '1961~0714'
(0028, 0010) Rows                                US: 512
";
    assert_form("a.txt", python, &expected);
    assert_nothing(
        "(0008,0018) UI [1.2.840.10008.73650281]\n(0010,0010) PN (no value available)  # 0, 0 PatientName
(0010, 0020) Patient ID    LO: ''\nPatientName (0010,0010) is of type PN: a 'name'\n",
    );
}
