//! Files that say how to build, by their names.

use gitops_health_git::RepoPath;
use gitops_health_git::source::is_program;

use crate::kind::is_python_requirements;

/// Names of files that say how to build, and what of.
const BUILD_NAMES: &[&str] = &[
    "makefile",
    "gnumakefile",
    "kbuild",
    "kconfig",
    "cmakelists.txt",
    "meson.build",
    "meson_options.txt",
    "meson.options",
    "build",
    "workspace",
    "configure",
    "configure.in",
    "configure.js",
    "configure.pl",
    "configure.py",
    "configure.sh",
    "makefile.js",
    "makefile.pl",
    "sconstruct",
    "sconscript",
    "wscript",
    "dockerfile",
    "jenkinsfile",
    "rakefile",
    "gemfile",
    "build.xml",
    "pom.xml",
    "setup.py",
    "setup.cfg",
    "pyproject.toml",
    "cargo.toml",
    "package.json",
    "composer.json",
    "go.mod",
];
/// Extensions of them.
const BUILD: &[&str] = &[
    "mk", "mak", "am", "ac", "m4", "cmake", "gradle", "bazel", "bzl", "gyp", "gypi", "pro", "pri",
    "csproj", "vcxproj", "sbt", "gemspec", "cabal", "nix",
];

/// Whether a file says how to build, by its name.
pub(crate) fn is_build(path: &RepoPath) -> bool {
    let lower = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let name = lower(path.file_name());
    let extension = path.extension().map(lower).unwrap_or_default();
    BUILD.contains(&extension.as_str())
        || BUILD_NAMES.contains(&name.as_str())
        || is_python_requirements(&name)
        // `Kconfig.debug`, `Makefile.in`, but neither `dockerfile.go` nor `kconfig.c`.
        || (["makefile.", "kconfig.", "dockerfile."].iter().any(|it| name.starts_with(it))
            && (!is_program(path) || extension == "inc"))
        || name.ends_with(".gradle.kts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_whether_a_file_says_how_to_build() {
        let told = |names: &[&str], is: bool| {
            for name in names {
                assert_eq!(is_build(&RepoPath::from(*name)), is, "{name}");
            }
        };
        told(&["Makefile", "a/Makefile.in", "b.mk", "Kconfig.debug", "app/build.gradle.kts"], true);
        told(&["requirements-dev.txt", "pom.xml", "Cargo.toml", "setup.py", "x.cmake"], true);
        told(&["configure.ac", "configure.py", "Makefile.inc", "Makefile.js", "Makefile.am"], true);
        told(&["configure.ts", "dockerfile.go", "kconfig.c", "src/configure.html"], false);
        told(&["src/make.rs", "README.md", "main.c", "config.yaml", "builder", "go.mod.md"], false);
    }
}
