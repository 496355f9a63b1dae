//! Which crate may depend on which.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// The crates of the workspace from the lowest layer to the highest. A crate depends on crates of
/// lower layers only.
const LAYERS: &[&[&str]] = &[
    &["git"],
    &["history"],
    &["risk", "sanitize", "signature", "bisect", "message"],
    &["compliance"],
    &["report", "audit"],
    &["cli"],
    &[""],
];

/// Crates from elsewhere and the only crates of the workspace that may name them. A `*` at the
/// end stands for any ending.
const OWNED: &[(&str, &[&str])] = &[
    ("git2", &["git"]),
    ("rusqlite", &["history"]),
    ("regorus", &["compliance"]),
    ("linfa*", &["risk"]),
    ("ring", &["signature", "testkit"]),
    ("der", &["signature"]),
    ("p521", &["signature"]),
    ("pgp", &["signature"]),
    ("clap*", &["cli"]),
    ("comfy-table", &["report"]),
    ("textwrap", &["report"]),
    ("indicatif", &["cli"]),
    ("console", &["cli"]),
];

#[test]
fn every_crate_depends_on_lower_layers_only() {
    let problems = problems(&metadata());
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn a_violation_is_named_by_its_edge() {
    let metadata: Value = serde_json::from_str(
        r#"{"packages": [
            {"name": "gitops-health-risk", "dependencies": [
                {"name": "gitops-health-report", "kind": null},
                {"name": "gitops-health-testkit", "kind": null},
                {"name": "gitops-health-git", "kind": null},
                {"name": "clap_complete", "kind": "build"}]},
            {"name": "gitops-health-report", "dependencies": [
                {"name": "gitops-health-testkit", "kind": "dev"},
                {"name": "comfy-table", "kind": null},
                {"name": "git2", "kind": "dev"}]},
            {"name": "gitops-health-new", "dependencies": []}]}"#,
    )
    .expect("JSON");
    assert_eq!(
        problems(&metadata),
        [
            "gitops-health-risk (layer 2) -> gitops-health-report (layer 4): a crate depends on lower layers only",
            "gitops-health-risk -> gitops-health-testkit: only tests may use it (dev-dependencies)",
            "gitops-health-risk -> clap_complete: only gitops-health-cli may name it",
            "gitops-health-report -> git2: only gitops-health-git may name it",
            "gitops-health-new is in no layer: give it one in this test",
        ]
    );
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo writes JSON")
}

fn problems(metadata: &Value) -> Vec<String> {
    let layers: BTreeMap<String, usize> = LAYERS
        .iter()
        .enumerate()
        .flat_map(|(layer, names)| names.iter().map(move |name| (full_name(name), layer)))
        .collect();
    let testkit = full_name("testkit");
    let mut problems = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().expect("a package has a name");
        let layer = layers.get(name);
        if layer.is_none() && name != testkit {
            problems.push(format!("{name} is in no layer: give it one in this test"));
        }
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let on = dependency["name"].as_str().expect("a dependency has a name");
            let is_dev = dependency["kind"] == "dev";
            problems.extend(problem_of_edge(name, layer, on, layers.get(on), is_dev));
        }
    }
    problems
}

fn problem_of_edge(
    from: &str,
    from_layer: Option<&usize>,
    on: &str,
    on_layer: Option<&usize>,
    is_dev: bool,
) -> Option<String> {
    let testkit = full_name("testkit");
    if let Some((_, owners)) = OWNED.iter().find(|(pattern, _)| fits(pattern, on)) {
        let owners: Vec<String> = owners.iter().map(|owner| full_name(owner)).collect();
        let allowed = owners.iter().any(|owner| owner == from) || (from == testkit && is_dev);
        return (!allowed)
            .then(|| format!("{from} -> {on}: only {} may name it", owners.join(" and ")));
    }
    if is_dev {
        return None;
    }
    if on == testkit {
        return Some(format!("{from} -> {on}: only tests may use it (dev-dependencies)"));
    }
    match (from_layer, on_layer) {
        (Some(from_layer), Some(on_layer)) if on_layer >= from_layer => Some(format!(
            "{from} (layer {from_layer}) -> {on} (layer {on_layer}): a crate depends on lower layers only"
        )),
        (None, Some(_)) if from == testkit => {
            Some(format!("{from} -> {on}: it serves the tests of all crates and knows none"))
        }
        _ => None,
    }
}

fn full_name(short: &str) -> String {
    if short.is_empty() { "gitops-health".into() } else { format!("gitops-health-{short}") }
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}
