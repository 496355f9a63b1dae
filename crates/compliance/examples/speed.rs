//! How fast rules are evaluated: `cargo run --release -p gitops-health-compliance --example speed -- INPUT.json [TIMES]`,
//! where INPUT.json is what `gitops-health compliance input` prints.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::time::{Duration, Instant};

use gitops_health_compliance::{Catalogue, ComplianceConfig};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which input?")?;
    let times: usize = arguments.next().map_or(Ok(1000), |text| text.parse())?;
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
    Ok(())
}
