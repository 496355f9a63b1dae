use std::collections::{BTreeMap, BTreeSet};

use gitops_health_git::{FileChange, Lines, RepoPath, counted, listed};

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
    let with_function = if features.longest_function.is_some() { shares.function } else { 0.0 };
    let total = shares.lines
        + shares.files
        + shares.subsystems
        + shares.entropy
        + shares.hunks
        + with_function;
    let part = |id: &str, weight: f64, amount: f64, half: f64, evidence: String| Part {
        id: id.into(),
        fill: if total > 0.0 { weight / total * saturate(amount, half) } else { 0.0 },
        evidence,
        details: Vec::new(),
    };
    let subsystems = features.subsystems.len();
    let mut parts = vec![
        part(
            "lines",
            shares.lines,
            features.weighted_lines,
            config.lines_half,
            lines_evidence(features),
        ),
        part(
            "files",
            shares.files,
            features.weighted_files,
            config.files_half,
            files_evidence(features),
        ),
        part(
            "subsystems",
            shares.subsystems,
            subsystems.saturating_sub(1) as f64,
            config.subsystems_half,
            format!(
                "{}: {}",
                counted(subsystems, "subsystem", "subsystems"),
                names(&features.subsystems)
            ),
        ),
        part(
            "entropy",
            shares.entropy,
            features.entropy,
            config.entropy_half,
            entropy_evidence(features),
        ),
        part(
            "hunks",
            shares.hunks,
            features.weighted_hunks,
            config.hunks_half,
            format!(
                "{} changed",
                counted(features.hunks as usize, "separate place", "separate places")
            ),
        ),
    ];
    if let Some(function) = &features.longest_function {
        let evidence = format!(
            "the longest touched function has {} lines: `{}` in {}",
            function.lines, function.header, function.path
        );
        parts.push(part(
            "function-size",
            shares.function,
            f64::from(function.lines),
            config.function_half,
            evidence,
        ));
    }
    parts
}

fn lines_evidence(features: &ComplexityFeatures) -> String {
    let uncounted = match features.uncounted {
        0 => String::new(),
        some => format!(", {} without countable lines", counted(some, "file", "files")),
    };
    format!(
        "{} added and {} deleted, counting as {:.0} of code{uncounted}",
        counted(features.added as usize, "line", "lines"),
        features.deleted,
        features.weighted_lines
    )
}

fn entropy_evidence(features: &ComplexityFeatures) -> String {
    let most = libm::log2(features.files.max(1) as f64);
    format!(
        "entropy of the lines over the files: {:.2} bits of {most:.2} (0: all in one file)",
        features.entropy
    )
}

fn files_evidence(features: &ComplexityFeatures) -> String {
    let kinds = features.by_kind.iter().map(|(kind, count)| format!("{count} {}", kind.word()));
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    let files = counted(features.files, "file", "files");
    if kinds.is_empty() { files } else { format!("{files}: {kinds}") }
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
