//! The model that comes with the program.

use fastrand::Rng;
use gitops_health_git::{Makeup, RepoPath};
use gitops_health_risk::FileKind;
use gitops_health_risk::learn::Direction;
use gitops_health_risk::metric::{ChangedFile, METRICS, Memory, Row, Shape};
use gitops_health_risk::model::{DefaultModel, Example, INPUTS, OwnModel, Procedure};

fn shipped() -> DefaultModel {
    DefaultModel::shipped().expect("it comes with the program")
}

/// A change that is drawn; sizes are now small, now large.
fn drawn(random: &mut Rng, committed: i64) -> Shape {
    let kinds = [
        FileKind::Code,
        FileKind::Code,
        FileKind::Test,
        FileKind::Documentation,
        FileKind::Configuration,
        FileKind::Data,
    ];
    let lines = |random: &mut Rng| {
        let most = 10_u32.pow(random.u32(0..4));
        random.u32(0..=most)
    };
    let count = random.usize(1..7);
    let files = (0..count).map(|_| {
        let path = format!("{}/{}.c", random.usize(0..5), random.usize(0..30));
        let (added, deleted) = (lines(random), lines(random));
        let (gaining, losing) = (random.u32(0..=added.min(9)), random.u32(0..=deleted.min(9)));
        let names = random.u32(0..=3 * added);
        let makeup = Makeup {
            code_added: random.u32(0..=added),
            code_deleted: random.u32(0..=deleted),
            comments_added: random.u32(0..=added),
            indentation: random.u32(0..=9 * added),
            deepest: random.u32(0..40),
            names,
            new_names: random.u32(0..=names),
            gaining,
            losing,
            replaced: random.u32(0..=gaining.min(losing)),
            decisions: random.u32(0..=added),
            jumps: random.u32(0..=added / 2),
        };
        ChangedFile {
            makeup,
            path: RepoPath::from(&*path),
            old_path: None,
            kind: kinds[random.usize(0..kinds.len())],
            is_new: random.usize(0..5) == 0,
            is_gone: false,
            added,
            deleted,
            places: 1 + (added + deleted) / 7,
            lines_before: deleted + lines(random),
        }
    });
    let files = files.collect();
    Shape {
        committed,
        author: Some(random.u32(0..6)),
        is_fix: [None, Some(false), Some(true)][random.usize(0..3)],
        files,
    }
}

/// Calls with each of so many changes that follow one another, and what is known before it.
fn visit(count: i64, seed: u64, mut with: impl FnMut(&Memory, &Shape, &Row)) {
    let mut random = Rng::with_seed(seed);
    let mut memory = Memory::default();
    for number in 0..count {
        let shape = drawn(&mut random, 1_700_000_000 + number * 20_000);
        let row = memory.known(&shape).measure(&shape);
        with(&memory, &shape, &row);
        memory.learn(&shape, random.usize(0..40) == 0, &row);
    }
}

#[test]
fn contributions_add_up_to_what_is_answered() {
    let (model, mut compared) = (shipped(), 0);
    visit(250, 1, |_, _, row| {
        let (start, parts) = model.contributions(row);
        assert_eq!(parts.len(), INPUTS.len());
        let sum = start + parts.iter().sum::<f64>();
        assert!((sum - model.margin(row)).abs() < 1e-9, "{sum} {}", model.margin(row));
        compared += 1;
    });
    assert_eq!(compared, 250);
}

#[test]
fn more_lines_of_the_same_kind_never_lower_the_risk() {
    let (model, mut random, mut raised) = (shipped(), Rng::with_seed(9), 0);
    visit(3_000, 2, |memory, shape, row| {
        let mut longer = shape.clone();
        let file = random.usize(0..longer.files.len());
        let most = 10_u32.pow(random.u32(1..4));
        let more = random.u32(1..=most);
        longer.files[file].added += more;
        longer.files[file].places += random.u32(0..3);
        longer.files[file].makeup.decisions += random.u32(0..=more);
        longer.files[file].makeup.jumps += random.u32(0..=more);
        let again = memory.known(&longer).measure(&longer);
        let (before, after) = (model.margin(row), model.margin(&again));
        assert!(after >= before - 1e-12, "{before} {after}: {more} more lines of {shape:?}");
        raised += usize::from(after > before);
    });
    assert!(raised > 1_000, "{raised}");
}

#[test]
fn nor_do_they_where_the_own_history_says_the_contrary() {
    let model = shipped();
    let la = METRICS.iter().position(|metric| metric.id == "la").expect("it is measured");
    // Here what is small is defective.
    let own = examples(600, |row, random| random.f64() < if row[la] < 40.0 { 0.6 } else { 0.1 });
    let own = OwnModel::train(&model, &own).expect("it can learn").expect("there is enough");
    let mut random = Rng::with_seed(12);
    visit(400, 5, |memory, shape, row| {
        let mut longer = shape.clone();
        let file = random.usize(0..longer.files.len());
        let more = random.u32(1..500);
        longer.files[file].added += more;
        longer.files[file].makeup.decisions += random.u32(0..=more);
        longer.files[file].makeup.jumps += random.u32(0..=more);
        let again = memory.known(&longer).measure(&longer);
        let (before, after) = (own.margin(&model, row), own.margin(&model, &again));
        assert!(after >= before - 1e-12, "{before} {after}: {shape:?}");
    });
}

#[test]
fn size_alone_does_not_decide() {
    // The riskiest of changes that are drawn are not just the largest.
    let (model, mut rows) = (shipped(), Vec::new());
    let la = METRICS.iter().position(|metric| metric.id == "la").expect("it is measured");
    visit(2_000, 3, |_, _, row| rows.push((model.margin(row), row[la])));
    let pairs = rows.chunks_exact(2).filter(|pair| pair[0].1 != pair[1].1);
    let (mut same, mut all) = (0, 0);
    for pair in pairs {
        all += 1;
        same += usize::from((pair[0].0 > pair[1].0) == (pair[0].1 > pair[1].1));
    }
    assert!(same * 2 > all, "{same} of {all}");
    assert!(same * 20 < all * 19, "{same} of {all}");
}

#[test]
fn it_is_small_and_what_is_broken_is_not_believed() {
    let text = shipped().to_json().expect("it can be written");
    assert!(text.len() < 1_000_000, "{}", text.len());
    assert!(DefaultModel::from_json(&text).expect("it can be read") == shipped());
    let features = |count: usize| format!("\"features\":{count}");
    for broken in [
        text.replace("\"la\"", "\"lines\""),
        text.replacen(&features(INPUTS.len() + 1), &features(INPUTS.len()), 1),
        text[..text.len() - 5].to_owned(),
        "{}".to_owned(),
    ] {
        assert!(DefaultModel::from_json(&broken).is_err());
    }
}

#[test]
fn the_page_defines_what_is_measured_and_says_what_the_model_is_told() {
    let page = include_str!("../../../docs/risk-model.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let expected: Vec<String> = METRICS
        .iter()
        .map(|metric| {
            let told = match INPUTS.iter().find(|(id, _)| *id == metric.id) {
                Some((_, Direction::Rising)) => "rises",
                Some(_) => "yes",
                None => "no",
            };
            format!("| `{}` | {} | {told} |", metric.id, metric.what)
        })
        .collect();
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}

/// Examples in which what is defective follows from a rule that the default model does not know.
fn examples(count: i64, rule: impl Fn(&Row, &mut Rng) -> bool) -> Vec<Example> {
    let (mut random, mut examples) = (Rng::with_seed(4), Vec::new());
    visit(count, 4, |_, _, row| {
        examples.push(Example {
            row: row.clone(),
            is_defective: rule(row, &mut random),
            weight: 1.0,
            procedure: Procedure::Words,
        });
    });
    examples
}

#[test]
fn how_many_defects_a_procedure_finds_says_nothing_of_a_change() {
    let mut random = Rng::with_seed(6);
    let mut learned = examples(1_200, |_, _| false);
    for (number, example) in learned.iter_mut().enumerate() {
        let (procedure, share) =
            [(Procedure::Words, 0.1), (Procedure::Issues, 0.3), (Procedure::Trailers, 0.6)]
                [number % 3];
        example.procedure = procedure;
        example.is_defective = random.f64() < share;
    }
    let model = DefaultModel::train(&learned).expect("it can learn");
    let mean = |margin: &dyn Fn(&Row) -> f64| {
        learned.iter().map(|example| margin(&example.row)).sum::<f64>() / learned.len() as f64
    };
    let by = Procedure::ALL.map(|procedure| mean(&|row| model.margin_by(row, procedure)));
    let all = mean(&|row| model.margin(row));
    assert!(by.iter().all(|by| (by - all).abs() < 1e-3), "{by:?} {all}");
    // That is the mean of the logarithms of the odds that the procedures find.
    let odds = [0.1, 0.3, 0.6].map(|share: f64| libm::log(share / (1.0 - share)));
    assert!((all - odds.iter().sum::<f64>() / 3.0).abs() < 0.2, "{all}");
    let text = model.to_json().expect("it can be written");
    // What is read has the nodes of trees in another order, and says the same.
    let again = DefaultModel::from_json(&text).expect("it can be read");
    assert_eq!(again.to_json().expect("it can be written"), text);
    assert!(learned.iter().all(|it| again.margins(&it.row) == model.margins(&it.row)));
    for (right, wrong) in [("\"levels\":[", "\"levels\":[1.0,"), ("[0.2,0.7,0.1]", "[0.3,0.6,0.1]")]
    {
        assert!(text.contains(right), "{right}");
        assert!(DefaultModel::from_json(&text.replace(right, wrong)).is_err());
    }
}

#[test]
fn the_own_history_has_its_say_once_it_is_long_enough() {
    let model = shipped();
    let place = |id: &str| METRICS.iter().position(|metric| metric.id == id).expect("it is there");
    let setting = place("setting-nf");
    let chance = |row: &Row| if row[setting] > 0.0 { 0.5 } else { 0.05 };
    let all = examples(1_500, |row, random| random.f64() < chance(row));
    let (known, later) = all.split_at(1_000);
    let own = OwnModel::train(&model, known).expect("it can learn").expect("there is enough");
    let targets: Vec<bool> = later.iter().map(|example| example.is_defective).collect();
    let auc = |margin: &dyn Fn(&Row) -> f64| {
        let margins: Vec<f64> = later.iter().map(|example| margin(&example.row)).collect();
        gitops_health_risk::learn::area_under_roc(&margins, &targets).expect("of both kinds")
    };
    let (by_default, by_own) = (auc(&|row| model.margin(row)), auc(&|row| own.margin(&model, row)));
    assert!(by_own > by_default + 0.05, "{by_own} {by_default}");
    assert!(OwnModel::train(&model, &known[..99]).expect("it is no error").is_none());
    let quiet = examples(200, |_, _| false);
    assert!(OwnModel::train(&model, &quiet).expect("it is no error").is_none());
    // A hundred are enough to say nearly how many are defective.
    let few = OwnModel::train(&model, &known[..150]).expect("it can learn").expect("enough");
    let said: f64 = known[..150]
        .iter()
        .map(|example| gitops_health_risk::learn::probability(few.margin(&model, &example.row)))
        .sum();
    let happened = known[..150].iter().filter(|example| example.is_defective).count() as f64;
    assert!((said - happened).abs() < 0.1 * happened, "{said} {happened}");
}
