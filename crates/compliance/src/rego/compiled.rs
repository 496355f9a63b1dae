//! Policies that were compiled when the program was built: its own rules, of which a test says that they are fit.

use std::sync::Arc;

use regorus::rvm::program::DeserializationResult;
use regorus::rvm::{Program, RegoVM};

use super::read::timer;
use super::{Limits, PolicyError};

/// Compiled policies and their data. Functions are those of the interpreter, not measured as for policies from elsewhere
/// ([`bounded`](super::bounded)): what comes of them is no longer than the input times a constant.
#[derive(Clone)]
pub(super) struct Compiled {
    program: Arc<Program>,
    data: regorus::Value,
}

impl Compiled {
    /// Those that were written to bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, PolicyError> {
        let error = |message: String| PolicyError::Compiled { message };
        match Program::deserialize_binary(bytes).map_err(error)? {
            DeserializationResult::Complete(program) => {
                Ok(Self { program: Arc::new(program), data: regorus::Value::new_object() })
            }
            DeserializationResult::Partial(_) => Err(error("a part of them is missing".into())),
        }
    }

    /// The same with other data.
    pub fn with_data(self, data: &regorus::Value) -> Result<Self, PolicyError> {
        let failed = |message: String| PolicyError::Data { message };
        self.program.check_rule_data_conflicts(data).map_err(|it| failed(it.to_string()))?;
        Ok(Self { data: data.clone(), ..self })
    }

    /// A machine that evaluates rules over an input.
    pub fn machine(&self, input: &regorus::Value, limits: Limits) -> Result<RegoVM, String> {
        let mut machine = RegoVM::new();
        machine.load_program(Arc::clone(&self.program));
        machine.set_strict_builtin_errors(true);
        machine.set_execution_timer_config(Some(timer(limits)));
        // What takes too long is found out by the timer.
        machine.set_max_instructions(usize::MAX);
        machine.set_data(self.data.clone()).map_err(|it| it.to_string())?;
        machine.set_input(input.clone());
        Ok(machine)
    }
}

#[cfg(test)]
mod tests;
