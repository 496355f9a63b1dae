//! Heads of rules that are computed, put into the bodies.
//!
//! `deny contains it.name if some it in input.list` finds all names. Where one of the list has no name, the interpreter here
//! loses what it has found of the others. So such a head gets a name, and the body says what it is:
//! `deny contains head_1 if { some it in input.list; head_1 := it.name }`. Open Policy Agent does the same
//! (`rewriteRefsInHead` in `ast/compile.go`), so that both find the same. Lines stay where they are, unless a head has a
//! query of several lines: then those below move, since ends of lines mean something there.

use std::collections::BTreeSet;
use std::ops::Range;

use regorus::unstable::{AssignOp, Expr, Literal, Module, Rule, RuleBody, RuleHead};

use super::graph::{aliases, name};
use super::parts::{BodyParts, RuleParts, in_one_line};

/// The line of a rule whose head can't be put into its body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entangled(pub u32);

/// A part of a text, and what comes in its place.
struct Edit {
    at: Range<usize>,
    text: String,
}

/// The text of a policy in which no head is computed; nothing where that is so already. What it returns has to be read and
/// [checked](check).
pub(super) fn apart(text: &str, module: &Module) -> Result<Option<String>, Entangled> {
    let names = names(module);
    let starts: Vec<usize> = module.policy.iter().map(|it| it.span().start as usize).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let mut writer = Writer { text, edits: Vec::new(), used: 0 };
    for ((rule, start), end) in module.policy.iter().zip(&starts).zip(ends) {
        let Some(heads) = Heads::of(rule, &names).filter(Heads::are_computed) else { continue };
        let parts = RuleParts::of(text, *start..end);
        let parts = parts.filter(|parts| heads.fit(parts));
        writer.rule(&heads, &parts.ok_or(Entangled(line(text, *start)))?);
    }
    Ok((!writer.edits.is_empty()).then(|| writer.written()))
}

/// Looks whether what [`apart`] wrote is what it was to write: as many rules, none with a head that is computed, and bodies
/// that are longer by what the heads lost.
pub(super) fn check(text: &str, before: &Module, after: &Module) -> Result<(), Entangled> {
    let names = names(before);
    for (place, rule) in before.policy.iter().enumerate() {
        let Some(old) = Heads::of(rule, &names) else { continue };
        let now = after.policy.get(place).filter(|now| name(rule) == name(now));
        let new = now.and_then(|now| Heads::of(now, &names));
        let is_whole = new.is_some_and(|new| {
            let first = usize::from(old.are_computed());
            !new.are_computed()
                && old.bodies.len().max(first) == new.bodies.len()
                && new.bodies.iter().enumerate().all(|(place, body)| old.agrees(place, body))
        });
        if !is_whole {
            return Err(Entangled(line(text, rule.span().start as usize)));
        }
    }
    let is_whole = before.policy.len() == after.policy.len();
    is_whole.then_some(()).ok_or(Entangled(1))
}

/// The line of a place, from 1.
fn line(text: &str, at: usize) -> u32 {
    let before = text.get(..at).unwrap_or_default();
    before.bytes().filter(|byte| *byte == b'\n').count() as u32 + 1
}

/// The names that stand for what is elsewhere.
fn names(module: &Module) -> BTreeSet<String> {
    let own = module.policy.iter().filter_map(|rule| name(rule).into_iter().next());
    let known = ["input", "data"].map(str::to_owned);
    own.chain(aliases(module).into_keys()).chain(known).collect()
}

/// What of a rule's head is computed.
struct Heads<'a> {
    bodies: &'a [RuleBody],
    /// Each key, from left to right.
    keys: Vec<bool>,
    /// The value, or what the set contains.
    value: bool,
    /// What each body has for itself: the value of `else`.
    own: Vec<bool>,
    /// Whether each body adds to what the others find.
    is_partial: bool,
}

impl<'a> Heads<'a> {
    /// Nothing where the interpreter can do with the rule as it is.
    fn of(rule: &'a Rule, names: &BTreeSet<String>) -> Option<Self> {
        let Rule::Spec { head, bodies, .. } = rule else { return None };
        let (refr, value, is_set) = match head {
            RuleHead::Compr { refr, assign, .. } => {
                (Some(refr), assign.as_ref().map(|it| &*it.value), false)
            }
            RuleHead::Set { refr, key, .. } => (Some(refr), key.as_deref(), true),
            // A function has one value, and only its `else` depends on whether it has.
            RuleHead::Func { assign, .. } if bodies.len() > 1 => {
                (None, assign.as_ref().map(|it| &*it.value), false)
            }
            RuleHead::Func { .. } => return None,
        };
        let is_computed = |expression: &Expr| is_computed(expression, names);
        let keys: Vec<bool> =
            refr.map(|it| keys(it).into_iter().map(is_computed).collect()).unwrap_or_default();
        let is_partial = is_set || !keys.is_empty();
        // Without a body there is one value or none, unless the value itself goes through something.
        let is_plain = |it: &Expr| bodies.is_empty() && !is_partial && is_single(it, names);
        let own =
            bodies.iter().map(|body| body.assign.as_ref().is_some_and(|it| is_computed(&it.value)));
        Some(Self {
            bodies,
            is_partial,
            value: value.is_some_and(|it| is_computed(it) && !is_plain(it)),
            own: own.collect(),
            keys,
        })
    }

    fn are_computed(&self) -> bool {
        self.value || self.keys.iter().chain(&self.own).any(|it| *it)
    }

    /// Whether a body needs the value of the head.
    fn needs_value(&self, place: usize) -> bool {
        let has_own = self.bodies.get(place).is_some_and(|body| body.assign.is_some());
        self.value && !has_own && (place == 0 || self.is_partial)
    }

    /// Whether the text has the parts that were read from it.
    fn fit(&self, parts: &RuleParts) -> bool {
        let has_own = |(body, own): (&BodyParts, &bool)| !own || body.value.is_some();
        (self.keys.len() == parts.keys.len() || !self.keys.contains(&true))
            && (parts.value.is_some() || !self.value)
            && self.bodies.len() == parts.bodies.len()
            && parts.bodies.iter().zip(&self.own).all(has_own)
    }

    /// Whether a body is one of these with what was put into it.
    fn agrees(&self, place: usize, body: &RuleBody) -> bool {
        let before = self.bodies.get(place).map_or(0, |body| body.query.stmts.len());
        let keys = self.keys.iter().filter(|it| **it).count();
        let own = self.own.get(place).is_some_and(|it| *it);
        let more = keys + usize::from(self.needs_value(place)) + usize::from(own);
        let stmts = &body.query.stmts;
        stmts.len() == before + more
            && stmts[before..].iter().all(|stmt| {
                let Literal::Expr { expr, .. } = &stmt.literal else { return false };
                stmt.with_mods.is_empty()
                    && matches!(&**expr, Expr::AssignExpr { op: AssignOp::ColEq, .. })
            })
    }
}

/// The keys of a rule that is a part of an object, from left to right.
fn keys(mut refr: &Expr) -> Vec<&Expr> {
    let mut keys = Vec::new();
    loop {
        refr = match refr {
            Expr::RefBrack { refr, index, .. } => {
                keys.push(&**index);
                refr
            }
            Expr::RefDot { refr, .. } => refr,
            _ => break,
        };
    }
    keys.reverse();
    keys
}

/// Whether an expression may have no value, or more than one. Expressions are no deeper than they may be.
fn is_computed(expression: &Expr, names: &BTreeSet<String>) -> bool {
    let mut open = vec![expression];
    while let Some(expression) = open.pop() {
        match expression {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => {}
            Expr::Var { span, .. } if !names.contains(span.text()) => {}
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                open.extend(items.iter().map(|item| &**item));
            }
            Expr::Object { fields, .. } => {
                open.extend(fields.iter().flat_map(|(_, key, value)| [&**key, &**value]));
            }
            _ => return true,
        }
    }
    false
}

/// Whether an expression has one value at most: nothing in it stands for each of several. Expressions are no deeper than they may be.
fn is_single(expression: &Expr, names: &BTreeSet<String>) -> bool {
    let mut open = vec![expression];
    while let Some(expression) = open.pop() {
        match expression {
            Expr::Var { span, .. } if names.contains(span.text()) => {}
            // What goes through something goes through it inside.
            Expr::ArrayCompr { .. } | Expr::SetCompr { .. } | Expr::ObjectCompr { .. } => {}
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                open.extend(items.iter().map(|item| &**item));
            }
            Expr::Object { fields, .. } => {
                open.extend(fields.iter().flat_map(|(_, key, value)| [&**key, &**value]));
            }
            Expr::Call { params, .. } => open.extend(params.iter().map(|it| &**it)),
            Expr::RefDot { refr, .. } => open.push(refr),
            Expr::RefBrack { refr, index, .. } => open.extend([&**refr, &**index]),
            Expr::BoolExpr { lhs, rhs, .. } | Expr::ArithExpr { lhs, rhs, .. } => {
                open.extend([&**lhs, &**rhs]);
            }
            Expr::Var { .. } => return false,
            _ if !is_computed(expression, names) => {}
            _ => return false,
        }
    }
    true
}

/// Writes down what changes of a text.
struct Writer<'a> {
    text: &'a str,
    edits: Vec<Edit>,
    used: usize,
}

impl Writer<'_> {
    fn rule(&mut self, heads: &Heads<'_>, parts: &RuleParts) {
        let computed = heads.keys.iter().zip(&parts.keys).filter(|(is_computed, _)| **is_computed);
        let keys: Vec<String> = computed.map(|(_, at)| self.takes_out(at)).collect();
        let value = parts.value.as_ref().filter(|_| heads.value);
        let value = value.map(|at| self.takes_out(at));
        if parts.bodies.is_empty() {
            let all: Vec<String> = keys.into_iter().chain(value).collect();
            let all = all.join("; ");
            return self.insert(parts.end, format!(" if {{ {all} }}"));
        }
        for (place, body) in parts.bodies.iter().enumerate() {
            let own = body.value.as_ref().filter(|_| heads.own[place]);
            let own = own.map(|at| self.takes_out(at));
            let value = value.clone().filter(|_| heads.needs_value(place));
            let all: Vec<String> = keys.iter().cloned().chain(value).chain(own).collect();
            if !all.is_empty() {
                self.body(body, &all.join("; "));
            }
        }
    }

    /// Puts a name where an expression is, and says what it stands for: `head_1 := it.name`.
    fn takes_out(&mut self, at: &Range<usize>) -> String {
        let name = loop {
            self.used += 1;
            let name = format!("head_{}", self.used);
            if !self.text.contains(&name) {
                break name;
            }
        };
        let text = &self.text[at.clone()];
        let has_query = text.contains('|') || text.contains("every");
        let lines = if has_query { 0 } else { text.matches('\n').count() };
        let stays = format!("{name}{}", "\n".repeat(lines));
        self.edits.push(Edit { at: at.clone(), text: stays });
        match has_query {
            true => format!("{name} := {text}"),
            false => format!("{name} := {}", in_one_line(text)),
        }
    }

    fn body(&mut self, body: &BodyParts, more: &str) {
        match &body.query {
            None => self.insert(body.end, format!(" if {{ {more} }}")),
            Some(query) if body.is_in_braces => {
                let before =
                    self.text[query.start..query.end - 1].trim_end_matches([' ', '\t', '\r']);
                let glue = if before.ends_with(['\n', ';']) { "" } else { "; " };
                self.insert(query.end - 1, format!("{glue}{more} "));
            }
            Some(query) => {
                self.insert(query.start, "{ ".into());
                self.insert(query.end, format!("; {more} }}"));
            }
        }
    }

    fn insert(&mut self, at: usize, text: String) {
        self.edits.push(Edit { at: at..at, text });
    }

    fn written(mut self) -> String {
        self.edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
        let (mut written, mut at) = (String::with_capacity(self.text.len() * 2), 0);
        for edit in &self.edits {
            written += &self.text[at..edit.at.start];
            written += &edit.text;
            at = edit.at.end;
        }
        written + &self.text[at..]
    }
}

#[cfg(test)]
mod tests;
