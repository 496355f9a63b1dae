//! The tables of the index, and whether a file has them.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::error::Fault;
use crate::history::PATIENCE;

/// The number of the format. Whatever has another one is rebuilt.
pub(crate) const FORMAT: i64 = 1;

/// `GHhi`: says to `file` and the like what this SQLite file is.
const APPLICATION: i64 = 0x4748_6869;

const TABLES: &str = include_str!("schema.sql");

/// Makes the tables where the file is new; an error where it is not ours, or of another format.
pub(crate) fn prepare(connection: &Connection) -> Result<(), Fault> {
    // What a file of somebody else holds must not run.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // References say what numbers mean; the order in which rows are written keeps them true.
    connection.pragma_update(None, "foreign_keys", false)?;
    if is_prepared(connection)? {
        return Ok(());
    }
    connection.pragma_update(None, "page_size", 8192)?;
    keep_a_log(connection)?;
    connection.execute_batch("BEGIN EXCLUSIVE")?;
    // Somebody else may have been faster.
    let outcome = is_prepared(connection).and_then(|is_prepared| {
        if !is_prepared {
            connection.execute_batch(TABLES)?;
            connection.pragma_update(None, "application_id", APPLICATION)?;
            connection.pragma_update(None, "user_version", FORMAT)?;
        }
        Ok(())
    });
    connection.execute_batch(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    outcome
}

/// Writes go to a log first, so that nobody who reads waits for somebody who writes.
fn keep_a_log(connection: &Connection) -> Result<(), Fault> {
    let begun = Instant::now();
    loop {
        let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()));
        // This is the one statement for which SQLite does not wait by itself.
        let is_busy = |error: &rusqlite::Error| {
            error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
        };
        match mode {
            Err(error) if is_busy(&error) && begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(2));
            }
            other => return Ok(other?),
        }
    }
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
    let mut known = String::new();
    let mut statement =
        connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        known.push_str(&row.get::<_, String>(0)?);
        known.push_str(";\n");
    }
    if words(&known) != words(TABLES) {
        return Err(Fault::damaged("its tables are not those of a history index"));
    }
    Ok(true)
}

/// The statements without comments and white space, which SQLite keeps in part.
fn words(sql: &str) -> String {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    lines.flat_map(str::chars).filter(|character| !character.is_whitespace()).collect()
}
