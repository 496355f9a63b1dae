//! What a rule says that decides: whether it can, whether it has the form that is read, and whether anything reads it.

use std::collections::BTreeMap;

use regorus::unstable::{Expr, Literal, Query, Rule, RuleHead};

use super::module::{Parsed, line};
use super::problem::{Problem, ProblemKind, nearest};
use super::types::{Members, Type};
use crate::conftest;
use crate::rego::{self, Graph};

/// The names that the program reads of a package with findings, and of one that decides as conftest has it.
const READ: [&str; 4] = ["applicable", "missing", "findings", "meta"];
const READ_OF_CONFTEST: [&str; 4] = ["deny", "violation", "warn", "exception"];

/// The members of a finding, and whether they are texts.
const MEMBERS: [(&str, bool); 4] =
    [("message", true), ("subject", true), ("path", true), ("line", false)];

/// What is wrong with the rules of a policy that decide, given the forms of all rules.
pub(super) fn check(module: &Parsed, forms: &BTreeMap<Vec<String>, Type>) -> Vec<Problem> {
    if module.is_test {
        return Vec::new();
    }
    let mut problems = Vec::new();
    let mut seen = Vec::new();
    for rule in &module.module.policy {
        let Some(name) = decides(rule) else { continue };
        let line = line(rule.span());
        let mut say = |(message, hint): (String, String)| {
            problems.push(module.problem(line, ProblemKind::Decisions, message, hint));
        };
        // What finds nothing may still say what is not known.
        let is_all = name != "findings" || !module.own.contains("missing");
        let written = written_out(rule, &name).filter(|_| is_all);
        written.into_iter().for_each(&mut say);
        let form = forms.get(&module.whole(rule)).map(Type::element);
        if !seen.contains(&name) {
            form.iter().flat_map(|form| of_form(&name, form)).for_each(say);
            seen.push(name);
        }
    }
    problems
}

/// The name of a rule that decides, or of `missing`.
fn decides(rule: &Rule) -> Option<String> {
    let [name] = <[String; 1]>::try_from(rego::name(rule)).ok()?;
    let is_function = match rule {
        Rule::Spec { head, .. } => matches!(head, RuleHead::Func { .. }),
        Rule::Default { args, .. } => !args.is_empty(),
    };
    let is_read = matches!(&*name, "findings" | "missing") || conftest::decides(&name);
    (is_read && !is_function).then_some(name)
}

/// A rule that has its value whatever the input is.
fn written_out(rule: &Rule, name: &str) -> Option<(String, String)> {
    let hint = || format!("let it collect: `{name} contains ... if {{ ... }}`");
    match rule {
        Rule::Default { .. } => {
            Some((format!("`{name}` has a default, and collects nothing"), hint()))
        }
        Rule::Spec { head: RuleHead::Compr { assign: Some(assign), .. }, bodies, .. }
            if bodies.is_empty() && is_written_out(&assign.value) =>
        {
            Some((format!("`{name}` is written out, and finds the same in everything"), hint()))
        }
        Rule::Spec { .. } => None,
    }
}

fn is_written_out(expression: &Expr) -> bool {
    match expression {
        Expr::Set { items, .. } => items.iter().all(|item| rego::literal(item).is_some()),
        // `set()`
        Expr::Call { fcn, params, .. } => params.is_empty() && rego::path(fcn) == ["set"],
        other => rego::literal(other).is_some(),
    }
}

/// What is wrong with the form of what a rule collects.
fn of_form(name: &str, form: &Type) -> Vec<(String, String)> {
    let is_conftest = conftest::decides(name);
    let asked = match name {
        "missing" => "a text, the name of a fact",
        _ if is_conftest => "a text, or an object with `msg`",
        _ => "an object with a `message`",
    };
    let is = match form {
        Type::Text(_) if name == "findings" => "a text",
        Type::Number => "a number",
        Type::Bool => "true or false",
        Type::Array(_) | Type::Tuple(_) | Type::Set(_) => "a list",
        Type::Object(_) if name == "missing" => "an object",
        Type::Object(members) if !members.is_input => {
            return of_members(members, is_conftest);
        }
        _ => return Vec::new(),
    };
    vec![(format!("`{name}` collects {is}, and not {asked}"), format!("collect {asked}"))]
}

fn of_members(members: &Members, is_conftest: bool) -> Vec<(String, String)> {
    if is_conftest {
        let is_there = members.of.contains_key("msg");
        let problem = ("what is found has no `msg`".to_owned(), "add `msg`, a text".to_owned());
        return if is_there { Vec::new() } else { vec![problem] };
    }
    let known: Vec<String> = MEMBERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut problems = Vec::new();
    if members.of.get("message").is_none_or(|message| message.is_optional) {
        problems.push(("what is found has no `message`".into(), "add `message`, a text".into()));
    }
    for (name, member) in &members.of {
        let is_text = match MEMBERS.iter().find(|(known, _)| known == name) {
            Some((_, is_text)) => is_text,
            None => {
                let like = nearest(name, &known).map(|it| format!(": did you mean `{it}`?"));
                let message =
                    format!("a finding has no member `{name}`{}", like.unwrap_or_default());
                problems.push((
                    message,
                    "rename it or take it out: findings with it are errors".into(),
                ));
                continue;
            }
        };
        let is_other = match &member.form {
            Type::Nothing | Type::Unknown | Type::Scalar | Type::Parameters(_) => false,
            Type::Text(_) => !is_text,
            Type::Number => *is_text,
            _ => true,
        };
        if is_other {
            let asked = if *is_text { "a text" } else { "a number" };
            problems.push((
                format!("`{name}` of a finding is not {asked}"),
                format!("give it {asked}"),
            ));
        }
    }
    problems
}

/// Rules that nothing reads and that are called almost as one that the program reads.
pub(super) fn unread(modules: &[Parsed], graph: &Graph) -> Vec<Problem> {
    let mut problems = Vec::new();
    for module in modules.iter().filter(|module| !module.is_test) {
        let has = |name: &str| module.own.contains(name);
        let is_pack = has("findings") || has("meta");
        let known = if is_pack { READ } else { READ_OF_CONFTEST };
        for name in
            module.own.iter().filter(|it| !known.contains(&&***it) && !conftest::decides(it))
        {
            let like = known.iter().find(|it| strsim::jaro_winkler(name, it) >= 0.9);
            let path: Vec<String> = module.package.iter().cloned().chain([name.clone()]).collect();
            let Some(like) = like.filter(|like| !has(like) && !graph.is_read(&path)) else {
                continue;
            };
            let rule =
                module.module.policy.iter().find(|rule| rego::name(rule).first() == Some(name));
            let line = rule.map_or(0, |rule| line(rule.span()));
            let message = format!("nothing reads `{name}`: did you mean `{like}`?");
            let hint = "rename it, or use it in a rule that decides";
            problems.push(module.problem(line, ProblemKind::Decisions, message, hint));
        }
    }
    problems
}

/// Names that `some` declares and nothing uses: the policy is none for Open Policy Agent.
pub(super) fn unused(module: &Parsed) -> Vec<Problem> {
    let mut problems = Vec::new();
    for rule in &module.module.policy {
        let Rule::Spec { bodies, .. } = &**rule else { continue };
        let text = rule.span().text();
        let mut open: Vec<&Query> = bodies.iter().map(|body| &*body.query).collect();
        while let Some(query) = open.pop() {
            for statement in &query.stmts {
                match &statement.literal {
                    Literal::SomeVars { vars, .. } => {
                        for span in vars.iter().filter(|span| words(text, span.text()) < 2) {
                            let message = format!(
                                "`{}` is declared and not used, which OPA refuses",
                                span.text()
                            );
                            let hint = "use it, or take it out";
                            let kind = ProblemKind::Portability;
                            problems.push(module.problem(line(span), kind, message, hint));
                        }
                    }
                    Literal::Every { query, .. } => open.push(query),
                    _ => {}
                }
            }
        }
    }
    problems
}

/// How often a word is in a text.
fn words(text: &str, word: &str) -> usize {
    let parts = text.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
    parts.filter(|part| *part == word).count()
}
