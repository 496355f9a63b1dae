use std::collections::BTreeMap;

use super::{
    AdviceConfig, Bands, ComplexityConfig, ComplexityShares, CriticalPathsConfig, Day,
    HeuristicShares, HistoryConfig, HistoryShares, KindPaths, KindWeights, LabelsConfig,
    RiskConfig, Strategies, TemporalConfig, TemporalShares, Weights,
};
use crate::label::LabelParams;
use crate::score::{Band, Strategy};

#[expect(clippy::derivable_impls, reason = "all defaults of the configuration stand together")]
impl Default for RiskConfig {
    fn default() -> Self {
        Self {
            weights: Weights::default(),
            heuristic_shares: HeuristicShares::default(),
            bands: Bands::default(),
            strategies: Strategies::default(),
            file_kinds: KindWeights::default(),
            kind_paths: KindPaths::default(),
            critical_paths: CriticalPathsConfig::default(),
            history: HistoryConfig::default(),
            complexity: ComplexityConfig::default(),
            temporal: TemporalConfig::default(),
            advice: AdviceConfig::default(),
            labels: LabelsConfig::default(),
        }
    }
}

impl Default for LabelsConfig {
    fn default() -> Self {
        let LabelParams { least_share, .. } = LabelParams::default();
        Self { defect_patterns: Vec::new(), least_share }
    }
}

impl Default for Weights {
    fn default() -> Self {
        Self { ml: 0.5, heuristic: 0.3, context: 0.2 }
    }
}

impl Default for HeuristicShares {
    /// Most for what the model does not know.
    fn default() -> Self {
        Self { critical_paths: 0.6, historical_performance: 0.2, code_complexity: 0.2 }
    }
}

impl Default for Bands {
    fn default() -> Self {
        Self { medium: 25, high: 50, critical: 75 }
    }
}

impl Default for Strategies {
    fn default() -> Self {
        Self {
            low: Strategy::Standard,
            medium: Strategy::Canary,
            high: Strategy::BlueGreen,
            critical: Strategy::BlueGreen,
            approval_from: Band::Critical,
        }
    }
}

impl Default for KindWeights {
    fn default() -> Self {
        Self {
            code: 1.0,
            configuration: 0.7,
            test: 0.4,
            documentation: 0.1,
            data: 0.2,
            generated: 0.1,
            vendored: 0.2,
        }
    }
}

impl Default for CriticalPathsConfig {
    fn default() -> Self {
        Self { built_in: true, built_in_weights: BTreeMap::new(), rules: Vec::new() }
    }
}

impl Default for HistoryConfig {
    fn default() -> Self {
        Self {
            max_commits: 1_000_000,
            fix_share_half: 0.3,
            recent_fixes_half: 3.0,
            recent_fix_days: 90.0,
            reverts_half: 2.0,
            smoothing_changes: 4.0,
            follow_up_days: 30.0,
            shares: HistoryShares::default(),
        }
    }
}

impl Default for HistoryShares {
    fn default() -> Self {
        Self { fix_share: 0.4, recent_fixes: 0.3, reverts: 0.1, neighbours: 0.2 }
    }
}

impl Default for ComplexityConfig {
    fn default() -> Self {
        Self {
            lines_half: 150.0,
            files_half: 8.0,
            subsystems_half: 3.0,
            entropy_half: 2.5,
            hunks_half: 15.0,
            function_half: 100.0,
            shares: ComplexityShares::default(),
        }
    }
}

impl Default for ComplexityShares {
    fn default() -> Self {
        Self { lines: 0.3, files: 0.2, subsystems: 0.1, entropy: 0.15, hunks: 0.15, function: 0.1 }
    }
}

/// As projects name them: `v2.0-rc1`, `1.7rc2`, `rc-8_22_0-1`, `2.4.0-alpha`, `8.0-m01`.
const PRERELEASE_TAGS: [&str; 8] =
    ["*[0-9._-]rc[0-9]*", "*-rc", "rc-*", "*alpha*", "*beta*", "*-m[0-9]*", "*-pre*", "*-dev*"];

impl Default for TemporalConfig {
    fn default() -> Self {
        Self {
            recent_change_days: 7.0,
            night_from: 22,
            night_to: 6,
            weekend: vec![Day::Sat, Day::Sun],
            release_tags: vec!["*".into()],
            prerelease_tags: PRERELEASE_TAGS.map(Into::into).into(),
            release_distances: 10,
            release_days_half: 7.0,
            freeze_windows: Vec::new(),
            shares: TemporalShares::default(),
        }
    }
}

impl Default for TemporalShares {
    fn default() -> Self {
        Self { recent_change: 0.4, night: 0.15, weekend: 0.15, release: 0.3 }
    }
}

impl Default for AdviceConfig {
    /// Reviews find fewer defects in changes above 400 lines (SmartBear's study at Cisco, 2006).
    fn default() -> Self {
        Self { large_change_lines: 400.0, troubled_file_from: 3 }
    }
}
