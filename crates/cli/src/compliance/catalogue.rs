use std::collections::BTreeSet;

use gitops_health_compliance::{
    Catalogue, CatalogueError, Framework, Limits, OwnPolicies, PolicyError, Settings,
};
use gitops_health_report::compliance::ComplianceOutcome;

use crate::config::keys::nearest;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::masked;

/// All rules and frameworks, with the parameters of a configuration.
pub(super) fn catalogue(settings: &Settings, own: &OwnPolicies) -> Result<Catalogue, CliError> {
    Catalogue::with_own(settings, own, Limits::default()).map_err(unfit)
}

/// The ids of the rules that do not come with the program.
pub(crate) fn own_rules(own: &OwnPolicies) -> Result<BTreeSet<String>, CliError> {
    own.rule_ids(Limits::default()).map_err(unfit)
}

fn unfit(error: CatalogueError) -> CliError {
    let what = error.to_string();
    let hint = match &error {
        CatalogueError::Parameter { .. } => {
            let hint = "`gitops-health compliance explain RULE` says what can be set".into();
            return CliError::new(Failure::Unusable { what, hint });
        }
        CatalogueError::Twice { .. } => {
            "give one of them another id, or name it in `compliance.replaces` if yours is to stand for \
             that of the program"
        }
        CatalogueError::NotReplaced { .. } => {
            "correct the id, or take it out of `compliance.replaces`; `gitops-health compliance list` \
             lists all"
        }
        CatalogueError::NoDecision { .. } => {
            "add `findings`, or `deny`, `violation` or `warn` as conftest has them"
        }
        CatalogueError::Policy(PolicyError::Syntax { .. }) => {
            "write it in Rego v1: `opa fmt --write --v0-v1` rewrites what is older"
        }
        CatalogueError::UnknownRule { .. } => "`gitops-health compliance list` lists all rules",
        _ => "mend it; `gitops-health compliance check-policy` says all that is wrong",
    };
    CliError::new(Failure::NotEvaluated { what, hint: hint.into() })
}

/// What of the program something of one's own stands for, in words.
pub(super) fn replaced(catalogue: &Catalogue) -> impl Iterator<Item = String> {
    let said = |(id, path): (&String, &String)| {
        format!("`{id}` is what {} says, and not what the program does", masked(path))
    };
    catalogue.replaced().iter().map(said)
}

/// The rules that frameworks name and those that do not come with the program, by their ids; all where neither is asked for.
pub(super) fn asked_rules<'a>(catalogue: &'a Catalogue, frameworks: &[&Framework]) -> Vec<&'a str> {
    let named: BTreeSet<&String> =
        frameworks.iter().flat_map(|it| &it.clauses).flat_map(|it| it.rules.keys()).collect();
    let rules = catalogue.rules().iter();
    let has_own = rules.clone().any(|(_, rule)| rule.own.is_some());
    let is_all = frameworks.is_empty() && !has_own;
    let asked = rules.filter(|(id, rule)| is_all || rule.own.is_some() || named.contains(id));
    asked.map(|(id, _)| id.as_str()).collect()
}

/// These names of frameworks that come with the program; one of none is an error.
pub(crate) fn known_frameworks(names: &[String]) -> Result<Vec<String>, CliError> {
    let config = gitops_health_compliance::ComplianceConfig::default();
    let settings = config.check().expect("what is set by default makes sense");
    let catalogue = catalogue(&settings, &OwnPolicies::default())?;
    Ok(frameworks(&catalogue, names)?.into_iter().map(|it| it.id.clone()).collect())
}

/// The frameworks of these names, in any case, in the order of the catalogue. A name of none is an error: what nobody asked
/// would pass.
pub(super) fn frameworks<'a>(
    catalogue: &'a Catalogue,
    names: &[String],
) -> Result<Vec<&'a Framework>, CliError> {
    let known = catalogue.frameworks();
    let is = |name: &str, id: &str| name.trim().eq_ignore_ascii_case(id);
    let is_known = |name: &str| is(name, "all") || known.keys().any(|id| is(name, id));
    if let Some(name) = names.iter().find(|name| !is_known(name)) {
        return Err(not_there("framework", name, known.keys()));
    }
    let is_asked = |id: &str| names.iter().any(|name| is(name, "all") || is(name, id));
    Ok(known.iter().filter(|(id, _)| is_asked(id)).map(|(_, framework)| framework).collect())
}

/// That a rule or a framework is not there. Nothing can be said of it, so it is no wrong use.
pub(super) fn not_there<'a>(
    kind: &str,
    name: &str,
    known: impl Iterator<Item = &'a String>,
) -> CliError {
    let hint = match nearest(name, known) {
        Some(like) => format!("did you mean `{like}`?"),
        None => "`gitops-health compliance list` lists all".into(),
    };
    let what = format!("there is no {kind} `{name}`");
    CliError::new(Failure::NotEvaluated { what, hint })
}

/// The exit code of an outcome, which is advice only where nothing was set up.
pub(super) fn exit_code(outcome: ComplianceOutcome, is_advisory: bool) -> ExitCode {
    match outcome {
        _ if is_advisory => ExitCode::Clean,
        ComplianceOutcome::Clean => ExitCode::Clean,
        ComplianceOutcome::Violations => ExitCode::Findings,
        ComplianceOutcome::NotEvaluated => ExitCode::NotEvaluated,
    }
}
