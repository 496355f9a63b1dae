//! Contents that are packed or encoded, for tests that look into them.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

/// A file of gzip (RFC 1952).
pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("it is in memory");
    encoder.finish().expect("it is in memory")
}

/// A stream of zlib (RFC 1950).
pub fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("it is in memory");
    encoder.finish().expect("it is in memory")
}

/// An archive of members: name, flags, method, content as it is packed.
pub fn zip_of(members: &[(&str, u16, u16, Vec<u8>)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, flags, method, content) in members {
        let place = archive.len() as u32;
        let numbers = |begin: &[u8]| {
            let mut header = begin.to_vec();
            header.extend([20, 0]);
            header.extend(flags.to_le_bytes());
            header.extend(method.to_le_bytes());
            header.extend([0; 8]);
            header.extend((content.len() as u32).to_le_bytes());
            header.extend([0; 4]);
            header.extend((name.len() as u16).to_le_bytes());
            header.extend([0; 2]);
            header
        };
        archive.extend(numbers(b"PK\x03\x04"));
        archive.extend(name.as_bytes());
        archive.extend(content);
        directory.extend(numbers(b"PK\x01\x02\x14\0"));
        directory.extend([0; 10]);
        directory.extend(place.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (begin, count) = (archive.len() as u32, (members.len() as u16).to_le_bytes());
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([count, count].concat());
    archive.extend((directory.len() as u32).to_le_bytes());
    archive.extend(begin.to_le_bytes());
    archive.extend([0; 2]);
    archive
}

/// A content as zip packs it: what zlib makes, without its own header and sum.
pub fn deflated(content: &[u8]) -> Vec<u8> {
    let packed = zlib(content);
    packed[2..packed.len() - 4].to_vec()
}

/// An archive of zip: names, contents.
pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let packed = members.iter().map(|(name, content)| (*name, 0, 8, deflated(content)));
    zip_of(&packed.collect::<Vec<_>>())
}

/// An archive as tar makes it (POSIX ustar): names, contents.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in members {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[148..156].copy_from_slice(b"        ");
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        archive.extend(header);
        archive.extend(*content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// Base64 in the standard alphabet (RFC 4648, 4), on lines of a width.
pub fn base64(text: &[u8], width: usize) -> String {
    let signs = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = Vec::new();
    for group in text.chunks(3) {
        let byte = |at: usize| group.get(at).map_or(0, |byte| usize::from(*byte));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let signs = (0..4).map(|at| signs[bits >> (18 - 6 * at) & 63]);
        encoded.extend(signs.take(group.len() + 1));
        encoded.resize(encoded.len() + 3 - group.len(), b'=');
    }
    let lines = encoded.chunks(width).map(|line| String::from_utf8_lossy(line).into_owned());
    lines.collect::<Vec<_>>().join("\n")
}
