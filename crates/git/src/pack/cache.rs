use std::collections::HashMap;
use std::mem;

use foldhash::fast::RandomState;

use super::reader::{Object, Place};

/// Objects that were decoded lately, in two generations: what was not asked for while the younger
/// one filled up is forgotten.
pub(super) struct Cache {
    young: HashMap<Place, Object, RandomState>,
    old: HashMap<Place, Object, RandomState>,
    young_bytes: usize,
    limit: usize,
}

impl Cache {
    /// A cache that keeps at most so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            young: HashMap::default(),
            old: HashMap::default(),
            young_bytes: 0,
            limit: bytes / 2,
        }
    }

    pub(super) fn get(&mut self, key: Place) -> Option<Object> {
        if let Some(found) = self.young.get(&key) {
            return Some(found.clone());
        }
        let found = self.old.remove(&key)?;
        self.add(key, found.clone());
        Some(found)
    }

    /// Keeps an object, unless it is too large.
    pub(super) fn add(&mut self, key: Place, object: Object) -> bool {
        // What an entry costs besides its content.
        let bytes = object.content.len() + 96;
        if bytes > self.limit {
            return false;
        }
        if self.young_bytes + bytes > self.limit {
            self.old = mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        if self.young.insert(key, object).is_none() {
            self.young_bytes += bytes;
        }
        true
    }
}
