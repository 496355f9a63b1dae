//! What expressions refer to, as paths of names.

use std::collections::BTreeSet;

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Query, Rule, RuleAssign, RuleHead};

/// A name, and where it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// The names on the way, as far as they are written out.
    pub path: Vec<String>,
    pub line: u32,
    pub call: Option<Call>,
}

/// A function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// Whether it is given nothing but numbers that are written out and not large.
    pub is_small: bool,
    /// How many arguments it is given, one for what it gives among them if that stands there.
    pub arguments: usize,
}

/// What a rule uses, and what is local to it.
#[derive(Debug, Default)]
pub(super) struct Uses {
    pub all: Vec<Use>,
    pub locals: BTreeSet<String>,
}

/// Expressions that are still to be looked at, and how deep they are.
type Open<'a> = Vec<(&'a Expr, usize)>;

/// The line in which expressions are in one another more than they may be.
pub(super) struct TooDeep(pub u32);

impl Uses {
    /// What a rule uses.
    pub fn of(rule: &Rule, deepest: usize) -> Result<Self, TooDeep> {
        let (mut uses, mut open) = (Self::default(), Open::new());
        match rule {
            Rule::Spec { head, bodies, .. } => {
                uses.head(head, &mut open);
                for body in bodies {
                    uses.assign(body.assign.as_ref(), &mut open);
                    uses.query(&body.query, 1, &mut open);
                }
            }
            Rule::Default { args, value, .. } => {
                args.iter().for_each(|arg| uses.declare(arg));
                open.push((value, 1));
            }
        }
        while let Some((expression, depth)) = open.pop() {
            if depth > deepest {
                return Err(TooDeep(expression.span().line));
            }
            uses.expression(expression, depth + 1, &mut open);
        }
        Ok(uses)
    }

    fn head<'a>(&mut self, head: &'a RuleHead, open: &mut Open<'a>) {
        match head {
            RuleHead::Compr { refr, assign, .. } => {
                self.indexes(refr, open);
                self.assign(assign.as_ref(), open);
            }
            RuleHead::Set { refr, key, .. } => {
                self.indexes(refr, open);
                open.extend(key.iter().map(|key| (&**key, 1)));
            }
            RuleHead::Func { args, assign, .. } => {
                args.iter().for_each(|arg| self.declare(arg));
                self.assign(assign.as_ref(), open);
            }
        }
    }

    /// The keys of a rule that is a part of an object: `rule[key]`.
    fn indexes<'a>(&mut self, mut refr: &'a Expr, open: &mut Open<'a>) {
        loop {
            refr = match refr {
                Expr::RefBrack { refr, index, .. } => {
                    open.push((index, 1));
                    refr
                }
                Expr::RefDot { refr, .. } => refr,
                _ => return,
            };
        }
    }

    fn assign<'a>(&mut self, assign: Option<&'a RuleAssign>, open: &mut Open<'a>) {
        open.extend(assign.map(|assign| (&*assign.value, 1)));
    }

    fn query<'a>(&mut self, query: &'a Query, depth: usize, open: &mut Open<'a>) {
        for LiteralStmt { literal, with_mods, .. } in &query.stmts {
            // What is put in the place of something is used; that it is put there is not.
            open.extend(with_mods.iter().map(|with| (&*with.r#as, depth)));
            match literal {
                Literal::SomeVars { vars, .. } => {
                    self.locals.extend(vars.iter().map(|span| span.text().to_owned()));
                }
                Literal::SomeIn { key, value, collection, .. } => {
                    key.iter().for_each(|key| self.declare(key));
                    self.declare(value);
                    open.push((collection, depth));
                }
                Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                    open.push((expr, depth));
                }
                Literal::Every { key, value, domain, query, .. } => {
                    self.locals.extend(key.iter().map(|span| span.text().to_owned()));
                    self.locals.insert(value.text().to_owned());
                    open.push((domain, depth));
                    self.nested(query, depth, open);
                }
            }
        }
    }

    /// A query within another one; no deeper than expressions may be.
    fn nested<'a>(&mut self, query: &'a Query, depth: usize, open: &mut Open<'a>) {
        self.query(query, depth + 1, open);
    }

    /// Names that an expression gives to what it is matched with.
    fn declare(&mut self, expression: &Expr) {
        let mut open = vec![expression];
        while let Some(expression) = open.pop() {
            match expression {
                Expr::Var { span, .. } => drop(self.locals.insert(span.text().to_owned())),
                Expr::Array { items, .. } | Expr::Set { items, .. } => {
                    open.extend(items.iter().map(|item| &**item));
                }
                Expr::Object { fields, .. } => open.extend(fields.iter().map(|field| &*field.2)),
                _ => {}
            }
        }
    }

    fn expression<'a>(&mut self, expression: &'a Expr, depth: usize, open: &mut Open<'a>) {
        match expression {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => {}
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.reference(expression, None, depth, open);
            }
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                open.extend(items.iter().map(|item| (&**item, depth)));
            }
            Expr::Object { fields, .. } => {
                for (_, key, value) in fields {
                    open.extend([(&**key, depth), (&**value, depth)]);
                }
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                open.push((term, depth));
                self.nested(query, depth, open);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                open.extend([(&**key, depth), (&**value, depth)]);
                self.nested(query, depth, open);
            }
            Expr::Call { fcn, params, .. } => {
                let is_small = params.iter().all(|param| is_small(param));
                let call = Call { is_small, arguments: params.len() };
                self.reference(fcn, Some(call), depth, open);
                open.extend(params.iter().map(|param| (&**param, depth)));
            }
            Expr::UnaryExpr { expr, .. } => open.push((expr, depth)),
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                if matches!(op, AssignOp::ColEq) {
                    self.declare(lhs);
                }
                open.extend([(&**lhs, depth), (&**rhs, depth)]);
            }
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. } => {
                open.extend([(&**lhs, depth), (&**rhs, depth)]);
            }
            Expr::Membership { key, value, collection, .. } => {
                open.extend(key.iter().map(|key| (&**key, depth)));
                open.extend([(&**value, depth), (&**collection, depth)]);
            }
        }
    }

    /// Adds the path of a reference as far as it is written out.
    fn reference<'a>(
        &mut self,
        expression: &'a Expr,
        call: Option<Call>,
        depth: usize,
        open: &mut Open<'a>,
    ) {
        let (mut steps, mut at) = (Vec::new(), expression);
        loop {
            at = match at {
                Expr::RefDot { refr, field, .. } => {
                    steps.push(field.1.as_string().ok().map(|name| name.to_string()));
                    refr
                }
                Expr::RefBrack { refr, index, .. } => {
                    let name = match &**index {
                        Expr::String { value, .. } | Expr::RawString { value, .. } => {
                            value.as_string().ok().map(|name| name.to_string())
                        }
                        other => {
                            open.push((other, depth));
                            None
                        }
                    };
                    steps.push(name);
                    refr
                }
                Expr::Var { span, .. } => {
                    steps.push(Some(span.text().to_owned()));
                    break;
                }
                other => return open.push((other, depth)),
            };
        }
        let path = steps.into_iter().rev().map_while(|step| step).collect();
        self.all.push(Use { path, line: expression.span().line, call });
    }
}

/// Whether an expression is a number that is written out, of 100,000 at most.
fn is_small(expression: &Expr) -> bool {
    const MOST: f64 = 100_000.0;
    let Expr::Number { value, .. } = expression else { return false };
    value.as_f64().is_ok_and(|number| number.abs() <= MOST)
}

/// The path of a name of a package or rule, as far as it is written out.
pub(crate) fn path(expression: &Expr) -> Vec<String> {
    let mut uses = Uses::default();
    uses.reference(expression, None, 0, &mut Vec::new());
    uses.all.pop().map(|it| it.path).unwrap_or_default()
}
