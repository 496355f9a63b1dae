use std::borrow::Cow;

use bstr::{BString, ByteSlice};

/// One `key: value` line at the end of a commit message, such as `Reviewed-by: Ada <ada@example>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trailer {
    /// What stands before the colon, without the blanks around it: letters of ASCII, digits and
    /// hyphens, with blanks possible before the colon. Git compares keys without their case.
    pub key: BString,
    /// What follows the colon, without the blanks around it and with its continuation lines
    /// joined by one space; may be empty.
    pub value: BString,
}

/// The trailers of a commit message, in their order.
///
/// The answer is what `git interpret-trailers --parse` prints without any configuration, see the
/// manual page git-interpret-trailers(1), section "DESCRIPTION":
///
/// * the message ends at a line that begins with `---` and a blank, at a scissors line, or before
///   the comments and empty lines at its end;
/// * only its last paragraph can hold trailers, and never the first one, which is the subject;
/// * each line of that paragraph must be a trailer, unless one of them is made by git
///   (`Signed-off-by: ` or `(cherry picked from commit `) and at least a quarter are trailers;
/// * lines that begin with a blank continue the line before, those with `#` are comments.
///
/// The message ends at its first NUL byte, as it does for git. The cost is proportional to the
/// length of the message.
pub fn trailers(message: &[u8]) -> Vec<Trailer> {
    let message = complete(message);
    let message = &message[..end_of_text(&message)];
    let Some(block) = trailer_block(message) else { return Vec::new() };
    entries(block).into_iter().filter_map(trailer).collect()
}

/// The message up to its first NUL, with a newline at its end.
fn complete(message: &[u8]) -> Cow<'_, [u8]> {
    let text = match message.find_byte(0) {
        Some(nul) => &message[..nul],
        None => message,
    };
    if text.len() < message.len() || text.ends_with(b"\n") || text.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned([text, b"\n"].concat())
}

/// The lines with the newlines that end them, and where they begin.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    text.lines_with_terminator().scan(0, |next, line| {
        let start = *next;
        *next += line.len();
        Some((start, line))
    })
}

/// Where the part of the message ends that its author wrote.
fn end_of_text(message: &[u8]) -> usize {
    let divider = lines(message)
        .find(|(_, line)| {
            line.strip_prefix(b"---").is_some_and(|rest| rest.first().is_some_and(is_space))
        })
        .map_or(message.len(), |(start, _)| start);
    let end = divider.min(scissors(message).unwrap_or(divider));
    // Comments, empty lines and the list of conflicts that old versions of git wrote are cut off
    // the end. Git takes 0 for "no such lines yet", so a run at the very start begins one later.
    let mut cut = 0;
    let mut in_conflicts = false;
    for (start, line) in lines(&message[..end]) {
        if line.starts_with(b"#") || line.starts_with(b"\n") {
            cut = if cut == 0 { start } else { cut };
        } else if line == b"Conflicts:\n" {
            in_conflicts = true;
            cut = if cut == 0 { start } else { cut };
        } else if !(in_conflicts && line.starts_with(b"\t")) && cut != 0 {
            cut = 0;
            in_conflicts = false;
        }
    }
    if cut == 0 { end } else { cut }
}

/// Where the first line stands below which `git commit --verbose` puts the patch.
fn scissors(message: &[u8]) -> Option<usize> {
    const LINE: &[u8] = b"# ------------------------ >8 ------------------------\n";
    lines(message).find(|(_, line)| *line == LINE).map(|(start, _)| start)
}

/// The last paragraph, when it is not the first and its lines are trailers for the most part.
fn trailer_block(text: &[u8]) -> Option<&[u8]> {
    let is_end = |line: &[u8]| !line.starts_with(b"#") && is_blank(line);
    let (subject, _) = lines(text).find(|(_, line)| is_end(line))?;
    let (mut counts, mut end) = (Counts::default(), text.len());
    for line in text[subject..].lines_with_terminator().rev() {
        let behind = end;
        end -= line.len();
        if line.starts_with(b"#") {
            counts.settle_indented();
        } else if is_blank(line) {
            if counts.seen_any {
                counts.settle_indented();
                return counts.is_trailer_block().then(|| &text[behind..]);
            }
        } else {
            counts.add(line);
        }
    }
    None
}

/// What the lines of a paragraph are, counted from its end.
#[derive(Default)]
struct Counts {
    seen_any: bool,
    made_by_git: bool,
    trailers: usize,
    others: usize,
    /// Lines that begin with a blank. They belong to whatever precedes them.
    indented: usize,
}

impl Counts {
    fn add(&mut self, line: &[u8]) {
        self.seen_any = true;
        let made_by_git = line.starts_with(b"Signed-off-by: ")
            || line.starts_with(b"(cherry picked from commit ");
        self.made_by_git |= made_by_git;
        if made_by_git || separator(line).is_some() {
            self.trailers += 1;
            self.indented = 0;
        } else if line.first().is_some_and(is_space) {
            self.indented += 1;
        } else {
            self.others += 1;
            self.settle_indented();
        }
    }

    /// Indented lines that continue no trailer are ordinary text.
    fn settle_indented(&mut self) {
        self.others += std::mem::take(&mut self.indented);
    }

    fn is_trailer_block(&self) -> bool {
        if self.made_by_git {
            self.trailers * 3 >= self.others
        } else {
            self.trailers > 0 && self.others == 0
        }
    }
}

/// The lines of the block, each trailer together with the lines that continue it.
fn entries(block: &[u8]) -> Vec<&[u8]> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    let mut can_continue = false;
    for (start, line) in lines(block) {
        let end = start + line.len();
        match found.last_mut() {
            Some(last) if can_continue && line.first().is_some_and(is_space) => last.end = end,
            _ => {
                can_continue = separator(line).is_some();
                found.push(start..end);
            }
        }
    }
    found.into_iter().map(|range| &block[range]).collect()
}

fn trailer(entry: &[u8]) -> Option<Trailer> {
    let colon = separator(entry)?;
    let key = entry[..colon].trim_end_with(is_space_char);
    Some(Trailer { key: BString::from(key), value: unfold(&entry[colon + 1..]) })
}

/// The value on one line: each newline becomes one space together with the blanks behind it.
fn unfold(value: &[u8]) -> BString {
    let mut rest = value.trim_with(is_space_char);
    let mut joined = Vec::with_capacity(rest.len());
    while let Some(newline) = rest.find_byte(b'\n') {
        joined.extend_from_slice(&rest[..newline]);
        joined.push(b' ');
        rest = rest[newline..].trim_start_with(is_space_char);
    }
    joined.extend_from_slice(rest);
    BString::from(joined)
}

/// The position of the colon in `key: value`. The key has letters, digits and hyphens, then
/// possibly blanks.
fn separator(line: &[u8]) -> Option<usize> {
    let key = line.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    let blanks = line[key..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    (key > 0 && line.get(key + blanks) == Some(&b':')).then_some(key + blanks)
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(is_space)
}

/// The four bytes that git counts as blanks; vertical tab and form feed are not among them.
fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_space_char(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use gitops_health_testkit::{Random, TestRepo};

    fn printed(message: &[u8]) -> Vec<u8> {
        let mut output = Vec::new();
        for trailer in trailers(message) {
            output.extend_from_slice(&trailer.key);
            output.extend_from_slice(b": ");
            output.extend_from_slice(&trailer.value);
            output.push(b'\n');
        }
        output
    }

    fn compare(scratch: &TestRepo, message: &[u8]) -> bool {
        let expected = scratch.git_with_input(&["interpret-trailers", "--parse"], message);
        let ours = printed(message);
        assert_eq!(ours.as_bstr(), expected.as_bstr(), "{:?}", message.as_bstr());
        !ours.is_empty()
    }

    #[test]
    fn a_trailer_has_a_key_and_an_unfolded_value() {
        let found = trailers(b"Subject\n\nBody.\n\nFixes: #12\nNote : a\n  b\n\t c\n");
        let expected = [("Fixes", "#12"), ("Note", "a b c")];
        let expected =
            expected.map(|(key, value)| Trailer { key: key.into(), value: value.into() });
        assert_eq!(found, expected);
    }

    #[test]
    fn odd_messages_have_the_trailers_that_git_finds() {
        let scratch = TestRepo::new();
        let messages: &[&[u8]] = &[
            b"", b"\n", b"\n\n\n", b"Subject", b"Fixes: 1", b"Fixes: 1\n", b"\nFixes: 1\n",
            b"\n\nFixes: 1\n", b"Subject\nFixes: 1\n", b"Subject\n\nFixes: 1", b"Subject\n\n\nFixes: 1\n\n\n",
            b"Subject\r\n\r\nBody\r\n\r\nFixes: 1\r\nRefs: 2\r\n", b"S\r\n\r\nFixes: 1\r\n more\r\n",
            b"S\n\nFixes: 1\n\nBody\n", b"S\n\nBody\nFixes: 1\n", b"S\n\nBody\nSigned-off-by: a\n",
            b"S\n\n1\n2\n3\n4\nSigned-off-by: a\n", b"S\n\n1\n2\n3\nSigned-off-by: a\n",
            b"S\n\n1\n2\n3\n4\nSigned-off-by: a\nFixes: 1\n", b"S\n\nsigned-off-by: a\nBody\n",
            b"S\n\nSigned-off-by:a\nBody\n", b"S\n\nBody\n(cherry picked from commit 1)\n",
            b"S\n\nBody\n(cherry picked from commit 1)\nFixes: 1\n", b"S\n\n (cherry picked from commit 1)\nFixes: 1\n",
            b"S\n\nFixes: 1\n---\nSigned-off-by: b\n", b"S\n\nFixes: 1\n--- \nx\n", b"S\n\nFixes: 1\n---x\n",
            b"S\n\nFixes: 1\n----\n", b"---\nS\n\nFixes: 1\n", b"S\n---\n\nFixes: 1\n", b"S\n\nFixes: 1\n---",
            b"S\n\nFixes: 1\n---\tx", b"S\n\nFixes: 1\n---\rx", b"S\n\nFixes: 1\n# comment\nRefs: 2\n",
            b"S\n\nFixes: 1\n# comment\n", b"S\n\nFixes: 1\n  more\n# comment\n  more\n", b"S\n\n# x\n  more\nFixes: 1\n",
            b"S\n\n  more\nFixes: 1\n", b"S\n\nBody\n  more\nFixes: 1\nSigned-off-by: a\n", b"# c\n\nFixes: 1\n",
            b"# c\nS\n\nFixes: 1\n", b"#\n#\nS\n\nFixes: 1\n", b"S\n# c\n\nFixes: 1\n", b"S\n\nFixes: 1\n\n# c\n\n# d\n",
            b"S\n\nFixes: 1\n# ------------------------ >8 ------------------------\nRefs: 2\n",
            b"# ------------------------ >8 ------------------------\nS\n\nRefs: 2\n",
            b"S\n\nFixes: 1\n# ------------------------ >8 ------------------------",
            b"S\n\nFixes: 1\n# ------------------------ >8 ------------------------x\nRefs: 2\n",
            b"S\n\nFixes: 1\n---\nx\n# ------------------------ >8 ------------------------\nRefs: 2\n",
            b"S\n\nFixes: 1\n\nConflicts:\n\ta\n\tb\n", b"S\n\nFixes: 1\nConflicts:\n\ta\n", b"Conflicts:\n\ta\n\nFixes: 1\n",
            b"S\n\nFixes: 1\n\nConflicts:\n\ta\nb\n", b"S\n\nFixes: 1\n\nConflicts: \n\ta\n", b"\n# c\nS\n\nFixes: 1\n\n#c\n",
            b"S\n\n: no key\n", b"S\n\nFixes:\n", b"S\n\nFixes:\n  \n", b"S\n\nFixes: \n x\n", b"S\n\nFixes : 1\n",
            b"S\n\nFixes \t : 1\n", b"S\n\nTwo words: 1\n", b"S\n\nTwo words : 1\nSigned-off-by: a\n", b"S\n\nFix_es: 1\n",
            b"S\n\nhttp://x\n", b"S\n\nFixes= 1\n", b"S\n\nFixes #12\n", b"S\n\n-: 1\n", b"S\n\n--- a: b\n", b"S\n\nA:b:c\n",
            b"S\n\n\xe9: 1\n", b"S\n\nA: \xff\xfe\n", b"S\n\nA: 1\n \xff\n", b"S\n \nFixes: 1\n", b"S\n\t\nFixes: 1\n \n",
            b"S\n\nA: 1\n   \n", b"S\n\nA: 1\n   \n\n", b"S\n\nA: 1\n   \nB: 2\n", b"S\n\n\x0bA: 1\n", b"S\n\x0b\nA: 1\n",
            b"S\n\nA: 1\n\x0bx\n", b"S\n\nA: \x0b1\x0c\n", b"S\n\nA: 1\n\0\nB: 2\n", b"S\n\nA: 1\0B: 2\n", b"\0", b"S\n\nA: 1\n\0",
            b"S\n\nA: 1\n---\0", b"S\n\nA: 1\nConflicts:\0", b"S\n\nA: x\n  \n  \n y\nB: 2\n", b"S\n\nA: x\n\r\nB: 2\n", b"S\n\nA: x\n\r\n",
            b"S\n\nA: 1\n A: 2\n", b"S\n\nx\n A: 2\nSigned-off-by: a\n", b"S\n\n#A: 1\n", b"S\n\n#A: 1\nB: 2\n#\n C: 3\nD: 4\n",
            b"\xef\xbb\xbfS\n\nA: 1\n", b"S\n\nA: 1\r\n  b\r\n", b"S\n\nA: 1  \n  b  \n", b"S\n\n1: 2\n", b"S\r\rA: 1\r",
        ];
        let found = messages.iter().filter(|message| compare(&scratch, message)).count();
        assert!(found > 30, "{found}");
    }

    #[test]
    fn random_messages_have_the_trailers_that_git_finds() {
        let scratch = TestRepo::new();
        let mut random = Random::new(7);
        let pieces: [&[u8]; 22] = [
            b"Subject\n",
            b"\n",
            b"\n",
            b"\n",
            b"Fixes: 1\n",
            b"Refs : 2\n",
            b"Signed-off-by: A <a@b>\n",
            b"(cherry picked from commit 1)\n",
            b"text\n",
            b"text\n",
            b"  more\n",
            b"\tmore\n",
            b"# c\n",
            b"---\n",
            b"Conflicts:\n",
            b"# ------------------------ >8 ------------------------\n",
            b" \n",
            b"A:",
            b"\r\n",
            b"-",
            b"A: 1\r\n",
            b"\xff",
        ];
        let mut found = 0;
        let rounds = 400;
        for _ in 0..rounds {
            let length = 1 + random.below(12);
            let mut message = b"S\n\n".repeat(random.below(2));
            message.extend((0..length).flat_map(|_| pieces[random.below(pieces.len())]));
            found += usize::from(compare(&scratch, &message));
        }
        assert!(found > rounds / 10, "{found}");
    }

    #[test]
    fn a_long_message_takes_linear_time() {
        let begin = Instant::now();
        for text in ["A: 1\n", " more\n", "\n", "#\n", "a", "- ", "text\n", "A: 1\n b\n", "a:\n\n"]
        {
            let mut message = b"S\n\nA: 1\n".to_vec();
            message.extend_from_slice(text.repeat((4 << 20) / text.len()).as_bytes());
            trailers(&message);
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    }
}
