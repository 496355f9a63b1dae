use std::collections::HashMap;

use super::form::{Rule, RunResult, Tool};

/// The rules of a run: where a result says they are, or by their ids.
pub(super) struct Rules<'a> {
    tool: &'a Tool,
    by_id: HashMap<&'a str, &'a Rule>,
}

impl<'a> Rules<'a> {
    pub fn of(tool: &'a Tool) -> Self {
        let mut by_id = HashMap::new();
        let extensions = tool.extensions.iter().flat_map(|it| &it.rules);
        for rule in tool.driver.rules.iter().chain(extensions) {
            by_id.entry(rule.id.as_str()).or_insert(rule);
        }
        Self { tool, by_id }
    }

    /// The rule of a result, if it names one that the run has.
    pub fn of_result(&self, result: &RunResult) -> Option<&'a Rule> {
        self.by_number(result).or_else(|| {
            let of_reference = || result.rule.as_ref()?.id.as_deref();
            let id = result.rule_id.as_deref().or_else(of_reference)?;
            // `CA1000/1` is a part of `CA1000` (3.27.5).
            let whole = || self.by_id.get(id.rsplit_once('/')?.0);
            self.by_id.get(id).or_else(whole).copied()
        })
    }

    fn by_number(&self, result: &RunResult) -> Option<&'a Rule> {
        let reference = result.rule.as_ref();
        let of_reference = || reference.and_then(|it| it.index);
        // -1 says that there is none (3.27.6).
        let index = usize::try_from(result.rule_index.or_else(of_reference)?).ok()?;
        let component = match reference.and_then(|it| it.tool_component.as_ref()) {
            Some(place) => self.tool.extensions.get(usize::try_from(place.index?).ok()?)?,
            None => &self.tool.driver,
        };
        component.rules.get(index)
    }
}
