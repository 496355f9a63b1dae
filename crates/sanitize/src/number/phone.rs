//! Telephone numbers.

use super::Finder;
use super::groups::Number;
use crate::check_digit;
use crate::rule::Severity;
use crate::what::What;

impl Finder<'_> {
    pub(super) fn telephone(&mut self, number: Number, before: Option<u8>) {
        let (mut span, mut digits) =
            (number.span.clone(), check_digit::digits(self.text(&number.span)));
        if number.lengths.len() == 4 {
            if digits[0] != 1 {
                return;
            }
            digits.remove(0);
        }
        let is_area = || self.text(&number.span).as_bytes().contains(&b')');
        if before == Some(b'+') || before == Some(b'(') && is_area() {
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
    pub(super) fn foreign_telephone(&mut self, number: Number) {
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
}

#[cfg(test)]
mod tests {
    use crate::number::tests::found;

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
