//! A certificate as a row.

use crate::domain::access::Tenant;
use crate::domain::certificate::{
    CallerNames, Certificate, CertificateId, Chain, Content, Environment, Facts, Fingerprint, KnownBy, Life,
    Request, Role,
};
use crate::domain::text::Text;
use crate::store::StoreError;
use crate::store::dialect::for_both_engines;
use crate::store::rows::{instant, optional_instant, read};

/// The columns of [`CertificateRow`].
macro_rules! certificate_columns {
    () => {
        "c.id, c.owner, c.role, c.environment, c.label, c.content, c.request, c.chain, c.known_by, c.subject, \
         c.issuer, c.serial, c.names, c.not_before, c.not_after, c.fingerprint, c.public_key, c.created_at, \
         c.uploaded_at, c.activated_at, c.superseded_at, c.overlap_until, c.revoked_at"
    };
}
pub(super) use certificate_columns;

#[derive(Debug, sqlx::FromRow)]
pub(in crate::store) struct CertificateRow {
    id: String,
    owner: String,
    role: String,
    environment: String,
    label: String,
    content: String,
    request: Option<String>,
    chain: Option<String>,
    known_by: Option<String>,
    subject: String,
    issuer: Option<String>,
    serial: Option<String>,
    names: String,
    not_before: Option<i64>,
    not_after: Option<i64>,
    fingerprint: Option<String>,
    public_key: Option<String>,
    created_at: i64,
    uploaded_at: Option<i64>,
    activated_at: Option<i64>,
    superseded_at: Option<i64>,
    overlap_until: Option<i64>,
    revoked_at: Option<i64>,
}

const CORRUPT: StoreError = StoreError::Corrupt { what: "certificate" };

impl CertificateRow {
    pub(super) fn read(self) -> Result<Certificate, StoreError> {
        let life = Life {
            created_at: instant(self.created_at)?,
            uploaded_at: optional_instant(self.uploaded_at)?,
            activated_at: optional_instant(self.activated_at)?,
            superseded_at: optional_instant(self.superseded_at)?,
            overlap_until: optional_instant(self.overlap_until)?,
            revoked_at: optional_instant(self.revoked_at)?,
        };
        Ok(Certificate {
            id: read(CertificateId::new(&self.id), "id of a certificate")?,
            owner: read(Tenant::parse(&self.owner), "owner of a certificate")?,
            role: Role::from_word(&self.role).ok_or(CORRUPT)?,
            environment: Environment::from_word(&self.environment).ok_or(CORRUPT)?,
            label: read(Text::new(&self.label), "label of a certificate")?,
            life,
            content: self.content()?,
        })
    }

    fn content(self) -> Result<Content, StoreError> {
        let names = self.names.split_whitespace().map(str::to_owned).collect();
        let key = |text: Option<String>| {
            let text = text.ok_or(CORRUPT)?;
            read(Fingerprint::new(&text), "fingerprint of a certificate")
        };
        match self.content.as_str() {
            "request" => Ok(Content::Requested(Request {
                pem: self.request.ok_or(CORRUPT)?,
                subject: self.subject,
                names,
                public_key: key(self.public_key)?,
            })),
            "names" => {
                Ok(Content::Names(CallerNames { subject: self.subject, issuer: self.issuer.ok_or(CORRUPT)? }))
            }
            "chain" => Ok(Content::Chain(Chain {
                pem: self.chain.ok_or(CORRUPT)?,
                request: self.request,
                known_by: self.known_by.as_deref().and_then(KnownBy::from_word).ok_or(CORRUPT)?,
                facts: Facts {
                    subject: self.subject,
                    issuer: self.issuer.ok_or(CORRUPT)?,
                    serial: self.serial.ok_or(CORRUPT)?,
                    names,
                    not_before: instant(self.not_before.ok_or(CORRUPT)?)?,
                    not_after: instant(self.not_after.ok_or(CORRUPT)?)?,
                    fingerprint: key(self.fingerprint)?,
                    public_key: key(self.public_key)?,
                },
            })),
            _ => Err(CORRUPT),
        }
    }
}

for_both_engines! {
    pub(in crate::store) async fn find_row<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        id: &str,
    ) -> Result<Option<CertificateRow>, sqlx::Error> {
        const FIND: &str =
            concat!("SELECT ", certificate_columns!(), " FROM certificate c WHERE c.id = $1");
        sqlx::query_as(FIND).bind(id).fetch_optional(executor).await
    }
}
