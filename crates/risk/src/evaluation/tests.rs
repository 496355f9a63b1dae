use std::collections::HashMap;

use fastrand::Rng;
use gitops_health_git::{Makeup, ObjectId, RepoPath};

use super::own_history::place;
use super::*;
use crate::FileKind;
use crate::label::Known;
use crate::metric::{ChangedFile, Memory, Row, Shape};
use crate::model::{DefaultModel, INPUTS, Judged, MOST_BYTES, Outdated, Trained};
use crate::{RiskConfig, RiskParams};

const DAY: i64 = 86_400;
const BEGUN: i64 = 1_600_000_000;

/// What is drawn is old enough after so long.
const MATURE: i64 = 60 * DAY;

/// Changes, a day apart, and when it becomes known which of them are defective.
struct Drawn {
    changes: Vec<MeasuredChange>,
    found: HashMap<ObjectId, i64>,
    until: i64,
}

impl Drawn {
    /// Each is defective with the chance that its row gives it.
    fn new(count: i64, chance: impl Fn(&Row) -> f64) -> Self {
        let (mut random, mut memory) = (Rng::with_seed(7), Memory::default());
        let (mut changes, mut found) = (Vec::new(), HashMap::new());
        for number in 0..count {
            let shape = shape(&mut random, BEGUN + number * DAY);
            let row = memory.known(&shape).measure(&shape);
            memory.learn(&shape, false, &row);
            let commit = id(number);
            if random.f64() < chance(&row) {
                found.insert(commit, shape.committed + random.i64(1..MATURE));
            }
            changes.push(MeasuredChange { commit, committed: shape.committed, row });
        }
        Self { changes, found, until: BEGUN + count * DAY }
    }

    fn known(&self, commit: ObjectId, time: i64) -> Option<Known> {
        let number = u64::from_be_bytes(commit.as_bytes()[..8].try_into().expect("8 bytes"));
        let committed = BEGUN + number as i64 * DAY;
        (committed <= time).then(|| Known {
            is_defective: self.found.get(&commit).is_some_and(|found| *found <= time),
            is_mature: committed + MATURE <= time,
        })
    }

    fn evaluated(&self) -> Evaluation {
        self.with(|history| Evaluation::of(history, &|_, _| {}).expect("it is in order"))
    }

    fn learned(&self) -> (Trained, Evaluation) {
        let (model, settings) = (shipped(), params().settings_of_labels());
        let tell = |_, _| {};
        self.with(|history| {
            Trained::learn(&model, history, id(1), settings, &tell).expect("it is in order")
        })
    }

    fn with<T>(&self, ask: impl FnOnce(&OwnHistory<'_>) -> T) -> T {
        let known = |commit, time| self.known(commit, time);
        let history = OwnHistory::new(&shipped(), &self.changes, &known, self.until, 2);
        ask(&history.expect("it is in order"))
    }
}

fn shipped() -> DefaultModel {
    DefaultModel::shipped().expect("it comes with the program")
}

fn params() -> RiskParams {
    RiskConfig::default().check().expect("the default makes sense")
}

fn id(number: i64) -> ObjectId {
    let mut bytes = [0; 20];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    ObjectId::from_bytes(bytes)
}

fn shape(random: &mut Rng, committed: i64) -> Shape {
    let kinds = [FileKind::Code, FileKind::Test, FileKind::Configuration];
    let files = (0..random.usize(1..4)).map(|_| {
        let path = format!("{}/{}.c", random.usize(0..5), random.usize(0..30));
        let most = 10_u32.pow(random.u32(1..4));
        ChangedFile {
            path: RepoPath::from(&*path),
            old_path: None,
            kind: kinds[random.usize(0..kinds.len())],
            is_new: false,
            is_gone: false,
            added: random.u32(0..most),
            deleted: random.u32(0..most),
            places: random.u32(1..9),
            lines_before: 2_000,
            makeup: Makeup::default(),
        }
    });
    let files = files.collect();
    Shape { committed, author: Some(random.u32(0..6)), is_fix: Some(random.bool()), files }
}

/// Settings are dangerous here, and lines are not.
fn dangerous_settings() -> Drawn {
    let settings = place("setting-nf");
    Drawn::new(1_000, |row| if row[settings] > 0.0 { 0.5 } else { 0.04 })
}

fn of(evaluation: &Evaluation, measure: Measure) -> MeasureFigures {
    let figures = evaluation.figures.as_ref().expect("there are enough");
    *figures.measure(measure).expect("there are all")
}

#[test]
fn where_the_past_tells_more_than_size_the_model_wins() {
    let (trained, evaluation) = dangerous_settings().learned();
    let auc = of(&evaluation, Measure::Auc);
    let less_lines = auc.less_lines.expect("both are known");
    assert_eq!(Verdict::of(less_lines), Verdict::Beats);
    assert!(trained.weight() > 0.99 && less_lines.value > 0.1, "{auc:?}");
    assert!(less_lines.low < less_lines.value && less_lines.value < less_lines.high);
    assert_eq!(trained.learned(), Learned::Trees);
    for measure in [Measure::PrAuc, Measure::SizeMatchedAuc, Measure::Recall20] {
        let figures = of(&evaluation, measure);
        assert!(figures.less_default.is_some_and(|it| it.value > 0.0), "{figures:?}");
    }
    let brier = of(&evaluation, Measure::Brier);
    assert!(brier.less_lines.is_some_and(|it| it.value < 0.0), "{brier:?}");
    let skill = of(&evaluation, Measure::BrierSkill);
    assert!(skill.of[0].is_some_and(|it| it.value > 0.05 && it.value < 1.0), "{skill:?}");
    // What is said happens about as often.
    assert!(of(&evaluation, Measure::Ece).of[0].is_some_and(|it| it.value < 0.12));
    let Judged::Told(judgement) = trained.judged() else { panic!("it is judged") };
    assert_eq!(judgement.verdict(), Verdict::Beats);
    assert_eq!(Some(judgement.less_lines), auc.less_lines);
    let rate = trained.base_rate().expect("there are some");
    assert!((0.1..0.4).contains(&rate), "{rate}");
}

#[test]
fn where_labels_are_chance_it_wins_nothing_and_weighs_itself_down() {
    let (trained, evaluation) = Drawn::new(900, |_| 0.2).learned();
    let auc = of(&evaluation, Measure::Auc);
    assert_ne!(Verdict::of(auc.less_lines.expect("both are known")), Verdict::Beats);
    assert!(trained.weight() < 0.98, "{}", trained.weight());
    for ranker in auc.of {
        assert!(ranker.is_some_and(|it| (it.value - 0.5).abs() < 0.1), "{auc:?}");
    }
}

#[test]
fn parts_follow_one_another_and_each_was_learned_before_it_began() {
    let drawn = dangerous_settings();
    let evaluation = drawn.evaluated();
    assert_eq!(evaluation.parts.len(), 5);
    assert!(evaluation.parts.windows(2).all(|two| two[0].until < two[1].from));
    let tested: usize = evaluation.parts.iter().map(|part| part.tested).sum();
    assert_eq!(tested, evaluation.predictions.len());
    assert_eq!(tested, evaluation.counted.mature.div_ceil(2));
    for part in &evaluation.parts {
        // Whatever is younger than sixty days is not known.
        assert_eq!(part.known as i64, (part.from - 1 - MATURE - BEGUN) / DAY + 1);
    }
    let counted = evaluation.counted;
    assert_eq!(counted.mature + counted.young, drawn.changes.len());
    assert!(counted.young_defective > 0, "{counted:?}");
}

#[test]
fn what_becomes_known_later_has_no_say() {
    let drawn = dangerous_settings();
    let evaluation = drawn.evaluated();
    let last = evaluation.parts[4].from;
    let mut other = Drawn { found: drawn.found.clone(), ..dangerous_settings() };
    // From the last part on it is the others that are found to be defective.
    for change in &drawn.changes {
        match drawn.found.get(&change.commit) {
            Some(found) if *found >= last => drop(other.found.remove(&change.commit)),
            None => drop(other.found.insert(change.commit, last.max(change.committed + 1))),
            Some(_) => {}
        }
    }
    let again = other.evaluated();
    assert_ne!(again.figures, evaluation.figures);
    for (one, two) in evaluation.predictions.iter().zip(&again.predictions) {
        assert_eq!((one.scores, one.probabilities), (two.scores, two.probabilities));
    }
}

#[test]
fn what_is_not_in_the_order_of_time_is_refused() {
    let mut drawn = Drawn::new(10, |_| 0.2);
    drawn.changes.swap(4, 5);
    let known = |commit, time| drawn.known(commit, time);
    let refused = OwnHistory::new(&shipped(), &drawn.changes, &known, drawn.until, 1);
    let error = refused.err().expect("it is not in order");
    assert!(matches!(error, EvaluationError::NotInOrder(commit) if commit == id(4)), "{error}");
    // What was learned from more than a hundred commits is not tested on the fiftieth of them.
    let drawn = Drawn::new(200, |_| 0.2);
    drawn.with(|history| {
        let lesson = learned_until(history, 200, drawn.until).expect("it can learn");
        let refused = rolling::refuse_later_known(history, &lesson, 50);
        let error = refused.expect_err("it knows what comes later");
        assert!(matches!(error, EvaluationError::LaterKnown { tested, .. } if tested == id(50)));
        assert!(error.to_string().contains("is not older than"), "{error}");
        let earlier = learned_until(history, 50, drawn.until).expect("it can learn");
        rolling::refuse_later_known(history, &earlier, 50)
            .expect("it knows only what comes before");
    });
}

#[test]
fn what_was_learned_is_not_asked_where_the_default_model_is_surely_better() {
    // Until half-way it is settings that introduce defects, then it is large changes of anything else.
    let chance = |row: &Row| {
        let (is_early, has_settings) =
            (row[place("commits")] < 330.0, row[place("setting-nf")] > 0.0);
        match (is_early, has_settings, row[place("la")] > 40.0) {
            (true, true, _) | (false, false, true) => 0.7,
            _ => 0.02,
        }
    };
    let drawn = Drawn::new(600, chance);
    let (trained, evaluation) = drawn.learned();
    let judgement = trained.judged().told().expect("it can be told");
    assert!(judgement.less_default.high < 0.0, "{judgement:?}");
    assert!(trained.judged().is_worse_than_default() && trained.is_measured());
    let default = shipped();
    for change in &drawn.changes {
        assert_eq!(trained.margin(&default, &change.row), default.margin(&change.row));
        assert_eq!(
            trained.contributions(&default, &change.row),
            default.contributions(&change.row)
        );
    }
    // Probabilities are those of the default model here.
    let said: f64 =
        drawn.changes.iter().map(|it| trained.probability(default.margin(&it.row))).sum();
    let share = said / drawn.changes.len() as f64;
    let counted = evaluation.counted;
    let happened = counted.defective as f64 / counted.mature as f64;
    assert!((share - happened).abs() < 0.03, "{share} {happened}");
    // Where it is not, what was learned is asked.
    let (trained, _) =
        Drawn::new(420, |row| if row[place("la")] > 60.0 { 0.02 } else { 0.5 }).learned();
    assert!(!trained.judged().is_worse_than_default());
    let differs = |change: &MeasuredChange| {
        trained.margin(&default, &change.row) != default.margin(&change.row)
    };
    assert!(drawn.changes.iter().any(differs));
}

#[test]
fn the_same_history_gives_the_same_bytes() {
    let drawn = Drawn::new(420, |row| if row[place("la")] > 60.0 { 0.4 } else { 0.1 });
    let (one, first) = drawn.learned();
    let (two, second) = drawn.learned();
    assert!(first == second);
    assert!(one.to_json().expect("it is JSON") == two.to_json().expect("it is JSON"));
}

#[test]
fn few_labels_are_no_evaluation_but_what_is_known_of_others_stands() {
    for (count, chance, unknown, learned) in [
        (0, 0.5, Unknown::NothingMature, Learned::Nothing),
        (59, 0.5, Unknown::NothingMature, Learned::Nothing),
        (130, 0.3, Unknown::FewDefective, Learned::BaseRate),
        (400, 0.03, Unknown::FewDefective, Learned::Weights),
        (400, 0.98, Unknown::FewClean, Learned::Weights),
    ] {
        let (trained, evaluation) = Drawn::new(count, |_| chance).learned();
        assert_eq!(evaluation.figures, Err(unknown), "{count} {chance}");
        assert_eq!((trained.learned(), trained.weight()), (learned, 1.0), "{count} {chance}");
        assert_eq!(trained.judged(), Judged::Unknown(unknown));
    }
}

#[test]
fn probabilities_are_as_many_as_happened_however_few_labels_there_are() {
    let model = shipped();
    for count in [162, 175, 200, 260, 400, 700] {
        for chance in [0.15, 0.5, 0.85] {
            let drawn = Drawn::new(count, |_| chance);
            let (trained, _) = drawn.learned();
            let mature = &drawn.changes[..drawn.changes.len() - 60];
            let happened = mature.iter().filter(|it| drawn.found.contains_key(&it.commit)).count();
            let happened = happened as f64 / mature.len() as f64;
            let said = mature.iter().map(|it| trained.probability(trained.margin(&model, &it.row)));
            let said = said.sum::<f64>() / mature.len() as f64;
            assert!((said - happened).abs() < 0.1, "{count} {chance}: {said:.3} {happened:.3}");
        }
    }
}

#[test]
fn what_was_kept_is_read_again_and_what_is_broken_is_not_believed() {
    let (trained, _) = dangerous_settings().learned();
    let text = trained.to_json().expect("it can be written");
    assert!(text.len() < MOST_BYTES / 4, "{}", text.len());
    let again = Trained::from_json(text.as_bytes()).expect("it can be read");
    assert!(again.to_json().expect("it can be written") == text);
    let (model, row) = (shipped(), &dangerous_settings().changes[900].row);
    assert_eq!(again.margin(&model, row), trained.margin(&model, row));
    let other = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not in the model");
        text.replacen(from, to, 1)
    };
    let features = |count: usize| format!("\"features\":{count}");
    for broken in [
        other("\"format\":5", "\"format\":3"),
        other("\"learned_until\":", "\"learned_until\":9"),
        other(&features(INPUTS.len() + 1), &features(INPUTS.len())),
        other("\"learned\":\"trees\"", "\"learned\":\"weights\""),
        other("\"tip\":\"0000", "\"tip\":\"000"),
        other("{\"format\"", "{\"more\":1,\"format\""),
        other("\"better_than_lines\":", "\"better_than_lines\":-"),
        other("\"weights\":[", "\"weights\":[-"),
        other("\"weights\":[", "\"weights\":[1.0,"),
        other("\"base_rate\":", "\"base_rate\":7"),
        text[..text.len() / 2].to_owned(),
        "[".repeat(100_000),
        "{}".to_owned(),
        " ".repeat(MOST_BYTES) + &text,
    ] {
        assert!(Trained::from_json(broken.as_bytes()).is_err());
    }
    // Any byte may be another one: whatever is read can be asked.
    let mut random = Rng::with_seed(9);
    for _ in 0..300 {
        let mut bytes = text.clone().into_bytes();
        let place = random.usize(0..bytes.len());
        bytes[place] = random.u8(b' '..127);
        if let Ok(read) = Trained::from_json(&bytes) {
            let margin = read.margin(&model, row);
            assert!((0.0..=1.0).contains(&read.probability(margin)), "{margin}");
            assert!((0.0..=1.0).contains(&read.weight()));
        }
    }
}

fn digest(model: &DefaultModel) -> String {
    model.digest().expect("it can be written")
}

#[test]
fn what_was_learned_under_other_settings_is_outdated() {
    let (trained, _) = Drawn::new(130, |_| 0.3).learned();
    let model = shipped();
    assert_eq!(trained.outdated(&digest(&model), &params()), None);
    let mut config = RiskConfig::default();
    config.labels.least_share = 0.9;
    let other = config.check().expect("it makes sense");
    assert_eq!(trained.outdated(&digest(&model), &other), Some(Outdated::OtherSettings));
    let text = trained.to_json().expect("it can be written");
    let digest = model.digest().expect("it has one");
    let text = text.replace(&digest, &"0".repeat(64));
    let old = Trained::from_json(text.as_bytes()).expect("it can be read");
    assert_eq!(old.outdated(&digest, &params()), Some(Outdated::OtherDefault));
}

#[test]
fn contributions_add_up_and_more_lines_never_lower_the_risk() {
    // Here what is small is defective.
    let la = place("la");
    let small = Drawn::new(700, |row| if row[la] < 60.0 { 0.5 } else { 0.1 });
    let model = shipped();
    for (drawn, learned) in [(small, Learned::Trees), (Drawn::new(130, |_| 0.3), Learned::BaseRate)]
    {
        let (trained, _) = drawn.learned();
        assert_eq!(trained.learned(), learned);
        let (mut random, mut memory) = (Rng::with_seed(3), Memory::default());
        for number in 0..40 {
            let shape = shape(&mut random, BEGUN + number * DAY);
            let row = memory.known(&shape).measure(&shape);
            let margin = trained.margin(&model, &row);
            let (start, parts) = trained.contributions(&model, &row);
            let sum = start + parts.iter().sum::<f64>();
            assert!((sum - margin).abs() < 1e-9, "{sum} {margin}");
            let mut longer = shape.clone();
            longer.files[0].added += random.u32(1..500);
            let more = trained.margin(&model, &memory.known(&longer).measure(&longer));
            assert!(more >= margin - 1e-12, "{margin} {more}: {shape:?}");
            assert!(trained.probability(more) >= trained.probability(margin) - 1e-12);
            memory.learn(&shape, false, &row);
        }
    }
}
