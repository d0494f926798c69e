//! API keys: what each opens, and how its secrets are written.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::delegation::Delegations;
use super::product::{KeyScope, Product};
use super::role::Role;
use super::tenant::Tenant;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::BrokerCode;
use crate::domain::segregation::Segregation;

/// The creditor institutions whose data a key opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiScope {
    /// All of its owner.
    Every,
    /// Only these.
    Only(BTreeSet<FiscalCode>),
}

impl ApiScope {
    /// Whether a key of this scope opens the data of the creditor institution.
    pub fn holds(&self, ec: &FiscalCode) -> bool {
        match self {
            ApiScope::Every => true,
            ApiScope::Only(institutions) => institutions.contains(ec),
        }
    }
}

/// Which of the two secrets of a key. Each is replaced alone, so that systems move from one to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The first.
    Primary,
    /// The other.
    Secondary,
}

impl Slot {
    /// Both.
    pub const ALL: [Slot; 2] = [Slot::Primary, Slot::Secondary];

    /// Its name, stored and told.
    pub const fn name(self) -> &'static str {
        match self {
            Slot::Primary => "primary",
            Slot::Secondary => "secondary",
        }
    }

    /// The slot of that name.
    pub fn named(name: &str) -> Option<Self> {
        Slot::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// An API key, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its name, as logs and audits show it.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Of what its owner may see, only that of these.
    pub institutions: ApiScope,
    /// Which of their notices it may work with.
    pub segregation: Segregation,
    /// What it is for.
    pub rights: KeyRights,
}

/// What an API key is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRights {
    /// On whose behalf it acts.
    pub owner: Tenant,
    /// What it opens.
    pub scopes: BTreeSet<KeyScope>,
    /// In what role it administers, if it does.
    pub role: Option<Role>,
}

impl KeyRights {
    /// Those of a key that works with data and administers nothing.
    pub fn data() -> Self {
        KeyRights { owner: Tenant::Gateway, scopes: BTreeSet::from(KeyScope::DATA), role: None }
    }

    /// Those of an operator's key: it administers everything, and opens all data.
    pub fn operator() -> Self {
        let scopes = BTreeSet::from(KeyScope::ALL);
        KeyRights { owner: Tenant::Gateway, scopes, role: Some(Role::Operator) }
    }
}

/// Why a key does not open something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyDenied {
    /// It is not for that.
    #[error("the API key has not the scope {}", .0.name())]
    Scope(KeyScope),
    /// It is not for that creditor institution, or no longer.
    #[error("the API key is not for that creditor institution")]
    Foreign,
}

/// The creditor institutions that a key opens now, and which of their notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All that there are, and what belongs to none.
    Every(Segregation),
    /// These.
    Only(BTreeMap<FiscalCode, Segregation>),
}

impl ApiKey {
    /// Whether it is for that.
    pub fn admits(&self, scope: KeyScope) -> Result<(), KeyDenied> {
        if self.rights.scopes.contains(&scope) { Ok(()) } else { Err(KeyDenied::Scope(scope)) }
    }

    /// Which notices of a creditor institution it opens.
    pub fn opens(
        &self,
        scope: KeyScope,
        ec: &FiscalCode,
        (delegations, now): (&Delegations, Timestamp),
    ) -> Result<Segregation, KeyDenied> {
        self.admits(scope)?;
        if !self.institutions.holds(ec) {
            return Err(KeyDenied::Foreign);
        }
        match &self.rights.owner {
            Tenant::Gateway => Ok(self.segregation.clone()),
            Tenant::Institution(own) if own == ec => Ok(self.segregation.clone()),
            Tenant::Institution(_) => Err(KeyDenied::Foreign),
            Tenant::Broker(broker) => {
                let handed = handed_on(scope, (ec, broker), (delegations, now));
                handed.map(|handed| self.segregation.narrowed(&handed)).ok_or(KeyDenied::Foreign)
            }
        }
    }

    /// All that it opens.
    pub fn reach(
        &self,
        scope: KeyScope,
        (delegations, now): (&Delegations, Timestamp),
    ) -> Result<Reach, KeyDenied> {
        self.admits(scope)?;
        let candidates: BTreeSet<FiscalCode> = match (&self.rights.owner, &self.institutions) {
            (Tenant::Gateway, ApiScope::Every) => return Ok(Reach::Every(self.segregation.clone())),
            (Tenant::Gateway, ApiScope::Only(named)) => named.clone(),
            (Tenant::Institution(own), _) => BTreeSet::from([own.clone()]),
            (Tenant::Broker(broker), _) => delegations.to(broker, now).map(|one| one.ec.clone()).collect(),
        };
        let opened = candidates.into_iter().filter_map(|ec| {
            let scope = self.opens(scope, &ec, (delegations, now)).ok()?;
            Some((ec, scope))
        });
        Ok(Reach::Only(opened.collect()))
    }
}

impl Reach {
    /// Which notices of a creditor institution it has; none if it has not the institution.
    pub fn of(&self, ec: &FiscalCode) -> Option<&Segregation> {
        match self {
            Reach::Every(scope) => Some(scope),
            Reach::Only(held) => held.get(ec),
        }
    }
}

/// Which notices of a creditor institution its delegations hand to a broker now, for all that the scope is
/// about; none if something is not delegated. Where two delegate the same, what both hand on.
pub fn handed_on(
    scope: KeyScope,
    (ec, broker): (&FiscalCode, &BrokerCode),
    (delegations, now): (&Delegations, Timestamp),
) -> Option<Segregation> {
    let mut handed = Segregation::Every;
    for product in products(scope)? {
        let of_product = |one: &&super::Delegation| one.products.contains(product);
        let mut found = delegations.between(ec, broker, now).filter(of_product).peekable();
        found.peek()?;
        handed = found.fold(handed, |handed, one| handed.narrowed(&one.notices()));
    }
    // Only positions say what they are for: events and receipts that may be for something else stay closed.
    let tells = handed.domains().is_none() || scope == KeyScope::Positions;
    tells.then_some(handed)
}

/// The products that must be delegated for a broker's key to open a creditor institution in that scope; none if
/// nothing hands it on.
const fn products(scope: KeyScope) -> Option<&'static [Product]> {
    match scope {
        KeyScope::Positions => Some(&[Product::Positions]),
        KeyScope::Receipts => Some(&[Product::Receipts]),
        // They tell of both.
        KeyScope::Events => Some(&[Product::Positions, Product::Receipts]),
        KeyScope::Catalogue => Some(&[Product::Catalogue]),
        KeyScope::Registry | KeyScope::Administration => None,
    }
}

/// What every secret begins with, so that scanners of source code find one that leaked.
const PREFIX: &str = "vk_";

/// How many characters hold 256 bits, and how many the checksum of 32.
const LENGTHS: (usize, usize) = (43, 6);

/// What a text that somebody sends as a key looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyForm {
    /// One of ours, known or not.
    Ours,
    /// One of ours, mistyped or cut off: no key can be that.
    Broken,
    /// Something else; keys of before have no form.
    Other,
}

impl KeyForm {
    /// Looks at a text.
    pub fn of(text: &str) -> Self {
        let Some(rest) = text.strip_prefix(PREFIX) else { return KeyForm::Other };
        match rest.split_at_checked(LENGTHS.0) {
            Some((body, sum)) if sum == base62(&crc32(body).to_be_bytes(), LENGTHS.1) => KeyForm::Ours,
            _ => KeyForm::Broken,
        }
    }
}

/// A secret of that random number: `vk_`, the number and a checksum, in digits and letters.
pub fn key_text(random: &[u8; 32]) -> String {
    let body = base62(random, LENGTHS.0);
    let sum = base62(&crc32(&body).to_be_bytes(), LENGTHS.1);
    format!("{PREFIX}{body}{sum}")
}

/// A number, its most significant byte first, in so many digits and letters.
fn base62(number: &[u8], length: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut left = number.to_vec();
    let mut digits = Vec::with_capacity(length);
    for _ in 0..length {
        let mut rest = 0_u32;
        for byte in &mut left {
            let value = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or_default();
            rest = value % 62;
        }
        digits.push(DIGITS.iter().copied().nth(rest as usize).map_or('0', char::from));
    }
    digits.into_iter().rev().collect()
}

/// The checksum of IEEE 802.3.
fn crc32(text: &str) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 };
    !text.bytes().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(byte), |sum, _| step(sum)))
}

#[cfg(test)]
mod tests {
    use super::super::Delegation;
    use super::*;
    use crate::domain::notice_number::TwoDigits;

    const OWN: &str = "77777777777";
    const OTHER: &str = "66666666666";
    const BROKER: &str = "88888888888";

    fn ec(code: &str) -> FiscalCode {
        FiscalCode::new(code).unwrap()
    }

    fn broker() -> BrokerCode {
        BrokerCode::new(BROKER).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn only(codes: &[&str]) -> Segregation {
        Segregation::Only(codes.iter().map(|code| TwoDigits::new(code).unwrap()).collect())
    }

    fn key(owner: Tenant, scopes: &[KeyScope]) -> ApiKey {
        ApiKey {
            id: "k".into(),
            label: "k".into(),
            institutions: ApiScope::Every,
            segregation: Segregation::Every,
            rights: KeyRights { owner, scopes: scopes.iter().copied().collect(), role: None },
        }
    }

    /// From second 10 to second 20.
    fn delegation(from: &str, products: &[Product], codes: Segregation) -> Delegation {
        Delegation {
            id: "d".into(),
            ec: ec(from),
            broker: broker(),
            products: products.iter().copied().collect(),
            codes,
            domains: None,
            from: at(10),
            until: Some(at(20)),
        }
    }

    #[test]
    fn a_key_opens_what_its_scopes_name() {
        let (none, key) = (Delegations::default(), key(Tenant::Institution(ec(OWN)), &[KeyScope::Receipts]));
        let opens = |scope, code: &str| key.opens(scope, &ec(code), (&none, at(1)));
        assert_eq!(opens(KeyScope::Receipts, OWN), Ok(Segregation::Every));
        assert_eq!(opens(KeyScope::Receipts, OTHER), Err(KeyDenied::Foreign));
        assert_eq!(opens(KeyScope::Positions, OWN), Err(KeyDenied::Scope(KeyScope::Positions)));
    }

    #[test]
    fn a_brokers_key_opens_who_delegates_that_product_now() {
        let delegations = [delegation(OWN, &[Product::Positions], only(&["01", "02"]))];
        let delegations = Delegations::new(delegations.to_vec());
        let mut key = key(Tenant::Broker(broker()), &KeyScope::ALL);
        let opens = |key: &ApiKey, scope, second| key.opens(scope, &ec(OWN), (&delegations, at(second)));
        assert_eq!(opens(&key, KeyScope::Positions, 10), Ok(only(&["01", "02"])));
        for (scope, second) in [
            (KeyScope::Positions, 9),
            (KeyScope::Positions, 20),
            (KeyScope::Receipts, 15),
            (KeyScope::Events, 15),
            (KeyScope::Administration, 15),
        ] {
            assert_eq!(opens(&key, scope, second), Err(KeyDenied::Foreign), "{scope:?} at {second}");
        }
        assert_eq!(
            key.opens(KeyScope::Positions, &ec(OTHER), (&delegations, at(15))),
            Err(KeyDenied::Foreign)
        );
        key.segregation = only(&["02", "03"]);
        assert_eq!(opens(&key, KeyScope::Positions, 15), Ok(only(&["02"])), "what both allow");
    }

    #[test]
    fn a_brokers_key_reaches_all_that_delegate_to_it() {
        let both = [Product::Positions, Product::Receipts];
        let delegations =
            [delegation(OWN, &both, only(&["01"])), delegation(OTHER, &[Product::Positions], only(&["05"]))];
        let delegations = Delegations::new(delegations.to_vec());
        let partner = key(Tenant::Broker(broker()), &KeyScope::ALL);
        let reach = |scope, second| partner.reach(scope, (&delegations, at(second))).unwrap();
        let held = [(ec(OWN), only(&["01"])), (ec(OTHER), only(&["05"]))];
        assert_eq!(reach(KeyScope::Positions, 15), Reach::Only(BTreeMap::from(held.clone())));
        assert_eq!(reach(KeyScope::Events, 15), Reach::Only(held.into_iter().take(1).collect()));
        assert_eq!(reach(KeyScope::Events, 20), Reach::Only(BTreeMap::new()));
        let operator = key(Tenant::Gateway, &KeyScope::DATA);
        let reach = operator.reach(KeyScope::Events, (&delegations, at(15)));
        assert_eq!(reach, Ok(Reach::Every(Segregation::Every)));
    }

    #[test]
    fn a_secret_has_a_form_that_scanners_find_and_a_checksum_that_finds_typos() {
        let text = key_text(&[255; 32]);
        assert_eq!(text.len(), 52);
        assert!(text.starts_with("vk_") && text.bytes().skip(3).all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(KeyForm::of(&text), KeyForm::Ours);
        assert_eq!(KeyForm::of(&key_text(&[0; 32])), KeyForm::Ours);
        assert_ne!(key_text(&[0; 32]), key_text(&[1; 32]));
        for place in 3..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[place] = if wrong[place] == b'x' { b'y' } else { b'x' };
            assert_eq!(KeyForm::of(std::str::from_utf8(&wrong).unwrap()), KeyForm::Broken, "{place}");
        }
        assert_eq!(KeyForm::of(&text[..51]), KeyForm::Broken);
        assert_eq!(KeyForm::of("vk_àèìòù"), KeyForm::Broken);
        assert_eq!(KeyForm::of("key-of-before"), KeyForm::Other);
        assert_eq!(crc32("123456789"), 0xCBF4_3926, "the check value of the polynomial");
    }
}
