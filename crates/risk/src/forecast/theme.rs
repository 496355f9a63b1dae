use crate::model::{CONTENT, INPUTS};

/// What inputs of the model are about: those of one theme are told together, so that no two reasons contradict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Theme {
    /// The repository as a whole: known alike of any change of these days.
    Usual,
    /// Added and deleted lines, and where.
    Size,
    /// What these lines are made of.
    Content,
    /// Files, where they are and what they are.
    Files,
    /// Earlier fixes of the files and their directories.
    Fixes,
    /// Earlier changes of the files.
    Activity,
    /// How large the files are.
    FileSize,
    /// What the author did before.
    Experience,
    /// Whether it mends something.
    Purpose,
}

impl Theme {
    /// All but what is usual, in the order in which equal ones are told.
    pub const TOLD: [Self; 8] = [
        Self::Fixes,
        Self::Size,
        Self::Content,
        Self::Files,
        Self::Activity,
        Self::Experience,
        Self::FileSize,
        Self::Purpose,
    ];

    /// A name that never changes.
    pub fn id(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Size => "size",
            Self::Content => "content",
            Self::Files => "files",
            Self::Fixes => "earlier-fixes",
            Self::Activity => "earlier-changes",
            Self::FileSize => "file-size",
            Self::Experience => "experience",
            Self::Purpose => "purpose",
        }
    }

    /// That of an input.
    pub fn of(input: &str) -> Option<Self> {
        Some(match input {
            "commits" | "days" | "pace" | "people-pace" | "fix-rate" => Self::Usual,
            "la" | "ld" | "code-la" | "code-ld" | "test-la" | "largest" | "places" | "la-usual"
            | "ld-usual" | "code-la-usual" | "largest-usual" | "test-decisions" | "build-la"
            | "build-ld" | "text-la" | "text-ld" | "setting-la" | "other-la" => Self::Size,
            "decisions" | "jumps" => Self::Content,
            input if CONTENT.contains(&input) => Self::Content,
            "ns" | "nd" | "nf" | "nf-usual" | "code-nf" | "test-nf" | "text-nf" | "setting-nf"
            | "other-nf" | "new-nf" | "languages" | "together" => Self::Files,
            "fix-decay-max" | "fix-decay-sum" | "fix-share" | "dir-fix-decay" => Self::Fixes,
            "ndev" | "age" | "nuc" | "nuc-usual" | "change-decay-max" | "dir-change-decay" => {
                Self::Activity
            }
            "lt" | "lt-usual" => Self::FileSize,
            "exp" | "rexp" | "sexp" | "own-share" | "own-changes" | "dir-exp" => Self::Experience,
            "fix" => Self::Purpose,
            _ => return None,
        })
    }

    /// What the inputs of the theme contribute together, of contributions in the order of [`INPUTS`].
    pub fn sum(self, contributions: &[f64]) -> f64 {
        let inputs = INPUTS.iter().zip(contributions);
        let of_theme = inputs.filter(|((id, _), _)| Self::of(id) == Some(self));
        of_theme.map(|(_, contribution)| contribution).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_input_has_a_theme() {
        for (id, _) in INPUTS {
            assert!(Theme::of(id).is_some(), "{id}");
        }
    }

    #[test]
    fn themes_are_told_once() {
        let ones = vec![1.0; INPUTS.len()];
        let sum: f64 = Theme::TOLD.iter().map(|theme| theme.sum(&ones)).sum();
        assert!((sum + Theme::Usual.sum(&ones) - INPUTS.len() as f64).abs() < 1e-9);
    }
}
