//! A comparison with the repository finds whatever somebody changed, and nothing else.

use std::collections::HashSet;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use gitops_health_history::{Error, Options, Verified};
use gitops_health_testkit::{Story, TestRepo};
use rusqlite::{Connection, params};

use crate::support::{
    directory, file, id, open_repo, try_updated, try_verified, updated, verified,
};

fn verify(scratch: &TestRepo, sample: usize) -> Result<Verified, Error> {
    try_verified(&open_repo(scratch.path()), Options::default(), sample)
}

/// A repository in which much happened, with an index.
fn indexed(seed: u64) -> (TestRepo, Story) {
    let (scratch, mut story) = (TestRepo::new(), Story::new(seed));
    story.go_on(&scratch, 40);
    drop(updated(&scratch));
    story.go_on(&scratch, 40);
    drop(updated(&scratch));
    (scratch, story)
}

#[test]
fn nothing_differs_in_an_index_that_grew_and_whose_commits_are_gone() {
    let (scratch, mut story) = indexed(3);
    let whole = verified(&scratch);
    assert_eq!((whole.commits, whole.gone, whole.damage), (80, 0, None));
    assert_eq!(whole.differences, []);
    assert!(whole.changes > 80);
    let some = verify(&scratch, 10).expect("it can be compared");
    assert_eq!((some.commits, some.differences), (10, vec![]));
    // People are still those of the mailmap that there was.
    scratch.write(".mailmap", "Ada Lovelace <ada@example.com> <ada@home.example>\n");
    let unmapped = verified(&scratch);
    assert_eq!((unmapped.differences, unmapped.mailmap_changed), (vec![], true));
    drop(updated(&scratch));
    let mapped = verified(&scratch);
    assert_eq!((mapped.differences, mapped.mailmap_changed), (vec![], false));
    for _ in 0..6 {
        story.force(&scratch);
    }
    story.prune(&scratch);
    let rest = verified(&scratch);
    assert!(rest.gone > 0);
    assert_eq!((rest.commits + rest.gone, rest.differences), (80, vec![]));
    // What is gone hides nothing that is said of others.
    let bytes = fs::read(file(&scratch)).expect("it is there");
    let first = "(SELECT number FROM revision WHERE id = ?1)";
    let id = id(scratch.git_text(&["rev-list", "-1", "--all"]).trim()).as_bytes().to_vec();
    for (change, words) in [
        (format!("INSERT INTO merged_file SELECT {first}, min(number) FROM path"), "merging"),
        (format!("INSERT INTO trailer SELECT {first}, 999, 'cc', NULL"), "its trailers"),
        ("INSERT INTO trailer SELECT 999, 0, 'cc', substr(?1, 0, 0)".into(), "of commits that"),
        ("INSERT INTO merged_file SELECT 999, 1 WHERE ?1 != 0".into(), "of commits that"),
    ] {
        fs::write(file(&scratch), &bytes).expect("it can be written");
        let connection = Connection::open(file(&scratch)).expect("it is there");
        connection.pragma_update(None, "foreign_keys", false).expect("it is a setting");
        assert_eq!(connection.execute(&change, [&id]).expect("it can be written"), 1, "{change}");
        drop(connection);
        is_found(verify(&scratch, usize::MAX), words, &change);
    }
    // Nor in the columns: another change of a file that nothing else says anything of.
    fs::write(file(&scratch), &bytes).expect("it can be written");
    forge(&scratch, 3, |data| data.extend([0, 2, 0, 0, 0]));
    is_found(verify(&scratch, usize::MAX), "", "a change that is said twice");
}

#[test]
fn people_with_pseudonyms_and_times_that_cannot_be_are_right_too() {
    let scratch = TestRepo::new();
    for zone in ["+9959", "-9959", "+99999", "-0030"] {
        let commit = format!(
            "tree {}\nauthor Ada <a@example.com> 1772445600 {zone}\n\
             committer Bob <b@example.com> 1772445600 {zone}\n\nOne\n\n\
             Reviewed-by: Cy <c@example.com>\nReviewed-by: nobody\n",
            scratch.git_text(&["mktree"]).trim()
        );
        let arguments = ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"];
        let id = scratch.git_with_input(&arguments, commit.as_bytes());
        let id = String::from_utf8(id).expect("git prints an id");
        scratch.git(&["update-ref", &format!("refs/heads/b{}", zone.replace('+', "p")), id.trim()]);
    }
    drop(updated(&scratch));
    assert_eq!(verified(&scratch).differences, []);
    fs::remove_dir_all(directory(&scratch)).expect("it is there");
    let repo = open_repo(scratch.path());
    let options = Options { pseudonymize: true, keep: false, ..Options::default() };
    drop(try_updated(&repo, options.clone()).expect("it can be made"));
    let verified = try_verified(&repo, options, usize::MAX).expect("it can be compared");
    assert_eq!((verified.commits, verified.differences), (4, vec![]));
}

/// What SQL can do to an index, and words of what is said about it.
const CHANGES: &[(&str, &str)] = &[
    ("UPDATE revision SET authored = authored + 1 WHERE number = 9", "its times"),
    ("UPDATE revision SET authored_zone = 60 - authored_zone WHERE number = 9", "its times"),
    ("UPDATE revision SET committed = committed - 1 WHERE number = 9", "its times"),
    ("UPDATE revision SET is_fix = 1 - is_fix WHERE number = 9", "what its message says"),
    ("UPDATE revision SET type = 'chore' WHERE number = 9", "what its message says"),
    ("UPDATE revision SET state = 'unread' WHERE number = 9", "its state"),
    ("UPDATE revision SET subject_key = 1 WHERE number = 9", "checksum"),
    ("UPDATE revision SET author = 1 + author % 3 WHERE number = 9", "who made it"),
    ("UPDATE revision SET committer = 1 + committer % 3 WHERE number = 9", "who made it"),
    ("UPDATE person SET name = 'Eve' WHERE number = 1", "who made it"),
    ("UPDATE person SET identity = 1 + identity % 2 WHERE number = 1", "who people are"),
    ("UPDATE person SET name = CAST(name AS BLOB) WHERE number = 1", "who made it"),
    ("UPDATE identity SET email = CAST(email AS BLOB) WHERE number = 1", "the names of people"),
    ("INSERT INTO person VALUES (99, 'Eve', 'e@x', 1)", "a person is missing"),
    (
        "INSERT INTO person SELECT max(number) + 1, 'Eve', 'e@x', 1 FROM person",
        "who people are differs",
    ),
    ("INSERT INTO identity VALUES (99, x'41', 'Eve', 'e@x')", "people that no commit names"),
    ("INSERT INTO path VALUES (999999, 'none.txt')", "a path has the number"),
    ("INSERT INTO meta VALUES ('name', x'41')", "it notes something"),
    ("INSERT INTO chunk VALUES (1 << 60, x'0000000000')", "chunks that nobody reads"),
    ("DELETE FROM chunk WHERE number >> 56 = 7", "checksum"),
    ("DELETE FROM chunk WHERE number >> 56 = 5", "who people are differs"),
    ("UPDATE revision SET is_revert = 2 WHERE number = 9", "what its message says"),
    ("UPDATE revision SET is_merge = 2 WHERE is_merge = 1", "what its message says"),
    ("UPDATE parent SET position = 1 WHERE position = 0 AND revision NOT IN
         (SELECT revision FROM parent WHERE position = 1)", "its parents"),
    ("UPDATE path SET path = CAST(path AS BLOB) WHERE path = 'one.txt'", "the number of the path"),
    ("DELETE FROM path WHERE path = 'one.txt'", "names of paths that tables don't have"),
    ("DELETE FROM meta WHERE key = 'settings'", "what it depends on is not noted"),
    ("DELETE FROM meta WHERE key = 'mailmap'", "what it depends on is not noted"),
    ("INSERT INTO revision SELECT 9999, randomblob(20), author, authored, authored_zone, committer,
         committed, committed_zone, state, reason, lacks, is_merge, is_fix, is_revert, type,
         subject_key, quoted_key FROM revision WHERE number = 9", "commits that columns don't have"),
    ("UPDATE identity SET name = 'Zz' WHERE number = 1", "the names of people"),
    ("UPDATE identity SET key = x'41' WHERE number = 1", "who made it"),
    ("DELETE FROM parent WHERE revision = 9", "its parents"),
    ("UPDATE parent SET parent = 0 WHERE revision = 9", "its parents"),
    ("INSERT INTO reference VALUES (9, 'issue', '#77')", "checksum"),
    ("INSERT INTO trailer VALUES (9, 0, 'cc', NULL)", "its trailers"),
    ("INSERT INTO merged_file VALUES (9, 1)", "what merging changed"),
    ("DELETE FROM merged_file", "what merging changed"),
    ("UPDATE change SET added = added + 1 WHERE revision = 9", "what it did to the file"),
    ("UPDATE change SET similarity = 51 WHERE kind = 'R'", "what it did to the file"),
    ("UPDATE change SET new_bytes = 1 + new_bytes WHERE revision = 9", "what it did to the file"),
    ("UPDATE change SET hunks = x'000000' WHERE revision = 9", "what it did to the file"),
    ("UPDATE change SET makeup = x'000100000000000000000000' WHERE revision = 9", "what it did to the file"),
    ("DELETE FROM change WHERE revision = 9", "what it did to the file"),
    ("UPDATE OR IGNORE change SET revision = 10 WHERE revision = 9", "what it did to the file"),
    ("UPDATE path SET path = 'elsewhere' WHERE path = 'one.txt'", "the number of another"),
    (
        "DELETE FROM chunk WHERE number >> 56 = 3 AND number = (SELECT max(number) FROM chunk WHERE number >> 56 = 3)",
        "a part of the changes of a path is missing",
    ),
    (
        "DELETE FROM chunk WHERE number >> 56 = 4 AND number = (SELECT max(number) FROM chunk WHERE number >> 56 = 4)",
        "a part of the changes of a path is missing",
    ),
    (
        "DELETE FROM chunk WHERE number >> 56 = 8 AND number = (SELECT max(number) FROM chunk WHERE number >> 56 = 8)",
        "a part of the changes of a path is missing",
    ),
    ("UPDATE chunk SET data = x'0000000000' WHERE number >> 56 = 3", "checksum"),
    ("UPDATE chunk SET data = x'0000000000' WHERE number >> 56 = 7", "checksum"),
];

/// Columns that somebody writes anew with a checksum: the kind, what they do to the data, the words.
type Forgery = (i64, fn(&mut Vec<u8>), &'static str);

fn flip(data: &mut [u8], from_end: usize) {
    let place = data.len() - 1 - from_end;
    data[place] ^= 2;
}

const FORGERIES: &[Forgery] = &[
    (2, |data| flip(data, 0), "how much it changed"),
    (1, |data| flip(data, 3), "what kind of commit it is"),
    (3, |data| flip(data, 1), "as the program reads it"),
    (3, |data| flip(data, 0), "neither said nor not said"),
    (4, |data| flip(data, 0), "how many files of a directory it changed"),
    (8, |data| flip(data, 0), "how many files of a subsystem it changed"),
    (5, |data| flip(data, 3), "who people are differs"),
    (5, |data| data.extend([1, 0, 0, 0]), "who people are differs"),
    (5, |data| data.push(0), "the identity of a person is missing"),
    (2, |data| data.extend([0; 32]), "as many details as commits"),
    (2, |data| data.push(0), "details of commits are missing"),
    (
        6,
        |data| data.extend([&[7; 17][..], &[0, 0, 0]].concat()),
        "names of paths that tables don't have",
    ),
    (7, |data| data[0] ^= 1, "checksum"),
    (3, |data| data.extend([0xff; 10]), "does not end"),
    (3, |data| data.extend([0xff, 0xff, 0xff, 0xff, 0x7f, 1, 0, 0, 0]), "too large"),
];

fn is_found(verified: Result<Verified, Error>, words: &str, of: &str) {
    let said = match verified {
        Ok(Verified { damage: Some(damage), .. }) => vec![damage],
        Ok(verified) => verified.differences.into_iter().map(|it| it.what).collect(),
        Err(Error::Damaged { what, .. }) => vec![what],
        Err(error) => panic!("{of}: {error}"),
    };
    assert!(said.iter().any(|it| it.contains(words)), "{of}: {said:?}");
}

#[test]
fn whatever_is_changed_is_found() {
    let (scratch, _) = indexed(4);
    let bytes = fs::read(file(&scratch)).expect("it is there");
    let mut altered = Vec::new();
    for (change, words) in CHANGES {
        fs::write(file(&scratch), &bytes).expect("it can be written");
        let connection = Connection::open(file(&scratch)).expect("it is there");
        connection.pragma_update(None, "foreign_keys", false).expect("it is a setting");
        let rows =
            connection.execute(change, []).unwrap_or_else(|error| panic!("{change}: {error}"));
        drop(connection);
        altered.push((*change, rows));
        is_found(verify(&scratch, usize::MAX), words, change);
    }
    let in_vain: Vec<_> = altered.iter().filter(|(_, rows)| *rows == 0).collect();
    assert!(in_vain.is_empty(), "{in_vain:?}");
    fs::write(file(&scratch), &bytes).expect("it can be written");
    assert_eq!(verified(&scratch).differences, []);
}

#[test]
fn many_differences_are_all_counted_and_the_first_are_listed() {
    let (scratch, mut story) = indexed(4);
    story.go_on(&scratch, 40);
    drop(updated(&scratch));
    let connection = Connection::open(file(&scratch)).expect("it is there");
    let rows = connection.execute("UPDATE change SET similarity = 101", []);
    let rows = rows.expect("it can be written");
    drop(connection);
    assert!(rows > Verified::MOST, "{rows}");
    let verified = verified(&scratch);
    assert_eq!((verified.found, verified.differences.len()), (rows, Verified::MOST));
}

/// Writes the last chunk of a kind anew, with a checksum.
fn forge(scratch: &TestRepo, kind: i64, forgery: impl Fn(&mut Vec<u8>)) {
    let connection = Connection::open(file(scratch)).expect("it is there");
    let (number, mut data): (i64, Vec<u8>) = connection
        .query_row(
            "SELECT number, data FROM chunk WHERE number >> 56 = ?1 ORDER BY number DESC",
            [kind],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("there is one");
    data.truncate(data.len() - 4);
    forgery(&mut data);
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(&data);
    data.extend_from_slice(&hasher.finalize().to_le_bytes());
    connection
        .execute("UPDATE chunk SET data = ?2 WHERE number = ?1", params![number, data])
        .expect("it can be written");
}

#[test]
fn tables_and_views_that_somebody_made_others_are_found_and_replaced() {
    let (scratch, _) = indexed(7);
    let bytes = fs::read(file(&scratch)).expect("it is there");
    for (name, from, to) in [
        ("chunk", "data BLOB", "dataBLOB"),
        ("meta", "value BLOB", "valueBLOB"),
        ("revision", "type TEXT", "typeTEXT"),
        ("commits", "' '", "''"),
        ("change_missing", "'missing'", "'mis sing'"),
    ] {
        fs::write(file(&scratch), &bytes).expect("it can be written");
        let connection = Connection::open(file(&scratch)).expect("it is there");
        connection.pragma_update(None, "writable_schema", true).expect("it is a setting");
        let query = "UPDATE sqlite_schema SET sql = replace(sql, ?2, ?3)
             WHERE name = ?1 AND sql LIKE '%' || ?2 || '%'";
        assert_eq!(connection.execute(query, [name, from, to]).expect("it can be written"), 1);
        drop(connection);
        is_found(verify(&scratch, usize::MAX), "its tables are not those", name);
        let (_, notices) = updated(&scratch);
        assert_eq!(notices.len(), 1, "{name}: {notices:?}");
        assert_eq!(verified(&scratch).differences, [], "{name}");
    }
}

#[test]
fn the_log_of_an_update_that_was_killed_stays_where_it_is() {
    let (scratch, _) = indexed(6);
    let log = directory(&scratch).join("history.sqlite-wal");
    let writer = Connection::open(file(&scratch)).expect("it is there");
    let reader = Connection::open(file(&scratch)).expect("it is there");
    reader.execute_batch("BEGIN; SELECT * FROM meta").expect("it can be read");
    writer.execute("INSERT INTO tag VALUES ('x', 1)", []).expect("it can be written");
    let kept = [file(&scratch), log].map(|path| (fs::read(&path).expect("it is there"), path));
    assert!(kept.iter().all(|(bytes, _)| !bytes.is_empty()), "there is no log");
    drop((reader, writer));
    for (bytes, path) in &kept {
        fs::write(path, bytes).expect("it can be written");
    }
    assert_eq!(verified(&scratch).differences, []);
    for (bytes, path) in &kept {
        assert!(fs::read(path).is_ok_and(|found| found == *bytes), "{}", path.display());
    }
}

#[test]
fn columns_that_are_forged_with_their_checksums_are_found() {
    let (scratch, _) = indexed(4);
    let bytes = fs::read(file(&scratch)).expect("it is there");
    for (kind, forgery, words) in FORGERIES {
        fs::write(file(&scratch), &bytes).expect("it can be written");
        forge(&scratch, *kind, forgery);
        is_found(verify(&scratch, usize::MAX), words, &format!("kind {kind}"));
    }
}

#[test]
fn names_and_pseudonyms_are_compared_whatever_the_mailmap_says() {
    let (scratch, _) = indexed(5);
    let change = |query: &str| {
        let connection = Connection::open(file(&scratch)).expect("it is there");
        assert!(connection.execute(query, []).expect("it can be written") > 0);
    };
    change("UPDATE person SET name = 'Eve' WHERE number = 1");
    scratch.write(".mailmap", "Ada Lovelace <ada@example.com> <ada@home.example>\n");
    is_found(verify(&scratch, usize::MAX), "who made it", "another mailmap");
    let options = Options { pseudonymize: true, ..Options::default() };
    let repo = open_repo(scratch.path());
    drop(try_updated(&repo, options.clone()).expect("it can be made"));
    let right = try_verified(&repo, options.clone(), usize::MAX).expect("it can be compared");
    assert_eq!((right.differences, right.damage), (vec![], None));
    change("UPDATE identity SET name = 'Ada' WHERE number = 1");
    let wrong = try_verified(&repo, options, usize::MAX);
    is_found(wrong, "a pseudonym is not that of its key", "pseudonyms");
}

#[test]
fn an_index_that_grows_while_it_is_compared_is_right_at_every_moment() {
    let (scratch, mut story) = (TestRepo::new(), Story::new(8));
    story.go_on(&scratch, 5);
    drop(updated(&scratch));
    let (is_done, path) = (AtomicBool::new(false), scratch.path());
    let moments = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let verifier = scope.spawn(|| {
            let mut seen = HashSet::new();
            while !is_done.load(Ordering::Relaxed) {
                let found = try_verified(&open_repo(path), Options::default(), usize::MAX);
                let found = found.expect("it can be compared");
                assert_eq!((found.damage, found.differences), (None, vec![]));
                seen.insert(found.commits);
                moments.store(seen.len(), Ordering::Relaxed);
            }
        });
        let mut rounds = 0;
        // Until it was compared at some moments in between, however busy the machine is.
        let is_enough = || moments.load(Ordering::Relaxed) >= 4 || verifier.is_finished();
        while rounds < 25 || (rounds < 2000 && !is_enough()) {
            story.go_on(&scratch, 2);
            drop(updated(&scratch));
            rounds += 1;
        }
        is_done.store(true, Ordering::Relaxed);
        verifier.join().expect("nothing differs");
    });
    assert!(moments.into_inner() >= 4, "it was not compared while it grew");
}
