//! Compiles the rules of `policies/` and lists the frameworks, which are built into the program.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use regorus::Engine;
use regorus::languages::rego::compiler::Compiler;

fn main() -> Result<(), Box<dyn Error>> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let policies = manifest.expect("cargo sets it").join("../../policies").canonicalize()?;
    println!("cargo::rerun-if-changed={}", policies.display());
    let mut code = String::new();
    list(&mut code, "RULES", &policies.join("rules"), "rule.rego")?;
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    compiled(&mut code, &policies.join("rules"), &out)?;
    list(&mut code, "TESTS", &policies.join("rules"), "rule_test.rego")?;
    list(&mut code, "PAGES", &policies.join("rules"), "README.md")?;
    frameworks(&mut code, &policies.join("frameworks"))?;
    fs::write(out.join("policies.rs"), code)?;
    Ok(())
}

/// The rules as they are evaluated: compiled, so that nothing of them is read at each start of the program, and beside that what each
/// says of itself, in JSON, and whether it has `applicable` and `missing`.
fn compiled(code: &mut String, directory: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut rules = files(directory, "rule.rego")?;
    rules.sort();
    let (mut engine, mut asked) = (Engine::new(), Vec::new());
    let _ = writeln!(code, "static RULES_SAY: &[(&str, &str, [bool; 2])] = &[");
    for (id, path) in rules {
        let text = fs::read_to_string(&path)?;
        let package = engine.add_policy(format!("rules/{id}/rule.rego"), text.clone())?;
        let defines = |name: &str| {
            let name = |line: &str| line.strip_prefix("default ").unwrap_or(line).starts_with(name);
            text.lines().any(name)
        };
        let has = [defines("applicable "), defines("missing ")];
        let meta = engine.eval_rule(format!("{package}.meta"))?.to_json_str()?;
        let _ = writeln!(code, "    ({id:?}, {meta:?}, {has:?}),");
        let there = [(has[0], "applicable"), (has[1], "missing"), (true, "findings")];
        let there = there.into_iter().filter(|(is_there, _)| *is_there);
        asked.extend(there.map(|(_, name)| format!("{package}.{name}")));
    }
    let _ = writeln!(code, "];");
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let policy =
        engine.compile_with_entrypoint(&asked.first().copied().ok_or("no rule")?.into())?;
    let program = Compiler::compile_from_policy(&policy, &asked)?;
    fs::write(out.join("rules.rvm"), program.serialize_binary()?)?;
    let _ = writeln!(
        code,
        "static COMPILED: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/rules.rvm\"));"
    );
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
