//! How a certificate is read and written where changes are carried out.

use jiff::Timestamp;

use crate::domain::certificate::{Certificate, Chain, Content, Life, Request, Standing};
use crate::domain::governance::Conflict;
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;

use super::form::{certificate_form, read_certificate_form};
use super::row::{self, CertificateRow};

const PUT: &str = "INSERT INTO certificate (id, owner, role, environment, label, content, request, chain, \
    known_by, subject, issuer, serial, names, not_before, not_after, fingerprint, public_key, created_at, \
    uploaded_at, activated_at, superseded_at, overlap_until, revoked_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
    $23) ON CONFLICT (id) DO UPDATE SET label = excluded.label, content = excluded.content, \
    request = excluded.request, chain = excluded.chain, known_by = excluded.known_by, \
    subject = excluded.subject, issuer = excluded.issuer, serial = excluded.serial, names = excluded.names, \
    not_before = excluded.not_before, not_after = excluded.not_after, fingerprint = excluded.fingerprint, \
    public_key = excluded.public_key, uploaded_at = excluded.uploaded_at, \
    activated_at = excluded.activated_at, superseded_at = excluded.superseded_at, \
    overlap_until = excluded.overlap_until, revoked_at = excluded.revoked_at";

const TWIN: &str = "SELECT id FROM certificate WHERE fingerprint = $1 AND fingerprint IS NOT NULL AND role = $2 \
    AND environment = $3 AND owner = $4 AND id <> $5";

/// How it will be: what is wanted, with the instants of what was done with it before.
fn become_of(
    wanted: Certificate,
    before: Option<&Certificate>,
    at: Timestamp,
) -> Result<Certificate, Conflict> {
    let standing = wanted.life.standing();
    if matches!(wanted.content, Content::Requested(_)) != (standing == Standing::Requested) {
        let message = "What is only requested is not used yet: bring the signed certificate first.";
        return Err(Conflict::new("not_signed_yet", message));
    }
    let known = match before {
        None => Life::begun(at, (standing != Standing::Requested).then_some(at)),
        Some(before) => {
            if !is_same(before, &wanted) {
                let message = "A certificate is not changed into another one: bring the other one as new.";
                return Err(Conflict::new("another_certificate", message));
            }
            before.life
        }
    };
    let life = known.put(standing, at).map_err(|refused| {
        Conflict::new("certificate_revoked", format!("{}.", first_letter_up(&refused.to_string())))
    })?;
    Ok(Certificate { life, ..wanted })
}

fn first_letter_up(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether it is still about the same certificate. A request becomes the certificate that answers it.
fn is_same(before: &Certificate, wanted: &Certificate) -> bool {
    let same_use = before.role == wanted.role
        && before.environment == wanted.environment
        && before.owner == wanted.owner;
    let same_content = match (&before.content, &wanted.content) {
        (Content::Requested(Request { public_key, .. }), Content::Chain(Chain { facts, .. })) => {
            *public_key == facts.public_key
        }
        (Content::Chain(before), Content::Chain(wanted)) => before.facts == wanted.facts,
        // A change that is taken back.
        (Content::Chain(Chain { facts, request: Some(_), .. }), Content::Requested(request)) => {
            request.public_key == facts.public_key
        }
        (before, wanted) => before == wanted,
    };
    same_use && same_content
}

/// What the columns of the content hold.
struct Columns<'a> {
    content: &'static str,
    request: Option<&'a str>,
    chain: Option<&'a Chain>,
    subject: &'a str,
    issuer: Option<&'a str>,
    names: &'a [String],
    public_key: Option<&'a str>,
}

impl<'a> From<&'a Content> for Columns<'a> {
    fn from(content: &'a Content) -> Self {
        match content {
            Content::Requested(request) => Columns {
                content: "request",
                request: Some(&request.pem),
                chain: None,
                subject: &request.subject,
                issuer: None,
                names: &request.names,
                public_key: Some(request.public_key.as_str()),
            },
            Content::Chain(chain) => Columns {
                content: "chain",
                request: chain.request.as_deref(),
                chain: Some(chain),
                subject: &chain.facts.subject,
                issuer: Some(&chain.facts.issuer),
                names: &chain.facts.names,
                public_key: Some(chain.facts.public_key.as_str()),
            },
            Content::Names(names) => Columns {
                content: "names",
                request: None,
                chain: None,
                subject: &names.subject,
                issuer: Some(&names.issuer),
                names: &[],
                public_key: None,
            },
        }
    }
}

for_both_engines! {
    [row]

    /// The certificate of that name, in its form.
    pub(in crate::store) async fn read_certificate(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        Ok(stored(connection, target).await?.as_ref().map(certificate_form))
    }

    async fn stored(connection: &mut Connection, target: &str) -> Result<Option<Certificate>, Refused> {
        let row: Option<CertificateRow> = find_row(connection, target).await?;
        Ok(row.map(CertificateRow::read).transpose()?)
    }

    /// Makes it as it is wanted, or takes it away.
    pub(in crate::store) async fn write_certificate(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let before = stored(&mut *connection, target).await?;
        let Some(wanted) = wanted else { return remove(connection, before.as_ref(), at).await };
        let wanted = read_certificate_form(target, wanted)?;
        let one = become_of(wanted, before.as_ref(), at)?;
        if twin(&mut *connection, &one).await? {
            let message = "The same certificate is here already for the same use.";
            return Err(Conflict::new("already_there", message).into());
        }
        put(connection, &one).await?;
        Ok(())
    }

    async fn remove(
        connection: &mut Connection,
        before: Option<&Certificate>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let Some(before) = before else { return Ok(()) };
        if before.is_usable(at) || before.life.standing() == Standing::Active {
            let message = "The certificate is in use: take it out of use first.";
            return Err(Conflict::new("in_use", message).into());
        }
        // What is revoked must go on being refused.
        if before.life.standing() == Standing::Revoked {
            let message = "A revoked certificate is kept, so that it goes on being refused.";
            return Err(Conflict::new("certificate_revoked", message).into());
        }
        sqlx::query("DELETE FROM certificate WHERE id = $1")
            .bind(before.id.as_str())
            .execute(&mut *connection)
            .await?;
        sqlx::query(
            "DELETE FROM certificate_key WHERE public_key = $1 \
             AND NOT EXISTS (SELECT 1 FROM certificate c WHERE c.public_key = $1)",
        )
        .bind(Columns::from(&before.content).public_key)
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn twin(connection: &mut Connection, one: &Certificate) -> Result<bool, sqlx::Error> {
        let Some(facts) = one.facts() else { return Ok(false) };
        let twin: Option<String> = sqlx::query_scalar(TWIN)
            .bind(facts.fingerprint.as_str())
            .bind(one.role.word())
            .bind(one.environment.word())
            .bind(one.owner.to_string())
            .bind(one.id.as_str())
            .fetch_optional(connection)
            .await?;
        Ok(twin.is_some())
    }

    async fn put(connection: &mut Connection, one: &Certificate) -> Result<(), sqlx::Error> {
        let columns = Columns::from(&one.content);
        let facts = columns.chain.map(|chain| &chain.facts);
        let instant = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
        sqlx::query(PUT)
            .bind(one.id.as_str())
            .bind(one.owner.to_string())
            .bind(one.role.word())
            .bind(one.environment.word())
            .bind(one.label.as_str())
            .bind(columns.content)
            .bind(columns.request)
            .bind(columns.chain.map(|chain| chain.pem.as_str()))
            .bind(columns.chain.map(|chain| chain.known_by.word()))
            .bind(columns.subject)
            .bind(columns.issuer)
            .bind(facts.map(|facts| facts.serial.as_str()))
            .bind(columns.names.join(" "))
            .bind(facts.map(|facts| facts.not_before.as_microsecond()))
            .bind(facts.map(|facts| facts.not_after.as_microsecond()))
            .bind(facts.map(|facts| facts.fingerprint.as_str()))
            .bind(columns.public_key)
            .bind(one.life.created_at.as_microsecond())
            .bind(instant(one.life.uploaded_at))
            .bind(instant(one.life.activated_at))
            .bind(instant(one.life.superseded_at))
            .bind(instant(one.life.overlap_until))
            .bind(instant(one.life.revoked_at))
            .execute(connection)
            .await
            .map(drop)
    }
}
