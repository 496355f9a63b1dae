//! Columns of facts in pieces, each with a checksum.
//!
//! A row of a table says nothing about whether it is what was written. Whatever the program itself
//! believes comes from here, where a flipped bit is noticed.

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Fault;

/// What a chunk holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// [`crate::graph::Node`]s of consecutive commits.
    Graph = 1,
    /// [`crate::graph::Detail`]s of consecutive commits.
    Details = 2,
    /// The changes of one file.
    File = 3,
    /// How many files directly in one directory each commit changed.
    Directory = 4,
    /// The identity of each person.
    Identities = 5,
    /// Which paths there are, in lists by hash.
    Names = 6,
    /// Checksums of rows.
    Sum = 7,
    /// How many files of one subsystem, the first component of their paths, each commit changed.
    Subsystem = 8,
}

/// How many commits one chunk of the graph covers.
pub(crate) const GRAPH_PART: u32 = 4096;
/// How many commits one chunk of a file or a directory covers.
pub(crate) const FILE_PART: u32 = 1 << 16;

/// The number of a chunk: its kind, the number of what it is about, and which part of that.
fn number(kind: Kind, key: u32, part: u32) -> i64 {
    (kind as i64) << 56 | i64::from(key) << 24 | i64::from(part & 0xff_ffff)
}

pub(crate) fn write(
    connection: &Connection,
    kind: Kind,
    key: u32,
    part: u32,
    data: &[u8],
) -> Result<(), Fault> {
    let number = number(kind, key, part);
    let mut bytes = Vec::with_capacity(data.len() + 4);
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(&checksum(number, data).to_le_bytes());
    connection
        .prepare_cached("INSERT OR REPLACE INTO chunk (number, data) VALUES (?1, ?2)")?
        .execute(params![number, bytes])?;
    Ok(())
}

/// The content of a chunk; `None` where there is none.
pub(crate) fn read(
    connection: &Connection,
    kind: Kind,
    key: u32,
    part: u32,
) -> Result<Option<Vec<u8>>, Fault> {
    let number = number(kind, key, part);
    let mut statement = connection.prepare_cached("SELECT data FROM chunk WHERE number = ?1")?;
    let data = statement.query_row([number], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    data.map(|data| checked(number, data)).transpose()
}

/// All parts of what a chunk is about, in order, which are so many.
pub(crate) fn read_all_parts(
    connection: &Connection,
    kind: Kind,
    key: u32,
    count: u32,
) -> Result<Vec<(u32, Vec<u8>)>, Fault> {
    let parts = read_parts(connection, kind, key)?;
    match parts.len() == count as usize {
        true => Ok(parts),
        false => Err(Fault::damaged("a part of the changes of a path is missing")),
    }
}

/// All parts of what a chunk is about, in order.
pub(crate) fn read_parts(
    connection: &Connection,
    kind: Kind,
    key: u32,
) -> Result<Vec<(u32, Vec<u8>)>, Fault> {
    let (first, last) = (number(kind, key, 0), number(kind, key, u32::MAX));
    let mut statement = connection.prepare_cached(
        "SELECT number, data FROM chunk WHERE number BETWEEN ?1 AND ?2 ORDER BY number",
    )?;
    let mut rows = statement.query([first, last])?;
    let mut parts = Vec::new();
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        parts.push(((number & 0xff_ffff) as u32, checked(number, row.get(1)?)?));
    }
    Ok(parts)
}

/// Visits every part of everything of a kind: what it is about, which part of that, and the data.
pub(crate) fn visit_all(
    connection: &Connection,
    kind: Kind,
    mut visit: impl FnMut(u32, u32, &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let (first, last) = (number(kind, 0, 0), number(kind, u32::MAX, u32::MAX));
    let mut statement = connection.prepare_cached(
        "SELECT number, data FROM chunk WHERE number BETWEEN ?1 AND ?2 ORDER BY number",
    )?;
    let mut rows = statement.query([first, last])?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let data = checked(number, row.get(1)?)?;
        visit((number >> 24) as u32, (number & 0xff_ffff) as u32, &data)?;
    }
    Ok(())
}

fn checked(number: i64, mut data: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let damaged = || Fault::damaged(format!("chunk {number:x} does not match its checksum"));
    let length = data.len().checked_sub(4).ok_or_else(damaged)?;
    let sum = data.split_off(length);
    if checksum(number, &data).to_le_bytes()[..] != sum[..] {
        return Err(damaged());
    }
    Ok(data)
}

/// Of the number too, so that a chunk in the place of another is noticed.
fn checksum(number: i64, data: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(data);
    hasher.finalize()
}

/// Appends a number in groups of seven bits, the lowest first.
pub(crate) fn push(data: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        data.push(number as u8 | 0x80);
        number >>= 7;
    }
    data.push(number as u8);
}

/// Takes a number from the front.
pub(crate) fn take(data: &mut &[u8]) -> Result<u64, Fault> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) =
            data.split_first().ok_or_else(|| Fault::damaged("a chunk ends in a number"))?;
        *data = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Fault::damaged("a number in a chunk does not end"))
}

/// Takes a number of 32 bits from the front.
pub(crate) fn take_small(data: &mut &[u8]) -> Result<u32, Fault> {
    let number = take(data)?;
    u32::try_from(number).map_err(|_| Fault::damaged("a number in a chunk is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_they_were() {
        let mut data = Vec::new();
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        numbers.iter().for_each(|number| push(&mut data, *number));
        let mut rest = &data[..];
        for number in numbers {
            assert_eq!(take(&mut rest).expect("it is there"), number);
        }
        assert!(take(&mut rest).is_err());
    }

    #[test]
    fn any_changed_byte_of_a_chunk_is_noticed() {
        let connection = Connection::open_in_memory().expect("memory is there");
        crate::schema::prepare(&connection, &|| {}, Some(&[])).expect("tables can be made");
        write(&connection, Kind::File, 7, 0, b"some facts").expect("it can be written");
        let whole: Vec<u8> =
            connection.query_row("SELECT data FROM chunk", [], |row| row.get(0)).expect("one row");
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            connection.execute("UPDATE chunk SET data = ?1", [changed]).expect("it can be written");
            let found = read(&connection, Kind::File, 7, 0);
            assert!(matches!(found, Err(Fault::Damaged(_))), "byte {place}");
        }
    }
}
