//! Evidence in a form of our own.

use serde_json::Value;

mod form;

use super::node::{self, Problem};
use super::read::File;
use super::values::{Moment, digest, object_id};
use super::{
    Evidence, ReportedApproval, ReportedPullRequest, ReportedScan, ReportedTests, ReportedTicket,
    Who,
};
use crate::input::{Binding, Grade, Time};
pub(super) use form::SCHEMA;

/// Where it is from.
const SOURCE: &str = "file";

/// The JSON Schema of evidence in our own form.
pub fn evidence_schema() -> Value {
    schemars::schema_for!(form::Document).to_value()
}

pub(super) fn read(value: &Value, file: &File<'_>) -> Result<Evidence, Problem> {
    let it: form::Document = node::read(value)?;
    Ok(Evidence {
        approvals: it.approvals.map(|list| entries("approvals", list, approval)).transpose()?,
        tickets: it.tickets.map(|list| entries("tickets", list, ticket)).transpose()?,
        tests: it.tests.map(|list| entries("tests", list, |it| tests(it, file))).transpose()?,
        scans: it.scans.map(|list| entries("scans", list, |it| scan(it, file))).transpose()?,
        pull_requests: {
            let one = it
                .pull_request
                .map(|it| pull_request(it).map_err(|error| error.within("pull_request")))
                .transpose()?;
            let many = entries("pull_requests", it.pull_requests, pull_request)?;
            many.into_iter().chain(one).collect()
        },
        pull_requests_until: time(it.pull_requests_until),
        platform: it.platform,
    })
}

fn entries<T, U>(
    name: &str,
    list: Vec<T>,
    read: impl Fn(T) -> Result<U, Problem>,
) -> Result<Vec<U>, Problem> {
    let numbered = list.into_iter().enumerate();
    let read = |(at, it)| read(it).map_err(|error| error.within(&format!("{name}[{at}]")));
    numbered.map(read).collect()
}

fn approval(it: form::Approval) -> Result<ReportedApproval, Problem> {
    Ok(ReportedApproval {
        by: who(it.by).map_err(|error| error.within("by"))?,
        state: it.state,
        meaning: it.meaning,
        at: time(it.at),
        source: SOURCE.into(),
        grade: grade(it.grade),
        // What somebody approved is their word, never the caller's.
        binds: binding(it.binds.unwrap_or_default())?,
    })
}

fn ticket(it: form::Ticket) -> Result<ReportedTicket, Problem> {
    let approved_by = it.approved_by.map(who).transpose();
    Ok(ReportedTicket {
        id: it.id,
        system: it.system,
        state: it.state,
        approved_by: approved_by.map_err(|error| error.within("approved_by"))?,
        approved_at: time(it.approved_at),
        source: SOURCE.into(),
        grade: grade(it.grade),
    })
}

fn tests(it: form::Tests, file: &File<'_>) -> Result<ReportedTests, Problem> {
    if it.failed.checked_add(it.skipped).is_none_or(|sum| sum > it.total) {
        return Err(Problem::new("more tests failed and were skipped than there were"));
    }
    Ok(ReportedTests {
        suite: it.suite,
        total: it.total,
        failed: it.failed,
        skipped: it.skipped,
        at: time(it.at),
        source: SOURCE.into(),
        grade: grade(it.grade),
        digest: file.digest.clone(),
        binds: result_binding(it.binds, file)?,
    })
}

fn scan(it: form::Scan, file: &File<'_>) -> Result<ReportedScan, Problem> {
    let findings = it.findings.into_iter();
    Ok(ReportedScan {
        tool: it.tool,
        kind: it.kind,
        is_complete: it.is_complete,
        findings: findings.map(|(severity, count)| (severity.name().into(), count)).collect(),
        at: time(it.at),
        source: SOURCE.into(),
        grade: grade(it.grade),
        digest: file.digest.clone(),
        binds: result_binding(it.binds, file)?,
    })
}

fn pull_request(it: form::PullRequest) -> Result<ReportedPullRequest, Problem> {
    let merged_by = it.merged_by.map(who).transpose();
    let is_id = |id: &String| {
        matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if !it.commits.iter().all(is_id) {
        return Err(Problem::new("an id of a commit is whole").within("commits"));
    }
    Ok(ReportedPullRequest {
        commits: it.commits.iter().map(|id| id.to_lowercase()).collect(),
        number: it.number,
        author: who(it.author).map_err(|error| error.within("author"))?,
        merged_by: merged_by.map_err(|error| error.within("merged_by"))?,
        merged_at: time(it.merged_at),
        last_pushed_at: time(it.last_pushed_at),
        base: it.base,
        labels: it.labels,
        grade: grade(it.grade),
    })
}

fn who(it: form::Someone) -> Result<Who, Problem> {
    match it {
        form::Someone::Email(address) if address.contains('@') => Ok(Who::Email(address)),
        form::Someone::Email(_) => Err(Problem::new("an address has an `@`")),
        form::Someone::Account(account) => match account.split_once(':') {
            Some((system, name)) if !system.is_empty() && !name.is_empty() => {
                Ok(Who::Account(system.into(), name.into()))
            }
            _ => Err(Problem::new("an account is a system and a name: `github:ann`")),
        },
        form::Someone::Id(id) if !id.is_empty() => Ok(Who::Id(id)),
        form::Someone::Id(_) => Err(Problem::new("an id is not empty")),
    }
}

/// A result that does not say what it is about is about what the caller says.
fn result_binding(binds: Option<Binding>, file: &File<'_>) -> Result<Binding, Problem> {
    binds.map_or_else(|| Ok(file.about.clone()), binding)
}

fn binding(binds: Binding) -> Result<Binding, Problem> {
    type Check = fn(&str) -> Result<String, Problem>;
    let id = |name: &str, id: Option<String>, check: Check| {
        let id = id.as_deref().map(check).transpose();
        id.map_err(|error| error.within(name).within("binds"))
    };
    Ok(Binding {
        commit: id("commit", binds.commit, object_id)?,
        tree: id("tree", binds.tree, object_id)?,
        change: id("change", binds.change, digest)?,
    })
}

fn time(at: Option<Moment>) -> Option<Time> {
    at.map(|at| at.0)
}

fn grade(grade: form::FileGrade) -> Grade {
    match grade {
        form::FileGrade::E0 => Grade::E0,
        form::FileGrade::E1 => Grade::E1,
        form::FileGrade::E2 => Grade::E2,
    }
}
