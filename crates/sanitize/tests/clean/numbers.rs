//! Numbers and days of programs, which stay what they are.

use gitops_health_sanitize::{Cleaner, Replacement, Scanner, Severity};

use super::{assert_words, cleaned, redacted};

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
        assert_eq!(redacted(name, &text), expected, "{text}");
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
fn a_mark_is_no_word_in_front_of_another_number() {
    let numbers: String = (1..6).map(|last| format!("736~500{last}\n")).collect();
    let text = format!("Phone: 212-736~-5000\n{numbers}");
    assert_words("", &text, &format!("Phone: [PHONE]\n{numbers}"));
    assert_words("", "M~RN: 4829~1734", "MRN: [MRN]");
}

#[test]
fn what_was_made_up_is_nothing_else_by_the_words_around_it() {
    for text in [
        "Phone: none. SSN: 536 22 8~145\n",
        "telephone no. unknown, SSN 536-2~2-8145 on file\n",
        "Call about SSN: 536 22 8~145 x\n",
        "call patient, D~OB 07-1~4-1961 ok\n",
        "phone, D~OB 07/1~4/1961 patient\n",
    ] {
        assert_form(text);
    }
}

/// In each way nothing is left, and nothing more is found.
fn assert_form(text: &str) {
    let key = b"a key of sixteen".to_vec();
    for way in [
        Replacement::Redacted,
        Replacement::Mask,
        Replacement::Synthetic(key.clone()),
        Replacement::Hash(key),
    ] {
        let made = cleaned(&way, "", &text.replace('~', ""));
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        assert_ne!(digits(&made), digits(text), "{way:?}: {text}");
    }
}

#[test]
fn a_value_beside_a_mark_or_a_made_up_number_is_taken_out() {
    for (text, expected) in [
        ("Phone: [PHONE]\nMob~ile: 030 1234~567\n", "Phone: [PHONE]\nMobile: [PHONE]\n"),
        ("call patient, [PHONE], Pho~ne: 736-5~001\n", "call patient, [PHONE], Phone: [PHONE]\n"),
    ] {
        assert_words("", text, expected);
    }
    let way = Replacement::Synthetic(b"a key of sixteen".to_vec());
    for (before, value) in [("contact MR~N ", "4829~173"), ("Call pt DO~B ", "07/1~4/1961")] {
        let value = value.replace('~', "");
        let made = cleaned(&way, "", &format!("{before}{value} 555-0123\n").replace('~', ""));
        assert!(!made.contains(&value), "{made}");
    }
}

#[test]
fn a_bracket_around_a_number_stays() {
    let phone = "(725) 56~0-5059";
    assert_words("", &format!("phone: {phone}\n"), "phone: [PHONE]\n");
    for (name, text, expected) in [
        ("a.sql", "INSERT INTO t (phone, n) VALUES (72~55605059, 'x');", "('[PHONE]', 'x');"),
        ("a.sql", "SELECT 1 FROM t WHERE phone IN (72~55605059);", "IN ('[PHONE]');"),
    ] {
        let made = cleaned(&Replacement::Redacted, name, &text.replace('~', ""));
        assert!(made.ends_with(expected), "{made}");
    }
    let number = ["72", "55605059"].concat();
    for way in [Replacement::Redacted, Replacement::Mask, Replacement::Hash(b"a key".to_vec())] {
        for (name, before, behind) in
            [("a.py", "phone = int(", ")\n"), ("a.js", "const phone = f(", ");\n")]
        {
            let made = cleaned(&way, name, &format!("{before}{number}{behind}"));
            assert!(made.starts_with(before) && made.ends_with(behind), "{made}");
        }
    }
}

#[test]
fn a_number_before_a_blank_and_a_comma_stands_in_marks() {
    assert_words(
        "a.json",
        "{\n\"m~rn\":\"4817~3654\",\n\"age\" : 96 ,\n\"x\":1}",
        "{\n\"m~rn\":\"[MRN]\",\n\"age\" : \"[AGE_OVER_89]\" ,\n\"x\":1}",
    );
}

#[test]
fn a_number_in_an_object_with_doubled_quotes_stands_in_those() {
    assert_words(
        "a.csv",
        "a,b\n1,\"raw: '{\"\"x\"\": \"\"\"\", \"\"insurance~_id\"\": 331~25670}'\"\n",
        "a,b\n1,\"raw: '{\"\"x\"\": \"\"\"\", \"\"insurance~_id\"\": \"\"[HEALTH_PLAN]\"\"}'\"\n",
    );
}
