//! The tables of the index, and whether a file has them.

use rusqlite::{Connection, params};

use crate::error::Fault;
use crate::history::while_busy;

/// The number of the format. Whatever has another one is rebuilt.
pub(crate) const FORMAT: i64 = 6;

/// `GHhi`: says to `file` and the like what this SQLite file is.
const APPLICATION: i64 = 0x4748_6869;

const TABLES: &str = include_str!("schema.sql");

/// What is noted when the tables are made: a key, and a value.
pub(crate) type Meta<'a> = (&'a str, &'a [u8]);

/// Makes the tables where the file is new, with what `first` says in `meta`, or is an error where it
/// says nothing; an error too where it is not ours, or of another format.
pub(crate) fn prepare(
    connection: &Connection,
    waiting: &dyn Fn(),
    first: Option<&[Meta<'_>]>,
) -> Result<(), Fault> {
    // What a file of somebody else holds must not run.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // References say what numbers mean; the order in which rows are written keeps them true.
    connection.pragma_update(None, "foreign_keys", false)?;
    if while_busy(connection, waiting, || is_prepared(connection))? {
        return Ok(());
    }
    let first = first.ok_or(Fault::Empty)?;
    connection.pragma_update(None, "page_size", 8192)?;
    // Writes go to a log first, so that nobody who reads waits for somebody who writes.
    while_busy(connection, waiting, || {
        Ok(connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?)
    })?;
    while_busy(connection, waiting, || Ok(connection.execute_batch("BEGIN EXCLUSIVE")?))?;
    // Somebody else may have been faster.
    let outcome = is_prepared(connection).and_then(|is_prepared| {
        if !is_prepared {
            connection.execute_batch(TABLES)?;
            for (key, value) in first {
                let row = params![key, value];
                connection.execute("INSERT INTO meta (key, value) VALUES (?1, ?2)", row)?;
            }
            connection.pragma_update(None, "application_id", APPLICATION)?;
            connection.pragma_update(None, "user_version", FORMAT)?;
        }
        Ok(())
    });
    connection.execute_batch(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    outcome
}

fn is_prepared(connection: &Connection) -> Result<bool, Fault> {
    let number = |pragma: &str| -> Result<i64, rusqlite::Error> {
        connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
    };
    let (application, format) = (number("application_id")?, number("user_version")?);
    if (application, format) == (0, 0) {
        let objects: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        return match objects {
            0 => Ok(false),
            _ => Err(Fault::damaged("it holds something else")),
        };
    }
    if application != APPLICATION {
        return Err(Fault::damaged("it is not a history index"));
    }
    if format != FORMAT {
        return Err(Fault::damaged(format!("it has format {format}, and this program {FORMAT}")));
    }
    let mut statement =
        connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")?;
    let known = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    if !known.iter().eq(statements()) {
        return Err(Fault::damaged("its tables are not those of a history index"));
    }
    Ok(true)
}

/// The statements of [`TABLES`], as SQLite keeps them: without the comments before them.
fn statements() -> impl Iterator<Item = &'static str> {
    TABLES.split_terminator(";\n").map(|statement| {
        let mut rest = statement.trim_start();
        while let Some((_, below)) = rest.starts_with("--").then(|| rest.split_once('\n')).flatten()
        {
            rest = below.trim_start();
        }
        rest
    })
}
