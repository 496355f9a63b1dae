//! How a release is made, as far as it can be done without building one.

use super::*;

const RELEASE: &str = ".github/workflows/release.yml";

/// The script of a step by its name.
fn script(workflow: &Value, job: &str, name: &str) -> String {
    let steps = workflow["jobs"][job]["steps"].as_sequence().expect("steps");
    let step = steps.iter().find(|step| step["name"].as_str() == Some(name));
    str_of(step.unwrap_or_else(|| panic!("no step {name}")), "run").to_owned()
}

#[test]
fn only_the_tag_of_the_version_is_released() {
    let script = script(&yaml(RELEASE), "build", "The tag is the version");
    for (tag, code) in [(concat!("v", env!("CARGO_PKG_VERSION")), 0), ("v0.0.0", 1), ("v", 1)] {
        let transcript = Job::new(root(), &[("GITHUB_REF_NAME", tag)]).run(&script);
        assert_eq!(transcript.code, Some(code), "{tag}: {transcript}");
    }
}

#[test]
fn an_archive_has_program_licences_and_what_it_is_made_of_and_all_of_it_is_checked() {
    let workflow = yaml(RELEASE);
    let place = tempfile::tempdir().expect("a directory");
    let at = |path: &str| place.path().join(path);
    let job = Job::new(place.path(), &[("GITHUB_REF_NAME", "v1.2.3")]);
    for target in ["x86_64-unknown-linux-musl", "aarch64-apple-darwin"] {
        let built = at(&format!("target/{target}/release"));
        std::fs::create_dir_all(&built).expect("a directory");
        std::fs::write(built.join("gitops-health"), "a program").expect("a file");
        std::fs::write(at("gitops-health_bin.cdx.json"), "{}").expect("a file");
        for file in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            std::fs::copy(root().join(file), at(file)).expect("it is there");
        }
        let job = Job::new(place.path(), &[("GITHUB_REF_NAME", "v1.2.3"), ("TARGET", target)]);
        let transcript = job.run(&script(&workflow, "build", "Pack"));
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert!(at(&format!("dist/gitops-health-v1.2.3-{target}.cdx.json")).is_file());
        let list = job.run(&format!("tar tzf dist/gitops-health-v1.2.3-{target}.tar.gz | sort"));
        let name = format!("gitops-health-v1.2.3-{target}/");
        let wanted =
            ["", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "gitops-health"];
        let wanted = wanted.map(|file| format!("{name}{file}\n")).concat();
        let mut files: Vec<&str> = list.stdout.split_inclusive('\n').collect();
        files.sort_unstable();
        assert_eq!(files.concat(), wanted);
    }
    let sums = job.run(&script(&workflow, "attest", "Checksums"));
    assert_eq!(sums.code, Some(0), "{sums}");
    // As it is downloaded again.
    std::fs::rename(at("SHA256SUMS"), at("dist/SHA256SUMS")).unwrap_or_default();
    let checked = || {
        let name = "All that was attested is here, and nothing else";
        job.run(&script(&workflow, "publish", name))
    };
    let transcript = checked();
    assert_eq!(transcript.code, Some(0), "{transcript}");
    std::fs::write(at("dist/more"), "x").expect("a file");
    assert_eq!(checked().code, Some(1));
    std::fs::remove_file(at("dist/more")).expect("it is there");
    let changed = at("dist/gitops-health-v1.2.3-aarch64-apple-darwin.cdx.json");
    std::fs::write(changed, "{ }").expect("a file");
    assert_eq!(checked().code, Some(1));
}

#[test]
fn the_image_and_the_release_are_built_by_the_same_rust_which_is_new_enough() {
    let image = text("Dockerfile");
    let from = image.lines().find_map(|line| line.strip_prefix("FROM rust:")).expect("an image");
    let (version, _) = from.split_once('-').expect("a version and a system");
    assert_eq!(version, str_of(&yaml(RELEASE)["env"], "RUST"));
    let parts = |version: &str| -> Vec<u32> {
        version.split('.').map(|part| part.parse().expect("a number")).collect()
    };
    assert!(parts(version) >= parts(env!("CARGO_PKG_RUST_VERSION")), "{version}");
    assert!(image.contains("\nUSER 65532:65532\n"));
}

#[test]
fn the_builder_of_the_image_gets_all_that_the_program_is_built_from() {
    let ignored = text(".dockerignore");
    let sent: Vec<&str> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert!(ignored.lines().any(|line| line == "*"), "all else stays here");
    for file in &sent {
        assert!(root().join(file).exists(), "{file}");
    }
    // What the manifest of the workspace names, and what build scripts read.
    for file in ["Cargo.toml", "Cargo.lock", "crates", "policies"] {
        assert!(sent.contains(&file), "{file}");
    }
    for file in included(&root().join("crates")) {
        let first = file.components().next().expect("a path").as_os_str();
        assert!(sent.iter().any(|it| first == *it), "{} is built in", file.display());
    }
    for line in text("Dockerfile").lines().filter(|line| line.starts_with("COPY ")) {
        let words: Vec<&str> = line.split(' ').filter(|word| !word.starts_with("--")).collect();
        for word in &words[1..words.len() - 1] {
            assert!(*word == "." || word.starts_with('/') || sent.contains(word), "{word}");
        }
    }
}

/// The files that are built into the program from elsewhere than beside the source that names them. Tests are not built.
fn included(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("it can be read").path();
        if path.ends_with("tests") {
            continue;
        }
        if path.is_dir() {
            found.extend(included(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            let source = std::fs::read_to_string(&path).expect("UTF-8");
            for begin in ["include_str!(\"../", "include_bytes!(\"../"] {
                for (at, _) in source.match_indices(begin) {
                    let name = source[at..].split('"').nth(1).expect("a name");
                    let file = path.with_file_name("").join(name).canonicalize().expect(name);
                    found.push(file.strip_prefix(root()).expect("it is ours").to_owned());
                }
            }
        }
    }
    found
}
