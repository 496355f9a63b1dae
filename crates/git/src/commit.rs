use bstr::{BStr, BString, ByteSlice};

use crate::error::{Cause, Error};
use crate::id::ObjectId;
use crate::person::{Person, Signature};
use crate::time::ZonedTime;
use crate::trailer::{Trailer, trailers};

/// A commit as it is stored: every byte of it is in one of these fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// The tree that it records.
    pub tree: ObjectId,
    /// What came before it.
    pub ancestry: Ancestry,
    /// Who wrote the change, and when.
    pub author: Signature,
    /// Who put it into this history, and when.
    pub committer: Signature,
    /// The encoding that the message claims; git means UTF-8 when there is none.
    pub encoding: Option<BString>,
    /// The raw signature block of the `gpgsig` header, continuation lines unfolded.
    pub signature: Option<BString>,
    /// All other headers, in their order: `mergetag`, `gpgsig-sha256`, a second `gpgsig` ...
    pub other_headers: Vec<(BString, BString)>,
    /// The message, byte for byte.
    pub message: BString,
}

/// What came before a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ancestry {
    /// Nothing: the commit begins a history.
    Root,
    /// Its parents, the first being the branch that it was made on.
    Parents(Vec<ObjectId>),
    /// Parents that a shallow clone left out on purpose.
    ShallowEdge(Vec<ObjectId>),
}

impl Ancestry {
    /// The parents that can be visited: none at a root or at the edge of a shallow clone.
    pub fn parents(&self) -> &[ObjectId] {
        match self {
            Self::Parents(parents) => parents,
            Self::Root | Self::ShallowEdge(_) => &[],
        }
    }
}

impl Commit {
    /// The parents that can be visited.
    pub fn parents(&self) -> &[ObjectId] {
        self.ancestry.parents()
    }

    /// Whom more lines than one of its author or its committer name. Git shows the last author, and checks of objects
    /// refuse such a commit.
    pub fn other_people(&self) -> impl Iterator<Item = Signature> {
        let is_of_people = |key: &BString| matches!(key.as_slice(), b"author" | b"committer");
        let lines = self.other_headers.iter().filter(move |(key, _)| is_of_people(key));
        lines.map(|(_, value)| parse_signature(value))
    }

    /// Whether the commit joins two or more histories.
    pub fn is_merge(&self) -> bool {
        match &self.ancestry {
            Ancestry::Root => false,
            Ancestry::Parents(parents) | Ancestry::ShallowEdge(parents) => parents.len() > 1,
        }
    }

    /// The first paragraph of the message on one line, up to its first NUL, as
    /// `git log --format=%s` prints it. Git converts it to UTF-8 where `encoding` names another
    /// encoding; here it stays as it is, as people's names do.
    pub fn subject(&self) -> BString {
        subject(self.message.as_bstr())
    }

    /// The trailers as `git interpret-trailers --parse` reads them.
    pub fn trailers(&self) -> Vec<Trailer> {
        trailers(&self.message)
    }

    /// The parents of a commit that can be visited, and when it was committed: what its place in a
    /// history depends on, and nothing else is looked at.
    pub(crate) fn lineage(
        id: ObjectId,
        data: &[u8],
        at_edge: bool,
    ) -> Result<(Vec<ObjectId>, i64), Error> {
        let mut parents = Vec::new();
        let mut lines = data.split(|byte| *byte == b'\n');
        let mut line = lines.next().unwrap_or_default();
        if line.starts_with(b"tree ") {
            line = lines.next().unwrap_or_default();
            while let Some(parent) = line.strip_prefix(b"parent ").and_then(ObjectId::from_hex) {
                check_count(id, &parents)?;
                parents.push(parent);
                line = lines.next().unwrap_or_default();
            }
            let committer = lines.next().unwrap_or_default();
            if line.starts_with(b"author ")
                && let Some(committer) = committer.strip_prefix(b"committer ")
            {
                let seconds = parse_signature(committer).time.seconds;
                return Ok((if at_edge { Vec::new() } else { parents }, seconds));
            }
        }
        // Whoever wrote it like this, reading all of it says what it is.
        let commit = Self::parse(id, data, at_edge)?;
        Ok((commit.parents().to_vec(), commit.committer.time.seconds))
    }

    /// Reads the bytes of a commit object.
    ///
    /// Follows git in accepting what old tools wrote: names with stray brackets, absent times
    /// (then 1970), unknown headers.
    pub(crate) fn parse(id: ObjectId, data: &[u8], at_edge: bool) -> Result<Self, Error> {
        Parser { id, headers: Headers { rest: data } }.commit(at_edge)
    }
}

/// The most parents that a commit may have: the largest merge that people made has some sixty.
const MOST_PARENTS: usize = 1 << 17;

/// An error where there is no room for another parent.
fn check_count(id: ObjectId, parents: &[ObjectId]) -> Result<(), Error> {
    if parents.len() < MOST_PARENTS {
        return Ok(());
    }
    let what = format!("the number of parents of commit {id}");
    Err(Error::TooLarge { what, limit: format!("{MOST_PARENTS} parents") })
}

impl Commit {
    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let people = [&self.author.person, &self.committer.person];
        let people = people.into_iter().map(|person| person.name.len() + person.email.len());
        let headers = self
            .other_headers
            .iter()
            .map(|(key, value)| size_of::<(BString, BString)>() + key.len() + value.len());
        let texts = [&self.encoding, &self.signature].into_iter().flatten().map(|text| text.len());
        size_of::<Self>()
            + size_of_val(self.parents())
            + people.chain(headers).chain(texts).sum::<usize>()
            + self.message.len()
    }
}

/// Lines up to the first blank one, joined by spaces, without leading blank lines.
fn subject(message: &BStr) -> BString {
    let text = message.split(|byte| *byte == 0).next().unwrap_or_default();
    let lines = text.split(|byte| *byte == b'\n').map(|line| line.trim_end_with(is_space));
    let mut lines = lines.skip_while(|line| line.is_empty());
    let mut subject = BString::default();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        if !subject.is_empty() {
            subject.push(b' ');
        }
        subject.extend_from_slice(line);
    }
    subject
}

/// The four characters that git counts as blanks.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

struct Parser<'a> {
    id: ObjectId,
    headers: Headers<'a>,
}

impl Parser<'_> {
    fn commit(mut self, at_edge: bool) -> Result<Commit, Error> {
        let (mut tree, mut parents) = (None, Vec::new());
        let (mut author, mut committer) = (None, None);
        let (mut encoding, mut signature) = (None, None);
        let mut other_headers = Vec::new();
        // Git looks for parents right behind the tree and nowhere else.
        let mut in_parents = true;
        while let Some((key, value)) = self.headers.next_header() {
            match key {
                b"tree" if tree.is_none() => tree = Some(self.object_id(&value, "tree")?),
                b"parent" if in_parents => {
                    check_count(self.id, &parents)?;
                    parents.push(self.object_id(&value, "parent")?);
                }
                b"author" if author.is_none() => author = Some(parse_signature(&value)),
                b"committer" if committer.is_none() => committer = Some(parse_signature(&value)),
                b"encoding" if encoding.is_none() => encoding = Some(value),
                b"gpgsig" if signature.is_none() => signature = Some(value),
                _ => other_headers.push((BString::from(key), value)),
            }
            in_parents &= matches!(key, b"tree" | b"parent");
        }
        let ancestry = match (parents.is_empty(), at_edge) {
            (true, _) => Ancestry::Root,
            (false, true) => Ancestry::ShallowEdge(parents),
            (false, false) => Ancestry::Parents(parents),
        };
        Ok(Commit {
            id: self.id,
            tree: tree.ok_or_else(|| self.malformed("it names no tree"))?,
            ancestry,
            author: author.ok_or_else(|| self.malformed("it names no author"))?,
            committer: committer.ok_or_else(|| self.malformed("it names no committer"))?,
            encoding,
            signature,
            other_headers,
            message: BString::from(self.headers.rest),
        })
    }

    fn object_id(&self, hex: &[u8], header: &str) -> Result<ObjectId, Error> {
        ObjectId::from_hex(hex)
            .ok_or_else(|| self.malformed(&format!("its {header} header holds no object id")))
    }

    fn malformed(&self, what: &str) -> Error {
        Error::UnreadableObject { id: self.id, kind: "commit", source: Cause::new(what) }
    }
}

/// The lines before the first blank one; a line that begins with a space continues the one above.
struct Headers<'a> {
    rest: &'a [u8],
}

impl<'a> Headers<'a> {
    fn next_header(&mut self) -> Option<(&'a [u8], BString)> {
        let first = self.next_line()?;
        let (key, value) = first.split_once_str(b" ").unwrap_or((first, b""));
        let mut value = BString::from(value);
        while self.rest.first() == Some(&b' ') {
            let more = self.next_line()?;
            value.push(b'\n');
            value.extend_from_slice(&more[1..]);
        }
        Some((key, value))
    }

    /// The next line without its end; `None` after taking the blank line that ends the headers.
    fn next_line(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.find_byte(b'\n').unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        self.rest = &self.rest[(end + 1).min(self.rest.len())..];
        if line.is_empty() { None } else { Some(line) }
    }
}

/// Reads `Name <mail> seconds ±hhmm` as git does (`split_ident_line`): the name ends before the
/// blanks in front of the first `<`, the mail at the first `>` after it, the time is looked for
/// after the last `>`, and what can't be read is empty or zero.
///
/// More is kept than git prints in two places: a line without a mail is a name, for which git
/// prints nothing, and a time without a zone or before 1970 is a time, for which git prints none.
pub(crate) fn parse_signature(line: &[u8]) -> Signature {
    let open = line.find_byte(b'<');
    let close = open.and_then(|open| line[open..].find_byte(b'>').map(|length| open + length));
    let person = match (open, close) {
        (Some(open), Some(close)) => {
            Person::new(line[..open].trim_end_with(is_space), &line[open + 1..close])
        }
        _ => Person::new(line.trim_with(is_space), b""),
    };
    let after = line.rfind_byte(b'>').map_or(&b""[..], |close| &line[close + 1..]);
    Signature { person, time: parse_time(after).unwrap_or_default() }
}

fn parse_time(text: &[u8]) -> Option<ZonedTime> {
    let text = text.trim_start_with(is_space);
    let sign = usize::from(text.starts_with(b"-"));
    let (seconds, zone) = text.split_at(sign + digits(&text[sign..]));
    let seconds = seconds.to_str().ok()?.parse().ok()?;
    Some(ZonedTime { seconds, offset_minutes: parse_offset(zone).unwrap_or(0) })
}

/// `±hhmm` as git computes it: the last two digits are minutes, all before them hours.
fn parse_offset(text: &[u8]) -> Option<i32> {
    let text = text.trim_start_with(is_space);
    let sign = match text.first()? {
        b'-' => -1,
        b'+' => 1,
        _ => return None,
    };
    let number: i32 = text[1..1 + digits(&text[1..])].to_str().ok()?.parse().ok()?;
    Some(sign * (number / 100 * 60 + number % 100))
}

/// How many digits the text begins with.
fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";

    fn parse(text: &str) -> Result<Commit, Error> {
        Commit::parse(ObjectId::ZERO, text.as_bytes(), false)
    }

    #[test]
    fn every_byte_of_a_commit_is_in_a_field() {
        let commit = parse(&format!(
            "{TREE}author A U Thor <a@example.com> 1112911993 -0730\n\
             committer C <c@example.com> 1112911994 +0000\n\
             gpgsig one\n two\n \n three\nencoding ISO-8859-1\nmergetag x\n\nSubject\nmore\n\nBody\n"
        ))
        .expect("well formed");
        assert_eq!(commit.author.time, ZonedTime { seconds: 1_112_911_993, offset_minutes: -450 });
        assert_eq!(commit.author.person.to_string(), "A U Thor <a@example.com>");
        assert_eq!(commit.signature, Some("one\ntwo\n\nthree".into()));
        assert_eq!(commit.encoding, Some("ISO-8859-1".into()));
        assert_eq!(commit.other_headers, [("mergetag".into(), "x".into())]);
        assert_eq!(commit.subject(), "Subject more");
        assert_eq!(commit.message, "Subject\nmore\n\nBody\n");
        assert_eq!(commit.ancestry, Ancestry::Root);
    }

    #[test]
    fn further_authors_and_committers_are_told() {
        let people = "author A <a> 1 +0000\nauthor B <b> 1 +0000\ncommitter C <c> 1 +0000\n";
        let commit = parse(&format!("{TREE}{people}committer D <d> 1 +0000\n\nx\n"));
        let commit = commit.expect("well formed");
        assert_eq!(commit.author.person.to_string(), "A <a>");
        let others: Vec<String> = commit.other_people().map(|it| it.person.to_string()).collect();
        assert_eq!(others, ["B <b>", "D <d>"]);
    }

    #[test]
    fn a_commit_without_tree_or_people_is_unreadable() {
        for text in ["", "\n\nmessage", TREE, "tree xyz\n", "author A <a> 0 +0000\n"] {
            assert!(matches!(parse(text), Err(Error::UnreadableObject { .. })), "{text:?}");
        }
    }

    #[test]
    fn odd_people_are_read_as_git_reads_them() {
        for (line, name, email, seconds, offset) in [
            ("A <a@b> 12 +0100", "A", "a@b", 12, 60),
            ("<> 12 +0000", "", "", 12, 0),
            ("A <a@b>", "A", "a@b", 0, 0),
            ("no mail at all", "no mail at all", "", 0, 0),
            ("A <a <b> c> 9 -0001", "A", "a <b", 9, -1),
            ("A <a@b> -5 +9999", "A", "a@b", -5, 99 * 60 + 99),
            ("A <a@b> 99999999999999999999 +0000", "A", "a@b", 0, 0),
            (" A \t< a@b > 12+0100 x", " A", " a@b ", 12, 60),
            ("A <a@b> 12x +0100", "A", "a@b", 12, 0),
            ("A <a@b> 12 +100000", "A", "a@b", 12, 60_000),
            ("A <a@b> x 12 +0100", "A", "a@b", 0, 0),
        ] {
            let signature = parse_signature(line.as_bytes());
            assert_eq!(signature.person.name, name, "{line}");
            assert_eq!(signature.person.email, email, "{line}");
            assert_eq!(signature.time, ZonedTime { seconds, offset_minutes: offset }, "{line}");
        }
    }
}
