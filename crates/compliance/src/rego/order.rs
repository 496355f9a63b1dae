//! Whether the statements of each query can be put in an order in which names have values before they are used. Where they
//! can not, Open Policy Agent refuses the policy, and the interpreter takes them as they stand, so that a rule would find
//! nothing.
//!
//! What a statement may give a name is taken as wide as it can be: what is refused here has no order at all.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{
    AssignOp, Expr, ExprRef, Literal, LiteralStmt, Module, Query, Rule, RuleHead,
};

use super::PolicyError;
use super::graph::{aliases, name};
use super::reference::path;

type Names = BTreeSet<String>;

/// The queries of all policies that have no order, each with the path of the policy.
pub(crate) fn circles<'a>(
    modules: impl Iterator<Item = (&'a str, &'a Module)> + Clone,
) -> Vec<PolicyError> {
    let mut rules: BTreeMap<Vec<String>, Names> = BTreeMap::new();
    for (_, module) in modules.clone() {
        let names = module.policy.iter().filter_map(|rule| name(rule).into_iter().next());
        rules.entry(path(&module.package.refr)).or_default().extend(names);
    }
    let mut errors = Vec::new();
    for (file, module) in modules {
        let mut known = rules[&path(&module.package.refr)].clone();
        known.extend(aliases(module).into_keys());
        for rule in &module.policy {
            let mut search = Search { file, errors: &mut errors };
            search.rule(rule, &known);
        }
    }
    errors
}

/// What a name may get its value from: it has one when all these have.
struct Definition {
    name: String,
    needs: Names,
}

struct Search<'a> {
    file: &'a str,
    errors: &'a mut Vec<PolicyError>,
}

impl Search<'_> {
    fn rule(&mut self, rule: &Rule, known: &Names) {
        match rule {
            Rule::Default { value, .. } => self.expression(value, known),
            Rule::Spec { head, bodies, .. } => {
                let (mut known, mut made) = (known.clone(), Vec::new());
                match head {
                    RuleHead::Compr { assign, .. } => {
                        made.extend(assign.iter().map(|it| &it.value))
                    }
                    RuleHead::Set { key, .. } => made.extend(key),
                    RuleHead::Func { args, assign, .. } => {
                        args.iter().for_each(|it| variables(it, &mut known));
                        made.extend(assign.iter().map(|it| &it.value));
                    }
                }
                for body in bodies {
                    let made = made.iter().copied().chain(body.assign.iter().map(|it| &it.value));
                    self.query(&body.query, &made.collect::<Vec<_>>(), &known);
                }
                if bodies.is_empty() {
                    made.iter().for_each(|it| self.expression(it, &known));
                }
            }
        }
    }

    /// A query, with what is made of each of its solutions.
    fn query(&mut self, query: &Query, made: &[&ExprRef], known: &Names) {
        let (mut definitions, mut own) = (Vec::new(), Names::new());
        for statement in &query.stmts {
            declared(statement, &mut own);
        }
        let outside: Names = known.difference(&own).cloned().collect();
        for statement in &query.stmts {
            defined(statement, &outside, &mut definitions);
        }
        let names: Names = definitions.iter().map(|it| it.name.clone()).collect();
        // What is neither known nor given a value here is another error, and told by the interpreter.
        let is_local = |name: &String| names.contains(name) || own.contains(name);
        let mut bound = Names::new();
        loop {
            let count = bound.len();
            let is_ready = |it: &&Definition| {
                it.needs.iter().all(|need| bound.contains(need) || !is_local(need))
            };
            let ready: Vec<&Definition> = definitions.iter().filter(is_ready).collect();
            bound.extend(ready.into_iter().map(|it| it.name.clone()));
            if bound.len() == count {
                break;
            }
        }
        let open: Vec<String> = names.difference(&bound).cloned().collect();
        if !open.is_empty() {
            let (path, line) = (self.file.to_owned(), query.span.line);
            self.errors.push(PolicyError::Circle { path, line, names: open });
            return;
        }
        let inner: Names = known.iter().chain(&own).chain(&names).cloned().collect();
        for statement in &query.stmts {
            statement.with_mods.iter().for_each(|it| self.expression(&it.r#as, &inner));
            match &statement.literal {
                Literal::SomeVars { .. } => {}
                Literal::SomeIn { collection, .. } => self.expression(collection, &inner),
                Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                    self.expression(expr, &inner);
                }
                Literal::Every { key, value, domain, query, .. } => {
                    self.expression(domain, &inner);
                    let mut inner = inner.clone();
                    inner.extend(key.iter().chain([value]).map(|it| it.text().to_owned()));
                    self.query(query, &[], &inner);
                }
            }
        }
        made.iter().for_each(|it| self.expression(it, &inner));
    }

    /// The queries within an expression.
    fn expression(&mut self, expression: &ExprRef, known: &Names) {
        each(expression, &mut |part| match part {
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.query(query, &[term], known);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.query(query, &[key, value], known);
            }
            _ => {}
        });
    }
}

/// The names that a statement makes its own, whatever is known outside.
fn declared(statement: &LiteralStmt, own: &mut Names) {
    match &statement.literal {
        Literal::SomeVars { vars, .. } => own.extend(vars.iter().map(|it| it.text().to_owned())),
        Literal::SomeIn { key, value, .. } => {
            key.iter().chain([value]).for_each(|it| variables(it, own));
        }
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
            if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = &**expr {
                variables(lhs, own);
            }
        }
        Literal::Every { .. } => {}
    }
}

/// What a statement may give values.
fn defined(statement: &LiteralStmt, outside: &Names, definitions: &mut Vec<Definition>) {
    let mut add = |names: Names, needs: &Names| {
        for name in names.into_iter().filter(|name| !outside.contains(name)) {
            let needs = needs.iter().filter(|need| **need != name).cloned().collect();
            definitions.push(Definition { name, needs });
        }
    };
    match &statement.literal {
        Literal::SomeVars { .. } => {}
        Literal::SomeIn { key, value, collection, .. } => {
            let mut names = Names::new();
            key.iter().chain([value]).for_each(|it| variables(it, &mut names));
            add(names, &used(collection));
            in_brackets(collection, &mut add);
        }
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
            in_brackets(expr, &mut add);
            match &**expr {
                Expr::AssignExpr { lhs, rhs, .. } => sides(lhs, rhs, &mut add),
                Expr::Call { params, .. } => {
                    if let Some((last, others)) = params.split_last() {
                        let mut names = Names::new();
                        variables(last, &mut names);
                        add(names, &others.iter().flat_map(used).collect());
                    }
                }
                _ => {}
            }
        }
        Literal::Every { domain, .. } => in_brackets(domain, &mut add),
    }
}

/// The sides of `=` and `:=`, part by part where both are lists or objects.
fn sides(lhs: &ExprRef, rhs: &ExprRef, add: &mut impl FnMut(Names, &Names)) {
    if let (Expr::Array { items: one, .. }, Expr::Array { items: other, .. }) = (&**lhs, &**rhs) {
        one.iter().zip(other).for_each(|(lhs, rhs)| sides(lhs, rhs, add));
        return;
    }
    if let (Expr::Object { fields: one, .. }, Expr::Object { fields: other, .. }) = (&**lhs, &**rhs)
    {
        for (_, key, value) in one {
            let same = other.iter().find(|(_, other, _)| other.span().text() == key.span().text());
            same.iter().for_each(|(_, _, other)| sides(value, other, add));
        }
        return;
    }
    for (pattern, value) in [(lhs, rhs), (rhs, lhs)] {
        let mut names = Names::new();
        variables(pattern, &mut names);
        add(names, &used(value));
    }
}

/// The names in brackets, which go through what is in front of them.
fn in_brackets(expression: &ExprRef, add: &mut impl FnMut(Names, &Names)) {
    each(expression, &mut |part| {
        if let Expr::RefBrack { refr, index, .. } = part {
            let mut names = Names::new();
            variables(index, &mut names);
            add(names, &used(refr));
        }
    });
}

/// The names of a pattern.
fn variables(pattern: &ExprRef, names: &mut Names) {
    match &**pattern {
        Expr::Var { span, .. } if !matches!(span.text(), "_" | "input" | "data") => {
            names.insert(span.text().to_owned());
        }
        Expr::Array { items, .. } => items.iter().for_each(|it| variables(it, names)),
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
            variables(key, names);
            variables(value, names);
        }),
        _ => {}
    }
}

/// The names that an expression needs; those of queries within it are left out.
fn used(expression: &ExprRef) -> Names {
    let mut names = Names::new();
    each(expression, &mut |part| {
        if let Expr::Var { span, .. } = part
            && !matches!(span.text(), "_" | "input" | "data")
        {
            names.insert(span.text().to_owned());
        }
    });
    names
}

/// The parts of an expression, without those of queries within it and without names of functions.
fn each<'e>(expression: &'e ExprRef, work: &mut impl FnMut(&'e Expr)) {
    let mut open: Vec<&'e ExprRef> = vec![expression];
    while let Some(part) = open.pop() {
        work(part);
        match &**part {
            Expr::Array { items, .. } | Expr::Set { items, .. } => open.extend(items),
            Expr::Object { fields, .. } => {
                fields.iter().for_each(|(_, key, value)| open.extend([key, value]));
            }
            Expr::Call { params, .. } => open.extend(params),
            Expr::UnaryExpr { expr, .. } => open.push(expr),
            Expr::RefDot { refr, .. } => open.push(refr),
            Expr::RefBrack { refr, index, .. } => open.extend([refr, index]),
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => open.extend([lhs, rhs]),
            Expr::Membership { key, value, collection, .. } => {
                open.extend(key);
                open.extend([value, collection]);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, Policies, PolicyError, Source};

    fn refused(texts: &[&str]) -> Option<PolicyError> {
        let source = |(number, text): (usize, &&str)| Source {
            path: format!("{number}.rego"),
            text: format!("package p\nimport rego.v1\n{text}\n"),
        };
        let sources: Vec<Source> = texts.iter().enumerate().map(source).collect();
        Policies::new(&sources, &serde_json::json!({}), Limits::default()).err()
    }

    #[test]
    fn names_that_need_one_another_are_refused() {
        for text in [
            "a if { x = y; y = x }",
            "a if { x := y + 1; y := x - 1 }",
            "a contains x if { x := f(y); y := f(x) }\nf(x) := x",
            "a if { some x in y; some y in x }",
            "a if { every e in input.list { x := y + e; y := x } }",
            "a := [x | x := y + 1; y := x + 1]",
            "a if { some x; y := x + 1; y > 1 }",
            "a if { [x, 1] = [y, 1]; y = x }",
            "a if { x = input.list[y]; y = x + 1; z := [q | q := w; w := q] }",
        ] {
            let error = refused(&[text]);
            assert!(
                matches!(error, Some(PolicyError::Circle { line: 3, .. })),
                "{text}: {error:?}"
            );
        }
    }

    #[test]
    fn what_has_an_order_is_not() {
        for texts in [
            &["a if { y = x; x = 1 }"][..],
            &["a if { x = y; y = 1; [z, 2] = [x, w]; w = 2 }"],
            &["a if { x := input.list[i]; i > 1 }"],
            &["a if { walk(input, [path, value]); value == path }"],
            &["a if { split(\"a.b\", \".\", parts); parts[0] == \"a\" }"],
            &["a if { [x, y] = [1, 2]; {\"k\": z} = {\"k\": x}; z == y }"],
            &["a if { {\"x\": x, \"y\": 2} = {\"x\": 1, \"y\": y}; z = [x, y]; z[0] == 1 }"],
            &["x := 1\na if { y := x; y == 1 }\nb if { x := x_of(1) }\nx_of(x) := x"],
            &["a if { x = other; x == 1 }", "other := 1"],
            &["a if { some x in input.list; y := [x | some x in [1]]; y[0] == 1 }"],
            &["a if { x := 1; every y in [x] { z := x + y; z > 1 } }"],
            &["a[k] := v if { some k, v in input.map }\nb if { a[k] = v; a[v] = k }"],
            &["a if { input.list[i] = x; input.list[x] = i }"],
        ] {
            assert_eq!(refused(texts), None, "{texts:?}");
        }
    }
}
