//! What stands below the names of columns.

use super::columns::Columns;
use super::lines::LONGEST_HEADER_WITHIN;
use super::rows::{Row, Rows};
use super::{Place, is_telling, was_value};
use crate::finding::Finding;
use crate::structure::{Layout, quote, value};
use crate::what::What;

/// So many lines without a value end a table that is not all of its document.
const MOST_UNFIT: usize = 16;

/// The most fields behind those of the columns that are looked at, as where a name has a comma in it.
pub(super) const MOST_SURPLUS: usize = 4;

/// A table that is read.
pub(super) struct Table<'a, 'b> {
    pub bytes: &'a [u8],
    pub columns: Columns,
    pub place: Place,
    pub layout: &'b mut Layout,
}

impl Table<'_, '_> {
    /// Reads the rows; says where the last one ends. Names of other columns among them begin another table.
    pub fn read(mut self, mut rows: Rows<'_>) -> usize {
        let (mut row, mut unfit, mut end) = (Row::default(), 0, rows.at);
        loop {
            let begin = rows.at;
            if rows.read_into(&mut row, self.columns.count + MOST_SURPLUS).is_none() {
                return end.min(self.bytes.len());
            }
            if row.count == 0 {
                if self.place == Place::NearTop {
                    self.place = Place::Within;
                }
                continue;
            }
            let found = self.found(&row);
            let is_row = self.is_row(&row, &found);
            if !is_row && let Some(columns) = other_columns(&rows, begin) {
                self.columns = columns;
                continue;
            }
            if is_row || self.place == Place::First && self.is_even(&row) {
                self.layout.unit(begin..rows.at);
                self.layout.findings.extend(found);
                (end, unfit) = (rows.at, 0);
                continue;
            }
            unfit += 1;
            if unfit > MOST_UNFIT && self.place != Place::First {
                return end.min(self.bytes.len());
            }
        }
    }

    /// The values of a row. Of one that is longer than the names of columns, as where a name has a comma in it,
    /// what stands further behind may be meant, too.
    fn found(&self, row: &Row) -> Vec<Finding> {
        let surplus = row.filled.saturating_sub(self.columns.named).min(MOST_SURPLUS);
        let mut findings = Vec::new();
        for column in &self.columns.known {
            let mut add = |place: usize| {
                let span = quote::within(self.bytes, row.fields.get(place)?.clone());
                let finding = value::found(self.bytes, span, column.what)?;
                findings.push(Finding { field: Some(column.field.clone()), ..finding });
                Some(())
            };
            let is_found = add(column.place).is_some();
            if matches!(column.what, What::Name | What::Address) {
                let is_part = |place: &usize| {
                    let span = row.cell(self.bytes, *place);
                    span.is_some_and(|span| value::is_beside(What::Name, &self.bytes[span]))
                };
                let parts = column.place + 1..=column.place + surplus;
                for place in parts.filter(is_part) {
                    add(place);
                }
            } else if surplus > 0 && !is_found {
                add(column.place + surplus);
            }
        }
        findings
    }

    /// Whether a row has a field for each column, and no more.
    fn is_even(&self, row: &Row) -> bool {
        row.count == self.columns.count || row.filled == self.columns.named
    }

    /// Whether the values of a row say that it is one of the table: any where it has a field for each column in a
    /// document that is a table, and else one that is no word, unless all of them are.
    fn is_row(&self, row: &Row, found: &[Finding]) -> bool {
        let is_even = self.is_even(row);
        if is_even && self.place == Place::First {
            return !found.is_empty();
        }
        let are_all_words = self.columns.known.iter().all(|it| is_word(it.what));
        self.columns.known.iter().any(|column| {
            let Some(span) = row.cell(self.bytes, column.place) else { return false };
            let is_enough = is_even && self.place == Place::NearTop
                || are_all_words && row.filled > 1
                || !is_word(column.what);
            let text = &self.bytes[span];
            is_enough && (is_telling(column.what, text) || was_value(text))
        })
    }
}

/// The columns that a row names which is none of the table before it.
fn other_columns(rows: &Rows<'_>, begin: usize) -> Option<Columns> {
    let mut ahead = rows.clone();
    ahead.at = begin;
    Columns::read(rows.bytes, &mut ahead, LONGEST_HEADER_WITHIN)
        .filter(|columns| columns.are_all_words)
}

/// Whether what a column holds are words, as they are anywhere.
fn is_word(what: What) -> bool {
    matches!(what, What::Name | What::Address)
}

#[cfg(test)]
mod tests {
    use crate::structure::table::tests::{found, values};

    #[test]
    fn rows_may_have_more_or_fewer_fields_than_there_are_names() {
        for (text, expected) in [
            (
                "m~rn,last_name,ward\n4829~1734,Thorn~bury\n4829~1735,Ash~down,7\n4829~1736,Mar~lowe,7,x\n",
                &["48291734", "Thornbury", "48291735", "Ashdown", "48291736", "Marlowe"][..],
            ),
            ("m~rn,last_name,\n4829~1734,Thorn~bury\n", &["48291734", "Thornbury"]),
            ("m~rn,last_name\n4829~1734,Thorn~bury,\n", &["48291734", "Thornbury"]),
            ("m~rn,last_name,ward\n4829~1734,Thorn~bury,7\nTotal: 1\n", &["48291734", "Thornbury"]),
            (",m~rn,last_name\n0,4829~1734,Thorn~bury\n", &["48291734", "Thornbury"]),
            ("m~rn,last_name\n4829~1734\nTotal: 1000\nTotal,2\n", &["48291734"]),
            (
                "m~rn,name,dob\n4829~1734,Thorn~bury, Margaret~,1971~-03-12\n",
                &["48291734", "Thornbury", "Margaret", "1971-03-12"],
            ),
            ("m~rn,x\n4829~1734,a,b,c\n1,2,3\n", &["48291734"]),
            ("m~rn,last_name,-\n4829~1734,Thorn~bury,7\n", &["48291734", "Thornbury"]),
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_added_to_a_clean_table_is_found() {
        for text in [
            "Report\n\nm~rn,last_name\n[MRN],[NAME]\n[MRN],[NAME]\n4829~1734,Thorn~bury\n",
            "Report\n\nm~rn,last_name\n00000000,Xxxxx\n00000000,Xxxxx\n4829~1734,Thorn~bury\n",
            "m~rn,last_name\n[MRN],[NAME],x\n[MRN]\n4829~1734,Thorn~bury\n",
        ] {
            let values = values(text);
            assert_eq!(values[values.len() - 2..], ["48291734", "Thornbury"], "{text}");
        }
        assert_eq!(values("m~rn\n[MRN]\n00000000\n4829~1734\n"), ["48291734"]);
    }

    #[test]
    fn names_of_other_columns_begin_another_table() {
        let text =
            "m~rn,last_name\n4829~1734,Thorn~bury\n\nward,m~rn,dob\n7,4829~1735,1971~-03-12\n";
        let fields: Vec<String> = found(text).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["mrn", "last_name", "mrn", "dob"].map(|it| format!("column {it}")));
    }
}
