//! What was so before is no signal, and whatever is weakened besides is one.

use super::{SignalKind, found, has, replaced};

const WORKFLOW: &str = ".github/workflows/ci.yml";

fn count(kind: SignalKind, path: &str, added: &[&str], removed: &[&str]) -> usize {
    found(path, added, removed).iter().filter(|signal| signal.kind == kind).count()
}

#[test]
fn a_line_that_was_as_weak_is_no_signal() {
    for (kind, path, new, old) in [
        (
            SignalKind::CertificateCheckOff,
            "a.py",
            "self.sock = ssl_wrap_socket(sock, keyfile=self._client_key, cert_reqs=ssl.CERT_NONE)",
            "self.sock = ssl_wrap_socket(sock, keyfile=self.key_file, cert_reqs=ssl.CERT_NONE)",
        ),
        (
            SignalKind::ScriptFromNetwork,
            "a.sh",
            "curl -sSfL https://raw.vendor.com/a/b/install.sh | sh -s -- -b \"$(go env GOPATH)/bin\"",
            "curl -sSfL https://raw.vendor.com/a/b/install.sh | sh -s -- -b \"${GOPATH}/bin\"",
        ),
        (
            SignalKind::WorkflowPermissionWidened,
            WORKFLOW,
            "  contents: write # b",
            "  contents: write # a",
        ),
        (SignalKind::ActionNotPinned, WORKFLOW, "  - uses: a/b@v5", "  - uses: a/b@v4"),
        (SignalKind::ActionNotPinned, WORKFLOW, "  - uses: a/b@v5", "  - uses: 'a/b@v4.1.2' # x"),
        (
            SignalKind::ActionNotPinned,
            WORKFLOW,
            "  - uses: docker://a/b:3",
            "  - uses: docker://a/b:2",
        ),
        (SignalKind::ImageNotPinned, "Dockerfile", "FROM ubuntu:latest AS a", "FROM ubuntu:latest"),
        (
            SignalKind::PlainTextTransport,
            "a.yml",
            "url: http://a.vendor.io/b",
            "url: http://a.vendor.io/a",
        ),
    ] {
        assert_eq!(count(kind, path, &[new], &[]), 1, "{new}");
        assert_eq!(count(kind, path, &[new], &[old]), 0, "{new}");
        assert_eq!(count(kind, path, &[new, new], &[old]), 1, "twice: {new}");
    }
}

#[test]
fn what_is_weaker_than_before_is_a_signal() {
    for (kind, path, new, old) in [
        (SignalKind::WorkflowPermissionWidened, WORKFLOW, "  contents: write", "  contents: read"),
        (SignalKind::WorkflowPermissionWidened, WORKFLOW, "  packages: write", "  contents: write"),
        (
            SignalKind::WorkflowPermissionWidened,
            WORKFLOW,
            "permissions: write-all",
            "permissions: { contents: write }",
        ),
        (
            SignalKind::WorkflowPermissionWidened,
            WORKFLOW,
            "permissions: { contents: write, packages: write }",
            "permissions: { contents: write }",
        ),
        (SignalKind::ActionNotPinned, WORKFLOW, "  - uses: c/b@v4", "  - uses: a/b@v4"),
        (SignalKind::ActionNotPinned, WORKFLOW, "  - uses: a/b@main", "  - uses: a/b@v4"),
        (
            SignalKind::ActionNotPinned,
            WORKFLOW,
            "  - uses: a/b@v5",
            "  - uses: a/b@8f4b7f84864484a7bf31766abe9204da3cbe65b3",
        ),
        (
            SignalKind::ScriptFromNetwork,
            "a.sh",
            "curl https://b.io/x | sh",
            "curl https://a.io/x | sh",
        ),
        (
            SignalKind::ScriptFromNetwork,
            "a.sh",
            "curl https://raw.vendor.com/c/b/install.sh | sh",
            "curl https://raw.vendor.com/a/b/install.sh | sh",
        ),
        (
            SignalKind::PlainTextTransport,
            "a.yml",
            "url: http://b.vendor.io",
            "url: http://a.vendor.io",
        ),
        (SignalKind::ImageNotPinned, "Dockerfile", "FROM team/b:latest", "FROM team/a:latest"),
        (
            SignalKind::TlsLowered,
            "a.conf",
            "ssl_protocols TLSv1 TLSv1.1;",
            "ssl_protocols TLSv1.1;",
        ),
        (
            SignalKind::CertificateCheckOff,
            "a.py",
            "requests.post(payments, data=data, verify=False)",
            "requests.get(url, verify=False)",
        ),
        (SignalKind::DestructiveMigration, "a.sql", "DROP TABLE people;", "DROP TABLE patients;"),
    ] {
        assert!(count(kind, path, &[new], &[old]) == 1, "{new}");
    }
}

#[test]
fn what_moves_to_another_place_of_settings_is_a_signal() {
    let kind = SignalKind::WorkflowPermissionWidened;
    let jobs = |a: &str, b: &str| {
        format!(
            "jobs:\n  a:\n    permissions:\n      contents: {a}\n  b:\n    permissions:\n      contents: {b}\n"
        )
    };
    let hunks = &[(4, 1, 4, 1), (7, 1, 7, 1)];
    let (old, new) = (jobs("write", "read"), jobs("read", "write"));
    assert!(has(kind, &replaced(WORKFLOW, &new, &old, hunks)));
    // A comment does not take it elsewhere.
    let new = jobs("write # a", "read # b");
    assert!(!has(kind, &replaced(WORKFLOW, &new, &old, hunks)));

    let kind = SignalKind::CertificateCheckOff;
    let services = |a: bool, b: bool| {
        format!("a:\n  insecure_skip_verify: {a}\nb:\n  insecure_skip_verify: {b}\n")
    };
    let (old, new) = (services(true, false), services(false, true));
    assert!(has(kind, &replaced("a.yml", &new, &old, &[(2, 1, 2, 1), (4, 1, 4, 1)])));
}

#[test]
fn what_is_replaced_elsewhere_was_another_line() {
    let kind = SignalKind::CertificateCheckOff;
    let old = "requests.get(url, verify=False)\n\nrequests.get(url)\n";
    let new = "requests.get(url)\n\nrequests.get(url, verify=False, timeout=5)\n";
    assert!(has(kind, &replaced("a.py", new, old, &[(1, 1, 1, 1), (3, 1, 3, 1)])));
}

#[test]
fn a_line_that_was_moved_stands_for_one() {
    let line = "requests.get(url, verify=False)";
    let kind = SignalKind::CertificateCheckOff;
    assert_eq!(count(kind, "a.py", &[line], &[line]), 0);
    assert_eq!(count(kind, "a.py", &[line, line, line], &[line]), 2);
}
