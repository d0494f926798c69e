//! A certificate in the form in which it is proposed, audited and read back: what is public of it. Of what was
//! done with it a proposal says only where it is to stand; the instants are those of the commit.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::access::Tenant;
use crate::domain::certificate::{
    CallerNames, Certificate, CertificateId, Chain, Content, Environment, Facts, Fingerprint, KnownBy, Life,
    Request, Role, Standing,
};
use crate::domain::text::Text;
use crate::store::StoreError;
use crate::store::rows::read;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Form {
    owner: String,
    role: String,
    environment: String,
    label: String,
    standing: String,
    created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uploaded_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    activated_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    superseded_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    overlap_until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
    #[serde(flatten)]
    content: ContentForm,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ContentForm {
    Request(RequestForm),
    Certificate(ChainForm),
    CallerNames(NamesForm),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestForm {
    subject: String,
    names: Vec<String>,
    public_key: String,
    pem: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChainForm {
    subject: String,
    issuer: String,
    serial: String,
    names: Vec<String>,
    not_before: Timestamp,
    not_after: Timestamp,
    fingerprint: String,
    public_key: String,
    known_by: String,
    pem: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamesForm {
    subject: String,
    issuer: String,
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Requested => "requested",
        Standing::Uploaded => "uploaded",
        Standing::Active => "active",
        Standing::Superseded { .. } => "superseded",
        Standing::Revoked => "revoked",
    }
}

/// A certificate as it is proposed and audited (JSON); its name is the target of the proposal.
pub fn certificate_form(one: &Certificate) -> String {
    let Life { created_at, uploaded_at, activated_at, superseded_at, overlap_until, revoked_at } = one.life;
    let form = Form {
        owner: one.owner.to_string(),
        role: one.role.word().to_owned(),
        environment: one.environment.word().to_owned(),
        label: one.label.as_str().to_owned(),
        standing: word(one.life.standing()).to_owned(),
        created_at,
        uploaded_at,
        activated_at,
        superseded_at,
        overlap_until,
        revoked_at,
        content: content_form(&one.content),
    };
    // A map of texts always has a form.
    serde_json::to_string(&form).unwrap_or_default()
}

fn content_form(content: &Content) -> ContentForm {
    match content {
        Content::Requested(request) => ContentForm::Request(RequestForm {
            subject: request.subject.clone(),
            names: request.names.clone(),
            public_key: request.public_key.as_str().to_owned(),
            pem: request.pem.clone(),
        }),
        Content::Chain(chain) => ContentForm::Certificate(ChainForm {
            subject: chain.facts.subject.clone(),
            issuer: chain.facts.issuer.clone(),
            serial: chain.facts.serial.clone(),
            names: chain.facts.names.clone(),
            not_before: chain.facts.not_before,
            not_after: chain.facts.not_after,
            fingerprint: chain.facts.fingerprint.as_str().to_owned(),
            public_key: chain.facts.public_key.as_str().to_owned(),
            known_by: chain.known_by.word().to_owned(),
            pem: chain.pem.clone(),
            request: chain.request.clone(),
        }),
        Content::Names(names) => ContentForm::CallerNames(NamesForm {
            subject: names.subject.clone(),
            issuer: names.issuer.clone(),
        }),
    }
}

/// Reads what [`certificate_form`] writes, of the certificate of that name.
pub fn read_certificate_form(id: &str, json: &str) -> Result<Certificate, StoreError> {
    const CORRUPT: StoreError = StoreError::Corrupt { what: "proposal of a certificate" };
    let form: Form = read(serde_json::from_str(json), "proposal of a certificate")?;
    Ok(Certificate {
        id: read(CertificateId::new(id), "id of a certificate")?,
        owner: read(Tenant::parse(&form.owner), "owner of a certificate")?,
        role: Role::from_word(&form.role).ok_or(CORRUPT)?,
        environment: Environment::from_word(&form.environment).ok_or(CORRUPT)?,
        label: read(Text::new(&form.label), "label of a certificate")?,
        life: Life {
            created_at: form.created_at,
            uploaded_at: form.uploaded_at,
            activated_at: form.activated_at,
            superseded_at: form.superseded_at,
            overlap_until: form.overlap_until,
            revoked_at: form.revoked_at,
        },
        content: match form.content {
            ContentForm::Request(request) => Content::Requested(Request {
                pem: request.pem,
                subject: request.subject,
                names: request.names,
                public_key: fingerprint(&request.public_key)?,
            }),
            ContentForm::CallerNames(names) => {
                Content::Names(CallerNames { subject: names.subject, issuer: names.issuer })
            }
            ContentForm::Certificate(chain) => Content::Chain(Chain {
                known_by: KnownBy::from_word(&chain.known_by).ok_or(CORRUPT)?,
                facts: Facts {
                    subject: chain.subject,
                    issuer: chain.issuer,
                    serial: chain.serial,
                    names: chain.names,
                    not_before: chain.not_before,
                    not_after: chain.not_after,
                    fingerprint: fingerprint(&chain.fingerprint)?,
                    public_key: fingerprint(&chain.public_key)?,
                },
                pem: chain.pem,
                request: chain.request,
            }),
        },
    })
}

fn fingerprint(text: &str) -> Result<Fingerprint, StoreError> {
    read(Fingerprint::new(text), "fingerprint of a certificate")
}
