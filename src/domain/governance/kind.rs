//! The kinds of things that people manage.

use crate::domain::access::Permission;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $name:literal $permission:ident;)*) => {
        /// A kind of thing that people manage.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// All.
            pub const ALL: &[Kind] = &[$(Kind::$variant),*];

            /// Its name, stored and told.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$variant => $name,)* }
            }

            /// What somebody needs to be allowed in order to change one, and to approve of a change.
            pub const fn written_with(self) -> Permission {
                match self { $(Kind::$variant => Permission::$permission,)* }
            }
        }
    };
}

kinds! {
    /// A creditor institution.
    Institution "institution" InstitutionWrite;
    /// A technology partner.
    Broker "broker" InstitutionWrite;
    /// A station.
    Station "station" StationWrite;
    /// That a station serves a creditor institution.
    Relation "relation" RelationWrite;
    /// A code under which notices of a creditor institution are printed.
    Encoding "encoding" InstitutionWrite;
    /// Whom to call.
    Contact "contact" InstitutionWrite;
    /// An account of a creditor institution.
    Iban "iban" IbanWrite;
    /// What an account is used for.
    IbanLabel "iban_label" IbanWrite;
    /// That an account is to be deleted on a day.
    IbanDeletion "iban_deletion" IbanWrite;
    /// A document about a creditor institution.
    Document "document" IbanWrite;
    /// A planned interruption of a station.
    Maintenance "maintenance" MaintenanceWrite;
    /// An API key.
    Key "key" KeyWrite;
    /// What a creditor institution hands to a partner.
    Delegation "delegation" DelegationWrite;
    /// A certificate.
    Certificate "certificate" CertificateWrite;
    /// What an authority took back.
    RevocationList "revocation_list" CertificateWrite;
    /// Somebody who can sign in.
    Person "person" PersonWrite;
    /// A role that somebody has.
    Grant "grant" PersonWrite;
    /// A subset of permissions that can be handed to people.
    Profile "profile" PersonWrite;
    /// A step of an activation plan.
    Activation "activation" ActivationWrite;
    /// A category of services.
    Category "category" CatalogueWrite;
    /// A service that can be paid on demand.
    Service "service" CatalogueWrite;
    /// That a creditor institution offers a service.
    Offering "offering" OfferingWrite;
    /// Which secret signs what the calculator of an offering is asked.
    CalculatorSecret "calculator_secret" OfferingWrite;
    /// A form of XML in which a service can be asked for.
    ServiceSchema "service_schema" CatalogueWrite;
    /// How a creditor institution takes part in the catalogue under the published contract.
    Organization "organization" OfferingWrite;
    /// A system behind the gateway, of a creditor institution or of its technical partner.
    Partner "partner" RoutingWrite;
    /// That a partner, or the gateway itself, answers for some notices from an instant on.
    Route "route" RoutingWrite;
}

impl Kind {
    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Kind::ALL.iter().copied().find(|one| one.name() == name)
    }
}
