use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use regex::bytes::CaptureLocations;

use crate::clean::is_masked;
use crate::config::Dates;
use crate::context::{self, Context};
use crate::finding::{Finding, MOST_FOUND};
use crate::keywords::{Keywords, Met};
use crate::pattern::Pattern;
use crate::plain_text::is_plain_text;
use crate::rule::{BUILT_IN, Category, Identifier, Rule, Severity};
use crate::stand_in;
use crate::structure::{self, Unit};
use crate::validator::{Validator, entropy, is_at_example};
use crate::what::What;
use crate::{age, date, known, number, prose};

/// Looks for all rules at once. Made once, and used by any number of threads; a copy shares the rules.
#[derive(Clone)]
pub struct Scanner {
    all: Arc<Rules>,
    dates: Dates,
    /// Whether what it looks at is plain text.
    is_text: bool,
    is_for_much: bool,
}

/// What is looked for.
struct Rules {
    rules: Vec<Compiled>,
    /// The keywords of rules, and behind them the words of [`context::words`].
    keywords: Keywords,
    /// The rules of each keyword.
    rules_of: Vec<Vec<usize>>,
    /// Where behind the keywords of rules the words end and the stems begin.
    first_stem: usize,
    /// What stands in the place of what the rules of a user find.
    kinds: HashSet<String>,
}

struct Compiled {
    rule: Cow<'static, Rule>,
    /// Compiled when one of its keywords is met for the first time: most never are.
    pattern: OnceLock<Pattern>,
    /// How much work a byte is at worst, of a rule of a user; 0 for our own, which are known to be quick.
    weight: usize,
}

/// What is met in one pass over a text.
struct Hits {
    /// What patterns find, with the numbers of their rules.
    found: Vec<(usize, Finding)>,
    /// The rules that were not looked for in all of it.
    cut: BTreeSet<usize>,
    /// Words that may make it talk of health, with their numbers.
    words: Vec<(Range<usize>, usize)>,
    /// Stems of telling names, sorted by their places.
    stems: Vec<Range<usize>>,
}

/// What is found in a text as it is.
pub(crate) struct Plain {
    pub findings: Vec<Finding>,
    /// The parts of the text that are about one person each.
    pub units: Vec<Unit>,
    /// The rules that were not looked for in all of it, by their ids.
    pub cut: Vec<String>,
    /// Whether some of its structures were not looked at, since they ask for too much work.
    pub is_too_much: bool,
}

/// The most bytes that a pattern of a user sees at once. A search that finds something may have gone to the
/// end of them.
const MOST_AT_ONCE: usize = 16 << 10;

/// So many bytes of weight 1 may be gone through for all patterns of a user in one text: half a minute, if they
/// are as slow as can be.
const MOST_WORK: usize = 64 << 20;

/// The least length of a keyword of a user, in bytes: a shorter one is everywhere.
pub(crate) const LEAST_KEYWORD: usize = 3;

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// A scanner with the rules that come with the program.
    pub fn new() -> Self {
        Self::with(Vec::new())
    }

    /// A scanner with more rules, which are known to be good, and how much work a byte is for each.
    pub(crate) fn with(more: Vec<(Rule, usize)>) -> Self {
        let kinds = stand_in::kinds(more.iter().map(|(rule, _)| rule));
        let compiled = |rule, weight| Compiled { rule, pattern: OnceLock::new(), weight };
        let ours = BUILT_IN.iter().map(|rule| compiled(Cow::Borrowed(rule), 0));
        let theirs = more.into_iter().map(|(rule, weight)| compiled(Cow::Owned(rule), weight));
        let rules: Vec<Compiled> = ours.chain(theirs).collect();
        let (mut keywords, mut rules_of) = (Vec::new(), Vec::<Vec<usize>>::new());
        let mut places: HashMap<Cow<'static, str>, usize> = HashMap::new();
        for (number, compiled) in rules.iter().enumerate() {
            for keyword in compiled.rule.keywords.iter() {
                let place = *places.entry(keyword.clone()).or_insert_with(|| {
                    keywords.push(keyword.clone());
                    rules_of.push(Vec::new());
                    keywords.len() - 1
                });
                rules_of[place].push(number);
            }
        }
        keywords.extend(context::words().map(Cow::Borrowed));
        let first_stem = keywords.len();
        keywords.extend(structure::stems().iter().copied().map(Cow::Borrowed));
        let keywords = Keywords::new(keywords);
        let all = Arc::new(Rules { rules, keywords, rules_of, first_stem, kinds });
        Self { all, dates: Dates::default(), is_text: true, is_for_much: false }
    }

    /// The rules that it looks with.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.all.rules.iter().map(|compiled| &*compiled.rule)
    }

    /// The same for many texts, or large ones.
    pub fn for_much(self) -> Self {
        Self { is_for_much: true, ..self }
    }

    /// The same, which looks for these dates.
    pub fn with_dates(self, dates: Dates) -> Self {
        Self { dates, ..self }
    }

    /// Whether a value is one that a cleaner with these rules has put there.
    pub(crate) fn is_stand_in(&self, value: &[u8]) -> bool {
        stand_in::is_stand_in(value, &self.all.kinds)
    }

    /// The same for a file of this name: of its dates [`Dates::Text`] looks for all only where it is plain text.
    pub fn in_file(&self, name: &[u8]) -> Self {
        Self { is_text: is_plain_text(name), ..self.clone() }
    }

    /// The same for what a project says of itself, such as messages of commits, which [`Dates::Text`] does not mean.
    pub fn in_project(&self) -> Self {
        Self { is_text: false, ..self.clone() }
    }

    /// Whether it looks for more in a file of this name than in the most.
    pub fn looks_for_more_in(&self, name: &[u8]) -> bool {
        self.dates == Dates::Text && is_plain_text(name)
    }

    /// What is found in some bytes, in the order in which it stands there. What could not be looked at is left out:
    /// [`Scanner::look`] says it.
    pub fn scan(&self, bytes: &[u8]) -> Vec<Finding> {
        self.look(bytes).findings
    }

    /// What is found in some bytes as they are.
    pub(crate) fn scan_plain(&self, bytes: &[u8]) -> Plain {
        let Hits { found, cut, words, stems } = self.by_keywords(bytes);
        let cut = cut.iter().map(|number| self.all.rules[*number].rule.id.to_string()).collect();
        let layout = structure::read(bytes, &stems);
        let context = Context::new(bytes, words, layout.parts_about_people());
        // What was found and does not fit counts, too: behind it nobody looked any more.
        let mut is_too_much = found.len() >= MOST_FOUND;
        let mut loose = self.fitting(found, &context);
        loose.extend(number::find(bytes, &context));
        loose.extend(date::find(bytes, &context));
        loose.extend(age::find(bytes, &context));
        known::weigh(&mut loose, bytes);
        loose.extend(prose::find(bytes, &context, &loose));
        date::weigh(&mut loose, bytes);
        if self.dates == Dates::All || self.dates == Dates::Text && self.is_text {
            let mut dates = date::all(bytes);
            is_too_much |= dates.len() >= MOST_FOUND;
            if self.dates == Dates::Text {
                date::keep_of_anybody(&mut dates, bytes, &context);
            }
            loose.extend(dates);
        }
        is_too_much |= loose.len() >= MOST_FOUND;
        loose.retain(|finding| layout.is_open(&finding.span) || says_by_itself(finding));
        is_too_much |= layout.is_too_much();
        let mut findings = layout.findings;
        findings.extend(loose);
        findings.retain(|finding| {
            let value = &bytes[finding.span.clone()];
            !self.is_stand_in(value)
                && !is_masked(finding, value)
                && !stand_in::is_part(finding, bytes)
        });
        known::weigh(&mut findings, bytes);
        known::yield_to_made(&mut findings, bytes);
        let mut findings = without_overlaps(findings);
        known::weigh_made(&mut findings, bytes, &layout.units);
        Plain { findings, units: layout.units, cut, is_too_much }
    }

    /// Whether the pattern of a rule finds something, whatever else is found there.
    pub fn by_rule(&self, bytes: &[u8], id: &str) -> bool {
        let Hits { found, words, .. } = self.by_keywords(bytes);
        let context = Context::new(bytes, words, std::iter::empty());
        self.fitting(found, &context).iter().any(|finding| finding.rule == id)
    }

    /// What is found by patterns as far as it means something where it stands.
    fn fitting(&self, found: Vec<(usize, Finding)>, context: &Context<'_>) -> Vec<Finding> {
        let fitting = found
            .into_iter()
            .filter_map(|(number, finding)| fitted(finding, &self.all.rules[number].rule, context));
        fitting.collect()
    }

    /// What patterns find around their keywords, what is talked about, and stems of telling names.
    fn by_keywords(&self, bytes: &[u8]) -> Hits {
        let (mut matches, mut words, mut stems) = (Matches::default(), Vec::new(), Vec::new());
        // For each rule the part that is to be looked at next: keywords near one another share one.
        let mut open: Vec<Option<Range<usize>>> = vec![None; self.all.rules.len()];
        for Met { number, span } in self.all.keywords.find(bytes, self.is_for_much) {
            let Some(rules) = self.all.rules_of.get(number) else {
                match number < self.all.first_stem {
                    true => words.push((span, number - self.all.rules_of.len())),
                    false => stems.push(span),
                }
                continue;
            };
            for number in rules {
                let rule = &self.all.rules[*number].rule;
                let window = window(bytes, span.clone(), rule);
                match &mut open[*number] {
                    Some(before)
                        if window.start <= before.end && self.may_grow(*number, before) =>
                    {
                        before.end = before.end.max(window.end);
                    }
                    place => {
                        if let Some(before) = place.replace(window) {
                            self.match_within(bytes, before, *number, &mut matches);
                        }
                    }
                }
            }
        }
        for (number, window) in open.into_iter().enumerate() {
            if let Some(window) = window {
                self.match_within(bytes, window, number, &mut matches);
            }
        }
        structure::sort_stems(&mut stems);
        Hits { found: matches.found, cut: matches.work.cut, words, stems }
    }

    /// Whether a part that a pattern sees at once may become larger.
    fn may_grow(&self, number: usize, part: &Range<usize>) -> bool {
        self.all.rules[number].weight == 0 || part.len() < MOST_AT_ONCE
    }

    fn match_within(
        &self,
        bytes: &[u8],
        window: Range<usize>,
        number: usize,
        matches: &mut Matches,
    ) {
        let rule = &self.all.rules[number].rule;
        if rule.validators.contains(&Validator::PhoneDigits)
            && !has_digits(&bytes[window.clone()], 7)
        {
            return;
        }
        let pattern =
            self.all.rules[number].pattern.get_or_init(|| Pattern::compiled(&rule.pattern));
        // What stands in front of the window counts for the edges of words.
        let text = &bytes[..window.end];
        let is_cut = bytes.get(window.end).is_some_and(|byte| *byte != b'\n');
        let mut at = window.start;
        let weight = self.all.rules[number].weight;
        let Matches { found, work, groups } = matches;
        let groups = groups.entry(number).or_insert_with(|| pattern.regex.capture_locations());
        let mut may_go_on =
            |at: usize| weight == 0 || work.may_go_on(number, (window.end - at + 1) * weight);
        while at <= text.len() && found.len() < MOST_FOUND && may_go_on(at) {
            let Some(whole) = pattern.regex.captures_read_at(groups, text, at) else { break };
            let whole = whole.range();
            at = whole.end.max(whole.start + 1);
            // Nobody knows how it would go on.
            if is_cut && whole.end == window.end {
                break;
            }
            let mut span = pattern.value(groups);
            if let Some(end) = stand_in::end_in_front(rule, bytes, whole.start..span.start) {
                at = end;
                continue;
            }
            if !is_value(rule, bytes, window.end, &whole, &span) {
                continue;
            }
            if rule.category == Category::Secret {
                span.end = end_of_string(bytes, &span).min(end_of_pair(bytes, &span));
            }
            found.push((number, Finding::of(rule, span)));
        }
    }
}

/// Whether the part of a match that is to be the value is one, by all that its rule asks for. The pattern saw the text
/// up to its end.
fn is_value(
    rule: &Rule,
    bytes: &[u8],
    end: usize,
    whole: &Range<usize>,
    span: &Range<usize>,
) -> bool {
    let (text, content) = (&bytes[..end], &bytes[span.clone()]);
    let asks = |validator: Validator| rule.validators.contains(&validator);
    if content.is_empty() || rule.entropy.is_some_and(|least| entropy(content) < least) {
        return false;
    }
    let is_none = asks(Validator::HasNumber) && is_size(text, whole, span, bytes)
        || asks(Validator::NotAtExample) && is_at_example(&bytes[span.end..]);
    !is_none && rule.validators.iter().all(|validator| validator.holds(content))
}

/// Where a secret ends that begins a string: a quote that is spelled out or doubled inside is no end of it.
fn end_of_string(bytes: &[u8], span: &Range<usize>) -> usize {
    const LONGEST: usize = 256;
    let Some(&quote) = span.start.checked_sub(1).and_then(|at| bytes.get(at)) else {
        return span.end;
    };
    if !matches!(quote, b'"' | b'\'') {
        return span.end;
    }
    let goes_on = |at: usize| match bytes.get(at..at + 3) {
        Some([b'\\', next, _]) => *next == quote,
        Some([one, two, three]) => *one == quote && *two == quote && three.is_ascii_alphanumeric(),
        _ => false,
    };
    if !goes_on(span.end) || is_in_string_of_string(bytes, span) {
        return span.end;
    }
    let mut at = span.end;
    while at < bytes.len().min(span.end + LONGEST) && !matches!(bytes[at], b'\n' | b'\r') {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote && goes_on(at) => at += 2,
            byte if byte == quote => return at,
            _ => at += 1,
        }
    }
    span.end
}

/// Whether the same quotes stand in front of something and behind it, with backslashes or doubled: it is a string in
/// another one.
fn is_in_string_of_string(bytes: &[u8], span: &Range<usize>) -> bool {
    const LONGEST: usize = 16;
    let before = &bytes[span.start.saturating_sub(LONGEST)..span.start];
    let is_mark = |byte: &&u8| matches!(byte, b'"' | b'\'' | b'\\');
    let length = before.iter().rev().take_while(is_mark).count();
    length > 1 && bytes[span.end..].starts_with(&before[before.len() - length..])
}

/// Where a secret ends that another pair of an address or a form goes on behind, as in `password=...&user=...`.
fn end_of_pair(bytes: &[u8], span: &Range<usize>) -> usize {
    let text = &bytes[span.clone()];
    let ends = |at: &usize| {
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = text[at + 1..].iter().take(LONGEST_NAME).take_while(is_part).count();
        *at > 0 && length > 1 && text.get(at + 1 + length) == Some(&b'=')
    };
    memchr::memchr_iter(b'&', text).find(ends).map_or(bytes.len(), |at| span.start + at)
}

/// The longest name of a pair in an address, in bytes.
const LONGEST_NAME: usize = 40;

/// What patterns find in one text.
#[derive(Default)]
struct Matches {
    found: Vec<(usize, Finding)>,
    work: Work,
    /// Where the groups of each pattern were in its last match: memory that is used again.
    groups: HashMap<usize, CaptureLocations>,
}

/// How much was done for patterns of a user in one text.
#[derive(Default)]
struct Work {
    done: usize,
    /// The rules for which there was too much to do.
    cut: BTreeSet<usize>,
}

impl Work {
    /// Whether so much more may be done for a pattern.
    fn may_go_on(&mut self, number: usize, more: usize) -> bool {
        self.done = self.done.saturating_add(more);
        if self.done > MOST_WORK {
            self.cut.insert(number);
        }
        self.done <= MOST_WORK
    }
}

/// A finding as far as it means something where it stands. What everybody has, such as a telephone number, is
/// health data only where there is talk of health.
fn fitted(mut finding: Finding, rule: &Rule, context: &Context<'_>) -> Option<Finding> {
    let is_health = context.is_health(finding.span.start);
    if !is_health && rule.validators.contains(&Validator::InHealthTalk) {
        return None;
    }
    let Category::Identifier(letter) = finding.category else { return Some(finding) };
    if matches!(letter, Identifier::D | Identifier::E) && !is_health {
        finding.category = Category::Pii;
        finding.severity = finding.severity.min(Severity::Low);
    }
    Some(finding)
}

/// Whether a finding means the same whatever field of a structure it stands in: a secret, or what words beside it
/// say that it is.
fn says_by_itself(finding: &Finding) -> bool {
    let is_of_words = finding.severity >= Severity::High && finding.rule != What::Name.rule().id;
    finding.category == Category::Secret || is_of_words
}

/// Whether a number is too short for one of somebody and stands where code gives members of an object their sizes, as
/// in `{ mrn: 120, name: 200 }`. What was found of it begins with the name.
fn is_size(text: &[u8], whole: &Range<usize>, number: &Range<usize>, bytes: &[u8]) -> bool {
    const MOST_DIGITS: usize = 3;
    let begin = whole.start.saturating_sub(LONGEST_NAME);
    let before = &text[begin..whole.start];
    let line = memchr::memrchr(b'\n', before).map_or(before, |end| &before[end + 1..]);
    let line = line.trim_ascii_end();
    let name = text[whole.start..number.start].trim_ascii_end();
    let name = name.strip_suffix(b":").unwrap_or_default();
    let is_member = name.first().is_some_and(u8::is_ascii_lowercase)
        && name.iter().all(u8::is_ascii_alphanumeric);
    let behind = bytes[number.end..].trim_ascii_start().first();
    let is_within = line.ends_with(b"{") || line.ends_with(b",") && line.contains(&b'{');
    let value = &text[number.clone()];
    value.len() <= MOST_DIGITS
        && value.iter().all(u8::is_ascii_digit)
        && is_member
        && is_within
        && matches!(behind, Some(b',' | b'}'))
}

/// Whether a part has so many digits: few parts have, and that is seen faster than a pattern is tried.
fn has_digits(part: &[u8], count: usize) -> bool {
    part.iter().filter(|byte| byte.is_ascii_digit()).take(count).count() == count
}

/// The part around a keyword in which a match of its rule may be.
fn window(bytes: &[u8], keyword: Range<usize>, rule: &Rule) -> Range<usize> {
    let reach = rule.reach as usize;
    let (first, last) =
        (keyword.start.saturating_sub(reach), bytes.len().min(keyword.end.saturating_add(reach)));
    let before = &bytes[first..keyword.start];
    let behind = &bytes[keyword.end..last];
    let lines = (rule.lines.max(1) as usize) - 1;
    // With one line: from the last end of a line before it to the first behind it.
    let begin = memchr::memrchr_iter(b'\n', before).nth(lines).map_or(first, |at| first + at + 1);
    let end = memchr::memchr_iter(b'\n', behind).nth(lines).map_or(last, |at| keyword.end + at);
    begin..end
}

/// Of findings that overlap, the one that says most stays: that of a structure, then the more severe one,
/// then the longer one. Sorted by place.
fn without_overlaps(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|one, two| {
        let key =
            |it: &Finding| (it.field.is_none(), std::cmp::Reverse((it.severity, it.span.len())));
        key(one)
            .cmp(&key(two))
            .then_with(|| one.span.start.cmp(&two.span.start))
            .then_with(|| one.rule.cmp(&two.rule))
    });
    let mut kept: std::collections::BTreeMap<usize, Finding> = std::collections::BTreeMap::new();
    for finding in findings {
        let before = kept.range(..finding.span.end).next_back();
        if before.is_none_or(|(_, other)| other.span.end <= finding.span.start) {
            kept.insert(finding.span.start, finding);
        }
    }
    kept.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_threads_find_what_one_does() {
        let scanner = Scanner::new().for_much();
        let text = ["MSH|^~\\&|A\rPI", "D|1||4711^^^C^MR||DOE^JANE\r"].concat().repeat(50);
        let alone = scanner.scan(text.as_bytes());
        std::thread::scope(|scope| {
            let look = || Scanner::scan(&scanner, text.as_bytes());
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(look)).collect();
            for thread in threads {
                assert_eq!(thread.join().expect("it ends"), alone);
            }
        });
        assert!(!alone.is_empty());
    }

    #[test]
    fn every_pattern_compiles() {
        for rule in BUILT_IN.iter().filter(|rule| !rule.pattern.is_empty()) {
            assert!(crate::pattern::compile(&rule.pattern).is_ok(), "{}", rule.id);
        }
    }

    #[test]
    fn sizes_are_no_numbers_of_records() {
        let scanner = Scanner::new();
        for text in ["const w = { mrn: 120, name: 200 };", "{ a: 1, mrn: 120 }"] {
            assert!(scanner.scan(text.as_bytes()).is_empty(), "{text}");
        }
        for text in ["{ mrn: ~1204711 }", "MRN: ~120, seen today", "{ \"mrn\": \"~120\" }"] {
            assert!(!scanner.scan(text.replace('~', "").as_bytes()).is_empty(), "{text}");
        }
    }
}
