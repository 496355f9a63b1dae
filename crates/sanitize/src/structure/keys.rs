//! What the names of columns, keys and attributes say of their values.

mod container;
mod part;
mod table;

use crate::what::What;
pub(super) use container::is_container;
pub(super) use part::part;
pub(super) use table::STEMS;

/// How much a name says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// It is that of an identifier, or of something of a person in care.
    Strong,
    /// It says so only beside a strong one.
    Weak,
}

/// The longest name that is looked up, in bytes.
pub(super) const LONGEST: usize = 48;

/// What a name stands for, however it is spelled: `patient_id`, `patientId`, `Patient-ID` and
/// `PATIENT ID #` are one. What stands in brackets behind it, as the form of a date, does not count.
pub(super) fn key(name: &[u8]) -> Option<(What, Strength)> {
    // What is longer is not even looked through.
    let name = Some(name).filter(|name| name.len() <= 2 * LONGEST).map(plain)?;
    if name.len() > LONGEST {
        return None;
    }
    let (mut letters, mut count) = ([0_u8; LONGEST], 0);
    for byte in name {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
                letters[count] = byte.to_ascii_lowercase();
                count += 1;
            }
            b'_' | b'-' | b' ' | b'.' | b':' | b'#' | b'*' | b'/' | b'\'' => {}
            _ => return None,
        }
    }
    table::find(&letters[..count])
}

/// A name as it is shown: without what stands in brackets behind it.
pub(super) fn plain(name: &[u8]) -> &[u8] {
    let end = memchr::memchr2(b'(', b'[', name).filter(|at| *at > 0).unwrap_or(name.len());
    name[..end].trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::Strength::{Strong, Weak};
    use super::*;
    use crate::what::What::{BirthDate, Date, Mrn, Name, Zip};

    #[test]
    fn a_name_is_known_however_it_is_spelled() {
        for name in ["patient_id", "patientId", "Patient-ID", " PATIENT ID # ", "patient.id"] {
            assert_eq!(key(name.as_bytes()), Some((Mrn, Strong)), "{name}");
        }
        assert_eq!(key(b"DOB (mm/dd/yyyy)"), Some((BirthDate, Strong)));
        assert_eq!(key(b"Mother's Maiden Name"), Some((Name, Strong)));
        assert_eq!(key(b"postal_code"), Some((Zip, Weak)));
        assert_eq!(key(b"admitted_at"), Some((Date, Weak)));
        for name in ["", "(", "gender", "id", "dobby", "\u{e9}", "patient_id;"] {
            assert_eq!(key(name.as_bytes()), None, "{name}");
        }
        assert_eq!(key(&b"a".repeat(1 << 20)), None);
    }
}
