//! Numbers and addresses that are known by their shape: no word has to stand beside them.

use std::net::IpAddr;
use std::ops::Range;

use crate::check_digit::{self, SsnKind};
use crate::context::Context;
use crate::finding::Finding;
use crate::rule::{Category, Severity};
use crate::what::What;

/// What is found by shape, sorted by place for each kind.
pub(crate) fn find(bytes: &[u8], context: &Context<'_>) -> Vec<Finding> {
    let mut finder = Finder { bytes, context, findings: Vec::new() };
    finder.numbers();
    finder.mail();
    finder.long_addresses();
    finder.findings
}

struct Finder<'a> {
    bytes: &'a [u8],
    context: &'a Context<'a>,
    findings: Vec<Finding>,
}

/// Groups of digits with one separator between each and the next.
struct Number {
    span: Range<usize>,
    /// How many digits each group has.
    lengths: Vec<usize>,
    /// What stands between them.
    separators: Vec<u8>,
}

impl Number {
    /// Whether blanks are between numbers of more groups than one.
    fn is_several(&self) -> bool {
        self.separators.contains(&b' ') && self.separators.contains(&b'-')
    }

    /// What stands between blanks.
    fn apart(&self) -> Vec<Self> {
        let mut parts = Vec::new();
        let (mut at, mut begin, mut first) = (self.span.start, self.span.start, 0);
        for (place, length) in self.lengths.iter().enumerate() {
            at += length;
            let separator = self.separators.get(place).copied();
            if separator.is_none_or(|it| it == b' ') {
                parts.push(Self {
                    span: begin..at,
                    lengths: self.lengths[first..=place].to_vec(),
                    separators: self.separators[first..place].to_vec(),
                });
                (begin, first) = (at + 1, place + 1);
            }
            at += 1;
        }
        parts
    }
}

/// The most groups of digits that are taken for one number.
const MOST_GROUPS: usize = 12;

impl Finder<'_> {
    fn numbers(&mut self) {
        let mut at = 0;
        while let Some(begin) = next_digit(self.bytes, at) {
            if let Some(span) = self.bank_account_at(begin) {
                at = span.end;
                self.findings.push(What::Iban.found(span));
                continue;
            }
            if let Some(span) = self.beneficiary_at(begin) {
                at = span.end;
                self.findings.push(What::HealthPlan.found(span));
                continue;
            }
            let number = self.bracketed_at(begin).unwrap_or_else(|| self.number_at(begin));
            at = number.span.end;
            self.judge(number);
        }
    }

    /// The number that begins with this digit.
    fn number_at(&self, begin: usize) -> Number {
        let (mut end, mut lengths, mut separators) = (begin, Vec::new(), Vec::new());
        loop {
            let group = self.bytes[end..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            lengths.push(group);
            end += group;
            let next = self.bytes.get(end..).unwrap_or_default();
            match next {
                [separator @ (b'-' | b'.' | b' ' | b'/'), digit, ..]
                    if digit.is_ascii_digit() && lengths.len() < MOST_GROUPS =>
                {
                    separators.push(*separator);
                    end += 1;
                }
                _ => break,
            }
        }
        Number { span: begin..end, lengths, separators }
    }

    /// An international bank account number whose first digit this is: two letters stand before it.
    fn bank_account_at(&self, begin: usize) -> Option<Range<usize>> {
        let start = begin.checked_sub(2)?;
        let country = &self.bytes[start..begin];
        let is_word = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
        if !country.iter().all(u8::is_ascii_uppercase) || start.checked_sub(1).is_some_and(is_word)
        {
            return None;
        }
        let (mut plain, mut ends) = (country.to_vec(), Vec::new());
        let mut at = begin;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => plain.push(byte.to_ascii_uppercase()),
                b' ' | b'-' if self.bytes[at - 1].is_ascii_alphanumeric() => {}
                _ => break,
            }
            at += 1;
            ends.push((plain.len(), at));
            if plain.len() > 34 {
                break;
            }
        }
        let (_, length) = check_digit::iban_length(country)?;
        let (_, end) = ends.into_iter().find(|(count, _)| *count == length)?;
        let text = std::str::from_utf8(&plain[..length]).ok()?;
        (check_digit::iban(text) && !is_word(end)).then_some(start..end)
    }

    /// A Medicare beneficiary identifier that this digit begins, as cards print it: `NANN-ANN-AANN` (CMS, "Understanding
    /// the MBI format"), where there is talk of health.
    fn beneficiary_at(&self, begin: usize) -> Option<Range<usize>> {
        let text = self.bytes.get(begin..begin + 13)?;
        if text[4] != b'-' || text[8] != b'-' || !check_digit::mbi(std::str::from_utf8(text).ok()?)
        {
            return None;
        }
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
        let before = begin.checked_sub(1).map(|at| self.bytes[at]);
        let joins =
            before.as_ref().is_some_and(is_word) || self.bytes.get(begin + 13).is_some_and(is_word);
        (!joins && self.context.is_health(begin)).then_some(begin..begin + 13)
    }

    /// A number that begins in brackets, as `(212) 736-5000` with this digit.
    fn bracketed_at(&self, begin: usize) -> Option<Number> {
        let digits = self.bytes.get(begin..begin + 3)?;
        let is_open = begin.checked_sub(1).map(|at| self.bytes[at]) == Some(b'(');
        if !is_open
            || !digits.iter().all(u8::is_ascii_digit)
            || self.bytes.get(begin + 3) != Some(&b')')
        {
            return None;
        }
        let rest = &self.bytes[begin + 4..];
        let gap = usize::from(matches!(rest.first(), Some(b' ' | b'-')));
        let number =
            Some(begin + 4 + gap).filter(|at| self.bytes.get(*at).is_some_and(u8::is_ascii_digit));
        let rest = self.number_at(number?);
        (rest.lengths == [3, 4]).then(|| Number {
            span: begin..rest.span.end,
            lengths: vec![3, 3, 4],
            separators: [&[b'-'][..], &rest.separators].concat(),
        })
    }

    fn judge(&mut self, number: Number) {
        let all = |separator: u8| number.separators.iter().all(|it| *it == separator);
        let before = self.before(number.span.start);
        let after = self.bytes.get(number.span.end).copied();
        let is_word = |byte: Option<u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80)
        };
        if is_word(before) || is_word(after) {
            return;
        }
        let joins = |byte: Option<u8>| matches!(byte, Some(b'-' | b'.' | b'/' | b'+' | b'%'));
        match number.lengths[..] {
            [3, 2, 4]
                if all(b'-') && (!joins(before) || before == Some(b'/')) && after != Some(b'-') =>
            {
                self.social_security(number.span);
            }
            [_, _, _, _] if all(b'.') && !joins(before) => {
                self.internet_address(number.span, after)
            }
            [3, 3, 4] | [1, 3, 3, 4] => self.telephone(number, before),
            _ if number.is_several() => self.each_apart(&number),
            _ if before == Some(b'+') => self.foreign_telephone(number),
            _ => self.card(&number, before),
        }
    }

    /// Of several numbers with blanks between them, those whose own form says what they are.
    fn each_apart(&mut self, number: &Number) {
        for part in number.apart() {
            let all_dashes = part.separators.iter().all(|it| *it == b'-');
            if part.lengths == [3, 2, 4] && all_dashes {
                self.social_security(part.span);
            }
        }
    }

    /// What stands before a number. The letter of an escape, as in `\n`, and a name of what the number is, as in
    /// `ssn_...`, are no part of it.
    fn before(&self, at: usize) -> Option<u8> {
        const NAMES: [&[u8]; 6] =
            [b"ssn_", b"ssn-", b"ssn", b"patient_", b"patient-", b"patients_"];
        let before = &self.bytes[at.saturating_sub(16)..at];
        let is_named = NAMES.iter().any(|name| {
            let begin = before.len().checked_sub(name.len());
            begin.is_some_and(|begin| before[begin..].eq_ignore_ascii_case(name))
        });
        match before {
            [.., b'\\', b'n' | b't' | b'r'] => Some(b'\n'),
            _ if is_named => Some(b' '),
            _ => before.last().copied(),
        }
    }

    fn text(&self, span: &Range<usize>) -> &str {
        std::str::from_utf8(&self.bytes[span.clone()]).unwrap_or_default()
    }

    fn social_security(&mut self, span: Range<usize>) {
        let found = match check_digit::ssn(self.text(&span)) {
            Some(SsnKind::Issuable | SsnKind::Test) => What::Ssn.found(span),
            Some(SsnKind::Taxpayer) => What::Itin.found(span),
            None => return,
        };
        self.findings.push(found);
    }

    fn card(&mut self, number: &Number, before: Option<u8>) {
        let count: usize = number.lengths.iter().sum();
        let is_plain = match number.lengths[..] {
            [_] => true,
            // As cards print them: in fours, or four, six and five.
            [4, 6, 5] => true,
            ref lengths => {
                let (last, groups) = lengths.split_last().expect("there is a group");
                groups.iter().all(|length| *length == 4) && (1..=4).contains(last)
            }
        };
        let separator = number.separators.first();
        let is_even = number.separators.iter().all(|it| Some(it) == separator);
        let is_known = matches!(separator, None | Some(b' ' | b'-'));
        if !is_plain
            || !is_even
            || !is_known
            || !(12..=19).contains(&count)
            || matches!(before, Some(b'.' | b'-' | b'+'))
        {
            return;
        }
        // One number in fifty of this length has a check digit and a range that fit: without groups, a
        // word has to stand near it.
        if number.lengths.len() == 1 && !self.context.names_a_card(&number.span)
            || number.lengths.len() > 1 && is_in_table_of_hex(self.bytes, &number.span)
        {
            return;
        }
        let text = self.text(&number.span);
        let named =
            self.context.names_a_card(&number.span) && is_checked(&check_digit::digits(text));
        if check_digit::card(text) {
            self.findings.push(What::Card.found(number.span.clone()));
        } else if named {
            self.findings.push(What::Card.found_as(Severity::Medium, number.span.clone()));
        }
    }

    fn internet_address(&mut self, span: Range<usize>, after: Option<u8>) {
        let text = self.text(&span);
        let Ok(address) = text.parse::<std::net::Ipv4Addr>() else { return };
        // A fifth number makes it an object identifier, as does the type of identifiers behind it in messages of
        // HL7 version 2, and a version is no address.
        let goes_on =
            after == Some(b'.') && self.bytes.get(span.end + 1).is_some_and(u8::is_ascii_digit);
        let is_named =
            [&b"^ISO"[..], b"&ISO"].iter().any(|it| self.bytes[span.end..].starts_with(it));
        if goes_on || is_named || self.context.is_version(span.start) {
            return;
        }
        let severity = match () {
            () if is_of_no_network(address.into()) => Severity::Info,
            // Versions of software have small numbers.
            () if address.octets().iter().all(|octet| *octet < 20) => Severity::Info,
            () => Severity::Medium,
        };
        self.add(What::IpAddress, severity, span);
    }

    /// Internet addresses of version 6.
    fn long_addresses(&mut self) {
        let is_part = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':';
        let mut at = 0;
        while let Some(found) = memchr::memchr(b':', &self.bytes[at..]) {
            let colon = at + found;
            at = colon + 1;
            // Two letters of hexadecimal and a colon are in every other line of code: the next group
            // has to follow at once.
            let before = self.bytes[..colon]
                .iter()
                .rev()
                .take(5)
                .take_while(|it| it.is_ascii_hexdigit())
                .count();
            if !(1..=4).contains(&before) {
                continue;
            }
            let begin = colon - before;
            let length =
                self.bytes[begin..].iter().take(46).take_while(|byte| is_part(byte)).count();
            let span = begin..begin + length;
            let groups = self.bytes[span.clone()]
                .split(|byte| *byte == b':')
                .filter(|it| !it.is_empty())
                .count();
            let edge = |at: Option<usize>| {
                at.and_then(|at| self.bytes.get(at)).is_some_and(|byte| {
                    byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b':'
                })
            };
            // Short ones are told from code by the range that addresses of the whole world are in.
            let is_global = before == 4
                && matches!(self.bytes[begin], b'2' | b'3')
                && memchr::memmem::find(&self.bytes[span.clone()], b"::").is_some();
            if groups < (if is_global { 2 } else { 4 })
                || edge(begin.checked_sub(1))
                || edge(Some(span.end))
            {
                continue;
            }
            let Ok(address) = self.text(&span).parse::<std::net::Ipv6Addr>() else { continue };
            at = span.end;
            let severity = match is_of_no_network(address.into()) {
                true => Severity::Info,
                false => Severity::Medium,
            };
            self.add(What::IpAddress, severity, span);
        }
    }

    fn telephone(&mut self, number: Number, before: Option<u8>) {
        let (mut span, mut digits) =
            (number.span.clone(), check_digit::digits(self.text(&number.span)));
        if number.lengths.len() == 4 {
            if digits[0] != 1 {
                return;
            }
            digits.remove(0);
        }
        if before == Some(b'+') || before == Some(b'(') {
            span.start -= 1;
        }
        let is_issued = digits[0] >= 2 && digits[3] >= 2 && digits[1..3] != [1, 1];
        let is_health = self.context.is_health(span.start);
        if !is_issued && !is_health {
            return;
        }
        let severity = if is_issued { What::Phone.rule().severity } else { Severity::Low };
        self.add(What::Phone, severity, span);
    }

    /// A number behind a `+`: 8 to 15 digits in groups, of which the first begins with a country (ITU-T E.164,
    /// 6). Only where there is talk of health, as groups with a sign are in sums, too.
    fn foreign_telephone(&mut self, number: Number) {
        let count: usize = number.lengths.iter().sum();
        let first = self.bytes[number.span.start];
        let is_apart = number.separators.iter().all(|it| matches!(it, b' ' | b'-'));
        let is_behind = |at: usize| self.bytes[at].is_ascii_alphanumeric();
        let span = number.span.start - 1..number.span.end;
        if first == b'0'
            || !(8..=15).contains(&count)
            || !(3..=6).contains(&number.lengths.len())
            || !is_apart
            || span.start.checked_sub(1).is_some_and(is_behind)
            || !self.context.is_health(span.start)
        {
            return;
        }
        self.add(What::Phone, What::Phone.rule().severity, span);
    }

    fn mail(&mut self) {
        for at in memchr::memchr_iter(b'@', self.bytes) {
            let Some(span) = mail_at(self.bytes, at) else { continue };
            if is_masked_password(self.bytes, &span) {
                continue;
            }
            let severity = match () {
                () if self.context.is_attribution(&span) => Severity::Info,
                () => What::Email.rule().severity,
            };
            self.add(What::Email, severity, span);
        }
    }

    /// Adds what is health data only where there is talk of health.
    fn add(&mut self, what: What, severity: Severity, span: Range<usize>) {
        let is_health = self.context.is_health(span.start);
        let mut found = what.found_as(severity, span);
        if !is_health {
            found.category = Category::Pii;
            found.severity = severity.min(Severity::Low);
        }
        self.findings.push(found);
    }
}

/// Whether an address of the Internet protocol is one that many have: private, of the machine itself or of a link,
/// of many at once or of none.
pub(crate) fn is_of_no_network(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_private()
                || address.is_loopback()
                || address.is_unspecified()
                || address.is_broadcast()
                || address.is_link_local()
                || address.is_multicast()
        }
        IpAddr::V6(address) => {
            let first = address.segments()[0];
            first == 0 || first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 || first >= 0xff00
        }
    }
}

/// The next digit: most bytes are none, and many are passed over at once.
fn next_digit(bytes: &[u8], from: usize) -> Option<usize> {
    const MANY: usize = 64;
    let mut at = from;
    while let Some(part) = bytes.get(at..at + MANY) {
        // Without an early end this is done for many bytes in one step.
        let has_digit =
            part.iter().fold(false, |found, byte| found | (byte.wrapping_sub(b'0') < 10));
        if has_digit {
            break;
        }
        at += MANY;
    }
    bytes.get(at..)?.iter().position(u8::is_ascii_digit).map(|found| at + found)
}

/// Whether digits have a check digit, and are not all the same.
fn is_checked(digits: &[u8]) -> bool {
    check_digit::luhn(digits) && digits.iter().any(|digit| *digit != digits[0])
}

/// Whether what stands before an `@` is the mask of a password: in an address of the web a user and a password have
/// their place in front of the host (RFC 3986, 3.2).
fn is_masked_password(bytes: &[u8], mail: &Range<usize>) -> bool {
    const LONGEST: usize = 200;
    let before = &bytes[mail.start.saturating_sub(LONGEST)..mail.start];
    let Some(scheme) = memchr::memmem::rfind(before, b"://") else { return false };
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/?#=\"'<>".contains(byte);
    let local = bytes[mail.clone()].split(|byte| *byte == b'@').next().unwrap_or_default();
    let is_mask = local.iter().all(|byte| !byte.is_ascii_alphanumeric() || b"xX0".contains(byte));
    is_mask && !before[scheme + 3..].iter().any(is_end)
}

/// Where the mail address around an `@` is.
fn mail_at(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let is_local =
        |byte: &u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(byte);
    let begin =
        bytes[at.saturating_sub(64)..at].iter().rev().take_while(|byte| is_local(byte)).count();
    let mut local = &bytes[at - begin..at];
    // What is spelled out in front, as the end of a line, is no part of it.
    let marks = bytes[..at - begin].iter().rev().take_while(|byte| **byte == b'\\').count();
    if marks % 2 == 1 {
        let length = match local.first() {
            Some(b'u') => 5,
            Some(b'x') => 3,
            _ => 1,
        };
        local = local.get(length..)?;
    }
    // What a sentence or a line of code puts in front is no part of it.
    while let Some((first, rest)) = local.split_first()
        && !first.is_ascii_alphanumeric()
    {
        local = rest;
    }
    if let Some(cut) = local.iter().rposition(|byte| b"=/&?'`|{}^~$*#!%".contains(byte)) {
        local = &local[cut + 1..];
    }
    let is_domain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let length = bytes[at + 1..].iter().take(253).take_while(|byte| is_domain(byte)).count();
    let mut domain = &bytes[at + 1..at + 1 + length];
    while let Some((last, rest)) = domain.split_last()
        && !last.is_ascii_alphanumeric()
    {
        domain = rest;
    }
    let top = domain.rsplit(|byte| *byte == b'.').next().filter(|top| top.len() < domain.len())?;
    let is_top = (2..=24).contains(&top.len()) && top.iter().all(u8::is_ascii_alphabetic);
    let is_file = [&b"png"[..], b"jpg", b"svg", b"gif", b"js", b"css", b"json", b"html"]
        .iter()
        .any(|ending| top.eq_ignore_ascii_case(ending));
    let is_dotted = domain.windows(2).any(|pair| pair == b"..");
    if local.is_empty() || !is_top || is_file || is_dotted || domain.starts_with(b"-") {
        return None;
    }
    Some(at - local.len()..at + 1 + domain.len())
}

/// Whether groups of digits stand beside one of four hexadecimal digits that has a letter: a table of code points is no
/// card.
fn is_in_table_of_hex(bytes: &[u8], span: &Range<usize>) -> bool {
    let is_group = |word: &[u8]| {
        word.len() == 4
            && word.iter().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte))
            && word.iter().any(u8::is_ascii_uppercase)
    };
    let near = |part: &[u8]| part.len().min(12);
    let behind = &bytes[span.end..];
    let behind = behind[..near(behind)].split(u8::is_ascii_whitespace).find(|it| !it.is_empty());
    let before = &bytes[..span.start];
    let before = before[before.len() - near(before)..].rsplit(u8::is_ascii_whitespace);
    behind.is_some_and(is_group)
        || before.into_iter().find(|it| !it.is_empty()).is_some_and(is_group)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a text, in which no scanner sees a number: `_` stands for `-`, and `~` for
    /// nothing.
    fn found(text: &str) -> Vec<(String, String)> {
        let text = text.replace('_', "-").replace('~', "");
        let findings = find(text.as_bytes(), &Context::of(text.as_bytes()));
        findings.into_iter().map(|it| (it.rule, text[it.span].to_owned())).collect()
    }

    #[test]
    fn shapes_are_told_apart() {
        let one = |text: &str, rule: &str, value: &str| {
            let value = value.replace('_', "-").replace('~', "");
            assert_eq!(found(text), [(rule.to_owned(), value)], "{text}");
        };
        one("her number is 536_22_8145.", "ssn", "536_22_8145");
        one("mail to j.doe+x~@clinic.example.org!", "email", "j.doe+x~@clinic.example.org");
        one("pay with 4539_1488_0343_6467", "card", "4539_1488_0343_6467");
        let group = ["4539", "1488", "0343", "6467"].join(" ");
        for table in [format!("527D {group}\n"), format!("{group}\n7F54 5182")] {
            assert_eq!(found(&table), [], "{table}");
        }
        assert_eq!(found(&format!("{group} Dead end")), [("card".to_owned(), group)]);
        one("from 81.2.~69.142 at noon", "ip-address", "81.2.~69.142");
        one("call (212) ~736_5000", "phone", "(212) ~736_5000");
        one("call 212_736_5000", "phone", "212_736_5000");
        one("the patient has 1EG4_TE5_MK73", "health-plan", "1EG4_TE5_MK73");
        one("from 2001:db~8::1 at noon", "ip-address", "2001:db~8::1");
        one("to GB82 ~WEST 1234 5698 7654 32.", "iban", "GB82 ~WEST 1234 5698 7654 32");
        one("to DE8~9370400440532013000 now", "iban", "DE8~9370400440532013000");
    }

    #[test]
    fn what_only_looks_alike_is_not_found() {
        for text in [
            "1.3.6.1.4.1.44750.1.2",
            "version 1.2.3.4",
            "00643^^2.~51.1.1^ISO",
            "000_12_3456",
            "x536_22_8145",
            "in 1EG4_TE5_MK73",
            "the patient has 1SG4_TE5_MK73",
            "the patient has 1EG4_TE5_MK73_1",
            "4539_1488_0343_6468",
            "2024_01_02_536",
            "@media (max-width)",
            "std::string",
            "abcd::ef",
            "2001::",
            "icon@2x.png",
            "0.4539148803436467",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn numbers_of_other_countries_are_known_where_there_is_talk_of_health() {
        for text in ["+44_20_7946_0958", "+46_8_123_456_78", "+49_30_1234567"] {
            let phone = ("phone".to_owned(), text.replace('_', "-"));
            assert_eq!(found(&format!("a patient at {text} today")), [phone], "{text}");
            assert_eq!(found(&format!("the sum {text} today")), [], "{text}");
        }
        for text in ["+04 20 7946 0958", "1+44 20 7946 0958", "+44 20", "+44.20.7946.0958"] {
            assert_eq!(found(&format!("a patient with {text} today")), [], "{text}");
        }
    }
}
