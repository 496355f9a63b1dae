use std::collections::HashMap;

use gitops_health_git::RepoPath;

/// Answers about directories, each found from the answer about the one above: the files of a deep
/// directory share all that is above them.
pub(crate) struct Directories<T> {
    known: HashMap<RepoPath, T>,
}

impl<T: Clone> Directories<T> {
    /// Nothing is known but the answer about the root.
    pub(crate) fn new(root: T) -> Self {
        Self { known: HashMap::from([(RepoPath::from(""), root)]) }
    }

    /// The answer about a directory; `below` finds it from that about the directory above.
    pub(crate) fn of(&mut self, directory: &RepoPath, below: impl Fn(&T, &RepoPath) -> T) -> T {
        let mut unknown = Vec::new();
        let mut next = directory.clone();
        let mut answer = loop {
            if let Some(known) = self.known.get(&next) {
                break known.clone();
            }
            let above = next.parent();
            unknown.push(std::mem::replace(&mut next, above));
        };
        while let Some(directory) = unknown.pop() {
            answer = below(&answer, &directory);
            self.known.insert(directory, answer.clone());
        }
        answer
    }
}
