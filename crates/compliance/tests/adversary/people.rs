//! Who is who: twins, aliases, co-authors, bots, shared accounts, and people outside of their time.

use gitops_health_compliance::Who;
use gitops_health_compliance::input::{ApprovalState::Approved, Grade};

use super::world::{
    ANN, BEGIN, BOB, DAY, DEPS, EVE, Fail, HOUR, NotApplicable, NotAssessed, Pass, ROSTER, Report,
    Someone, TEAM, WEB, World, rfc,
};

pub fn all(report: &mut Report) {
    twins(report);
    authors(report);
    shared(report);
    times(report);
}

fn email(address: &str) -> Who {
    Who::Email(address.into())
}

fn account(system: &str, name: &str) -> Who {
    Who::Account(system.into(), name.into())
}

/// Ann wrote it, and somebody approves it who may be Ann.
fn twins(report: &mut Report) {
    let all = [
        ("by the account", account("github", "ann-ex"), Fail),
        ("by the account in capitals", account("GitHub", "ANN-EX"), Fail),
        ("by the other account", account("gitlab", "annie"), Fail),
        ("by an account that nobody has", account("github", "annie"), Fail),
        ("by the account of another system", account("gitlab", "ann-ex"), Fail),
        ("by the address", email("ann@example.com"), Fail),
        ("by the address in capitals", email("ANN@EXAMPLE.COM"), Fail),
        ("by the second address", email("ann@work.example"), Fail),
        ("by an address of the map", email("ann@laptop"), Fail),
        ("by an address of the map in capitals", email("Ann@Laptop"), Fail),
        ("by a plus-address", email("ann+review@example.com"), Fail),
        ("by the hidden address", email("1234+ann-ex@users.noreply.github.com"), Fail),
        ("by the old hidden address", email("ann-ex@users.noreply.github.com"), Fail),
        ("by an address with blanks", email(" ann@example.com "), Fail),
        ("by an address with a no-break space", email("ann@example.com\u{a0}"), Fail),
        ("by an address with a zero-width space", email("ann@example.com\u{200b}"), Fail),
        ("by the id", Who::Id("ann".into()), Fail),
        ("by the id in capitals", Who::Id("ANN".into()), Fail),
        ("by an id that nobody has", Who::Id("eve".into()), Fail),
        ("by an id that looks like an account", Who::Id("github:bobby".into()), Fail),
        ("by an id that looks like an address", Who::Id("mail:bob@example.com".into()), Fail),
        ("by a stranger", email("eve@evil.example"), Fail),
        ("by a stranger's account", account("github", "eve"), Fail),
        ("by nobody", email(""), Fail),
        ("by a bot", account("github", "dependabot[bot]"), Fail),
        ("by the platform", account("github", "web-flow"), Fail),
        ("by a team", account("github", "team-account"), Fail),
        ("by the address of a team", email("team@example.com"), Fail),
        ("by a plus-address of Bob", email("bob+x@example.com"), Fail),
        ("by Bob", account("github", "bobby"), Pass),
        ("by Bob in capitals", account("GITHUB", "Bobby"), Pass),
        ("by Bob's address", email("bob@example.com"), Pass),
        ("by Bob's address in capitals", email("Bob@Example.Com"), Pass),
        ("by Bob's id", Who::Id("bob".into()), Pass),
        ("by Bob's hidden address", email("99+bobby@users.noreply.github.com"), Pass),
        ("by a name before Bob's", email("eve+bobby@users.noreply.github.com"), Fail),
        ("by nothing before Bob's", email("+bobby@users.noreply.github.com"), Fail),
    ];
    for (name, by, wanted) in all {
        for (kind, grade) in [("", Grade::E2), (", in a file", Grade::E1)] {
            let mut world = World::changed();
            let head = world.head();
            world.reports(by.clone(), Approved, Some(world.clock + HOUR), grade, head);
            let attested = if grade == Grade::E1 { Fail } else { wanted };
            let wanted = [
                ("approved-by-others", wanted),
                ("bound-approval", wanted),
                ("owner-approval", wanted),
                ("attested-approval", attested),
            ];
            report.case("twins", &format!("{name}{kind}"), &world, &wanted);
        }
    }
}

/// Who wrote, committed or helped can not approve, under whatever name.
fn authors(report: &mut Report) {
    let write = |world: &mut World, author: Someone, committer: Someone, message: &str| {
        world.add_line();
        let mut made = world.made(author, message.as_bytes());
        made.committer = committer;
        world.make(made);
    };
    let plain = "fix: a thing\n\nIt was wrong.\n";
    let all = [
        ("the author by another case", ("Bob", "BOB@example.com"), ANN, plain, Fail, Pass),
        (
            "the author by the hidden address",
            ("x", "3+bobby@users.noreply.github.com"),
            ANN,
            plain,
            Fail,
            Pass,
        ),
        ("the committer", ANN, BOB, plain, Fail, Pass),
        ("the committer by another case", ANN, ("b", "BOB@EXAMPLE.com"), plain, Fail, Pass),
        (
            "a co-author",
            ANN,
            ANN,
            "fix\n\nWhy.\n\nCo-authored-by: Bob <bob@example.com>\n",
            Fail,
            Pass,
        ),
        (
            "a co-author by another name",
            ANN,
            ANN,
            "fix\n\nWhy.\n\nCo-authored-by: Robert <BOB@example.com>\n",
            Fail,
            Pass,
        ),
        (
            "a co-author by the hidden address",
            ANN,
            ANN,
            "fix\n\nWhy.\n\nCo-Authored-By: B <bobby@users.noreply.github.com>\n",
            Fail,
            Pass,
        ),
        (
            "one of two co-authors",
            ANN,
            ANN,
            "fix\n\nWhy.\n\nCo-authored-by: Cy <cy@example.com>\nCo-authored-by: Bob <bob@example.com>\n",
            Fail,
            Pass,
        ),
        ("the platform committed", ANN, WEB, plain, Pass, Pass),
        ("somebody named as Bob", ("Bob", "ann@example.com"), ANN, plain, Pass, Pass),
        (
            "a co-author who is another",
            ANN,
            ANN,
            "fix\n\nWhy.\n\nCo-authored-by: Cy <cy@example.com>\n",
            Pass,
            Pass,
        ),
        ("a stranger wrote", EVE, EVE, plain, Pass, Fail),
        ("an alias that nobody has", ("Ann", "ann+x@example.com"), ANN, plain, Pass, Fail),
        (
            "a twin with a zero-width space",
            ("Ann", "ann@example.com\u{200b}"),
            ANN,
            plain,
            Pass,
            Fail,
        ),
        ("nobody wrote", ("", ""), ("", ""), plain, Pass, Fail),
        ("a team wrote", TEAM, TEAM, plain, Pass, Fail),
    ];
    for (name, author, committer, message, approved, known) in all {
        let mut world = World::new();
        write(&mut world, author, committer, message);
        world.approved("bobby");
        let wanted = [("approved-by-others", approved), ("known-people", known)];
        report.case("authors", name, &world, &wanted);
    }
    // The map of names is believed as it was before.
    for (name, map, author, approver, known) in [
        (
            "a map that makes the author another",
            "Cy <cy@example.com> <bob@example.com>\n",
            BOB,
            "bobby",
            Pass,
        ),
        (
            "a map that makes a stranger known",
            "Cy <cy@example.com> <eve@evil.example>\n",
            EVE,
            "eve",
            Fail,
        ),
        (
            "a map that makes Ann unknown",
            "Eve <eve@evil.example> <ann@laptop>\n",
            ("Ann", "ann@laptop"),
            "ann-ex",
            Pass,
        ),
        ("a map that is gone", "", ("Ann", "ann@laptop"), "ann-ex", Pass),
    ] {
        let mut world = World::new();
        world.repo.write(".mailmap", map);
        world.commit(author, plain);
        world.approved(approver);
        let wanted =
            [("approved-by-others", Fail), ("known-people", known), ("governance-by-others", Fail)];
        report.case("authors", name, &world, &wanted);
    }
    let mut world = World::with(|repo| {
        repo.write(".mailmap", "Bob <bob@example.com> <bob@old.example>\n");
    });
    world.commit(("Bob", "Bob@Old.example"), plain);
    world.approved("bobby");
    report.case(
        "authors",
        "an old address of the map",
        &world,
        &[("approved-by-others", Fail), ("known-people", Pass)],
    );
    // Two commits of two people: neither can approve.
    for (name, approver, wanted) in [
        ("the first of two", "ann-ex", Fail),
        ("the second of two", "bobby", Fail),
        ("a third", "cyx", Pass),
    ] {
        let mut world = World::changed();
        world.commit(BOB, plain);
        world.approved(approver);
        report.case("authors", name, &world, &[("approved-by-others", wanted)]);
    }
}

/// What several people use is nobody.
fn shared(report: &mut Report) {
    let twice = "  - {id: dan, emails: [bob@example.com], accounts: {github: bobby}}\nteams: {}\n";
    let roster = ROSTER.replace("teams: {'@org/core': [bob, cy]}\n", twice);
    let mut world = World::with(|repo| roster_of(repo, &roster));
    world.commit(ANN, "fix\n\nWhy.\n");
    world.approved("bobby");
    let wanted = [("approved-by-others", Fail), ("unshared-identities", Fail)];
    report.case("shared identities", "an account of two people approves", &world, &wanted);
    let mut world = World::with(|repo| roster_of(repo, &roster));
    world.commit(BOB, "fix\n\nWhy.\n");
    world.approved("cyx");
    let wanted = [("known-people", Fail), ("unshared-identities", Fail)];
    report.case("shared identities", "an address of two people commits", &world, &wanted);
    let mut world = World::new();
    world.commit(TEAM, "fix\n\nWhy.\n");
    let wanted =
        [("known-people", Fail), ("unshared-identities", Fail), ("proven-bots", NotApplicable)];
    report.case("shared identities", "a team commits", &world, &wanted);
    let mut world = World::changed();
    world.approved("team-account");
    let wanted = [("approved-by-others", Fail), ("unshared-identities", Fail)];
    report.case("shared identities", "a team approves", &world, &wanted);
    let mut world = World::new();
    world.commit(ANN, "fix\n\nWhy.\n\nCo-authored-by: Team <team@example.com>\n");
    report.case("shared identities", "a team helps", &world, &[("unshared-identities", Fail)]);
    let mut world = World::changed();
    world.approved("bobby");
    report.case("shared identities", "nobody shares", &world, &[("unshared-identities", Pass)]);
    let mut world = World::new();
    world.commit(DEPS, "fix\n\nWhy.\n");
    let wanted =
        [("known-people", Pass), ("unshared-identities", Pass), ("proven-bots", NotAssessed)];
    report.case("shared identities", "a bot is no shared identity", &world, &wanted);
}

/// Commits and approvals before somebody came and after somebody left.
fn times(report: &mut Report) {
    let (commit, approval) = (BEGIN + HOUR, BEGIN + 2 * HOUR);
    let all = [
        ("no times", "ann", String::new(), Pass),
        ("the author from the second", "ann", format!("from: {}", rfc(commit)), Pass),
        ("the author from a second later", "ann", format!("from: {}", rfc(commit + 1)), Fail),
        ("the author until the second", "ann", format!("until: {}", rfc(commit)), Pass),
        ("the author until a second before", "ann", format!("until: {}", rfc(commit - 1)), Fail),
        ("the author until the day", "ann", "until: 2026-01-01".into(), Pass),
        ("the author until the day before", "ann", "until: 2025-12-31".into(), Fail),
        ("the author from the day", "ann", "from: 2026-01-01".into(), Pass),
        ("the author from the next day", "ann", "from: 2026-01-02".into(), Fail),
        ("the author in another zone", "ann", "until: 2026-01-01T01:59:59+01:00".into(), Fail),
        ("the approver from the second", "bob", format!("from: {}", rfc(approval)), Pass),
        ("the approver from a second later", "bob", format!("from: {}", rfc(approval + 1)), Fail),
        ("the approver until the second", "bob", format!("until: {}", rfc(approval)), Pass),
        (
            "the approver until a second before",
            "bob",
            format!("until: {}", rfc(approval - 1)),
            Fail,
        ),
        ("the approver long gone", "bob", "until: 2025-06-30".into(), Fail),
        ("somebody else long gone", "cy", "until: 2025-06-30".into(), Pass),
    ];
    for (name, id, window, wanted) in all {
        let entry =
            format!("{{id: {id}, {}", if window.is_empty() { window } else { window + ", " });
        let roster = ROSTER.replace(&format!("{{id: {id}, "), &entry);
        let mut world = World::with(|repo| roster_of(repo, &roster));
        world.commit(ANN, "fix\n\nWhy.\n");
        world.approved("bobby");
        report.case("times of people", name, &world, &[("active-people", wanted)]);
    }
    for (name, written, committed, wanted) in [
        ("written before the start", -40 * DAY, HOUR, Fail),
        ("committed after the end", HOUR, 40 * DAY, Fail),
        ("both in time", HOUR, HOUR, Pass),
    ] {
        let roster =
            ROSTER.replace("{id: ann, ", "{id: ann, from: 2025-12-01, until: 2026-01-31, ");
        let mut world = World::with(|repo| roster_of(repo, &roster));
        world.add_line();
        let mut made = world.made(ANN, b"fix\n\nWhy.\n");
        (made.written, made.committed) = (BEGIN + written, BEGIN + committed);
        world.make(made);
        report.case("times of people", name, &world, &[("active-people", wanted)]);
    }
    // Who has left approves, and does not say when.
    let roster = ROSTER.replace("{id: bob, ", "{id: bob, until: 2025-06-30, ");
    let mut world = World::with(|repo| roster_of(repo, &roster));
    world.commit(ANN, "fix\n\nWhy.\n");
    let head = world.head();
    world.reports(Who::Id("bob".into()), Approved, None, Grade::E1, head);
    let wanted = [("active-people", NotAssessed), ("approval-record", Fail)];
    report.case("times of people", "an approval without a time", &world, &wanted);
}

fn roster_of(repo: &gitops_health_testkit::TestRepo, text: &str) {
    repo.write(".gitops-health/roster.yaml", text);
}
