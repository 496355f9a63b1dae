//! Contents that were packed with deflate, in the wrappings that it has.

use std::io::Read;

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::packed::Packing;

/// A content, up to so many bytes, and whether what comes then is damaged.
pub(super) fn unpack(data: &[u8], packing: Packing, most: usize) -> (Vec<u8>, bool) {
    let mut content = Vec::new();
    let mut read =
        |reader: &mut dyn Read| reader.take(most as u64).read_to_end(&mut content).is_err();
    let (is_damaged, rest) = match packing {
        Packing::Gzip => return unpack_gzip(data, most),
        Packing::Zlib => {
            let mut decoder = ZlibDecoder::new(data);
            (read(&mut decoder), decoder.into_inner())
        }
        _ => {
            let mut decoder = DeflateDecoder::new(data);
            (read(&mut decoder), decoder.into_inner())
        }
    };
    // What stands behind the end is not looked at.
    let is_at_end = content.len() < most;
    (content, is_damaged || is_at_end && rest.iter().any(|byte| *byte != 0))
}

/// Several of these may stand behind one another.
fn unpack_gzip(data: &[u8], most: usize) -> (Vec<u8>, bool) {
    let (mut content, mut rest) = (Vec::new(), data);
    loop {
        let left = most - content.len();
        let mut decoder = GzDecoder::new(rest);
        if (&mut decoder).take(left as u64).read_to_end(&mut content).is_err() {
            return (content, true);
        }
        if content.len() >= most {
            return (content, false);
        }
        rest = decoder.into_inner();
        if !rest.starts_with(b"\x1f\x8b") {
            return (content, rest.iter().any(|byte| *byte != 0));
        }
    }
}

/// Whether bytes that begin as zlib's do are what they seem.
pub(super) fn is_zlib(bytes: &[u8]) -> bool {
    let mut content = [0; 16];
    let text = bytes.get(2..18).unwrap_or_default();
    let is_text = text.iter().all(|byte| (b' '..127).contains(byte) || byte.is_ascii_whitespace());
    !is_text && ZlibDecoder::new(bytes).read(&mut content).is_ok_and(|count| count > 0)
}
