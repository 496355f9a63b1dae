//! What a primary key has signed about itself, its user IDs and its subkeys.

use pgp::packet::{PacketHeader, PublicKey, Signature, SignatureType, UserId};
use pgp::types::{KeyDetails, Tag};

use super::certificate::{Binding, Certificate, Revocation, Subkey, User};
use super::facts::Facts;

/// To what a signature belongs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Place {
    /// No key has come yet.
    #[default]
    Nowhere,
    /// To something that is passed over.
    Skipped,
    Primary,
    User(usize),
    Subkey(usize),
}

/// Whether a signature says that the primary key made it, or does not say who did.
pub(crate) fn is_own(signature: &Signature, primary: &PublicKey) -> bool {
    let (fingerprint, key_id) = (primary.fingerprint(), primary.legacy_key_id());
    let (fingerprints, key_ids) = (signature.issuer_fingerprint(), signature.issuer_key_id());
    (fingerprints.is_empty() && key_ids.is_empty())
        || fingerprints.iter().any(|it| **it == fingerprint)
        || key_ids.iter().any(|it| **it == key_id)
}

pub(crate) fn is_revocation(signature: &Signature) -> bool {
    matches!(
        signature.typ(),
        Some(
            SignatureType::KeyRevocation
                | SignatureType::SubkeyRevocation
                | SignatureType::CertRevocation
        )
    )
}

/// Keeps a signature of the primary key where it says something that counts; whether it does.
pub(crate) fn keep(certificate: &mut Certificate, place: Place, signature: &Signature) -> bool {
    let Ok(facts) = Facts::of(signature) else { return false };
    let Certificate { primary, direct, revocations, users, subkeys, .. } = certificate;
    match (place, facts.kind) {
        (_, SignatureType::KeyRevocation) if signature.verify_key(primary).is_ok() => {
            revocations.push(Revocation::new(&facts));
        }
        (Place::Primary, SignatureType::Key) if signature.verify_key(primary).is_ok() => {
            direct.push(Binding::new(&facts));
        }
        (Place::User(user), _) => return keep_user(primary, &mut users[user], signature, &facts),
        (Place::Subkey(subkey), _) => {
            return keep_subkey(primary, &mut subkeys[subkey], signature, &facts);
        }
        _ => return false,
    }
    true
}

fn keep_user(primary: &PublicKey, user: &mut User, signature: &Signature, facts: &Facts) -> bool {
    let Ok(length) = u32::try_from(user.id.len()) else { return false };
    let header = PacketHeader::new_fixed(Tag::UserId, length);
    let Ok(id) = UserId::try_from_reader(header, &user.id[..]) else { return false };
    if signature.verify_certification(primary, Tag::UserId, &id).is_err() {
        return false;
    }
    match facts.kind {
        SignatureType::CertRevocation => user.revocations.push(Revocation::new(facts)),
        _ => user.bindings.push(Binding::new(facts)),
    }
    true
}

fn keep_subkey(
    primary: &PublicKey,
    subkey: &mut Subkey,
    signature: &Signature,
    facts: &Facts,
) -> bool {
    if signature.verify_subkey_binding(primary, &subkey.key).is_err() {
        return false;
    }
    let mut binding = Binding::new(facts);
    match facts.kind {
        SignatureType::SubkeyRevocation => subkey.revocations.push(Revocation::new(facts)),
        _ if facts.may_sign == Some(true) => {
            // Else anybody could take the subkey of somebody else for their own.
            let Some(back) = back_signature(primary, subkey, signature) else { return false };
            binding.end = binding.end.into_iter().chain(back.end).min();
            binding.is_weak |= back.weak_digest.is_some();
            subkey.bindings.push(binding);
        }
        _ => subkey.bindings.push(binding),
    }
    true
}

/// The signature of a subkey over the primary key (RFC 9580, section 5.2.1.9).
fn back_signature(primary: &PublicKey, subkey: &Subkey, signature: &Signature) -> Option<Facts> {
    let embedded = signature.embedded_signature()?;
    let facts = Facts::of(embedded).ok()?;
    embedded.verify_primary_key_binding(&subkey.key, primary).ok().map(|()| facts)
}
