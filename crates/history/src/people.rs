//! People as commits name them, and who they are by the mailmap.

use std::collections::HashMap;

use gitops_health_git::{Mailmap, Person};
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;

use crate::chunk::{self, Kind};
use crate::error::Fault;

/// Text where it is UTF-8, else bytes: as people want to read it, and nothing is lost.
pub(crate) struct Text<'a>(pub &'a [u8]);

impl rusqlite::ToSql for Text<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(match std::str::from_utf8(self.0) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(_) => Value::Blob(self.0.to_owned()),
        }))
    }
}

/// The bytes of a value that [`Text`] wrote.
pub(crate) fn bytes(value: Value) -> Result<Vec<u8>, Fault> {
    match value {
        Value::Text(text) => Ok(text.into_bytes()),
        Value::Blob(bytes) => Ok(bytes),
        _ => Err(Fault::damaged("a text is a number")),
    }
}

/// Whether a value is what [`Text`] writes.
fn is_text(value: &Value, expected: &[u8]) -> bool {
    match std::str::from_utf8(expected) {
        Ok(expected) => matches!(value, Value::Text(text) if text == expected),
        Err(_) => matches!(value, Value::Blob(bytes) if bytes == expected),
    }
}

/// A secret of the clone: what it makes of a text says nothing about the text to others.
#[derive(Clone)]
pub(crate) struct Key(pub [u8; 32]);

impl Key {
    pub fn digest(&self, bytes: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length will do");
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    /// What an index notes of its key.
    pub fn proof(&self) -> [u8; 32] {
        self.digest(b"the key of the clone")
    }

    /// A number for a text; never negative.
    pub fn number(&self, bytes: &[u8]) -> i64 {
        let digest = self.digest(bytes);
        i64::from_le_bytes(std::array::from_fn(|place| digest[place])) & i64::MAX
    }
}

/// Numbers people while commits are written.
pub(crate) struct People<'a> {
    connection: &'a Connection,
    mailmap: &'a Mailmap,
    key: &'a Key,
    pseudonymize: bool,
    /// With whether they are known to have made a commit.
    numbers: HashMap<Person, (u32, bool)>,
}

impl<'a> People<'a> {
    pub fn new(
        connection: &'a Connection,
        mailmap: &'a Mailmap,
        key: &'a Key,
        pseudonymize: bool,
    ) -> Self {
        Self { connection, mailmap, key, pseudonymize, numbers: HashMap::new() }
    }

    /// The number of somebody who made a commit, as author or committer.
    pub fn number(&mut self, person: &Person) -> Result<u32, Fault> {
        self.find(person, true)
    }

    /// The number of somebody whom a message names. What it calls them is not their name.
    pub fn mentioned(&mut self, person: &Person) -> Result<u32, Fault> {
        self.find(person, false)
    }

    fn find(&mut self, person: &Person, has_made: bool) -> Result<u32, Fault> {
        if let Some((number, is_known_to)) = self.numbers.get(person)
            && (*is_known_to || !has_made)
        {
            return Ok(*number);
        }
        let shown = self.shown(person);
        let known = self
            .connection
            .prepare_cached("SELECT number FROM person WHERE name = ?1 AND email = ?2")?
            .query_row(params![Text(&shown.name), Text(&shown.email)], |row| row.get(0))
            .optional()?;
        let number = match known {
            Some(number) => {
                if has_made {
                    self.identity(&self.mailmap.resolve(person), true)?;
                }
                number
            }
            None => {
                let identity = self.identity(&self.mailmap.resolve(person), has_made)?;
                self.connection
                    .prepare_cached(
                        "INSERT INTO person (name, email, identity) VALUES (?1, ?2, ?3)
                         RETURNING number",
                    )?
                    .query_row(params![Text(&shown.name), Text(&shown.email), identity], |row| {
                        row.get(0)
                    })?
            }
        };
        self.numbers.insert(person.clone(), (number, has_made));
        Ok(number)
    }

    /// The number of somebody whom the mailmap was asked about. People are told apart by their
    /// address, or by their name where they have none. Who is only mentioned has no name until
    /// they make a commit.
    fn identity(&self, mapped: &Person, has_made: bool) -> Result<u32, Fault> {
        let key = self.key_of(mapped);
        let known = self
            .connection
            .prepare_cached("SELECT number, name, email FROM identity WHERE key = ?1")?
            .query_row([&key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let shown = self.name_of(&key, mapped, has_made);
        if let Some((number, name, email)) = known {
            // Of several names the last in the alphabet is shown, whoever was indexed first: the
            // longer one of two that begin alike, and small letters rather than capitals.
            if (bytes(name)?, bytes(email)?) < (shown.name.to_vec(), shown.email.to_vec()) {
                self.connection
                    .prepare_cached("UPDATE identity SET name = ?2, email = ?3 WHERE number = ?1")?
                    .execute(params![number, Text(&shown.name), Text(&shown.email)])?;
            }
            return Ok(number);
        }
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO identity (key, name, email) VALUES (?1, ?2, ?3) RETURNING number",
        )?;
        let row = params![key, Text(&shown.name), Text(&shown.email)];
        Ok(statement.query_row(row, |row| row.get(0))?)
    }

    /// The number of somebody's identity, if there is one.
    pub fn known(&self, person: &Person) -> Result<Option<u32>, Fault> {
        let key = self.key_of(&self.mailmap.resolve(person));
        let mut statement =
            self.connection.prepare_cached("SELECT number FROM identity WHERE key = ?1")?;
        Ok(statement.query_row([&key], |row| row.get(0)).optional()?)
    }

    fn key_of(&self, mapped: &Person) -> Vec<u8> {
        let address = mapped.email.to_ascii_lowercase();
        let key = if address.is_empty() { mapped.name.to_vec() } else { address };
        if self.pseudonymize { self.key.digest(&key)[..16].to_vec() } else { key }
    }

    fn name_of(&self, key: &[u8], mapped: &Person, has_made: bool) -> Person {
        match (self.pseudonymize, has_made) {
            (true, _) => pseudonym(key),
            (false, true) => mapped.clone(),
            (false, false) => Person { name: "".into(), email: mapped.email.clone() },
        }
    }

    /// Whether this is the number of a person, under the name that the index has for them and, if it
    /// `is_mapped`, with the identity that the mailmap gives them.
    pub fn is(&self, number: u32, person: &Person, is_mapped: bool) -> Result<bool, Fault> {
        let known = self
            .connection
            .prepare_cached(
                "SELECT person.name, person.email, identity.key FROM person
                 JOIN identity ON identity.number = person.identity WHERE person.number = ?1",
            )?
            .query_row([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((name, email, key)) = known else { return Ok(false) };
        let (key, shown): (Vec<u8>, _) = (key, self.shown(person));
        Ok(is_text(&name, &shown.name)
            && is_text(&email, &shown.email)
            && (!is_mapped || key == self.key_of(&self.mailmap.resolve(person))))
    }

    /// The names of identities that are not those that [`People::map_anew`] would write: their
    /// numbers. With pseudonyms there is nothing to ask about.
    pub fn wrong_names(&self) -> Result<Vec<u32>, Fault> {
        if self.pseudonymize {
            return Ok(Vec::new());
        }
        let mut names: HashMap<Vec<u8>, (Vec<u8>, Vec<u8>)> = HashMap::new();
        for (_, person, has_made) in self.everybody()? {
            let mapped = self.mailmap.resolve(&person);
            let key = self.key_of(&mapped);
            let shown = self.name_of(&key, &mapped, has_made);
            let shown = (shown.name.to_vec(), shown.email.to_vec());
            let last = names.entry(key).or_insert_with(|| shown.clone());
            if *last < shown {
                *last = shown;
            }
        }
        let mut wrong = Vec::new();
        let mut statement =
            self.connection.prepare("SELECT number, key, name, email FROM identity")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let key: Vec<u8> = row.get(1)?;
            let (name, email): (Value, Value) = (row.get(2)?, row.get(3)?);
            let is_right = |expected: &(Vec<u8>, Vec<u8>)| {
                is_text(&name, &expected.0) && is_text(&email, &expected.1)
            };
            if !names.get(&key).is_some_and(is_right) {
                wrong.push(row.get(0)?);
            }
        }
        Ok(wrong)
    }

    /// What is written down of a person.
    fn shown(&self, person: &Person) -> Person {
        if !self.pseudonymize {
            return person.clone();
        }
        let whole = [person.name.as_slice(), b"\0", person.email.as_slice()].concat();
        pseudonym(&self.key.digest(&whole))
    }

    /// Asks the mailmap about everybody anew. Without names there is nothing to ask about.
    pub fn map_anew(&mut self) -> Result<(), Fault> {
        if self.pseudonymize {
            return Ok(());
        }
        let everybody = self.everybody()?;
        // The name that the index shows for an address is the one that the mailmap says now.
        self.connection.execute_batch("DELETE FROM identity")?;
        for (number, person, has_made) in everybody {
            let identity = self.identity(&self.mailmap.resolve(&person), has_made)?;
            self.connection
                .prepare_cached("UPDATE person SET identity = ?2 WHERE number = ?1")?
                .execute(params![number, identity])?;
        }
        self.write_column()
    }

    /// Everybody by number, and whether they made a commit.
    fn everybody(&self) -> Result<Vec<(u32, Person, bool)>, Fault> {
        let mut everybody = Vec::new();
        let mut statement =
            self.connection.prepare(
                "WITH maker AS (SELECT author AS number FROM revision UNION SELECT committer FROM revision)
                 SELECT number, name, email, number IN maker FROM person ORDER BY number",
            )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let person =
                Person { name: bytes(row.get(1)?)?.into(), email: bytes(row.get(2)?)?.into() };
            everybody.push((row.get(0)?, person, row.get(3)?));
        }
        Ok(everybody)
    }

    /// Writes down who everybody is, as the program itself reads it.
    pub fn write_column(&self) -> Result<(), Fault> {
        let mut data = Vec::new();
        let mut statement =
            self.connection.prepare("SELECT number, identity FROM person ORDER BY number")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (number, identity): (u32, u32) = (row.get(0)?, row.get(1)?);
            if number as usize != data.len() / 4 + 1 {
                return Err(Fault::damaged("a person is missing"));
            }
            data.extend_from_slice(&identity.to_le_bytes());
        }
        chunk::write(self.connection, Kind::Identities, 0, 0, &data)
    }
}

fn pseudonym(digest: &[u8]) -> Person {
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Person { name: format!("person-{hex}").into(), email: "".into() }
}

/// The identity of each person by number, as the tables have it; an error where one has no identity,
/// or an identity nobody, or a pseudonym is not that of its key.
pub(crate) fn check_identities(
    connection: &Connection,
    pseudonymize: bool,
) -> Result<Vec<u32>, Fault> {
    let unused: u32 = connection.query_row(
        "SELECT count(*) FROM identity WHERE number NOT IN (SELECT identity FROM person)",
        [],
        |row| row.get(0),
    )?;
    if unused > 0 {
        return Err(Fault::damaged("there are people that no commit names"));
    }
    let mut statement = connection.prepare(
        "SELECT person.number, identity.number, key, identity.name, identity.email
         FROM person LEFT JOIN identity ON identity.number = person.identity ORDER BY person.number",
    )?;
    let (mut rows, mut identities) = (statement.query([])?, vec![0]);
    while let Some(row) = rows.next()? {
        let (number, identity, key): (u32, u32, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if number as usize != identities.len() {
            return Err(Fault::damaged("a person is missing"));
        }
        identities.push(identity);
        let shown = pseudonym(&key);
        let is_shown = is_text(&row.get(3)?, &shown.name) && is_text(&row.get(4)?, &shown.email);
        if pseudonymize && !is_shown {
            return Err(Fault::damaged("a pseudonym is not that of its key"));
        }
    }
    Ok(identities)
}

/// The identity of each person, by number.
pub(crate) fn read_identities(connection: &Connection) -> Result<Vec<u32>, Fault> {
    let data = chunk::read(connection, Kind::Identities, 0, 0)?.unwrap_or_default();
    let (numbers, rest) = data.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(Fault::damaged("the identity of a person is missing"));
    }
    // Numbers begin with one.
    Ok(std::iter::once(0).chain(numbers.iter().map(|number| u32::from_le_bytes(*number))).collect())
}
