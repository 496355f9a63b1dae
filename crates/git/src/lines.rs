use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use bstr::{BStr, ByteSlice};

use crate::attributes::DiffAttribute;
use crate::change::{FileChange, Hunk, Lines};
use crate::diff::{Comparer, Difference, Interner, Numbered, Text};
use crate::error::Error;
use crate::id::ObjectId;
use crate::repo::Repo;
use crate::tree::{Mode, Side};

/// How far git looks for a NUL to tell binary from text (`buffer_is_binary`).
const BINARY_PROBE_BYTES: usize = 8000;

pub(crate) fn looks_binary(content: &[u8]) -> bool {
    content[..content.len().min(BINARY_PROBE_BYTES)].contains(&0)
}

impl Repo {
    /// Whether git would call the content of a file binary under this attribute.
    fn is_binary(&self, attribute: &DiffAttribute, content: &[u8]) -> bool {
        match attribute {
            DiffAttribute::Set => false,
            DiffAttribute::Unset => true,
            DiffAttribute::Unspecified => looks_binary(content),
            // The values that are neither are `auto`, what is no text, and nothing at all.
            DiffAttribute::Driver(name) => {
                self.driver_is_binary(name.as_bstr()).unwrap_or_else(|| looks_binary(content))
            }
        }
    }

    /// What the configuration says of files with this driver.
    pub(crate) fn driver_is_binary(&self, driver: &BStr) -> Option<bool> {
        self.config_flag(&format!("diff.{driver}.binary"))
    }

    /// As [`Repo::is_binary`]: attributes speak of files and not of links or submodules.
    pub(crate) fn is_binary_side(
        &self,
        side: Option<Side>,
        attribute: &DiffAttribute,
        content: &[u8],
    ) -> bool {
        match side.map(|side| side.mode) {
            Some(Mode::File | Mode::Executable) => self.is_binary(attribute, content),
            _ => looks_binary(content),
        }
    }

    /// How many lines a file had before a change; 0 for what is no text, or was not compared.
    pub fn lines_before(&self, change: &FileChange) -> Result<u32, Error> {
        let Lines::Counted { deleted, .. } = change.lines else { return Ok(0) };
        match (change.old, change.new) {
            (None, _) => Ok(0),
            (Some(_), None) => Ok(deleted),
            (old, Some(_)) => {
                Ok(self.content(old)?.map_or(0, |content| number(line_count(&content))))
            }
        }
    }

    /// Counts what differs between two texts, as git's default diff does. Of contents with ids the places are kept.
    pub(crate) fn count_lines(&self, ids: [Option<ObjectId>; 2], old: &[u8], new: &[u8]) -> Lines {
        if let Some(lines) = count_without_comparing(old, new) {
            return lines;
        }
        if line_count(old) + line_count(new) > self.limits.compared_lines {
            return Lines::TooLarge;
        }
        match compare(old, new) {
            Some(Difference { added, deleted, hunks }) => {
                let count = number(hunks.len());
                if let [Some(old), Some(new)] = ids {
                    self.hunks.keep(old, new, hunks);
                }
                Lines::Counted { added, deleted, hunks: count }
            }
            None => Lines::TooLarge,
        }
    }
}

/// The places where two texts differ, in order, as `git diff -U0` prints them; none where that is
/// too much work to find out.
pub(crate) fn hunks(old: &[u8], new: &[u8]) -> Vec<Hunk> {
    compare(old, new).map(|found| found.hunks).unwrap_or_default()
}

pub(crate) fn compare(old: &[u8], new: &[u8]) -> Option<Difference> {
    thread_local! {
        /// What a thread keeps from one comparison to the next: memory, and nothing that was in it.
        static DESK: RefCell<(Interner, Comparer)> = RefCell::default();
    }
    DESK.with_borrow_mut(|(interner, comparer)| {
        interner.clear();
        let old_text = interner.text(old);
        let new_text = match old.is_empty() {
            true => interner.text(new),
            false => interner.text_like(new, old, &old_text, Text::default()),
        };
        let old = Numbered { content: old, text: &old_text };
        let new = Numbered { content: new, text: &new_text };
        comparer.compare(interner, &old_text.lines, &new_text.lines, old.common_tail(new))
    })
}

/// Where files differ that were compared lately: who asks for their lines asks for their places next.
#[derive(Debug, Default)]
pub(crate) struct KeptHunks {
    places: RefCell<HashMap<(ObjectId, ObjectId), Vec<Hunk>>>,
    count: Cell<usize>,
}

impl KeptHunks {
    /// So many places are kept, some megabytes.
    const MOST: usize = 1 << 18;

    fn keep(&self, old: ObjectId, new: ObjectId, hunks: Vec<Hunk>) {
        let mut places = self.places.borrow_mut();
        if self.count.get() + hunks.len() > Self::MOST {
            places.clear();
            self.count.set(0);
        }
        // An entry takes memory, too.
        let count = hunks.len() + 2;
        if count < Self::MOST && places.insert((old, new), hunks).is_none() {
            self.count.set(self.count.get() + count);
        }
    }

    /// The places, which are forgotten then.
    pub fn take(&self, old: ObjectId, new: ObjectId) -> Option<Vec<Hunk>> {
        let hunks = self.places.borrow_mut().remove(&(old, new))?;
        self.count.set(self.count.get().saturating_sub(hunks.len() + 2));
        Some(hunks)
    }
}

/// The answer where one side is empty or both are equal.
fn count_without_comparing(old: &[u8], new: &[u8]) -> Option<Lines> {
    if old == new {
        return Some(Lines::Counted { added: 0, deleted: 0, hunks: 0 });
    }
    if !old.is_empty() && !new.is_empty() {
        return None;
    }
    let (added, deleted) = (number(line_count(new)), number(line_count(old)));
    Some(Lines::Counted { added, deleted, hunks: 1 })
}

/// Lines as a diff counts them: a last one without its end is a line too.
pub(crate) fn line_count(content: &[u8]) -> usize {
    let ends = memchr::memchr_iter(b'\n', content).count();
    ends + usize::from(!matches!(content.last(), None | Some(b'\n')))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_line_without_an_end_is_a_line() {
        for (text, count) in [("", 0), ("\n", 1), ("a", 1), ("a\n", 1), ("a\nb", 2), ("a\n\n", 2)] {
            assert_eq!(line_count(text.as_bytes()), count, "{text:?}");
        }
    }

    #[test]
    fn hunks_without_context_are_the_places_that_changed() {
        let hunks = hunks(b"a\nb\nc\nd\ne\n", b"a\nB\nc\nd\ne\nf\n");
        assert_eq!(
            hunks,
            [
                Hunk { old_start: 2, old_lines: 1, new_start: 2, new_lines: 1 },
                Hunk { old_start: 5, old_lines: 0, new_start: 6, new_lines: 1 },
            ]
        );
    }

    #[test]
    fn a_nul_makes_a_file_binary_only_near_its_beginning() {
        let mut content = vec![b'a'; BINARY_PROBE_BYTES];
        content.push(0);
        assert!(!looks_binary(&content));
        content[BINARY_PROBE_BYTES - 1] = 0;
        assert!(looks_binary(&content));
    }
}
