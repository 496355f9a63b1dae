use gitops_health_testkit::Random;

use super::*;

/// What libgit2 says, whose comparison is git's too.
fn referee(old: &[u8], new: &[u8]) -> Vec<Hunk> {
    let mut options = git2::DiffOptions::new();
    options.context_lines(0).interhunk_lines(0).indent_heuristic(true).force_text(true);
    let patch = git2::Patch::from_buffers(old, None, new, None, Some(&mut options));
    let patch = patch.expect("two texts can be compared");
    let hunk = |index| {
        let (hunk, _) = patch.hunk(index).expect("it is there");
        Hunk {
            old_start: hunk.old_start(),
            old_lines: hunk.old_lines(),
            new_start: hunk.new_start(),
            new_lines: hunk.new_lines(),
        }
    };
    (0..patch.num_hunks()).map(hunk).collect()
}

fn compare(old: &[u8], new: &[u8]) -> Difference {
    let mut interner = Interner::default();
    let (old_text, new_text) = (interner.text(old), interner.text(new));
    let like = interner.text_like(new, old, &old_text, Text::default());
    assert_eq!(like.lines, new_text.lines);
    assert_eq!(like.ends, new_text.ends);
    Comparer::default()
        .compare(&interner, &old_text.lines, &new_text.lines, 0)
        .expect("this is little work")
}

/// A text of few different lines, some blank or indented, so that there are many ways.
fn text(random: &mut Random, lines: usize, kinds: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..random.below(lines + 1) {
        let line = match random.below(kinds) {
            0 => String::new(),
            1 => "}".into(),
            kind => format!("{}{kind}", " ".repeat((kind % 4) * 2)),
        };
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    if random.below(4) == 0 {
        text.pop();
    }
    text
}

/// The text with some lines added, taken away or moved.
fn edited(random: &mut Random, text: &[u8], edits: usize, kinds: usize) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> =
        text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for _ in 0..random.below(edits + 1) {
        let place = random.below(lines.len() + 1);
        match random.below(3) {
            0 => lines.insert(place, format!("  {}\n", random.below(kinds)).into_bytes()),
            1 if place < lines.len() => drop(lines.remove(place)),
            _ if place < lines.len() => {
                let line = lines.remove(place);
                lines.insert(random.below(lines.len() + 1), line);
            }
            _ => {}
        }
    }
    lines.concat()
}

#[test]
fn places_are_those_of_git_on_small_texts() {
    let mut random = Random::new(1);
    for round in 0..20_000 {
        let kinds = 2 + round % 7;
        let old = text(&mut random, 1 + round % 30, kinds);
        let new = match round % 2 {
            0 => text(&mut random, 1 + round % 30, kinds),
            _ => edited(&mut random, &old, 6, kinds),
        };
        let found = compare(&old, &new);
        assert_eq!(
            found.hunks,
            referee(&old, &new),
            "{:?}\n{:?}",
            bstr::BStr::new(&old),
            bstr::BStr::new(&new)
        );
    }
}

#[test]
fn places_are_those_of_git_on_long_texts_that_need_the_heuristics() {
    let mut random = Random::new(2);
    for round in 0..150 {
        let kinds = [3, 40, 2_000, 20_000][round % 4];
        let old = text(&mut random, 6_000, kinds);
        let new = match round % 3 {
            0 => text(&mut random, 6_000, kinds),
            _ => edited(&mut random, &old, 3_000, kinds),
        };
        assert_eq!(compare(&old, &new).hunks, referee(&old, &new), "round {round}");
    }
}

#[test]
fn counts_are_the_sums_of_the_places() {
    let found = compare(b"a\nb\nc\nd\ne\n", b"a\nB\nc\nd\ne\nf\n");
    assert_eq!((found.added, found.deleted), (2, 1));
    assert_eq!(
        found.hunks,
        [
            Hunk { old_start: 2, old_lines: 1, new_start: 2, new_lines: 1 },
            Hunk { old_start: 5, old_lines: 0, new_start: 6, new_lines: 1 },
        ]
    );
}

#[test]
fn a_last_line_without_an_end_is_another_line() {
    let found = compare(b"a\nb", b"a\nb\n");
    assert_eq!(found.hunks, [Hunk { old_start: 2, old_lines: 1, new_start: 2, new_lines: 1 }]);
    assert_eq!(compare(b"a", b"a\nb").added, 2);
    assert_eq!(compare(b"", b"").hunks, []);
}
