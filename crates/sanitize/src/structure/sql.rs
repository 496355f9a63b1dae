//! Rows in scripts of databases: `INSERT ... VALUES`, `INSERT ... SELECT` and `COPY ... FROM stdin`, by the columns
//! that they name, or that the script has made the table with.

pub(super) mod conditions;
mod copied;
mod created;
mod cursor;

use std::ops::Range;

use super::keys::{self, Strength};
use super::{Layout, calls, glue, split, trimmed, value};
use crate::finding::Finding;
use crate::small::small;
use crate::what::What;
use created::Created;
use cursor::{Cursor, Within, is_of_word};

/// How many texts and remarks may have no end until the rest is passed over.
const MOST_ENDLESS: usize = 16;

/// The longest text of which the lines are values by themselves, in bytes.
const LONGEST_LINES: usize = 1024;

/// Words that statements with rows have.
pub(super) const WORDS: [&[u8]; 8] =
    [b"INTO", b"into", b"Into", b"INSERT", b"insert", b"Insert", b"COPY", b"copy"];

/// Reads the rows of a script, or of a script within anything else.
pub(super) fn read(bytes: &[u8], layout: &mut Layout) {
    let mut created = None;
    let mut endless = 0;
    for word in WORDS {
        let mut at = 0;
        while let Some(found) = memchr::memmem::find(&bytes[at..], word) {
            let begin = at + found;
            at = begin + word.len();
            if !is_statement(bytes, begin, word) {
                continue;
            }
            let mut cursor = Cursor::new(bytes, at);
            match word.eq_ignore_ascii_case(b"copy") {
                true => read_copy(&mut cursor, layout),
                false => read_insert(&mut cursor, word, &mut created, layout),
            };
            at = cursor.at.max(at);
            endless += usize::from(cursor.is_endless);
            if endless > MOST_ENDLESS {
                return;
            }
        }
    }
}

fn read_copy(cursor: &mut Cursor<'_>, layout: &mut Layout) -> Option<()> {
    cursor.table().filter(|name| !name.is_empty())?;
    let columns = cursor.columns()?;
    copied::read(cursor, &columns, layout);
    Some(())
}

fn read_insert<'a>(
    cursor: &mut Cursor<'a>,
    word: &[u8],
    created: &mut Option<Created<'a>>,
    layout: &mut Layout,
) -> Option<()> {
    let (name, has_rows) = cursor.target()?;
    let name = &cursor.bytes[name];
    // `INSERT INTO` is read at its second word.
    let is_insert = word.eq_ignore_ascii_case(b"insert");
    let mut words = name.split(u8::is_ascii_whitespace);
    if is_insert && words.any(|word| word.eq_ignore_ascii_case(b"into")) {
        return None;
    }
    if has_rows {
        let created = created.get_or_insert_with(|| Created::read(cursor.bytes));
        inserted(cursor, created.columns(name)?, layout);
        return Some(());
    }
    let columns = cursor.columns()?;
    if cursor.values().is_some() {
        inserted(cursor, &columns, layout);
        parameters(cursor, &columns, layout);
    } else if cursor.word(b"select").is_some() {
        selected(cursor, &columns, layout);
    }
    Some(())
}

/// Whether a word is the one of a statement: `INTO` behind `INSERT` or `REPLACE`, `INSERT` that is no part of another
/// word, `COPY` at the beginning of a line.
pub(super) fn is_statement(bytes: &[u8], at: usize, word: &[u8]) -> bool {
    if !bytes.get(at + word.len()).is_some_and(u8::is_ascii_whitespace) {
        return false;
    }
    let before = &bytes[at.saturating_sub(32)..at];
    if word.eq_ignore_ascii_case(b"copy") {
        let before = before.strip_suffix(b"\\").unwrap_or(before);
        return before.is_empty() || before.ends_with(b"\n");
    }
    if word.eq_ignore_ascii_case(b"insert") {
        return !before.last().is_some_and(is_of_word);
    }
    let trimmed = small(before.trim_ascii_end());
    let verbs = [&b"insert"[..], b"replace", b"ignore", b"_priority", b"delayed"];
    trimmed.len() < before.len() && verbs.iter().any(|verb| trimmed.ends_with(verb))
}

/// What a column holds, and how it is called; nothing where that is not known.
type Column = Option<(What, String)>;

/// What the name of a column says, without its quotes.
fn column(name: &[u8]) -> Option<((What, String), Strength)> {
    let (what, strength) = keys::key(name)?;
    let name = String::from_utf8_lossy(keys::plain(name));
    Some(((what, format!("column {name}")), strength))
}

/// Reads rows in brackets. Of one that is broken off with the script what it has counts.
fn inserted(cursor: &mut Cursor<'_>, columns: &[Column], layout: &mut Layout) {
    loop {
        cursor.word(b"row");
        if cursor.pass(b'(').is_none() {
            return;
        }
        let row = items(cursor, Within::Row, columns.len());
        let is_whole = cursor.pass(b')').is_some();
        let is_row = match is_whole {
            true => row.len() == columns.len(),
            false => row.len() <= columns.len() && cursor.is_at_end(),
        };
        if is_row {
            add_row(cursor.bytes, row, columns, layout);
        }
        if !is_whole || cursor.pass(b',').is_none() {
            return;
        }
    }
}

/// Reads the values that a program gives a statement behind its string: `"... VALUES (?, ?)", ("...", "...")`.
fn parameters(cursor: &mut Cursor<'_>, columns: &[Column], layout: &mut Layout) {
    let bytes = cursor.bytes;
    let is_end = |byte: &u8| b"\"'`;".contains(byte) || byte.is_ascii_whitespace();
    let is_open = |byte: &u8| b"([{".contains(byte) || byte.is_ascii_whitespace();
    let is_between = |byte: &u8| b")]},([{".contains(byte) || byte.is_ascii_whitespace();
    let count = |at: usize, is_part: &dyn Fn(&u8) -> bool| {
        let rest = bytes.get(at..).unwrap_or_default();
        rest.iter().take(keys::LONGEST).take_while(|byte| is_part(byte)).count()
    };
    let end = cursor.at + count(cursor.at, &is_end);
    let is_string = bytes[cursor.at.min(end)..end].iter().any(|byte| b"\"'`".contains(byte));
    if !is_string || bytes.get(end) != Some(&b',') {
        return;
    }
    let mut at = end + 1 + count(end + 1, &is_open);
    loop {
        let (row, end) = calls::literals(bytes, at, bytes.len());
        if row.len() != columns.len() {
            return;
        }
        cursor.at = end;
        add_row(bytes, row.into_iter().map(|literal| literal.span).collect(), columns, layout);
        at = end + count(end, &is_between);
    }
}

/// Reads the rows of what a query names with its columns: `WITH x (mrn, last_name) AS (VALUES (...))`.
pub(super) fn read_named(bytes: &[u8], stems: &[Range<usize>], layout: &mut Layout) {
    let mut at = 0;
    for stem in stems {
        let first = stem.start.saturating_sub(LONGEST_COLUMNS).max(at);
        if stem.start < at || !is_column_of_list(bytes, stem) {
            continue;
        }
        let Some(open) = memchr::memrchr(b'(', &bytes[first..stem.start]) else { continue };
        let mut cursor =
            Cursor::new(&bytes[..bytes.len().min(stem.end + LONGEST_NAMED)], first + open);
        let mut rows = || {
            let columns = cursor.columns()?;
            cursor.word(b"as")?;
            cursor.pass(b'(')?;
            cursor.word(b"values")?;
            inserted(&mut cursor, &columns, layout);
            Some(())
        };
        if rows().is_some() {
            at = cursor.at;
        }
    }
}

/// Whether a stem is a part of a word that may be one of a list of columns.
fn is_column_of_list(bytes: &[u8], stem: &Range<usize>) -> bool {
    let rest = &bytes[stem.end..bytes.len().min(stem.end + keys::LONGEST)];
    let rest = &rest[rest.iter().take_while(|byte| is_of_word(byte)).count()..];
    let rest = rest.strip_prefix(b"\"").unwrap_or(rest).trim_ascii_start();
    match rest {
        [b',', ..] => true,
        [b')', rest @ ..] => {
            let rest = rest.trim_ascii_start();
            rest.get(..2).is_some_and(|word| word.eq_ignore_ascii_case(b"as"))
        }
        _ => false,
    }
}

/// The longest list of columns of a query that is named, and so much of its rows is read, in bytes.
const LONGEST_COLUMNS: usize = 512;
const LONGEST_NAMED: usize = 1 << 16;

/// Reads rows that are queries of nothing: `SELECT 1, 'x' UNION ALL SELECT 2, 'y'`.
fn selected(cursor: &mut Cursor<'_>, columns: &[Column], layout: &mut Layout) {
    loop {
        let row = items(cursor, Within::Query, columns.len());
        if row.len() == columns.len() {
            add_row(cursor.bytes, row, columns, layout);
        }
        let is_last = cursor.word(b"union").is_none();
        cursor.word(b"all");
        if is_last || cursor.word(b"select").is_none() {
            return;
        }
    }
}

/// The values between commas.
fn items(cursor: &mut Cursor<'_>, within: Within, columns: usize) -> Vec<Range<usize>> {
    let mut row = Vec::new();
    while let Some(span) = cursor.item(within) {
        // What is more than the columns is of no use, and may be much.
        if row.len() <= columns {
            row.push(span);
        }
        if cursor.pass(b',').is_none() {
            break;
        }
    }
    row
}

/// Adds the values of a row, which is about one person.
fn add_row(bytes: &[u8], row: Vec<Range<usize>>, columns: &[Column], layout: &mut Layout) {
    if let (Some(first), Some(last)) = (row.first(), row.last()) {
        layout.unit(first.start..last.end);
    }
    for (span, column) in row.into_iter().zip(columns) {
        if let Some((what, name)) = column {
            add(bytes, span, *what, name, layout);
        }
    }
}

/// Adds a value, or those that are the lines of a text.
fn add(bytes: &[u8], span: Range<usize>, what: What, name: &str, layout: &mut Layout) {
    let is_short = span.len() <= LONGEST_LINES;
    if let Some(parts) = is_short.then(|| glue::parts(bytes, &span)).flatten() {
        return add_parts(bytes, parts, what, name, layout);
    }
    let is_text = matches!(what, What::Name | What::Address) && is_short;
    if is_text && memchr::memchr(b'\n', &bytes[span.clone()]).is_some() {
        for line in split(bytes, span, b'\n') {
            add_value(bytes, line, what, name, layout);
        }
        return;
    }
    add_value(bytes, span, what, name, layout);
}

/// Adds the parts of a value that stand in one string of a program each: what is between them is code.
fn add_parts(bytes: &[u8], parts: Vec<Range<usize>>, what: What, name: &str, layout: &mut Layout) {
    let texts: Vec<&[u8]> = parts.iter().map(|part| &bytes[part.clone()]).collect();
    let is_value = value::has_shape(what, texts.concat().trim_ascii());
    for part in parts.into_iter().map(|part| trimmed(bytes, part)) {
        let has_word =
            bytes[part.clone()].iter().any(|it| it.is_ascii_alphanumeric() || *it >= 0x80);
        match is_value && has_word {
            true => push(value::as_found(bytes, what, part), name, layout),
            false => add_value(bytes, part, what, name, layout),
        }
    }
}

fn add_value(bytes: &[u8], span: Range<usize>, what: What, name: &str, layout: &mut Layout) {
    if let Some(finding) = value::found(bytes, span, what) {
        push(finding, name, layout);
    }
}

fn push(finding: Finding, name: &str, layout: &mut Layout) {
    layout.findings.push(Finding { field: Some(name.to_owned()), ..finding });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::tests::{assert_counts, found_by, plain, values_by, with_stems};

    fn found(text: &str) -> Vec<(String, String)> {
        found_by(read, text)
    }

    // Synthetic, and put together here so that no scanner stops at this page.
    const INSERT: &str =
        concat!("insert", " into `t` (id, ", "`Patient_Name`, ", "[dob], email) values");

    #[test]
    fn rows_are_read_by_the_columns_of_the_statement() {
        let rows = [
            "(1, 'Jane O''Neil', DATE '1980~-01-31', NULL)",
            "(2, N'Jo\\'an, Roe', upper('Roe, Jo'), lower(concat('a', (1))))",
            "(f(1, ')'), \"John~ Doe\", '01/31~/1981', 'j@~clinic.example');",
        ];
        let found = found(&[INSERT, " ", &rows.join(",\n")].concat());
        let values: Vec<&str> = found.iter().map(|(_, value)| &value[..]).collect();
        assert_eq!(values[0..2], ["Jane O''Neil", &plain("1980~-01-31")]);
        assert_eq!(
            values[values.len() - 3..],
            ["John~ Doe", "01/31~/1981", "j@~clinic.example"].map(plain)
        );
        assert_eq!(found[0].0, "column Patient_Name");
    }

    #[test]
    fn dumps_are_read_up_to_their_mark() {
        let head = ["COPY public.t (mrn, note, \"dob\")", " FROM stdin;"].concat();
        let lines = [
            &head[..],
            "4711\tfree text\t1980~-01-31",
            "4712\t\\N\t\\N",
            "4713\tx",
            "\\.",
            "4714\tx\t1980~-01-31",
        ];
        assert_eq!(values(&lines.join("\n")), ["4711", "1980~-01-31", "4712"].map(plain));
    }

    #[test]
    fn rows_without_names_are_those_of_the_table_that_was_made() {
        let table = [
            "CREATE TABLE IF NOT EXISTS `d`.`t` (",
            "  `id` decimal(10,2) NOT NULL,\n  mrn varchar(20), [last name] text,",
            "  PRIMARY KEY (`id`), KEY x (mrn, id)\n) ENGINE=x;\n",
        ];
        let rows = "INSERT INTO `t` VALUES (1,'4711','Roe'),(2,'4712',NULL);\ninsert into u values (1,'4711','Roe')";
        assert_eq!(values(&[&table.concat(), rows].concat()), ["4711", "Roe", "4712"]);
        assert!(found(rows).is_empty());
    }

    fn values(text: &str) -> Vec<String> {
        values_by(read, text)
    }

    #[test]
    fn values_end_with_the_strings_of_programs() {
        for glue in ["\"\n    \"", "\" +\n    \"", "\" . \""] {
            let text = format!(
                "x = \"INSERT INTO t (m~rn, address) VALUES ('8817~2635', '12 Elm{glue} Street')\""
            );
            assert_eq!(values(&text), ["88172635", "12 Elm", "Street"], "{text}");
        }
        let text = "\"INSERT INTO t (m~rn, address) VALUES ('8817~2635', '\" + street + \"')\"";
        assert_eq!(values(text), ["88172635"]);
    }

    // Synthetic, with `~` for nothing.
    #[test]
    fn remarks_say_nothing() {
        let script = [
            "INSERT INTO t -- x\n (m~rn, -- the number\n last_name /* family */) VALUES -- rows\n",
            "(8817~2635, 'Zwyr~tkova'), -- it's (one)\n/* (2, 'two') */\n",
            "(8817~2636 /* x */, 'Quill~feather' -- y\n)\n# three\n, ('8817~2637', 'Thorn~bury');",
            "insert into t (m~rn) values /* no end (8817~2638)",
        ];
        let expected =
            ["88172635", "Zwyrtkova", "88172636", "Quillfeather", "88172637", "Thornbury"];
        assert_eq!(values(&script.concat()), expected);
    }

    #[test]
    fn statements_of_all_databases_are_read() {
        for text in [
            "INSERT [dbo].[Patients] ([M~RN],[LastName]) VALUES (8817~2635, N'Zwyr~tkova')\nGO",
            "WHEN NOT MATCHED THEN INSERT (m~rn, last_name) VALUES (8817~2635, 'Zwyr~tkova');",
            "INSERT INTO t (m~rn, last_name) OUTPUT inserted.id VALUES (8817~2635, 'Zwyr~tkova')",
            "INSERT INTO t (m~rn, last_name) OVERRIDING SYSTEM VALUE VALUES (8817~2635, 'Zwyr~tkova')",
            "INSERT LOW_PRIORITY INTO t (m~rn, last_name) VALUES ROW(8817~2635, 'Zwyr~tkova')",
            "INSERT INTO t (m~rn, last_name) VALUES (CAST(8817~2635 AS TEXT), $$Zwyr~tkova$$)",
            "INSERT INTO t (m~rn, last_name) VALUES (CONVERT(CHAR(20), 8817~2635), $q$Zwyr~tkova$q$)",
            "INSERT INTO t (m~rn, last_name, x) VALUES (8817~2635, 'Zwyr~tkova', 'a;\n(b), ''c')",
            "INSERT INTO t (m~rn, last_name) SELECT 8817~2635 AS m~rn, 'Zwyr~tkova' AS n FROM dual",
            "q(\"INSERT INTO t (m~rn, last_name) SELECT 8817~2635, 'Zwyr~tkova'\", x)",
            "q('INSERT INTO t (m~rn, last_name) VALUES (?, ?)', ('8817~2635', 'Zwyr~tkova'))",
            "q(\"insert into t (m~rn, last_name) values (%s, %s);\", [(8817~2635, 'Zwyr~tkova'),])",
            "q(\"INSERT INTO t (m~rn, last_name) VALUES ($1, $2)\", \"8817~2635\", \"Zwyr~tkova\")",
            "q('INSERT INTO t (m~rn, last_name) SELECT 8817~2635, \"Zwyr~tkova\"', x)",
            "INSERT INTO t (m~rn, last_name) VALUES (8817~2635, 'Zwyr~tkova'), ('{{ x }}', $1)",
        ] {
            assert_eq!(values(text), ["88172635", "Zwyrtkova"], "{text}");
        }
        let rows = "insert into t (m~rn, last_name) select 1234, 'Zwyr~tkova' union all select 1235, 'Ro~e'";
        assert_eq!(values(rows), ["1234", "Zwyrtkova", "1235", "Roe"]);
        let address = "INSERT INTO t (m~rn, address) VALUES (1234, '12 El~m Street\nSpring~field')";
        assert_eq!(values(address), ["1234", "12 El~m Street", "Spring~field"].map(plain));
    }

    #[test]
    fn rows_that_a_query_names_are_read() {
        let values = |text: &str| values_by(with_stems(read_named), text);
        for text in [
            "WITH x(m~rn,last_name) AS (VALUES ('8817~2635','Zwyr~tkova')) SELECT * FROM x",
            "with x (last_name, \"m~rn\") as (\n values ('Zwyr~tkova', 8817~2635)\n)",
        ] {
            let mut found = values(text);
            found.sort();
            assert_eq!(found, ["88172635", "Zwyrtkova"], "{text}");
        }
        assert_counts(
            values,
            [("(mrn,".repeat(200_000), 0), ("(mrn, a) as (values (".repeat(100_000), 0)],
        );
    }

    #[test]
    fn copies_may_have_commas() {
        for (form, rows) in [
            (" WITH CSV;", "1234,\"Zwyr~tkova\"\n1235,Ro~e"),
            (" WITH (FORMAT csv, HEADER);", "mrn,last_name\r\n1234,Zwyr~tkova\r\n1235,\"Ro~e\"\r"),
            (" WITH (\n  FORMAT csv\n);", "1234,Zwyr~tkova\n1235,Ro~e"),
            ("\nWITH CSV DELIMITER ';'", "1234;Zwyr~tkova\n1235;Ro~e"),
            (" (DELIMITER '|');", "1234|Zwyr~tkova\n1235|Ro~e"),
            (" csv", "1234,Zwyr~tkova\n1,\"\"\"x\n\"\"\n\",y\n1235,Ro~e"),
            (" csv", "1234,Zwyr~tkova\n1235,Ro~e\n1236,\"x"),
        ] {
            let text = format!("COPY t (m~rn, last_name) FROM stdin{form}\n{rows}\n\\.\n1236,Doe");
            let found = values(&text);
            let expected = ["1234", "Zwyrtkova", "1235", "Roe"];
            assert!(found.iter().take(4).eq(&expected), "{text} {found:?}");
        }
        let name = "\\copy t (m~rn, last_name) from stdin csv\n1234,\"Zwyr~tkova, Ann\"\n";
        assert_eq!(values(name), ["1234", "Zwyrtkova, Ann"]);
    }

    #[test]
    fn a_script_that_is_broken_off_is_understood_up_to_there() {
        let rows = " (1, 'Ja~ne Roe', '1980~-01-31', NULL), (2, 'Jo~hn Doe', '1981~-02";
        assert_eq!(
            values(&[INSERT, rows].concat()),
            ["Ja~ne Roe", "1980~-01-31", "Jo~hn Doe"].map(plain)
        );
        for (rows, last) in [
            (" (1, 'Ja~ne Roe', ", "Ja~ne Roe"),
            (" (1, 'Ja~ne Roe'", "Ja~ne Roe"),
            (" (1, 'Jane", "Jane"),
        ] {
            assert_eq!(found(&[INSERT, rows].concat())[0].1, plain(last), "{rows}");
        }
        assert!(found(&[INSERT, " (1, 'it is\nno text"].concat()).is_empty());
        let head =
            ["COPY public.t (mrn, note, \"dob\")", " FROM stdin;\n4711\tx\t\n4712\ty"].concat();
        assert_eq!(values(&head), ["4711", "4712"]);
    }

    #[test]
    fn statements_without_known_columns_or_values_hold_nothing() {
        for text in [
            "INSERT INTO t VALUES ('Jane~ Doe', '1980~-01-31')",
            "INSERT INTO t (name, email) VALUES ('Jane~ Doe', 'j@~clinic.example')",
            "INSERT INTO t (mrn, dob) VALUES (?, :dob), ($1, %s)",
            "INSERT INTO t (mrn, dob) SELECT id, day FROM u WHERE m~rn = 4711",
            "INSERT INTO t (mrn, last_name) VALUES (X'48291734', 0x48291734)",
            "INSERT INTO t (mrn, dob) VALUES (nextval('x'), floor(random() * 10000))",
            "INSERT INTO t (mrn, dob) VALUES (4711)",
            "copy (mrn) from stdin",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_scripts_end_soon() {
        let list = concat!("insert", " into t (mrn, dob) values ");
        let query = concat!("insert", " into t (mrn, dob) select ");
        let copy = concat!("COPY", " t (mrn,dob) from stdin;\n");
        let copy_csv = concat!("COPY", " t (mrn,dob) from stdin csv;\n");
        assert_counts(
            found,
            [
                (concat!("insert", " into t (").repeat(200_000), 0),
                (concat!("create", " table t (").repeat(200_000), 0),
                (concat!("create", " table t (mrn int);insert into t values ").repeat(50_000), 0),
                ([list, "('"].concat().repeat(100_000), 0),
                ([list, "(\\'"].concat().repeat(100_000), 0),
                ([list, &"(".repeat(2_000_000)].concat(), 0),
                ([list, "(", &"1,".repeat(2_000_000)].concat(), 0),
                ([list, "('", &"''".repeat(2_000_000)].concat(), 0),
                ([copy, &"\t".repeat(2_000_000)].concat(), 0),
                (copy.repeat(100_000), 0),
                ([copy_csv, &"\"x\n".repeat(500_000)].concat(), 0),
                ([copy_csv, &"\"\",".repeat(500_000)].concat(), 0),
                ([list, "/*"].concat().repeat(100_000), 0),
                ([list, &"/*".repeat(1_000_000)].concat(), 0),
                ([list, "(", &"/*".repeat(1_000_000)].concat(), 0),
                ([list, "(", &"$a".repeat(1_000_000)].concat(), 0),
                ([list, "(", &"-- \n".repeat(500_000)].concat(), 0),
                ([list, "(", &"cast(".repeat(500_000)].concat(), 0),
                (query.repeat(100_000), 0),
                ([query, &"1 union select ".repeat(100_000)].concat(), 0),
                (concat!("insert", " t (mrn, dob) output ").repeat(100_000), 0),
            ],
        );
    }
}
