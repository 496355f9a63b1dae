//! How values are taken apart and put together again.

/// How long something is that is spelled out at the beginning of a text, in bytes: `\u00e9`, `\'`, `&amp;`.
pub(super) fn escape(text: &[u8]) -> Option<usize> {
    match text {
        [b'\\', b'u', rest @ ..] => {
            let hex = rest.iter().take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
            Some(2 + hex)
        }
        [b'\\', next, ..] => Some(if next.is_ascii() { 2 } else { 1 }),
        [b'\\'] => Some(1),
        [b'&', rest @ ..] => {
            let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'#';
            let name = rest.iter().take(10).take_while(|byte| is_part(byte)).count();
            (name > 0 && rest.get(name) == Some(&b';')).then_some(name + 2)
        }
        _ => None,
    }
}

/// A text without what is spelled out in it, or would be, and without what is not ASCII.
pub(super) fn plain(text: &[u8]) -> String {
    let (mut plain, mut at) = (String::with_capacity(text.len()), 0);
    while at < text.len() {
        match escape(&text[at..]) {
            Some(length) => at += length,
            None => {
                let sign = Some(char::from(text[at]));
                plain.extend(sign.filter(|it| it.is_ascii() && *it != '&'));
                at += 1;
            }
        }
    }
    plain
}

/// Whether a text is what is left of it so.
pub(super) fn is_plain(text: &[u8]) -> bool {
    (0..text.len())
        .all(|at| text[at].is_ascii() && text[at] != b'&' && escape(&text[at..]).is_none())
}

/// The letters and digits of a text, in upper case.
pub(super) fn signs(text: &str) -> Vec<u8> {
    let signs = text.bytes().filter(u8::is_ascii_alphanumeric);
    signs.map(|byte| byte.to_ascii_uppercase()).collect()
}

/// Puts letters and digits where the ones of a text are, small where those are small.
pub(super) fn laid(text: &str, signs: &[u8]) -> String {
    let mut signs = signs.iter();
    let put = |old: char| match old.is_ascii_alphanumeric() {
        false => old,
        true => {
            let new = signs.next().copied().unwrap_or(b'0');
            char::from(if old.is_ascii_lowercase() { new.to_ascii_lowercase() } else { new })
        }
    };
    text.chars().map(put).collect()
}

/// Writes a word as another one is written: in capitals, small, or with one capital.
pub(super) fn cased(word: &str, like: &[u8]) -> String {
    let letters: Vec<u8> = like.iter().copied().filter(u8::is_ascii_alphabetic).collect();
    let small = letters.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    match small {
        0 if letters.len() > 1 => word.to_ascii_uppercase(),
        _ if small > 0 && small == letters.len() => word.to_ascii_lowercase(),
        _ => capital(word),
    }
}

/// A number with zeros in front, in so many signs.
pub(super) fn padded(number: &str, width: usize) -> String {
    "0".repeat(width.saturating_sub(number.len())) + number
}

/// A word with one capital.
pub(super) fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1.min(word.len()));
    first.to_ascii_uppercase() + rest
}
