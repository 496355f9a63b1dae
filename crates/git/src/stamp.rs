use std::fs::{self, Metadata};
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Seconds since 1970 and nanoseconds, as the 32 bits of the index hold them.
pub(crate) type Moment = (u32, u32);

/// By what the index recognises a file that nobody touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub size: u32,
    pub modified: Moment,
    pub changed: Moment,
    pub inode: u32,
    pub owner: (u32, u32),
}

/// Which parts of the state of a file are worth a look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trust {
    /// `core.checkStat`: more than seconds and size.
    pub all: bool,
    /// `core.trustCtime`: the time at which anything about the file changed.
    pub changed: bool,
}

/// When a file was written; `None` when it is not known.
pub(crate) fn written_at(path: &Path) -> Option<Moment> {
    let time = fs::metadata(path).ok()?.modified().ok()?;
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    Some((u32::try_from(since.as_secs() & 0xffff_ffff).ok()?, since.subsec_nanos()))
}

/// Whether the file is in the state that the index knows.
pub(crate) fn is_untouched(
    known: Stamp,
    metadata: &Metadata,
    written: Option<Moment>,
    trust: Trust,
) -> bool {
    let Some(now) = stamp(metadata) else { return false };
    let is_exact = trust.all;
    // A time without nanoseconds may come from a system that has none.
    let is_same = |known: Moment, now: Moment| {
        known.0 == now.0 && (!is_exact || known.1 == 0 || known.1 == now.1)
    };
    // Git writes no size where it could not be sure.
    known.size != 0
        && written.is_some_and(|written| is_older(known.modified, written, is_exact))
        && known.size == now.size
        && is_same(known.modified, now.modified)
        && (!is_exact || (known.inode, known.owner) == (now.inode, now.owner))
        && (!is_exact || !trust.changed || is_same(known.changed, now.changed))
}

/// Whether a file changed so long before the index was written that a later change would show:
/// two changes in one moment have the same time.
fn is_older(modified: Moment, written: Moment, is_exact: bool) -> bool {
    /// The clock of a file system moves in steps of up to 10 milliseconds.
    const STEP: u64 = 20_000_000;
    let nanoseconds = |moment: Moment| u64::from(moment.0) * 1_000_000_000 + u64::from(moment.1);
    if is_exact && modified.1 != 0 && written.1 != 0 {
        nanoseconds(modified) + STEP < nanoseconds(written)
    } else {
        modified.0 < written.0
    }
}

/// The state of a file in the numbers of the index, each cut to its 32 bits.
#[cfg(unix)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn stamp(metadata: &Metadata) -> Option<Stamp> {
    use std::os::unix::fs::MetadataExt;
    let size = match metadata.size() {
        size if size > 0 && size.trailing_zeros() >= 32 => 1 << 31,
        size => size as u32,
    };
    Some(Stamp {
        size,
        modified: (metadata.mtime() as u32, metadata.mtime_nsec() as u32),
        changed: (metadata.ctime() as u32, metadata.ctime_nsec() as u32),
        inode: metadata.ino() as u32,
        owner: (metadata.uid(), metadata.gid()),
    })
}

/// Elsewhere nothing is trusted and every file is read.
#[cfg(not(unix))]
fn stamp(_: &Metadata) -> Option<Stamp> {
    None
}
