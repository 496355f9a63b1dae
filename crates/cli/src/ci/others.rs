use super::{Asked, Environment, Told, names_of};

pub(super) const GITLAB: &str = "GitLab CI";
pub(super) const AZURE: &str = "Azure Pipelines";
pub(super) const BITBUCKET: &str = "Bitbucket Pipelines";
const BUILDKITE: &str = "Buildkite";
const JENKINS: &str = "Jenkins";

/// GitLab, "Predefined CI/CD variables". The end of the target branch comes before the merge base, which whoever makes
/// the change chooses.
pub(super) fn gitlab(environment: &Environment<'_>) -> Option<Told> {
    if !environment.is("GITLAB_CI", "true") {
        return None;
    }
    let head = environment.id("CI_COMMIT_SHA").unwrap_or_else(|| "HEAD".into());
    let target = environment.branch("CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
    if environment.get("CI_MERGE_REQUEST_IID").is_some() {
        let base = environment.id("CI_MERGE_REQUEST_TARGET_BRANCH_SHA");
        let named = target.as_deref().map(names_of).unwrap_or_default();
        let head = environment.id("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").unwrap_or(head);
        let change = Asked::Request { base: base.into_iter().chain(named).collect(), head };
        return Some(Told { system: GITLAB, change, branch: target });
    }
    let before = environment.id("CI_COMMIT_BEFORE_SHA");
    // It is zeros for pipelines that somebody starts or a clock does, too.
    let is_new = before.is_none() && environment.is("CI_PIPELINE_SOURCE", "push");
    let default = environment.branch("CI_DEFAULT_BRANCH");
    let change = Asked::Push { before, after: head, default, is_new };
    Some(Told { system: GITLAB, change, branch: environment.branch("CI_COMMIT_BRANCH") })
}

/// Microsoft, "Predefined variables". Of a push only its end is told.
pub(super) fn azure(environment: &Environment<'_>) -> Option<Told> {
    if !environment.is("TF_BUILD", "true") {
        return None;
    }
    let after = environment.id("BUILD_SOURCEVERSION").unwrap_or_else(|| "HEAD".into());
    if let Some(target) = environment.branch("SYSTEM_PULLREQUEST_TARGETBRANCH") {
        let head = environment.id("SYSTEM_PULLREQUEST_SOURCECOMMITID").unwrap_or(after);
        let change = Asked::Request { base: names_of(&target), head };
        return Some(Told { system: AZURE, change, branch: Some(target) });
    }
    Some(untold(AZURE, after, environment.branch("BUILD_SOURCEBRANCH")))
}

/// Atlassian, "Variables and secrets". Of a push only its end is told.
pub(super) fn bitbucket(environment: &Environment<'_>) -> Option<Told> {
    environment.get("BITBUCKET_BUILD_NUMBER")?;
    let head = environment.id("BITBUCKET_COMMIT").unwrap_or_else(|| "HEAD".into());
    if let Some(target) = environment.branch("BITBUCKET_PR_DESTINATION_BRANCH") {
        let change = Asked::Request { base: names_of(&target), head };
        return Some(Told { system: BITBUCKET, change, branch: Some(target) });
    }
    Some(untold(BITBUCKET, head, environment.branch("BITBUCKET_BRANCH")))
}

/// Buildkite, "Environment variables". Of a push only its end is told.
pub(super) fn buildkite(environment: &Environment<'_>) -> Option<Told> {
    if !environment.is("BUILDKITE", "true") {
        return None;
    }
    // It may be `HEAD`.
    let head = environment.id("BUILDKITE_COMMIT").unwrap_or_else(|| "HEAD".into());
    let is_request = environment.get("BUILDKITE_PULL_REQUEST").is_some_and(|it| it != "false");
    match environment.branch("BUILDKITE_PULL_REQUEST_BASE_BRANCH").filter(|_| is_request) {
        Some(target) => {
            let change = Asked::Request { base: names_of(&target), head };
            Some(Told { system: BUILDKITE, change, branch: Some(target) })
        }
        None => {
            let branch = environment.branch("BUILDKITE_BRANCH");
            let default = environment.branch("BUILDKITE_PIPELINE_DEFAULT_BRANCH");
            let change = Asked::Push { before: None, after: head, default, is_new: false };
            Some(Told { system: BUILDKITE, change, branch })
        }
    }
}

/// Jenkins, "Pipeline: Multibranch" (`CHANGE_TARGET`) and the Git plugin. Where a branch was when a build of it last
/// succeeded is told, which is all that is new.
pub(super) fn jenkins(environment: &Environment<'_>) -> Option<Told> {
    environment.get("JENKINS_URL").or_else(|| environment.get("JENKINS_HOME"))?;
    let head = environment.id("GIT_COMMIT").unwrap_or_else(|| "HEAD".into());
    if let Some(target) = environment.branch("CHANGE_TARGET") {
        // A pull request may have been merged for the build.
        let change = Asked::Request { base: names_of(&target), head: "HEAD".into() };
        return Some(Told { system: JENKINS, change, branch: Some(target) });
    }
    // What failed the last build is new as long as none has let it pass.
    let before = environment.id("GIT_PREVIOUS_SUCCESSFUL_COMMIT");
    let branch = environment.branch("BRANCH_NAME").or_else(|| {
        environment.branch("GIT_BRANCH").map(|it| it.trim_start_matches("origin/").to_owned())
    });
    let change = Asked::Push { before, after: head, default: None, is_new: false };
    Some(Told { system: JENKINS, change, branch })
}

fn untold(system: &'static str, after: String, branch: Option<String>) -> Told {
    let change = Asked::Push { before: None, after, default: None, is_new: false };
    Told { system, change, branch }
}
