//! `[oidc]`: the provider by which people sign in.

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;
use toml::{Table, Value};

use super::source::Section;
use super::table;
use super::values::{HumanDuration, Setting};
use super::web::{ProviderUrl, Word};

/// A provider of OpenID Connect. Without an issuer there is none.
#[derive(Debug, Clone)]
pub struct Oidc {
    /// Who issues; its configuration is found below it.
    pub issuer: Option<ProviderUrl>,
    /// What the provider calls us.
    pub client_id: Option<Word>,
    /// By which we show that it is us, where the provider gave us one.
    pub client_secret: Option<SecretString>,
    /// What is asked for, besides `openid`.
    pub scopes: Vec<Word>,
    /// The claims that say who somebody is: a name, or a JSON pointer.
    pub claims: ClaimNames,
    /// What a role of the provider's is here.
    pub roles: Vec<RoleRule>,
    /// Whether somebody whom nobody invited is taken in when the claims give a role.
    pub provision: bool,
    /// Whom access tokens of the provider must be for; without it none is taken.
    pub audience: Option<Word>,
    /// PEM file of authorities, besides those of the system, that sign the provider's certificate.
    pub ca_file: Option<PathBuf>,
    /// A whole request to the provider.
    pub timeout: HumanDuration,
}

/// Where the claims have what we ask for.
#[derive(Debug, Clone)]
pub struct ClaimNames {
    /// Who it is, to the provider.
    pub subject: Word,
    /// What people call it.
    pub name: Word,
    /// Its address.
    pub email: Word,
    /// Its fiscal number.
    pub fiscal_number: Word,
    /// Whom it acts for: the code of an institution or of a broker.
    pub organization: Option<Word>,
    /// As what.
    pub role: Option<Word>,
}

/// `admin=payments_referent`: a role of the provider's, and what it is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRule {
    /// The provider's word.
    pub theirs: String,
    /// Ours: the name of a role.
    pub ours: String,
}

/// The names of our roles.
const ROLES: [&str; 4] = ["operator", "payments_referent", "technical_referent", "partner_referent"];

impl fmt::Display for RoleRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.theirs, self.ours)
    }
}

fn rule(text: &str) -> Option<RoleRule> {
    let (theirs, ours) = text.trim().split_once('=')?;
    let rule = RoleRule { theirs: theirs.trim().to_owned(), ours: ours.trim().to_owned() };
    (!rule.theirs.is_empty() && ROLES.contains(&rule.ours.as_str())).then_some(rule)
}

impl Setting for Vec<RoleRule> {
    const EXPECTED: &'static str = "a list such as [\"admin=payments_referent\", \"operator=technical_referent\"]; \
         ours are operator, payments_referent, technical_referent and partner_referent";

    fn from_text(text: &str) -> Option<Self> {
        text.split(',').map(rule).collect()
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(|one| rule(one.as_str()?)).collect()
    }

    fn to_value(&self) -> Value {
        Value::Array(self.iter().map(|rule| Value::String(rule.to_string())).collect())
    }
}

impl Oidc {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        let scopes = || ["openid", "profile", "email"].map(Word::from).to_vec();
        let oidc = Self {
            issuer: section.optional("issuer"),
            client_id: section.optional("client_id"),
            client_secret: section.secret("client_secret"),
            scopes: section.or("scopes", scopes()),
            claims: ClaimNames {
                subject: section.or("subject_claim", Word::from("sub")),
                name: section.or("name_claim", Word::from("name")),
                email: section.or("email_claim", Word::from("email")),
                fiscal_number: section.or("fiscal_number_claim", Word::from("fiscal_number")),
                organization: section.optional("organization_claim"),
                role: section.optional("role_claim"),
            },
            roles: section.or("roles", Vec::new()),
            provision: section.or("provision", false),
            audience: section.optional("audience"),
            ca_file: section.optional::<PathBuf>("ca_file").map(|file| section.in_folder(&file)),
            timeout: section.or("timeout", HumanDuration::from_secs(10)),
        };
        if oidc.issuer.is_some() != oidc.client_id.is_some() {
            section.refuse("client_id", "stands beside oidc.issuer: give both or neither".to_owned());
        }
        if !oidc.roles.is_empty() && oidc.claims.role.is_none() {
            section.refuse("role_claim", "is missing: oidc.roles says what its values are here".to_owned());
        }
        oidc
    }

    pub(super) fn to_table(&self) -> Table {
        let ClaimNames { subject, name, email, fiscal_number, organization, role } = &self.claims;
        let mut shown = table([
            ("scopes", self.scopes.to_value()),
            ("subject_claim", subject.to_value()),
            ("name_claim", name.to_value()),
            ("email_claim", email.to_value()),
            ("fiscal_number_claim", fiscal_number.to_value()),
            ("roles", self.roles.to_value()),
            ("provision", self.provision.to_value()),
            ("timeout", self.timeout.to_value()),
        ]);
        let given = [
            ("issuer", self.issuer.as_ref().map(Setting::to_value)),
            ("client_id", self.client_id.as_ref().map(Setting::to_value)),
            ("client_secret", self.client_secret.as_ref().map(|_| Value::String("<redacted>".to_owned()))),
            ("organization_claim", organization.as_ref().map(Setting::to_value)),
            ("role_claim", role.as_ref().map(Setting::to_value)),
            ("audience", self.audience.as_ref().map(Setting::to_value)),
            ("ca_file", self.ca_file.as_ref().map(Setting::to_value)),
        ];
        shown.extend(given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_of_theirs_is_one_of_ours() {
        let rules =
            Vec::<RoleRule>::from_text("admin=payments_referent, operator=technical_referent").unwrap();
        assert_eq!(Vec::<RoleRule>::from_value(&rules.to_value()), Some(rules));
        for wrong in ["admin", "=operator", "admin=king", "admin=operator,"] {
            assert_eq!(Vec::<RoleRule>::from_text(wrong), None, "{wrong:?}");
        }
    }
}
