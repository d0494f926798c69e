//! What people are named to be, and what each may do.

use super::permission::Permission::{self, *};
use super::tenant::Tenant;

/// What somebody is for a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Runs the gateway; may everything.
    Operator,
    /// Answers for a creditor institution's payments (Referente dei Pagamenti).
    PaymentsReferent,
    /// Answers for a creditor institution's systems (Referente Tecnico).
    TechnicalReferent,
    /// Answers for what a technology partner does.
    PartnerReferent,
}

impl Role {
    /// All.
    pub const ALL: [Role; 4] =
        [Role::Operator, Role::PaymentsReferent, Role::TechnicalReferent, Role::PartnerReferent];

    /// Its name, stored and told.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Operator => "operator",
            Role::PaymentsReferent => "payments_referent",
            Role::TechnicalReferent => "technical_referent",
            Role::PartnerReferent => "partner_referent",
        }
    }

    /// The role of that name.
    pub fn named(name: &str) -> Option<Self> {
        Role::ALL.into_iter().find(|one| one.name() == name)
    }

    /// The role that sees most of a tenant, for who only reads.
    pub const fn reading_all_of(tenant: &Tenant) -> Self {
        match tenant {
            Tenant::Gateway => Role::Operator,
            Tenant::Institution(_) => Role::PaymentsReferent,
            Tenant::Broker(_) => Role::PartnerReferent,
        }
    }

    /// Whether the role may do that for its own tenant.
    pub fn permits(self, permission: Permission) -> bool {
        match self {
            Role::Operator => true,
            Role::PaymentsReferent => PAYMENTS.contains(&permission),
            Role::TechnicalReferent => TECHNICAL.contains(&permission),
            Role::PartnerReferent => PARTNER.contains(&permission),
        }
    }
}

const PAYMENTS: [Permission; 27] = [
    InstitutionRead,
    InstitutionWrite,
    StationRead,
    MaintenanceRead,
    IbanRead,
    IbanWrite,
    Export,
    TaxonomyRead,
    KeyRead,
    CertificateRead,
    DelegationRead,
    DelegationWrite,
    PersonRead,
    PersonWrite,
    ChangeRead,
    ChangeApprove,
    AuditRead,
    ActivationRead,
    ActivationWrite,
    UsageRead,
    StationTest,
    CatalogueRead,
    CatalogueWrite,
    OfferingWrite,
    DemandRead,
    RoutingRead,
    RoutingWrite,
];

/// It reads the registration and has nothing to do with accounts.
const TECHNICAL: [Permission; 23] = [
    InstitutionRead,
    StationRead,
    StationWrite,
    RelationWrite,
    StationTest,
    MaintenanceRead,
    MaintenanceWrite,
    Export,
    TaxonomyRead,
    KeyRead,
    KeyWrite,
    CertificateRead,
    CertificateWrite,
    DelegationRead,
    ChangeRead,
    ChangeApprove,
    AuditRead,
    ActivationRead,
    ActivationWrite,
    UsageRead,
    CatalogueRead,
    RoutingRead,
    RoutingWrite,
];

/// For its broker; of a creditor institution only what is delegated.
const PARTNER: [Permission; 30] = [
    InstitutionRead,
    InstitutionWrite,
    StationRead,
    StationWrite,
    RelationWrite,
    StationTest,
    MaintenanceRead,
    MaintenanceWrite,
    IbanRead,
    Export,
    TaxonomyRead,
    KeyRead,
    KeyWrite,
    CertificateRead,
    CertificateWrite,
    DelegationRead,
    DelegationAnswer,
    PersonRead,
    PersonWrite,
    ChangeRead,
    ChangeApprove,
    AuditRead,
    ActivationRead,
    ActivationWrite,
    UsageRead,
    CatalogueRead,
    OfferingWrite,
    DemandRead,
    RoutingRead,
    RoutingWrite,
];
