use std::collections::HashSet;
use std::sync::Arc;

use bstr::ByteSlice;
use gitops_health_testkit::{Random, TestRepo};

use super::{PackReader, Packs, Trouble, delta};
use crate::ObjectId;

const LIMIT: u64 = 64 << 20;

fn reader(repo: &TestRepo, cache: usize) -> PackReader {
    let packs = Packs::open(&[repo.git_dir().join("objects")]);
    PackReader::new(Arc::new(packs), cache, LIMIT)
}

/// A repository with long chains of deltas, all objects in packs.
fn packed(arguments: &[&str]) -> TestRepo {
    let repo = TestRepo::new();
    let mut random = Random::new(1);
    let mut lines: Vec<String> = (0..300).map(|number| format!("line {number}\n")).collect();
    for version in 0..60 {
        let place = random.below(lines.len());
        lines[place] = format!("changed in {version}\n");
        repo.write("a.txt", lines.concat()).write(format!("d/{version}"), format!("{version}\n"));
        repo.commit(&format!("version {version}"));
    }
    repo.git(&["tag", "-m", "a tag", "v1"]);
    repo.git(&[&["repack", "-q", "-a", "-d", "-f"], arguments].concat());
    repo
}

/// Every object of the repository as git prints it: name, kind, content.
fn all_objects(repo: &TestRepo) -> Vec<(ObjectId, String, Vec<u8>)> {
    let listed = repo.git(&["cat-file", "--batch-all-objects", "--batch"]);
    let (mut objects, mut rest) = (Vec::new(), &listed[..]);
    while let Some((line, tail)) = rest.split_once_str("\n") {
        let words: Vec<&str> = line.to_str().expect("ASCII").split(' ').collect();
        let (content, tail) = tail.split_at(words[2].parse().expect("a length"));
        objects.push((words[0].parse().expect("an id"), words[1].into(), content.to_vec()));
        rest = &tail[1..];
    }
    objects
}

#[test]
fn every_object_is_as_git_prints_it_whatever_is_kept() {
    for arguments in [
        &["--depth=50", "--window=50"][..],
        &["--depth=4000", "--window=250"],
        &["--depth=0"],
        &["--max-pack-size=1m", "--depth=5"],
    ] {
        let repo = packed(arguments);
        let objects = all_objects(&repo);
        assert!(objects.len() > 180);
        for cache in [0, 20_000, 64 << 20] {
            let mut reader = reader(&repo, cache);
            for (id, kind, content) in &objects {
                let object = reader.read(*id, LIMIT).expect("whole").expect("it is in a pack");
                let header = reader.header(*id).expect("whole").expect("it is in a pack");
                assert_eq!(header, (object.kind, content.len() as u64));
                assert_eq!(format!("{:?}", object.kind).to_lowercase(), *kind);
                assert!(object.content[..] == content[..], "{id}");
            }
        }
    }
}

#[test]
fn what_is_not_in_a_pack_is_left_to_others() {
    let repo = packed(&[]);
    repo.write("loose", "x\n").commit("loose");
    let mut reader = reader(&repo, 1 << 20);
    let loose: ObjectId = repo.id("HEAD:loose").parse().expect("an id");
    assert!(reader.read(loose, LIMIT).is_ok_and(|found| found.is_none()));
    assert!(reader.read(ObjectId::ZERO, LIMIT).is_ok_and(|found| found.is_none()));
}

#[test]
fn an_object_above_the_limit_has_a_size_and_is_not_read() {
    let repo = TestRepo::new();
    repo.write("large", vec![b'x'; 10_000]).write("small", "x\n").commit("first");
    repo.git(&["repack", "-q", "-a", "-d"]);
    let packs = Packs::open(&[repo.git_dir().join("objects")]);
    let mut reader = PackReader::new(Arc::new(packs), 1 << 20, LIMIT);
    let id = |name: &str| repo.id(name).parse::<ObjectId>().expect("an id");
    for _ in 0..2 {
        let large = id("HEAD:large");
        assert_eq!(reader.header(large).map(|it| it.map(|it| it.1)), Ok(Some(10_000)));
        assert_eq!(reader.read(large, 9_999).map(drop), Err(Trouble::TooLarge));
        assert!(reader.read(large, 10_000).is_ok_and(|found| found.is_some()));
        assert!(reader.read(id("HEAD:small"), 9_999).is_ok_and(|found| found.is_some()));
    }
}

/// A damaged index can lead to another object, as it does for git; never to content that nobody
/// stored.
#[test]
fn damage_is_noticed() {
    let repo = packed(&["--depth=50"]);
    let objects = all_objects(&repo);
    let stored: HashSet<&[u8]> = objects.iter().map(|(_, _, content)| &content[..]).collect();
    let directory = repo.git_dir().join("objects/pack");
    let file = |extension: &str| {
        let entries = std::fs::read_dir(&directory).expect("it is there").flatten();
        let mut paths = entries.map(|entry| entry.path());
        paths.find(|path| path.extension().is_some_and(|found| found == extension)).expect("one")
    };
    let mut random = Random::new(7);
    for extension in ["pack", "idx"] {
        let path = file(extension);
        let sound = std::fs::read(&path).expect("it can be read");
        for round in 0..150 {
            let mut damaged = sound.clone();
            if round % 3 == 0 {
                damaged.truncate(random.below(damaged.len()));
            } else {
                for _ in 0..=round % 5 {
                    let place = random.below(damaged.len());
                    damaged[place] = random.below(256) as u8;
                }
            }
            std::fs::remove_file(&path).expect("it is there");
            std::fs::write(&path, &damaged).expect("it can be written");
            let mut reader = reader(&repo, 1 << 20);
            for (id, ..) in objects.iter().step_by(3) {
                let found = reader.read(*id, LIMIT).ok().flatten();
                assert!(found.is_none_or(|found| stored.contains(&found.content[..])), "{id}");
                let _ = reader.header(*id);
            }
        }
        std::fs::remove_file(&path).expect("it is there");
        std::fs::write(&path, &sound).expect("it can be written");
    }
}

#[test]
fn a_delta_that_does_not_fit_makes_nothing() {
    let base = b"0123456789";
    let copy = |offset: u8, size: u8| vec![0x80 | 0x01 | 0x10, offset, size];
    let delta_of = |result: u8, body: &[u8]| [&[10, result][..], body].concat();
    assert_eq!(delta::apply(base, &delta_of(4, &copy(3, 4))), Some(b"3456".to_vec()));
    assert_eq!(delta::apply(base, &delta_of(2, &[2, b'a', b'b'])), Some(b"ab".to_vec()));
    for wrong in [
        delta_of(4, &copy(8, 4)),
        delta_of(3, &copy(3, 4)),
        delta_of(5, &copy(3, 4)),
        delta_of(2, &[2, b'a']),
        delta_of(0, &[0]),
        vec![9, 4, 0x91, 3, 4],
        vec![],
        vec![0xff; 40],
    ] {
        assert_eq!(delta::apply(base, &wrong), None, "{wrong:?}");
    }
}
