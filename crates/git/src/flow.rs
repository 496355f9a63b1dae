//! Where lines of programs decide, and where they leave what they are in. Nothing is parsed.

/// What a line does to the flow of control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flow {
    /// Points of decision, which are what McCabe's complexity counts ("A Complexity Measure", IEEE TSE 2(4), 1976):
    /// conditions, loops, cases and handlers of exceptions, and each `&&`, `||` and `?` between conditions.
    pub decisions: u32,
    /// Statements that leave a function, a loop or a block.
    pub jumps: u32,
}

/// How a language writes what matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Writing {
    /// Whether `//` and `/*` begin a comment.
    pub slashes: bool,
    /// Whether `#` begins one, behind a blank.
    pub hash: bool,
    /// Whether `--` begins one.
    pub dashes: bool,
    /// What else begins one.
    pub other: Option<u8>,
    /// Whether `and` and `or` join conditions.
    pub words: bool,
    /// Whether capitals say the same as small letters.
    pub any_case: bool,
}

/// In order.
const DECISIONS: &[&str] = &[
    "case", "catch", "elif", "elseif", "elsif", "except", "for", "foreach", "guard", "if",
    "rescue", "unless", "until", "when", "while",
];
/// In order.
const JUMPS: &[&str] = &["break", "continue", "goto", "raise", "return", "throw"];

impl Flow {
    /// Of a line, as far as it is looked at. What is between quotes counts nothing, and neither does what is behind the
    /// beginning of a comment.
    pub fn of(line: &[u8], writing: Writing) -> Self {
        let mut flow = Self::default();
        let mut at = 0;
        // Quotes that have no other one behind them, which are not looked for again.
        let mut lone = Vec::new();
        while let Some(byte) = line.get(at) {
            let rest = &line[at..];
            let begins = |with: &[u8]| rest.starts_with(with);
            at += match byte {
                b'"' | b'\'' | b'`' if !lone.contains(byte) => match literal(rest) {
                    Some(length) => length,
                    None => {
                        lone.push(*byte);
                        1
                    }
                },
                b'/' if writing.slashes && (begins(b"//") || begins(b"/*")) => return flow,
                b'#' if writing.hash && (at == 0 || line[at - 1].is_ascii_whitespace()) => {
                    return flow;
                }
                b'-' if writing.dashes && begins(b"--") => return flow,
                byte if writing.other == Some(*byte) => return flow,
                b'&' | b'|' if begins(b"&&") || begins(b"||") => {
                    flow.decisions += 1;
                    2
                }
                // `a ? b : c`; nothing is decided in `a?.b`, `a()?;`, `/a?/`, `String? name` and `list.empty? x`.
                b'?' => {
                    let is_blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
                    let is_alone = is_blank(line[..at].last()) && is_blank(rest.get(1));
                    flow.decisions += u32::from(is_alone);
                    1
                }
                byte if is_part(*byte) => {
                    let word = &rest[..rest.iter().take_while(|byte| is_part(**byte)).count()];
                    if !is_name(&line[..at], word) {
                        flow.read(word, writing);
                    }
                    word.len()
                }
                _ => 1,
            };
        }
        flow
    }

    fn read(&mut self, word: &[u8], writing: Writing) {
        // The longest is `continue`.
        if !(2..=8).contains(&word.len()) {
            return;
        }
        let mut small = [0; 8];
        let small = &mut small[..word.len()];
        small.copy_from_slice(word);
        if writing.any_case {
            small.make_ascii_lowercase();
        }
        let word = &*small;
        let is_one_of =
            |list: &[&str]| list.binary_search_by(|other| other.as_bytes().cmp(word)).is_ok();
        let joins = writing.words && (word == b"and" || word == b"or");
        self.decisions += u32::from(joins || is_one_of(DECISIONS));
        self.jumps += u32::from(is_one_of(JUMPS));
    }
}

/// Whether a word is a name by what stands directly before it: members, symbols, variables and options may be called as
/// they like. In `case 1:return` and `default:break` it is none, and neither in `@catch` and `@throw` of Objective-C.
fn is_name(before: &[u8], word: &[u8]) -> bool {
    match before {
        [.., b'.' | b'$' | b'-'] => true,
        [.., b'@'] => !matches!(word, b"catch" | b"throw"),
        [.., other, b':'] => !(is_part(*other) || matches!(other, b'\'' | b'"' | b')')),
        [b':'] => true,
        _ => false,
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// How long the literal is that begins a text; `None` where the quote has no other one behind it.
pub(crate) fn literal(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            byte if *byte == text[0] => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const C: Writing = Writing {
        slashes: true,
        hash: false,
        dashes: false,
        other: None,
        words: false,
        any_case: false,
    };
    const SQL: Writing = Writing {
        slashes: false,
        hash: false,
        dashes: true,
        other: None,
        words: true,
        any_case: true,
    };
    const PHP: Writing = Writing {
        slashes: true,
        hash: true,
        dashes: false,
        other: None,
        words: true,
        any_case: false,
    };
    const PYTHON: Writing = Writing {
        slashes: false,
        hash: true,
        dashes: false,
        other: None,
        words: true,
        any_case: false,
    };

    #[test]
    fn words_are_in_order() {
        assert!(DECISIONS.is_sorted() && JUMPS.is_sorted());
    }

    #[test]
    fn decisions_and_jumps_are_counted() {
        for (writing, line, decisions, jumps) in [
            (C, "if (a && (b || !c)) return -EINVAL;", 3, 1),
            (C, "\tfor (i = 0; i < n; i++)", 1, 0),
            (C, "x = a ? b : c;", 1, 0),
            (C, "let x: Option = a?.b?;", 0, 0),
            (C, "} else if (x) {", 1, 0),
            (C, "printf(\"if %s \\\" || return\", x);", 0, 0),
            (C, "goto out; // if it fails, return", 0, 1),
            (C, "it's; if (x)", 1, 0),
            (C, "self.if_ok(); a.return(); notify_if(x)", 0, 0),
            (C, "a and b", 0, 0),
            (PYTHON, "if a and b or not c:  # return if", 3, 0),
            (PYTHON, "raise ValueError('if and') from e", 0, 1),
            (PYTHON, "x = [i for i in y if i]", 2, 0),
            (SQL, "case when a or b then 1 end -- if", 3, 0),
            (PHP, "if ($if and $b) { // if", 2, 0),
            (PHP, "return $a; # if", 0, 1),
            (PYTHON, "x = y[1]#if", 1, 0),
            (C, "std::for (a.if) x-if @if :if $if", 0, 0),
            (C, ":if", 0, 0),
            (C, "case 1:return;", 1, 1),
            (C, "case 'a':return; default:break;", 1, 2),
            (C, "} @catch (e) { @throw; }", 1, 1),
            (C, "fun f(a: String? , b: Int? = null)", 0, 0),
            (C, "x = a\t?\tb : c;", 1, 0),
            (C, "IF (a OR b)", 0, 0),
            (PYTHON, "list.empty? and (null? x)", 1, 0),
            (SQL, "CASE WHEN a OR b THEN 1 END", 3, 0),
            (SQL, "Raise; CONTINUE;", 0, 2),
            (C, "", 0, 0),
            (C, "?", 1, 0),
            (C, "\"\\", 0, 0),
            (C, "\"\\\"\\\" if", 1, 0),
        ] {
            let flow = Flow::of(line.as_bytes(), writing);
            assert_eq!((flow.decisions, flow.jumps), (decisions, jumps), "{line}");
        }
    }
}
