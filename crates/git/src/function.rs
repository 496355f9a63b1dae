mod header;
mod language;
#[cfg(test)]
mod tests;

use std::ops::Range;

use bstr::ByteSlice;

use crate::change::{FileChange, Hunk, Lines};
use crate::error::Error;
use crate::lines;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::text::printable;
use crate::worktree::Content;
use language::{End, Language};

/// A function, or what looks like one, that a change touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TouchedFunction {
    /// The line that begins it, without its indentation and what it has between quotes, which may be
    /// secret, shortened to 400 characters. Whoever shows it masks what else must not be shown, and shortens it then.
    pub header: String,
    /// Its length after the change in lines, from the line that begins it to the one that ends it.
    pub lines: u32,
}

/// What a search for the functions that a change touches came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionSearch {
    /// The longest function that the change touches.
    Longest(TouchedFunction),
    /// The change touches no function that is recognised, or the file is of no known language.
    None,
    /// The file is of a known language, and it or its old version is larger than what is searched.
    TooLarge,
}

/// Larger files are rarely written by people, and searching them is not cheap.
const MAX_BYTES: u64 = 1 << 20;

impl Repo {
    /// The longest function of the new version of a file that a hunk lies in. Of functions within
    /// functions it is the innermost that a line belongs to.
    ///
    /// Nothing is parsed. Only files are searched whose extension names a language that is known,
    /// and in it a line begins a function that
    ///
    /// * in C, C++, Objective-C and CUDA stands in the first column, holds a `(` and is no
    ///   statement, label, macro definition or initialiser; an indented one begins with a word
    ///   such as `static` or `void`;
    /// * in Java, C#, Dart and Groovy has at least two words in front of its first `(`;
    /// * in Rust, Go, Kotlin, Scala, Swift, PHP and Perl declares one (`fn`, `func`, `fun`, `def`,
    ///   `function`, `sub`), after words such as `public` at most, and so in JavaScript and
    ///   TypeScript, where methods and named arrow functions count as well;
    /// * in all of these has a body: a `{` outside of brackets before any `;`;
    /// * in Python, Ruby and Lua begins with `def` or `function`.
    ///
    /// It ends with the first `}` or `end` that begins a line of the same indentation, in Python in
    /// front of the first line that is indented no further, and where there is none, in front of
    /// the next function of the same or a lower indentation. Tabs and blanks count the same.
    pub fn longest_touched_function(&self, change: &FileChange) -> Result<FunctionSearch, Error> {
        let Some(language) = change.path.extension().and_then(Language::of_extension) else {
            return Ok(FunctionSearch::None);
        };
        if change.new.is_none() {
            return Ok(FunctionSearch::None);
        }
        match change.lines {
            Lines::Counted { .. } => {}
            Lines::TooLarge => return Ok(FunctionSearch::TooLarge),
            _ => return Ok(FunctionSearch::None),
        }
        if let Some(old) = change.old
            && self.blob_size(old.id)?.is_some_and(|size| size > MAX_BYTES)
        {
            return Ok(FunctionSearch::TooLarge);
        }
        let new = match self.new_content(change, MAX_BYTES)? {
            Some(Content::Bytes(bytes)) => bytes,
            Some(Content::TooLarge) => return Ok(FunctionSearch::TooLarge),
            None => return Ok(FunctionSearch::None),
        };
        let Some(old) = self.content(change.old)? else { return Ok(FunctionSearch::None) };
        let longest = longest_touched(language, &new, &lines::hunks(&old, &new));
        Ok(longest.map_or(FunctionSearch::None, FunctionSearch::Longest))
    }
}

/// The lines of the functions of a file, counted from 0 and in the order of their beginnings, found as
/// [`Repo::longest_touched_function`] finds them; `None` where the extension names no known language or the file is larger
/// than what is searched.
pub fn functions_of(path: &RepoPath, content: &[u8]) -> Option<Vec<Range<usize>>> {
    let language = path.extension().and_then(Language::of_extension)?;
    if content.len() as u64 > MAX_BYTES {
        return None;
    }
    let lines: Vec<&[u8]> = content.lines().collect();
    let found = functions(language, &lines);
    Some(found.into_iter().map(|function| function.start..function.end).collect())
}

/// A function by its lines, counted from 0.
struct Function {
    start: usize,
    /// The line behind the last one.
    end: usize,
    /// Whether its own end was found, and not only what cannot belong to it.
    is_closed: bool,
}

fn longest_touched(language: Language, content: &[u8], hunks: &[Hunk]) -> Option<TouchedFunction> {
    let lines: Vec<&[u8]> = content.lines().collect();
    let functions = functions(language, &lines);
    let places = places(language, hunks, &functions);
    let mut longest: Option<&Function> = None;
    let mut see = |function: usize, part: Range<usize>| {
        let holds_others =
            functions.get(function + 1).is_some_and(|next| next.start < functions[function].end);
        let function = &functions[function];
        // What holds others and has no end of its own may be anything.
        let counts = function.is_closed || !holds_others;
        let length = |function: &Function| function.end - function.start;
        if counts
            && longest.is_none_or(|known| length(known) < length(function))
            && any_touches(&places, part)
        {
            longest = Some(function);
        }
    };
    // Every line belongs to the innermost of the functions that are open there.
    let (mut open, mut from): (Vec<usize>, usize) = (Vec::new(), 0);
    for (next, function) in functions.iter().enumerate() {
        while let Some(inner) = open.pop_if(|inner| functions[*inner].end <= function.start) {
            see(inner, from..functions[inner].end);
            from = from.max(functions[inner].end);
        }
        if let Some(inner) = open.last() {
            see(*inner, from..function.start);
        }
        from = function.start;
        open.push(next);
    }
    while let Some(inner) = open.pop() {
        see(inner, from..functions[inner].end);
        from = from.max(functions[inner].end);
    }
    longest.map(|function| TouchedFunction {
        header: header(language, lines[function.start]),
        lines: u32::try_from(function.end - function.start).unwrap_or(u32::MAX),
    })
}

/// The functions by their first lines. One within another ends no later than that.
fn functions(language: Language, lines: &[&[u8]]) -> Vec<Function> {
    let code_ends = language.code_ends(lines);
    let ends = language.ends(lines);
    // What ends the functions above: the nearest such line of each indentation that no line in
    // between undercuts, the lowest first.
    let mut below: Vec<(usize, usize, Boundary)> = Vec::new();
    let mut functions = Vec::new();
    for (number, line) in lines.iter().enumerate().rev() {
        let indent = indentation(line);
        // A line of Python that no function can end at is part of a text or of an expression.
        let is_inside = language.has_no_closing_line() && ends[number] == End::No;
        let body = if is_inside { None } else { language.body(lines, number) };
        if let Some(body) = body {
            while below.pop_if(|(other, ..)| *other > indent).is_some() {}
            let (end, is_closed) = match below.last() {
                _ if body.is_closed => (body.line + 1, true),
                Some((_, line, _)) if *line <= body.line => continue,
                Some((other, line, Boundary::Last)) if *other == indent => (line + 1, true),
                Some((_, line, Boundary::Behind)) => (code_ends[*line], true),
                Some((_, line, _)) => (code_ends[*line], false),
                None => (code_ends[lines.len()], language.has_no_closing_line()),
            };
            functions.push(Function { start: number, end: end.max(body.line + 1), is_closed });
        }
        let boundary = match (&ends[number], body) {
            (End::Last, _) => Boundary::Last,
            (End::Behind, _) => Boundary::Behind,
            (End::No, Some(_)) => Boundary::Function,
            (End::No, None) => continue,
        };
        while below.pop_if(|(other, ..)| *other >= indent).is_some() {}
        below.push((indent, number, boundary));
    }
    functions.reverse();
    functions
}

/// A line that ends the functions above it which are indented as far or further.
enum Boundary {
    /// The last line of the one of its own indentation.
    Last,
    /// The first line behind them.
    Behind,
    /// Another function: the end was not found before.
    Function,
}

fn indentation(line: &[u8]) -> usize {
    line.len() - trim_start(line).len()
}

/// Blanks beyond ASCII are rare, and looking for them takes ten times as long.
fn trim_start(line: &[u8]) -> &[u8] {
    let text = line.trim_ascii_start();
    if text.first().is_some_and(u8::is_ascii) { text } else { text.trim_start() }
}

fn trim(line: &[u8]) -> &[u8] {
    let text = trim_start(line).trim_ascii_end();
    if text.last().is_some_and(u8::is_ascii) { text } else { text.trim_end() }
}

/// The lines that the hunks change, counted from 0 and in order. Where lines are only gone, that
/// is one line beside the place, if a function has the place inside.
fn places(language: Language, hunks: &[Hunk], functions: &[Function]) -> Vec<Range<usize>> {
    let place = |hunk: &Hunk| {
        let start = hunk.new_start as usize;
        if hunk.new_lines > 0 {
            let first = start.saturating_sub(1);
            return Some(first..first + hunk.new_lines as usize);
        }
        if language.has_no_closing_line() {
            return Some(start.checked_sub(1)?..start);
        }
        let begins_one = functions.binary_search_by_key(&start, |known| known.start).is_ok();
        (!begins_one).then_some(start..start + 1)
    };
    hunks.iter().filter_map(place).collect()
}

fn any_touches(places: &[Range<usize>], part: Range<usize>) -> bool {
    let before = places.partition_point(|place| place.end <= part.start);
    places.get(before).is_some_and(|place| place.start < part.end)
}

/// The line on one line of a report: every run of blanks and tabs is one blank, and nothing stands
/// between quotes.
fn header(language: Language, line: &[u8]) -> String {
    const KEPT: usize = 400;
    let words: Vec<&[u8]> = line.fields().collect();
    let text = without_quoted(language, &printable(&bstr::join(" ", words)));
    let text = text.trim_end_matches(['{', ' ']).replace('`', "'");
    match text.char_indices().nth(KEPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The text with three dots for each part between quotes, unless it is as short as that of `extern "C"`.
fn without_quoted(language: Language, text: &str) -> String {
    const SHORT: usize = 3;
    let is_quote = |character: &char| match character {
        '"' | '`' => true,
        // Rust's lifetimes have one, and nothing ends them.
        '\'' => !matches!(language, Language::Braces(["fn"])),
        _ => false,
    };
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(open) = rest.find(|character| is_quote(&character)) {
        let quote = &rest[open..=open];
        let inside = &rest[open + 1..];
        let length = inside.find(quote).unwrap_or(inside.len());
        let is_short = length <= SHORT;
        kept += &rest[..=open];
        kept += if is_short { &inside[..length] } else { "..." };
        let end = (length + 1).min(inside.len());
        kept += &inside[length..end];
        rest = &inside[end..];
    }
    kept + rest
}
