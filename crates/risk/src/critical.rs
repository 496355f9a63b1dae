use std::collections::BTreeMap;

use gitops_health_git::{FileChange, PathPattern, RepoPath};

use crate::config::KindWeights;
use crate::kind::FileKind;
use crate::score::Part;

/// A rule that names files where a mistake costs most.
#[derive(Clone, Debug)]
pub struct CriticalRule {
    /// Its name, in lower case with hyphens.
    pub id: String,
    /// Why these files are critical.
    pub reason: String,
    /// What to do before such a change is deployed.
    pub advice: String,
    /// How critical they are, from 0 to 1.
    pub weight: f64,
    /// Patterns that the path must match.
    pub(crate) patterns: Vec<PathPattern>,
    /// Whole words, any of which a component of the path must hold.
    pub(crate) words: &'static [&'static str],
}

/// A rule that is built in.
pub(crate) struct BuiltIn {
    pub id: &'static str,
    pub reason: &'static str,
    pub advice: &'static str,
    pub weight: f64,
    pub words: &'static [&'static str],
    pub patterns: &'static [&'static str],
}

/// The built-in rules. Words are compared with the words of each path component, which end at
/// `-`, `_`, `.`, a blank and where `camelCase` turns: `auth` is in `src/auth/x.rs` and in
/// `UserAuthService.java`, and not in `author.rs`.
pub(crate) const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        id: "authentication",
        reason: "decides who gets in and what they may do",
        advice: "Ask somebody who knows the access rules to review, and test that access is still denied.",
        weight: 0.9,
        words: &[
            "auth",
            "authn",
            "authz",
            "authentication",
            "authenticator",
            "authenticate",
            "authorization",
            "authorize",
            "oauth",
            "oauth2",
            "oidc",
            "saml",
            "sso",
            "login",
            "logout",
            "password",
            "passwords",
            "credential",
            "credentials",
            "permission",
            "permissions",
            "privilege",
            "privileges",
            "rbac",
            "acl",
            "acls",
            "jwt",
            "mfa",
            "totp",
            "ldap",
        ],
        patterns: &[],
    },
    BuiltIn {
        id: "payment",
        reason: "moves money",
        advice: "Reconcile test transactions in the new version before it takes real ones.",
        weight: 0.9,
        words: &[
            "payment",
            "payments",
            "billing",
            "invoice",
            "invoices",
            "invoicing",
            "refund",
            "refunds",
            "stripe",
            "paypal",
            "ledger",
            "payroll",
            "remittance",
        ],
        patterns: &[],
    },
    BuiltIn {
        id: "cryptography",
        reason: "protects data and identities",
        advice: "Ask somebody who knows cryptography to review, and check that old data still decrypts.",
        weight: 0.9,
        words: &[
            "crypto",
            "cryptography",
            "cipher",
            "ciphers",
            "encryption",
            "encrypt",
            "decrypt",
            "tls",
            "ssl",
            "x509",
            "pki",
            "keystore",
            "truststore",
            "certificate",
            "certificates",
            "hmac",
            "kms",
            "vault",
        ],
        patterns: &["*.pem", "*.crt", "*.p12", "*.jks"],
    },
    BuiltIn {
        id: "health-data",
        reason: "handles data of patients",
        advice: "Check with test records that nothing of a patient reaches logs, caches or other patients.",
        weight: 0.8,
        words: &[
            "patient",
            "patients",
            "phi",
            "ehr",
            "emr",
            "fhir",
            "hl7",
            "hl7v2",
            "ccda",
            "dicom",
            "pacs",
            "encounter",
            "encounters",
            "diagnosis",
            "prescription",
            "prescriptions",
            "medication",
            "medications",
            "clinical",
            "medicalrecord",
        ],
        patterns: &[],
    },
    BuiltIn {
        id: "migration",
        reason: "changes stored data for good",
        advice: "Back up first, rehearse the migration on a copy, and write down how to go back.",
        weight: 0.8,
        words: &["migration", "migrations", "liquibase", "flyway", "alembic"],
        patterns: &["db/migrate/", "schema.sql", "schema.prisma", "V[0-9]*__*.sql"],
    },
    BuiltIn {
        id: "infrastructure",
        reason: "changes what everything runs on",
        advice: "Read the plan (such as `terraform plan`) of the real environment before it is applied.",
        weight: 0.7,
        words: &["terraform", "kubernetes", "k8s", "helm", "ansible", "cloudformation", "pulumi"],
        patterns: &[
            "*.tf",
            "*.tfvars",
            "*.bicep",
            "Dockerfile",
            "Dockerfile.*",
            "*.dockerfile",
            "docker-compose*.yml",
            "docker-compose*.yaml",
            "compose.yml",
            "compose.yaml",
            "Chart.yaml",
        ],
    },
    BuiltIn {
        id: "continuous-integration",
        reason: "decides what is tested and released, with the keys to do so",
        advice: "Let the changed pipeline run on a branch, and look at which secrets and permissions it gets.",
        weight: 0.5,
        words: &[],
        patterns: &[
            ".github/workflows/",
            ".github/actions/",
            "action.yml",
            "action.yaml",
            ".gitlab-ci.yml",
            ".gitlab/ci/",
            ".circleci/",
            ".buildkite/",
            "Jenkinsfile",
            "Jenkinsfile.*",
            "azure-pipelines*.yml",
            ".travis.yml",
            ".cirrus.yml",
            "appveyor.yml",
            ".appveyor.yml",
            "bitbucket-pipelines.yml",
            "buildspec.yml",
            "cloudbuild.yaml",
            ".drone.yml",
            ".woodpecker/",
            ".woodpecker.yml",
            ".pre-commit-config.yaml",
        ],
    },
];

/// Whether one of the words is a whole word of some component.
fn holds_word(path: &RepoPath, words: &[&str]) -> bool {
    !words.is_empty()
        && path.components().any(|component| {
            component_words(component).iter().any(|word| words.contains(&word.as_str()))
        })
}

/// The words of a path component in lower case.
pub(crate) fn component_words(component: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(component);
    let mut words = Vec::new();
    let mut word = String::new();
    let mut characters = text.chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        if !character.is_alphanumeric() {
            words.extend(finish(&mut word));
            before = None;
            continue;
        }
        let after_lower =
            before.is_some_and(|before: char| before.is_lowercase() || before.is_numeric());
        let next_lower = characters.peek().is_some_and(|next| next.is_lowercase());
        let before_upper = before.is_some_and(char::is_uppercase);
        if character.is_uppercase() && (after_lower || (before_upper && next_lower)) {
            words.extend(finish(&mut word));
        }
        word.extend(character.to_lowercase());
        before = Some(character);
    }
    words.extend(finish(&mut word));
    words
}

fn finish(word: &mut String) -> Option<String> {
    Some(std::mem::take(word)).filter(|word| !word.is_empty())
}

impl CriticalRule {
    /// Whether the rule names the file.
    pub fn matches(&self, path: &RepoPath) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(path)) || holds_word(path, self.words)
    }
}

/// A rule and the changed files that it names.
#[derive(Clone, Debug)]
pub struct CriticalMatch {
    /// The name of the rule.
    pub rule: String,
    /// Why these files are critical.
    pub reason: String,
    /// What to do before such a change is deployed.
    pub advice: String,
    /// The weight of the rule, times that of the kind of file that counts most, from 0 to 1.
    pub weight: f64,
    /// The files with their kinds, those that count most first.
    pub files: Vec<(RepoPath, FileKind)>,
}

/// The rules that name changed files, weightiest first. A file that moved is looked at under both
/// names.
pub(crate) fn matches(
    rules: &[CriticalRule],
    files: &[(FileChange, FileKind)],
    kinds: &KindWeights,
) -> Vec<CriticalMatch> {
    let mut found: Vec<CriticalMatch> = rules
        .iter()
        .filter_map(|rule| {
            let mut named: Vec<(RepoPath, FileKind)> = files
                .iter()
                .filter_map(|(file, kind)| Some((named_path(rule, file)?, *kind)))
                .collect();
            named.sort_by(|one, two| {
                kinds.of(two.1).total_cmp(&kinds.of(one.1)).then_with(|| one.0.cmp(&two.0))
            });
            let (_, kind) = named.first()?;
            Some(CriticalMatch {
                rule: rule.id.clone(),
                reason: rule.reason.clone(),
                advice: rule.advice.clone(),
                weight: rule.weight * kinds.of(*kind),
                files: named,
            })
        })
        .collect();
    found.sort_by(|one, two| {
        two.weight.total_cmp(&one.weight).then_with(|| one.rule.cmp(&two.rule))
    });
    found
}

fn named_path(rule: &CriticalRule, file: &FileChange) -> Option<RepoPath> {
    let paths = [Some(&file.path), file.old_path.as_ref()];
    paths.into_iter().flatten().find(|path| rule.matches(path)).cloned()
}

/// How the rules fill the factor: the weightiest by its weight, each further one by its weight of
/// what is still empty, as independent dangers add up.
pub(crate) fn parts(matches: &[CriticalMatch]) -> Vec<Part> {
    let mut empty = 1.0;
    matches
        .iter()
        .map(|found| {
            let fill = empty * found.weight;
            empty -= fill;
            Part {
                id: found.rule.clone(),
                fill,
                evidence: evidence(found),
                details: details(found),
            }
        })
        .collect()
}

fn evidence(found: &CriticalMatch) -> String {
    let (first, kind) = &found.files[0];
    let more = match found.files.len() - 1 {
        0 => String::new(),
        1 => " and 1 more file".to_owned(),
        more => format!(" and {more} more files"),
    };
    let discount = match kind {
        FileKind::Code => String::new(),
        other => format!(" ({})", other.word()),
    };
    format!("{first}{discount}{more}: {}", found.reason)
}

/// The most files that a list in a report names.
const LISTED: usize = 5;

fn details(found: &CriticalMatch) -> Vec<String> {
    let mut by_kind: BTreeMap<FileKind, usize> = BTreeMap::new();
    for (_, kind) in &found.files {
        *by_kind.entry(*kind).or_default() += 1;
    }
    let mut lines: Vec<String> = found
        .files
        .iter()
        .skip(1)
        .take(LISTED)
        .map(|(path, kind)| format!("{path} ({})", kind.word()))
        .collect();
    if found.files.len() > LISTED + 1 {
        let counts = by_kind.iter().map(|(kind, count)| format!("{count} {}", kind.word()));
        lines.push(format!(
            "{} files in all: {}",
            found.files.len(),
            counts.collect::<Vec<_>>().join(", ")
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_punctuation_and_where_the_case_turns() {
        for (component, words) in [
            ("UserAuthService.java", &["user", "auth", "service", "java"][..]),
            ("oauth2-proxy_v1", &["oauth2", "proxy", "v1"]),
            ("HTTPServer.go", &["http", "server", "go"]),
            ("author.rs", &["author", "rs"]),
            ("...", &[]),
        ] {
            assert_eq!(component_words(component.as_bytes()), words, "{component}");
        }
    }

    #[test]
    fn a_word_is_never_part_of_another_word() {
        let words = BUILT_IN[0].words;
        for path in ["src/auth/x.rs", "a/b/auth.c", "src/UserAuth.java", "lib/oauth2/client.py"] {
            assert!(holds_word(&path.into(), words), "{path}");
        }
        for path in ["src/author.rs", "authority/x.c", "docs/coauthors.md", "src/obsession.py"] {
            assert!(!holds_word(&path.into(), words), "{path}");
        }
    }
}
