//! What was found, layer by layer.

use super::code::Decoded;
use crate::finding::Finding;

/// What was found in some bytes.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    /// In these bytes as they are.
    pub findings: Vec<Finding>,
    /// In parts of them that are encoded.
    pub layers: Vec<Layer>,
    /// In parts of them that nothing can be taken out of.
    pub fixed: Vec<Finding>,
}

/// An encoded part.
#[derive(Debug)]
pub(crate) struct Layer {
    pub decoded: Decoded,
    /// What was found in it.
    pub sight: Sight,
}

impl Sight {
    /// All findings, by their places in the bytes in which this was seen.
    pub fn into_findings(self, bytes: &[u8]) -> Vec<Finding> {
        let Self { mut findings, layers, fixed } = self;
        for layer in layers {
            findings.extend(layer.into_findings(bytes));
        }
        findings.extend(fixed);
        findings
    }

    /// Forgets the findings for which this does not hold.
    pub fn keep(&mut self, holds: &dyn Fn(&Finding) -> bool) {
        self.findings.retain(holds);
        self.fixed.retain(holds);
        for layer in &mut self.layers {
            layer.sight.keep(holds);
        }
    }

    /// Forgets what can't be taken out.
    pub fn forget_fixed(&mut self) {
        self.fixed.clear();
        for layer in &mut self.layers {
            layer.sight.forget_fixed();
        }
    }

    /// Whether something was found that can be taken out.
    pub fn can_be_changed(&self) -> bool {
        !self.findings.is_empty() || self.layers.iter().any(|layer| layer.sight.can_be_changed())
    }
}

impl Layer {
    fn into_findings(self, bytes: &[u8]) -> Vec<Finding> {
        let Self { decoded, sight } = self;
        let mut findings = sight.into_findings(&decoded.text);
        for finding in &mut findings {
            finding.span = decoded.outer_of(bytes, &finding.span);
            let name = decoded.code().name(&bytes[finding.span.clone()]);
            finding.within = Some(join(name, finding.within.take()));
        }
        findings
    }
}

/// The names of two layers, the outer one first.
pub(super) fn join(outer: &str, inner: Option<String>) -> String {
    match inner {
        Some(inner) => format!("{outer} > {inner}"),
        None => outer.to_owned(),
    }
}
