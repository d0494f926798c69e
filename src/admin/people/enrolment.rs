//! How a local account is set up: by a link that is good once, with a password and a device.

use jiff::Timestamp;
use totp_rs::Secret;

use super::accounts::{SECRET, step_of, totp};
use super::{Door, DoorError, keyed};
use crate::domain::access::{Grant, Role, Tenant};
use crate::domain::governance::{Author, Kind, Proposal, Wish};
use crate::domain::people::{Email, GivenGrant, GrantId, Password, PasswordError, Person, UserId};
use crate::domain::text::Text;
use crate::store::{
    LinkFor, LocalAccount, NewLocalAccount, PersonKey, StoreError, WriteError, WriteFailure, WriteMode,
    grant_form, person_form,
};

/// How many codes stand in for a lost device.
const RECOVERY: usize = 10;

/// Who a link is for, and what the device is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolling {
    /// The person; none of the link of the first operator, who says who it is.
    pub person: Option<Person>,
    /// The secret of the codes, in Base32, to be typed.
    pub secret: String,
    /// The same as an address for authenticators.
    pub uri: String,
}

/// Who the first operator says it is.
#[derive(Clone, Debug)]
pub struct FirstOperator {
    /// What people call it.
    pub name: Text<140>,
    /// Its address.
    pub email: Email,
}

/// An account that was set up. The codes are nowhere else.
pub struct Enrolled {
    /// Whose.
    pub person: UserId,
    /// Codes that stand in for a lost device, each once.
    pub recovery: Vec<String>,
}

/// Why no account is set up.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The link was used, has ended or never was.
    #[error("the link is not good")]
    NoLink,
    /// The device shows another code.
    #[error("the code is not that of the secret")]
    WrongCode,
    /// The password is not good enough.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The first operator did not say who it is.
    #[error("the name and the address are missing")]
    Nameless,
    /// Its address is another person's.
    #[error("the address is another person's")]
    Taken,
    /// It failed.
    #[error(transparent)]
    Failed(#[from] DoorError),
}

impl From<StoreError> for EnrolError {
    fn from(error: StoreError) -> Self {
        EnrolError::Failed(error.into())
    }
}

impl Door {
    /// Makes a link; returns its code, which is nowhere else.
    pub async fn add_link(
        &self,
        of: &LinkFor,
        (now, ends_at): (Timestamp, Timestamp),
    ) -> Result<String, DoorError> {
        let code = self.token()?;
        self.store.add_enrolment_link(&keyed(&self.keys.link, &code), of, (now, ends_at)).await?;
        Ok(code)
    }

    /// What a link is for. Asking uses nothing up: the secret follows from the link.
    pub async fn enrolling(&self, link: &str, now: Timestamp) -> Result<Enrolling, EnrolError> {
        let person = match self.link(link, now).await? {
            LinkFor::FirstOperator => None,
            LinkFor::Person(id) => Some(self.known(&id).await?),
        };
        let secret = Secret::from(self.secret(link));
        let secret = secret.to_base32();
        let account = person.as_ref().map_or("operator", |person| person.email.as_str());
        let uri = format!("otpauth://totp/Varco:{}?secret={secret}&issuer=Varco", in_uri(account));
        Ok(Enrolling { person, secret, uri })
    }

    /// Sets an account up.
    pub async fn enrol(
        &self,
        link: &str,
        (password, code): (&str, &str),
        first: Option<&FirstOperator>,
        now: Timestamp,
    ) -> Result<Enrolled, EnrolError> {
        let of = self.link(link, now).await?;
        let person = match &of {
            LinkFor::Person(id) => Some(self.known(id).await?),
            LinkFor::FirstOperator => None,
        };
        let email = match (&person, first) {
            (Some(person), _) => person.email.clone(),
            (None, Some(first)) => first.email.clone(),
            (None, None) => return Err(EnrolError::Nameless),
        };
        let password = Password::new(password, email.as_str())?;
        let secret = self.secret(link);
        let step = step_of(&totp(secret.clone())?, code, now).ok_or(EnrolError::WrongCode)?;
        let person = match (person, first) {
            (Some(person), _) => person.id,
            (None, Some(first)) => self.first_operator(link, first, now).await?,
            (None, None) => return Err(EnrolError::Nameless),
        };
        let (recovery, hashes) = self.recovery_codes()?;
        let sealed = self.vault.seal(SECRET, person.as_str(), &secret).map_err(DoorError::from)?;
        let account =
            LocalAccount { password: self.hash(password.as_str().to_owned()).await?, totp: sealed.0 };
        let new = NewLocalAccount { person: person.clone(), account, step, recovery: hashes, at: now };
        if !self.store.enrol(&keyed(&self.keys.link, link), &new).await? {
            return Err(EnrolError::NoLink);
        }
        self.forget();
        let author = Author { actor: person.to_string(), ..Author::gateway("enrolment", now) };
        self.store.note(&author, "person.enrol", (&Tenant::Gateway, person.as_str())).await?;
        Ok(Enrolled { person, recovery })
    }

    async fn link(&self, link: &str, now: Timestamp) -> Result<LinkFor, EnrolError> {
        self.store.enrolment_link(&keyed(&self.keys.link, link), now).await?.ok_or(EnrolError::NoLink)
    }

    async fn known(&self, id: &UserId) -> Result<Person, EnrolError> {
        let known = self.store.person(PersonKey::Id(id)).await?.map(|known| known.person);
        known.filter(|person| person.suspended_at.is_none()).ok_or(EnrolError::NoLink)
    }

    /// The secret of the codes of whoever has this link.
    fn secret(&self, link: &str) -> Vec<u8> {
        keyed(&self.keys.secret, link).iter().copied().take(20).collect()
    }

    /// Makes who has the link of `varco admin bootstrap` an operator. Its name follows from the link, so
    /// that the same link used twice makes one operator, whoever is faster and whatever breaks off.
    async fn first_operator(
        &self,
        link: &str,
        first: &FirstOperator,
        now: Timestamp,
    ) -> Result<UserId, EnrolError> {
        let digits: String = keyed(&self.keys.link, link).iter().map(|byte| format!("{byte:02x}")).collect();
        let (one, other) = digits.split_at(32);
        let unnamed = |_| DoorError::Failed("the name of the first operator");
        let id = UserId::new(one).map_err(unnamed)?;
        let grant = GrantId::new(other).map_err(unnamed)?;
        let person = Person {
            id: id.clone(),
            name: first.name.clone(),
            email: first.email.clone(),
            fiscal_number: None,
            identity: None,
            suspended_at: None,
        };
        if self.store.person(PersonKey::Id(&id)).await?.is_some_and(|known| known.person == person) {
            return Ok(id);
        }
        let given = GivenGrant {
            id: grant,
            person: id.clone(),
            profile: None,
            grant: Grant::whole(Tenant::Gateway, Role::Operator),
        };
        let proposals = [
            create(Kind::Person, id.as_str(), person_form(&person)),
            create(Kind::Grant, given.id.as_str(), grant_form(&given)),
        ];
        let carried =
            self.store.carry_out(&Author::gateway("bootstrap", now), &proposals, WriteMode::Commit).await;
        match carried {
            Ok(_) => Ok(id),
            Err(WriteFailure { error: WriteError::Store(error), .. }) => Err(error.into()),
            Err(_) => Err(EnrolError::Taken),
        }
    }

    fn recovery_codes(&self) -> Result<(Vec<String>, Vec<[u8; 32]>), DoorError> {
        let mut codes = Vec::with_capacity(RECOVERY);
        for _ in 0..RECOVERY {
            let drawn = self.secrets.draw::<10>()?;
            let text = Secret::from(drawn.to_vec()).to_base32().to_ascii_lowercase();
            let parts: Vec<&str> =
                [text.get(..5), text.get(5..10), text.get(10..16)].into_iter().flatten().collect();
            codes.push(parts.join("-"));
        }
        let hashes = codes.iter().map(|code| self.recovery_hash(code)).collect();
        Ok((codes, hashes))
    }
}

/// A proposal of the gateway itself.
pub(super) fn create(kind: Kind, target: &str, wanted: String) -> Proposal {
    Proposal {
        kind,
        tenant: Tenant::Gateway,
        target: target.to_owned(),
        wish: Wish::Create,
        wanted: Some(wanted),
    }
}

/// A text inside an address.
fn in_uri(text: &str) -> String {
    let written = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b'@' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(written).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_an_address_is_escaped() {
        assert_eq!(in_uri("anna+varco&a=b@comune.example"), "anna%2Bvarco%26a%3Db@comune.example");
    }
}
