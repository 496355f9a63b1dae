//! The commits and what came before them, as columns in memory.

use std::cell::OnceCell;
use std::collections::{BinaryHeap, HashMap, HashSet};

use gitops_health_git::{ObjectId, ZonedTime};
use rusqlite::Connection;

use crate::chunk::{self, GRAPH_PART, Kind};
use crate::error::Fault;
use crate::sum::{Rows, Sum};

/// The place of a commit in the index. Parents have lower numbers than their children.
pub(crate) type Number = u32;

/// No commit.
const NONE: u32 = u32::MAX;

/// What is always known of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// The committer's clock, or a second after the latest parent where that is later: no commit
    /// comes before one of its parents by it (the corrected commit date of git's commit-graph).
    pub corrected: i64,
    pub committed: i64,
    pub first_parent: u32,
    pub second_parent: u32,
    pub author: u32,
    pub flags: u16,
    /// Minutes east of UTC.
    pub zone: i16,
    /// The first bytes of the id: they decide between commits of one second.
    pub begin: u64,
}

/// The first eight bytes of an id.
pub(crate) fn begin_of(id: ObjectId) -> u64 {
    let bytes = id.as_bytes();
    u64::from_be_bytes(std::array::from_fn(|place| bytes[place]))
}

/// What is said of a commit by [`Node::flags`].
pub(crate) mod flag {
    pub const MERGE: u16 = 1;
    pub const FIX: u16 = 2;
    pub const REVERT: u16 = 4;
    pub const SHALLOW_EDGE: u16 = 8;
    /// What it did to files could not be looked at.
    pub const UNREAD: u16 = 16;
    /// Not every file that may have moved could be compared.
    pub const NOT_ALL_COMPARED: u16 = 32;
    /// It has more than two parents.
    pub const OCTOPUS: u16 = 64;
    /// The lines of some of its files could not be counted.
    pub const NOT_ALL_COUNTED: u16 = 128;
}

const NODE: usize = 40;

impl Node {
    pub fn is(self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    pub fn time(self) -> ZonedTime {
        ZonedTime { seconds: self.committed, offset_minutes: i32::from(self.zone) }
    }

    /// Newer commits have larger keys, and no commit a smaller one than its parents.
    pub fn order(self) -> (i64, u64) {
        (self.corrected, self.begin)
    }

    fn write(self, data: &mut Vec<u8>) {
        data.extend_from_slice(&self.corrected.to_le_bytes());
        data.extend_from_slice(&self.committed.to_le_bytes());
        for number in [self.first_parent, self.second_parent, self.author] {
            data.extend_from_slice(&number.to_le_bytes());
        }
        data.extend_from_slice(&self.begin.to_le_bytes());
        data.extend_from_slice(&self.flags.to_le_bytes());
        data.extend_from_slice(&self.zone.to_le_bytes());
    }

    fn read(data: &[u8; NODE]) -> Self {
        let long = |at: usize| i64::from_le_bytes(std::array::from_fn(|i| data[at + i]));
        let word = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| data[at + i]));
        let half = |at: usize| u16::from_le_bytes([data[at], data[at + 1]]);
        Self {
            corrected: long(0),
            committed: long(8),
            first_parent: word(16),
            second_parent: word(20),
            author: word(24),
            begin: long(28).cast_unsigned(),
            flags: half(36),
            zone: half(38) as i16,
        }
    }
}

/// What is known of a commit besides, read where it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Detail {
    pub id: ObjectId,
    pub files: u32,
    pub added: u32,
    pub deleted: u32,
}

const DETAIL: usize = 32;

impl Detail {
    pub fn write(self, data: &mut Vec<u8>) {
        data.extend_from_slice(self.id.as_bytes());
        for number in [self.files, self.added, self.deleted] {
            data.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn read(data: &[u8; DETAIL]) -> Self {
        let word = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| data[at + i]));
        let id = ObjectId::from_bytes(std::array::from_fn(|i| data[i]));
        Self { id, files: word(20), added: word(24), deleted: word(28) }
    }
}

/// All commits of the index.
#[derive(Default)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    /// The third parent and those behind it.
    more_parents: HashMap<Number, Vec<Number>>,
    details: Vec<OnceCell<Vec<Detail>>>,
}

impl Graph {
    pub fn read(connection: &Connection) -> Result<Self, Fault> {
        let mut graph = Self::default();
        for (part, data) in chunk::read_parts(connection, Kind::Graph, 0)? {
            let (records, rest) = data.as_chunks::<NODE>();
            let is_next = graph.nodes.len() == part as usize * GRAPH_PART as usize;
            if !is_next || !rest.is_empty() {
                return Err(Fault::damaged("a part of the graph is missing"));
            }
            graph.nodes.extend(records.iter().map(Node::read));
        }
        for (number, node) in graph.nodes.iter().enumerate() {
            let is_before = |parent: u32| parent == NONE || (parent as usize) < number;
            if !is_before(node.first_parent) || !is_before(node.second_parent) {
                return Err(Fault::damaged("a commit stands before one of its parents"));
            }
        }
        if graph.nodes.iter().any(|node| node.is(flag::OCTOPUS)) {
            graph.read_more_parents(connection)?;
        }
        graph.details.resize_with(graph.nodes.len().div_ceil(GRAPH_PART as usize), OnceCell::new);
        Ok(graph)
    }

    fn read_more_parents(&mut self, connection: &Connection) -> Result<(), Fault> {
        for (number, parent) in more_parents(connection)? {
            if parent >= number || number as usize >= self.nodes.len() {
                return Err(Fault::damaged("a commit stands before one of its parents"));
            }
            self.more_parents.entry(number).or_default().push(parent);
        }
        Ok(())
    }

    /// An error where there are more or fewer details than commits.
    pub fn check_details(&self, connection: &Connection) -> Result<(), Fault> {
        let mut count = 0;
        for (part, data) in chunk::read_parts(connection, Kind::Details, 0)? {
            if count != part as usize * GRAPH_PART as usize || data.len() % DETAIL != 0 {
                return Err(Fault::damaged("details of commits are missing"));
            }
            count += data.len() / DETAIL;
        }
        match count == self.len() {
            true => Ok(()),
            false => Err(Fault::damaged("there are not as many details as commits")),
        }
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn node(&self, number: Number) -> Node {
        self.nodes[number as usize]
    }

    /// The details of a commit.
    pub fn detail(&self, connection: &Connection, number: Number) -> Result<Detail, Fault> {
        let part = number / GRAPH_PART;
        let cell = &self.details[part as usize];
        let details = match cell.get() {
            Some(details) => details,
            None => {
                let data = chunk::read(connection, Kind::Details, 0, part)?
                    .ok_or_else(|| Fault::damaged("details of commits are missing"))?;
                let (records, _) = data.as_chunks::<DETAIL>();
                cell.get_or_init(|| records.iter().map(Detail::read).collect())
            }
        };
        let detail = details.get((number % GRAPH_PART) as usize).copied();
        detail.ok_or_else(|| Fault::damaged("details of a commit are missing"))
    }

    /// An error where one of these commits, which were not found, is here all the same.
    pub fn check_absent(&self, connection: &Connection, ids: &[ObjectId]) -> Result<(), Fault> {
        if ids.is_empty() {
            return Ok(());
        }
        let wanted: HashSet<ObjectId> = ids.iter().copied().collect();
        let begins: HashSet<u64> = ids.iter().map(|id| begin_of(*id)).collect();
        for (number, _) in self.nodes.iter().enumerate().filter(|it| begins.contains(&it.1.begin)) {
            if wanted.contains(&self.detail(connection, number as Number)?.id) {
                return Err(Fault::damaged("a commit is not found under its id"));
            }
        }
        Ok(())
    }

    pub fn parents(&self, number: Number) -> impl Iterator<Item = Number> + '_ {
        let node = self.node(number);
        let more = if node.is(flag::OCTOPUS) { self.more_parents.get(&number) } else { None };
        [node.first_parent, node.second_parent]
            .into_iter()
            .filter(|parent| *parent != NONE)
            .chain(more.into_iter().flatten().copied())
    }

    /// Which of some commits a commit came after or is, of any up to `last`.
    pub fn came_after(&self, early: &[Number], last: Number) -> Marks {
        let first = early.iter().copied().min().unwrap_or(last);
        let width = early.len().div_ceil(64).max(1);
        let mut marks = Marks { first, width, bits: Vec::new() };
        marks.bits.resize(width * (last + 1).saturating_sub(first) as usize, 0);
        let mut own: Vec<(Number, usize)> = early.iter().copied().zip(0..).collect();
        own.sort_unstable();
        let mut own = own.into_iter().peekable();
        // Children have higher numbers: one sweep finds everybody.
        for number in first..=last {
            if let Some((_, place)) = own.next_if(|(early, _)| *early == number) {
                marks.bits[(number - first) as usize * width + place / 64] |= 1 << (place % 64);
            }
            for parent in self.parents(number).filter(|parent| *parent >= first) {
                marks.add(number, parent);
            }
        }
        marks
    }

    /// For each of some commits the last of `early` that it came after, where it came after any.
    pub fn last_before(&self, early: &[Number], late: &[Number]) -> Vec<Option<Number>> {
        let (Some(first), Some(last)) = (early.iter().min(), late.iter().max()) else {
            return vec![None; late.len()];
        };
        let mut ranks: Vec<(Number, u32)> = early.iter().copied().zip(1..).collect();
        ranks.sort_unstable();
        let mut ranks = ranks.into_iter().peekable();
        // The rank of the last of them among a commit and those that it came after; zero for none.
        let mut best: Vec<u32> = Vec::with_capacity((*last + 1).saturating_sub(*first) as usize);
        let inherited = |best: &[u32], number: Number| {
            let parents = self.parents(number).filter(|parent| parent >= first);
            parents.map(|parent| best[(parent - first) as usize]).max().unwrap_or(0)
        };
        for number in *first..=*last {
            let own = ranks.next_if(|(early, _)| *early == number).map_or(0, |(_, rank)| rank);
            best.push(own.max(inherited(&best, number)));
        }
        let found = late.iter().map(|number| match number >= first {
            true => (inherited(&best, *number) as usize).checked_sub(1).map(|rank| early[rank]),
            false => None,
        });
        found.collect()
    }

    /// The best common ancestors of two commits: those that none of the others descends from.
    pub fn merge_bases(&self, one: Number, two: Number) -> Vec<Number> {
        const COMMON: u8 = 3;
        const BELOW: u8 = 4;
        let mut marks: HashMap<Number, u8> = HashMap::new();
        let mut open = BinaryHeap::new();
        let (mut found, mut undecided) = (Vec::new(), 0);
        let mut mark = |number, more: u8, open: &mut BinaryHeap<Number>, undecided: &mut usize| {
            let known = marks.entry(number).or_default();
            let before = *known;
            *known |= more;
            if before == 0 {
                open.push(number);
                *undecided += usize::from(more & BELOW == 0);
            } else if before & BELOW == 0 && more & BELOW != 0 {
                *undecided -= 1;
            }
            *known
        };
        mark(one, 1, &mut open, &mut undecided);
        mark(two, 2, &mut open, &mut undecided);
        // Children have higher numbers, so that all is known of the highest.
        while undecided > 0 {
            let Some(number) = open.pop() else { break };
            let mut marked = mark(number, 0, &mut open, &mut undecided);
            undecided -= usize::from(marked & BELOW == 0);
            if marked & COMMON == COMMON && marked & BELOW == 0 {
                found.push(number);
                marked |= BELOW;
            }
            for parent in self.parents(number) {
                mark(parent, marked, &mut open, &mut undecided);
            }
        }
        found
    }

    /// `tips` and all that came before them.
    pub fn ancestors(&self, tips: &[Number]) -> Ancestors {
        let mut ancestors = Ancestors { marks: vec![false; self.len()], count: 0 };
        for tip in tips {
            ancestors.marks[*tip as usize] = true;
        }
        // Children have higher numbers: one sweep finds everybody.
        for number in (0..=tips.iter().copied().max().unwrap_or_default()).rev() {
            if ancestors.marks.get(number as usize) == Some(&true) {
                ancestors.count += 1;
                for parent in self.parents(number) {
                    ancestors.marks[parent as usize] = true;
                }
            }
        }
        ancestors
    }
}

/// Which of some commits others came after or are.
pub(crate) struct Marks {
    first: Number,
    /// How many words each commit has.
    width: usize,
    bits: Vec<u64>,
}

impl Marks {
    /// So many fit in a line of the cache.
    pub const MOST: usize = 512;

    fn add(&mut self, number: Number, parent: Number) {
        let [number, parent] = [number, parent].map(|it| (it - self.first) as usize * self.width);
        for word in 0..self.width {
            self.bits[number + word] |= self.bits[parent + word];
        }
    }

    /// The last of these places whose commit a commit came after or is.
    pub fn last_of(&self, number: Number, places: impl Iterator<Item = usize>) -> Option<usize> {
        let begin = number.checked_sub(self.first)? as usize * self.width;
        let bits = self.bits.get(begin..begin + self.width)?;
        places.filter(|place| bits[place / 64] >> (place % 64) & 1 == 1).max()
    }
}

/// Some commits and all that came before them.
pub(crate) struct Ancestors {
    marks: Vec<bool>,
    pub count: usize,
}

impl Ancestors {
    pub fn contains(&self, number: Number) -> bool {
        self.marks[number as usize]
    }

    pub fn leave_out(&mut self, number: Number) {
        if std::mem::replace(&mut self.marks[number as usize], false) {
            self.count -= 1;
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Number> + '_ {
        self.marks.iter().enumerate().filter(|(_, mark)| **mark).map(|(number, _)| number as Number)
    }
}

/// The third parents of commits and those behind them, with the commits.
fn more_parents(connection: &Connection) -> Result<Vec<(Number, Number)>, Fault> {
    let mut statement = connection.prepare(
        "SELECT revision, parent FROM parent WHERE position >= 2 ORDER BY revision, position",
    )?;
    let (mut rows, mut sum) = (statement.query([])?, Sum::new(Rows::MoreParents));
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (number, parent): (u32, u32) = (row.get(0)?, row.get(1)?);
        [number, parent].into_iter().for_each(|it| sum.number(it.into()));
        found.push((number, parent));
    }
    sum.check(connection)?;
    Ok(found)
}

/// An error where commits have other third parents than were written.
pub(crate) fn check_more_parents(connection: &Connection) -> Result<(), Fault> {
    more_parents(connection).map(drop)
}

/// The committer's clock, or a second after the latest parent where that is later.
pub(crate) fn corrected(committed: i64, parents: impl Iterator<Item = i64>) -> i64 {
    /// Whatever clocks say, there is room behind it for as many commits as have numbers.
    const LATEST: i64 = i64::MAX - (1 << 33);
    let committed = committed.min(LATEST);
    let latest = parents.map(|corrected| corrected.saturating_add(1)).max();
    latest.map_or(committed, |latest| latest.max(committed))
}

/// The parents of a commit as a node has them.
pub(crate) fn first_parents(parents: &[Number]) -> (u32, u32) {
    let at = |place: usize| parents.get(place).copied().unwrap_or(NONE);
    (at(0), at(1))
}

/// Commits that are written behind those of the index.
pub(crate) struct GraphWriter {
    next: Number,
    nodes: Vec<u8>,
    details: Vec<u8>,
}

impl GraphWriter {
    /// Goes on where the index, which has `count` commits, ends.
    pub fn behind(connection: &Connection, count: u32) -> Result<Self, Fault> {
        let part = count / GRAPH_PART;
        let load = |kind, size: usize| {
            let data = chunk::read(connection, kind, 0, part)?.unwrap_or_default();
            match data.len() == (count % GRAPH_PART) as usize * size {
                true => Ok(data),
                false => Err(Fault::damaged("the last commits are missing")),
            }
        };
        Ok(Self {
            next: count,
            nodes: load(Kind::Graph, NODE)?,
            details: load(Kind::Details, DETAIL)?,
        })
    }

    pub fn add(
        &mut self,
        connection: &Connection,
        node: Node,
        detail: Detail,
    ) -> Result<(), Fault> {
        node.write(&mut self.nodes);
        detail.write(&mut self.details);
        self.next += 1;
        if self.next.is_multiple_of(GRAPH_PART) {
            self.write(connection, self.next / GRAPH_PART - 1)?;
            self.nodes.clear();
            self.details.clear();
        }
        Ok(())
    }

    pub fn finish(self, connection: &Connection) -> Result<(), Fault> {
        if self.nodes.is_empty() {
            return Ok(());
        }
        self.write(connection, self.next / GRAPH_PART)
    }

    fn write(&self, connection: &Connection, part: u32) -> Result<(), Fault> {
        chunk::write(connection, Kind::Graph, 0, part, &self.nodes)?;
        chunk::write(connection, Kind::Details, 0, part, &self.details)
    }
}
