//! The forms of expressions.

use std::collections::BTreeMap;

use regorus::unstable::{AssignOp, BoolOp, Expr, ExprRef, Query, Span};

use super::types::{Member, Type};
use super::walk::{Scope, Walker};

impl Walker<'_> {
    /// The form of an expression. One that is made of too many others is not known: names for it could be given again and
    /// again, so that it had no end.
    pub fn expression(&mut self, expression: &Expr) -> Type {
        let form = self.form_of(expression);
        let is_made = !matches!(
            expression,
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } | Expr::Call { .. }
        );
        if is_made && !form.is_small() { Type::Unknown } else { form }
    }

    fn form_of(&mut self, expression: &Expr) -> Type {
        match expression {
            Expr::String { .. } | Expr::RawString { .. } => Type::Text(None),
            Expr::Number { .. } => Type::Number,
            Expr::Bool { .. } => Type::Bool,
            Expr::Null { .. } => Type::Scalar,
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.reference(expression).form
            }
            Expr::Array { items, .. } => {
                Type::Tuple(items.iter().map(|item| self.expression(item)).collect())
            }
            Expr::Set { items, .. } => Type::set(self.all(items)),
            Expr::Object { fields, .. } => self.object(fields),
            Expr::ArrayCompr { term, query, .. } => Type::array(self.within(query, &[term])),
            Expr::SetCompr { term, query, .. } => Type::set(self.within(query, &[term])),
            Expr::ObjectCompr { key, value, query, .. } => {
                Type::map(self.within(query, &[key, value]))
            }
            Expr::Call { fcn, params, .. } => self.call(fcn, params),
            Expr::UnaryExpr { expr, .. } => self.scalar([expr]),
            Expr::AssignExpr { op, lhs, rhs, .. } => self.assignment(op, lhs, rhs),
            Expr::BinExpr { lhs, rhs, .. } => {
                let one = self.expression(lhs);
                one.join(&self.expression(rhs))
            }
            Expr::ArithExpr { lhs, rhs, .. } => {
                let one = self.expression(lhs);
                let other = self.expression(rhs);
                match (one, other) {
                    (one @ Type::Set(_), _) => one,
                    (Type::Number, Type::Number) => Type::Number,
                    _ => Type::Scalar,
                }
            }
            Expr::BoolExpr { op, lhs, rhs, .. } => {
                self.both(op, lhs, rhs);
                Type::Bool
            }
            Expr::Membership { key, value, collection, .. } => {
                key.iter().for_each(|key| drop(self.expression(key)));
                let (one, all) = (self.expression(value), self.expression(collection));
                self.looked_for((&**value, &one), (&**collection, &all));
                Type::Bool
            }
        }
    }

    fn scalar<'e>(&mut self, parts: impl IntoIterator<Item = &'e ExprRef>) -> Type {
        parts.into_iter().for_each(|part| drop(self.expression(part)));
        Type::Scalar
    }

    fn all(&mut self, items: &[ExprRef]) -> Type {
        items.iter().fold(Type::Nothing, |all, item| all.join(&self.expression(item)))
    }

    /// The form of what a comprehension collects: that of its last part.
    fn within(&mut self, query: &Query, parts: &[&ExprRef]) -> Type {
        self.scopes.push(Scope::default());
        self.query(query, None);
        let form = parts.iter().fold(Type::Nothing, |_, part| self.expression(part));
        self.scopes.pop();
        form
    }

    fn object(&mut self, fields: &[(Span, ExprRef, ExprRef)]) -> Type {
        let mut members = BTreeMap::new();
        let mut all = Type::Nothing;
        for (_, key, value) in fields {
            self.expression(key);
            let form = self.expression(value);
            all = all.join(&form);
            if let Expr::String { value, .. } | Expr::RawString { value, .. } = &**key
                && let Ok(name) = value.as_string()
            {
                members.insert(name.to_string(), Member { form, is_optional: false });
            }
        }
        if members.len() == fields.len() { Type::object(members, false) } else { Type::map(all) }
    }

    fn assignment(&mut self, op: &AssignOp, lhs: &Expr, rhs: &Expr) -> Type {
        if matches!(op, AssignOp::ColEq) || self.is_open(lhs) {
            let form = self.expression(rhs);
            self.bind(lhs, &form);
        } else if self.is_open(rhs) {
            let form = self.expression(lhs);
            self.bind(rhs, &form);
        } else {
            self.both(&BoolOp::Eq, lhs, rhs);
        }
        Type::Scalar
    }

    fn both(&mut self, op: &BoolOp, lhs: &Expr, rhs: &Expr) {
        let (one, other) = (self.expression(lhs), self.expression(rhs));
        self.compared(op, [(lhs, &one), (rhs, &other)]);
    }

    /// Whether a pattern is a name that has no value yet.
    pub fn is_open(&self, expression: &Expr) -> bool {
        let Expr::Var { span, .. } = expression else { return false };
        let name = span.text();
        let local = self.scopes.iter().rev().find_map(|scope| scope.names.get(name));
        match local {
            Some(form) => *form == Type::Nothing,
            None => {
                let module = self.module();
                !matches!(name, "input" | "data")
                    && !module.own.contains(name)
                    && !module.aliases.contains_key(name)
            }
        }
    }

    fn call(&mut self, function: &Expr, parameters: &[ExprRef]) -> Type {
        let given: Vec<Type> = parameters.iter().map(|it| self.expression(it)).collect();
        let path = self.whole(crate::rego::path(function));
        if !self.rules.contains_key(&path) {
            return self.built_in(&path.join("."), parameters, &given);
        }
        if !self.module().is_test {
            let known = self.learned.1.entry(path.clone()).or_default();
            known.resize(known.len().max(given.len()), Type::Nothing);
            known.iter_mut().zip(&given).for_each(|(known, given)| *known = known.join(given));
        }
        self.rules.get(&path).cloned().unwrap_or(Type::Unknown)
    }

    /// A path from `data`, where it begins with a name of a rule or an import.
    pub fn whole(&self, path: Vec<String>) -> Vec<String> {
        let module = self.module();
        let Some(first) = path.first() else { return path };
        let front = match module.aliases.get(first) {
            Some(front) => front.clone(),
            None if module.own.contains(first) => {
                module.package.iter().chain([first]).cloned().collect()
            }
            None => vec![first.clone()],
        };
        front.into_iter().chain(path.into_iter().skip(1)).collect()
    }
}
