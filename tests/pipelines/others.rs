//! GitLab CI, Jenkins and Azure Pipelines: the scripts of their files, in an environment as theirs.

use super::*;

const GITLAB: &str = "examples/05-in-a-pipeline/gitlab/gitops-health.yml";
const JENKINS: &str = "examples/05-in-a-pipeline/jenkins/Jenkinsfile";
const AZURE: &str = "examples/05-in-a-pipeline/azure/azure-pipelines.yml";

fn lines_of(value: &Value) -> String {
    let lines = value.as_sequence().expect("lines").iter();
    lines.map(|line| line.as_str().expect("text").to_owned() + "\n").collect()
}

#[test]
fn gitlab_fetches_the_target_and_hands_in_both_reports() {
    let template = yaml(GITLAB);
    let job = &template[".gitops-health"];
    assert_eq!(str_of(&template["gitops-health"], "extends"), ".gitops-health");
    assert_eq!(str_of(&job["variables"], "GIT_DEPTH"), "0");
    assert_eq!(str_of(&job["artifacts"], "when"), "always");
    let reports = &job["artifacts"]["reports"];
    let (quality, junit) = (str_of(reports, "codequality"), str_of(reports, "junit"));
    // GitLab runs all lines in one shell.
    let script = lines_of(&job["before_script"]) + &lines_of(&job["script"]);

    let Offered { repo, clean, leak, .. } = offered();
    for (branch, head, code, found) in [("clean", &clean, 0, 0), ("leak", &leak, 1, 1)] {
        let clone = cloned(&repo, branch, &[]);
        // Reports that a change brings are none.
        for report in [quality, junit] {
            std::fs::write(clone.path().join(report), "made up").expect("a file");
        }
        let job = Job::new(clone.path(), &[("CI", "true"), ("GITLAB_CI", "true")])
            .with("CI_MERGE_REQUEST_IID", "7")
            .with("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")
            .with("CI_COMMIT_SHA", head);
        let transcript = job.run(&script);
        assert_eq!(transcript.code, Some(code), "{transcript}");
        let issues = json(&job.file(quality).expect("a report"));
        assert_eq!(issues.as_array().map(Vec::len), Some(found), "{issues}");
        if found > 0 {
            assert_eq!(issues[0]["location"]["path"], "tests/patient.txt");
        }
        assert_eq!(failures(&job, junit), found);
    }
}

#[test]
fn gitlab_looks_at_a_push_and_leaves_no_report_of_others_where_it_can_not() {
    let template = yaml(GITLAB);
    let script = lines_of(&template[".gitops-health"]["before_script"])
        + &lines_of(&template[".gitops-health"]["script"]);
    let Offered { repo, main, .. } = offered();
    let before = repo.id("main~1");
    let clone = cloned(&repo, "main", &[]);
    let push = |directory: &Path| {
        Job::new(directory, &[("GITLAB_CI", "true"), ("CI_COMMIT_BRANCH", "main")])
            .with("CI_DEFAULT_BRANCH", "main")
            .with("CI_COMMIT_BEFORE_SHA", &before)
            .with("CI_COMMIT_SHA", &main)
    };
    let transcript = push(clone.path()).run(&script);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    let shallow = cloned(&repo, "main", &["--depth", "1"]);
    std::fs::write(shallow.path().join("gitops-health.xml"), "made up").expect("a file");
    let job = push(shallow.path());
    let transcript = job.run(&script);
    assert_eq!(transcript.code, Some(3), "{transcript}");
    assert!(transcript.stderr.contains("GIT_DEPTH: 0"), "{transcript}");
    assert_eq!(job.file("gitops-health.xml"), None);
}

/// The steps `sh '...'` of the file, in its order.
fn steps_of_jenkins() -> Vec<String> {
    let text = text(JENKINS);
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with("sh "));
    let steps = lines.map(|line| {
        let step = line.strip_prefix("sh '").and_then(|it| it.strip_suffix('\''));
        step.unwrap_or_else(|| panic!("Groovy reads what is not in single quotes: {line}"))
    });
    let steps: Vec<String> = steps.map(str::to_owned).collect();
    // A quote or a backslash in it would mean something to Groovy.
    assert!(steps.iter().all(|step| !step.contains(['\'', '\\'])), "{steps:?}");
    assert_eq!(steps.len(), 3);
    steps
}

#[test]
fn jenkins_fetches_what_a_shallow_clone_lacks_and_keeps_what_it_publishes() {
    let steps = steps_of_jenkins();
    let page = text(JENKINS);
    let Offered { repo, clean, leak, .. } = offered();
    for (branch, head, code, found) in [("clean", &clean, 0, 0), ("leak", &leak, 1, 1)] {
        for depth in [&[][..], &["--depth", "1"]] {
            let clone = cloned(&repo, branch, depth);
            let job = Job::new(clone.path(), &[("JENKINS_URL", "https://ci.example.org/")])
                .with("CHANGE_TARGET", "main")
                .with("GIT_COMMIT", head);
            let codes: Vec<_> = steps.iter().map(|step| job.run(step).code).collect();
            assert_eq!(codes, [Some(0), Some(0), Some(code)]);
            assert_eq!(failures(&job, "gitops-health.xml"), found);
            let sarif = json(&job.file("gitops-health.sarif").expect("a report"));
            assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(found));
            assert!(
                job.file("gitops-health.md").expect("a report").starts_with("## gitops-health")
            );
        }
    }
    assert!(page.contains("junit testResults: 'gitops-health.xml'"));
    for file in ["gitops-health.xml", "gitops-health.md", "gitops-health.sarif"] {
        assert!(page.contains(&format!("={file} ")) && steps[1].contains(file), "{file}");
    }
}

#[test]
fn a_branch_whose_name_is_a_command_runs_none() {
    let Offered { repo, .. } = offered();
    let name = "main;touch${IFS}evil;`touch${IFS}evil`$(touch${IFS}evil)";
    repo.git(&["branch", name, "main"]);
    let clone = cloned(&repo, "clean", &[]);
    let job = Job::new(clone.path(), &[("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_IID", "7")])
        .with("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", name)
        .with("CHANGE_TARGET", name);
    let gitlab = lines_of(&yaml(GITLAB)[".gitops-health"]["before_script"]);
    for script in [&gitlab, &steps_of_jenkins()[0]] {
        let transcript = job.run(script);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert!(job.file("evil").is_none(), "{script}");
        let fetched = job.run(
            "git rev-parse --verify \"refs/remotes/origin/$CHANGE_TARGET\" && git update-ref -d \"refs/remotes/origin/$CHANGE_TARGET\"",
        );
        assert_eq!(fetched.stdout.trim(), repo.id("main"), "{fetched}");
    }
}

/// The scripts of the steps, in their order: the first installs, the second asks.
fn scripts_of_azure() -> Vec<String> {
    let pipeline = yaml(AZURE);
    let steps = pipeline["steps"].as_sequence().expect("steps");
    assert_eq!(str_of(&steps[0], "checkout"), "self");
    assert_eq!(steps[0]["fetchDepth"].as_u64(), Some(0));
    let scripts = steps.iter().filter_map(|step| step["script"].as_str());
    let scripts: Vec<String> = scripts.map(str::to_owned).collect();
    // Azure puts the value of a variable of its own there before a shell sees it.
    assert!(scripts.iter().all(|script| !script.contains("$(")), "{scripts:?}");
    assert_eq!(scripts.len(), 2);
    let published = &steps[3]["inputs"];
    assert_eq!(str_of(published, "testResultsFiles"), "gitops-health.xml");
    assert_eq!(str_of(&steps[3], "condition"), "always()");
    scripts
}

fn of_azure(clone: &Path, temp: &Path, head: &str) -> Job {
    Job::new(clone, &[("TF_BUILD", "True"), ("BUILD_SOURCEVERSION", head)])
        .with("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main")
        .with("SYSTEM_PULLREQUEST_SOURCECOMMITID", head)
        .with("AGENT_TEMPDIRECTORY", temp.to_str().expect("UTF-8"))
}

/// The names and ends of commands of the agent, which it finds anywhere in a line.
fn commands(text: &str) -> Vec<&str> {
    text.match_indices("##vso[").map(|(at, _)| text[at..].lines().next().expect("a line")).collect()
}

#[test]
fn azure_uploads_a_summary_and_ends_as_the_check_did() {
    let scripts = scripts_of_azure();
    let Offered { repo, clean, leak, .. } = offered();
    for (branch, head, code, found) in [("clean", &clean, 0, 0), ("leak", &leak, 1, 1)] {
        // With `fetchDepth: 0` all branches are fetched.
        let clone = cloned(&repo, branch, &["--no-single-branch"]);
        let temp = tempfile::tempdir().expect("a directory");
        let job = of_azure(clone.path(), temp.path(), head);
        let install = job.run(&scripts[0]);
        assert_eq!((install.code, &*install.stdout), (Some(0), ""), "{install}");
        let transcript = job.run(&scripts[1]);
        assert_eq!(transcript.code, Some(code), "{transcript}");
        assert_eq!(failures(&job, "gitops-health.xml"), found);
        let said = commands(&transcript.stdout);
        let [summary] = said[..] else { panic!("{said:?}") };
        let summary = summary.strip_prefix("##vso[task.uploadsummary]").expect("a summary");
        let summary = std::fs::read_to_string(summary).expect("it is there");
        assert!(summary.starts_with("## gitops-health: may"), "{summary}");
    }
}

#[test]
fn azure_reads_no_command_in_a_name_and_uploads_nothing_that_is_not_of_this_run() {
    let scripts = scripts_of_azure();
    let Offered { repo, .. } = offered();
    let name = "###vso[task.setvariable variable=x]y.txt";
    repo.git(&["checkout", "-q", "-b", "names", "main"]);
    repo.write(name, format!("patient ssn: {}\n", number()));
    let head = repo.commit("Test with a patient");
    let temp = tempfile::tempdir().expect("a directory");
    let clone = cloned(&repo, "names", &["--no-single-branch"]);
    let transcript = of_azure(clone.path(), temp.path(), &head).run(&scripts[1]);
    assert_eq!(transcript.code, Some(1), "{transcript}");
    assert_eq!(commands(&transcript.stdout).len(), 1, "{transcript}");
    assert!(transcript.stdout.contains(r"##vso\[task.setvariable"), "{transcript}");

    let shallow = cloned(&repo, "names", &["--depth", "1"]);
    std::fs::write(shallow.path().join("gitops-health.md"), "made up").expect("a file");
    let transcript = of_azure(shallow.path(), temp.path(), &head).run(&scripts[1]);
    assert_eq!(transcript.code, Some(3), "{transcript}");
    assert!(transcript.to_string().contains("fetchDepth: 0"), "{transcript}");
    assert_eq!(commands(&transcript.stdout), [""; 0]);
}
