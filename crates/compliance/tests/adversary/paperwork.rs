//! What has to be said of a change, who merged it, and how the platform is set up.

use gitops_health_compliance::input::{Branch, Grade, Mode, Platform};
use gitops_health_compliance::{ReportedPullRequest, Who};
use serde_json::json;

use super::world::{
    ANN, BEGIN, BOB, CY, DAY, DEPS, EVE, Fail, HOUR, NotApplicable, NotAssessed, Pass, ROSTER,
    Report, World, rfc, time,
};

pub fn all(report: &mut Report) {
    trailers(report);
    merges(report);
    platforms(report);
    trainings(report);
}

fn trailers(report: &mut Report) {
    let rules = [
        ("privacy-review", "DPIA"),
        ("privacy-review", "Privacy-Review"),
        ("record-of-processing", "ROPA"),
        ("rollback-planned", "Rollback"),
    ];
    for (rule, trailer) in rules {
        for (name, value, wanted) in [
            ("nothing", "", Fail),
            ("blanks", "        ", Fail),
            ("not applicable", "N/A", Fail),
            ("none", "None", Fail),
            ("later", "TBD", Fail),
            ("a letter", "x", Fail),
            ("a sentence", "reviewed by the officer on Monday", Pass),
        ] {
            let mut world = World::new();
            world.set(|it| drop(it.classes.insert("personal-data".into(), vec!["src/".into()])));
            world.set(|it| drop(it.classes.insert("infrastructure".into(), vec!["src/".into()])));
            world.commit(ANN, &format!("fix\n\nWhy.\n\n{trailer}: {value}\n"));
            let name = format!("{trailer}: {name}");
            report.case("trailers", &name, &world, &[(rule, wanted)]);
        }
        for (name, message) in [
            (
                "in prose",
                format!("fix\n\n{trailer}: reviewed by the officer\nwas said.\n\nMore.\n"),
            ),
            ("below a divider", format!("fix\n\nWhy.\n---\n{trailer}: reviewed by the officer\n")),
            ("in a comment", format!("fix\n\nWhy.\n\n# {trailer}: reviewed by the officer\n")),
            ("in the subject", format!("{trailer}: reviewed by the officer\n")),
        ] {
            let mut world = World::new();
            world.set(|it| drop(it.classes.insert("personal-data".into(), vec!["src/".into()])));
            world.set(|it| drop(it.classes.insert("infrastructure".into(), vec!["src/".into()])));
            world.commit(ANN, &message);
            let name = format!("{trailer}: {name}");
            report.case("trailers", &name, &world, &[(rule, Fail)]);
        }
    }
    const RECORD: &str = "docs/records-of-processing.md";
    type Edit = fn(&World);
    let all: [(&str, Edit, _); 5] = [
        ("the record is as it was", |_| {}, Fail),
        (
            "the record is brought up to date",
            |it| drop(it.repo.write(RECORD, "one\ntwo\n").id("HEAD")),
            Pass,
        ),
        ("the record is deleted", |it| drop(it.repo.remove(RECORD).id("HEAD")), Fail),
        (
            "the record may be run",
            |it| drop(it.repo.git(&["update-index", "--chmod=+x", RECORD])),
            Fail,
        ),
        (
            "another record",
            |it| drop(it.repo.write("records-of-processing.md", "one\n").id("HEAD")),
            Fail,
        ),
    ];
    for (name, edit, wanted) in all {
        let mut world = World::with(|repo| drop(repo.write(RECORD, "one\n").path().to_owned()));
        world.set(|it| drop(it.classes.insert("personal-data".into(), vec!["src/".into()])));
        // What the index says of a mode stays.
        world.repo.git(&["config", "core.fileMode", "false"]);
        edit(&world);
        world.commit(ANN, "fix\n\nWhy.\n");
        report.case("trailers", name, &world, &[("record-of-processing", wanted)]);
    }
}

fn merges(report: &mut Report) {
    let account = |name: &str| Who::Account("github".into(), name.into());
    let request = |world: &World, merger: Option<&str>| ReportedPullRequest {
        number: 7,
        author: account("ann-ex"),
        merged_by: merger.map(account),
        merged_at: merger.map(|_| time(world.clock + HOUR).into()),
        last_pushed_at: None,
        base: Some("main".into()),
        labels: Vec::new(),
        commits: vec![world.repo.id("HEAD")],
        grade: Grade::E2,
    };
    for (name, merger, wanted) in [
        ("the author", Some("Ann-Ex"), Fail),
        ("another", Some("bobby"), Pass),
        ("a bot", Some("dependabot[bot]"), Fail),
        ("the platform", Some("web-flow"), Fail),
        ("a team", Some("team-account"), Fail),
        ("a stranger", Some("eve"), Fail),
        ("nobody yet", None, NotApplicable),
    ] {
        let mut world = World::changed();
        world.evidence.pull_requests = vec![request(&world, merger)];
        report.case("merges", &format!("{name} merges"), &world, &[("merged-by-others", wanted)]);
    }
    let mut world = World::changed();
    world.evidence.pull_requests = vec![request(&world, None)];
    world.mode = Mode::History;
    report.case(
        "merges",
        "on the branch, and nobody says who merged",
        &world,
        &[("merged-by-others", NotAssessed)],
    );
    let mut world = World::changed();
    world.evidence.pull_requests =
        vec![ReportedPullRequest { grade: Grade::E1, ..request(&world, Some("bobby")) }];
    report.case(
        "merges",
        "somebody typed who merged",
        &world,
        &[("merged-by-others", NotAssessed)],
    );
    // Bob opened what Ann and Cy wrote.
    for (name, is_strict, wanted) in [
        ("who wrote a part merges", false, Pass),
        ("who wrote a part merges, strictly", true, Fail),
    ] {
        let mut world = World::changed();
        world.commit(CY, "fix\n\nWhy.\n");
        world.evidence.pull_requests = vec![request(&world, Some("cyx"))];
        world.parameter("merged-by-others", "strict", json!(is_strict));
        report.case("merges", name, &world, &[("merged-by-others", wanted)]);
    }
    let branch =
        || Some(Branch { name: "main".into(), is_protected: true, is_fast_forward: Some(true) });
    type Edit = fn(&mut ReportedPullRequest);
    let all: [(&str, Edit, _); 7] = [
        ("as it has to be", |_| {}, Pass),
        ("to another branch", |it| it.base = Some("develop".into()), Fail),
        ("to a branch of another case", |it| it.base = Some("Main".into()), Fail),
        ("to nowhere", |it| it.base = None, NotAssessed),
        ("of another change", |it| it.commits = vec!["1".repeat(40)], Fail),
        ("of nothing", |it| it.commits.clear(), NotAssessed),
        ("that nobody attests", |it| it.grade = Grade::E0, Fail),
    ];
    for (name, edit, wanted) in all {
        let mut world = World::changed();
        world.branch = branch();
        let mut request = request(&world, Some("bobby"));
        edit(&mut request);
        world.evidence.pull_requests = vec![request];
        report.case(
            "merges",
            &format!("a request {name}"),
            &world,
            &[("merged-through-request", wanted)],
        );
    }
    let mut world = World::changed();
    world.branch = branch();
    world.mode = Mode::History;
    world.evidence.pull_requests = vec![request(&world, None)];
    report.case(
        "merges",
        "a request on the branch that is not merged",
        &world,
        &[("merged-through-request", Fail)],
    );
}

fn platforms(report: &mut Report) {
    let all = |second, bypass, push| {
        Some(Platform {
            is_second_factor_required: second,
            is_bypass_used: bypass,
            is_direct_push_allowed: push,
        })
    };
    let (yes, no) = (Some(true), Some(false));
    for (name, platform, wanted) in [
        ("nobody asked", None, NotAssessed),
        ("all are on", all(yes, no, no), Pass),
        ("no second factor", all(no, no, no), Fail),
        ("somebody went round", all(yes, yes, no), Fail),
        ("anybody may push", all(yes, no, yes), Fail),
        ("nobody says of a second factor", all(None, no, no), NotAssessed),
        ("nobody says of a bypass", all(yes, None, no), NotAssessed),
        ("nobody says of a push", all(yes, no, None), NotAssessed),
    ] {
        let mut world = World::changed();
        world.evidence.platform = platform;
        report.case("platforms", name, &world, &[("platform-guards", wanted)]);
    }
}

fn trainings(report: &mut Report) {
    let at = BEGIN + HOUR;
    let plain = "fix\n\nWhy.\n";
    let all = [
        ("none", ANN, plain, String::new(), Fail),
        ("at the second", ANN, plain, format!("secure-coding: {}", rfc(at)), Pass),
        ("a second later", ANN, plain, format!("secure-coding: {}", rfc(at + 1)), Fail),
        ("a year ago", ANN, plain, format!("secure-coding: {}", rfc(at - 365 * DAY)), Pass),
        (
            "a second more than a year ago",
            ANN,
            plain,
            format!("secure-coding: {}", rfc(at - 365 * DAY - 1)),
            Fail,
        ),
        ("another training", ANN, plain, "first-aid: 2025-12-01".into(), Fail),
        ("in capitals", ANN, plain, "Secure-Coding: 2025-12-01".into(), Fail),
        ("another person", BOB, plain, "secure-coding: 2025-12-01".into(), Fail),
        (
            "a co-author without",
            ANN,
            "fix\n\nWhy.\n\nCo-authored-by: B <bob@example.com>\n",
            "secure-coding: 2025-12-01".into(),
            Fail,
        ),
        ("a bot needs none", DEPS, plain, String::new(), Pass),
        ("a stranger is no matter of it", EVE, plain, String::new(), Pass),
    ];
    for (name, author, message, training, wanted) in all {
        let entry = format!("{{id: ann, training: {{{training}}}, ");
        let roster = ROSTER.replace("{id: ann, ", &entry);
        let mut world = World::with(|repo| {
            repo.write(".gitops-health/roster.yaml", roster);
        });
        world.commit(author, message);
        report.case("trainings", name, &world, &[("trained-people", wanted)]);
    }
}
