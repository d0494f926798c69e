//! What the provider says of somebody, read by the names that the configuration gives.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{ProviderError, ProviderSettings};
use crate::domain::access::{Grant, Role, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::BrokerCode;
use crate::domain::people::{Email, FiscalNumber, Identity};
use crate::domain::text::Text;

/// Where the claims have what we ask for: each a name, or a JSON pointer.
#[derive(Clone, Debug)]
pub struct ClaimNames {
    /// Who it is, to the provider.
    pub subject: String,
    /// What people call it.
    pub name: String,
    /// Its address.
    pub email: String,
    /// Its fiscal number.
    pub fiscal_number: String,
    /// Whom it acts for.
    pub organization: Option<String>,
    /// As what.
    pub role: Option<String>,
}

/// Who has signed in, in the words of the provider.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Who it is, to the provider.
    pub identity: Identity,
    /// What people call it.
    pub name: Option<Text<140>>,
    /// Its address, if the provider vouches for it.
    pub email: Option<Email>,
    /// Its fiscal number.
    pub fiscal_number: Option<FiscalNumber>,
    /// What its roles there are here, for as long as it is signed in.
    pub grants: Vec<Grant>,
}

impl Claimed {
    /// Reads verified claims.
    pub(super) fn read(
        claims: &Map<String, Value>,
        settings: &ProviderSettings,
    ) -> Result<Self, ProviderError> {
        let names = &settings.claims;
        let subject = text(claims, &names.subject).filter(|subject| !subject.is_empty());
        let subject = subject.ok_or(ProviderError::Lacks("the claim that says who it is"))?.to_owned();
        let identity = Identity { issuer: settings.issuer.clone(), subject };
        // An address of somebody's choice must not open what another was invited to.
        let vouched = claims.get("email_verified") == Some(&Value::Bool(true));
        let email = text(claims, &names.email).filter(|_| vouched);
        let number = text(claims, &names.fiscal_number);
        Ok(Claimed {
            identity,
            name: text(claims, &names.name).and_then(|name| Text::new(name).ok()),
            email: email.and_then(|email| Email::new(email).ok()),
            fiscal_number: number.and_then(|number| FiscalNumber::new(number).ok()),
            grants: grants(claims, settings),
        })
    }
}

/// The claim of that name, or at that pointer.
fn claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let Some(pointer) = name.strip_prefix('/') else { return claims.get(name) };
    let (first, rest) = pointer.split_once('/').map_or((pointer, ""), |(first, rest)| (first, rest));
    let top = claims.get(first)?;
    if rest.is_empty() { Some(top) } else { top.pointer(&format!("/{rest}")) }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claim(claims, name)?.as_str()
}

/// The words of a claim that is one or a list.
fn words<'a>(claims: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    match claim(claims, name) {
        Some(Value::String(word)) => vec![word],
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn grants(claims: &Map<String, Value>, settings: &ProviderSettings) -> Vec<Grant> {
    let Some(role) = &settings.claims.role else { return Vec::new() };
    let organization = settings.claims.organization.as_ref().and_then(|name| text(claims, name));
    let said: BTreeSet<&str> = words(claims, role).into_iter().collect();
    let meant = settings.roles.iter().filter(|(theirs, _)| said.contains(theirs.as_str()));
    let granted = meant.filter_map(|(_, role)| {
        let tenant = match role {
            Role::Operator => Tenant::Gateway,
            Role::PaymentsReferent | Role::TechnicalReferent => {
                Tenant::Institution(FiscalCode::new(organization?).ok()?)
            }
            Role::PartnerReferent => Tenant::Broker(BrokerCode::new(organization?).ok()?),
        };
        Some(Grant { tenant, role: *role, only: None })
    });
    granted.collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn settings() -> ProviderSettings {
        let name = |name: &str| name.to_owned();
        ProviderSettings {
            issuer: name("https://login.example"),
            client_id: name("varco"),
            client_secret: None,
            scopes: Vec::new(),
            redirect_url: name("https://varco.example/admin/v1/session/callback"),
            after_logout: name("https://varco.example/"),
            claims: ClaimNames {
                subject: name("sub"),
                name: name("name"),
                email: name("email"),
                fiscal_number: name("fiscal_number"),
                organization: Some(name("/organization/code")),
                role: Some(name("/organization/roles")),
            },
            roles: vec![
                (name("admin"), Role::PaymentsReferent),
                (name("operator"), Role::TechnicalReferent),
                (name("partner"), Role::PartnerReferent),
                (name("root"), Role::Operator),
            ],
            provisions: false,
            audience: None,
            authorities: None,
            timeout: Duration::from_secs(1),
        }
    }

    fn read(claims: Value) -> Result<Claimed, ProviderError> {
        let Value::Object(claims) = claims else { panic!("claims are an object") };
        Claimed::read(&claims, &settings())
    }

    #[test]
    fn claims_are_read_by_their_names() {
        let claims = json!({
            "sub": "s", "name": "Anna Bianchi", "email": "Anna@Comune.example", "email_verified": true,
            "fiscal_number": "TINIT-BNCNNA80A41H501X",
            "organization": {"code": "77777777777", "roles": ["admin", "operator", "guest"]},
        });
        let claimed = read(claims).unwrap();
        assert_eq!(claimed.identity.subject, "s");
        assert_eq!(claimed.email, Email::new("anna@comune.example").ok());
        assert_eq!(claimed.fiscal_number, FiscalNumber::new("BNCNNA80A41H501X").ok());
        let ec = Tenant::Institution(FiscalCode::new("77777777777").unwrap());
        let roles: Vec<(Tenant, Role)> =
            claimed.grants.into_iter().map(|grant| (grant.tenant, grant.role)).collect();
        assert_eq!(roles, [(ec.clone(), Role::PaymentsReferent), (ec, Role::TechnicalReferent)]);
    }

    #[test]
    fn an_address_that_the_provider_does_not_vouch_for_is_nobodys() {
        for verified in [json!(false), json!("true"), Value::Null] {
            let claimed =
                read(json!({"sub": "s", "email": "anna@comune.example", "email_verified": verified}));
            assert_eq!(claimed.unwrap().email, None);
        }
    }

    #[test]
    fn a_role_without_an_organization_grants_nothing() {
        for organization in
            [json!({"roles": "admin"}), json!({"roles": "admin", "code": "1"}), json!("admin")]
        {
            assert!(read(json!({"sub": "s", "organization": organization})).unwrap().grants.is_empty());
        }
        let operator = read(json!({"sub": "s", "organization": {"roles": "root"}})).unwrap().grants;
        assert_eq!(operator.first().map(|grant| &grant.tenant), Some(&Tenant::Gateway));
    }

    #[test]
    fn nobody_is_nobody() {
        assert!(matches!(read(json!({"sub": ""})), Err(ProviderError::Lacks(_))));
        assert!(matches!(read(json!({"name": "Anna"})), Err(ProviderError::Lacks(_))));
    }
}
