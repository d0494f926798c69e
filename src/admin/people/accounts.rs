//! Sign-in by a local account: a password, and a code of the person's device.
//!
//! Whoever guesses learns nothing but that it was wrong: an account that is not there takes as long as one
//! that is, and what was wrong is not said.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use jiff::Timestamp;
use totp_rs::{Builder, Totp};

use super::{Door, DoorError, keyed};
use crate::admin::Sealed;
use crate::domain::people::{Email, Lockout, Person, UserId};
use crate::store::{PersonKey, SecondFactor, StoreError};

/// For what the secret of a person's codes is sealed.
pub(super) const SECRET: &str = "people one-time codes";

/// What stands for the account that is not there: a hash of the same cost, of nothing that anybody types.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5c2FsdA$MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA";

/// What somebody shows.
pub struct Credentials {
    /// Whose account.
    pub email: String,
    /// The password.
    pub password: String,
    /// The second factor.
    pub code: Code,
}

/// The second factor.
pub enum Code {
    /// The code that the device shows.
    Device(String),
    /// One of those that stand in for a lost device.
    Recovery(String),
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Something was wrong, or used before.
    #[error("the credentials are not good")]
    Refused,
    /// Too many attempts: from when on the next one is judged.
    #[error("too many attempts")]
    TooEarly(Timestamp),
    /// It failed.
    #[error(transparent)]
    Failed(#[from] DoorError),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        SignInError::Failed(error.into())
    }
}

/// The second factor, judged but not used up.
enum Judged {
    Step(i64),
    Recovery([u8; 32]),
}

impl Door {
    /// Who it is that shows these credentials from that address.
    pub async fn sign_in(
        &self,
        shown: Credentials,
        address: &str,
        now: Timestamp,
    ) -> Result<Person, SignInError> {
        let email = Email::new(&shown.email).ok();
        // What is no address is nobody's, and counted like one.
        let account = email.as_ref().map_or(shown.email.as_str(), Email::as_str);
        let account = keyed(&self.keys.trouble, &format!("account {account}"));
        let address = keyed(&self.keys.trouble, &format!("address {address}"));
        let counted = [(account, Lockout::ACCOUNT), (address, Lockout::ADDRESS)];
        if let Some(until) = self.store.count_attempt(&counted, now).await? {
            return Err(SignInError::TooEarly(until));
        }
        let person = match &email {
            Some(email) => self.store.person(PersonKey::Email(email)).await?.map(|known| known.person),
            None => None,
        };
        let stored = match &person {
            Some(person) => self.store.local_account(&person.id).await?,
            None => None,
        };
        let (hash, totp) = match (&stored, &person) {
            (Some(stored), Some(person)) => (stored.password.clone(), Some((&stored.totp, &person.id))),
            _ => (NOBODYS.to_owned(), None),
        };
        let is_password = self.is_password(shown.password, hash).await?;
        let judged = self.judged(&shown.code, totp, now)?;
        let person = person.filter(|person| is_password && stored.is_some() && person.suspended_at.is_none());
        let (Some(person), Some(judged)) = (person, judged) else { return Err(SignInError::Refused) };
        let factor = match &judged {
            Judged::Step(step) => SecondFactor::Step(*step),
            Judged::Recovery(hash) => SecondFactor::Recovery(hash),
        };
        if !self.store.use_second_factor(&person.id, factor, now).await? {
            return Err(SignInError::Refused);
        }
        self.store.forget_attempts(&account, &address).await?;
        Ok(person)
    }

    async fn is_password(&self, password: String, hash: String) -> Result<bool, DoorError> {
        self.hashed(move || Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok())
            .await
    }

    /// The hash under which a password is kept.
    pub(super) async fn hash(&self, password: String) -> Result<String, DoorError> {
        let salt = self.secrets.draw::<16>()?;
        let hash = move || Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
        let hash = self.hashed(hash).await?.map_err(|_| DoorError::Failed("the hashing of a password"))?;
        Ok(hash.to_string())
    }

    /// Does what takes long beside the work of others, a few at once.
    async fn hashed<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DoorError> {
        let failed = || DoorError::Failed("the hashing of a password");
        let _turn = self.hashing.acquire().await.map_err(|_| failed())?;
        tokio::task::spawn_blocking(work).await.map_err(|_| failed())
    }

    fn judged(
        &self,
        code: &Code,
        of: Option<(&Vec<u8>, &UserId)>,
        now: Timestamp,
    ) -> Result<Option<Judged>, DoorError> {
        match code {
            Code::Recovery(code) => Ok(Some(Judged::Recovery(self.recovery_hash(code)))),
            Code::Device(code) => {
                let secret = match of {
                    Some((sealed, person)) => {
                        self.vault.open(SECRET, person.as_str(), &Sealed(sealed.clone()))?
                    }
                    None => keyed(&self.keys.secret, "nobody")[..].to_vec(),
                };
                Ok(step_of(&totp(secret)?, code, now).filter(|_| of.is_some()).map(Judged::Step))
            }
        }
    }

    /// The hash under which a recovery code is kept.
    pub(super) fn recovery_hash(&self, code: &str) -> [u8; 32] {
        let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        keyed(&self.keys.recovery, &plain.to_ascii_lowercase())
    }
}

/// What a device and we count alike: SHA-1, six digits, thirty seconds, which every authenticator knows.
pub(super) fn totp(secret: Vec<u8>) -> Result<Totp, DoorError> {
    Builder::new()
        .with_secret(secret)
        .build()
        .map_err(|_| DoorError::Failed("the counting of one-time codes"))
}

/// The step of a code that is good now, or was or will be in thirty seconds.
pub(super) fn step_of(totp: &Totp, code: &str, now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let step = totp.check(&digits, u64::try_from(now.as_second()).ok()?)?;
    i64::try_from(step).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_password_costs_as_much_as_somebodys_and_is_never_right() {
        let found = Argon2::default().verify_password(b"", NOBODYS);
        assert_eq!(found, Err(argon2::password_hash::Error::PasswordInvalid), "it is read, and compared");
        let own = Argon2::default().hash_password_with_salt(b"x", b"0123456789abcdef").unwrap().to_string();
        let cost = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(cost(NOBODYS), cost(&own));
    }

    #[test]
    fn a_code_is_six_digits_of_this_step_or_its_neighbours() {
        let totp = totp(b"12345678901234567890".to_vec()).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        // RFC 6238, appendix B: of 94287082 the last six.
        assert_eq!(step_of(&totp, "287082", at(59)), Some(1));
        assert_eq!(step_of(&totp, " 287 082 ", at(89)), Some(1));
        assert_eq!(step_of(&totp, "287082", at(90)), None);
        for wrong in ["", "28708", "2870820", "28708a", "000000"] {
            assert_eq!(step_of(&totp, wrong, at(59)), None, "{wrong:?}");
        }
    }
}
