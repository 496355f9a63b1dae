//! Where packets begin and end (RFC 9580, section 4.2). Lengths are known from the beginning: only data,
//! which is read nowhere here, may come in parts.

use pgp::packet::{PacketHeader, Signature};
use pgp::types::{PacketHeaderVersion, PacketLength, Tag};

pub(crate) const SIGNATURE: u8 = 2;
pub(crate) const SECRET_KEY: u8 = 5;
pub(crate) const PUBLIC_KEY: u8 = 6;
pub(crate) const SECRET_SUBKEY: u8 = 7;
pub(crate) const MARKER: u8 = 10;
pub(crate) const TRUST: u8 = 12;
pub(crate) const USER_ID: u8 = 13;
pub(crate) const PUBLIC_SUBKEY: u8 = 14;
pub(crate) const USER_ATTRIBUTE: u8 = 17;
pub(crate) const PADDING: u8 = 21;
/// From this type on a packet may be passed over by who does not know it (section 4.3).
pub(crate) const FIRST_NOT_CRITICAL: u8 = 40;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet<'a> {
    pub(crate) kind: u8,
    pub(crate) body: &'a [u8],
}

impl Packet<'_> {
    /// What rPGP wants to know of a packet besides its body.
    pub(crate) fn header(&self) -> Option<PacketHeader> {
        let length = PacketLength::Fixed(u32::try_from(self.body.len()).ok()?);
        PacketHeader::from_parts(PacketHeaderVersion::New, Tag::from(self.kind), length).ok()
    }

    /// The signature that the packet is; `None` where it can not be read to its end.
    pub(crate) fn signature(&self) -> Option<Signature> {
        let mut rest = self.body;
        let signature = Signature::try_from_reader(self.header()?, &mut rest).ok()?;
        rest.is_empty().then_some(signature)
    }
}

/// The packets one behind the other; the last is `None` where something is no packet.
pub(crate) struct Packets<'a> {
    rest: &'a [u8],
}

impl<'a> Packets<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Option<Packet<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let packet = first(self.rest);
        self.rest = packet.map_or(&[], |(_, rest)| rest);
        Some(packet.map(|(packet, _)| packet))
    }
}

fn first(bytes: &[u8]) -> Option<(Packet<'_>, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (kind, length, rest) = match tag {
        0xc0.. => {
            let (length, rest) = new_length(rest)?;
            (tag & 0x3f, length, rest)
        }
        0x80.. => {
            let (length, rest) = match tag & 3 {
                0 => number::<1>(rest)?,
                1 => number::<2>(rest)?,
                2 => number::<4>(rest)?,
                _ => return None,
            };
            (tag >> 2 & 0x0f, length, rest)
        }
        _ => return None,
    };
    let (body, rest) = rest.split_at_checked(length)?;
    Some((Packet { kind, body }, rest))
}

fn new_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match *bytes {
        [first @ ..192, ref rest @ ..] => Some((first.into(), rest)),
        [first @ 192..224, second, ref rest @ ..] => {
            Some(((usize::from(first) - 192) * 256 + usize::from(second) + 192, rest))
        }
        [255, ref rest @ ..] => number::<4>(rest),
        _ => None,
    }
}

/// A number, big end first.
fn number<const BYTES: usize>(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (digits, rest) = bytes.split_first_chunk::<BYTES>()?;
    Some((digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(bytes: &[u8]) -> Vec<Option<(u8, usize)>> {
        Packets::new(bytes)
            .map(|packet| packet.map(|packet| (packet.kind, packet.body.len())))
            .collect()
    }

    #[test]
    fn old_and_new_headers_divide_packets() {
        assert_eq!(
            kinds(&[0x88, 1, 7, 0xc2, 2, 7, 7, 0xb4, 0]),
            [Some((2, 1)), Some((2, 2)), Some((13, 0))]
        );
        let long = [&[0xcd, 192, 8][..], &[0; 200], &[0x8a, 0, 0, 0, 0]].concat();
        assert_eq!(kinds(&long), [Some((13, 200)), Some((2, 0))]);
    }

    #[test]
    fn what_is_no_packet_ends_the_list() {
        for bytes in
            [&[0][..], &[0x88], &[0x88, 2, 7], &[0x8b, 7], &[0xc2, 224, 7], &[0xc2, 255, 0]]
        {
            assert_eq!(kinds(bytes), [None], "{bytes:?}");
        }
    }
}
