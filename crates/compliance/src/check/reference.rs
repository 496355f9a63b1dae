//! Where references lead.

use regorus::unstable::{Expr, ExprRef, Span};

use super::problem::{ProblemKind, nearest};
use super::types::{Members, Type};
use super::walk::Walker;

/// Where a reference leads.
pub(super) struct Found {
    pub form: Type,
    /// The part of it that the input need not have, as it is written.
    pub absent: Option<String>,
}

/// One step of a reference.
enum Step<'e> {
    Name(String),
    Index(&'e ExprRef),
}

/// A reference, taken apart: where it begins, and the steps with what was written so far.
struct Chain<'e> {
    root: &'e Expr,
    steps: Vec<(Step<'e>, &'e Expr)>,
}

impl<'e> Chain<'e> {
    fn of(expression: &'e Expr) -> Self {
        let (mut at, mut steps) = (expression, Vec::new());
        loop {
            let (step, next) = match at {
                Expr::RefDot { refr, field, .. } => (Step::Name(field.0.text().to_owned()), refr),
                Expr::RefBrack { refr, index, .. } => (named(index), refr),
                root => {
                    steps.reverse();
                    return Self { root, steps };
                }
            };
            steps.push((step, at));
            at = next;
        }
    }

    /// The steps from the first that are names.
    fn names(&self) -> Vec<String> {
        let name = |(step, _): &(Step<'_>, &Expr)| match step {
            Step::Name(name) => Some(name.clone()),
            Step::Index(_) => None,
        };
        self.steps.iter().map_while(name).collect()
    }
}

fn named(index: &ExprRef) -> Step<'_> {
    match &**index {
        Expr::String { value, .. } | Expr::RawString { value, .. } => match value.as_string() {
            Ok(name) => Step::Name(name.to_string()),
            Err(_) => Step::Index(index),
        },
        _ => Step::Index(index),
    }
}

/// What a step comes to.
struct Stepped {
    form: Type,
    is_optional: bool,
}

impl Stepped {
    fn sure(form: Type) -> Self {
        Self { form, is_optional: false }
    }

    fn perhaps(form: Type) -> Self {
        Self { form, is_optional: true }
    }
}

impl Walker<'_> {
    /// Follows a reference.
    pub fn reference(&mut self, expression: &Expr) -> Found {
        let chain = Chain::of(expression);
        let (mut form, first) = self.root(&chain);
        let (mut absent, mut is_input) = (None, form == self.input);
        let mut is_lost = false;
        for (step, so_far) in chain.steps.iter().skip(first) {
            is_input |= matches!(&form, Type::Object(members) if members.is_input);
            is_lost |= matches!(form, Type::Unknown | Type::Nothing);
            let stepped = self.step(&form, step, so_far);
            if stepped.is_optional && absent.is_none() && !self.is_present(so_far) {
                absent = Some(so_far.span().text().to_owned());
            }
            form = stepped.form;
        }
        let counts = self.is_checking && !self.module().is_test;
        self.unknown += usize::from(counts && is_lost);
        self.known += usize::from(counts && !is_lost && is_input);
        Found { form, absent }
    }

    fn is_present(&self, expression: &Expr) -> bool {
        let text = expression.span().text();
        self.scopes.iter().any(|scope| scope.present.contains(text))
    }

    /// Where a reference begins, and how many of its steps that takes.
    fn root(&mut self, chain: &Chain<'_>) -> (Type, usize) {
        let Expr::Var { span, .. } = chain.root else { return (self.expression(chain.root), 0) };
        let name = span.text();
        if name == "_" {
            return (Type::Nothing, 0);
        }
        if let Some(form) = self.scopes.iter().rev().find_map(|scope| scope.names.get(name)) {
            return (form.clone(), 0);
        }
        let path = self.whole(vec![name.to_owned()]);
        match path.first().map(String::as_str) {
            Some("input") => (self.of_input(&path[1..], chain), 0),
            Some("data") => self.of_data(&path[1..], chain),
            _ => {
                self.scope().names.insert(name.to_owned(), Type::Nothing);
                (Type::Nothing, 0)
            }
        }
    }

    fn of_input(&mut self, imported: &[String], chain: &Chain<'_>) -> Type {
        let is_replaced =
            self.replaced.iter().any(|path| path.first().is_some_and(|it| it == "input"));
        if is_replaced || self.module().is_test {
            return Type::Unknown;
        }
        let input = self.input.clone();
        imported
            .iter()
            .fold(input, |form, name| self.step(&form, &Step::Name(name.clone()), chain.root).form)
    }

    /// What data there is below a path, and how many steps that takes.
    fn of_data(&mut self, begun: &[String], chain: &Chain<'_>) -> (Type, usize) {
        let mut path = vec!["data".to_owned()];
        path.extend(begun.iter().cloned().chain(chain.names()));
        let taken = |length: usize| length.saturating_sub(1 + begun.len());
        if path.get(1).is_some_and(|name| name == "parameters") {
            return self.of_parameters(&path, chain, taken(3).min(chain.steps.len()));
        }
        let rule = (2..=path.len()).rev().find_map(|length| {
            self.rules.get(&path[..length]).map(|form| (form.clone(), taken(length)))
        });
        if let Some(found) = rule {
            return found;
        }
        let is_package = self.rules.keys().any(|known| known.starts_with(&path));
        let is_replaced = self.replaced.iter().any(|it| path.starts_with(it));
        if !is_package && !is_replaced {
            let message = format!("there is no `{}`", path.join("."));
            let hint = "name a rule of a policy that is checked with this one";
            self.say(chain.root.span(), ProblemKind::Data, message, hint);
        }
        (Type::Unknown, chain.steps.len())
    }

    /// Parameters: `data.parameters["id"]`.
    fn of_parameters(&mut self, path: &[String], chain: &Chain<'_>, taken: usize) -> (Type, usize) {
        let place = chain.root.span();
        if self.module().is_test {
            return (Type::Unknown, chain.steps.len());
        }
        let Some(id) = path.get(2) else {
            let message = "it asks for the parameters of all rules".to_owned();
            self.say(place, ProblemKind::Data, message, "name the rule: `data.parameters[\"id\"]`");
            return (Type::Unknown, chain.steps.len());
        };
        let package = &self.module().package;
        let mut same = self.modules.iter().filter(|module| module.package == *package);
        let own = same.find_map(|module| module.id());
        if own.is_some_and(|own| own != id) || !self.parameters.contains_key(id) {
            let message = format!("`{id}` is not the id of this rule: it has no such parameters");
            self.say(place, ProblemKind::Data, message, "write the id of its own `meta`");
            return (Type::Unknown, chain.steps.len());
        }
        (self.parameters_of(id), taken)
    }

    fn step(&mut self, form: &Type, step: &Step<'_>, so_far: &Expr) -> Stepped {
        match step {
            Step::Name(name) => self.member(form, name, so_far.span(), so_far.span().text()),
            Step::Index(index) => {
                let is_open = self.is_open(index);
                if is_open {
                    self.bind(index, &form.key());
                } else {
                    self.expression(index);
                }
                self.index(form, index, is_open)
            }
        }
    }

    fn index(&mut self, form: &Type, index: &Expr, is_open: bool) -> Stepped {
        if let Type::Parameters(id) = form {
            let all = self.parameters.get(&**id).into_iter().flat_map(|it| it.keys().cloned());
            let used: Vec<_> = all.map(|name| (id.to_string(), name)).collect();
            self.used.extend(used);
            return Stepped::sure(Type::Unknown);
        }
        let position = match index {
            Expr::Number { value, .. } => {
                value.as_u64().ok().and_then(|it| usize::try_from(it).ok())
            }
            _ => None,
        };
        match (form, position) {
            (Type::Tuple(of), Some(position)) => {
                Stepped::sure(of.get(position).cloned().unwrap_or(Type::Nothing))
            }
            (Type::Unknown, _) => Stepped::sure(Type::Unknown),
            _ if is_open => Stepped::sure(form.element()),
            _ => Stepped::perhaps(form.element()),
        }
    }

    /// A member by its name.
    pub fn member_of(&mut self, form: &Type, name: &str, place: &Span, so_far: &str) -> Type {
        self.member(form, name, place, so_far).form
    }

    fn member(&mut self, form: &Type, name: &str, place: &Span, so_far: &str) -> Stepped {
        match form {
            Type::Object(members) => self.of_object(members, name, place, so_far),
            Type::Map(of) | Type::Set(of) => Stepped::perhaps((**of).clone()),
            Type::Parameters(id) => Stepped::sure(self.parameter(&id.clone(), name, place)),
            Type::Array(_) | Type::Tuple(_) => {
                let message = format!("`{so_far}`: a list has no member `{name}`");
                let hint = "go through its elements: `some element in list`";
                self.say(place, ProblemKind::Input, message, hint);
                Stepped::sure(Type::Unknown)
            }
            Type::Scalar | Type::Text(_) | Type::Number | Type::Bool => {
                let message = format!("`{so_far}`: what is in front of `{name}` has no members");
                let hint = "`gitops-health compliance input --schema` says what there is";
                self.say(place, ProblemKind::Input, message, hint);
                Stepped::sure(Type::Unknown)
            }
            Type::Nothing => Stepped::sure(Type::Nothing),
            Type::Unknown => Stepped::sure(Type::Unknown),
        }
    }

    fn of_object(&mut self, members: &Members, name: &str, place: &Span, so_far: &str) -> Stepped {
        if let Some(member) = members.of.get(name) {
            let (form, is_optional) = (member.form.clone(), member.is_optional);
            return Stepped { form, is_optional };
        }
        let like = nearest(name, members.of.keys());
        let like = like.map(|like| format!(": did you mean `{like}`?")).unwrap_or_default();
        let whose =
            if members.is_input { "the input has no such member" } else { "it is not there" };
        let message = format!("`{so_far}`: {whose}{like}");
        let hint = "`gitops-health compliance input --schema` says what there is";
        self.say(place, ProblemKind::Input, message, hint);
        Stepped::sure(Type::Unknown)
    }

    fn parameter(&mut self, id: &str, name: &str, place: &Span) -> Type {
        let known = self.parameters.get(id).cloned().unwrap_or_default();
        self.used.insert((id.to_owned(), name.to_owned()));
        if let Some(form) = known.get(name) {
            return form.clone();
        }
        let like = nearest(name, known.keys());
        let like = like.map(|like| format!(": did you mean `{like}`?")).unwrap_or_default();
        let message = format!("the rule `{id}` has no parameter `{name}`{like}");
        let hint = "enter it in `parameters` of `meta`, with `default` and `about`";
        self.say(place, ProblemKind::Data, message, hint);
        Type::Unknown
    }
}
