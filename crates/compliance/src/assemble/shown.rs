//! What the document may show: the text of a change gets into it by names of files, people and tickets, too.

use std::collections::{HashMap, HashSet};

use crate::input::Input;

/// Takes out of texts what may not be shown, each text once.
pub(crate) struct Masks<'a> {
    shown: &'a (dyn Fn(&[u8]) -> String + Sync),
    texts: HashMap<String, String>,
    names: HashMap<String, String>,
    taken: HashSet<String>,
}

impl<'a> Masks<'a> {
    pub fn new(shown: &'a (dyn Fn(&[u8]) -> String + Sync)) -> Self {
        Self { shown, texts: HashMap::new(), names: HashMap::new(), taken: HashSet::new() }
    }

    /// A text as it may be shown.
    pub fn text(&mut self, text: &str) -> String {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let shown = (self.shown)(text.as_bytes());
        self.texts.insert(text.to_owned(), shown.clone());
        shown
    }

    /// A name as it may be shown: two names never become one, for which rules would take them.
    pub fn name(&mut self, name: &str) -> String {
        let shown = self.text(name);
        self.unique(name, shown)
    }

    /// The name of somebody, such as `mail:ann@example.com`, with the address that it is.
    pub fn person(&mut self, name: &str) -> String {
        let (system, text) = name.split_once(':').unwrap_or(("", name));
        let shown = self.address(text);
        let shown = if system.is_empty() { shown } else { format!("{system}:{shown}") };
        self.unique(name, shown)
    }

    /// An address, in which more is found than that it is one.
    pub fn address(&mut self, address: &str) -> String {
        match address.rsplit_once('@') {
            Some((local, domain)) => format!("{}@{}", self.text(local), self.text(domain)),
            None => self.text(address),
        }
    }

    fn unique(&mut self, name: &str, shown: String) -> String {
        // Only what has a mark can be what another name has become.
        let Some(mark) = shown.find(']').filter(|_| shown.contains('[')) else { return shown };
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let numbered = |number: usize| match number {
            1 => shown.clone(),
            _ => format!("{} {number}{}", &shown[..mark], &shown[mark..]),
        };
        let free = (1..).map(numbered).find(|it| !self.taken.contains(it)).unwrap_or_default();
        self.taken.insert(free.clone());
        self.names.insert(name.to_owned(), free.clone());
        free
    }

    /// Takes out of the document what came into it as it was written: names of people are as they may be shown already.
    pub fn mask(&mut self, input: &mut Input) {
        for file in &mut input.files {
            file.path = self.name(&file.path);
            file.old_path = file.old_path.take().map(|path| self.name(&path));
            for ownership in &mut file.owners {
                for owner in ownership.owners.iter_mut().chain(&mut ownership.unknown) {
                    *owner = self.address(owner);
                }
            }
        }
        for found in input.findings.iter_mut().flatten() {
            found.path = found.path.take().map(|path| self.text(&path));
        }
        for commit in &mut input.commits {
            let message = &mut commit.message;
            // What is found in it is neither a type nor the name of a ticket.
            message.conventional_type =
                message.conventional_type.take().filter(|it| self.text(it) == *it);
            message.tickets.retain(|name| self.text(name) == *name);
            for trailer in &mut commit.trailers {
                trailer.key = self.text(&trailer.key);
            }
        }
        for tag in input.tags.iter_mut().flatten() {
            tag.name = self.name(&tag.name);
        }
        if let Some(branch) = &mut input.branch {
            branch.name = self.name(&branch.name);
        }
        self.mask_evidence(input);
        for waiver in &mut input.waivers {
            waiver.id = self.name(&waiver.id);
        }
        for missed in &mut input.facts_missing {
            missed.reason = self.text(&missed.reason);
        }
    }

    fn mask_evidence(&mut self, input: &mut Input) {
        for approval in &mut input.approvals {
            approval.meaning = approval.meaning.take().map(|text| self.text(&text));
            approval.source = self.text(&approval.source);
        }
        if let Some(request) = &mut input.pull_request {
            request.base = request.base.take().map(|name| self.name(&name));
            for label in &mut request.labels {
                *label = self.name(label);
            }
        }
        for ticket in input.tickets.iter_mut().flatten() {
            ticket.id = self.name(&ticket.id);
            ticket.system = ticket.system.take().map(|name| self.text(&name));
            ticket.state = self.text(&ticket.state);
            ticket.source = self.text(&ticket.source);
        }
        for run in input.tests.iter_mut().flatten() {
            run.suite = self.name(&run.suite);
            run.source = self.text(&run.source);
        }
        for scan in input.scans.iter_mut().flatten() {
            scan.tool = self.name(&scan.tool);
            scan.source = self.text(&scan.source);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits are what may not be shown here.
    fn masked(text: &[u8]) -> String {
        let text = String::from_utf8_lossy(text);
        let is_digit = |sign: char| sign.is_ascii_digit();
        match text.find(is_digit) {
            Some(start) => format!(
                "{}[N]{}",
                &text[..start],
                text.trim_start_matches(|it: char| !it.is_ascii_digit())
                    .trim_start_matches(is_digit)
            ),
            None => text.into_owned(),
        }
    }

    #[test]
    fn two_names_never_become_one() {
        let mut masks = Masks::new(&masked);
        assert_eq!(masks.name("src/12.py"), "src/[N].py");
        assert_eq!(masks.name("src/13.py"), "src/[N 2].py");
        assert_eq!(masks.name("src/[N].py"), "src/[N 3].py");
        assert_eq!(masks.name("src/12.py"), "src/[N].py");
        assert_eq!(masks.name("src/a.py"), "src/a.py");
        assert_eq!(masks.text("src/13.py"), "src/[N].py");
    }

    #[test]
    fn an_address_stays_one() {
        let mut masks = Masks::new(&masked);
        assert_eq!(masks.person("mail:ann@example.com"), "mail:ann@example.com");
        assert_eq!(masks.person("mail:12@example.com"), "mail:[N]@example.com");
        assert_eq!(masks.person("mail:13@example.com"), "mail:[N 2]@example.com");
        assert_eq!(masks.person("github:77"), "github:[N]");
        assert_eq!(masks.person("mail:"), "mail:");
    }
}
