//! Tests that no longer run, and migrations that delete.

use super::SignalKind::{CheckBypassed, DestructiveMigration, TestSkipped};
use super::{Files, Reach, Rule, Skip};

const fn skipped(files: Files, form: Skip, pattern: &'static str) -> Rule {
    // A test that is skipped on some machines runs on the others.
    Rule::added(TestSkipped, files, pattern)
        .reach(Reach::Test(form))
        .before(2, r"^\s*\}?\s*(?:if|else|elif|switch|case|unless|except)\b")
}

const fn deletes(files: Files, pattern: &'static str) -> Rule {
    // What is below the way back is meant to delete.
    Rule::added(DestructiveMigration, files, pattern)
        .names(r"^\s*(.+)$")
        .unless(r"(?i)\b(?:temp|temporary|tmp)(?:\b|_)|\braise\b|\bprint")
        .before(60, r"(?i)\bdef\s+(?:downgrade|down|backwards|reverse)\b|\bdown\s*[(=:]|\bvoid\s+Down\(|\+goose\s+Down|<rollback|migrate:down|exports\.down")
}

const PROGRAM: Files = Files::MIGRATION;

const DROP: &str = r"(?i)^\s*(?:.*[;\x22'(`]\s*)?DROP\s+(?:TABLE|DATABASE|SCHEMA)\s+[\w\[`\x22.{$]";

pub(super) const RULES: &[Rule] = &[
    skipped(
        Files::TEST,
        Skip::Over,
        r"^\s*@(?:org\.junit\.(?:jupiter\.api\.)?)?(?:Disabled|Ignore)(?:\s*\(.*)?$",
    ),
    skipped(Files::TEST, Skip::Itself, r"\b(?:it|describe|test|context|suite)\.skip\("),
    skipped(Files::TEST, Skip::Itself, r"^\s*(?:xit|xdescribe|xtest|xcontext|xspecify)\("),
    skipped(Files::TEST, Skip::Inside, r"^\s*[tb]\.(?:Skip|Skipf|SkipNow)\("),
    skipped(
        Files::TEST,
        Skip::Over,
        r"^\s*@pytest\.mark\.skip(?:\(|$)|^\s*@(?:unittest\.)?skip(?:\(|$)",
    ),
    Rule::added(
        TestSkipped,
        Files::TEST,
        r"^\s*pytest\.mark\.skip(?:\(|$)|^\s*pytestmark\s*=\s*pytest\.mark\.skip(?:\(|$)",
    ),
    skipped(Files::TEST.and(Files::RUST), Skip::Over, r"^\s*#\[ignore(?:\s*=.*)?\]"),
    skipped(
        Files::TEST,
        Skip::Over,
        r"\[(?:Fact|Theory|Test|TestMethod)\(.*\bSkip\s*=|^\s*\[Ignore(?:\(.*\))?\]",
    ),
    skipped(Files::TEST, Skip::Itself, r"^\s*(?:pending|skip|xit|xdescribe|xcontext)\s+['\x22]"),
    skipped(
        Files::TEST,
        Skip::Inside,
        r"^\s*(?:throw\s+)?XCTSkip\(|^\s*GTEST_SKIP\(\)|\$this->markTestSkipped\(",
    ),
    // A test that may fail is run for nothing.
    Rule::added(
        CheckBypassed,
        Files::TEST,
        r"\bpytest\.mark\.xfail(?:$|\(\s*(?:reason\s*=|\)|$)|\(.*\bstrict\s*=\s*False\b)",
    )
    .unless(r"\bstrict\s*=\s*True\b")
    .reach(Reach::Test(Skip::Over)),
    deletes(Files::MIGRATION, DROP),
    // Elsewhere, `IF EXISTS` is how a script that makes a table begins.
    deletes(Files::SQL, DROP).unless(r"(?i)\bIF\s+EXISTS\b|\b(?:temp|temporary|tmp)(?:\b|_)"),
    deletes(
        Files::MIGRATION.and(Files::SQL),
        r"(?i)^\s*(?:.*[\s;,\x22'(`])?DROP\s+COLUMN\s+[\w\[`\x22]",
    ),
    deletes(
        Files::MIGRATION.and(Files::SQL),
        r"(?i)^\s*(?:.*[;\x22'(`]\s*)?TRUNCATE\s+(?:TABLE\s+)?[\w\[`\x22]",
    ),
    deletes(
        Files::MIGRATION.and(Files::SQL),
        r"(?i)^\s*(?:.*[;\x22'(`]\s*)?DELETE\s+FROM\s+[\w.\[\]`\x22]+\s*(?:;|\x22|'|$)\s*\)?;?\s*$",
    )
    .unless(r"(?i)\bwhere\b|DELETE\s+FROM\s+[\w.\[\]`]+$"),
    deletes(
        PROGRAM,
        r"(?i)\b(?:op\.drop_(?:table|column)|drop_table|remove_column|remove_columns|drop_column|dropTable|dropTableIfExists|dropColumn|removeColumn|DropTable|DropColumn)(?:\s+|\s*\(\s*)(?:['\x22:]|name:|$)|\bmigrations\.(?:RemoveField|DeleteModel)\(",
    ),
    deletes(
        PROGRAM,
        r"<(?:dropTable|dropColumn|dropAllForeignKeyConstraints)\b|^\s*-?\s*(?:dropTable|dropColumn)\s*:",
    ),
];
