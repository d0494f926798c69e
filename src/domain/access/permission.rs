//! What can be allowed, one by one.

use super::product::Product;

macro_rules! permissions {
    ($($(#[$doc:meta])* $variant:ident $name:literal $products:expr;)*) => {
        /// Something that can be allowed or not.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $($(#[$doc])* $variant,)*
        }

        impl Permission {
            /// All.
            pub const ALL: &[Permission] = &[$(Permission::$variant),*];

            /// Its name, stored and told.
            pub const fn name(self) -> &'static str {
                match self { $(Permission::$variant => $name,)* }
            }

            /// The products any of which hands it on to a partner; none if it is never handed on.
            pub const fn handed_on_by(self) -> &'static [Product] {
                match self { $(Permission::$variant => $products,)* }
            }
        }
    };
}

const NEVER: &[Product] = &[];
const ANY: &[Product] = &Product::ALL;
const STATIONS: &[Product] = &[Product::Stations];
const CATALOGUE: &[Product] = &[Product::Catalogue];
const POSITIONS: &[Product] = &[Product::Positions];
const MONEY: &[Product] = &[Product::Positions, Product::Receipts];

permissions! {
    /// To add and remove creditor institutions and brokers.
    RegistryManage "registry.manage" NEVER;
    /// To read a creditor institution or broker, its contacts and encodings.
    InstitutionRead "institution.read" ANY;
    /// To change its own facts, contacts and encodings.
    InstitutionWrite "institution.write" NEVER;
    /// To read stations and what they serve.
    StationRead "station.read" STATIONS;
    /// To add, change and remove stations.
    StationWrite "station.write" STATIONS;
    /// To say which station serves which notices.
    RelationWrite "relation.write" STATIONS;
    /// To try whether a station answers.
    StationTest "station.test" STATIONS;
    /// To read planned maintenance.
    MaintenanceRead "maintenance.read" STATIONS;
    /// To plan maintenance.
    MaintenanceWrite "maintenance.write" STATIONS;
    /// To read accounts and their documents.
    IbanRead "iban.read" ANY;
    /// To add, change and remove accounts.
    IbanWrite "iban.write" NEVER;
    /// To take lists of creditor institutions, stations and accounts away.
    Export "export.read" ANY;
    /// To read the taxonomy.
    TaxonomyRead "taxonomy.read" ANY;
    /// To replace the taxonomy.
    TaxonomyWrite "taxonomy.write" NEVER;
    /// To see which API keys there are.
    KeyRead "key.read" NEVER;
    /// To make, change and revoke API keys.
    KeyWrite "key.write" NEVER;
    /// To see certificates.
    CertificateRead "certificate.read" NEVER;
    /// To import, activate and revoke certificates.
    CertificateWrite "certificate.write" NEVER;
    /// To take a certificate away with its private key.
    CertificateExport "certificate.export" NEVER;
    /// To see delegations.
    DelegationRead "delegation.read" NEVER;
    /// To give and revoke delegations.
    DelegationWrite "delegation.write" NEVER;
    /// To accept and give back delegations.
    DelegationAnswer "delegation.answer" NEVER;
    /// To see people and their roles.
    PersonRead "person.read" NEVER;
    /// To name people and give them roles and profiles.
    PersonWrite "person.write" NEVER;
    /// To see drafts and what became of them.
    ChangeRead "change.read" NEVER;
    /// To approve or reject what another submitted.
    ChangeApprove "change.approve" NEVER;
    /// To read who did what.
    AuditRead "audit.read" NEVER;
    /// To read the activation plan.
    ActivationRead "activation.read" STATIONS;
    /// To attach evidence to the activation plan.
    ActivationWrite "activation.write" STATIONS;
    /// To read how much the service is used.
    UsageRead "usage.read" MONEY;
    /// To see services, who offers them, and categories, published or not.
    CatalogueRead "catalogue.read" CATALOGUE;
    /// To add, change and remove services of one's own; categories and forms of XML are the gateway's.
    CatalogueWrite "catalogue.write" NEVER;
    /// To say that a creditor institution offers a service, and on which terms.
    OfferingWrite "offering.write" CATALOGUE;
    /// To see partners behind the gateway, and who answers for which notices.
    RoutingRead "routing.read" STATIONS;
    /// To add, change and remove partners, and to say who answers for which notices.
    RoutingWrite "routing.write" STATIONS;
    /// To read what was filled in for payments on demand, which names people.
    DemandRead "demand.read" POSITIONS;
}

impl Permission {
    /// The permission of that name.
    pub fn named(name: &str) -> Option<Self> {
        Permission::ALL.iter().copied().find(|one| one.name() == name)
    }
}
