//! Lists the rules and frameworks of `policies/`, which are built into the program.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let policies = manifest.expect("cargo sets it").join("../../policies").canonicalize()?;
    println!("cargo::rerun-if-changed={}", policies.display());
    let mut code = String::new();
    list(&mut code, "RULES", &policies.join("rules"), "rule.rego")?;
    evaluated(&mut code, &policies.join("rules"))?;
    list(&mut code, "TESTS", &policies.join("rules"), "rule_test.rego")?;
    list(&mut code, "PAGES", &policies.join("rules"), "README.md")?;
    frameworks(&mut code, &policies.join("frameworks"))?;
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("policies.rs"), code)
}

/// The rules as they are evaluated: what each says of itself is apart, in JSON, and not read as Rego at each start of the
/// program, and the package is called `p`, since the interpreter puts its path together anew for each step. Last comes whether it has
/// `applicable` and `missing`.
fn evaluated(code: &mut String, directory: &Path) -> io::Result<()> {
    let mut rules = files(directory, "rule.rego")?;
    rules.sort();
    let _ = writeln!(code, "static EVALUATED: &[(&str, &str, &str, [bool; 2])] = &[");
    for (id, path) in rules {
        let (mut text, mut meta, mut is_meta) = (String::new(), String::new(), false);
        for line in fs::read_to_string(&path)?.lines() {
            is_meta |= line == "meta := {";
            match line.strip_prefix("package ") {
                _ if is_meta => meta.push_str(&format!("{}\n", line.replace('\t', " "))),
                Some(_) => text.push_str("package p"),
                None => text.push_str(line),
            }
            text.push('\n');
            is_meta &= line != "}";
        }
        // JSON but for commas after the last thing, which YAML allows, too.
        let meta = meta.strip_prefix("meta := ").ok_or(io::ErrorKind::InvalidData)?;
        let meta: serde_json::Value = serde_yaml::from_str(meta).map_err(io::Error::other)?;
        let defines = |name: &str| {
            let name = |line: &str| line.strip_prefix("default ").unwrap_or(line).starts_with(name);
            text.lines().any(name)
        };
        let has = [defines("applicable "), defines("missing ")];
        let _ = writeln!(code, "    ({id:?}, {:?}, {text:?}, {has:?}),", meta.to_string());
    }
    let _ = writeln!(code, "];");
    Ok(())
}

/// The file of this name of each directory, by the name of the directory.
fn list(code: &mut String, name: &str, directory: &Path, file: &str) -> io::Result<()> {
    write_list(code, name, files(directory, file)?)
}

fn files(directory: &Path, file: &str) -> io::Result<Vec<(String, PathBuf)>> {
    let mut entries: Vec<(String, PathBuf)> = Vec::new();
    for entry in fs::read_dir(directory)? {
        let rule = entry?.path();
        println!("cargo::rerun-if-changed={}", rule.display());
        let id = rule.file_name().and_then(|it| it.to_str()).expect("a rule has a name");
        let path = rule.join(file);
        if path.is_file() {
            entries.push((id.to_owned(), path));
        }
    }
    Ok(entries)
}

fn frameworks(code: &mut String, directory: &Path) -> io::Result<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "yaml") {
            let id = path.file_stem().and_then(|it| it.to_str()).expect("a framework has a name");
            entries.push((id.to_owned(), path));
        }
    }
    in_json(code, &mut entries)?;
    write_list(code, "FRAMEWORKS", entries)
}

/// Frameworks as JSON, which takes less time to read than YAML at each start of the program.
fn in_json(code: &mut String, entries: &mut [(String, PathBuf)]) -> io::Result<()> {
    entries.sort();
    let _ = writeln!(code, "static FRAMEWORKS_IN_JSON: &[(&str, &str)] = &[");
    for (id, path) in entries {
        let text = fs::read_to_string(path)?;
        let value: serde_json::Value = serde_yaml::from_str(&text).map_err(io::Error::other)?;
        let _ = writeln!(code, "    ({id:?}, {:?}),", value.to_string());
    }
    let _ = writeln!(code, "];");
    Ok(())
}

fn write_list(
    code: &mut String,
    name: &str,
    mut entries: Vec<(String, PathBuf)>,
) -> io::Result<()> {
    entries.sort();
    let _ = writeln!(code, "static {name}: &[(&str, &str)] = &[");
    for (id, path) in entries {
        let _ = writeln!(code, "    ({id:?}, include_str!({path:?})),");
    }
    let _ = writeln!(code, "];");
    Ok(())
}
