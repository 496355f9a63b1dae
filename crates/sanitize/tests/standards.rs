//! What is written as standards and databases have it, and what takes the place of what is found there. All is
//! synthetic; `~` stands for nothing, so that no scanner stops at this page.

use gitops_health_sanitize::{Cleaner, Replacement, Scanner, Severity};

fn plain(text: &str) -> String {
    text.replace('~', "")
}

/// A text without what is found in it. Checks that nothing is found there any more, whatever takes its place.
fn cleaned(text: &str) -> String {
    let scanner = Scanner::new();
    let key = b"a key of tests, of 32 bytes, it is".to_vec();
    let ways = [
        Replacement::Redacted,
        Replacement::Placeholder,
        Replacement::Hash(key.clone()),
        Replacement::Mask,
        Replacement::Synthetic(key),
    ];
    let texts = ways.map(|way| {
        let mut cleaner = Cleaner::new(&scanner, way.clone(), Severity::Low);
        let cleaned = cleaner.clean(text.as_bytes());
        assert!(cleaned.left.is_empty(), "{way:?}: {:?} in {text}", cleaned.left);
        let again = cleaner.clean(&cleaned.bytes);
        let bytes = String::from_utf8_lossy(&cleaned.bytes);
        assert!(again.removed.is_empty(), "{way:?}: {:?} in {bytes}", again.removed);
        bytes.into_owned()
    });
    texts.into_iter().next().expect("there is one")
}

fn assert_cleaned(text: &str, expected: &str) {
    assert_eq!(cleaned(&plain(text)), plain(expected));
}

#[test]
fn scripts_of_databases() {
    assert_cleaned(
        "INSERT INTO t (m~rn, -- x\n last_name) VALUES /* y */ ('8817~2635', 'Zwyr~tkova'), -- z\nROW('8817~2636', 'Quill~feather');\n",
        "INSERT INTO t (m~rn, -- x\n last_name) VALUES /* y */ ('[M~RN]', '[NAME]'), -- z\nROW('[M~RN]', '[NAME]');\n",
    );
    assert_cleaned(
        "INSERT [dbo].[P] ([M~RN],[LastName]) VALUES ('8817~2635', N'Zwyr~tkova')\n",
        "INSERT [dbo].[P] ([M~RN],[LastName]) VALUES ('[M~RN]', N'[NAME]')\n",
    );
    assert_cleaned(
        "COPY t (m~rn, last_name) FROM stdin WITH CSV;\n8817~2635,\"Zwyr~tkova, Q\"\n\\.\n",
        "COPY t (m~rn, last_name) FROM stdin WITH CSV;\n[M~RN],\"[NAME]\"\n\\.\n",
    );
    assert_cleaned(
        "EXEC p @m~rn = '8817~2635', @last_name = N'Zwyr~tkova'\n\nSELECT 1 FROM t WHERE m~rn IN ('8817~2636', '8817~2637')\n",
        "EXEC p @m~rn = '[M~RN]', @last_name = N'[NAME]'\n\nSELECT 1 FROM t WHERE m~rn IN ('[M~RN]', '[M~RN]')\n",
    );
    let bytes = plain("INSERT INTO t (m~rn, last_name) VALUES (X'8817~2635', 'x');\n");
    assert_eq!(cleaned(&bytes), bytes);
}

#[test]
fn queries_in_messages() {
    let message = |text: &str| {
        let header = "MS~H|^!\\&|A|B|C|D|||QBP^Q22^QBP_Q21|1|P|2.5\r";
        [header, text].concat().replace('~', "").replace('!', "~")
    };
    for (old, new) in [
        (
            "QP~D|Q22^Find|1|@PI~D.3.1^8817~2635!@PI~D.5.1^ZWYR~TKOVA!@PI~D.7^1957~0314\r",
            "QP~D|Q22^Find|1|@PI~D.3.1^[M~RN]!@PI~D.5.1^[NAME]!@PI~D.7^[BIRTH_DATE]\r",
        ),
        (
            "QR~D|2019|R|I|Q1|||1^RD|8817~2635^ZWYR~TKOVA|DEM\r",
            "QR~D|2019|R|I|Q1|||1^RD|[OTHER_ID]^[NAME]|DEM\r",
        ),
        (
            "QP~D|Q22^Find|1|@ORC.2^x!nothing!@^y!@PI~D.^z!@PI~D.300.1^8817~2635\r",
            "QP~D|Q22^Find|1|@ORC.2^x!nothing!@^y!@PI~D.^z!@PI~D.300.1^8817~2635\r",
        ),
    ] {
        assert_eq!(cleaned(&message(old)), message(new));
    }
}

#[test]
fn relatives_and_insured_in_messages() {
    // Fields by their numbers, with what stands in them before and after.
    let segment = |name: &str, fields: &[(usize, &str, &str)]| {
        let last = fields.iter().map(|(number, ..)| *number).max().unwrap_or(0);
        let write = |after: bool| {
            let content = |number: usize| {
                let field = fields.iter().find(|(known, ..)| *known == number);
                field.map_or("", |(_, old, new)| if after { new } else { old })
            };
            let values: Vec<&str> = (1..=last).map(content).collect();
            format!("{name}|{}\r", values.join("|"))
        };
        (write(false), write(true))
    };
    let header = "MS~H|^~\\&|A|B|C|D|||ADT^A01|1|P|2.5\r";
    let number = "8817~2635";
    for (old, new) in [
        segment(
            "OB~X",
            &[
                (2, "DT", "DT"),
                (3, "21112-8^Born^LN", "21112-8^Born^LN"),
                (5, "1957~0314", "[BIRTH_DATE]"),
            ],
        ),
        segment("GT~1", &[(24, "2019~0314", "[DATE]"), (42, "Zwyr~tkova^Q", "[NAME]^[NAME]")]),
        segment("IN~2", &[(7, "Zwyr~tkova^Q", "[NAME]^[NAME]"), (10, number, "[OTHER_ID]")]),
        segment("IN~2", &[(9, "Zwyr~tkova^Q", "[NAME]^[NAME]"), (26, number, "[HEALTH_PLAN]")]),
    ] {
        // The mark of repetitions is the only `~` that stays.
        let message =
            |text: &str| format!("{header}{text}").replace('~', "").replace("^\\", "^~\\");
        assert_eq!(cleaned(&message(&old)), message(&new));
    }
}

#[test]
fn resources() {
    assert_cleaned(
        r#"{"resource~Type": "Patient", "text": {"div": "<div>Quirinia <b>Zwyr~tkova</b></div>"}, "name": [{"family": "Zwyr~tkova", "given": ["Quirinia"]}]}"#,
        r#"{"resource~Type": "Patient", "text": {"div": "<div>[NAME] <b>[NAME]</b></div>"}, "name": [{"family": "[NAME]", "given": ["[NAME]"]}]}"#,
    );
    assert_cleaned(
        r#"{"resource~Type": "Observation", "subject": {"identifier": {"value": "8817~2635"}}}"#,
        r#"{"resource~Type": "Observation", "subject": {"identifier": {"value": "[M~RN]"}}}"#,
    );
    assert_cleaned(
        r#"{"resource~Type": "Bundle", "entry": [{"request": {"url": "Pati~ent?family=Zwyr~tkova&identifier=x|8817~2635"}}]}"#,
        r#"{"resource~Type": "Bundle", "entry": [{"request": {"url": "Pati~ent?family=[NAME]&identifier=x|[M~RN]"}}]}"#,
    );
    assert_cleaned(
        r#"{"resource~Type": "QuestionnaireResponse", "item": [{"linkId": "1", "text": "Last name", "answer": [{"valueString": "Zwyr~tkova"}]}]}"#,
        r#"{"resource~Type": "QuestionnaireResponse", "item": [{"linkId": "1", "text": "Last name", "answer": [{"valueString": "[NAME]"}]}]}"#,
    );
    assert_cleaned(
        r#"{"resource~Type": "Parameters", "parameter": [{"name": "m~rn", "valueString": "8817~2635"}, {"name": "family", "valueString": "Zwyr~tkova"}]}"#,
        r#"{"resource~Type": "Parameters", "parameter": [{"name": "m~rn", "valueString": "[M~RN]"}, {"name": "family", "valueString": "[NAME]"}]}"#,
    );
    let line = |number: &str, name: &str| {
        format!(
            "{{\"resource~Type\":\"Patient\",\"name\":[{{\"family\":\"{name}\"}}],\"identifier\":[{{\"value\":\"{number}\"}}]}}\n"
        )
    };
    let lines = [line("8817~2635", "Zwyr~tkova"), line("8817~2636", "Quill~feather")];
    assert_cleaned(&lines.concat(), &line("[M~RN]", "[NAME]").repeat(2));
}

#[test]
fn documents() {
    let document = |number: &str, given: &str, family: &str, title: &str, text: &str| {
        format!(
            "<Clinical~Document><title>CCD of {title}</title><recordTarget><patientRole><id root=\"1.2\" extension=\"{number}\"/>\
             <patient><name><given>{given}</given><family>{family}</family></name></patient></patientRole></recordTarget>\
             <section><text>M~RN <content>{number}</content> {text} was seen</text></section></Clinical~Document>"
        )
    };
    assert_cleaned(
        &document(
            "8817~2635",
            "Quirinia",
            "Zwyr~tkova",
            "Quirinia Zwyr~tkova",
            "Zwyr~tkova, Quirinia",
        ),
        &document("[M~RN]", "[NAME]", "[NAME]", "[NAME]", "[NAME]"),
    );
}

#[test]
fn interchanges_and_cards() {
    let claim = |family: &str, given: &str, number: &str, note: &str| {
        format!(
            "x = (\"S!T*837*0001#\"\n  \"BHT*0019#\"\n  \"N!M1*IL*1*{family}*{given}****MI*{number}#\"\n  \"N!TE*ADD*{note} CALLED#\")\n"
        )
        .replace('~', "")
        .replace('!', "")
        .replace('#', "~")
    };
    let text = claim("ZWYR~TKOVA", "QUIRINIA", "W9827~13645", "QUIRINIA ZWYR~TKOVA");
    assert_eq!(cleaned(&text), claim("[NAME]", "[NAME]", "[HEALTH_PLAN]", "[NAME]"));
    assert_cleaned(
        "BEGIN:VC~ARD\r\nFN:Quirinia\r\n  Zwyr~tkova\r\nTEL:+1-212~-\r\n 736-5000\r\nEMAIL:q@cli~nic.exa\r\n mple.net\r\nEND:VCARD\r\n",
        "BEGIN:VC~ARD\r\nFN:[NAME]\r\nTEL:[PHONE]\r\nEMAIL:[EMAIL]\r\nEND:VCARD\r\n",
    );
}

/// What comes late in a text means what its first lines say, also where only that was added.
#[test]
fn rows_that_are_added_far_behind_are_found() {
    let filler = "(1, 'x'),\n".repeat(500);
    for (first, row) in [
        ("INSERT INTO t (m~rn, last_name) VALUES\n", "(8817~2635, 'Zwyr~tkova'),\n"),
        ("insert t (m~rn, last_name) values\n", "(8817~2635, 'Zwyr~tkova'),\n"),
    ] {
        let old = plain(&format!("{first}{filler}(1, 'y');\n"));
        let new = plain(&format!("{first}{filler}{row}(1, 'y');\n"));
        let found = Scanner::new().look_at_change(old.as_bytes(), new.as_bytes()).findings;
        let values: Vec<&str> = found.iter().map(|it| &new[it.span.clone()]).collect();
        assert_eq!(values, ["88172635", "Zwyrtkova"], "{first}");
    }
}
