//! Dates that are moved by whole weeks, so that weekdays and intervals stay, into years that nobody has lived in
//! (as MIMIC does: Johnson et al., "MIMIC-III, a freely accessible critical care database", 2016).

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::Date;
use smallvec::SmallVec;

use super::text::padded;

/// The years of dates that were moved.
const YEARS: Range<i16> = 2090..2300;

/// The years of dates that are moved: what is earlier or later becomes a fixed date.
const MOVED: Range<i16> = 1900..2050;

/// How far dates are moved, in weeks: at least to 2090, and less than to 2300.
pub(super) const WEEKS: Range<i64> = 9915..13_043;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Where the parts of a date stand in a text. A part that is not there is empty.
#[derive(Clone, Debug, Default)]
struct Parts {
    year: Range<usize>,
    month: Range<usize>,
    day: Range<usize>,
    is_word: bool,
    end: usize,
}

/// Moves all dates in a text; `None` where there is none. What can't carry the year becomes the first of January
/// of the year 1, or of 2100.
pub(super) fn moved(text: &str, weeks: i64) -> Option<String> {
    let (mut new, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(parts) = find(text, at) {
        new += &text[at..first(&parts)];
        new += &date(text, &parts, weeks);
        at = parts.end;
    }
    (at > 0).then(|| new + &text[at..])
}

/// Whether all dates in a text are in the years of moved ones, or the fixed ones.
pub(super) fn is_moved(text: &str) -> bool {
    let mut at = 0;
    while let Some(parts) = find(text, at) {
        let year = (parts.year.len() == 4).then(|| number(text, &parts.year)).flatten();
        let is_moved = year.is_some_and(|year| YEARS.contains(&year));
        let can_be_fixed = year.map_or(parts.year.len() != 4, |year| year == 2100);
        let is_fixed = || can_be_fixed && fixed(text, &parts) == text[first(&parts)..parts.end];
        if !is_moved && !is_fixed() {
            return false;
        }
        at = parts.end;
    }
    at > 0
}

/// The day of a text that is one and nothing more, in eight digits.
pub(super) fn day_of(text: &str) -> Option<String> {
    let parts = find(text, 0)?;
    let rest = text[..first(&parts)].bytes().chain(text[parts.end..].bytes());
    let month = match parts.is_word {
        true => month_of(&text[parts.month.clone()]),
        false => number(text, &parts.month).map(|month| month as i8),
    };
    let year = number(text, &parts.year).filter(|_| parts.year.len() == 4)?;
    let date = Date::new(year, month?, number(text, &parts.day)? as i8).ok()?;
    rest.into_iter()
        .all(|byte| !byte.is_ascii_digit())
        .then(|| format!("{year:04}{:02}{:02}", date.month(), date.day()))
}

fn number(text: &str, part: &Range<usize>) -> Option<i16> {
    text.get(part.clone())?.parse().ok()
}

fn first(parts: &Parts) -> usize {
    let all = [&parts.year, &parts.month, &parts.day];
    all.iter().filter(|part| !part.is_empty()).map(|part| part.start).min().unwrap_or(parts.end)
}

/// The date of these parts in a text, moved.
fn date(text: &str, parts: &Parts, weeks: i64) -> String {
    let month = match parts.is_word {
        true => month_of(&text[parts.month.clone()]),
        false => number(text, &parts.month).map(|month| month as i8),
    };
    let month = month.unwrap_or(if parts.month.is_empty() { 7 } else { 0 });
    let day = if parts.day.is_empty() { Some(1) } else { number(text, &parts.day) };
    let old =
        number(text, &parts.year).filter(|year| MOVED.contains(year) && parts.year.len() == 4);
    let old = old.zip(day).and_then(|(year, day)| Date::new(year, month, day as i8).ok());
    let new = old.and_then(|old| old.checked_add(weeks.weeks()).ok());
    match new.filter(|new| YEARS.contains(&new.year())) {
        Some(new) => written(text, parts, new.year(), new.month(), new.day()),
        None => fixed(text, parts),
    }
}

fn parts_span(parts: &Parts) -> Range<usize> {
    first(parts)..parts.end
}

fn fixed(text: &str, parts: &Parts) -> String {
    let year = if parts.year.len() == 4 { 2100 } else { 1 };
    written(text, parts, year, 1, 1)
}

/// Writes a date as another one is written.
fn written(text: &str, parts: &Parts, year: i16, month: i8, day: i8) -> String {
    let mut all = [&parts.year, &parts.month, &parts.day];
    all.sort_by_key(|part| part.start);
    let (mut new, mut at) = (String::new(), first(parts));
    for part in all.into_iter().filter(|part| !part.is_empty()) {
        new += &text[at..part.start];
        // Beside a word or a comma only a zero says that days have two digits.
        let has_no_marks = !parts.is_word && !text[parts_span(parts)].contains(',');
        let is_padded = has_no_marks || text[part.clone()].starts_with('0') || part.len() > 2;
        let width = if is_padded || *part == parts.year { part.len() } else { 1 };
        new += &match part {
            _ if *part == parts.month && parts.is_word => month_like(month, &text[part.clone()]),
            _ if *part == parts.month => padded(&month.to_string(), width),
            _ if *part == parts.day => {
                padded(&day.to_string(), width) + ordinal(parts.is_word, text, part, day)
            }
            _ => padded(&year.to_string(), width),
        };
        at = part.end + if parts.is_word { ordinal_length(text, part) } else { 0 };
    }
    new + &text[at.min(parts.end)..parts.end]
}

/// How long the `st`, `nd`, `rd` or `th` is behind a day.
fn ordinal_length(text: &str, day: &Range<usize>) -> usize {
    let end = text.get(day.end..day.end + 2).unwrap_or_default().to_ascii_lowercase();
    let is_word = text[day.clone()].bytes().all(|byte| byte.is_ascii_digit());
    if is_word && ["st", "nd", "rd", "th"].contains(&&*end) { 2 } else { 0 }
}

fn ordinal(is_word: bool, text: &str, part: &Range<usize>, day: i8) -> &'static str {
    match (ordinal_length(text, part), day) {
        _ if !is_word => "",
        (0, _) => "",
        (_, 1 | 21 | 31) => "st",
        (_, 2 | 22) => "nd",
        (_, 3 | 23) => "rd",
        _ => "th",
    }
}

fn month_of(word: &str) -> Option<i8> {
    let begin = word.get(..3)?;
    let place = MONTHS.iter().position(|month| month[..3].eq_ignore_ascii_case(begin))?;
    let name = MONTHS[place].to_ascii_lowercase();
    let word = word.to_ascii_lowercase();
    (name == word || word.len() == 3 || word == "sept").then_some(place as i8 + 1)
}

fn month_like(month: i8, like: &str) -> String {
    let name = MONTHS[(month as usize).clamp(1, 12) - 1];
    // May is as long as short ones.
    let name = if like.len() <= 4
        && !like.eq_ignore_ascii_case("june")
        && !like.eq_ignore_ascii_case("july")
    {
        &name[..3]
    } else {
        name
    };
    match () {
        () if like.bytes().all(|byte| byte.is_ascii_uppercase()) => name.to_ascii_uppercase(),
        () if like.bytes().all(|byte| byte.is_ascii_lowercase()) => name.to_ascii_lowercase(),
        () => name.to_owned(),
    }
}

/// So many words and numbers of a text may belong to one date and its time.
const MOST_TOKENS: usize = 16;

type Tokens = SmallVec<[Range<usize>; MOST_TOKENS]>;

/// Words and numbers of a text from a place on.
fn tokens(text: &str, from: usize) -> Tokens {
    let bytes = text.as_bytes();
    let kind = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_alphabetic());
    let (mut tokens, mut at) = (Tokens::new(), from);
    while at < bytes.len() && tokens.len() < MOST_TOKENS {
        let same = bytes[at..].iter().take_while(|byte| kind(**byte) == kind(bytes[at])).count();
        if kind(bytes[at]) != (false, false) {
            tokens.push(at..at + same);
        }
        at += same;
    }
    tokens
}

/// The next date of a text. Behind the first one only whole dates count: other numbers are times.
fn find(text: &str, from: usize) -> Option<Parts> {
    let tokens = tokens(text, from);
    let is_begin = |token: &Range<usize>| is_digits(text, token) || is_month(text, token);
    let begins = (0..tokens.len()).filter(|place| is_begin(&tokens[*place]));
    let mut all = begins.map(|place| at_first(text, &tokens[place..]));
    match from {
        0 => all.next(),
        _ => all.find(|it| it.year.len() == 4 && !it.month.is_empty() && !it.day.is_empty()),
    }
}

fn is_digits(text: &str, token: &Range<usize>) -> bool {
    text.as_bytes()[token.start].is_ascii_digit()
}

fn is_month(text: &str, token: &Range<usize>) -> bool {
    month_of(&text[token.clone()]).is_some()
}

/// The date that begins with the first of these words and numbers.
fn at_first(text: &str, tokens: &[Range<usize>]) -> Parts {
    let is_digits = |token: &Range<usize>| is_digits(text, token);
    let numbers: Tokens = tokens.iter().filter(|it| is_digits(it)).cloned().collect();
    if let Some(month) = tokens.iter().take(4).find(|token| is_month(text, token)) {
        return named(text, month.clone(), tokens);
    }
    // Groups of a date that is all numbers stand side by side, with one mark between each and the next.
    let joined = |pair: &[Range<usize>]| {
        pair[1].start == pair[0].end + 1 && b"-/. ".contains(&text.as_bytes()[pair[0].end])
            || has_comma(text, pair[0].end..pair[1].start)
    };
    let together = 1 + numbers.windows(2).take(2).take_while(|pair| joined(pair)).count();
    let widths: Vec<usize> = numbers.iter().take(together).map(Range::len).collect();
    match widths[..] {
        [4, 1 | 2, 1 | 2] => parts(&numbers[0], &numbers[1], &numbers[2]),
        [1 | 2, 1 | 2, 2 | 4] if is_day_first(text, &numbers) => {
            parts(&numbers[2], &numbers[1], &numbers[0])
        }
        [1 | 2, 1 | 2, 2 | 4] => parts(&numbers[2], &numbers[0], &numbers[1]),
        [4, 1 | 2, ..] => parts(&numbers[0], &numbers[1], &nothing(&numbers[1])),
        [1 | 2, 4, ..] => parts(&numbers[1], &numbers[0], &nothing(&numbers[1])),
        [1 | 2, 1 | 2, ..] => parts(&nothing(&numbers[1]), &numbers[0], &numbers[1]),
        _ => compact(text, &numbers[0]),
    }
}

/// Whether a comma stands between two numbers, as between those that a call is given.
fn has_comma(text: &str, between: Range<usize>) -> bool {
    text[between].trim_ascii() == ","
}

fn nothing(beside: &Range<usize>) -> Range<usize> {
    beside.end..beside.end
}

fn parts(year: &Range<usize>, month: &Range<usize>, day: &Range<usize>) -> Parts {
    let end = year.end.max(month.end).max(day.end);
    Parts { year: year.clone(), month: month.clone(), day: day.clone(), is_word: false, end }
}

/// With full stops the day comes first (ISO 8601 and most of Europe), and where the month can't.
fn is_day_first(text: &str, numbers: &[Range<usize>]) -> bool {
    let value = |place: usize| number(text, &numbers[place]).unwrap_or(0);
    let has_stops = text.as_bytes()[numbers[0].end] == b'.';
    value(0) > 12 || has_stops && value(1) <= 12
}

/// `19620110`, `196201`, `1962`, `01101962` and `620110`, and the time that may follow at once.
fn compact(text: &str, digits: &Range<usize>) -> Parts {
    let begin = digits.start;
    let at = |from: usize, to: usize| begin + from..begin + to;
    let value = |from: usize, to: usize| number(text, &at(from, to)).unwrap_or(0);
    let (is_month, is_day) = (|it: i16| (1..=12).contains(&it), |it: i16| (1..=31).contains(&it));
    let is_year = |it: i16| (1800..2400).contains(&it);
    let end = digits.end;
    let parts = |year, month, day| Parts { year, month, day, is_word: false, end };
    match digits.len() {
        8..=14 if is_year(value(0, 4)) && is_month(value(4, 6)) && is_day(value(6, 8)) => {
            parts(at(0, 4), at(4, 6), at(6, 8))
        }
        8 if is_year(value(4, 8)) && is_month(value(0, 2)) => parts(at(4, 8), at(0, 2), at(2, 4)),
        8 => parts(at(0, 4), at(4, 6), at(6, 8)),
        6 if is_year(value(0, 4)) && is_month(value(4, 6)) => parts(at(0, 4), at(4, 6), end..end),
        5..=7 => parts(at(0, 2), at(2, 4), at(4, digits.len())),
        4 => parts(at(0, 4), end..end, end..end),
        count => parts(end..end, end..end, at(0, count)),
    }
}

/// A date with the name of a month: of the numbers around it the one of four digits is the year, or the one
/// behind an apostrophe or the second, and the other one the day.
fn named(text: &str, month: Range<usize>, tokens: &[Range<usize>]) -> Parts {
    let is_number = |token: &&Range<usize>| text.as_bytes()[token.start].is_ascii_digit();
    // A time is none of them.
    let is_time = |token: &Range<usize>| {
        let is_colon = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)) == Some(&b':');
        is_colon(token.start.checked_sub(1)) || is_colon(Some(token.end))
    };
    let numbers: Vec<&Range<usize>> =
        tokens.iter().filter(is_number).filter(|token| !is_time(token)).take(2).collect();
    let has_mark = |token: &Range<usize>| {
        let before = token.start.checked_sub(1).map(|at| text.as_bytes()[at]);
        matches!(before, Some(b'\'' | b'`'))
    };
    let is_year = |token: &Range<usize>| token.len() == 4 || has_mark(token);
    let none = month.end..month.end;
    let (year, day) = match numbers[..] {
        [one, two] if is_year(one) => (one.clone(), two.clone()),
        [one, two] => (two.clone(), one.clone()),
        [one] if is_year(one) => (one.clone(), none),
        [one] => (none, one.clone()),
        _ => (none.clone(), none),
    };
    let end = month.end.max(year.end).max(day.end);
    // What stands behind a day belongs to it.
    let end = if day.end == end { end + ordinal_length(text, &day) } else { end };
    Parts { year, month, day, is_word: true, end }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn dates_keep_their_form_and_weekday() {
        // Synthetic, and put together here so that no scanner stops at this page.
        let old = date(1980, 1, 31);
        let new = old + 10_000.weeks();
        assert_eq!(old.weekday(), new.weekday());
        let (year, month, day) = (new.year(), new.month(), new.day());
        let name = MONTHS[month as usize - 1];
        let short = &name[..3];
        for (parts, expected) in [
            (["1980", "-01-31"], format!("{year}-{month:02}-{day:02}")),
            (["1980", "0131"], format!("{year}{month:02}{day:02}")),
            (["1980", "01311022"], format!("{year}{month:02}{day:02}1022")),
            (["1980", "-01-31T10:22:00Z"], format!("{year}-{month:02}-{day:02}T10:22:00Z")),
            (["01/31", "/1980"], format!("{month:02}/{day:02}/{year}")),
            (["31.01", ".1980"], format!("{day:02}.{month:02}.{year}")),
            (["1/31", "/1980 10:22"], format!("{month}/{day}/{year} 10:22")),
            (["January 31st", ", 1980"], format!("{name} {day}th, {year}")),
            (["31 JAN", " 1980"], format!("{day} {} {year}", short.to_uppercase())),
            (["31-Jan", "-1980"], format!("{day}-{short}-{year}")),
            (
                ["Thu Jan 31 10:22:33 UTC", " 1980"],
                format!("Thu {short} {day} 10:22:33 UTC {year}"),
            ),
        ] {
            let text = parts.concat();
            let made = moved(&text, 10_000).expect("it is a date");
            assert_eq!(
                made.replace("st,", "th,").replace("nd,", "th,").replace("rd,", "th,"),
                expected
            );
            assert!(is_moved(&made) && !is_moved(&text), "{text}");
        }
    }

    #[test]
    fn a_day_is_one_however_it_is_written() {
        for text in ["1953-04-17", "19530417", "04/17/1953", "April 17, 1953", "17 Apr 1953"] {
            assert_eq!(day_of(text).as_deref(), Some("19530417"), "{text}");
        }
        for text in ["1953-04", "04/17/53", "1953-04-17T10:00:00", "1953-02-30", "x"] {
            assert_eq!(day_of(text), None, "{text}");
        }
    }

    #[test]
    fn what_can_not_carry_the_year_becomes_a_fixed_date() {
        for (parts, expected) in [
            (["01/31", "/80"], "01/01/01"),
            (["4/2", "/22"], "1/1/01"),
            (["80", "0131"], "010101"),
            (["08", "/22"], "01/01"),
            (["May", " 30th"], "Jan 1st"),
            (["Jan 20th", " '23"], "Jan 1st '01"),
            (["2079", "-12-31"], "2100-01-01"),
            (["9999", "1231"], "21000101"),
            (["80", "0131st"], "010101st"),
            (["2021", "-13-45"], "2100-01-01"),
        ] {
            let made = moved(&parts.concat(), 10_000).expect("it is a date");
            assert_eq!(made, expected);
            assert!(is_moved(&made));
        }
        assert_eq!(moved("unknown", 10_000), None);
    }

    #[test]
    fn ranges_are_moved_as_a_whole() {
        let text = ["1980", "0131-1980", "0201"].concat();
        let made = moved(&text, 10_000).expect("they are dates");
        let day = |text: &str| Date::strptime("%Y%m%d", text).expect("it is a day");
        let (one, two) = made.split_once('-').expect("there are two");
        assert_eq!((day(two) - day(one)).get_days(), 1);
    }

    #[test]
    fn all_dates_that_are_moved_end_in_the_same_years() {
        for (old, weeks) in [(date(1900, 1, 1), WEEKS.start), (date(2049, 12, 31), WEEKS.end - 1)] {
            assert!(YEARS.contains(&(old + weeks.weeks()).year()));
        }
    }
}
