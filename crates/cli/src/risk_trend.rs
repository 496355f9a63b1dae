use gitops_health_git::{ZonedTime, counted};
use gitops_health_history::{Period, Periods, Trend};
use gitops_health_report::trend::{self as report, TREND_SCHEMA, TrendReport, TrendRow};
use gitops_health_risk::{CalendarPeriod, Every, calendar_periods, fix_share};

use crate::args::{PeriodLength, TableFormat, TrendArgs};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::lookback::{Gaps, Lookback};
use crate::{index, output};

/// `risk trend`: how the work on a repository moves.
pub(crate) fn run(context: &Context, args: &TrendArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let loaded = context.config(Some(&repo))?;
    let lookback = Lookback::from(&repo, &args.commit)?;
    let end = args.until.map_or(lookback.commit.committer.time, |day| day.last);
    let calendar = calendar(args, end)?;

    let history = index::open_for(context, &repo, &loaded.config.index, &[lookback.commit.id])?;
    let count = usize::from(args.periods);
    let bounds: Vec<i64> = calendar
        .iter()
        .map(|period| period.begin)
        .chain(calendar.last().map(|period| period.end))
        .collect();
    let trend = history.trend(Periods {
        tip: lookback.commit.id,
        bounds: &bounds,
        until: args.until.map(|day| day.last.seconds),
        spans: &[count..2 * count, 0..count],
    })?;
    if trend.commits == 0 && trend.later > 0 && args.until.is_none() {
        return Err(lookback.only_later_commits());
    }
    if trend.commits == 0 {
        let when = args.until.map(|day| format!(" until {}", day.last)).unwrap_or_default();
        return Err(lookback.no_commits(&when, "`--until`", trend.is_shallow));
    }
    let both = |of: &dyn Fn(&Period) -> usize| trend.spans.iter().map(of).sum::<usize>();
    let (unread, uncounted) = (both(&|span| span.unread), both(&|span| span.uncounted));
    let gaps =
        Gaps { is_shallow: trend.is_shallow, unread, unread_mailmap: history.unread_mailmap() };
    let mut notes = about_time(args, &calendar, end, &trend);
    notes.extend(gaps.notes());
    if uncounted > 0 {
        notes.push(format!(
            "Lines are missing in the numbers: {} files that are not here or too large to be \
             counted, {} of them in the time before.",
            counted(uncounted, "commit changed", "commits changed"),
            trend.spans[1].uncounted
        ));
    }
    let report = assemble(args, lookback, &calendar, &trend, notes);

    let text = match args.format {
        TableFormat::Text => report::text(&report, context.style()),
        TableFormat::Json => report::json(&report),
        TableFormat::Csv => report::csv(&report),
        TableFormat::Markdown => report::markdown(&report),
        TableFormat::Html => report::html(&report),
    };
    output::write(context, &text)?;
    Ok(if report.is_complete() { ExitCode::Clean } else { ExitCode::NotEvaluated })
}

fn every(args: &TrendArgs) -> Every {
    match args.by {
        PeriodLength::Week => Every::Week,
        PeriodLength::Month => Every::Month,
    }
}

/// The periods to be shown and as many before them.
fn calendar(args: &TrendArgs, end: ZonedTime) -> Result<Vec<CalendarPeriod>, CliError> {
    let periods = calendar_periods(every(args), end.seconds, 2 * usize::from(args.periods));
    periods.ok_or_else(|| {
        CliError::new(Failure::NothingToReport {
            what: format!("no calendar has so many periods up to {end}"),
            hint: "name another time with `--until`, or fewer with `--periods`".into(),
            is_cut: false,
        })
    })
}

fn about_time(
    args: &TrendArgs,
    calendar: &[CalendarPeriod],
    end: ZonedTime,
    trend: &Trend,
) -> Vec<String> {
    let mut notes = Vec::new();
    let last_day = ZonedTime { offset_minutes: 0, ..end }.date();
    if let Some(last) = calendar.last()
        && last.last_day != last_day
    {
        notes.push(format!("{} is not whole: it ends with {last_day}.", last.name));
    }
    if trend.later > 0 && args.until.is_none() {
        notes.push(format!(
            "{} not counted: by the committer's clock later than {}.",
            counted(trend.later, "commit is", "commits are"),
            last_day
        ));
    }
    notes
}

fn assemble(
    args: &TrendArgs,
    lookback: Lookback,
    calendar: &[CalendarPeriod],
    trend: &Trend,
    notes: Vec<String>,
) -> TrendReport {
    let (before, shown) = calendar.split_at(usize::from(args.periods));
    let counted = trend.periods[before.len()..].iter();
    let rows =
        shown.iter().zip(counted).map(|(period, counts)| row(std::slice::from_ref(period), counts));
    TrendReport {
        schema: TREND_SCHEMA.into(),
        target: lookback.tip,
        by: every(args),
        until: args.until.map(|day| day.last.to_string()),
        periods: rows.collect(),
        total: row(shown, &trend.spans[0]),
        before: row(before, &trend.spans[1]),
        shallow: trend.is_shallow,
        notes,
    }
}

/// Neighbouring periods as one row.
fn row(periods: &[CalendarPeriod], counts: &Period) -> TrendRow {
    let (first, last) = (&periods[0], &periods[periods.len() - 1]);
    let period = match periods.len() {
        1 => first.name.clone(),
        _ => format!("{} to {}", first.name, last.name),
    };
    let churn = (counts.added + counts.deleted) as f64 / counts.commits.max(1) as f64;
    TrendRow {
        period,
        first_day: ZonedTime { seconds: first.begin, offset_minutes: 0 }.date(),
        last_day: last.last_day.clone(),
        commits: counts.commits,
        authors: counts.authors,
        files: counts.files,
        added: counts.added,
        deleted: counts.deleted,
        churn_per_commit: (10.0 * churn).round() / 10.0,
        fixes: counts.fixes,
        reverts: counts.reverts,
        fix_share: fix_share(counts.fixes, counts.reverts, counts.commits),
        unread_commits: counts.unread,
        uncounted_commits: counts.uncounted,
    }
}
