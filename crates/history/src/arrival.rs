//! Whether objects that were missing are here now.

use gitops_health_git::{Mode, ObjectId, Repo};
use rusqlite::{Connection, Row};

use crate::error::Fault;
use crate::graph::flag;
use crate::history::History;

/// How many commits and how many changes are asked about.
const SAMPLE: usize = 64;

impl History {
    /// Whether most of what could not be looked at could be now, such as after a partial clone got
    /// all blobs or a lost object was put back. A partial clone gets a few blobs now and then: that
    /// is no reason to make an index anew.
    pub(crate) fn can_know_more(&self, repo: &Repo) -> Result<bool, Fault> {
        let is_whole = |number: usize| {
            let node = self.graph.node(number as u32);
            !node.is(flag::UNREAD) && !node.is(flag::NOT_ALL_COUNTED)
        };
        if (0..self.graph.len()).all(is_whole) {
            return Ok(false);
        }
        // What a submodule is at is no object of this repository.
        let submodule = Mode::Submodule.octal();
        let changes = format!(
            "SELECT CASE old_mode WHEN {submodule} THEN NULL ELSE old_id END,
                    CASE new_mode WHEN {submodule} THEN NULL ELSE new_id END
             FROM change WHERE content = 'missing'"
        );
        let commits = "SELECT lacks, NULL FROM revision WHERE lacks IS NOT NULL GROUP BY lacks";
        for query in [commits, &changes] {
            let lacking = lacking(&self.connection, query)?;
            // What can't be known is not here.
            let is_held = |id: &ObjectId| repo.holds(*id).unwrap_or(false);
            let is_here = |ids: &&[Option<ObjectId>; 2]| ids.iter().flatten().all(is_held);
            if 2 * lacking.iter().filter(is_here).count() > lacking.len() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn lacking(connection: &Connection, query: &str) -> Result<Vec<[Option<ObjectId>; 2]>, Fault> {
    let mut statement = connection.prepare(&format!("{query} LIMIT {SAMPLE}"))?;
    let id = |row: &Row<'_>, column: usize| -> rusqlite::Result<Option<ObjectId>> {
        let bytes: Option<[u8; 20]> = row.get(column)?;
        Ok(bytes.map(ObjectId::from_bytes))
    };
    let rows = statement.query_map([], |row| Ok([id(row, 0)?, id(row, 1)?]))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
