//! Labelled commits, joined with what was measured of them.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use gitops_health_risk::metric::{METRICS, Row};
use gitops_health_risk::model::Procedure;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collection {
    SixProjects,
    GitHub,
    Trailers,
}

impl Collection {
    pub const ALL: [Self; 3] = [Self::SixProjects, Self::GitHub, Self::Trailers];

    pub fn name(self) -> &'static str {
        match self {
            Self::SixProjects => "six-projects",
            Self::GitHub => "github-projects",
            Self::Trailers => "fixes-trailers",
        }
    }

    pub fn procedure(self) -> Procedure {
        match self {
            Self::SixProjects => Procedure::Issues,
            Self::GitHub => Procedure::Words,
            Self::Trailers => Procedure::Trailers,
        }
    }

    /// The columns of the id, the time, whether a defect was introduced, and when that became known, or by which fixes.
    fn columns(self) -> ([&'static str; 3], Option<&'static str>) {
        match self {
            Self::SixProjects => (["_id", "date", "bug"], None),
            Self::GitHub => (["commit_hash", "ts", "contains_bug"], Some("fixes")),
            Self::Trailers => (["commit_hash", "ts", "bug"], Some("first_fix_ts")),
        }
    }
}

pub struct Project {
    pub name: String,
    pub collection: Collection,
    /// How many commits have labels.
    pub labelled: usize,
    /// When the newest of them was made, or was said to have introduced a defect: nothing is known of later fixes.
    pub ended: i64,
    /// Those that were measured and are changes, the oldest first.
    pub commits: Vec<Labelled>,
}

pub struct Labelled {
    pub committed: i64,
    /// Lines added, as those counted them who made the labels, where they did.
    pub published_added: Option<f64>,
    pub row: Row,
    pub is_defective: bool,
    /// When that became known, which is when the first of its fixes was made, where it is told.
    pub known: Option<i64>,
}

impl Labelled {
    /// Lines added.
    pub fn added(&self) -> f64 {
        METRICS.iter().position(|metric| metric.id == "la").map_or(f64::NAN, |la| self.row[la])
    }
}

impl Project {
    /// Where the last fifth begins.
    pub fn cut(&self) -> usize {
        self.commits.len() * 4 / 5
    }

    /// What others may learn from it: not the last fifth, in which many a defect was not yet found, and of developers who
    /// say so nothing from before they began to.
    pub fn training(&self) -> impl Iterator<Item = &Labelled> {
        self.before_last(i64::MAX)
    }

    /// The same as far as it could be told when the last fifth began.
    pub fn own_training(&self) -> impl Iterator<Item = &Labelled> {
        self.before_last(self.commits[self.cut()].committed)
    }

    fn before_last(&self, moment: i64) -> impl Iterator<Item = &Labelled> {
        let begun = self.begun(moment);
        self.commits[..self.cut()].iter().filter(move |commit| commit.committed >= begun)
    }

    /// When developers began to say what introduced a defect, as far as was known at a moment: by then a twentieth of what
    /// they said.
    fn begun(&self, moment: i64) -> i64 {
        if self.collection != Collection::Trailers {
            return i64::MIN;
        }
        let known = self.commits.iter().filter_map(|commit| commit.known);
        let mut known: Vec<i64> = known.filter(|known| *known <= moment).collect();
        known.sort_unstable();
        known.get(known.len() / 20).copied().unwrap_or(i64::MIN)
    }

    /// How many seconds it took until a defect was known, of the older half of what comes before the last fifth, the
    /// shortest first. Of the younger half those that take long are not known yet.
    pub fn delays(&self) -> Vec<i64> {
        let older = self.training().take(self.training().count() / 2);
        let mut delays: Vec<i64> = older
            .filter(|commit| commit.is_defective)
            .filter_map(|commit| Some(commit.known? - commit.committed))
            .filter(|delay| *delay >= 0)
            .collect();
        delays.sort_unstable();
        delays
    }
}

struct Label {
    id: String,
    committed: i64,
    added: Option<f64>,
    is_defective: bool,
    known: Option<i64>,
}

pub fn read(labels: &Path, metrics: &Path) -> Result<Vec<Project>, Box<dyn Error>> {
    let mut told = Vec::new();
    for collection in Collection::ALL {
        for file in files(&labels.join(collection.name()), ".csv.gz")? {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.ends_with(".pairs.csv.gz") {
                let name = name.trim_end_matches(".csv.gz").to_owned();
                told.push((name, collection, labels_in(&file, collection)?));
            }
        }
    }
    let mut wanted: HashMap<&str, Option<Row>> = HashMap::new();
    wanted.extend(told.iter().flat_map(|(.., labels)| labels).map(|label| (&*label.id, None)));
    for file in files(metrics, ".csv")? {
        measured_in(&file, &mut wanted)?;
    }
    let nf = METRICS.iter().position(|metric| metric.id == "nf").ok_or("no metric nf")?;
    let mut projects = Vec::new();
    for (name, collection, labels) in &told {
        let mut commits: Vec<Labelled> = Vec::new();
        for label in labels {
            if let Some(Some(row)) = wanted.get(&*label.id)
                && row[nf] > 0.0
            {
                commits.push(Labelled {
                    committed: label.committed,
                    published_added: label.added,
                    row: row.clone(),
                    is_defective: label.is_defective,
                    known: label.known,
                });
            }
        }
        commits.sort_by_key(|commit| commit.committed);
        if commits.len() >= 100 {
            let times = labels.iter().flat_map(|label| [Some(label.committed), label.known]);
            projects.push(Project {
                name: name.clone(),
                collection: *collection,
                labelled: labels.len(),
                ended: times.flatten().max().unwrap_or(i64::MIN),
                commits,
            });
        } else {
            eprintln!(
                "{name}: left out, {} of {} labelled commits are measured",
                commits.len(),
                labels.len()
            );
        }
    }
    Ok(projects)
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(ending) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn labels_in(file: &Path, collection: Collection) -> Result<Vec<Label>, Box<dyn Error>> {
    let mut reader = csv::Reader::from_reader(GzDecoder::new(File::open(file)?));
    let headers = reader.headers()?.clone();
    let place = |name: &str| headers.iter().position(|header| header == name);
    let (columns, known) = collection.columns();
    let [id, time, defective] = columns.map(place);
    let known = known.and_then(place);
    let added = place("la");
    let (Some(id), Some(time), Some(defective)) = (id, time, defective) else {
        return Err(format!("{}: it lacks a column", file.display()).into());
    };
    let mut labels = Vec::new();
    let mut fixes: Vec<Vec<String>> = Vec::new();
    for record in reader.records() {
        let record = record?;
        let Ok(committed) = record[time].parse::<f64>() else { continue };
        let known = known.map(|known| &record[known]).unwrap_or_default();
        fixes.push(serde_json::from_str(known).unwrap_or_default());
        let known = known.parse::<f64>().ok();
        labels.push(Label {
            id: record[id].to_owned(),
            committed: committed as i64,
            added: added.map(|added| record[added].parse().unwrap_or(0.0)),
            is_defective: matches!(&record[defective], "1" | "1.0" | "True"),
            known: known.map(|known| known as i64).filter(|known| *known > 0),
        });
    }
    let times: HashMap<String, i64> =
        labels.iter().map(|label| (label.id.clone(), label.committed)).collect();
    for (label, fixes) in labels.iter_mut().zip(fixes) {
        let first = fixes.iter().filter_map(|fix| times.get(fix)).min().copied();
        label.known = label.known.or(first);
    }
    Ok(labels)
}

fn measured_in(file: &Path, wanted: &mut HashMap<&str, Option<Row>>) -> Result<(), Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(true).from_path(file)?;
    let headers = reader.headers()?.clone();
    let places: Option<Vec<usize>> = METRICS
        .iter()
        .map(|metric| headers.iter().position(|header| header == metric.id))
        .collect();
    let places = places.ok_or_else(|| format!("{}: it lacks a metric", file.display()))?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        if let Some(room @ None) = wanted.get_mut(&record[0]) {
            let values = places.iter().map(|place| match &record[*place] {
                "" => Ok(f64::NAN),
                value => value.parse::<f64>(),
            });
            *room = Some(values.collect::<Result<_, _>>()?);
        }
    }
    Ok(())
}
