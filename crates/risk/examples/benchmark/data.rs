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

    /// The columns of the id, the time, whether a defect was introduced, and when that became known.
    fn columns(self) -> [&'static str; 4] {
        match self {
            Self::SixProjects => ["_id", "date", "bug", ""],
            Self::GitHub => ["commit_hash", "ts", "contains_bug", ""],
            Self::Trailers => ["commit_hash", "ts", "bug", "first_fix_ts"],
        }
    }
}

pub struct Project {
    pub name: String,
    pub collection: Collection,
    /// How many commits have labels.
    pub labelled: usize,
    /// Those that were measured and are changes, the oldest first.
    pub commits: Vec<Labelled>,
}

pub struct Labelled {
    pub committed: i64,
    /// Lines added, as those counted them who made the labels.
    pub published_added: f64,
    pub row: Row,
    pub is_defective: bool,
    /// When that became known, where it is told.
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

    /// What other projects may learn from it: not the last fifth, in which many a defect was not yet found, and of
    /// developers who say so nothing from before they began to.
    pub fn training(&self) -> impl Iterator<Item = &Labelled> {
        let begun = match self.collection {
            Collection::Trailers => {
                let mut known: Vec<i64> =
                    self.commits.iter().filter_map(|commit| commit.known).collect();
                known.sort_unstable();
                known.get(known.len() / 20).copied().unwrap_or(i64::MIN)
            }
            _ => i64::MIN,
        };
        self.commits[..self.cut()].iter().filter(move |commit| commit.committed >= begun)
    }
}

struct Label {
    id: String,
    committed: i64,
    added: f64,
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
        let is_ordered = commits.is_sorted_by_key(|commit| commit.committed);
        assert!(is_ordered, "what is tested comes after what is learned from");
        if commits.len() >= 100 {
            let (name, labelled) = (name.clone(), labels.len());
            projects.push(Project { name, collection: *collection, labelled, commits });
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
    let [id, time, defective, known] = collection.columns().map(place);
    let (Some(id), Some(time), Some(defective), Some(added)) = (id, time, defective, place("la"))
    else {
        return Err(format!("{}: it lacks a column", file.display()).into());
    };
    let mut labels = Vec::new();
    for record in reader.records() {
        let record = record?;
        let Ok(committed) = record[time].parse::<f64>() else { continue };
        let known = known.and_then(|known| record[known].parse::<f64>().ok());
        labels.push(Label {
            id: record[id].to_owned(),
            committed: committed as i64,
            added: record[added].parse().unwrap_or(0.0),
            is_defective: matches!(&record[defective], "1" | "1.0" | "True"),
            known: known.map(|known| known as i64).filter(|known| *known > 0),
        });
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
