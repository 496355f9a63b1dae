//! What a key makes of a value: the same for ever, and nothing that says what the value was.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A key, ready for any number of values.
#[derive(Clone)]
pub(crate) struct Keyed(Hmac<Sha256>);

impl Keyed {
    pub fn new(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("a key may have any length"))
    }

    /// Numbers for a value of a kind.
    pub fn draw(&self, kind: &str, value: &[u8]) -> Draw {
        let mut mac = self.0.clone();
        mac.update(kind.as_bytes());
        mac.update(b"\0");
        mac.update(value);
        Draw { mac, block: [0; 32], used: 32, blocks: 0 }
    }
}

/// Numbers that look random, any amount of them.
pub(crate) struct Draw {
    mac: Hmac<Sha256>,
    block: [u8; 32],
    used: usize,
    blocks: u32,
}

impl Draw {
    /// The next number, from 0 up to `limit`, which must not be 0.
    pub fn below(&mut self, limit: usize) -> usize {
        if self.used == self.block.len() {
            let mut mac = self.mac.clone();
            mac.update(&self.blocks.to_be_bytes());
            self.block = mac.finalize().into_bytes().into();
            (self.used, self.blocks) = (0, self.blocks.wrapping_add(1));
        }
        let bytes = self.block[self.used..self.used + 8].iter();
        self.used += 8;
        let number = bytes.fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        (number % limit as u64) as usize
    }

    /// A decimal digit as a character.
    pub fn digit(&mut self) -> u8 {
        b'0' + self.below(10) as u8
    }

    /// One of some characters.
    pub fn one_of(&mut self, characters: &[u8]) -> u8 {
        characters[self.below(characters.len())]
    }
}
