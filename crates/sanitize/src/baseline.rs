//! What was there before somebody began to look, and is known.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::fingerprint::{Fingerprint, Key};

/// The name and version of the format.
const SCHEMA: &str = "gitops-health/baseline/v1";

/// The most bytes of such a file: a few hundred thousand entries.
pub const LARGEST_BASELINE: u64 = 64 << 20;

/// What is known: values by their fingerprints, each in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeSet<Entry>,
    /// The paths of each value.
    paths: HashMap<Fingerprint, Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    fingerprint: Fingerprint,
    rule: String,
    path: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    schema: String,
    key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    fingerprint: String,
    rule: String,
    path: String,
}

/// Why a baseline can't be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BaselineError {
    /// It has no first line that says what it is.
    #[error("its first line is not that of a baseline")]
    NotABaseline,
    /// It is of a version that this program does not know.
    #[error("its format is {0}, and this program knows {SCHEMA}")]
    UnknownFormat(String),
    /// Its fingerprints were made with another key.
    #[error("it was made with another key: {of_baseline} instead of {of_key}")]
    AnotherKey {
        /// The id of the key that it was made with.
        of_baseline: String,
        /// The id of the key that there is.
        of_key: String,
    },
    /// A line makes no sense.
    #[error("line {0} is no entry of a baseline")]
    BadLine(usize),
}

impl Baseline {
    /// Reads what [`Baseline::write`] wrote, in any order of its lines, each as often as it likes: two
    /// versions can be merged by keeping the lines of both.
    pub fn read(text: &str, key: &Key) -> Result<Self, BaselineError> {
        let mut baseline = Self::default();
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let header = lines.next().and_then(|(_, line)| serde_json::from_str::<Header>(line).ok());
        let header = header.ok_or(BaselineError::NotABaseline)?;
        check(&header, key)?;
        for (number, line) in lines {
            if let Ok(again) = serde_json::from_str::<Header>(line) {
                check(&again, key)?;
                continue;
            }
            let bad = BaselineError::BadLine(number + 1);
            let line: Line = serde_json::from_str(line).map_err(|_| bad.clone())?;
            let fingerprint = Fingerprint::parse(&line.fingerprint).ok_or(bad)?;
            baseline.add(fingerprint, &line.rule, &line.path);
        }
        Ok(baseline)
    }

    /// A line for each entry, ordered by what is as good as chance: two branches that add some seldom
    /// write in the same place.
    pub fn write(&self, key: &Key) -> String {
        let mut text = line(&Header { schema: SCHEMA.into(), key: key.id() });
        for entry in &self.entries {
            text += &line(&Line {
                fingerprint: entry.fingerprint.to_string(),
                rule: entry.rule.clone(),
                path: entry.path.clone(),
            });
        }
        text
    }

    /// Adds a value of a file; whether it is new.
    pub fn add(&mut self, fingerprint: Fingerprint, rule: &str, path: &str) -> bool {
        let entry = Entry { fingerprint, rule: rule.to_owned(), path: path.to_owned() };
        let is_new = self.entries.insert(entry);
        if is_new {
            self.paths.entry(fingerprint).or_default().push(path.to_owned());
        }
        is_new
    }

    /// Whether a value is known in a file.
    pub fn has(&self, fingerprint: Fingerprint, path: &str) -> bool {
        self.paths.get(&fingerprint).is_some_and(|paths| paths.iter().any(|known| known == path))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn check(header: &Header, key: &Key) -> Result<(), BaselineError> {
    if header.schema != SCHEMA {
        return Err(BaselineError::UnknownFormat(header.schema.clone()));
    }
    if header.key != key.id() {
        let of_baseline = header.key.clone();
        return Err(BaselineError::AnotherKey { of_baseline, of_key: key.id() });
    }
    Ok(())
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("words can be written") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::new("a key of some length").expect("it is long enough")
    }

    fn baseline() -> Baseline {
        let mut baseline = Baseline::default();
        for (value, path) in [("one", "a b\n.txt"), ("two", "c"), ("one", "c")] {
            assert!(baseline.add(key().fingerprint("ssn", value.as_bytes()), "ssn", path));
        }
        baseline
    }

    #[test]
    fn what_is_written_is_read_in_any_order() {
        let baseline = baseline();
        let text = baseline.write(&key());
        assert_eq!(Baseline::read(&text, &key()), Ok(baseline.clone()));
        let mut lines: Vec<&str> = text.lines().collect();
        lines[1..].reverse();
        let merged = format!("{}\n{text}", lines.join("\r\n"));
        assert_eq!(Baseline::read(&merged, &key()).map(|it| it.write(&key())), Ok(text));
    }

    #[test]
    fn a_value_is_known_in_its_file_alone() {
        let baseline = baseline();
        let of = |value: &str| key().fingerprint("ssn", value.as_bytes());
        assert!(baseline.has(of("one"), "c") && baseline.has(of("two"), "c"));
        assert!(!baseline.has(of("two"), "a b\n.txt") && !baseline.has(of("three"), "c"));
    }

    #[test]
    fn what_makes_no_sense_is_an_error() {
        let other = Key::new("another one of these").expect("it is long enough");
        let text = baseline().write(&key());
        assert!(matches!(Baseline::read(&text, &other), Err(BaselineError::AnotherKey { .. })));
        let newer = text.replace("/v1", "/v2");
        assert!(matches!(Baseline::read(&newer, &key()), Err(BaselineError::UnknownFormat(_))));
        assert_eq!(Baseline::read("", &key()), Err(BaselineError::NotABaseline));
        assert_eq!(Baseline::read("{}\n", &key()), Err(BaselineError::NotABaseline));
        let cut = &text[..text.len() - 5];
        assert_eq!(Baseline::read(cut, &key()), Err(BaselineError::BadLine(4)));
        let conflict = format!("{text}<<<<<<< HEAD\n");
        assert_eq!(Baseline::read(&conflict, &key()), Err(BaselineError::BadLine(5)));
    }
}
