//! Where the parts of a rule stand in its text. What the parser notes begins and ends elsewhere with some expressions: a
//! string without its quotes, an object with its last member.

use std::ops::Range;

/// The parts of a rule, as places in the text of its policy.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RuleParts {
    /// What stands in the brackets of its name, from left to right.
    pub keys: Vec<Range<usize>>,
    /// What stands behind `contains`, `:=` or `=`.
    pub value: Option<Range<usize>>,
    /// What stands behind `if`, and each `else`.
    pub bodies: Vec<BodyParts>,
    /// The end of all.
    pub end: usize,
}

/// The parts of a body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct BodyParts {
    /// What stands behind `else :=`.
    pub value: Option<Range<usize>>,
    /// What stands behind `if`, with its braces.
    pub query: Option<Range<usize>>,
    /// Whether it has braces.
    pub is_in_braces: bool,
    /// Its end.
    pub end: usize,
}

impl RuleParts {
    /// The parts of a rule that begins here and ends before the next one. Nothing where it looks like none.
    pub fn of(text: &str, range: Range<usize>) -> Option<Self> {
        let start = range.start;
        let mut tokens = tokens(text.get(range)?);
        for token in &mut tokens {
            token.at = token.at.start + start..token.at.end + start;
        }
        let mut reader = Reader { text, tokens: &tokens };
        let mut parts = Self { end: tokens.last()?.at.end, ..Self::default() };
        parts.keys = reader.keys();
        parts.value = reader.value(&["contains"]);
        while let Some(token) = reader.tokens.first() {
            let is_else = &text[token.at.clone()] == "else";
            if is_else {
                reader.tokens = &reader.tokens[1..];
            }
            let value = reader.value(&[]).filter(|_| is_else);
            parts.bodies.push(reader.body(value)?);
        }
        Some(parts)
    }
}

/// Reads tokens from the left.
struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
}

impl<'a> Reader<'a> {
    fn is(&self, token: &Token, word: &str) -> bool {
        token.depth == 0 && self.text.get(token.at.clone()) == Some(word)
    }

    /// The tokens up to one of these words, which is none of a path.
    fn until(&mut self, words: &[&str]) -> &'a [Token] {
        let is_end = |place: usize, token: &Token| {
            let is_of_path = place > 0 && self.is(&self.tokens[place - 1], ".");
            !is_of_path && words.iter().any(|word| self.is(token, word))
        };
        let end = self.tokens.iter().enumerate().position(|(place, token)| is_end(place, token));
        let (read, rest) = self.tokens.split_at(end.unwrap_or(self.tokens.len()));
        self.tokens = rest;
        read
    }

    /// What stands in the brackets of the name.
    fn keys(&mut self) -> Vec<Range<usize>> {
        let name = self.until(&["contains", ":", "=", "if", "else"]);
        let is_bracket =
            |token: &Token, sign: &str| token.depth == 0 && &self.text[token.at.clone()] == sign;
        let opening = name.iter().filter(|token| is_bracket(token, "["));
        let closing = name.iter().filter(|token| is_bracket(token, "]"));
        opening
            .zip(closing)
            .map(|(open, close)| open.at.end..close.at.start)
            .map(|at| self.trimmed(at))
            .collect()
    }

    fn trimmed(&self, at: Range<usize>) -> Range<usize> {
        let text = &self.text[at.clone()];
        let start = at.start + (text.len() - text.trim_start().len());
        start..start + text.trim().len()
    }

    /// What is assigned, where something is.
    fn value(&mut self, words: &[&str]) -> Option<Range<usize>> {
        let is_one =
            |token: &Token| [":", "="].iter().chain(words).any(|sign| self.is(token, sign));
        let first = self.tokens.first().filter(|token| is_one(token))?;
        let signs = if self.is(first, ":") { 2 } else { 1 };
        self.tokens = self.tokens.get(signs..)?;
        span(self.until(&["if", "else"]))
    }

    fn body(&mut self, value: Option<Range<usize>>) -> Option<BodyParts> {
        let has_query = self.tokens.first().is_some_and(|token| self.is(token, "if"));
        if !has_query {
            let end = value.as_ref()?.end;
            return Some(BodyParts { end, value, ..BodyParts::default() });
        }
        self.tokens = &self.tokens[1..];
        let tokens = self.until(&["else"]);
        let (first, query) = (tokens.first()?, span(tokens)?);
        let closing = tokens.iter().skip(1).find(|token| self.is(token, "}"));
        let is_in_braces =
            self.is(first, "{") && closing.is_some_and(|token| token.at.end == query.end);
        Some(BodyParts { value, end: query.end, query: Some(query), is_in_braces })
    }
}

fn span(tokens: &[Token]) -> Option<Range<usize>> {
    Some(tokens.first()?.at.start..tokens.last()?.at.end)
}

/// A word, a string or a sign.
struct Token {
    at: Range<usize>,
    /// How many brackets are open around it.
    depth: usize,
}

/// The words, strings and signs of a text. Comments are none.
fn tokens(text: &str) -> Vec<Token> {
    let (mut tokens, mut depth, mut at) = (Vec::new(), 0_usize, 0);
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => end_of_string(rest),
            '`' => rest[1..].find('`').map_or(rest.len(), |end| end + 2),
            _ if is_word(first) => rest.find(|sign| !is_word(sign)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        if matches!(first, ')' | ']' | '}') {
            depth = depth.saturating_sub(1);
        }
        if first != '#' && !first.is_whitespace() {
            tokens.push(Token { at: at..at + length, depth });
        }
        if matches!(first, '(' | '[' | '{') {
            depth += 1;
        }
        at += length;
    }
    tokens
}

/// How long the string is that begins here, with its quotes.
fn end_of_string(text: &str) -> usize {
    let (bytes, mut at) = (text.as_bytes(), 1);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// The same expression without comments and ends of lines.
pub(super) fn in_one_line(text: &str) -> String {
    let (mut line, mut end) = (String::with_capacity(text.len()), 0);
    for token in tokens(text) {
        if token.at.start > end {
            line.push(' ');
        }
        end = token.at.end;
        let token = &text[token.at];
        match token.strip_prefix('`').and_then(|it| it.strip_suffix('`')) {
            Some(raw) => line += &serde_json::Value::from(raw).to_string(),
            None => line += token,
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_neither_comments_nor_ends() {
        for (text, line) in [
            ("a +\n b", "a + b"),
            ("a # no\n+ b", "a + b"),
            ("\"# \\\" no\" # no", "\"# \\\" no\""),
            ("`# \"\n\\d`", "\"# \\\"\\n\\\\d\""),
            ("1.5e3-x[\"a b\"]", "1.5e3-x[\"a b\"]"),
        ] {
            assert_eq!(in_one_line(text), line);
        }
    }

    #[test]
    fn parts_are_where_they_are_written() {
        let parts = |text: &str| {
            let parts = RuleParts::of(text, 0..text.len()).expect("a rule");
            let of = |at: &Range<usize>| text[at.clone()].to_owned();
            let bodies = parts.bodies.iter().map(|body| {
                let words = [body.value.as_ref(), body.query.as_ref()];
                words.map(|it| it.map(of).unwrap_or_default()).join("|")
            });
            let keys = parts.keys.iter().map(of).collect::<Vec<_>>().join(",");
            let value = parts.value.as_ref().map(of).unwrap_or_default();
            [vec![keys, value], bodies.collect()].concat().join(" / ")
        };
        for (text, expected) in [
            ("a contains contains(x, \"if\") if x # if", " / contains(x, \"if\") / |x"),
            (
                "a[ x.y ][\"z\"] := {\"b\": 1} if {\n\tx\n}\n\n# next",
                "x.y,\"z\" / {\"b\": 1} / |{\n\tx\n}",
            ),
            (
                "f(x, [y]) = x.if if { x == 1 } else := 2 if every y in x { y } else = 3",
                " / x.if / |{ x == 1 } / 2|every y in x { y } / 3|",
            ),
            ("a if { b } else if c", " /  / |{ b } / |c"),
            ("a contains [x | some x in `if`]", " / [x | some x in `if`]"),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn braces_of_a_set_are_none_of_a_body() {
        let is_in_braces =
            |text: &str| RuleParts::of(text, 0..text.len()).expect("a rule").bodies[0].is_in_braces;
        assert!(is_in_braces("a if { {1} == {1} }") && is_in_braces("a if {x} else := 1"));
        assert!(!is_in_braces("a if {1} == {1}") && !is_in_braces("a if x == {1}"));
    }
}
