use std::collections::{BTreeMap, BTreeSet};

use gitops_health_git::{FileChange, Lines, RepoPath, counted, listed, thousands};

use crate::config::{ComplexityConfig, KindWeights};
use crate::kind::FileKind;
use crate::score::{Part, saturate};

/// The shape of a change.
#[derive(Clone, Debug, PartialEq)]
pub struct ComplexityFeatures {
    /// Changed files.
    pub files: usize,
    /// Lines added in all files that have lines.
    pub added: u64,
    /// Lines deleted in all files that have lines.
    pub deleted: u64,
    /// Separate places that changed.
    pub hunks: u64,
    /// Changed files by kind.
    pub by_kind: BTreeMap<FileKind, usize>,
    /// First components of the paths (Kamei et al., TSE 2013: NS), files at the top being one.
    pub subsystems: BTreeSet<Vec<u8>>,
    /// How evenly the changed lines are spread over the files, in bits: 0 for one file, log2(n)
    /// for n files with equal parts (Hassan, ICSE 2009; lines weighted by kind).
    pub entropy: f64,
    /// Changed lines weighted by kind of file.
    pub weighted_lines: f64,
    /// Changed files weighted by kind.
    pub weighted_files: f64,
    /// Separate places weighted by kind of file.
    pub weighted_hunks: f64,
    /// Files without countable lines: binary, submodules, missing, too large.
    pub uncounted: usize,
    /// The longest function that the change touches.
    pub longest_function: Option<LongestFunction>,
}

/// A function that a change touches.
#[derive(Clone, Debug, PartialEq)]
pub struct LongestFunction {
    /// The file that holds it.
    pub path: RepoPath,
    /// The line that begins it.
    pub header: String,
    /// Its length after the change, in lines.
    pub lines: u32,
}

/// Measures the shape of a change.
pub(crate) fn measure(
    files: &[(FileChange, FileKind)],
    kinds: &KindWeights,
    longest_function: Option<LongestFunction>,
) -> ComplexityFeatures {
    let mut features = ComplexityFeatures {
        files: files.len(),
        added: 0,
        deleted: 0,
        hunks: 0,
        by_kind: BTreeMap::new(),
        subsystems: BTreeSet::new(),
        entropy: 0.0,
        weighted_lines: 0.0,
        weighted_files: 0.0,
        weighted_hunks: 0.0,
        uncounted: 0,
        longest_function,
    };
    let mut lines_by_file = Vec::with_capacity(files.len());
    for (file, kind) in files {
        let weight = kinds.of(*kind);
        *features.by_kind.entry(*kind).or_default() += 1;
        features.subsystems.insert(subsystem(&file.path));
        features.weighted_files += weight;
        if let Lines::Counted { added, deleted, hunks } = file.lines {
            let lines = weight * (f64::from(added) + f64::from(deleted));
            features.added += u64::from(added);
            features.deleted += u64::from(deleted);
            features.hunks += u64::from(hunks);
            features.weighted_lines += lines;
            features.weighted_hunks += weight * f64::from(hunks);
            lines_by_file.push(lines);
        } else {
            features.uncounted += 1;
        }
    }
    features.entropy = entropy(&lines_by_file);
    features
}

fn subsystem(path: &RepoPath) -> Vec<u8> {
    let mut components = path.components();
    match (components.next(), components.next()) {
        (Some(first), Some(_)) => first.to_vec(),
        _ => Vec::new(),
    }
}

/// Shannon's entropy of the shares, in bits; 0 when there is nothing to share.
fn entropy(amounts: &[f64]) -> f64 {
    let total: f64 = amounts.iter().sum();
    let share = |amount: &f64| amount / total;
    let positive = amounts.iter().filter(|amount| **amount > 0.0);
    // `libm` and not the platform's: the same bits on every machine. Adding zero turns a negative
    // zero, which is what an empty sum gives, into a positive one.
    positive.map(share).map(|share| -share * libm::log2(share)).sum::<f64>().max(0.0) + 0.0
}

/// How the shape fills the factor. It is always known, so that some factor always has points to
/// give: a file without countable lines is still a file.
pub(crate) fn parts(features: &ComplexityFeatures, config: &ComplexityConfig) -> Vec<Part> {
    let shares = &config.shares;
    let further = features.subsystems.len().saturating_sub(1) as f64;
    let mut signals = vec![
        Signal::new("lines", shares.lines, features.weighted_lines, config.lines_half)
            .because(lines_evidence(features)),
        Signal::new("files", shares.files, features.weighted_files, config.files_half)
            .because(files_evidence(features)),
        Signal::new("subsystems", shares.subsystems, further, config.subsystems_half)
            .because(subsystems_evidence(features)),
        // Of more lines in the largest file the entropy falls, but not its product with all lines.
        Signal::new(
            "entropy",
            shares.entropy,
            features.entropy * features.weighted_lines / config.lines_half,
            config.entropy_half,
        )
        .because(entropy_evidence(features)),
        Signal::new("hunks", shares.hunks, features.weighted_hunks, config.hunks_half)
            .because(hunks_evidence(features)),
    ];
    let others: f64 = signals.iter().map(|signal| signal.weight).sum();
    // Not every change touches a function: where other signals are looked at, these then share
    // the whole factor.
    if features.longest_function.is_some() || others <= 0.0 {
        let function = features.longest_function.as_ref();
        let lines = function.map_or(0.0, |function| f64::from(function.lines));
        signals.push(
            Signal::new("function-size", shares.function, lines, config.function_half)
                .because(function_evidence(function)),
        );
    }
    let total: f64 = signals.iter().map(|signal| signal.weight).sum();
    signals.into_iter().map(|signal| signal.part(total)).collect()
}

/// A measured amount, the share of the factor that it may fill, and the amount that fills half of
/// that.
struct Signal {
    id: &'static str,
    weight: f64,
    amount: f64,
    half: f64,
    evidence: String,
}

impl Signal {
    fn new(id: &'static str, weight: f64, amount: f64, half: f64) -> Self {
        Self { id, weight, amount, half, evidence: String::new() }
    }

    fn because(self, evidence: String) -> Self {
        Self { evidence, ..self }
    }

    fn part(self, total: f64) -> Part {
        let share = if total > 0.0 { self.weight / total } else { 0.0 };
        Part {
            id: self.id.into(),
            fill: share * saturate(self.amount, self.half),
            evidence: self.evidence,
            details: Vec::new(),
        }
    }
}

fn subsystems_evidence(features: &ComplexityFeatures) -> String {
    let subsystems = counted(features.subsystems.len(), "subsystem", "subsystems");
    format!("{subsystems}: {}", names(&features.subsystems))
}

fn function_evidence(function: Option<&LongestFunction>) -> String {
    match function {
        None => "no touched function was found".into(),
        Some(function) => format!(
            "the longest touched function has {}: `{}` in {}",
            counted(function.lines as usize, "line", "lines"),
            function.header,
            function.path
        ),
    }
}

fn lines_evidence(features: &ComplexityFeatures) -> String {
    let uncounted = match features.uncounted {
        0 => String::new(),
        some => format!(", {} without countable lines", counted(some, "file", "files")),
    };
    format!(
        "{} added and {} deleted, counting as {} of code{uncounted}",
        counted(features.added as usize, "line", "lines"),
        thousands(features.deleted),
        thousands(features.weighted_lines.round() as u64)
    )
}

fn entropy_evidence(features: &ComplexityFeatures) -> String {
    let counted_files = features.files - features.uncounted;
    let most = libm::log2(counted_files.max(1) as f64);
    format!(
        "entropy of the lines over the files: {:.2} bits of {most:.2} (0: all in one file)",
        features.entropy
    )
}

fn hunks_evidence(features: &ComplexityFeatures) -> String {
    let places = counted(features.hunks as usize, "separate place", "separate places");
    format!("{places} changed{}", counting_as(features.hunks as f64, features.weighted_hunks))
}

/// Says what a number counts as where kinds of files weigh less than code.
fn counting_as(number: f64, weighted: f64) -> String {
    let shown = format!("{weighted:.1}");
    if shown == format!("{number:.1}") {
        return String::new();
    }
    format!(", counting as {} of code", shown.strip_suffix(".0").unwrap_or(&shown))
}

fn files_evidence(features: &ComplexityFeatures) -> String {
    let kinds = features.by_kind.iter().map(|(kind, count)| format!("{count} {}", kind.word()));
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    let files = counted(features.files, "file", "files");
    let kinds = if kinds.is_empty() { kinds } else { format!(": {kinds}") };
    format!("{files}{kinds}{}", counting_as(features.files as f64, features.weighted_files))
}

fn names(subsystems: &BTreeSet<Vec<u8>>) -> String {
    const LISTED: usize = 5;
    let name = |name: &Vec<u8>| match name.is_empty() {
        true => "top level".to_owned(),
        false => RepoPath::new(name.as_slice()).to_string(),
    };
    if subsystems.is_empty() { "none".into() } else { listed(subsystems.iter().map(name), LISTED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_in_bits_and_zero_for_one_file() {
        assert_eq!(entropy(&[]), 0.0);
        assert_eq!(entropy(&[0.0, 0.0]), 0.0);
        assert_eq!(entropy(&[17.0]), 0.0);
        assert_eq!(entropy(&[5.0, 5.0]), 1.0);
        assert_eq!(entropy(&[1.0, 1.0, 1.0, 1.0, 0.0]), 2.0);
        assert!(entropy(&[99.0, 1.0]) < 0.1);
    }

    #[test]
    fn a_subsystem_is_the_first_directory() {
        assert_eq!(subsystem(&"src/a/b.c".into()), b"src");
        assert_eq!(subsystem(&"Makefile".into()), b"");
    }
}
