//! Names of code, which say more than what they hold.

use std::ops::Range;

use super::{LONGEST, Strength, key};
use crate::what::What;

/// The part of a name of code that is known, and what it says: all of it, what stands before the way in which something
/// is looked for with it (`mrn__exact`), behind the verb of a call (`setMrn`, `findBySsn`), or behind words that say
/// whose or which it is (`TEST_PATIENT_MRN`).
pub(in super::super) fn part(name: &[u8], is_call: bool) -> Option<(Range<usize>, What, Strength)> {
    let known = |part: Range<usize>| {
        let (what, strength) = key(&name[part.clone()])?;
        Some((part, what, strength))
    };
    if name.len() > LONGEST {
        return None;
    }
    let whole = known(0..name.len());
    // Of a way through objects each part is looked at by itself.
    if whole.is_some() || memchr::memchr(b'.', name).is_some() {
        return whole;
    }
    known(0..memchr::memmem::find(name, b"__").unwrap_or(0))
        .or_else(|| known(behind_verb(name).filter(|_| is_call)?..name.len()))
        .or_else(|| behind_words(name).find_map(|begin| known(begin..name.len()).filter(is_sure)))
}

/// Whether a part of a name says what it holds whatever stands in front of it.
fn is_sure((.., strength): &(Range<usize>, What, Strength)) -> bool {
    *strength == Strength::Strong
}

/// Where a name goes on behind a verb or what is looked for by.
fn behind_verb(name: &[u8]) -> Option<usize> {
    const VERBS: [&[u8]; 6] = [b"set", b"with", b"add", b"put", b"enter", b"fill"];
    let begins_word =
        |at: &usize| name.get(*at).is_some_and(|it| it.is_ascii_uppercase() || *it == b'_');
    let by = [&b"By"[..], b"by"].iter().find_map(|by| memchr::memmem::rfind(name, by));
    by.map(|at| at + 2).filter(begins_word).or_else(|| {
        let begins = |verb: &&&[u8]| {
            name.get(..verb.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(verb))
        };
        VERBS.iter().filter(begins).map(|verb| verb.len()).find(begins_word)
    })
}

/// Where a name of words with `_` between them goes on behind each of them. Words for what is counted, hidden or of
/// no use say that what follows is none.
fn behind_words(name: &[u8]) -> impl Iterator<Item = usize> {
    const OTHERS: [&[u8]; 20] = [
        b"max",
        b"min",
        b"num",
        b"count",
        b"len",
        b"size",
        b"hash",
        b"hashed",
        b"masked",
        b"mask",
        b"encrypted",
        b"non",
        b"no",
        b"not",
        b"is",
        b"has",
        b"error",
        b"invalid",
        b"bad",
        b"next",
    ];
    let is_other = |word: &[u8]| OTHERS.iter().any(|other| other.eq_ignore_ascii_case(word));
    let ends = memchr::memchr_iter(b'_', name);
    ends.take_while(move |end| !name[..*end].split(|it| *it == b'_').any(is_other))
        .map(|end| end + 1)
        .take(MOST_WORDS)
}

/// So many words may stand in front of a name that is known.
const MOST_WORDS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_names_of_code_are_known() {
        for (name, is_call, part_of_it) in [
            ("mrn__exact", false, "mrn"),
            ("setMrn", true, "Mrn"),
            ("SetMRN", true, "MRN"),
            ("find_by_ssn", true, "_ssn"),
            ("TEST_PATIENT_MRN", false, "PATIENT_MRN"),
            ("uk_ssn", false, "ssn"),
        ] {
            let found = part(name.as_bytes(), is_call);
            assert_eq!(found.map(|(part, ..)| &name[part]), Some(part_of_it), "{name}");
        }
        for name in ["setMrn", "max_patient_id", "ssn_length", "settlement", "package_name"] {
            assert!(part(name.as_bytes(), false).is_none(), "{name}");
        }
        assert!(part(b"setup", true).is_none() && part(b"settlement", true).is_none());
    }
}
