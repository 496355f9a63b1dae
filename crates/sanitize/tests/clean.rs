//! What stands beside what is taken out stays as it was. All that looks like data of somebody is synthetic, and a
//! `~` stands in it so that no scanner stops at this page.

use gitops_health_sanitize::{Cleaned, Cleaner, Replacement, Scanner, Severity};

fn plain(text: &str) -> String {
    text.replace('~', "")
}

fn clean(way: Replacement, text: &str) -> Cleaned {
    let scanner = Scanner::new();
    let cleaned = Cleaner::new(&scanner, way, Severity::Low).clean(text.as_bytes());
    assert!(cleaned.left.is_empty(), "{text}");
    cleaned
}

fn assert_cleaned(text: &str, expected: &str) {
    let cleaned = clean(Replacement::Redacted, &plain(text));
    assert_eq!(String::from_utf8_lossy(&cleaned.bytes), expected);
}

#[test]
fn a_message_ends_with_the_string_that_it_stands_in() {
    let header = r"MSH|^\\&|E|H|L|X|20240312101500||ADT^A01|123|P|2.5";
    let clean_header = header.replace("20240312101500", "[DATE]");
    let person = "PID|1||8817~2635^^^H^MR||ZWYR~TKOVA^QUIR~INIA";
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
                "{open}{header}\nEVN|A01\nZZZ|1\nPID|1||8817~2635^^^H^MR||O'N~EIL^X~IMENA|{close}"
            ),
            &format!(
                "{open}{clean_header}\nEVN|A01\nZZZ|1\nPID|1||[MRN]^^^H^MR||[NAME]^[NAME]|{close}"
            ),
        );
    }
    assert_cleaned(
        &format!("{header}\nPID|1||8817~2635^^^H^MR||O'N~EIL^X~IMENA||\"\"|F\n{person}\n"),
        &format!("{clean_header}\nPID|1||[MRN]^^^H^MR||[NAME]^[NAME]||\"\"|F\n{clean_person}\n"),
    );
}
