//! What stands beside what is taken out stays as it was. All that looks like data of somebody is synthetic, and put
//! together here so that no scanner stops at this page.

use gitops_health_sanitize::{Cleaner, Replacement, Scanner, Severity};

/// A text with values in the place of their names, and without the `~` in others.
fn plain(text: &str) -> String {
    let values = [
        ("<mrn>", ["8817", "2635"]),
        ("<other mrn>", ["8817", "2636"]),
        ("<family>", ["ZWYR", "TKOVA"]),
        ("<given>", ["QUIR", "INIA"]),
        ("<irish>", ["O'N", "EIL"]),
        ("<born>", ["1962", "0110"]),
        ("<password>", ["ciHp", "sVD3x"]),
        ("<second>", ["S8vC", "J7ANk"]),
        ("<third>", ["yLPC", "PqxVb8tQUWkW"]),
    ];
    let put = |text: String, (name, parts): &(&str, [&str; 2])| text.replace(name, &parts.concat());
    values.iter().fold(text.replace('~', ""), put)
}

/// What is left of a file, in which nothing more is to be found.
fn cleaned(way: &Replacement, name: &str, text: &str) -> String {
    let scanner = Scanner::new();
    let mut cleaner = Cleaner::new(&scanner, way.clone(), Severity::Low);
    let mut clean = |text: &[u8]| cleaner.clean_where(name, text, &mut |_| true);
    let first = clean(text.as_bytes());
    assert!(first.left.is_empty(), "{way:?}: {text}");
    let second = clean(&first.bytes);
    assert_eq!(second.bytes, first.bytes, "{way:?}: {text}");
    String::from_utf8(first.bytes).expect("it is text")
}

fn assert_cleaned(text: &str, expected: &str) {
    assert_eq!(cleaned(&Replacement::Redacted, "", &plain(text)), expected);
}

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
fn what_takes_the_place_of_a_bare_value_stands_in_quotes() {
    let person = "Jan~e Do~e";
    for (name, text, expected) in [
        (
            "a.toml",
            "mrn = <mrn> # of 1\nbirth_date = 1962~-01-10\n",
            "mrn = \"[MRN]\" # of 1\nbirth_date = \"[BIRTH_DATE]\"\n",
        ),
        (
            "a.toml",
            "[patient]\nssn = [\"536-22~-8145\"]\na = {mrn = <mrn>, b = 1}\n",
            "[patient]\nssn = [\"[SSN]\"]\na = {mrn = \"[MRN]\", b = 1}\n",
        ),
        (
            "a.yaml",
            "mrn: <mrn>\nbirth_date: 1962~-01-10 # of 1\n",
            "mrn: \"[MRN]\"\nbirth_date: \"[BIRTH_DATE]\" # of 1\n",
        ),
        (
            "a.yml",
            "patients:\n- {mrn: <mrn>, name: NAME}\n- mrn: '<other mrn>'\n",
            "patients:\n- {mrn: \"[MRN]\", name: \"[NAME]\"}\n- mrn: '[MRN]'\n",
        ),
        (
            "a.yml",
            "note: |\n  patient ssn 536-22~-8145\nother: 536-22~-8145 of the patient\n",
            "note: |\n  patient ssn [SSN]\nother: \"[SSN] of the patient\"\n",
        ),
        ("a.yml", "note: the patient's 536-22~-8145\n", "note: the patient's [SSN]\n"),
        // Elsewhere quotes are none of the form.
        ("a.txt", "mrn: <mrn>\n", "mrn: [MRN]\n"),
        (
            "a.json",
            "{\"a\": \"ssn: 5362~28145, of a patient\", \"ssn\": 5362~28145}",
            "{\"a\": \"ssn: [SSN], of a patient\", \"ssn\": \"[SSN]\"}",
        ),
    ] {
        let text = plain(&text.replace("NAME", person));
        assert_eq!(cleaned(&Replacement::Redacted, name, &text), expected, "{name}");
    }
}

#[test]
fn masks_are_of_the_form_of_what_they_mask() {
    let key = ["-----BE", "GIN RSA PRIVATE KEY-----\\nMII~EogIBAAKCAQEA1c7+9z5Pad7OejecsQ0bu3aumZjB1qR\\n-----END RSA PRIVATE KEY-----\\n"].concat();
    for (name, text, expected) in [
        (
            "a.yaml",
            "birth_date: 1962~-01-10\nmrn: <mrn>\n",
            "birth_date: 0001-01-01\nmrn: 00000000\n",
        ),
        (
            "a.toml",
            "birth_date = 1962~-01-10\nmrn = <mrn>\n",
            "birth_date = 0001-01-01\nmrn = \"00000000\"\n",
        ),
        (
            "a.json",
            "{\"birthDate\": \"1962~-01-10\", \"ssn\": 5362~28145}",
            "{\"birthDate\": \"0001-01-01\", \"ssn\": \"000000000\"}",
        ),
        (
            "a.hl7",
            "PID|1||<mrn>^^^H^MR||<family>^<given>||<born>|F\r",
            "PID|1||00000000^^^H^MR||XXXXXXXXX^XXXXXXXX||00010101|F\r",
        ),
    ] {
        assert_eq!(cleaned(&Replacement::Mask, name, &plain(text)), expected, "{name}");
    }
    for (open, close) in [("{\"key\": \"", "\"}"), ("key = \"", "\"\n")] {
        let text = cleaned(&Replacement::Mask, "", &plain(&format!("{open}{key}{close}")));
        assert!(!text.contains("MII") && text.matches("\\n").count() == 3, "{text}");
    }
}

#[test]
fn what_takes_the_place_of_a_secret_is_found_no_more() {
    let text = [
        "{\n  \"ConnectionStrings\": {\n    \"Default\": \"Server=db;User Id=sa;Pwd=<password>;\"\n  },\n",
        "  \"Smtp\": {\n    \"Password\": \"<second>\"\n  },\n  \"ApiKey\": \"<third>\"\n}\n",
    ];
    let text = plain(&text.concat());
    let key = b"a key of sixteen".to_vec();
    for way in [
        Replacement::Redacted,
        Replacement::Placeholder,
        Replacement::Hash(key.clone()),
        Replacement::Mask,
        Replacement::Synthetic(key),
    ] {
        let left = cleaned(&way, "appsettings.json", &text);
        for value in ["<password>", "<second>", "<third>"] {
            assert!(!left.contains(&plain(value)), "{way:?}: {left}");
        }
    }
}

#[test]
fn any_number_of_mail_addresses_on_a_line_is_taken_out() {
    let mails: Vec<String> = (0..20).map(|it| format!("jane.roe{it}@clinic.org")).collect();
    let text = format!("To: {}\n", mails.join(", "));
    let left = cleaned(&Replacement::Redacted, "", &text);
    assert_eq!(left, format!("To: {}\n", ["[EMAIL]"; 20].join(", ")));
}

/// A number with and without its marks is one, and so is a day in another form.
#[test]
fn placeholders_and_hashes_join_what_is_written_in_other_ways() {
    let number = ["536", "22", "8145"];
    let text = format!(
        "mrn,ssn,dob,phone\n47119,{},1953-0{}-17,(212) 736-{}\n47118,{},0{}/17/1953,212736{}\n",
        number.join("-"),
        4,
        5000,
        number.concat(),
        4,
        5000
    );
    let scanner = Scanner::new();
    for replacement in [Replacement::Placeholder, Replacement::Hash(b"key".to_vec())] {
        let cleaned = Cleaner::new(&scanner, replacement, Severity::Low).clean(text.as_bytes());
        let cleaned = String::from_utf8(cleaned.bytes).expect("it is text");
        let rows: Vec<Vec<&str>> =
            cleaned.lines().skip(1).map(|row| row.split(',').skip(1).collect()).collect();
        assert!(rows[0][0].starts_with("[SSN_"), "{cleaned}");
        assert_eq!(rows[0], rows[1], "{cleaned}");
    }
}

fn redacted(name: &str, text: &str) -> String {
    let scanner = Scanner::new();
    let mut cleaner = Cleaner::new(&scanner, Replacement::Redacted, Severity::Low);
    let cleaned = cleaner.clean_where(name, text.as_bytes(), &mut |_| true);
    assert!(cleaned.left.is_empty(), "{text}");
    String::from_utf8(cleaned.bytes).expect("it is text")
}

#[test]
fn texts_of_many_lines_in_sql_get_no_more_quotes() {
    let number = ["536", "22", "8145"].join("-");
    let text = format!("INSERT INTO t (a, note) VALUES (0, 'Patient SSN\nwas, {number}, x');\n");
    assert_eq!(redacted("a.sql", &text), text.replace(&number, "[SSN]"));
}

#[test]
fn what_is_spelled_out_before_an_address_stays() {
    let mail = ["m.hargreave", "clinic.org"].join("@");
    for before in ["E-mail:\\n", "x\\u00e9", "\\t", "a\\x41", "^PRN^PH~^NET^", "\\\\"] {
        let text = format!("{{\"patient\": \"{before}{mail}\"}}");
        assert_eq!(redacted("a.json", &text), text.replace(&mail, "[EMAIL]"));
        let code = format!("patient = \"{before}{mail}\"\n");
        assert_eq!(redacted("a.py", &code), code.replace(&mail, "[EMAIL]"));
    }
}

#[test]
fn numbers_of_programs_stay_numbers() {
    for (name, text, expected) in [
        ("a.py", "patient = {'m~rn': 4820~177, 'x': 1}\n", "patient = {'m~rn': 0, 'x': 1}\n"),
        ("a.java", "class A { int m~rn = 4820~177; }\n", "class A { int m~rn = 0; }\n"),
        ("a.js", "const p = { m~rn: '4820~177' };\n", "const p = { m~rn: '[MRN]' };\n"),
        ("a.py", "# m~rn: 4820~177\n", "# m~rn: 0\n"),
        ("a.txt", "m~rn: 4820~177\n", "m~rn: [MRN]\n"),
    ] {
        let plain = |text: &str| text.replace('~', "");
        assert_eq!(redacted(name, &plain(text)), plain(expected));
    }
}

#[test]
fn parts_of_days_stay_parts_of_days() {
    for (name, text, expected) in [
        ("a.py", "dob = date(1957~, 3, 14)\n", "dob = date(1900, 1, 1)\n"),
        ("a.txt", "dob: Date.new(1957~, 3, 14)\n", "dob: Date.new(1900, 1, 1)\n"),
    ] {
        assert_eq!(redacted(name, &text.replace('~', "")), expected);
    }
    let text = "dob = date(1957~, 3, 14)\n".replace('~', "");
    let scanner = Scanner::new();
    for key in 0..20 {
        let replacement = Replacement::Synthetic(format!("a key {key}").into_bytes());
        let mut cleaner = Cleaner::new(&scanner, replacement, Severity::Low);
        let cleaned = cleaner.clean_where("a.py", text.as_bytes(), &mut |_| true);
        let new = String::from_utf8(cleaned.bytes.clone()).unwrap();
        let parts = new.strip_prefix("dob = date(2").and_then(|it| it.strip_suffix(")\n"));
        let parts: Vec<&str> = parts.unwrap_or_else(|| panic!("{new}")).split(", ").collect();
        assert!(parts.len() == 3 && parts.iter().all(|part| !part.starts_with("00")), "{new}");
        assert!(!new.contains(", 0"), "{new}");
        assert!(cleaned.left.is_empty() && cleaner.clean(&cleaned.bytes).removed.is_empty());
    }
}

/// Whatever the key, what was made up for one rule is not taken for the value of another one.
#[test]
fn made_up_values_settle_with_any_key() {
    let number = ["536", "22", "8145"].join("-");
    let text = format!("patient plan ID #{number}, 11/02/1958\n");
    let scanner = Scanner::new();
    for key in 0..60 {
        let replacement = Replacement::Synthetic(format!("a key {key}").into_bytes());
        let mut cleaner = Cleaner::new(&scanner, replacement, Severity::Low);
        let cleaned = cleaner.clean(text.as_bytes());
        assert!(cleaned.left.is_empty(), "{key}");
        assert!(cleaner.clean(&cleaned.bytes).removed.is_empty(), "{key}");
    }
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

#[test]
fn values_of_a_file_with_escapes_get_their_quotes() {
    let text = "a:\n  m~rn: 4820~177\n  markup: pat%69ent%20%4aane and pat%69ent%20%4aane\n"
        .replace('~', "");
    assert!(
        redacted("a.yaml", &text).contains("  mrn: \"[MRN]\"\n"),
        "{}",
        redacted("a.yaml", &text)
    );
    let markup = "<Patient xmlns=\"http://hl7.org/fhir\"><name><family value=\"Zwyr &amp; Ko\"/></name></Patient>";
    let scanner = Scanner::new();
    let mut cleaner = Cleaner::new(&scanner, Replacement::Mask, Severity::Low);
    let clean = String::from_utf8(cleaner.clean(markup.as_bytes()).bytes).expect("it is text");
    assert!(clean.contains("Xxxx &amp; Xx") || clean.contains("Xxxx &#38; Xx"), "{clean}");
}

/// A mark of a message in a string of JSON is spelled out by us in another way.
#[test]
fn masks_settle_in_messages_in_strings() {
    let message = "M;SH|^~\\\\&|A|B|C|D|2022||ADT^A01|M7|P|2.5.1\\rN;K1|1|Zw\\u00fcr \\\\T\\\\ Kow^Karl|SPO\\r";
    let text = format!("{{\"message\": \"{}\"}}\n", message.replace(';', ""));
    let scanner = Scanner::new();
    let mut cleaner = Cleaner::new(&scanner, Replacement::Mask, Severity::Low);
    let cleaned = cleaner.clean(text.as_bytes());
    assert!(cleaned.left.is_empty() && !cleaned.removed.is_empty());
    assert!(cleaner.clean(&cleaned.bytes).removed.is_empty());
}

#[test]
fn all_of_a_secret_goes_whatever_quotes_are_in_it() {
    let secret = |middle: &str| ["aB3kq9Tr", middle, "ZpLx2wQm"].concat();
    for (name, quote, middle) in [
        ("a.json", '"', "\\\""),
        ("a.toml", '"', "\\\""),
        ("a.py", '\'', "\\'"),
        ("a.cs", '"', "\"\""),
        ("a.yaml", '\'', "''"),
    ] {
        let text = format!("pass{} = {quote}{}{quote}, 5\n", "word", secret(middle));
        let clean = redacted(name, &text);
        assert!(clean.ends_with(&format!("{quote}[SECRET]{quote}, 5\n")), "{clean}");
    }
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
fn numbers_in_brackets_are_numbers() {
    for text in ["[A81726~35]", "(881726~35)", "<881726~35>", "{881726~35}", "[MR~N_88172635]"] {
        let text =
            format!("{{\"m~rn\": \"{text}\", \"first_name\": \"Qui~rinia\"}}").replace('~', "");
        assert_eq!(
            redacted("a.json", &text),
            r#"{"m~rn": "[MRN]", "first_name": "[NAME]"}"#.replace('~', "")
        );
    }
}

#[test]
fn names_with_quotes_in_them_go_as_a_whole() {
    for (name, before, value, behind) in [
        ("a.yaml", "first_name: '", "Quir''inia", "'\n"),
        ("a.yaml", "last_name: '", "O''Brien", "'\n"),
        ("a.yaml", "last_name: \"", "O'Brien", "\"\n"),
        ("a.py", "last_name = '", "O\\'Brien", "'\n"),
        ("a.js", "lastName: '", "O\\'Brien", "',\n"),
    ] {
        let head = ["m", "rn = '8817", "2635'\n"].concat();
        let head = if name.ends_with("yaml") { head.replace(" =", ":") } else { head };
        let text = format!("{head}{before}{value}{behind}");
        let clean = redacted(name, &text);
        assert!(clean.ends_with(&format!("{before}[NAME]{behind}")), "{clean}");
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
fn numbers_of_programs_keep_their_kind() {
    let number = ["4829", "1734"].concat();
    for (name, before, behind, expected) in [
        ("a.js", "const mrn = 48_", ";\n", "const mrn = 0;\n"),
        ("A.java", "long mrn = ", "L;\n", "long mrn = 0L;\n"),
        ("a.go", "var j = `{\"mrn\": ", "}`\n", "var j = `{\"mrn\": \"[MRN]\"}`\n"),
        ("a.go", "k = \"{\\\"mrn\\\": ", "}\"\n", "k = \"{\\\"mrn\\\": \\\"[MRN]\\\"}\"\n"),
        ("a.txt", "x {\"mrn\": ", "}\n", "x {\"mrn\": \"[MRN]\"}\n"),
        ("a.sql", "SELECT * FROM t WHERE mrn=", ";\n", "SELECT * FROM t WHERE mrn='[MRN]';\n"),
        ("a.yaml", "mrn: !!int ", "\n", "mrn: !!int 0\n"),
    ] {
        let text = [before, &number, behind].concat();
        let scanner = Scanner::new();
        let mut cleaner = Cleaner::new(&scanner, Replacement::Redacted, Severity::Low);
        let cleaned = cleaner.clean_where(name, text.as_bytes(), &mut |_| true);
        assert_eq!(String::from_utf8_lossy(&cleaned.bytes), expected, "{text}");
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
        let scanner = Scanner::new();
        let mut cleaner = Cleaner::new(&scanner, replacement, Severity::Low);
        let cleaned = cleaner.clean(text.as_bytes()).bytes;
        let outer: serde_json::Value = serde_json::from_slice(&cleaned).expect("it is JSON");
        let inner = outer["a"].as_str().expect("a string");
        let inner: serde_json::Value = serde_json::from_str(inner).expect("it is JSON");
        assert_eq!((&inner["keep"], &outer["keep"]), (&"y".into(), &"z".into()));
        let message = inner["b"].as_str().expect("a string");
        assert!(message.ends_with("\rOBX|1|TX|keep||keep\r"), "{message}");
        assert!(!message.contains(&["Thorn", "bury"].concat()), "{message}");
    }
}

#[test]
fn a_mask_of_a_password_is_no_part_of_a_mail_address() {
    let text = ["postgres://admin:qX9zRt7pL2", "mW8vN4", "@db.internal.corp:5432/prod\n"].concat();
    let scanner = Scanner::new();
    let mut cleaner = Cleaner::new(&scanner, Replacement::Mask, Severity::Low);
    let cleaned = cleaner.clean(text.as_bytes()).bytes;
    assert!(cleaned.ends_with(b"@db.internal.corp:5432/prod\n"));
}

#[test]
fn statements_in_strings_lose_nothing_but_their_values() {
    let number = ["4829", "1734"].concat();
    for (before, middle, behind) in [
        ("p = \"INSERT INTO patients (first_name, mrn) VALUES (\\\"", "\\\", ", ")\"\n"),
        (
            "{\"q\":\"INSERT INTO patients (first_name, mrn, x) VALUES (\\\"",
            "\\\", ",
            ", \\\"keep\\\") RETURNING id\"}",
        ),
        ("{\"q\":\"INSERT INTO patients (first_name, mrn) VALUES ('", "', ", ")\"}"),
    ] {
        let text = [before, concat!("Marg", "aret"), middle, &number, behind].concat();
        for replacement in [Replacement::Redacted, Replacement::Mask] {
            let scanner = Scanner::new();
            let mut cleaner = Cleaner::new(&scanner, replacement, Severity::Low);
            let cleaned = cleaner.clean(text.as_bytes()).bytes;
            let cleaned = String::from_utf8_lossy(&cleaned);
            assert!(cleaned.starts_with(before) && cleaned.ends_with(behind), "{cleaned}");
            assert!(cleaned.contains(middle) && !cleaned.contains(&number), "{cleaned}");
            assert!(!cleaned.contains(concat!("Marg", "aret")), "{cleaned}");
        }
    }
}

/// What is left of a text, whose values have `~` in them here, in each way that puts words in their place.
fn assert_words(name: &str, text: &str, expected: &str) {
    let plain = |text: &str| text.replace('~', "");
    assert_eq!(cleaned(&Replacement::Redacted, name, &plain(text)), plain(expected), "{name}");
    for way in [Replacement::Mask, Replacement::Synthetic(b"a key of sixteen".to_vec())] {
        cleaned(&way, name, &plain(text));
    }
}

#[test]
fn plain_values_over_two_lines_are_one() {
    for (text, expected) in [
        (
            "p: {m~rn: 8477~1203, phone: +1\n    612 482~ 6798}\n",
            "p: {m~rn: \"[MRN]\", phone: \"+1\n    [PHONE]\"}\n",
        ),
        (
            "patient:\n  m~rn: 8477~1203\n  last_name: Achter~\n    berg\n  x: 1\n",
            "patient:\n  m~rn: \"[MRN]\"\n  last_name: \"[NAME]\"\n  x: 1\n",
        ),
        (
            "p: {m~rn: 8477~1203, age: 9~3\n years, x: 1}\n",
            "p: {m~rn: \"[MRN]\", age: \"[AGE_OVER_89]\", x: 1}\n",
        ),
        // A block that is said to be a number.
        (
            "p:\n  m~rn: 8477~1203\n  phone: !!int >-\n    61248~26798\n",
            "p:\n  m~rn: \"[MRN]\"\n  phone: !!int >-\n    0\n",
        ),
    ] {
        assert_words("a.yaml", text, expected);
    }
}

#[test]
fn numbers_of_programs_are_numbers_beside_any_quotes() {
    for (name, text, expected) in [
        (
            "a.py",
            "patient = {'first_name': 'An~n\"ie', 'm~rn': 8499~45079, 'zip': 554~07}\n",
            "patient = {'first_name': '[NAME]', 'm~rn': 0, 'zip': 0}\n",
        ),
        (
            "a.js",
            "if (/patient's/.test(x)) p = {m~rn: 8477~1203, zip: 554~07};\n",
            "if (/patient's/.test(x)) p = {m~rn: 0, zip: 0};\n",
        ),
        (
            "A.java",
            "class A { char c='\"'; long m~rn = 8477~1203L; }\n",
            "class A { char c='\"'; long m~rn = 0L; }\n",
        ),
        ("a.py", "dict(m~rn=9439~221.0)\n", "dict(m~rn=0.0)\n"),
        ("a.go", "q := Patient{M~RN: 8477~120.5}\n", "q := Patient{M~RN: 0.0}\n"),
        ("a.js", "x = {dob: 1957~0314.0, m~rn: 5934~390.0}\n", "x = {dob: 0.0, m~rn: 0.0}\n"),
        (
            "a.rs",
            "let p = Patient { m~rn: 84_771~_203u64 };\n",
            "let p = Patient { m~rn: 0u64 };\n",
        ),
        (
            "a.rs",
            "fn f(x: &'a str) -> P { P { m~rn: 8477~1203u64 } }\n",
            "fn f(x: &'a str) -> P { P { m~rn: 0u64 } }\n",
        ),
        ("a.py", "f = lambda m~rn=8477~1203: 5\n", "f = lambda m~rn=0: 5\n"),
        ("a.py", "y = m~rn - 4829~113\n", "y = m~rn - 0\n"),
        ("a.TF", "m~rn = 8477~1203\n", "m~rn = 0\n"),
        ("a.lua", "m~rn = 8477~1203\n", "m~rn = 0\n"),
        ("a.js", "x = `y ${f({m~rn: 8477~1203})} z`;\n", "x = `y ${f({m~rn: 0})} z`;\n"),
        ("a.js", "x = `y ${z} m~rn: 8477~1203, a`;\n", "x = `y ${z} m~rn: [MRN], a`;\n"),
        (
            "a.clj",
            "{:m~rn 8477~1203 :dob #inst \"1957~-03-14\"}\n",
            "{:m~rn 0 :dob #inst \"0001-01-01\"}\n",
        ),
        (
            "a.ex",
            "x = %{m~rn: 8477~1203, dob: ~~D[1957~-03-14]}\n",
            "x = %{m~rn: 0, dob: ~~D[0001-01-01]}\n",
        ),
        (
            "a.rb",
            "x = {m~rn: 8477~1203, last_name: :Rosa~lind}\n",
            "x = {m~rn: 0, last_name: :\"[NAME]\"}\n",
        ),
        // In a text a word says more.
        ("a.py", "# M~RN 8477~1203 of a patient\n", "# M~RN [MRN] of a patient\n"),
    ] {
        let (text, expected) = (text.replace("~~D", "\u{1}D"), expected.replace("~~D", "\u{1}D"));
        let sigil = |text: String| text.replace('~', "").replace('\u{1}', "~");
        let (text, expected) = (sigil(text), sigil(expected));
        assert_eq!(cleaned(&Replacement::Redacted, name, &text), expected, "{name}");
        for way in [Replacement::Mask, Replacement::Synthetic(b"a key of sixteen".to_vec())] {
            cleaned(&way, name, &text);
        }
    }
}

#[test]
fn masks_and_made_up_numbers_of_programs_are_numbers() {
    let born = ["1957", "03-14"].join("-");
    let key = Replacement::Synthetic(b"a key of sixteen".to_vec());
    let made = cleaned(&key, "a.ex", &format!("dob = ~D[{born}] # of a patient\n"));
    assert!(made.starts_with("dob = ~D[2"), "{made}");
    let number = ["5934", "390"].concat();
    let text = format!("x = {{mrn: {number}.0}}\n");
    assert_eq!(cleaned(&Replacement::Mask, "a.js", &text), "x = {mrn: 0.0}\n");
    let made = cleaned(&key, "a.js", &text);
    let made = made.trim_start_matches("x = {mrn: ").trim_end_matches("}\n");
    assert!(made.parse::<f64>().is_ok_and(|it| it > 9e6), "{made}");
}

#[test]
fn values_of_queries_and_between_dollars_have_one_kind_of_quotes() {
    for (text, expected) in [
        (
            "INSERT INTO patients (m~rn, x) SELECT 8477~1203, 5;\n",
            "INSERT INTO patients (m~rn, x) SELECT '[MRN]', 5;\n",
        ),
        (
            "INSERT INTO patients (m~rn, x) VALUES (8477~1203::bigint, 5);\n",
            "INSERT INTO patients (m~rn, x) VALUES ('[MRN]'::bigint, 5);\n",
        ),
        (
            "INSERT INTO patients (m~rn, first_name) VALUES (8477~1203, $$Rosa~lind$$);\n",
            "INSERT INTO patients (m~rn, first_name) VALUES ('[MRN]', $$[NAME]$$);\n",
        ),
    ] {
        assert_words("a.sql", text, expected);
    }
}
