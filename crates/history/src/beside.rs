//! Files that are kept beside an index: what others make of it and want to have again.

use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use crate::error::Error;
use crate::history::History;
use crate::place::Room;

impl History {
    /// What was kept under a name; `None` where nothing was, where it has more than `most` bytes, and where the index is
    /// only in memory.
    pub fn read_beside(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, Error> {
        let Some((room, path)) = self.beside(name) else { return Ok(None) };
        let failed = |error: io::Error| {
            let fault: crate::error::Fault = error.into();
            fault.at("read what is kept beside", &path)
        };
        let Some(file) = room.open_beside(&path).map_err(failed)? else { return Ok(None) };
        let mut content = Vec::new();
        file.take(most.saturating_add(1)).read_to_end(&mut content).map_err(failed)?;
        Ok((content.len() as u64 <= most).then_some(content))
    }

    /// Keeps something under a name, in the place of what was there: all of it or nothing, whenever this process is
    /// ended. `false` where the index is only in memory: then nothing is kept.
    pub fn keep_beside(&self, name: &str, content: &[u8]) -> Result<bool, Error> {
        let Some((room, path)) = self.beside(name) else { return Ok(false) };
        let keep = || -> io::Result<()> {
            let mut new = room.new_beside()?;
            new.write_all(content)?;
            new.as_file().sync_all()?;
            new.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        let failed = |error: io::Error| {
            let fault: crate::error::Fault = error.into();
            fault.at("write what is kept beside", &path)
        };
        keep().map_err(failed)?;
        Ok(true)
    }

    /// Takes away what is kept under a name; whether there was something.
    pub fn remove_beside(&self, name: &str) -> Result<bool, Error> {
        let Some((_, path)) = self.beside(name) else { return Ok(false) };
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => {
                let fault: crate::error::Fault = error.into();
                Err(fault.at("take away what is kept beside", &path))
            }
        }
    }

    fn beside(&self, name: &str) -> Option<(&Room, PathBuf)> {
        let room = self.room.as_ref()?;
        Some((room, room.path_beside(name)))
    }
}
