//! How a thing is wished to be.

use std::borrow::Cow;

use super::kind::Kind;
use crate::domain::access::Tenant;

/// A thing, and how somebody wishes it to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What kind of thing.
    pub kind: Kind,
    /// Whose it is.
    pub tenant: Tenant,
    /// Which: the name that its kind gives it.
    pub target: String,
    /// What is to be done.
    pub wish: Wish,
    /// How it is then, in the form of its kind (JSON); none where it is then gone.
    pub wanted: Option<String>,
}

/// What is to be done with a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It is made; it must not be there.
    Create,
    /// It is changed; it must be there.
    Replace,
    /// It is made or changed.
    Put,
    /// It is taken away; it must be there.
    Remove,
}

/// What was done with a thing, in the form of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// How it was.
    pub before: Option<String>,
    /// How it is now.
    pub after: Option<String>,
}

/// A rule about other things that are there stands against it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Conflict {
    /// A word for programs.
    pub code: &'static str,
    /// A sentence for people, without personal data.
    pub message: Cow<'static, str>,
}

impl Conflict {
    /// A conflict of that code, in words.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Conflict { code, message: message.into() }
    }
}

impl Wish {
    /// Its name, stored and told.
    pub const fn name(self) -> &'static str {
        match self {
            Wish::Create => "create",
            Wish::Replace => "replace",
            Wish::Put => "put",
            Wish::Remove => "remove",
        }
    }

    /// The wish of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Wish::Create, Wish::Replace, Wish::Put, Wish::Remove].into_iter().find(|one| one.name() == name)
    }
}
