//! One look for all that structures begin with, so that the readers of those that are not there need not look.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{fhir_xml, hl7v2, sql, x12};

/// Which structures a text has the marks of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// A header of a message of HL7 version 2.
    pub hl7v2: bool,
    /// A segment or field of such a message in XML.
    pub hl7v2_xml: bool,
    /// An interchange of X12, or a segment that a part of one begins with.
    pub x12: bool,
    /// A statement of SQL that makes a table or has rows.
    pub sql: bool,
    /// A card.
    pub vcard: bool,
    /// An attribute of the JSON model of DICOM.
    pub dicom_json: bool,
    /// An element of a study or a patient in a dump of DICOM.
    pub dicom_dump: bool,
    /// A resource of FHIR in XML.
    pub fhir_xml: bool,
}

#[derive(Clone, Copy)]
enum Mark {
    Hl7v2,
    Hl7v2Xml,
    Interchange,
    X12,
    Table,
    Rows,
    Vcard,
    DicomJson,
    DicomDump,
    FhirXml,
}

static PATTERNS: LazyLock<Vec<(&'static [u8], Mark)>> = LazyLock::new(|| {
    let mut patterns: Vec<(&[u8], Mark)> = vec![
        (b"MSH", Mark::Hl7v2),
        (b"PID.", Mark::Hl7v2Xml),
        (b"NK1.", Mark::Hl7v2Xml),
        (b"IN1.", Mark::Hl7v2Xml),
        (b"IN2.", Mark::Hl7v2Xml),
        (b"GT1.", Mark::Hl7v2Xml),
        (b"MRG.", Mark::Hl7v2Xml),
        (b"PV1.", Mark::Hl7v2Xml),
        (b"PD1.", Mark::Hl7v2Xml),
        (b"\"vr", Mark::DicomJson),
        (b"(0008,", Mark::DicomDump),
        (b"(0010,", Mark::DicomDump),
        (fhir_xml::NAMESPACE, Mark::FhirXml),
        (x12::HEADER_MARK, Mark::Interchange),
        (b"CREATE TABLE", Mark::Table),
        (b"create table", Mark::Table),
        (super::vcard::BEGIN, Mark::Vcard),
    ];
    patterns.extend(x12::PARTS.map(|first| (first, Mark::X12)));
    patterns.extend(sql::WORDS.map(|word| (word, Mark::Rows)));
    patterns
});

/// No mark ends as another one begins, so that none is missed for being in the middle of one.
static AUTOMATON: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(PATTERNS.iter().map(|(pattern, _)| pattern))
        .expect("a few short patterns")
});

impl Marks {
    pub fn of(bytes: &[u8]) -> Self {
        let mut marks = Self::default();
        for found in AUTOMATON.find_iter(bytes) {
            let (pattern, mark) = PATTERNS[found.pattern()];
            let at = found.start();
            match mark {
                Mark::Hl7v2 | Mark::Hl7v2Xml if hl7v2::xml::is_element(bytes, at) => {
                    marks.hl7v2_xml = true;
                }
                Mark::Hl7v2 => marks.hl7v2 = true,
                Mark::Hl7v2Xml => {}
                // `DISABLE` is in every other program.
                Mark::Interchange => {
                    let next = bytes.get(found.end());
                    marks.x12 |=
                        next.is_some_and(|byte| !byte.is_ascii_alphanumeric() && *byte != b' ');
                }
                Mark::X12 => marks.x12 |= x12::begins_here(bytes, at),
                Mark::Table => marks.sql = true,
                Mark::Rows => marks.sql |= sql::is_statement(bytes, at, pattern),
                Mark::Vcard => marks.vcard = true,
                Mark::DicomJson => marks.dicom_json |= bytes.get(found.end()) == Some(&b'"'),
                Mark::DicomDump => marks.dicom_dump = true,
                Mark::FhirXml => marks.fhir_xml |= fhir_xml::is_namespace(bytes, at),
            }
        }
        marks
    }

    pub fn any(self) -> bool {
        self != Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_structure_has_its_marks() {
        let of = |text: &str| Marks::of(text.as_bytes());
        let none = Marks::default();
        assert_eq!(of("MSH|^~\\&|"), Marks { hl7v2: true, ..none });
        for text in ["ISA*00*", "\nST*837*0001~", "x = \"NM1*IL*1*\"", "'DMG*D8*", "REF*SY*"] {
            assert_eq!(of(text), Marks { x12: true, ..none }, "{text}");
        }
        for text in ["CREATE TABLE p", "Insert Into p", "replace into p", "\nCOPY p (a)"] {
            assert_eq!(of(text), Marks { sql: true, ..none }, "{text}");
        }
        for text in ["<PID.5>", "<x:NK1.2.1>", "<MSH.10/>"] {
            assert_eq!(of(text), Marks { hl7v2_xml: true, ..none }, "{text}");
        }
        assert_eq!(of("{\"vr\": \"PN\"}"), Marks { dicom_json: true, ..none });
        assert_eq!(of("(0010, 0010) x"), Marks { dicom_dump: true, ..none });
        for text in
            ["<Patient xmlns=\"http://hl7.org/fhir\">", "<P xmlns:f=\\'http://hl7.org/fhir\\'>"]
        {
            assert_eq!(of(text), Marks { fhir_xml: true, ..none }, "{text}");
        }
        assert_eq!(of("a BEGIN:VCARD\nMSH"), Marks { vcard: true, hl7v2: true, ..none });
    }

    #[test]
    fn code_that_looks_like_a_mark_has_none() {
        for text in
            ["#define DISABLED 1", "LIST* next;", "we copy into the list", "a copy of it", ""]
                .into_iter()
                .chain(["PID.5.1", "msg['PID.5']", "\"vrs\"", "x = \"http://hl7.org/fhir\""])
        {
            assert!(!Marks::of(text.as_bytes()).any(), "{text}");
        }
    }

    #[test]
    fn no_mark_ends_as_another_one_begins() {
        for (ending, _) in PATTERNS.iter() {
            for (beginning, _) in PATTERNS.iter() {
                for length in 1..ending.len().min(beginning.len()) {
                    let shared = &ending[ending.len() - length..];
                    // A card that begins in the name of a segment is none.
                    let is_known = *ending == super::super::vcard::BEGIN;
                    assert!(is_known || !beginning.starts_with(shared), "{ending:?} {beginning:?}");
                }
            }
        }
    }
}
