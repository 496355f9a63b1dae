//! ZIP codes of which only the first three digits are left (45 CFR 164.514(b)(2)(i)(B)): they say nothing of anybody,
//! unless 20,000 people or fewer live where they stand.

/// The digits in front, and the year of the census that counted too few people there.
const SPARSE: &str = include_str!("../data/zip3.txt");

/// Whether a text is a ZIP code of which only the first three digits are left: `941`, `941**`, `941XX` or `94100`.
pub(crate) fn is_truncated(text: &[u8]) -> bool {
    let Some((front, rest)) = text.split_at_checked(3) else { return false };
    front.iter().all(u8::is_ascii_digit) && matches!(rest, b"" | b"**" | b"XX" | b"xx" | b"00")
}

/// Whether its first three digits are of a place where few people live, in one of the counts that are known. The
/// rule asks for the newest one, and a place of an older one may be of somebody who lived there then.
pub(crate) fn is_sparse(text: &[u8]) -> bool {
    let lists = SPARSE.lines().filter(|line| !line.starts_with('#'));
    let front = text.get(..3).unwrap_or_default();
    lists.flat_map(|line| line.split(' ').skip(1)).any(|digits| digits.as_bytes() == front)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_of_three_digits_each() {
        for (year, count) in [("2000", 17), ("2010", 14)] {
            let line = SPARSE.lines().find(|line| line.starts_with(year)).unwrap();
            let digits: Vec<&str> = line.split(' ').skip(1).collect();
            assert!(digits.is_sorted() && digits.len() == count, "{year}");
            assert!(digits.iter().all(|it| it.len() == 3 && is_truncated(it.as_bytes())), "{year}");
        }
    }

    #[test]
    fn three_digits_are_left() {
        for text in ["941", "941**", "941XX", "941xx", "94100"] {
            assert!(is_truncated(text.as_bytes()) && !is_sparse(text.as_bytes()), "{text}");
        }
        for text in ["94", "94X", "9410", "94101", "94110", "941000", "941X0", "A4100"] {
            assert!(!is_truncated(text.as_bytes()), "{text}");
        }
        // Counted in 2000 alone, in both, and in 2010 alone.
        for text in ["063", "036XX", "20500"] {
            assert!(is_truncated(text.as_bytes()) && is_sparse(text.as_bytes()), "{text}");
        }
        assert!(!is_sparse(b"200") && !is_sparse(b"03"));
    }
}
