//! Who is meant by a name, an address or an account.

use std::collections::BTreeMap;

use bstr::ByteSlice;
use gitops_health_git::{Mailmap, Person as NamedPerson};

use crate::assemble::Masks;
use crate::evidence::Who;
use crate::input::{Person, PersonKind};
use crate::roster::Roster;

/// Finds out who is who, and keeps everybody who was asked for.
pub(crate) struct People<'a> {
    roster: Option<&'a Roster>,
    mailmap: &'a Mailmap,
    met: BTreeMap<String, Person>,
    /// Takes out of names and addresses what may not be shown.
    pub masks: Masks<'a>,
}

/// The ending of the addresses that GitHub gives to those who hide theirs.
const GITHUB: &str = "@users.noreply.github.com";

impl<'a> People<'a> {
    pub fn new(roster: Option<&'a Roster>, mailmap: &'a Mailmap, masks: Masks<'a>) -> Self {
        Self { roster, mailmap, met: BTreeMap::new(), masks }
    }

    /// Somebody whom a commit or a trailer names. The address decides, first as it is, then as the map of names has it;
    /// the text of the name has no say.
    pub fn named(&mut self, person: &NamedPerson) -> String {
        let written = email(person);
        let mapped = email(&self.mailmap.resolve(person));
        let owner = self.owner(&written).or_else(|| self.owner(&mapped));
        self.meet(owner.unwrap_or_else(|| format!("mail:{mapped}")), Some(written))
    }

    /// The same for those whom the roster has; nobody is met by it.
    pub fn known(&self, person: &NamedPerson) -> Option<String> {
        let mapped = || self.owner(&email(&self.mailmap.resolve(person)));
        self.owner(&email(person)).or_else(mapped)
    }

    /// Somebody whom another system names.
    pub fn reported(&mut self, who: &Who) -> String {
        match who {
            Who::Email(address) => self.named(&NamedPerson::new(b"", address.as_bytes())),
            Who::Account(system, name) => {
                let account = format!("{}:{}", system.to_lowercase(), name.to_lowercase());
                let owner = self.owner(&account);
                self.meet(owner.unwrap_or(account), None)
            }
            Who::Id(id) => {
                let is_known = self.roster.is_some_and(|roster| roster.member(id).is_some());
                let id = if is_known { id.clone() } else { format!("id:{id}") };
                self.meet(id, None)
            }
        }
    }

    /// Who has a key by the roster.
    pub fn of_key(&mut self, fingerprint: &str) -> Option<String> {
        let owner = self.roster?.owner_of(fingerprint)?.to_owned();
        Some(self.meet(owner, None))
    }

    /// The people whom a file of owners names so, if the roster has them: an account, a team or an address.
    pub fn owners(&mut self, written: &[u8]) -> Option<Vec<String>> {
        let text = written.to_str().ok()?;
        let roster = self.roster?;
        if let Some(team) = roster.team(text) {
            return Some(team.iter().map(|id| self.meet(id.clone(), None)).collect());
        }
        let name = match text.strip_prefix('@') {
            Some(account) => format!("github:{}", account.to_lowercase()),
            None => text.to_lowercase(),
        };
        let gitlab = || name.strip_prefix("github:").map(|account| format!("gitlab:{account}"));
        let owner = roster.owner_of(&name).map(str::to_owned);
        let owner = owner.or_else(|| roster.owner_of(&gitlab()?).map(str::to_owned))?;
        Some(vec![self.meet(owner, None)])
    }

    /// Everybody who was asked for.
    pub fn met(self) -> (BTreeMap<String, Person>, Masks<'a>) {
        (self.met, self.masks)
    }

    /// What somebody is who was asked for.
    pub fn kind(&self, id: &str) -> PersonKind {
        self.met.get(id).map_or(PersonKind::Unknown, |person| person.kind)
    }

    fn owner(&self, email: &str) -> Option<String> {
        let roster = self.roster?;
        let account = email.strip_suffix(GITHUB).and_then(|local| {
            // `12345+ann@...`, and `ann@...` of older accounts. In front of the `+` is a number, never a name.
            let name = match local.split_once('+') {
                Some((number, name)) => is_number(number).then_some(name)?,
                None => local,
            };
            Some(format!("github:{name}"))
        });
        let owner = roster.owner_of(email).or_else(|| roster.owner_of(account.as_deref()?));
        owner.map(str::to_owned)
    }

    fn meet(&mut self, id: String, email: Option<String>) -> String {
        let roster = self.roster;
        let is_member = roster.is_some_and(|roster| roster.member(&id).is_some());
        let id = if is_member { id } else { self.masks.person(&id) };
        let email = email.map(|it| self.masks.address(&it));
        let person = self.met.entry(id.clone()).or_insert_with(|| {
            let member = roster.and_then(|roster| roster.member(&id)).cloned();
            member.map_or_else(stranger, |member| Person {
                kind: member.kind,
                emails: Vec::new(),
                roles: member.roles,
                from: member.from,
                until: member.until,
                keys: member.keys,
                training: member.training,
            })
        });
        if let Some(email) = email.filter(|email| !person.emails.contains(email)) {
            person.emails.push(email);
            person.emails.sort();
        }
        id
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn stranger() -> Person {
    Person {
        kind: PersonKind::Unknown,
        emails: Vec::new(),
        roles: Vec::new(),
        from: None,
        until: None,
        keys: Vec::new(),
        training: BTreeMap::new(),
    }
}

/// The address in small letters. What is no UTF-8 in it can not be in a roster.
fn email(person: &NamedPerson) -> String {
    person.email.trim().to_str_lossy().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROSTER: &str = "
people:
  - {id: ann, emails: [ann@example.com], accounts: {github: Ann-Ex, gitlab: ann}}
  - {id: bob, emails: [bob@example.com], accounts: {gitlab: bobby}}
  - {id: deps, kind: bot, accounts: {github: 'deps[bot]'}}
teams: {'@org/all': [ann, bob]}
";

    fn named(name: &str, email: &str) -> NamedPerson {
        NamedPerson::new(name.as_bytes(), email.as_bytes())
    }

    #[test]
    fn one_person_has_one_name() {
        let roster = Roster::parse(ROSTER.as_bytes()).expect("it is fit");
        let mailmap = Mailmap::parse(
            b"Ann <ann@example.com> <ann@laptop>\nEve <eve@a.example> <eve@b.example>\n",
        );
        let mut people = People::new(
            Some(&roster),
            &mailmap,
            Masks::new(&|text| text.to_str_lossy().into_owned()),
        );
        for (name, email, id) in [
            ("Ann", "ann@example.com", "ann"),
            ("ANN", "ANN@Example.com", "ann"),
            ("", "ann@laptop", "ann"),
            ("x", "77+ann-ex@users.noreply.github.com", "ann"),
            ("x", "ann-ex@users.noreply.github.com", "ann"),
            (
                "x",
                "eve+ann-ex@users.noreply.github.com",
                "mail:eve+ann-ex@users.noreply.github.com",
            ),
            ("x", "+ann-ex@users.noreply.github.com", "mail:+ann-ex@users.noreply.github.com"),
            ("Eve", "eve@b.example", "mail:eve@a.example"),
            ("Eve", "EVE@a.example", "mail:eve@a.example"),
            ("Bob Example", "someone@example.com", "mail:someone@example.com"),
            ("deps[bot]", "deps@example.com", "mail:deps@example.com"),
            ("", "", "mail:"),
        ] {
            assert_eq!(people.named(&named(name, email)), id, "{name} <{email}>");
        }
        assert_eq!(people.kind("ann"), PersonKind::Person);
        assert_eq!(people.kind("mail:deps@example.com"), PersonKind::Unknown);
        let account = |name: &str| Who::Account("GitHub".into(), name.into());
        assert_eq!(people.reported(&account("ann-EX")), "ann");
        assert_eq!(people.reported(&account("deps[bot]")), "deps");
        assert_eq!(people.reported(&account("eve")), "github:eve");
        assert_eq!(people.reported(&Who::Id("ann".into())), "ann");
        assert_eq!(people.reported(&Who::Id("eve".into())), "id:eve");
        assert_eq!(people.owners(b"@Org/All"), Some(vec!["ann".to_owned(), "bob".to_owned()]));
        assert_eq!(people.owners(b"@bobby"), Some(vec!["bob".to_owned()]));
        assert_eq!(people.owners(b"bob@example.com"), Some(vec!["bob".to_owned()]));
        assert_eq!(people.owners(b"@org/nobody"), None);
        assert_eq!(people.met().0["ann"].emails.len(), 4);
    }
}
