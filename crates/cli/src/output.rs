use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use gitops_health_git::{Mode, Repo, RepoPath, printable};

use crate::context::Context;
use crate::error::{CliError, Failure};

/// Writes the result to where it was asked for.
///
/// A reader that went away, such as `head`, is no error: the answer was given.
pub(crate) fn write(context: &Context, text: &str) -> Result<(), CliError> {
    place_bytes(context, text.as_bytes())
}

fn place_bytes(context: &Context, text: &[u8]) -> Result<(), CliError> {
    write_to(context, context.output_file().map(PathBuf::as_path), text)
}

/// As [`write()`], to a file; without one to the standard output.
pub(crate) fn write_to(
    context: &Context,
    file: Option<&Path>,
    text: &[u8],
) -> Result<(), CliError> {
    match file {
        Some(path) => {
            refuse_link(context, path)?;
            write_file(path, text).map_err(|source| {
                CliError::new(Failure::Output { place: path.display().to_string(), source })
            })
        }
        None => match write_stdout(text) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(source) => {
                Err(CliError::new(Failure::Output { place: "the standard output".into(), source }))
            }
            Ok(()) => Ok(()),
        },
    }
}

/// Refuses a path through a link that HEAD has: who writes into a clone does not know where its links lead.
pub(crate) fn refuse_link(context: &Context, path: &Path) -> Result<(), CliError> {
    let mut repo = None;
    for link in links(path) {
        if repo.is_none() {
            repo = Some(context.open_repo_if_any()?);
        }
        let Some(Some(repo)) = &repo else { return Ok(()) };
        if is_of_head(repo, &link)? {
            let path = printable(path.as_os_str().as_encoded_bytes());
            let what = format!("`{path}` leads through a link of the repository");
            let hint =
                "name a place to which no link leads, since who made it chose where it ends".into();
            return Err(CliError::new(Failure::Unusable { what, hint }));
        }
    }
    Ok(())
}

/// The links on the way to a file and itself, with real directories above them.
fn links(path: &Path) -> Vec<PathBuf> {
    let mut links = Vec::new();
    let mut real = PathBuf::new();
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(real.pop()),
            Component::Prefix(_) | Component::RootDir => real.push(component),
            Component::Normal(name) => {
                real.push(name);
                if real.is_symlink() {
                    links.push(real.clone());
                    real = std::fs::canonicalize(&real).unwrap_or(real);
                }
            }
        }
    }
    links
}

/// Whether HEAD has a link there.
fn is_of_head(repo: &Repo, link: &Path) -> Result<bool, CliError> {
    let top = repo.worktree().and_then(|top| std::fs::canonicalize(top).ok());
    let Some(inside) = top.as_ref().and_then(|top| link.strip_prefix(top).ok()) else {
        return Ok(false);
    };
    let path = RepoPath::new(inside.as_os_str().as_encoded_bytes());
    Ok(repo.file_of_head(&path)?.is_some_and(|(mode, _)| mode == Mode::Symlink))
}

/// As [`write()`], for what need not be text.
pub(crate) fn write_bytes(context: &Context, bytes: &[u8]) -> Result<(), CliError> {
    place_bytes(context, bytes)
}

fn write_stdout(text: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text)?;
    stdout.flush()
}

/// All of it or nothing: a new file beside it takes its place once it is safely on disk. What is
/// no regular file, such as `/dev/null` or a named pipe, is written directly. A link is followed,
/// and a file that was there keeps its permissions.
pub(crate) fn write_file(path: &Path, text: &[u8]) -> io::Result<()> {
    let known = std::fs::metadata(path).ok();
    if known.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        return std::fs::OpenOptions::new().write(true).open(path)?.write_all(text);
    }
    if known.is_none() && path.is_symlink() {
        return Err(io::Error::other("it is a link to a file that is not there"));
    }
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut file = tempfile::Builder::new()
        .prefix(".gitops-health-")
        .permissions(new_file_permissions())
        .tempfile_in(directory.unwrap_or(Path::new(".")))
        .map_err(without_path)?;
    if let Some(metadata) = known {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The error without the name of the file beside it, which is another one each time and says nothing.
fn without_path(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((why, _)) => io::Error::new(error.kind(), why),
        None => error,
    }
}

/// As any program makes a file; the umask takes away what nobody should have.
#[cfg(unix)]
fn new_file_permissions() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

#[cfg(not(unix))]
fn new_file_permissions() -> std::fs::Permissions {
    std::fs::metadata(".").map(|metadata| metadata.permissions()).expect("the current directory")
}
