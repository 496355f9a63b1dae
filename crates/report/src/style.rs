use comfy_table::{ContentArrangement, Table, presets};
use gitops_health_compliance::Severity as RuleSeverity;
use gitops_health_risk::Band;
use gitops_health_sanitize::Severity;
use textwrap::core::display_width;
use textwrap::{WordSeparator, WordSplitter, WrapAlgorithm};

/// What the place that a text goes to can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours may be used. They repeat what the words say.
    pub color: bool,
    /// Columns, at least 20. Tables have 60 at least: below that their words have no room.
    pub width: u16,
    /// Whether lines are drawn with digits, because the place has no blocks.
    pub ascii: bool,
}

impl Default for Style {
    /// No colour, 80 columns, blocks.
    fn default() -> Self {
        Self { color: false, width: 80, ascii: false }
    }
}

impl Style {
    pub(crate) fn bold(self, text: &str) -> String {
        self.paint(text, "1")
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.paint(text, "2")
    }

    /// Green, yellow, magenta, red: told apart on light and on dark grounds.
    pub(crate) fn band(self, band: Band, text: &str) -> String {
        let code = match band {
            Band::Low => "1;32",
            Band::Medium => "1;33",
            Band::High => "1;35",
            Band::Critical => "1;31",
        };
        self.paint(text, code)
    }

    pub(crate) fn removed(self, text: &str) -> String {
        self.paint(text, "31")
    }

    pub(crate) fn added(self, text: &str) -> String {
        self.paint(text, "32")
    }

    /// The colours of bands, for how much a finding matters.
    pub(crate) fn severity(self, severity: Severity, text: &str) -> String {
        match severity {
            Severity::Info => self.dim(text),
            Severity::Low => self.band(Band::Low, text),
            Severity::Medium => self.band(Band::Medium, text),
            Severity::High => self.band(Band::High, text),
            Severity::Critical => self.band(Band::Critical, text),
        }
    }

    /// The same for the severities of rules.
    pub(crate) fn check_severity(self, severity: RuleSeverity, text: &str) -> String {
        match severity {
            RuleSeverity::Low => self.band(Band::Low, text),
            RuleSeverity::Medium => self.band(Band::Medium, text),
            RuleSeverity::High => self.band(Band::High, text),
            RuleSeverity::Critical => self.band(Band::Critical, text),
        }
    }

    /// What all may see at once: it may go on.
    pub(crate) fn good(self, text: &str) -> String {
        self.paint(text, "1;32")
    }

    /// It may not.
    pub(crate) fn bad(self, text: &str) -> String {
        self.paint(text, "1;31")
    }

    fn paint(self, text: &str, code: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A text beside what stands to its left, wrapped below itself. Words stay whole: what is
    /// longer than the place, such as a path, runs over its edge and can still be copied.
    pub(crate) fn beside(self, left: &str, text: &str) -> String {
        let columns = display_width(left);
        if self.width < 60 && 2 * columns > usize::from(self.width) {
            // There is no room beside it.
            let blanks = &left[..left.len() - left.trim_start().len()];
            return self.below(blanks, 4, format!("{}  {text}", left.trim()).trim_end());
        }
        self.below(left, columns, text)
    }

    /// The same, with so many blanks in front of what is wrapped.
    pub(crate) fn below(self, left: &str, blanks: usize, text: &str) -> String {
        if text.is_empty() {
            return format!("{}\n", left.trim_end());
        }
        let below = " ".repeat(blanks);
        let options = textwrap::Options::new(usize::from(self.width.max(20)))
            .initial_indent(left)
            .subsequent_indent(&below)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        let lines = textwrap::wrap(text, options);
        lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    /// A table with lines, as wide as the place.
    pub(crate) fn boxes(self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(self.width.max(60));
        table
    }
}

/// The lines of a table without blanks at their ends.
pub(crate) fn lines_of(table: &Table) -> String {
    let mut text = String::new();
    for line in table.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
