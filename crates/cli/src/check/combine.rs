use gitops_health_compliance::{Severity, Verdict};
use gitops_health_git::Repo;
use gitops_health_report::RiskReport;
use gitops_health_report::check::{
    CHECK_SCHEMA, Check, CheckCounts, CheckFinding, CheckOutcome, CheckPart, CheckReport,
    CheckUnknown, PassedOver, RiskPart, Stage,
};
use gitops_health_report::compliance::ComplianceReport;

use super::asked::Asked;
use super::findings::{self, Fingerprints};
use super::{governance, rules};
use crate::args::{ChangeArgs, CheckArgs};
use crate::compliance::{Question, answer};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::index::{Depth, NEWEST};
use crate::look::Look;
use crate::sanitize_scan::{Outcome, scan_head};
use crate::subject::Believed;

/// What speaks against a change, asked once of everybody.
pub(super) fn change(
    context: &Context,
    args: &ChangeArgs,
    believed: &Believed,
    asked: &Asked<'_>,
) -> Result<CheckReport, CliError> {
    let names = believed.frameworks(asked.frameworks);
    let is_set_up = believed.is_set_up(names);
    let judges = asked.asks(Check::Compliance) && is_set_up;
    if asked.asks(Check::Compliance) && !is_set_up {
        believed.refuse_advice(context, args)?;
    }
    if !judges && !args.evidence.is_empty() {
        return Err(CliError::new(Failure::Unusable {
            what: "`--evidence` has no effect where no rule is asked".into(),
            hint: "set `compliance.frameworks`, or name one with --framework".into(),
        }));
    }
    let scanned = match asked.asks(Check::Sanitize) || judges {
        true => Some(believed.scanned(context)?),
        false => None,
    };
    let risk = match asked.asks(Check::Risk) || judges {
        true => Some(believed.scored_to(context, asked.depth)?),
        false => None,
    };
    let answers = match (&scanned, &risk) {
        (Some(scanned), Some((risk, is_cut))) if judges => {
            let risk = Some(risk).filter(|_| !is_cut);
            let judged = believed.judged(context, args, (scanned, risk))?;
            let question = Question {
                frameworks: names,
                is_advisory: false,
                fail_on: asked.fail_on,
                severity: Severity::Low,
                is_recorded: false,
            };
            Some(answer(context, believed, &judged, &question)?.0)
        }
        _ => None,
    };
    let mut report = empty(context, asked);
    report.target = believed.target();
    report.head = believed.change.head.map(|id| id.to_string());
    report.base = believed.change.base.map(|id| id.to_string());
    report.commits = believed.change.commits.len();
    report.trusted = believed.revision().map(|id| id.to_string());
    report.configuration = believed.loaded.in_report();
    if let Some(scanned) = scanned.filter(|_| asked.asks(Check::Sanitize)) {
        of_scan(&mut report, &scanned.look, scanned.outcome, asked);
    } else {
        report.parts.push(not_asked(Check::Sanitize, "left out"));
    }
    match &answers {
        Some(answers) => {
            let is_cut = risk.as_ref().is_some_and(|(_, is_cut)| *is_cut);
            rules::add(&mut report, answers, asked, is_cut);
        }
        None if !is_set_up && asked.asks(Check::Compliance) => {
            let how = "nothing is set up (`compliance.frameworks`, --framework); \
                       `gitops-health compliance analyze` gives advice";
            report.parts.push(not_asked(Check::Compliance, how));
        }
        None => report.parts.push(not_asked(Check::Compliance, "left out")),
    }
    match risk.filter(|_| asked.asks(Check::Risk)) {
        Some((risk, is_cut)) => {
            of_risk(&mut report, &risk, asked);
            report.notes.extend(is_cut.then(|| {
                format!(
                    "the risk is that by the newest {NEWEST} commits: the history is not indexed yet, which \
                     `gitops-health index update` does once"
                )
            }));
        }
        None => report.parts.push(not_asked(Check::Risk, "left out")),
    }
    governance::add(context, &mut report, believed, asked)?;
    Ok(finished(report))
}

/// What is found in all files of HEAD.
pub(super) fn tree(context: &Context, args: &CheckArgs) -> Result<CheckReport, CliError> {
    let repo = context.open_repo()?;
    let head = repo.resolve("HEAD")?;
    let trusted = match &args.change.policy_from {
        Some(revision) => {
            repo.refuse_ambiguous(revision)?;
            repo.resolve(revision)?
        }
        None => head,
    };
    let loaded = context.config_of_revision(&repo, Some(trusted))?;
    let asked = Asked::new(args, &loaded.config.check, Stage::Merge)?;
    let change = &args.change;
    for (is_given, flag) in [
        (!change.evidence.is_empty(), "--evidence"),
        (change.branch.is_some(), "--branch"),
        (!args.policy.is_empty(), "--policy"),
        (args.before.is_some(), "--before"),
    ] {
        if is_given {
            return Err(CliError::new(Failure::Unusable {
                what: format!("`{flag}` says nothing of a tree"),
                hint: format!("leave out `{flag}`, or name a change"),
            }));
        }
    }
    if !asked.asks(Check::Sanitize) || !args.framework.is_empty() || args.max_risk.is_some() {
        return Err(CliError::new(Failure::Unusable {
            what: "risk and rules are those of a change, and a tree is none".into(),
            hint: "name a change, such as `--base origin/main`, or ask `--all --only sanitize`"
                .into(),
        }));
    }
    let look = Look::of_tree(context, &loaded.config.sanitize, &repo, (trusted, head))?.for_much();
    let (_, outcome) = scan_head(&repo, &look)?;
    let mut report = empty(context, &asked);
    report.target = "all files of HEAD".into();
    report.head = Some(head.to_string());
    report.trusted = Some(trusted.to_string());
    report.configuration = loaded.in_report();
    of_scan(&mut report, &look, outcome, &asked);
    for check in [Check::Compliance, Check::Risk] {
        report.parts.push(not_asked(check, "a tree is no change"));
    }
    Ok(finished(report))
}

/// What is found in the message of a commit that is about to be made, by what HEAD says.
pub(crate) fn message(
    context: &Context,
    repo: &Repo,
    message: &[u8],
) -> Result<CheckReport, CliError> {
    let head = repo.head_commit()?;
    let loaded = context.config_of_revision(repo, head)?;
    let config = &loaded.config.check;
    let asked = Asked {
        checks: vec![Check::Sanitize],
        stage: Stage::Commit,
        fail_on: config.fail_on,
        severity: Severity::Low,
        max_risk: None,
        rules_changed: config.rules_changed,
        frameworks: &[],
        policies: &[],
        depth: Depth::Ready,
    };
    let look = Look::of_revision(context, &loaded.config.sanitize, repo, head)?;
    let mut outcome = Outcome::default();
    outcome.scan_text_of_message(&look, message);
    let mut report = empty(context, &asked);
    report.target = "the message".into();
    report.trusted = head.map(|id| id.to_string());
    report.configuration = loaded.in_report();
    of_scan(&mut report, &look, outcome, &asked);
    Ok(finished(report))
}

fn empty(context: &Context, asked: &Asked<'_>) -> CheckReport {
    CheckReport {
        schema: CHECK_SCHEMA.into(),
        target: String::new(),
        head: None,
        base: None,
        commits: 0,
        trusted: None,
        evaluated_at: context.now().to_string(),
        stage: asked.stage,
        fail_on: asked.fail_on,
        severity: asked.severity,
        max_risk: asked.max_risk,
        outcome: CheckOutcome::NotEvaluated,
        counts: CheckCounts::default(),
        findings: Vec::new(),
        accepted: Vec::new(),
        unknown: Vec::new(),
        later: Vec::new(),
        passed_over: Vec::new(),
        parts: Vec::new(),
        risk: None,
        compliance: None,
        notes: Vec::new(),
        configuration: Default::default(),
    }
}

/// Puts everything in its order, and decides.
fn finished(mut report: CheckReport) -> CheckReport {
    let key = |it: &CheckFinding| {
        let CheckFinding { severity, path, line, column, check, rule, commit, .. } = it.clone();
        (std::cmp::Reverse(severity), path, line, column, check, rule, commit)
    };
    report.findings.sort_by_cached_key(key);
    report.accepted.sort_by_cached_key(|it| key(&it.finding));
    let mut fingerprints = Fingerprints::default();
    report.findings.iter_mut().for_each(|it| fingerprints.mark(it));
    report.accepted.iter_mut().for_each(|it| fingerprints.mark(&mut it.finding));
    report.unknown.sort_by(|one, two| (one.check, &one.what).cmp(&(two.check, &two.what)));
    report.unknown.dedup();
    report.passed_over.sort_by(|one, two| one.path.cmp(&two.path));
    report.decide()
}

pub(super) fn not_asked(check: Check, why: &str) -> CheckPart {
    CheckPart { check, is_asked: false, words: why.to_owned() }
}

fn of_scan(report: &mut CheckReport, look: &Look, outcome: Outcome, asked: &Asked<'_>) {
    let words = findings::counted(outcome.files, "file read", "files read");
    report.parts.push(CheckPart { check: Check::Sanitize, is_asked: true, words });
    report.findings.extend(outcome.findings.iter().filter_map(|it| findings::of_scan(it, asked)));
    report.accepted.extend(outcome.accepted.iter().filter_map(|it| findings::accepted(it, asked)));
    report.notes.extend(look.acceptance.notes().iter().cloned().chain(outcome.notes));
    for skip in outcome.skipped {
        let spared = look.acceptance.spares(&skip.path);
        match (skip.is_failure, spared) {
            (true, None) => report.unknown.push(CheckUnknown {
                check: Check::Sanitize,
                what: skip.path,
                is_file: true,
                reason: skip.reason,
                remedy:
                    "Let somebody look at it, and allow it as `not-looked-at` in `sanitize.allow`."
                        .into(),
                decides: true,
            }),
            (true, Some(reason)) => report.passed_over.push(PassedOver {
                path: skip.path,
                reason: format!("{}; allowed: {}", skip.reason, look.shown_text(reason)),
            }),
            (false, _) => {
                report.passed_over.push(PassedOver { path: skip.path, reason: skip.reason });
            }
        }
    }
}

fn of_risk(report: &mut CheckReport, risk: &RiskReport, asked: &Asked<'_>) {
    let score = &risk.score;
    let mut factors: Vec<_> = score.factors.iter().filter(|it| it.points > 0).collect();
    factors.sort_by_key(|it| std::cmp::Reverse(it.points));
    let reason = |it: &gitops_health_risk::Factor| {
        format!("{} of {}: {}: {}", it.points, it.max_points, it.id.title(), it.reason())
    };
    let reasons: Vec<String> = factors.into_iter().map(reason).collect();
    let words = format!("risk {} of 100, {}", score.value, score.band);
    let is_complete = risk.is_complete();
    for skipped in risk.skipped.iter().filter(|it| it.matters) {
        report.unknown.push(CheckUnknown {
            check: Check::Risk,
            what: skipped.path.clone(),
            is_file: true,
            reason: skipped.reason.clone(),
            remedy: String::new(),
            // Where any risk may go in, half a score does no harm.
            decides: asked.max_risk.is_some(),
        });
    }
    if let Some(max) = asked.max_risk.filter(|max| score.value > u32::from(*max)) {
        report.findings.push(CheckFinding {
            check: Check::Risk,
            rule: "risk-above-limit".into(),
            severity: Severity::High,
            decides: true,
            message: format!("{words}, and at most {max} may go in; {}", reasons.join("; ")),
            remedy: "Split the change, or let somebody decide who may: --max-risk says how much is allowed."
                .into(),
            ..findings::blank()
        });
    }
    report.risk = Some(RiskPart {
        score: score.value,
        band: score.band,
        strategy: score.strategy,
        is_complete,
        reasons,
    });
    report.parts.push(CheckPart { check: Check::Risk, is_asked: true, words });
}

/// What answers say, for those who need no more.
pub(super) fn holds(answers: &ComplianceReport) -> String {
    let of = |verdict| answers.counts.of(verdict);
    let mut parts = vec![findings::counted(of(Verdict::Pass), "rule holds", "rules hold")];
    if of(Verdict::Fail) > 0 {
        parts.push(findings::counted(of(Verdict::Fail), "does not", "do not"));
    }
    parts.join(", ")
}
