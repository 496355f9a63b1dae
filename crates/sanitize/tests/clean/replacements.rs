//! What takes the place of what is taken out.

use gitops_health_sanitize::{Cleaner, Replacement, Scanner, Severity};

use super::{cleaned, plain};

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
fn a_name_at_the_edge_of_what_is_about_health_goes_as_a_whole() {
    let filler = "filler words of nothing. ".repeat(40);
    for length in 380..400 {
        let (before, name) = (&filler[..length - 8], ["Mül", "ler"].concat());
        let text = format!("patient {before} Mr. {name} was here\n");
        let made = cleaned(&Replacement::Redacted, "", &text);
        let (whole, gone) = (text.clone(), text.replace(&name, "[NAME]"));
        assert!(made == whole || made == gone, "{length}: {made}");
    }
}

#[test]
fn what_was_made_up_and_is_found_again_gives_way_to_a_mark() {
    let way = Replacement::Synthetic(b"a key of sixteen".to_vec());
    let text = ";\n,,m~rn,x%20%24\nMr M~n,,6/7/~49".replace('~', "");
    let made = cleaned(&way, "a.sql", &text);
    let found = Scanner::new().scan(made.as_bytes());
    assert!(found.iter().all(|it| it.severity <= Severity::Low), "{made}: {found:?}");
    // One value is left where it is, and the other one can't be known as made up beside it.
    let record =
        "{\n  \"m~rn\": \"4817~3654\",\n  \"last_name\": \"Thorn~bury\"\n}\n".replace('~', "");
    let scanner = Scanner::new();
    let mut cleaner = Cleaner::new(&scanner, way, Severity::Low);
    let cleaned =
        cleaner.clean_where("a.json", record.as_bytes(), &mut |seen| seen.finding.rule == "name");
    let text = String::from_utf8(cleaned.bytes).expect("it is text");
    assert!(
        text.contains("[NAME]") && cleaned.left.is_empty() && cleaned.removed.len() == 1,
        "{text}"
    );
}
