//! What stands beside what is taken out stays as it was. All that looks like data of somebody is synthetic, and put
//! together here so that no scanner stops at this page.

mod mail;
mod messages;
mod numbers;
mod quotes;
mod replacements;
mod tables;

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
    assert!(second.removed.is_empty(), "{way:?}: {text}");
    assert_eq!(second.bytes, first.bytes, "{way:?}: {text}");
    String::from_utf8(first.bytes).expect("it is text")
}

fn assert_cleaned(text: &str, expected: &str) {
    assert_eq!(redacted("", &plain(text)), expected);
}

fn redacted(name: &str, text: &str) -> String {
    cleaned(&Replacement::Redacted, name, text)
}

/// What is left of a text, whose values have `~` in them here, in each way that puts words in their place.
fn assert_words(name: &str, text: &str, expected: &str) {
    let plain = |text: &str| text.replace('~', "");
    assert_eq!(cleaned(&Replacement::Redacted, name, &plain(text)), plain(expected), "{name}");
    for way in [Replacement::Mask, Replacement::Synthetic(b"a key of sixteen".to_vec())] {
        cleaned(&way, name, &plain(text));
    }
}
