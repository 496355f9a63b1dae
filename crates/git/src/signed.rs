use bstr::{BString, ByteSlice};

use crate::error::Error;
use crate::id::ObjectId;
use crate::repo::Repo;

/// What a commit or a tag signs, and with what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    /// The object without its signatures: the bytes that were signed.
    pub payload: Vec<u8>,
    /// The signatures that count for git where ids are SHA-1: those of `gpgsig` headers, or the one at the end of a
    /// tag. Continuation lines are unfolded. Git writes one; where there are more it takes their texts for one signature.
    pub signatures: Vec<BString>,
}

impl Repo {
    /// What a commit signs, as git takes it apart (`parse_signed_commit` in its commit.c): all headers whose names begin
    /// with `gpgsig` are left out.
    pub fn signed_commit(&self, id: ObjectId) -> Result<Signed, Error> {
        Ok(signed_commit(&self.commit_data(id)?))
    }

    /// What a tag object signs (`parse_signature` in git's gpg-interface.c): all in front of the last line that begins a
    /// signature, without headers whose names begin with `gpgsig`.
    pub fn signed_tag(&self, id: ObjectId) -> Result<Signed, Error> {
        let missing = Error::MissingObject { id, kind: "tag" };
        let data = self.object(id, git2::ObjectType::Tag)?.ok_or(missing)?;
        Ok(signed_tag(&data))
    }
}

fn signed_commit(data: &[u8]) -> Signed {
    let mut signed = Signed::default();
    let mut header = Header::Other;
    let mut rest = data;
    while !rest.is_empty() {
        let end = rest.find_byte(b'\n').map_or(rest.len(), |end| end + 1);
        let (line, behind) = rest.split_at(end);
        if line == b"\n" {
            break;
        }
        rest = behind;
        let continues = line.first() == Some(&b' ');
        if !continues {
            header = Header::of(line);
        }
        match header {
            Header::Other => signed.payload.extend_from_slice(line),
            Header::OtherSignature => {}
            Header::Signature if continues => {
                if let Some(signature) = signed.signatures.last_mut() {
                    signature.extend_from_slice(&line[1..]);
                }
            }
            Header::Signature => signed.signatures.push(line[b"gpgsig ".len()..].into()),
        }
    }
    signed.payload.extend_from_slice(rest);
    signed
}

/// What a header is for a signature.
#[derive(Clone, Copy)]
enum Header {
    Signature,
    OtherSignature,
    Other,
}

impl Header {
    fn of(line: &[u8]) -> Self {
        match line.strip_prefix(b"gpgsig") {
            Some([b' ', ..]) => Self::Signature,
            Some(_) => Self::OtherSignature,
            None => Self::Other,
        }
    }
}

fn signed_tag(data: &[u8]) -> Signed {
    const BEGINNINGS: [&[u8]; 4] = [
        b"-----BEGIN PGP SIGNATURE-----",
        b"-----BEGIN PGP MESSAGE-----",
        b"-----BEGIN SIGNED MESSAGE-----",
        b"-----BEGIN SSH SIGNATURE-----",
    ];
    let (mut at, mut begin) = (0, None);
    for line in data.lines_with_terminator() {
        if BEGINNINGS.iter().any(|it| line.starts_with(it)) {
            begin = Some(at);
        }
        at += line.len();
    }
    let (text, signature) = data.split_at(begin.unwrap_or(data.len()));
    let payload = signed_commit(text).payload;
    let signatures = (!signature.is_empty()).then(|| signature.into());
    Signed { payload, signatures: signatures.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_taken_out_of_the_headers() {
        let data = b"tree t\ngpgsig one\n two\n \n three\nother x\n y\ngpgsig-sha256 z\n w\n\nSubject\ngpgsig no\n";
        let signed = signed_commit(data);
        assert_eq!(signed.payload.as_bstr(), "tree t\nother x\n y\n\nSubject\ngpgsig no\n");
        assert_eq!(signed.signatures, ["one\ntwo\n\nthree\n"]);
    }

    #[test]
    fn a_second_signature_is_not_hidden() {
        let signed = signed_commit(b"tree t\ngpgsig one\ngpgsig two\n\nSubject\n");
        assert_eq!(signed.signatures, ["one\n", "two\n"]);
    }

    #[test]
    fn what_has_no_end_is_taken_as_it_is() {
        for data in [&b""[..], b"\n", b" x", b"gpgsig", b"gpgsig ", b"tree t\n x", b"tree t\n\n"] {
            let signed = signed_commit(data);
            assert!(signed.payload.len() <= data.len());
        }
        assert_eq!(signed_commit(b"tree t\n\n").payload.as_bstr(), "tree t\n\n");
    }

    #[test]
    fn a_tag_has_its_signature_at_its_end() {
        let text = "object o\ntype commit\n\nRelease\n";
        let signature = "-----BEGIN SSH SIGNATURE-----\nA\n-----END SSH SIGNATURE-----\n";
        let signed = signed_tag(format!("{text}{signature}").as_bytes());
        assert_eq!(
            (signed.payload.as_bstr(), &signed.signatures[..]),
            (text.into(), &[signature.into()][..])
        );
        assert_eq!(signed_tag(text.as_bytes()).signatures, [""; 0]);
    }
}
