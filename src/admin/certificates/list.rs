//! Revocation lists as people bring them.

use jiff::Timestamp;
use openssl::x509::X509Crl;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Version};

use super::read::{Unreadable, digest};
use crate::store::RevocationList;
use crate::tls::DistinguishedName;

/// Reads a list in PEM or DER form.
pub(super) fn read(bytes: &[u8], now: Timestamp) -> Result<RevocationList, Unreadable> {
    let list = X509Crl::from_pem(bytes).or_else(|_| X509Crl::from_der(bytes));
    let list = list.map_err(|_| Unreadable::NotList)?;
    let der = list.to_der().map_err(|_| Unreadable::NotList)?;
    let pem = list.to_pem().map_err(|_| Unreadable::NotList)?;
    let (_, parsed) = CertificateRevocationList::from_der(&der).map_err(|_| Unreadable::NotList)?;
    if parsed.version() != Some(X509Version::V2) || parsed.next_update().is_none() {
        return Err(Unreadable::UnusableList);
    }
    let instant = |seconds: i64| Timestamp::from_second(seconds).map_err(|_| Unreadable::NotList);
    Ok(RevocationList {
        authority: digest(parsed.issuer().as_raw()).map_err(|_| Unreadable::NotList)?,
        issuer: DistinguishedName::of(parsed.issuer()).to_string(),
        pem: String::from_utf8_lossy(&pem).into_owned(),
        this_update: instant(parsed.last_update().timestamp())?,
        next_update: parsed.next_update().map(|at| instant(at.timestamp())).transpose()?,
        uploaded_at: now,
    })
}
