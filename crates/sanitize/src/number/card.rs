//! Numbers of cards.

use std::ops::Range;

use super::Finder;
use super::groups::Number;
use crate::check_digit;
use crate::rule::Severity;
use crate::what::What;

impl Finder<'_> {
    pub(super) fn card(&mut self, number: &Number, before: Option<u8>) {
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
}

/// Whether digits have a check digit, and are not all the same.
fn is_checked(digits: &[u8]) -> bool {
    check_digit::luhn(digits) && digits.iter().any(|digit| *digit != digits[0])
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
