use std::collections::BTreeSet;

use crate::key::{Certificate, PublicKey};
use crate::krl::{self, Krl};
use crate::trust::{self, TrustFileError, TrustFileProblem};
use crate::wire::put_string;

/// Keys that do not count any more (`gpg.ssh.revocationFile` in git-config(1)).
///
/// A list of this kind has no reasons and no dates, so every key in it is revoked as compromised. A
/// certificate is revoked with its key, and with the key of its authority; a binary list can also name its serial number
/// or its id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevokedKeys {
    blobs: BTreeSet<Vec<u8>>,
    krl: Krl,
}

impl RevokedKeys {
    /// Reads a list of public keys, one a line, in which blank lines and lines with `#` in front are comments; or a
    /// list in OpenSSH's binary form (KRL, `ssh-keygen -k`).
    ///
    /// # Errors
    /// A line that is no public key, and a binary list that is cut, is signed, or has something that is not known here.
    pub fn parse(bytes: &[u8]) -> Result<Self, TrustFileError> {
        if bytes.starts_with(krl::MAGIC) {
            let whole = |problem| TrustFileError { line: None, problem };
            if bytes.len() > trust::MAX_FILE {
                return Err(whole(TrustFileProblem::TooLarge));
            }
            let mut krl = Krl::parse(bytes).map_err(|it| whole(TrustFileProblem::Krl(it)))?;
            return Ok(Self { blobs: std::mem::take(&mut krl.blobs), krl });
        }
        let mut blobs = BTreeSet::new();
        for (line, text) in trust::lines(bytes)? {
            let key = trust::public_key(text)
                .map_err(|problem| TrustFileError { line: Some(line), problem })?;
            blobs.insert(key.blob().to_vec());
        }
        Ok(Self { blobs, krl: Krl::default() })
    }

    /// How many entries are in the list: keys, digests of keys, ids of certificates, and numbers, ranges and bitmaps of
    /// serial numbers.
    pub fn len(&self) -> usize {
        self.blobs.len() + self.krl.others()
    }

    /// Whether nothing is in the list.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn contains(&self, key: &PublicKey) -> bool {
        self.blobs.contains(key.blob()) || self.krl.has_digest_of(key)
    }

    pub(crate) fn contains_certificate(&self, certificate: &Certificate<'_>) -> bool {
        self.contains(&certificate.key)
            || self.contains(&certificate.authority)
            || self.krl.has_certificate(certificate)
    }

    /// Appends the number of keys and these, each once, in the order of their bytes; then what else there is.
    pub(crate) fn put_canonical(&self, out: &mut Vec<u8>) {
        out.extend((self.blobs.len() as u64).to_be_bytes());
        self.blobs.iter().for_each(|key| put_string(out, key));
        if self.krl != Krl::default() {
            put_string(out, b"krl");
            self.krl.put_canonical(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_list_that_is_cut_is_an_error() {
        let error = RevokedKeys::parse(b"SSHKRL\n\0\0\0\0\x01").expect_err("an error");
        assert!(matches!(error.problem, TrustFileProblem::Krl(_)));
        assert!(error.to_string().contains("(KRL) can not be read"), "{error}");
    }

    #[test]
    fn a_line_that_is_no_key_is_named() {
        let error = RevokedKeys::parse(b"# none\n\nada@example.com\n").expect_err("an error");
        assert_eq!(error.to_string(), "line 3: the type of the key is not known");
    }
}
