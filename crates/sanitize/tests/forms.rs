//! Files as programs write them, and what is found in each. All is synthetic; `~` stands for nothing, so
//! that no scanner stops at this page.

use gitops_health_sanitize::{Cleaner, Replacement, Scanner, Severity};

fn plain(text: &str) -> String {
    text.replace('~', "")
}

/// What is found, by rule, and what stands there. Checks as well that it can be taken out.
fn found(text: &str) -> Vec<(String, String)> {
    let text = plain(text);
    let scanner = Scanner::new();
    let findings = scanner.scan(text.as_bytes());
    let mut cleaner = Cleaner::new(&scanner, Replacement::Redacted, Severity::Low);
    let cleaned = cleaner.clean(text.as_bytes());
    assert!(cleaned.left.is_empty(), "{:?}", cleaned.left);
    assert!(cleaner.clean(&cleaned.bytes).removed.is_empty());
    let is_listed = |severity: Severity| severity >= Severity::Low;
    let listed = findings.into_iter().filter(|finding| is_listed(finding.severity));
    listed.map(|finding| (finding.rule, text[finding.span].to_owned())).collect()
}

fn assert_found(text: &str, expected: &[(&str, &str)]) {
    let found = found(text);
    for (rule, value) in expected {
        let value = plain(value);
        let has = found.iter().any(|(other, part)| other == rule && *part == value);
        assert!(has, "{rule} {value} is not in {found:?}");
    }
}

#[test]
fn notebooks() {
    let text = r##"{
 "cells": [
  {"cell_type": "code", "outputs": [{"name": "stdout", "text": [
     "mrn,name,dob\n",
     "4711~0815,Ja~ne Roe,1980~-01-31\n"
  ]}],
   "source": [
    "# The patient Mary~ Smith was seen.\n",
    "ssn = '536-~22-8145'\n",
    "df = 1"
   ]}
 ], "nbformat": 4
}"##;
    assert_found(
        text,
        &[
            ("mrn", "4711~0815"),
            ("name", "Ja~ne Roe"),
            ("birth-date", "1980~-01-31"),
            ("name", "Mary~ Smith"),
            ("ssn", "536-~22-8145"),
        ],
    );
}

#[test]
fn recorded_requests() {
    let har = r#"{"log": {"entries": [{
        "request": {"url": "https://ehr.example/p?name=Ja~ne%20Roe&note=patient%20Mary~%20Smith",
          "postData": {"text": "{\"patientName\":\"Ja~ne Roe\",\"phone\":\"212-736~-5000\"}"}},
        "response": {"content": {"text":
          "{\n \"resourceType\": \"Patient\",\n \"name\": [{\"family\": \"Roe\"}],\n \"birthDate\": \"1980~-01-31\"}"}}
    }]}}"#;
    assert_found(
        har,
        &[
            ("name", "Mary~%20Smith"),
            ("name", "Ja~ne Roe"),
            ("phone", "212-736~-5000"),
            ("name", "Roe"),
            ("birth-date", "1980~-01-31"),
        ],
    );
    let cassette = [
        "- request:\n    body: '{\"patientName\": \"Ja~ne Roe\", \"phone\": \"212-736~-5000\"}'\n",
        "  response:\n    body:\n      string: \"{\\\"patientName\\\": \\\"Mary~ Smith\\\", \\\"zip\\\": \\\"90210\\\",\n",
        "        \\\"mrn\\\": \\\"A-4711~0815\\\"}\"\n",
    ];
    assert_found(
        &cassette.concat(),
        &[
            ("name", "Ja~ne Roe"),
            ("phone", "212-736~-5000"),
            ("name", "Mary~ Smith"),
            ("zip", "90210"),
            ("mrn", "A-4711~0815"),
        ],
    );
}

#[test]
fn mails_cards_and_logs() {
    assert_found(
        "From x Mon M~ar  2 10:00:00 2026\nFrom: \"Ja~ne Roe\" <ja~ne@cli~nic.org>\nSubject: patient Mary~ Smith\n\nSSN 536-~22-8145\n",
        &[("name", "Ja~ne Roe"), ("name", "Mary~ Smith"), ("ssn", "536-~22-8145")],
    );
    assert_found(
        "BEGIN:VCARD\r\nN:Roe;Ja~ne;;;\r\nTEL:+1-212-~736-5000\r\nADR:;;1 Nowhere~ Lane;Springfield;IL;62701;\r\nEND:VCARD\r\n",
        &[("name", "Roe"), ("phone", "+1-212-~736-5000"), ("address", "1 Nowhere~ Lane")],
    );
    assert_found(
        "2026 INFO patient_id=4711~0815 first_name=Ja~ne last_name=Roe dob=1980~-01-31 msg=\"x\"\n",
        &[("mrn", "4711~0815"), ("name", "Ja~ne"), ("name", "Roe"), ("birth-date", "1980~-01-31")],
    );
}

#[test]
fn structures_in_strings() {
    let text = r#"{"message": "MSH|^~\\&|A|B\rPI#D|1||4711#0815^^^LAB^MR||ROE^JA#NE||1980#0131|F\r",
      "deep": "{\"inner\": \"{\\\"dob\\\": \\\"1980#-01-31\\\", \\\"name\\\": \\\"Ja#ne Roe\\\"}\"}",
      "table": "mrn,name\n4712#0815,Mary# Smith\n"}"#;
    let text = text.replace('~', "\u{1}").replace('#', "~");
    let found = |rule: &str, value: &str| {
        let text = plain(&text).replace('\u{1}', "~");
        let findings = Scanner::new().scan(text.as_bytes());
        let has =
            findings.iter().any(|it| it.rule == rule && text[it.span.clone()] == plain(value));
        assert!(has, "{rule} {value} is not in {findings:?}");
    };
    found("mrn", "4711~0815");
    found("birth-date", "1980~0131");
    found("birth-date", "1980~-01-31");
    found("name", "Ja~ne Roe");
    found("mrn", "4712~0815");
    found("name", "Mary~ Smith");
}

#[test]
fn secrets_of_kubernetes() {
    let text = "kind: Secret\ndata:\n  password: dHIwdWI0~ZG9yJjN4\n";
    let found = found(text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "generic-password-setting");
}

/// Ages, which no scanner stops at without what stands around them.
#[test]
fn ages_over_89_in_all_forms() {
    for (text, age) in [
        ("mrn,name,age\n4711~0815,Ja~ne Roe,~97\n4711~0816,Jo~hn Roe,62\n", "97"),
        ("[{\"m~rn\": \"4711~0815\", \"age\": 9~7}]", "97"),
        ("- m~rn: 4711~0815\n  patient_age: 9~7\n", "97"),
        (
            "{\"resourceType\": \"Condition\", \"onsetAge\": {\"value\": 9~7, \"unit\": \"years\", \"code\": \"a\"}}",
            "97",
        ),
        (
            "MSH|^~~\\&|A|B|C|D|20240101||ORU^R01|1|P|2.5\rOBX|1|NM|30525-0^Age^LN||9~7|a^year^UCUM|||||F\r",
            "97",
        ),
        (
            "<ClinicalDocument><observation><code code=\"445518008\"/><value unit=\"a\" value=\"9~7\"/></observation>\
             </ClinicalDocument>",
            "97",
        ),
        ("The patient is a 9~7-year-old woman.\n", "97"),
    ] {
        // Here `~~` stands for a tilde.
        let text = text.replace("~~", "\u{1}").replace('~', "").replace('\u{1}', "~");
        let scanner = Scanner::new();
        let ages: Vec<_> = scanner
            .scan(text.as_bytes())
            .into_iter()
            .filter(|it| it.rule == "age-over-89")
            .collect();
        assert_eq!(ages.len(), 1, "{text}");
        assert_eq!(&text[ages[0].span.clone()], age, "{text}");
        assert_eq!(ages[0].severity, Severity::Medium, "{text}");
        for replacement in [Replacement::Redacted, Replacement::Synthetic(b"key".to_vec())] {
            let is_made = matches!(replacement, Replacement::Synthetic(_));
            let mut cleaner = Cleaner::new(&scanner, replacement, Severity::Medium);
            let cleaned = cleaner.clean(text.as_bytes());
            let clean = String::from_utf8(cleaned.bytes).unwrap();
            assert!(cleaned.left.is_empty() && !clean.contains(age), "{clean}");
            assert!(!is_made || clean.contains("90"), "{clean}");
            assert!(cleaner.clean(clean.as_bytes()).removed.is_empty(), "{clean}");
        }
    }
    let under = "mrn,name,age\n4711~0815,Ja~ne Roe,88\n";
    assert!(found(under).iter().all(|(rule, _)| rule != "age-over-89"));
}

#[test]
fn three_digits_of_zip_codes_are_found_where_few_people_live() {
    let text = "mrn,name,zip3\n4711~0815,Ja~ne Roe,8~93\n4711~0816,Jo~hn Roe,902\n";
    let zips: Vec<_> = found(text).into_iter().filter(|(rule, _)| rule == "zip").collect();
    assert_eq!(zips, [("zip".to_owned(), "893".to_owned())]);
    // What is cut as the rule asks for is known to be of nobody.
    let text = plain("mrn,name,zip\n4711~0815,Ja~ne Roe,902~00\n4711~0816,Jo~hn Roe,893~00\n");
    let zips = Scanner::new().scan(text.as_bytes()).into_iter().filter(|it| it.rule == "zip");
    let severities: Vec<_> = zips.map(|it| it.severity).collect();
    assert_eq!(severities, [Severity::Low, Severity::Medium]);
}

/// What people write into fields of messages and records is about a patient, whatever its words.
#[test]
fn free_text_of_structures_is_about_somebody() {
    let note = plain(
        "M~rs. Mil~ler called, her son Robert Mil~ler is at 208-~471-9923. Done on 04/~22/2021",
    );
    let number = plain("447~1923");
    let message = format!(
        "MSH|^~\\&|A|B|C|D|20240101||ORU^R01|1|P|2.5\rPID|1||{number}^^^H^MR\rOBX|1|TX|1^x^L||{note}\r"
    );
    let claim = format!(
        "ISA*00*          *00*          *ZZ*S              *ZZ*R              *210101*1200*^*00501*1*0*T*:'\
         GS*HC*S*R*20210101*1200*1*X*005010X222A1'ST*837*1'NTE*ADD*{note}'SE*3*1'GE*1*1'IEA*1*1'"
    );
    let resource =
        format!("{{\"resourceType\": \"Observation\", \"note\": [{{\"text\": \"{note}\"}}]}}");
    let record = format!("[{{\"mrn\": \"{number}\", \"remark\": \"{note}\"}}]");
    for text in [message, claim, resource, record] {
        let scanner = Scanner::new();
        let found: Vec<_> = scanner
            .scan(text.as_bytes())
            .into_iter()
            .filter(|it| it.severity >= Severity::Medium && it.rule != "mrn")
            .map(|it| (it.rule, &text[it.span]))
            .collect();
        let expected = [
            ("name", "Mil~ler"),
            ("name", "Robert Mil~ler"),
            ("phone", "208-~471-9923"),
            ("date", "04/~22/2021"),
        ];
        let expected = expected.map(|(rule, value)| (rule.to_owned(), plain(value)));
        let expected: Vec<_> = expected.iter().map(|(rule, it)| (rule.clone(), &it[..])).collect();
        assert_eq!(found, expected, "{text}");
    }
}

/// A word such as `authorization` says nothing of who wrote something.
#[test]
fn addresses_of_patients_are_no_attributions() {
    let mail = plain("l.harg~reave@ma~il.org");
    let severity = |text: &str| {
        let findings = Scanner::new().scan(text.as_bytes());
        findings.iter().find(|it| it.rule == "email").map(|it| it.severity)
    };
    for text in [
        format!("The patient signed the authorization, send it to {mail}\n"),
        format!("From: Lindsey <{mail}>\nSubject: the patient\n"),
        format!("The patient: <a href=\"mailto:{mail}\">\n"),
        format!("The patient has {mail} and {mail}\n"),
        format!("The patient was seen by: {mail}\n"),
    ] {
        assert_eq!(severity(&text), Some(Severity::Medium), "{text}");
    }
    for text in [
        format!(" * @author Jane <{mail}>\n * The patient resource\n"),
        format!("# Copyright (c) 2020 {mail}, for patients\n"),
        format!("Signed-off-by: Jane <{mail}>\nFix the patient page\n"),
        format!("Jane <{mail}>\n"),
        format!("Jane <{mail}> - 2003\n\nHow a patient is found\n"),
    ] {
        assert_eq!(severity(&text), Some(Severity::Info), "{text}");
    }
}

#[test]
fn elements_of_no_known_standard() {
    let text = "<patients>
  <patient id=\"1\"><m~rn>8817~2635</m~rn><lastName>Zwyr~tkova</lastName>
    <contact><phone>212-736~-5000</phone><city>Spring~field</city></contact></patient>
  <patient m~rn=\"8817~2636\" lastName=\"Kowal~czyk &amp; Roe\"/>
</patients>";
    assert_found(
        text,
        &[
            ("mrn", "8817~2635"),
            ("name", "Zwyr~tkova"),
            ("phone", "212-736~-5000"),
            ("address", "Spring~field"),
            ("mrn", "8817~2636"),
            ("name", "Kowal~czyk &amp; Roe"),
        ],
    );
}

#[test]
fn records_in_brackets() {
    for text in [
        "patients:\n  - {last_name: Zwyr~tkova, m~rn: 8817~2635}\n",
        "mutation { create(input: {m~rn: \"8817~2635\", lastName: \"Zwyr~tkova\"}) { id } }",
        "let it = Patient(lastName: \"Zwyr~tkova\", m~rn: \"8817~2635\")",
        "val m~rn = \"8817~2635\"\nval lastName: String = \"Zwyr~tkova\"\n",
    ] {
        assert_found(text, &[("mrn", "8817~2635"), ("name", "Zwyr~tkova")]);
    }
}

#[test]
fn tables_in_documents() {
    let rows =
        [("mrn", "8817~2635"), ("name", "Quirinia Zwyr~tkova"), ("birth-date", "1980~-01-31")];
    let markdown = "# Ward\n\n| M~RN | Name | D~OB |\n|:---|:---:|---|\n| 8817~2635 | Quirinia Zwyr~tkova | 1980~-01-31 |\n";
    assert_found(markdown, &rows);
    let html = "<html><body><table><tr><th>M~RN</th><th>Name</th><th>D~OB</th></tr>
<tr><td>8817~2635</td><td>Quirinia Zwyr~tkova</td><td>1980~-01-31</td></tr></table></body></html>";
    assert_found(html, &rows);
    let list = "<dl><dt>Name</dt><dd>Quirinia Zwyr~tkova</dd><dt>M~RN</dt><dd>8817~2635</dd></dl>";
    assert_found(list, &rows[..2]);
}

#[test]
fn what_says_by_itself_what_it_is_counts_in_every_field() {
    let number = ["536-24", "-8817"].concat();
    let secret = ["postgres://admin:qX9zRt7pL2", "mW8vN4", "@db.internal/x"].concat();
    for before in ["MSH|^~\\&|A|B|C|D|20240312||", "DG1|1||I10|", "OBX|1|NM|8302-2||"] {
        let text = format!(
            "MSH|^~\\&|A|B|C|D|20240312||ADT^A01|1|P|2.5\r{before}ssn {number} {secret}|x\r"
        );
        let rules: Vec<String> =
            Scanner::new().scan(text.as_bytes()).into_iter().map(|it| it.rule).collect();
        assert!(rules.iter().any(|rule| rule == "ssn"), "{before} {rules:?}");
        assert!(rules.iter().any(|rule| rule == "postgresql-url"), "{before} {rules:?}");
    }
}

#[test]
fn records_in_the_forms_of_many_languages() {
    for text in [
        "m~rn = 4829~1734\np = {\"first_name\": \"Marg~aret\", \"last_name\": \"Thorn~bury\", \"m~rn\": 4829~1734}\n",
        "s~sn: 536-24~-8817\ncontact: {first_name: Marg~aret, last_name: Thorn~bury, m~rn: 4829~1734}\n",
        "p = dict(first_name=\"Marg~aret\", last_name='Thorn~bury', m~rn=4829~1734)\n",
        "p = { :m~rn => \"4829~1734\", :first_name => 'Marg~aret', :last_name => \"Thorn~bury\" }\n",
        "m~rn: \"4829~1734\"\nfirst_name: \"Marg~aret\"\nlast_name: \"Thorn~bury\"\n",
        "<a href=\"/p?m~rn=4829~1734&last_name=Thorn~bury&first_name=Marg~aret\">x</a>\n",
        "var j = @\"{\"\"m~rn\"\": \"\"4829~1734\"\", \"\"first_name\"\": \"\"Marg~aret\"\", \"\"last_name\"\": \"\"Thorn~bury\"\"}\";\n",
    ] {
        let values: Vec<String> = found(text).into_iter().map(|(_, value)| value).collect();
        for value in ["Marg~aret", "Thorn~bury", "4829~1734"] {
            assert!(values.contains(&plain(value)), "{text} {values:?}");
        }
    }
}

#[test]
fn values_in_the_forms_of_many_languages() {
    for text in [
        "patient_m~rn = b'4829~1734'\n",
        "patient_m~rn = \"\"\"4829~1734\"\"\"\n",
        "<M~rn><![CDATA[4829~1734]]></M~rn>",
        "<M~RN value=\"4829~1734\"/>",
        "- name: m~rn\n  value: \"4829~1734\"\n",
        "{\"name\": \"m~rn\", \"value\": \"4829~1734\"}",
        "<field name=\"m~rn\">4829~1734</field>",
        "<input name=\"m~rn\" type=\"text\" value=\"4829~1734\">",
        "<key>m~rn</key>\n<string>4829~1734</string>",
        "case $m~rn in 4829~1734) x ;; esac\n",
        "the M~RN **4829~1734** of",
    ] {
        let values: Vec<String> = found(text).into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, [plain("4829~1734")], "{text}");
    }
}

#[test]
fn numbers_with_others_beside_them_are_seen() {
    for text in [
        "12 536-24~-8817",
        "536-24~-8817 12",
        "4829 536-24~-8817 7",
        "q = \"line\\n536-24~-8817\"",
        "/patients/536-24~-8817/edit",
        "s~sn_536-24~-8817",
        "S~SN536-24~-8817",
        "[patient-536-24~-8817]",
    ] {
        assert_eq!(found(text), [("ssn".to_owned(), plain("536-24~-8817"))], "{text}");
    }
    let two: Vec<String> =
        found("536-24~-8817 536-24~-8818").into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(two, ["ssn", "ssn"]);
}

#[test]
fn a_secret_ends_where_another_pair_begins() {
    let text = ["pass~word=qX9zRt7pL2", "mW8vN4&user_name=abc"].concat();
    let values: Vec<String> = found(&text).into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, ["qX9zRt7pL2mW8vN4"]);
}

/// Names in letters without capitals, and what stands between the parts of a name in messages and lists.
#[test]
fn names_of_any_script_and_order() {
    let (han, kyrillic) = ("\u{738b}\u{82b3}", "\u{418}\u{432}\u{430}\u{43d}\u{43e}\u{432}");
    for text in [
        format!("m~rn,last_name,first_name\n4829~1734,{han},{kyrillic}\n"),
        format!(
            "{{\"m~rn\": \"4829~1734\", \"lastName\": \"{han}\", \"firstName\": \"{kyrillic}\"}}"
        ),
        format!("patient:\n  m~rn: 4829~1734\n  last_name: {han}\n  first_name: {kyrillic}\n"),
        format!(
            "insert into t (m~rn, last_name, x) values ('4829~1734', '{han}', 1);\n-- {kyrillic}\n"
        ),
    ] {
        assert_found(&text, &[("mrn", "4829~1734"), ("name", han)]);
        let is_of_both = !text.contains("--");
        assert!(!is_of_both || found(&text).contains(&("name".into(), kyrillic.into())), "{text}");
    }
    assert_found(
        "{\"m~rn\": \"4829~1734\", \"lastName\": \"\\u738b\\u82b3\", \"first_name\": \"Jos\\u00e9\"}",
        &[("name", "\\u738b\\u82b3"), ("name", "Jos\\u00e9")],
    );
    assert_found(
        "m~rn,PatientName\n4829~1734,THORN~BURY^MARG~ARET\n4829~1735,Thorn~bury; Marg~aret\n",
        &[("name", "THORN~BURY^MARG~ARET"), ("name", "Thorn~bury; Marg~aret")],
    );
    // What says that there is none is no name.
    let found = found("m~rn,last_name\n4829~1734,\u{2014}\n4829~1735,\u{65e0}\n");
    assert!(found.iter().all(|(rule, _)| rule != "name"), "{found:?}");
}

/// Tables as people make them: below titles, with rows of any length, of one column.
#[test]
fn tables_that_are_not_even() {
    let pair = [("mrn", "4829~1734"), ("name", "Thorn~bury")];
    for text in [
        "Report of 12 March\n\nm~rn,last_name\n4829~1734,Thorn~bury\n",
        "m~rn,last_name,ward\n4829~1734,Thorn~bury\n4829~1735,Ash~down,7,x\nTotal: 2\n",
        "'m~rn','last_name'\n'4829~1734','Thorn~bury'\n",
        "m~rn^last_name\n4829~1734^Thorn~bury\n",
        "Feature: x\n  Examples:\n    | m~rn | last_name |\n    | 4829~1734 | Thorn~bury |\n",
        "| last_name | m~rn |\n| Thorn~bury | 4829~1734 |\n",
        "{\"log\": \"Report of the day:\\n\\nm~rn,last_name\\n4829~1734,Thorn~bury\\n\"}",
    ] {
        assert_found(text, &pair);
    }
    assert_found("m~rn\n4829~1734\n4829~1735\n", &[("mrn", "4829~1734"), ("mrn", "4829~1735")]);
}

/// Tables as libraries write them into JSON.
#[test]
fn tables_in_json() {
    let row = "[4829~1734, \"Thorn~bury\"]";
    let names = "[\"m~rn\", \"last_name\"]";
    for text in [
        format!("{{\"columns\": {names}, \"index\": [0], \"data\": [{row}]}}"),
        format!("[{names}, {row}]"),
        "{\"m~rn\": {\"0\": 4829~1734}, \"last_name\": {\"0\": \"Thorn~bury\"}}".into(),
        "{\"m~rns\": [\"4829~1734\"], \"last_names\": [\"Thorn~bury\"]}".into(),
    ] {
        assert_found(&text, &[("mrn", "4829~1734"), ("name", "Thorn~bury")]);
    }
}

/// Fields of forms and lists of pages.
#[test]
fn forms_of_pages() {
    for text in [
        "<form><input name=\"m~rn\" value=\"4829~1734\"><input name=\"last_name\" value=\"Thorn~bury\"></form>\n",
        "<input id=m~rn value=4829~1734>\n<input id=last_name value=Thorn~bury>\n",
        "<dl><dt>M~RN</dt><dd>4829~1734</dd><dt>Last name</dt><dd>Thorn~bury</dd></dl>\n",
        "<dt>M~RN</dt><dd>4829~1734</dd><dt>Last name</dt><dd>Thorn~bury</dd>\n",
    ] {
        assert_found(text, &[("mrn", "4829~1734"), ("name", "Thorn~bury")]);
    }
}
