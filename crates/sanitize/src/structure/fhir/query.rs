//! What searches ask for (FHIR R4, 3.1.1 "Search" and the search parameters of Patient).

use std::ops::Range;

use crate::structure::{is_template, split, value};
use crate::what::What;

/// The longest address that is looked at, in bytes.
const LONGEST: usize = 4096;

/// Parameters that refer to a patient, or lead to what is known of one.
const SUBJECTS: [&[u8]; 4] = [b"patient", b"subject", b"beneficiary", b"subscriber"];

/// What a parameter says of a person.
pub(super) fn what(name: &[u8]) -> Option<What> {
    Some(match name {
        b"family" | b"given" | b"name" | b"phonetic" => What::Name,
        b"identifier" => What::Mrn,
        b"birthdate" => What::BirthDate,
        b"death-date" => What::Date,
        b"phone" | b"telecom" => What::Phone,
        b"email" => What::Email,
        b"address" | b"address-city" => What::Address,
        b"address-postalcode" => What::Zip,
        _ => return None,
    })
}

/// The values of the parameters of an address that are about people.
pub(super) fn in_address(bytes: &[u8], span: Range<usize>) -> Vec<(What, Range<usize>)> {
    let text = &bytes[span.clone()];
    let Some(mark) = memchr::memchr(b'?', text).filter(|_| text.len() <= LONGEST) else {
        return Vec::new();
    };
    in_parameters(bytes, resource(&text[..mark]), span.start + mark + 1..span.end)
}

/// The type of resources that an address has in front of its parameters.
pub(super) fn resource(address: &[u8]) -> &[u8] {
    let path = address.split(|byte| *byte == b'?').next().unwrap_or_default();
    let path = path.strip_suffix(b"/_search").unwrap_or(path);
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

/// The same, of parameters that search for a type of resources.
pub(super) fn in_parameters(
    bytes: &[u8],
    resource: &[u8],
    span: Range<usize>,
) -> Vec<(What, Range<usize>)> {
    let mut found = Vec::new();
    if span.len() > LONGEST {
        return found;
    }
    for pair in split(bytes, span, b'&') {
        let text = &bytes[pair.clone()];
        let Some(sign) = memchr::memchr(b'=', text) else { continue };
        // Markup spells the mark between parameters out.
        let name = text[..sign].strip_prefix(b"amp;").unwrap_or(&text[..sign]);
        let Some(what) = of_person(resource, name) else { continue };
        for part in split(bytes, pair.start + sign + 1..pair.end, b',') {
            let part = without_system(bytes, part, what);
            if value::has_shape(what, &decoded(&bytes[part.clone()])) {
                found.push((what, part));
            }
        }
    }
    found
}

/// What a parameter says, if it is about a person: `family`, `family:exact`, `patient.family`,
/// `subject:Patient.family`.
fn of_person(resource: &[u8], name: &[u8]) -> Option<What> {
    let mut parts = name.split(|byte| matches!(byte, b'.' | b':'));
    let first = parts.next()?;
    let chained = memchr::memrchr(b'.', name).map(|at| &name[at + 1..]);
    match chained {
        Some(last) if SUBJECTS.contains(&first) => {
            what(last.split(|byte| *byte == b':').next().unwrap_or_default())
        }
        None if matches!(resource, b"Patient" | b"RelatedPerson" | b"Person") => what(first),
        _ => None,
    }
}

/// A value without the name of the system in front of it, and without what says how it is compared.
fn without_system(bytes: &[u8], span: Range<usize>, what: What) -> Range<usize> {
    let text = &bytes[span.clone()];
    let bar = memchr::memrchr(b'|', text).map(|at| at + 1);
    let spelled = || {
        let lower = text.to_ascii_lowercase();
        memchr::memmem::rfind(&lower, b"%7c").map(|at| at + 3)
    };
    let begin = span.start + bar.or_else(spelled).unwrap_or(0);
    let compares = matches!(what, What::BirthDate | What::Date)
        && bytes[begin..span.end].iter().take(2).all(u8::is_ascii_lowercase);
    if compares { (begin + 2).min(span.end)..span.end } else { begin..span.end }
}

/// What addresses write with signs of their own; a template as it is.
fn decoded(text: &[u8]) -> Vec<u8> {
    if is_template(text) {
        return text.to_owned();
    }
    let (mut plain, mut at) = (Vec::with_capacity(text.len()), 0);
    while at < text.len() {
        let digits = text.get(at + 1..at + 3).and_then(|it| std::str::from_utf8(it).ok());
        let byte = digits.and_then(|it| u8::from_str_radix(it, 16).ok());
        match (text[at], byte) {
            (b'%', Some(byte)) => {
                plain.push(byte);
                at += 2;
            }
            (b'+', _) if at > 0 => plain.push(b' '),
            (byte, _) => plain.push(byte),
        }
        at += 1;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    // Synthetic; `~` stands for nothing.
    fn values(address: &str) -> Vec<String> {
        let address = address.replace('~', "");
        let found = in_address(address.as_bytes(), 0..address.len());
        found.into_iter().map(|(_, span)| address[span].to_owned()).collect()
    }

    #[test]
    fn parameters_about_people_are_read() {
        for (address, expected) in [
            (
                "Patient?family=Zwyr~tkova&given:exact=Quirinia&identifier=8817~2635",
                &["Zwyrtkova", "Quirinia", "88172635"][..],
            ),
            ("http://x/Patient?identifier=http://y/m|8817~2635", &["88172635"]),
            (
                "Patient/_search?identifier=y%7C8817~2635&amp;name=Zwyr~tkova",
                &["88172635", "Zwyrtkova"],
            ),
            ("Patient?name=Quirinia%20Zwyr~tkova,Ro~e", &["Quirinia%20Zwyrtkova", "Roe"]),
            ("Observation?patient.identifier=8817~2635&code=1234-5", &["88172635"]),
            ("Observation?subject:Patient.family=Zwyr~tkova", &["Zwyrtkova"]),
            ("Organization?name=Clinic&identifier=8817~2635", &[]),
            ("Patient?family={{family}}&identifier=%s&name=string&given=", &[]),
            ("Patient", &[]),
        ] {
            assert_eq!(values(address), expected, "{address}");
        }
        let dates = concat!("Patient?birthdate=ge1962", "-01-10&birthdate=1963", "-02-11");
        assert_eq!(values(dates), [concat!("1962", "-01-10"), concat!("1963", "-02-11")]);
    }
}
