use std::collections::BTreeSet;

use gitops_health_compliance::{Catalogue, CatalogueError, Framework, Settings};

use crate::config::keys::nearest;
use crate::error::{CliError, Failure};

/// All rules and frameworks, with the parameters of a configuration.
pub(super) fn catalogue(settings: &Settings) -> Result<Catalogue, CliError> {
    Catalogue::built_in(settings).map_err(|error| {
        let hint = match &error {
            CatalogueError::Parameter { .. } => {
                "`gitops-health compliance explain RULE` says what can be set"
            }
            _ => "mend the policy; `gitops-health compliance list` needs all of them, too",
        };
        CliError::new(Failure::Unusable { what: error.to_string(), hint: hint.into() })
    })
}

/// The rules that frameworks name, by their ids; all where none is asked for.
pub(super) fn asked_rules<'a>(catalogue: &'a Catalogue, frameworks: &[&Framework]) -> Vec<&'a str> {
    let named: BTreeSet<&String> =
        frameworks.iter().flat_map(|it| &it.clauses).flat_map(|it| it.rules.keys()).collect();
    let ids = catalogue.rules().keys();
    ids.filter(|id| frameworks.is_empty() || named.contains(id)).map(String::as_str).collect()
}

/// The frameworks of these names, in the order of the catalogue.
pub(super) fn frameworks<'a>(
    catalogue: &'a Catalogue,
    names: &[String],
) -> Result<Vec<&'a Framework>, CliError> {
    let known = catalogue.frameworks();
    if let Some(name) = names.iter().find(|name| *name != "all" && !known.contains_key(*name)) {
        let hint = match nearest(name, known.keys()) {
            Some(like) => format!("did you mean `{like}`?"),
            None => "`gitops-health compliance list` lists all".into(),
        };
        let what = format!("there is no framework `{name}`");
        return Err(CliError::new(Failure::Unusable { what, hint }));
    }
    let is_asked = |id: &String| names.iter().any(|name| name == "all" || name == id);
    Ok(known.iter().filter(|(id, _)| is_asked(id)).map(|(_, framework)| framework).collect())
}
