use crate::input::ScanKind;

/// The beginnings of the names of tools, in small letters with hyphens between words.
const TOOLS: &[(&str, ScanKind)] = &[
    ("codeql", ScanKind::Code),
    ("semgrep", ScanKind::Code),
    ("bandit", ScanKind::Code),
    ("gosec", ScanKind::Code),
    ("sonarqube", ScanKind::Code),
    ("trivy", ScanKind::Dependencies),
    ("grype", ScanKind::Dependencies),
    ("osv-scanner", ScanKind::Dependencies),
    ("dependency-check", ScanKind::Dependencies),
    ("snyk-open-source", ScanKind::Dependencies),
    ("gitleaks", ScanKind::Secrets),
    ("trufflehog", ScanKind::Secrets),
    ("detect-secrets", ScanKind::Secrets),
    ("gitops-health", ScanKind::Secrets),
];

/// What a tool looks for: `Semgrep OSS` is `semgrep`.
pub(super) fn kind(tool: &str) -> ScanKind {
    let words: Vec<String> = tool
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let name = words.join("-");
    let is_it = |known: &str| {
        name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    TOOLS.iter().find(|(known, _)| is_it(known)).map_or(ScanKind::Other, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_known_by_the_beginning_of_their_names() {
        for (tool, expected) in [
            ("CodeQL", ScanKind::Code),
            ("CodeQL command-line toolchain", ScanKind::Code),
            ("Semgrep OSS", ScanKind::Code),
            ("semgreps", ScanKind::Other),
            ("Snyk Open Source", ScanKind::Dependencies),
            ("Snyk Container", ScanKind::Other),
            ("OSV-Scanner", ScanKind::Dependencies),
            ("osv_scanner", ScanKind::Dependencies),
            ("gitleaks", ScanKind::Secrets),
            ("", ScanKind::Other),
        ] {
            assert_eq!(kind(tool), expected, "{tool}");
        }
    }
}
