//! What was found, layer by layer.

use std::ops::Range;

use super::code::{Code, Decoded};
use crate::finding::Finding;
use crate::rule::Severity;
use crate::structure::Unit;

/// Says whether a finding stays, by the text that it is in and by its place in the bytes around that.
type Holds<'a> = dyn FnMut(Text<'_>, &Finding, &Range<usize>) -> bool + 'a;

/// A text that findings are in.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub bytes: &'a [u8],
    /// Which of all texts that are gone through: the bytes that are looked at, or one that was decoded from them.
    pub number: usize,
}

/// What was found in some bytes.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    /// In these bytes as they are.
    pub findings: Vec<Finding>,
    /// In parts of them that are encoded.
    pub layers: Vec<Layer>,
    /// In parts of them that nothing can be taken out of.
    pub fixed: Vec<Finding>,
    /// The parts of these bytes that are about one person each.
    pub units: Vec<Unit>,
    /// By how many weeks dates are moved at each of the findings, where values are made up.
    pub weeks: Vec<i64>,
}

/// An encoded part.
#[derive(Debug)]
pub(crate) struct Layer {
    pub decoded: Decoded,
    /// What was found in it.
    pub sight: Sight,
}

impl Sight {
    /// The same, where so many bytes are in front of these.
    pub fn moved(mut self, by: usize) -> Self {
        if by == 0 {
            return self;
        }
        let moved = |span: &Range<usize>| span.start + by..span.end + by;
        for finding in self.findings.iter_mut().chain(&mut self.fixed) {
            finding.span = moved(&finding.span);
        }
        for unit in &mut self.units {
            unit.span = moved(&unit.span);
            unit.names = unit.names.iter().map(moved).collect();
            unit.about = unit.about.as_ref().map(moved);
        }
        let layers = std::mem::take(&mut self.layers).into_iter();
        self.layers = layers.map(|it| Layer { decoded: it.decoded.moved(by), ..it }).collect();
        self
    }

    /// All findings, by their places in the bytes in which this was seen.
    pub fn into_findings(self, bytes: &[u8]) -> Vec<Finding> {
        let Self { mut findings, layers, fixed, .. } = self;
        for layer in layers {
            findings.extend(layer.into_findings(bytes));
        }
        findings.extend(fixed);
        findings
    }

    /// Forgets the findings for which this does not hold.
    pub fn keep(&mut self, holds: &mut dyn FnMut(&Finding) -> bool) {
        self.findings.retain(&mut *holds);
        for layer in &mut self.layers {
            layer.sight.keep(holds);
        }
        self.fixed.retain(holds);
    }

    /// As [`Sight::keep`], by the text that a finding is in and by its place in the bytes.
    pub fn keep_where(&mut self, bytes: &[u8], holds: &mut Holds<'_>) {
        self.keep_in(Text { bytes, number: 0 }, &mut 0, holds);
    }

    /// The same in a text, where so many texts have a number.
    fn keep_in(&mut self, text: Text<'_>, last: &mut usize, holds: &mut Holds<'_>) {
        self.retain(&mut |finding| holds(text, finding, &finding.span));
        for Layer { decoded, sight } in &mut self.layers {
            *last += 1;
            let inner = Text { bytes: &decoded.text, number: *last };
            sight.keep_in(inner, last, &mut |inner, finding, span| {
                holds(inner, finding, &decoded.outer_of(text.bytes, span))
            });
        }
        self.fixed.retain(|finding| holds(text, finding, &finding.span));
    }

    /// Forgets findings in these bytes for which this does not hold, and their weeks.
    pub fn retain(&mut self, holds: &mut dyn FnMut(&Finding) -> bool) {
        let stays: Vec<bool> = self.findings.iter().map(holds).collect();
        let (mut each, mut again) = (stays.iter(), stays.iter());
        self.findings.retain(|_| each.next() == Some(&true));
        self.weeks.retain(|_| again.next() == Some(&true));
    }

    /// Of findings in these bytes and in encoded parts that are in the same place, the one that says most
    /// stays: that of a structure, the more severe, the longer, and else the one in a string, or that in these
    /// bytes.
    pub fn settle(&mut self, bytes: &[u8]) {
        let mut claims = Vec::new();
        for layer in &self.layers {
            layer.claim(bytes, &mut claims);
        }
        if claims.is_empty() {
            self.layers.clear();
            return;
        }
        let plain: Vec<Claim> = self.findings.iter().map(Claim::of).collect();
        let touched = |claim: &Claim| {
            let first = plain.partition_point(|it| it.span.end <= claim.span.start);
            let last = plain.partition_point(|it| it.span.start < claim.span.end);
            first..last.max(first)
        };
        let mut stays = vec![true; plain.len()];
        for claim in &claims {
            let touched = touched(claim);
            let says_more = |it: &Claim| match claim.is_in_string {
                // What stands in a string is known better by its own structure.
                true => claim.weight() >= it.weight(),
                false => claim.weight() > it.weight(),
            };
            if plain[touched.clone()].iter().all(says_more) {
                stays[touched].fill(false);
            }
        }
        let mut each = claims.iter();
        for layer in &mut self.layers {
            layer.sight.keep(&mut |_| {
                let claim = each.next().expect("each finding has made its claim");
                !stays[touched(claim)].contains(&true)
            });
        }
        let mut each = stays.iter();
        self.findings.retain(|_| *each.next().expect("each has one"));
        self.layers.retain(|layer| !layer.sight.is_empty());
    }

    fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.fixed.is_empty() && self.layers.is_empty()
    }

    /// Says which part of the bytes each finding takes, in the order of [`Sight::keep`].
    fn claim(&self, bytes: &[u8], claims: &mut Vec<Claim>) {
        claims.extend(self.findings.iter().map(Claim::of));
        for layer in &self.layers {
            layer.claim(bytes, claims);
        }
        claims.extend(self.fixed.iter().map(Claim::of));
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

/// That a finding is in a part of the bytes.
struct Claim {
    span: Range<usize>,
    severity: Severity,
    has_field: bool,
    is_in_string: bool,
}

impl Claim {
    fn of(finding: &Finding) -> Self {
        let span = finding.span.clone();
        let (severity, has_field) = (finding.severity, finding.field.is_some());
        Self { span, severity, has_field, is_in_string: false }
    }

    fn weight(&self) -> (bool, Severity, usize) {
        (self.has_field, self.severity, self.span.len())
    }
}

impl Layer {
    fn claim(&self, bytes: &[u8], claims: &mut Vec<Claim>) {
        let first = claims.len();
        self.sight.claim(&self.decoded.text, claims);
        let is_string = matches!(self.decoded.code(), Code::String | Code::Quoted);
        for claim in &mut claims[first..] {
            claim.is_in_string |= is_string;
            claim.span = match self.decoded.code().is_of_groups() {
                true => self.decoded.outer.clone(),
                false => self.decoded.outer_of(bytes, &claim.span),
            };
        }
    }

    fn into_findings(self, bytes: &[u8]) -> Vec<Finding> {
        let Self { decoded, sight } = self;
        let findings = sight.into_findings(&decoded.text).into_iter();
        let mut findings: Vec<_> = findings.map(|it| it.of_decoded(&decoded.text)).collect();
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
