use super::standing::Standing;
use crate::kind::FileKind;
use crate::metric::{Known, Row, Shape};
use crate::model::Model;

/// How much of the points a change gets by what its files count. The model learned from labels that blame documentation and tests, too,
/// and knows of mistakes, not of how much they cost.
pub(super) struct Counted<'a> {
    pub model: &'a Model,
    pub shape: &'a Shape,
    pub known: &'a Known<'a>,
    pub standing: &'a Standing<'a>,
    pub counts: &'a [(FileKind, f64)],
}

impl Counted<'_> {
    /// Whether some file does not count whole.
    pub fn is_partial(&self) -> bool {
        self.counts.iter().any(|(_, count)| *count < 1.0)
    }

    /// The part of the points, from 0 to 1, of a change of which that row was measured.
    ///
    /// The files that count most give what they would get alone, and those that count less as much of what they add to these as they count. Where more
    /// lines of any file never lower what the model says of files, they never lower this.
    pub fn fill(&self, row: &Row) -> f64 {
        let mut levels: Vec<f64> = self.counts.iter().map(|(_, count)| *count).collect();
        levels.sort_by(|one, two| two.total_cmp(one));
        levels.dedup();
        let (mut most, mut filled) = (0.0_f64, 0.0);
        for (place, level) in levels.iter().enumerate() {
            let fill = match place + 1 == levels.len() {
                true => self.standing.fill(self.model.margin(row)),
                false => {
                    let keep: Vec<bool> =
                        self.counts.iter().map(|(_, count)| count >= level).collect();
                    let (shape, known) = self.known.of_some_files(self.shape, &keep);
                    self.standing.fill(self.model.margin(&known.measure(&shape)))
                }
            };
            filled += level * (fill - most).max(0.0);
            most = most.max(fill);
        }
        filled
    }
}
