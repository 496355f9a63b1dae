//! Keys that may not sign, signatures of something else, bots, tags and dates.

use serde_json::json;

use super::world::{
    ANN, BEGIN, BOB, CY, DAY, DEPS, EVE, Fail, HOUR, Key, NotApplicable, NotAssessed, Pass, ROSTER,
    Report, Someone, WEB, World, rfc,
};

pub fn all(report: &mut Report) {
    dates(report);
    unsigned(report);
    if let Some(keys) = Keys::new() {
        signed(report, &keys);
        windows(report, &keys);
        bots(report, &keys);
        tags(report, &keys);
    } else {
        assert!(std::env::var_os("REQUIRE_SSH_KEYGEN").is_none(), "ssh-keygen is not there");
    }
}

pub struct Keys {
    pub ann: Key,
    pub bob: Key,
    pub deps: Key,
    pub web: Key,
    /// Trusted, and nobody's of the roster.
    pub eve: Key,
    /// Not trusted.
    pub none: Key,
}

impl Keys {
    pub fn new() -> Option<Self> {
        let key = Key::new;
        Some(Self {
            ann: key()?,
            bob: key()?,
            deps: key()?,
            web: key()?,
            eve: key()?,
            none: key()?,
        })
    }

    /// Who may sign; `of_ann` stands in front of Ann's key.
    pub fn signers(&self, of_ann: &str) -> String {
        let line =
            |address: &str, options: &str, key: &Key| format!("{address} {options} {}\n", key.line);
        line("ann@example.com", of_ann, &self.ann)
            + &line("bob@example.com", "", &self.bob)
            + &line("deps@bots.example", "", &self.deps)
            + &line("noreply@github.com", "", &self.web)
            + &line("eve@evil.example", "", &self.eve)
    }

    /// The roster with all keys; `of_ann` is more of Ann's key.
    pub fn roster(&self, of_ann: &str) -> String {
        let mut roster = ROSTER.to_owned();
        for (id, key, more) in [
            ("ann", &self.ann, of_ann),
            ("bob", &self.bob, ", from: 2025-06-01"),
            ("deps", &self.deps, ", from: 2025-06-01"),
            ("web", &self.web, ", from: 2025-06-01"),
        ] {
            let entry =
                format!("{{id: {id}, keys: [{{fingerprint: '{}'{more}}}], ", key.fingerprint);
            roster = roster.replace(&format!("{{id: {id}, "), &entry);
        }
        roster
    }

    fn world(&self, signers: &str, roster: &str, revoked: &str) -> World {
        World::with(|repo| {
            repo.write(".gitops-health/allowed_signers", self.signers(signers));
            repo.write(".gitops-health/roster.yaml", self.roster(roster));
            if !revoked.is_empty() {
                repo.write(".gitops-health/revoked_keys", revoked);
            }
        })
    }

    fn usual(&self) -> World {
        self.world("", USUAL, "")
    }
}

pub const USUAL: &str = ", from: 2025-06-01";
const MESSAGE: &str = "fix: a thing\n\nWhy.\n";

fn commit(world: &mut World, author: Someone, committer: Someone, key: Option<&Key>) -> String {
    world.add_line();
    let mut made = world.made(author, MESSAGE.as_bytes());
    (made.committer, made.key) = (committer, key);
    world.make(made)
}

fn unsigned(report: &mut Report) {
    let world = World::changed();
    let wanted = [
        ("signed-commits", NotAssessed),
        ("bad-signature", NotApplicable),
        ("signer-is-author", NotApplicable),
        ("proven-bots", NotApplicable),
    ];
    report.case("signatures", "nothing is signed or trusted", &world, &wanted);
}

fn signed(report: &mut Report, keys: &Keys) {
    let all = [
        ("the author", ANN, ANN, Some(&keys.ann), [Pass, Pass, Pass, Pass]),
        ("the committer", ANN, BOB, Some(&keys.bob), [Pass, Pass, Pass, Pass]),
        ("the platform", ANN, WEB, Some(&keys.web), [Pass, Pass, Pass, Pass]),
        ("nobody", ANN, ANN, None, [Fail, NotApplicable, NotApplicable, NotApplicable]),
        ("another person", ANN, ANN, Some(&keys.bob), [Pass, Pass, Fail, Pass]),
        ("the author as another", BOB, BOB, Some(&keys.ann), [Pass, Pass, Fail, Pass]),
        ("the platform for others", ANN, ANN, Some(&keys.web), [Pass, Pass, Fail, Pass]),
        ("a key that is not trusted", ANN, ANN, Some(&keys.none), [Fail, Pass, Fail, Fail]),
        ("a key of nobody in the roster", EVE, EVE, Some(&keys.eve), [Pass, Pass, Fail, Fail]),
        ("a key of nobody, as the author", ANN, ANN, Some(&keys.eve), [Pass, Pass, Fail, Fail]),
    ];
    // Who signs under another's name approves their own work.
    for (name, by, wanted) in [("the signer", "ann-ex", Fail), ("somebody else", "bobby", Pass)] {
        let mut world = keys.usual();
        commit(&mut world, CY, WEB, Some(&keys.ann));
        world.approved(by);
        let wanted = [("approved-by-others", wanted), ("signer-is-author", Fail)];
        report.case("signatures", &format!("approved by {name}"), &world, &wanted);
    }
    let rules = ["signed-commits", "bad-signature", "signer-is-author", "current-keys"];
    let mut judge = |name: &str, world: &World, verdicts: [_; 4]| {
        let wanted: Vec<_> = rules.into_iter().zip(verdicts).collect();
        report.case("signatures", name, world, &wanted);
    };
    for (name, author, committer, key, verdicts) in all {
        let mut world = keys.usual();
        commit(&mut world, author, committer, key);
        judge(name, &world, verdicts);
    }
    let bad = [Fail, Fail, Fail, Pass];
    for (name, from, to) in [
        ("the message was changed", "a thing", "any thing"),
        ("the author was changed", "author Ann", "author Eve"),
        ("the date was changed", " +0000\ncommitter", " +0100\ncommitter"),
        ("a trailer was added", "Why.\n", "Why.\n\nReviewed-by: Bob <bob@example.com>\n"),
        ("a header was added", "\n\nfix", "\nencoding latin1\n\nfix"),
    ] {
        let mut world = keys.usual();
        let id = commit(&mut world, ANN, ANN, Some(&keys.ann));
        let text = world.repo.git_text(&["cat-file", "commit", &id]);
        assert!(text.contains(from), "{text}");
        world.store(text.replacen(from, to, 1).as_bytes());
        judge(name, &world, bad);
    }
    let mut world = keys.usual();
    world.add_line();
    let mut made = world.made(ANN, MESSAGE.as_bytes());
    (made.key, made.is_twofold) = (Some(&keys.ann), true);
    world.make(made);
    judge("two signatures", &world, bad);
    // A second author, whom git shows and who is signed, too.
    let mut world = keys.usual();
    commit(&mut world, ANN, ANN, None);
    let twofold = world.repo.git_text(&["cat-file", "commit", "HEAD"]);
    let line = twofold.lines().find(|line| line.starts_with("author ")).expect("an author");
    let both = format!("{line}\n{}", line.replace("ann@example.com", "eve@evil.example"));
    let payload = twofold.replacen(line, &both, 1);
    let header = keys.ann.header(payload.as_bytes());
    world.store(payload.replacen("\n\n", &format!("\n{header}\n"), 1).as_bytes());
    judge("two authors", &world, bad);
    // A signature of another commit, and one of another name space.
    let mut world = keys.usual();
    let first = commit(&mut world, ANN, ANN, Some(&keys.ann));
    let first = world.repo.git_text(&["cat-file", "commit", &first]);
    let begin = first.find("gpgsig ").expect("a signature");
    let end = first.find("\n\n").expect("an end");
    let header = format!("{}\n", &first[begin..end]);
    world.repo.git(&["tag", "--force", "BASE", "HEAD"]);
    let second = commit(&mut world, ANN, ANN, None);
    let second = world.repo.git_text(&["cat-file", "commit", &second]);
    world.store(second.replacen("\n\n", &format!("\n{header}\n"), 1).as_bytes());
    judge("a signature of another commit", &world, bad);
    let mut world = keys.usual();
    let id = commit(&mut world, ANN, ANN, None);
    let text = world.repo.git_text(&["cat-file", "commit", &id]);
    let signature = keys.ann.sign("file", text.as_bytes());
    let header = format!("\ngpgsig {}\n\n", signature.trim_end().replace('\n', "\n "));
    world.store(text.replacen("\n\n", &header, 1).as_bytes());
    judge("a signature for files", &world, bad);
    for (name, signature, verdicts) in [
        ("an empty signature", " ", [Fail, Fail, Fail, Fail]),
        ("nonsense for a signature", " nonsense", [Fail, Fail, Fail, Fail]),
        ("a signature without an end", " -----BEGIN SSH SIGNATURE-----", [Fail, Fail, Fail, Fail]),
    ] {
        let mut world = keys.usual();
        let id = commit(&mut world, ANN, ANN, None);
        let text = world.repo.git_text(&["cat-file", "commit", &id]);
        world.store(text.replacen("\n\n", &format!("\ngpgsig{signature}\n\n"), 1).as_bytes());
        judge(name, &world, verdicts);
    }
    // One of several commits is not as it has to be.
    for (name, first, second) in [
        ("the first of two is not signed", None, Some(&keys.ann)),
        ("the last of two is not signed", Some(&keys.ann), None),
    ] {
        let mut world = keys.usual();
        commit(&mut world, ANN, ANN, first);
        commit(&mut world, ANN, ANN, second);
        judge(name, &world, [Fail, Pass, Pass, Pass]);
    }
    let mut world = World::new();
    world.repo.write(".gitops-health/allowed_signers", keys.signers(""));
    commit(&mut world, ANN, ANN, Some(&keys.ann));
    judge("the change brings the keys", &world, [NotAssessed; 4]);
    let mut world = keys.usual();
    world
        .repo
        .write(".gitops-health/allowed_signers", format!("ann@example.com {}\n", keys.none.line));
    commit(&mut world, ANN, ANN, Some(&keys.none));
    judge("the change brings a key", &world, [Fail, Pass, Fail, Fail]);
    let mut world = keys.world("", USUAL, &format!("{}\n", keys.ann.line));
    world.repo.write(".gitops-health/revoked_keys", "");
    commit(&mut world, ANN, ANN, Some(&keys.ann));
    judge("the change takes a revocation back", &world, [Fail, Fail, Fail, Pass]);
}

/// A key outside of its time, by the list of signers and by the roster.
fn windows(report: &mut Report, keys: &Keys) {
    let at = BEGIN + HOUR;
    let stamp = |seconds: i64| rfc(seconds).replace(['-', ':', 'T'], "");
    let rules = ["signed-commits", "bad-signature", "current-keys"];
    let by_list = [
        ("valid after the day", "valid-after=\"20260101Z\"".to_owned(), Pass),
        ("valid after the next day", "valid-after=\"20260102Z\"".into(), Fail),
        ("valid before the year", "valid-before=\"20260101Z\"".into(), Fail),
        ("valid before the next day", "valid-before=\"20260102Z\"".into(), Pass),
        ("valid from the second", format!("valid-after=\"{}\"", stamp(at)), Pass),
        ("valid from a second later", format!("valid-after=\"{}\"", stamp(at + 1)), Fail),
        ("valid to a second before", format!("valid-before=\"{}\"", stamp(at - 1)), Fail),
        ("for git", "namespaces=\"git\"".into(), Pass),
        ("for files", "namespaces=\"file\"".into(), Fail),
        ("expired since", "valid-before=\"20260103Z\"".into(), Pass),
    ];
    for (name, options, wanted) in by_list {
        let mut world = keys.world(&options, USUAL, "");
        commit(&mut world, ANN, ANN, Some(&keys.ann));
        report.case("times of keys", name, &world, &[(rules[0], wanted)]);
    }
    let mut world = keys.world("valid-before=\"20260103Z\"", USUAL, "");
    commit(&mut world, ANN, ANN, Some(&keys.ann));
    world.parameter("signed-commits", "expired_since", json!(false));
    report.case(
        "times of keys",
        "expired since, and that is not allowed",
        &world,
        &[(rules[0], Fail)],
    );
    let mut world = keys.world("", USUAL, &format!("{}\n", keys.ann.line));
    commit(&mut world, ANN, ANN, Some(&keys.ann));
    report.case("times of keys", "revoked", &world, &[(rules[0], Fail), (rules[1], Fail)]);
    let by_roster = [
        ("no begin", String::new(), Fail),
        ("begins at the second", format!(", from: {}", rfc(at)), Pass),
        ("begins a second later", format!(", from: {}", rfc(at + 1)), Fail),
        ("ends at the second", format!(", from: 2025-06-01, until: {}", rfc(at)), Pass),
        ("ends a second before", format!(", from: 2025-06-01, until: {}", rfc(at - 1)), Fail),
        (
            "compromised before",
            ", from: 2025-06-01, revoked: {at: 2025-12-01, reason: compromised}".into(),
            Fail,
        ),
        (
            "compromised later",
            ", from: 2025-06-01, revoked: {at: 2026-06-01, reason: compromised}".into(),
            Fail,
        ),
        (
            "revoked without a reason",
            ", from: 2025-06-01, revoked: {at: 2026-06-01, reason: unspecified}".into(),
            Fail,
        ),
        (
            "retired before",
            ", from: 2025-06-01, revoked: {at: 2025-12-01, reason: retired}".into(),
            Fail,
        ),
        (
            "retired at the second",
            format!(", from: 2025-06-01, revoked: {{at: {}, reason: retired}}", rfc(at)),
            Fail,
        ),
        (
            "retired a second later",
            format!(", from: 2025-06-01, revoked: {{at: {}, reason: retired}}", rfc(at + 1)),
            Pass,
        ),
        (
            "superseded later",
            ", from: 2025-06-01, revoked: {at: 2026-06-01, reason: superseded}".into(),
            Pass,
        ),
        ("two years old", format!(", from: {}", rfc(at - 730 * DAY)), Pass),
        ("a second older than two years", format!(", from: {}", rfc(at - 730 * DAY - 1)), Fail),
    ];
    for (name, more, wanted) in by_roster {
        let mut world = keys.world("", &more, "");
        commit(&mut world, ANN, ANN, Some(&keys.ann));
        report.case(
            "times of keys",
            &format!("in the roster: {name}"),
            &world,
            &[(rules[2], wanted)],
        );
    }
    for (name, window, wanted) in [
        ("the signer has left", "until: 2025-12-31", Fail),
        ("the signer is not there yet", "from: 2026-01-02", Fail),
        ("the signer leaves later", "until: 2026-01-01", Pass),
    ] {
        let mut world = keys.usual();
        let roster = keys.roster(USUAL).replace("{id: ann, ", &format!("{{id: ann, {window}, "));
        world.repo.write(".gitops-health/roster.yaml", roster);
        world.commit_only(BOB, "roster\n");
        world.repo.git(&["tag", "--force", "BASE", "HEAD"]);
        world.clock = BEGIN;
        commit(&mut world, ANN, ANN, Some(&keys.ann));
        report.case("times of keys", name, &world, &[("signer-is-author", wanted)]);
    }
    let mut world = keys.usual();
    let roster = keys.roster(USUAL).replace(&keys.bob.fingerprint, &keys.ann.fingerprint);
    world.repo.write(".gitops-health/roster.yaml", roster);
    world.commit_only(BOB, "roster\n");
    world.repo.git(&["tag", "--force", "BASE", "HEAD"]);
    commit(&mut world, ANN, ANN, Some(&keys.ann));
    report.case("times of keys", "a key of two people", &world, &[("unshared-identities", Fail)]);
}

fn bots(report: &mut Report, keys: &Keys) {
    const HIDDEN: Someone =
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com");
    const NAMED: Someone = ("dependabot[bot]", "ann@example.com");
    const FAKE: Someone = ("dependabot[bot]", "dependabot@evil.example");
    let all = [
        ("a person types the address", DEPS, DEPS, None, Fail, Pass),
        ("a person types the hidden address", HIDDEN, HIDDEN, None, Fail, Pass),
        (
            "a person types the address of another case",
            ("x", "DEPS@Bots.Example"),
            ANN,
            None,
            Fail,
            Pass,
        ),
        ("a person is the author, the bot commits", ANN, DEPS, None, Fail, Pass),
        ("a person signs for the bot", DEPS, DEPS, Some(&keys.ann), Fail, Pass),
        ("a person signs and commits for the bot", DEPS, ANN, Some(&keys.ann), Fail, Pass),
        ("somebody signs for the bot", DEPS, DEPS, Some(&keys.none), Fail, Pass),
        ("the platform signs, and did not commit", DEPS, DEPS, Some(&keys.web), Fail, Pass),
        ("the platform commits, and signs not", DEPS, WEB, None, Fail, Pass),
        ("the platform commits, and Ann signs", DEPS, WEB, Some(&keys.ann), Fail, Pass),
        ("the bot signs", DEPS, DEPS, Some(&keys.deps), Pass, Pass),
        ("the bot signs by the hidden address", HIDDEN, HIDDEN, Some(&keys.deps), Pass, Pass),
        ("the platform signs and commits", HIDDEN, WEB, Some(&keys.web), Pass, Pass),
        ("the name of a bot is Ann's", NAMED, NAMED, None, NotApplicable, Pass),
        ("the name of a bot is a stranger's", FAKE, FAKE, None, NotApplicable, Fail),
    ];
    for (name, author, committer, key, proven, known) in all {
        let mut world = keys.usual();
        commit(&mut world, author, committer, key);
        let wanted = [("proven-bots", proven), ("known-people", known)];
        report.case("bots", name, &world, &wanted);
    }
}

fn tags(report: &mut Report, keys: &Keys) {
    let tag = |world: &World, name: &str, key: Option<&Key>| {
        let (repo, path) =
            (&world.repo, key.map(|key| key.path.to_str().expect("text").to_owned()));
        match path {
            None => repo.git(&["tag", "-a", "-m", "a release", name]),
            Some(path) => repo.git(&[
                "-c",
                "gpg.format=ssh",
                "-c",
                &format!("user.signingKey={path}"),
                "tag",
                "-s",
                "-m",
                "a release",
                name,
            ]),
        };
    };
    let mut judge = |name: &str, wanted, make: &dyn Fn(&World)| {
        let mut world = keys.usual();
        commit(&mut world, ANN, ANN, Some(&keys.ann));
        world.looks_at_tags = true;
        make(&world);
        report.case("tags", name, &world, &[("signed-release-tags", wanted)]);
    };
    judge("none", NotApplicable, &|_| {});
    judge("signed by a person", Pass, &|world| tag(world, "v1.0.0", Some(&keys.bob)));
    judge("lightweight", Fail, &|world| drop(world.repo.git(&["tag", "v1.0.0"])));
    judge("not signed", Fail, &|world| tag(world, "v1.0.0", None));
    judge("signed by a key that is not trusted", Fail, &|world| {
        tag(world, "v1.0.0", Some(&keys.none))
    });
    judge("signed by nobody of the roster", Fail, &|world| tag(world, "v1.0.0", Some(&keys.eve)));
    judge("signed by a bot", Fail, &|world| tag(world, "v1.0.0", Some(&keys.deps)));
    judge("no release", NotApplicable, &|world| tag(world, "nightly", None));
    judge("of two one is not signed", Fail, &|world| {
        tag(world, "v1.0.0", Some(&keys.bob));
        tag(world, "v1.0.1", None);
    });
    judge("signed as another", Fail, &|world| {
        tag(world, "v1.0.0", Some(&keys.bob));
        let id = world.repo.id("refs/tags/v1.0.0");
        world.repo.git(&["update-ref", "refs/tags/v2.0.0", &id]);
    });
    judge("signed as no release", Fail, &|world| {
        tag(world, "test", Some(&keys.bob));
        let id = world.repo.id("refs/tags/test");
        world.repo.git(&["update-ref", "refs/tags/v2.0.0", &id]);
    });
    judge("another tag around a signed one", Fail, &|world| {
        tag(world, "v1.0.0", Some(&keys.bob));
        world.repo.git(&["tag", "-a", "-m", "x", "v2.0.0", "v1.0.0"]);
    });
    judge("moved to another commit", Fail, &|world| {
        tag(world, "v1.0.0", Some(&keys.bob));
        let text = world.repo.git_text(&["cat-file", "tag", "v1.0.0"]);
        let (head, base) = (world.repo.id("HEAD"), world.repo.id("BASE"));
        // The tag was of the commit before, and is made to lead here.
        world.repo.git(&["tag", "-d", "v1.0.0"]);
        let text =
            text.replace(&head, &base).replace(&base, &head).replace("a release", "a Release");
        let id = world
            .repo
            .git_with_input(&["hash-object", "-t", "tag", "-w", "--stdin"], text.as_bytes());
        let id = String::from_utf8(id).expect("an id");
        world.repo.git(&["update-ref", "refs/tags/v1.0.0", id.trim()]);
    });
    judge("moved without its object", Fail, &|world| {
        tag(world, "v1.0.0", Some(&keys.bob));
        world.repo.git(&["tag", "--force", "v1.0.0", "HEAD"]);
    });
    let mut world = keys.usual();
    commit(&mut world, ANN, ANN, Some(&keys.ann));
    tag(&world, "v1.0.0", Some(&keys.bob));
    report.case("tags", "nobody looked", &world, &[("signed-release-tags", NotAssessed)]);
}

fn dates(report: &mut Report) {
    let now = BEGIN + 10 * DAY;
    for (name, written, committed, wanted) in [
        ("as usual", BEGIN + HOUR, BEGIN + HOUR, Pass),
        ("rebased after a year", BEGIN - 365 * DAY, BEGIN + HOUR, Pass),
        ("before its parent, by a day", BEGIN - DAY, BEGIN - DAY, Pass),
        ("before its parent, by a second more", BEGIN - DAY - 1, BEGIN - DAY - 1, Fail),
        ("backdated by a year", BEGIN - 365 * DAY, BEGIN - 365 * DAY, Fail),
        ("at the beginning of time", 0, 0, Fail),
        ("written a day after", BEGIN + HOUR + DAY, BEGIN + HOUR, Pass),
        ("written later than that", BEGIN + HOUR + DAY + 1, BEGIN + HOUR, Fail),
        ("tomorrow", now + DAY, now + DAY, Pass),
        ("a second later than tomorrow", now + DAY + 1, now + DAY + 1, Fail),
        ("in ten years", now + 3_650 * DAY, now + 3_650 * DAY, Fail),
        ("written in ten years", now + 3_650 * DAY, BEGIN + HOUR, Fail),
    ] {
        let mut world = World::new();
        world.add_line();
        let mut made = world.made(ANN, MESSAGE.as_bytes());
        (made.written, made.committed) = (written, committed);
        world.make(made);
        report.case("dates", name, &world, &[("plausible-dates", wanted)]);
    }
}
