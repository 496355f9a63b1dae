//! The file of certificates that are trusted.

use std::collections::HashMap;

use bstr::ByteSlice;

use super::certificate::Certificate;
use super::list::{self, Entries};
use super::pem;
use crate::openpgp::Lines;
use crate::trust::MAX_FILE;
use crate::wire::put_string;

/// More authorities than anybody trusts.
const MAX_CERTIFICATES: usize = 1000;

/// A file of certificates can not be read, and so nothing of it counts.
///
/// [`std::fmt::Display`] repeats nothing of what the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", .block.map(|block| format!("block {block}: ")).unwrap_or_default())]
pub struct X509Error {
    /// The number of the block, from 1; `None` when it is the whole file.
    pub block: Option<usize>,
    /// What is wrong with it.
    pub problem: X509Problem,
}

/// What is wrong with a file of certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum X509Problem {
    /// The file is too large.
    #[error("the file has more than 16 MiB")]
    TooLarge,
    /// The file is text without a certificate, or in a form without text around it.
    #[error("the file has no block of a certificate (PEM)")]
    NoBlock,
    /// A block is cut, or not in base64.
    #[error("the block can not be read: {0}")]
    Pem(&'static str),
    /// A secret key is no business of who verifies.
    #[error("a private key is in the file; put certificates alone in")]
    PrivateKey,
    /// What is in a block of this kind would be passed over.
    #[error(
        "the block is neither a certificate nor a list of revoked ones (CERTIFICATE, X509 CRL)"
    )]
    OtherBlock,
    /// A certificate is damaged.
    #[error("the certificate can not be read")]
    MalformedCertificate,
    /// A list is damaged, or has what would have to be understood.
    #[error(
        "the list of revoked certificates can not be read, or has a critical extension that is not known"
    )]
    MalformedList,
    /// A list that nobody made for certificates of this file.
    #[error("the list of revoked certificates is by no authority of the file in front of it")]
    ListOfNobody,
    /// The file has too much.
    #[error("there are more than {MAX_CERTIFICATES} certificates")]
    TooMany,
}

/// How a certificate was taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Revoked {
    #[default]
    No,
    /// Nothing was wrong with its key, but from this second on it counts no more.
    Retired(i64),
    Always,
}

impl Revoked {
    /// What both come to.
    pub(crate) fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, _) | (_, Self::Always) => Self::Always,
            (Self::Retired(one), Self::Retired(other)) => Self::Retired(one.min(other)),
            (Self::No, it) | (it, Self::No) => it,
        }
    }
}

/// Certificates that are trusted: of authorities, who vouch for others, and of people.
///
/// An authority is trusted for every address that it vouches for.
#[derive(Clone, Debug, Default)]
pub struct X509Roots {
    certificates: Vec<Certificate>,
    /// By issuer and serial number.
    revoked: HashMap<(Vec<u8>, Vec<u8>), Revoked>,
}

impl X509Roots {
    /// Reads certificates as openssl and gpgsm write them (PEM), one block each, with any text around the blocks, and lists
    /// of revoked certificates (`X509 CRL`) behind the authorities that made them. Copies are read as one.
    ///
    /// A list counts whenever it was made: that a newer one would be due, nobody is asked.
    ///
    /// # Errors
    /// Text without a block, a block that can not be read or is of another kind, a list that no authority of the file made,
    /// and more of anything than is read.
    pub fn parse(bytes: &[u8]) -> Result<Self, X509Error> {
        let whole = |problem| X509Error { block: None, problem };
        if bytes.len() > MAX_FILE {
            return Err(whole(X509Problem::TooLarge));
        }
        let mut roots = Self::default();
        let mut lines = Lines { rest: bytes };
        let mut blocks = 0;
        loop {
            let place = lines.rest;
            let Some(line) = lines.next() else { break };
            if !line.contains_str("-----BEGIN") && !line.starts_with(b"-----") {
                continue;
            }
            // One that does not begin its line would be passed over, and with it what was revoked.
            blocks += 1;
            let rest = roots.take(line, place);
            lines.rest = rest.map_err(|problem| X509Error { block: Some(blocks), problem })?;
        }
        if blocks == 0 && !bytes.trim_ascii().is_empty() {
            return Err(whole(X509Problem::NoBlock));
        }
        Ok(roots)
    }

    /// Takes a block that begins with this line; what follows it is the answer.
    fn take<'a>(&mut self, line: &[u8], place: &'a [u8]) -> Result<&'a [u8], X509Problem> {
        match line {
            b"-----BEGIN CERTIFICATE-----" => {
                let (block, rest) = pem::take(place, "CERTIFICATE").map_err(X509Problem::Pem)?;
                let it = Certificate::read(&block).ok_or(X509Problem::MalformedCertificate)?;
                if !self.has(&it) {
                    self.certificates.push(it);
                }
                if self.certificates.len() > MAX_CERTIFICATES {
                    return Err(X509Problem::TooMany);
                }
                Ok(rest)
            }
            b"-----BEGIN X509 CRL-----" => {
                let (block, rest) = pem::take(place, "X509 CRL").map_err(X509Problem::Pem)?;
                self.take_list(&block)?;
                Ok(rest)
            }
            line if line.ends_with(b"PRIVATE KEY-----") => Err(X509Problem::PrivateKey),
            _ => Err(X509Problem::OtherBlock),
        }
    }

    fn take_list(&mut self, block: &[u8]) -> Result<(), X509Problem> {
        let Entries { issuer, revoked } =
            list::read(block, &self.certificates).map_err(|problem| match problem {
                list::Problem::Malformed => X509Problem::MalformedList,
                list::Problem::OfNobody => X509Problem::ListOfNobody,
            })?;
        for (serial, revoked) in revoked {
            let entry = self.revoked.entry((issuer.clone(), serial)).or_default();
            *entry = entry.worse(revoked);
        }
        Ok(())
    }

    /// How many certificates are in the file.
    pub fn len(&self) -> usize {
        self.certificates.len()
    }

    /// Whether no certificate is in the file.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    pub(crate) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    pub(crate) fn has(&self, certificate: &Certificate) -> bool {
        self.certificates.contains(certificate)
    }

    pub(crate) fn revoked(&self, certificate: &Certificate) -> Revoked {
        if self.revoked.is_empty() {
            return Revoked::No;
        }
        let key = (certificate.issuer.clone(), certificate.serial.clone());
        self.revoked.get(&key).copied().unwrap_or_default()
    }

    /// Appends the number of certificates and these in the order of their bytes, then the number of those that are revoked,
    /// and of each the issuer, the serial number, and the second from which on, or zero.
    pub(crate) fn put_canonical(&self, out: &mut Vec<u8>) {
        let mut certificates: Vec<&[u8]> =
            self.certificates.iter().map(|it| &it.whole[..]).collect();
        certificates.sort_unstable();
        out.extend((certificates.len() as u64).to_be_bytes());
        certificates.iter().for_each(|it| put_string(out, it));
        let mut revoked: Vec<_> = self.revoked.iter().collect();
        revoked.sort_unstable();
        out.extend((revoked.len() as u64).to_be_bytes());
        for ((issuer, serial), revoked) in revoked {
            put_string(out, issuer);
            put_string(out, serial);
            let from = if let Revoked::Retired(time) = revoked { *time } else { 0 };
            out.extend(from.to_be_bytes());
        }
    }
}
