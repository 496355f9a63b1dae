//! Examples that look like what a rule finds, written so that nothing is found where they are written.

use fastrand::Rng;
use thiserror::Error;

/// The most characters of one class in a row.
const MOST: usize = 4096;

/// The most bytes of what is written out: a few bytes of a template stand for thousands.
const LONGEST: usize = 64 << 10;

/// Why a template makes no sense.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// A brace stands alone.
    #[error("a brace stands alone: write it twice where it stands for itself")]
    LoneBrace,
    /// What stands between braces is no class and count.
    #[error("`{{{0}}}` is no class and count such as {{digit:3}}")]
    NoClass(String),
    /// It would become very long.
    #[error("it becomes longer than 64 KiB")]
    TooLong,
}

/// Writes a template out: `{digit:3}` becomes three digits, the same for the same seed.
/// `rules/README.md` lists the classes.
pub fn write_out(template: &str, seed: u64) -> Result<String, TemplateError> {
    write(template, &mut Rng::with_seed(seed))
}

fn write(template: &str, random: &mut Rng) -> Result<String, TemplateError> {
    let (mut text, mut rest) = (String::new(), template);
    while let Some(at) = rest.find(['{', '}']) {
        text += &rest[..at];
        let mark = &rest[at..at + 1];
        rest = &rest[at + 1..];
        if let Some(tail) = rest.strip_prefix(mark) {
            text += mark;
            rest = tail;
            continue;
        }
        if mark == "}" {
            return Err(TemplateError::LoneBrace);
        }
        let (inside, tail) = rest.split_once('}').ok_or(TemplateError::LoneBrace)?;
        rest = tail;
        let no_class = || TemplateError::NoClass(inside.to_owned());
        let (name, count) = inside.split_once(':').ok_or_else(no_class)?;
        let count = count.parse().ok().filter(|count| *count <= MOST).ok_or_else(no_class)?;
        if name == "uuid" {
            for _ in 0..count {
                text += &write("{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}", random)?;
            }
        } else {
            let characters = class(name).ok_or_else(no_class)?;
            text.extend(draw(&characters, count, random));
        }
        if text.len() > LONGEST {
            return Err(TemplateError::TooLong);
        }
    }
    text += rest;
    if text.len() > LONGEST { Err(TemplateError::TooLong) } else { Ok(text) }
}

fn class(name: &str) -> Option<Vec<char>> {
    let ranges: &[(char, char)] = match name {
        "digit" => &[('0', '9')],
        "hex" => &[('0', '9'), ('a', 'f')],
        "HEX" => &[('0', '9'), ('A', 'F')],
        "lower" => &[('a', 'z')],
        "upper" => &[('A', 'Z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "alnum" => &[('A', 'Z'), ('a', 'z'), ('0', '9')],
        "lnum" => &[('a', 'z'), ('0', '9')],
        "UNUM" => &[('A', 'Z'), ('0', '9')],
        "base32" => &[('A', 'Z'), ('2', '7')],
        "base64" => &[('A', 'Z'), ('a', 'z'), ('0', '9'), ('+', '+'), ('/', '/')],
        "base64url" => &[('A', 'Z'), ('a', 'z'), ('0', '9'), ('_', '_'), ('-', '-')],
        "word" => &[('A', 'Z'), ('a', 'z'), ('0', '9'), ('_', '_')],
        _ => return None,
    };
    Some(ranges.iter().flat_map(|(first, last)| *first..=*last).collect())
}

/// Characters of a class; what has letters and digits shows both.
fn draw(characters: &[char], count: usize, random: &mut Rng) -> Vec<char> {
    let mut drawn: Vec<char> =
        (0..count).map(|_| characters[random.usize(..characters.len())]).collect();
    let digits: Vec<char> = characters.iter().copied().filter(char::is_ascii_digit).collect();
    if count > 3 && !digits.is_empty() {
        drawn[count / 2] = digits[random.usize(..digits.len())];
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_written_out_and_the_rest_stays() {
        let text = write_out("a{{b}} {digit:3}-{upper:2} {lower:0}z", 1).expect("it makes sense");
        let (begin, rest) = text.split_at(6);
        assert_eq!(begin, "a{b} ".to_owned() + &text[5..6]);
        assert!(rest.ends_with(" z") && text.len() == 13, "{text}");
        assert!(text[5..8].bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(write_out("{uuid:1}", 7).map(|uuid| uuid.len()), Ok(36));
        assert_eq!(write_out("{alnum:40}", 7), write_out("{alnum:40}", 7));
        assert_ne!(write_out("{alnum:40}", 7), write_out("{alnum:40}", 8));
    }

    #[test]
    fn what_makes_no_sense_is_an_error() {
        for bad in ["{", "}", "a { b", "{digit:3"] {
            assert_eq!(write_out(bad, 1), Err(TemplateError::LoneBrace), "{bad}");
        }
        for (bad, times) in [("{digit:4096}", 17), ("{uuid:4096}", 1), ("x", 70_000)] {
            assert_eq!(write_out(&bad.repeat(times), 1), Err(TemplateError::TooLong), "{bad}");
        }
        for bad in ["{digit}", "{digits:3}", "{digit:x}", "{digit:99999}", "{:}"] {
            assert!(matches!(write_out(bad, 1), Err(TemplateError::NoClass(_))), "{bad}");
        }
    }
}
