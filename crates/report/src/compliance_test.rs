//! The report of `compliance test`: whether policies do what their tests say, and whether these would notice if not.

mod junit;
mod text;

use gitops_health_compliance::{
    Mutant, MutationReport, PolicyCoverage, PolicyTest, TestOutcome, TestReport,
};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::json::{document, schema_of};

pub use junit::junit;
pub use text::text;

/// The name and version of the format that [`json()`] writes.
pub const COMPLIANCE_TEST_SCHEMA: &str = "gitops-health/compliance-test/v1";

/// What tests, and changes of what they test, came to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PolicyTestReport {
    /// Always [`COMPLIANCE_TEST_SCHEMA`].
    pub schema: String,
    /// How many tests passed.
    pub passed: usize,
    /// How many did not.
    pub failed: usize,
    /// The tests, by path and line.
    pub tests: Vec<TestRow>,
    /// Which lines they reached.
    pub coverage: CoverageRow,
    /// What changing the policies came to; absent where that was not asked for.
    pub mutation: Option<MutationRow>,
    /// What is less than was asked for, in words.
    pub short: Vec<String>,
}

/// A test.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TestRow {
    /// The policy that it stands in.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// Its whole name.
    pub name: String,
    /// What it came to.
    pub outcome: TestAnswer,
    /// Why it can not be evaluated.
    pub error: Option<String>,
}

/// What a test came to. All but the first are failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TestAnswer {
    /// It is true.
    Passed,
    /// It has another value.
    Failed,
    /// It has no value: one of its conditions does not hold.
    Undefined,
    /// It can not be evaluated.
    Error,
}

/// Which lines tests reached. What rules say of themselves, and tests, are left out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CoverageRow {
    /// How many lines have expressions.
    pub lines: usize,
    /// How many of them a test reached.
    pub reached: usize,
    /// How many of a hundred, with two digits behind the point; 100 where there is no line.
    #[serde(serialize_with = "two_digits")]
    pub percent: f64,
    /// The policies, by path.
    pub policies: Vec<PolicyRow>,
}

/// Which lines of a policy tests reached.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PolicyRow {
    /// The policy.
    pub path: String,
    /// How many lines have expressions.
    pub lines: usize,
    /// Those that no test reached, from 1, sorted.
    pub not_reached: Vec<u32>,
}

/// What changing policies came to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MutationRow {
    /// How many changes some test noticed.
    pub killed: usize,
    /// How many changes were no policy any more: they count for nothing.
    pub stillborn: usize,
    /// How many changes of a hundred were noticed, with two digits behind the point; 0 where nothing was changed.
    #[serde(serialize_with = "two_digits")]
    pub percent: f64,
    /// The changes that no test noticed, by path and line.
    pub survived: Vec<MutantRow>,
    /// Those that some test noticed. JSON has their number.
    #[serde(skip)]
    pub noticed: Vec<MutantRow>,
    /// The policies without tests that pass, which were not changed, by path.
    pub untested: Vec<String>,
}

/// A change of a policy.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MutantRow {
    /// The policy.
    pub path: String,
    /// The line of the change, from 1.
    pub line: u32,
    /// What stands there.
    pub was: String,
    /// What stood there in its place.
    pub is: String,
}

fn two_digits<S: Serializer>(percent: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((percent * 100.0).round() / 100.0)
}

impl PolicyTestReport {
    /// What tests and changes came to, and in words what of it is less than was asked for.
    pub fn new(tests: &TestReport, mutation: Option<&MutationReport>, short: Vec<String>) -> Self {
        let (lines, reached) = tests.lines();
        let (all, passed) = (tests.tests.len(), tests.passed());
        Self {
            schema: COMPLIANCE_TEST_SCHEMA.into(),
            passed,
            failed: all - passed,
            tests: tests.tests.iter().map(TestRow::of).collect(),
            coverage: CoverageRow {
                lines,
                reached,
                percent: tests.covered(),
                policies: tests.coverage.iter().map(PolicyRow::of).collect(),
            },
            mutation: mutation.map(MutationRow::of),
            short,
        }
    }
}

impl TestRow {
    fn of(test: &PolicyTest) -> Self {
        let (outcome, error) = match &test.outcome {
            TestOutcome::Passed => (TestAnswer::Passed, None),
            TestOutcome::Failed => (TestAnswer::Failed, None),
            TestOutcome::Undefined => (TestAnswer::Undefined, None),
            TestOutcome::Error(error) => (TestAnswer::Error, Some(error.clone())),
        };
        let PolicyTest { path, line, name, .. } = test;
        Self { path: path.clone(), line: *line, name: name.clone(), outcome, error }
    }
}

impl PolicyRow {
    fn of(it: &PolicyCoverage) -> Self {
        Self { path: it.path.clone(), lines: it.lines, not_reached: it.open.clone() }
    }
}

impl MutationRow {
    fn of(it: &MutationReport) -> Self {
        let row = |Mutant { path, line, was, is }: Mutant| MutantRow { path, line, was, is };
        let rows = |all: &[Mutant]| all.iter().cloned().map(row).collect();
        Self {
            killed: it.killed.len(),
            stillborn: it.stillborn,
            percent: it.rate(),
            survived: rows(&it.survived),
            noticed: rows(&it.killed),
            untested: it.untested.clone(),
        }
    }
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &PolicyTestReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<PolicyTestReport>()
}
