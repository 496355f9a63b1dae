use std::cmp::Reverse;
use std::collections::BinaryHeap;

use foldhash::HashMap;

use crate::error::{Cause, Error};
use crate::id::ObjectId;
use crate::repo::Repo;

impl Repo {
    /// The commits that `tips` and their ancestors are and that `is_known` does not know, each
    /// behind its parents and else by committer date. What comes before a known commit is not
    /// looked for.
    pub fn new_commits(
        &self,
        tips: &[ObjectId],
        is_known: &mut dyn FnMut(ObjectId) -> bool,
    ) -> Result<Vec<ObjectId>, Error> {
        let mut graph = Graph::default();
        let mut open: Vec<ObjectId> = Vec::new();
        for tip in tips {
            graph.add(*tip, is_known, &mut open);
        }
        while let Some(id) = open.pop() {
            let (parents, committed) = self.lineage(id)?;
            let number = graph.numbers[&id].expect("it is waiting because it is not known");
            graph.nodes[number].time = committed;
            for parent in parents {
                if let Some(parent) = graph.add(parent, is_known, &mut open) {
                    graph.nodes[number].parents_left += 1;
                    graph.nodes[parent].children.push(number);
                }
            }
        }
        graph.parents_first()
    }
}

/// The commits that are not known, and which of them come after which.
#[derive(Default)]
struct Graph {
    nodes: Vec<Node>,
    /// `None` for a commit that is known.
    numbers: HashMap<ObjectId, Option<usize>>,
}

struct Node {
    id: ObjectId,
    time: i64,
    parents_left: usize,
    children: Vec<usize>,
}

impl Graph {
    fn add(
        &mut self,
        id: ObjectId,
        is_known: &mut dyn FnMut(ObjectId) -> bool,
        open: &mut Vec<ObjectId>,
    ) -> Option<usize> {
        if let Some(number) = self.numbers.get(&id) {
            return *number;
        }
        let number = (!is_known(id)).then_some(self.nodes.len());
        self.numbers.insert(id, number);
        if number.is_some() {
            self.nodes.push(Node { id, time: 0, parents_left: 0, children: Vec::new() });
            open.push(id);
        }
        number
    }

    fn parents_first(mut self) -> Result<Vec<ObjectId>, Error> {
        let key =
            |number: usize, nodes: &[Node]| Reverse((nodes[number].time, nodes[number].id, number));
        let roots = (0..self.nodes.len()).filter(|number| self.nodes[*number].parents_left == 0);
        let mut ready: BinaryHeap<_> = roots.map(|number| key(number, &self.nodes)).collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some(Reverse((_, id, number))) = ready.pop() {
            order.push(id);
            for child in std::mem::take(&mut self.nodes[number].children) {
                self.nodes[child].parents_left -= 1;
                if self.nodes[child].parents_left == 0 {
                    ready.push(key(child, &self.nodes));
                }
            }
        }
        // Packs can say so: that commits are what their ids say is not looked at there.
        match self.nodes.iter().filter(|node| node.parents_left > 0).map(|node| node.id).min() {
            None => Ok(order),
            Some(id) => {
                let source = Cause::new("it came before itself, or behind one that did");
                Err(Error::UnreadableObject { id, kind: "commit", source })
            }
        }
    }
}
