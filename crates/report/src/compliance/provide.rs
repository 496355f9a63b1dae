use super::{MissingRow, RuleRow};

/// What the ways to provide a fact depend on.
#[derive(Clone, Copy, Debug)]
pub struct Providing<'a> {
    /// The file of the roster, as it is configured.
    pub roster: &'a str,
    /// The file of keys of SSH, as it is configured.
    pub allowed_signers: &'a str,
    /// Whether a history is judged, in which some is not looked at.
    pub is_history: bool,
}

/// In a history nobody looks at these: it would take a scan and a score of every commit.
pub const NOT_LOOKED_AT_IN_A_HISTORY: [&str; 2] = ["findings", "risk"];

impl Providing<'_> {
    /// How a fact gets known, as one thing to do.
    pub fn how(&self, fact: &str) -> String {
        if self.is_history && NOT_LOOKED_AT_IN_A_HISTORY.contains(&fact) {
            return "Ask about the change itself (`--commit`, `--range`, `--base`): a history does not look at it."
                .to_owned();
        }
        let evidence = |what: &str| format!("Hand in `--evidence FILE` with {what}.");
        match (fact, fact.split_once('.')) {
            ("roster", _) => format!(
                "Run `gitops-health compliance roster > {}`, look at each entry, and commit it to the branch that \
                 is believed.",
                quoted(self.roster)
            ),
            ("owners", _) => "Add a file `CODEOWNERS` to the branch that is believed, or mend the line that is named: a pattern and its \
                              owners on each line."
                .to_owned(),
            ("trust" | "signatures", _) => format!(
                "Commit the keys that may sign to the branch that is believed, as `{}`: a line like \
                 `ann@example.com ssh-ed25519 AAAA...` for each (docs/signatures.md).",
                self.allowed_signers
            ),
            ("branch", _) => {
                "Name the branch that the change goes to: `--branch NAME`, or `--base NAME`.".to_owned()
            }
            (_, Some(("branch", "is_fast_forward"))) => {
                "Say where the branch was before: `--range OLD..NEW` with its tips of before and after the push; of a pull request `--base` with the branch that it goes to.".to_owned()
            }
            ("commits", _) => "Commit the change and ask again.".to_owned(),
            ("times", _) => "Make the commit anew, with times that can be read.".to_owned(),
            ("files", _) => {
                "Split the change: 5,000 files are listed at most, and what is not listed is not looked at.".to_owned()
            }
            ("signals", _) => {
                "Write the files that are named as text in UTF-8 without NUL bytes, and fetch what is not here; of too much \
                 at once ask about less (`--commit`, a smaller `--range`): 256 MiB of changed lines are read at most."
                    .to_owned()
            }
            ("findings", _) => {
                "Mend what the notes name, so that all that the change adds can be looked at.".to_owned()
            }
            ("risk", _) => "Fetch the whole history (`git fetch --unshallow`); `gitops-health risk score` says what \
                            is in the way."
                .to_owned(),
            ("tags", _) => "Fetch the tags: `git fetch --tags`. 5,000 tags of a change are looked at: where there are more, ask about fewer \
                            commits (`--commit`, a smaller `--range`)."
                .to_owned(),
            (_, Some(("approvals", "tags"))) => {
                "Have the tag made anew by who approves: signed with a key that the list of keys and the roster give to nobody else, of the \
                 commit itself, with a trailer like `Approved-by: Ann <ann@example.com>` that names who signs (docs/evidence.md, \
                 Signed approvals)."
                    .to_owned()
            }
            ("pull_request", _) => evidence(
                "what the platform says of the pull request (GitHub's `pulls/NUMBER`, GitLab's `merge_requests/NUMBER`)",
            ),
            ("approvals", _) => evidence(
                "the reviews (GitHub's `pulls/NUMBER/reviews`, GitLab's `merge_requests/NUMBER/approvals`)",
            ),
            ("tests", _) => evidence("the results of tests as JUnit's XML"),
            ("scans", _) => evidence("the results of scanners as SARIF 2.1.0"),
            ("tickets", _) => evidence("the tickets, as `tickets` of our own form (docs/evidence.md)"),
            ("platform", _) => {
                evidence("how the platform is set up, as `platform` of our own form (docs/evidence.md)")
            }
            (_, Some(("pull_request", "covers"))) => evidence(
                "the commits of the pull request: GitHub's `head.sha`, GitLab's `sha`, or `commits` of our own form",
            ),
            (_, Some((of @ ("pull_request" | "approvals" | "tests" | "tickets" | "platform"), member))) => {
                evidence(&format!("our own form of `{of}`, which says `{member}` (docs/evidence.md)"))
            }
            _ => "See what is known with `gitops-health compliance input`, and hand in the rest \
                  (docs/compliance.md, What may be missing)."
                .to_owned(),
        }
    }

    /// How all of these get known.
    pub fn how_all(&self, facts: &[String]) -> String {
        let mut ways: Vec<String> = Vec::new();
        for way in facts.iter().map(|fact| self.how(fact)) {
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        ways.join(" ")
    }

    /// A row for each fact that nobody looked at, and for each other one that a rule misses.
    pub fn rows<'r>(
        &self,
        known: impl IntoIterator<Item = (&'r str, &'r str)>,
        missed: impl IntoIterator<Item = &'r str>,
    ) -> Vec<MissingRow> {
        let row = |fact: &str, reason: &str| MissingRow {
            fact: fact.to_owned(),
            reason: reason.to_owned(),
            remedy: self.how(fact),
        };
        let mut rows: Vec<MissingRow> =
            known.into_iter().map(|(fact, reason)| row(fact, reason)).collect();
        for fact in missed {
            if !rows.iter().any(|row| row.fact == fact) {
                rows.push(row(fact, reason_of_part(fact)));
            }
        }
        rows.sort_by(|one, two| (&one.fact, &one.reason).cmp(&(&two.fact, &two.reason)));
        rows.dedup();
        rows
    }
}

/// A path as a shell takes it for one word.
fn quoted(path: &str) -> String {
    let is_plain = |sign: char| sign.is_alphanumeric() || "_./+,:@%=-".contains(sign);
    match path.chars().all(is_plain) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}

/// Why a part of something is not known.
fn reason_of_part(fact: &str) -> &'static str {
    match fact {
        "commits" => "it is not committed",
        "signatures" => "there are no keys to judge them by",
        "times" => "a commit has one that can not be read",
        _ if fact.contains('.') => "what is known of it does not say so",
        _ => "not all of it is known",
    }
}

impl RuleRow {
    /// Whether it asks for a fact that is not known.
    pub(super) fn lacks_fact(&self, fact: &str) -> bool {
        self.missing.iter().any(|it| it == fact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_A_CHANGE: Providing<'_> =
        Providing { roster: "people.yaml", allowed_signers: "keys", is_history: false };

    #[test]
    fn every_fact_has_a_way_of_its_own() {
        let facts = [
            ("roster", "compliance roster > people.yaml"),
            ("owners", "CODEOWNERS"),
            ("trust", "`keys`"),
            ("pull_request", "merge_requests/NUMBER`"),
            ("approvals", "reviews"),
            ("tests", "JUnit"),
            ("scans", "SARIF"),
            ("tickets", "`tickets`"),
            ("platform", "`platform`"),
            ("branch", "--branch"),
            ("branch.is_fast_forward", "--range OLD..NEW"),
            ("commits", "Commit the change"),
            ("files", "5,000"),
            ("signals", "256 MiB"),
            ("findings", "notes"),
            ("risk", "--unshallow"),
            ("tags", "--tags"),
            ("approvals.tags", "names who signs"),
            ("times", "times"),
            ("pull_request.last_pushed_at", "`last_pushed_at`"),
            ("pull_request.covers", "`head.sha`"),
            ("platform.is_bypass_used", "`is_bypass_used`"),
            ("something-else", "compliance input"),
        ];
        let mut ways: Vec<String> = facts.map(|(fact, _)| OF_A_CHANGE.how(fact)).into();
        for ((fact, part), way) in facts.iter().zip(&ways) {
            assert!(way.contains(part) && way.ends_with('.'), "{fact}: {way}");
        }
        ways.sort();
        ways.dedup();
        assert_eq!(ways.len(), facts.len());
    }

    #[test]
    fn a_path_is_one_word_of_a_command() {
        for (roster, expected) in [
            ("a/people.yaml", "roster > a/people.yaml`"),
            ("our people.yaml", "roster > 'our people.yaml'`"),
            ("x; touch y #", "roster > 'x; touch y #'`"),
            ("it's", r"roster > 'it'\''s'`"),
        ] {
            let way = Providing { roster, ..OF_A_CHANGE }.how("roster");
            assert!(way.contains(expected), "{way}");
        }
    }

    #[test]
    fn what_a_history_does_not_look_at_is_asked_of_a_change() {
        let history = Providing { is_history: true, ..OF_A_CHANGE };
        for fact in NOT_LOOKED_AT_IN_A_HISTORY {
            assert!(
                history.how(fact).contains("--commit")
                    && history.how(fact) != OF_A_CHANGE.how(fact)
            );
        }
        assert_eq!(history.how("roster"), OF_A_CHANGE.how("roster"));
    }

    #[test]
    fn a_fact_that_only_a_rule_misses_has_a_row_too() {
        let rows =
            OF_A_CHANGE.rows([("trust", "there are none")], ["trust", "signatures", "tests.at"]);
        let facts: Vec<&str> = rows.iter().map(|row| row.fact.as_str()).collect();
        assert_eq!(facts, ["signatures", "tests.at", "trust"]);
        assert!(rows.iter().all(|row| !row.reason.is_empty() && !row.remedy.is_empty()));
        // One thing to do is told once.
        let all = OF_A_CHANGE.how_all(&["signatures".into(), "trust".into()]);
        assert_eq!(all, OF_A_CHANGE.how("trust"));
    }
}
