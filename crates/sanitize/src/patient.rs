//! Whose dates stand together: by how many weeks those of a part of a text are moved.

use std::collections::HashMap;
use std::ops::Range;

use crate::finding::Finding;
use crate::structure::Unit;
use crate::synthetic::{Maker, patient_key};

/// The numbers that say who a patient is, the first that there is.
const NUMBERS: [&str; 3] = ["mrn", "health-plan", "ssn"];

/// How far patients' dates are moved, by who they are.
#[derive(Default)]
pub(crate) struct Shifts {
    /// What is known of those that were made up: they stand for somebody else.
    made: HashMap<Vec<u8>, i64>,
}

impl Shifts {
    /// How far the dates of each unit are moved; sorted findings of a text.
    pub fn of_units(
        &self,
        bytes: &[u8],
        units: &[Unit],
        findings: &[Finding],
        maker: &Maker,
    ) -> Vec<i64> {
        let owners = owners(bytes, units);
        let keys: Vec<Option<Vec<u8>>> = units.iter().map(|it| key(bytes, it, findings)).collect();
        let weeks = |place: usize| {
            let about = units[place].about.clone().map(|about| last_part(&bytes[about]));
            let owner = about.as_deref().and_then(|about| owners.get(about)).copied();
            let owner = owner.map(|owner| keys[owner].as_ref());
            let own = || about.as_ref().or(keys[place].as_ref());
            let key = owner.unwrap_or_else(own).map_or(&b""[..], Vec::as_slice);
            self.made.get(key).copied().unwrap_or_else(|| maker.weeks(key))
        };
        (0..units.len()).map(weeks).collect()
    }

    /// Learns that a made-up value stands for a patient whose dates are moved so far.
    pub fn learn(&mut self, rule: &str, value: &[u8], weeks: i64) {
        if NUMBERS.contains(&rule) {
            self.made.insert(patient_key(value), weeks);
        }
    }
}

/// Which units are the ones that others call by a name.
fn owners(bytes: &[u8], units: &[Unit]) -> HashMap<Vec<u8>, usize> {
    let mut owners = HashMap::new();
    for (place, unit) in units.iter().enumerate().filter(|(_, unit)| unit.about.is_none()) {
        for name in &unit.names {
            owners.entry(last_part(&bytes[name.clone()])).or_insert(place);
        }
    }
    owners
}

/// `4711` of `Patient/4711`, and of `urn:uuid:4711`.
fn last_part(name: &[u8]) -> Vec<u8> {
    let begin = name.iter().rposition(|byte| b"/:#".contains(byte)).map_or(0, |at| at + 1);
    name[begin..].to_ascii_lowercase()
}

/// Who the person of a unit is: a number, else the names, else what others call them.
fn key(bytes: &[u8], unit: &Unit, findings: &[Finding]) -> Option<Vec<u8>> {
    let inside = within(findings, &unit.span);
    let value = |rule: &str| inside.iter().find(|it| it.rule == rule).map(|it| it.span.clone());
    if let Some(span) = NUMBERS.iter().find_map(|rule| value(rule)) {
        return Some(patient_key(&bytes[span]));
    }
    let names = inside.iter().filter(|it| it.rule == "name").take(2);
    let mut names: Vec<Vec<u8>> = names.map(|it| patient_key(&bytes[it.span.clone()])).collect();
    names.sort();
    match names.is_empty() {
        false => Some(names.concat()),
        true => unit.names.last().map(|name| last_part(&bytes[name.clone()])),
    }
}

/// Those of sorted findings that begin in a part.
fn within<'a>(findings: &'a [Finding], part: &Range<usize>) -> &'a [Finding] {
    let begin = findings.partition_point(|it| it.span.start < part.start);
    let end = findings.partition_point(|it| it.span.start < part.end);
    &findings[begin..end.max(begin)]
}

/// The unit that a place is in.
pub(crate) fn unit_at(units: &[Unit], at: usize) -> Option<usize> {
    let place = units.partition_point(|unit| unit.span.end <= at);
    units.get(place).filter(|unit| unit.span.start <= at).map(|_| place)
}
