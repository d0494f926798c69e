//! The accounts on which a creditor institution receives money: what it says of them, and whether they can
//! be paid to.
//!
//! An account may be in the census of several creditors. The first that has it is its owner, and says until
//! when it lasts; an account at the post office has only one.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use super::fiscal_code::FiscalCode;
use super::iban::Iban;
use super::rome;
use super::text::Text;

pub mod deletion;

/// An account in the census of a creditor institution.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The creditor institution.
    pub ec: FiscalCode,
    /// The account.
    pub iban: Iban,
    /// What the creditor says of it.
    pub terms: AccountTerms,
    /// The first creditor that has it.
    pub owner: FiscalCode,
    /// When it came into the census; none if that was before anybody looked.
    pub published_at: Option<Timestamp>,
}

/// What a creditor says of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountTerms {
    /// What the creditor calls it among its own.
    pub label: Option<Text<140>>,
    /// In whose name it is.
    pub company_name: Option<Text<100>>,
    /// What it is for, in words.
    pub description: Option<Text<300>>,
    /// Whether money may come, and when.
    pub usage: AccountUse,
    /// What it was chosen for.
    pub purposes: BTreeSet<Purpose>,
}

/// Whether money may come to an account, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountUse {
    /// Whether the creditor wants money on it.
    pub active: bool,
    /// The day in Italy from which on, in which this lies; none for always.
    pub from: Option<Timestamp>,
    /// The last day in Italy, in which this lies; none for no last one.
    pub due: Option<Timestamp>,
}

/// What an account is now, derived from what its creditor says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountStatus {
    /// Money may come.
    Active,
    /// Its first day is still to come.
    NotYetValid,
    /// Its last day has gone.
    Expired,
    /// Its creditor wants no money on it.
    Disabled,
}

/// A name of something that an account can be chosen for, such as `ACA`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purpose(Box<str>);

/// A text that names no purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 50 visible ASCII characters")]
pub struct PurposeError;

/// Why what is said of an account cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UseError {
    /// The first day is not tomorrow or later.
    #[error("must be tomorrow or later (Italian days)")]
    NotAhead,
    /// The end does not come after the beginning.
    #[error("must come after the first day of validity")]
    DueBeforeValidity,
    /// The end is for the owner to say.
    #[error("can only be changed by the creditor institution that registered the account first")]
    DueOfOwner,
}

impl AccountUse {
    /// For ever, as of accounts of which nobody said more.
    pub const ALWAYS: AccountUse = AccountUse { active: true, from: None, due: None };

    /// What the account is on a day in Italy.
    pub fn status(&self, today: Date) -> AccountStatus {
        match self {
            AccountUse { active: false, .. } => AccountStatus::Disabled,
            AccountUse { due: Some(due), .. } if rome::day(*due) < today => AccountStatus::Expired,
            AccountUse { from: Some(from), .. } if today < rome::day(*from) => AccountStatus::NotYetValid,
            AccountUse { .. } => AccountStatus::Active,
        }
    }

    /// Everything that keeps a new account from being used so, asked on a day in Italy.
    pub fn judge_new(&self, today: Date) -> Vec<UseError> {
        let mut errors = Vec::new();
        if self.from.is_some_and(|from| rome::day(from) <= today) {
            errors.push(UseError::NotAhead);
        }
        errors.extend(self.order());
        errors
    }

    /// Everything that keeps what was said before from becoming this. Only what changes is looked at: an
    /// account that is in use cannot begin tomorrow again.
    pub fn judge_change(&self, before: &AccountUse, standing: Standing, today: Date) -> Vec<UseError> {
        let mut errors = Vec::new();
        let day = |instant: Option<Timestamp>| instant.map(rome::day);
        let (begins_anew, ends_anew) = (day(self.from) != day(before.from), day(self.due) != day(before.due));
        // What begins now has begun before, or it begins another day than it was known to.
        if begins_anew && day(self.from).is_none_or(|from| from <= today) {
            errors.push(UseError::NotAhead);
        }
        if ends_anew && standing == Standing::Other {
            errors.push(UseError::DueOfOwner);
        }
        if begins_anew || ends_anew {
            errors.extend(self.order());
        }
        errors
    }

    fn order(&self) -> Option<UseError> {
        let wrong = self.from.zip(self.due).is_some_and(|(from, due)| due <= from);
        wrong.then_some(UseError::DueBeforeValidity)
    }
}

/// Who speaks of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The creditor institution that registered it first.
    Owner,
    /// Another that has it too.
    Other,
}

impl Account {
    /// How its creditor stands to it.
    pub fn standing(&self) -> Standing {
        if self.owner == self.ec { Standing::Owner } else { Standing::Other }
    }
}

impl UseError {
    /// Whether it is about the end, and not the beginning.
    pub const fn is_about_due(self) -> bool {
        matches!(self, UseError::DueBeforeValidity | UseError::DueOfOwner)
    }
}

impl AccountStatus {
    /// All of them.
    pub const ALL: [AccountStatus; 4] =
        [AccountStatus::Active, AccountStatus::NotYetValid, AccountStatus::Expired, AccountStatus::Disabled];

    /// The word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            AccountStatus::Active => "active",
            AccountStatus::NotYetValid => "not_yet_valid",
            AccountStatus::Expired => "expired",
            AccountStatus::Disabled => "disabled",
        }
    }

    /// Why no debt can name it; none if one can.
    pub const fn obstacle(self) -> Option<&'static str> {
        match self {
            AccountStatus::Active => None,
            AccountStatus::NotYetValid => Some("The first day of validity is still to come."),
            AccountStatus::Expired => Some("The last day of validity has gone."),
            AccountStatus::Disabled => Some("The creditor institution has switched the account off."),
        }
    }
}

impl Purpose {
    /// The archive of notices: payments while the creditor's station does not answer (stand-in).
    pub const ARCHIVE: &'static str = "ACA";
    /// The Canone Unico Patrimoniale, by its code in the taxonomy.
    pub const CUP: &'static str = "0201138TS";

    /// What the node knows, and what each means.
    pub const BUILT_IN: [(&'static str, &'static str); 2] = [
        (
            Purpose::ARCHIVE,
            "The account of payments that are made while the creditor's station does not answer",
        ),
        (Purpose::CUP, "The account of payments of the Canone Unico Patrimoniale (CUP)"),
    ];

    /// Reads a name.
    pub fn new(text: &str) -> Result<Self, PurposeError> {
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if text.is_empty() || text.len() > 50 || !visible {
            return Err(PurposeError);
        }
        Ok(Purpose(text.into()))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Purpose({})", self.0)
    }
}

#[cfg(test)]
mod tests;
