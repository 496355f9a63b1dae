//! What a repository says of findings: how much they matter where, and which may stay.

mod entries;
mod file;
mod key;

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::path::Path;

use gitops_health_git::{ObjectId, PathAttributes, PathPattern, Repo, RepoPath};
use gitops_health_sanitize::{
    Baseline, Comment, ContextConfig, Finding, Fingerprint, Key, SanitizeConfig, Scanner, Severity,
    comments,
};

use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::look::masked;

use entries::{Allowed, allowed, patterns};
use file::{read_file, read_in_repo, read_of_revision};
use key::key_of;

pub(crate) use key::KEY;

/// Stands in the place of a rule for what can't be looked at.
const NOT_LOOKED_AT: &str = "not-looked-at";

/// What a repository says of findings.
pub(crate) struct Acceptance {
    key: Option<Key>,
    /// What is known already; `None` where that is not to be asked.
    baseline: Option<Baseline>,
    allowed: Vec<Allowed>,
    contexts: Vec<Place>,
    /// The rules that there are.
    rules: HashSet<String>,
    /// What somebody should know of all that.
    notes: Vec<String>,
    /// Whether comments beside values accept them.
    comments: bool,
}

/// Where the file of what is known already is.
#[derive(Clone, Copy)]
pub(crate) enum Known<'a> {
    /// The one that was named.
    File(&'a Path),
    /// The one of the worktree, or of HEAD where there is none.
    Here(Option<&'a Repo>),
    /// The one of a revision.
    Revision(&'a Repo, Option<ObjectId>),
}

/// A kind of place, such as that of tests.
pub(crate) struct Place {
    name: &'static str,
    config: ContextConfig,
    paths: Vec<PathPattern>,
}

/// A finding in the light of where it is.
pub(crate) struct Judged {
    pub severity: Severity,
    /// The kind of place that made it matter more or less.
    pub context: Option<&'static str>,
    pub fingerprint: Option<Fingerprint>,
    pub accepted: Option<Accepted>,
}

/// Why a finding may stay.
pub(crate) struct Accepted {
    /// `comment`, `configuration` or `baseline`.
    pub by: &'static str,
    pub reason: Option<String>,
    pub until: Option<String>,
}

/// Where something was found.
pub(crate) struct Spot<'a> {
    /// The file, from the top of the tree.
    pub path: &'a str,
    pub line: usize,
    /// What the finding stands in as it is stored, and where.
    pub content: &'a [u8],
    pub span: Range<usize>,
    /// What was found.
    pub value: &'a [u8],
    /// The kind of place that the file is in: [`Acceptance::place_of`].
    pub place: Option<&'a Place>,
}

impl Place {
    /// Whether a file is in such a place: attributes decide before patterns.
    fn has(&self, path: &RepoPath, attributes: Option<&PathAttributes>) -> bool {
        let told = attributes.and_then(|attributes| match self.name {
            "documentation" => attributes.documentation,
            "vendored" => attributes.vendored,
            "generated" => attributes.generated,
            _ => None,
        });
        told.unwrap_or_else(|| self.paths.iter().any(|pattern| pattern.matches(path)))
    }
}

impl Acceptance {
    /// What the configuration, the environment and the repository say.
    pub fn read(
        context: &Context,
        config: &SanitizeConfig,
        scanner: &Scanner,
        repo: Option<&Repo>,
        baseline: Known<'_>,
    ) -> Result<Self, CliError> {
        let key = key_of(config, repo)?;
        let mut notes = Vec::new();
        let allowed = allowed(context, config, scanner, &mut notes)?;
        let contexts = &config.contexts;
        let place = |name, config: &ContextConfig| -> Result<Place, CliError> {
            let paths = patterns(&format!("sanitize.contexts.{name}.paths"), &config.paths)?;
            Ok(Place { name, config: config.clone(), paths })
        };
        let contexts = vec![
            place("production", &contexts.production)?,
            place("test", &contexts.test)?,
            place("documentation", &contexts.documentation)?,
            place("vendored", &contexts.vendored)?,
            place("generated", &contexts.generated)?,
        ];
        let named = |text: Option<String>| text.map(|text| (config.baseline.clone(), text));
        let text = match baseline {
            Known::File(path) => Some((path.display().to_string(), read_file(path, true)?)),
            Known::Here(repo) => named(read_in_repo(&config.baseline, repo)?),
            Known::Revision(repo, id) => named(read_of_revision(&config.baseline, repo, id)?),
        };
        let baseline = match (text, &key) {
            (None, _) => None,
            (Some((name, _)), None) => {
                notes.push(format!(
                    "`{name}` was not used: without the key nothing in it can be recognised; set {KEY}"
                ));
                Some(Baseline::default())
            }
            (Some((name, text)), Some(key)) => {
                let baseline = Baseline::read(&text, key).map_err(|error| {
                    let hint = format!(
                        "set {KEY} to the key that it was made with, or remove it and make a new one \
                         with `sanitize scan --write-baseline`"
                    );
                    unusable(format!("`{name}` can not be used: {error}"), hint)
                })?;
                Some(baseline)
            }
        };
        let rules = scanner.rules().map(|rule| rule.id.to_string()).collect();
        Ok(Self { key, baseline, allowed, contexts, rules, notes, comments: true })
    }

    /// The same where comments beside values accept nothing.
    pub fn without_comments(self) -> Self {
        Self { comments: false, ..self }
    }

    /// What somebody should know, whatever is found.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The key of the repository, where there is one.
    pub fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// The baseline as it is, with the key that adds to it.
    pub fn baseline(&self) -> (Baseline, Option<&Key>) {
        (self.baseline.clone().unwrap_or_default(), self.key.as_ref())
    }

    /// The kind of place that a file is in, from the top of the tree, if it is one that makes anything matter more or
    /// less.
    pub fn place_of(&self, path: &str, attributes: Option<&PathAttributes>) -> Option<&Place> {
        let path = RepoPath::from(path);
        self.contexts.iter().find(|place| place.has(&path, attributes))
    }

    /// Whether less may stay at a path than at another, or something matters more there.
    pub fn is_stricter(&self, path: &str, than: &str, attributes: &PathAttributes) -> bool {
        let weights = |path: &str| match self.place_of(path, Some(attributes)) {
            Some(Place { config, .. }) => [config.identifiers, config.pii, config.secrets],
            None => [0; 3],
        };
        let [new, old] = [path, than].map(RepoPath::from);
        let has = |entry: &Allowed, path: &RepoPath| entry.paths.iter().any(|it| it.matches(path));
        let matters_more = weights(path).iter().zip(weights(than)).any(|(new, old)| *new > old);
        matters_more || self.allowed.iter().any(|entry| has(entry, &old) && !has(entry, &new))
    }

    /// How much a finding matters where it is, and whether it may stay.
    pub fn judge(
        &self,
        spot: &Spot<'_>,
        finding: &Finding,
        notes: &mut BTreeSet<String>,
    ) -> Judged {
        let (severity, context) = match spot.place {
            Some(place) => {
                let weighed = place.config.weigh(finding.severity, finding.category);
                (weighed, (weighed != finding.severity).then_some(place.name))
            }
            None => (finding.severity, None),
        };
        let fingerprint = self.key.as_ref().map(|key| key.fingerprint(&finding.rule, spot.value));
        let accepted = self
            .by_comment(spot, finding, fingerprint, notes)
            .or_else(|| self.by_configuration(spot.path, finding))
            .or_else(|| self.by_baseline(spot, fingerprint));
        Judged { severity, context, fingerprint, accepted }
    }

    fn by_comment(
        &self,
        spot: &Spot<'_>,
        finding: &Finding,
        fingerprint: Option<Fingerprint>,
        notes: &mut BTreeSet<String>,
    ) -> Option<Accepted> {
        let found = comments(spot.content, &spot.span);
        if !self.comments && found.iter().any(|comment| comment.rule == finding.rule) {
            notes.insert(format!(
                "{}:{}: the comment that allows {} accepts nothing where a change is judged: `sanitize.trust_comments` \
                 is not set",
                spot.path, spot.line, finding.rule
            ));
            return None;
        }
        let mut problem = None;
        for comment in found.iter().filter(|comment| comment.rule == finding.rule) {
            match self.problem_of(comment, fingerprint) {
                None => {
                    let reason = Some(comment.reason.clone());
                    return Some(Accepted { by: "comment", reason, until: None });
                }
                Some(words) => problem = Some(words),
            }
        }
        for comment in found.iter().filter(|comment| !self.rules.contains(&comment.rule)) {
            notes.insert(format!(
                "{}:{}: a comment allows what `{}` finds, and there is no such rule",
                spot.path,
                spot.line,
                masked(&comment.rule)
            ));
        }
        if let Some(words) = problem {
            notes.insert(format!(
                "{}:{}: the comment that allows {} {words}",
                spot.path, spot.line, finding.rule
            ));
        }
        None
    }

    /// Why a comment does not allow a value that its rule found.
    fn problem_of(&self, comment: &Comment, fingerprint: Option<Fingerprint>) -> Option<String> {
        if comment.reason.is_empty() {
            return Some("gives no reason".into());
        }
        let rule = &comment.rule;
        match (&comment.fingerprint, fingerprint) {
            (Some(_), Some(fingerprint)) if comment.is_bound_to(fingerprint) => None,
            (Some(_), Some(fingerprint)) => Some(format!(
                "is for another value; for this one it is `{rule}:{}`",
                fingerprint.short()
            )),
            (Some(_), None) => Some(format!("can not be judged without the key: set {KEY}")),
            (None, Some(fingerprint)) => Some(format!(
                "is for any value; for this one alone it is `{rule}:{}`",
                fingerprint.short()
            )),
            (None, None) if self.baseline.is_some() => {
                Some(format!("is for any value, and this repository uses fingerprints: set {KEY}"))
            }
            (None, None) => None,
        }
    }

    /// Why something of a path need not be looked at, if the configuration says so.
    pub fn spares(&self, path: &str) -> Option<&str> {
        let allowed = self.entry(path, NOT_LOOKED_AT)?;
        Some(&allowed.entry.reason)
    }

    fn entry(&self, path: &str, rule: &str) -> Option<&Allowed> {
        if self.allowed.is_empty() {
            return None;
        }
        let path = &RepoPath::from(path);
        self.allowed.iter().find(|allowed| {
            allowed.entry.rules.iter().any(|known| known == rule)
                && allowed.paths.iter().any(|pattern| pattern.matches(path))
        })
    }

    fn by_configuration(&self, path: &str, finding: &Finding) -> Option<Accepted> {
        let entry = self.entry(path, &finding.rule)?;
        Some(Accepted {
            by: "configuration",
            reason: Some(entry.entry.reason.clone()),
            until: Some(entry.entry.until.clone()),
        })
    }

    fn by_baseline(&self, spot: &Spot<'_>, fingerprint: Option<Fingerprint>) -> Option<Accepted> {
        let is_known = self.baseline.as_ref()?.has(fingerprint?, spot.path);
        is_known.then_some(Accepted { by: "baseline", reason: None, until: None })
    }
}

/// A value of the configuration that makes no sense.
pub(crate) fn senseless(key: &str, problem: &str) -> CliError {
    unusable(
        format!("the configuration makes no sense: `{key}`: {problem}"),
        "see where each value comes from with `gitops-health config show --origin`".into(),
    )
}

fn unusable(what: String, hint: String) -> CliError {
    CliError::new(Failure::Unusable { what, hint })
}
