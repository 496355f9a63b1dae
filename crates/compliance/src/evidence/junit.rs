//! What tests say in the XML of JUnit, as Surefire, Gradle, pytest, nextest, jest and others write it. Nobody keeps a
//! specification; `docs/evidence.md` says what is read.
//!
//! Entities of a document type are never expanded and nothing is fetched: a file with a document type is refused.

mod attributes;
mod counts;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::node::Problem;
use super::read::{File, MOST_ELEMENTS};
use super::{Evidence, ReportedTests};
use crate::input::Grade;
use attributes::Attributes;
use counts::{Counts, Suite};

/// So many elements may be within one another.
const DEEPEST: usize = 100;

/// Whether the first element is one of JUnit.
pub(super) fn is_junit(text: &str) -> bool {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(it) | Event::Empty(it)) => {
                return matches!(it.local_name().as_ref(), "testsuites" | "testsuite");
            }
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// Reads a file of results.
pub(super) fn read(text: &str, file: &File<'_>) -> Result<Evidence, Problem> {
    let mut reader = Reader::from_str(text);
    let mut walk = Walk { file, open: Vec::new(), elements: 0, is_over: false, tests: Vec::new() };
    loop {
        let event = reader.read_event();
        let here = |problem| at_byte(text, reader.buffer_position(), problem);
        let event =
            event.map_err(|_| here(Problem::new("this is no XML, or ends within a sign")))?;
        let step = match event {
            Event::Start(it) => walk.open(&it),
            Event::Empty(it) => walk.open(&it).map(|()| walk.close()),
            Event::End(_) => {
                walk.close();
                Ok(())
            }
            Event::DocType(_) => Err(Problem::new("a document type is not read")),
            Event::Text(it) if it.trim().is_empty() => Ok(()),
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => walk.text(),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Ok(()),
            Event::Eof if walk.is_over => break,
            Event::Eof => Err(Problem::new("the file ends early")),
        };
        step.map_err(here)?;
    }
    Ok(Evidence { tests: Some(walk.tests), ..Evidence::default() })
}

fn at_byte(text: &str, at: u64, problem: Problem) -> Problem {
    let at = usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
    let lines = text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    problem.on_line(lines + 1)
}

/// An element that is open.
enum Open {
    Suites(Suite),
    Suite(Suite),
    Case { has_failed: bool, is_skipped: bool },
    Other,
}

struct Walk<'a> {
    file: &'a File<'a>,
    open: Vec<Open>,
    elements: usize,
    is_over: bool,
    tests: Vec<ReportedTests>,
}

impl Walk<'_> {
    fn check_limits(&mut self) -> Result<(), Problem> {
        self.elements += 1;
        if self.elements > MOST_ELEMENTS {
            return Err(Problem::new("there are more than 1,000,000 elements"));
        }
        if self.open.len() >= DEEPEST {
            return Err(Problem::new("elements are too deep in one another"));
        }
        Ok(())
    }

    fn open(&mut self, element: &BytesStart<'_>) -> Result<(), Problem> {
        if self.is_over {
            return Err(Problem::new("something is behind the end"));
        }
        self.check_limits()?;
        let name = element.local_name();
        let opened = match (name.as_ref(), self.open.last_mut()) {
            ("testsuites", None) => Open::Suites(Suite::new(&Attributes::of(element)?)?),
            ("testsuite", None | Some(Open::Suites(_) | Open::Suite(_))) => {
                Open::Suite(Suite::new(&Attributes::of(element)?)?)
            }
            ("testcase", Some(Open::Suites(_) | Open::Suite(_))) => case(&Attributes::of(element)?),
            ("testsuites" | "testsuite" | "testcase", _) => {
                return Err(Problem::new("a suite or a test is where none can be"));
            }
            ("failure" | "error", Some(Open::Case { has_failed, .. })) => {
                *has_failed = true;
                Open::Other
            }
            // What goes wrong outside of the tests of a suite is a test that failed.
            ("failure" | "error", Some(Open::Suites(suite) | Open::Suite(suite))) => {
                suite.add_case(true, false);
                Open::Other
            }
            ("skipped", Some(Open::Case { is_skipped, .. })) => {
                *is_skipped = true;
                Open::Other
            }
            (_, None) => return Err(Problem::new("no suite is there")),
            _ => Open::Other,
        };
        self.open.push(opened);
        Ok(())
    }

    fn close(&mut self) {
        let closed = self.open.pop();
        self.is_over = self.open.is_empty();
        let outer = self.open.last_mut();
        match (closed, outer) {
            (
                Some(Open::Case { has_failed, is_skipped }),
                Some(Open::Suites(suite) | Open::Suite(suite)),
            ) => suite.add_case(has_failed, is_skipped),
            (Some(Open::Suite(inner)), Some(Open::Suite(outer))) => outer.add_suite(inner.counts()),
            (Some(Open::Suite(inner)), Some(Open::Suites(outer))) => {
                let counts = inner.counts();
                outer.add_suite(counts);
                self.report(inner, counts);
            }
            (Some(Open::Suite(suite)), None) => {
                let counts = suite.counts();
                self.report(suite, counts);
            }
            (Some(Open::Suites(suite)), _) => self.rest(suite),
            _ => {}
        }
    }

    /// What the outermost element says and none of its suites does.
    fn rest(&mut self, suites: Suite) {
        let counts = if self.tests.is_empty() { suites.counts() } else { suites.rest() };
        if self.tests.is_empty() || counts.total > 0 {
            self.report(suites, counts);
        }
    }

    fn report(&mut self, suite: Suite, counts: Counts) {
        self.tests.push(ReportedTests {
            suite: suite.name,
            total: counts.total,
            failed: counts.failed,
            skipped: counts.skipped,
            at: suite.at,
            source: "junit".into(),
            grade: Grade::E2,
            digest: self.file.digest.clone(),
            binds: self.file.about.clone(),
        });
    }

    fn text(&self) -> Result<(), Problem> {
        match self.open.is_empty() {
            true => Err(Problem::new("text is outside of all elements")),
            false => Ok(()),
        }
    }
}

/// Some say how a test went by an attribute alone.
fn case(attributes: &Attributes<'_>) -> Open {
    let words = ["status", "result"].into_iter().filter_map(|name| attributes.text(name));
    let (mut has_failed, mut is_skipped) = (false, false);
    for word in words {
        match word.to_ascii_lowercase().as_str() {
            "failed" | "failure" | "error" => has_failed = true,
            "notrun" | "skipped" | "suppressed" | "disabled" => is_skipped = true,
            _ => {}
        }
    }
    Open::Case { has_failed, is_skipped }
}
