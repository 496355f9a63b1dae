use bstr::BString;

use crate::instant;
use crate::key::PublicKey;
use crate::pattern::{MAX_PATTERN, list_matches};
use crate::trust::{self, TrustFileError, TrustFileProblem, is_blank, skip_blanks};

/// Who may sign with which key: ssh-keygen(1), section ALLOWED SIGNERS (`gpg.ssh.allowedSignersFile` in
/// git-config(1)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedSigners {
    signers: Vec<AllowedSigner>,
}

/// One line of a list of allowed signers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedSigner {
    /// The number of the line, from 1.
    pub line: usize,
    /// Patterns for the addresses of those who have the key, separated by commas: `*` stands for any
    /// bytes, `?` for one, and what a pattern with `!` in front matches is left out.
    pub principals: BString,
    /// Whether the key does not sign itself but makes certificates (`cert-authority`).
    pub is_authority: bool,
    /// Patterns for the purposes that the key may sign for; `None` for all.
    pub namespaces: Option<BString>,
    /// The first second at which the key is valid, in seconds since 1970.
    pub valid_after: Option<i64>,
    /// The last second at which the key is valid, in seconds since 1970. (OpenSSH takes a signature of
    /// exactly this second.)
    pub valid_before: Option<i64>,
    pub(crate) key: PublicKey,
}

impl AllowedSigner {
    /// The key as `ssh-keygen -l` names it.
    pub fn fingerprint(&self) -> String {
        self.key.fingerprint()
    }

    pub(crate) fn names(&self, principal: &[u8]) -> bool {
        // Pattern and text are both short, because the time is the product of their lengths.
        principal.len() <= MAX_PATTERN && list_matches(&self.principals, principal)
    }

    pub(crate) fn allows(&self, namespace: &[u8]) -> bool {
        self.namespaces.as_ref().is_none_or(|namespaces| list_matches(namespaces, namespace))
    }
}

impl AllowedSigners {
    /// Reads a list. A time without `Z` is that of a place `utc_offset` seconds ahead of UTC.
    ///
    /// OpenSSH complains of a line that it can not read, if it gets there, and goes on with the next; it
    /// takes 30 February for 1 March. Here every line is read, and what can not be read is an error.
    ///
    /// # Errors
    /// The first line that can not be read, and why. Nothing is passed over.
    pub fn parse(bytes: &[u8], utc_offset: i32) -> Result<Self, TrustFileError> {
        let signers = trust::lines(bytes)?.into_iter().map(|(line, text)| {
            parse_line(line, text, utc_offset)
                .map_err(|problem| TrustFileError { line: Some(line), problem })
        });
        Ok(Self { signers: signers.collect::<Result<_, _>>()? })
    }

    /// The signers, in the order of the file.
    pub fn signers(&self) -> &[AllowedSigner] {
        &self.signers
    }
}

fn parse_line(
    line: usize,
    text: &[u8],
    utc_offset: i32,
) -> Result<AllowedSigner, TrustFileProblem> {
    let (principals, rest) = principals(text)?;
    check_patterns(&principals)?;
    let begins_with_key = crate::key::is_type(trust::word(rest).0);
    let (options, key) = if begins_with_key { (&b""[..], rest) } else { split_options(rest)? };
    let key = trust::public_key(key)?;
    let options = Options::parse(options, utc_offset)?;
    Ok(AllowedSigner {
        line,
        principals,
        is_authority: options.is_authority,
        namespaces: options.namespaces,
        valid_after: options.valid_after,
        valid_before: options.valid_before,
        key,
    })
}

/// The first word. A quote in it begins what may have blanks, and the quote that closes it ends the word
/// (`strdelimw` in OpenSSH's `misc.c`).
fn principals(text: &[u8]) -> Result<(BString, &[u8]), TrustFileProblem> {
    let end = text.iter().position(|byte| is_blank(*byte) || *byte == b'"').unwrap_or(text.len());
    let (mut principals, mut rest) = (text[..end].to_vec(), &text[end..]);
    if let Some(quoted) = rest.strip_prefix(b"\"") {
        let end = quoted.iter().position(|byte| *byte == b'"');
        let end = end.ok_or(TrustFileProblem::UnclosedPrincipals)?;
        principals.extend(&quoted[..end]);
        rest = &quoted[end + 1..];
    }
    if principals.is_empty() {
        return Err(TrustFileProblem::NoPrincipals);
    }
    Ok((principals.into(), skip_blanks(rest)))
}

fn check_patterns(list: &[u8]) -> Result<(), TrustFileProblem> {
    let mut patterns = list.split(|byte| *byte == b',');
    if patterns.any(|pattern| pattern.strip_prefix(b"!").unwrap_or(pattern).len() > MAX_PATTERN) {
        return Err(TrustFileProblem::LongPattern);
    }
    Ok(())
}

/// The options up to the first blank outside of quotes, and the key behind it.
fn split_options(text: &[u8]) -> Result<(&[u8], &[u8]), TrustFileProblem> {
    let (mut at, mut is_quoted) = (0, false);
    while at < text.len() && (is_quoted || !is_blank(text[at])) {
        match text[at..] {
            [b'\\', b'"', ..] => at += 1,
            [b'"', ..] => is_quoted = !is_quoted,
            _ => {}
        }
        at += 1;
    }
    if is_quoted {
        return Err(TrustFileProblem::UnclosedOption);
    }
    Ok((&text[..at], skip_blanks(&text[at..])))
}

#[derive(Debug, Default)]
struct Options {
    is_authority: bool,
    namespaces: Option<BString>,
    valid_after: Option<i64>,
    valid_before: Option<i64>,
}

const NAMESPACES: &str = "namespaces";
const VALID_AFTER: &str = "valid-after";
const VALID_BEFORE: &str = "valid-before";

impl Options {
    /// Options separated by commas; their names are the same in capitals.
    fn parse(text: &[u8], utc_offset: i32) -> Result<Self, TrustFileProblem> {
        let mut options = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            rest = options.take(rest, utc_offset)?;
            rest = match rest.strip_prefix(b",") {
                Some(b"") => return Err(TrustFileProblem::MissingOption),
                Some(rest) => rest,
                None if rest.is_empty() => rest,
                None => return Err(TrustFileProblem::UnknownOption),
            };
        }
        match (options.valid_after, options.valid_before) {
            (Some(after), Some(before)) if before <= after => Err(TrustFileProblem::EmptyWindow),
            _ => Ok(options),
        }
    }

    /// Reads one option; the answer is what follows it.
    fn take<'a>(&mut self, text: &'a [u8], utc_offset: i32) -> Result<&'a [u8], TrustFileProblem> {
        // OpenSSH passes over commas that are too many, but for one at the end.
        if text.starts_with(b",") {
            return Ok(text);
        }
        if let Some(rest) = after_name(text, "cert-authority") {
            self.is_authority = true;
            return Ok(rest);
        }
        if let Some(rest) = after_name(text, "namespaces=") {
            let (value, rest) = value(rest, NAMESPACES)?;
            check_patterns(&value)?;
            put_once(&mut self.namespaces, value.into(), NAMESPACES)?;
            return Ok(rest);
        }
        for (name, beginning, place) in [
            (VALID_AFTER, "valid-after=", &mut self.valid_after),
            (VALID_BEFORE, "valid-before=", &mut self.valid_before),
        ] {
            if let Some(rest) = after_name(text, beginning) {
                let (value, rest) = value(rest, name)?;
                let time = instant::parse(&value, utc_offset);
                put_once(place, time.ok_or(TrustFileProblem::InvalidTime(name))?, name)?;
                return Ok(rest);
            }
        }
        Err(TrustFileProblem::UnknownOption)
    }
}

fn put_once<T>(
    place: &mut Option<T>,
    value: T,
    name: &'static str,
) -> Result<(), TrustFileProblem> {
    match place.replace(value) {
        Some(_) => Err(TrustFileProblem::RepeatedOption(name)),
        None => Ok(()),
    }
}

fn after_name<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (beginning, rest) = text.split_at_checked(name.len())?;
    beginning.eq_ignore_ascii_case(name.as_bytes()).then_some(rest)
}

/// A value between quotes, in which `\"` stands for a quote, and what follows it.
fn value<'a>(text: &'a [u8], name: &'static str) -> Result<(Vec<u8>, &'a [u8]), TrustFileProblem> {
    let mut rest = text.strip_prefix(b"\"").ok_or(TrustFileProblem::UnquotedValue(name))?;
    let mut value = Vec::new();
    loop {
        rest = match rest {
            [b'"', rest @ ..] => return Ok((value, rest)),
            [b'\\', byte @ b'"', rest @ ..] | [byte, rest @ ..] => {
                value.push(*byte);
                rest
            }
            [] => return Err(TrustFileProblem::UnclosedOption),
        };
    }
}

#[cfg(test)]
mod tests;
