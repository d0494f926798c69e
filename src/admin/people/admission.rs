//! Who somebody is here whom the provider has let in.

use jiff::Timestamp;

use super::enrolment::create;
use super::{Door, DoorError};
use crate::admin::signin::{Claimed, Provider};
use crate::domain::access::{Actor, ActorKind, Tenant};
use crate::domain::governance::{Author, Kind, Proposal, Wish};
use crate::domain::people::{Person, UserId};
use crate::domain::text::Text;
use crate::store::{KnownPerson, PersonKey, StoreError, WriteError, WriteFailure, WriteMode, person_form};

/// Why the provider's word is not enough.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    /// Nobody invited that person, and no role of it is one here.
    #[error("the person is not known here")]
    Unknown,
    /// It was shut out.
    #[error("the person is suspended")]
    Suspended,
    /// It failed.
    #[error(transparent)]
    Failed(#[from] DoorError),
}

impl From<StoreError> for AdmissionError {
    fn from(error: StoreError) -> Self {
        AdmissionError::Failed(error.into())
    }
}

impl Door {
    /// Who it is here: the person of that identity; else whoever was invited under that fiscal number or
    /// that address and has not come yet; else, if the provider's roles are enough, somebody new.
    pub async fn admit(
        &self,
        provider: &Provider,
        claimed: &Claimed,
        now: Timestamp,
    ) -> Result<Person, AdmissionError> {
        let known = self.store.person(PersonKey::Identity(&claimed.identity)).await?;
        let person = match known {
            Some(known) => known.person,
            None => match self.invited(claimed).await? {
                Some(invited) => self.bind(invited.person, claimed, now).await?,
                None if provider.provisions() && !claimed.grants.is_empty() => {
                    self.take_in(claimed, now).await?
                }
                None => return Err(AdmissionError::Unknown),
            },
        };
        if person.suspended_at.is_some() { Err(AdmissionError::Suspended) } else { Ok(person) }
    }

    /// Who asks by an access token of the provider.
    pub async fn actor_of(&self, claimed: Claimed) -> Result<Actor, AdmissionError> {
        let known = self
            .store
            .person(PersonKey::Identity(&claimed.identity))
            .await?
            .ok_or(AdmissionError::Unknown)?;
        if known.person.suspended_at.is_some() {
            return Err(AdmissionError::Suspended);
        }
        let mut grants: Vec<_> = known.grants.into_iter().map(|given| given.grant).collect();
        grants.extend(claimed.grants);
        let (id, name) = (known.person.id.to_string(), known.person.name.to_string());
        Ok(Actor { id, name, kind: ActorKind::Person, grants })
    }

    async fn invited(&self, claimed: &Claimed) -> Result<Option<KnownPerson>, StoreError> {
        let mut found = None;
        if let Some(number) = &claimed.fiscal_number {
            found = self.store.person(PersonKey::FiscalNumber(number)).await?;
        }
        if let (None, Some(email)) = (&found, &claimed.email) {
            found = self.store.person(PersonKey::Email(email)).await?;
            // The State knows better than a mail system who somebody is.
            found = found.filter(|known| {
                let (invited, came) = (&known.person.fiscal_number, &claimed.fiscal_number);
                invited.is_none() || came.is_none() || invited == came
            });
        }
        Ok(found.filter(|known| known.person.identity.is_none()))
    }

    async fn bind(
        &self,
        invited: Person,
        claimed: &Claimed,
        now: Timestamp,
    ) -> Result<Person, AdmissionError> {
        let bound = Person { identity: Some(claimed.identity.clone()), ..invited };
        let proposal =
            Proposal { wish: Wish::Replace, ..create(Kind::Person, bound.id.as_str(), person_form(&bound)) };
        self.settle(&proposal, now).await?;
        Ok(bound)
    }

    async fn take_in(&self, claimed: &Claimed, now: Timestamp) -> Result<Person, AdmissionError> {
        let Some(email) = claimed.email.clone() else { return Err(AdmissionError::Unknown) };
        let id = UserId::new(&self.secrets.id().map_err(DoorError::from)?);
        let id = id.map_err(|_| DoorError::Failed("the name of a person"))?;
        let name = claimed.name.clone().or_else(|| Text::new(email.as_str()).ok());
        let person = Person {
            id,
            name: name.ok_or(AdmissionError::Unknown)?,
            email,
            fiscal_number: claimed.fiscal_number.clone(),
            identity: Some(claimed.identity.clone()),
            suspended_at: None,
        };
        self.settle(&create(Kind::Person, person.id.as_str(), person_form(&person)), now).await?;
        Ok(person)
    }

    async fn settle(&self, proposal: &Proposal, now: Timestamp) -> Result<(), AdmissionError> {
        let author = Author { tenant: Tenant::Gateway, ..Author::gateway("provider", now) };
        let carried = self.store.carry_out(&author, std::slice::from_ref(proposal), WriteMode::Commit).await;
        self.forget();
        match carried {
            Ok(_) => Ok(()),
            Err(WriteFailure { error: WriteError::Store(error), .. }) => Err(error.into()),
            // Another of that address or number is here: who it is must be settled by people.
            Err(_) => Err(AdmissionError::Unknown),
        }
    }
}
