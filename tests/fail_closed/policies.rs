//! What is wrong with policies and frameworks. What decides nothing is no pass.

use gitops_health_testkit::TestRepo;

use super::{NOTHING, Told, Way, put, trust};

const CHECK: &str = "compliance check-policy";
const MEND: &str = "Mend the rule in `policies/main.rego`";

/// A policy that is refused before anything is evaluated.
const fn refused(
    what: &'static str,
    prepare: fn(&TestRepo),
    says: &'static str,
    hint: &'static str,
) -> Way {
    let command = "analyze --policy policies";
    Way { what, prepare, command, code: 3, told: Told::Error, says, hint }
}

/// A rule that errs.
const fn errs(
    what: &'static str,
    prepare: fn(&TestRepo),
    says: &'static str,
    hint: &'static str,
) -> Way {
    let (command, told) = ("analyze --policy policies", Told::Rule("main.deny"));
    Way { what, prepare, command, code: 3, told, says, hint }
}

fn policy(repo: &TestRepo, text: &str) {
    let text = format!("package main\n\nimport rego.v1\n\n{text}\n");
    repo.write("policies/main.rego", text);
}

/// A value that is doubled again and again, by putting what was made before in the place of `X`.
fn doubled(expression: &str) -> String {
    let double = |number: usize| {
        let before = format!("a{}", number - 1);
        format!("a{number} := {}\n\n", expression.replace('X', &before))
    };
    let doubled: String = (1..30).map(double).collect();
    format!("a0 := input.change.head\n\n{doubled}deny contains \"a\" if a29")
}

/// A rule of our form, with something in the place of something else.
fn rule(repo: &TestRepo, part: &str, other: &str) {
    assert!(RULE.contains(part), "the rule has no `{part}`");
    repo.write("policies/few.rego", RULE.replace(part, other));
}

const RULE: &str = "package few_files

import rego.v1

meta := {
	\"id\": \"few-files\",
	\"title\": \"A change has few files\",
	\"severity\": \"medium\",
	\"grade\": \"E1\",
	\"rationale\": \"Many files are hard to review.\",
	\"remedy\": \"Divide the change.\",
	\"parameters\": {\"most\": {\"default\": 0, \"about\": \"How many files there may be.\"}},
}

findings contains {\"message\": sprintf(\"%d files\", [count(input.files)])} if {
	count(input.files) > data.parameters[\"few-files\"].most
}
";

fn framework(repo: &TestRepo, text: &str) {
    policy(repo, "deny contains \"a\" if count(input.files) > 100");
    repo.write("policies/frameworks/house.yaml", text);
}

pub const WAYS: &[Way] = &[
    Way {
        what: "a framework that is not known",
        prepare: NOTHING,
        command: "analyze --framework hippa",
        code: 3,
        told: Told::Error,
        says: "`hippa`",
        hint: "did you mean `hipaa`?",
    },
    Way {
        what: "a framework that is not known, beside one that is",
        prepare: NOTHING,
        command: "analyze --framework sox,SOX2,all",
        code: 3,
        told: Told::Error,
        says: "`SOX2`",
        hint: "did you mean `sox`?",
    },
    Way {
        what: "a framework without a name",
        prepare: NOTHING,
        command: "analyze --framework sox,,hipaa",
        code: 3,
        told: Told::Error,
        says: "there is no framework ``",
        hint: "compliance list",
    },
    Way {
        what: "a framework that is not known, over a history",
        prepare: NOTHING,
        command: "analyze --history --framework nonsense",
        code: 3,
        told: Told::Error,
        says: "`nonsense`",
        hint: "compliance list",
    },
    Way {
        what: "a framework to list that is not known",
        prepare: NOTHING,
        command: "list --framework HIPPA",
        code: 3,
        told: Told::Error,
        says: "`HIPPA`",
        hint: "did you mean `hipaa`?",
    },
    Way {
        what: "a framework in the place of a rule",
        prepare: NOTHING,
        command: "explain hipaa",
        code: 3,
        told: Told::Error,
        says: "`hipaa` is a framework",
        hint: "list --framework hipaa",
    },
    Way {
        what: "policies to list that are not there",
        prepare: NOTHING,
        command: "list --policy none",
        code: 3,
        told: Told::Error,
        says: "`none`",
        hint: "name others",
    },
    Way {
        what: "a rule that is not known",
        prepare: NOTHING,
        command: "explain signed-commit",
        code: 3,
        told: Told::Error,
        says: "`signed-commit`",
        hint: "did you mean `signed-commits`?",
    },
    refused("policies that are not there", NOTHING, "policies", "look at what it is"),
    refused(
        "a directory without a policy",
        |repo| put(repo, "policies/README.md", "nothing\n"),
        "no policy in `policies`",
        "`.rego`",
    ),
    refused(
        "a directory with tests alone",
        |repo| put(repo, "policies/a_test.rego", "package a\nimport rego.v1\ntest_a if true\n"),
        "no policy in `policies`",
        "is no test",
    ),
    refused(
        "a link among policies",
        |repo| {
            policy(repo, "deny contains \"a\" if count(input.files) > 100");
            let link = repo.path().join("policies/more.rego");
            std::os::unix::fs::symlink("main.rego", link).expect("a link");
        },
        "link",
        "look at what it is",
    ),
    refused(
        "a policy that is no text",
        |repo| put(repo, "policies/main.rego", [0xff, 0xfe]),
        "UTF-8",
        "look at what it is",
    ),
    refused(
        "a policy that is too long",
        |repo| put(repo, "policies/main.rego", "#\n".repeat(200_000)),
        "262144",
        "look at what it is",
    ),
    refused(
        "a policy that is empty",
        |repo| put(repo, "policies/main.rego", ""),
        "policies/main.rego",
        CHECK,
    ),
    refused("a policy that ends early", |repo| policy(repo, "deny contains"), "line 6", CHECK),
    refused(
        "a policy in an older language",
        |repo| put(repo, "policies/main.rego", "package main\ndeny[msg] { msg := \"a\" }\n"),
        "line 2",
        CHECK,
    ),
    refused(
        "a policy that is nested too deep",
        |repo| policy(repo, &format!("deny contains {}1{}", "[".repeat(5_000), "]".repeat(5_000))),
        "policies/main.rego",
        CHECK,
    ),
    refused(
        "a policy in which no rule decides",
        |repo| policy(repo, "allow := true"),
        "no rule decides",
        "add `findings`",
    ),
    refused(
        "a rule that needs itself",
        |repo| policy(repo, "deny contains a if a := deny"),
        "needs itself",
        CHECK,
    ),
    refused(
        "a function that needs itself",
        |repo| policy(repo, "f(x) := f(x - 1)\n\ndeny contains \"a\" if f(3)"),
        "needs itself",
        CHECK,
    ),
    refused(
        "names that need one another",
        |repo| policy(repo, "deny contains \"a\" if {\n\tx := y + 1\n\ty := x - 1\n}"),
        "names need one another",
        CHECK,
    ),
    refused(
        "a policy that asks the network",
        |repo| policy(repo, "deny contains http.send({\"url\": \"a\"}).body"),
        "http.send",
        CHECK,
    ),
    refused(
        "a policy that asks the clock",
        |repo| policy(repo, "deny contains \"a\" if time.now_ns() > 0"),
        "time.now_ns",
        CHECK,
    ),
    refused(
        "a policy that asks chance",
        |repo| policy(repo, "deny contains \"a\" if rand.intn(\"a\", 2) == 1"),
        "rand.intn",
        CHECK,
    ),
    refused(
        "a policy that asks the machine",
        |repo| policy(repo, "deny contains opa.runtime().env"),
        "opa.runtime",
        CHECK,
    ),
    refused(
        "a function that is not there",
        |repo| policy(repo, "deny contains no_such(input.files)"),
        "no_such",
        CHECK,
    ),
    refused(
        "a member that the input does not have",
        |repo| policy(repo, "deny contains \"a\" if input.filse"),
        "did you mean `files`?",
        CHECK,
    ),
    refused(
        "data that nobody gives",
        |repo| policy(repo, "deny contains \"a\" if not data.allowed[input.change.head]"),
        "data.allowed",
        CHECK,
    ),
    refused(
        "a list that may be larger than memory",
        |repo| {
            policy(repo, "deny contains \"a\" if count(numbers.range(1, count(input.files))) > 1")
        },
        "numbers.range",
        CHECK,
    ),
    refused(
        "a rule that is called as one that is there",
        |repo| rule(repo, "few-files", "signed-commits"),
        "`signed-commits` is given twice",
        "another id",
    ),
    refused(
        "a rule without a severity",
        |repo| rule(repo, "\"severity\": \"medium\",", ""),
        "severity",
        CHECK,
    ),
    refused(
        "a rule that finds nothing ever",
        |repo| rule(repo, "findings contains", "found contains"),
        "findings",
        CHECK,
    ),
    refused(
        "a rule that says something of itself twice",
        |repo| rule(repo, "\"grade\": \"E1\",", "\"grade\": \"E1\",\n\t\"grade\": \"E2\","),
        "`meta` is not an object that is written out",
        CHECK,
    ),
    refused("a framework that is none", |repo| framework(repo, "- x\n"), "house", CHECK),
    refused(
        "a framework of a rule that is not known",
        |repo| {
            framework(
                repo,
                "id: house\ntitle: House\nedition: '1'\nsource: wiki\n\
                 clauses: [{id: '1', title: One, rules: {signed-commit: direct}}]\n",
            );
        },
        "signed-commit",
        "compliance list",
    ),
    refused(
        "a framework that is called as one that is there",
        |repo| {
            framework(repo, "");
            repo.remove("policies/frameworks/house.yaml");
            repo.write(
                "policies/frameworks/sox.yaml",
                "id: sox\ntitle: House\nedition: '1'\nsource: wiki\n\
                 clauses: [{id: '1', title: One, rules: {signed-commits: direct}}]\n",
            );
        },
        "`sox` is given twice",
        "another id",
    ),
    errs(
        "a decision that has no value",
        |repo| policy(repo, "deny := {\"a\"} if count(input.files) > 100"),
        "is undefined",
        MEND,
    ),
    errs("a decision of another form", |repo| policy(repo, "deny := true"), "true or false", MEND),
    errs("a finding of another form", |repo| policy(repo, "deny contains 7"), "a number", MEND),
    errs(
        "two values of one rule",
        |repo| {
            policy(
                repo,
                "size := count(input.files)\n\nsize := 7 if count(input.files) > 0\n\n\
                 deny contains \"a\" if size > 100",
            );
        },
        "conflicts",
        MEND,
    ),
    errs(
        "a function that fails",
        |repo| policy(repo, "deny contains \"a\" if to_number(input.change.head) > 1"),
        "could not parse string as number",
        MEND,
    ),
    errs(
        "a division by nothing",
        |repo| {
            policy(repo, "deny contains \"a\" if 1 / (count(input.files) - count(input.files)) > 1")
        },
        "divide by zero",
        MEND,
    ),
    errs(
        "a policy that takes too long",
        |repo| {
            policy(
                repo,
                "l := numbers.range(1, 100000)\n\n\
                 deny contains \"a\" if {\n\tsome a in l\n\tsome b in l\n\tsome c in l\n\ta + b + c == 1\n}",
            );
        },
        "5000 ms",
        MEND,
    ),
    errs(
        "a text that is made too long",
        |repo| policy(repo, &doubled("concat(\"\", [X, X])")),
        "the text would have more than 64 MiB",
        MEND,
    ),
    errs(
        "a width that nobody reads",
        |repo| policy(repo, "deny contains sprintf(\"%1000000000d\", [count(input.files)])"),
        "a width or precision is more than 1000",
        MEND,
    ),
    errs(
        "more findings than anybody reads",
        |repo| {
            policy(repo, "deny contains sprintf(\"%d\", [n]) if some n in numbers.range(1, 10001)")
        },
        "it finds 10001 things, more than 10000",
        MEND,
    ),
    errs(
        "a message that nobody reads to its end",
        |repo| {
            let long =
                "concat(\"\", [s | some n in numbers.range(1, 9); s := sprintf(\"%01000d\", [n])])";
            policy(repo, &format!("deny contains {long}"))
        },
        "more than 8192 bytes",
        MEND,
    ),
    errs(
        "a value that is small until it is printed",
        |repo| policy(repo, &doubled("[X, X]").replace("if a29", "if json.marshal(a29) != \"\"")),
        "json.marshal: the text would have more than 64 MiB",
        MEND,
    ),
    errs(
        "a finding that is small until it is read",
        |repo| {
            let text = doubled("[X, X]");
            policy(repo, &text.replace("\"a\" if a29", "{\"msg\": \"a\", \"more\": a29} if true"))
        },
        "it is too long",
        MEND,
    ),
    refused(
        "a policy that takes too much memory",
        |repo| {
            policy(
                repo,
                "line := sprintf(\"%01000d\", [1])\n\n\
                 page := concat(\"\", [line | some n in numbers.range(1, 1000)])\n\n\
                 a := concat(\"\", [page | some n in numbers.range(1, 50)])\n\n\
                 b := [s | some n in numbers.range(1, 1000); s := sprintf(\"%s%d\", [a, n])]\n\n\
                 deny contains \"a\" if b[0] == b[1]",
            );
        },
        "`main.deny` took more than 1024 MiB of memory",
        "leave it out",
    ),
    Way {
        what: "a policy of the configuration that can not be read",
        prepare: |repo| {
            repo.write("policies/main.rego", "package main\ndeny[msg] { msg := \"a\" }\n");
            trust(repo, ".gitops-health.yaml", "compliance: {policies: [policies]}\n");
        },
        command: "analyze",
        code: 3,
        told: Told::Error,
        says: "policies/main.rego",
        hint: CHECK,
    },
    Way {
        what: "tests of policies that are not there",
        prepare: |repo| policy(repo, "deny contains \"a\" if count(input.files) > 100"),
        command: "test policies",
        code: 3,
        told: Told::Error,
        says: "there are no tests",
        hint: "test_...",
    },
    Way {
        what: "policies to test that are not there",
        prepare: NOTHING,
        command: "test none",
        code: 3,
        told: Told::Error,
        says: "`none`",
        hint: "name others",
    },
    Way {
        what: "policies to check that are not there",
        prepare: NOTHING,
        command: "check-policy none",
        code: 3,
        told: Told::Error,
        says: "`none`",
        hint: "name others",
    },
    Way {
        what: "a directory without a policy to check",
        prepare: NOTHING,
        command: "check-policy src",
        code: 3,
        told: Told::Error,
        says: "there is no policy",
        hint: "name a file",
    },
];
