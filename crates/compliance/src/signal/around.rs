//! What stands around a changed line in its version of the file.

use std::cell::{Cell, OnceCell};

/// So many lines are looked at around all lines of one file. What is not looked at excuses nothing.
const MOST_LINES: usize = 4_000_000;

/// So many lines are looked at for one question.
const MOST_AT_ONCE: usize = 2_000;

/// One version of a file.
pub(super) struct Around<'a> {
    text: &'a [u8],
    /// Made with the first question: most files have no signal.
    lines: OnceCell<Vec<&'a [u8]>>,
    left: Cell<usize>,
}

impl<'a> Around<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, lines: OnceCell::new(), left: Cell::new(MOST_LINES) }
    }

    fn lines(&self) -> &[&'a [u8]] {
        self.lines.get_or_init(|| {
            let line = |line: &'a [u8]| line.strip_suffix(b"\r").unwrap_or(line);
            self.text.split(|byte| *byte == b'\n').map(line).collect()
        })
    }

    /// The whole version.
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// One line, by its number.
    pub fn line(&self, number: u32) -> Option<&'a [u8]> {
        self.lines().get(index(number)).copied()
    }

    fn may_look(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    /// The lines that a line is inside of, as far as they are less and less indented: the nearest first. `None` where not
    /// all of them were looked at.
    pub fn outside(&self, number: u32) -> Option<Vec<&'a [u8]>> {
        let lines = self.lines();
        let at = index(number);
        let line = lines.get(at)?;
        let (mut indent, mut is_item) = (indent(line), is_item(line));
        let mut found = Vec::new();
        for (looked, above) in lines.get(..at)?.iter().rev().enumerate() {
            if indent == 0 && !is_item {
                break;
            }
            if looked == MOST_AT_ONCE || !self.may_look() {
                return None;
            }
            let trimmed = above.trim_ascii();
            if trimmed.is_empty() || is_remark(trimmed) {
                continue;
            }
            let its = self::indent(above);
            // A list of YAML may begin where the key does that it belongs to.
            if its < indent || its == indent && is_item && !self::is_item(above) {
                found.push(*above);
                (indent, is_item) = (its, self::is_item(above));
            }
        }
        Some(found)
    }

    /// The item of a list of YAML that a line is in: all its lines.
    pub fn item(&self, number: u32) -> Option<Vec<&'a [u8]>> {
        let lines = self.lines();
        let at = index(number);
        let mut inner = usize::MAX;
        let mut first = None;
        for (place, line) in lines.get(..=at)?.iter().enumerate().rev().take(MOST_AT_ONCE) {
            if !self.may_look() {
                return None;
            }
            if line.trim_ascii().is_empty() || is_remark(line.trim_ascii()) {
                continue;
            }
            let its = indent(line);
            if is_item(line) && (its < inner || place == at) {
                first = Some((place, its));
                break;
            }
            inner = inner.min(its);
        }
        let (first, outer) = first?;
        let mut item = vec![*lines.get(first)?];
        for line in lines.get(first + 1..)?.iter().take(MOST_AT_ONCE) {
            let ends = !line.trim_ascii().is_empty() && indent(line) <= outer;
            if ends || !self.may_look() {
                break;
            }
            item.push(*line);
        }
        Some(item)
    }

    /// What an annotation is over: the line below it that is no annotation, with its number.
    pub fn below(&self, number: u32) -> Option<(u32, &'a [u8])> {
        let lines = self.lines();
        let from = index(number) + 1;
        for (at, line) in lines.iter().enumerate().skip(from).take(40) {
            let trimmed = line.trim_ascii();
            let is_passed = trimmed.is_empty()
                || is_remark(trimmed)
                || trimmed.starts_with(b"@")
                || trimmed.starts_with(b"[");
            if !is_passed {
                return Some((u32::try_from(at + 1).ok()?, *line));
            }
        }
        None
    }

    /// The line above that a line is inside of and that passes a test, with its number.
    pub fn above(&self, number: u32, is_it: impl Fn(&[u8]) -> bool) -> Option<(u32, &'a [u8])> {
        let lines = self.lines();
        let at = index(number);
        let limit = indent(lines.get(at)?);
        for (place, line) in lines.get(..at)?.iter().enumerate().rev().take(MOST_AT_ONCE) {
            if !self.may_look() {
                return None;
            }
            if indent(line) < limit && is_it(line) {
                return Some((u32::try_from(place + 1).ok()?, *line));
            }
        }
        None
    }
}

/// Where a line is in a list.
fn index(number: u32) -> usize {
    (number as usize).saturating_sub(1)
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Whether a line begins an item of a list of YAML.
fn is_item(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.starts_with(b"- ") || line == b"-"
}

fn is_remark(trimmed: &[u8]) -> bool {
    (trimmed.starts_with(b"#") && !trimmed.starts_with(b"#[")) || trimmed.starts_with(b"//")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"jobs:\n  a:\n    permissions:\n\n      # why\n      contents: write\n    steps:\n    - uses: x\n      with:\n        y: z\n    - run: z\n";

    fn texts(lines: Option<Vec<&[u8]>>) -> Vec<String> {
        let text = |line: &[u8]| String::from_utf8_lossy(line.trim_ascii()).into_owned();
        lines.unwrap_or_default().into_iter().map(text).collect()
    }

    #[test]
    fn what_a_line_is_inside_of() {
        let around = Around::new(TEXT);
        assert_eq!(texts(around.outside(6)), ["permissions:", "a:", "jobs:"]);
        assert_eq!(texts(around.outside(10)), ["with:", "- uses: x", "steps:", "a:", "jobs:"]);
        assert_eq!(texts(around.outside(1)), [""; 0]);
        assert_eq!(around.outside(99), None);
    }

    #[test]
    fn the_item_that_a_line_is_in() {
        let around = Around::new(TEXT);
        assert_eq!(texts(around.item(10)), ["- uses: x", "with:", "y: z"]);
        assert_eq!(texts(around.item(8)), ["- uses: x", "with:", "y: z"]);
        assert_eq!(texts(around.item(11)), ["- run: z", ""]);
        assert_eq!(around.item(2), None);
    }

    #[test]
    fn what_an_annotation_is_over() {
        let around = Around::new(b"@A\n@B\n\nvoid a() {\n  b\n");
        assert_eq!(around.below(1), Some((4, &b"void a() {"[..])));
        assert_eq!(
            around.above(5, |line| line.starts_with(b"void")),
            Some((4, &b"void a() {"[..]))
        );
        assert_eq!(around.above(4, |_| true), None);
    }
}
