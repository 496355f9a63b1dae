//! Markdown for people who read it on a terminal: as wide as the place, and without marks.

use crate::style::Style;

/// A text of one paragraph without marks: code, links and what is strong are their words.
pub(crate) fn words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let found = match first {
            '`' => code(rest),
            '[' => link(rest),
            '*' => strong(rest),
            _ => None,
        };
        match found {
            Some((words, length)) => {
                out += &words;
                rest = &rest[length..];
            }
            // What begins with several of a sign and has no end is no mark at any of them.
            None => {
                let run = rest.len() - rest.trim_start_matches(first).len();
                let length = if first == '`' { run } else { first.len_utf8() };
                out += &rest[..length];
                rest = &rest[length..];
            }
        }
    }
    out
}

/// The words at the beginning of a text, and how much of it they stand for.
type Found = Option<(String, usize)>;

/// What is between backticks, of which there are as many at its end.
fn code(text: &str) -> Found {
    let ticks = text.len() - text.trim_start_matches('`').len();
    let mut place = ticks;
    while let Some(next) = text[place..].find('`') {
        let begin = place + next;
        let run = text[begin..].len() - text[begin..].trim_start_matches('`').len();
        if run == ticks {
            let inside = &text[ticks..begin];
            return Some((inside.to_owned(), begin + run));
        }
        place = begin + run;
    }
    None
}

/// `[words](address)`.
fn link(text: &str) -> Found {
    let (inside, after) = text[1..].split_once("](")?;
    let (address, _) = after.split_once(')')?;
    let is_link = !inside.contains(['[', ']']) && !address.contains(char::is_whitespace);
    is_link.then(|| (words(inside), 1 + inside.len() + 2 + address.len() + 1))
}

/// `**words**`.
fn strong(text: &str) -> Found {
    let inside = text.strip_prefix("**")?.split_once("**")?.0;
    let is_strong = !inside.is_empty() && !inside.starts_with(' ') && !inside.ends_with(' ');
    is_strong.then(|| (words(inside), inside.len() + 4))
}

/// A page: headings, paragraphs, lists, tables and code, each as wide as the place.
pub(crate) fn page(text: &str, style: Style) -> String {
    let mut out = String::new();
    let mut paragraph = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        let item = trimmed.strip_prefix("- ").or_else(|| trimmed.strip_prefix("* "));
        let heading = trimmed.trim_start_matches('#');
        let is_heading = trimmed.starts_with('#') && heading.starts_with(' ');
        let is_apart = trimmed.is_empty() || is_heading || trimmed.starts_with(['|', '`']);
        if item.is_some() || (is_apart && !is_code_span(trimmed)) {
            end(&mut out, &mut paragraph, style);
        }
        match trimmed {
            "" => out.push('\n'),
            fence if fence.starts_with("```") => {
                let inside = lines.by_ref().take_while(|line| line.trim() != "```");
                inside.for_each(|line| out += &format!("  {line}\n"));
            }
            _ if is_heading => out += &style.beside("", &style.bold(&words(heading.trim()))),
            row if row.starts_with('|') => out += &of_row(row, style),
            _ => {
                if !paragraph.is_empty() {
                    paragraph.push(' ');
                }
                paragraph += trimmed;
            }
        }
    }
    end(&mut out, &mut paragraph, style);
    out
}

/// Whether a line begins with a word that is code, and not with a block of it.
fn is_code_span(line: &str) -> bool {
    line.starts_with('`') && !line.starts_with("```")
}

/// Writes a paragraph or an element of a list.
fn end(out: &mut String, paragraph: &mut String, style: Style) {
    let text = std::mem::take(paragraph);
    let item = text.strip_prefix("- ").or_else(|| text.strip_prefix("* "));
    match item {
        Some(item) => *out += &style.beside("- ", &words(item)),
        None if text.is_empty() => {}
        None => *out += &style.beside("", &words(&text)),
    }
}

/// The cells of a row of a table, one after the other; nothing for the line below the names of columns.
fn of_row(row: &str, style: Style) -> String {
    let cells = row.trim_matches('|').split('|').map(|cell| words(cell.trim()));
    let cells: Vec<String> = cells.collect();
    let is_rule = |cell: &String| !cell.is_empty() && cell.chars().all(|it| "-: ".contains(it));
    if cells.iter().all(is_rule) {
        return String::new();
    }
    style.below("- ", 4, &cells.join(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_no_marks_and_what_is_none_stays() {
        for (text, expected) in [
            ("sign with `git commit -S`.", "sign with git commit -S."),
            ("``a ` b`` and `c`", "a ` b and c"),
            ("one ` alone", "one ` alone"),
            ("``` alone `", "``` alone `"),
            ("a [waiver](../docs/waivers.md) here", "a waiver here"),
            ("[`a`](b) (c)", "a (c)"),
            ("input[x](y", "input[x](y"),
            ("[a] (b) [c](d e)", "[a] (b) [c](d e)"),
            ("**Passes** where **`a`** is", "Passes where a is"),
            ("2 * 3 ** 4", "2 * 3 ** 4"),
            ("`**` and `[a](b)`", "** and [a](b)"),
            ("naïve `é`", "naïve é"),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_page_is_as_wide_as_the_place_and_keeps_its_parts() {
        let text = "**Passes** where\nit holds.\n\n## What it `is`\n\n- one\n- two of\n  more\n\n\
                    | a | b |\n|---|:--:|\n| c | `d` |\n\n```sh\nls  -l\n```\n`code` begins a\nline.\n";
        let expected = "Passes where it holds.\n\nWhat it is\n\n- one\n- two of more\n\n\
                        - a: b\n- c: d\n\n  ls  -l\ncode begins a line.\n";
        assert_eq!(page(text, Style::default()), expected);
        let narrow = Style { width: 20, ..Style::default() };
        let longest = page(text, narrow).lines().map(str::len).max();
        assert!(longest <= Some(20), "{}", page(text, narrow));
    }

    #[test]
    fn nothing_is_lost_of_what_is_no_markdown() {
        for text in ["`", "[", "**", "[]()", "```\nopen", "|", "#", "* ", "[a](", "****", "||"] {
            let _ = (words(text), page(text, Style::default()));
        }
        assert_eq!(page("```\nopen", Style::default()), "  open\n");
        assert_eq!(page("#hash", Style::default()), "#hash\n");
    }
}
