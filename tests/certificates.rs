//! Commits that are signed with certificates (X.509, as gpgsm and gitsign do it), from the repository's configuration to the
//! verdicts of the rules that ask for signatures.

use gitops_health_testkit::x509::{
    FOR_CODE, FOR_MAIL, FOR_SERVERS, Fields, Holder, REKOR, Signing, authority, emails, pem,
    purposes, usage,
};
use gitops_health_testkit::{Author, TestRepo};
use serde_json::Value;

use crate::support::{commit_text, run_in, store};

const ADA: &str = "ada@example.com";
const EVE: &str = "eve@example.com";

/// Bits of the key usage.
const SIGN: u8 = 0x80;
const SIGN_CERTIFICATES: u8 = 0x06;

/// When the commit is made: 2026-03-03, 10:00 UTC.
const SECONDS: &str = "1772532000 +0000";
const TIME: &str = "260303100000Z";

/// An authority that is trusted, one below it, and two people.
struct World {
    root: Holder,
    middle: Holder,
    ada: Holder,
    eve: Holder,
}

/// Valid in 2026 and 2027.
fn lasting(serial: u8, extensions: &[Vec<u8>]) -> Fields {
    Fields { serial, first: "260101000000Z", last: "271231235959Z", ..Fields::new(extensions) }
}

fn of(email: &str) -> Fields {
    lasting(1, &[emails(&[email]), usage(SIGN), purposes(&[FOR_MAIL])])
}

/// As Fulcio makes them for gitsign: for code, and for ten minutes.
fn short(email: &str) -> Fields {
    let (first, last) = ("260303095500Z", "260303100500Z");
    Fields { first, last, ..lasting(1, &[emails(&[email]), usage(SIGN), purposes(&[FOR_CODE])]) }
}

fn signing() -> Signing<'static> {
    Signing { time: Some(TIME), ..Signing::default() }
}

impl World {
    fn new() -> Self {
        let [root, middle, ada, eve] = ["Root", "Middle", "Ada", "Eve"].map(Holder::new);
        Self { root, middle, ada, eve }
    }

    fn roots(&self) -> String {
        let fields = lasting(9, &[authority(None), usage(SIGN_CERTIFICATES)]);
        pem("CERTIFICATE", &self.root.certify(&self.root, &fields))
    }

    /// A signature of somebody with a certificate of the root's.
    fn direct(&self, who: &Holder, fields: &Fields, payload: &[u8]) -> String {
        let certificate = self.root.certify(who, fields);
        who.sign(payload, &self.root, &[&certificate], &signing())
    }

    /// A signature as gitsign makes it: through an authority in between, with the proof of the log beside it.
    fn gitsign(&self, email: &str, payload: &[u8]) -> String {
        let between = lasting(2, &[authority(Some(0)), usage(SIGN_CERTIFICATES)]);
        let between = self.root.certify(&self.middle, &between);
        let certificate = self.middle.certify(&self.ada, &short(email));
        let how = Signing { unsigned: Some(REKOR), ..signing() };
        self.ada.sign(payload, &self.middle, &[&certificate, &between], &how)
    }
}

/// A repository that believes these certificates.
fn believing(trusted: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write(
        ".gitops-health/roster.yaml",
        "people:\n  - {id: ada, emails: [ada@example.com]}\n  - {id: eve, emails: [eve@example.com]}\n",
    );
    repo.write(".gitops-health/x509.pem", trusted).write("a.py", "x = 1\n");
    repo.commit("Begin");
    repo
}

/// A commit of Ada's of what is in the worktree, with this signature; something may be changed once it is signed.
fn commit(repo: &TestRepo, sign: impl FnOnce(&[u8]) -> String, change: fn(String) -> String) {
    repo.git(&["add", "--all"]);
    let tree = repo.git_text(&["write-tree"]);
    let payload = commit_text(tree.trim(), &[&repo.id("HEAD")], SECONDS, "feat: a thing\n");
    let header = sign(&payload).trim_end().replace('\n', "\n ");
    let text = String::from_utf8(payload).expect("text");
    let text = text.replacen("\n\n", &format!("\ngpgsig {header}\n\n"), 1);
    let id = store(repo, "commit", change(text).as_bytes());
    repo.git(&["update-ref", "HEAD", &id]);
}

/// A repository that believes these certificates, with a commit above them that has this signature.
fn signed(trusted: &str, sign: impl FnOnce(&[u8]) -> String) -> TestRepo {
    signed_as(trusted, sign, |text| text)
}

/// The same where something is changed once it is signed.
fn signed_as(
    trusted: &str,
    sign: impl FnOnce(&[u8]) -> String,
    change: fn(String) -> String,
) -> TestRepo {
    let repo = believing(trusted);
    repo.write("a.py", "x = 2\n");
    commit(&repo, sign, change);
    repo
}

/// What the two rules that ask for signatures say: their verdicts, and the first finding of each.
fn asked(repo: &TestRepo, now: &str) -> [(String, String); 2] {
    let ask = ["compliance", "analyze", "--format", "json", "--now", now];
    let transcript = run_in(repo, &ask);
    let report: Value = serde_json::from_str(&transcript.stdout)
        .unwrap_or_else(|error| panic!("{error}: {transcript}"));
    ["signed-commits", "signer-is-author"].map(|rule| {
        let rows = report["rules"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["rule"] == rule).expect("a rule");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&row["verdict"]), text(&row["findings"][0]["message"]))
    })
}

/// A day on which all of it is as it was, and one a year later.
const SOON: &str = "2026-03-03T10:01:00Z";
const LATER: &str = "2028-03-03T12:00:00Z";

fn assert_passes(what: &str, repo: &TestRepo, now: &str) {
    for (verdict, message) in asked(repo, now) {
        assert_eq!(verdict, "pass", "{what}: {message}");
    }
}

/// Neither rule passes, and the first says why.
fn assert_fails(what: &str, repo: &TestRepo, now: &str, status: &str) {
    let [(signed, message), (by_author, other)] = asked(repo, now);
    assert_eq!((&*signed, &*by_author), ("fail", "fail"), "{what}: {message}");
    assert_eq!(message, format!("the signature is {status}"), "{what}");
    assert!(other.contains("shows nobody"), "{what}: {other}");
}

#[test]
fn a_commit_with_a_certificate_of_a_trusted_authority_is_signed_by_its_author() {
    let world = World::new();
    let roots = world.roots();
    let plain = signed(&roots, |payload| world.direct(&world.ada, &of(ADA), payload));
    assert_passes("as gpgsm has it", &plain, SOON);
    // The key has expired since, which is no fault of the signature.
    assert_passes("as gpgsm has it, later", &plain, LATER);
    let gitsign = signed(&roots, |payload| world.gitsign(ADA, payload));
    assert_passes("as gitsign has it", &gitsign, SOON);
    assert_passes("as gitsign has it, later", &gitsign, LATER);
    // A person's own certificate may be trusted, too.
    let own = pem("CERTIFICATE", &world.root.certify(&world.ada, &of(ADA)));
    let repo = signed(&own, |payload| {
        let certificate = world.root.certify(&world.ada, &of(ADA));
        world.ada.sign(payload, &world.root, &[&certificate], &signing())
    });
    assert_passes("with a certificate of the list", &repo, SOON);
}

#[test]
fn what_was_changed_after_it_was_signed_is_bad() {
    let world = World::new();
    for change in [
        |text: String| text.replace("a thing", "another thing"),
        |text: String| text.replacen("Ada", "Eve", 1),
        |text: String| text.replace(SECONDS, "1772532001 +0000"),
    ] {
        let by = |payload: &[u8]| world.direct(&world.ada, &of(ADA), payload);
        let repo = signed_as(&world.roots(), by, change);
        assert_fails("changed", &repo, SOON, "bad");
        let by = |payload: &[u8]| world.gitsign(ADA, payload);
        let repo = signed_as(&world.roots(), by, change);
        assert_fails("changed, as gitsign has it", &repo, SOON, "bad");
    }
}

#[test]
fn a_certificate_that_was_not_valid_at_the_time_signs_nothing() {
    let world = World::new();
    for (first, last, status) in [
        ("240101000000Z", "251231235959Z", "expired-at-signing"),
        ("260401000000Z", "271231235959Z", "not-yet-valid"),
    ] {
        let fields = Fields { first, last, ..of(ADA) };
        let repo = signed(&world.roots(), |payload| world.direct(&world.ada, &fields, payload));
        assert_fails(status, &repo, SOON, status);
    }
}

#[test]
fn a_revoked_certificate_signs_nothing_but_what_it_had_signed_before_it_was_given_up() {
    let world = World::new();
    let repo = |since: &str, reason: Option<u8>| {
        let list = world.root.revoke(&[(1, since, reason)]);
        signed(&(world.roots() + &list), |payload| world.direct(&world.ada, &of(ADA), payload))
    };
    // The key was stolen, or nobody says why: whatever it signed may be by anybody.
    for reason in [Some(1), None] {
        for since in ["260201000000Z", "260401000000Z"] {
            assert_fails("revoked", &repo(since, reason), LATER, "hard-revoked");
        }
    }
    // It was superseded: before and after that it signed.
    assert_fails("given up", &repo("260201000000Z", Some(4)), LATER, "hard-revoked");
    assert_passes("given up later", &repo("260401000000Z", Some(4)), LATER);
}

#[test]
fn who_is_not_the_author_signs_for_nobody_else() {
    let world = World::new();
    let roots = world.roots();
    // Eve's signature holds, and is not that of who the commit says made it.
    let repo = signed(&roots, |payload| world.direct(&world.eve, &of(EVE), payload));
    let [(_, message), (verdict, other)] = asked(&repo, SOON);
    assert_eq!(verdict, "fail", "{message}");
    assert!(!other.is_empty(), "nothing is said");
    // A stranger's certificate names Ada, and nobody who is trusted has made it.
    let stranger = World::new();
    let repo = signed(&roots, |payload| stranger.direct(&stranger.ada, &of(ADA), payload));
    assert_fails("a stranger", &repo, SOON, "unknown-key");
    // Eve uses Ada's certificate, with her own key.
    let repo = signed(&roots, |payload| {
        let certificate = world.root.certify(&world.ada, &of(ADA));
        world.eve.sign(payload, &world.root, &[&certificate], &signing())
    });
    assert_fails("another key", &repo, SOON, "bad");
    // Eve has made herself an authority.
    let repo = signed(&roots, |payload| {
        let of_eve = world.root.certify(&world.eve, &of(EVE));
        let certificate = world.eve.certify(&world.ada, &of(ADA));
        world.ada.sign(payload, &world.eve, &[&certificate, &of_eve], &signing())
    });
    assert_fails("no authority", &repo, SOON, "unknown-key");
    // A certificate of servers.
    let servers = lasting(1, &[emails(&[ADA]), usage(SIGN), purposes(&[FOR_SERVERS])]);
    let repo = signed(&roots, |payload| world.direct(&world.ada, &servers, payload));
    assert_fails("another purpose", &repo, SOON, "wrong-namespace");
}

#[test]
fn a_commit_does_not_bring_the_authority_that_vouches_for_it() {
    let (world, stranger) = (World::new(), World::new());
    let repo = believing(&world.roots());
    repo.write(".gitops-health/x509.pem", stranger.roots());
    let by_stranger = |payload: &[u8]| stranger.direct(&stranger.ada, &of(ADA), payload);
    commit(&repo, by_stranger, |text| text);
    assert_fails("its own authority", &repo, SOON, "unknown-key");
    // Once it is on the branch it counts for what comes later.
    repo.write("a.py", "x = 3\n");
    commit(&repo, by_stranger, |text| text);
    assert_passes("the authority of the branch", &repo, SOON);
}

/// A tag of the last commit that Ada makes at this time, with this signature.
fn tag(repo: &TestRepo, seconds: i64, message: &str, sign: impl FnOnce(&[u8]) -> String) {
    let head = repo.id("HEAD");
    let payload = format!(
        "object {head}\ntype commit\ntag approve/1\ntagger Ada <ada@example.com> {seconds} +0000\n\n{message}"
    );
    let signature = sign(payload.as_bytes());
    let id = store(repo, "tag", (payload + &signature).as_bytes());
    repo.git(&["update-ref", "refs/tags/approve/1", &id]);
}

/// Who approved the last commit by a tag, and what is said of tags that count for nothing.
fn approved(repo: &TestRepo, now: &str) -> (Vec<String>, String) {
    let transcript = run_in(repo, &["compliance", "input", "--now", now]);
    let input: Value = serde_json::from_str(&transcript.stdout)
        .unwrap_or_else(|error| panic!("{error}: {transcript}"));
    let by_tag = |it: &&Value| it["source"] == "tag";
    let row = |it: &Value| format!("{} {} {}", it["person"], it["grade"], it["covers"]);
    let approvals = input["approvals"].as_array().expect("a list").iter().filter(by_tag).map(row);
    let missing = input["facts_missing"].as_array().expect("a list").iter();
    let told = missing.filter(|it| it["fact"] == "approvals.tags").map(|it| &it["reason"]);
    (approvals.collect(), told.map(ToString::to_string).collect())
}

#[test]
fn a_tag_with_a_certificate_is_an_approval_of_who_the_certificate_names() {
    const BY_ADA: &str = "Approved-by: Ada <ada@example.com>\n";
    const AT: i64 = 1_772_532_000;
    type Sign<'a> = &'a dyn Fn(&[u8]) -> String;
    let world = World::new();
    let by_eve = |repo: &TestRepo| {
        let author = Author { name: "Eve", email: EVE, time: SECONDS };
        repo.write("a.py", "x = 2\n").commit_as(author, "feat: a thing\n");
    };
    let of_tag = |seconds: i64, message: &str, sign: Sign<'_>| {
        let repo = believing(&world.roots());
        by_eve(&repo);
        tag(&repo, seconds, message, sign);
        [approved(&repo, SOON), approved(&repo, LATER)]
    };
    let good = (vec!["\"ada\" \"E3\" \"all\"".to_owned()], String::new());
    let direct = |payload: &[u8]| world.direct(&world.ada, &of(ADA), payload);
    assert_eq!(of_tag(AT, BY_ADA, &direct), [good.clone(), good.clone()]);
    let gitsign = |payload: &[u8]| world.gitsign(ADA, payload);
    assert_eq!(of_tag(AT, BY_ADA, &gitsign), [good.clone(), good]);
    // The certificate names Eve, who wrote it, or Eve beside Ada.
    let of_eve = |payload: &[u8]| world.direct(&world.ada, &of(EVE), payload);
    let both = lasting(1, &[emails(&[ADA, EVE]), usage(SIGN), purposes(&[FOR_MAIL])]);
    let of_both = |payload: &[u8]| world.direct(&world.ada, &both, payload);
    // The signature has the day of the commit, and the tag another, on which the certificate may be no more valid.
    let cases: [(&str, i64, Sign<'_>, &str); 4] = [
        ("of Eve", AT, &of_eve, "do not name who signed"),
        ("of both", AT, &of_both, "nobody signed them"),
        ("a day later", AT + 86_401, &gitsign, "another day than the tag"),
        ("a day before", AT - 86_401, &gitsign, "another day than the tag"),
    ];
    for (name, seconds, sign, why) in cases {
        for (approvals, told) in of_tag(seconds, BY_ADA, sign) {
            assert!(approvals.is_empty() && told.contains(why), "{name}: {approvals:?} {told}");
        }
    }
}
