//! The row of a change of a file.

use std::borrow::Cow;

use gitops_health_git::{Extent, FileFacts, Hunk, Lines, Side, Status};
use rusqlite::{Connection, Row, Statement, params};

use crate::chunk;
use crate::error::Fault;
use crate::event::numbers_of;
use crate::graph::Number;

/// A change of a file as the table has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChangeRow {
    kind: Cow<'static, str>,
    similarity: Option<u32>,
    /// The number of the path that a renamed or copied file came from.
    pub old_path: Option<u32>,
    old: SideRow,
    new: SideRow,
    pub content: Cow<'static, str>,
    added: Option<u32>,
    deleted: Option<u32>,
    places: Option<u32>,
    hunks: Option<Vec<u8>>,
    makeup: Option<Vec<u8>>,
}

/// A version of a file.
#[derive(Clone, Debug, PartialEq)]
struct SideRow {
    mode: Option<u32>,
    id: Option<[u8; 20]>,
    bytes: Option<i64>,
    lines: Option<u32>,
}

impl SideRow {
    fn of(side: Option<Side>, extent: Option<Extent>) -> Self {
        Self {
            mode: side.map(|side| side.mode.octal()),
            id: side.map(|side| *side.id.as_bytes()),
            bytes: extent.map(|extent| extent.bytes as i64),
            lines: extent.map(|extent| extent.lines),
        }
    }

    fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            mode: row.get(first)?,
            id: row.get(first + 1)?,
            bytes: row.get(first + 2)?,
            lines: row.get(first + 3)?,
        })
    }
}

impl ChangeRow {
    /// What [`ChangeRow::read`] reads, from the column `first` on.
    pub const COLUMNS: &str = "change.path, change.revision, kind, similarity, old_path, old_mode,
        old_id, old_bytes, old_lines, new_mode, new_id, new_bytes, new_lines, content, added,
        deleted, places, hunks, makeup, sum";

    const INSERT: &str = "INSERT OR REPLACE INTO change VALUES
         (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
         ?20)";

    pub fn of(file: &FileFacts, old_path: Option<u32>) -> Self {
        let mut letter = [0; 4];
        let kind = &*file.status.letter().encode_utf8(&mut letter);
        let similarity = match file.status {
            Status::Renamed { similarity } | Status::Copied { similarity } => {
                Some(u32::from(similarity))
            }
            _ => None,
        };
        let (content, counts) = content(file.lines);
        Self {
            kind: kind.to_owned().into(),
            similarity,
            old_path,
            old: SideRow::of(file.old, file.old_extent),
            new: SideRow::of(file.new, file.new_extent),
            content: content.into(),
            added: counts.map(|counts| counts.0),
            deleted: counts.map(|counts| counts.1),
            places: counts.map(|counts| counts.2),
            hunks: pack_hunks(&file.hunks),
            makeup: numbers_of(file.makeup),
        }
    }

    /// The id of the version after the change.
    pub fn new_id(&self) -> Option<&[u8; 20]> {
        self.new.id.as_ref()
    }

    /// The id of the version before the change.
    pub fn old_id(&self) -> Option<&[u8; 20]> {
        self.old.id.as_ref()
    }

    /// How many places differ; `None` for what has no lines or could not be compared.
    pub fn places(&self) -> Option<u32> {
        self.places
    }

    /// The places that differ.
    pub fn hunks(&self) -> Result<Vec<Hunk>, Fault> {
        unpack_hunks(self.hunks.as_deref().unwrap_or_default())
    }

    /// A statement for [`ChangeRow::insert`].
    pub fn inserter(connection: &Connection) -> Result<Statement<'_>, Fault> {
        Ok(connection.prepare(Self::INSERT)?)
    }

    pub fn insert(
        &self,
        statement: &mut Statement<'_>,
        path: u32,
        revision: Number,
    ) -> Result<(), Fault> {
        statement.execute(params![
            path,
            revision,
            self.kind,
            self.similarity,
            self.old_path,
            self.old.mode,
            self.old.id,
            self.old.bytes,
            self.old.lines,
            self.new.mode,
            self.new.id,
            self.new.bytes,
            self.new.lines,
            self.content,
            self.added,
            self.deleted,
            self.places,
            self.hunks,
            self.makeup,
            self.sum(path, revision),
        ])?;
        Ok(())
    }

    /// What a commit did to a path; `None` where it did nothing.
    pub fn find(
        connection: &Connection,
        path: u32,
        revision: Number,
    ) -> Result<Option<Self>, Fault> {
        let query =
            format!("SELECT {} FROM change WHERE path = ?1 AND revision = ?2", Self::COLUMNS);
        let mut statement = connection.prepare_cached(&query)?;
        let mut rows = statement.query([path, revision])?;
        rows.next()?.map(|row| Ok(Self::read(row)?.2)).transpose()
    }

    /// Whose path it is, of which commit, and the row; an error where it is not what was written.
    pub fn read(row: &Row<'_>) -> Result<(u32, Number, Self), Fault> {
        let (path, revision) = (row.get(0)?, row.get(1)?);
        let found = Self {
            kind: row.get::<_, String>(2)?.into(),
            similarity: row.get(3)?,
            old_path: row.get(4)?,
            old: SideRow::read(row, 5)?,
            new: SideRow::read(row, 9)?,
            content: row.get::<_, String>(13)?.into(),
            added: row.get(14)?,
            deleted: row.get(15)?,
            places: row.get(16)?,
            hunks: row.get(17)?,
            makeup: row.get(18)?,
        };
        match found.sum(path, revision) == row.get::<_, u32>(19)? {
            true => Ok((path, revision, found)),
            false => Err(Fault::damaged("a change does not match its checksum")),
        }
    }

    /// A checksum of all of the row.
    fn sum(&self, path: u32, revision: Number) -> u32 {
        let mut data = Vec::with_capacity(128 + self.hunks.as_ref().map_or(0, Vec::len));
        // Nothing is told apart from a number, and where a text ends from where it begins.
        let number = |data: &mut Vec<u8>, number: Option<i64>| {
            data.push(u8::from(number.is_some()));
            data.extend_from_slice(&number.unwrap_or(0).to_le_bytes());
        };
        let text = |data: &mut Vec<u8>, text: Option<&[u8]>| {
            number(data, text.map(|text| text.len() as i64));
            data.extend_from_slice(text.unwrap_or_default());
        };
        let (old, new) = (&self.old, &self.new);
        for it in [
            Some(path),
            Some(revision),
            self.similarity,
            self.old_path,
            old.mode,
            old.lines,
            new.mode,
            new.lines,
            self.added,
            self.deleted,
            self.places,
        ] {
            number(&mut data, it.map(i64::from));
        }
        number(&mut data, old.bytes);
        number(&mut data, new.bytes);
        text(&mut data, Some(self.kind.as_bytes()));
        text(&mut data, Some(self.content.as_bytes()));
        text(&mut data, old.id.as_ref().map(<[u8; 20]>::as_slice));
        text(&mut data, new.id.as_ref().map(<[u8; 20]>::as_slice));
        text(&mut data, self.hunks.as_deref());
        text(&mut data, self.makeup.as_deref());
        crc32fast::hash(&data)
    }
}

/// What was counted, in one word, and the numbers.
fn content(lines: Lines) -> (&'static str, Option<(u32, u32, u32)>) {
    match lines {
        Lines::Counted { added, deleted, hunks } => ("text", Some((added, deleted, hunks))),
        Lines::Binary => ("binary", None),
        Lines::Submodule => ("submodule", None),
        Lines::Missing => ("missing", None),
        Lines::TooLarge => ("too-large", None),
        Lines::Unmerged => ("unmerged", None),
    }
}

/// The places of a change: for each the lines between it and the one before, the lines that went
/// and those that came, as numbers in groups of seven bits.
fn pack_hunks(hunks: &[Hunk]) -> Option<Vec<u8>> {
    if hunks.is_empty() {
        return None;
    }
    let (mut data, mut end) = (Vec::with_capacity(3 * hunks.len()), 0);
    for hunk in hunks {
        // Lines in front of the place: an empty side is named by the line before it.
        let before = hunk.old_start - u32::from(hunk.old_lines > 0);
        for number in [before - end, hunk.old_lines, hunk.new_lines] {
            chunk::push(&mut data, u64::from(number));
        }
        end = before + hunk.old_lines;
    }
    Some(data)
}

/// The places that [`pack_hunks`] packed.
fn unpack_hunks(data: &[u8]) -> Result<Vec<Hunk>, Fault> {
    let (mut rest, mut hunks) = (data, Vec::new());
    let (mut old_end, mut shift) = (0_u32, 0_i64);
    while !rest.is_empty() {
        let mut number = || chunk::take(&mut rest).map(|number| number as u32);
        let (gap, old_lines, new_lines) = (number()?, number()?, number()?);
        let before = old_end.wrapping_add(gap);
        let new_before = (i64::from(before) + shift) as u32;
        hunks.push(Hunk {
            old_start: before + u32::from(old_lines > 0),
            old_lines,
            new_start: new_before + u32::from(new_lines > 0),
            new_lines,
        });
        old_end = before.wrapping_add(old_lines);
        shift += i64::from(new_lines) - i64::from(old_lines);
    }
    Ok(hunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_as_they_were() {
        let hunks = vec![
            Hunk { old_start: 0, old_lines: 0, new_start: 1, new_lines: 2 },
            Hunk { old_start: 3, old_lines: 2, new_start: 4, new_lines: 0 },
            Hunk { old_start: 9, old_lines: 1, new_start: 9, new_lines: 5 },
        ];
        let packed = pack_hunks(&hunks).expect("there are some");
        assert_eq!(packed.len(), 9);
        assert_eq!(unpack_hunks(&packed).expect("whole"), hunks);
        assert_eq!(pack_hunks(&[]), None);
    }
}
