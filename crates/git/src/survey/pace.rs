//! How many commits are looked at together.

use std::cell::Cell;

use super::{COMMITS_TOGETHER, MOST_FILES_TOGETHER};

/// What some commits take, or what may still be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Load {
    pub files: usize,
    pub bytes: usize,
}

impl Load {
    /// What commits that are looked at together may take.
    pub fn most(bytes: usize) -> Self {
        Self { files: MOST_FILES_TOGETHER, bytes }
    }

    pub fn fits(self, room: Self) -> bool {
        self.files <= room.files && self.bytes <= room.bytes
    }

    /// What is left of a room.
    pub fn left_of(self, room: Self) -> Self {
        Self {
            files: room.files.saturating_sub(self.files),
            bytes: room.bytes.saturating_sub(self.bytes),
        }
    }
}

/// What is known of how many commits fit: those that were looked at last tell.
pub(super) struct Pace {
    last: Cell<(usize, Load)>,
    most: Cell<usize>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { last: Cell::default(), most: Cell::new(COMMITS_TOGETHER) }
    }
}

impl Pace {
    /// How many commits are to be tried where there is so much room; at least one.
    pub fn next(&self, room: Load) -> usize {
        let (commits, load) = self.last.get();
        // Three quarters of what would fit if all were alike.
        let fits = |room: usize, load: usize| {
            let fits = (room as u128 * commits as u128 * 3 / 4).checked_div(load as u128);
            fits.map_or(usize::MAX, |fits| usize::try_from(fits).unwrap_or(usize::MAX))
        };
        fits(room.files, load.files).min(fits(room.bytes, load.bytes)).clamp(1, self.most.get())
    }

    /// So many commits took so much, whether it was too much or not.
    pub fn learn(&self, commits: usize, load: Load) {
        self.last.set((commits, load));
    }

    /// Never tries so many again.
    pub fn slow_down(&self, commits: usize) {
        self.most.set((commits / 2).max(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_tried_as_fit_if_they_are_like_the_last() {
        let (pace, room) = (Pace::default(), Load { files: 1000, bytes: 100_000 });
        assert_eq!(pace.next(room), COMMITS_TOGETHER);
        pace.learn(10, Load { files: 100, bytes: 10 });
        assert_eq!(pace.next(room), 75);
        pace.learn(10, Load { files: 100, bytes: 100_000 });
        assert_eq!(pace.next(room), 7);
        assert_eq!(pace.next(Load { files: 0, bytes: 100_000 }), 1);
        pace.learn(10, Load { files: 0, bytes: 0 });
        assert_eq!(pace.next(room), COMMITS_TOGETHER);
        pace.slow_down(40);
        assert_eq!(pace.next(room), 20);
    }
}
