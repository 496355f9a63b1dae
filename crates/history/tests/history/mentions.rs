//! Reverts that quote a subject mean the newest commit before them that has it.

use std::collections::{HashMap, HashSet};

use gitops_health_history::{Before, MentionKind};
use gitops_health_testkit::{Random, TestRepo};

use crate::support::{id, updated};

/// Three branches that are merged now and then, on which so many subjects are made and taken back
/// again and again.
fn quarrel(repo: &TestRepo, commits: usize, subjects: usize) {
    let mut random = Random::new(9);
    let (mut stream, mut tips) = (String::new(), [1; 3]);
    for number in 1..=commits {
        let (branch, other) = (random.below(3), random.below(3));
        let subject = random.below(subjects);
        let message = match random.below(20) {
            0 => "Revert \"No\"".to_owned(),
            1..=10 => format!("Try {subject}"),
            _ => format!("Revert \"Try {subject}\""),
        };
        stream.push_str(&format!(
            "commit refs/heads/b{branch}\nmark :{number}\ncommitter Ada <a@example.com> {} +0000\n\
             data {}\n{message}\n",
            1_772_445_600 + random.below(4000),
            message.len()
        ));
        if number > 1 {
            stream.push_str(&format!("from :{}\n", tips[branch]));
        }
        if number > 1 && random.below(4) == 0 && tips[other] != tips[branch] {
            stream.push_str(&format!("merge :{}\n", tips[other]));
        }
        tips[branch] = number;
        if number == 1 {
            stream.push_str("reset refs/heads/b0\nfrom :1\n\n");
        }
    }
    stream.push_str(&format!("reset refs/heads/all\nfrom :{commits}\n\ndone\n"));
    repo.git_with_input(&["fast-import", "--quiet", "--done", "--force"], stream.as_bytes());
}

#[test]
fn a_revert_means_the_newest_commit_before_it_with_the_subject() {
    // Few subjects, more than are looked for together, and more commits of one than that.
    for (commits, subjects) in [(300, 2), (1_400, 650), (1_300, 1)] {
        check(commits, subjects);
    }
}

fn check(commits: usize, subjects: usize) {
    let repo = TestRepo::new();
    quarrel(&repo, commits, subjects);
    let (history, _) = updated(&repo);
    let tip = id(&repo.id("all"));
    let tips = [tip];
    let past = history.before(Before { tips: &tips, mentions: true, ..Before::default() });
    let mentions = past.expect("it is whole").mentions;
    let found: HashMap<String, String> = mentions
        .into_iter()
        .filter(|mention| mention.kind == MentionKind::Reverts)
        .map(|mention| (mention.by.to_string(), mention.of))
        .collect();
    let log = repo.git_text(&["log", "--format=%H %s", "all"]);
    let subjects: HashMap<&str, &str> =
        log.lines().filter_map(|line| line.split_once(' ')).collect();
    // Parents come first.
    let arguments = ["log", "--reverse", "--topo-order", "--format=%ct %H %P", "all"];
    let listed = repo.git_text(&arguments);
    let mut before: HashMap<&str, HashSet<&str>> = HashMap::new();
    // The committer's clock, or a second after the latest parent where that is later: as in git's
    // commit-graph.
    let mut corrected: HashMap<&str, i64> = HashMap::new();
    for line in listed.lines() {
        let mut words = line.split_ascii_whitespace();
        let committed: i64 = words.next().and_then(|time| time.parse().ok()).expect("a time");
        let commit = words.next().expect("a commit");
        let parents: Vec<&str> = words.collect();
        let latest = parents.iter().map(|parent| corrected[parent] + 1).max();
        corrected.insert(commit, committed.max(latest.unwrap_or(committed)));
        let all = parents.iter().flat_map(|it| before[it].iter().copied().chain([*it]));
        let all = all.collect();
        before.insert(commit, all);
    }
    let mut meant = 0;
    for (by, subject) in &subjects {
        let quoted = subject.strip_prefix("Revert \"").and_then(|rest| rest.strip_suffix('"'));
        let has_subject = |it: &&&str| Some(subjects[**it]) == quoted;
        let expected: Vec<&str> = before[by].iter().filter(has_subject).copied().collect();
        match found.get(*by) {
            Some(of) => {
                assert!(expected.contains(&of.as_str()), "{by}");
                let newest = expected.iter().map(|of| corrected[of]).max();
                assert_eq!(Some(corrected[of.as_str()]), newest, "{by} means {of}");
                meant += 1;
            }
            None => assert!(expected.is_empty(), "{by} means none of {expected:?}"),
        }
    }
    assert!(meant > 64, "{meant}");
}
