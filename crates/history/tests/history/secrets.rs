//! What must not be in the files of the index is in none of their bytes.

use std::fs;

use bstr::ByteSlice;
use gitops_health_history::{History, Options};
use gitops_health_testkit::{Author, TestRepo};

use crate::support::{directory, file, lines, open_repo, try_updated, update};

const PEOPLE: &[(&str, &str)] = &[
    ("Quintilia Xenophon", "quintilia@xenophon.example"),
    ("Zebedee Wolfram", "zebedee@wolfram.example"),
];

fn people() -> TestRepo {
    let scratch = TestRepo::new();
    for (number, (name, email)) in PEOPLE.iter().cycle().take(8).enumerate() {
        let time = format!("2026-03-02T10:{number:02}:00+0000");
        let message = format!(
            "Markertype: Markersubject {number} by hand\n\nMarkerbody of the message {number}, see \
             #12, MARKERKEY-4815162 and (#987654321).\n\n\
             Reviewed-by: Trailerperson Yttrium <trailerperson@yttrium.example>\n\
             Markerkey: markervalue\n",
        );
        scratch.write("a", format!("Markercontent {number}\n"));
        scratch.commit_as(Author { name, email, time: &time }, &message);
    }
    scratch.write("a", "Markercontent\n");
    scratch.commit("Revert \"Markersubject 3 by hand\"\n");
    scratch
        .write(".mailmap", "Mapped Vanadium <mapped@vanadium.example> <zebedee@wolfram.example>\n");
    scratch
}

/// Sees that none of the texts is in a file of the index, while it is open and afterwards.
fn assert_hidden(scratch: &TestRepo, options: &Options, texts: &[&str]) {
    let repo = open_repo(scratch.path());
    let look = |when: &str| {
        let mut seen = 0;
        for entry in fs::read_dir(directory(scratch)).expect("it is there") {
            let path = entry.expect("it can be listed").path();
            let bytes = fs::read(&path).expect("it can be read").to_ascii_lowercase();
            for text in texts {
                let text = text.to_ascii_lowercase();
                assert!(bytes.find(&text).is_none(), "{when}: {text:?} is in {path:?}");
            }
            seen += bytes.len();
        }
        assert!(seen > 10_000, "{when}: {seen} bytes");
    };
    // In two steps, so that pages are written twice and the log of writes is there.
    let (mut history, _) = History::open(&repo, options.clone(), &|| {}).expect("it can be made");
    let half = repo.resolve("HEAD~4").expect("it is there");
    update(&mut history, &repo, &[half]).expect("it can be written");
    look("open");
    drop(history);
    let (mut history, _) = try_updated(&repo, options.clone()).expect("it can be written");
    history.note_tags(&repo, &|| {}).expect("it can be written");
    look("open again");
    drop(history);
    look("closed");
    scratch
        .write(".mailmap", "Other Vanadium <mapped@vanadium.example> <zebedee@wolfram.example>\n");
    drop(try_updated(&open_repo(scratch.path()), options.clone()).expect("it can be written"));
    look("mapped anew");
}

const MESSAGES: &[&str] = &[
    "Markertype",
    "Markersubject",
    "Markerbody",
    "by hand",
    "4815162",
    "987654321",
    "Markercontent",
    "Markerkey",
    "markervalue",
];

#[test]
fn no_message_and_no_content_is_in_any_file() {
    let scratch = people();
    assert_hidden(&scratch, &Options::default(), MESSAGES);
    let database = fs::read(directory(&scratch).join("history.sqlite")).expect("it is there");
    assert!(database.find("Quintilia").is_some(), "names are, unless somebody asks");
}

#[test]
fn with_pseudonyms_no_name_and_no_address_is_in_any_file() {
    let scratch = people();
    let options = Options { pseudonymize: true, ..Options::default() };
    let names = [
        "Quintilia",
        "Xenophon",
        "Zebedee",
        "Wolfram",
        "Trailerperson",
        "Yttrium",
        "Mapped",
        "Vanadium",
        "Other Van",
    ];
    assert_hidden(&scratch, &options, &[MESSAGES, &names].concat());
}

#[test]
fn an_index_with_names_leaves_none_behind_when_pseudonyms_are_asked_for() {
    let scratch = people();
    drop(try_updated(&open_repo(scratch.path()), Options::default()).expect("it can be made"));
    let options = Options { pseudonymize: true, ..Options::default() };
    let names = ["Quintilia", "Xenophon", "Zebedee", "Wolfram", "Yttrium", "Vanadium"];
    assert_hidden(&scratch, &options, &names);
}

#[test]
fn a_person_with_several_names_has_one_pseudonym() {
    let scratch = TestRepo::new();
    for (number, name) in ["Ada", "Countess", "ada l."].iter().enumerate() {
        let time = format!("2026-03-02T10:{number:02}:00+0000");
        let email = "ada@example.com";
        scratch.write("a", format!("{number}\n"));
        scratch.commit_as(Author { name, email, time: &time }, "Change");
    }
    let options = Options { pseudonymize: true, ..Options::default() };
    drop(try_updated(&open_repo(scratch.path()), options).expect("it can be made"));
    let authors = lines(&file(&scratch), "SELECT DISTINCT author FROM commits");
    assert_eq!(authors.len(), 1, "{authors:?}");
    assert!(authors[0].contains("person-"), "{authors:?}");
}
