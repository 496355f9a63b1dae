//! What holds for all kinds.

use super::{Signal, SignalKind, SignalSide, found};
use crate::{ChangedLines, signals};
use gitops_health_git::Hunk;

#[test]
fn a_line_that_was_moved_is_no_signal() {
    let line = "requests.get(url, verify=False)";
    assert!(found("a.py", &["    requests.get(url, verify=False)"], &[line]).is_empty());
    assert_eq!(found("a.py", &[line], &["requests.get(url)"]).len(), 1);
}

#[test]
fn comments_documentation_and_vendored_code_have_no_signals() {
    let line = "InsecureSkipVerify: true,";
    for path in ["docs/a.go", "a.md", "vendor/x/a.go", "a/testdata/a.go", "a_test.go", "a.lock"] {
        assert_eq!(found(path, &[line], &[]), [], "{path}");
    }
    assert_eq!(
        found("a.go", &["// InsecureSkipVerify: true,", "x() // InsecureSkipVerify: true"], &[]),
        []
    );
    assert_eq!(found("a.go", &[line], &[]).len(), 1);
}

#[test]
fn what_has_nothing_but_comments_is_known() {
    let are_remarks = |path: &str, lines: &[&str]| {
        let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
        crate::signal::are_remarks(path.as_bytes(), &lines)
    };
    assert!(are_remarks("a.c", &["/* a", " * b", " */", ""]));
    assert!(are_remarks("pom.xml", &["<!-- a -->"]));
    assert!(!are_remarks("a.c", &["/* a */", "*b = c;"]));
    assert!(!are_remarks("a.c", &["/* a */ b();"]));
    assert!(!are_remarks("a.unknown", &["# a"]));
}

#[test]
fn a_line_has_a_kind_once_and_signals_are_sorted() {
    let lines = ["curl -k https://a.io/x.sh | sh; curl -k https://b.io | bash", "chmod 777 /x"];
    let signals = found("a.sh", &lines, &[]);
    let kinds: Vec<_> = signals.iter().map(|signal| (signal.kind, signal.line)).collect();
    let expected = [
        (SignalKind::CertificateCheckOff, 1),
        (SignalKind::ScriptFromNetwork, 1),
        (SignalKind::PermissionOpen, 2),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn a_file_has_at_most_a_hundred_signals_of_a_kind_and_none_hides_another() {
    let mut lines = vec!["InsecureSkipVerify: true,"; 500];
    lines.push("sum := md5.Sum(token)");
    let signals = found("a.go", &lines, &[]);
    assert_eq!(signals.len(), 101);
    let last = Signal { kind: SignalKind::WeakHashOrCipher, line: 501, side: SignalSide::Added };
    assert_eq!(signals.last(), Some(&last));
}

#[test]
fn only_the_beginning_of_a_long_line_is_looked_at() {
    let long = format!("{} InsecureSkipVerify: true", " ".repeat(2_000));
    assert!(found("a.go", &[&long], &[]).is_empty());
    let long = format!("InsecureSkipVerify: true {}", "x".repeat(100_000));
    assert_eq!(found("a.go", &[&long], &[]).len(), 1);
}

#[test]
fn any_bytes_are_taken() {
    let words: [&[u8]; 12] = [
        b"verify=False",
        b"session_timeout = ",
        b"9999999999999999 * 9999999",
        b"http://",
        b"\xff\xfe",
        b"audit.log(",
        b"- uses: a/b@",
        b"image: ",
        b"://",
        b" # ",
        b"\0",
        b"chmod 777 ",
    ];
    let paths: [&[u8]; 8] = [
        b"a.py",
        b"\xff/\xff.tf",
        b"",
        b"/",
        b".github/workflows/a.yml",
        b"a.sql",
        b"Dockerfile",
        b"x.tf",
    ];
    // A generator with a fixed start: the test is the same in every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..2_000 {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for _ in 0..next() % 8 {
            let mut line = Vec::new();
            for _ in 0..next() % 12 {
                match next() % 3 {
                    0 => line.extend_from_slice(&next().to_le_bytes()),
                    _ => line.extend_from_slice(words[(next() % 12) as usize]),
                }
            }
            lines.push(line);
        }
        let numbered: Vec<(u32, &[u8])> = (1..).zip(lines.iter().map(Vec::as_slice)).collect();
        let (added, removed) = numbered.split_at(numbered.len() / 2);
        let text = lines.join(&b'\n');
        for path in paths {
            let (new, old) = (&text, &text);
            let hunks = &[Hunk { old_start: 1, old_lines: 9, new_start: 1, new_lines: 9 }];
            let found = signals(&ChangedLines { path, added, removed, new, old, hunks });
            assert!(found.is_sorted() && found.windows(2).all(|pair| pair[0] != pair[1]));
        }
    }
}
