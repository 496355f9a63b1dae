//! What a file is, as far as its path tells, and what a comment is in it.

/// A set of kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Files(u32);

impl Files {
    /// Source of programs.
    pub const CODE: Self = Self(1);
    /// Settings of programs and services.
    pub const CONFIG: Self = Self(1 << 1);
    /// What a shell runs: scripts, recipes of images, build and pipeline files.
    pub const SCRIPT: Self = Self(1 << 2);
    /// Recipes of container images.
    pub const DOCKERFILE: Self = Self(1 << 3);
    /// Workflows and actions of GitHub.
    pub const WORKFLOW: Self = Self(1 << 4);
    /// Pipelines of any service.
    pub const PIPELINE: Self = Self(1 << 5);
    /// Descriptions of infrastructure: Terraform and its like, and YAML and JSON, which may be.
    pub const INFRASTRUCTURE: Self = Self(1 << 6);
    /// YAML.
    pub const YAML: Self = Self(1 << 7);
    /// Statements for databases.
    pub const SQL: Self = Self(1 << 8);
    /// What changes the schema of a database.
    pub const MIGRATION: Self = Self(1 << 9);
    /// Settings whose path says that they are those of production.
    pub const PRODUCTION: Self = Self(1 << 10);
    /// Settings in a programming language.
    pub const SETTINGS: Self = Self(1 << 11);
    /// Tests and what they read. All other bits are unset for what is surely a test.
    pub const TEST: Self = Self(1 << 12);
    /// Python.
    pub const PYTHON: Self = Self(1 << 13);
    /// Rust, whose tests are in any file.
    pub const RUST: Self = Self(1 << 14);

    /// Files whose path says that they are about security.
    pub const SECURITY: Self = Self(1 << 15);
    /// The list of submodules.
    pub const SUBMODULES: Self = Self(1 << 16);

    /// All files of either set.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets have a kind in common.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn add(&mut self, other: Self, condition: bool) {
        if condition {
            self.0 |= other.0;
        }
    }
}

/// Source of programs.
const CODE: &[&str] = &[
    "rs", "go", "py", "java", "kt", "kts", "scala", "groovy", "cs", "vb", "fs", "js", "jsx", "ts",
    "tsx", "mjs", "cjs", "vue", "svelte", "rb", "php", "c", "cc", "cpp", "cxx", "h", "hh", "hpp",
    "swift", "m", "mm", "pl", "pm", "ex", "exs", "erl", "clj", "dart", "lua", "gradle",
];
/// Settings.
const CONFIG: &[&str] = &[
    "yml",
    "yaml",
    "toml",
    "ini",
    "cfg",
    "conf",
    "config",
    "properties",
    "json",
    "json5",
    "xml",
    "env",
    "plist",
    "tf",
    "tfvars",
    "hcl",
    "bicep",
    "cnf",
    "npmrc",
    "yarnrc",
    "gitconfig",
    "gitmodules",
    "curlrc",
    "wgetrc",
    "htaccess",
    "repo",
    "list",
    "service",
];
/// What a shell runs.
const SCRIPT: &[&str] = &["sh", "bash", "zsh", "ksh", "fish", "ps1", "psm1", "bat", "cmd", "mk"];
/// Text for people.
const DOCUMENTATION: &[&str] =
    &["md", "mdx", "markdown", "rst", "adoc", "asciidoc", "txt", "texi", "pod", "html", "htm"];
/// Directories of text for people, and of code of others.
const NOT_SEARCHED: &[&str] = &[
    "doc",
    "docs",
    "documentation",
    "man",
    "licenses",
    "changelogs",
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "node_modules",
    "deps",
];
/// Directories of tests and of what tests read, and of what shows how something is used.
const TESTS: &[&str] = &[
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
    "mocks",
    "integration",
    "integration-tests",
    "integrationtest",
    "integration-test",
    "unittest",
    "unittests",
    "t",
    "androidtest",
    "testfixtures",
    "test-utils",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
];
/// Directories at the top from which services run pipelines.
const SERVICES: &[&str] =
    &[".github/", ".gitlab/", ".circleci/", ".buildkite/", ".azure-pipelines/", ".tekton/"];

/// Files that programs write.
const LOCKS: &[&str] = &[
    "cargo.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "composer.lock",
    "go.sum",
    "packages.lock.json",
];

/// What is in paths of files about security.
const SECURITY: &[&str] = &[
    "passw",
    "secret",
    "token",
    "crypt",
    "hmac",
    "cert",
    "security",
    "session",
    "login",
    "signature",
    "authent",
    "oauth",
    "/auth",
    "jwt",
    "saml",
    "credential",
];

/// How comments begin in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Comments {
    /// What begins a comment at the start of a line.
    starts: &'static [&'static str],
    /// What begins one after white space, up to the end of the line.
    trailing: &'static str,
}

/// One file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub files: Files,
    comments: Comments,
}

impl Place {
    pub fn of(path: &[u8]) -> Self {
        let written = String::from_utf8_lossy(path);
        let path = written.to_ascii_lowercase();
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        // A service runs what is there, whatever the directories below are called.
        let of_service = SERVICES.iter().any(|service| path.starts_with(service));
        let is_action = matches!(name, "action.yml" | "action.yaml");
        let parts = || directory.split('/').filter(|_| !of_service);
        let ignored = DOCUMENTATION.contains(&extension)
            || LOCKS.contains(&name)
            || name.contains(".min.")
            || parts().any(|part| NOT_SEARCHED.contains(&part));
        let is_code = CODE.contains(&extension);
        // What changed in each release, as Maven has it.
        let is_news = name == "changes.xml";
        let files = if is_requirements(name, extension) && !parts().any(is_not_used) {
            Files::CONFIG
        } else if ignored || is_news {
            Files(0)
        } else if !is_action && parts().any(is_of_tests)
            || is_code && is_test(&written, name, extension)
        {
            let mut files = Files::TEST;
            files.add(Files::RUST, extension == "rs");
            files
        } else {
            let mut files = Self::files(directory, name, extension);
            files.add(Files::TEST, is_code && names_test(name, extension));
            files
        };
        Self { files, comments: comments(name, extension) }
    }

    /// Whether the same rules are for both.
    pub fn is_like(&self, other: &Self) -> bool {
        self.files == other.files
    }

    /// Whether a version that is no text may be a program or a setting all the same: what tests read may be anything.
    pub fn may_be_text(&self, path: &[u8]) -> bool {
        let path = String::from_utf8_lossy(path).to_ascii_lowercase();
        let name = path.rsplit('/').next().unwrap_or(&path);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let is_known = [CODE, CONFIG, SCRIPT].iter().any(|list| list.contains(&extension));
        self.is_searched() && (self.files != Files::TEST || is_known || extension.is_empty())
    }

    /// Whether any rule is for this file.
    pub fn is_searched(&self) -> bool {
        self.files != Files(0)
    }

    fn files(directory: &str, name: &str, extension: &str) -> Files {
        let mut files = Files(0);
        let docker = is_dockerfile(name, extension);
        let yaml = matches!(extension, "yml" | "yaml");
        let workflow = yaml
            && (directory.ends_with(".github/workflows")
                || matches!(name, "action.yml" | "action.yaml"));
        let pipeline = workflow || is_pipeline(directory, name);
        files.add(Files::CODE, CODE.contains(&extension));
        let is_pattern = matches!(extension, "example" | "sample" | "template" | "dist");
        let config = CONFIG.contains(&extension)
            || name.starts_with(".env") && !is_pattern
            || matches!(name, "gemfile" | "podfile" | "pipfile");
        files.add(Files::CONFIG, config);
        let shell = SCRIPT.contains(&extension)
            || matches!(name, "makefile" | "gnumakefile" | "justfile" | "vagrantfile");
        files.add(Files::SCRIPT, shell || docker || pipeline);
        files.add(Files::DOCKERFILE, docker);
        files.add(Files::WORKFLOW, workflow);
        files.add(Files::PIPELINE, pipeline);
        let declared = matches!(extension, "tf" | "tfvars" | "hcl" | "bicep" | "json");
        files.add(Files::INFRASTRUCTURE, declared || yaml);
        files.add(Files::YAML, yaml);
        files.add(Files::SQL, extension == "sql");
        let migration = is_migration(directory, name) && may_migrate(directory, name, extension);
        files.add(Files::MIGRATION, migration);
        files.add(Files::SUBMODULES, name == ".gitmodules");
        files.add(Files::PRODUCTION, config && is_production(directory, name));
        let settings = name.contains("settings") || name.contains("config");
        files.add(Files::SETTINGS, extension == "py" && settings);
        files.add(Files::PYTHON, extension == "py");
        files.add(Files::RUST, extension == "rs");
        let about = |word: &&str| directory.contains(*word) || name.contains(*word);
        files.add(Files::SECURITY, SECURITY.iter().any(about));
        files
    }

    /// Whether the whole line is a comment.
    pub fn is_comment(&self, line: &[u8]) -> bool {
        let line = line.trim_ascii_start();
        let is_it = |start: &&str| line.starts_with(start.as_bytes()) && !goes_on(line, start);
        self.comments.starts.iter().any(is_it) || (self.files.meets(Files::PYTHON) && is_yaml(line))
    }

    /// The line without a comment at its end. A mark counts only after white space, because `//` and `#` are in addresses,
    /// and not within quotation marks, behind which the program goes on.
    pub fn without_comment<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        let mark = self.comments.trailing.as_bytes();
        if mark.is_empty() {
            return line;
        }
        let mut at = 0;
        while at < line.len() {
            let rest = &line[at + 1..];
            at += match line[at] {
                b'\\' => 2,
                quote @ (b'"' | b'\'' | b'`') => closing(rest, quote).map_or(1, |end| end + 2),
                blank if blank.is_ascii_whitespace() && rest.starts_with(mark) => {
                    return &line[..at];
                }
                _ => 1,
            };
        }
        line
    }
}

/// Where the quotation mark is that ends a text.
fn closing(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            byte if byte == quote => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

/// Whether something stands behind the end of a comment that begins so.
fn goes_on(line: &[u8], start: &str) -> bool {
    // `*a = b` goes on with a program, and ` * a` with a comment.
    if start == "*" && line.get(1).is_some_and(|b| !b.is_ascii_whitespace() && !b"*/".contains(b)) {
        return true;
    }
    let end: &[u8] = match start {
        "/*" | "*" => b"*/",
        "<!--" => b"-->",
        "<#" => b"#>",
        _ => return false,
    };
    let found = line.windows(end.len()).position(|part| part == end);
    found.is_some_and(|at| !line[at + end.len()..].trim_ascii().is_empty())
}

/// Whether a line of Python is YAML in a documentation string, as modules of Ansible have it: `name: value` without a
/// call or an assignment.
fn is_yaml(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"- ").unwrap_or(line);
    let key = line.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    let rest = line.get(key.count()..).unwrap_or_default();
    rest.starts_with(b": ") && !rest.contains(&b'=') && !rest.contains(&b'(')
}

/// Whether a directory is one of tests.
fn is_of_tests(part: &str) -> bool {
    TESTS.contains(&part) || part.ends_with("-tests") || part.ends_with("-test")
}

/// Whether a program is one that is run as a test and not otherwise, as those who run tests in its language find it. A
/// pipeline, a setting or a script is used under any name.
fn is_test(written: &str, name: &str, extension: &str) -> bool {
    let stem = name.strip_suffix(extension).unwrap_or(name).trim_end_matches('.');
    let ends = |ends: &[&str]| ends.iter().any(|end| stem.ends_with(end));
    let is = |names: &[&str]| names.contains(&stem);
    // What shows how something is used is in use no more than a test.
    let mut words = stem.split(|c: char| !c.is_ascii_alphanumeric());
    if words.any(|word| matches!(word, "example" | "examples")) {
        return true;
    }
    // `FooTest.java` and `FooTests.cs`, but not `Latest.java` or `attest.rs`.
    let written = written.rsplit_once('.').map_or(written, |(stem, _)| stem);
    let is_camel = ["Test", "Tests", "TestCase", "Spec"].iter().any(|end| written.ends_with(end));
    match extension {
        "py" => stem.starts_with("test_") || ends(&["_test"]) || is(&["conftest", "tests"]),
        "js" | "jsx" | "ts" | "tsx" | "mjs" | "cjs" | "vue" | "svelte" => {
            ends(&[".test", ".spec", "_test", "_spec", "-test", "-spec"]) || is(&["test", "spec"])
        }
        "go" => ends(&["_test"]),
        _ => {
            stem.starts_with("test_")
                || ends(&["_test", "_tests", "_spec", "_unittest"])
                || is(&["test", "tests"])
                || is_camel
        }
    }
}

/// Whether a program is called like a test, though nobody runs it as one: it may be either.
fn names_test(name: &str, extension: &str) -> bool {
    let stem = name.strip_suffix(extension).unwrap_or(name).trim_end_matches('.');
    stem.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| matches!(word, "test" | "tests" | "spec" | "specs"))
}

fn is_dockerfile(name: &str, extension: &str) -> bool {
    name.starts_with("dockerfile")
        || name.starts_with("containerfile")
        || matches!(extension, "dockerfile" | "containerfile")
}

fn is_pipeline(directory: &str, name: &str) -> bool {
    let directories = [".circleci", ".buildkite", ".azure-pipelines", ".gitlab"];
    name.starts_with(".gitlab-ci")
        || name.starts_with("azure-pipelines")
        || name.starts_with("jenkinsfile")
        || matches!(
            name,
            ".travis.yml" | "bitbucket-pipelines.yml" | ".drone.yml" | "cloudbuild.yaml"
        )
        || directory.split('/').any(|part| directories.contains(&part))
}

fn is_migration(directory: &str, name: &str) -> bool {
    let undoes = name.contains(".down.") || name.contains("rollback") || name.starts_with("undo");
    let directories = ["migrations", "migration", "migrate", "versions", "changelog", "liquibase"];
    // Alembic keeps migrations in `versions`, which others use for anything.
    let inside = directory.split('/').any(|part| {
        directories.contains(&part) && (part != "versions" || directory.contains("alembic"))
    });
    !undoes && (inside || name.starts_with("liquibase"))
}

/// Directories of source: what is below them is called by its subject.
pub(crate) const SOURCE: &[&str] = &["src", "lib", "pkg", "internal", "cmd", "crates", "include"];

/// Whether a file in a directory of migrations may be one of a database. A program below a directory of source may be about
/// a move of another kind, unless its name has the number that migrations are ordered by.
pub(crate) fn may_migrate(directory: &str, name: &str, extension: &str) -> bool {
    let is_below_source = directory.split('/').any(|part| SOURCE.contains(&part));
    // Modules of Python called so are those of Django, which may have any name.
    !CODE.contains(&extension) || extension == "py" || !is_below_source || is_ordered(name)
}

/// `V1__x.java`, `0001_x.ts`, `20240101_x.rb`, `m240101_x.php`, `Version2024.php`.
fn is_ordered(name: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let behind =
        |start: &str, least| name.strip_prefix(start).is_some_and(|it| digits(it) >= least);
    digits(name) >= 3
        || (behind("v", 1) || behind("u", 1) || name.starts_with("r__")) && name.contains("__")
        || behind("m", 6)
        || behind("version", 4)
}

/// What pip installs.
fn is_requirements(name: &str, extension: &str) -> bool {
    extension == "txt" && (name.starts_with("requirements") || name.starts_with("constraints"))
}

/// Whether what is in a directory is installed nowhere.
fn is_not_used(part: &str) -> bool {
    NOT_SEARCHED.contains(&part) || is_of_tests(part)
}

/// Whether a file declares what is made elsewhere, builds, measures or shows: what no test could show.
pub(crate) fn is_beside_tests(path: &[u8]) -> bool {
    let path = String::from_utf8_lossy(path).to_ascii_lowercase();
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    let is_part = |part: &str| {
        const PARTS: [&str; 6] =
            ["benchmark", "benchmarks", "bench", "benches", "example", "examples"];
        PARTS.contains(&part) || part.rsplit_once('-').is_some_and(|(_, end)| PARTS.contains(&end))
    };
    let is_licence = !CODE.contains(&extension)
        && directory.split('/').any(|it| matches!(it, "licenses" | "licences" | "license"));
    ends(&[".d.ts", ".d.mts", ".d.cts", ".pyi", ".gradle", ".gradle.kts", ".cmake"])
        || BUILDS.contains(&name)
        || is_dockerfile(name, extension)
        || is_pipeline(directory, name)
        || directory.split('/').any(is_part)
        || is_licence
}

/// Build files that are written in a programming language.
const BUILDS: &[&str] = &[
    "rakefile",
    "setup.py",
    "gruntfile.js",
    "gulpfile.js",
    "makefile",
    "gnumakefile",
    "justfile",
    "cmakelists.txt",
    "vagrantfile",
];

fn is_production(directory: &str, name: &str) -> bool {
    let says = |part: &str| {
        part.split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| matches!(word, "prod" | "production" | "live"))
    };
    says(directory) || says(name)
}

fn comments(name: &str, extension: &str) -> Comments {
    let (starts, trailing): (&[&str], &str) = match extension {
        "sql" => (&["--", "/*", "*", "#"], "--"),
        "lua" | "hs" => (&["--"], "--"),
        "xml" | "vue" | "svelte" | "config" | "plist" => (&["<!--", "//", "/*", "*"], "<!--"),
        "php" => (&["//", "#", "/*", "*"], "//"),
        "tf" | "tfvars" | "hcl" => (&["#", "//", "/*", "*"], "#"),
        "ini" | "cnf" | "cfg" | "conf" | "properties" => (&["#", ";", "!"], "#"),
        "bat" | "cmd" => (&["rem ", "REM ", "::"], ""),
        "vb" => (&["'"], ""),
        "erl" => (&["%"], "%"),
        "clj" => (&[";"], ";"),
        "json" => (&["//"], ""),
        "py" => (&["#", ">>>", "..."], "# "),
        "json5" => (&["//", "/*", "*"], "//"),
        _ if name.starts_with("jenkinsfile") => (&["//", "/*", "*"], "//"),
        _ if ["rb", "pl", "pm", "ex", "exs"].contains(&extension) => (&["#"], "# "),
        _ if CODE.contains(&extension) => (&["//", "/*", "*"], "//"),
        "ps1" | "psm1" => (&["#", "<#"], "# "),
        _ => (&["#"], "# "),
    };
    Comments { starts, trailing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_makes_a_test_of_a_program_alone() {
        for (path, is_test, is_other) in [
            (".github/workflows/deploy-test.yml", false, true),
            (".github/workflows/ci_test.yml", false, true),
            (".github/workflows/x.test.yml", false, true),
            (".github/workflows/cherrypick-bot-ok-to-test.yaml", false, true),
            (".github/workflows/example.yml", false, true),
            (".github/actions/test/action.yml", false, true),
            (".github/actions/docs/action.yml", false, true),
            ("test/action.yml", false, true),
            ("src/prod-test.yaml", false, true),
            ("deploy/main_test.tf", false, true),
            ("docker-compose.test.yml", false, true),
            ("Dockerfile.test", false, true),
            ("scripts/release-test.sh", false, true),
            ("src/attest.rs", false, true),
            ("src/resample.c", false, true),
            ("src/Latest.java", false, true),
            ("src/client-test.py", true, true),
            ("src/client_test.py", true, false),
            ("src/test_client.py", true, false),
            ("src/a_test.go", true, false),
            ("src/a-test.js", true, false),
            ("web/api_examples.go", true, false),
            ("src/ATest.java", true, false),
            ("tests/app.yaml", true, false),
            ("examples/app.yaml", true, false),
            ("docs/app.yaml", false, false),
            (".env.example", false, false),
        ] {
            let files = Place::of(path.as_bytes()).files;
            let other = files.0 & !(Files::TEST.0 | Files::RUST.0 | Files::SECURITY.0) != 0;
            assert_eq!((files.meets(Files::TEST), other), (is_test, is_other), "{path}");
        }
    }

    #[test]
    fn a_comment_ends_where_the_program_goes_on() {
        let js = Place::of(b"src/x.js");
        for (line, is_comment) in [
            ("// a", true),
            ("/* a", true),
            ("/* a */", true),
            (" * a", true),
            ("/* a */ b()", false),
            ("*/ b()", false),
            ("*b = c", false),
            ("**", true),
            ("*", true),
            ("/* a */ /* b */", false),
        ] {
            assert_eq!(js.is_comment(line.as_bytes()), is_comment, "{line}");
        }
    }

    #[test]
    fn a_mark_within_quotation_marks_begins_no_comment() {
        let python = Place::of(b"src/x.py");
        for (line, code) in [
            ("a() # b", "a()"),
            ("a('x # y', b) # c", "a('x # y', b)"),
            ("a(\"x # y\", b) # don't", "a(\"x # y\", b)"),
            ("a('x\\' # y', b)", "a('x\\' # y', b)"),
            ("it's # b", "it's"),
            ("a\\", "a\\"),
        ] {
            let found = python.without_comment(line.as_bytes());
            assert_eq!(String::from_utf8_lossy(found), code);
        }
    }
}
