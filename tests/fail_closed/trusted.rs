//! What is wrong with what is believed: nothing is judged then.

use gitops_health_testkit::TestRepo;

use super::{NOTHING, Told, Way, trust};
use crate::support::{object_file, overwrite_object};

const fn broken(
    what: &'static str,
    prepare: fn(&TestRepo),
    says: &'static str,
    hint: &'static str,
) -> Way {
    Way { what, prepare, command: "analyze", code: 2, told: Told::Error, says, hint }
}

const MEND: &str = "--policy-from REV";

fn roster(repo: &TestRepo, text: impl AsRef<[u8]>) {
    trust(repo, ".gitops-health/roster.yaml", text);
}

fn waivers(repo: &TestRepo, text: &str) {
    trust(repo, ".gitops-health/waivers.yaml", text);
}

fn configure(repo: &TestRepo, text: &str) {
    trust(repo, ".gitops-health.yaml", format!("compliance: {text}\n"));
}

pub const WAYS: &[Way] = &[
    Way {
        what: "an unknown revision to believe",
        prepare: NOTHING,
        command: "analyze --policy-from nowhere",
        code: 2,
        told: Told::Error,
        says: "nowhere",
        hint: "git branch --all",
    },
    Way {
        what: "a file that is believed and is damaged",
        prepare: |repo| {
            let id = repo.id("HEAD~1:.gitops-health/roster.yaml");
            overwrite_object(repo, &id, b"nonsense");
        },
        command: "analyze",
        code: 3,
        told: Told::Error,
        says: "ID",
        hint: "git fsck",
    },
    broken(
        "a link in the place of a roster",
        |repo| {
            let place = repo.path().join(".gitops-health/roster.yaml");
            std::fs::remove_file(&place).expect("it is there");
            std::os::unix::fs::symlink("/etc/hostname", place).expect("a link");
            trust(repo, "a", "");
        },
        "is no file",
        MEND,
    ),
    broken(
        "a link in the place of keys",
        |repo| {
            std::os::unix::fs::symlink(
                "/etc/hostname",
                repo.path().join(".gitops-health/allowed_signers"),
            )
            .expect("a link");
            trust(repo, "a", "");
        },
        "`.gitops-health/allowed_signers` of the trusted revision is no file",
        MEND,
    ),
    broken(
        "a link in the place of waivers",
        |repo| {
            std::os::unix::fs::symlink(
                "/etc/hostname",
                repo.path().join(".gitops-health/waivers.yaml"),
            )
            .expect("a link");
            trust(repo, "a", "");
        },
        "`.gitops-health/waivers.yaml` of the trusted revision is no file",
        MEND,
    ),
    broken(
        "a directory in the place of waivers",
        |repo| trust(repo, ".gitops-health/waivers.yaml/a", ""),
        "`.gitops-health/waivers.yaml` of the trusted revision is no file",
        MEND,
    ),
    broken("a roster that is none", |repo| roster(repo, "people: 1\n"), "roster.yaml", MEND),
    broken("an empty roster", |repo| roster(repo, ""), "roster.yaml", MEND),
    broken(
        "two people of one name in the roster",
        |repo| roster(repo, "people: [{id: a}, {id: a}]\n"),
        "two of this id",
        MEND,
    ),
    broken(
        "a key twice in the roster",
        |repo| roster(repo, "people: [{id: a, roles: [admin], roles: []}]\n"),
        "a member is there twice",
        MEND,
    ),
    broken(
        "a roster of a later version",
        |repo| roster(repo, "version: 2\npeople: [{id: a}]\n"),
        "a member is not known",
        MEND,
    ),
    broken(
        "a roster of many brackets",
        |repo| roster(repo, "people: [".repeat(60_000)),
        "roster.yaml",
        MEND,
    ),
    broken(
        "a roster that is too large",
        |repo| roster(repo, "#\n".repeat(3 << 20)),
        "too large",
        MEND,
    ),
    broken("a roster that is no text", |repo| roster(repo, [0xff, 0xfe, 0]), "UTF-8", MEND),
    broken("waivers that are none", |repo| waivers(repo, "- x\n"), "waivers.yaml", MEND),
    broken(
        "a waiver without a reason",
        |repo| {
            waivers(repo, "waivers: [{id: W, rule: r, reason: x, owner: o, expires: 2030-01-01}]\n")
        },
        "reason",
        MEND,
    ),
    broken(
        "a waiver without an end",
        |repo| waivers(repo, "waivers: [{id: W, rule: r, reason: it is so for now, owner: o}]\n"),
        "expires",
        MEND,
    ),
    broken(
        "keys of SSH that are none",
        |repo| {
            trust(repo, ".gitops-health/allowed_signers", "ann@example.com ssh-ed25519 AAAA\n");
        },
        "allowed_signers",
        MEND,
    ),
    broken(
        "revoked keys that are none",
        |repo| trust(repo, ".gitops-health/revoked_keys", "nonsense\n"),
        "revoked_keys",
        MEND,
    ),
    broken(
        "a binary list of revoked keys that ends early",
        |repo| trust(repo, ".gitops-health/revoked_keys", b"SSHKRL\n\0\0\0\0\x01"),
        "revoked_keys",
        MEND,
    ),
    broken(
        "keys of OpenPGP that are none",
        |repo| trust(repo, ".gitops-health/openpgp.asc", "nonsense\n"),
        "openpgp.asc",
        MEND,
    ),
    broken(
        "certificates that are none",
        |repo| trust(repo, ".gitops-health/x509.pem", "nonsense\n"),
        "x509.pem",
        MEND,
    ),
    broken(
        "a list of revoked certificates that is none",
        |repo| {
            use gitops_health_testkit::x509::{Fields, Holder, authority, pem};
            let root = Holder::new("Root");
            let certificate = root.certify(&root, &Fields::new(&[authority(None)]));
            let list = pem("X509 CRL", b"0\x03nonsense");
            trust(repo, ".gitops-health/x509.pem", pem("CERTIFICATE", &certificate) + &list);
        },
        "x509.pem",
        MEND,
    ),
    broken(
        "a list of revoked certificates that its authority has not signed",
        |repo| {
            use gitops_health_testkit::x509::{Fields, Holder, authority, pem};
            let (root, other) = (Holder::new("Root"), Holder::new("Root"));
            let certificate = root.certify(&root, &Fields::new(&[authority(None)]));
            let list = other.revoke(&[(1, "240801000000Z", None)]);
            trust(repo, ".gitops-health/x509.pem", pem("CERTIFICATE", &certificate) + &list);
        },
        "x509.pem",
        MEND,
    ),
    Way {
        what: "owners that are too many, asked by a rule for them",
        prepare: |repo| trust(repo, "CODEOWNERS", "# nobody\n".repeat(400_000)),
        command: "analyze --framework sox",
        code: 3,
        told: Told::Rule("owner-approval"),
        says: "3600000 bytes",
        hint: "CODEOWNERS",
    },
    Way {
        what: "owners in no text, asked by a rule for them",
        prepare: |repo| trust(repo, "CODEOWNERS", "* @a\0nn\n"),
        command: "analyze --framework sox",
        code: 3,
        told: Told::Rule("owner-approval"),
        says: "NUL byte",
        hint: "CODEOWNERS",
    },
    Way {
        what: "owners whose content is not there, asked by a rule for them",
        prepare: |repo| {
            trust(repo, "CODEOWNERS", "* @ann\n");
            let id = repo.id("HEAD:CODEOWNERS");
            std::fs::remove_file(object_file(repo, &id)).expect("the object is there");
        },
        command: "analyze --framework sox",
        code: 3,
        told: Told::Rule("owner-approval"),
        says: "not in the repository",
        hint: "CODEOWNERS",
    },
    broken(
        "a directory in the place of revoked keys",
        |repo| trust(repo, ".gitops-health/revoked_keys/a", ""),
        "`.gitops-health/revoked_keys` of the trusted revision is no file",
        MEND,
    ),
    broken(
        "a configuration that is none",
        |repo| configure(repo, "["),
        ".gitops-health.yaml",
        "config schema",
    ),
    broken(
        "a directory in the place of the configuration",
        |repo| {
            std::fs::remove_file(repo.path().join(".gitops-health.yaml")).expect("it is there");
            trust(repo, ".gitops-health.yaml/a", "");
        },
        ".gitops-health.yaml of commit ID",
        "its path and permissions",
    ),
    broken(
        "a key of the configuration that is not known",
        |repo| configure(repo, "{framework: [sox]}"),
        "unknown key `compliance.framework`",
        "did you mean `compliance.frameworks`?",
    ),
    broken(
        "a key of the configuration twice",
        |repo| configure(repo, "{frameworks: [sox], frameworks: []}"),
        "duplicate entry",
        "config schema",
    ),
    broken(
        "a parameter of no rule",
        |repo| configure(repo, "{parameters: {approved-by-other: {approvers: 0}}}"),
        "approved-by-other",
        "compliance explain RULE",
    ),
    broken(
        "a parameter that the rule does not have",
        |repo| configure(repo, "{parameters: {approved-by-others: {approver: 0}}}"),
        "approver",
        "compliance explain RULE",
    ),
    broken(
        "a parameter of another type",
        |repo| configure(repo, "{parameters: {approved-by-others: {approvers: none}}}"),
        "another type",
        "compliance explain RULE",
    ),
    broken(
        "a parameter that says nothing",
        |repo| configure(repo, "{parameters: {approved-by-others: {approvers: 0}}}"),
        "it may not be `0`: at least 1",
        "compliance explain RULE",
    ),
    broken(
        "a parameter that is none of its words",
        |repo| configure(repo, "{parameters: {approved-by-others: {least_grade: e2}}}"),
        "one of `E0`, `E1`, `E2`, `E3`",
        "compliance explain RULE",
    ),
    broken(
        "a pattern that is none",
        |repo| configure(repo, "{ticket_patterns: ['(']}"),
        "ticket_patterns",
        "config show --origin",
    ),
    broken(
        "a pattern that finds nothing everywhere",
        |repo| configure(repo, "{ticket_patterns: ['x*']}"),
        "empty",
        "config show --origin",
    ),
    Way {
        what: "a framework of the configuration that is not known",
        prepare: |repo| configure(repo, "{frameworks: [hipaa, sarbanes]}"),
        command: "analyze",
        code: 3,
        told: Told::Error,
        says: "sarbanes",
        hint: "compliance list",
    },
    broken(
        "a path of policies that leads out of the repository",
        |repo| configure(repo, "{policies: [../elsewhere]}"),
        "../elsewhere",
        "config show --origin",
    ),
    Way {
        what: "a configuration that is named and is not there",
        prepare: NOTHING,
        command: "analyze --config none.yaml",
        code: 2,
        told: Told::Error,
        says: "none.yaml",
        hint: "its path and permissions",
    },
    Way {
        what: "policies of the configuration that are not there",
        prepare: |repo| configure(repo, "{policies: [none]}"),
        command: "analyze",
        code: 3,
        told: Told::Error,
        says: "`none`",
        hint: "compliance.policies",
    },
];
