use std::collections::HashMap;
use std::path::{Path, PathBuf};

use gitops_health_git::{Repo, printable};
use gitops_health_sanitize::Scanner;

use crate::acceptance::{Acceptance, senseless};
use crate::args::ScanArgs;
use crate::context::Context;
use crate::error::CliError;

/// What everything is looked at with.
pub(super) struct Look {
    pub scanner: Scanner,
    pub acceptance: Acceptance,
    /// Whether fingerprints of findings are to be written down.
    pub is_for_baseline: bool,
    /// The file of what is known, from the top of the worktree.
    pub baseline: String,
    /// What rules look for, in words.
    names: HashMap<String, String>,
    /// The top of the worktree, to name files from there.
    top: Option<PathBuf>,
}

impl Look {
    pub fn new(context: &Context, args: &ScanArgs, repo: Option<&Repo>) -> Result<Self, CliError> {
        let config = context.config(repo)?.config.sanitize;
        let scanner = Scanner::with_rules(&config.rules)
            .map_err(|error| senseless("sanitize.rules", &error.to_string()))?;
        // What is about to be written anew need not be there.
        let baseline =
            args.baseline.as_deref().filter(|path| !args.write_baseline || path.exists());
        let acceptance = Acceptance::read(context, &config, &scanner, repo, baseline)?;
        let more = config.rules.iter().map(|rule| (rule.id.clone(), rule.name.clone()));
        let names = more.collect();
        let top = repo.and_then(|repo| std::fs::canonicalize(repo.worktree()?).ok());
        let is_for_baseline = args.write_baseline;
        let baseline = config.baseline;
        Ok(Self { scanner, acceptance, is_for_baseline, baseline, names, top })
    }

    /// The same for many texts.
    pub fn for_much(self) -> Self {
        Self { scanner: self.scanner.for_much(), ..self }
    }

    /// What a rule looks for, in words.
    pub fn name_of(&self, rule: &str) -> String {
        let known = || {
            let rule = self.scanner.rules().find(|known| known.id == rule);
            rule.map_or_else(String::new, |rule| rule.name.to_string())
        };
        self.names.get(rule).map(|name| printable(name.as_bytes())).unwrap_or_else(known)
    }

    /// A file on disk, named from the top of the worktree that it is in.
    pub fn in_tree(&self, path: &Path) -> String {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let inside = self.top.as_ref().and_then(|top| real.strip_prefix(top).ok());
        printable(inside.unwrap_or(path).as_os_str().as_encoded_bytes())
    }
}
