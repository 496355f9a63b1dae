//! What the trusted revision says: who is who, who owns what, which keys count, what is accepted. Nothing of it is read from
//! the change that it judges.

use gitops_health_git::{Error, Mailmap, Mode, ObjectId, OwnersFile, Repo, RepoPath};
use gitops_health_signature::{
    AllowedSigners, KeyringError, OpenPgpKeys, RevokedKeys, TrustFileError, TrustStore, X509Error,
    X509Roots,
};
use thiserror::Error;

use crate::config::Settings;
use crate::roster::{Roster, RosterError};
use crate::waiver::{WaiverError, Waivers};

/// Everything that is believed.
#[derive(Clone)]
pub struct Trusted {
    /// The revision; `None` where there is none, as before the first commit.
    pub revision: Option<ObjectId>,
    /// The roster; `None` where the revision has none.
    pub roster: Option<Roster>,
    /// The map of names.
    pub mailmap: Mailmap,
    /// The file of owners; `None` where the revision has none.
    pub owners: Option<OwnersFile>,
    /// What may stay although a rule fails.
    pub waivers: Waivers,
    /// The keys that may sign; `None` where the revision says nothing of keys.
    pub trust: Option<TrustStore>,
}

/// Why what is to be trusted can not be read. Nothing is judged then.
#[derive(Debug, Error)]
pub enum TrustedError {
    /// The repository can not be read.
    #[error(transparent)]
    Git(#[from] Error),
    /// A link, a directory or a submodule is where the configuration names a file.
    #[error("`{path}` of the trusted revision is no file")]
    NoFile {
        /// Where it is.
        path: String,
    },
    /// The roster can not be used.
    #[error("the roster `{path}` can not be used")]
    Roster {
        /// Where it is.
        path: String,
        /// Why.
        source: RosterError,
    },
    /// The waivers can not be used.
    #[error("the waivers `{path}` can not be used")]
    Waivers {
        /// Where they are.
        path: String,
        /// Why.
        source: WaiverError,
    },
    /// A file of keys can not be used.
    #[error("the keys of `{path}` can not be used")]
    Keys {
        /// Where it is.
        path: String,
        /// Why.
        source: TrustFileError,
    },
    /// The keys of OpenPGP can not be used.
    #[error("the keys of `{path}` can not be used")]
    OpenPgpKeys {
        /// Where it is.
        path: String,
        /// Why.
        source: KeyringError,
    },
    /// The certificates can not be used.
    #[error("the certificates of `{path}` can not be used")]
    X509 {
        /// Where they are.
        path: String,
        /// Why.
        source: X509Error,
    },
}

impl Trusted {
    /// The file of owners, if it could be read: who owns what is not known where it is too large or its content is not
    /// here, and that is not to say that nobody owns anything.
    pub fn readable_owners(&self) -> Option<&OwnersFile> {
        self.owners.as_ref().filter(|file| file.skipped.iter().all(|it| it.line.is_some()))
    }

    /// Reads what a revision says.
    ///
    /// # Errors
    ///
    /// [`TrustedError`] for the first file that is there and can not be used.
    pub fn read(
        repo: &Repo,
        revision: Option<ObjectId>,
        settings: &Settings,
    ) -> Result<Self, TrustedError> {
        let config = settings.config();
        let file = |path: &str| read_file(repo, revision, path);
        let roster = file(&config.roster)?.map(|bytes| Roster::parse(&bytes)).transpose();
        let roster = roster
            .map_err(|source| TrustedError::Roster { path: config.roster.clone(), source })?;
        let owners = match revision {
            Some(id) => repo.owners(&repo.commit(id)?)?,
            None => None,
        };
        let waivers = file(&config.waivers)?.map(|bytes| Waivers::parse(&bytes)).transpose();
        let waivers = waivers
            .map_err(|source| TrustedError::Waivers { path: config.waivers.clone(), source })?;
        let mailmap = file(".mailmap")?.unwrap_or_default();
        Ok(Self {
            revision,
            roster,
            mailmap: Mailmap::parse(&mailmap),
            owners,
            waivers: waivers.unwrap_or_default(),
            trust: trust(settings, file)?,
        })
    }
}

/// A file of the revision; `None` where it has none. Whatever else is in its place is an error.
fn read_file(
    repo: &Repo,
    revision: Option<ObjectId>,
    path: &str,
) -> Result<Option<Vec<u8>>, TrustedError> {
    let Some(revision) = revision.filter(|_| !path.is_empty()) else { return Ok(None) };
    let place = RepoPath::from(path);
    match repo.file_of_commit(revision, &place)? {
        // Nothing else would miss what a directory does not say.
        None if repo.is_directory_of_commit(revision, &place)? => {
            Err(TrustedError::NoFile { path: path.to_owned() })
        }
        None => Ok(None),
        Some((Mode::File | Mode::Executable, content)) => Ok(Some(content)),
        Some(_) => Err(TrustedError::NoFile { path: path.to_owned() }),
    }
}

fn trust(
    settings: &Settings,
    file: impl Fn(&str) -> Result<Option<Vec<u8>>, TrustedError>,
) -> Result<Option<TrustStore>, TrustedError> {
    let config = settings.config();
    let keys = |path: &str| {
        let path = path.to_owned();
        move |source| TrustedError::Keys { path, source }
    };
    let (signers, revoked) = (file(&config.allowed_signers)?, file(&config.revoked_keys)?);
    let (openpgp, x509) = (file(&config.openpgp_keys)?, file(&config.x509_certificates)?);
    if [&signers, &revoked, &openpgp, &x509].iter().all(|it| it.is_none()) {
        return Ok(None);
    }
    // Times without a zone are of UTC: the place of whoever asks has no say.
    let signers = AllowedSigners::parse(&signers.unwrap_or_default(), 0)
        .map_err(keys(&config.allowed_signers))?;
    let revoked =
        RevokedKeys::parse(&revoked.unwrap_or_default()).map_err(keys(&config.revoked_keys))?;
    let trust = TrustStore::new(signers, revoked);
    let openpgp = OpenPgpKeys::parse(&openpgp.unwrap_or_default()).map_err(|source| {
        TrustedError::OpenPgpKeys { path: config.openpgp_keys.clone(), source }
    })?;
    let x509 = X509Roots::parse(&x509.unwrap_or_default())
        .map_err(|source| TrustedError::X509 { path: config.x509_certificates.clone(), source })?;
    Ok(Some(trust.with_openpgp(openpgp).with_x509(x509)))
}
