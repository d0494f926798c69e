//! `[people]`: how those who administer sign in, and for how long.

use toml::Table;

use super::source::Section;
use super::table;
use super::values::{HumanDuration, Setting};
use super::web::{Origin, Word};

/// Sign-in and sessions.
#[derive(Debug, Clone)]
pub struct People {
    /// Where browsers reach the API: the scheme, the host and the port. Needed for sign-in by a provider.
    pub public_url: Option<Origin>,
    /// A session without a request ends after this.
    pub session_idle: HumanDuration,
    /// A session ends after this in any case.
    pub session_longest: HumanDuration,
    /// How long a person may take to set its account up by the link of an invitation.
    pub invitation: HumanDuration,
    /// Whether accounts with a password and one-time codes may sign in; unless said, they may as long as no
    /// provider is configured.
    pub local_accounts: Option<bool>,
    /// The header in which a proxy in front of the API names its caller's address, last of a list.
    pub address_header: Option<Word>,
}

const HOUR: u64 = 3600;

impl People {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        let people = Self {
            public_url: section.optional("public_url"),
            session_idle: section.or("session_idle", HumanDuration::from_secs(HOUR / 2)),
            session_longest: section.or("session_longest", HumanDuration::from_secs(8 * HOUR)),
            invitation: section.or("invitation", HumanDuration::from_secs(72 * HOUR)),
            local_accounts: section.optional("local_accounts"),
            address_header: section.optional("address_header"),
        };
        if people.session_idle > people.session_longest {
            section.refuse("session_idle", "is longer than people.session_longest".to_owned());
        }
        people
    }

    pub(super) fn to_table(&self) -> Table {
        let mut shown = table([
            ("session_idle", self.session_idle.to_value()),
            ("session_longest", self.session_longest.to_value()),
            ("invitation", self.invitation.to_value()),
        ]);
        let given = [
            ("public_url", self.public_url.as_ref().map(Setting::to_value)),
            ("local_accounts", self.local_accounts.as_ref().map(Setting::to_value)),
            ("address_header", self.address_header.as_ref().map(Setting::to_value)),
        ];
        shown.extend(given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        shown
    }
}
