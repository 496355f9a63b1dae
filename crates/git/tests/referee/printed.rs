//! What git prints about commits, read into values, and our facts in the same words.

use std::fmt;
use std::io::{self, BufRead, Read};

use bstr::{BString, ByteSlice};
use gitops_health_git::{FileChange, Hunk, Lines, Mode, Side, Status, ZonedTime};

/// One file of `--raw --numstat -z --no-abbrev`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    pub path: BString,
    pub old_path: Option<BString>,
    /// Modes and ids, as the raw line has them.
    pub sides: String,
    /// The letter, and the percentage behind it.
    pub status: String,
    /// Added and deleted lines; `None` where git prints `-`.
    pub lines: Option<(u32, u32)>,
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, old_path, sides, status, lines } = self;
        write!(f, "{sides} {status} {path:?}")?;
        if let Some(old_path) = old_path {
            write!(f, " from {old_path:?}")?;
        }
        match lines {
            Some((added, deleted)) => write!(f, " +{added} -{deleted}"),
            None => write!(f, " binary"),
        }
    }
}

/// Our fact in git's words; `None` when lines were not counted and git is not expected to agree.
pub fn ours(change: &FileChange) -> (File, bool) {
    let (lines, is_counted) = match change.lines {
        Lines::Counted { added, deleted, .. } => (Some((added, deleted)), true),
        Lines::Binary => (None, true),
        // Git compares the one line that says which commit it is.
        Lines::Submodule if change.old.map(|side| side.id) == change.new.map(|side| side.id) => {
            (Some((0, 0)), true)
        }
        Lines::Submodule => {
            (Some((u32::from(change.new.is_some()), u32::from(change.old.is_some()))), true)
        }
        Lines::Unmerged => (Some((0, 0)), true),
        Lines::Missing | Lines::TooLarge => (None, false),
    };
    let status = match change.status {
        Status::Renamed { similarity } | Status::Copied { similarity } => {
            format!("{}{similarity:03}", change.status.letter())
        }
        other => other.letter().to_string(),
    };
    let file = File {
        path: change.path.as_bstr().to_owned(),
        old_path: change.old_path.as_ref().map(|path| path.as_bstr().to_owned()),
        sides: sides(change.old, change.new),
        status,
        lines,
    };
    (file, is_counted)
}

fn sides(old: Option<Side>, new: Option<Side>) -> String {
    let mode = |side: Option<Side>| side.map_or(0, |side| Mode::octal(side.mode));
    let id =
        |side: Option<Side>| side.map_or_else(|| "0".repeat(40), |side: Side| side.id.to_string());
    format!("{:06o} {:06o} {} {}", mode(old), mode(new), id(old), id(new))
}

/// Reads the files of one commit, up to the next commit (which begins with byte 1) or the end.
pub fn files(input: &mut dyn BufRead) -> io::Result<Vec<File>> {
    let mut files: Vec<File> = Vec::new();
    let mut numbers: Vec<(BString, Option<(u32, u32)>)> = Vec::new();
    loop {
        match peek(input)? {
            None | Some(1) => break,
            // The newline between the commit and its files.
            Some(b'\n' | 0) => drop(input.read_exact(&mut [0])?),
            Some(b':') => files.push(raw(input)?),
            Some(_) => numbers.push(numstat(input)?),
        }
    }
    // The raw lines and the numbers come in the same order, except that a file that is unmerged
    // has two raw lines or none.
    for (path, lines) in numbers {
        for file in files.iter_mut().filter(|file| file.path == path) {
            file.lines = lines;
        }
    }
    Ok(files)
}

fn raw(input: &mut dyn BufRead) -> io::Result<File> {
    let line = token(input, 0)?;
    let (sides, status) = line[1..].rsplit_once_str(" ").ok_or_else(unexpected)?;
    let first = BString::from(token(input, 0)?);
    let moved = matches!(status.first(), Some(b'R' | b'C'));
    let (path, old_path) =
        if moved { (BString::from(token(input, 0)?), Some(first)) } else { (first, None) };
    Ok(File {
        path,
        old_path,
        sides: sides.to_str_lossy().into_owned(),
        status: status.to_str_lossy().into_owned(),
        lines: Some((0, 0)),
    })
}

fn numstat(input: &mut dyn BufRead) -> io::Result<(BString, Option<(u32, u32)>)> {
    let line = token(input, 0)?;
    let mut fields = line.splitn_str(3, "\t");
    let mut field = || fields.next().ok_or_else(unexpected);
    let (added, deleted, mut path) = (field()?, field()?, BString::from(field()?));
    if path.is_empty() {
        token(input, 0)?;
        path = token(input, 0)?.into();
    }
    Ok((path, number(added).zip(number(deleted))))
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.to_str().ok()?.parse().ok()
}

/// The next byte, left where it is.
pub fn peek(input: &mut dyn BufRead) -> io::Result<Option<u8>> {
    Ok(input.fill_buf()?.first().copied())
}

/// The bytes up to `end`, without it. A text that ends before is an error.
pub fn token(input: &mut dyn BufRead, end: u8) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.read_until(end, &mut bytes)?;
    if bytes.pop() == Some(end) { Ok(bytes) } else { Err(unexpected()) }
}

fn unexpected() -> io::Error {
    io::Error::from(io::ErrorKind::UnexpectedEof)
}

/// Reads the patches of one commit from `--raw -p -U0`: for each file its status letter and its
/// hunks. A file that changed its type has two patches, which are taken together.
pub fn patches(input: &mut dyn BufRead) -> io::Result<Vec<(char, Vec<Hunk>)>> {
    let mut statuses = Vec::new();
    let mut patches: Vec<Vec<Hunk>> = Vec::new();
    while !matches!(peek(input)?, None | Some(1)) {
        let line = token(input, b'\n')?;
        if line.starts_with(b":") {
            let letter = line.splitn_str(6, " ").nth(4).and_then(|status| status.first());
            statuses.push(char::from(*letter.ok_or_else(unexpected)?));
        } else if line.starts_with(b"diff --git ") {
            patches.push(Vec::new());
        } else if let Some(hunk) = hunk(&line) {
            for _ in 0..hunk.old_lines + hunk.new_lines {
                token(input, b'\n')?;
                if peek(input)? == Some(b'\\') {
                    token(input, b'\n')?;
                }
            }
            patches.last_mut().ok_or_else(unexpected)?.push(hunk);
        }
    }
    let mut patches = patches.into_iter();
    let mut files = Vec::new();
    for status in statuses {
        let mut hunks = patches.next().ok_or_else(unexpected)?;
        if status == 'T' {
            hunks.extend(patches.next().ok_or_else(unexpected)?);
        }
        files.push((status, hunks));
    }
    if patches.next().is_some() { Err(unexpected()) } else { Ok(files) }
}

/// Reads `@@ -1,2 +3 @@`.
fn hunk(line: &[u8]) -> Option<Hunk> {
    let ranges = line.strip_prefix(b"@@ -")?;
    let (old, rest) = ranges.split_once_str(" +")?;
    let (new, _) = rest.split_once_str(" @@")?;
    let range = |text: &[u8]| match text.split_once_str(",") {
        Some((start, lines)) => Some((number(start)?, number(lines)?)),
        None => Some((number(text)?, 1)),
    };
    let ((old_start, old_lines), (new_start, new_lines)) = (range(old)?, range(new)?);
    Some(Hunk { old_start, old_lines, new_start, new_lines })
}

/// What git prints as `seconds ±hhmm`; nothing is the beginning of 1970.
pub fn raw_time(text: &[u8]) -> Option<ZonedTime> {
    if text.is_empty() {
        return Some(ZonedTime::default());
    }
    let (seconds, zone) = text.to_str().ok()?.split_once(' ')?;
    let zone: i32 = zone.parse().ok()?;
    let offset_minutes = zone / 100 * 60 + zone % 100;
    Some(ZonedTime { seconds: seconds.parse().ok()?, offset_minutes })
}

/// The text up to its end, for what is small.
#[allow(dead_code)]
pub fn all(input: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    Ok(bytes)
}
