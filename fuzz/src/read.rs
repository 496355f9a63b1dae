//! What a repository says of its findings is read: baselines, comments, rules of its own and their examples.

use gitops_health_sanitize::{
    Baseline, Key, SanitizeConfig, Scanner, UserRule, comments, write_out,
};

use crate::split_first;

/// So many bytes may be written out for a template.
const MOST_WRITTEN: usize = 64 << 10;

/// Reads all bytes but the first, which says what they are.
pub fn check(data: &[u8]) {
    let (first, bytes) = split_first(data);
    let text = String::from_utf8_lossy(bytes);
    match first % 6 {
        0 => check_baseline(&text),
        1 => check_comments(first / 6, bytes),
        2 => check_template(&text),
        3 => check_rule(serde_json::from_str(&text).ok()),
        4 => check_rule(serde_yaml::from_str(&text).ok()),
        _ => check_config(&text),
    }
}

fn key() -> Key {
    Key::new("a key of some length").expect("it is long enough")
}

/// What was read is written as it can be read again.
fn check_baseline(text: &str) {
    let of_ours = Baseline::default().write(&key()) + text;
    for text in [text, &of_ours] {
        if let Ok(baseline) = Baseline::read(text, &key()) {
            let again = Baseline::read(&baseline.write(&key()), &key());
            assert!(again.as_ref() == Ok(&baseline), "it is not what was written");
        }
    }
}

/// Comments are read wherever one asks.
fn check_comments(part: usize, bytes: &[u8]) {
    let mark = b"gitops-health:allow ";
    let text = [mark, bytes].concat();
    let begin = text.len() * part / 43;
    for end in [begin, (begin + 9).min(text.len()), text.len()] {
        for comment in comments(&text, &(begin..end)) {
            assert!(!comment.rule.is_empty());
        }
    }
}

/// A template is the same in every run, and not much of it becomes very much.
fn check_template(text: &str) {
    let written = write_out(text, 7);
    assert!(written == write_out(text, 7), "it is another one the second time");
    assert!(!written.is_ok_and(|it| it.len() > MOST_WRITTEN), "it becomes too much");
}

/// A rule that is taken finds its own examples.
fn check_rule(rule: Option<UserRule>) {
    let Some(rule) = rule else { return };
    let Ok(scanner) = Scanner::with_rules(std::slice::from_ref(&rule)) else { return };
    for (number, example) in rule.examples.iter().enumerate() {
        let text = write_out(example, number as u64).expect("it was written out before");
        assert!(scanner.by_rule(text.as_bytes(), &rule.id), "it is not found");
        scanner.look(text.as_bytes());
    }
}

/// A configuration is read, and its rules are tried.
fn check_config(text: &str) {
    if let Ok(config) = serde_yaml::from_str::<SanitizeConfig>(text) {
        let _ = Scanner::with_rules(&config.rules);
    }
}
