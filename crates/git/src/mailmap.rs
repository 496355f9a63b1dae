use std::collections::{BTreeMap, HashMap};

use bstr::{BString, ByteSlice};

use crate::person::bounded;
use crate::{Person, UnreadFile};

/// Who the people in commits really are, as told by a `.mailmap` file.
///
/// The rules are those of the manual page gitmailmap(5) and of git where that is silent: addresses
/// and names are looked up without regard to the case of ASCII letters, a line for a name and an
/// address wins over one for the address alone, and later lines win over earlier ones, for names
/// and addresses separately where no old name is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailmap {
    by_email: HashMap<Vec<u8>, Replacements>,
    unread: Option<UnreadFile>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Replacements {
    anyone: Replacement,
    by_name: BTreeMap<Vec<u8>, Replacement>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Replacement {
    name: Option<BString>,
    email: Option<BString>,
}

impl Mailmap {
    /// Reads the bytes of a `.mailmap`. No line is an error: git passes over those that it does
    /// not understand, and so does this. The text ends at its first NUL byte.
    ///
    /// A line is one of
    ///
    /// ```text
    /// New Name <old@address>
    /// <new@address> <old@address>
    /// New Name <new@address> <old@address>
    /// New Name <new@address> Old Name <old@address>
    /// ```
    pub fn parse(bytes: &[u8]) -> Self {
        let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        let mut mailmap = Self::default();
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"#")) {
            mailmap.add_line(line);
        }
        mailmap
    }

    fn add_line(&mut self, line: &[u8]) {
        let Some((new, rest)) = name_and_email(line).filter(|(new, _)| !new.email.is_empty())
        else {
            return;
        };
        let old = name_and_email(rest).map(|(old, _)| old);
        let old_email = old.as_ref().map_or(new.email, |old| old.email);
        let old_email = bounded(old_email).to_ascii_lowercase();
        let replacements = self.by_email.entry(old_email).or_default();
        let name = new.name.map(bounded);
        let email = old.as_ref().map(|_| bounded(new.email));
        match old.and_then(|old| old.name) {
            Some(old_name) => {
                let replacement = Replacement { name, email };
                replacements.by_name.insert(bounded(old_name).to_ascii_lowercase(), replacement);
            }
            None => {
                let anyone = &mut replacements.anyone;
                anyone.name = name.or_else(|| anyone.name.take());
                anyone.email = email.or_else(|| anyone.email.take());
            }
        }
    }

    /// The person with the name and the address that the mailmap gives them; unchanged when it
    /// does not know them.
    pub fn resolve(&self, person: &Person) -> Person {
        let Some(replacements) = self.by_email.get(&person.email.to_ascii_lowercase()) else {
            return person.clone();
        };
        let replacement = replacements
            .by_name
            .get(&person.name.to_ascii_lowercase())
            .unwrap_or(&replacements.anyone);
        Person {
            name: replacement.name.as_ref().unwrap_or(&person.name).clone(),
            email: replacement.email.as_ref().unwrap_or(&person.email).clone(),
        }
    }

    /// What [`crate::Repo::mailmap_file`] says. A file that can't be read maps nobody.
    pub fn of_file(file: Option<Result<Vec<u8>, UnreadFile>>) -> Self {
        match file {
            Some(Ok(content)) => Self::parse(&content),
            Some(Err(reason)) => Self { by_email: HashMap::new(), unread: Some(reason) },
            None => Self::default(),
        }
    }

    /// Why the file was not read, where there is one that was not: then nobody is mapped.
    pub fn unread(&self) -> Option<UnreadFile> {
        self.unread
    }

    /// Whether no line of the file says anything.
    pub fn is_empty(&self) -> bool {
        self.by_email.is_empty()
    }
}

struct Named<'a> {
    name: Option<&'a [u8]>,
    email: &'a [u8],
}

/// Reads `Name <address>` and what follows it. The name is trimmed, the address is not.
fn name_and_email(text: &[u8]) -> Option<(Named<'_>, &[u8])> {
    let open = text.find_byte(b'<')?;
    let close = open + text[open..].find_byte(b'>')?;
    let name = text[..open].trim_with(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    let name = (!name.is_empty()).then_some(name);
    Some((Named { name, email: &text[open + 1..close] }, &text[close + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gitops_health_testkit::{Random, TestRepo};

    fn person(name: &str, email: &str) -> Person {
        Person { name: name.into(), email: email.into() }
    }

    #[test]
    fn the_four_kinds_of_lines_replace_what_they_name() {
        let mailmap = Mailmap::parse(
            b"# comment\nAda <ada@old>\n<bob@new> <bob@old>\nCleo <cleo@new> <cleo@old>\n\
              Dan <dan@new> dd <dan@old>\n",
        );
        for (before, after) in [
            (person("a", "ADA@old"), person("Ada", "ADA@old")),
            (person("bob", "bob@old"), person("bob", "bob@new")),
            (person("c", "cleo@old"), person("Cleo", "cleo@new")),
            (person("DD", "dan@old"), person("Dan", "dan@new")),
            (person("other", "dan@old"), person("other", "dan@old")),
        ] {
            assert_eq!(mailmap.resolve(&before), after);
        }
    }

    /// Compares with `git check-mailmap` for each of the people.
    fn compare(scratch: &TestRepo, file: &[u8], people: &[Person]) -> usize {
        scratch.write(".mailmap", file);
        let mut input = Vec::new();
        for person in people {
            input.extend_from_slice(&person.name);
            input.extend_from_slice(b" <");
            input.extend_from_slice(&person.email);
            input.extend_from_slice(b">\n");
        }
        let output = scratch.git_with_input(&["check-mailmap", "--stdin"], &input);
        let mailmap = Mailmap::parse(file);
        let mut ours = Vec::new();
        let mut changed = 0;
        for person in people {
            let resolved = mailmap.resolve(person);
            changed += usize::from(resolved != *person);
            if !resolved.name.is_empty() {
                ours.extend_from_slice(&resolved.name);
                ours.push(b' ');
            }
            ours.push(b'<');
            ours.extend_from_slice(&resolved.email);
            ours.extend_from_slice(b">\n");
        }
        assert_eq!(ours.as_bstr(), output.as_bstr(), "{:?}", file.as_bstr());
        changed
    }

    fn crowd() -> Vec<Person> {
        let mut people = Vec::new();
        for name in ["", "Ada", "ADA", "Bob B", "bob b", "C", "x<y"] {
            for email in ["", "a@b", "A@B", "c@d", " a@b ", "e", "a@b "] {
                if !name.contains('<') {
                    people.push(person(name, email));
                }
            }
        }
        people.push(Person { name: (&b"\xe9\xff"[..]).into(), email: (&b"\xe9@b"[..]).into() });
        people
    }

    #[test]
    fn odd_files_say_what_they_say_to_git_check_mailmap() {
        let scratch = TestRepo::new();
        let people = crowd();
        let files: &[&[u8]] = &[
            b"",
            b"\n\n",
            b"New <a@b>",
            b"New <A@B>\r\n",
            b" New <a@b>\n",
            b" # New <a@b>\n",
            b"#New <a@b>\n",
            b"<n@n> <a@b>\n",
            b"New <n@n> <a@b>\nNewer <a@b>\n",
            b"Newer <a@b>\n<n@n> <a@b>\n",
            b"<a@b>\n",
            b"New <n@n> Ada <a@b>\nOther <a@b>\n",
            b"New <n@n> Ada <a@b>\nNewer <a@b> ada <A@B>\n",
            b"New <n@n> <>\n",
            b"New <> <a@b>\n",
            b"<> <a@b>\n",
            b"New < a@b >\n",
            b"New <a@b\n",
            b"New a@b>\n",
            b"New <n@n>Ada<a@b>\n",
            b"New <n@n> Ada <a@b> # comment\n",
            b"New <a@b> # comment\n",
            b"New <n@n> <a@b> x <c@d>\n",
            b"New <n<m@n> <a@b>\n",
            b"\xe9New <\xff@n> <\xe9@b>\n",
            b"New <n@n> \xe9\xff <\xe9@b>\n",
            b"A <n@n> Ada <a@b>\n<m@m> <a@b>\nB <a@b>\n",
            b"\xef\xbb\xbfNew <a@b>\n",
            b"New\t<a@b>\n",
            b"<n@n> Ada <a@b>\n",
            b"<n@n> Ada <a@b>\nZ <n@n>\n",
            b"New <a@b >\n",
            b"New <n@n>\r\n",
            b"New <n@n> C <e>\nNew <c@d>\r\n<x@x> <c@d>",
            b"\x0bNew <a@b>\n",
            b"New\x0c <a@b>\n",
            b"a <n@n> bob  b <a@b>\n",
            b"New <n@n> Ada\t<a@b>\n",
            b"New <n@n>\t<a@b>\n",
            b">New <a@b>\n",
            b"<a@b> <A@B>\n",
            b"Ada <a@b> <A@B>\n",
        ];
        let changed: usize = files.iter().map(|file| compare(&scratch, file, &people)).sum();
        assert!(changed > 60, "{changed}");
    }

    #[test]
    fn random_files_say_what_they_say_to_git_check_mailmap() {
        let scratch = TestRepo::new();
        let people = crowd();
        let mut random = Random::new(3);
        let pieces: [&[u8]; 16] = [
            b"Ada ", b"ada", b"New ", b"Bob B", b" ", b"<a@b>", b"<A@b> ", b"<c@d>", b"<n@n> ",
            b"<e>", b"\n", b"\n", b"#", b"<", b">", b"<>",
        ];
        let mut changed = 0;
        for _ in 0..300 {
            let length = 2 + random.below(16);
            let file: Vec<u8> =
                (0..length).flat_map(|_| pieces[random.below(pieces.len())].to_vec()).collect();
            changed += compare(&scratch, &file, &people);
        }
        assert!(changed > 500, "{changed}");
    }
}
