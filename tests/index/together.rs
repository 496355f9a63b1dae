use super::*;

#[test]
fn eight_at_once_from_several_worktrees_do_not_disturb_each_other() {
    let repo = long_history(400);
    let mut places = vec![(repo.path().to_owned(), String::new())];
    for (name, revision) in [("one", "HEAD~3"), ("two", "HEAD~100")] {
        let place = repo.path().join(name);
        let path = place.to_string_lossy().into_owned();
        repo.git(&["worktree", "add", "--quiet", "--detach", &path, revision]);
        places.push((place, String::new()));
    }
    for (place, expected) in &mut places {
        // A clone that nobody else uses.
        let copy = copy_of(&repo);
        let head = Command::new("git").args(["rev-parse", "HEAD"]).current_dir(place).output();
        let head = String::from_utf8(head.expect("git runs").stdout).expect("an id");
        copy.git(&["checkout", "--quiet", "--detach", head.trim()]);
        *expected = succeeds(&program(&copy), SCORE).stdout;
    }
    assert_ne!(places[0].1, places[2].1);
    for round in 0..4 {
        // From nothing, from half of it, when all is there, and where somebody takes it away.
        let first = program(&repo);
        match round {
            0 => {}
            1 => {
                succeeds(&first, &["index", "clear"]);
                succeeds(&first, &["index", "update", "HEAD~200"]);
            }
            _ => {}
        }
        let asked: [(usize, &[&str]); 8] = [
            (0, SCORE),
            (1, UPDATE),
            (2, SCORE),
            (0, &["index", "status"]),
            (1, SCORE),
            (2, UPDATE),
            (0, if round == 3 { &["index", "clear"] } else { UPDATE }),
            (2, &["index", "status", "--format", "json"]),
        ];
        let programs =
            asked.map(|(place, arguments)| (place, program_in(&places[place].0), arguments));
        let transcripts: Vec<_> = std::thread::scope(|scope| {
            let begun = programs.iter().map(|(place, program, arguments)| {
                (*place, *arguments, scope.spawn(|| run(program, arguments)))
            });
            let begun: Vec<_> = begun.collect();
            begun
                .into_iter()
                .map(|(place, arguments, run)| (place, arguments, run.join().expect("it ends")))
                .collect()
        });
        for (place, arguments, transcript) in transcripts {
            assert_eq!(transcript.code, Some(0), "round {round}: {transcript}");
            assert_eq!(transcript.stderr, "", "round {round}: {transcript}");
            if arguments == SCORE {
                assert_eq!(transcript.stdout, places[place].1, "round {round}");
            }
        }
    }
    succeeds(&program(&repo), UPDATE);
    let verified = succeeds(&program(&repo), &["index", "verify", "--all"]);
    assert!(verified.stdout.contains("no difference"), "{verified}");
}
