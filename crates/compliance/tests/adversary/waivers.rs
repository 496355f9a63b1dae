//! Waivers that their author accepts, that never end or leave nothing out, and those that nobody takes away.

use gitops_health_compliance::Verdict;
use gitops_health_compliance::input::{ApprovalState, Branch, Mode};
use gitops_health_git::Selection;

use super::world::{
    ANN, BEGIN, BOB, CY, DAY, Fail, HOUR, NotApplicable, NotAssessed, Pass, ROSTER, Report,
    Someone, Waived, World,
};

const PATH: &str = ".gitops-health/waivers.yaml";

const GOOD: &str = "id: W-1, rule: certificates-checked, paths: [src/x.py], \
    reason: the device has no certificate, owner: bob, expires: 2026-06-30";

/// What is asked of a change of the file.
const ASKED: [&str; 2] = ["waivers-bounded", "waivers-by-others"];

pub fn all(report: &mut Report) {
    added(report);
    people(report);
    altered(report);
    files(report);
    places(report);
    standing(report);
    effects(report);
}

fn one(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    format!("waivers: [{{{}}}]\n", GOOD.replace(from, to))
}

fn good() -> String {
    one("W-1", "W-1")
}

/// A roster with somebody who left, and with a second name of Ann.
fn people_and_twins() -> String {
    let more = "  - {id: old, emails: [old@example.com], accounts: {github: oldie}, until: 2025-12-31}\n  \
                - {id: ANN, emails: [ann@twin.example], accounts: {github: ann-twin}}\n";
    ROSTER.replace("people:\n", &format!("people:\n{more}"))
}

/// A world whose trusted revision has these waivers.
fn with(before: Option<&str>) -> World {
    World::with(|repo| {
        repo.write(".gitops-health/roster.yaml", people_and_twins());
        if let Some(text) = before {
            repo.write(PATH, text);
        }
    })
}

fn judge(report: &mut Report, name: &str, world: &World, wanted: [Verdict; 2]) {
    let wanted: Vec<(&str, Verdict)> = ASKED.into_iter().zip(wanted).collect();
    report.case("changed waivers", name, world, &wanted);
}

/// Ann writes a waiver, and an account approves.
fn added(report: &mut Report) {
    let letters: Vec<String> = ('a'..='z').map(|it| format!("'{it}*/'")).collect();
    let letters = format!("paths: [{}]", letters.join(", "));
    let paths = |to: &str| one("paths: [src/x.py]", to);
    let expires = |to: &str| one("2026-06-30", to);
    for (name, text, wanted) in [
        ("a good one", good(), Pass),
        ("of a subject", paths("subjects: [x]"), Pass),
        ("of a directory", paths("paths: [src/]"), Pass),
        ("of an ending", paths("paths: ['*.py']"), Pass),
        ("of all paths and one subject", paths("paths: ['**'], subjects: [x]"), Pass),
        ("of everything", one("paths: [src/x.py], ", ""), Fail),
        ("of everything, as empty lists", paths("paths: [], subjects: []"), Fail),
        ("of two stars", paths("paths: ['**']"), Fail),
        ("of a star", paths("paths: ['*']"), Fail),
        ("of two stars from the top", paths("paths: ['/**']"), Fail),
        ("of all with a dot", paths("paths: ['*.*']"), Fail),
        ("of all directories", paths("paths: ['*/']"), Fail),
        ("of all but one letter", paths("paths: ['[!q]*']"), Fail),
        ("of a file and everything", paths("paths: [src/x.py, '**/*']"), Fail),
        ("of each letter", paths(&letters), Fail),
        ("of ten years", expires("2036-01-01"), Fail),
        ("of a year", expires("2027-01-01"), Pass),
        ("of a year and a day", expires("2027-01-02"), Fail),
        ("of ten years in another zone", expires("2036-01-01T00:00:00+14:00"), Fail),
        ("over before it came", expires("2025-12-31"), Fail),
        ("over on the day that it came", expires("2026-01-01"), Pass),
        ("of no rule", one("certificates-checked", "certificate-checked"), Fail),
        ("of a rule that the same change brings", one("certificates-checked", "main.deny_x"), Fail),
        ("for the rule about waivers", one("certificates-checked", "waivers-bounded"), Pass),
    ] {
        let mut world = with(None);
        world.repo.write(PATH, text);
        world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
        world.approved("bobby");
        judge(report, &format!("added, {name}"), &world, [wanted, Pass]);
    }
    // Dates that make it seem shorter.
    let mut world = with(None);
    world.repo.write(PATH, expires("2036-06-30"));
    world.clock = BEGIN + 3650 * DAY;
    world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
    world.clock = BEGIN + DAY;
    world.approved("bobby");
    judge(report, "a commit of ten years ahead", &world, [Fail, Pass]);
    // A ticket is asked for where that is set.
    for (name, ticket, wanted) in [
        ("without", "", Fail),
        ("with an empty", ", ticket: ''", Fail),
        ("with", ", ticket: LED-1", Pass),
    ] {
        let mut world = with(None);
        world.parameter("waivers-bounded", "ticket", true.into());
        world.repo.write(PATH, format!("waivers: [{{{GOOD}{ticket}}}]\n"));
        world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
        world.approved("bobby");
        judge(report, &format!("{name} a ticket that is asked for"), &world, [wanted, Pass]);
    }
    // Not committed yet.
    for (name, text, bounded) in [("good", good(), Pass), ("endless", expires("2999-01-01"), Fail)]
    {
        for (place, selection, mode) in [
            ("staged", Selection::Staged, Mode::Staged),
            ("in the worktree", Selection::Worktree, Mode::Worktree),
        ] {
            let mut world = with(Some("waivers: []\n"));
            world.repo.write(PATH, &text);
            if mode == Mode::Staged {
                world.repo.git(&["add", "--all"]);
            } else {
                world.repo.git(&["read-tree", "HEAD"]);
            }
            (world.selection, world.mode) = (selection, mode);
            judge(report, &format!("{name}, {place}"), &world, [bounded, NotAssessed]);
        }
    }
    // Nothing is believed of a root.
    let mut world = with(Some(&good()));
    (world.selection, world.mode) = (Selection::Commit("BASE".into()), Mode::Commit);
    judge(report, "a root", &world, [NotAssessed, NotAssessed]);
}

/// Who is named as the owner, who wrote it, and who approved.
fn people(report: &mut Report) {
    let owner = |to: &str| one("owner: bob", to);
    let second: Someone = ("A.", "ann@work.example");
    let twin: Someone = ("Ann", "ann@twin.example");
    let old: Someone = ("Old", "old@example.com");
    for (name, text, author, trailer, approver, wanted) in [
        ("the owner approves", good(), ANN, "", Some("bobby"), [Pass, Pass]),
        ("nobody approves", good(), ANN, "", None, [Pass, Fail]),
        ("somebody else approves", good(), ANN, "", Some("cyx"), [Pass, Fail]),
        ("a stranger approves", good(), ANN, "", Some("eve"), [Pass, Fail]),
        (
            "a message approves",
            good(),
            ANN,
            "Reviewed-by: Bob <bob@example.com>\n",
            None,
            [Pass, Fail],
        ),
        ("prose approves", good(), ANN, "Approved by bob.\n", None, [Pass, Fail]),
        ("the author owns it", owner("owner: ann"), ANN, "", Some("bobby"), [Pass, Fail]),
        (
            "the author owns and approves it",
            owner("owner: ann"),
            ANN,
            "",
            Some("Ann-Ex"),
            [Pass, Fail],
        ),
        (
            "the author by another address",
            owner("owner: ann"),
            second,
            "",
            Some("bobby"),
            [Pass, Fail],
        ),
        ("the owner wrote it", good(), BOB, "", Some("cyx"), [Pass, Fail]),
        ("the owner wrote and approves it", good(), BOB, "", Some("bobby"), [Pass, Fail]),
        (
            "the owner helped",
            good(),
            ANN,
            "Co-authored-by: B <BOB@example.com>\n",
            Some("bobby"),
            [Pass, Fail],
        ),
        (
            "a twin by case of the author",
            owner("owner: ANN"),
            ANN,
            "",
            Some("ann-twin"),
            [Pass, Fail],
        ),
        (
            "the author as a twin by case",
            owner("owner: ann"),
            twin,
            "",
            Some("Ann-Ex"),
            [Pass, Fail],
        ),
        ("the owner in capitals", owner("owner: BOB"), ANN, "", Some("bobby"), [Fail, Fail]),
        ("an address", owner("owner: bob@example.com"), ANN, "", Some("bobby"), [Fail, Fail]),
        ("an account", owner("owner: 'github:bobby'"), ANN, "", Some("bobby"), [Fail, Fail]),
        ("nobody of the roster", owner("owner: eve"), ANN, "", Some("eve"), [Fail, Fail]),
        ("somebody who left", owner("owner: old"), ANN, "", Some("oldie"), [Fail, Pass]),
        ("somebody who left wrote it", owner("owner: old"), old, "", Some("bobby"), [Fail, Fail]),
        ("a bot", owner("owner: deps"), ANN, "", Some("dependabot[bot]"), [Fail, Fail]),
        ("a team", owner("owner: team"), ANN, "", Some("team-account"), [Fail, Fail]),
        ("a platform", owner("owner: web"), ANN, "", Some("web-flow"), [Fail, Fail]),
    ] {
        let mut world = with(None);
        world.repo.write(PATH, text);
        world.commit_only(author, &format!("chore: accept it\n\nWhy.\n\n{trailer}"));
        if let Some(account) = approver {
            world.approved(account);
        }
        judge(report, name, &world, wanted);
    }
    // One of two entries.
    let mut world = with(None);
    let second = GOOD.replace("W-1", "W-2").replace("owner: bob", "owner: cy");
    world.repo.write(PATH, format!("waivers: [{{{GOOD}}}, {{{second}}}]\n"));
    world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
    world.approved("bobby");
    judge(report, "one of two owners approves", &world, [Pass, Fail]);
    world.approved("cyx");
    judge(report, "both owners approve", &world, [Pass, Pass]);
    // Anybody else may be enough.
    for (account, wanted) in [("cyx", Pass), ("Ann-Ex", Fail), ("dependabot[bot]", Fail)] {
        let mut world = with(None);
        world.parameter("waivers-by-others", "by", "others".into());
        world.repo.write(PATH, good());
        world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
        world.approved(account);
        judge(report, &format!("others are enough: {account}"), &world, [Pass, wanted]);
    }
    // Nobody says what was reviewed: that the author is the owner is known nevertheless.
    for (name, text, wanted) in [
        ("not told", good(), NotAssessed),
        ("not told, and self-approved", owner("owner: ann"), Fail),
    ] {
        let mut world = with(None);
        world.repo.write(PATH, text);
        world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
        world.evidence.approvals = None;
        judge(report, name, &world, [Pass, wanted]);
    }
    // What came after the approval was not approved.
    let mut world = with(None);
    world.repo.write(PATH, good());
    world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
    world.approved("bobby");
    world.repo.write(PATH, one("2026-06-30", "2026-12-31"));
    world.commit_only(ANN, "chore: a little longer\n\nWhy.\n");
    judge(report, "made longer after the approval", &world, [Pass, Fail]);
    let mut world = with(None);
    world.repo.write(PATH, good());
    world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
    world.approved("bobby");
    let head = world.head();
    world.says("bobby", ApprovalState::ChangesRequested, 2 * HOUR, head);
    judge(report, "taken back", &world, [Pass, Fail]);
    // The owner joins the roster with the change.
    let mut world = with(None);
    world.repo.write(PATH, owner("owner: eve"));
    world.repo.write(
        ".gitops-health/roster.yaml",
        ROSTER.replace("people:\n", "people:\n  - {id: eve, accounts: {github: eve}}\n"),
    );
    world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
    world.approved("eve");
    judge(report, "the change brings the owner", &world, [Fail, Fail]);
}

/// An entry that was there says something else.
fn altered(report: &mut Report) {
    let two = |first: &str, second: &str| format!("waivers:\n  - {{{first}}}\n  - {{{second}}}\n");
    let other = GOOD.replace("W-1", "W-2");
    let endless = one("2026-06-30", "2036-06-30");
    for (name, before, after, approved, wanted) in [
        ("not at all", good(), format!("# {}", good()) + &good(), false, [NotApplicable; 2]),
        ("in its form", good(), format!("waivers:\n  - {{{GOOD}}}\n"), false, [NotApplicable; 2]),
        ("by its order", two(GOOD, &other), two(&other, GOOD), false, [NotApplicable; 2]),
        ("taken away", good(), "waivers: []\n".into(), false, [NotApplicable; 2]),
        (
            "an endless one is taken away",
            endless.clone(),
            "waivers: []\n".into(),
            false,
            [NotApplicable; 2],
        ),
        ("a little longer, approved", good(), one("2026-06-30", "2026-12-31"), true, [Pass, Pass]),
        ("a little longer, alone", good(), one("2026-06-30", "2026-12-31"), false, [Pass, Fail]),
        ("endless", good(), endless.clone(), true, [Fail, Pass]),
        ("shorter, alone", good(), one("2026-06-30", "2026-02-28"), false, [Pass, Fail]),
        ("wider", good(), one("src/x.py", "'**'"), true, [Fail, Pass]),
        ("to a directory, alone", good(), one("src/x.py", "src/"), false, [Pass, Fail]),
        (
            "to another rule, alone",
            good(),
            one("certificates-checked", "signed-commits"),
            false,
            [Pass, Fail],
        ),
        ("to the author", good(), one("owner: bob", "owner: ann"), true, [Pass, Fail]),
        ("to another id, alone", good(), one("W-1", "W-9"), false, [Pass, Fail]),
        (
            "the reason of an endless one",
            endless.clone(),
            endless.replace("device", "old device"),
            true,
            [Fail, Pass],
        ),
        (
            "one is taken away and one is endless",
            two(GOOD, &other),
            endless.clone(),
            true,
            [Fail, Pass],
        ),
    ] {
        let mut world = with(Some(&before));
        world.repo.write(PATH, after);
        world.commit_only(ANN, "chore: alter it\n\nWhy.\n");
        if approved {
            world.approved("bobby");
        }
        judge(report, &format!("altered, {name}"), &world, wanted);
    }
}

/// The file is none, or moves.
fn files(report: &mut Report) {
    let many: Vec<String> = (0..600)
        .map(|number| format!("{{{}}}", GOOD.replace("W-1", &format!("W-{number}"))))
        .collect();
    let own = one("owner: bob", "owner: ann");
    let broken: [(&str, Vec<u8>); 9] = [
        ("no YAML", b"waivers: [\n".to_vec()),
        ("a list", b"- x\n".to_vec()),
        ("no UTF-8", b"waivers: []\n# \xff\n".to_vec()),
        ("binary", b"waivers: []\n\0".to_vec()),
        ("a key twice", one("owner: bob", "owner: ann, owner: bob").into_bytes()),
        ("an id twice", format!("waivers: [{{{GOOD}}}, {{{GOOD}}}]\n").into_bytes()),
        ("the list twice", format!("{0}{0}", good()).into_bytes()),
        ("an unknown member", one("owner: bob", "owner: bob, for: ever").into_bytes()),
        ("two documents", format!("waivers: []\n---\n{own}").into_bytes()),
    ];
    for (name, text) in broken {
        let mut world = with(Some("waivers: []\n"));
        world.repo.write(PATH, text);
        world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
        world.approved("bobby");
        judge(report, &format!("a file that is {name}"), &world, [Fail, Fail]);
    }
    for (name, text) in [
        ("too large", format!("{}# {}\n", good(), "x".repeat(2 << 20))),
        ("of many entries", format!("waivers: [{}]\n", many.join(", "))),
    ] {
        let mut world = with(None);
        world.repo.write(PATH, text);
        world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
        world.approved("bobby");
        judge(report, &format!("a file {name}"), &world, [Fail, Fail]);
    }
    #[cfg(unix)]
    {
        let mut world = with(None);
        world.repo.write("ops/w.yaml", &own);
        std::os::unix::fs::symlink("../ops/w.yaml", world.repo.path().join(PATH)).expect("a link");
        world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
        judge(report, "a link", &world, [Fail, Fail]);
    }
    let mut world = with(Some("waivers: []\n"));
    world.repo.write(".gitattributes", "*.yaml binary\n").write(PATH, &own);
    world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
    judge(report, "hidden by attributes", &world, [Pass, Fail]);
    let mut world = with(Some(&good()));
    world.repo.remove(PATH);
    world.commit_only(ANN, "chore: drop it\n\nWhy.\n");
    judge(report, "the file is taken away", &world, [NotApplicable; 2]);
    let mut world = with(Some(&good()));
    world.repo.write("old/waivers.yaml", good()).remove(PATH);
    world.commit_only(ANN, "chore: put it away\n\nWhy.\n");
    judge(report, "the file is put away", &world, [NotApplicable; 2]);
    let mut world = World::with(|repo| {
        repo.write(".gitops-health/roster.yaml", people_and_twins()).write("old/w.yaml", &own);
    });
    world.repo.write(PATH, &own).remove("old/w.yaml");
    world.commit_only(ANN, "chore: move it\n\nWhy.\n");
    world.approved("bobby");
    judge(report, "a file that was elsewhere moves there", &world, [Pass, Fail]);
    let mut world = with(Some(&good()));
    world.repo.git(&["update-index", "--add", PATH]);
    world.repo.git(&["update-index", "--chmod=+x", PATH]);
    let tree = world.repo.git_text(&["write-tree"]).trim().to_owned();
    let head = world.head().commit.expect("a commit");
    let text = format!(
        "tree {tree}\nparent {head}\nauthor Ann <ann@example.com> {0} +0000\n\
         committer Ann <ann@example.com> {0} +0000\n\nchore: run it\n",
        BEGIN + HOUR
    );
    world.store(text.as_bytes());
    judge(report, "only its mode differs", &world, [NotApplicable; 2]);
    // It comes and goes in one request.
    let mut world = with(None);
    world.repo.write(PATH, &own);
    world.commit_only(ANN, "chore: accept it\n\nWhy.\n");
    world.repo.remove(PATH);
    world.commit(ANN, "chore: do not\n\nWhy.\n");
    judge(report, "comes and goes", &world, [NotApplicable; 2]);
    // Five thousand files are listed, and this one is behind them.
    let mut world = World::with(|repo| {
        repo.write(".gitops-health.yaml", "compliance: {waivers: zz/w.yaml}\n")
            .write(".gitops-health/roster.yaml", people_and_twins());
    });
    for number in 0..5_001 {
        world.repo.write(format!("a/{number}"), number.to_string());
    }
    world.repo.write("zz/w.yaml", &own);
    world.commit_only(ANN, "chore: a lot\n\nWhy.\n");
    world.approved("bobby");
    judge(report, "behind many files", &world, [Pass, Fail]);
}

/// The configuration says that the file is elsewhere.
fn places(report: &mut Report) {
    const CONFIG: &str = ".gitops-health.yaml";
    let own = one("owner: bob", "owner: ann");
    let at = |path: &str| format!("compliance: {{waivers: {path}}}\n");
    for (name, config, text, wanted) in [
        ("to waivers of the author", at("ops/w.yaml"), own.clone(), [Pass, Fail]),
        (
            "to waivers of ten years",
            at("ops/w.yaml"),
            one("2026-06-30", "2036-01-01"),
            [Fail, Pass],
        ),
        ("to good ones", at("ops/w.yaml"), good(), [Pass, Pass]),
        ("to what is no file of waivers", at("ops/w.yaml"), "- x\n".into(), [Fail, Fail]),
        ("to nothing", at("ops/none.yaml"), own.clone(), [NotApplicable; 2]),
        (
            "nowhere, as the configuration is broken",
            "compliance: [\n".into(),
            own.clone(),
            [Fail, Fail],
        ),
        ("nowhere, as it names a number", at("7"), own.clone(), [Fail, Fail]),
        (
            "nowhere, as another setting differs",
            "compliance: {roster: .gitops-health/roster.yaml}\n".into(),
            own.clone(),
            [NotApplicable; 2],
        ),
    ] {
        let mut world = World::with(|repo| {
            repo.write(".gitops-health/roster.yaml", people_and_twins()).write("ops/w.yaml", text);
        });
        world.repo.write(CONFIG, config);
        world.commit_only(ANN, "chore: set it\n\nWhy.\n");
        world.approved("bobby");
        judge(report, &format!("the configuration leads {name}"), &world, wanted);
    }
    // The same entries at another place say the same.
    let mut world = with(Some(&good()));
    world.repo.write(CONFIG, at("ops/w.yaml")).write("ops/w.yaml", good()).remove(PATH);
    world.commit_only(ANN, "chore: move it\n\nWhy.\n");
    judge(report, "the file and the configuration move", &world, [NotApplicable; 2]);
    let mut world = with(Some(&good()));
    world.repo.write(CONFIG, at("ops/w.yaml")).remove(PATH);
    world.repo.write("ops/w.yaml", one("2026-06-30", "2036-01-01"));
    world.commit_only(ANN, "chore: move it\n\nWhy.\n");
    world.approved("bobby");
    judge(report, "the file moves and gets longer", &world, [Fail, Pass]);
}

/// What is in the file that is believed.
fn standing(report: &mut Report) {
    let over = one("2026-06-30", "2026-01-10");
    for (name, text, wanted) in [
        ("none", "waivers: []\n".to_owned(), NotApplicable),
        ("a good one", good(), Pass),
        ("expired", over.clone(), Fail),
        ("expires today", one("2026-06-30", "2026-01-11"), Pass),
        ("of ten years", one("2026-06-30", "2036-01-01"), Fail),
        ("of everything", one("paths: [src/x.py], ", ""), Fail),
        ("of two stars", one("src/x.py", "'**'"), Fail),
        ("of nobody", one("owner: bob", "owner: eve"), Fail),
        ("of somebody who left", one("owner: bob", "owner: old"), Fail),
        ("of a bot", one("owner: bob", "owner: deps"), Fail),
        ("of the author of another change", one("owner: bob", "owner: ann"), Pass),
        ("of no rule", one("certificates-checked", "certificates"), Fail),
        (
            "one of two has expired",
            format!(
                "waivers: [{{{GOOD}}}, {{{}}}]\n",
                GOOD.replace("W-1", "W-2").replace("2026-06-30", "2026-01-01")
            ),
            Fail,
        ),
    ] {
        let mut world = with(Some(&text));
        world.commit(ANN, "fix: a thing\n\nWhy.\n");
        report.case("standing waivers", name, &world, &[("waivers-current", wanted)]);
    }
    let branch =
        |is_protected| Some(Branch { name: "b".into(), is_protected, is_fast_forward: Some(true) });
    let commit = || Selection::Commit("HEAD".into());
    for (name, selection, mode, to, tag, wanted) in [
        ("a push to a protected branch", None, Mode::Range, branch(true), None, Fail),
        ("a push to another branch", None, Mode::Range, branch(false), None, NotApplicable),
        ("a commit", Some(commit()), Mode::Commit, branch(true), None, NotApplicable),
        (
            "a commit with a tag of a release",
            Some(commit()),
            Mode::Commit,
            None,
            Some("v1.0.0"),
            Fail,
        ),
        (
            "a commit with another tag",
            Some(commit()),
            Mode::Commit,
            None,
            Some("nightly"),
            NotApplicable,
        ),
        ("a release of another branch", None, Mode::Range, branch(false), Some("v1.0.0"), Fail),
        ("a pull request", None, Mode::PullRequest, branch(true), None, NotApplicable),
        ("a commit of a history", Some(commit()), Mode::History, branch(true), None, NotApplicable),
    ] {
        let mut world = with(Some(&over));
        world.commit(ANN, "fix: a thing\n\nWhy.\n");
        if let Some(tag) = tag {
            world.repo.git(&["tag", tag]);
            world.looks_at_tags = true;
        }
        world.selection = selection.unwrap_or(world.selection);
        (world.mode, world.branch) = (mode, to);
        report.case("standing waivers", name, &world, &[("waivers-current", wanted)]);
    }
    let second = GOOD.replace("W-1", "W-2");
    for (name, after, wanted) in [
        ("the change takes it away", "waivers: []\n".to_owned(), Pass),
        ("the change renews it", good(), Pass),
        (
            "the change adds another",
            format!("waivers: [{{{}}}, {{{second}}}]\n", GOOD.replace("2026-06-30", "2026-01-10")),
            Fail,
        ),
        ("the change breaks the file", "waivers: [\n".to_owned(), Fail),
    ] {
        let mut world = with(Some(&over));
        world.repo.write(PATH, after);
        world.commit_only(CY, "chore: waivers\n\nWhy.\n");
        report.case("standing waivers", name, &world, &[("waivers-current", wanted)]);
    }
}

/// Who can not answer for a waiver accepts nothing.
fn effects(report: &mut Report) {
    const BAD: &str = "import requests\nrequests.get(url, verify=False)\n";
    for (name, text, author, wanted) in [
        ("of Bob", good(), ANN, Waived),
        ("of somebody who left", one("owner: bob", "owner: old"), ANN, Fail),
        ("of a twin by case of the author", one("owner: bob", "owner: ANN"), ANN, Fail),
        ("of all paths", one("src/x.py", "'**'"), ANN, Waived),
    ] {
        let mut world = with(Some(&text));
        world.repo.write("src/x.py", BAD);
        world.commit_only(author, "fix: a thing\n\nWhy.\n");
        report.case(
            "standing waivers",
            &format!("effect: {name}"),
            &world,
            &[("certificates-checked", wanted)],
        );
    }
}
