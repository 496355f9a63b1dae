//! Negations that Open Policy Agent reads differently.
//!
//! Its compiler (`rewriteDynamics` in `v1/ast/compile.go`) takes references out of what is negated and evaluates them before
//! it: arguments of functions and operators, and what stands in brackets. Where one is undefined, the whole query is, while
//! `not` of an undefined expression is true here. References at the sides of `==` and `=`, and alone, stay where they are.

use std::collections::BTreeSet;

use regorus::unstable::{AssignOp, BoolOp, Expr, ExprRef, Literal, Query};

use super::problem::ProblemKind;
use super::walk::Walker;

/// References are kept with all that they go through, and so only where they are no longer than people write, in bytes.
const LONGEST: usize = 1000;

impl Walker<'_> {
    /// Says where an expression that is negated may have an argument that is absent.
    pub fn negated(&mut self, expression: &Expr) {
        if !self.is_checking || self.module().is_test {
            return;
        }
        let mut taken_out: Vec<&Expr> = Vec::new();
        match expression {
            Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. }
            | Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => {
                for side in [lhs, rhs] {
                    stays(side, &mut taken_out);
                }
            }
            other => stays(other, &mut taken_out),
        }
        while let Some(part) = taken_out.pop() {
            if is_reference(part) {
                self.may_be_absent(part, expression);
                brackets(part, &mut taken_out);
            } else {
                parts(part, &mut taken_out);
            }
        }
    }

    fn may_be_absent(&mut self, part: &Expr, whole: &Expr) {
        self.is_checking = false;
        let found = self.reference(part);
        self.is_checking = true;
        if let Some(absent) = found.absent {
            let text = whole.span().text();
            let message =
                format!("`not {text}` reads differently in OPA where `{absent}` is absent");
            let hint = "give what is negated a helper rule, and negate that";
            self.say(whole.span(), ProblemKind::Negation, message, hint);
        }
    }
}

fn is_reference(expression: &Expr) -> bool {
    matches!(expression, Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. })
}

/// What is taken out of an expression that itself stays.
fn stays<'e>(expression: &'e Expr, taken_out: &mut Vec<&'e Expr>) {
    match is_reference(expression) {
        true => brackets(expression, taken_out),
        false => parts(expression, taken_out),
    }
}

/// What stands in the brackets of a reference.
fn brackets<'e>(mut at: &'e Expr, open: &mut Vec<&'e Expr>) {
    loop {
        at = match at {
            Expr::RefBrack { refr, index, .. } => {
                open.push(index);
                refr
            }
            Expr::RefDot { refr, .. } => refr,
            _ => return,
        };
    }
}

/// The parts of an expression that are evaluated with it. Comprehensions have a query of their own.
fn parts<'e>(expression: &'e Expr, open: &mut Vec<&'e Expr>) {
    let mut add = |parts: &[&'e ExprRef]| open.extend(parts.iter().map(|part| &***part));
    match expression {
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().for_each(|item| add(&[item]));
        }
        Expr::Object { fields, .. } => fields.iter().for_each(|field| add(&[&field.1, &field.2])),
        Expr::Call { params, .. } => params.iter().for_each(|it| add(&[it])),
        Expr::UnaryExpr { expr, .. } => add(&[expr]),
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => add(&[lhs, rhs]),
        Expr::Membership { key, value, collection, .. } => {
            key.iter().for_each(|key| add(&[key]));
            add(&[value, collection]);
        }
        _ => {}
    }
}

/// The references that have a value wherever a query holds and what is made of it is defined, with what they go through.
pub(super) fn present<'e>(query: &'e Query, made: Option<&'e Expr>) -> BTreeSet<String> {
    let mut open: Vec<&Expr> = made.into_iter().collect();
    for statement in query.stmts.iter().filter(|it| it.with_mods.is_empty()) {
        match &statement.literal {
            Literal::Expr { expr, .. } => open.push(expr),
            Literal::SomeIn { collection, .. } => open.push(collection),
            Literal::Every { domain, .. } => open.push(domain),
            Literal::SomeVars { .. } | Literal::NotExpr { .. } => {}
        }
    }
    let mut present = BTreeSet::new();
    while let Some(part) = open.pop() {
        if !is_reference(part) {
            parts(part, &mut open);
            continue;
        }
        brackets(part, &mut open);
        if part.span().text().len() > LONGEST {
            continue;
        }
        let mut at = part;
        while let Expr::RefDot { refr, span, .. } | Expr::RefBrack { refr, span, .. } = at {
            present.insert(span.text().to_owned());
            at = refr;
        }
    }
    present
}
