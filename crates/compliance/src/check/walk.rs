//! Goes through policies and gives each expression a form.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regorus::unstable::{
    Expr, Literal, LiteralStmt, Query, Rule, RuleAssign, RuleBody, RuleHead, Span,
};

use super::module::{Parsed, arguments, line};
use super::problem::{Problem, ProblemKind};
use super::types::Type;
use crate::input;

/// So many rounds over all rules: what one learns of another is known in the next.
const ROUNDS: usize = 12;

/// What a rule makes of a query that holds.
fn made(head: &RuleHead) -> Option<&Expr> {
    match head {
        RuleHead::Set { key, .. } => key.as_deref(),
        RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => {
            assign.as_ref().map(|assign| &*assign.value)
        }
    }
}

/// The forms of rules, and of what functions are given.
type Learned = (BTreeMap<Vec<String>, Type>, BTreeMap<Vec<String>, Vec<Type>>);

/// The rules of all policies.
pub(super) struct Walker<'a> {
    pub modules: &'a [Parsed],
    pub input: Type,
    /// The forms of rules and of what functions give.
    pub rules: BTreeMap<Vec<String>, Type>,
    /// The forms of what functions are given.
    pub arguments: BTreeMap<Vec<String>, Vec<Type>>,
    /// What the round at hand learns.
    pub learned: Learned,
    /// The parameters of rules, by id.
    pub parameters: BTreeMap<String, BTreeMap<String, Type>>,
    pub used: BTreeSet<(String, String)>,
    /// The policy at hand.
    pub at: usize,
    pub is_checking: bool,
    pub scopes: Vec<Scope>,
    /// What `with` puts other things in the place of.
    pub replaced: Vec<Vec<String>>,
    pub problems: Vec<Problem>,
    pub known: usize,
    pub unknown: usize,
}

/// What is known within a query.
#[derive(Default)]
pub(super) struct Scope {
    pub names: BTreeMap<String, Type>,
    /// References that have a value wherever the query holds.
    pub present: BTreeSet<String>,
}

impl<'a> Walker<'a> {
    pub fn new(modules: &'a [Parsed]) -> Self {
        let mut parameters = BTreeMap::new();
        for meta in modules.iter().filter_map(|module| module.meta.as_ref()) {
            let of =
                |value: Option<&serde_json::Value>| value.map_or(Type::Unknown, Type::of_value);
            if let (Some(id), Some(known)) = (meta.id(), meta.parameters()) {
                let known = known.into_iter().map(|(name, value)| (name.clone(), of(value)));
                parameters.insert(id.to_owned(), known.collect());
            }
        }
        Self {
            modules,
            input: Type::of_schema(&input::schema()),
            rules: BTreeMap::new(),
            arguments: BTreeMap::new(),
            learned: Default::default(),
            parameters,
            used: BTreeSet::new(),
            at: 0,
            is_checking: false,
            scopes: Vec::new(),
            replaced: Vec::new(),
            problems: Vec::new(),
            known: 0,
            unknown: 0,
        }
    }

    /// Learns the forms of all rules.
    pub fn learn(&mut self) {
        for module in self.modules {
            for rule in &module.module.policy {
                self.rules.insert(module.whole(rule), Type::Nothing);
            }
        }
        for _ in 0..ROUNDS {
            self.round();
            let (rules, arguments) = std::mem::take(&mut self.learned);
            let is_done = (&rules, &arguments) == (&self.rules, &self.arguments);
            (self.rules, self.arguments) = (rules, arguments);
            if is_done {
                break;
            }
        }
    }

    /// Says what is wrong.
    pub fn check(&mut self) {
        self.is_checking = true;
        self.round();
    }

    fn round(&mut self) {
        let modules = self.modules;
        for (at, module) in modules.iter().enumerate() {
            self.at = at;
            for rule in &module.module.policy {
                self.rule(rule);
            }
        }
    }

    pub fn module(&self) -> &'a Parsed {
        &self.modules[self.at]
    }

    pub fn scope(&mut self) -> &mut Scope {
        if self.scopes.is_empty() {
            self.scopes.push(Scope::default());
        }
        self.scopes.last_mut().expect("one was added")
    }

    /// Says that something is wrong, while that is asked for.
    pub fn say(&mut self, span: &Span, kind: ProblemKind, message: String, hint: &str) {
        if self.is_checking {
            let problem = self.module().problem(line(span), kind, message, hint);
            self.problems.push(problem);
        }
    }

    fn rule(&mut self, rule: &Rule) {
        let whole = self.module().whole(rule);
        self.scopes = vec![Scope::default()];
        let given = self.arguments.get(&whole).cloned().unwrap_or_default();
        for (position, argument) in arguments(rule).iter().enumerate() {
            self.bind(argument, &given.get(position).cloned().unwrap_or(Type::Nothing));
        }
        let form = match rule {
            Rule::Spec { head, bodies, .. } => self.bodies(head, bodies),
            Rule::Default { value, .. } => self.expression(value),
        };
        let known = self.learned.0.entry(whole).or_insert(Type::Nothing);
        *known = known.join(&form);
        self.scopes.clear();
    }

    fn bodies(&mut self, head: &RuleHead, bodies: &[RuleBody]) -> Type {
        let mut form = Type::Nothing;
        if bodies.is_empty() {
            return self.head(head);
        }
        for (number, body) in bodies.iter().enumerate() {
            self.scopes.push(Scope::default());
            let made = made(head).filter(|_| bodies.len() == 1);
            self.query(&body.query, made);
            let of_body = match (number, &body.assign) {
                (0, _) | (_, None) => self.head(head),
                (_, Some(assign)) => self.assigned(Some(assign)),
            };
            form = form.join(&of_body);
            self.scopes.pop();
        }
        form
    }

    /// The form of a rule by its head.
    fn head(&mut self, head: &RuleHead) -> Type {
        match head {
            RuleHead::Compr { refr, assign, .. } => {
                let value = self.assigned(assign.as_ref());
                let keys = self.keys(refr);
                (0..keys).fold(value, |value, _| Type::map(value))
            }
            RuleHead::Set { refr, key, .. } => {
                let inner = key.as_ref().map_or(Type::Scalar, |key| self.expression(key));
                let keys = self.keys(refr);
                match key {
                    None => Type::set(inner),
                    Some(_) => (0..keys).fold(Type::set(inner), |value, _| Type::map(value)),
                }
            }
            RuleHead::Func { assign, .. } => self.assigned(assign.as_ref()),
        }
    }

    fn assigned(&mut self, assign: Option<&RuleAssign>) -> Type {
        assign.map_or(Type::Scalar, |assign| self.expression(&assign.value))
    }

    /// Goes through the keys of `rule[key]`, and counts them.
    fn keys(&mut self, mut refr: &Expr) -> usize {
        let mut keys = 0;
        loop {
            refr = match refr {
                Expr::RefBrack { refr, index, .. } => {
                    if !matches!(**index, Expr::String { .. }) {
                        self.expression(index);
                        keys += 1;
                    }
                    refr
                }
                Expr::RefDot { refr, .. } => refr,
                _ => return keys,
            };
        }
    }

    pub fn query(&mut self, query: &Query, made: Option<&Expr>) {
        let present = super::negation::present(query, made);
        self.scope().present.extend(present);
        query.stmts.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &LiteralStmt) {
        let replaced = self.replaced.len();
        for with in &statement.with_mods {
            self.expression(&with.r#as);
            self.replaced.push(crate::rego::path(&with.refr));
        }
        match &statement.literal {
            Literal::SomeVars { vars, .. } => {
                for name in vars {
                    self.scope().names.insert(name.text().to_owned(), Type::Nothing);
                }
            }
            Literal::SomeIn { key, value, collection, .. } => {
                let form = self.expression(collection);
                key.iter().for_each(|key| self.bind(key, &form.key()));
                self.bind(value, &form.element());
            }
            Literal::Expr { expr, .. } => drop(self.expression(expr)),
            Literal::NotExpr { expr, .. } => {
                self.expression(expr);
                self.negated(expr);
            }
            Literal::Every { key, value, domain, query, .. } => {
                let form = self.expression(domain);
                self.scopes.push(Scope::default());
                if let Some(key) = key {
                    self.scope().names.insert(key.text().to_owned(), form.key());
                }
                self.scope().names.insert(value.text().to_owned(), form.element());
                self.query(query, None);
                self.scopes.pop();
            }
        }
        self.replaced.truncate(replaced);
    }

    /// Gives names of a pattern the forms of what it is matched with.
    pub fn bind(&mut self, pattern: &Expr, form: &Type) {
        match pattern {
            Expr::Var { span, .. } => {
                self.scope().names.insert(span.text().to_owned(), form.clone());
            }
            Expr::Array { items, .. } => {
                for (position, item) in items.iter().enumerate() {
                    let of = match form {
                        Type::Tuple(of) => of.get(position).cloned().unwrap_or(Type::Nothing),
                        other => other.element(),
                    };
                    self.bind(item, &of);
                }
            }
            Expr::Object { fields, .. } => {
                for (_, key, value) in fields {
                    self.expression(key);
                    self.bind(value, &form.element());
                }
            }
            other => drop(self.expression(other)),
        }
    }

    /// Parameters that no rule asks for.
    pub fn unused_parameters(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for module in self.modules {
            let Some((meta, id)) = module.meta.as_ref().zip(module.id()) else { continue };
            let known = self.parameters.get(id).into_iter().flat_map(BTreeMap::keys);
            for name in known.filter(|name| !self.used.contains(&(id.to_owned(), (*name).clone())))
            {
                let message = format!("the parameter `{name}` has no effect");
                let hint = format!("ask for `data.parameters[\"{id}\"].{name}`, or take it out");
                let line = meta.line_of(name);
                problems.push(module.problem(line, ProblemKind::Parameter, message, hint));
            }
        }
        problems
    }

    /// The form of parameters as a whole.
    pub fn parameters_of(&self, id: &str) -> Type {
        Type::Parameters(Arc::from(id))
    }
}
