//! `compliance`: does a change keep the rules?

mod analyze;
mod catalogue;
mod check_policy;
mod configured;
mod explain;
mod first_parents;
mod history;
mod list;
mod new_policy;
mod own;
mod people;
mod policies;
mod record;
mod replay;
mod roster;
mod test;
mod watch;

use gitops_health_compliance::input::Input;

use crate::args::{AnalyzeArgs, InputArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::output;
use crate::subject::Believed;

pub(crate) use analyze::{Question, answer};
pub(crate) use catalogue::{known_frameworks, own_rules};
pub(crate) use check_policy::run as check_policy;
pub(crate) use explain::run as explain;
pub(crate) use list::run as list;
pub(crate) use new_policy::run as new_policy;
pub(crate) use own::Own;
pub(crate) use replay::run as replay;
pub(crate) use roster::run as roster;
pub(crate) use test::run as test;

/// `compliance analyze`: a change, or each commit of a history.
pub(crate) fn analyze(context: &Context, args: &AnalyzeArgs) -> Result<ExitCode, CliError> {
    match args.history {
        true => history::run(context, args),
        false => analyze::run(context, args),
    }
}

/// `compliance input`: what rules see.
pub(crate) fn input(context: &Context, args: &InputArgs) -> Result<ExitCode, CliError> {
    let text = if args.schema {
        gitops_health_report::pretty(&gitops_health_compliance::input::schema())
    } else {
        let believed = Believed::read(context, &args.change, &[])?;
        let (scanned, risk) = (believed.scanned(context)?, believed.scored(context)?);
        let judged = believed.judged(context, &args.change, (&scanned, Some(&risk)))?;
        gitops_health_report::pretty(&Input::to_value(&judged.input))
    };
    output::write(context, &text)?;
    Ok(ExitCode::Clean)
}
