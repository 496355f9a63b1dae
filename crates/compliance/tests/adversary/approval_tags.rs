//! Approvals that are signed tags, and tags that only look like one.

use gitops_health_compliance::input::ApprovalState::{ChangesRequested, Commented, Dismissed};
use gitops_health_compliance::input::{Grade, Mode};
use gitops_health_git::Selection;
use serde_json::json;

use super::signatures::{Keys, USUAL};
use super::world::{
    ANN, BEGIN, BOB, CY, DAY, DEPS, EVE, Fail, HOUR, Key, NotAssessed, Pass, Report, Someone, WEB,
    World, rfc, time,
};
use gitops_health_compliance::{ReportedPullRequest, Verdict, Who};

pub fn all(report: &mut Report) {
    let Some(keys) = Keys::new() else {
        assert!(std::env::var_os("REQUIRE_SSH_KEYGEN").is_none(), "ssh-keygen is not there");
        return;
    };
    let cy = Key::new().expect("there was one before");
    signers(report, &keys, &cy);
    words(report, &keys);
    places(report, &keys);
    times(report, &keys);
    lists(report, &keys, &cy);
    contributors(report, &keys, &cy);
    refusals(report, &keys, &cy);
    merges(report, &keys, &cy);
    requests(report, &keys);
    many(report, &keys);
}

const FAMILY: &str = "signed approvals";
const BY_BOB: &str = "Approved-by: Bob <bob@example.com>\n";

/// The rules that are asked for an approval by others, of E3.
const RULES: [&str; 4] =
    ["approved-by-others", "attested-approval", "bound-approval", "owner-approval"];

/// A tag as it is to be made.
struct Said<'a> {
    name: &'a str,
    object: String,
    kind: &'a str,
    tagger: Someone,
    at: i64,
    message: &'a str,
    key: Option<&'a Key>,
    namespace: &'a str,
}

impl<'a> Said<'a> {
    /// What Bob says of the last commit, an hour later.
    fn by_bob(world: &World, keys: &'a Keys) -> Self {
        Self {
            name: "approve/1",
            object: world.repo.id("HEAD"),
            kind: "commit",
            tagger: BOB,
            at: world.clock + HOUR,
            message: BY_BOB,
            key: Some(&keys.bob),
            namespace: "git",
        }
    }

    fn by(world: &World, keys: &'a Keys, who: Someone, key: &'a Key, message: &'a str) -> Self {
        Self { tagger: who, key: Some(key), message, ..Self::by_bob(world, keys) }
    }

    fn payload(&self) -> String {
        let Self { object, kind, name, tagger: (who, address), at, message, .. } = self;
        format!(
            "object {object}\ntype {kind}\ntag {name}\ntagger {who} <{address}> {at} +0000\n\n{message}"
        )
    }

    fn text(&self) -> String {
        let payload = self.payload();
        let signature = self.key.map(|key| key.sign(self.namespace, payload.as_bytes()));
        payload + &signature.unwrap_or_default()
    }

    fn make(&self, world: &World) {
        put(world, self.name, &self.text());
    }
}

/// Makes a tag of a text, byte by byte.
fn put(world: &World, name: &str, text: &str) {
    let made = ["hash-object", "-t", "tag", "-w", "--literally", "--stdin"];
    let id = world.repo.git_with_input(&made, text.as_bytes());
    lead(world, name, std::str::from_utf8(&id).expect("an id").trim());
}

fn lead(world: &World, name: &str, id: &str) {
    let path = world.repo.git_dir().join("refs/tags").join(name);
    std::fs::create_dir_all(path.parent().expect("one")).expect("it is made");
    std::fs::write(path, format!("{id}\n")).expect("it is written");
}

/// A world with keys, and a change of Ann, that asks for E3.
fn changed(keys: &Keys) -> World {
    changed_by(world(&keys.signers(""), &keys.roster(USUAL), ""), ANN)
}

fn world(signers: &str, roster: &str, revoked: &str) -> World {
    let mut world = World::with(|repo| {
        repo.write(".gitops-health/allowed_signers", signers);
        repo.write(".gitops-health/roster.yaml", roster);
        if !revoked.is_empty() {
            repo.write(".gitops-health/revoked_keys", revoked);
        }
    });
    world.looks_at_tags = true;
    RULES.iter().for_each(|rule| world.parameter(rule, "least_grade", json!("E3")));
    world
}

fn changed_by(mut world: World, who: Someone) -> World {
    world.commit(who, "fix: a thing\n\nIt was wrong.\n");
    world
}

/// What is said of the world by all rules that are asked: the same.
fn judge(report: &mut Report, name: &str, world: &World, wanted: Verdict) {
    let wanted = RULES.map(|rule| (rule, wanted));
    report.case(FAMILY, name, world, &wanted);
}

fn signers(report: &mut Report, keys: &Keys, cy: &Key) {
    let all: [(&str, Someone, Option<&Key>, &str, Verdict); 14] = [
        ("Bob, by his key", BOB, Some(&keys.bob), BY_BOB, Pass),
        ("nobody signed", BOB, None, BY_BOB, Fail),
        ("Ann signs for Bob", BOB, Some(&keys.ann), BY_BOB, Fail),
        (
            "Ann signs and says so",
            ANN,
            Some(&keys.ann),
            "Approved-by: Ann <ann@example.com>\n",
            Fail,
        ),
        ("Ann says that Bob does", ANN, Some(&keys.ann), BY_BOB, Fail),
        ("Bob says that Cy does", BOB, Some(&keys.bob), "Approved-by: Cy <cy@example.com>\n", Fail),
        ("a key that is not trusted", BOB, Some(&keys.none), BY_BOB, Fail),
        (
            "a key of Cy that is not trusted",
            CY,
            Some(cy),
            "Approved-by: Cy <cy@example.com>\n",
            Fail,
        ),
        ("a trusted key of nobody, for Bob", BOB, Some(&keys.eve), BY_BOB, Fail),
        (
            "a trusted key of nobody",
            EVE,
            Some(&keys.eve),
            "Approved-by: Eve <eve@evil.example>\n",
            Fail,
        ),
        ("a bot", DEPS, Some(&keys.deps), "Approved-by: deps <deps@bots.example>\n", Fail),
        ("the platform", WEB, Some(&keys.web), "Approved-by: GitHub <noreply@github.com>\n", Fail),
        ("the platform for Bob", WEB, Some(&keys.web), BY_BOB, Fail),
        // Whoever made the tag, who signed it said it.
        ("Bob signs what Ann made", ANN, Some(&keys.bob), BY_BOB, Pass),
    ];
    for (name, tagger, key, message, wanted) in all {
        let world = changed(keys);
        Said { tagger, key, message, ..Said::by_bob(&world, keys) }.make(&world);
        judge(report, name, &world, wanted);
    }
    for (name, namespace) in [("for files", "file"), ("for mail", "email"), ("for Git", "Git")] {
        let world = changed(keys);
        Said { namespace, ..Said::by_bob(&world, keys) }.make(&world);
        judge(report, &format!("a signature {name}"), &world, Fail);
    }
    // Nobody handed in reviews: a signed tag is enough, and without one nothing is known.
    for (name, key, wanted) in
        [("good", &keys.bob, Pass), ("of another key", &keys.ann, NotAssessed)]
    {
        let mut world = changed(keys);
        world.evidence.approvals = None;
        Said { key: Some(key), ..Said::by_bob(&world, keys) }.make(&world);
        judge(report, &format!("no reviews, and a tag that is {name}"), &world, wanted);
    }
    let mut world = changed(keys);
    Said::by_bob(&world, keys).make(&world);
    world.looks_at_tags = false;
    judge(report, "nobody looked at tags", &world, Fail);
}

fn words(report: &mut Report, keys: &Keys) {
    for (name, message, wanted) in [
        ("below a text", "Looked at\n\nApproved-by: Bob <bob@example.com>\n", Pass),
        ("as a review", "Reviewed-by: Bob <bob@example.com>\n", Pass),
        ("in other letters", "APPROVED-BY: Bobby <BOB@example.com>\n", Pass),
        ("without an end", "Approved-by: Bob <bob@example.com>", Fail),
        (
            "beside Ann",
            "Approved-by: Ann <ann@example.com>\nApproved-by: Bob <bob@example.com>\n",
            Pass,
        ),
        ("in a sentence", "It is not Approved-by: Bob <bob@example.com>\n", Fail),
        ("in the text", "Approved-by: Bob <bob@example.com>\n\nNot yet, though.\n", Fail),
        ("among the text", "Not yet\nApproved-by: Bob <bob@example.com>\n", Fail),
        ("another trailer", "Signed-off-by: Bob <bob@example.com>\n", Fail),
        ("tested only", "Tested-by: Bob <bob@example.com>\n", Fail),
        ("by name", "Approved-by: Bob\n", Fail),
        ("by address", "Approved-by: bob@example.com\n", Fail),
        ("by account", "Approved-by: @bobby\n", Fail),
        ("two in one", "Approved-by: Bob <bob@example.com>, Ann <ann@example.com>\n", Fail),
        ("below a divider", "x\n\n--- \nApproved-by: Bob <bob@example.com>\n", Fail),
        ("behind a NUL", "x\0\n\nApproved-by: Bob <bob@example.com>\n", Fail),
        ("nothing", "\n", Fail),
    ] {
        let world = changed(keys);
        Said { message, ..Said::by_bob(&world, keys) }.make(&world);
        judge(report, &format!("words: {name}"), &world, wanted);
    }
}

/// What a tag is of, and what became of it.
fn places(report: &mut Report, keys: &Keys) {
    type Of = fn(&World) -> String;
    let all: [(&str, Of); 3] = [
        ("the commit before", |world| world.repo.id("HEAD~1")),
        ("the trusted commit", |world| world.repo.id("BASE")),
        ("a commit on top that is no part of it", |world| {
            let tree = world.repo.id("HEAD^{tree}");
            world.repo.git_text(&["commit-tree", "-p", "HEAD", "-m", "x", &tree]).trim().to_owned()
        }),
    ];
    for (name, of) in all {
        let mut world = changed(keys);
        world.commit(ANN, "fix: more\n\nWhy.\n");
        Said { object: of(&world), ..Said::by_bob(&world, keys) }.make(&world);
        judge(report, name, &world, Fail);
    }
    let mut world = changed(keys);
    Said::by_bob(&world, keys).make(&world);
    world.commit(ANN, "fix: more\n\nWhy.\n");
    judge(report, "a commit more after the tag", &world, Fail);

    type Make = fn(&World, &Said<'_>);
    let all: [(&str, Make); 13] = [
        ("the commit alone, under the name", |world, it| lead(world, it.name, &it.object)),
        ("under another name", |world, it| put(world, "approve/2", &it.text())),
        ("another tag around it", |world, it| {
            it.make(world);
            let inner = world.repo.id("refs/tags/approve/1");
            let text = it.payload().replace("type commit", "type tag").replace(&it.object, &inner);
            put(world, "approve/1", &text);
        }),
        ("another signed tag around it", |world, it| {
            it.make(world);
            let object = world.repo.id("refs/tags/approve/1");
            Said { object, kind: "tag", tagger: BOB, ..*it }.make(world);
        }),
        ("as a tree", |world, it| {
            Said { object: it.object.clone(), kind: "tree", ..*it }.make(world)
        }),
        ("moved from the commit before", |world, it| {
            let before = Said { object: world.repo.id("BASE"), ..*it };
            put(world, it.name, &before.text().replace(&before.object, &it.object));
        }),
        ("moved with a second header", |world, it| {
            let before = Said { object: world.repo.id("BASE"), ..*it }.text();
            put(world, it.name, &format!("object {}\n{before}", it.object));
        }),
        ("moved with a header behind", |world, it| {
            let before = Said { object: world.repo.id("BASE"), ..*it }.text();
            put(
                world,
                it.name,
                &before.replacen("\ntype", &format!("\nobject {}\ntype", it.object), 1),
            );
        }),
        ("signed with a second header", |world, it| {
            let text = it.payload();
            let text = text.replacen("\n\n", "\nencoding latin1\n\n", 1);
            let signature = it.key.expect("one").sign("git", text.as_bytes());
            put(world, it.name, &(text + &signature));
        }),
        ("words added after the signature", |world, it| {
            let none = Said { message: "Not yet\n", object: it.object.clone(), ..*it };
            put(world, it.name, &none.text().replace("Not yet\n", BY_BOB));
        }),
        ("words behind the signature", |world, it| {
            let none = Said { message: "Not yet\n", object: it.object.clone(), ..*it };
            put(world, it.name, &format!("{}\n{BY_BOB}", none.text()));
        }),
        ("without a tagger", |world, it| {
            let text = it.payload();
            let (start, end) = (text.find("tagger").expect("one"), text.find("\n\n").expect("one"));
            let text = format!("{}{}", &text[..start], &text[end + 1..]);
            let signature = it.key.expect("one").sign("git", text.as_bytes());
            put(world, it.name, &(text + &signature));
        }),
        ("a signature of the commit", |world, it| {
            let commit = world.repo.git_text(&["cat-file", "commit", "HEAD"]);
            let signature = it.key.expect("one").sign("git", commit.as_bytes());
            put(world, it.name, &(it.payload() + &signature));
        }),
    ];
    for (name, make) in all {
        let world = changed(keys);
        let said = Said::by_bob(&world, keys);
        make(&world, &said);
        judge(report, &format!("tag: {name}"), &world, Fail);
    }
    // Elsewhere a tag is a branch, and no tag.
    let world = changed(keys);
    Said::by_bob(&world, keys).make(&world);
    let id = world.repo.id("refs/tags/approve/1");
    std::fs::remove_file(world.repo.git_dir().join("refs/tags/approve/1")).expect("it was there");
    world.repo.git(&["update-ref", "refs/notes/approve/1", &id]);
    judge(report, "tag: among the notes", &world, Fail);
}

fn times(report: &mut Report, keys: &Keys) {
    let (now, committed) = (BEGIN + 10 * DAY, BEGIN + HOUR);
    for (name, at, wanted) in [
        ("now", now, Pass),
        ("a day ahead", now + DAY, Pass),
        ("a second more than a day ahead", now + DAY + 1, Fail),
        ("in ten years", now + 3_650 * DAY, Fail),
        ("at the end of time", i64::MAX, Fail),
        ("with the commit", committed, Pass),
        ("a day before the commit", committed - DAY, Pass),
        ("a second more than a day before the commit", committed - DAY - 1, Fail),
        ("at the beginning of time", 0, Fail),
    ] {
        let world = changed(keys);
        Said { at, ..Said::by_bob(&world, keys) }.make(&world);
        judge(report, &format!("time: {name}"), &world, wanted);
    }
}

/// What the lists of keys and the roster say of Bob's key.
fn lists(report: &mut Report, keys: &Keys, cy: &Key) {
    let mut judge = |name: &str, of_bob: &str, of_key: &str, revoked: &str, wanted| {
        let line = format!("bob@example.com  {}", keys.bob.line);
        let signers = keys.signers("");
        assert!(signers.contains(&line), "{signers}");
        let signers = signers.replace(&line, &of_bob.replace("KEY", &keys.bob.line));
        let window = format!("{}'{USUAL}", keys.bob.fingerprint);
        let roster = keys.roster(USUAL);
        assert!(roster.contains(&window), "{roster}");
        let roster = roster.replace(&window, &format!("{}'{of_key}", keys.bob.fingerprint));
        let world = changed_by(world(&signers, &roster, revoked), ANN);
        Said::by_bob(&world, keys).make(&world);
        self::judge(report, &format!("key: {name}"), &world, wanted);
    };
    let usual = "bob@example.com KEY";
    let at = BEGIN + 2 * HOUR;
    for (name, of_bob, wanted) in [
        ("by the id of the roster", "bob KEY", Pass),
        ("in other letters", "Bob@Example.com KEY", Pass),
        ("of git", "bob@example.com namespaces=\"git\" KEY", Pass),
        ("of files", "bob@example.com namespaces=\"file\" KEY", Fail),
        ("expired since", "bob@example.com valid-before=\"20260103Z\" KEY", Pass),
        ("expired before", "bob@example.com valid-before=\"20260101Z\" KEY", Fail),
        ("not valid yet", "bob@example.com valid-after=\"20260102Z\" KEY", Fail),
        ("of Cy", "cy@example.com KEY", Fail),
        ("of Cy, too", "bob@example.com,cy@example.com KEY", Fail),
        ("of a stranger, too", "bob@example.com,eve@evil.example KEY", Fail),
        ("of Cy on a line of its own", "bob@example.com KEY\ncy@example.com KEY", Fail),
        ("of a stranger on a line before", "eve@evil.example KEY\nbob@example.com KEY", Fail),
        ("of everybody", "* KEY", Fail),
        ("of everybody of the place", "*@example.com KEY", Fail),
        ("of an authority", "bob@example.com cert-authority KEY", Fail),
        ("not there", "", Fail),
    ] {
        judge(name, of_bob, USUAL, "", wanted);
    }
    judge("in the list of revoked ones", usual, USUAL, &format!("{}\n", keys.bob.line), Fail);
    judge("another is revoked", usual, USUAL, &format!("{}\n", cy.line), Pass);
    for (name, of_key, wanted) in [
        ("without times", String::new(), Pass),
        ("from the second", format!(", from: {}", rfc(at)), Pass),
        ("from a second later", format!(", from: {}", rfc(at + 1)), Fail),
        ("until the second", format!(", until: {}", rfc(at)), Pass),
        ("until a second before", format!(", until: {}", rfc(at - 1)), Fail),
        ("compromised later", ", revoked: {at: 2026-06-01, reason: compromised}".into(), Fail),
        ("revoked for no reason", ", revoked: {at: 2026-06-01, reason: unspecified}".into(), Fail),
        ("retired later", ", revoked: {at: 2026-06-01, reason: retired}".into(), Pass),
        ("retired before", ", revoked: {at: 2025-12-01, reason: retired}".into(), Fail),
        (
            "retired at the second",
            format!(", revoked: {{at: {}, reason: superseded}}", rfc(at)),
            Fail,
        ),
    ] {
        judge(&format!("in the roster: {name}"), usual, &of_key, "", wanted);
    }
    for (name, from, to, wanted) in [
        ("Bob has left", "{id: bob, ", "{id: bob, until: 2025-12-31, ", Fail),
        ("Bob leaves later", "{id: bob, ", "{id: bob, until: 2026-01-01, ", Pass),
        ("Bob is not there yet", "{id: bob, ", "{id: bob, from: 2026-01-02, ", Fail),
        ("Bob is a bot", "{id: bob, ", "{id: bob, kind: bot, ", Fail),
        ("Bob is shared", "{id: bob, ", "{id: bob, kind: shared, ", Fail),
        ("the roster knows another address", "bob@example.com", "bob@other.example", Fail),
        ("the roster knows no key of Bob's", "fingerprint: 'SHA256", "fingerprint: 'x", Pass),
    ] {
        let roster = keys.roster(USUAL);
        assert!(roster.contains(from), "{roster}");
        let world = changed_by(world(&keys.signers(""), &roster.replace(from, to), ""), ANN);
        Said::by_bob(&world, keys).make(&world);
        self::judge(report, name, &world, wanted);
    }
    for (name, other) in [("Ann's, too", &keys.ann), ("Ann's, and hers is", &keys.bob)] {
        // Both people have one key by the roster.
        let (from, to) = match other.fingerprint == keys.bob.fingerprint {
            true => (&keys.ann.fingerprint, &keys.bob.fingerprint),
            false => (&keys.bob.fingerprint, &keys.ann.fingerprint),
        };
        let roster = keys.roster(USUAL).replace(from, to);
        let world = changed_by(world(&keys.signers(""), &roster, ""), CY);
        Said { key: Some(other), ..Said::by_bob(&world, keys) }.make(&world);
        self::judge(report, &format!("by the roster the key is {name}"), &world, Fail);
    }
    // What the change brings is not believed.
    let mut world = self::world("", &keys.roster(USUAL), "");
    world.repo.write(".gitops-health/allowed_signers", keys.signers(""));
    world.commit(ANN, "fix: keys\n\nWhy.\n");
    Said::by_bob(&world, keys).make(&world);
    self::judge(report, "the change brings the keys", &world, Fail);
    let world_of = |signers: &str| self::world(signers, &keys.roster(USUAL), "");
    let mut world = world_of(&keys.signers(""));
    world
        .repo
        .write(".gitops-health/allowed_signers", format!("bob@example.com {}\n", keys.none.line));
    world.commit(ANN, "fix: keys\n\nWhy.\n");
    Said { key: Some(&keys.none), ..Said::by_bob(&world, keys) }.make(&world);
    self::judge(report, "the change gives Bob a key", &world, Fail);
}

/// Who had a hand in the change signs.
fn contributors(report: &mut Report, keys: &Keys, cy: &Key) {
    type Make = fn(&mut World, &Keys);
    let all: [(&str, Make, Verdict); 5] = [
        ("who wrote it", |world, _| drop(world.commit(BOB, "fix: x\n\nWhy.\n")), Fail),
        (
            "who wrote a part",
            |world, _| {
                world.commit(BOB, "fix: x\n\nWhy.\n");
                world.commit(ANN, "fix: y\n\nWhy.\n");
            },
            Fail,
        ),
        (
            "a co-author",
            |world, _| {
                world.commit(ANN, "fix: x\n\nCo-authored-by: Bob <bob@example.com>\n");
            },
            Fail,
        ),
        (
            "who committed it",
            |world, _| {
                world.add_line();
                let mut made = world.made(ANN, b"fix: x\n\nWhy.\n");
                made.committer = BOB;
                world.make(made);
            },
            Fail,
        ),
        (
            "who signed it",
            |world, keys| {
                world.add_line();
                let mut made = world.made(ANN, b"fix: x\n\nReviewed-by: Bob <bob@example.com>\n");
                made.key = Some(&keys.bob);
                world.make(made);
            },
            Fail,
        ),
    ];
    for (name, make, wanted) in all {
        let mut world = world(&keys.signers(""), &keys.roster(USUAL), "");
        make(&mut world, keys);
        Said::by_bob(&world, keys).make(&world);
        judge(report, &format!("by {name}"), &world, wanted);
    }
    // A second address of the author's is the author.
    let world = changed(keys);
    let message = "Approved-by: Somebody <ann@work.example>\n";
    Said::by(&world, keys, ANN, &keys.ann, message).make(&world);
    judge(report, "by another address of the author", &world, Fail);
    let with_cy = |more: &str| {
        let signers = keys.signers("") + &format!("cy@example.com {}\n", cy.line);
        let mut world = changed_by(self::world(&signers, &keys.roster(USUAL), ""), ANN);
        world.parameter("approved-by-others", "approvers", json!(2));
        Said::by_bob(&world, keys).make(&world);
        let more = Said { name: "approve/2", ..Said::by(&world, keys, CY, cy, more) };
        more.make(&world);
        world
    };
    let two = with_cy("Approved-by: Cy <cy@example.com>\n");
    report.case(FAMILY, "two people", &two, &[(RULES[0], Pass)]);
    let one = with_cy(BY_BOB);
    report.case(FAMILY, "one person, and another in the same name", &one, &[(RULES[0], Fail)]);
    let mut world = changed(keys);
    world.parameter("approved-by-others", "approvers", json!(2));
    Said::by_bob(&world, keys).make(&world);
    Said { name: "approve/2", ..Said::by_bob(&world, keys) }.make(&world);
    report.case(FAMILY, "one person twice", &world, &[(RULES[0], Fail)]);
}

/// What Bob says elsewhere.
fn refusals(report: &mut Report, keys: &Keys, cy: &Key) {
    for (name, state, after, wanted) in [
        ("he asks for changes later", ChangesRequested, 2 * HOUR, Fail),
        ("he asks for changes in the same second", ChangesRequested, HOUR, Fail),
        ("he asked for changes before", ChangesRequested, HOUR - 1, Pass),
        ("he takes it back later", Dismissed, 2 * HOUR, Fail),
        ("he has a remark later", Commented, 2 * HOUR, Pass),
    ] {
        let mut world = changed(keys);
        Said::by_bob(&world, keys).make(&world);
        let head = world.head();
        world.says("bobby", state, after, head);
        judge(report, name, &world, wanted);
    }
    // A review of the platform is no approval of E3, and a tag is one for rules that ask for less.
    let mut world = changed(keys);
    world.approved("bobby");
    judge(report, "a review of the platform", &world, Fail);
    let mut world = changed(keys);
    world.commit(CY, "fix: more\n\nReviewed-by: Bob <bob@example.com>\n");
    judge(report, "a trailer", &world, Fail);
    for grade in [Grade::E0, Grade::E1, Grade::E2] {
        let mut world = changed(keys);
        Said::by_bob(&world, keys).make(&world);
        RULES.iter().for_each(|rule| world.parameter(rule, "least_grade", json!(grade)));
        judge(report, &format!("a tag where {grade:?} is asked for"), &world, Pass);
    }
    for (name, key, wanted) in [("he", &keys.bob, Pass), ("somebody else", cy, Fail)] {
        let mut world = changed(keys);
        RULES.iter().for_each(|rule| world.parameter(rule, "least_grade", json!("E0")));
        Said { key: Some(key), ..Said::by_bob(&world, keys) }.make(&world);
        judge(report, &format!("{name} signs where a trailer is enough"), &world, wanted);
    }
}

/// A merge that is judged alone: who wrote what it brings does not approve of it.
fn merges(report: &mut Report, keys: &Keys, cy: &Key) {
    let signers = keys.signers("") + &format!("cy@example.com {}\n", cy.line);
    for (name, who, key, message, wanted) in [
        ("who wrote what it brings", ANN, &keys.ann, "Approved-by: Ann <ann@example.com>\n", Fail),
        ("who made it", CY, cy, "Approved-by: Cy <cy@example.com>\n", Fail),
        ("somebody else", BOB, &keys.bob, BY_BOB, Pass),
    ] {
        for mode in [Mode::Commit, Mode::History] {
            let mut world = world(&signers, &keys.roster(USUAL), "");
            let base = world.repo.id("HEAD");
            let branch = world.commit(ANN, "fix: x\n\nWhy.\n");
            let mut made = world.made(CY, b"Merge the branch\n");
            made.parents = Some(vec![base, branch]);
            world.make(made);
            world.selection = Selection::Commit("HEAD".into());
            world.mode = mode;
            Said::by(&world, keys, who, key, message).make(&world);
            judge(report, &format!("a merge alone ({mode:?}), by {name}"), &world, wanted);
        }
    }
}

/// Rules that ask when something was approved: the date of a tag is what its signer says.
fn requests(report: &mut Report, keys: &Keys) {
    let rules = ["fresh-approval", "ordered-steps"];
    for (name, after, grade, wanted) in [
        ("before the merge", HOUR, "E2", [Fail, NotAssessed]),
        ("before the merge, by the word of the signer", HOUR, "E1", [Pass, Pass]),
        ("after the merge", 3 * HOUR, "E2", [Fail, NotAssessed]),
        ("after the merge, by the word of the signer", 3 * HOUR, "E1", [Fail, Fail]),
    ] {
        let mut world = changed(keys);
        let at = |after: i64| Some(time(world.clock + after).into());
        world.evidence.tickets = Some(Vec::new());
        world.evidence.pull_requests.push(ReportedPullRequest {
            number: 7,
            author: Who::Id("ann".into()),
            merged_by: Some(Who::Id("cy".into())),
            merged_at: at(2 * HOUR),
            last_pushed_at: at(1),
            base: None,
            labels: Vec::new(),
            commits: vec![world.repo.id("HEAD")],
            grade: Grade::E2,
        });
        rules.iter().for_each(|rule| world.parameter(rule, "least_grade", json!(grade)));
        Said { at: world.clock + after, ..Said::by_bob(&world, keys) }.make(&world);
        let wanted: Vec<_> = rules.into_iter().zip(wanted).collect();
        report.case(FAMILY, &format!("dated {name}"), &world, &wanted);
    }
}

/// More tags than are looked at.
fn many(report: &mut Report, keys: &Keys) {
    for (name, wanted) in [("a", Pass), ("z", NotAssessed)] {
        let world = changed(keys);
        let head = world.repo.id("HEAD");
        let lines: String = (0..5_000).map(|it| format!("{head} refs/tags/m{it:04}\n")).collect();
        let packed = format!("# pack-refs with: peeled fully-peeled sorted \n{lines}");
        std::fs::write(world.repo.git_dir().join("packed-refs"), packed).expect("it is written");
        Said { name, ..Said::by_bob(&world, keys) }.make(&world);
        judge(report, &format!("5,001 tags, of which it is `{name}`"), &world, wanted);
        let case = format!("5,001 tags, and none is of a release: `{name}`");
        report.case(FAMILY, &case, &world, &[("signed-release-tags", NotAssessed)]);
    }
}
