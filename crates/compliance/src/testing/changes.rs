//! Small changes of a policy, each of which a test should notice.

use regorus::unstable::{
    ArithOp, BoolOp, Expr, ExprRef, Literal, LiteralStmt, Module, Query, Rule, RuleAssign,
    RuleHead, Span,
};

use crate::rego;

/// A change of the text of a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change {
    /// The bytes that are replaced.
    pub start: usize,
    pub end: usize,
    pub with: String,
    /// The bytes around it that are shown.
    pub shown: (usize, usize),
}

/// Collects changes.
struct Changes<'a> {
    text: &'a str,
    all: Vec<Change>,
    shown: (usize, usize),
}

/// The changes of a policy, in its order. What a rule says of itself is left alone.
pub(super) fn changes(module: &Module) -> Vec<Change> {
    let text = module.package.span.source.contents();
    let mut changes = Changes { text, all: Vec::new(), shown: (0, 0) };
    let names: Vec<String> = module.policy.iter().map(|rule| rego::name(rule).join(".")).collect();
    for (rule, name) in module.policy.iter().zip(&names).filter(|(_, name)| *name != "meta") {
        changes.shown = range(rule.span());
        if names.iter().filter(|other| *other == name).count() > 1 {
            let (start, end) = changes.shown;
            changes.add(start, end, String::new());
        }
        changes.rule(rule);
    }
    changes.all.sort();
    changes.all.dedup();
    changes.all
}

fn range(span: &Span) -> (usize, usize) {
    (span.start as usize, span.end as usize)
}

impl<'a> Changes<'a> {
    fn add(&mut self, start: usize, end: usize, with: String) {
        let is_whole = self.text.get(start..end).is_some_and(|was| was != with);
        if is_whole {
            self.all.push(Change { start, end, with, shown: self.shown });
        }
    }

    fn of(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::Default { value, .. } => self.expression(value),
            Rule::Spec { head, bodies, .. } => {
                match head {
                    RuleHead::Compr { refr, assign, .. } => {
                        self.keys(refr);
                        self.assign(assign.as_ref());
                    }
                    RuleHead::Set { refr, key, .. } => {
                        self.keys(refr);
                        key.iter().for_each(|key| self.expression(key));
                    }
                    RuleHead::Func { args, assign, .. } => {
                        args.iter().for_each(|argument| self.expression(argument));
                        self.assign(assign.as_ref());
                    }
                }
                for body in bodies {
                    self.assign(body.assign.as_ref());
                    self.query(&body.query);
                }
            }
        }
    }

    fn keys(&mut self, mut refr: &Expr) {
        loop {
            refr = match refr {
                Expr::RefBrack { refr, index, .. } => {
                    self.expression(index);
                    refr
                }
                Expr::RefDot { refr, .. } => refr,
                _ => return,
            };
        }
    }

    fn assign(&mut self, assign: Option<&RuleAssign>) {
        assign.iter().for_each(|assign| self.expression(&assign.value));
    }

    fn query(&mut self, query: &Query) {
        for (number, statement) in query.stmts.iter().enumerate() {
            let before = std::mem::replace(&mut self.shown, range(&statement.span));
            self.statement(statement, &query.stmts[number + 1..]);
            self.shown = before;
        }
    }

    fn statement(&mut self, statement: &LiteralStmt, rest: &[LiteralStmt]) {
        let (start, end) = range(&statement.span);
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { collection, .. } => {
                self.every_instead(start, end, rest);
                self.expression(collection);
            }
            Literal::Expr { expr, .. } => {
                if !matches!(**expr, Expr::AssignExpr { .. }) {
                    self.add(start, end, "true".to_owned());
                    self.add(start, start, "not ".to_owned());
                }
                self.expression(expr);
            }
            Literal::NotExpr { expr, .. } => {
                self.add(start, end, "true".to_owned());
                let is_not = self.of(start, end).starts_with("not ");
                if is_not {
                    self.add(start, start + 4, String::new());
                }
                self.expression(expr);
            }
            Literal::Every { domain, query, .. } => {
                self.some_instead(start, end, query);
                self.expression(domain);
                self.query(query);
            }
        }
    }

    /// `some x in list; rest` to `every x in list { rest }`.
    fn every_instead(&mut self, start: usize, end: usize, rest: &[LiteralStmt]) {
        let Some(named) = self.of(start, end).strip_prefix("some ") else { return };
        let last = rest.last().map_or(end, |last| last.span.end as usize);
        let inside = match self.of(end, last).trim_matches([';', ' ', '\n', '\t', '\r']) {
            "" => "true",
            inside => inside,
        };
        let with = format!("every {named} {{\n{inside}\n}}");
        self.add(start, last, with);
    }

    /// `every x in list { body }` to `some x in list; body`.
    fn some_instead(&mut self, start: usize, end: usize, query: &Query) {
        let (Some(first), Some(last)) = (query.stmts.first(), query.stmts.last()) else { return };
        let head = self.of(start, first.span.start as usize).trim_end();
        let named = head.strip_suffix('{').and_then(|head| head.strip_prefix("every "));
        if let Some(named) = named {
            let body = self.of(first.span.start as usize, last.span.end as usize);
            let with = format!("some {}\n{body}", named.trim_end());
            self.add(start, end, with);
        }
    }

    fn each<'e>(&mut self, parts: impl IntoIterator<Item = &'e ExprRef>) {
        parts.into_iter().for_each(|part| self.expression(part));
    }

    fn expression(&mut self, expression: &Expr) {
        let (start, end) = range(expression.span());
        match expression {
            Expr::String { .. } | Expr::RawString { .. } => self.string(start, end),
            Expr::Number { .. } => self.number(start, end),
            Expr::Bool { .. } => self.boolean(start, end),
            Expr::Null { .. } | Expr::Var { .. } => {}
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                self.emptied(expression, items);
                self.each(items);
            }
            Expr::Object { fields, .. } => {
                fields.iter().for_each(|field| self.each([&field.1, &field.2]));
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.expression(term);
                self.query(query);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.each([key, value]);
                self.query(query);
            }
            Expr::Call { params, .. } => self.each(params),
            Expr::UnaryExpr { expr, .. } => self.expression(expr),
            Expr::RefDot { .. } | Expr::RefBrack { .. } => self.keys(expression),
            Expr::BoolExpr { op, lhs, rhs, .. } => {
                for with in others(op) {
                    self.operator(sign(op), with, lhs, rhs);
                }
                self.each([lhs, rhs]);
            }
            Expr::ArithExpr { op, lhs, rhs, .. } => {
                if let Some((was, with)) = other(op) {
                    self.operator(was, with, lhs, rhs);
                }
                self.each([lhs, rhs]);
            }
            Expr::BinExpr { lhs, rhs, .. } | Expr::AssignExpr { lhs, rhs, .. } => {
                self.each([lhs, rhs]);
            }
            Expr::Membership { key, value, collection, .. } => {
                self.each(key.iter().chain([value, collection]));
            }
        }
    }

    /// A list or a set without what is in it.
    fn emptied(&mut self, expression: &Expr, items: &[ExprRef]) {
        let (start, end) = range(expression.span());
        let empty = if matches!(expression, Expr::Set { .. }) { "set()" } else { "[]" };
        if !items.is_empty() {
            self.add(start, end, empty.to_owned());
        }
    }

    fn boolean(&mut self, start: usize, end: usize) {
        let with = if self.of(start, end) == "true" { "false" } else { "true" };
        self.add(start, end, with.to_owned());
    }

    fn operator(&mut self, was: &str, with: &str, lhs: &Expr, rhs: &Expr) {
        let (from, to) = (lhs.span().end as usize, rhs.span().start as usize);
        if let Some(at) = self.of(from, to).find(was) {
            self.add(from + at, from + at + was.len(), with.to_owned());
        }
    }

    /// Puts a sign at the end of a string, within its quotes.
    fn string(&mut self, start: usize, end: usize) {
        let is_quoted = self.of(start, end).starts_with(['"', '`']);
        let inner = if is_quoted { end.saturating_sub(1) } else { end };
        self.add(inner, inner, "~".to_owned());
    }

    fn number(&mut self, start: usize, end: usize) {
        if let Ok(number) = self.of(start, end).parse::<i64>() {
            for with in [number.checked_add(1), number.checked_sub(1)].into_iter().flatten() {
                self.add(start, end, with.to_string());
            }
        }
    }
}

fn sign(op: &BoolOp) -> &'static str {
    match op {
        BoolOp::Lt => "<",
        BoolOp::Le => "<=",
        BoolOp::Eq => "==",
        BoolOp::Ge => ">=",
        BoolOp::Gt => ">",
        BoolOp::Ne => "!=",
    }
}

/// The opposite of a comparison, and the other side of its edge.
fn others(op: &BoolOp) -> &'static [&'static str] {
    match op {
        BoolOp::Lt => &[">=", "<="],
        BoolOp::Le => &[">", "<"],
        BoolOp::Ge => &["<", ">"],
        BoolOp::Gt => &["<=", ">="],
        BoolOp::Eq => &["!="],
        BoolOp::Ne => &["=="],
    }
}

fn other(op: &ArithOp) -> Option<(&'static str, &'static str)> {
    match op {
        ArithOp::Add => Some(("+", "-")),
        ArithOp::Sub => Some(("-", "+")),
        ArithOp::Mul => Some(("*", "/")),
        ArithOp::Div => Some(("/", "*")),
        ArithOp::Mod => None,
    }
}
