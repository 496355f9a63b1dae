//! An index that was brought up to date step by step is one that was made from scratch.

use gitops_health_git::{ObjectId, RepoPath};
use gitops_health_history::{History, Notice, Options, Periods};
use gitops_health_testkit::{Author, Story, TestRepo};
use rusqlite::Connection;

use crate::support::{
    Question, answers, file, from_scratch, id, lines, open_repo, try_updated, update, updated,
};

/// How many histories, each with nine events: quick enough for every run unless somebody says more.
fn histories() -> u64 {
    std::env::var("INDEX_HISTORIES").map_or(44, |text| text.parse().expect("a number"))
}

const MAILMAPS: &[&str] = &[
    "",
    "Ada Lovelace <ada@example.com> <ada@home.example>\n",
    "Ada Lovelace <ada@example.com> Ada L. <ada@example.com>\nBob <bob@example.com> <cy@example.com>\n",
    "<zoe@home.example> <zoe@example.com>\n",
];

#[test]
fn an_index_of_many_steps_answers_as_one_from_scratch() {
    for seed in 0..histories() {
        let (scratch, mut story) = (TestRepo::new(), Story::new(1000 + seed));
        let mut is_lossy = false;
        story.go_on(&scratch, 3);
        for event in 0..9 {
            match story.random().below(12) {
                0..=5 => {
                    let count = 1 + story.random().below(6);
                    story.go_on(&scratch, count);
                }
                6 | 7 => {
                    story.force(&scratch);
                    is_lossy = true;
                }
                8 => {
                    story.prune(&scratch);
                }
                9 | 10 => {
                    let mailmap = MAILMAPS[story.random().below(MAILMAPS.len())];
                    scratch.write(".mailmap", mailmap);
                }
                _ => drop(scratch.git(&["repack", "-Adq"])),
            }
            drop(updated(&scratch));
            if event % 4 == 0 {
                compare(&scratch, &mut story, is_lossy, &format!("seed {seed}, event {event}"));
            }
        }
    }
}

fn compare(scratch: &TestRepo, story: &mut Story, is_lossy: bool, of: &str) {
    let questions = questions(scratch, story);
    let ask = |history: &_, file: &_| {
        let views = VIEWS.iter().chain(PEOPLE).map(|view| lines(file, view)).collect::<Vec<_>>();
        (answers(history, file, &questions).expect("it is whole"), views)
    };
    let (stepwise, views) = ask(&updated(scratch).0, &file(scratch));
    let (fresh, fresh_views) = from_scratch(scratch, ask);
    for ((one, two), question) in stepwise.iter().zip(&fresh).zip(&questions) {
        assert_eq!(one, two, "{of}: {question:?}");
    }
    for ((stepwise, fresh), view) in views.iter().zip(&fresh_views).zip(VIEWS.iter().chain(PEOPLE))
    {
        if !is_lossy {
            assert_eq!(stepwise, fresh, "{of}: {view}");
        } else if !PEOPLE.contains(view) {
            // What no branch leads to any more is known all the same.
            let lacking = fresh.iter().find(|line| !stepwise.contains(line));
            assert_eq!(lacking, None, "{of}: {view}");
        }
    }
}

/// Sums over all commits that the index has.
const PEOPLE: &[&str] = &["SELECT * FROM authors", "SELECT * FROM file_history"];

/// What people and scripts see of commits that there are.
const VIEWS: &[&str] = &[
    "SELECT id, lower(author_email), authored, author_zone, lower(committer_email), committed_utc,
        state, is_merge, is_fix, is_revert, type, files, added, deleted FROM commits",
    "SELECT commit_id, kind, path, old_path, lower(author_email), is_fix, is_revert, added, deleted,
        places, content, old_lines, new_lines, old_bytes, new_bytes, old_blob, new_blob, old_mode,
        new_mode, committed_utc FROM file_changes",
    "SELECT hex(revision.id), hex(before.id), position FROM parent
        JOIN revision ON revision.number = parent.revision
        JOIN revision AS before ON before.number = parent.parent",
    "SELECT hex(id), path.path FROM merged_file
        JOIN revision ON revision.number = merged_file.revision
        JOIN path ON path.number = merged_file.path",
    "SELECT hex(id), kind, target FROM reference
        JOIN revision ON revision.number = reference.revision WHERE target NOT LIKE '~%'",
    "SELECT hex(id), position, key, person.name, person.email FROM trailer
        JOIN revision ON revision.number = trailer.revision
        JOIN person ON person.number = trailer.person",
];

pub fn questions(scratch: &TestRepo, story: &mut Story) -> Vec<Question> {
    let commits: Vec<ObjectId> =
        scratch.git_text(&["rev-list", "--branches", "--date-order"]).lines().map(id).collect();
    let tips: Vec<ObjectId> = scratch
        .git_text(&["for-each-ref", "--format=%(objectname)", "refs/heads"])
        .lines()
        .map(id)
        .collect();
    let repo = open_repo(scratch.path());
    let paths: Vec<RepoPath> = story.paths().iter().map(|path| RepoPath::from(&**path)).collect();
    let mut asked = vec![Question {
        tips: tips.clone(),
        follow: paths.clone(),
        limit: usize::MAX,
        until: None,
        marks: commits.clone(),
    }];
    for round in 0..12 {
        let random = story.random();
        let tip = match round % 3 {
            0 => tips[random.below(tips.len())],
            _ => commits[random.below(commits.len())],
        };
        let follow = (0..1 + random.below(3)).filter(|_| !paths.is_empty());
        let follow = follow.map(|_| paths[random.below(paths.len())].clone()).collect();
        let other = repo.commit(commits[random.below(commits.len())]).expect("it is here");
        asked.push(Question {
            tips: vec![tip],
            follow,
            limit: if random.below(3) == 0 { 1 + random.below(9) } else { usize::MAX },
            until: (random.below(3) == 0).then_some(other.committer.time.seconds),
            marks: vec![commits[random.below(commits.len())], other.id],
        });
    }
    asked
}

#[test]
fn an_index_that_does_not_say_what_it_depends_on_is_made_anew() {
    let scratch = TestRepo::new();
    let ada = Author { name: "Ada", email: "ada@home.example", time: "2026-03-02T09:00:00+0000" };
    scratch.write("a", "1\n").commit_as(ada, "one");
    scratch.write(".mailmap", "Eve <eve@example.com> <ada@home.example>\n");
    drop(updated(&scratch));
    let emails = "SELECT DISTINCT author_email FROM commits";
    assert_eq!(lines(&file(&scratch), emails), [r#"[Text("eve@example.com")]"#]);
    std::fs::remove_file(scratch.path().join(".mailmap")).expect("it is there");
    let repo = open_repo(scratch.path());
    for key in ["mailmap", "key", "settings"] {
        let connection = Connection::open(file(&scratch)).expect("it is there");
        let forgotten = connection.execute("DELETE FROM meta WHERE key = ?1", [key]);
        assert_eq!(forgotten.expect("it can be written"), 1);
        drop(connection);
        let options = Options { keep: true, ..Options::default() };
        let error = History::open(&repo, options, &|| {}).map(|_| ()).expect_err(key);
        assert!(error.to_string().contains("what it depends on is not noted"), "{error}");
        let (_, notices) = updated(&scratch);
        assert!(matches!(&notices[..], [Notice::Rebuilt(_)]), "{key}: {notices:?}");
        assert_eq!(lines(&file(&scratch), emails), [r#"[Text("ada@home.example")]"#]);
    }
    // Names don't pass for pseudonyms.
    let connection = Connection::open(file(&scratch)).expect("it is there");
    connection.execute("DELETE FROM meta", []).expect("it can be written");
    drop(connection);
    let options = Options { pseudonymize: true, ..Options::default() };
    drop(try_updated(&repo, options).expect("the index can be made"));
    assert_eq!(lines(&file(&scratch), emails), [r#"[Text("")]"#]);
}

#[test]
fn who_opened_the_index_before_another_mapped_people_counts_them_as_they_are_mapped() {
    let scratch = TestRepo::new();
    for (name, email) in [("Ada", "ada@home.example"), ("Ada L.", "ada@work.example")] {
        let author = Author { name, email, time: "2026-03-02T09:00:00+0000" };
        scratch.write("a", name).commit_as(author, "one");
    }
    let repo = open_repo(scratch.path());
    let tips = repo.tips().expect("there is one");
    let people = |history: &History| {
        let bounds = [0, i64::MAX];
        let asked = Periods { tip: tips[0], bounds: &bounds, until: None, spans: &[] };
        history.trend(asked).expect("it is whole").periods[0].authors
    };
    assert_eq!(people(&updated(&scratch).0), 2);
    scratch.write(".mailmap", "Ada <ada@home.example> <ada@work.example>\n");
    let (mut early, _) = History::open(&repo, Options::default(), &|| {}).expect("it is there");
    assert_eq!(people(&updated(&scratch).0), 1);
    update(&mut early, &repo, &tips).expect("nothing is new");
    assert_eq!(people(&early), 1);
}
