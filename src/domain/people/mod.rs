//! People who administer: who they are, how they show it, and who may give whom which rights.

mod giving;
mod identity;
mod lockout;
mod password;
mod session;

pub use giving::{GivenGrant, GivingError, Profile, may_give, may_shape};
pub use identity::{Email, EmailError, FiscalNumber, FiscalNumberError, Identity, Person};
pub use lockout::{Lockout, Trouble};
pub use password::{Password, PasswordError};
pub use session::{Means, SessionSpan, SessionTimes};

macro_rules! hex_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// A new name, from two random numbers.
            pub fn drawn(one: u64, other: u64) -> Self {
                $name(format!("{one:016x}{other:016x}").into())
            }

            /// Reads a name.
            pub fn new(text: &str) -> Result<Self, HexNameError> {
                let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
                let fits = text.len() == 32 && text.bytes().all(digit);
                if fits { Ok($name(text.into())) } else { Err(HexNameError) }
            }

            /// The digits.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// A text that names no person, grant, profile or session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 32 hexadecimal digits")]
pub struct HexNameError;

hex_name! {
    /// The name of a person in this installation. It is no secret and says nothing of who it is.
    UserId
}
hex_name! {
    /// The name of what a person was given.
    GrantId
}
hex_name! {
    /// The name of a part of a role.
    ProfileId
}
hex_name! {
    /// The name of a session in lists. It opens nothing: the token of the session is another.
    SessionId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_32_digits_in_lower_case() {
        let name = UserId::drawn(1, u64::MAX);
        assert_eq!(name.as_str(), "0000000000000001ffffffffffffffff");
        assert_eq!(UserId::new(name.as_str()), Ok(name));
        for wrong in ["", "0000000000000001FFFFFFFFFFFFFFFF", "00000000-0000-0001-ffff-ffffffffff"] {
            assert_eq!(GrantId::new(wrong), Err(HexNameError), "{wrong:?}");
        }
    }
}
