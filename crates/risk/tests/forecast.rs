//! What the learned model says of changes, in points and words.

#![cfg(unix)]

use std::path::Path;
use std::sync::atomic::AtomicBool;

use gitops_health_git::{
    FileChange, Lines, Location, Makeup, Mode, ObjectId, PathAttributes, Repo, RepoPath, Side,
    Status, ZonedTime,
};
use gitops_health_history::{Before, History, Made, Options, Past, PastCommit, Purpose, Work};
use gitops_health_risk::forecast::{Beside, Compared, Forecast};
use gitops_health_risk::metric::{ChangedFile, METRICS, Recalled, Reference, Row, Shape};
use gitops_health_risk::model::Model;
use gitops_health_risk::{
    self as risk, Arrival, FactorId, Moment, RiskConfig, RiskParams, Score, Subject,
};
use gitops_health_testkit::{Random, Story, TestRepo};

fn params() -> RiskParams {
    RiskConfig::default().check().expect("the defaults make sense")
}

fn at(seconds: i64) -> ZonedTime {
    ZonedTime { seconds, offset_minutes: 0 }
}

const NOW: i64 = 1_700_000_000;

/// A change and what came before, drawn.
struct Drawn {
    files: Vec<FileChange>,
    past: Past,
    shape: Shape,
}

fn drawn(random: &mut Random, params: &RiskParams) -> Drawn {
    let names = ["src/a.rs", "src/auth/b.rs", "lib/c.py", "tests/t.rs", "docs/d.md", "conf/e.yaml"];
    let mut names: Vec<&str> = names.to_vec();
    let count = 1 + random.below(names.len());
    let mut files = Vec::new();
    for _ in 0..count {
        let path = RepoPath::from(names.remove(random.below(names.len())));
        let (added, deleted) = (random.below(200) as u32, random.below(60) as u32);
        let side = Some(Side { mode: Mode::File, id: ObjectId::from_bytes([7; 20]) });
        files.push(FileChange {
            status: Status::Modified,
            path,
            old_path: None,
            old: side,
            new: side,
            lines: Lines::Counted { added, deleted, hunks: 1 + random.below(6) as u32 },
            attributes: PathAttributes::default(),
        });
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let mut past = Past::default();
    for number in 0..random.below(60) {
        let is_fix = random.below(4) == 0;
        let purpose = Purpose { is_fix, is_revert: false };
        let (committed, author) = (NOW - 80_000 * number as i64 - 1, 1 + random.below(5) as u32);
        let made = Made { committed, author, purpose, in_subsystems: random.below(2) == 0 };
        past.made.insert(0, made);
        past.all.changes += 1;
        past.visited += 1;
        let followed: Vec<usize> = (0..files.len()).filter(|_| random.below(3) == 0).collect();
        if !followed.is_empty() {
            let id = ObjectId::from_bytes([number as u8; 20]);
            let (committed, neighbours) = (at(committed), random.below(3));
            let directories = vec![0];
            past.commits.push(PastCommit {
                id,
                committed,
                author,
                purpose,
                followed,
                neighbours,
                directories,
            });
        }
    }
    let shape = shape(&files, random, params);
    Drawn { files, past, shape }
}

fn shape(files: &[FileChange], random: &mut Random, params: &RiskParams) -> Shape {
    let of = |file: &FileChange| {
        let (added, deleted) = file.lines.added_deleted();
        let (code_added, code_deleted) = (added - added / 5, deleted);
        let names = added / 2;
        let makeup = Makeup { code_added, code_deleted, names, ..Makeup::default() };
        ChangedFile::of(file, 300, makeup, params)
    };
    let is_fix = [None, Some(false), Some(true)][random.below(3)];
    Shape { committed: NOW, author: Some(1), is_fix, files: files.iter().map(of).collect() }
}

/// Commits that added up to so many lines.
fn compared() -> Compared {
    let margins: Vec<f64> = (0..400).map(|place| f64::from(place) / 80.0 - 4.5).collect();
    let place = |id: &str| {
        METRICS.iter().position(|metric| metric.id == id).expect("there is such a metric")
    };
    let commit = |number: usize| {
        let mut row = vec![0.0; METRICS.len()];
        row[place("la")] = (number % 200) as f64;
        row[place("code-la")] = (number % 100) as f64;
        (ObjectId::from_bytes([9; 20]), row)
    };
    Compared { reference: Reference { commits: (0..400).map(commit).collect() }, margins }
}

fn scored(drawn: &Drawn, model: &Model, params: &RiskParams) -> (Score, Forecast) {
    let compared = compared();
    let recalled = Recalled::of(&drawn.past, &drawn.shape, compared.reference.usual());
    let counts = params.counts_of(&params.kinds_of(&drawn.files));
    let beside = Beside { compared: &compared, outcomes: None, counts: &counts };
    let forecast = Forecast::of(model, &drawn.shape, &recalled.known(), &beside);
    let moment = Moment { authored: at(NOW), landed: at(NOW), begun: at(NOW) };
    let subject = Subject {
        files: &drawn.files,
        past: &drawn.past,
        moment,
        arrival: Arrival::Past(vec![at(NOW)]),
        releases: Vec::new(),
        longest_function: None,
        forecast: Some(forecast.clone()),
    };
    (risk::score(&risk::measure(subject, params), params), forecast)
}

#[test]
fn reasons_add_up_to_the_score_and_the_answer() {
    let (model, params, mut random) =
        (Model::shipped().expect("it is whole"), params(), Random::new(31));
    for _ in 0..150 {
        let drawn = drawn(&mut random, &params);
        let (score, forecast) = scored(&drawn, &model, &params);
        let points: i32 = score.factors.iter().map(|factor| factor.points).sum();
        assert_eq!(points, score.value as i32);
        for factor in &score.factors {
            let signals: i32 = factor.signals.iter().map(|signal| signal.points).sum();
            assert_eq!(signals, factor.points, "{factor:?}");
            assert!((0..=factor.max_points as i32).contains(&factor.points));
        }
        let answer = &forecast.answer;
        let sum: f64 = answer.contributions.iter().map(|one| one.log_odds).sum();
        assert!((answer.start + sum - answer.log_odds).abs() < 1e-9);
        assert!((model.margin(&forecast.row) - answer.log_odds).abs() < 1e-9);
        assert_eq!(score.factors[0].id, FactorId::DefectModel);
        assert_eq!(score.factors[0].max_points, 50);
    }
}

/// The same without the files that are not told of.
fn some_of(drawn: &Drawn, tell: impl Fn(&str) -> bool) -> Drawn {
    let kept: Vec<usize> =
        (0..drawn.files.len()).filter(|it| tell(&drawn.files[*it].path.to_string())).collect();
    let mut past = drawn.past.clone();
    for commit in &mut past.commits {
        let place = |it: &usize| kept.iter().position(|other| other == it);
        commit.followed = commit.followed.iter().filter_map(place).collect();
        // They know of the directory of the first file alone.
        commit.directories.retain(|_| kept.contains(&0));
    }
    let files = kept.iter().map(|it| drawn.files[*it].clone()).collect();
    let shape_files = kept.iter().map(|it| drawn.shape.files[*it].clone()).collect();
    Drawn { files, past, shape: Shape { files: shape_files, ..drawn.shape.clone() } }
}

#[test]
fn the_model_gives_what_files_count_by_their_kind() {
    let (model, params, mut random) =
        (Model::shipped().expect("it is whole"), params(), Random::new(37));
    let (mut met, mut added) = (std::collections::BTreeSet::new(), 0);
    for _ in 0..400 {
        let drawn = drawn(&mut random, &params);
        let (score, forecast) = scored(&drawn, &model, &params);
        let factor = &score.factors[0];
        let points = 50.0 * forecast.fill();
        assert!((f64::from(factor.points) - points).abs() <= 1.0, "{points}: {factor:?}");
        let has = |name: &str| drawn.files.iter().any(|file| file.path.to_string().contains(name));
        let (is_code, kinds) = (has("src") || has("lib"), ["conf", "tests", "docs"].map(has));
        let signal = factor.signals.iter().find(|signal| signal.id == "kinds");
        if let Some(signal) = signal {
            met.insert(signal.evidence.clone());
        }
        // What the model says of all files, as they are told in other reasons.
        let others = factor.signals.iter().filter(|signal| signal.id != "kinds");
        let whole: i32 = others.map(|signal| signal.points).sum();
        match (is_code, kinds) {
            (true, [false, false, false]) => assert!(signal.is_none(), "{factor:?}"),
            (false, [false, false, true]) => {
                assert!(10 * factor.points <= whole + 20, "{factor:?}")
            }
            (false, [false, true, false]) => {
                assert!(10 * factor.points <= 4 * whole + 20, "{factor:?}")
            }
            (true, [false, false, true]) => {
                // Documentation beside code adds no more than a tenth of what it adds for the model.
                let code = some_of(&drawn, |path| !path.contains("docs"));
                let alone = scored(&code, &model, &params).1.fill() * 50.0;
                assert!(points >= alone - 1.0, "{alone} {factor:?}");
                assert!(
                    points <= alone + 0.1 * f64::from(whole).max(alone) + 1.0,
                    "{alone} {factor:?}"
                );
                added += 1;
            }
            _ => {}
        }
    }
    assert!(added > 10 && met.len() > 6, "{added} {met:?}");
    for words in [
        "code 1, tests 0.4, documentation 0.1",
        "documentation 0.1",
        "configuration 0.7, tests 0.4",
    ] {
        assert!(met.contains(&format!("what files count by their kind: {words}")), "{met:?}");
    }
}

#[test]
fn more_lines_of_the_same_kind_never_lower_the_score() {
    let (model, params, mut random) =
        (Model::shipped().expect("it is whole"), params(), Random::new(32));
    let mut rose = 0;
    for _ in 0..150 {
        let mut drawn = drawn(&mut random, &params);
        let (before, _) = scored(&drawn, &model, &params);
        let place = random.below(drawn.files.len());
        let more = 1 + random.below(300) as u32;
        if let Lines::Counted { added, .. } = &mut drawn.files[place].lines {
            *added += more;
        }
        drawn.shape.files[place].added += more;
        let (after, _) = scored(&drawn, &model, &params);
        assert!(
            before.value <= after.value,
            "{} {}: {drawn:?}",
            before.value,
            after.value,
            drawn = drawn.files
        );
        rose += u32::from(before.value < after.value);
    }
    assert!(rose > 50, "{rose}");
}

#[test]
fn no_reason_says_much_where_it_takes_nor_little_where_it_adds() {
    let (model, params, mut random) =
        (Model::shipped().expect("it is whole"), params(), Random::new(33));
    let mut told = 0;
    for _ in 0..150 {
        let drawn = drawn(&mut random, &params);
        let (score, _) = scored(&drawn, &model, &params);
        for signal in &score.factors[0].signals {
            assert!(!signal.evidence.contains("NaN"), "{}", signal.evidence);
            if signal.evidence.contains("adds more") {
                assert!(signal.points > 0, "{signal:?}");
                told += 1;
            }
            if signal.evidence.contains("adds less") {
                assert!(signal.points < 0, "{signal:?}");
                told += 1;
            }
        }
    }
    assert!(told > 40, "{told}");
}

fn history(path: &Path) -> (Repo, History) {
    let location = Location { start: path.to_owned(), use_git_environment: false };
    let repo = Repo::open(&location).expect("the repository can be opened");
    let (mut history, _) = History::open(&repo, Options::default(), &|| {}).expect("it opens");
    let (progress, cancel) = (|_, _, _| {}, AtomicBool::new(false));
    let work = Work { threads: 2, progress: &progress, cancel: &cancel };
    history.update(&repo, &repo.tips().expect("it has some"), &work).expect("it can be indexed");
    (repo, history)
}

#[test]
fn what_is_kept_is_what_would_be_measured_and_what_is_damaged_is_measured_again() {
    let (scratch, mut story) = (TestRepo::new(), Story::linear(34));
    story.go_on(&scratch, 40);
    let (_repo, history) = history(scratch.path());
    let tip: ObjectId = scratch.id(&story.branches()[0]).trim().parse().expect("an id");
    let (model, params) = (Model::shipped().expect("it is whole"), params());
    let ask = || Compared::up_to(&history, tip, &params, &model).expect("it is indexed");
    let same = |one: &Compared, other: &Compared| {
        let bits = |row: &Row| row.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let all = |it: &Compared| {
            it.reference.commits.iter().map(|(id, row)| (*id, bits(row))).collect::<Vec<_>>()
        };
        all(one) == all(other) && one.margins == other.margins
    };
    let first = ask();
    assert!(first.margins.len() > 20, "{}", first.margins.len());
    let directory = scratch.path().join(".git/gitops-health");
    let kept: Vec<_> = std::fs::read_dir(&directory)
        .expect("it is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.to_string_lossy().contains("made-compared-"))
        .collect();
    assert_eq!(kept.len(), 1);
    assert!(same(&first, &ask()));
    let whole = std::fs::read(&kept[0]).expect("it can be read");
    for place in [0, 40, 300, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        std::fs::write(&kept[0], damaged).expect("it can be written");
        assert!(same(&first, &ask()), "{place}");
        assert_eq!(std::fs::read(&kept[0]).expect("it can be read"), whole, "{place}");
    }
    for short in [0, 31, 64, whole.len() - 8] {
        std::fs::write(&kept[0], &whole[..short]).expect("it can be written");
        assert!(same(&first, &ask()), "{short}");
    }
}

#[test]
fn what_is_most_alike_is_the_change_itself() {
    let (scratch, mut story) = (TestRepo::new(), Story::linear(35));
    story.go_on(&scratch, 90);
    let (_repo, history) = history(scratch.path());
    let tip: ObjectId = scratch.id(&story.branches()[0]).trim().parse().expect("an id");
    let (model, params) = (Model::shipped().expect("it is whole"), params());
    let compared = Compared::up_to(&history, tip, &params, &model).expect("it is indexed");
    let past = history.before(Before { tips: &[tip], made: true, ..Before::default() });
    let past = past.expect("it is indexed");
    let mut random = Random::new(36);
    let shape = shape(&[], &mut random, &params);
    let recalled = Recalled::of(&past, &shape, compared.reference.usual());
    let beside = Beside { compared: &compared, outcomes: None, counts: &[] };
    let mut forecast = Forecast::of(&model, &shape, &recalled.known(), &beside);
    let mut found = 0;
    for (id, row) in &compared.reference.commits {
        forecast.row.clone_from(row);
        let nearest = forecast.nearest(&compared, 3);
        assert!((nearest[0].1 - 1.0).abs() < 1e-12, "{nearest:?}");
        assert!(nearest.iter().all(|(_, alike)| (0.0..=1.0 + 1e-12).contains(alike)));
        found += usize::from(nearest.iter().any(|(other, _)| other == id));
    }
    assert!(found * 10 > compared.reference.commits.len() * 8, "{found}");
}
