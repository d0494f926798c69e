//! Accounts of creditor institutions, what they were chosen for, and which are to go.

use jiff::Timestamp;

use crate::domain::account::{Account, AccountTerms, AccountUse, Purpose};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Conflict, Kind, Proposal, Wish};
use crate::domain::iban::Iban;
use crate::domain::text::Text;

use super::dialect::{for_both_engines, on_engine};
use super::rows::{instant, optional_instant, read};
use super::{Store, StoreError};

pub(in crate::store) mod deletions;
mod form;
mod institutions;
pub(in crate::store) mod kind;
pub(in crate::store) mod purposes;

pub use deletions::{deletion_form, deletion_of_form, deletion_target};
pub use form::{account_form, account_of_form, account_target};
pub use purposes::{PurposeRow, purpose_form};

/// An account with the name of its creditor institution.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedAccount {
    /// What the creditor is called.
    pub name: String,
    /// The account.
    pub account: Account,
}

/// Which accounts of a creditor institution are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountFilter {
    /// Only one chosen for this.
    pub purpose: Option<Purpose>,
    /// Only this one.
    pub iban: Option<Iban>,
}

/// An account beside the purposes that it was chosen for, as the database gives it. Its owner is the first
/// that has it.
macro_rules! account_columns {
    () => {
        "i.ec, c.name, i.iban, i.label, i.company_name, i.description, i.active, i.valid_from, i.due_at, \
         i.published_at, (SELECT o.ec FROM iban o WHERE o.iban = i.iban ORDER BY o.published_at, o.ec LIMIT 1) \
         AS owner"
    };
}
pub(in crate::store) use account_columns;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::store) struct AccountRow {
    ec: String,
    name: String,
    iban: String,
    label: Option<String>,
    company_name: Option<String>,
    description: Option<String>,
    active: bool,
    valid_from: Option<i64>,
    due_at: Option<i64>,
    published_at: i64,
    owner: String,
}

/// Which account was chosen for what: creditor institution, account, purpose.
pub(in crate::store) type Chosen = (String, String, String);

/// Puts accounts and what they were chosen for together.
fn accounts(rows: Vec<AccountRow>, chosen: &[Chosen]) -> Result<Vec<NamedAccount>, StoreError> {
    rows.into_iter().map(|row| named(row, chosen)).collect()
}

fn named(row: AccountRow, chosen: &[Chosen]) -> Result<NamedAccount, StoreError> {
    let own = chosen.iter().filter(|(ec, iban, _)| *ec == row.ec && *iban == row.iban);
    let purposes = own.map(|(_, _, purpose)| read(Purpose::new(purpose), "purpose of an account"));
    let purposes = purposes.collect::<Result<_, _>>()?;
    let account = Account {
        ec: read(FiscalCode::new(&row.ec), "fiscal code")?,
        iban: read(Iban::kept(&row.iban), "IBAN")?,
        terms: AccountTerms {
            label: text(row.label.as_deref())?,
            company_name: text(row.company_name.as_deref())?,
            description: text(row.description.as_deref())?,
            usage: AccountUse {
                active: row.active,
                from: optional_instant(row.valid_from)?,
                due: optional_instant(row.due_at)?,
            },
            purposes,
        },
        owner: read(FiscalCode::new(&row.owner), "fiscal code")?,
        published_at: published(row.published_at)?,
    };
    Ok(NamedAccount { name: row.name, account })
}

fn text<const MAX: usize>(stored: Option<&str>) -> Result<Option<Text<MAX>>, StoreError> {
    stored.map(|stored| read(Text::new(stored), "text of an account")).transpose()
}

/// Nobody looked when the first accounts came.
fn published(microseconds: i64) -> Result<Option<Timestamp>, StoreError> {
    if microseconds == 0 { Ok(None) } else { instant(microseconds).map(Some) }
}

impl Store {
    /// The accounts of a creditor institution that a filter leaves, in their order.
    pub async fn accounts_of(
        &self,
        ec: &FiscalCode,
        filter: &AccountFilter,
    ) -> Result<Vec<NamedAccount>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::of_institution(pool, ec).await);
        let (rows, chosen) = found.map_err(StoreError::during("accounts_of"))?;
        let mut found = accounts(rows, &chosen)?;
        let asked = |one: &Account| filter.iban.as_ref().is_none_or(|iban| one.iban == *iban);
        let chosen_so = |one: &Account| {
            filter.purpose.as_ref().is_none_or(|purpose| one.terms.purposes.contains(purpose))
        };
        found.retain(|NamedAccount { account, .. }| asked(account) && chosen_so(account));
        Ok(found)
    }

    /// An account of a creditor institution.
    pub async fn account(&self, ec: &FiscalCode, iban: &Iban) -> Result<Option<NamedAccount>, StoreError> {
        let filter = AccountFilter { iban: Some(iban.clone()), purpose: None };
        Ok(self.accounts_of(ec, &filter).await?.pop())
    }

    /// Whether something that can still be paid names an account of a creditor institution, in its own
    /// notices or in those of another; at an instant.
    pub async fn is_account_named(
        &self,
        ec: &FiscalCode,
        iban: &Iban,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::is_named(pool, (ec, iban), now).await)
            .map_err(StoreError::during("is_account_named"))
    }
}

impl Store {
    /// Which of some proposals take an account away that something names which can still be paid. It may take
    /// long: so it is asked before the transaction that writes.
    pub(in crate::store) async fn removals_of_named(
        &self,
        proposals: &[Proposal],
        now: Timestamp,
    ) -> Result<Vec<usize>, StoreError> {
        let mut found = Vec::new();
        let goes = |one: &Proposal| one.kind == Kind::Iban && one.wish == Wish::Remove;
        for (index, one) in proposals.iter().enumerate().filter(|(_, one)| goes(one)) {
            let (ec, iban) = one.target.split_once('/').unwrap_or_default();
            let (Ok(ec), Ok(iban)) = (FiscalCode::new(ec), Iban::kept(iban)) else { continue };
            if self.is_account_named(&ec, &iban, now).await? {
                found.push(index);
            }
        }
        Ok(found)
    }
}

/// Why an account stays that notices name.
pub(in crate::store) fn still_named() -> Conflict {
    let why = "Notices that can still be paid name the account, and the node would refuse them without it: \
        replace it in them first, or switch it off.";
    Conflict::new("iban_in_use", why)
}

/// A notice that can be paid or could be when its position is published, with a share to an account.
macro_rules! named_by {
    ($account:literal) => {
        concat!(
            "SELECT 1 FROM transfer t \
             JOIN notice n ON n.ec = t.ec AND n.notice_number = t.notice_number \
             JOIN payment_option o ON o.ec = n.ec AND o.iupd = n.iupd AND o.option_no = n.option_no \
             JOIN position p ON p.ec = n.ec AND p.iupd = n.iupd \
             WHERE t.",
            $account,
            " = $1 AND t.",
            $account,
            " <> '' AND t.beneficiary = $2 \
             AND n.paid_at IS NULL AND p.invalidated_at IS NULL AND (NOT o.expires OR n.due_at >= $3) \
             AND NOT EXISTS (SELECT 1 FROM notice s WHERE s.ec = n.ec AND s.iupd = n.iupd \
                 AND s.option_no <> n.option_no AND s.paid_at IS NOT NULL LIMIT 1 OFFSET 0) LIMIT 1"
        )
    };
}

const NAMED: [&str; 2] = [named_by!("iban"), named_by!("postal_iban")];

for_both_engines! {
    pub(super) async fn of_institution(
        pool: &Pool,
        ec: &FiscalCode,
    ) -> Result<(Vec<AccountRow>, Vec<Chosen>), sqlx::Error> {
        const OF_INSTITUTION: &str = concat!(
            "SELECT ",
            account_columns!(),
            " FROM iban i JOIN creditor_institution c ON c.ec = i.ec WHERE i.ec = $1 ORDER BY i.iban"
        );
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        let rows = sqlx::query_as(OF_INSTITUTION).bind(ec.as_str()).fetch_all(&mut *tx).await?;
        let chosen = sqlx::query_as("SELECT ec, iban, label FROM iban_label WHERE ec = $1")
            .bind(ec.as_str())
            .fetch_all(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok((rows, chosen))
    }

    /// An account within a transaction.
    pub(in crate::store) async fn stored_account(
        connection: &mut Connection,
        ec: &str,
        iban: &str,
    ) -> Result<Option<NamedAccount>, StoreError> {
        const ONE: &str = concat!(
            "SELECT ",
            account_columns!(),
            " FROM iban i JOIN creditor_institution c ON c.ec = i.ec WHERE i.ec = $1 AND i.iban = $2"
        );
        let failed = || StoreError::during("account");
        let row: Option<AccountRow> =
            sqlx::query_as(ONE).bind(ec).bind(iban).fetch_optional(&mut *connection).await.map_err(failed())?;
        let Some(row) = row else { return Ok(None) };
        let chosen: Vec<Chosen> =
            sqlx::query_as("SELECT ec, iban, label FROM iban_label WHERE ec = $1 AND iban = $2")
                .bind(ec)
                .bind(iban)
                .fetch_all(connection)
                .await
                .map_err(failed())?;
        named(row, &chosen).map(Some)
    }

    pub(super) async fn is_named(
        pool: &Pool,
        (ec, iban): (&FiscalCode, &Iban),
        now: Timestamp,
    ) -> Result<bool, sqlx::Error> {
        for statement in NAMED {
            let found: Option<i32> = sqlx::query_scalar(statement)
                .bind(iban.as_str())
                .bind(ec.as_str())
                .bind(now.as_microsecond())
                .fetch_optional(pool)
                .await?;
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
