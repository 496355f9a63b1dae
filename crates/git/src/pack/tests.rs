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
        // The last looks at the indexes in their files.
        for (cache, index_bytes) in [(0, 1 << 20), (20_000, 1 << 20), (64 << 20, 500)] {
            let directories = [repo.git_dir().join("objects")];
            let packs = Packs::open_within(&directories, index_bytes);
            let mut reader = PackReader::new(Arc::new(packs), cache, LIMIT);
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

/// An entry of a pack that we made: its id, the bytes in front of its stream behind the length, the
/// number of its kind and what is packed.
struct Made {
    id: ObjectId,
    kind: u8,
    base: Vec<u8>,
    content: Vec<u8>,
}

fn made(first: u8, kind: u8, content: &[u8]) -> Made {
    Made { id: named(first), kind, base: Vec::new(), content: content.to_vec() }
}

fn named(first: u8) -> ObjectId {
    ObjectId::from_bytes([first; 20])
}

/// Writes a pack and its index. Ids are what somebody says, and the checksum is no checksum.
fn write_pack(repo: &TestRepo, name: &str, mut entries: Vec<Made>) {
    entries.sort_by_key(|entry| entry.id);
    let count = (entries.len() as u32).to_be_bytes();
    let mut pack = [&b"PACK\0\0\0\x02"[..], &count].concat();
    let mut fanout = [0_u32; 256];
    let (mut ids, mut offsets) = (Vec::new(), Vec::new());
    let mut pressed = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
    for entry in &entries {
        offsets.extend((pack.len() as u32).to_be_bytes());
        ids.extend(entry.id.as_bytes());
        for later in &mut fanout[usize::from(entry.id.as_bytes()[0])..] {
            *later += 1;
        }
        let (low, high) = (entry.content.len() as u8 & 15, entry.content.len() >> 4);
        assert!(high < 128);
        pack.extend([0x80 | entry.kind << 4 | low, high as u8]);
        pack.extend(&entry.base);
        let mut stream = vec![0; pressed.zlib_compress_bound(entry.content.len())];
        let length = pressed.zlib_compress(&entry.content, &mut stream).expect("there is room");
        pack.extend(&stream[..length]);
    }
    let checksum: Vec<u8> = name.bytes().cycle().take(20).collect();
    pack.extend(&checksum);
    let fanout = fanout.iter().flat_map(|count| count.to_be_bytes()).collect();
    let unused = vec![0; 4 * entries.len()];
    let index: Vec<Vec<u8>> =
        vec![b"\xfftOc\0\0\0\x02".to_vec(), fanout, ids, unused, offsets, checksum, vec![0; 20]];
    let path = format!(".git/objects/pack/pack-{name}");
    repo.write(format!("{path}.pack"), pack).write(format!("{path}.idx"), index.concat());
}

/// A delta that makes the same content again.
fn copy_of(length: u8) -> Vec<u8> {
    vec![length, length, 0x90, length]
}

#[test]
fn more_packs_than_files_may_be_open_are_read() {
    let repo = TestRepo::new();
    let count = 200;
    for number in 0..count {
        write_pack(&repo, &format!("p{number:03}"), vec![made(number, 3, &[number; 9])]);
    }
    let mut reader = reader(&repo, 0);
    for number in 0..count {
        let object = reader.read(named(number), LIMIT).expect("whole").expect("it is in a pack");
        assert_eq!(object.content[..], [number; 9]);
    }
    // Another pack under the same name is not taken for the one that the index was read of.
    let last = named(count - 1);
    write_pack(&repo, "p199x", vec![made(count - 1, 3, b"another")]);
    for extension in ["pack", "idx"] {
        let path =
            |name: &str| repo.git_dir().join(format!("objects/pack/pack-{name}.{extension}"));
        std::fs::rename(path("p199x"), path("p199")).expect("it is there");
    }
    let mut other = PackReader::new(reader.packs().clone(), 0, LIMIT);
    assert!(other.read(named(0), LIMIT).is_ok_and(|found| found.is_some()));
    assert!(matches!(other.read(last, LIMIT), Err(Trouble::Damaged)));
}

#[test]
fn deltas_of_each_other_are_an_error() {
    let repo = TestRepo::new();
    let delta = |first: u8, base: u8| Made {
        id: named(first),
        kind: 7,
        base: vec![base; 20],
        content: copy_of(4),
    };
    write_pack(&repo, "cycle", vec![delta(1, 2), delta(2, 1), delta(3, 3), delta(4, 9)]);
    let mut reader = reader(&repo, 1 << 20);
    for first in 1..=3 {
        assert!(matches!(reader.read(named(first), LIMIT), Err(Trouble::ChainTooLong)));
        assert!(matches!(reader.header(named(first)), Err(Trouble::ChainTooLong)));
    }
    assert!(matches!(reader.read(named(4), LIMIT), Err(Trouble::Damaged)));
}

#[test]
fn the_base_of_a_delta_is_the_one_beside_it() {
    let repo = TestRepo::new();
    write_pack(&repo, "a", vec![made(1, 3, b"lies")]);
    let delta = Made { id: named(2), kind: 7, base: vec![1; 20], content: copy_of(5) };
    write_pack(&repo, "b", vec![made(1, 3, b"truth"), delta]);
    let object = reader(&repo, 0).read(named(2), LIMIT).expect("whole").expect("it is there");
    assert_eq!(object.content[..], *b"truth");
}

#[test]
fn a_pack_with_the_index_of_another_is_not_used_and_not_forgotten() {
    let repo = TestRepo::new();
    write_pack(&repo, "a", vec![made(1, 3, b"one")]);
    write_pack(&repo, "b", vec![made(1, 3, b"two")]);
    let path = |name: &str| repo.git_dir().join(format!("objects/pack/pack-{name}.pack"));
    std::fs::remove_file(path("a")).expect("it is there");
    std::fs::rename(path("b"), path("a")).expect("it is there");
    let objects = crate::objects::Objects::new(vec![repo.git_dir().join("objects")]);
    let error = objects.read(named(1), LIMIT).err().expect("it can't be known").to_string();
    assert_eq!(error, "`pack-a` can't be used: its index is that of another pack");
    assert!(objects.hold(named(7)).is_err() && objects.header(named(7)).is_err());
    assert!(objects.beginning_with("0101").is_err());
}

#[test]
fn packs_that_took_the_place_of_others_are_found() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("first");
    repo.git(&["repack", "-q", "-a", "-d"]);
    let objects = crate::objects::Objects::new(vec![repo.git_dir().join("objects")]);
    let first: ObjectId = repo.id("HEAD").parse().expect("an id");
    assert!(objects.read(first, LIMIT).expect("whole").is_some());
    repo.write("a", "2\n").commit("second");
    repo.git(&["repack", "-q", "-a", "-d"]);
    let second: ObjectId = repo.id("HEAD").parse().expect("an id");
    assert!(objects.read(second, LIMIT).expect("whole").is_some());
    assert!(objects.read(first, LIMIT).expect("whole").is_some());
    assert_eq!(objects.beginning_with(&second.to_string()[..9]).ok(), Some(vec![second]));
}

#[test]
fn commits_that_came_before_themselves_are_an_error() {
    let repo = TestRepo::new();
    let commit = |parent: u8| {
        let (tree, parent) = (ObjectId::EMPTY_TREE, named(parent));
        let people = "author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000";
        format!("tree {tree}\nparent {parent}\n{people}\n\nx\n").into_bytes()
    };
    let commits = vec![made(1, 1, &commit(2)), made(2, 1, &commit(1)), made(3, 1, &commit(2))];
    write_pack(&repo, "cycle", commits);
    let start = repo.path().to_owned();
    let repo = crate::Repo::open(&crate::Location { start, use_git_environment: false });
    let repo = repo.expect("it opens");
    let error = repo.new_commits(&[named(3)], &mut |_| false).expect_err("there is no order");
    let error = format!("{error} {:?}", std::error::Error::source(&error));
    assert!(error.contains("it came before itself"), "{error}");
    assert!(repo.resolve(&format!("{}~1000", named(3))).is_err());
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
