//! The configuration: read from all places, merged key by key, each value with its origin.

pub(crate) mod keys;
mod layer;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use gitops_health_compliance::{ComplianceConfig, Severity};
use gitops_health_git::{ObjectId, listed};
use gitops_health_report::{Configuration, Setting};
use gitops_health_risk::RiskConfig;
use gitops_health_sanitize::SanitizeConfig;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_yaml::{Mapping, Value};

use layer::Layer;

use crate::look::masked;

/// The configuration file of a repository.
pub(crate) const REPOSITORY_FILE: &str = ".gitops-health.yaml";

/// Everything that can be configured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Risk scoring.
    pub risk: RiskConfig,
    /// The index of the history.
    pub index: IndexConfig,
    /// Health data, personal data and secrets.
    pub sanitize: SanitizeConfig,
    /// Rules for changes.
    pub compliance: ComplianceConfig,
    /// What decides whether a change may go in.
    pub check: CheckConfig,
}

/// What decides whether a change may go in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CheckConfig {
    /// The least severity of a finding that decides.
    pub fail_on: Severity,
    /// The highest risk that may go in, from 0 to 100; with 100 any may, and nothing is asked of it.
    #[schemars(range(min = 0, max = 100))]
    pub max_risk: u8,
    /// How much it matters that a change touches that by which changes are judged, such as this file.
    pub rules_changed: Severity,
}

impl Default for CheckConfig {
    fn default() -> Self {
        Self { fail_on: Severity::Medium, max_risk: 100, rules_changed: Severity::Low }
    }
}

/// How the index of the history is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct IndexConfig {
    /// Whether people have pseudonyms in the index instead of names and addresses. They are made
    /// with a key that only this clone has.
    pub pseudonymize: bool,
}

/// The configuration in effect and how it came about.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub config: Config,
    /// Where values were found, the weakest first.
    pub sources: Vec<Origin>,
    /// The origin of every key that is not a default.
    pub origins: BTreeMap<String, Origin>,
}

impl Loaded {
    /// The values that were set, with their origins: what a report needs to be understood later.
    pub fn in_report(&self) -> Configuration {
        let value = serde_yaml::to_value(&self.config).expect("the configuration is YAML");
        let setting = |(key, origin): (&String, &Origin)| {
            let found = key.split('.').try_fold(&value, |value, name| value.get(name))?;
            // A reason may say more than it should.
            let value = shown(serde_json::to_value(found).ok()?);
            Some(Setting { key: key.clone(), value, origin: origin.in_report() })
        };
        Configuration {
            sources: self.sources.iter().map(Origin::in_report).collect(),
            settings: self.origins.iter().filter_map(setting).collect(),
        }
    }
}

/// A value as it may be shown.
fn shown(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        Json::String(text) => {
            Json::String(text.split('\n').map(masked).collect::<Vec<_>>().join("\n"))
        }
        Json::Array(list) => Json::Array(list.into_iter().map(shown).collect()),
        Json::Object(map) => {
            Json::Object(map.into_iter().map(|(key, value)| (key, shown(value))).collect())
        }
        other => other,
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The user's own file.
    User(PathBuf),
    /// The file of the repository in its worktree.
    Repository(PathBuf),
    /// The file of a repository without a worktree, as it is at HEAD.
    Head,
    /// The file of the repository, as it is in a commit that is trusted.
    Revision(ObjectId),
    /// An environment variable.
    Environment(String),
    /// The file named on the command line.
    CommandLine(PathBuf),
}

/// The configuration file that a repository has.
pub(crate) enum InRepository {
    /// None: there is no repository, or it has none.
    Absent,
    /// It may be in this worktree.
    Worktree(PathBuf),
    /// There is no worktree, and this is the file at HEAD.
    Head(Vec<u8>),
    /// The file in a commit that is trusted.
    Revision(ObjectId, Vec<u8>),
    /// What HEAD, or a commit that is trusted, has there is no regular file.
    Odd(Origin),
}

impl Origin {
    /// The origin without the paths of a machine, for what goes elsewhere.
    pub fn in_report(&self) -> String {
        match self {
            Self::User(_) => "user file".into(),
            Self::CommandLine(_) => "file named with --config".into(),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(path) => write!(f, "user file {}", path.display()),
            Self::Repository(_) => write!(f, "repository file {REPOSITORY_FILE}"),
            Self::Head => write!(f, "repository file {REPOSITORY_FILE} of HEAD"),
            Self::Revision(id) => write!(f, "repository file {REPOSITORY_FILE} of commit {id}"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::CommandLine(path) => write!(f, "file {}", path.display()),
        }
    }
}

/// A configuration that can't be used.
#[derive(Debug)]
pub(crate) enum LoadError {
    /// A file is there and can't be read.
    Read { origin: Origin, source: std::io::Error },
    /// The text is no YAML, or a value has the wrong type.
    Invalid { origin: Origin, message: String },
    /// Each place makes sense by itself and all together do not.
    Merged { message: String },
    /// Keys that nobody reads: the key and the one that was probably meant.
    UnknownKeys { origin: Origin, keys: Vec<(String, Option<String>)> },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { origin, .. } => write!(f, "could not read the {origin}"),
            Self::Invalid { origin, message } => write!(f, "invalid {origin}: {message}"),
            Self::Merged { message } => {
                write!(f, "the configuration of all places together is invalid: {message}")
            }
            Self::UnknownKeys { origin, keys } => {
                const LISTED: usize = 5;
                let names = listed(keys.iter().map(|(key, _)| named(key)), LISTED);
                let word = if keys.len() == 1 { "key" } else { "keys" };
                write!(f, "unknown {word} {names} in the {origin}")
            }
        }
    }
}

/// A key in quotes. What is no name of anything is a line of some other file, and may be secret.
fn named(key: &str) -> String {
    let in_name =
        |mark: char| mark.is_alphanumeric() || matches!(mark, '_' | '-' | '.' | '[' | ']');
    match key.chars().all(in_name) {
        true => format!("`{key}`"),
        false => "(no name)".into(),
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl LoadError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Read { .. } => "look at its path and permissions".into(),
            Self::Merged { .. } => {
                "look for a key that is a list in one place and a mapping in another".into()
            }
            Self::Invalid { .. } => "`gitops-health config schema` says what each key takes".into(),
            Self::UnknownKeys { keys, .. } => {
                let meant: Vec<String> = keys
                    .iter()
                    .take(5)
                    .filter_map(|(key, meant)| Some(format!("`{}`", beside(key, meant.as_ref()?))))
                    .collect();
                if meant.is_empty() {
                    "`gitops-health config show` lists all keys".into()
                } else {
                    format!("did you mean {}?", meant.join(", "))
                }
            }
        }
    }
}

/// The full name of a key that stands where `key` does.
fn beside(key: &str, name: &str) -> String {
    match key.rsplit_once('.') {
        Some((above, _)) if !name.contains("__") => format!("{above}.{name}"),
        _ => name.to_owned(),
    }
}

/// What the YAML library says, in the words of those who write configuration.
fn in_plain_words(error: &serde_yaml::Error) -> String {
    const WORDS: [(&str, &str); 6] = [
        ("expected u32", "expected a whole number"),
        ("expected u8", "expected a whole number up to 255"),
        ("expected f64", "expected a number"),
        ("expected a boolean", "expected true or false"),
        ("expected a sequence", "expected a list"),
        ("unit value", "nothing"),
    ];
    WORDS.iter().fold(error.to_string(), |text, (theirs, ours)| text.replace(theirs, ours))
}

/// Reads and merges all places: defaults, the user's file, the repository's, the environment, the
/// file named on the command line, each overriding the ones before, key by key.
pub(crate) fn load(named: Option<&Path>, repository: InRepository) -> Result<Loaded, LoadError> {
    let mut layers = Vec::new();
    if let Some(path) = user_file() {
        layers.extend(Layer::from_file(Origin::User(path.clone()), &path)?);
    }
    match repository {
        InRepository::Absent => {}
        InRepository::Worktree(worktree) => {
            let path = worktree.join(REPOSITORY_FILE);
            layers.extend(Layer::from_file(Origin::Repository(path.clone()), &path)?);
        }
        InRepository::Head(content) => layers.push(Layer::from_content(Origin::Head, content)?),
        InRepository::Revision(id, content) => {
            layers.push(Layer::from_content(Origin::Revision(id), content)?);
        }
        InRepository::Odd(origin) => {
            let source = std::io::Error::other("it is not a regular file");
            return Err(LoadError::Read { origin, source });
        }
    }
    layers.extend(Layer::from_environment(std::env::vars_os())?);
    if let Some(path) = named {
        layers.push(Layer::from_named_file(path)?);
    }
    let mut merged = Value::Mapping(Mapping::new());
    let mut origins = BTreeMap::new();
    for layer in &layers {
        merge(&mut merged, layer.value.clone());
        for key in keys::leaves(&layer.value) {
            let below = format!("{key}.");
            origins.retain(|other: &String, _| !other.starts_with(&below));
            origins.insert(key, layer.origin.clone());
        }
    }
    let sources = layers.iter().map(|layer| layer.origin.clone()).collect();
    let config = serde_yaml::from_value(merged)
        .map_err(|error| LoadError::Merged { message: in_plain_words(&error) })?;
    Ok(Loaded { config, sources, origins })
}

/// Reads the file of a repository alone, to see whether it makes sense.
pub(crate) fn read_alone(id: ObjectId, content: Vec<u8>) -> Result<Config, LoadError> {
    let layer = Layer::from_content(Origin::Revision(id), content)?;
    serde_yaml::from_value(layer.value)
        .map_err(|error| LoadError::Merged { message: in_plain_words(&error) })
}

/// `$XDG_CONFIG_HOME/gitops-health/config.yaml`, by default below `~/.config`.
fn user_file() -> Option<PathBuf> {
    let absolute =
        |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(base.join("gitops-health/config.yaml"))
}

/// Mappings are merged key by key; anything else replaces what was there.
fn merge(below: &mut Value, above: Value) {
    match (below, above) {
        (Value::Mapping(below), Value::Mapping(above)) => {
            for (key, value) in above {
                match below.get_mut(&key) {
                    Some(known) => merge(known, value),
                    None => {
                        below.insert(key, value);
                    }
                }
            }
        }
        (below, above) => *below = above,
    }
}
