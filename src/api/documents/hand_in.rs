//! A document that is handed in: what it says, what is to be thought of it, and what follows from it.

use jiff::civil::Date;

use super::model::{CheckModel, schema_item};
use super::{DocumentError, known, may, proposal};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::problem::Problem;
use crate::documents::{MAX_BYTES, read_accounts, read_counterparts, write_counterpart};
use crate::domain::access::Tenant;
use crate::domain::account::{AccountTerms, AccountUse};
use crate::domain::document::{
    AccountsDocument, Action, CheckItem, CounterpartDocument, DocumentKind, check_accounts, check_counterpart,
};
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::iban::Iban;
use crate::domain::registry::Encoding;
use crate::domain::rome;
use crate::store::{DocumentHead, Wanted, account_form, account_target, encoding_target};

/// How much of what a document says may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strictness {
    /// Nothing.
    Whole,
    /// What is a matter of judgement: the name, and from when it holds.
    Forced,
}

/// Checks a document about accounts: whether it keeps its schema, and what it says.
pub(super) async fn check_of_accounts(
    (api, access): (&Api, &Access),
    bytes: &[u8],
) -> Result<Vec<CheckModel>, Problem> {
    let document = match sized(bytes).and_then(|bytes| Ok(read_accounts(bytes)?)) {
        Ok(document) => document,
        Err(DocumentError::Unreadable(refused)) => return Ok(vec![schema_item(Some(&refused))]),
        Err(other) => return Err(other.into()),
    };
    may(access, &document.ec)?;
    let items = items_of_accounts(api, &document, rome::day(access.now)).await?;
    Ok(std::iter::once(schema_item(None)).chain(items.into_iter().map(Into::into)).collect())
}

async fn items_of_accounts(
    api: &Api,
    document: &AccountsDocument,
    today: Date,
) -> Result<Vec<CheckItem>, Problem> {
    let accounts: Vec<String> = document.accounts.iter().map(|account| account.iban.clone()).collect();
    let known = known(api, (&document.ec, DocumentKind::Accounts, &document.flow), &accounts).await?;
    Ok(check_accounts(document, &known, today))
}

/// What a document about accounts asks for: its accounts, what is printed for them, and that it is kept.
pub(super) async fn plan_of_accounts(
    (api, access): (&Api, &Access),
    bytes: &[u8],
    strictness: Strictness,
) -> Result<Vec<Proposal>, Problem> {
    let bytes = sized(bytes)?;
    let document = read_accounts(bytes).map_err(DocumentError::from)?;
    may(access, &document.ec)?;
    let items = items_of_accounts(api, &document, rome::day(access.now)).await?;
    let adds_qr_code = items.iter().any(|item| item.action == Some(Action::AddQrCode));
    sound(items, strictness)?;
    let mut proposals = accounts(api, &document).await?;
    if adds_qr_code {
        let encoding = Encoding::of_institution(&document.ec);
        proposals.push(Proposal {
            kind: Kind::Encoding,
            tenant: Tenant::Institution(document.ec.clone()),
            target: encoding_target(&document.ec, &encoding),
            wish: Wish::Create,
            wanted: Some(encoding.wanted()),
        });
    }
    let head = DocumentHead {
        ec: document.ec,
        kind: DocumentKind::Accounts,
        flow: document.flow,
        name: document.name,
        published_at: document.published,
        valid_from: document.valid_from,
    };
    proposals.push(proposal(&head, Wish::Create, Some(&String::from_utf8_lossy(bytes))));
    Ok(proposals)
}

/// The accounts of a document that its institution does not have.
async fn accounts(api: &Api, document: &AccountsDocument) -> Result<Vec<Proposal>, Problem> {
    let mut proposals = Vec::new();
    for iban in document.accounts.iter().filter_map(|account| Iban::new(&account.iban).ok()) {
        let known = api.store.account(&document.ec, &iban).await;
        if known.map_err(crate::api::apiconfig::refusal::failed)?.is_some() {
            continue;
        }
        let usage = AccountUse { active: true, from: Some(document.valid_from), due: None };
        let terms = AccountTerms {
            label: None,
            company_name: None,
            description: None,
            usage,
            purposes: Default::default(),
        };
        proposals.push(Proposal {
            kind: Kind::Iban,
            tenant: Tenant::Institution(document.ec.clone()),
            target: account_target(&document.ec, &iban),
            wish: Wish::Create,
            wanted: Some(account_form(&document.ec, &iban, &terms)),
        });
    }
    Ok(proposals)
}

/// What a document about counterparts asks for: that it is kept, for each institution that it is about.
pub(super) async fn plan_of_counterparts(
    (api, access): (&Api, &Access),
    bytes: &[u8],
) -> Result<Vec<Proposal>, Problem> {
    let bytes = sized(bytes)?;
    let documents = read_counterparts(bytes).map_err(DocumentError::from)?;
    for document in &documents {
        may(access, &document.ec)?;
    }
    let mut proposals = Vec::new();
    let alone = documents.len() == 1;
    for document in documents {
        let place = (&document.ec, DocumentKind::Counterpart, &document.flow);
        let known = known(api, place, &[]).await?;
        sound(check_counterpart(&document, &known), Strictness::Whole)?;
        let body = match write_counterpart(&document) {
            Ok(written) if !alone => written,
            _ => bytes.to_vec(),
        };
        proposals.push(kept(document, &String::from_utf8_lossy(&body)));
    }
    Ok(proposals)
}

/// That a document about a counterpart is kept.
pub(super) fn kept(document: CounterpartDocument, body: &str) -> Proposal {
    let instant = |moment| rome::instant(moment).unwrap_or_default();
    let head = DocumentHead {
        ec: document.ec,
        kind: DocumentKind::Counterpart,
        flow: document.flow,
        name: document.name,
        published_at: instant(document.published),
        valid_from: instant(document.valid_from),
    };
    proposal(&head, Wish::Create, Some(body))
}

fn sized(bytes: &[u8]) -> Result<&[u8], DocumentError> {
    if bytes.len() > MAX_BYTES { Err(DocumentError::TooLarge) } else { Ok(bytes) }
}

fn sound(items: Vec<CheckItem>, strictness: Strictness) -> Result<(), DocumentError> {
    let stands = |item: &CheckItem| item.valid || (strictness == Strictness::Forced && item.may_be_forced);
    let wrong: Vec<CheckItem> = items.into_iter().filter(|item| !stands(item)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(DocumentError::Unsound(wrong)) }
}
