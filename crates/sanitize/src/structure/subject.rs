//! Whom resources of FHIR are about (R4, 2.1.3 "References"; most have a `subject` or a `patient`).

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
    if document.member_text(number, b"resourceType") != b"Bundle" {
        let names = name.into_iter().chain(text(document, number, b"id")).collect();
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

fn text(document: &Document<'_>, number: usize, name: &[u8]) -> Option<Range<usize>> {
    let member = document.member(number, name)?;
    let node = document.node(member);
    (node.kind == Kind::String).then(|| node.span.clone())
}
