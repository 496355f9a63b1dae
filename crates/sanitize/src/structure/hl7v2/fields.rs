//! What the fields of segments hold (HL7 2.9, chapters 3, 4, 6, 7, 10; data types in chapter 2A).

use crate::structure::identifier_type;
use crate::what::What;

/// How a field is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// XPN: family, given, further.
    Name,
    /// XCN: number, family, given, further.
    Person,
    /// XAD: street, other, city, state, code.
    Address,
    /// XTN: number, use, equipment, mail, country, area, number.
    Phone,
    /// CX: number, check digit, scheme, authority, type.
    Id(What),
    /// One value.
    Value(What),
    /// Free text.
    Prose,
}

impl Content {
    /// Says what the components of a field are, by their numbers, and whether they say little. What one holds may
    /// depend on another, whose text is asked for.
    pub fn parts<'a>(
        self,
        component: impl Fn(usize) -> &'a [u8],
        add: &mut impl FnMut(What, usize, bool),
    ) {
        let all: &[(What, usize)] = match self {
            Name => &[(What::Name, 1), (What::Name, 2), (What::Name, 3)],
            Person => &[(What::OtherId, 1), (What::Name, 2), (What::Name, 3), (What::Name, 4)],
            Address => &[
                (What::Address, 1),
                (What::Address, 2),
                (What::Address, 3),
                (What::Zip, 5),
                (What::Address, 8),
                (What::Address, 9),
            ],
            Phone => return phone(component, add),
            Id(what) => return add(of_type(what, component(5)), 1, false),
            Value(what) => return add(what, 1, false),
            Prose => return,
        };
        for (what, place) in all {
            add(*what, *place, false);
        }
    }
}

fn phone<'a>(component: impl Fn(usize) -> &'a [u8], add: &mut impl FnMut(What, usize, bool)) {
    let what = match component(3) {
        b"FX" => What::Fax,
        _ if component(1).contains(&b'@') => What::Email,
        _ => What::Phone,
    };
    add(what, 1, false);
    if component(4).contains(&b'@') {
        add(What::Email, 4, false);
    }
    add(What::Phone, 6, true);
    add(What::Phone, 7, false);
    add(What::Phone, 12, false);
}

/// What a number is by its type.
fn of_type(what: What, code: &[u8]) -> What {
    match identifier_type::in_message(code) {
        Some(What::HealthPlan) if what != What::Mrn => what,
        said => said.unwrap_or(what),
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub content: Content,
    /// Whether it says little about anybody by itself, or speaks of staff.
    pub is_minor: bool,
}

/// Fields of segments, by number.
type Table = &'static [(&'static [u8; 3], &'static [(u8, Content)])];

use Content::{Address, Id, Name, Person, Phone, Prose, Value};

/// The fields that say who somebody is.
const FIELDS: Table = &[
    (
        b"PID",
        &[
            (2, Id(What::Mrn)),
            (3, Id(What::Mrn)),
            (4, Id(What::Mrn)),
            (5, Name),
            (6, Name),
            (7, Value(What::BirthDate)),
            (9, Name),
            (11, Address),
            (13, Phone),
            (14, Phone),
            (18, Id(What::Account)),
            (19, Value(What::Ssn)),
            (20, Value(What::License)),
            (21, Id(What::Mrn)),
            (29, Value(What::Date)),
            (40, Phone),
        ],
    ),
    (
        b"NK1",
        &[
            (2, Name),
            (4, Address),
            (5, Phone),
            (6, Phone),
            (12, Id(What::OtherId)),
            (16, Value(What::BirthDate)),
            (26, Name),
            (30, Name),
            (31, Phone),
            (32, Address),
            (33, Id(What::OtherId)),
            (37, Value(What::Ssn)),
            (40, Phone),
            (41, Phone),
        ],
    ),
    (
        b"GT1",
        &[
            (2, Id(What::Account)),
            (3, Name),
            (4, Name),
            (5, Address),
            (6, Phone),
            (7, Phone),
            (8, Value(What::BirthDate)),
            (12, Value(What::Ssn)),
            (19, Id(What::OtherId)),
            (24, Value(What::Date)),
            (42, Name),
        ],
    ),
    (
        b"IN1",
        &[
            (16, Name),
            (18, Value(What::BirthDate)),
            (19, Address),
            (36, Value(What::HealthPlan)),
            (49, Id(What::HealthPlan)),
        ],
    ),
    (
        b"IN2",
        &[
            (1, Id(What::OtherId)),
            (2, Value(What::Ssn)),
            (6, Value(What::HealthPlan)),
            (7, Name),
            (8, Value(What::HealthPlan)),
            (9, Name),
            (10, Value(What::OtherId)),
            (26, Id(What::HealthPlan)),
            (40, Name),
            (61, Id(What::HealthPlan)),
            (63, Phone),
            (64, Phone),
        ],
    ),
    (
        b"PV1",
        &[
            (5, Id(What::Account)),
            (7, Person),
            (8, Person),
            (9, Person),
            (17, Person),
            (19, Id(What::Account)),
            (44, Value(What::Date)),
            (45, Value(What::Date)),
            (50, Id(What::Account)),
        ],
    ),
    (
        b"MRG",
        &[
            (1, Id(What::Mrn)),
            (2, Id(What::Mrn)),
            (3, Id(What::Account)),
            (4, Id(What::Mrn)),
            (5, Id(What::Account)),
            (6, Id(What::Account)),
            (7, Name),
        ],
    ),
    (b"NTE", &[(3, Prose)]),
    (b"QRD", &[(8, Person)]),
    (b"IPC", &[(1, Id(What::OtherId))]),
];

/// The fields that speak of staff, or say when something was done for somebody.
const MINOR: Table = &[
    (b"PID", &[(12, Value(What::Address)), (23, Value(What::Address)), (33, Value(What::Date))]),
    // Employers and whom they name.
    (b"NK1", &[(13, Name)]),
    (b"GT1", &[(16, Name), (17, Address), (18, Phone), (45, Name), (46, Phone)]),
    (b"PV1", &[(52, Person)]),
    (b"EVN", &[(2, Value(What::Date)), (5, Person), (6, Value(What::Date))]),
    (b"PD1", &[(4, Person)]),
    (
        b"ROL",
        &[(4, Person), (5, Value(What::Date)), (6, Value(What::Date)), (11, Address), (12, Phone)],
    ),
    (b"PRD", &[(2, Name), (3, Address), (5, Phone), (7, Value(What::OtherId))]),
    (b"CTD", &[(2, Name), (3, Address), (5, Phone)]),
    (
        b"IN1",
        &[
            (44, Address),
            (5, Address),
            (6, Name),
            (7, Phone),
            (8, Value(What::HealthPlan)),
            (12, Value(What::Date)),
            (13, Value(What::Date)),
        ],
    ),
    (b"IN2", &[(3, Person), (22, Name), (49, Name), (50, Phone), (52, Name), (53, Phone)]),
    (b"IN3", &[(3, Person), (14, Person), (25, Person)]),
    (b"PV2", &[(8, Value(What::Date)), (9, Value(What::Date)), (13, Person)]),
    (
        b"ORC",
        &[
            (10, Person),
            (11, Person),
            (12, Person),
            (14, Phone),
            (19, Person),
            (24, Address),
            (9, Value(What::Date)),
            (15, Value(What::Date)),
        ],
    ),
    (
        b"OBR",
        &[
            (6, Value(What::Date)),
            (7, Value(What::Date)),
            (8, Value(What::Date)),
            (10, Person),
            (14, Value(What::Date)),
            (16, Person),
            (17, Phone),
            (22, Value(What::Date)),
            (28, Person),
        ],
    ),
    (b"OBX", &[(14, Value(What::Date)), (16, Person), (19, Value(What::Date)), (25, Person)]),
    (
        b"TXA",
        &[
            (4, Value(What::Date)),
            (5, Person),
            (6, Value(What::Date)),
            (7, Value(What::Date)),
            (9, Person),
            (10, Person),
            (11, Person),
        ],
    ),
    (b"DG1", &[(5, Value(What::Date)), (16, Person), (19, Value(What::Date))]),
    (b"PR1", &[(5, Value(What::Date)), (8, Person), (11, Person), (12, Person)]),
    (b"AL1", &[(6, Value(What::Date))]),
    (b"ACC", &[(1, Value(What::Date)), (3, Value(What::Address))]),
    (b"RXA", &[(3, Value(What::Date)), (4, Value(What::Date)), (10, Person)]),
    (
        b"SCH",
        &[
            (12, Person),
            (13, Phone),
            (14, Address),
            (16, Person),
            (17, Phone),
            (18, Address),
            (20, Person),
        ],
    ),
    (b"AIP", &[(3, Person), (6, Value(What::Date))]),
    (
        b"STF",
        &[
            (2, Id(What::OtherId)),
            (3, Name),
            (6, Value(What::BirthDate)),
            (10, Phone),
            (11, Address),
        ],
    ),
    (b"FT1", &[(4, Value(What::Date)), (20, Person), (21, Person)]),
    (b"NTE", &[(5, Person), (6, Value(What::Date))]),
    (b"SPM", &[(17, Value(What::Date)), (18, Value(What::Date))]),
    (b"MSH", &[(7, Value(What::Date))]),
    (b"ARQ", &[(15, Person), (16, Phone), (17, Address), (19, Person), (20, Phone)]),
];

/// Segments that hold nothing of a person, and are known as parts of a message.
const OTHERS: &[&[u8; 3]] = &[
    b"MSH", b"FHS", b"BHS", b"FTS", b"BTS", b"MSA", b"ERR", b"SFT", b"QRF", b"QAK", b"QPD", b"RCP",
    b"DSC", b"ARV", b"DB1", b"DRG", b"UB1", b"UB2", b"CTI", b"BLG", b"TQ1", b"TQ2", b"RXE", b"RXR",
    b"RXC", b"RXO", b"RXD", b"RXG", b"PRB", b"GOL", b"PTH", b"VAR", b"OBX", b"SAC", b"INV", b"RF1",
    b"AUT", b"AIS", b"AIG", b"AIL", b"RGS", b"APR", b"CON", b"IAM", b"PDA", b"PES", b"PEO", b"PCR",
    b"MFI", b"MFE", b"ODS", b"ODT", b"CM0", b"FAC", b"LOC", b"SID", b"PSS", b"PSG", b"PSL",
];

/// Whether this is the name of a segment.
pub(super) fn is_segment(name: &[u8]) -> bool {
    let is = |known: &[u8; 3]| known == name;
    FIELDS.iter().any(|(known, _)| is(known))
        || MINOR.iter().any(|(known, _)| is(known))
        || OTHERS.iter().any(|known| is(known))
}

/// What an observation says of somebody, by its code (LOINC: age, reported, estimated, calculated; date of birth).
pub(super) fn observed(code: &[u8]) -> Option<What> {
    match code {
        b"30525-0" | b"21612-7" | b"21611-9" | b"29553-5" => Some(What::Age),
        b"21112-8" => Some(What::BirthDate),
        _ => None,
    }
}

/// What a field of a segment holds; `value_type` is the second field of an observation.
pub(super) fn field(segment: &[u8], number: usize, value_type: Option<&[u8]>) -> Option<Field> {
    if segment == b"OBX" && number == 5 {
        let content = match value_type? {
            b"TX" | b"FT" | b"ST" | b"ED" | b"CE" | b"CWE" => Prose,
            b"XPN" | b"PN" => Name,
            b"XCN" | b"CN" => Person,
            b"XAD" | b"AD" => Address,
            b"XTN" | b"TN" => Phone,
            b"CX" => Id(What::OtherId),
            b"DT" | b"TS" | b"DTM" => Value(What::Date),
            _ => return None,
        };
        // What was observed says who somebody is by more than a day.
        return Some(Field { content, is_minor: content == Value(What::Date) });
    }
    let in_table = |table: Table| {
        let (_, fields) = table.iter().find(|(known, _)| *known == segment)?;
        fields.iter().find(|(known, _)| usize::from(*known) == number).map(|(_, content)| *content)
    };
    let major = in_table(FIELDS).map(|content| Field { content, is_minor: false });
    major.or_else(|| in_table(MINOR).map(|content| Field { content, is_minor: true }))
}
