//! What can be set about compliance.

use std::collections::BTreeMap;

use gitops_health_git::{PathPattern, RepoPath, printable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::ticket::{PATTERNS, Tickets};

/// Everything that can be set about compliance, as it stands in the configuration file. Paths are those of files of the
/// trusted revision, from the top of the repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ComplianceConfig {
    /// The frameworks that are asked where nobody names any. None: all rules run, and nothing is enforced.
    pub frameworks: Vec<String>,
    /// Policies of your own: directories or files of Rego, which are asked beside the rules of the program.
    pub policies: Vec<String>,
    /// Frameworks and rules of the program, by their ids, in whose place those of `policies` with the same ids stand.
    pub replaces: Vec<String>,
    /// The file that says who acts in this repository.
    pub roster: String,
    /// The file of accepted violations.
    pub waivers: String,
    /// The keys that may sign, as ssh-keygen(1) has them ("ALLOWED SIGNERS").
    pub allowed_signers: String,
    /// The keys of SSH that may not sign any more, one for each line, or as a binary list (KRL).
    pub revoked_keys: String,
    /// The keys of OpenPGP that may sign.
    pub openpgp_keys: String,
    /// The authorities whose certificates (X.509) may sign, certificates of people, and lists of revoked ones.
    pub x509_certificates: String,
    /// Names of branches that are protected: patterns in the language of `.gitignore`.
    pub protected_branches: Vec<String>,
    /// Names of tags that are of releases.
    pub release_tags: Vec<String>,
    /// What a reference to a ticket looks like: regular expressions. Where one has a group `ticket`, that is the name.
    pub ticket_patterns: Vec<String>,
    /// The trailers that say that somebody approved, and what they mean.
    pub approval_trailers: Vec<ApprovalTrailer>,
    /// What files are besides their kind: patterns in the language of `.gitignore`, by the name of the class.
    pub classes: BTreeMap<String, Vec<String>>,
    /// Values of rules' parameters, by the ids of the rules and the names of the parameters.
    pub parameters: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Default for ComplianceConfig {
    fn default() -> Self {
        let texts = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
        let trailers =
            [("reviewed-by", "review"), ("approved-by", "approval"), ("acked-by", "approval")];
        Self {
            frameworks: Vec::new(),
            policies: Vec::new(),
            replaces: Vec::new(),
            roster: ".gitops-health/roster.yaml".into(),
            waivers: ".gitops-health/waivers.yaml".into(),
            allowed_signers: ".gitops-health/allowed_signers".into(),
            revoked_keys: ".gitops-health/revoked_keys".into(),
            openpgp_keys: ".gitops-health/openpgp.asc".into(),
            x509_certificates: ".gitops-health/x509.pem".into(),
            protected_branches: texts(&["main", "master", "trunk", "release/*"]),
            release_tags: texts(&["v[0-9]*", "release-*", "[0-9]*.[0-9]*"]),
            ticket_patterns: texts(&PATTERNS.map(|it| it.text)),
            approval_trailers: trailers
                .map(|(trailer, it)| ApprovalTrailer {
                    trailer: trailer.into(),
                    meaning: it.into(),
                })
                .into(),
            classes: BTreeMap::new(),
            parameters: BTreeMap::new(),
        }
    }
}

/// A trailer that says that somebody approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalTrailer {
    /// What stands before the colon, in small letters: `reviewed-by`.
    pub trailer: String,
    /// What it means: `review`, `approval`, `responsibility`; nothing if empty.
    pub meaning: String,
}

/// A value of the configuration that can not be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`compliance.{key}`: {problem}")]
pub struct ConfigError {
    /// The key below `compliance`.
    pub key: String,
    /// What is wrong with its value.
    pub problem: String,
}

/// A configuration that was checked: only this can be asked.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) config: ComplianceConfig,
    pub(crate) classes: Vec<(String, Vec<PathPattern>)>,
    protected_branches: Vec<PathPattern>,
    release_tags: Vec<PathPattern>,
    tickets: Tickets,
}

impl ComplianceConfig {
    /// Checks it.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for the first value that can not be used.
    pub fn check(&self) -> Result<Settings, ConfigError> {
        let classes = self.classes.iter().map(|(name, list)| {
            let key = format!("classes.{name}");
            is_name(name).then_some(()).ok_or_else(|| ConfigError {
                key: key.clone(),
                problem: "a class is named by small letters, digits and hyphens".into(),
            })?;
            Ok((name.clone(), patterns(&key, list)?))
        });
        if self.approval_trailers.iter().any(|it| !is_name(&it.trailer)) {
            let problem = "a trailer is named by small letters, digits and hyphens".into();
            return Err(ConfigError { key: "approval_trailers".into(), problem });
        }
        if let Some(path) = self.policies.iter().find(|path| !is_in_tree(path)) {
            let problem = format!("`{path}` is no path in the repository, from its top");
            return Err(ConfigError { key: "policies".into(), problem });
        }
        let files = [
            ("roster", &self.roster),
            ("waivers", &self.waivers),
            ("allowed_signers", &self.allowed_signers),
            ("revoked_keys", &self.revoked_keys),
            ("openpgp_keys", &self.openpgp_keys),
            ("x509_certificates", &self.x509_certificates),
        ];
        // Reports and hints name them.
        let is_shown = |path: &str| printable(path.as_bytes()) == path;
        if let Some((key, path)) =
            files.into_iter().find(|(_, it)| !(it.is_empty() || is_in_tree(it) && is_shown(it)))
        {
            let path = printable(path.as_bytes());
            let problem = format!("`{path}` is no path in the repository, from its top");
            return Err(ConfigError { key: key.into(), problem });
        }
        Ok(Settings {
            classes: classes.collect::<Result<_, _>>()?,
            protected_branches: patterns("protected_branches", &self.protected_branches)?,
            release_tags: patterns("release_tags", &self.release_tags)?,
            tickets: Tickets::new(&self.ticket_patterns)
                .map_err(|problem| ConfigError { key: "ticket_patterns".into(), problem })?,
            config: self.clone(),
        })
    }
}

impl Settings {
    /// What was checked.
    pub fn config(&self) -> &ComplianceConfig {
        &self.config
    }

    /// Whether a branch of this name is protected.
    pub fn is_protected(&self, branch: &[u8]) -> bool {
        let name = RepoPath::new(branch);
        self.protected_branches.iter().any(|pattern| pattern.matches(&name))
    }

    /// Whether a tag of this name is that of a release.
    pub fn is_release(&self, tag: &[u8]) -> bool {
        let name = RepoPath::new(tag);
        self.release_tags.iter().any(|pattern| pattern.matches(&name))
    }

    /// The references to tickets in a text, sorted.
    pub(crate) fn tickets(&self, text: &str) -> Vec<String> {
        self.tickets.find(text)
    }
}

fn is_name(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_sign)
}

/// Whether a path leads to something in the repository, from its top.
fn is_in_tree(path: &str) -> bool {
    let is_step = |step: &str| !step.is_empty() && step != "." && step != "..";
    path == "." || path.strip_suffix('/').unwrap_or(path).split('/').all(is_step)
}

fn patterns(key: &str, list: &[String]) -> Result<Vec<PathPattern>, ConfigError> {
    let parse = |text: &String| {
        PathPattern::parse(text.as_bytes()).map_err(|error| ConfigError {
            key: key.to_owned(),
            problem: format!("`{text}` is no pattern: {error}"),
        })
    };
    list.iter().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_the_program_can_be_used() {
        let settings = ComplianceConfig::default().check().expect("it is fit");
        assert!(settings.is_protected(b"main") && settings.is_protected(b"release/2.1"));
        assert!(!settings.is_protected(b"feature/main-menu"));
        assert!(settings.is_release(b"v1.2.3") && settings.is_release(b"7.0.1"));
        assert!(!settings.is_release(b"nightly"));
        assert_eq!(
            settings.tickets("Fixes: #82, closes a-b/c.d#7; a list (#9), no. #3, issue #0; GCC-12"),
            ["#82", "a-b/c.d#7"]
        );
        for (text, tickets) in [
            ("#242: mend it", &["#242"][..]),
            ("#242 mend it", &["#242"]),
            ("mend it (#242)", &[]),
            ("#242", &[]),
            ("mend it\n\n#242: no", &[]),
            ("test: a case for #19219 (#21292)", &["#19219"]),
            ("mend it, see #7; part of #8, follow-up to #9, bug #10", &["#10", "#7", "#8", "#9"]),
            ("https://github.com/a/b/issues/12", &["https://github.com/a/b/issues/12"]),
            ("https://gitlab.com/a/b/c/-/issues/12", &["https://gitlab.com/a/b/c/-/issues/12"]),
            ("https://github.com/a/b/pull/12", &[]),
            ("PID-5 and MSH-2, OBX-5 and MFE-4 are fields", &[]),
            ("DEV-100 is no field", &["DEV-100"]),
            ("KIP-932, ADR-7 and IHE-1 are proposals", &[]),
        ] {
            assert_eq!(settings.tickets(text), tickets, "{text}");
        }
        assert_eq!(
            settings.tickets("fix CHG-12 and ABC-7, CHG-12; not chg-1, X-0, UTF-8 or SHA-256"),
            ["ABC-7", "CHG-12"]
        );
    }

    #[test]
    fn a_value_that_can_not_be_used_is_named() {
        let with = |change: fn(&mut ComplianceConfig)| {
            let mut config = ComplianceConfig::default();
            change(&mut config);
            config.check().expect_err("it is not fit").key
        };
        assert_eq!(with(|it| it.ticket_patterns = vec!["(".into()]), "ticket_patterns");
        assert_eq!(with(|it| it.ticket_patterns = vec!["x*".into()]), "ticket_patterns");
        assert_eq!(with(|it| it.protected_branches = vec![String::new()]), "protected_branches");
        for path in ["", "/etc", "../other", "a//b", "a/../..", "./a"] {
            let config = ComplianceConfig { policies: vec![path.into()], ..Default::default() };
            assert_eq!(config.check().expect_err("it is not fit").key, "policies", "{path}");
        }
        for path in ["../roster.yaml", "/etc/passwd", "a\u{1b}[31m", "a\u{202e}b"] {
            let config = ComplianceConfig { roster: path.into(), ..Default::default() };
            let error = config.check().expect_err("it is not fit");
            assert_eq!(error.key, "roster", "{path:?}");
            assert!(!error.to_string().contains(['\u{1b}', '\u{202e}']));
        }
        assert!(ComplianceConfig { roster: String::new(), ..Default::default() }.check().is_ok());
        assert_eq!(
            with(|it| drop(it.classes.insert("Not A Name".into(), Vec::new()))),
            "classes.Not A Name"
        );
        assert_eq!(
            with(|it| it.approval_trailers[0].trailer = "Reviewed-By".into()),
            "approval_trailers"
        );
    }
}
