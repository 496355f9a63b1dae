//! Approvals that somebody typed into a message, and what only looks like one.

use serde_json::json;

use super::world::{ANN, Fail, Pass, Report, World};

const BOB: &str = "Bob <bob@example.com>";

pub fn all(report: &mut Report) {
    prose(report);
    typed(report);
}

/// What git reads as no approval of Bob is none, even where approvals in messages count.
fn prose(report: &mut Report) {
    let nowhere = [
        ("in the body", format!("fix\n\nReviewed-by: {BOB}\nis what I hope for.\n\nMore.\n")),
        ("in the subject", format!("Reviewed-by: {BOB}\n")),
        ("in the subject, with a body", format!("Reviewed-by: {BOB}\n\nIt is so.\n")),
        ("in the first paragraph", format!("fix a thing\nReviewed-by: {BOB}\n")),
        ("below a divider", format!("fix\n\nIt was wrong.\n---\nReviewed-by: {BOB}\n")),
        ("below a divider, apart", format!("fix\n\nIt was wrong.\n\n---\n\nReviewed-by: {BOB}\n")),
        ("in a comment", format!("fix\n\nIt was wrong.\n\n# Reviewed-by: {BOB}\n")),
        ("in prose", format!("fix\n\nIt was Reviewed-by: {BOB}\n")),
        ("in the last paragraph with prose", format!("fix\n\nReviewed-by: {BOB}\nI swear\n")),
        ("after prose in the last paragraph", format!("fix\n\nI swear\nReviewed-by: {BOB}\n")),
        ("as a quotation", format!("fix\n\nWhy.\n\n> Reviewed-by: {BOB}\n")),
        ("in a list", format!("fix\n\nWhy.\n\n* Reviewed-by: {BOB}\n")),
        ("indented", format!("fix\n\nWhy.\n\n Reviewed-by: {BOB}\n")),
        ("indented by a tab", format!("fix\n\nWhy.\n\n\tReviewed-by: {BOB}\n")),
        ("as a continuation", format!("fix\n\nWhy.\n\nNote: x\n Reviewed-by: {BOB}\n")),
        ("as a reply", format!("fix\n\nWhy.\n\nRe: Reviewed-by: {BOB}\n")),
        ("with a no-break hyphen", format!("fix\n\nWhy.\n\nReviewed\u{2011}by: {BOB}\n")),
        ("with a full-width colon", format!("fix\n\nWhy.\n\nReviewed-by\u{ff1a} {BOB}\n")),
        ("with a no-break space before", format!("fix\n\nWhy.\n\n\u{a0}Reviewed-by: {BOB}\n")),
        ("with a zero-width space", format!("fix\n\nWhy.\n\nReviewed\u{200b}-by: {BOB}\n")),
        ("with a Cyrillic letter", format!("fix\n\nWhy.\n\nR\u{435}viewed-by: {BOB}\n")),
        ("with an underscore", format!("fix\n\nWhy.\n\nReviewed_by: {BOB}\n")),
        ("with blanks in the key", format!("fix\n\nWhy.\n\nReviewed by: {BOB}\n")),
        ("with a longer key", format!("fix\n\nWhy.\n\nReviewed-by-the-way: {BOB}\n")),
        ("with another key", format!("fix\n\nWhy.\n\nNot-Reviewed-by: {BOB}\n")),
        ("to be reviewed", format!("fix\n\nWhy.\n\nTo-be-Reviewed-by: {BOB}\n")),
        ("with an equals sign", format!("fix\n\nWhy.\n\nReviewed-by= {BOB}\n")),
        ("signed off only", format!("fix\n\nWhy.\n\nSigned-off-by: {BOB}\n")),
        ("tested only", format!("fix\n\nWhy.\n\nTested-by: {BOB}\n")),
        ("suggested only", format!("fix\n\nWhy.\n\nSuggested-by: {BOB}\n")),
        ("requested", format!("fix\n\nWhy.\n\nCc: {BOB}\n")),
        ("a name alone", "fix\n\nWhy.\n\nReviewed-by: Bob\n".into()),
        ("an address alone", "fix\n\nWhy.\n\nReviewed-by: bob@example.com\n".into()),
        ("an account", "fix\n\nWhy.\n\nReviewed-by: @bobby\n".into()),
        ("an id", "fix\n\nWhy.\n\nReviewed-by: bob\n".into()),
        ("no value", "fix\n\nWhy.\n\nReviewed-by:\n".into()),
        ("no address", "fix\n\nWhy.\n\nReviewed-by: Bob <>\n".into()),
        ("two people", format!("fix\n\nWhy.\n\nReviewed-by: {BOB}, Cy <cy@example.com>\n")),
        (
            "two people and a word",
            format!("fix\n\nWhy.\n\nReviewed-by: {BOB} and Cy <cy@example.com>\n"),
        ),
        (
            "two people and a semicolon",
            format!("fix\n\nWhy.\n\nReviewed-by: {BOB}; Cy <cy@example.com>\n"),
        ),
        ("with a remark", format!("fix\n\nWhy.\n\nReviewed-by: {BOB} (by telephone)\n")),
        ("with a doubt", format!("fix\n\nWhy.\n\nReviewed-by: {BOB} ?\n")),
        ("after NUL", format!("fix\n\nWhy.\n\nNote: x\n\0Reviewed-by: {BOB}\n")),
        ("after NUL, apart", format!("fix\n\nWhy.\0\n\nReviewed-by: {BOB}\n")),
        (
            "below scissors",
            format!(
                "fix\n\nWhy.\n# ------------------------ >8 ------------------------\n\nReviewed-by: {BOB}\n"
            ),
        ),
        ("a stranger", "fix\n\nWhy.\n\nReviewed-by: Bob <bob@evil.example>\n".into()),
        ("a bot", "fix\n\nWhy.\n\nReviewed-by: deps <deps@bots.example>\n".into()),
        ("the platform", "fix\n\nWhy.\n\nReviewed-by: GitHub <noreply@github.com>\n".into()),
        ("a team", "fix\n\nWhy.\n\nReviewed-by: Team <team@example.com>\n".into()),
        ("the author", "fix\n\nWhy.\n\nReviewed-by: Ann <ann@example.com>\n".into()),
        (
            "the author by another case",
            "fix\n\nWhy.\n\nReviewed-by: Bob <ANN@Example.COM>\n".into(),
        ),
        ("the author by the map", "fix\n\nWhy.\n\nReviewed-by: Bob <ann@laptop>\n".into()),
        (
            "the author by the other address",
            "fix\n\nWhy.\n\nReviewed-by: Bob <ann@work.example>\n".into(),
        ),
        (
            "the author by the hidden address",
            "fix\n\nWhy.\n\nReviewed-by: Bob <1+ann-ex@users.noreply.github.com>\n".into(),
        ),
        ("a co-author", format!("fix\n\nWhy.\n\nReviewed-by: {BOB}\nCo-authored-by: {BOB}\n")),
        (
            "a co-author by another case",
            format!("fix\n\nWhy.\n\nReviewed-by: {BOB}\nCO-AUTHORED-BY: Bob <BOB@example.com>\n"),
        ),
    ];
    for (name, message) in nowhere {
        for (kind, grade) in [("", "E1"), (", where messages count", "E0")] {
            let mut world = World::new();
            world.commit(ANN, &message);
            world.parameter("approved-by-others", "least_grade", json!(grade));
            let name = format!("{name}{kind}");
            report.case("prose", &name, &world, &[("approved-by-others", Fail)]);
        }
    }
}

/// What is an approval in a message counts where the configuration says so, and nowhere else.
fn typed(report: &mut Report) {
    let somewhere = [
        ("plain", format!("fix\n\nWhy.\n\nReviewed-by: {BOB}\n")),
        ("small letters", format!("fix\n\nWhy.\n\nreviewed-by: {BOB}\n")),
        ("capitals", format!("fix\n\nWhy.\n\nREVIEWED-BY: {BOB}\n")),
        ("approved", format!("fix\n\nWhy.\n\nApproved-by: {BOB}\n")),
        ("acknowledged", format!("fix\n\nWhy.\n\nAcked-by: {BOB}\n")),
        ("no body", format!("fix\n\nReviewed-by: {BOB}\n")),
        ("no last newline", format!("fix\n\nWhy.\n\nReviewed-by: {BOB}")),
        ("a blank before the colon", format!("fix\n\nWhy.\n\nReviewed-by : {BOB}\n")),
        ("many blanks", format!("fix\n\nWhy.\n\nReviewed-by:     {BOB}   \n")),
        ("on two lines", "fix\n\nWhy.\n\nReviewed-by: Bob\n <bob@example.com>\n".into()),
        (
            "an address of another case",
            "fix\n\nWhy.\n\nReviewed-by: bob <BOB@EXAMPLE.COM>\n".into(),
        ),
        (
            "the hidden address",
            "fix\n\nWhy.\n\nReviewed-by: x <7+bobby@users.noreply.github.com>\n".into(),
        ),
        ("no name", "fix\n\nWhy.\n\nReviewed-by: <bob@example.com>\n".into()),
        (
            "among others",
            format!(
                "fix\n\nWhy.\n\nFixes: CHG-1\nReviewed-by: {BOB}\nSigned-off-by: Ann <ann@example.com>\n"
            ),
        ),
        ("comments behind it", format!("fix\n\nWhy.\n\nReviewed-by: {BOB}\n# a comment\n")),
        (
            "two approvers on two lines",
            format!("fix\n\nWhy.\n\nReviewed-by: {BOB}\nReviewed-by: Cy <cy@example.com>\n"),
        ),
        ("lines of Windows", format!("fix\r\n\r\nWhy.\r\n\r\nReviewed-by: {BOB}\r\n")),
    ];
    for (name, message) in somewhere {
        for (kind, grade, wanted) in [("", "E1", Fail), (", where messages count", "E0", Pass)] {
            let mut world = World::new();
            world.commit(ANN, &message);
            world.parameter("approved-by-others", "least_grade", json!(grade));
            let wanted = [("approved-by-others", wanted), ("attested-approval", Fail)];
            report.case("typed approvals", &format!("{name}{kind}"), &world, &wanted);
        }
    }
    for (name, message, every, wanted) in [
        ("none", "fix a thing\n\nWhy.\n", true, Fail),
        ("one", "fix a thing\n\nCHG-12 asks for it.\n", true, Pass),
        ("a standard", "use UTF-8, SHA-256 and RFC-9110\n", true, Fail),
        ("a weakness", "fix CVE-2024 and CWE-79\n", true, Fail),
        ("small letters", "fix chg-12\n", true, Fail),
        ("the number 0", "fix CHG-0\n", true, Fail),
        ("one letter", "fix X-1\n", true, Fail),
        ("documents", "docs: explain\n", true, Pass),
        ("documents by their name alone", "docs explain\n", true, Fail),
        ("a part of a word", "fix xCHG-12\n", true, Fail),
        ("in a trailer", "fix a thing\n\nWhy.\n\nTicket: CHG-12\n", true, Pass),
        ("in front", "#242: fix a thing\n", true, Pass),
        ("a request behind", "fix a thing (#242)\n", true, Fail),
        ("a field of HL7", "fix PID-5 and MSH-2\n", true, Fail),
        ("a proposal", "begin with KIP-932\n", true, Fail),
    ] {
        let mut world = World::new();
        world.commit(ANN, message);
        world.parameter("ticket-reference", "every", json!(every));
        report.case("ticket references", name, &world, &[("ticket-reference", wanted)]);
    }
    for (name, message, wanted) in [
        ("a subject alone", "fix a thing\n", Fail),
        ("a subject of two lines", "fix a thing\nand another\n", Fail),
        ("trailers alone", "fix a thing\n\nSigned-off-by: Ann <ann@example.com>\n", Fail),
        ("a trailer of two lines", "fix a thing\n\nSigned-off-by: Ann\n <ann@example.com>\n", Fail),
        ("comments alone", "fix a thing\n\n# Please enter the message\n# of your commit.\n", Fail),
        ("a divider alone", "fix a thing\n\n---\n", Fail),
        ("a reason", "fix a thing\n\nIt was wrong.\n", Pass),
        (
            "a reason and trailers",
            "fix a thing\n\nIt was wrong.\n\nSigned-off-by: Ann <ann@example.com>\n",
            Pass,
        ),
        ("a ticket", "fix CHG-12\n", Pass),
        ("documents", "docs: explain\n", Pass),
        ("lines of Windows", "fix a thing\r\n\r\nIt was wrong.\r\n", Pass),
        ("the subject again", "fix a thing (#7)\n\n* fix a thing\n", Fail),
        ("no message", "", Fail),
        ("blanks", " \n\n \n", Fail),
    ] {
        let mut world = World::new();
        world.commit(ANN, message);
        report.case("reasons", name, &world, &[("reason-given", wanted)]);
    }
}
