//! A first roster, from what commits say: to be read and corrected by somebody who knows these people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use bstr::ByteSlice;
use gitops_health_git::{Mailmap, Person, ZonedTime, printable};

/// Somebody who wrote or committed something.
#[derive(Clone, Debug)]
pub struct Seen {
    /// As the commit names them.
    pub person: Person,
    /// When.
    pub at: ZonedTime,
    /// The key that signed the commit, where there is a signature that holds for some key.
    pub fingerprint: Option<String>,
}

/// Everybody who has one address after the map of names.
struct Drafted {
    name: String,
    emails: BTreeSet<String>,
    accounts: BTreeSet<String>,
    keys: BTreeSet<String>,
    first: ZonedTime,
    last: ZonedTime,
    commits: usize,
}

/// The roster as YAML, those with most commits first. What can only be guessed is the stricter guess, with a remark: a bot
/// that is called a person could approve.
pub fn draft_roster(seen: &[Seen], mailmap: &Mailmap) -> String {
    let mut people: BTreeMap<String, Drafted> = BTreeMap::new();
    for one in seen {
        let mapped = mailmap.resolve(&one.person);
        let address = email(&mapped);
        let drafted = people.entry(address).or_insert_with(|| Drafted {
            name: printable(&mapped.name),
            emails: BTreeSet::new(),
            accounts: BTreeSet::new(),
            keys: BTreeSet::new(),
            first: one.at,
            last: one.at,
            commits: 0,
        });
        drafted.add(one);
    }
    let mut people: Vec<(String, Drafted)> = people.into_iter().collect();
    people.sort_by(|one, two| two.1.commits.cmp(&one.1.commits).then_with(|| one.0.cmp(&two.0)));
    let mut text = String::from(HEAD);
    let mut ids = BTreeSet::new();
    // Who is there twice can approve what they wrote.
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    for (_, drafted) in &people {
        let mut names = drafted.accounts.clone();
        names.insert(drafted.name.to_lowercase());
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            *alike.entry(name).or_default() += 1;
        }
    }
    let is_alike = |drafted: &Drafted| {
        let account = drafted.accounts.iter().any(|it| alike.get(it).is_some_and(|n| *n > 1));
        account || alike.get(&drafted.name.to_lowercase()).is_some_and(|count| *count > 1)
    };
    for (address, drafted) in &people {
        let id = drafted.accounts.first().unwrap_or(address);
        drafted.write(&mut text, &unique_id(id, &mut ids), is_alike(drafted));
    }
    if people.is_empty() {
        text = text.replace("people:\n", "people: []\n");
    }
    text
}

const HEAD: &str = "\
# Who acts in this repository, as its commits tell: a draft. Look at each entry, join those that are one person, and say
# who may do what (roles, teams). A name proves nothing, and neither does a date that somebody typed.
people:
";

impl Drafted {
    fn add(&mut self, seen: &Seen) {
        let written = email(&seen.person);
        let account = written
            .strip_suffix("@users.noreply.github.com")
            .map(|local| local.split_once('+').map_or(local, |(_, name)| name).to_owned());
        self.accounts.extend(account);
        if written.contains('@') {
            self.emails.insert(written);
        }
        self.keys.extend(seen.fingerprint.clone());
        self.first = self.first.min(seen.at);
        self.last = self.last.max(seen.at);
        self.commits += 1;
    }

    fn write(&self, text: &mut String, id: &str, is_alike: bool) {
        let commits = self.commits;
        let _ = writeln!(text, "  - id: {}", quoted(id));
        let _ = writeln!(text, "    name: {}", quoted(&self.name));
        if is_alike {
            text.push_str(
                "    # Another entry has this name or account: join them if they are one person.\n",
            );
        }
        if let Some(kind) = self.guess() {
            let _ =
                writeln!(text, "    # A guess by the name and the addresses.\n    kind: {kind}");
        }
        let list = |items: &BTreeSet<String>| {
            items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", ")
        };
        if !self.emails.is_empty() {
            let _ = writeln!(text, "    emails: [{}]", list(&self.emails));
        }
        if let Some(account) = self.accounts.first() {
            let _ = writeln!(text, "    accounts: {{github: {}}}", quoted(account));
        }
        let _ = writeln!(
            text,
            "    # {commits} times author or committer, from {} to {}.",
            self.first.date(),
            self.last.date()
        );
        if !self.keys.is_empty() {
            text.push_str("    # Nobody has said yet that these keys are theirs.\n    keys:\n");
        }
        for key in &self.keys {
            let _ = writeln!(text, "      - {{fingerprint: {}}}", quoted(key));
        }
    }

    /// What it may be, by its name and addresses.
    fn guess(&self) -> Option<&'static str> {
        let is_platform =
            |email: &String| matches!(&**email, "noreply@github.com" | "noreply@gitlab.com");
        match () {
            () if self.emails.iter().any(is_platform) => Some("platform"),
            () if self.name.contains("[bot]")
                || self.name.to_lowercase().ends_with("-bot")
                || self.accounts.iter().any(|account| account.contains("[bot]")) =>
            {
                Some("bot")
            }
            () => None,
        }
    }
}

/// A name made of an account, or of the beginning of an address, that nobody else has.
fn unique_id(address: &str, ids: &mut BTreeSet<String>) -> String {
    let local = address.split('@').next().unwrap_or_default();
    let local = local.split_once('+').map_or(local, |(_, name)| name);
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    let mut base: String =
        local.chars().map(|it| if is_sign(it) { it } else { '-' }).take(60).collect();
    base = base.trim_matches('-').to_owned();
    if base.is_empty() {
        base = "somebody".into();
    }
    let mut numbered = (2_usize..).map(|number| format!("{base}-{number}"));
    let mut id = base.clone();
    while !ids.insert(id.clone()) {
        id = numbered.next().unwrap_or_else(|| base.clone());
    }
    id
}

/// A text in quotes, as JSON has them, which YAML reads, too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn email(person: &Person) -> String {
    printable(person.email.trim().to_str_lossy().to_lowercase().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Roster;

    fn seen(name: &str, email: &str, seconds: i64) -> Seen {
        Seen {
            person: Person::new(name.as_bytes(), email.as_bytes()),
            at: ZonedTime { seconds, offset_minutes: 0 },
            fingerprint: Some("SHA256:abc".into()).filter(|_| name == "Ann"),
        }
    }

    #[test]
    fn who_may_be_one_person_is_pointed_out() {
        let everybody = [
            seen("Ann Lee", "ann@example.com", 0),
            seen("ann lee", "ann@other.example", 0),
            seen("bob", "bob@example.com", 0),
            seen("Robert", "7+bob@users.noreply.github.com", 0),
            seen("Cy", "49699333+dependabot[bot]@users.noreply.github.com", 0),
            seen("Di", "di@example.com", 0),
        ];
        let text = draft_roster(&everybody, &Mailmap::parse(b""));
        let alike = |part: &&str| part.contains("Another entry has this name or account");
        let entries: Vec<&str> = text.split("  - id: ").skip(1).collect();
        let ids = |list: Vec<&str>| -> Vec<String> {
            list.iter().map(|it| it.lines().next().unwrap_or_default().to_owned()).collect()
        };
        let found = ids(entries.iter().copied().filter(alike).collect());
        assert_eq!(found, ["\"bob\"", "\"ann\"", "\"ann-2\"", "\"bob-2\""]);
        assert!(ids(entries).contains(&"\"dependabot-bot\"".to_owned()));
    }

    #[test]
    fn a_draft_is_a_roster() {
        let mailmap = Mailmap::parse(b"Ann <ann@example.com> <ann@laptop>\n");
        let everybody = [
            seen("Ann", "ANN@example.com", 0),
            seen("Ann", "ann@laptop", 86_400),
            seen("Bob \"B\": x", "12+bob@users.noreply.github.com", 5),
            seen("deps[bot]", "ann@other.example", 5),
            seen("", "", 5),
            seen("odd\n- id: eve", "a: b# @x", 5),
            seen("GitHub", "noreply@github.com", 5),
        ];
        let text = draft_roster(&everybody, &mailmap);
        let roster =
            Roster::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(roster.len(), 6);
        assert_eq!(roster.owner_of("ann@laptop"), Some("ann"));
        assert_eq!(roster.owner_of("github:bob"), Some("bob"));
        assert_eq!(roster.owner_of("SHA256:abc"), Some("ann"));
        assert_eq!(text.matches("    kind: bot\n").count(), 1);
        assert_eq!(text.matches("    kind: platform\n").count(), 1);
        assert_eq!(text.matches("Another entry has this").count(), 0);
        assert!(
            Roster::parse(draft_roster(&[], &mailmap).as_bytes()).expect("it is fit").is_empty()
        );
    }
}
