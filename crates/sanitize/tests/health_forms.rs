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
 <PID><P~ID.3><CX.1>4829~1734</CX.1><CX.5>MR</CX.5></PID.3>
 <P~ID.5><XPN.1><FN.1>THORN~BURY</FN.1></XPN.1><XPN.2>MARG~ARET</XPN.2></PID.5>
 <P~ID.7><TS.1>1961~0714</TS.1></PID.7>
 <P~ID.11><XAD.1><SAD.1>12 El~m Street</SAD.1></XAD.1></PID.11></PID>
</ADT_A01>\n";
    assert_form("a.xml", standard, &expected);
    let engine = "<HL7Message><PID><P~ID.3><P~ID.3.1>4829~1734</PID.3.1><P~ID.3.5>MR</PID.3.5></PID.3>
<P~ID.5><P~ID.5.1>THORN~BURY</PID.5.1><P~ID.5.2>MARG~ARET</PID.5.2></PID.5>
<P~ID.7><P~ID.7.1>1961~0714</PID.7.1></PID.7><P~ID.11><P~ID.11.1>12 El~m Street</PID.11.1><P~ID.11.2/></PID.11></PID>
</HL7Message>\n";
    assert_form("a.xml", engine, &expected);
    let code = format!("String message = \"{}\";\n", engine.replace('\n', ""));
    assert_form("A.java", &code, &expected);
    assert_nothing(
        "<ADT_A01 xmlns=\"urn:hl7-org:v2xml\"><MSH><MSH.3><HD.1>LAB</HD.1></MSH.3><MSH.10>123456789</MSH.10></MSH>
<PID><P~ID.1>1</PID.1><P~ID.3/><P~ID.5><XPN.1><FN.1/></XPN.1></PID.5><P~ID.8>F</PID.8></PID>
<OBX><O~BX.2>NM</OBX.2><O~BX.3><CE.1>8302-2</CE.1></OBX.3><O~BX.5>172</OBX.5></OBX></ADT_A01>",
    );
    // Staff is as weak as it is elsewhere.
    assert_nothing(
        "<PV1><PV1.52><XCN.2><FN.1>Thorn~bury</FN.1></XCN.2></PV1.52></PV1><PID><P~ID.1>1</PID.1></PID>",
    );
}

#[test]
fn messages_on_one_line_of_a_log() {
    for end in ["<CR>", "<cr>", "\\x0d", "\\x0D", "\\u000d", "^M"] {
        let segments = [
            "MSH|^@\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5",
            "P~ID|1||4829~1734^^^LAB^MR||THORN~BURY^MARG~ARET||1961~0714|F",
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
    let text = plain("P~ID|1||4829~1734^^^LAB^MR||THORN~BURY^MARG~ARET^M\nN~K1|1|ASH~DOWN^M\n");
    let all = fields(&text, Severity::Info);
    assert_eq!(all.iter().filter(|(_, value)| value == "M").count(), 2, "{all:?}");
}

#[test]
fn elements_of_dicom_in_json() {
    let text = r#"[{"00080018": {"v~r": "UI", "Value": ["1.2.840.10008.73650281"]},
  "00080090": {"v~r": "PN", "Value": [{"Alphabetic": "Ash~down^Ja~ne"}]},
  "00100010": {"v~r": "PN", "Value": [{"Alphabetic": "Thorn~bury^Marg~aret"}]},
  "00100020": {"v~r": "LO", "Value": ["4829~1734"]},
  "00100030": {"v~r": "DA", "Value": ["1961~0714"]},
  "00101002": {"v~r": "SQ", "Value": [{"00100020": {"v~r": "LO", "Value": ["4829~1735"]}}]},
  "00101040": {"v~r": "LO", "Value": ["12 El~m Street"]}}]
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
        r#"{"00080018": {"v~r": "UI", "Value": ["1.2.840.10008.73650281"]}, "00100010": {"v~r": "PN"},
            "00080090": {"v~r": "PN", "Value": [{"Alphabetic": "Ash~down^Ja~ne"}]}, "00280010": {"v~r": "US", "Value": [512]}}"#,
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
(00~10,0010) PN [Thorn~bury^Marg~aret]                     #  18, 1 PatientName
(00~10,0020) LO [4829~1734]                               #   8, 1 PatientID
(00~10,0030) DA [1961~0714]                               #   8, 1 PatientBirthDate
(00~10,0032) TM (no value available)                     #   0, 0 PatientBirthTime
(0028,0010) US 512                                      #   2, 1 Rows
";
    assert_form("a.txt", dump, &expected);
    let python = "(0008, 0018) SOP Instance UID                    UI: 1.2.840.10008.73650281
(00~10, 0010) Patient's Name                      PN: 'Thorn~bury^Marg~aret'
(00~10, 0020) Patient ID                          LO: '4829~1734'
(00~10, 0030) Patient's Birth Date                DA: '1961~0714'
(0028, 0010) Rows                                US: 512
";
    assert_form("a.txt", python, &expected);
    assert_nothing(
        "(0008,0018) UI [1.2.840.10008.73650281]\n(00~10,0010) PN (no value available)  # 0, 0 PatientName
(00~10, 0020) Patient ID    LO: ''\nPatientName (00~10,0010) is of type PN: a 'name'\n",
    );
}

#[test]
fn premiums_of_somebody() {
    let text = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *240101*1200*^*00501*000000001*0*P*:@
GS*RA*A*B*20240101*1200*1*X*005010X218@
S~T*820*0001*005010X218@
N1*PE*HEALTH PLAN*FI*123456789@
ENT*1*2J*34*5362~28145@
N~M1*QE*1*THORN~BURY*MARG~ARET@
RMR*AZ*W4829~1734**150@
SE*6*0001@
"
    .replace('~', "")
    .replace('@', "~");
    let expected = [
        ("ENT.04", "5362~28145"),
        ("NM1*QE.03", "THORN~BURY"),
        ("NM1*QE.04", "MARG~ARET"),
        ("RMR.02", "W4829~1734"),
    ];
    let found = fields(&text, Severity::Low);
    for (field, value) in expected {
        assert!(found.contains(&(field.to_owned(), plain(value))), "{field} is not in {found:?}");
    }
    let scanner = Scanner::new();
    for way in ways() {
        let mut cleaner = Cleaner::new(&scanner, way, Severity::Low);
        let cleaned = cleaner.clean(text.as_bytes());
        assert!(cleaned.left.is_empty());
        assert_same_form(&text, &String::from_utf8_lossy(&cleaned.bytes), &cleaned.removed);
        assert!(cleaner.clean(&cleaned.bytes).removed.is_empty());
    }
}

#[test]
fn resources_in_strings_of_code() {
    let resource = "<Patient xmlns=\\\"http://hl7~.org/fhir\\\"><identifier><value value=\\\"4829~1734\\\"/></identifier>\" +
    \"<name><family value=\\\"Thorn~bury\\\"/><given value=\\\"Marg~aret\\\"/></name>\" +
    \"<birthDate value=\\\"1961~-07-14\\\"/></Patient>";
    assert_form(
        "A.java",
        &format!("String x = \"{resource}\";\nint keep = a < b ? 1 : 2;\n"),
        &[
            ("Patient.identifier[0].value", "4829~1734"),
            ("Patient.name[0].family", "Thorn~bury"),
            ("Patient.name[0].given[0]", "Marg~aret"),
            ("Patient.birthDate", "1961~-07-14"),
        ],
    );
    assert_nothing(
        "x = \"\"\"<Patient xmlns=\"http://hl7~.org/fhir\"><active value=\"true\"/></Patient>\"\"\"\n",
    );
}

#[test]
fn people_that_resources_refer_to() {
    let text = r#"{"resourceType": "Appointment", "participant": [
  {"actor": {"reference": "Patient/p1", "display": "Marg~aret Thorn~bury"}},
  {"actor": {"reference": "Location/l1", "display": "Ward 5"}}]}
"#;
    assert_form(
        "a.json",
        text,
        &[("Appointment.participant[0].actor.display", "Marg~aret Thorn~bury")],
    );
    assert_nothing(
        r#"{"resourceType": "Appointment", "participant": [{"actor": {"reference": "Practitioner/d1", "display": "D~r. Thorn~bury"}}]}"#,
    );
}

#[test]
fn text_of_attachments() {
    // What a note says in base64 is found, and cleaned there.
    let note =
        ["VGhlIHBhdGllbnQncyBTU04gaXMgNTM2LTI", "yLTgxNDUgYW5kIHNoZSB3YXMgc2Vlbi4="].concat();
    let text = format!(
        "{{\"resourceType\": \"DocumentReference\", \"content\": [{{\"attachment\": {{\"contentType\": \"text/plain\", \"data\": \"{note}\"}}}}]}}"
    );
    let found = scan(&text);
    assert!(
        found.iter().any(|it| it.rule == "ssn" && it.within.as_deref() == Some("base64")),
        "{found:?}"
    );
}

#[test]
fn names_below_a_word_for_somebody() {
    let name = [("patient.name", "Marg~aret Thorn~bury")];
    for (file, text) in [
        ("a.json", "{\"patient\": {\"name\": \"Marg~aret Thorn~bury\", \"x\": 1}}\n"),
        ("a.yaml", "patient:\n  name: Marg~aret Thorn~bury\n  x: 1\n"),
        ("a.xml", "<a><patient><name>Marg~aret Thorn~bury</name><x/></patient></a>\n"),
        ("a.js", "const x = { patient: { name: 'Marg~aret Thorn~bury', x: 1 } };\n"),
    ] {
        assert_form(file, text, &name);
    }
    let parts = [("patient.first", "Marg~aret"), ("patient.last", "Thorn~bury")];
    assert_form(
        "a.yaml",
        "patient:\n  name:\n    first: Marg~aret\n    last: Thorn~bury\nx: 1\n",
        &parts,
    );
    for word in ["subscriber", "member", "subject"] {
        let text = format!(
            "{{\"{word}\": {{\"name\": \"Marg~aret Thorn~bury\", \"dob\": \"1962~-01-10\"}}}}\n"
        );
        let (name, birth) = (format!("{word}.name"), format!("{word}.dob"));
        let path =
            |field: &str| if word == "subject" { field.replace(word, "*") } else { field.into() };
        assert_form(
            "a.json",
            &text,
            &[(&path(&name), "Marg~aret Thorn~bury"), (&path(&birth), "1962~-01-10")],
        );
    }
    for text in [
        "{\"patient\": {\"name\": \"string\", \"id\": 4711}}",
        "patient:\n  name: required\n  label: Patient name\n",
        "<patient><name/><ward>5</ward></patient>",
        "members:\n  - name: Marg~aret Thorn~bury\n    role: chair\n",
    ] {
        assert_nothing(text);
    }
}

/// What is below `member` may be anybody's name, and is a patient's where there is talk of one.
#[test]
fn names_of_anybody_are_as_telling_as_they_are_elsewhere() {
    let text = plain("# The patient was seen\nmember:\n  name: Marg~aret Thorn~bury\n");
    let found = scan(&text);
    let name = found.iter().find(|it| it.rule == "name").expect("it is found");
    assert!(name.severity >= Severity::Medium, "{found:?}");
    assert_nothing("member:\n  name: Marg~aret Thorn~bury\n");
    let unclosed = plain("patient: {name: Marg~aret Thorn~bury, x: 1\n").repeat(9);
    assert_eq!(fields(&unclosed, Severity::Info).len(), 9);
}

#[test]
fn values_beside_their_types() {
    for (file, text) in [
        ("a.json", "[{\"type\": \"MRN\", \"value\": \"4829~1734\"}]\n"),
        ("a.yaml", "- type: MRN\n  value: \"4829~1734\"\n"),
    ] {
        let values: Vec<String> =
            fields(&plain(text), Severity::Low).into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, ["48291734"], "{file}");
    }
    assert_form(
        "a.json",
        "{\"patient\": {\"name\": \"Marg~aret Thorn~bury\", \"telecom\": [{\"system\": \"phone\", \"value\": \"212-736~-5000\"}]}}\n",
        &[("patient.*[0].*", "212-736~-5000")],
    );
    assert_nothing(
        "[{\"type\": \"integer\", \"value\": \"4829~1734\"}, {\"system\": \"phone\", \"value\": \"string\"}]",
    );
}

#[test]
fn what_has_no_end_hides_nothing_that_stands_behind_it() {
    let attribute = "# '\"00080000\":{\"v~r\":...'\n".repeat(500);
    let patient =
        "{\"00100010\":{\"v~r\":\"PN\",\"Value\":[{\"Alphabetic\":\"Thorn~bury^Marg~aret\"}]}}\n";
    let resource = "x = \"<Pati~ent xmlns='http://hl7.org/fhir'><name></x>\"\n".repeat(500);
    let whole = "\"<Pati~ent xmlns='http://hl7.org/fhir'><name><fam~ily value='Thorn~bury'/></name></Pati~ent>\"\n";
    for text in [attribute + patient, resource + whole] {
        assert!(!fields(&plain(&text), Severity::Low).is_empty(), "{}", &text[..80]);
    }
}

#[test]
fn work_that_is_too_much_is_said() {
    for text in [
        "patient={".repeat(200_000),
        "<patient>".repeat(200_000),
        plain("\"00100010\": {\"v~r\": \"SQ\", \"Value\": [{").repeat(50_000),
        plain("<Pati~ent xmlns=\"http://hl7.org/fhir\"").repeat(50_000),
        "a Monday ".repeat(300_000),
        "a@b.co ".repeat(300_000),
        // Versions, behind which a date would not be seen.
        "Linux 2.4.18\n".repeat(300_000),
    ] {
        let unseen = Scanner::new().look(text.as_bytes()).unseen;
        let reasons: Vec<_> = unseen.iter().map(|it| (&it.reason[..], it.is_failure)).collect();
        assert_eq!(reasons, [("some of it asks for too much work", true)]);
    }
}

#[test]
fn one_resource_stands_behind_another() {
    let one = |family: &str| {
        format!(
            "<Pati~ent xmlns=\"http://hl7.org/fhir\"><name><fam~ily value=\"{family}\"/></name></Pati~ent>\n"
        )
    };
    let text =
        plain(&(one("Thorn~bury") + &one("Ash~down") + "<!-- Pati~ent: Ja~ne Smi~th, se~en -->\n"));
    let values: Vec<_> = fields(&text, Severity::Low).into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, ["Thorn~bury", "Ash~down", "Ja~ne Smi~th"].map(plain));
    let cut = plain("INFO got <Pati~ent xmlns=\"http://hl7.org/fhir\"><name>...\n").repeat(2_000);
    assert!(Scanner::new().look(cut.as_bytes()).unseen.is_empty());
}
