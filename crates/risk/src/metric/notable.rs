use super::*;

/// Of so many of the last changes of a file is told how many mended something.
pub const LAST_CHANGES_TOLD: usize = 20;

/// A share of commits of late is told where they count as so many of today at least.
pub const LEAST_COUNTED: f64 = 20.0;

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
    /// Which share of the last commits added fewer lines, and which more: of all, and of code. `None` where none are compared.
    pub added: [Option<[f64; 2]>; 2],
    /// How many earlier commits mend a defect, whatever they changed, of those that are known and no merges.
    pub fixes: u32,
    /// The share of fixes among earlier commits, each halved every 90 days; `None` where all count less than [`LEAST_COUNTED`].
    pub share_of_fixes: Option<f64>,
}

impl Known<'_> {
    /// What stands out. The change is the one of which this is known, and `row` what [`Known::measure`] says of it.
    pub fn notable(&self, shape: &Shape, row: &Row) -> Notable {
        let mut notable = Notable::default();
        let mut changes: Vec<u32> =
            self.files.iter().flat_map(|file| file.iter().copied()).collect();
        changes.sort_unstable();
        changes.dedup();
        let by_author = |deed: &&u32| Some(self.deeds[**deed as usize].author) == shape.author;
        notable.own = changes.iter().filter(by_author).count();
        notable.changes = changes.len();
        notable.added = [LA, CODE_LA].map(|metric| self.usual.less_and_more(metric, row[metric]));
        notable.fixes = self.repository.fixes;
        notable.share_of_fixes = self.repository.recent_share_of_fixes(shape.committed);
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
