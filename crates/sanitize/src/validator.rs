//! What has to hold for a value that a pattern found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check_digit::{aba, card, dea, digits, iban, mbi, npi, ssn, vin};
use crate::date;
use crate::known::is_reserved_domain;
use crate::udi::is_udi;

/// What has to hold for a value that a pattern found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Validator {
    /// The last six characters are a checksum of those behind the prefix, as GitHub writes tokens.
    GithubCrc32,
    /// The same, as npm writes tokens.
    NpmCrc32,
    /// Sixteen characters of base32 behind the prefix, not all alike.
    AwsKeyId,
    /// The part in front of the first dot is JSON with an `alg`, in base64url.
    Jwt,
    /// Base64 that decodes.
    Base64Text,
    /// It does not look like something that stands for a value.
    NotPlaceholder,
    /// It is not just a word for a password, as in `user:password@host`.
    NotPasswordWord,
    /// The host behind its `@` is not one that is kept for examples. The scanner looks at that.
    NotAtExample,
    /// A user and a password in base64, with a colon between them.
    BasicCredentials,
    /// It is not a user and a password in base64 that RFC 7617, or a page that teaches it, has.
    NotPublishedCredentials,
    /// It has a digit and a letter.
    MixedDigits,
    /// Digits and letters, and not the hash of nothing.
    HexNotHashContext,
    /// Three digits at least.
    HasNumber,
    /// Seven to fifteen digits that are no date.
    PhoneDigits,
    /// A day of the calendar.
    Date,
    /// There is talk of health around it. The scanner looks at that.
    InHealthTalk,
    /// A social security number.
    Ssn,
    /// A number of a provider.
    Npi,
    /// A number of the Drug Enforcement Administration.
    Dea,
    /// A Medicare beneficiary identifier.
    Mbi,
    /// A payment card.
    Card,
    /// A bank account in Europe and elsewhere.
    Iban,
    /// A bank in the United States.
    Aba,
    /// A vehicle.
    Vin,
    /// Seventeen letters and digits of a vehicle, whether they have a check digit (North America) or none.
    Vehicle,
    /// A device, as GS1 or HIBCC number it.
    Udi,
}

impl Validator {
    /// Whether a value is what it looks like.
    pub fn holds(self, value: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(value) else { return false };
        match self {
            Self::GithubCrc32 | Self::NpmCrc32 => has_crc32(text),
            Self::AwsKeyId => is_aws_key_id(text),
            Self::Jwt => is_jwt(text),
            Self::Base64Text => base64(text).is_some(),
            Self::NotPlaceholder => !is_placeholder(text),
            Self::NotPasswordWord => !is_password_word(text),
            Self::BasicCredentials => is_basic_credentials(text),
            Self::NotPublishedCredentials => !is_published_credentials(text),
            Self::MixedDigits => {
                text.bytes().any(|byte| byte.is_ascii_digit())
                    && text.bytes().any(|byte| byte.is_ascii_alphabetic())
            }
            Self::HexNotHashContext => Self::MixedDigits.holds(value) && !is_hash_of_nothing(text),
            Self::HasNumber => digits(text).len() >= 3,
            Self::PhoneDigits => {
                (7..=15).contains(&digits(text).len())
                    && !date::is_at_start(text)
                    && !is_list_of_shares(text)
            }
            Self::Date => date::is_day(text),
            Self::InHealthTalk | Self::NotAtExample => true,
            Self::Ssn => ssn(text).is_some(),
            Self::Npi => npi(text),
            Self::Dea => dea(text),
            Self::Mbi => mbi(text),
            Self::Card => card(text),
            Self::Iban => iban(text),
            Self::Aba => aba(text),
            Self::Vin => vin(text),
            Self::Vehicle => text.len() == 17 && Self::MixedDigits.holds(value),
            Self::Udi => is_udi(text),
        }
    }
}

/// Whether a text is several numbers with a point, as `0.93 / 0.84`.
fn is_list_of_shares(text: &str) -> bool {
    text.contains(" / ") && text.contains('.')
}

/// Bits of information for each character of a value, by how often it has each.
pub(crate) fn entropy(value: &[u8]) -> f32 {
    let mut counts = [0_u32; 256];
    for byte in value {
        counts[usize::from(*byte)] += 1;
    }
    let length = value.len() as f32;
    let bits = |count: &u32| {
        let share = *count as f32 / length;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}

/// Whether the last six characters of a token, in base62, are the CRC-32 of those between its prefix and
/// them (GitHub, "Behind GitHub's new authentication token formats").
fn has_crc32(token: &str) -> bool {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some((_, rest)) = token.split_once('_') else { return false };
    let Some((random, check)) = rest.len().checked_sub(6).and_then(|at| rest.split_at_checked(at))
    else {
        return false;
    };
    let mut value: u64 = 0;
    for byte in check.bytes() {
        let Some(digit) = DIGITS.iter().position(|found| *found == byte) else { return false };
        value = 62 * value + digit as u64;
    }
    value == u64::from(crc32fast::hash(random.as_bytes()))
}

/// MD5, SHA-1 and SHA-256 of no bytes, and the tree of no files, are written in many places.
fn is_hash_of_nothing(text: &str) -> bool {
    let known = ["d41d8cd98f00b204", "da39a3ee5e6b4b0d", "e3b0c44298fc1c14", "4b825dc642cb6eb9"];
    known.iter().any(|begin| text.to_ascii_lowercase().starts_with(begin))
}

fn is_aws_key_id(text: &str) -> bool {
    let Some(id) = text.get(4..) else { return false };
    let is_base32 = id.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
    // AWS prints this one.
    is_base32 && entropy(id.as_bytes()) > 2.5 && !text.ends_with("EXAMPLE")
}

fn is_jwt(text: &str) -> bool {
    let header = text.split('.').next().unwrap_or_default();
    let Some(header) = base64(header) else { return false };
    serde_json::from_slice::<serde_json::Value>(&header)
        .is_ok_and(|value| value.get("alg").is_some() || value.get("typ").is_some())
}

/// Decodes base64 of either alphabet, with or without padding.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::with_capacity(text.len() * 3 / 4));
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    (text.len() % 4 != 1).then_some(bytes)
}

/// Whether a text decodes to a user and a password (RFC 7617).
fn is_basic_credentials(text: &str) -> bool {
    let decoded = base64(text).and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.is_some_and(|text| {
        let is_plain = !text.chars().any(char::is_control);
        is_plain
            && text.split_once(':').is_some_and(|(user, word)| !user.is_empty() && !word.is_empty())
    })
}

fn is_published_credentials(text: &str) -> bool {
    let decoded = base64(text).and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.is_some_and(|text| {
        text.split_once(':').is_some_and(|(user, word)| is_of_a_standard(user, word))
    })
}

/// Whether a user and a password are those of RFC 7617, or of pages that teach it.
fn is_of_a_standard(user: &str, word: &str) -> bool {
    const PAIRS: [(&str, &str); 5] = [
        ("Aladdin", "open sesame"),
        ("hello", "world"),
        ("user", "password"),
        ("username", "password"),
        ("user", "pass"),
    ];
    PAIRS.contains(&(user, word))
}

/// Whether a text says that it is a password and no more: `password`, `secret1`, `DB_PASSWORD`.
fn is_password_word(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "password",
        "passwd",
        "passwort",
        "passphrase",
        "pass",
        "pwd",
        "secret",
        "token",
        "mypassword",
        "mypass",
        "mysecret",
        "userpass",
        "userpassword",
        "dbpass",
        "dbpassword",
    ];
    let is_name = text.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'));
    let word: String =
        text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let is_mark = |letter: char| letter.is_ascii_digit() || matches!(letter, '_' | '-');
    let has_no_more = text.len() <= word.len() + 3
        && text.chars().all(|it| it.is_ascii_alphabetic() || is_mark(it));
    has_no_more && WORDS.contains(&word.as_str())
        || is_name && text.contains('_') && WORDS.iter().any(|it| word.ends_with(it))
}

/// Whether what stands behind a password leads to a host that is kept for examples (RFC 2606): nobody answers there.
pub(crate) fn is_at_example(behind: &[u8]) -> bool {
    let Some(host) = behind.strip_prefix(b"@") else { return false };
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let length = host.iter().take(253).take_while(|byte| is_host(byte)).count();
    std::str::from_utf8(&host[..length])
        .is_ok_and(|host| is_reserved_domain(host.trim_end_matches('.')))
}

/// Whether a text stands for a value rather than being one.
pub(crate) fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let first = lower.bytes().next();
    lower.bytes().all(|byte| Some(byte) == first)
        || lower.starts_with('$')
        || lower.starts_with('%')
        || is_version(text)
        || is_path_of_code(text)
        || PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

/// What placeholders have in them.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "your_",
    "your-",
    "yourpass",
    "yourtoken",
    "yoursecret",
    "yourkey",
    "dummy",
    "redacted",
    "insert",
    "replace",
    "todo",
    "fixme",
    "sample",
    "xxxx",
    "****",
    "....",
    "password123",
    "passw0rd",
    "notasecret",
    "not_a_secret",
    "fake",
    "mock",
    "12345678",
    "abcdef",
    "secret_key",
    "access_key",
    "api_key",
    "apikey",
    "<",
    ">",
    "${",
    "{{",
    "$(",
    "%(",
    "#{",
    "@@",
    "[redacted]",
    "deadbeef",
    "urn:",
    "arn:aws",
    "op://",
    "vault:",
    "/secrets/",
    "super-secret",
    "supersecret",
    "at-least-32",
    // The keys of emulators that everybody has.
    "eby8vdm02xno",
    "c2y6yddjf5/",
    "undefined",
    "null",
    "none",
    "foobar",
    "testtest",
];

/// Whether a text is a number with points in it.
fn is_version(text: &str) -> bool {
    text.contains('.') && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Whether a text says where a value is, as `Jobs[-1].JobId` does.
fn is_path_of_code(text: &str) -> bool {
    let is_name = |part: &str| {
        let mut letters = part.bytes();
        letters.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
            && letters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let is_step = |step: &str| match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
        Some((name, index)) => {
            let index = index.strip_prefix('-').unwrap_or(index);
            is_name(name) && (index == "*" || index.bytes().all(|byte| byte.is_ascii_digit()))
        }
        None => is_name(step),
    };
    text.contains('[') && text.split('.').all(is_step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_tells_a_token_from_what_looks_like_one() {
        let random = "0123456789abcdefghijABCDEFGHIJ";
        let mut check = u64::from(crc32fast::hash(random.as_bytes()));
        let mut digits = Vec::new();
        for _ in 0..6 {
            let digit = (check % 62) as u8;
            digits.push(match digit {
                0..10 => b'0' + digit,
                10..36 => b'A' + digit - 10,
                _ => b'a' + digit - 36,
            });
            check /= 62;
        }
        digits.reverse();
        let token = format!("x_{random}{}", String::from_utf8_lossy(&digits));
        assert!(has_crc32(&token) && !has_crc32(&token.replace('A', "B")));
    }

    #[test]
    fn what_says_where_a_value_is_stands_for_it() {
        for text in ["Jobs[-1].JobId", "Items[].Token", "a[*].b[0]", "1.302103"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["a[b].c", "8d[1].x", "q8Zt[", "a1.b2"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn base64_is_decoded_in_both_alphabets() {
        assert_eq!(base64("aGVhbHRo"), Some(b"health".to_vec()));
        assert_eq!(base64("_-8="), Some(vec![0xff, 0xef]));
        assert_eq!(base64("a"), None);
        assert_eq!(base64("a b"), None);
    }

    #[test]
    fn a_word_for_a_password_is_none() {
        for text in [
            "password",
            "Password1",
            "pass_12",
            "PWD",
            "my-secret",
            "DB_PASSWORD",
            "MYSQL_ROOT_PASS",
        ] {
            assert!(is_password_word(text), "{text}");
        }
        for text in
            ["passw0rd.horse", "secretariat", "password-of-9-words", "hunter", "TOKENS", "a_b"]
        {
            assert!(!is_password_word(text), "{text}");
        }
    }

    #[test]
    fn basic_credentials_have_a_user_and_a_password() {
        // `user:word`, `user word`, `user:` and bytes.
        assert!(is_basic_credentials("dXNlcjp3b3Jk"));
        for text in ["dXNlciB3b3Jk", "dXNlcjo=", "alzefzlfzemjfej=="] {
            assert!(!is_basic_credentials(text), "{text}");
        }
        for (user, word, is_published) in [
            ("Aladdin", "open sesame", true),
            ("hello", "world", true),
            ("user", "password", true),
            ("Aladdin", "world", false),
            ("hello", "password", false),
        ] {
            assert_eq!(is_of_a_standard(user, word), is_published, "{user}");
        }
        // What RFC 7617 prints, put together here.
        let published = |text: &str| !Validator::NotPublishedCredentials.holds(text.as_bytes());
        assert!(published(&["QWxhZGRpbjpv", "cGVuIHNlc2FtZQ=="].concat()));
        assert!(!published("dXNlcjp3b3Jk") && !published("dXNlciB3b3Jk"));
    }

    #[test]
    fn nobody_answers_at_an_example() {
        for text in ["@example.com/x", "@proxy.example.com:80", "@db.test", "@example.org."] {
            assert!(is_at_example(text.as_bytes()), "{text}");
        }
        for text in ["@counterexample.com", "@example.com.acme.org", "example.com", "@"] {
            assert!(!is_at_example(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn entropy_counts_bits() {
        assert!(entropy(b"aaaa").abs() < 1e-6);
        assert!((entropy(b"abcd") - 2.0).abs() < 1e-6);
    }
}
