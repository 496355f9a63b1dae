//! Quotes around what is taken out, and in it.

use gitops_health_sanitize::Replacement;

use super::{assert_words, cleaned, plain, redacted};

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
fn texts_of_many_lines_in_sql_get_no_more_quotes() {
    let number = ["536", "22", "8145"].join("-");
    let text = format!("INSERT INTO t (a, note) VALUES (0, 'Patient SSN\nwas, {number}, x');\n");
    assert_eq!(redacted("a.sql", &text), text.replace(&number, "[SSN]"));
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
    let markup = "<Pati~ent xmlns=\"http://hl7.org/fhir\"><name><fam~ily value=\"Zwyr &amp; Ko\"/></name></Pati~ent>";
    let clean = cleaned(&Replacement::Mask, "", &markup.replace('~', ""));
    assert!(clean.contains("Xxxx &amp; Xx") || clean.contains("Xxxx &#38; Xx"), "{clean}");
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
fn a_secret_ends_with_its_string_in_a_string() {
    let secret = ["AK", "IAZBTEQPYQ", "JNHJ36XW"].concat();
    for quote in ["\\\"", "\\\"\"", "\\\\\\\"", "\"\""] {
        let text = |secret: &str| {
            format!("x {quote}k{quote}: {quote}{secret}{quote}, {quote}y{quote}: 5\n")
        };
        assert_eq!(redacted("a.txt", &text(&secret)), text("[SECRET]"));
    }
}

#[test]
fn references_of_markup_stay_whole() {
    let text = |place: &str| {
        format!("<a b=\"{{&quot;patient&quot;: {{&quot;city&quot;: &quot;Ro~e, {place}&quot;}}}}\">INSERT INTO t (x) VALUES (1)</a>\n")
            .replace('~', "")
    };
    let clean = redacted("a.xml", &text("12 El~m Street, Spring~field, IL 627~04"));
    assert!(clean.contains("&quot;}}\">INSERT INTO t (x) VALUES (1)</a>"), "{clean}");
}

#[test]
fn names_with_quotes_in_them_go_as_a_whole() {
    for (name, before, value, behind) in [
        ("a.yaml", "first_name: '", "Quir''inia", "'\n"),
        ("a.yaml", "last_name: '", "O''Brien", "'\n"),
        ("a.yaml", "last_name: \"", "O'Brien", "\"\n"),
        ("a.py", "last_name = '", "O\\'Brien", "'\n"),
        ("a.js", "lastName: '", "O\\'Brien", "',\n"),
        ("a.py", "x = '{\"m~rn\": \"4711\", \"last_name\": \"", "O\\'Brien", "\"}'\n"),
        (
            "a.py",
            "x = '{\"resourceType\": \"Patient\", \"name\": [{\"text\": \"",
            "Robert O\\'Brien",
            "\"}]}'\n",
        ),
        ("a.py", "x = 'NM!1*IL*1*", "O\\'BRIEN", "*'\n"),
    ] {
        let head = ["m", "rn = '8817", "2635'\n"].concat();
        let head = if name.ends_with("yaml") { head.replace(" =", ":") } else { head };
        let before = before.replace(['~', '!'], "");
        let text = format!("{head}{before}{value}{behind}");
        let clean = redacted(name, &text);
        let before = before.replace("4711", "[MRN]");
        assert!(clean.ends_with(&format!("{before}[NAME]{behind}")), "{clean}");
    }
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
            let cleaned = cleaned(&replacement, "", &text);
            assert!(cleaned.starts_with(before) && cleaned.ends_with(behind), "{cleaned}");
            assert!(cleaned.contains(middle) && !cleaned.contains(&number), "{cleaned}");
            assert!(!cleaned.contains(concat!("Marg", "aret")), "{cleaned}");
        }
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

#[test]
fn values_that_go_on_in_another_string_keep_their_quotes() {
    for (name, glue) in [("a.py", "\"\n     \""), ("a.js", "\" +\n     \""), ("a.php", "\" . \"")] {
        let text = |mrn: &str, street: &str, road: &str| {
            format!(
                "x = (\"INSERT INTO patients (m~rn, street, x) VALUES ({mrn}, '{street}{glue} {road}', 5)\")\n"
            )
        };
        let (before, behind) =
            (text("8477~1203", "4740 N.", "Ma~in St"), text("[MRN]", "[ADDRESS]", "[ADDRESS]"));
        assert_words(name, &before, &behind);
        let text = |mrn: &str, number: &str| {
            format!(
                "x = (\"INSERT INTO patients (m~rn, phone) VALUES ({mrn}, '({glue}{number}')\")\n"
            )
        };
        assert_words(name, &text("8477~1203", "217) 632-~4890"), &text("[MRN]", "[PHONE]"));
    }
}

#[test]
fn code_between_strings_is_no_value() {
    for (name, text, expected) in [
        (
            "a.py",
            "u = '/p?m~rn=8477~1203&city=' + city_2 + '&last_name=Ro~e'\n",
            "u = '/p?m~rn=[MRN]&city=' + city_2 + '&last_name=[NAME]'\n",
        ),
        (
            "a.py",
            "x = \"INSERT INTO patients (m~rn, street, last_name) VALUES ('8477~1203', '\" + street + \"', 'Ro~e')\"\n",
            "x = \"INSERT INTO patients (m~rn, street, last_name) VALUES ('[MRN]', '\" + street + \"', '[NAME]')\"\n",
        ),
        (
            "a.php",
            "$x = '<patient><m~rn>8477~1203</m~rn><street>' . $street . '</street></patient>';\n",
            "$x = '<patient><m~rn>[MRN]</m~rn><street>' . $street . '</street></patient>';\n",
        ),
        (
            "a.sql",
            "INSERT INTO patients (m~rn, city, last_name) VALUES ('8477~1203', :'cityValue', 'Ro~e');\n",
            "INSERT INTO patients (m~rn, city, last_name) VALUES ('[MRN]', :'cityValue', '[NAME]');\n",
        ),
    ] {
        assert_words(name, text, expected);
    }
}

#[test]
fn names_of_members_stay() {
    for name in ["Active", "Contacts", "ApiKey", "CreatedAt"] {
        let text =
            format!("{{\"m~rn\": \"8477~1203\", \"patient\": {{\"{name}\": null, \"x\": 5}}}}\n");
        assert_words("a.json", &text, &text.replace("8477~1203", "[MRN]"));
    }
}

#[test]
fn a_mark_of_bytes_in_front_is_no_part_of_a_text() {
    for (name, text, expected) in [
        (
            "a.yaml",
            "m~rn: 8477~1203\nfirst_name: Rob~ert\n",
            "m~rn: \"[MRN]\"\nfirst_name: \"[NAME]\"\n",
        ),
        (
            "a.yaml",
            "{m~rn: 8477~1203, first_name: Rob~ert,\n  note: ok}\n",
            "{m~rn: \"[MRN]\", first_name: \"[NAME]\",\n  note: ok}\n",
        ),
        (
            "a.yaml",
            "m~rn: 8477~1203\nnote: pat%69ent%20%4aohn\n",
            "m~rn: \"[MRN]\"\nnote: pat%69ent%20%4aohn\n",
        ),
        (
            "a.sql",
            "-- it's pt Rob~ert Ro~e, m~rn=8477~1203\nSELECT 5;\n",
            "-- it's pt [NAME], m~rn=[MRN]\nSELECT 5;\n",
        ),
        ("a.env", "M~RN=8477~1203\nFIRST_NAME=Rob~ert\n", "M~RN=[MRN]\nFIRST_NAME=[NAME]\n"),
        (
            "a.x12",
            "NM~1*IL*1*ZWYR~TKOVA*ROB~ERT****MI*W1234~56789\n",
            "NM~1*IL*1*[NAME]*[NAME]****MI*[HEALTH_PLAN]\n",
        ),
        (
            "a.txt",
            "x = \"{\\\"m~rn\\\": \\\"8477~1203\\\"}\"\n",
            "x = \"{\\\"m~rn\\\": \\\"[MRN]\\\"}\"\n",
        ),
    ] {
        assert_words(name, text, expected);
        assert_words(name, &format!("\u{feff}{text}"), &format!("\u{feff}{expected}"));
    }
}

#[test]
fn numbers_of_yaml_are_read_by_all() {
    let way = Replacement::Synthetic(b"a key of sixteen".to_vec());
    for key in ["13956", "01234"] {
        let text = format!("m~rn: '8477~1203'\nzip: !!int '{key}'\n").replace('~', "");
        let clean = cleaned(&way, "a.yaml", &text);
        let (_, number) = clean.rsplit_once("!!int '").expect("it is there");
        let number = number.trim_end_matches("'\n");
        let is_octal = number.bytes().all(|byte| byte.is_ascii_digit() && byte < b'8');
        assert!(!number.starts_with('0') || is_octal, "{clean}");
    }
}

#[test]
fn quotes_around_numbers_are_spelled_as_those_of_their_keys() {
    for quote in ["&quot;", "&#x22;"] {
        let text = format!("<a b=\"{{{quote}m~rn{quote}: 8477~1203}}\"/>\n");
        let expected = format!("<a b=\"{{{quote}m~rn{quote}: &#34;[MRN]&#34;}}\"/>\n");
        assert_words("a.html", &text, &expected);
    }
    // Quotes that are spelled out are none of the file.
    let text = "a: \"{&#x22;m~rn&#x22;: 8477~1203, &quot;x&quot;: it's}\"\nm~rn: 8477~1203\n";
    let clean = redacted("a.yaml", &text.replace('~', ""));
    assert!(clean.ends_with("it's}\"\nm~rn: \"[MRN]\"\n".replace('~', "").as_str()), "{clean}");
    assert_eq!(clean.matches('"').count(), 4, "{clean}");
}
