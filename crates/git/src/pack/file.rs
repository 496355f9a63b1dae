use std::fs::File;
use std::io;
use std::path::PathBuf;

use crate::ordinary::open_regular;

/// A pack, or the index of one: open, or opened each time that something is read of it.
pub(super) struct PackFile {
    path: PathBuf,
    pub(super) size: u64,
    /// The checksum of the pack, and where this file has it: whatever stands at the path later, it is
    /// the file that was opened first.
    pub(super) checksum: [u8; CHECKSUM as usize],
    checksum_at: u64,
    file: Option<File>,
}

/// The length of a checksum.
pub(super) const CHECKSUM: u64 = 20;

impl PackFile {
    /// Opens a file that has the checksum of the pack in front of its last `behind` bytes; `None`
    /// where there is none.
    pub(super) fn open(path: PathBuf, behind: u64) -> io::Result<Option<Self>> {
        let Some(file) = open_regular(&path)? else { return Ok(None) };
        let size = file.metadata()?.len();
        let checksum_at = size.checked_sub(behind + CHECKSUM);
        let checksum_at = checksum_at.ok_or_else(|| io::Error::other("it was cut"))?;
        let mut checksum = [0; CHECKSUM as usize];
        read_exact_at(&file, &mut checksum, checksum_at)?;
        Ok(Some(Self { path, size, checksum, checksum_at, file: Some(file) }))
    }

    /// Keeps the file no longer open than something is read of it.
    pub(super) fn close(&mut self) {
        self.file = None;
    }

    /// Fills `buffer` with what stands at `offset`.
    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        if let Some(file) = &self.file {
            return read_exact_at(file, buffer, offset);
        }
        let file = open_regular(&self.path)?;
        let file = file.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let mut checksum = [0; CHECKSUM as usize];
        read_exact_at(&file, &mut checksum, self.checksum_at)?;
        if checksum != self.checksum || file.metadata()?.len() != self.size {
            return Err(io::Error::other("another file took its place"));
        }
        read_exact_at(&file, buffer, offset)
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !buffer.is_empty() {
        let length = file.seek_read(buffer, offset)?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = &mut buffer[length..];
        offset += length as u64;
    }
    Ok(())
}
