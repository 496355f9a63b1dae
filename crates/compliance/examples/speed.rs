//! How fast rules are evaluated: `cargo run --release -p gitops-health-compliance --example speed -- INPUT.json [TIMES [RULES]]`,
//! where INPUT.json is what `gitops-health compliance input` prints, and RULES how many rules a policy set has: how often a
//! second of the processor evaluates so many, of the dearest, of those in the middle, and of the cheapest. Memory is given as
//! in the program.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::time::{Duration, Instant};

use gitops_health_compliance::{Catalogue, ComplianceConfig};
use serde_json::Value;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which input?")?;
    let times: usize = arguments.next().map_or(Ok(1000), |text| text.parse())?;
    let rules: usize = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let input: Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let begin = Instant::now();
    let catalogue = Catalogue::built_in(&ComplianceConfig::default().check()?)?;
    println!("catalogue of {} rules: {:?}", catalogue.rules().len(), begin.elapsed());
    let mut each: Vec<Duration> = Vec::with_capacity(times);
    for _ in 0..times {
        let begin = Instant::now();
        let mut evaluation = catalogue.over(&input);
        for shipped in catalogue.rules().values() {
            std::hint::black_box(evaluation.judge(&shipped.meta.id));
        }
        each.push(begin.elapsed());
    }
    each.sort_unstable();
    println!("all rules: median {:?}, least {:?}", each[times / 2], each[0]);
    let mut slowest: Vec<(Duration, &str)> = Vec::new();
    for id in catalogue.rules().keys() {
        let mut evaluation = catalogue.over(&input);
        let begin = Instant::now();
        for _ in 0..times {
            std::hint::black_box(evaluation.judge(id));
        }
        slowest.push((begin.elapsed() / u32::try_from(times)?, id));
    }
    slowest.sort_unstable();
    for (time, id) in slowest.iter().rev().take(8) {
        println!("{time:>12?}  {id}");
    }
    let rules = rules.min(slowest.len());
    let last = slowest.len() - rules;
    for (name, first) in [("the dearest", last), ("in the middle", last / 2), ("the cheapest", 0)] {
        let ids: Vec<&str> = slowest[first..first + rules].iter().map(|(_, id)| *id).collect();
        let each = of_some(&catalogue, &ids, &input, times);
        println!("{rules} rules, {name}: {each:?} each, {:.0} a second", 1.0 / each.as_secs_f64());
    }
    Ok(())
}

/// What it takes to evaluate some rules over an input, which is put in anew each time.
fn of_some(catalogue: &Catalogue, ids: &[&str], input: &Value, times: usize) -> Duration {
    let begin = time_of_the_processor();
    for _ in 0..times {
        let mut evaluation = catalogue.over(input);
        for id in ids {
            std::hint::black_box(evaluation.judge(id));
        }
    }
    (time_of_the_processor() - begin) / u32::try_from(times).unwrap_or(u32::MAX)
}

/// How long the thread has been on a processor, as Linux counts it.
fn time_of_the_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let spent = text.split(' ').next().and_then(|it| it.parse().ok());
    Duration::from_nanos(spent.expect("Linux counts the time of threads"))
}
