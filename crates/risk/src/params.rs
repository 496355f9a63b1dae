use gitops_health_git::{PathPattern, printable};
use jiff::civil::Weekday;
use regex::bytes::{Regex, RegexBuilder};

use crate::config::{CriticalRuleConfig, RiskConfig};
use crate::critical::{BUILT_IN, CriticalRule, built_in_rules};
use crate::freeze::Freeze;
use crate::kind::FileKind;
use crate::label::LabelParams;

/// A configuration that [`RiskConfig::check`] has accepted: the only kind that can score.
#[derive(Clone, Debug)]
pub struct RiskParams {
    pub(crate) config: RiskConfig,
    pub(crate) rules: Vec<CriticalRule>,
    pub(crate) freezes: Vec<Freeze>,
    pub(crate) weekend: Vec<Weekday>,
    pub(crate) release_tags: Vec<PathPattern>,
    pub(crate) prerelease_tags: Vec<PathPattern>,
    pub(crate) kind_paths: Vec<(FileKind, Vec<PathPattern>)>,
    pub(crate) labels: LabelParams,
}

/// A value of the configuration that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{key}`: {problem}")]
pub struct ConfigError {
    /// The key, such as `risk.bands.high`.
    pub key: String,
    /// What is wrong with its value.
    pub problem: String,
}

impl ConfigError {
    fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { key: key.into(), problem: problem.into() }
    }
}

impl RiskConfig {
    /// Accepts the configuration, or says which value makes no sense.
    pub fn check(&self) -> Result<RiskParams, ConfigError> {
        self.check_weights()?;
        self.check_kinds()?;
        self.check_bounds()?;
        let bands = &self.bands;
        if !(0 < bands.medium
            && bands.medium < bands.high
            && bands.high < bands.critical
            && bands.critical <= 100)
        {
            return Err(ConfigError::new(
                "risk.bands",
                "the bands must rise: 0 < medium < high < critical <= 100",
            ));
        }
        Ok(RiskParams {
            rules: self.rules()?,
            freezes: self.freezes()?,
            weekend: self.temporal.weekend.iter().map(|day| day.weekday()).collect(),
            release_tags: patterns("risk.temporal.release_tags", &self.temporal.release_tags)?,
            prerelease_tags: patterns(
                "risk.temporal.prerelease_tags",
                &self.temporal.prerelease_tags,
            )?,
            kind_paths: self.kind_patterns()?,
            labels: self.label_params()?,
            config: self.clone(),
        })
    }

    fn kind_patterns(&self) -> Result<Vec<(FileKind, Vec<PathPattern>)>, ConfigError> {
        let all = self.kind_paths.all().into_iter();
        all.map(|(kind, name, list)| {
            Ok((kind, patterns(&format!("risk.kind_paths.{name}"), list)?))
        })
        .collect()
    }

    fn label_params(&self) -> Result<LabelParams, ConfigError> {
        fraction("risk.labels.least_share", self.labels.least_share)?;
        let issues = self.labels.defect_patterns.iter().enumerate();
        let issues = issues.map(|(index, text)| {
            defect_pattern(text).map_err(|problem| {
                ConfigError::new(format!("risk.labels.defect_patterns[{index}]"), problem)
            })
        });
        Ok(LabelParams {
            issues: issues.collect::<Result<_, _>>()?,
            least_share: self.labels.least_share,
            ..LabelParams::default()
        })
    }

    fn check_weights(&self) -> Result<(), ConfigError> {
        let weights = &self.weights;
        weigh("risk.weights", &[weights.ml, weights.heuristic, weights.context])?;
        let shares = &self.heuristic_shares;
        let always = [shares.critical_paths, shares.code_complexity];
        let heuristic = [always[0], always[1], shares.historical_performance];
        weigh("risk.heuristic_shares", &heuristic)?;
        let is_known = always.iter().any(|share| *share > 0.0);
        if weights.context <= 0.0 && !(weights.heuristic > 0.0 && is_known) {
            return Err(ConfigError::new(
                "risk.weights",
                "something besides the model and historical_performance must weigh: the past may be \
                 unknown",
            ));
        }
        let shares = &self.history.shares;
        let history = [shares.fix_share, shares.recent_fixes, shares.reverts, shares.neighbours];
        weigh("risk.history.shares", &history)?;
        let shares = &self.complexity.shares;
        let complexity = [
            shares.lines,
            shares.files,
            shares.subsystems,
            shares.entropy,
            shares.hunks,
            shares.function,
        ];
        weigh("risk.complexity.shares", &complexity)?;
        let shares = &self.temporal.shares;
        let temporal = [shares.recent_change, shares.night, shares.weekend, shares.release];
        weigh("risk.temporal.shares", &temporal)?;
        Ok(())
    }

    fn check_kinds(&self) -> Result<(), ConfigError> {
        let kinds = &self.file_kinds;
        for (kind, value) in [
            ("code", kinds.code),
            ("configuration", kinds.configuration),
            ("test", kinds.test),
            ("documentation", kinds.documentation),
            ("data", kinds.data),
            ("generated", kinds.generated),
            ("vendored", kinds.vendored),
        ] {
            fraction(&format!("risk.file_kinds.{kind}"), value)?;
        }
        Ok(())
    }

    fn check_bounds(&self) -> Result<(), ConfigError> {
        let (history, complexity, temporal) = (&self.history, &self.complexity, &self.temporal);
        for (key, value) in [
            ("risk.history.fix_share_half", history.fix_share_half),
            ("risk.history.recent_fixes_half", history.recent_fixes_half),
            ("risk.history.recent_fix_days", history.recent_fix_days),
            ("risk.history.reverts_half", history.reverts_half),
            ("risk.history.follow_up_days", history.follow_up_days),
            ("risk.advice.large_change_lines", self.advice.large_change_lines),
            ("risk.complexity.lines_half", complexity.lines_half),
            ("risk.complexity.files_half", complexity.files_half),
            ("risk.complexity.subsystems_half", complexity.subsystems_half),
            ("risk.complexity.entropy_half", complexity.entropy_half),
            ("risk.complexity.hunks_half", complexity.hunks_half),
            ("risk.complexity.function_half", complexity.function_half),
            ("risk.temporal.recent_change_days", temporal.recent_change_days),
            ("risk.temporal.release_days_half", temporal.release_days_half),
        ] {
            if !(value > 0.0 && value <= 1e9) {
                return Err(ConfigError::new(key, "must be a number above 0"));
            }
        }
        if !(0.0..=1e9).contains(&history.smoothing_changes) {
            return Err(ConfigError::new("risk.history.smoothing_changes", "must not be negative"));
        }
        for (key, number) in [
            ("risk.history.max_commits", history.max_commits),
            ("risk.temporal.release_distances", temporal.release_distances),
            ("risk.advice.troubled_file_from", self.advice.troubled_file_from),
        ] {
            if number == 0 {
                return Err(ConfigError::new(key, "must be at least 1"));
            }
        }
        for (key, hour) in [("night_from", temporal.night_from), ("night_to", temporal.night_to)] {
            if hour > 23 {
                return Err(ConfigError::new(
                    format!("risk.temporal.{key}"),
                    "must be an hour from 0 to 23",
                ));
            }
        }
        Ok(())
    }

    fn rules(&self) -> Result<Vec<CriticalRule>, ConfigError> {
        let config = &self.critical_paths;
        for (id, weight) in &config.built_in_weights {
            let key = format!("risk.critical_paths.built_in_weights.{id}");
            if !BUILT_IN.iter().any(|rule| rule.id == id) {
                let known = BUILT_IN.iter().map(|rule| rule.id).collect::<Vec<_>>().join(", ");
                return Err(ConfigError::new(
                    key,
                    format!("no built-in rule has this id; there are {known}"),
                ));
            }
            fraction(&key, *weight)?;
        }
        let mut rules = if config.built_in { built_in_rules() } else { Vec::new() };
        for rule in &mut rules {
            if let Some(weight) = config.built_in_weights.get(&rule.id) {
                rule.weight = *weight;
            }
        }
        for (index, rule) in config.rules.iter().enumerate() {
            rules.push(own_rule(index, rule, &rules)?);
        }
        rules.retain(|rule| rule.weight > 0.0);
        Ok(rules)
    }

    fn freezes(&self) -> Result<Vec<Freeze>, ConfigError> {
        let windows = self.temporal.freeze_windows.iter().enumerate();
        windows
            .map(|(index, window)| {
                Freeze::read(window).map_err(|problem| {
                    ConfigError::new(format!("risk.temporal.freeze_windows[{index}]"), problem)
                })
            })
            .collect()
    }
}

fn own_rule(
    index: usize,
    rule: &CriticalRuleConfig,
    before: &[CriticalRule],
) -> Result<CriticalRule, ConfigError> {
    let key = format!("risk.critical_paths.rules[{index}]");
    let is_kebab = |id: &str| {
        !id.is_empty()
            && id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if !is_kebab(&rule.id) {
        return Err(ConfigError::new(format!("{key}.id"), "must be in lower case with hyphens"));
    }
    if before.iter().any(|other| other.id == rule.id) {
        return Err(ConfigError::new(
            format!("{key}.id"),
            format!("another rule is called `{}`", rule.id),
        ));
    }
    if rule.paths.is_empty() {
        return Err(ConfigError::new(format!("{key}.paths"), "names no path"));
    }
    fraction(&format!("{key}.weight"), rule.weight)?;
    Ok(CriticalRule {
        id: rule.id.clone(),
        reason: in_one_line(&rule.reason),
        advice: "Ask somebody who answers for these files to review.".into(),
        weight: rule.weight,
        patterns: patterns(&format!("{key}.paths"), &rule.paths)?,
        words: &[],
    })
}

/// Words from a configuration, which may come with the repository, for a line of a report.
pub(crate) fn in_one_line(text: &str) -> String {
    printable(text.split_whitespace().collect::<Vec<_>>().join(" ").as_bytes())
}

fn patterns<S: AsRef<str>>(key: &str, texts: &[S]) -> Result<Vec<PathPattern>, ConfigError> {
    texts
        .iter()
        .map(|text| {
            let text = text.as_ref();
            PathPattern::parse(text.as_bytes())
                .map_err(|error| ConfigError::new(key, format!("`{text}`: {error}")))
        })
        .collect()
}

/// A pattern for references to defects.
fn defect_pattern(text: &str) -> Result<Regex, String> {
    /// The most memory of one, in bytes.
    const BYTES: usize = 1 << 20;
    let made = RegexBuilder::new(text).size_limit(BYTES).build();
    let pattern = made.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "is too large".into(),
        // The last line says what is wrong, those before it show where.
        other => {
            let words = other.to_string();
            let last = words.lines().last().unwrap_or_default().trim();
            format!("is no regular expression: {}", last.strip_prefix("error: ").unwrap_or(last))
        }
    })?;
    match pattern.is_match(b"") {
        true => Err("finds something in every message".into()),
        false => Ok(pattern),
    }
}

/// Weights that are compared with one another: none is negative, and some are there.
fn weigh(key: &str, weights: &[f64]) -> Result<(), ConfigError> {
    if !weights.iter().all(|weight| (0.0..=1e6).contains(weight)) {
        return Err(ConfigError::new(key, "every weight must be a number from 0 to 1000000"));
    }
    if weights.iter().sum::<f64>() <= 0.0 {
        return Err(ConfigError::new(key, "at least one weight must be above 0"));
    }
    Ok(())
}

fn fraction(key: &str, value: f64) -> Result<(), ConfigError> {
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        Err(ConfigError::new(key, "must be a number from 0 to 1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Bands, FreezeWindow};

    fn key_of(change: impl FnOnce(&mut RiskConfig)) -> String {
        let mut config = RiskConfig::default();
        change(&mut config);
        config.check().expect_err("it makes no sense").key
    }

    #[test]
    fn the_defaults_make_sense() {
        let params = RiskConfig::default().check().expect("defaults");
        assert_eq!(params.rules.len(), BUILT_IN.len());
    }

    #[test]
    fn a_value_that_makes_no_sense_is_named() {
        assert_eq!(
            key_of(|config| config.bands = Bands { medium: 50, high: 25, critical: 75 }),
            "risk.bands"
        );
        assert_eq!(key_of(|config| config.weights.ml = -1.0), "risk.weights");
        assert_eq!(key_of(|config| config.weights.context = f64::NAN), "risk.weights");
        let alone = |config: &mut RiskConfig| {
            config.weights.context = 0.0;
            config.heuristic_shares.critical_paths = 0.0;
            config.heuristic_shares.code_complexity = 0.0;
        };
        assert_eq!(key_of(alone), "risk.weights");
        let none = |config: &mut RiskConfig| {
            config.heuristic_shares.historical_performance = 0.0;
            config.heuristic_shares.critical_paths = 0.0;
            config.heuristic_shares.code_complexity = 0.0;
        };
        assert_eq!(key_of(none), "risk.heuristic_shares");
        assert_eq!(key_of(|config| config.file_kinds.test = 1.5), "risk.file_kinds.test");
        assert_eq!(
            key_of(|config| config.complexity.lines_half = 0.0),
            "risk.complexity.lines_half"
        );
        assert_eq!(key_of(|config| config.temporal.night_to = 24), "risk.temporal.night_to");
        let unknown = key_of(|config| {
            config.critical_paths.built_in_weights.insert("auth".into(), 1.0);
        });
        assert_eq!(unknown, "risk.critical_paths.built_in_weights.auth");
        let window =
            FreezeWindow { name: "x".into(), from: "a".into(), to: "b".into(), reason: None };
        assert_eq!(
            key_of(|config| config.temporal.freeze_windows.push(window)),
            "risk.temporal.freeze_windows[0]"
        );
        assert_eq!(key_of(|config| config.labels.least_share = -0.1), "risk.labels.least_share");
    }

    #[test]
    fn a_pattern_of_defects_finds_something_and_not_everything() {
        let problem = |text: &str| {
            let mut config = RiskConfig::default();
            config.labels.defect_patterns = vec!["BUG-[0-9]+".into(), text.into()];
            let error = config.check().expect_err("it makes no sense");
            assert_eq!(error.key, "risk.labels.defect_patterns[1]");
            error.problem
        };
        assert_eq!(problem("BUG-(["), "is no regular expression: unclosed character class");
        assert_eq!(problem("(BUG)?"), "finds something in every message");
        assert_eq!(problem(r"\w{2000}\w{2000}"), "is too large");
        let mut config = RiskConfig::default();
        config.labels.defect_patterns = vec!["BUG-[0-9]+".into()];
        assert_eq!(config.check().expect("it makes sense").labels().issues.len(), 1);
    }
}
