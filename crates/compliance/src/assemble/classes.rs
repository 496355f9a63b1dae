//! What files are besides their kind, by their paths.

use gitops_health_git::FileChange;

use crate::config::{ComplianceConfig, Settings};
use crate::input::Class;
use crate::own;
use crate::signal::{SOURCE, may_migrate};

/// Where each class is: whole paths, directories (with `/` at the end) and names of files, in small letters; a name with
/// a `*` in front is an ending.
const BUILT_IN: &[(&str, &[&str])] = &[
    (
        "ci",
        &[
            ".github/workflows/",
            ".github/actions/",
            ".gitlab-ci.yml",
            ".gitlab/ci/",
            "jenkinsfile",
            "azure-pipelines.yml",
            ".circleci/",
            ".travis.yml",
            ".buildkite/",
            "bitbucket-pipelines.yml",
            ".drone.yml",
            ".woodpecker.yml",
            "cloudbuild.yaml",
            "buildspec.yml",
            ".tekton/",
            ".forgejo/",
            ".gitea/",
            "action.yml",
            "action.yaml",
            ".github/scripts/",
            ".github/dependabot.yml",
            ".github/dependabot.yaml",
            "renovate.json",
            "renovate.json5",
            ".renovaterc",
            ".renovaterc.json",
        ],
    ),
    (
        "governance",
        &[
            ".gitops-health.yaml",
            ".gitops-health/",
            // The directory may be a submodule.
            ".gitops-health",
            ".gitops-health-baseline.jsonl",
            "codeowners",
            ".mailmap",
            ".gitattributes",
            ".pre-commit-config.yaml",
            ".pre-commit-hooks.yaml",
            ".github/settings.yml",
            ".github/rulesets/",
            ".husky/",
            ".githooks/",
            "lefthook.yml",
            "lefthook.yaml",
            ".lefthook.yml",
            ".lefthook.yaml",
            // What scanners look for, and what they pass over.
            ".gitleaks.toml",
            ".gitleaksignore",
            ".trivyignore",
            ".trivyignore.yaml",
            ".semgrepignore",
            ".snyk",
            ".secrets.baseline",
        ],
    ),
    (
        "manifest",
        &[
            "cargo.toml",
            "package.json",
            "pyproject.toml",
            "requirements.txt",
            "pipfile",
            "setup.py",
            "setup.cfg",
            "go.mod",
            "pom.xml",
            "build.gradle",
            "build.gradle.kts",
            "dependencies.gradle",
            "versions.gradle",
            "settings.gradle",
            "settings.gradle.kts",
            "*.versions.toml",
            "gradle-wrapper.properties",
            "gemfile",
            "composer.json",
            "*.csproj",
            "*.fsproj",
            "packages.config",
            "podfile",
            "mix.exs",
            "package.swift",
            ".npmrc",
            ".yarnrc",
            ".yarnrc.yml",
            "pip.conf",
            "nuget.config",
            ".cargo/config.toml",
        ],
    ),
    (
        "lock",
        &[
            "cargo.lock",
            "package-lock.json",
            "npm-shrinkwrap.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "poetry.lock",
            "uv.lock",
            "pipfile.lock",
            "go.sum",
            "gemfile.lock",
            "composer.lock",
            "packages.lock.json",
            "podfile.lock",
            "mix.lock",
            "gradle.lockfile",
            "package.resolved",
        ],
    ),
    (
        "infrastructure",
        &[
            "*.tf",
            "*.tfvars",
            "*.bicep",
            "dockerfile",
            "containerfile",
            "docker-compose.yml",
            "docker-compose.yaml",
            "compose.yaml",
            "compose.yml",
            "helmfile.yaml",
            "chart.yaml",
            "kustomization.yaml",
            "*.tftpl",
            "*.hcl",
            "helmfile.yml",
            "kustomization.yml",
            "pulumi.yaml",
            "pulumi.yml",
            "ansible.cfg",
            "playbook.yml",
            "playbook.yaml",
            "vagrantfile",
        ],
    ),
    (
        "migration",
        &["migrations/", "migration/", "db/migrate/", "alembic/", "liquibase/", "flyway/"],
    ),
    (
        "executable-content",
        &[
            "*.exe", "*.dll", "*.so", "*.dylib", "*.jar", "*.war", "*.ear", "*.aar", "*.class",
            "*.pyc", "*.pyd", "*.o", "*.a", "*.lib", "*.ko", "*.sys", "*.scr", "*.com", "*.msi",
            "*.msix", "*.wasm", "*.node", "*.apk", "*.dex", "*.whl", "*.egg", "*.gem", "*.nupkg",
            "*.deb", "*.rpm", "*.dmg",
        ],
    ),
    ("submodules", &[".gitmodules"]),
];

/// Directories of declarations: what is in them is infrastructure, if it is no program.
const DECLARED_IN: &[&str] = &[
    "terraform",
    "ansible",
    "k8s",
    "kubernetes",
    "helm",
    "charts",
    "kustomize",
    "manifests",
    "playbooks",
    "group_vars",
    "host_vars",
];

/// What declares something, or is a part of what does. Programs are called by their subject, too.
const DECLARES: &[&str] = &[
    "yml",
    "yaml",
    "json",
    "jsonnet",
    "libsonnet",
    "tf",
    "tfvars",
    "hcl",
    "tpl",
    "tftpl",
    "j2",
    "jinja",
    "jinja2",
    "gotmpl",
    "tmpl",
    "cfg",
    "ini",
    "conf",
    "env",
    "properties",
    "toml",
    "sh",
    "cue",
    "dhall",
];

/// Parts of roles of Ansible.
const PARTS_OF_ROLES: &[&str] =
    &["tasks", "handlers", "vars", "defaults", "meta", "templates", "files"];

/// Whether a file declares infrastructure by its directory and what kind of file it is.
fn is_declared(path: &str) -> bool {
    let Some((directory, name)) = path.rsplit_once('/') else { return false };
    let parts: Vec<&str> = directory.split('/').collect();
    let source = parts.iter().position(|part| SOURCE.contains(part)).unwrap_or(parts.len());
    let above = &parts[..source];
    let in_role = above
        .windows(3)
        .any(|three| matches!(three, ["roles", _, part] if PARTS_OF_ROLES.contains(part)));
    // Inventories have no extension.
    let declares = match name.rsplit_once('.') {
        Some((_, extension)) => DECLARES.contains(&extension),
        None => true,
    };
    in_role || declares && above.iter().any(|part| DECLARED_IN.contains(part))
}

/// Whether a `setup.py` is that of a package, and no module that is called so: programs of a package are below its source.
fn is_of_package(path: &str) -> bool {
    let Some((directory, "setup.py")) = path.rsplit_once('/') else { return true };
    let mut parts = directory.split('/');
    // `lib/python/setup.py` is one: what is right below the source is no package yet.
    parts.by_ref().any(|part| SOURCE.contains(&part));
    parts.count() < 2
}

/// The classes of a file, sorted: what comes with the program, and what the configuration adds.
pub(super) fn of(file: &FileChange, kind: &str, settings: &Settings) -> Vec<Class> {
    let mut classes = Vec::new();
    for path in [Some(&file.path), file.old_path.as_ref()].into_iter().flatten() {
        let lower = String::from_utf8_lossy(path.as_bytes()).to_lowercase();
        classes.extend(built_in(&lower));
        let configured = &settings.classes;
        let named =
            configured.iter().filter(|(_, patterns)| patterns.iter().any(|it| it.matches(path)));
        classes.extend(named.map(|(name, _)| Class(name.clone())));
        if is_own(path.as_bytes(), settings.config()) {
            classes.push(Class("governance".into()));
        }
    }
    // What tests and documents have there runs nowhere.
    let is_shown = is_of_support(&String::from_utf8_lossy(file.path.as_bytes()).to_lowercase());
    let runs = !matches!(kind, "test" | "documentation" | "vendored");
    classes.retain(|class| match &*class.0 {
        "infrastructure" | "migration" => runs && !is_shown,
        "manifest" | "lock" => runs,
        _ => true,
    });
    classes.sort();
    classes.dedup();
    classes
}

/// Whether a changed file says by what changes are judged: configuration, roster, waivers, keys, owners, policies and the
/// like, wherever the configuration says that they are.
pub fn is_governance(file: &FileChange, settings: &Settings) -> bool {
    of(file, "configuration", settings).contains(&Class("governance".into()))
}

/// Whether a changed file says what a pipeline does.
pub fn is_pipeline(file: &FileChange, settings: &Settings) -> bool {
    of(file, "configuration", settings).contains(&Class("ci".into()))
}

/// Whether a file is one with which tests are made or something is shown, so that it runs nowhere else. What it fetches
/// is run by those who work on it all the same.
fn is_of_support(path: &str) -> bool {
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    directory.split('/').any(|part| {
        matches!(part, "example" | "examples" | "test-utils" | "test-support")
            || part.ends_with("-test-support")
            || part.ends_with("-examples")
    })
}

/// Whether rules read it, wherever the configuration says that it is.
fn is_own(path: &[u8], config: &ComplianceConfig) -> bool {
    let own = [
        &config.roster,
        &config.waivers,
        &config.allowed_signers,
        &config.revoked_keys,
        &config.openpgp_keys,
        &config.x509_certificates,
    ];
    let is_named = own.iter().any(|own| own.as_bytes() == path);
    // A name that is no text is none of a policy.
    let is_policy = |named: &String| str::from_utf8(path).is_ok_and(|it| own::is_read(it, named));
    is_named || config.policies.iter().any(is_policy)
}

/// Whether a file in a directory of migrations may be one of a database.
fn migrates(path: &str) -> bool {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    may_migrate(directory, name, name.rsplit_once('.').map_or("", |(_, extension)| extension))
}

/// Whether bytes begin as programs do that machines run: ELF, those of Windows and macOS, WebAssembly, Java.
pub(super) fn is_program(bytes: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 9] = [
        b"\x7fELF",
        b"MZ",
        b"\0asm",
        b"\xca\xfe\xba\xbe",
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"dex\n",
    ];
    BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning))
}

fn built_in(path: &str) -> impl Iterator<Item = Class> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_at = move |place: &str| match place.strip_prefix('*') {
        Some(end) => name.len() > end.len() && name.ends_with(end),
        None if place.ends_with('/') => {
            path.starts_with(place) || path.contains(&format!("/{place}"))
        }
        None if place.contains('/') => path == place,
        None => {
            name == place
                || place == "dockerfile"
                    && (name.starts_with("dockerfile.") || name.ends_with(".dockerfile"))
        }
    };
    let found = BUILT_IN.iter().filter(move |(_, places)| places.iter().any(|it| is_at(it)));
    let found = found.filter(move |(name, _)| *name != "manifest" || is_of_package(path));
    let found = found.filter(move |(name, _)| *name != "migration" || migrates(path));
    let found = found.map(|(name, _)| *name);
    let declared = is_declared(path).then_some("infrastructure");
    let mut classes: Vec<&str> = found.chain(declared).collect();
    classes.dedup();
    classes.into_iter().map(|name| Class(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rules_read_is_governance_wherever_it_is() {
        let config = ComplianceConfig {
            roster: "ops/people.yaml".into(),
            policies: vec!["rules".into(), "more/".into(), "one.rego".into()],
            ..ComplianceConfig::default()
        };
        for (path, expected) in [
            ("rules/a.rego", true),
            ("rules/frameworks/x.yaml", true),
            ("rules", true),
            ("more/b.rego", true),
            ("one.rego", true),
            ("one.rego.md", false),
            ("rules2/a.rego", false),
            ("rules/README.md", false),
            ("more", true),
            ("src/rules/a.rego", false),
            ("ops/people.yaml", true),
            (".gitops-health/waivers.yaml", true),
            (".gitops-health/roster.yaml", false),
            ("ops/people.yaml.md", false),
        ] {
            assert_eq!(is_own(path.as_bytes(), &config), expected, "{path}");
        }
    }

    #[test]
    fn where_policies_are_at_the_top_other_files_are_no_governance() {
        let config = ComplianceConfig { policies: vec![".".into()], ..ComplianceConfig::default() };
        for (path, expected) in [("a/b.rego", true), ("frameworks/x.yml", true), ("a.py", false)] {
            assert_eq!(is_own(path.as_bytes(), &config), expected, "{path}");
        }
    }

    #[test]
    fn what_supports_tests_runs_nowhere_else() {
        for (path, expected) in [
            ("crates/cargo-test-support/containers/sshd/dockerfile", true),
            ("docker/examples/compose.yml", true),
            ("kafka-examples/dockerfile", true),
            ("example/dockerfile", true),
            ("test-utils/dockerfile", true),
            ("test-support/dockerfile", true),
            ("support/examples", false),
            ("deploy/demo/main.tf", false),
        ] {
            assert_eq!(is_of_support(path), expected, "{path}");
        }
    }

    #[test]
    fn programs_are_known_by_how_they_begin() {
        for bytes in [
            &b"\x7fELF\x02"[..],
            b"MZ\x90",
            b"\0asm\x01",
            b"\xca\xfe\xba\xbe",
            b"\xcf\xfa\xed\xfe\x07",
        ] {
            assert!(is_program(bytes), "{bytes:?}");
        }
        for bytes in [&b""[..], b"\x7fEL", b"\x89PNG", b"M"] {
            assert!(!is_program(bytes), "{bytes:?}");
        }
    }

    #[test]
    fn paths_have_classes() {
        for (path, expected) in [
            (".github/workflows/ci.yml", &["ci"][..]),
            ("docs/codeowners", &["governance"]),
            (".gitops-health", &["governance"]),
            (".husky/pre-commit", &["governance"]),
            (".gitleaks.toml", &["governance"]),
            ("web/.semgrepignore", &["governance"]),
            (".forgejo/workflows/ci.yml", &["ci"]),
            (".gitea/workflows/ci.yml", &["ci"]),
            ("setup/action.yml", &["ci"]),
            (".github/dependabot.yml", &["ci"]),
            ("src/action.ts", &[]),
            (".gitops-health/roster.yaml", &["governance"]),
            ("web/package.json", &["manifest"]),
            ("web/package-lock.json", &["lock"]),
            ("infra/main.tf", &["infrastructure"]),
            ("deploy/dockerfile.prod", &["infrastructure"]),
            ("app/db/migrate/001.rb", &["migration"]),
            ("lib/native.so", &["executable-content"]),
            ("src/main.rs", &[]),
            ("src/cicd.rs", &[]),
            ("lib/ansible/modules/group.py", &[]),
            ("lib/ansible/config/base.yml", &[]),
            ("lib/ansible/modules/setup.py", &[]),
            ("discovery/kubernetes/pod.go", &[]),
            ("setup.py", &["manifest"]),
            ("python/setup.py", &["manifest"]),
            ("lib/python/setup.py", &["manifest"]),
            ("deploy/kubernetes/app.yaml", &["infrastructure"]),
            ("ansible/site.yml", &["infrastructure"]),
            ("ansible/hosts", &["infrastructure"]),
            ("ops/roles/web/tasks/main.yml", &["infrastructure"]),
            ("charts/app/templates/_helpers.tpl", &["infrastructure"]),
            ("charts/app/chart.yaml", &["infrastructure"]),
            ("k8s/base/kustomization.yml", &["infrastructure"]),
            ("k8s/deploy.sh", &["infrastructure"]),
            ("k8s/main.go", &[]),
            ("metadata/src/main/java/org/x/migration/driver.java", &[]),
            ("src/main/java/db/migration/v1__x.java", &["migration"]),
            ("src/main/java/db/migration/u2__x.kt", &["migration"]),
            ("src/main/java/db/migration/r__x.kt", &["migration"]),
            ("src/main/java/db/migration/validator.kt", &[]),
            ("src/main/resources/db/migration/x.sql", &["migration"]),
            ("src/app/migrations/initial.py", &["migration"]),
            ("src/migrations/1700000000-x.ts", &["migration"]),
            ("src/migrations/001_x.js", &["migration"]),
            ("src/migrations/01_x.js", &[]),
            ("src/migrations/m240101_000000_x.php", &["migration"]),
            ("src/migrations/m24_x.php", &[]),
            ("src/migrations/version2024.php", &["migration"]),
            ("src/migrations/versions.php", &[]),
            ("migrations/x.js", &["migration"]),
            ("gradle/dependencies.gradle", &["manifest"]),
            ("gradle/libs.versions.toml", &["manifest"]),
            ("gradle/wrapper/gradle-wrapper.properties", &["manifest"]),
            (".github/scripts/junit.py", &["ci"]),
            (".github/dependabot.yml", &["ci"]),
            ("renovate.json5", &["ci"]),
            ("test/add.wasm", &["executable-content"]),
        ] {
            let found: Vec<String> = built_in(path).map(|class| class.0).collect();
            assert_eq!(found, expected, "{path}");
        }
    }
}
