//! Groups of digits.

use std::ops::Range;

use smallvec::SmallVec;

use super::Finder;

/// Groups of digits with one separator between each and the next.
pub(super) struct Number {
    pub span: Range<usize>,
    /// How many digits each group has.
    pub lengths: SmallVec<[usize; MOST_GROUPS]>,
    /// What stands between them.
    pub separators: SmallVec<[u8; MOST_GROUPS]>,
}

/// The most groups of digits that are taken for one number: as many as have a place without memory of their own.
const MOST_GROUPS: usize = 12;

impl Number {
    /// Whether blanks are between numbers of more groups than one.
    pub fn is_several(&self) -> bool {
        self.separators.contains(&b' ') && self.separators.contains(&b'-')
    }

    /// What stands between blanks.
    pub fn apart(&self) -> impl Iterator<Item = Self> {
        let (mut at, mut begin, mut first) = (self.span.start, self.span.start, 0);
        self.lengths.iter().enumerate().filter_map(move |(place, length)| {
            at += length + 1;
            let separator = self.separators.get(place).copied();
            separator.is_none_or(|it| it == b' ').then(|| {
                let part = Self {
                    span: begin..at - 1,
                    lengths: SmallVec::from_slice(&self.lengths[first..=place]),
                    separators: SmallVec::from_slice(&self.separators[first..place]),
                };
                (begin, first) = (at, place + 1);
                part
            })
        })
    }
}

impl Finder<'_> {
    /// The number that begins with this digit.
    pub(super) fn number_at(&self, begin: usize) -> Number {
        let (mut end, mut lengths, mut separators) = (begin, SmallVec::new(), SmallVec::new());
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

    /// A number that begins in brackets, as `(212) 736-5000` with this digit.
    pub(super) fn bracketed_at(&self, begin: usize) -> Option<Number> {
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
        (rest.lengths[..] == [3, 4]).then(|| Number {
            span: begin..rest.span.end,
            lengths: SmallVec::from_slice(&[3, 3, 4]),
            separators: std::iter::once(b'-').chain(rest.separators).collect(),
        })
    }
}
