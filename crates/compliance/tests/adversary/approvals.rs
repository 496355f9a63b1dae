//! What an approval is of, what was said after it, who owns what, and emergencies.

use gitops_health_compliance::input::ApprovalState::{
    self, Approved, ChangesRequested, Commented, Dismissed,
};
use gitops_health_compliance::input::{Binding, Branch, Grade, Mode};
use gitops_health_compliance::{ReportedPullRequest, ReportedTicket, Who, read_evidence};
use gitops_health_git::Selection;
use serde_json::json;

use super::world::{
    ANN, BEGIN, BOB, CY, DAY, Fail, HOUR, NotApplicable, NotAssessed, Pass, Report, WEB, World,
    time,
};

pub fn all(report: &mut Report) {
    states(report);
    openers(report);
    requests(report);
    squashes(report);
    returns(report);
    last_words(report);
    files(report);
    owners(report);
    emergencies(report);
    tickets(report);
}

const OTHER: &str = "1234567890123456789012345678901234567890";

fn commit(id: impl Into<String>) -> Binding {
    Binding { commit: Some(id.into()), ..Binding::default() }
}

fn tree(id: impl Into<String>) -> Binding {
    Binding { tree: Some(id.into()), ..Binding::default() }
}

fn change(digest: impl Into<String>) -> Binding {
    Binding { change: Some(digest.into()), ..Binding::default() }
}

/// What somebody else mended is taken back, and the tree of before is approved since then.
fn returns(report: &mut Report) {
    type Said = fn(&World, &str) -> (i64, Binding);
    let all: [(&str, Said, _); 5] = [
        ("the tree, before it was mended", |_, it| (-HOUR * 3 / 2, tree(it)), Fail),
        ("the tree, in the same second", |_, it| (-HOUR, tree(it)), Fail),
        ("the tree, after it was mended", |_, it| (-HOUR / 2, tree(it)), Pass),
        ("the tree, after it came back", |_, it| (HOUR, tree(it)), Pass),
        ("the commit that brings it back", |world, _| (HOUR, world.head()), Pass),
    ];
    for (name, said, wanted) in all {
        let mut world = World::changed();
        let approved = world.repo.id("HEAD^{tree}");
        let text = std::fs::read(world.repo.path().join("src/main.py")).expect("a file");
        world.commit(CY, "fix: close a hole\n\nIt was open.\n");
        world.repo.write("src/main.py", text);
        world.commit_only(ANN, "fix: take it back\n\nIt was in the way.\n");
        assert_eq!(world.repo.id("HEAD^{tree}"), approved);
        world.selection = Selection::Commit("HEAD".into());
        world.mode = Mode::Commit;
        let (after, binds) = said(&world, &approved);
        world.says("bobby", Approved, after, binds);
        report.case("returns", name, &world, &[("approved-by-others", wanted)]);
    }
}

/// Of two commits, what was approved.
fn states(report: &mut Report) {
    type Of = fn(&World, &str, &str) -> Binding;
    let all: [(&str, Of, _, _); 16] = [
        ("the last commit", |_, _, last| commit(last), Pass, Pass),
        ("the commit before", |_, first, _| commit(first), Fail, Fail),
        ("the trusted commit", |world, _, _| commit(world.repo.id("BASE")), Fail, Fail),
        ("no commit of this", |_, _, _| commit(OTHER), Fail, Fail),
        ("nothing", |_, _, _| Binding::default(), Fail, Fail),
        ("an empty name", |_, _, _| commit(""), Fail, Fail),
        ("a short name", |_, _, last| commit(&last[..12]), Fail, Fail),
        ("the name of the branch", |_, _, _| commit("main"), Fail, Fail),
        ("HEAD", |_, _, _| commit("HEAD"), Fail, Fail),
        ("the last tree", |world, _, _| tree(world.repo.id("HEAD^{tree}")), Pass, Pass),
        ("the tree before", |world, _, _| tree(world.repo.id("HEAD~1^{tree}")), Fail, Fail),
        ("the trusted tree", |world, _, _| tree(world.repo.id("BASE^{tree}")), Fail, Fail),
        ("the commit as a tree", |_, _, last| tree(last), Fail, Fail),
        ("the whole difference", |world, _, _| change(world.input().1.change.digest), Pass, Pass),
        ("another difference", |_, _, _| change("0".repeat(64)), Fail, Fail),
        (
            "the commit before and its tree",
            |world, first, _| Binding {
                tree: Some(world.repo.id("HEAD~1^{tree}")),
                ..commit(first)
            },
            Fail,
            Fail,
        ),
    ];
    for (name, of, approved, fresh) in all {
        let mut world = World::changed();
        let first = world.repo.id("HEAD");
        let last = world.commit(ANN, "fix: more\n\nWhy.\n");
        let binds = of(&world, &first, &last);
        world.says("bobby", Approved, HOUR, binds);
        let wanted = [
            ("approved-by-others", approved),
            ("attested-approval", fresh),
            ("bound-approval", approved),
            ("owner-approval", approved),
        ];
        report.case("states", name, &world, &wanted);
    }
    for (name, after, last_push, merged, wanted) in [
        ("after the push", HOUR, Some(0), None, Pass),
        ("at the second of the push", 10, Some(10), None, Fail),
        ("before the push", 10, Some(11), None, Fail),
        ("no time of the push", HOUR, None, None, NotAssessed),
        ("before the merge", 10, Some(0), Some(20), Pass),
        ("at the second of the merge", 20, Some(0), Some(20), Pass),
        ("after the merge", 21, Some(0), Some(20), Fail),
    ] {
        let mut world = World::changed();
        let head = world.head();
        world.says("bobby", Approved, after, head);
        let mut request = request(&world, "main");
        request.last_pushed_at = last_push.map(|at| time(world.clock + at).into());
        if let Some(merged) = merged {
            request.merged_at = Some(time(world.clock + merged).into());
            request.merged_by = Some(Who::Id("bob".into()));
        }
        world.evidence.pull_requests = vec![request];
        report.case("states", &format!("approved {name}"), &world, &[("fresh-approval", wanted)]);
    }
}

fn request(world: &World, base: &str) -> ReportedPullRequest {
    ReportedPullRequest {
        number: 7,
        author: Who::Id("ann".into()),
        merged_by: None,
        merged_at: None,
        last_pushed_at: None,
        base: Some(base.into()),
        labels: Vec::new(),
        commits: vec![world.repo.id("HEAD")],
        grade: Grade::E2,
    }
}

/// Somebody writes under another's name, opens the request under their own, and approves.
fn openers(report: &mut Report) {
    for (name, opened_by, by, wanted) in [
        ("by who opened the request", "ann-ex", "ann-ex", Fail),
        ("by who opened the request, in capitals", "ANN-EX", "ann-ex", Fail),
        ("by somebody else", "ann-ex", "bobby", Pass),
        ("where a bot opened it", "dependabot[bot]", "bobby", Pass),
        ("where the platform opened it", "web-flow", "bobby", Pass),
    ] {
        let mut world = World::new();
        world.add_line();
        let mut made = world.made(CY, b"fix: a thing\n\nIt was wrong.\n");
        made.committer = WEB;
        world.make(made);
        world.approved(by);
        let author = Who::Account("github".into(), opened_by.into());
        world.evidence.pull_requests =
            vec![ReportedPullRequest { author, ..request(&world, "main") }];
        let rules = ["approved-by-others", "attested-approval", "bound-approval"];
        let wanted = rules.map(|rule| (rule, wanted));
        report.case("openers", name, &world, &wanted);
    }
    // Of another request it says nothing, and of one without commits it is not known.
    for (name, commits, wanted) in
        [("another request", vec![OTHER.to_owned()], Pass), ("a request of nothing", vec![], Fail)]
    {
        let mut world = World::changed();
        world.approved("bobby");
        let author = Who::Id("bob".into());
        world.evidence.pull_requests =
            vec![ReportedPullRequest { author, commits, ..request(&world, "main") }];
        report.case("openers", name, &world, &[("approved-by-others", wanted)]);
    }
    // Who opened the request wrote none of it by that: the only author still may not merge alone.
    let mut world = World::changed();
    let at = Some(time(world.clock + HOUR).into());
    world.evidence.pull_requests = vec![ReportedPullRequest {
        author: Who::Id("bob".into()),
        merged_by: Some(Who::Id("ann".into())),
        merged_at: at,
        ..request(&world, "main")
    }];
    report.case("openers", "the only author merges", &world, &[("merged-by-others", Fail)]);
}

/// What is said of a request of other commits says nothing of these.
fn requests(report: &mut Report) {
    for (name, commits, through, others) in [
        ("of this commit", None, Pass, Pass),
        ("of another commit", Some(vec![OTHER.to_owned()]), Fail, NotAssessed),
        ("of no commit", Some(vec![]), NotAssessed, NotAssessed),
    ] {
        let mut world = World::changed();
        world.branch =
            Some(Branch { name: "main".into(), is_protected: true, is_fast_forward: Some(true) });
        world.approved("bobby");
        let own = request(&world, "main");
        world.evidence.pull_requests = vec![ReportedPullRequest {
            commits: commits.unwrap_or_else(|| own.commits.clone()),
            last_pushed_at: Some(time(world.clock).into()),
            merged_at: Some(time(world.clock + 2 * HOUR).into()),
            merged_by: Some(Who::Id("bob".into())),
            ..own
        }];
        world.evidence.tickets = Some(Vec::new());
        let wanted = [
            ("merged-through-request", through),
            ("fresh-approval", others),
            ("merged-by-others", others),
            ("ordered-steps", others),
        ];
        report.case("requests", name, &world, &wanted);
    }
}

/// The same difference, put on the branch in another way, was approved; another one was not.
fn squashes(report: &mut Report) {
    for (name, is_bound_to_change, alter, wanted) in [
        ("squashed, by the difference", true, "", Pass),
        ("squashed, by the tree", false, "", Pass),
        ("squashed with a line more, by the difference", true, "print('evil')\n", Fail),
        ("squashed with a line more, by the tree", false, "print('evil')\n", Fail),
        ("squashed with a blank more, by the difference", true, " ", Fail),
        ("squashed with a blank more, by the tree", false, " ", Fail),
    ] {
        let mut world = World::changed();
        world.commit(ANN, "fix: more\n\nWhy.\n");
        let binds = match is_bound_to_change {
            true => change(world.input().1.change.digest),
            false => tree(world.repo.id("HEAD^{tree}")),
        };
        world.says("bobby", Approved, HOUR, binds);
        world.repo.git(&["reset", "-q", "--soft", "BASE"]);
        let text = std::fs::read_to_string(world.repo.path().join("src/main.py")).expect("text");
        world.repo.write("src/main.py", text + alter);
        world.commit_only(ANN, "fix: both\n\nWhy.\n");
        world.selection = Selection::Commit("HEAD".into());
        world.mode = Mode::Commit;
        report.case(
            "squash and rebase",
            name,
            &world,
            &[("approved-by-others", wanted), ("bound-approval", wanted)],
        );
    }
    for (name, alter, wanted) in [
        ("rebased, by the difference", "", Pass),
        ("rebased with another file, by the difference", "x\n", Fail),
    ] {
        let mut world = World::changed();
        let digest = world.input().1.change.digest;
        world.says("bobby", Approved, HOUR, change(digest));
        world.repo.git(&["reset", "-q", "--hard", "BASE"]);
        world.repo.write("docs/b.md", "B\n");
        world.commit_only(CY, "docs: more\n");
        world.repo.git(&["tag", "--force", "BASE", "HEAD"]);
        if !alter.is_empty() {
            world.repo.write("src/other.py", alter);
        }
        world.repo.write("src/main.py", "import requests\nprint(16)\n");
        world.commit_only(ANN, "fix: a thing\n\nIt was wrong.\n");
        report.case("squash and rebase", name, &world, &[("approved-by-others", wanted)]);
    }
}

/// What somebody said last counts.
fn last_words(report: &mut Report) {
    type Said = (&'static str, ApprovalState, Option<i64>);
    let all: &[(&str, &[Said], _)] = &[
        ("approved", &[("bobby", Approved, Some(1))], Pass),
        ("approved twice", &[("bobby", Approved, Some(1)), ("bobby", Approved, Some(2))], Pass),
        (
            "approved, then a comment",
            &[("bobby", Approved, Some(1)), ("bobby", Commented, Some(2))],
            Pass,
        ),
        ("a comment alone", &[("bobby", Commented, Some(1))], Fail),
        ("refused alone", &[("bobby", ChangesRequested, Some(1))], Fail),
        ("dismissed alone", &[("bobby", Dismissed, Some(1))], Fail),
        (
            "approved, then refused",
            &[("bobby", Approved, Some(1)), ("bobby", ChangesRequested, Some(2))],
            Fail,
        ),
        (
            "approved, then dismissed",
            &[("bobby", Approved, Some(1)), ("bobby", Dismissed, Some(2))],
            Fail,
        ),
        (
            "approved, refused, a comment",
            &[
                ("bobby", Approved, Some(1)),
                ("bobby", ChangesRequested, Some(2)),
                ("bobby", Commented, Some(3)),
            ],
            Fail,
        ),
        (
            "refused, then approved",
            &[("bobby", ChangesRequested, Some(1)), ("bobby", Approved, Some(2))],
            Pass,
        ),
        (
            "dismissed, then approved",
            &[("bobby", Dismissed, Some(1)), ("bobby", Approved, Some(2))],
            Pass,
        ),
        (
            "refused in another case",
            &[("bobby", Approved, Some(1)), ("BOBBY", ChangesRequested, Some(2))],
            Fail,
        ),
        (
            "both in one second",
            &[("bobby", Approved, Some(1)), ("bobby", ChangesRequested, Some(1))],
            Fail,
        ),
        (
            "dismissed in the same second",
            &[("bobby", Approved, Some(1)), ("bobby", Dismissed, Some(1))],
            Fail,
        ),
        (
            "nobody says which came first",
            &[("bobby", Approved, None), ("bobby", ChangesRequested, None)],
            Fail,
        ),
        (
            "nobody says which came first, the other way",
            &[("bobby", ChangesRequested, None), ("bobby", Approved, None)],
            Fail,
        ),
        (
            "an approval without a time",
            &[("bobby", Approved, None), ("bobby", ChangesRequested, Some(2))],
            Fail,
        ),
        (
            "a refusal without a time",
            &[("bobby", Approved, Some(2)), ("bobby", ChangesRequested, None)],
            Fail,
        ),
        (
            "a dismissal without a time",
            &[("bobby", Approved, Some(2)), ("bobby", Dismissed, None)],
            Fail,
        ),
        (
            "of an approval and one without a time",
            &[
                ("bobby", Approved, Some(1)),
                ("bobby", ChangesRequested, Some(2)),
                ("bobby", Approved, None),
            ],
            Fail,
        ),
        (
            "the other order in the list",
            &[("bobby", ChangesRequested, Some(2)), ("bobby", Approved, Some(1))],
            Fail,
        ),
        (
            "refused, approved, refused",
            &[
                ("bobby", ChangesRequested, Some(1)),
                ("bobby", Approved, Some(2)),
                ("bobby", ChangesRequested, Some(3)),
            ],
            Fail,
        ),
        (
            "one of two refuses",
            &[("bobby", Approved, Some(1)), ("cyx", ChangesRequested, Some(2))],
            Fail,
        ),
        (
            "one of two refused before",
            &[("cyx", ChangesRequested, Some(1)), ("bobby", Approved, Some(2))],
            Fail,
        ),
        (
            "the one who refused approves",
            &[
                ("cyx", ChangesRequested, Some(1)),
                ("bobby", Approved, Some(2)),
                ("cyx", Approved, Some(3)),
            ],
            Pass,
        ),
        ("both approve", &[("cyx", Approved, Some(1)), ("bobby", Approved, Some(2))], Pass),
        (
            "one of two has a comment",
            &[("bobby", Approved, Some(1)), ("cyx", Commented, Some(2))],
            Pass,
        ),
        (
            "the author refuses and Bob does not say anything",
            &[("ann-ex", ChangesRequested, Some(1))],
            Fail,
        ),
    ];
    for (name, said, wanted) in all {
        let mut world = World::changed();
        for (account, state, at) in *said {
            let head = world.head();
            let at = at.map(|at| world.clock + at);
            world.reports(
                Who::Account("github".into(), (*account).into()),
                *state,
                at,
                Grade::E2,
                head,
            );
        }
        report.case("last words", name, &world, &[("approved-by-others", *wanted)]);
    }
    // What is said later of another change takes nothing back, and what is said of the same by another name does.
    type Refused = fn(&World) -> Binding;
    type Approval = fn(&World) -> Binding;
    let all: [(&str, Approval, Refused, _); 6] = [
        ("refused another commit later", World::head, |_| commit(OTHER), Pass),
        ("refused nothing in particular later", World::head, |_| Binding::default(), Fail),
        ("refused the trusted commit later", World::head, |it| commit(it.repo.id("BASE")), Pass),
        ("refused the tree later", World::head, |it| tree(it.repo.id("HEAD^{tree}")), Fail),
        (
            "refused the commit that was squashed",
            |it| Binding { tree: Some(it.repo.id("HEAD^{tree}")), ..commit(OTHER) },
            |_| commit(OTHER),
            Fail,
        ),
        (
            "approved the tree, refused the commit",
            |it| tree(it.repo.id("HEAD^{tree}")),
            World::head,
            Fail,
        ),
    ];
    for (name, approved, refused, wanted) in all {
        let mut world = World::changed();
        let (approved, refused) = (approved(&world), refused(&world));
        world.says("bobby", Approved, 1, approved);
        world.says("bobby", ChangesRequested, 2, refused);
        let wanted = [("approved-by-others", wanted), ("bound-approval", wanted)];
        report.case("last words", name, &world, &wanted);
    }
    // The request is at a commit that is not on the branch: what is said of that is said of the request.
    let mut world = World::changed();
    world.approved("bobby");
    world.says("bobby", ChangesRequested, 2 * HOUR, commit(OTHER));
    let mut of_both = request(&world, "main");
    of_both.commits.push(OTHER.into());
    world.evidence.pull_requests = vec![of_both];
    report.case(
        "last words",
        "refused what the request is at",
        &world,
        &[("approved-by-others", Fail)],
    );
    for (name, after, wanted) in [
        ("approved now", 0, Pass),
        ("approved by a clock that is ahead", DAY, Pass),
        ("approved in the future", DAY + 1, Fail),
        ("approved in four years", 4 * 365 * DAY, Fail),
    ] {
        let mut world = World::changed();
        let head = world.head();
        world.says("bobby", Approved, world.now + after - world.clock, head);
        let wanted = [("approved-by-others", wanted), ("owner-approval", wanted)];
        report.case("last words", name, &world, &wanted);
    }
    let mut world = World::changed();
    world.approved("bobby");
    let head = world.head();
    world.says("bobby", ChangesRequested, 4 * 365 * DAY, head);
    report.case("last words", "refused in the future", &world, &[("approved-by-others", Fail)]);
    // What takes an approval back, takes it back for each rule that asks for one.
    let back = |world: &mut World, times: [Option<i64>; 2]| {
        let head = world.head();
        for (state, at) in [(Approved, times[0]), (ChangesRequested, times[1])] {
            let by = Who::Account("github".into(), "bobby".into());
            world.reports(by, state, at.map(|at| BEGIN + 5 * HOUR + at), Grade::E2, head.clone());
        }
    };
    for (name, times, wanted) in [
        ("in one second", [Some(1), Some(1)], Fail),
        ("without times", [None, None], Fail),
        ("later", [Some(1), Some(2)], Fail),
        ("before", [Some(2), Some(1)], Pass),
    ] {
        for (path, text, rule) in [
            (".github/workflows/ci.yml", "on: push\n", "ci-by-others"),
            ("Cargo.toml", "[package]\n", "dependencies-reviewed"),
            ("migrations/1.sql", "DROP TABLE patients;\n", "safe-migrations"),
            (".github/workflows/ci.yml", "permissions: write-all\n", "narrow-workflow-permissions"),
            (".gitops-health/roster.yaml", "people: []\n", "governance-by-others"),
            ("src/main.py", "print(1)\n", "owner-approval"),
        ] {
            let mut world = World::new();
            world.repo.write(path, text);
            world.commit_only(ANN, "fix: a thing\n\nWhy.\n");
            back(&mut world, times);
            report.case(
                "last words",
                &format!("taken back {name}, {rule}"),
                &world,
                &[(rule, wanted)],
            );
        }
    }
}

/// The same from files of GitHub.
fn files(report: &mut Report) {
    let review = |login: &str, state: &str, id: &str, at: &str| json!({"user": {"login": login}, "state": state, "commit_id": id, "submitted_at": at});
    let (one, two) = ("2026-01-02T10:00:00Z", "2026-01-02T11:00:00Z");
    for (name, list, wanted) in [
        ("approved", vec![("bobby", "APPROVED", "", one)], Pass),
        ("by the author", vec![("Ann-Ex", "APPROVED", "", one)], Fail),
        ("by a bot", vec![("dependabot[bot]", "APPROVED", "", one)], Fail),
        (
            "a comment after it",
            vec![("bobby", "APPROVED", "", one), ("bobby", "COMMENTED", "", two)],
            Pass,
        ),
        (
            "refused after it",
            vec![("bobby", "APPROVED", "", one), ("bobby", "CHANGES_REQUESTED", "", two)],
            Fail,
        ),
        (
            "refused after it in the same second",
            vec![("bobby", "APPROVED", "", one), ("bobby", "CHANGES_REQUESTED", "", one)],
            Fail,
        ),
        (
            "approved in the same second",
            vec![("bobby", "CHANGES_REQUESTED", "", one), ("bobby", "APPROVED", "", one)],
            Pass,
        ),
        (
            "dismissed after it",
            vec![("bobby", "APPROVED", "", one), ("bobby", "DISMISSED", "", two)],
            Fail,
        ),
        ("pending", vec![("bobby", "PENDING", "", one)], Fail),
        ("another commit", vec![("bobby", "APPROVED", OTHER, one)], Fail),
        (
            "one of two refuses",
            vec![("bobby", "APPROVED", "", one), ("cyx", "CHANGES_REQUESTED", "", one)],
            Fail,
        ),
        ("nobody", vec![], Fail),
    ] {
        let mut world = World::changed();
        let head = world.repo.id("HEAD");
        let id = |id: &str| if id.is_empty() { head.clone() } else { id.to_owned() };
        let list: Vec<_> = list.iter().map(|it| review(it.0, it.1, &id(it.2), it.3)).collect();
        let text = json!(list).to_string();
        let read = read_evidence("reviews.json", text.as_bytes(), &world.head());
        world.evidence = read.expect("it is fit");
        report.case("reviews of GitHub", name, &world, &[("approved-by-others", wanted)]);
    }
}

fn owners(report: &mut Report) {
    let all: &[(&str, &str, &str, &[&str], _)] = &[
        ("the owner", "/src/ @bobby\n", "src/x.py", &["bobby"], Pass),
        ("somebody else", "/src/ @bobby\n", "src/x.py", &["cyx"], Fail),
        ("nobody", "/src/ @bobby\n", "src/x.py", &[], Fail),
        ("one of a team", "/src/ @org/core\n", "src/x.py", &["cyx"], Pass),
        ("a team in capitals", "/src/ @Org/Core\n", "src/x.py", &["cyx"], Pass),
        ("by an address", "/src/ bob@example.com\n", "src/x.py", &["bobby"], Pass),
        ("an owner whom nobody knows", "/src/ @stranger\n", "src/x.py", &["bobby"], Fail),
        ("a team that nobody knows", "/src/ @org/nobody\n", "src/x.py", &["bobby"], Fail),
        ("the author is the owner", "/src/ @ann-ex\n", "src/x.py", &["bobby"], Fail),
        ("the author owns it and approves", "/src/ @ann-ex\n", "src/x.py", &["ann-ex"], Fail),
        ("author and another own it", "/src/ @ann-ex @bobby\n", "src/x.py", &["bobby"], Pass),
        ("a bot owns it", "/src/ deps@bots.example\n", "src/x.py", &["dependabot[bot]"], Fail),
        ("the last match", "* @bobby\n/src/ @cyx\n", "src/x.py", &["cyx"], Pass),
        ("not the first match", "* @bobby\n/src/ @cyx\n", "src/x.py", &["bobby"], Fail),
        ("the last match has no owner", "* @bobby\n/src/\n", "src/x.py", &[], Pass),
        ("no line at all", "/lib/ @bobby\n", "src/x.py", &[], Pass),
        ("a comment", "# /src/ @cyx\n/src/ @bobby\n", "src/x.py", &["cyx"], Fail),
        ("a comment behind it", "/src/ @bobby # and @cyx\n", "src/x.py", &["cyx"], Fail),
        ("an ending", "*.py @bobby\n", "src/deep/x.py", &["bobby"], Pass),
        ("an ending of another", "*.py @bobby\n", "src/deep/x.py", &["cyx"], Fail),
        ("a directory anywhere", "src/ @bobby\n", "lib/src/x.py", &["cyx"], Fail),
        ("one level", "/src/* @bobby\n", "src/deep/x.py", &[], Pass),
        ("all levels", "/src/** @bobby\n", "src/deep/x.py", &["cyx"], Fail),
    ];
    for (name, lines, path, approvers, wanted) in all {
        let mut world = World::with(|repo| {
            repo.write("CODEOWNERS", lines);
        });
        world.repo.write(path, "print(1)\n");
        world.commit_only(ANN, "fix: a thing\n\nWhy.\n");
        approvers.iter().for_each(|account| world.approved(account));
        report.case("owners", name, &world, &[("owner-approval", *wanted)]);
    }
    for (name, lines, approvers, wanted) in [
        ("an optional section", "^[Core]\n/src/ @bobby\n", &[][..], Pass),
        ("a section", "[Core]\n/src/ @bobby\n", &[], Fail),
        ("a section of two, one", "[Core][2]\n/src/ @bobby @cyx\n", &["bobby"], Fail),
        ("a section of two, both", "[Core][2]\n/src/ @bobby @cyx\n", &["bobby", "cyx"], Pass),
        ("two sections, one", "[Core]\n/src/ @bobby\n[All]\n* @cyx\n", &["bobby"], Fail),
        ("two sections, both", "[Core]\n/src/ @bobby\n[All]\n* @cyx\n", &["bobby", "cyx"], Pass),
        ("owners of a section", "[Core] @bobby\n/src/\n", &["cyx"], Fail),
    ] {
        let mut world = World::with(|repo| {
            repo.write(".gitlab/CODEOWNERS", lines).remove("CODEOWNERS");
        });
        world.commit(ANN, "fix: a thing\n\nWhy.\n");
        approvers.iter().for_each(|account| world.approved(account));
        report.case("owners", name, &world, &[("owner-approval", wanted)]);
    }
    let utf_16: Vec<u8> =
        "\u{feff}/src/ @bobby\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, lines, wanted) in [
        ("in UTF-16", utf_16.as_slice(), NotAssessed),
        ("with a NUL", b"/src/ @bob\0by\n", NotAssessed),
        ("an owner that is none", b"/src/ @bob\xe9\n", NotAssessed),
        ("a range", b"/src/[mn]*.py @bobby\n", NotAssessed),
        ("an owner that is none, elsewhere", b"/lib/ @bob\xe9\n", Pass),
        ("an owner that is none, and a later line", b"/src/ @bob\xe9\n* @cyx\n", Fail),
        ("a comment that is no UTF-8", b"# M\xfcller\n/src/ @bobby\n", Fail),
    ] {
        let mut world = World::with(|repo| {
            repo.write("CODEOWNERS", lines);
        });
        world.commit(ANN, "fix: a thing\n\nWhy.\n");
        report.case("owners", name, &world, &[("owner-approval", wanted)]);
    }
    type Edit = fn(&World);
    let edits: [(&str, Edit, _, _); 7] = [
        (
            "the owner is taken out in the change",
            |it| drop(it.repo.write("CODEOWNERS", "").write("src/main.py", "1\n").id("HEAD")),
            &["cyx"][..],
            Fail,
        ),
        (
            "the author is put in by the change",
            |it| {
                drop(it.repo.write("CODEOWNERS", "* @cyx\n").write("src/main.py", "1\n").id("HEAD"))
            },
            &["cyx"],
            Fail,
        ),
        (
            "the file of owners is deleted",
            |it| drop(it.repo.remove("CODEOWNERS").write("src/main.py", "1\n").id("HEAD")),
            &["cyx"],
            Fail,
        ),
        (
            "another file of owners is added",
            |it| {
                drop(
                    it.repo
                        .write(".github/CODEOWNERS", "* @cyx\n")
                        .write("src/main.py", "1\n")
                        .id("HEAD"),
                )
            },
            &["cyx"],
            Fail,
        ),
        (
            "a file is moved away",
            |it| drop(it.repo.git(&["mv", "src/main.py", "main.py"])),
            &["cyx"],
            Fail,
        ),
        (
            "a file is moved away, and the owner agrees",
            |it| drop(it.repo.git(&["mv", "src/main.py", "main.py"])),
            &["bobby"],
            Pass,
        ),
        ("a file is deleted", |it| drop(it.repo.remove("src/main.py").id("HEAD")), &["cyx"], Fail),
    ];
    for (name, edit, approvers, wanted) in edits {
        let mut world = World::new();
        edit(&world);
        world.commit_only(ANN, "fix: a thing\n\nWhy.\n");
        approvers.iter().for_each(|account| world.approved(account));
        report.case("owners", name, &world, &[("owner-approval", wanted)]);
    }
    let mut world = World::with(|repo| {
        repo.remove("CODEOWNERS");
    });
    world.repo.write("CODEOWNERS", "* @cyx\n");
    world.commit(ANN, "fix: a thing\n\nWhy.\n");
    world.approved("cyx");
    report.case(
        "owners",
        "the change brings the first file of owners",
        &world,
        &[("owner-approval", NotAssessed)],
    );
}

fn emergencies(report: &mut Report) {
    let all = [
        ("no emergency", "fix\n\nWhy.\n", NotApplicable),
        ("in prose", "fix\n\nEmergency: the clinic stands still\nand waits.\n", NotApplicable),
        (
            "no reason",
            "fix\n\nWhy.\n\nEmergency:\nEmergency-Approver: Bob <bob@example.com>\n",
            Fail,
        ),
        (
            "no more than a word",
            "fix\n\nWhy.\n\nEmergency: yes\nEmergency-Approver: Bob <bob@example.com>\n",
            Fail,
        ),
        (
            "blanks for a reason",
            "fix\n\nWhy.\n\nEmergency:                 \nEmergency-Approver: Bob <bob@example.com>\n",
            Fail,
        ),
        ("nobody agreed", "fix\n\nWhy.\n\nEmergency: the clinic stands still\n", Fail),
        (
            "the author agreed",
            "fix\n\nWhy.\n\nEmergency: the clinic stands still\nEmergency-Approver: Ann <ann@example.com>\n",
            Fail,
        ),
        (
            "the author agreed by an alias",
            "fix\n\nWhy.\n\nEmergency: the clinic stands still\nEmergency-Approver: Bob <ann@laptop>\n",
            Fail,
        ),
        (
            "a co-author agreed",
            "fix\n\nWhy.\n\nEmergency: the clinic stands still\nEmergency-Approver: Bob <bob@example.com>\nCo-authored-by: Bob <bob@example.com>\n",
            Fail,
        ),
        (
            "a stranger agreed",
            "fix\n\nWhy.\n\nEmergency: the clinic stands still\nEmergency-Approver: Bob <bob@evil.example>\n",
            Fail,
        ),
        (
            "a bot agreed",
            "fix\n\nWhy.\n\nEmergency: the clinic stands still\nEmergency-Approver: x <deps@bots.example>\n",
            Fail,
        ),
        (
            "a name agreed",
            "fix\n\nWhy.\n\nEmergency: the clinic stands still\nEmergency-Approver: Bob\n",
            Fail,
        ),
        (
            "a team agreed",
            "fix\n\nWhy.\n\nEmergency: the clinic stands still\nEmergency-Approver: T <team@example.com>\n",
            Fail,
        ),
        (
            "Bob agreed",
            "fix\n\nWhy.\n\nEmergency: the clinic stands still\nEmergency-Approver: Bob <bob@example.com>\n",
            Pass,
        ),
        (
            "Bob agreed, in small letters",
            "fix\n\nWhy.\n\nemergency: the clinic stands still\nemergency-approver: bob <BOB@example.com>\n",
            Pass,
        ),
    ];
    for (name, message, wanted) in all {
        let mut world = World::new();
        world.commit(ANN, message);
        report.case("emergencies", name, &world, &[("emergency-change", wanted)]);
    }
    for (name, label, wanted) in [
        ("a label", "emergency", Fail),
        ("a label in capitals", "EMERGENCY", Fail),
        ("another label", "urgent", NotApplicable),
    ] {
        let mut world = World::changed();
        let mut request = request(&world, "main");
        request.labels = vec![label.into()];
        world.evidence.pull_requests = vec![request];
        report.case("emergencies", name, &world, &[("emergency-change", wanted)]);
    }
    let message = "fix\n\nWhy.\n\nEmergency: the clinic stands still\nEmergency-Approver: Bob <bob@example.com>\n";
    for (grade, approver, wanted) in [
        ("E0", None, Pass),
        ("E1", None, Fail),
        ("E1", Some("ann-ex"), Fail),
        ("E1", Some("bobby"), Pass),
    ] {
        let mut world = World::new();
        world.commit(ANN, message);
        approver.iter().for_each(|account| world.approved(account));
        world.parameter("emergency-change", "least_grade", grade.into());
        let name = format!("typed, and {grade} is asked for, {approver:?}");
        report.case("emergencies", &name, &world, &[("emergency-change", wanted)]);
    }
    let committed = BEGIN + HOUR;
    for (name, now, approver, wanted) in [
        ("at the last second", committed + 3 * DAY, None, Pass),
        ("a second too late", committed + 3 * DAY + 1, None, Fail),
        ("at once", committed + 1, None, Pass),
        ("late, and reviewed", committed + 9 * DAY, Some("bobby"), Pass),
        ("late, and the author reviewed", committed + 9 * DAY, Some("ann-ex"), Fail),
        ("late, and a bot reviewed", committed + 9 * DAY, Some("dependabot[bot]"), Fail),
        ("dated ahead", committed - 2 * DAY, None, Fail),
        ("dated ahead, and reviewed", committed - 2 * DAY, Some("bobby"), Pass),
    ] {
        let mut world = World::new();
        world.commit(ANN, message);
        world.now = now;
        if let Some(approver) = approver {
            let (head, at) = (world.head(), now.min(world.clock + HOUR));
            world.says(approver, Approved, at - world.clock, head);
        }
        report.case("emergencies", name, &world, &[("emergency-reviewed", wanted)]);
    }
    let mut world = World::new();
    world.commit(ANN, message);
    world.approved("bobby");
    world.commit(ANN, "fix\n\nWhy.\n\nEmergency: it still stands still\n");
    report.case(
        "emergencies",
        "reviewed before the last commit",
        &world,
        &[("emergency-reviewed", Fail)],
    );
}

fn tickets(report: &mut Report) {
    let ticket = |id: &str, state: &str, by: Option<&str>| ReportedTicket {
        id: id.into(),
        system: Some("jira".into()),
        state: state.into(),
        approved_by: by.map(|by| Who::Account("github".into(), by.into())),
        approved_at: Some(time(BEGIN).into()),
        source: "jira".into(),
        grade: Grade::E2,
    };
    let bob = Some("bobby");
    for (name, message, list, wanted) in [
        ("approved", "fix CHG-12\n", vec![ticket("CHG-12", "Approved", bob)], Pass),
        ("in progress", "fix CHG-12\n", vec![ticket("CHG-12", "In Progress", bob)], Pass),
        ("unknown", "fix CHG-12\n", vec![ticket("CHG-13", "Approved", bob)], Fail),
        ("no tickets", "fix CHG-12\n", vec![], Fail),
        ("in small letters", "fix CHG-12\n", vec![ticket("chg-12", "Approved", bob)], Fail),
        ("a longer number", "fix CHG-12\n", vec![ticket("CHG-123", "Approved", bob)], Fail),
        ("rejected", "fix CHG-12\n", vec![ticket("CHG-12", "Rejected", bob)], Fail),
        ("not approved", "fix CHG-12\n", vec![ticket("CHG-12", "Not Approved", bob)], Fail),
        ("no state", "fix CHG-12\n", vec![ticket("CHG-12", "", bob)], Fail),
        ("approved by nobody", "fix CHG-12\n", vec![ticket("CHG-12", "Approved", None)], Fail),
        (
            "approved by the author",
            "fix CHG-12\n",
            vec![ticket("CHG-12", "Approved", Some("Ann-Ex"))],
            Fail,
        ),
        (
            "approved by a bot",
            "fix CHG-12\n",
            vec![ticket("CHG-12", "Approved", Some("dependabot[bot]"))],
            Fail,
        ),
        (
            "approved by a stranger",
            "fix CHG-12\n",
            vec![ticket("CHG-12", "Approved", Some("eve"))],
            Fail,
        ),
        (
            "approved by a team",
            "fix CHG-12\n",
            vec![ticket("CHG-12", "Approved", Some("team-account"))],
            Fail,
        ),
        (
            "one of two is unknown",
            "fix CHG-12 and CHG-13\n",
            vec![ticket("CHG-12", "Approved", bob)],
            Fail,
        ),
        (
            "two trackers differ",
            "fix CHG-12\n",
            vec![ticket("CHG-12", "Approved", bob), ticket("CHG-12", "Rejected", bob)],
            Fail,
        ),
        (
            "both are approved",
            "fix CHG-12 and CHG-13\n",
            vec![ticket("CHG-12", "Done", bob), ticket("CHG-13", "Open", bob)],
            Pass,
        ),
        ("none is named", "fix a thing\n", vec![ticket("CHG-12", "Approved", bob)], NotApplicable),
    ] {
        let mut world = World::new();
        world.commit(ANN, message);
        world.evidence.tickets = Some(list);
        report.case("tickets", name, &world, &[("ticket-approved", wanted)]);
    }
    let mut world = World::new();
    world.commit(ANN, "fix CHG-12\n");
    report.case("tickets", "nobody asked", &world, &[("ticket-approved", NotAssessed)]);
    world.evidence.tickets =
        Some(vec![ReportedTicket { grade: Grade::E1, ..ticket("CHG-12", "Approved", bob) }]);
    report.case("tickets", "somebody typed it", &world, &[("ticket-approved", Fail)]);
    for (name, at, wanted) in [
        ("approved at the second", BEGIN + HOUR, Pass),
        ("approved after the work", BEGIN + HOUR + 1, Fail),
        ("approved before", BEGIN, Pass),
    ] {
        let mut world = World::new();
        world.commit(ANN, "fix CHG-12\n");
        world.evidence.tickets = Some(vec![ReportedTicket {
            approved_at: Some(time(at).into()),
            ..ticket("CHG-12", "Approved", bob)
        }]);
        world.evidence.pull_requests = vec![request(&world, "main")];
        report.case("tickets", name, &world, &[("ordered-steps", wanted)]);
    }
    let mut world = World::new();
    world.commit(BOB, "fix CHG-12\n");
    world.evidence.tickets = Some(vec![ticket("CHG-12", "Approved", bob)]);
    report.case(
        "tickets",
        "approved by the author under the account",
        &world,
        &[("ticket-approved", Fail)],
    );
}
