//! How much happened in each of some periods.

use std::collections::HashSet;
use std::ops::Range;

use gitops_health_git::ObjectId;

use crate::error::{Error, Fault};
use crate::event::Event;
use crate::graph::flag;
use crate::history::History;
use crate::timeline::{Timeline, is_change};

/// About which periods is asked.
#[derive(Clone, Copy, Debug)]
pub struct Periods<'a> {
    /// The last commit that counts, with all that came before it. It is indexed.
    pub tip: ObjectId,
    /// Where periods begin, ascending, in seconds since 1970; the last one is where the last
    /// period ends, and no part of it.
    pub bounds: &'a [i64],
    /// What was committed later than this does not count.
    pub until: Option<i64>,
    /// Neighbouring periods that are looked at as one, too.
    pub spans: &'a [Range<usize>],
}

/// What happened in each of the periods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trend {
    /// One for each period, the oldest first.
    pub periods: Vec<Period>,
    /// One for each span.
    pub spans: Vec<Period>,
    /// How many commits, no merges, count in all, in the periods and before them.
    pub commits: usize,
    /// How many commits, no merges, were committed after the last period by their clocks.
    pub later: usize,
    /// Whether older commits are missing, because the clone is shallow.
    pub is_shallow: bool,
}

/// Counts of the commits of a period, merges left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// How many commits.
    pub commits: usize,
    /// How many people made them.
    pub authors: usize,
    /// How many different files they changed, deleted ones among them.
    pub files: usize,
    /// Lines that came.
    pub added: u64,
    /// Lines that went.
    pub deleted: u64,
    /// How many of the commits mend a defect.
    pub fixes: usize,
    /// How many of them take back an earlier one.
    pub reverts: usize,
    /// How many of the commits are unknown: what they did to files could not be read.
    pub unread: usize,
    /// How many changed files whose lines could not be counted: they are not here or too large.
    pub uncounted: usize,
}

impl History {
    /// What happened in some periods, by the ancestors of a commit and nothing else. A commit
    /// belongs to the period in which it was committed.
    pub fn trend(&self, asked: Periods<'_>) -> Result<Trend, Error> {
        let tip = self.indexed(asked.tip)?;
        let find = || -> Result<Trend, Fault> {
            // One moment for all that is read, while somebody else may write.
            let moment = self.connection.unchecked_transaction()?;
            let trend = self.find_trend(&self.timeline(tip), asked)?;
            moment.commit()?;
            Ok(trend)
        };
        find().map_err(|fault| self.failed("read", fault))
    }

    fn find_trend(&self, timeline: &Timeline, asked: Periods<'_>) -> Result<Trend, Fault> {
        let count = asked.bounds.len().saturating_sub(1);
        let mut trend = Trend {
            periods: vec![Period::default(); count],
            spans: vec![Period::default(); asked.spans.len()],
            ..Trend::default()
        };
        let mut period_of = vec![None; timeline.len()];
        let mut authors = vec![HashSet::new(); count];
        for (place, node) in timeline.nodes(self) {
            trend.is_shallow |= node.is(flag::SHALLOW_EDGE);
            if !is_change(node) {
                continue;
            }
            let behind = asked.bounds.partition_point(|bound| *bound <= node.committed);
            if behind > count || asked.until.is_some_and(|until| node.committed > until) {
                trend.later += 1;
                continue;
            }
            trend.commits += 1;
            let Some(period) = behind.checked_sub(1) else { continue };
            period_of[place as usize] = Some(period);
            authors[period].insert(self.identity(node.author));
            let detail = self.graph.detail(&self.connection, timeline.number(place))?;
            let found = &mut trend.periods[period];
            found.commits += 1;
            found.added += u64::from(detail.added);
            found.deleted += u64::from(detail.deleted);
            found.fixes += usize::from(node.is(flag::FIX));
            found.reverts += usize::from(node.is(flag::REVERT));
            found.unread += usize::from(node.is(flag::UNREAD));
            found.uncounted += usize::from(node.is(flag::NOT_ALL_COUNTED));
        }
        for (period, authors) in trend.periods.iter_mut().zip(&authors) {
            period.authors = authors.len();
        }
        for (span, range) in trend.spans.iter_mut().zip(asked.spans) {
            for period in &trend.periods[range.clone()] {
                span.commits += period.commits;
                span.added += period.added;
                span.deleted += period.deleted;
                span.fixes += period.fixes;
                span.reverts += period.reverts;
                span.unread += period.unread;
                span.uncounted += period.uncounted;
            }
            let everybody: HashSet<u32> =
                authors[range.clone()].iter().flatten().copied().collect();
            span.authors = everybody.len();
        }
        self.count_files(timeline, &period_of, asked.spans, &mut trend)?;
        Ok(trend)
    }

    fn count_files(
        &self,
        timeline: &Timeline,
        period_of: &[Option<usize>],
        spans: &[Range<usize>],
        trend: &mut Trend,
    ) -> Result<(), Fault> {
        for changes in self.changes(timeline)?.values() {
            let is_here = changes.iter().filter(|change| change.event != Event::MovedAway);
            let periods = is_here.filter_map(|change| period_of[change.place as usize]);
            let mut periods: Vec<usize> = periods.collect();
            periods.sort_unstable();
            periods.dedup();
            periods.iter().for_each(|period| trend.periods[*period].files += 1);
            for (span, range) in trend.spans.iter_mut().zip(spans) {
                span.files += usize::from(periods.iter().any(|period| range.contains(period)));
            }
        }
        Ok(())
    }
}
