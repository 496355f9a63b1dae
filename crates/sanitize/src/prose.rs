//! Names of people and places in sentences where there is talk of health.
//!
//! Names are known by a title, by an initial behind a first name, and by the dictionaries of the United
//! States Census Bureau. A place says who somebody is only beside something else that does, so places
//! are found only in lines that have a name, a date or a number.

mod dictionary;
mod names;
mod places;

use std::ops::Range;

use crate::context::Context;
use crate::finding::Finding;
use crate::rule::Category;

#[cfg(test)]
pub(crate) use dictionary::is_of_census;
pub(crate) use dictionary::{begins_with_capital, is_first_name, is_of_dictionary};

/// A word that begins with a capital, or with a part of a name such as `O'` or `Mc` and one, of Latin letters with marks, too (Unicode: U+00C0 to U+00DE, and every other one
/// of Latin Extended-A).
const WORD: &str = concat!(
    r"(?:[ODLNM](?:'|\xe2\x80\x99)(?:[A-Z]|\xc3[\x80-\x96\x98-\x9e])|(?:Mc|Mac|De|Di|Du|Da|La|Le|Lo|Van|Von|Fitz|St)[A-Z]|",
    r"[A-Z]|\xc3[\x80-\x96\x98-\x9e]|",
    r"\xc4[\x80\x82\x84\x86\x88\x8a\x8c\x8e\x90\x92\x94\x96\x98\x9a\x9c\x9e\xa0\xa2\xa4\xa6\xa8\xaa\xac\xae\xb0\xb2\xb4\xb6\xb9\xbb\xbd\xbf]|",
    r"\xc5[\x81\x83\x85\x87\x8a\x8c\x8e\x90\x92\x94\x96\x98\x9a\x9c\x9e\xa0\xa2\xa4\xa6\xa8\xaa\xac\xae\xb0\xb2\xb4\xb6\xb8\xb9\xbb\xbd])",
    r"[a-z\x80-\xff]+(?:['-][A-Z]?[a-z\x80-\xff]+)?"
);

/// Names and places where there is talk of health; `known` is what else was found.
pub(crate) fn find(bytes: &[u8], context: &Context<'_>, known: &[Finding]) -> Vec<Finding> {
    let identifiers = Places::of_identifiers(known);
    let mut findings = Vec::new();
    for part in context.health_parts() {
        for line in lines(bytes, part) {
            let before = findings.len();
            names::find(bytes, line.clone(), context, &mut findings);
            places::streets(bytes, line.clone(), &mut findings);
            places::codes(bytes, line.clone(), &mut findings);
            let has_other = identifiers.is_any_in(&line);
            if findings.len() > before || has_other {
                places::find(bytes, line, &mut findings);
            }
        }
    }
    findings
}

/// Where identifiers are.
struct Places {
    /// Where each begins, sorted, and how far it and those in front of it go.
    places: Vec<(usize, usize)>,
}

impl Places {
    fn of_identifiers(findings: &[Finding]) -> Self {
        let is_identifier = |it: &&Finding| matches!(it.category, Category::Identifier(_));
        let spans = findings.iter().filter(is_identifier).map(|it| (it.span.start, it.span.end));
        let mut places: Vec<_> = spans.collect();
        places.sort_unstable();
        let mut farthest = 0;
        for (_, end) in &mut places {
            farthest = farthest.max(*end);
            *end = farthest;
        }
        Self { places }
    }

    fn is_any_in(&self, part: &Range<usize>) -> bool {
        let before = self.places.partition_point(|(begin, _)| *begin < part.end);
        self.places[..before].last().is_some_and(|(_, end)| *end > part.start)
    }
}

/// The lines of a part, each as far as it belongs to it.
fn lines(bytes: &[u8], part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut begin = part.start;
    std::iter::from_fn(move || {
        if begin >= part.end {
            return None;
        }
        let end = memchr::memchr(b'\n', &bytes[begin..part.end]).map_or(part.end, |at| begin + at);
        let line = begin..end;
        begin = end + 1;
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found where there is talk of health, without the words that say so. A `~` stands for nothing, so
    /// that no scanner stops at this page.
    fn found(text: &str) -> Vec<String> {
        let text = format!("diagnosed: {}", text.replace('~', ""));
        let findings = find(text.as_bytes(), &Context::of(text.as_bytes()), &[]);
        findings.into_iter().map(|it| text[it.span].to_owned()).collect()
    }

    #[test]
    fn words_that_begin_titles_are_no_names_by_themselves() {
        for text in
            ["429, Too Many Requests", "of Spring Security", "see My Profile", "a Golden Retriever"]
        {
            assert!(found(text).is_empty(), "{text}");
        }
        assert_eq!(found("sa~w You~ng K~im"), ["Young Kim"]);
        assert_eq!(found("sa~w Kar~en Wh~ite"), ["Karen White"]);
        assert_eq!(found("sa~w Mar~ie Q~., 63"), ["Marie Q."]);
    }

    #[test]
    fn who_is_presented_or_numbered_is_somebody() {
        for (text, name) in [
            ("Pati~ent: Zwyr~tkova, Quirinia", "Zwyrtkova, Quirinia"),
            ("PATI~ENT NAME: ZWYR~TKOVA, QUIRINIA M", "ZWYRTKOVA, QUIRINIA M"),
            ("Pati~ent: Quirinia Zwyr~tkova (ward 3)", "Quirinia Zwyrtkova"),
            ("Pati~ent: \u{c5}ng~str\u{f6}m, Zo\u{eb}", "\u{c5}ngstr\u{f6}m, Zo\u{eb}"),
            ("Pati~ent: \u{160}imon \u{10c}ern\u{fd}", "\u{160}imon \u{10c}ern\u{fd}"),
            ("Loaded pati~ent Quirinia Zwyr~tkova (M~RN 8817~2635)", "Quirinia Zwyrtkova"),
            ("saw Quirinia Zwyr~tkova, D~OB: 1980~", "Quirinia Zwyrtkova"),
        ] {
            assert_eq!(found(text), [name], "{text}");
        }
        for text in [
            "Pati~ent: Access Denied",
            "Pati~ent: Birth Date",
            "Pati~ent: First Name, Last Name",
            "Pati~ent: Zwyr~tkova Works here",
            "the Medi~cal Record (M~RN 8817~2635)",
            "Pati~ent Number: M~RN 8817~2635",
            "Show Quirinia Zwyr~tkova (M~RN required)",
        ] {
            assert!(found(text).is_empty(), "{text} {:?}", found(text));
        }
    }

    #[test]
    fn names_have_apostrophes_and_capitals_within() {
        for name in [
            "O'Con~nor",
            "O\u{2019}Con~nor",
            "D'An~gelo",
            "McDon~ald",
            "MacLe~od",
            "DeLu~ca",
            "LaRo~sa",
        ] {
            let plain = name.replace('~', "");
            for text in [
                format!("Pati~ent: Robert {name}, seen."),
                format!("the pati~ent Jane {name} was seen"),
                format!("Pati~ent name: Jane {name}\n"),
                format!("saw Jane {name}, M~RN 8817~2635"),
            ] {
                let found = found(&text);
                assert!(!found.is_empty(), "{text}");
                assert!(found.iter().all(|it| it.ends_with(&plain)), "{text}: {found:?}");
            }
        }
        assert_eq!(found("Dr. JoAnnCo was here"), ["JoAnnCo"]);
    }

    #[test]
    fn marks_of_print_behind_a_name_are_none_of_it() {
        for mark in ["\u{a0}", "\u{201d}", "\u{2019}", "\u{2013}", "\u{bb}"] {
            assert_eq!(found(&format!("Mr. Zwyr~tkova{mark} was seen")), ["Zwyrtkova"], "{mark:?}");
        }
    }

    #[test]
    fn numbers_of_houses_have_a_street() {
        for (text, street) in [
            ("Lives at 12 El~m Street and", "12 Elm Street"),
            ("at 1600 N. Old Mi~ll Rd, Apt 3B", "1600 N. Old Mill Rd, Apt 3B"),
            ("home: 7 We~st 42nd St.", "7 West 42nd St"),
        ] {
            assert!(found(text).iter().any(|it| it == street), "{text} {:?}", found(text));
        }
        for text in ["in 2019 Supreme Court", "12 elm street", "the 3 Way valve", "5 Saw Dr Lee"] {
            let found = found(text);
            assert!(!found.iter().any(|it| it.starts_with(char::is_numeric)), "{found:?}");
        }
    }

    #[test]
    fn codes_stand_behind_a_state_or_their_name() {
        for (text, expected) in [
            (
                "12 El~m Street, Spring~field, IL 627~04",
                &["12 Elm Street", "Springfield", "62704"][..],
            ),
            ("in Salt La~ke City, UT 841~01-1234.", &["Salt Lake City", "84101-1234"]),
            ("her ZIP is 036~01", &["03601"]),
            ("zip code: 036~01", &["03601"]),
        ] {
            let found = found(text);
            assert!(expected.iter().all(|it| found.iter().any(|other| other == it)), "{found:?}");
        }
        for text in ["error OR 12345x", "the zip 9 files", "in 12345", "unzip 12345 files"] {
            assert!(found(text).is_empty(), "{text} {:?}", found(text));
        }
    }

    #[test]
    fn places_end_before_a_month() {
        for (text, place) in [
            ("Emma R~., at Mayo Clinic on", "Mayo Clinic"),
            ("Em~ma R~., at Sun~ny Hi~ll Cli~nic in Janu~ary", "Sunny Hill Clinic"),
            ("Em~ma R~., at Sun~ny Hi~ll Cli~nic, Ju~ne 20", "Sunny Hill Clinic"),
            ("Emma R~., residing in Fairfield, CT", "Fairfield, CT"),
            ("Em~ma R~., at Aug~usta Cli~nic in M~ay", "Augusta Clinic"),
        ] {
            assert!(found(text).iter().any(|it| it == place), "{:?}", found(text));
        }
        assert_eq!(found("Em~ma R~., who vis~ited the IC~U"), ["Emma R."]);
    }
}
