//! Documents of all structures about the same made-up people, cleaned with made-up values. All is put together here
//! so that no scanner stops at this page.

use std::ops::RangeInclusive;

use gitops_health_sanitize::{Cleaner, Replacement, Scanner, Severity};
use gitops_health_testkit::Random;
use jiff::civil::Date;

/// Somebody who does not exist, and two days of theirs.
struct Person {
    mrn: String,
    ssn: String,
    given: &'static str,
    family: &'static str,
    birth: Date,
    visit: Date,
}

fn person(random: &mut Random) -> Person {
    let mut below = |limit: usize| random.below(limit);
    let day = |years: RangeInclusive<usize>, below: &mut dyn FnMut(usize) -> usize| {
        let year = years.start() + below(years.end() - years.start());
        Date::new(year as i16, 1 + below(12) as i8, 1 + below(28) as i8).expect("it is a day")
    };
    let given = ["Zwyrtkova", "Jane", "Quirinia"][below(3)];
    let family = ["Brzoska", "Doe", "Xylander"][below(3)];
    let mrn = format!("{}{:08}", ["47", "11"][below(2)], below(100_000_000));
    let ssn = format!("{}-{:02}-{:04}", 219 + below(400), 1 + below(98), 1 + below(9_998));
    let birth = day(1930..=2005, &mut below);
    let visit = day(2006..=2025, &mut below);
    Person { mrn, ssn, given, family, birth, visit }
}

/// The documents, each with the form that days have in it.
fn documents(people: &[Person]) -> Vec<(String, &'static str)> {
    let all = |one: &dyn Fn(&Person) -> String, between: &str| {
        people.iter().map(one).collect::<Vec<_>>().join(between)
    };
    let date = |day: Date, form: &str| day.strftime(form).to_string();
    let hl7 = |it: &Person| {
        let (birth, visit) = (date(it.birth, "%Y%m%d"), date(it.visit, "%Y%m%d"));
        let header = [r"MSH|^~\&", "APP", "LAB", "EHR", "LAB", "", "", "ADT^A01", "1"].join("|");
        let name = [it.family, it.given].join("^");
        let patient =
            ["PID", "1", "", &format!("{}^^^LAB^MR", it.mrn), "", &name, "", &birth, "F"].join("|");
        let ssn = it.ssn.replace('-', "");
        let visit = ["PV1", "1", "I"].join("|") + &"|".repeat(42) + &visit;
        format!("{header}\r{patient}|||||||||||{ssn}\r{visit}\r")
    };
    let csv = |it: &Person| {
        let (birth, visit) = (date(it.birth, "%m/%d/%Y"), date(it.visit, "%m/%d/%Y"));
        [&it.mrn, &it.ssn, it.given, it.family, &birth, &visit].join(",")
    };
    let json = |it: &Person| {
        let (birth, visit) = (date(it.birth, "%Y-%m-%d"), date(it.visit, "%Y-%m-%d"));
        let member = |name: &str, value: &str| format!("\"{name}\": \"{value}\"");
        let ssn = format!("\"ssn\": {}", it.ssn.replace('-', ""));
        let (one, two) = (member("mrn", &it.mrn), member("dob", &birth));
        format!("{{{one}, {ssn}, {two}, {}}}", member("admission_date", &visit))
    };
    let sql = |it: &Person| {
        let (birth, visit) = (date(it.birth, "%Y-%m-%d"), date(it.visit, "%Y-%m-%d"));
        format!("('{}', {}, '{birth}', '{visit}')", it.mrn, it.ssn.replace('-', ""))
    };
    let insert = ["INSERT", "INTO p (mrn, ssn, dob, admission_date) VALUES"].join(" ");
    let fhir = |it: &Person| {
        let (birth, visit) = (date(it.birth, "%Y-%m-%d"), date(it.visit, "%Y-%m-%d"));
        let id = format!("{}-person", it.mrn);
        format!(
            concat!(
                r#"{{"fullUrl": "urn:uuid:{id}", "resource": {{"resourceType": "Patient", "id": "{id}","#,
                r#" "identifier": [{{"value": "{mrn}"}}], "birthDate": "{birth}"}}}}, {{"resource":"#,
                r#" {{"resourceType": "Encounter", "subject": {{"reference": "urn:uuid:{id}"}},"#,
                r#" "period": {{"start": "{visit}"}}}}}}"#
            ),
            id = id,
            mrn = it.mrn,
            birth = birth,
            visit = visit
        )
    };
    let head = ["mrn", "ssn", "first_name", "last_name", "dob", "admission_date"].join(",");
    vec![
        (all(&hl7, ""), "%Y%m%d"),
        (format!("{head}\n{}\n", all(&csv, "\n")), "%m/%d/%Y"),
        (format!("[{}]", all(&json, ", ")), "%Y-%m-%d"),
        (format!("{insert}\n{};\n", all(&sql, ",\n")), "%Y-%m-%d"),
        (
            format!(
                r#"{{"resourceType": "Bundle", "type": "batch", "entry": [{}]}}"#,
                all(&fhir, ", ")
            ),
            "%Y-%m-%d",
        ),
    ]
}

fn clean(scanner: &Scanner, key: &str, text: &str) -> String {
    let way = Replacement::Synthetic(key.as_bytes().to_vec());
    let cleaned = Cleaner::new(scanner, way, Severity::Low).clean(text.as_bytes());
    assert!(cleaned.left.is_empty(), "{:?} is left of {text}", cleaned.left);
    String::from_utf8(cleaned.bytes).expect("it is text")
}

/// The numbers and words of a text, in their order.
fn words(text: &str) -> Vec<&str> {
    text.split(|it: char| !it.is_ascii_alphanumeric() && it != '/' && it != '-').collect()
}

/// What took the place of each word.
fn pairs<'a>(old: &'a str, new: &'a str) -> Vec<(&'a str, &'a str)> {
    let (old, new) = (words(old), words(new));
    assert_eq!(old.len(), new.len(), "{old:?}\n{new:?}");
    old.into_iter().zip(new).collect()
}

#[test]
fn what_belongs_together_still_does_in_all_structures() {
    let scanner = Scanner::new();
    for seed in 0..30 {
        let mut random = Random::new(seed);
        let people: Vec<Person> = (0..4).map(|_| person(&mut random)).collect();
        let mut seen: Vec<Vec<String>> = vec![Vec::new(); people.len()];
        for (old, form) in documents(&people) {
            let new = clean(&scanner, "a key", &old);
            let pairs = pairs(&old, &new);
            for (person, seen) in people.iter().zip(&mut seen) {
                let made = |word: &str| -> Option<String> {
                    let mut all = pairs.iter().filter(|(old, _)| *old == word);
                    let first = all.next()?.1.to_owned();
                    assert!(all.all(|(_, new)| *new == first), "{word} is not the same\n{new}");
                    assert_ne!(first, word, "{new}");
                    Some(first)
                };
                let mrn = made(&person.mrn).expect("all documents have it");
                let ssn = made(&person.ssn).or_else(|| made(&person.ssn.replace('-', "")));
                let date = |day: Date| {
                    let new = made(&day.strftime(form).to_string()).expect("they all have dates");
                    Date::strptime(form, &new).expect("it is a date")
                };
                let (birth, visit) = (date(person.birth), date(person.visit));
                assert_eq!(birth.weekday(), person.birth.weekday());
                let days = |one: Date, two: Date| (two - one).get_days();
                assert_eq!(days(birth, visit), days(person.birth, person.visit));
                assert!(
                    (2090..2300).contains(&birth.year()) && (2090..2300).contains(&visit.year())
                );
                seen.extend([mrn, birth.to_string(), visit.to_string()]);
                seen.extend(ssn.map(|ssn| ssn.replace('-', "")));
            }
        }
        for seen in seen {
            let different: std::collections::BTreeSet<String> = seen.into_iter().collect();
            assert_eq!(different.len(), 4, "{different:?}");
        }
    }
}

#[test]
fn what_was_cleaned_is_known_and_stays_as_it_is() {
    let scanner = Scanner::new();
    for seed in 100..120 {
        let mut random = Random::new(seed);
        let people: Vec<Person> = (0..3).map(|_| person(&mut random)).collect();
        for (old, _) in documents(&people) {
            let new = clean(&scanner, "a key", &old);
            let findings = scanner.scan(new.as_bytes());
            assert!(findings.iter().all(|it| it.severity <= Severity::Low), "{new}");
            let before = scanner.scan(old.as_bytes());
            let fields = |all: &[gitops_health_sanitize::Finding]| -> Vec<Option<String>> {
                all.iter().map(|it| it.field.clone()).collect()
            };
            assert_eq!(fields(&findings), fields(&before), "something is not seen any more");
            assert_eq!(clean(&scanner, "another key", &new), new);
            if old.starts_with(['{', '[']) {
                serde_json::from_str::<serde_json::Value>(&new).expect("it is JSON");
            }
        }
    }
}

#[test]
fn a_person_who_is_new_in_what_was_cleaned_is_replaced_alone() {
    let scanner = Scanner::new();
    let mut random = Random::new(7);
    let people: Vec<Person> = (0..3).map(|_| person(&mut random)).collect();
    let (two, three) = (documents(&people[..2]), documents(&people));
    for ((old, _), (all, _)) in two.into_iter().zip(three).take(2) {
        let cleaned = clean(&scanner, "a key", &old);
        let mixed = cleaned + &all[old.len()..];
        assert_eq!(clean(&scanner, "a key", &mixed), clean(&scanner, "a key", &all));
    }
}

#[test]
fn claims_of_one_interchange_move_each_by_its_subscriber() {
    let header = format!(
        "ISA*00*{0:10}*00*{0:10}*ZZ*{1:15}*ZZ*{2:15}*260301*1200*^*00501*000000001*0*T*:~",
        "", "SENDER", "RECEIVER"
    );
    let member = |id: &str, name: &str, date: &str| {
        let name = ["NM1", "IL", "1", name, "JANE", "", "", "", "MI", id].join("*");
        let birth = ["DMG", "D8", "19620110", "F"].join("*");
        let date = ["DTP", "472", "D8", date].join("*");
        format!("HL*2*1*22*0~\n{name}~\n{birth}~\nCLM*{id}9*100~\n{date}~\n")
    };
    let one = member("W711000815", "ZWYRTKOVA", "20240102");
    let two = member("W711000816", "BRZOSKA", "20240102");
    let begin = "GS*HC*A*B*20260301*1200*1*X*005010X222A1~\nST*837*0001~\n";
    let end = "SE*9*0001~\nGE*1*1~\nIEA*1*000000001~\n";
    let text = format!("{header}\n{begin}{one}{two}{end}");
    let scanner = Scanner::new();
    let new = clean(&scanner, "a key", &text);
    assert_eq!(new[..header.len()], header, "fixed lengths stay");
    let dates: Vec<Date> = new
        .split(['*', '~'])
        .filter(|it| it.len() == 8 && it.starts_with("2") && !it.starts_with("2026"))
        .map(|it| Date::strptime("%Y%m%d", it).expect("it is a date"))
        .collect();
    assert_eq!(dates.len(), 4, "{new}");
    let days = |one: Date, two: Date| (two - one).get_days();
    let real = days(Date::constant(1962, 1, 10), Date::constant(2024, 1, 2));
    assert_eq!((days(dates[0], dates[1]), days(dates[2], dates[3])), (real, real));
    assert_ne!(dates[0], dates[2]);
    assert_eq!(new.matches('~').count(), text.matches('~').count());
    assert_eq!(new.matches('*').count(), text.matches('*').count());
}

#[test]
fn a_record_in_a_string_moves_as_the_same_one_in_a_file() {
    let born = ["1962", "01", "10"].join("-");
    let number = ["M711", "000815"].concat();
    let record = format!("{{\"patient\": {{\"mrn\": \"{number}\", \"dob\": \"{born}\"}}}}");
    let scanner = Scanner::new();
    let alone = clean(&scanner, "a key", &record);
    assert_ne!(alone, record);
    let recorded = format!("interactions:\n- request:\n    body: '{record}'\n");
    assert!(clean(&scanner, "a key", &recorded).contains(&alone));
    let code = format!("body = \"{}\"\n", record.replace('"', "\\\""));
    assert!(clean(&scanner, "a key", &code).contains(&alone.replace('"', "\\\"")));
}

#[test]
fn dates_of_sentences_move_with_those_of_the_message_in_a_string() {
    let day = ["2024", "03", "12"];
    let number = ["88172", "635"].concat();
    let message = format!(
        "M;SH|^~\\\\&|E|H|L|X|{}||ADT^A01|1|P|2.5\\rP;ID|1||{number}^^^H^MR||||{}|F\\rN;TE|1||seen on {}\\r",
        day.concat(),
        day.concat(),
        day.join("-")
    );
    let resource = format!(
        "{{\\\"resourceType\\\": \\\"Patient\\\", \\\"id\\\": \\\"{number}\\\", \\\"birthDate\\\": \\\"{0}\\\", \
         \\\"text\\\": {{\\\"div\\\": \\\"<div>born on {0}</div>\\\"}}}}",
        day.join("-")
    );
    let scanner = Scanner::new();
    for text in [message.replace(';', ""), resource] {
        let clean =
            clean(&scanner, "a key", &format!("{{\"raw\": \"{text}\"}}\n")).replace('-', "");
        let days: Vec<&str> = clean
            .split(|it: char| !it.is_ascii_digit())
            .filter(|it| it.len() == 8 && it.starts_with('2'))
            .collect();
        assert!(days.len() >= 2 && days.iter().all(|day| *day == days[0]), "{clean}");
        assert_ne!(days[0], day.concat());
    }
}
