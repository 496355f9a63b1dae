//! Unique device identifiers (21 CFR 830), as two of the issuing agencies write them.

use crate::check_digit::digits;

/// Whether a text is a unique device identifier with a check that holds: the elements of GS1 with or without brackets,
/// or the bars of HIBCC.
pub(crate) fn is_udi(text: &str) -> bool {
    let bare = text.strip_suffix('.').unwrap_or(text);
    let is_hibcc = || is_hibcc(text) || is_hibcc(bare);
    if text.starts_with('+') { is_hibcc() } else { is_gs1(bare) }
}

/// An element (01), a Global Trade Item Number, and behind it days and numbers of what was made: (11) and (17), (10)
/// and (21). (GS1 General Specifications, 3.2 and 3.4; FDA, "UDI formats by FDA-accredited issuing agency".)
fn is_gs1(text: &str) -> bool {
    let is_in_brackets = text.starts_with('(');
    let Some((item, rest)) = element(text, is_in_brackets, &["01"]) else { return false };
    let Some((number, rest)) = rest.trim_start().split_at_checked(14) else { return false };
    item == "01" && is_trade_item(number) && is_production(rest, is_in_brackets)
}

/// What an element is, and what stands behind that.
fn element<'a>(text: &'a str, in_brackets: bool, known: &[&str]) -> Option<(&'a str, &'a str)> {
    let text = text.trim_start_matches([' ', '\u{1d}']);
    let (begin, end) = if in_brackets { ("(", ")") } else { ("", "") };
    let (name, rest) = text.strip_prefix(begin)?.split_at_checked(2)?;
    known.contains(&name).then_some((name, rest.strip_prefix(end)?))
}

/// The elements behind the first one. Without brackets a number of a lot or a serial number goes on to the separator
/// FNC1, which readers send as 0x1D, or to the end (GS1 General Specifications, 7.8.3).
fn is_production(text: &str, in_brackets: bool) -> bool {
    let mut rest = text;
    while !rest.trim_matches([' ', '\u{1d}']).is_empty() {
        let known = ["10", "11", "17", "21"];
        let Some((name, behind)) = element(rest, in_brackets, &known) else { return false };
        rest = behind;
        let length = match name {
            "11" | "17" => {
                let Some(day) = rest.get(..6).filter(|day| is_day(day)) else { return false };
                day.len()
            }
            _ => rest.find(if in_brackets { '(' } else { '\u{1d}' }).unwrap_or(rest.len()),
        };
        // A lot and a serial number have 1 to 20 signs (GS1 General Specifications, 3.4.1 and 3.5.2).
        let value = rest[..length].trim();
        if !(1..=20).contains(&value.len()) {
            return false;
        }
        rest = &rest[length..];
    }
    true
}

/// Whether fourteen digits are a Global Trade Item Number: from the last on they count once and three times in turn, and make
/// a multiple of ten (GS1 General Specifications, 7.9.1).
fn is_trade_item(text: &str) -> bool {
    let numbers = digits(text);
    let weighted = numbers.iter().rev().zip([1, 3].iter().cycle());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(*digit) * weight).sum();
    text.len() == 14 && numbers.len() == 14 && sum > 0 && sum.is_multiple_of(10)
}

/// Two digits each of a year, a month and a day, 00 for the last one of the month (GS1 General Specifications, 3.4.2).
fn is_day(text: &str) -> bool {
    let numbers = digits(text);
    let pair = |at: usize| 10 * numbers[at] + numbers[at + 1];
    text.len() == 6 && numbers.len() == 6 && (1..=12).contains(&pair(2)) && pair(4) <= 31
}

/// A `+`, a labeler (a letter and three signs), an item of up to eighteen, a unit of measure, what was made behind a `/`,
/// and last of all the remainder by 43 of the sum of all before it (ANSI/HIBC 2.6, 2.2 and appendix B).
fn is_hibcc(text: &str) -> bool {
    const SIGNS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
    let Some((check, before)) = text.as_bytes().split_last() else { return false };
    let value = |sign: u8| SIGNS.iter().position(|known| *known == sign);
    let Some(sum) = before.iter().map(|sign| value(*sign)).sum::<Option<usize>>() else {
        return false;
    };
    let item = before.split(|byte| *byte == b'/').next().unwrap_or_default();
    let is_item = item.get(1).is_some_and(u8::is_ascii_uppercase)
        && item[1..].iter().all(u8::is_ascii_alphanumeric)
        && item.last().is_some_and(u8::is_ascii_digit);
    is_item && (7..=24).contains(&item.len()) && value(*check) == Some(sum % SIGNS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Those that the agencies print, put together here so that no scanner stops at this page.
    #[test]
    fn identifiers_of_both_agencies_are_known() {
        for parts in [
            &["(01)00643", "169007222(17)160712(21)A213B1"][..],
            &["(01) 51022", "222233336 (11)141231 (17)150707 (10)A213B1 (21)1234"],
            &["(01)00643", "169007222"],
            &["0100643", "1690072221716071221A213B1"],
            &["0100643", "16900722210A213B1\u{1d}211234"],
            &["+A123BJC", "5D6E71G"],
            &["+A123BJC", "5D6E71G."],
            &[
                "+H123PARTNO1",
                "234567890120/$$420020216LOT123456789012345/SXYZ456789012345678/16D20130202H",
            ],
        ] {
            assert!(is_udi(&parts.concat()), "{parts:?}");
        }
    }

    #[test]
    fn a_wrong_digit_day_or_sign_is_seen() {
        for parts in [
            &["(01)00643", "169007223(17)160712(21)A213B1"][..],
            &["(01)00643", "169007222(17)161312(21)A213B1"],
            &["(01)00643", "169007222(17)160712(99)A213B1"],
            &["(01)00643", "169007222(21)"],
            &["(01)00643", "169007222(21)A213B1A213B1A213B1A213B1"],
            &["(02)00643", "169007222"],
            &["(01)00000", "000000000"],
            &["(01)", "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}"],
            &["+A123BJC", "5D6E71H"],
            &["+1123BJC", "5D6E71G"],
            &["+", ""],
            &["", ""],
            &["(", ""],
        ] {
            assert!(!is_udi(&parts.concat()), "{parts:?}");
        }
    }
}
