//! What comes later has no say in what was before.

use gitops_health_history::PastEnd;
use gitops_health_testkit::{Author, Story, TestRepo};

use crate::incremental::questions;
use crate::support::{Question, answers, file, id, lines, updated};

fn ada(time: &str) -> Author<'_> {
    Author { name: "Ada", email: "ada@example.com", time }
}

#[test]
fn answers_about_a_commit_stay_when_others_come() {
    for seed in 0..12 {
        let (scratch, mut story) = (TestRepo::new(), Story::new(2000 + seed));
        story.go_on(&scratch, 10);
        let (history, _) = updated(&scratch);
        let mut asked = questions(&scratch, &mut story);
        // Marks that came later were not known then, and are not asked about.
        asked.iter_mut().for_each(|question| question.marks.clear());
        let before = answers(&history, &file(&scratch), &asked).expect("it is whole");
        drop(history);
        for event in 0..5 {
            story.go_on(&scratch, 4);
            let tip = story.branches()[0].clone();
            scratch.git(&["tag", &format!("v{event}"), &tip]);
            if event % 2 == 1 {
                story.force(&scratch);
            }
            let (history, _) = updated(&scratch);
            let after = answers(&history, &file(&scratch), &asked).expect("it is whole");
            for ((before, after), question) in before.iter().zip(&after).zip(&asked) {
                assert_eq!(before, after, "seed {seed}, event {event}: {question:?}");
            }
        }
    }
}

#[test]
fn a_descendant_with_an_older_date_is_not_before() {
    let scratch = TestRepo::new();
    scratch.write("a", "1\n").commit_as(ada("2026-03-02T10:00:00+0000"), "one");
    let base = id(&scratch.write("a", "2\n").commit_as(ada("2026-03-03T10:00:00+0000"), "two"));
    let question = Question::new(base, &["a"]);
    let first = question.ask(&updated(&scratch).0).expect("it is whole");
    let late = scratch.write("a", "3\n").commit_as(ada("2020-01-01T00:00:00+0000"), "Fix crash");
    scratch.git(&["checkout", "--quiet", "--orphan", "other"]);
    scratch.write("a", "4\n").commit_as(ada("2019-01-01T00:00:00+0000"), "Fix another crash");
    scratch.git(&["tag", "v1", &late]);
    let (history, _) = updated(&scratch);
    let again = Question { marks: vec![id(&late), base], ..question };
    let again = again.ask(&history).expect("it is whole");
    assert_eq!(again.marked.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [base]);
    let without_marks = gitops_health_history::Past { marked: Vec::new(), ..again };
    assert_eq!(without_marks, first);
    assert_eq!((first.all.changes, first.all.fixes, first.visited), (2, 0, 2));
}

#[test]
fn an_ancestor_with_a_later_date_counts_unless_it_is_too_late() {
    let scratch = TestRepo::new();
    scratch.write("a", "1\n").commit_as(ada("2026-03-02T10:00:00+0000"), "one");
    let late = scratch.write("a", "2\n").commit_as(ada("2030-01-01T00:00:00+0000"), "Fix crash");
    let tip = scratch.write("a", "3\n").commit_as(ada("2026-03-03T10:00:00+0000"), "three");
    let (history, _) = updated(&scratch);
    let marks = vec![id(&late)];
    let question = Question { marks, ..Question::new(id(&tip), &["a"]) };
    let all = question.ask(&history).expect("it is whole");
    // The newest first, none before one that came after it.
    let order: Vec<_> = all.commits.iter().map(|commit| commit.id).collect();
    assert_eq!(order[..2], [id(&tip), id(&late)]);
    assert_eq!((all.all.changes, all.all.fixes, all.marked.len()), (3, 1, 1));
    let until = Question { until: Some(1_772_532_000), ..question };
    let until = until.ask(&history).expect("it is whole");
    assert_eq!((until.all.changes, until.all.fixes, until.visited), (2, 0, 2));
    assert_eq!((until.commits.len(), until.marked.len()), (2, 0));
    assert_eq!(until.end, PastEnd::Complete);
}

/// Another branch has a commit of the same subject, which is nearer by the order of indexing.
#[test]
fn a_revert_speaks_of_a_commit_before_it_and_of_none_elsewhere() {
    let scratch = TestRepo::new();
    scratch.write("a", "1\n").commit("begin");
    let meant = scratch.write("a", "2\n").commit("Use the pool");
    scratch.write("a", "1\n").commit("Revert \"Use the pool\"");
    let tip = id(&scratch.id("main"));
    let question = Question::new(tip, &["a"]);
    scratch.git(&["checkout", "--quiet", "-b", "other", "main~2"]);
    scratch.write("b", "2\n");
    // Between the commit and its revert by date.
    scratch.commit_as(ada("2026-03-02T11:30:00+0000"), "Use the pool");
    let (history, _) = updated(&scratch);
    let past = question.ask(&history).expect("it is whole");
    let of: Vec<_> = past.mentions.iter().map(|mention| mention.of.as_str()).collect();
    assert_eq!(of, [meant.as_str()]);
}

#[test]
fn the_name_that_is_shown_for_an_address_does_not_depend_on_who_was_indexed_first() {
    let people = [("Ada", "ada@example.com"), ("Ada L.", "ADA@example.com")];
    let shown = |order: [usize; 2]| {
        let scratch = TestRepo::new();
        for (day, number) in order.into_iter().enumerate() {
            let time = format!("2026-03-{:02}T10:00:00+0000", 2 + day);
            let (name, email) = people[number];
            scratch.commit_as(Author { name, email, time: &time }, "next");
            drop(updated(&scratch));
        }
        lines(&file(&scratch), "SELECT name, email FROM authors")
    };
    assert_eq!(shown([0, 1]), shown([1, 0]));
}
