//! What was done with a certificate, and where it stands because of it.

use jiff::Timestamp;

/// What was done with a certificate, each with its instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// When it came here: asked for, or brought.
    pub created_at: Timestamp,
    /// When the signed certificate came.
    pub uploaded_at: Option<Timestamp>,
    /// When it was last taken into use.
    pub activated_at: Option<Timestamp>,
    /// When another took its place, or it was taken out of use.
    pub superseded_at: Option<Timestamp>,
    /// Until when it is used all the same.
    pub overlap_until: Option<Timestamp>,
    /// When it was declared unfit for ever.
    pub revoked_at: Option<Timestamp>,
}

/// Where somebody wants a certificate to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is a request for it.
    Requested,
    /// It is here, and not used.
    Uploaded,
    /// It is used.
    Active,
    /// Others are used; it is, too, until the end of an overlap.
    Superseded {
        /// The end of the overlap.
        until: Option<Timestamp>,
    },
    /// It is never used again.
    Revoked,
}

/// Where a certificate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is a request for it.
    Requested,
    /// It is here, and not used.
    Uploaded,
    /// It is used.
    Active,
    /// Others are used; it may be, too, for a while.
    Superseded,
    /// It is never used again.
    Revoked,
    /// It has ended.
    Expired,
}

impl State {
    /// All states.
    pub const ALL: [State; 6] =
        [State::Requested, State::Uploaded, State::Active, State::Superseded, State::Revoked, State::Expired];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            State::Requested => "requested",
            State::Uploaded => "uploaded",
            State::Active => "active",
            State::Superseded => "superseded",
            State::Revoked => "revoked",
            State::Expired => "expired",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A revoked certificate stays revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the certificate is revoked, which cannot be undone: bring another one")]
pub struct Final;

impl Life {
    /// The life of what has just come: a request, or a certificate.
    pub const fn begun(at: Timestamp, uploaded_at: Option<Timestamp>) -> Self {
        Life {
            created_at: at,
            uploaded_at,
            activated_at: None,
            superseded_at: None,
            overlap_until: None,
            revoked_at: None,
        }
    }

    /// Where it was put.
    pub fn standing(&self) -> Standing {
        if self.revoked_at.is_some() {
            Standing::Revoked
        } else if self.superseded_at.is_some() {
            Standing::Superseded { until: self.overlap_until }
        } else if self.activated_at.is_some() {
            Standing::Active
        } else if self.uploaded_at.is_some() {
            Standing::Uploaded
        } else {
            Standing::Requested
        }
    }

    /// Puts it elsewhere. Where it stands already it stays since when it did.
    pub fn put(self, wanted: Standing, at: Timestamp) -> Result<Life, Final> {
        let now = self.standing();
        if now == Standing::Revoked && wanted != Standing::Revoked {
            return Err(Final);
        }
        if now == wanted {
            return Ok(self);
        }
        let uploaded_at = self.uploaded_at.or(Some(at));
        let cleared = Life { superseded_at: None, overlap_until: None, ..self };
        Ok(match wanted {
            Standing::Requested => Life { uploaded_at: None, activated_at: None, ..cleared },
            Standing::Uploaded => Life { uploaded_at, activated_at: None, ..cleared },
            Standing::Active => Life { uploaded_at, activated_at: Some(at), ..cleared },
            Standing::Superseded { until } => {
                let superseded_at = self.superseded_at.or(Some(at));
                Life { uploaded_at, superseded_at, overlap_until: until, ..self }
            }
            Standing::Revoked => Life { revoked_at: Some(at), ..self },
        })
    }

    /// Whether it is used, its own dates aside.
    pub fn is_used(&self, now: Timestamp) -> bool {
        match self.standing() {
            Standing::Active => true,
            // What never was in use is not used for a while either.
            Standing::Superseded { until } => {
                self.activated_at.is_some() && until.is_some_and(|until| now < until)
            }
            Standing::Requested | Standing::Uploaded | Standing::Revoked => false,
        }
    }

    /// Where a certificate that ends then stands.
    pub fn state(&self, not_after: Option<Timestamp>, now: Timestamp) -> State {
        match self.standing() {
            Standing::Revoked => State::Revoked,
            _ if not_after.is_some_and(|end| end < now) => State::Expired,
            Standing::Requested => State::Requested,
            Standing::Uploaded => State::Uploaded,
            Standing::Active => State::Active,
            Standing::Superseded { .. } => State::Superseded,
        }
    }
}
