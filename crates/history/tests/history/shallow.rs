//! A clone that becomes less shallow.

use gitops_health_history::{Notice, PastEnd};
use gitops_health_testkit::{Story, TestRepo};

use crate::support::{Question, answers, file, id, updated};

#[test]
fn a_clone_that_gets_deeper_answers_as_a_whole_one_in_the_end() {
    let (scratch, mut story) = (TestRepo::new(), Story::linear(7));
    story.go_on(&scratch, 30);
    let branch = story.branches()[0].clone();
    scratch.git(&["update-ref", "refs/heads/main", &branch]);
    scratch.git(&["update-ref", "-d", &format!("refs/heads/{branch}")]);
    let tip = id(&scratch.id("main"));
    let paths = story.paths();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let question = [Question::new(tip, &paths)];
    let whole = answers(&updated(&scratch).0, &file(&scratch), &question).expect("it is whole");
    let clone = TestRepo::bare();
    let url = format!("file://{}", scratch.path().display());
    clone.git(&["fetch", "--quiet", "--depth=5", &url, "main:main"]);
    let steps: [(&[&str], usize, bool); 4] = [
        (&["--depth=5"], 5, false),
        (&["--deepen=10"], 15, true),
        (&["--deepen=3"], 18, true),
        (&["--unshallow"], 30, true),
    ];
    for (how, commits, is_new) in steps {
        let arguments = [&["fetch", "--quiet"], how, &[&url, "main:main"]].concat();
        clone.git(&arguments);
        let (history, notices) = updated(&clone);
        let is_rebuilt = matches!(notices[..], [Notice::Rebuilt(_)]);
        assert_eq!((is_rebuilt, notices.len()), (is_new, usize::from(is_new)), "{how:?}");
        let answer = answers(&history, &file(&clone), &question).expect("it is whole");
        assert_eq!(answer[0].past.visited, commits);
        if commits == 30 {
            assert_eq!(answer, whole);
        } else {
            assert_eq!(answer[0].past.end, PastEnd::ShallowEdge);
            assert_eq!(answer[0].past.all.changes, commits - 1);
        }
        drop(history);
        assert_eq!(updated(&clone).1, []);
    }
    // It can be cut again.
    clone.git(&["fetch", "--quiet", "--depth=2", &url, "main:main"]);
    let (history, notices) = updated(&clone);
    assert!(matches!(notices[..], [Notice::Rebuilt(_)]));
    assert_eq!(question[0].ask(&history).expect("it is whole").visited, 2);
}
