//! Addresses of the Internet protocol.

use std::net::IpAddr;
use std::ops::Range;

use super::Finder;
use crate::rule::Severity;
use crate::what::What;

impl Finder<'_> {
    pub(super) fn internet_address(&mut self, span: Range<usize>, after: Option<u8>) {
        let text = self.text(&span);
        let Ok(address) = text.parse::<std::net::Ipv4Addr>() else { return };
        // A fifth number makes it an object identifier, as does the type of identifiers behind it in messages of
        // HL7 version 2, and a version is no address.
        let goes_on =
            after == Some(b'.') && self.bytes.get(span.end + 1).is_some_and(u8::is_ascii_digit);
        let is_named =
            [&b"^ISO"[..], b"&ISO"].iter().any(|it| self.bytes[span.end..].starts_with(it));
        if goes_on || is_named || self.context.is_version(span.start) {
            return;
        }
        let severity = match () {
            () if is_of_no_network(address.into()) => Severity::Info,
            // Versions of software have small numbers.
            () if address.octets().iter().all(|octet| *octet < 20) => Severity::Info,
            () => Severity::Medium,
        };
        self.add(What::IpAddress, severity, span);
    }

    /// Internet addresses of version 6.
    pub(super) fn long_addresses(&mut self) {
        let mut at = 0;
        while let Some(found) = memchr::memchr(b':', &self.bytes[at..]) {
            let colon = at + found;
            at = colon + 1;
            let Some(span) = self.groups_around(colon) else { continue };
            let Ok(address) = self.text(&span).parse::<std::net::Ipv6Addr>() else { continue };
            at = span.end;
            let severity = match is_of_no_network(address.into()) {
                true => Severity::Info,
                false => Severity::Medium,
            };
            self.add(What::IpAddress, severity, span);
        }
    }

    /// The groups of hexadecimal digits around the first colon of an address.
    fn groups_around(&self, colon: usize) -> Option<Range<usize>> {
        let is_part = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':';
        // Two letters of hexadecimal and a colon are in every other line of code: the next group
        // has to follow at once.
        let before =
            self.bytes[..colon].iter().rev().take(5).take_while(|it| it.is_ascii_hexdigit());
        let before = before.count();
        if !(1..=4).contains(&before) {
            return None;
        }
        let begin = colon - before;
        let length = self.bytes[begin..].iter().take(46).take_while(|byte| is_part(byte)).count();
        let span = begin..begin + length;
        let text = &self.bytes[span.clone()];
        let groups = text.split(|byte| *byte == b':').filter(|it| !it.is_empty()).count();
        let edge = |at: Option<usize>| {
            at.and_then(|at| self.bytes.get(at))
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b':')
        };
        // Short ones are told from code by the range that addresses of the whole world are in.
        let is_global = before == 4
            && matches!(text[0], b'2' | b'3')
            && memchr::memmem::find(text, b"::").is_some();
        let least = if is_global { 2 } else { 4 };
        let is_apart = !edge(begin.checked_sub(1)) && !edge(Some(span.end));
        (groups >= least && is_apart).then_some(span)
    }
}

/// Whether an address of the Internet protocol is one that many have: private, of the machine itself or of a link,
/// of many at once or of none.
pub(crate) fn is_of_no_network(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_private()
                || address.is_loopback()
                || address.is_unspecified()
                || address.is_broadcast()
                || address.is_link_local()
                || address.is_multicast()
        }
        IpAddr::V6(address) => {
            let first = address.segments()[0];
            first == 0 || first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 || first >= 0xff00
        }
    }
}
