//! Which commits mend a defect, by what their messages say.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::Ordering;

use gitops_health_git::{ObjectId, PathAttributes, Repo};
use gitops_health_history::{
    Before, Chronicle, Claims, History, MentionKind, RecordedCommit, Stage, Work,
};

use super::{LabelError, LabelParams};
use crate::kind::{FileKind, Kinds};

/// A kind of evidence that a commit mends a defect, the strongest first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The message names the commit that brought the defect.
    NamesCommit,
    /// It takes back a commit.
    Reverts,
    /// It says that it fixes an issue, or that it closes one and in words that something was mended; or it refers to an
    /// issue by a configured pattern.
    FixesIssue,
    /// It has a type of Conventional Commits that stands for mending.
    ConventionalType,
    /// Only words say so, in a repository where nothing better is the custom.
    Words,
}

impl Evidence {
    /// All kinds, the strongest first.
    pub const ALL: [Self; 5] =
        [Self::NamesCommit, Self::Reverts, Self::FixesIssue, Self::ConventionalType, Self::Words];

    /// The word for reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::NamesCommit => "names-commit",
            Self::Reverts => "reverts",
            Self::FixesIssue => "fixes-issue",
            Self::ConventionalType => "conventional-type",
            Self::Words => "words",
        }
    }
}

/// The custom by which a repository says what mends a defect, where words alone count no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Convention {
    /// Messages have types of Conventional Commits.
    Types,
    /// Messages whose words say that something was mended say which issue.
    Issues,
}

/// The fixes of a history, and its customs.
#[derive(Clone, Debug, Default)]
pub(super) struct Fixes {
    /// In the order of the history.
    pub all: Vec<Fix>,
    /// From when on there were commits that go by another custom than those before, in the order of the history, and by which one.
    pub conventions: Vec<(i64, Option<Convention>)>,
}

/// A commit that mends a defect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The commit.
    pub commit: ObjectId,
    /// When it was committed, in seconds since 1970.
    pub committed: i64,
    /// The strongest evidence.
    pub evidence: Evidence,
    /// The commits that its message names as the origin, or that it takes back: those that are in the history before it,
    /// are no merges, and no reverts.
    pub named: Vec<ObjectId>,
}

/// The custom of a repository is that of so many commits before a commit, merges left out.
pub(super) const WINDOW: usize = 500;
/// Words alone count no more where so large a share of these have a type of Conventional Commits,
const CONVENTIONAL_SHARE: f64 = 0.4;
/// or where of those whose words say that something was mended so large a share says which issue,
const ISSUE_SHARE: f64 = 0.5;
/// and at least so many commits do so.
const LEAST: usize = 20;

/// What mends so many files of programs or settings at once is something else, unless it names a commit.
const MOST_FILES: usize = 40;

/// What a commit of the window did.
#[derive(Clone, Copy, Default)]
struct Habit {
    has_type: bool,
    has_words: bool,
    has_issue: bool,
}

/// What was the custom before a commit.
#[derive(Default)]
struct Custom {
    window: VecDeque<Habit>,
    typed: usize,
    words: usize,
    words_with_issue: usize,
}

impl Custom {
    fn see(&mut self, habit: Habit) {
        self.window.push_back(habit);
        self.count(habit, 1);
        if self.window.len() > WINDOW
            && let Some(old) = self.window.pop_front()
        {
            self.count(old, -1);
        }
    }

    fn count(&mut self, habit: Habit, by: isize) {
        let add = |count: &mut usize, is: bool| {
            if is {
                *count = count.saturating_add_signed(by);
            }
        };
        add(&mut self.typed, habit.has_type);
        add(&mut self.words, habit.has_words);
        add(&mut self.words_with_issue, habit.has_words && habit.has_issue);
    }

    /// Why words alone say nothing, if they do: whoever mends something says it in another way.
    fn convention(&self) -> Option<Convention> {
        let share = |part: usize, all: usize| part as f64 / all.max(1) as f64;
        let by_type =
            self.typed >= LEAST && share(self.typed, self.window.len()) >= CONVENTIONAL_SHARE;
        let by_issue = self.words_with_issue >= LEAST
            && share(self.words_with_issue, self.words) >= ISSUE_SHARE;
        match (by_type, by_issue) {
            (true, _) => Some(Convention::Types),
            (false, true) => Some(Convention::Issues),
            (false, false) => None,
        }
    }
}

/// Types of Conventional Commits that stand for mending.
const MENDING: &[&str] = &["fix", "hotfix", "security"];
/// Types that stand for anything but mending.
const OTHERS: &[&str] = &[
    "build", "chore", "ci", "deps", "docs", "feat", "feature", "i18n", "refactor", "release",
    "style", "test",
];

/// The evidence of one message, apart from what it takes to resolve ids.
fn evidence_of(claims: &Claims, by_pattern: bool, is_stricter: bool) -> Option<Evidence> {
    let has_type = |types: &[&str]| claims.conventional_type.is_some_and(|it| types.contains(&it));
    let closes = !claims.closed_issues.is_empty() && (claims.words || has_type(MENDING));
    if by_pattern || ((!claims.fixed_issues.is_empty() || closes) && !has_type(OTHERS)) {
        Some(Evidence::FixesIssue)
    } else if has_type(MENDING) {
        Some(Evidence::ConventionalType)
    } else if claims.words && !is_stricter && claims.conventional_type.is_none() {
        Some(Evidence::Words)
    } else {
        None
    }
}

/// The fixes of a chronicle from a place on, and its customs.
pub(super) fn fixes(
    repo: &Repo,
    history: &History,
    chronicle: &Chronicle,
    tips: &[ObjectId],
    params: &LabelParams,
    (from, work): (usize, &Work<'_>),
) -> Result<Fixes, LabelError> {
    let names = Ids::of(chronicle);
    let mentioned = mentioned(history, tips)?;
    let mut custom = Custom::default();
    let mut content = Content::default();
    let mut fixes = Fixes::default();
    let mut customs = Vec::new();
    for (place, recorded) in chronicle.commits.iter().enumerate().skip(from) {
        if place % 256 == 0 {
            (work.progress)(Stage::Commits, place, Some(chronicle.commits.len()));
        }
        if work.cancel.load(Ordering::Relaxed) {
            return Err(LabelError::Cancelled);
        }
        if !recorded.is_change {
            continue;
        }
        let commit = repo.commit(recorded.id)?;
        let claims = Claims::of(&commit);
        let by_pattern = params.issues.iter().any(|pattern| pattern.is_match(&commit.message));
        let before = custom.convention();
        let found = evidence_of(&claims, by_pattern, before.is_some());
        custom.see(Habit {
            has_type: claims.conventional_type.is_some(),
            has_words: claims.words,
            has_issue: by_pattern || !claims.fixed_issues.is_empty(),
        });
        if custom.convention() != before {
            customs.push((place, custom.convention()));
        }
        let known = mentioned.get(&recorded.id).map(Vec::as_slice).unwrap_or_default();
        let (mut origins, mut reverted) = match params.names_commits {
            true => (
                names.all(&claims.origins, known, MentionKind::Fixes, place),
                names.all(&claims.reverted, known, MentionKind::Reverts, place),
            ),
            false => Default::default(),
        };
        let takes_back = !reverted.is_empty();
        // Merges have no label, and a revert of a revert brings something back.
        origins.retain(|place| chronicle.commits[*place].is_change);
        reverted.retain(|place| {
            let other = &chronicle.commits[*place];
            other.is_change && !other.purpose.is_revert
        });
        let (evidence, named) = match found {
            _ if !reverted.is_empty() => (Evidence::Reverts, reverted),
            _ if takes_back => continue,
            _ if !origins.is_empty() => (Evidence::NamesCommit, origins),
            _ if !content.is_mendable(chronicle, recorded) => continue,
            // It names one that is not here, or a merge.
            _ if params.names_commits && !claims.origins.is_empty() => {
                (Evidence::NamesCommit, Vec::new())
            }
            Some(evidence) => (evidence, Vec::new()),
            None => continue,
        };
        let named = named.into_iter().map(|place| chronicle.commits[place].id).collect();
        let committed = recorded.committed.seconds;
        fixes.all.push(Fix { commit: recorded.id, committed, evidence, named });
    }
    let times: Vec<i64> = chronicle.commits.iter().map(|it| it.committed.seconds).collect();
    fixes.conventions = begun(&customs, &times);
    Ok(fixes)
}

/// Since when each custom holds that commits began, by their places: since the first of the commits from there on by its clock. One
/// clock that is wrong does not put it off.
fn begun(customs: &[(usize, Option<Convention>)], times: &[i64]) -> Vec<(i64, Option<Convention>)> {
    let mut earliest = times.to_vec();
    for place in (1..earliest.len()).rev() {
        earliest[place - 1] = earliest[place - 1].min(earliest[place]);
    }
    customs.iter().map(|(place, convention)| (earliest[*place], *convention)).collect()
}

/// What the index knows of what commits say of earlier ones, by the commit that says it.
fn mentioned(
    history: &History,
    tips: &[ObjectId],
) -> Result<HashMap<ObjectId, Vec<(MentionKind, String)>>, LabelError> {
    let past = history.before(Before { tips, mentions: true, ..Before::default() })?;
    let mut found: HashMap<ObjectId, Vec<(MentionKind, String)>> = HashMap::new();
    for mention in past.mentions {
        found.entry(mention.by).or_default().push((mention.kind, mention.of));
    }
    Ok(found)
}

/// Commits by their ids, which may be abbreviated.
struct Ids(Vec<(ObjectId, usize)>);

impl Ids {
    fn of(chronicle: &Chronicle) -> Self {
        let mut ids: Vec<(ObjectId, usize)> = chronicle
            .commits
            .iter()
            .enumerate()
            .map(|(place, commit)| (commit.id, place))
            .collect();
        ids.sort_unstable();
        Self(ids)
    }

    /// The place of the only commit with such an id.
    fn find(&self, id: &str) -> Option<usize> {
        let first = self.0.partition_point(|(other, _)| *other.to_string() < *id);
        let begins = |place: usize| self.0.get(place).filter(|it| it.0.to_string().starts_with(id));
        match (begins(first), begins(first + 1)) {
            (Some((_, place)), None) => Some(*place),
            _ => None,
        }
    }

    /// The places of all that are named and came before a place, ascending.
    fn all(
        &self,
        claimed: &[String],
        mentioned: &[(MentionKind, String)],
        kind: MentionKind,
        before: usize,
    ) -> Vec<usize> {
        let mentioned = mentioned.iter().filter(|(other, _)| *other == kind).map(|(_, id)| id);
        let mut places: Vec<usize> =
            claimed.iter().chain(mentioned).filter_map(|id| self.find(id)).collect();
        places.retain(|place| *place < before);
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// What commits change, by the kinds of files.
#[derive(Default)]
struct Content(BTreeMap<u32, bool>);

impl Content {
    /// Whether a commit changes programs or settings, and not very many.
    fn is_mendable(&mut self, chronicle: &Chronicle, commit: &RecordedCommit) -> bool {
        let mut of_program = |path: &u32| {
            *self.0.entry(*path).or_insert_with(|| {
                let kind = chronicle
                    .paths
                    .get(path)
                    .map(|path| Kinds::new(&[]).of(path, &PathAttributes::default()));
                matches!(kind, Some(FileKind::Code | FileKind::Configuration))
            })
        };
        let paths: Vec<u32> = chronicle.files(commit).iter().map(|file| file.path).collect();
        let count = paths.iter().filter(|path| of_program(path)).count();
        (1..=MOST_FILES).contains(&count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(habits: &[(usize, Habit)]) -> Option<Convention> {
        let mut custom = Custom::default();
        for (times, habit) in habits {
            (0..*times).for_each(|_| custom.see(*habit));
        }
        custom.convention()
    }

    #[test]
    fn a_clock_that_is_wrong_does_not_put_a_custom_off() {
        let types = Some(Convention::Types);
        let times = [10, 20, 4_000, 30, 40];
        assert_eq!(begun(&[(2, types), (4, None)], &times), [(30, types), (40, None)]);
        assert_eq!(begun(&[(1, types)], &[10, 20, 30]), [(20, types)]);
        assert_eq!(begun(&[], &[]), []);
    }

    #[test]
    fn a_custom_takes_twenty_commits_and_is_forgotten() {
        let plain = Habit::default();
        let typed = Habit { has_type: true, ..plain };
        let words = Habit { has_words: true, ..plain };
        let issue = Habit { has_issue: true, ..words };
        let (types, issues) = (Some(Convention::Types), Some(Convention::Issues));
        assert_eq!(after(&[(19, typed)]), None);
        assert_eq!(after(&[(20, typed)]), types);
        assert_eq!(after(&[(20, typed), (30, plain)]), types);
        assert_eq!(after(&[(20, typed), (31, plain)]), None);
        assert_eq!(after(&[(500, typed), (301, plain)]), None);
        assert_eq!(after(&[(300, plain), (20, words), (20, issue)]), issues);
        assert_eq!(after(&[(300, plain), (21, words), (20, issue)]), None);
        assert_eq!(after(&[(20, issue), (500, plain)]), None);
    }
}
