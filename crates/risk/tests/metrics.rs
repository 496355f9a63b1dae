//! What is measured of commits.

#![cfg(unix)]

use std::path::Path;
use std::sync::atomic::AtomicBool;

use gitops_health_git::{Location, Makeup, ObjectId, Repo, RepoPath};
use gitops_health_history::{Before, Chronicle, History, Options, RecordedCommit, Work};
use gitops_health_risk::metric::{
    ChangedFile, METRICS, Memory, Recalled, Reference, Row, Shape, Shapes,
};
use gitops_health_risk::{RiskConfig, RiskParams};
use gitops_health_testkit::{Author, Story, TestRepo};

fn params() -> RiskParams {
    RiskConfig::default().check().expect("the defaults make sense")
}

fn history(path: &Path) -> History {
    let location = Location { start: path.to_owned(), use_git_environment: false };
    let repo = Repo::open(&location).expect("the repository can be opened");
    let (mut history, _) = History::open(&repo, Options::default(), &|| {}).expect("it opens");
    let (progress, cancel) = (|_, _, _| {}, AtomicBool::new(false));
    let work = Work { threads: 2, progress: &progress, cancel: &cancel };
    history.update(&repo, &repo.tips().expect("it has some"), &work).expect("it can be indexed");
    history
}

fn id(hex: &str) -> ObjectId {
    hex.trim().parse().expect("git prints an id")
}

fn changes(chronicle: &Chronicle) -> impl Iterator<Item = &RecordedCommit> {
    chronicle.commits.iter().filter(|commit| commit.is_change)
}

/// What is measured of each commit while the history goes by.
fn measured(history: &History, tip: ObjectId) -> Vec<(ObjectId, Row)> {
    let chronicle = history.chronicle(tip).expect("it is indexed");
    let (mut memory, params) = (Memory::default(), params());
    let shapes = Shapes::new(&chronicle, &params);
    let rows = changes(&chronicle).map(|commit| {
        let shape = shapes.of(commit);
        let row = memory.known(&shape).measure(&shape);
        memory.learn(&shape, commit.purpose.is_revert, &row);
        (commit.id, row)
    });
    rows.collect()
}

fn of(row: &Row, id: &str) -> f64 {
    row[METRICS.iter().position(|metric| metric.id == id).expect("there is such a metric")]
}

/// The first metric that differs.
fn difference(one: &Row, other: &Row) -> Option<String> {
    let pairs = METRICS.iter().zip(one.iter().zip(other));
    let mut odd = pairs.filter(|(_, (one, other))| one.to_bits() != other.to_bits());
    odd.next().map(|(metric, (one, other))| format!("{}: {one}, {other}", metric.id))
}

#[test]
fn what_is_recalled_of_one_change_measures_as_what_was_remembered_of_all() {
    let mut compared = 0;
    for seed in 0..3 {
        let (scratch, mut story) = (TestRepo::new(), Story::linear(7000 + seed));
        story.go_on(&scratch, 160);
        scratch.write(".mailmap", "Ada <ada@example.com> <ada@home.example>\n");
        let history = history(scratch.path());
        let tip = id(&scratch.id(&story.branches()[0]));
        let chronicle = history.chronicle(tip).expect("it is indexed");
        let rows = measured(&history, tip);
        let (params, mut before) = (params(), None);
        let shapes = Shapes::new(&chronicle, &params);
        for (commit, (id, row)) in changes(&chronicle).zip(&rows) {
            let shape = shapes.of(commit);
            let follow: Vec<RepoPath> =
                shape.files.iter().map(|file| file.name_before().clone()).collect();
            if let Some(tip) = before {
                let question =
                    Before { tips: &[tip], follow: &follow, made: true, ..Before::default() };
                let past = history.before(question).expect("it is whole");
                let milestone = Reference::milestone(&history, tip).expect("it is indexed");
                let reference = milestone.map_or(Ok(Reference::default()), |milestone| {
                    Reference::measure(&history, milestone, &params)
                });
                let usual = reference.expect("it is indexed").usual();
                let again = Recalled::of(&past, &shape, usual).known().measure(&shape);
                assert_eq!(difference(row, &again), None, "seed {seed}: {id}");
                compared += 1;
            }
            before = Some(*id);
        }
    }
    assert!(compared > 400, "{compared}");
}

#[test]
fn the_future_changes_nothing() {
    for seed in 0..3 {
        let (scratch, mut story) = (TestRepo::new(), Story::linear(7100 + seed));
        story.go_on(&scratch, 90);
        let branch = story.branches()[0].clone();
        let early = id(&scratch.id(&branch));
        let before = measured(&history(scratch.path()), early);
        story.go_on(&scratch, 60);
        let after = measured(&history(scratch.path()), id(&scratch.id(&branch)));
        assert!(after.len() > before.len());
        for ((id, row), (other, again)) in before.iter().zip(&after) {
            assert_eq!(id, other);
            assert_eq!(difference(row, again), None, "seed {seed}: {id}");
        }
    }
}

const DAY: i64 = 86_400;

/// A commit: who makes it, days after the first, its subject, the files that are written with their lines.
type Told<'a> = (&'a str, i64, &'a str, &'a [(&'a str, usize)]);

fn told(commits: &[Told<'_>]) -> Vec<Row> {
    let repo = TestRepo::new();
    for (name, day, subject, files) in commits {
        for (path, lines) in *files {
            let text: String = (0..*lines).map(|line| format!("{day} {line}\n")).collect();
            repo.write(path, text);
        }
        let email = format!("{}@example.com", name.to_lowercase());
        let time = format!("{} +0000", 1_700_000_000 + day * DAY);
        repo.commit_as(Author { name, email: &email, time: &time }, subject);
    }
    let history = history(repo.path());
    measured(&history, id(&repo.id("HEAD"))).into_iter().map(|(_, row)| row).collect()
}

#[test]
fn in_which_order_later_commits_come_changes_nothing_of_earlier_ones() {
    let paths: Vec<String> = (0..6).map(|number| format!("src/{number}.c")).collect();
    let files: Vec<[(&str, usize); 2]> = (0..40)
        .map(|day| [(&*paths[day % 6], 3 + day % 7), (&*paths[day * day % 5], 2 + day % 11)])
        .collect();
    let subjects = ["Add it", "Fix the crash", "Revert \"Add it\"", "Tidy up"];
    // What is done on which day, and in which order.
    let rows = |order: &[usize]| {
        let commits: Vec<Told<'_>> = order
            .iter()
            .enumerate()
            .map(|(day, what)| {
                let who = ["Ann", "Bob", "Cid"][what % 3];
                (who, day as i64, subjects[what % 4], &files[*what][..])
            })
            .collect();
        told(&commits)
    };
    let mut order: Vec<usize> = (0..40).collect();
    let before = rows(&order);
    for seed in 0..2 {
        fastrand::Rng::with_seed(seed).shuffle(&mut order[25..]);
        let after = rows(&order);
        let differ = |(one, other): &(&Row, &Row)| difference(one, other).is_some();
        assert_eq!(before.iter().zip(&after).take(25).filter(differ).count(), 0, "{order:?}");
        // The later ones are measured otherwise.
        assert!(before.iter().zip(&after).skip(25).filter(differ).count() > 5, "{order:?}");
    }
}

#[test]
fn who_people_are_changes_nothing() {
    let build = |names: [&str; 3]| {
        let paths: Vec<String> = (0..5).map(|number| format!("src/{number}.c")).collect();
        let files: Vec<[(&str, usize); 1]> =
            (0..40).map(|number| [(&*paths[number % 5], 3 + number)]).collect();
        let commit = |number: usize| {
            let subject = if number.is_multiple_of(4) { "fix: a crash" } else { "Change" };
            (names[number * 7 % 3], number as i64, subject, &files[number][..])
        };
        told(&(0..40).map(commit).collect::<Vec<Told<'_>>>())
    };
    let (one, other) = (build(["Ada", "Bob", "Cy"]), build(["Zoe", "Ann", "Max"]));
    assert_eq!(one.len(), 40);
    for (row, again) in one.iter().zip(&other) {
        assert_eq!(difference(row, again), None);
    }
    // Experience is not nothing.
    assert!(of(&one[39], "exp") > 5.0);
}

#[test]
fn the_metrics_of_kamei_are_as_they_are_defined() {
    let rows = told(&[
        ("Ada", 0, "Begin", &[("core/a.c", 10), ("core/io/b.c", 20), ("README", 1)]),
        ("Bob", 10, "fix: a crash", &[("core/a.c", 8)]),
        ("Ada", 30, "Change", &[("core/a.c", 6), ("net/c.c", 2)]),
        ("Ada", 40, "Change more", &[("core/a.c", 5), ("core/io/b.c", 15)]),
    ]);
    let [first, second, third, fourth] = &rows[..] else { panic!("there are four") };
    let expect = |row: &Row, id: &str, value: f64| {
        assert!((of(row, id) - value).abs() < 1e-12, "{id}: {}", of(row, id));
    };
    // The root is a subsystem of its own.
    expect(first, "ns", 2.0);
    expect(first, "nd", 3.0);
    expect(first, "nf", 3.0);
    expect(first, "la", 31.0);
    expect(first, "lt", 0.0);
    let parts = [10.0, 20.0, 1.0].map(|lines: f64| lines / 31.0 * (31.0 / lines).log2());
    expect(first, "entropy", parts.iter().sum());
    expect(first, "exp", 0.0);
    expect(second, "fix", 1.0);
    expect(second, "la", 8.0);
    expect(second, "ld", 10.0);
    expect(second, "lt", 10.0);
    expect(second, "ndev", 1.0);
    expect(second, "age", 10.0);
    expect(second, "nuc", 1.0);
    expect(second, "exp", 0.0);
    expect(second, "sexp", 0.0);
    // One of two files is new: means are over both.
    expect(third, "ns", 2.0);
    expect(third, "lt", 4.0);
    expect(third, "ndev", 2.0);
    expect(third, "age", 10.0);
    expect(third, "nuc", 1.0);
    expect(third, "exp", 1.0);
    expect(third, "rexp", 1.0 / (1.0 + 30.0 / 365.25));
    expect(third, "sexp", 1.0);
    assert!(of(third, "together").is_nan());
    expect(fourth, "ndev", 2.0);
    expect(fourth, "age", (10.0 + 40.0) / 2.0);
    expect(fourth, "nuc", (3.0 + 1.0) / 2.0);
    expect(fourth, "exp", 2.0);
    expect(fourth, "sexp", 2.0);
    expect(fourth, "fixes-max", 1.0);
    expect(fourth, "since-fix", 30.0);
    expect(fourth, "fix-decay-max", 0.5_f64.powf(30.0 / 180.0));
    expect(fourth, "own-share", 3.0 / 4.0);
    expect(fourth, "together", 1.0);
}

#[test]
fn clocks_that_are_wrong_give_no_nonsense() {
    let repo = TestRepo::new();
    let times = ["100000000 +0000", "2147483647 +0000", "100000000 +1400", "1700000000 -1200"];
    for (number, time) in times.iter().enumerate() {
        repo.write("a.c", format!("{number}\n"));
        repo.commit_as(Author { name: "Ada", email: "ada@example.com", time }, "Change");
    }
    let rows = measured(&history(repo.path()), id(&repo.id("HEAD")));
    assert_eq!(rows.len(), 4);
    for (_, row) in rows {
        for (metric, value) in METRICS.iter().zip(&row) {
            let is_sense = value.is_nan() || (value.is_finite() && *value >= 0.0);
            assert!(is_sense, "{}: {value}", metric.id);
        }
    }
}

#[test]
fn what_is_halved_is_halved_whenever_that_is() {
    // On one day ten commits, of which each fourth mends something, and one 14, 60 and 180 days later.
    for begin in [0, 1_690_000_000, 3_000_000_000] {
        let repo = TestRepo::new();
        let days = (0..10).map(|_| 0).chain([14, 60, 180]);
        for (number, day) in days.enumerate() {
            repo.write("src/a.c", format!("{number}\n"));
            let time = format!("{} +0000", begin + 100_000_000 + day * DAY);
            let subject = if number % 4 == 3 { "Fix crash" } else { "Change" };
            repo.commit_as(Author { name: "Ada", email: "ada@example.com", time: &time }, subject);
        }
        let rows = measured(&history(repo.path()), id(&repo.id("HEAD")));
        let [.., (_, first), (_, second), (_, third)] = &rows[..] else { panic!("there are 13") };
        let near = |row: &Row, id: &str, wanted: f64| {
            let value = of(row, id);
            assert!((value - wanted).abs() < 1e-9 * wanted, "{begin} {id}: {value}, {wanted}");
        };
        near(first, "pace", 5.0);
        near(second, "change-decay-max", 5.0 + 0.5_f64.powf(46.0 / 60.0));
        near(second, "pace", 10.0 * 0.5_f64.powf(60.0 / 14.0) + 0.5_f64.powf(46.0 / 14.0));
        // Two fixes of the first day, 180 days before.
        near(third, "fix-decay-max", 1.0 + 0.5_f64.powf(120.0 / 180.0));
        near(third, "dir-fix-decay", 1.0 + 0.5_f64.powf(120.0 / 180.0));
        let sixty = 0.5_f64.powf(120.0 / 90.0);
        let (fixes, all) = (2.0 * 0.25 + sixty, 10.0 * 0.25 + 0.5_f64.powf(166.0 / 90.0) + sixty);
        near(third, "fix-rate", (fixes + 2.0) / (all + 10.0));
    }
}

#[test]
fn lines_are_told_apart_by_what_their_files_are() {
    let params = params();
    let makeup = Makeup { code_added: 9, decisions: 4, jumps: 2, ..Makeup::default() };
    let file = |path: &str| ChangedFile {
        path: RepoPath::from(path),
        old_path: None,
        kind: params.kind_of_path(&RepoPath::from(path)),
        is_new: false,
        is_gone: false,
        added: 10,
        deleted: 3,
        places: 1,
        lines_before: 50,
        makeup: if path.ends_with(".c") { makeup } else { Makeup::default() },
    };
    let measured = |path: &str| {
        let files = vec![file(path)];
        let shape = Shape { committed: 1_700_000_000, author: Some(1), is_fix: None, files };
        Memory::default().known(&shape).measure(&shape)
    };
    let told = ["code-la", "test-la", "text-la", "text-ld", "setting-la", "other-la", "build-la"];
    let told = [&told[..], &["build-ld", "decisions", "jumps", "test-decisions"]].concat();
    for (path, expected) in [
        ("src/a.c", [10, 0, 0, 0, 0, 0, 0, 0, 4, 2, 0]),
        ("tests/a.c", [0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 4]),
        ("docs/a.md", [0, 0, 10, 3, 0, 0, 0, 0, 0, 0, 0]),
        ("etc/a.yaml", [0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0]),
        ("a.csv", [0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0]),
        ("vendor/a.h", [0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0]),
        ("src/Makefile", [10, 0, 0, 0, 0, 0, 10, 3, 0, 0, 0]),
        ("Kconfig.debug", [10, 0, 0, 0, 0, 0, 10, 3, 0, 0, 0]),
        ("CMakeLists.txt", [10, 0, 0, 0, 0, 0, 10, 3, 0, 0, 0]),
        ("pom.xml", [0, 0, 0, 0, 10, 0, 10, 3, 0, 0, 0]),
        ("tests/Makefile", [0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ] {
        let row = measured(path);
        let found: Vec<f64> = told.iter().map(|id| of(&row, id)).collect();
        assert_eq!(found, expected.map(f64::from), "{path}");
    }
}
