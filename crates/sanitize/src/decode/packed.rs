//! What holds other contents: gzip, zlib, zip and tar. Nothing is trusted: what is unpacked, how many
//! members there are and how deep they are in one another has limits, and what is beyond is named.

use std::borrow::Cow;
use std::ops::Range;

use super::kind::{Kind, is_binary};
use super::sight::join;
use super::{Limits, Sight, inflate, markup, tar, zip};
use crate::finding::Finding;
use crate::scanner::Scanner;

/// How many may be in one another.
const DEEPEST: usize = 3;

/// How the content of a member is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// It stands there as it is.
    Stored,
    Deflate,
    Gzip,
    Zlib,
}

/// How the name of a member is shown.
pub(super) type Show<'a> = dyn Fn(&[u8]) -> String + 'a;

/// A content within another one.
#[derive(Debug)]
pub(super) struct Member {
    /// What it is called in reports: `zip: letters/a.txt`.
    pub within: String,
    /// What it is called in the archive; empty where that says nothing.
    pub name: Vec<u8>,
    pub data: Range<usize>,
    pub packing: Packing,
}

impl Scanner {
    pub(super) fn unfold_packed(
        &self,
        bytes: &[u8],
        kind: Kind,
        depth: usize,
        limits: &mut Limits,
    ) -> Sight {
        let mut sight = Sight::default();
        if limits.nested >= DEEPEST {
            limits.miss(Some(kind.name()), "it is packed more often than is looked into", true);
            return sight;
        }
        limits.nested += 1;
        let mut binary = 0;
        let show = |name: &[u8]| shown(kind, &self.name_with_marks(name));
        for member in members(bytes, kind, limits, &show) {
            if limits.members == 0 {
                limits.miss(Some(kind.name()), "it has more members than are looked into", true);
                break;
            }
            if limits.output == 0 {
                limits.miss(Some(kind.name()), "it is too large when it is unpacked", true);
                break;
            }
            limits.members -= 1;
            binary += usize::from(!self.unfold_member(bytes, &member, depth, limits, &mut sight));
        }
        limits.nested -= 1;
        match (binary, kind) {
            (0, _) => {}
            (_, Kind::Gzip | Kind::Zlib) => limits.miss(Some(kind.name()), "it is binary", false),
            (1, _) => limits.miss(Some(kind.name()), "one member is binary", false),
            (many, _) => {
                limits.miss(Some(kind.name()), &format!("{many} members are binary"), false);
            }
        }
        sight
    }

    /// Looks into a member; `false` where it is binary.
    fn unfold_member(
        &self,
        bytes: &[u8],
        member: &Member,
        depth: usize,
        limits: &mut Limits,
        sight: &mut Sight,
    ) -> bool {
        let named = self.scan_name(&member.name).into_iter();
        sight.fixed.extend(named.map(|finding| Finding {
            span: member.data.clone(),
            field: Some("name of the member".to_owned()),
            within: Some(member.within.clone()),
            ..finding.of_decoded(&member.name)
        }));
        let known = limits.unseen.len();
        let mut content = unpacked(&bytes[member.data.clone()], member.packing, limits);
        let is_document = markup::is_document(&member.within);
        if is_document {
            content = markup::text_of(&content).into();
        }
        let is_binary = is_binary(&content);
        if !is_binary {
            let is_exact = member.packing == Packing::Stored && !is_document;
            let scanner = match &member.name[..] {
                [] => self.clone(),
                name => self.in_file(name),
            };
            let findings = scanner.unfold(&content, depth, limits).into_findings(&content);
            sight.fixed.extend(
                findings.into_iter().map(|it| placed(it.of_decoded(&content), member, is_exact)),
            );
        }
        for unseen in limits.unseen.iter_mut().skip(known) {
            unseen.within = Some(join(&member.within, unseen.within.take()));
        }
        !is_binary
    }
}

/// A finding in a member as one in what holds it.
fn placed(mut finding: Finding, member: &Member, is_exact: bool) -> Finding {
    let begin = member.data.start;
    finding.span = match is_exact {
        true => begin + finding.span.start..begin + finding.span.end,
        false => member.data.clone(),
    };
    finding.within = Some(join(&member.within, finding.within.take()));
    finding
}

fn members(bytes: &[u8], kind: Kind, limits: &mut Limits, show: &Show<'_>) -> Vec<Member> {
    let all = |packing: Packing| {
        let within = kind.name().to_owned();
        vec![Member { within, name: Vec::new(), data: 0..bytes.len(), packing }]
    };
    match kind {
        Kind::Gzip => all(Packing::Gzip),
        Kind::Zlib => all(Packing::Zlib),
        Kind::Zip => zip::members(bytes, limits, show),
        Kind::Tar => tar::members(bytes, limits, show),
        _ => Vec::new(),
    }
}

/// The content of a member as far as the limits go.
fn unpacked<'a>(data: &'a [u8], packing: Packing, limits: &mut Limits) -> Cow<'a, [u8]> {
    let (content, is_damaged): (Cow<'_, [u8]>, bool) = match packing {
        Packing::Stored => (data.into(), false),
        _ => {
            let (content, is_damaged) = inflate::unpack(data, packing, limits.output + 1);
            (content.into(), is_damaged)
        }
    };
    if is_damaged {
        limits.miss(None, "it is damaged", true);
    }
    let most = limits.output;
    // What becomes nothing is work, too, and many members of a zip may be the same part of it.
    limits.output = most.saturating_sub(content.len().max(data.len()));
    if content.len() <= most {
        return content;
    }
    limits.miss(None, "it is too large when it is unpacked", true);
    match content {
        Cow::Borrowed(content) => content[..most].into(),
        Cow::Owned(mut content) => {
            content.truncate(most);
            content.into()
        }
    }
}

/// The name of a member as it can be shown: nothing in it that is no letter, digit or plain mark, and not
/// too long.
fn shown(kind: Kind, name: &[u8]) -> String {
    const LONGEST: usize = 80;
    let is_plain =
        |letter: &char| letter.is_alphanumeric() || letter.is_ascii_graphic() || *letter == ' ';
    let plain = |letter: char| if is_plain(&letter) { letter } else { '?' };
    let mut name: String = String::from_utf8_lossy(name).chars().map(plain).collect();
    let count = name.chars().count();
    if count > LONGEST {
        let end: String = name.chars().skip(count - LONGEST + 3).collect();
        name = format!("...{end}");
    }
    format!("{}: {name}", kind.name())
}
