use super::*;

/// Of so many of the last changes of a file is told how many mended something.
pub const LAST_CHANGES_TOLD: usize = 20;

/// What stands out among the files of a change, to tell people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notable {
    /// The file that was mended most in its last [`LAST_CHANGES_TOLD`] changes, as a place in [`Shape::files`]; how often,
    /// and in how many changes.
    pub most_mended: Option<(usize, usize, usize)>,
    /// How many earlier changes changed one of the files.
    pub changes: usize,
    /// How many of them the author made.
    pub own: usize,
    /// How many earlier commits, whatever they changed, mend a defect.
    pub fixes: u32,
}

impl Known<'_> {
    /// What stands out. The change is the one of which this is known.
    pub fn notable(&self, shape: &Shape) -> Notable {
        let mut notable = Notable::default();
        let mut changes: Vec<u32> =
            self.files.iter().flat_map(|file| file.iter().copied()).collect();
        changes.sort_unstable();
        changes.dedup();
        let by_author = |deed: &&u32| Some(self.deeds[**deed as usize].author) == shape.author;
        notable.own = changes.iter().filter(by_author).count();
        notable.changes = changes.len();
        notable.fixes = self.repository.fixes;
        for (place, file) in self.files.iter().enumerate() {
            let last = &file[file.len().saturating_sub(LAST_CHANGES_TOLD)..];
            let fixes = last.iter().filter(|deed| self.deeds[**deed as usize].is_fix).count();
            if fixes > notable.most_mended.map_or(0, |(_, most, _)| most) {
                notable.most_mended = Some((place, fixes, last.len()));
            }
        }
        notable
    }
}
