//! What the files of accounts have in common: a row makes an account, says something else of it or takes it
//! away. No last day is made up: an account that a file brings lasts until somebody says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{Plan, Step};
use crate::api::Api;
use crate::api::apiconfig::refusal::failed;
use crate::api::positions::parse::report::Coded;
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::account::{Account, AccountTerms, AccountUse};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::iban::Iban;
use crate::domain::rome;
use crate::domain::text::Text;
use crate::store::{AccountFilter, account_form, account_target};

/// What is to be done with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Create,
    Update,
    Delete,
}

/// An account as a row has it. What a row leaves out stays as it is.
pub(super) struct Asked {
    /// The line.
    pub row: u64,
    pub ec: FiscalCode,
    pub iban: Iban,
    pub act: Act,
    pub company_name: Option<Text<100>>,
    pub description: Option<Text<300>>,
    pub active: Option<bool>,
    pub from: Option<Date>,
    pub due: Option<Date>,
}

/// What the columns of a file are called.
#[derive(Clone, Copy)]
pub(super) struct Names {
    pub ec: &'static str,
    pub iban: &'static str,
    pub from: &'static str,
    pub due: &'static str,
}

/// The accounts that there are, of the institutions of a file.
pub(super) struct Known(BTreeMap<(FiscalCode, Iban), Account>);

impl Known {
    pub(super) async fn of(api: &Api, institutions: &BTreeSet<FiscalCode>) -> Result<Self, Problem> {
        let mut known = BTreeMap::new();
        for ec in institutions {
            let all = api.store.accounts_of(ec, &AccountFilter::default()).await.map_err(failed)?;
            known.extend(all.into_iter().map(|one| ((ec.clone(), one.account.iban.clone()), one.account)));
        }
        Ok(Known(known))
    }
}

/// Plans what rows ask for. `now` is when the file came.
pub(super) fn plan(plan: &mut Plan, asked: Vec<Asked>, known: &Known, (names, now): (Names, Timestamp)) {
    let mut seen = BTreeSet::new();
    for one in asked {
        if !seen.insert((one.ec.clone(), one.iban.clone())) {
            plan.wrong(one.row, names.iban, "given_twice", "is there twice for the institution");
            continue;
        }
        let before = known.0.get(&(one.ec.clone(), one.iban.clone()));
        let wanted = match (one.act, before) {
            (Act::Delete, _) => None,
            (Act::Update, None) => {
                plan.wrong(one.row, names.iban, "unknown_iban", "is no account of the institution");
                continue;
            }
            (_, before) => {
                let Some(terms) = terms(plan, &one, before, (names, now)) else { continue };
                Some(account_form(&one.ec, &one.iban, &terms))
            }
        };
        let wish = match one.act {
            Act::Create => Wish::Create,
            Act::Update => Wish::Replace,
            Act::Delete => Wish::Remove,
        };
        let proposal = Proposal {
            kind: Kind::Iban,
            tenant: Tenant::Institution(one.ec.clone()),
            target: account_target(&one.ec, &one.iban),
            wish,
            wanted,
        };
        plan.steps.push(Step { row: one.row, field: names.iban, proposal });
    }
}

/// What is then said of the account, or none and why.
fn terms(
    plan: &mut Plan,
    asked: &Asked,
    before: Option<&Account>,
    (names, now): (Names, Timestamp),
) -> Option<AccountTerms> {
    let old = before.map(|account| &account.terms);
    let first = |day: Date| rome::instant(day.to_datetime(Time::midnight()));
    let last = |day: Date| rome::instant(day.to_datetime(Time::constant(23, 59, 59, 0)));
    // A day that is the same is the same instant: nothing changes.
    let kept = |day: Option<Date>, old: Option<Timestamp>, new: &dyn Fn(Date) -> Option<Timestamp>| match day
    {
        Some(day) if old.map(rome::day) == Some(day) => old,
        Some(day) => new(day),
        None => old,
    };
    let usage = AccountUse {
        active: asked.active.or(old.map(|old| old.usage.active)).unwrap_or(true),
        from: kept(asked.from, old.and_then(|old| old.usage.from), &first),
        due: kept(asked.due, old.and_then(|old| old.usage.due), &last),
    };
    let today = rome::day(now);
    let errors = match before {
        Some(account) if asked.act == Act::Update => {
            usage.judge_change(&account.terms.usage, account.standing(), today)
        }
        _ => usage.judge_new(today),
    };
    for error in &errors {
        let field = if error.is_about_due() { names.due } else { names.from };
        plan.wrong(asked.row, field, error.code(), error.to_string());
    }
    errors.is_empty().then(|| AccountTerms {
        label: old.and_then(|old| old.label.clone()),
        company_name: asked.company_name.clone().or_else(|| old.and_then(|old| old.company_name.clone())),
        description: asked.description.clone().or_else(|| old.and_then(|old| old.description.clone())),
        usage,
        purposes: old.map(|old| old.purposes.clone()).unwrap_or_default(),
    })
}
