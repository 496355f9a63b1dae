//! References to tickets in messages.

use std::sync::{Arc, OnceLock};

use regex::{Regex, RegexBuilder};

/// A pattern that comes with the program.
pub(crate) struct Pattern {
    pub text: &'static str,
    /// What is in all that it finds.
    needs: &'static str,
}

/// What a reference looks like, unless the configuration says something else.
pub(crate) const PATTERNS: [Pattern; 5] = [
    Pattern { text: r"\b[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,6}\b", needs: "-" },
    Pattern {
        text: r"(?i)\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|refs?|references?|issues?)\b:?\s+(?P<ticket>(?:[\w.-]+/[\w.-]+)?#[1-9][0-9]{0,6})\b",
        needs: "#",
    },
    Pattern { text: r"(?i)\A\s*(?P<ticket>#[1-9][0-9]{0,6})\b\s*[^)\s]", needs: "#" },
    Pattern {
        text: r"(?i)\b(?:for|see|part of|related to|follow[- ]?up (?:to|of|for)|bug|ticket|credit for)\s+(?P<ticket>#[1-9][0-9]{0,6})\b",
        needs: "#",
    },
    Pattern {
        text: r"\b(?P<ticket>https?://[\w.-]+/[\w./-]+/(?:-/)?issues/[1-9][0-9]{0,6})\b",
        needs: "issues/",
    },
];

/// What references look like. Those of the program are made when a text may have one: that takes as long as all else that is
/// done with a message.
#[derive(Clone, Debug)]
pub(crate) struct Tickets {
    patterns: Arc<[One]>,
}

#[derive(Debug)]
struct One {
    text: String,
    needs: &'static str,
    made: OnceLock<Option<Regex>>,
}

/// The most memory of a pattern, in bytes.
const BYTES: usize = 1 << 20;

impl Tickets {
    /// What is wrong with one of them, if it is.
    pub fn new(texts: &[String]) -> Result<Self, String> {
        let one = |text: &String| {
            let known = PATTERNS.iter().find(|pattern| pattern.text == text);
            let made = match known {
                // A test makes them.
                Some(_) => OnceLock::new(),
                None => OnceLock::from(Some(checked(text)?)),
            };
            let needs = known.map_or("", |pattern| pattern.needs);
            Ok(One { text: text.clone(), needs, made })
        };
        Ok(Self { patterns: texts.iter().map(one).collect::<Result<_, String>>()? })
    }

    /// The references in a text, sorted.
    pub fn find(&self, text: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for one in self.patterns.iter().filter(|one| text.contains(one.needs)) {
            let pattern = one.made.get_or_init(|| made(&one.text).ok());
            let found_here = pattern.iter().flat_map(|it| it.captures_iter(text));
            let found_here = found_here.filter_map(|it| it.name("ticket").or_else(|| it.get(0)));
            found.extend(found_here.map(|it| it.as_str().to_owned()));
        }
        found.retain(|name| !is_standard(name));
        found.sort();
        found.dedup();
        found
    }
}

fn made(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).size_limit(BYTES).build()
}

fn checked(text: &str) -> Result<Regex, String> {
    let pattern = made(text).map_err(|_| format!("`{text}` is no regular expression"))?;
    match pattern.is_match("") {
        true => Err(format!("`{text}` finds a ticket in an empty text")),
        false => Ok(pattern),
    }
}

/// The segments of messages of HL7 version 2 (2.9, and those that earlier versions have): fields are named by them.
const SEGMENTS: &[&str] = &[
    "ABS", "ACC", "ADD", "ADJ", "AFF", "AIG", "AIL", "AIP", "AIS", "AL1", "APR", "ARQ", "ARV",
    "AUT", "BHS", "BLC", "BLG", "BPO", "BPX", "BTS", "BTX", "BUI", "CDM", "CDO", "CER", "CM0",
    "CM1", "CM2", "CNS", "CON", "CSP", "CSR", "CSS", "CTD", "CTI", "CTR", "DB1", "DEV", "DG1",
    "DMI", "DON", "DPS", "DRG", "DSC", "DSP", "DST", "ECD", "ECR", "EDU", "EQL", "EQP", "EQU",
    "ERQ", "ERR", "EVN", "FAC", "FHS", "FT1", "FTS", "GOL", "GP1", "GP2", "GT1", "IAM", "IAR",
    "IIM", "ILT", "IN1", "IN2", "IN3", "INV", "IPC", "IPR", "ISD", "ITM", "IVC", "IVT", "LAN",
    "LCC", "LCH", "LDP", "LOC", "LRL", "MCP", "MFA", "MFE", "MFI", "MRG", "MSA", "MSH", "NCK",
    "NDS", "NK1", "NPU", "NSC", "NST", "NTE", "OBR", "OBX", "ODS", "ODT", "OH1", "OH2", "OH3",
    "OH4", "OM1", "OM2", "OM3", "OM4", "OM5", "OM6", "OM7", "OMC", "ORC", "ORG", "OVR", "PAC",
    "PCE", "PCR", "PD1", "PDA", "PDC", "PEO", "PES", "PID", "PKG", "PM1", "PMT", "PR1", "PRA",
    "PRB", "PRC", "PRD", "PRT", "PSG", "PSH", "PSL", "PSS", "PTH", "PV1", "PV2", "PYE", "QAK",
    "QID", "QPD", "QRD", "QRF", "QRI", "RCP", "RDF", "RDT", "REL", "RF1", "RFI", "RGS", "RMI",
    "ROL", "RQ1", "RQD", "RXA", "RXC", "RXD", "RXE", "RXG", "RXO", "RXR", "RXV", "SAC", "SCD",
    "SCH", "SCP", "SDD", "SFT", "SGH", "SGT", "SHP", "SID", "SLT", "SPM", "SPR", "STF", "STZ",
    "TCC", "TCD", "TQ1", "TQ2", "TXA", "UAC", "UB1", "UB2", "URD", "URS", "VAR", "VTQ", "ZL7",
];

/// Whether a text is the name of an encoding, a standard or the like, which looks like that of a ticket.
fn is_standard(name: &str) -> bool {
    const PREFIXES: [&str; 46] = [
        "AES", "AGPL", "ARM", "ASCII", "BCP", "BSD", "CLANG", "CP", "CVE", "CWE", "DES", "EUC",
        "GB", "GCC", "GMT", "GPL", "HL", "HTTP", "IEC", "IEEE", "ISO", "JSR", "KOI", "LATIN",
        "LGPL", "MD", "MPL", "PEP", "RFC", "RSA", "SHA", "SSL", "TLS", "UCS", "USB", "UTC", "UTF",
        "WIN", // Proposals and profiles, which ask for nothing by themselves.
        "ADR", "ICD", "IHE", "ITI", "JEP", "KIP", "LOINC", "SNOMED",
    ];
    let Some((prefix, number)) = name.split_once('-') else { return false };
    // `PID-5` is a field. No segment has more than a hundred, and trackers of other programs may be called so.
    let is_field = number.len() <= 2 && SEGMENTS.contains(&prefix);
    PREFIXES.contains(&prefix) || is_field
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_the_program_can_be_made_and_need_what_they_say() {
        let words = "fixes |see |fixes: |#12|-12|ABC|a/b| |h|https://h.org/a/b/issues/12|\n";
        let words: Vec<&str> = words.split('|').collect();
        for Pattern { text, needs } in PATTERNS {
            let pattern = checked(text).expect("it is one");
            let mut found = 0;
            let mut random = fastrand::Rng::with_seed(5);
            for _ in 0..50_000 {
                let text: String =
                    (0..random.usize(1..8)).map(|_| words[random.usize(..words.len())]).collect();
                if let Some(it) = pattern.find(&text) {
                    assert!(it.as_str().contains(needs), "{text}");
                    found += 1;
                }
            }
            assert!(found > 10, "{text} found {found}");
        }
    }
}
