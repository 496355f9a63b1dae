//! Many at the same time.

use std::sync::Barrier;

use gitops_health_history::{History, Options};
use gitops_health_testkit::{Story, TestRepo};

use crate::support::{Question, id, open_repo, try_updated};

#[test]
fn many_that_make_a_new_index_at_the_same_time_all_get_it() {
    let (scratch, mut story) = (TestRepo::new(), Story::linear(5));
    story.go_on(&scratch, 6);
    let tip = id(&scratch.id(&story.branches()[0]));
    for round in 0..25 {
        let start = Barrier::new(8);
        std::thread::scope(|scope| {
            for number in 0..8 {
                let (start, path) = (&start, scratch.path());
                scope.spawn(move || {
                    let repo = open_repo(path);
                    start.wait();
                    let (history, notices) = match number % 2 {
                        0 => try_updated(&repo, Options::default()),
                        _ => History::open(&repo, Options::default(), &|| {}),
                    }
                    .unwrap_or_else(|error| {
                        let source = std::error::Error::source(&error).map(ToString::to_string);
                        panic!("round {round}: {error}: {source:?}")
                    });
                    assert_eq!(notices, []);
                    if number % 2 == 0 {
                        let past = Question::new(tip, &[]).ask(&history).expect("it is whole");
                        assert_eq!(past.visited, 6);
                    }
                });
            }
        });
        let repo = open_repo(scratch.path());
        assert_eq!(History::clear(&repo, None, &|| {}).expect("it can be taken away"), 1);
    }
}
