use std::collections::BTreeSet;

use crate::key::PublicKey;
use crate::trust::{self, TrustFileError, TrustFileProblem};

/// How a key revocation list in OpenSSH's binary format begins (`PROTOCOL.krl`).
const KRL_MAGIC: &[u8] = b"SSHKRL\n\0";

/// Keys that do not count any more (`gpg.ssh.revocationFile` in git-config(1)).
///
/// A list of this kind has no reasons and no dates, so every key in it is revoked as compromised. A
/// certificate is revoked with its key, and with the key of its authority.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevokedKeys {
    blobs: BTreeSet<Vec<u8>>,
}

impl RevokedKeys {
    /// Reads a list of public keys, one a line; blank lines and lines with `#` in front are comments.
    ///
    /// # Errors
    /// A line that is no public key, and a binary list (`ssh-keygen -k`).
    pub fn parse(bytes: &[u8]) -> Result<Self, TrustFileError> {
        if bytes.starts_with(KRL_MAGIC) {
            return Err(TrustFileError { line: None, problem: TrustFileProblem::Krl });
        }
        let mut blobs = BTreeSet::new();
        for (line, text) in trust::lines(bytes)? {
            let key = trust::public_key(text)
                .map_err(|problem| TrustFileError { line: Some(line), problem })?;
            blobs.insert(key.blob().to_vec());
        }
        Ok(Self { blobs })
    }

    /// How many keys are in the list.
    pub fn len(&self) -> usize {
        self.blobs.len()
    }

    /// Whether no key is in the list.
    pub fn is_empty(&self) -> bool {
        self.blobs.is_empty()
    }

    pub(crate) fn contains(&self, key: &PublicKey) -> bool {
        self.blobs.contains(key.blob())
    }

    pub(crate) fn blobs(&self) -> impl Iterator<Item = &[u8]> {
        self.blobs.iter().map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_list_is_refused_by_name() {
        let error = RevokedKeys::parse(b"SSHKRL\n\0\0\0\0\x01").expect_err("an error");
        assert_eq!(error.problem, TrustFileProblem::Krl);
        assert!(error.to_string().contains("KRL"), "{error}");
    }

    #[test]
    fn a_line_that_is_no_key_is_named() {
        let error = RevokedKeys::parse(b"# none\n\nada@example.com\n").expect_err("an error");
        assert_eq!(error.to_string(), "line 3: the type of the key is not known");
    }
}
