use std::collections::HashMap;
use std::convert::Infallible;

use super::*;

const FILE: u32 = 0o100_644;
const PROGRAM: u32 = 0o100_755;
const LINK: u32 = 0o120_000;
const SUBMODULE: u32 = 0o160_000;

/// A commit in the making: its files and their content.
#[derive(Default)]
struct Case {
    candidates: Candidates,
    blobs: HashMap<ObjectId, Vec<u8>>,
    reads: usize,
}

impl Blobs for Case {
    type Error = Infallible;

    fn size(&mut self, id: &ObjectId) -> Result<Option<u64>, Infallible> {
        Ok(self.blobs.get(id).map(|content| content.len() as u64))
    }

    fn read(&mut self, id: &ObjectId) -> Result<Option<Vec<u8>>, Infallible> {
        self.reads += 1;
        Ok(self.blobs.get(id).cloned())
    }
}

impl Case {
    fn entry(&mut self, path: &str, mode: u32, content: &str) -> Entry {
        let id = git2::Oid::hash_object(git2::ObjectType::Blob, content.as_bytes())
            .expect("hashing reads nothing");
        let id = ObjectId::from_git2(id);
        self.blobs.insert(id, content.as_bytes().to_vec());
        Entry { path: RepoPath::from(path), mode, id }
    }

    fn deleted(self, path: &str, content: &str) -> Self {
        self.deleted_as(path, FILE, content)
    }

    fn deleted_as(mut self, path: &str, mode: u32, content: &str) -> Self {
        let entry = self.entry(path, mode, content);
        self.candidates.deleted.push(entry);
        self
    }

    fn modified(mut self, path: &str, content: &str) -> Self {
        let entry = self.entry(path, FILE, content);
        self.candidates.modified.push(entry);
        self
    }

    fn added(self, path: &str, content: &str) -> Self {
        self.added_as(path, FILE, content)
    }

    fn added_as(mut self, path: &str, mode: u32, content: &str) -> Self {
        let entry = self.entry(path, mode, content);
        self.candidates.added.push(entry);
        self
    }

    fn outcome(&mut self, copies: bool, limit: usize) -> Outcome {
        let candidates = self.candidates.clone();
        detect(&candidates, Options { copies, limit, work: Options::WORK }, self)
            .expect("nothing here fails")
    }

    /// The pairs as git prints them: `R087 old new`.
    fn lines(&self, outcome: &Outcome) -> Vec<String> {
        let line = |pair: &Pairing| {
            let old = match pair.source {
                Source::Deleted(index) => &self.candidates.deleted[index],
                Source::Modified(index) => &self.candidates.modified[index],
            };
            let new = &self.candidates.added[pair.destination];
            let letter = if pair.is_copy { 'C' } else { 'R' };
            format!("{letter}{:03} {} {}", pair.similarity, old.path, new.path)
        };
        outcome.pairs.iter().map(line).collect()
    }

    #[track_caller]
    fn renames(mut self, expected: &[&str]) -> Self {
        let outcome = self.outcome(false, Options::DEFAULT_LIMIT);
        assert_eq!(self.lines(&outcome), expected);
        self
    }

    #[track_caller]
    fn copies(mut self, expected: &[&str]) -> Self {
        let outcome = self.outcome(true, Options::DEFAULT_LIMIT);
        assert_eq!(self.lines(&outcome), expected);
        self
    }
}

/// Eight bytes for each letter: a different line for each different letter.
fn text(letters: &str) -> String {
    letters.chars().map(|letter| format!("{}\n", letter.to_string().repeat(7))).collect()
}

#[test]
fn a_file_with_the_same_content_elsewhere_is_a_rename_that_nobody_reads() {
    let case = Case::default().deleted("old", "content").added("new/name", "content");
    assert_eq!(case.renames(&["R100 old new/name"]).reads, 0);
}

#[test]
fn a_rename_prefers_the_source_with_the_same_base_name() {
    Case::default()
        .deleted("a/other", "same")
        .deleted("b/name", "same")
        .added("c/name", "same")
        .renames(&["R100 b/name c/name"]);
}

#[test]
fn among_equal_sources_the_first_by_path_wins_in_whatever_order_they_are_given() {
    let expected = ["R100 a x", "R100 b y"];
    let case = Case::default().deleted("a", "same").deleted("b", "same").deleted("c", "same");
    case.added("x", "same").added("y", "same").renames(&expected);
    let case = Case::default().deleted("c", "same").deleted("b", "same").deleted("a", "same");
    case.added("y", "same").added("x", "same").renames(&expected);
}

#[test]
fn a_deleted_file_is_the_source_of_one_rename() {
    Case::default()
        .deleted("old", "same")
        .added("x", "same")
        .added("y", "same")
        .renames(&["R100 old x"]);
}

#[test]
fn of_several_files_from_one_deleted_file_the_last_is_the_rename_and_the_others_are_copies() {
    Case::default()
        .deleted("old", "same")
        .added("x", "same")
        .added("y", "same")
        .added("z", "same")
        .copies(&["C100 old x", "C100 old y", "R100 old z"]);
}

#[test]
fn what_comes_from_a_modified_file_is_a_copy_and_only_found_when_copies_are_sought() {
    Case::default()
        .modified("stays", &text("abcdefgh"))
        .added("new", &text("abcdefgX"))
        .renames(&[])
        .copies(&["C087 stays new"]);
}

#[test]
fn a_deleted_file_is_a_better_source_than_a_modified_one_of_the_same_content() {
    Case::default()
        .modified("a", "same")
        .deleted("b", "same")
        .added("new", "same")
        .copies(&["R100 b new"]);
}

#[test]
fn similarity_is_the_share_of_common_bytes_in_the_larger_file() {
    Case::default()
        .deleted("old", &text("abcdefgh"))
        .added("new", &text("hgfedcbX"))
        .renames(&["R087 old new"]);
}

#[test]
fn half_of_the_bytes_are_enough_and_less_are_not() {
    Case::default()
        .deleted("old", &text("abcd"))
        .added("new", &text("abXY"))
        .renames(&["R050 old new"]);
    Case::default().deleted("old", &text("abc")).added("new", &text("aXY")).renames(&[]);
}

#[test]
fn files_whose_sizes_rule_a_rename_out_are_not_read() {
    let case = Case::default().deleted("old", &text("a")).added("new", &text("aaa"));
    assert_eq!(case.renames(&[]).reads, 0);
}

#[test]
fn a_unique_base_name_wins_over_a_more_similar_file() {
    let case = Case::default()
        .deleted("a/name", &text("abcdefgh"))
        .added("b/name", &text("abcdefXY"))
        .added("b/other", &text("abcdefgX"));
    case.renames(&["R075 a/name b/name"]).copies(&["C075 a/name b/name", "R087 a/name b/other"]);
}

#[test]
fn a_unique_base_name_does_not_help_below_three_quarters() {
    Case::default()
        .deleted("a/name", &text("abcdefgh"))
        .added("b/name", &text("abcdeXYZ"))
        .added("b/other", &text("abcdefXY"))
        .renames(&["R075 a/name b/other"]);
}

#[test]
fn a_base_name_that_several_files_have_is_no_hint() {
    Case::default()
        .deleted("a/name", &text("abcdefgh"))
        .added("b/name", &text("abcdefXY"))
        .added("b/other", &text("abcdefgX"))
        .added("c/name", &text("unrelatd"))
        .renames(&["R087 a/name b/other"]);
}

#[test]
fn the_most_similar_pair_of_all_is_taken_first() {
    Case::default()
        .deleted("old1", &text("abcdefgh"))
        .deleted("old2", &text("abcdefXh"))
        .added("new1", &text("abcdefXY"))
        .added("new2", &text("abcdefgXh"))
        .renames(&["R087 old2 new1", "R088 old1 new2"]);
}

#[test]
fn between_equally_similar_sources_the_base_name_decides_and_then_the_path() {
    let case = Case::default()
        .deleted("a/one", &text("abcdefgX"))
        .deleted("b/two", &text("abcdefgY"))
        .deleted("c/two", &text("abcdefgZ"));
    case.added("d/two", &text("abcdefgh")).renames(&["R087 b/two d/two"]);
}

#[test]
fn a_destination_only_remembers_its_four_best_sources() {
    let mut case = Case::default();
    for (at, letter) in ["1", "2", "3", "4", "5"].into_iter().enumerate() {
        case = case.deleted(&format!("old{at}"), &text(&format!("abcdefg{letter}")));
    }
    for at in 0..5 {
        case = case.added(
            &format!("new{at}"),
            &text(&format!("abcdefg{}", ["P", "Q", "R", "S", "T"][at])),
        );
    }
    case.renames(&["R087 old0 new0", "R087 old1 new1", "R087 old2 new2", "R087 old3 new3"]);
}

#[test]
fn empty_files_are_renamed_to_empty_files_only() {
    Case::default()
        .deleted("old", "")
        .deleted("other", "")
        .added("new", "")
        .added("word", "x")
        .renames(&["R100 old new"]);
}

#[test]
fn a_program_becomes_a_plain_file_but_a_link_only_a_link() {
    Case::default()
        .deleted_as("program", PROGRAM, "same")
        .deleted_as("link", LINK, "there")
        .added_as("plain", FILE, "same")
        .added_as("plain2", FILE, "there")
        .added_as("link2", LINK, "there")
        .renames(&["R100 link link2", "R100 program plain"]);
}

#[test]
fn links_and_submodules_are_only_renamed_when_they_are_identical() {
    let case = Case::default()
        .deleted_as("link", LINK, &text("abcdefgh"))
        .added_as("link2", LINK, &text("abcdefgX"))
        .deleted_as("module", SUBMODULE, &text("commit"))
        .added_as("module2", SUBMODULE, &text("commit"))
        .renames(&["R100 module module2"]);
    assert_eq!(case.reads, 0);
}

#[test]
fn more_pairs_than_the_square_of_the_limit_leave_only_exact_renames_and_unique_names() {
    let mut case = Case::default()
        .deleted("a/exact", "same")
        .deleted("a/name", &text("abcdefgh"))
        .deleted("a/old1", &text("ABCDEFGH"))
        .deleted("a/old2", &text("12345678"))
        .added("b/moved", "same")
        .added("b/name", &text("abcdefgX"))
        .added("b/new", &text("ABCDEFGX"));
    let limited = case.outcome(false, 1);
    assert!(limited.limit_exceeded);
    assert_eq!(case.lines(&limited), ["R100 a/exact b/moved", "R087 a/name b/name"]);
    for limit in [2, 0] {
        let outcome = case.outcome(false, limit);
        assert!(!outcome.limit_exceeded);
        assert_eq!(outcome.pairs.len(), 3, "limit {limit}");
    }
}

#[test]
fn a_blob_that_is_not_there_is_renamed_only_to_itself() {
    let mut case = Case::default()
        .deleted("here", &text("abcdefgh"))
        .deleted("gone", &text("ABCDEFGH"))
        .added("moved", &text("ABCDEFGH"))
        .added("changed", &text("abcdefgX"));
    let unread = case.candidates.deleted[1].id;
    case.blobs.remove(&unread);
    let case = case.renames(&["R087 here changed", "R100 gone moved"]);
    let missing = case.candidates.added[1].id;
    let mut case = case;
    case.blobs.remove(&missing);
    case.renames(&["R100 gone moved"]);
}

#[test]
fn content_that_cannot_be_read_ends_the_detection() {
    struct Broken;
    impl Blobs for Broken {
        type Error = &'static str;
        fn size(&mut self, _: &ObjectId) -> Result<Option<u64>, Self::Error> {
            Err("broken")
        }
        fn read(&mut self, _: &ObjectId) -> Result<Option<Vec<u8>>, Self::Error> {
            Err("broken")
        }
    }
    let candidates = Case::default().deleted("old", "one").added("new", "two").candidates;
    let options = Options { copies: false, limit: Options::DEFAULT_LIMIT, work: Options::WORK };
    assert_eq!(detect(&candidates, options, &mut Broken), Err("broken"));
}

#[test]
fn a_detection_that_is_too_much_work_stops_before_it_reads() {
    struct Endless;
    impl Blobs for Endless {
        type Error = Infallible;
        fn size(&mut self, _: &ObjectId) -> Result<Option<u64>, Infallible> {
            Ok(Some(Options::WORK + 1))
        }
        fn read(&mut self, _: &ObjectId) -> Result<Option<Vec<u8>>, Infallible> {
            unreachable!("the size is more than may be read")
        }
    }
    let candidates = Case::default().deleted("old", "one").added("new", "two").candidates;
    let options = Options { copies: false, limit: Options::DEFAULT_LIMIT, work: Options::WORK };
    let Ok(outcome) = detect(&candidates, options, &mut Endless);
    assert_eq!(
        outcome,
        Outcome { pairs: Vec::new(), limit_exceeded: true, work_left: outcome.work_left }
    );
}
