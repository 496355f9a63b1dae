//! Made-up values that take the place of what was found: of the same form, the same for the same value and key
//! wherever it stands, and known again as what they are without the key.

mod calendar;
mod identifier;
mod keyed;
pub(crate) mod names;
mod reserved;
mod text;

use crate::age;
use crate::finding::Finding;
use keyed::Keyed;

/// What kind of value takes the place of another one: several rules may find the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Name,
    Place,
    PostalCode,
    Date,
    Age,
    Telephone,
    Mail,
    SocialSecurity,
    Identifier,
    Page,
    Address,
    Photo,
}

/// The kind of what a rule finds; nothing where no value can be made up, as of secrets.
fn kind(rule: &str) -> Option<Kind> {
    Some(match rule {
        "name" => Kind::Name,
        "address" => Kind::Place,
        "zip" => Kind::PostalCode,
        "date" | "birth-date" => Kind::Date,
        "age-over-89" => Kind::Age,
        "phone" | "fax" => Kind::Telephone,
        "email" => Kind::Mail,
        "ssn" | "itin" => Kind::SocialSecurity,
        "mrn" | "health-plan" | "account" | "card" | "iban" | "license" | "device" | "other-id"
        | "network-card" | "npi" | "member-number" | "dea" | "routing" | "vehicle" | "vin"
        | "plate" | "udi" => Kind::Identifier,
        "url" => Kind::Page,
        "ip-address" => Kind::Address,
        "photo" => Kind::Photo,
        _ => return None,
    })
}

/// A picture of one point (PNG, in base64).
const PICTURE: &str = concat!(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ",
    "AAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
);

/// Makes values with one key.
#[derive(Clone)]
pub(crate) struct Maker {
    keyed: Keyed,
}

impl Maker {
    pub fn new(key: &[u8]) -> Self {
        Self { keyed: Keyed::new(key) }
    }

    /// What takes the place of a value; nothing where its rule is of a kind that is not made up. Dates are moved
    /// by so many weeks.
    pub fn make(&self, finding: &Finding, value: &[u8], weeks: i64) -> Option<Vec<u8>> {
        let kind = kind(&finding.rule)?;
        if kind == Kind::Name {
            return Some(names::make(value, &self.keyed));
        }
        let text = &text::plain(value);
        let new = match kind {
            Kind::Date => calendar::moved(text, weeks).unwrap_or_else(|| masked(text)),
            Kind::Age => age::as_eldest(text),
            Kind::Photo => PICTURE.to_owned(),
            _ => self.made(kind, text),
        };
        Some(new.into_bytes())
    }

    fn made(&self, kind: Kind, text: &str) -> String {
        let draw = |kind: &str, value: &[u8]| self.keyed.draw(kind, value);
        let signs = text::signs(text);
        match kind {
            Kind::Place if has_letters(text) => {
                names::make_place(text, &mut draw("place", &names::place_key(text)))
            }
            Kind::PostalCode => {
                let five = &signs[..signs.len().min(5)];
                reserved::postal_code(text, &mut draw("zip", five), &mut draw("zip+4", &signs))
            }
            Kind::Telephone => {
                reserved::telephone(text, &mut draw("phone", &reserved::telephone_key(text)))
            }
            Kind::Mail => reserved::mail(&mut draw("mail", text.to_ascii_lowercase().as_bytes())),
            Kind::SocialSecurity if is_nine_digits(&signs) => {
                reserved::social_security(text, &mut draw("ssn", &signs))
            }
            Kind::Page => reserved::page(text, &mut draw("page", text.as_bytes())),
            Kind::Address => {
                reserved::address(text, &mut draw("address", text.to_ascii_lowercase().as_bytes()))
            }
            _ => identifier::make(text, &mut draw("number", &signs)),
        }
    }

    /// By how many weeks the dates of a patient are moved; of nobody, those of all else.
    pub fn weeks(&self, patient: &[u8]) -> i64 {
        let span = (calendar::WEEKS.end - calendar::WEEKS.start) as usize;
        calendar::WEEKS.start + self.keyed.draw("patient", patient).below(span) as i64
    }
}

fn has_letters(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn is_nine_digits(signs: &[u8]) -> bool {
    signs.len() == 9 && signs.iter().all(u8::is_ascii_digit)
}

/// What is no date although it is said to be one.
fn masked(text: &str) -> String {
    text.chars().map(|it| if it.is_ascii_alphanumeric() { 'X' } else { it }).collect()
}

fn is_masked(text: &str) -> bool {
    text.bytes().all(|it| it == b'X' || !it.is_ascii_alphanumeric())
}

/// Whether a value is one that is made up here, with whatever key.
pub(crate) fn is_made(rule: &str, value: &[u8]) -> bool {
    let Some(kind) = kind(rule) else { return false };
    if kind == Kind::Name {
        return names::is_made(value);
    }
    let Ok(text) = std::str::from_utf8(value) else { return false };
    if !text::is_plain(value) {
        return false;
    }
    match kind {
        Kind::Place if has_letters(text) => names::is_place(text),
        Kind::PostalCode => reserved::is_postal_code(text),
        Kind::Date => calendar::is_moved(text) || is_masked(text),
        Kind::Age => age::is_eldest(text),
        Kind::Telephone => reserved::is_telephone(text),
        Kind::Mail => reserved::is_mail(text),
        Kind::SocialSecurity if is_nine_digits(&text::signs(text)) => {
            reserved::is_social_security(text)
        }
        Kind::Page => reserved::is_page(text),
        Kind::Address => reserved::is_address(text),
        Kind::Photo => text == PICTURE,
        // A number of social security may be taken for another one by the words around it.
        _ => identifier::is_made(text) || reserved::is_social_security(text),
    }
}

/// Whether values of a rule are known by chance at times: there is no range that is kept for them.
pub(crate) fn is_doubtful(rule: &str) -> bool {
    matches!(kind(rule), Some(Kind::Name | Kind::Place | Kind::Identifier))
}

/// What is the same of a value, however it is written: a number with and without its marks, a day in any form.
pub(crate) fn canonical(rule: &str, value: &[u8]) -> Vec<u8> {
    let as_is = || value.trim_ascii().to_ascii_lowercase();
    let Some(kind) = kind(rule) else { return as_is() };
    let text = text::plain(value);
    let canonical = match kind {
        Kind::Name | Kind::Place | Kind::Mail | Kind::Page | Kind::Address | Kind::Photo => as_is(),
        Kind::Date => calendar::day_of(&text).map_or_else(as_is, String::into_bytes),
        Kind::Telephone => reserved::telephone_key(&text),
        Kind::PostalCode | Kind::SocialSecurity | Kind::Identifier | Kind::Age => {
            text::signs(&text)
        }
    };
    if canonical.is_empty() { as_is() } else { canonical }
}

/// What is the same of a value that says who a patient is, however it is written.
pub(crate) fn patient_key(value: &[u8]) -> Vec<u8> {
    text::signs(&text::plain(value))
}

#[cfg(test)]
mod tests;
