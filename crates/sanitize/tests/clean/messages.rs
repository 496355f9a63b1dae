//! Messages and interchanges, which end with what they stand in.

use gitops_health_sanitize::Replacement;

use super::{assert_cleaned, assert_words, cleaned, redacted};

#[test]
fn a_message_ends_with_the_string_that_it_stands_in() {
    let header = r"MSH|^\\&|E|H|L|X|20240312101500||ADT^A01|123|P|2.5";
    let clean_header = header.replace("20240312101500", "[DATE]");
    let person = "PID|1||<mrn>^^^H^MR||<family>^<given>";
    let clean_person = "PID|1||[MRN]^^^H^MR||[NAME]^[NAME]";
    for (open, close) in [
        ("x = '''", "''', 5\n"),
        ("x = \"\"\"", "\"\"\", 5\n"),
        ("x = \"\"\"\\\n", "\"\"\", 5\n"),
        ("const x = `", "`, 5);\n"),
        ("const x = dedent`\n", "`, 5);\n"),
        ("printf '", "' > out\n"),
        ("printf \"", "\" > out\n"),
        ("id,message\n1,\"", "\",x\n"),
        ("", "\" > out\n"),
    ] {
        assert_cleaned(
            &format!("{open}{header}\n{person}{close}"),
            &format!("{open}{clean_header}\n{clean_person}{close}"),
        );
        // What is known of no segment is in between, and what an apostrophe is in is one name.
        assert_cleaned(
            &format!(
                "{open}{header}\nEVN|A01\nZZZ|1\nPID|1||<mrn>^^^H^MR||<irish>^<given>|{close}"
            ),
            &format!(
                "{open}{clean_header}\nEVN|A01\nZZZ|1\nPID|1||[MRN]^^^H^MR||[NAME]^[NAME]|{close}"
            ),
        );
    }
    assert_cleaned(
        &format!("{header}\nPID|1||<mrn>^^^H^MR||<irish>^<given>||\"\"|F\n{person}\n"),
        &format!("{clean_header}\nPID|1||[MRN]^^^H^MR||[NAME]^[NAME]||\"\"|F\n{clean_person}\n"),
    );
}

#[test]
fn messages_may_have_other_separators() {
    for mark in ['#', '!', '/', '+', ';', '*', '$', ','] {
        let message = "M;SH|^~\\&|A|B|C|D|20191105||ADT^A01|7|P|2.5.1\rP;ID|1||48201;77^^^W^MR||Al;der^Mar;garet||1941;0317|F\r";
        let message = message.replace(';', "").replace('|', &mark.to_string());
        let clean = redacted("a.hl7", &message);
        let expected =
            ["PID", "1", "", "[MRN]^^^W^MR", "", "[NAME]^[NAME]", "", "[BIRTH_DATE]", "F\r"];
        assert!(clean.ends_with(&expected.join(&mark.to_string())), "{clean}");
    }
}

/// A mark of a message in a string of JSON is spelled out by us in another way.
#[test]
fn masks_settle_in_messages_in_strings() {
    let message = "M;SH|^~\\\\&|A|B|C|D|2022||ADT^A01|M7|P|2.5.1\\rN;K1|1|Zw\\u00fcr \\\\T\\\\ Kow^Karl|SPO\\r";
    let text = format!("{{\"message\": \"{}\"}}\n", message.replace(';', ""));
    assert_ne!(cleaned(&Replacement::Mask, "", &text), text);
}

#[test]
fn messages_end_with_what_they_stand_in() {
    let message = "M;SH|^~\\&|E|H|L|X|20240312101500||ADT^A01|123|P|2.5\nP;ID|1||8817;2635^^^H^MR||Zwyr;tkova^Quirinia";
    let message = message.replace(';', "");
    for (before, behind) in [
        ("<a><m>", "</m><b>keep</b></a>\n"),
        ("<m><![CDATA[", "]]></m>\n"),
        ("/* ", " */ int keep;\n"),
        ("x = %q(", "); keep\n"),
        ("my $x = q{", "}; keep\n"),
        ("R\"(", ")\"; keep\n"),
        ("x = [[", "]]; keep\n"),
    ] {
        let clean = redacted("a.txt", &format!("{before}{message}{behind}"));
        assert!(clean.ends_with(&format!("^^^H^MR||[NAME]^[NAME]{behind}")), "{clean}");
    }
}

#[test]
fn the_last_segment_of_an_interchange_may_have_no_mark() {
    let number = ["W123456", "789"].concat();
    let ssn = ["53622", "8145"].concat();
    let text = |number: &str, ssn: &str| {
        format!(
            "ISA*00*          *00*          *ZZ*A              *ZZ*B              *240101*1200*^*00501*000000001*0*P*:~\
             N!M1*IL*1*O'NEIL*JANE****MI*{number}~REF*SY*{ssn}"
        )
        .replace('!', "")
    };
    for (before, behind) in [
        ("x = \'\'\'", "\'\'\'; f(1) ~ y\n"),
        ("{\"x\": \"", "\"}\n"),
        ("<m>", "</m>\n"),
        ("", "\n"),
        ("", ""),
        ("", "~"),
    ] {
        let clean = redacted("a.txt", &format!("{before}{}{behind}", text(&number, &ssn)));
        let expected = text("[HEALTH_PLAN]", "[SSN]").replace("O'NEIL*JANE", "[NAME]*[NAME]");
        let place = expected.find("NM1").expect("it is there");
        assert!(clean.ends_with(&format!("{}{behind}", &expected[place..])), "{clean}");
    }
}

#[test]
fn messages_in_strings_in_strings_end_with_their_segments() {
    let message = [
        "MSH|^~\\&|A|B|C|D|20210714||ADT^A01|1|P|2.5",
        &["PI", "D|1||4829", "1734^^^H^MR||Thorn", "bury^Marg", "aret||1961", "0714|F"].concat(),
        "OBX|1|TX|keep||keep",
        "",
    ];
    let message = message.join("\r");
    let inner = serde_json::json!({"b": message, "keep": "y"}).to_string();
    let text = serde_json::json!({"a": inner, "keep": "z"}).to_string();
    for replacement in [Replacement::Redacted, Replacement::Mask, Replacement::Placeholder] {
        let cleaned = cleaned(&replacement, "", &text);
        let outer: serde_json::Value = serde_json::from_str(&cleaned).expect("it is JSON");
        let inner = outer["a"].as_str().expect("a string");
        let inner: serde_json::Value = serde_json::from_str(inner).expect("it is JSON");
        assert_eq!((&inner["keep"], &outer["keep"]), (&"y".into(), &"z".into()));
        let message = inner["b"].as_str().expect("a string");
        assert!(message.ends_with("\rOBX|1|TX|keep||keep\r"), "{message}");
        assert!(!message.contains(&["Thorn", "bury"].concat()), "{message}");
    }
}

#[test]
fn the_last_value_of_a_segment_ends_with_its_string_or_attribute() {
    let segment = "NK~1|1|Ro~e^Jose|SPO|8411 Bir~ch Ln|217-457~-1692".replace('~', "");
    let clean_segment = "NK~1|1|[NAME]^[NAME]|SPO|[ADDRESS]|[PHONE]".replace('~', "");
    for (before, behind) in [
        ("foo('abc\\r", "')\n"),
        ("x = ('abc'\n  'def\\r", "')  # it's\n"),
        ("foo(['abc\\r", "', 'x'], 'y')\n"),
        ("<r><e k=\"", "&quot;\"/><lastName>keep</lastName></r>\n"),
        ("<r><e k=\"", "&quot;\" b=\"x\"/><lastName>keep</lastName></r>\n"),
        ("<r><e k=\"{&quot;raw&quot;: &quot;", "&quot;}\"/><lastName>keep</lastName></r>\n"),
    ] {
        assert_cleaned(
            &format!("{before}{segment}{behind}"),
            &format!("{before}{clean_segment}{behind}"),
        );
        for way in [Replacement::Mask, Replacement::Placeholder] {
            let clean = cleaned(&way, "", &format!("{before}{segment}{behind}"));
            assert!(clean.starts_with(before) && clean.ends_with(behind), "{clean}");
        }
    }
}

/// A string may have something in front of the message, as a log has.
#[test]
fn messages_behind_other_words_end_with_their_strings() {
    let person = "PI~D|1||4817~3654^^^H^MR||Tho~rn^Jane".replace('~', "");
    let clean_person = "PID|1||[MRN]^^^H^MR||[NAME]^[NAME]";
    let header = r"MSH|^~\\&|A|F";
    for (before, behind) in [
        (format!("{{\"log\":\"received: {header}\\r"), "\",\"src\":\"A|B\"}"),
        (format!("{{\"log\":\"\\u000b{header}\\r"), "\",\"src\":\"A|B\"}"),
        (format!("{{\"log\":\"{header}\\r"), "\\u001c\\r\",\"src\":\"A|B\"}"),
        ("a,\"note: ".into(), "\",\"B|C\"\n"),
        ("a,\"two\nlines: ".into(), "\",\"B|C\"\n"),
        ("x = \"err\\n".into(), "\"; y = a | b;\n"),
        ("x = 'it\\'s\\n".into(), "'; y = a | b;\n"),
        ("<p a=\"\\r".into(), "\">s|</p>\n"),
        ("<p a='note: ".into(), "'>s|</p>\n"),
    ] {
        let text = format!("{before}{person}{behind}");
        assert_eq!(redacted("", &text), format!("{before}{clean_person}{behind}"));
        for way in [Replacement::Mask, Replacement::Placeholder] {
            let clean = cleaned(&way, "", &text);
            assert!(clean.starts_with(&before) && clean.ends_with(behind), "{clean}");
        }
    }
    // What only looks like a quote is none.
    for before in ["the patients' note: ", "rock 'n roll: ", "6' and 5\": "] {
        let text = format!("{before}{person}|||F\n");
        assert_eq!(redacted("", &text), format!("{before}{clean_person}|||F\n"));
    }
}

/// The backslashes before a quote are those of the string around.
#[test]
fn messages_keep_the_backslashes_of_the_strings_around() {
    let text = |family: &str, given: &str| {
        let message = format!("M~SH|^~\\&|A\rPI~D|||||{family}^{given}").replace("~S", "S");
        serde_json::json!({"hl7": message.replace("~D", "D")}).to_string()
    };
    let twice = |text: String| serde_json::json!({"raw": text, "keep": "x"}).to_string();
    let (family, given) = (["Tho", "rn"].concat(), ["Bu", "ry"].concat());
    for wrap in [|text: String| text, |text| serde_json::json!({"a": text}).to_string()] {
        let before = twice(wrap(text(&family, &given)));
        let behind = twice(wrap(text("[NAME]", "[NAME]")));
        assert_eq!(redacted("", &before), behind);
        cleaned(&Replacement::Mask, "", &before);
    }
    for (name, text, expected) in [
        ("a.yaml", "c: \"\\nNK~1||||7~\\\"\"\n", "c: \"\\nNK~1||||[ADDRESS]\"\n"),
        (
            "a.toml",
            "c = \"{\\\"a\\\": \\\"\\nNK~1||||7~\\\"}\"\n",
            "c = \"{\\\"a\\\": \\\"\\nNK~1||||[ADDRESS]\\\"}\"\n",
        ),
    ] {
        assert_words(name, text, expected);
    }
}

/// What markup spells out is one sign, of a value or between two.
#[test]
fn references_of_markup_in_messages_stay_whole() {
    let person = "PI~D|1||4817~3654^^^H^MR||FAMILY^Jane||1950~0101|M|||STREET^^Troy^NY";
    let text = |family: &str, street: &str| {
        let message = person.replace("FAMILY", family).replace("STREET", street);
        format!("<r><m>{}</m><k>keep</k></r>\n", message.replace('~', ""))
    };
    let clean = |family: &str, street: &str| {
        format!(
            "<r><m>PID|1||[MRN]^^^H^MR||{family}^[NAME]||[BIRTH_DATE]|M|||{street}^^[ADDRESS]^NY</m><k>keep</k></r>\n"
        )
    };
    for (family, street, clean_family, clean_street) in [
        ("Tho~rn", "12 Oa~k St&amp;Oak&amp;12", "[NAME]", "[ADDRESS]&amp;[ADDRESS]&amp;[ADDRESS]"),
        ("Tho~rn&amp;Bury", "12 Oa~k St", "[NAME]&amp;[NAME]", "[ADDRESS]"),
        ("O&apos;Tho~rn", "12 Oa~k&#39;s St&#38;Oak", "[NAME]", "[ADDRESS]&#38;[ADDRESS]"),
        ("&quot;Tho~rn&quot;", "12 Oa~k St&amp;amp;Oak", "[NAME]", "[ADDRESS]&amp;amp;[ADDRESS]"),
    ] {
        let before = text(family, street);
        assert_eq!(redacted("a.xml", &before), clean(clean_family, clean_street));
        for way in [
            Replacement::Mask,
            Replacement::Placeholder,
            Replacement::Hash(b"a key of sixteen".to_vec()),
            Replacement::Synthetic(b"a key of sixteen".to_vec()),
        ] {
            let clean = cleaned(&way, "a.xml", &before);
            let mut rest = &clean[..];
            while let Some(at) = rest.find('&') {
                rest = &rest[at..];
                let known = ["&amp;", "&apos;", "&quot;", "&#38;", "&#39;", "&#34;"];
                assert!(known.iter().any(|it| rest.starts_with(it)), "{clean}");
                rest = &rest[1..];
            }
            assert!(clean.ends_with("</m><k>keep</k></r>\n"), "{clean}");
        }
    }
    // Ends of lines that are spelled out are ends of segments.
    for end in ["&#10;", "&#xA;", "&#13;&#10;"] {
        let text = text("Tho~rn", "12 Oa~k St").replace("</m>", &format!("{end}EVN|A01{end}</m>"));
        for way in [Replacement::Redacted, Replacement::Mask] {
            assert_eq!(cleaned(&way, "a.xml", &text).matches(end).count(), 2);
        }
    }
}

/// A field of nothing but an escape says nothing.
#[test]
fn escapes_alone_are_no_values() {
    for value in ["\\\\n", "\\T\\", "\\n"] {
        let text = format!("PI~D|1||4817~3654||||||{value}|\n").replace('~', "");
        let clean = cleaned(&Replacement::Mask, "", &text);
        assert!(clean.contains(value), "{clean}");
    }
}

/// A table has documents in it, whose marks it doubles.
#[test]
fn messages_in_documents_in_tables_leave_these_whole() {
    let text = |family: &str, ssn: &str, depth: usize| {
        let message = ["MSH|^~\\&|A", &["PI", "D|||||", family].concat()].join("\r");
        let message = format!("{message}||||||||||||||{ssn}");
        let mut text = serde_json::json!({"hl7": message, "note": "x"}).to_string();
        for _ in 0..depth {
            text = serde_json::json!({"raw": text, "keep": "y"}).to_string();
        }
        format!("id,payload\n1,\"{}\"\n", text.replace('"', "\"\""))
    };
    let (family, ssn) = (["Tho", "rn"].concat(), ["536", "22", "8145"].join("-"));
    for depth in 0..2 {
        let before = text(&family, &ssn, depth);
        assert_eq!(redacted("a.csv", &before), text("[NAME]", "[SSN]", depth));
        cleaned(&Replacement::Mask, "a.csv", &before);
    }
}
