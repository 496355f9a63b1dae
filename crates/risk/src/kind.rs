use gitops_health_git::{PathAttributes, PathPattern, RepoPath};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::directories::Directories;

/// What a file is for, as far as its path and `.gitattributes` tell.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// Programs, queries, schemas, build files: whatever is nothing else.
    Code,
    /// Settings of programs and services.
    Configuration,
    /// Tests and what they read.
    Test,
    /// Text for people.
    Documentation,
    /// Tables, pictures and other content.
    Data,
    /// Files that a program wrote.
    Generated,
    /// Code of others, kept in the tree.
    Vendored,
}

/// Directories whose content somebody else maintains.
const VENDORED: &[&str] =
    &["vendor", "vendored", "third_party", "third-party", "node_modules", "deps"];
/// Directories of tests and of what tests read.
const TEST_DIRECTORIES: &[&str] = &[
    "test",
    "tests",
    "testing",
    "spec",
    "specs",
    "__tests__",
    "testdata",
    "test-data",
    "fixtures",
    "fixture",
    "e2e",
    "integration-tests",
    "unittest",
    "unittests",
    // Perl's, and those of projects that learned from it, such as git.
    "t",
    "androidtest",
];
/// Directories of text for people.
const DOCUMENTATION_DIRECTORIES: &[&str] = &["doc", "docs", "documentation", "man"];
/// Names of files written by package managers.
const LOCK_FILES: &[&str] = &[
    "cargo.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "uv.lock",
    "pipfile.lock",
    "gemfile.lock",
    "composer.lock",
    "go.sum",
    "flake.lock",
    "packages.lock.json",
    "podfile.lock",
    "mix.lock",
];
/// What Python packages are required for, in the names of the files that list them.
const PURPOSES: &[&str] =
    &["base", "build", "ci", "dev", "doc", "docs", "lint", "prod", "test", "tests"];
/// Extensions of text for people.
const DOCUMENTATION: &[&str] = &["md", "markdown", "rst", "adoc", "asciidoc", "txt", "texi", "pod"];
/// Names, without extension, of text for people that every project has.
const DOCUMENTATION_NAMES: &[&str] = &[
    "readme",
    "changelog",
    "changes",
    "contributing",
    "license",
    "licence",
    "copying",
    "authors",
    "notice",
    "security",
    "news",
    "todo",
    "maintainers",
    "thanks",
];
/// Extensions of settings.
const CONFIGURATION: &[&str] = &[
    "yml",
    "yaml",
    "toml",
    "ini",
    "cfg",
    "conf",
    "properties",
    "xml",
    "json",
    "json5",
    "env",
    "plist",
    "editorconfig",
    "gitignore",
    "gitattributes",
    "mailmap",
];
/// Extensions of content that is no program.
const DATA: &[&str] = &[
    "csv", "tsv", "parquet", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp", "pdf", "woff",
    "woff2", "ttf", "eot", "mp3", "mp4", "zip", "gz", "bz2", "xz", "po", "pot", "mo", "bin", "dat",
];

/// What the directories of a file say about it.
#[derive(Clone, Copy, Debug, Default)]
struct Surroundings {
    /// The kind that the configuration gives to all that is inside.
    configured: Option<FileKind>,
    is_vendored: bool,
    is_test: bool,
    is_documentation: bool,
}

impl Surroundings {
    fn below(self, directory: &RepoPath, configured: Option<FileKind>) -> Self {
        let name = String::from_utf8_lossy(directory.file_name()).to_ascii_lowercase();
        let is_one_of = |list: &[&str]| list.contains(&name.as_str());
        Self {
            configured: self.configured.or(configured),
            is_vendored: self.is_vendored || is_one_of(VENDORED),
            is_test: self.is_test || is_one_of(TEST_DIRECTORIES),
            is_documentation: self.is_documentation || is_one_of(DOCUMENTATION_DIRECTORIES),
        }
    }
}

/// The kinds of the files of one tree.
pub(crate) struct Kinds<'a> {
    configured: &'a [(FileKind, Vec<PathPattern>)],
    directories: Directories<Surroundings>,
}

impl<'a> Kinds<'a> {
    pub(crate) fn new(configured: &'a [(FileKind, Vec<PathPattern>)]) -> Self {
        Self { configured, directories: Directories::new(Surroundings::default()) }
    }

    /// The kind of a file: as the configuration says, else as `linguist-generated`,
    /// `-vendored` and `-documentation` in `.gitattributes` do, else as the path does.
    pub(crate) fn of(&mut self, path: &RepoPath, attributes: &PathAttributes) -> FileKind {
        let configured = self.configured;
        let by_patterns = |matches: &dyn Fn(&PathPattern) -> bool| {
            let found = configured.iter().find(|(_, patterns)| patterns.iter().any(matches));
            found.map(|(kind, _)| *kind)
        };
        let surroundings = self.directories.of(&path.parent(), |above, directory| {
            above.below(directory, by_patterns(&|one| one.matches_directory(directory)))
        });
        surroundings
            .configured
            .or_else(|| by_patterns(&|one| one.matches_itself(path)))
            .unwrap_or_else(|| by_attributes(path, attributes, surroundings))
    }
}

fn by_attributes(
    path: &RepoPath,
    attributes: &PathAttributes,
    surroundings: Surroundings,
) -> FileKind {
    let by_attribute = [
        (attributes.generated, FileKind::Generated),
        (attributes.vendored, FileKind::Vendored),
        (attributes.documentation, FileKind::Documentation),
    ];
    let set = by_attribute.iter().find(|(value, _)| *value == Some(true));
    let denied = |kind| by_attribute.contains(&(Some(false), kind));
    match set {
        Some((_, kind)) => *kind,
        None => Some(by_name(path, surroundings))
            .filter(|kind| !denied(*kind))
            .unwrap_or(FileKind::Code),
    }
}

fn by_name(path: &RepoPath, surroundings: Surroundings) -> FileKind {
    let lower = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let name = lower(path.file_name());
    let extension = path.extension().map(lower).unwrap_or_default();
    let has = |list: &[&str]| list.contains(&extension.as_str());
    let first_word = name.split(['.', '-', '_']).next().unwrap_or_default();
    let names_documentation = extension.is_empty() && DOCUMENTATION_NAMES.contains(&first_word);

    if LOCK_FILES.contains(&name.as_str()) || is_generated_name(&name) {
        FileKind::Generated
    } else if surroundings.is_vendored {
        FileKind::Vendored
    } else if surroundings.is_test || (!has(CONFIGURATION) && is_test_name(path)) {
        FileKind::Test
    } else if name == "cmakelists.txt" || is_python_requirements(&name) {
        FileKind::Code
    } else if matches!(name.as_str(), "meson.build" | "meson_options.txt" | "meson.options") {
        FileKind::Configuration
    } else if has(DOCUMENTATION) || names_documentation || surroundings.is_documentation {
        FileKind::Documentation
    } else if has(DATA) {
        FileKind::Data
    } else if has(CONFIGURATION) || (name.starts_with('.') && extension.is_empty()) {
        FileKind::Configuration
    } else {
        FileKind::Code
    }
}

impl FileKind {
    /// The word for reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Configuration => "configuration",
            Self::Test => "test",
            Self::Documentation => "documentation",
            Self::Data => "data",
            Self::Generated => "generated",
            Self::Vendored => "vendored",
        }
    }
}

/// `requirements.txt`, `requirements-dev.txt`, `dev_requirements.txt`: what pip installs.
pub(crate) fn is_python_requirements(name: &str) -> bool {
    let mut words = name.strip_suffix(".txt").unwrap_or_default().split(['-', '_', '.']);
    match (words.next(), words.next(), words.next()) {
        (Some("requirements"), None, _) => true,
        (Some("requirements"), Some(purpose), None)
        | (Some(purpose), Some("requirements"), None) => PURPOSES.contains(&purpose),
        _ => false,
    }
}

fn is_generated_name(name: &str) -> bool {
    name.ends_with(".min.js")
        || name.ends_with(".min.css")
        || name.ends_with(".pb.go")
        || name.ends_with("_pb2.py")
        || name.ends_with(".g.dart")
        || name.ends_with(".snap")
}

/// `test_x.py`, `x_test.go`, `x.test.ts`, `x.spec.js`, `XTest.java`, `XTests.cs`, `t0001-init.sh`.
fn is_test_name(path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name());
    let stem = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
    let lower = stem.to_ascii_lowercase();
    lower.starts_with("test_")
        || lower.ends_with("_test")
        || lower.ends_with(".test")
        || lower.ends_with("_spec")
        || lower.ends_with(".spec")
        || stem.ends_with("Test")
        || stem.ends_with("Tests")
        || stem.ends_with("TestCase")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_what_a_file_is_for() {
        for (path, kind) in [
            ("src/auth/login.rs", FileKind::Code),
            ("src/author.rs", FileKind::Code),
            ("CMakeLists.txt", FileKind::Code),
            ("requirements.txt", FileKind::Code),
            ("requirements-dev.txt", FileKind::Code),
            ("ci/dev_requirements.txt", FileKind::Code),
            ("docs/requirements.txt", FileKind::Code),
            ("test-requirements.txt", FileKind::Code),
            ("test_requirements.txt", FileKind::Test),
            ("requirements", FileKind::Code),
            ("user_requirements.txt", FileKind::Documentation),
            ("requirements-specification.txt", FileKind::Documentation),
            ("db/schema.sql", FileKind::Code),
            ("Dockerfile", FileKind::Code),
            (".github/workflows/ci.yml", FileKind::Configuration),
            (".gitignore", FileKind::Configuration),
            (".github/workflows/deploy_test.yml", FileKind::Configuration),
            ("deploy/app.test.yaml", FileKind::Configuration),
            ("pom.xml", FileKind::Configuration),
            ("api/src/main/resources/liquibase-core-data.xml", FileKind::Configuration),
            ("meson.build", FileKind::Configuration),
            ("meson_options.txt", FileKind::Configuration),
            ("tests/unit/type/list.tcl", FileKind::Test),
            ("t/t0300-credentials.sh", FileKind::Test),
            ("src/t_zset.c", FileKind::Code),
            ("pkg/server/handler_test.go", FileKind::Test),
            ("src/PatientServiceTest.java", FileKind::Test),
            ("src/latest.c", FileKind::Code),
            ("contest/main.c", FileKind::Code),
            ("README.md", FileKind::Documentation),
            ("LICENSE-MIT", FileKind::Documentation),
            ("src/changes.c", FileKind::Code),
            ("docs/index.html", FileKind::Documentation),
            ("web/logo.png", FileKind::Data),
            ("Cargo.lock", FileKind::Generated),
            ("deps/lua/src/lapi.c", FileKind::Vendored),
        ] {
            let path = RepoPath::from(path);
            let mut directories = Directories::new(Surroundings::default());
            let surroundings =
                directories.of(&path.parent(), |above, name| above.below(name, None));
            assert_eq!(by_name(&path, surroundings), kind, "{path}");
        }
    }
}
