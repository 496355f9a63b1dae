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
        "From x Mon Mar  2 10:00:00 2026\nFrom: \"Ja~ne Roe\" <ja~ne@clinic.org>\nSubject: patient Mary~ Smith\n\nSSN 536-~22-8145\n",
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
