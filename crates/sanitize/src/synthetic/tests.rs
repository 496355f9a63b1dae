//! Values drawn at random, so that nothing here looks like somebody's to a scanner.

use std::collections::{BTreeSet, HashSet};

use gitops_health_testkit::Random;

use super::*;
use crate::check_digit::{self, SsnKind, aba, card, dea, digits, iban, mbi, npi, vin};
use crate::stand_in::is_stand_in;
use crate::what::What;

const ROUNDS: usize = 400;

fn maker(key: &str) -> Maker {
    Maker::new(key.as_bytes())
}

fn make(what: What, value: &str) -> String {
    make_with("a key", what, value)
}

fn make_with(key: &str, what: What, value: &str) -> String {
    let new = maker(key).make(&what.found(0..value.len()), value.as_bytes(), 10_000);
    String::from_utf8(new.expect("there is a kind")).expect("it is text")
}

/// Digits for `#`, letters for `A` and `a`.
fn draw(shape: &str, random: &mut Random) -> String {
    let mut sign = |begin: u8, count: usize| char::from(begin + random.below(count) as u8);
    let sign = |it: char| match it {
        '#' => sign(b'0', 10),
        'A' => sign(b'A', 26),
        'a' => sign(b'a', 26),
        other => other,
    };
    shape.chars().map(sign).collect()
}

/// Values of a shape for which something holds.
fn draw_valid(shape: &str, holds: fn(&str) -> bool, random: &mut Random) -> String {
    loop {
        let value = draw(shape, random);
        if holds(&value) {
            return value;
        }
    }
}

/// The marks of a text, and whether its other signs are digits, small letters or capitals.
fn shape(text: &str) -> String {
    let sign = |it: char| match it {
        '0'..='9' => '#',
        'a'..='z' => 'a',
        'A'..='Z' => 'A',
        other => other,
    };
    text.chars().map(sign).collect()
}

/// What holds for all values that are made up.
fn check(what: What, old: &str) -> String {
    let new = make(what, old);
    let rule = what.rule().id.as_ref();
    assert!(is_made(rule, new.as_bytes()), "{rule}: {new} is not known again");
    assert_eq!(make(what, old), new, "{rule}: not the same again");
    new
}

const SHAPES: [&str; 14] = [
    "######",
    "#######",
    "########",
    "A########",
    "AAA-######",
    "##-##-####-#",
    "#############",
    "aaaa####",
    "AaAa#A#a",
    "####.####/####",
    "#AA#-AA#-AA##",
    "AAAAAAAA",
    "####################",
    "aaaaaaaa-####-aaaa",
];

#[test]
fn numbers_keep_their_shape_and_are_known_again() {
    let mut random = Random::new(1);
    for shape_of in SHAPES {
        let mut all = BTreeSet::new();
        for _ in 0..ROUNDS {
            let old = draw(shape_of, &mut random);
            let news: BTreeSet<String> =
                [What::Mrn, What::HealthPlan, What::Account, What::OtherId, What::License]
                    .map(|what| check(what, &old))
                    .into();
            assert_eq!(news.len(), 1, "{old}: the same number is the same whatever finds it");
            let new = news.first().expect("there is one");
            assert!(new.len() == old.len() && *new != old);
            let has_own_form = mbi(&old.replace('-', "")) || dea(&old) || aba(&old) || card(&old);
            assert!(has_own_form || shape(new) == shape(&old), "{old} {new}");
            all.insert(new.clone());
        }
        let signs = shape_of.bytes().filter(u8::is_ascii_alphanumeric).count();
        let least = if signs < 7 { ROUNDS / 2 } else { ROUNDS * 9 / 10 };
        assert!(all.len() >= least, "{shape_of}: {} different", all.len());
    }
}

#[test]
fn the_mark_of_a_number_is_one_by_chance_as_seldom_as_is_said() {
    let mut random = Random::new(2);
    for (shape, most) in
        [("#####", 300), ("######", 40), ("########", 40), ("##########", 6), ("A#######", 40)]
    {
        let made =
            (0..20_000).filter(|_| is_made("mrn", draw(shape, &mut random).as_bytes())).count();
        assert!(made <= most, "{shape}: {made} of 20,000");
    }
}

#[test]
fn short_numbers_have_no_room_and_become_one() {
    for (old, new) in [("471", "901"), ("A-47", "Z-01"), ("12", "91"), ("7", "9")] {
        assert_eq!(check(What::Mrn, old), new);
    }
}

/// What a form of numbers asks for.
type Form = (&'static str, fn(&str) -> bool);

#[test]
fn what_answers_for_its_digits_still_does() {
    let mut random = Random::new(3);
    let forms: [Form; 10] = [
        ("1#########", npi),
        ("0########", aba),
        ("AB#######", dea),
        ("#AA#AA#AA##", mbi),
        ("1A4CC#8B#1#######", vin),
        ("4###############", card),
        ("3#############", card),
        ("37#############", card),
        ("6###############", card),
        ("GB##AAAA##############", iban),
    ];
    for (shape_of, holds) in forms {
        let mut all = BTreeSet::new();
        for _ in 0..40 {
            let old = draw_valid(shape_of, holds, &mut random);
            let new = check(What::Account, &old);
            assert!(holds(&new) && new.len() == old.len() && new != old, "{new}");
            all.insert(new);
        }
        assert!(all.len() > 36, "{shape_of}: {} different", all.len());
    }
    let card = draw_valid("4###############", card, &mut random);
    let spaced = format!("{} {}-{} {}", &card[..4], &card[4..8], &card[8..12], &card[12..]);
    let new = check(What::Card, &spaced);
    assert_eq!(digits(&new), digits(&check(What::Card, &card)));
    assert_eq!(shape(&new), shape(&spaced));
}

#[test]
fn social_security_numbers_are_of_an_area_that_was_never_issued() {
    let mut random = Random::new(4);
    for _ in 0..ROUNDS {
        let old = draw_valid("###-##-####", |it| check_digit::ssn(it).is_some(), &mut random);
        let new = check(What::Ssn, &old);
        assert_eq!(check_digit::ssn(&new), Some(SsnKind::Test), "{new}");
        assert!(new.starts_with("666-") && shape(&new) == "###-##-####");
        assert_eq!(make(What::Ssn, &old.replace('-', "")), new.replace('-', ""));
        assert_eq!(make(What::Itin, &old.replace('-', " ")), new.replace('-', " "));
    }
}

#[test]
fn telephone_numbers_are_those_of_fiction() {
    let mut random = Random::new(5);
    for shape_of in [
        "(2##) ###-####",
        "2##-###-####",
        "2#########",
        "+1 2## ### ####",
        "+46 (0)8 ### ### ##",
        "###-####",
        "00## ## #### ####",
        "2##.###.#### x###",
        "####",
    ] {
        for _ in 0..ROUNDS {
            let old = draw(shape_of, &mut random);
            let new = check(What::Phone, &old);
            assert_eq!(shape(&new), shape(&old));
            assert_eq!(make(What::Fax, &old), new);
        }
    }
    let plain = draw("2123######", &mut random);
    let new = make(What::Phone, &plain);
    let dashed = format!("+1 ({}) {}-{}", &plain[..3], &plain[3..6], &plain[6..]);
    assert_eq!(digits(&make(What::Phone, &dashed))[1..], digits(&new)[..]);
}

#[test]
fn places_on_the_net_and_on_earth_are_kept_for_examples() {
    let mut random = Random::new(6);
    for _ in 0..ROUNDS {
        let word = draw("aaaaaaaa", &mut random);
        let mail = check(What::Email, &format!("{word}@{}.org", draw("aaaaaa", &mut random)));
        assert!(mail.contains("@example."));
        let page = check(What::Url, &format!("https://{word}.org/a?b=c"));
        assert!(page.starts_with("https://example."));
        let number = |random: &mut Random| random.below(256);
        let four: Vec<String> = (0..4).map(|_| number(&mut random).to_string()).collect();
        assert!(check(What::IpAddress, &four.join(".")).parse::<std::net::Ipv4Addr>().is_ok());
        let eight: Vec<String> =
            (0..8).map(|_| format!("{:x}", 1 + random.below(65_000))).collect();
        assert!(check(What::IpAddress, &eight.join(":")).parse::<std::net::Ipv6Addr>().is_ok());
        let zip = check(What::Zip, &draw("1####-####", &mut random));
        assert!(matches!(digits(&zip)[..3], [0, 0, 0..=4]) && shape(&zip) == "#####-####");
        assert_eq!(make(What::Zip, "90210"), make(What::Zip, "90210-1234")[..5]);
        let place = check(What::Address, &draw("#### Aaaaa Aa", &mut random));
        assert!(place.contains(' ') && place.as_bytes()[0].is_ascii_digit());
        check(What::Address, &draw("Aaaaaaa", &mut random));
    }
}

#[test]
fn names_of_different_people_remain_different() {
    let mut random = Random::new(7);
    let mut all = BTreeSet::new();
    for _ in 0..ROUNDS {
        all.insert(check(What::Name, &draw("Aaaaaaaaa Aaaaaaaaa", &mut random)));
    }
    assert!(all.len() + 1 >= ROUNDS, "{} different", all.len());
}

#[test]
fn the_key_decides_and_is_not_needed_to_know_what_was_made() {
    let mut random = Random::new(8);
    for (what, shape) in [
        (What::Name, "Aaaaaaa Aaaaaaaaa"),
        (What::Mrn, "##########"),
        (What::Ssn, "4########"),
        (What::Phone, "212###-####"),
        (What::Address, "### Aaaaa Aaaa"),
    ] {
        let old = draw(shape, &mut random);
        let (one, two) = (make_with("one", what, &old), make_with("two", what, &old));
        assert_ne!(one, two);
        assert!(is_made(what.rule().id.as_ref(), two.as_bytes()));
    }
    let weeks: BTreeSet<i64> = (0..200_u8).map(|it| maker("one").weeks(&[it])).collect();
    assert!(weeks.len() > 180 && weeks.iter().all(|it| calendar::WEEKS.contains(it)));
}

#[test]
fn marks_of_structures_are_not_in_what_was_made() {
    let mut random = Random::new(9);
    const MARKS: &str = "|^~&\\*:<>\"',;{}[]\t\r\n";
    for what in [What::Name, What::Address, What::Mrn, What::Phone, What::Zip, What::Ssn] {
        for _ in 0..ROUNDS {
            let old = draw("Aaa# #aaA-##", &mut random);
            let new = make(what, &old);
            assert!(!new.contains(|it| MARKS.contains(it)), "{what:?}: {new}");
        }
    }
}

#[test]
fn any_bytes_are_taken_and_what_is_made_of_them_is_known_again() {
    let mut random = Random::new(10);
    const SIGNS: &[u8] = b"aZ09 -/.,'\\&;:@x+()\xc3\xa9\xff%#u\"";
    let kinds = [
        What::Name,
        What::Address,
        What::Zip,
        What::Date,
        What::Phone,
        What::Email,
        What::Ssn,
        What::Mrn,
        What::Url,
        What::IpAddress,
        What::Photo,
    ];
    for round in 0..40_000 {
        let length = 1 + random.below(20);
        let old: Vec<u8> = (0..length).map(|_| SIGNS[random.below(SIGNS.len())]).collect();
        let what = kinds[round % kinds.len()];
        let finding = what.found(0..old.len());
        let new = maker("a key").make(&finding, &old, 10_000).expect("there is a kind");
        let text = String::from_utf8_lossy(&new);
        let is_nothing =
            !new.iter().any(u8::is_ascii_alphanumeric) || is_stand_in(&new, &HashSet::new());
        assert!(is_made(&finding.rule, &new) || is_nothing, "{what:?}: {old:?} {text}");
    }
}
