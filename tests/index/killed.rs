use super::*;

/// At how many instants an update is ended in every run of the tests.
const INSTANTS: usize = 24;
/// Sets another number.
const VARIABLE: &str = "INDEX_KILLS";

#[test]
fn an_update_that_is_killed_at_any_instant_leaves_nothing_that_is_wrong() {
    let repo = long_history(700);
    let expected = succeeds(&program(&copy_of(&repo)), SCORE).stdout;
    let program = program(&repo);
    let begun = Instant::now();
    succeeds(&program, UPDATE);
    let mut whole = begun.elapsed();
    let instants = std::env::var(VARIABLE)
        .map_or(INSTANTS, |number| number.parse().expect("a number of instants"));
    let (mut random, mut killed) = (Random::new(99), 0);
    for instant in 0..instants {
        // From nothing and from half of it.
        succeeds(&program, &["index", "clear"]);
        let is_half = instant % 3 == 2;
        if is_half {
            succeeds(&program, &["index", "update", "HEAD~350"]);
        }
        let mut child = program.command(UPDATE);
        child.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = child.spawn().expect("the program can be started");
        let share = if is_half { 1100.0 } else { 550.0 };
        let delay = whole.mul_f64(random.below(1000) as f64 / share);
        let begun = Instant::now();
        let mut has_ended = false;
        while !has_ended && begun.elapsed() < delay {
            std::thread::sleep(Duration::from_micros(200));
            has_ended = child.try_wait().expect("it can be asked").is_some();
        }
        // The machine was busy when the whole was measured.
        if has_ended {
            whole = whole.min(begun.elapsed() * if is_half { 2 } else { 1 });
        }
        killed += usize::from(!has_ended && child.try_wait().expect("it can be asked").is_none());
        let _ = child.kill();
        child.wait().expect("it ends");
        if instant % 2 == 0 {
            let status = run(&program, &["index", "status", "--format", "json"]);
            assert_eq!((status.code, status.stderr.as_str()), (Some(0), ""), "{status}");
        }
        let transcript = succeeds(&program, SCORE);
        assert_eq!(transcript.stdout, expected, "after instant {instant}, {delay:?}");
        assert!(!transcript.stderr.contains("anew"), "instant {instant}\n{transcript}");
    }
    assert!(killed * 6 > instants, "{killed} of {instants} updates were still running");
    let verified = succeeds(&program, &["index", "verify"]);
    assert!(verified.stdout.contains("no difference"), "{verified}");
}
