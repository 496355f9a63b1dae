//! Whatever is done to the files of the index: the right answer or an error that says why not.

use std::fs;
use std::path::PathBuf;

use gitops_health_git::ObjectId;
use gitops_health_history::{Options, Past};
use gitops_health_testkit::{Random, Story, TestRepo};
use rusqlite::Connection;

use crate::incremental::questions;
use crate::support::{Question, directory, file, open_repo, try_updated, updated};

const NOBODY: ObjectId = ObjectId::from_bytes([7; 20]);

/// A repository with an index, what is asked of it, and the right answers.
struct Patient {
    scratch: TestRepo,
    questions: Vec<Question>,
    answers: Vec<Past>,
    bytes: Vec<u8>,
}

impl Patient {
    fn new(seed: u64) -> Self {
        let (scratch, mut story) = (TestRepo::new(), Story::new(seed));
        story.go_on(&scratch, 30);
        drop(updated(&scratch));
        story.go_on(&scratch, 30);
        scratch.git(&["gc", "--quiet"]);
        let questions = questions(&scratch, &mut story);
        let (history, _) = updated(&scratch);
        let answers = questions.iter().map(|question| question.ask(&history));
        let answers = answers.collect::<Result<_, _>>().expect("it is whole");
        drop(history);
        let bytes = fs::read(file(&scratch)).expect("it is there");
        Self { scratch, questions, answers, bytes }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        directory(&self.scratch).join(format!("history.sqlite{ending}"))
    }

    /// Puts these bytes in the place of the index.
    fn put(&self, bytes: &[u8]) {
        for ending in ["-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(self.beside(ending));
        }
        fs::write(file(&self.scratch), bytes).expect("it can be written");
    }

    /// Whether the answers are right; an error says why there are none. Anything else is a failure.
    fn is_answered(&self, of: &str) -> bool {
        let repo = open_repo(self.scratch.path());
        let asked = || -> Result<Vec<Past>, gitops_health_history::Error> {
            let (history, _) = try_updated(&repo, Options::default())?;
            self.questions.iter().map(|question| question.ask(&history)).collect()
        };
        match asked() {
            Ok(answers) => {
                // Numbers of people mean something in one index only.
                let without_people = |past: &Past| {
                    let mut past = past.clone();
                    past.commits.iter_mut().for_each(|commit| commit.author = 0);
                    past.made.iter_mut().for_each(|commit| commit.author = 0);
                    past
                };
                for (found, right) in answers.iter().zip(&self.answers) {
                    assert_eq!(without_people(found), without_people(right), "{of}");
                }
                true
            }
            Err(error) => {
                let text = error.to_string();
                assert!(!text.is_empty() && !text.contains('\n'), "{of}: {text}");
                false
            }
        }
    }
}

#[test]
fn a_changed_byte_anywhere_gives_the_right_answer_or_an_error() {
    let (mut right, mut errors) = (0, 0);
    for seed in 0..2 {
        let patient = Patient::new(3000 + seed);
        let mut random = Random::new(seed);
        for round in 0..400 {
            let (at, bit) = (random.below(patient.bytes.len()), random.below(8));
            let mut bytes = patient.bytes.clone();
            bytes[at] ^= 1 << bit;
            patient.put(&bytes);
            let of = format!("seed {seed}, round {round}: bit {bit} of byte {at}");
            if patient.is_answered(&of) {
                right += 1;
            } else {
                errors += 1;
                assert!(patient.is_answered(&of), "{of}: it is not made anew");
            }
        }
    }
    assert!(right > 400, "{right} right, {errors} errors");
}

#[test]
fn missing_and_empty_pages_give_the_right_answer_or_an_error() {
    let patient = Patient::new(3010);
    let page = 8192;
    assert!(patient.bytes.len().is_multiple_of(page));
    for number in 0..patient.bytes.len() / page {
        for content in [0, 0xff, 0x0d] {
            let mut bytes = patient.bytes.clone();
            bytes[number * page..][..page].fill(content);
            patient.put(&bytes);
            patient.is_answered(&format!("page {number} of {content}"));
        }
        // A page in the place of another.
        let mut bytes = patient.bytes.clone();
        let other = (number + 1) * page % bytes.len();
        bytes.copy_within(other..other + page, number * page);
        patient.put(&bytes);
        patient.is_answered(&format!("page {number} is the next"));
    }
    let mut random = Random::new(4);
    let lengths = (0..patient.bytes.len()).step_by(page);
    let lengths: Vec<usize> = lengths
        .chain((0..40).map(|_| random.below(patient.bytes.len())))
        .chain([1, 15, 99])
        .collect();
    for length in lengths {
        patient.put(&patient.bytes[..length]);
        patient.is_answered(&format!("{length} bytes"));
    }
}

#[test]
fn whatever_else_is_in_its_place_is_replaced_or_an_error() {
    let patient = Patient::new(3020);
    patient.put(b"");
    assert!(patient.is_answered("an empty file"));
    patient.put(b"garbage ".repeat(2000).as_slice());
    assert!(patient.is_answered("garbage"));
    patient.put(b"SQLite format 3\0");
    assert!(patient.is_answered("the begin of a file of SQLite"));
    // A file of somebody else.
    patient.put(b"");
    let connection = Connection::open(file(&patient.scratch)).expect("it can be made");
    connection.execute_batch("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)").expect("valid");
    drop(connection);
    assert!(patient.is_answered("a file of somebody else"));
    for (pragma, number) in [("user_version", 0), ("user_version", 77), ("application_id", 1)] {
        patient.put(&patient.bytes);
        let connection = Connection::open(file(&patient.scratch)).expect("it can be opened");
        connection.pragma_update(None, pragma, number).expect("valid");
        drop(connection);
        assert!(patient.is_answered(pragma));
    }
    for statement in [
        "DROP TABLE trailer",
        "DROP VIEW authors",
        "DELETE FROM chunk",
        "DELETE FROM meta",
        "CREATE TABLE more (x)",
        "CREATE TRIGGER evil AFTER INSERT ON revision BEGIN DELETE FROM change; END",
        "DELETE FROM chunk WHERE number = (SELECT max(number) FROM chunk)",
    ] {
        patient.put(&patient.bytes);
        let connection = Connection::open(file(&patient.scratch)).expect("it can be opened");
        connection.execute_batch(statement).expect("valid");
        drop(connection);
        patient.is_answered(statement);
    }
}

#[test]
fn a_directory_or_a_link_in_its_place_is_an_error_or_replaced_and_nothing_is_written_elsewhere() {
    let patient = Patient::new(3030);
    let place = file(&patient.scratch);
    fs::remove_file(&place).expect("it is there");
    fs::create_dir(&place).expect("it can be made");
    patient.is_answered("a directory");
    let _ = fs::remove_dir(&place);
    let _ = fs::remove_file(&place);
    let elsewhere = patient.scratch.path().join("elsewhere");
    for content in [&b"mine"[..], &patient.bytes] {
        fs::write(&elsewhere, content).expect("it can be written");
        let _ = fs::remove_file(&place);
        std::os::unix::fs::symlink(&elsewhere, &place).expect("it can be made");
        patient.is_answered("a link");
        assert_eq!(fs::read(&elsewhere).expect("it is there"), content, "it was written to");
    }
    let _ = fs::remove_file(&place);
    std::os::unix::fs::symlink("/nowhere/at/all", &place).expect("it can be made");
    patient.is_answered("a link to nothing");
    // The whole directory.
    let kept = directory(&patient.scratch);
    fs::remove_dir_all(&kept).expect("it is there");
    std::os::unix::fs::symlink(patient.scratch.path(), &kept).expect("it can be made");
    patient.is_answered("a link in the place of the directory");
    assert!(!patient.scratch.path().join("history.sqlite").exists());
    fs::remove_file(&kept).expect("it is there");
    fs::write(&kept, "a file").expect("it can be written");
    patient.is_answered("a file in the place of the directory");
}

#[test]
fn a_log_of_writes_that_belongs_to_another_file_is_not_believed() {
    let (patient, other) = (Patient::new(3040), Patient::new(3041));
    // While it is open, what was written last is in the log.
    let (history, _) = updated(&other.scratch);
    let connection = Connection::open(file(&other.scratch)).expect("it is there");
    connection
        .execute_batch("UPDATE meta SET value = value; UPDATE path SET path = path || 'x'")
        .expect("valid");
    let log = fs::read(other.beside("-wal")).expect("it is there");
    assert!(!log.is_empty());
    for bytes in [&patient.bytes[..], b"", &other.bytes] {
        for log in [&log[..], &log[..log.len() / 2], b"garbage"] {
            patient.put(bytes);
            fs::write(patient.beside("-wal"), log).expect("it can be written");
            patient.is_answered(&format!("{} bytes and a log of {}", bytes.len(), log.len()));
        }
    }
    drop((history, connection));
}

#[test]
fn an_index_of_nothing_is_not_damaged() {
    let scratch = TestRepo::new();
    let (history, _) = updated(&scratch);
    let question = Question { tips: Vec::new(), ..Question::new(NOBODY, &["a", "b/c"]) };
    assert_eq!(question.ask(&history).expect("it is whole"), Past::default());
}
