//! What is handed on: products by delegations, scopes by keys.

/// What a creditor institution hands to a partner (Area Riservata, "Deleghe").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// Its stations and which notices they serve.
    Stations,
    /// Its debt positions.
    Positions,
    /// Its services that are paid for without a notice.
    Catalogue,
    /// Its receipts.
    Receipts,
}

/// What an API key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyScope {
    /// Debt positions, one by one, in bulk and by file (GPD), and payment options.
    Positions,
    /// Receipts and the anomalies about them (GPD receipts).
    Receipts,
    /// Events: pulled, streamed, sent.
    Events,
    /// Services that are paid for without a notice (GPS).
    Catalogue,
    /// Reading the registry (back office for partners).
    Registry,
    /// The admin surface, in the role of the key.
    Administration,
}

impl Product {
    /// All.
    pub const ALL: [Product; 4] =
        [Product::Stations, Product::Positions, Product::Catalogue, Product::Receipts];

    /// Its name, stored and told.
    pub const fn name(self) -> &'static str {
        match self {
            Product::Stations => "stations",
            Product::Positions => "positions",
            Product::Catalogue => "catalogue",
            Product::Receipts => "receipts",
        }
    }

    /// The product of that name.
    pub fn named(name: &str) -> Option<Self> {
        Product::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl KeyScope {
    /// All.
    pub const ALL: [KeyScope; 6] = [
        KeyScope::Positions,
        KeyScope::Receipts,
        KeyScope::Events,
        KeyScope::Catalogue,
        KeyScope::Registry,
        KeyScope::Administration,
    ];

    /// What systems of a creditor institution need day by day.
    pub const DATA: [KeyScope; 4] =
        [KeyScope::Positions, KeyScope::Receipts, KeyScope::Events, KeyScope::Catalogue];

    /// Its name, stored and told.
    pub const fn name(self) -> &'static str {
        match self {
            KeyScope::Positions => "positions",
            KeyScope::Receipts => "receipts",
            KeyScope::Events => "events",
            KeyScope::Catalogue => "catalogue",
            KeyScope::Registry => "registry",
            KeyScope::Administration => "administration",
        }
    }

    /// The scope of that name.
    pub fn named(name: &str) -> Option<Self> {
        KeyScope::ALL.into_iter().find(|one| one.name() == name)
    }
}
