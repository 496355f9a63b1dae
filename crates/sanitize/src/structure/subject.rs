//! Whom resources of FHIR are about (R4, 2.1.3 "References"; most have a `subject` or a `patient`).

use std::collections::HashSet;
use std::ops::Range;

use super::Unit;
use super::json::{Document, Kind};

/// Members of resources that refer to the patient.
const SUBJECTS: [&[u8]; 6] =
    [b"subject", b"patient", b"beneficiary", b"individual", b"for", b"subscriber"];

/// The resources of a document, each of which is about one person.
pub(super) fn units(document: &Document<'_>) -> Vec<Unit> {
    let mut units = Vec::new();
    add(document, document.root(), None, &mut units);
    units
}

/// Adds a resource, or those that a list or a bundle holds; `name` is what the bundle calls it.
fn add(document: &Document<'_>, number: usize, name: Option<Range<usize>>, units: &mut Vec<Unit>) {
    if document.node(number).kind == Kind::Array {
        document.inside(number).for_each(|inner| add(document, inner, None, units));
        return;
    }
    let resource = document.member_text(number, b"resourceType");
    if resource != b"Bundle" {
        let names = name.into_iter().chain(text(document, number, b"id"));
        let names = names.filter(|_| is_person(resource)).collect();
        let about = SUBJECTS.iter().find_map(|subject| {
            let subject = document.member(number, subject)?;
            text(document, subject, b"reference")
        });
        units.push(Unit { span: document.node(number).span.clone(), names, about });
        return;
    }
    let Some(entries) = document.member(number, b"entry") else { return };
    for entry in document.inside(entries) {
        if let Some(resource) = document.member(entry, b"resource") {
            // One bundle in another one is a part of it.
            let name = text(document, entry, b"fullUrl");
            match document.member_text(resource, b"resourceType") == b"Bundle" {
                true => units.push(Unit {
                    span: document.node(resource).span.clone(),
                    names: Vec::new(),
                    about: None,
                }),
                false => add(document, resource, name, units),
            }
        }
    }
}

/// What people are called by references: the last parts of the ids and addresses of their resources.
pub(super) fn people<'a>(document: &Document<'a>, units: &[Unit]) -> HashSet<&'a [u8]> {
    let names = units.iter().flat_map(|unit| &unit.names);
    names.map(|name| &document.bytes[last_part(document.bytes, name)]).collect()
}

/// `4711` of `Patient/4711`, and of `urn:uuid:4711`.
pub(super) fn last_part(bytes: &[u8], name: &Range<usize>) -> Range<usize> {
    let begin = bytes[name.clone()].iter().rposition(|byte| b"/:#".contains(byte));
    name.start + begin.map_or(0, |at| at + 1)..name.end
}

/// Whether a type of resources is one of people.
pub(super) fn is_person(resource: &[u8]) -> bool {
    matches!(resource, b"Patient" | b"RelatedPerson" | b"Person" | b"Practitioner")
}

fn text(document: &Document<'_>, number: usize, name: &[u8]) -> Option<Range<usize>> {
    let member = document.member(number, name)?;
    let node = document.node(member);
    (node.kind == Kind::String).then(|| node.span.clone())
}
