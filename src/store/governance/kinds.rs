//! Which part of the store knows a kind: how a thing of it is read, and how it is written.

use jiff::Timestamp;

use super::Refused;
use crate::domain::governance::{Kind, Proposal};
use crate::store::accounts::{deletions, kind as accounts, purposes};
use crate::store::activation::write as activation;
use crate::store::catalogue::{offering, organization, secret, service};
use crate::store::certificates::{certificate, revocation_list};
use crate::store::dialect::for_both_engines;
use crate::store::documents::kind as documents;
use crate::store::maintenance::kind as maintenance;
use crate::store::people::kinds as people;
use crate::store::registry::{broker, contact, encoding, institution, relation, station};
use crate::store::routing::{partner, route};

for_both_engines! {
    [institution, broker, station, relation, encoding, contact, accounts, deletions, purposes, maintenance, certificate, revocation_list, activation, people, documents, service, offering, organization, secret, partner, route]

    /// How a thing is now, in the form of its kind.
    pub(in crate::store) async fn read(
        connection: &mut Connection,
        kind: Kind,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        match kind {
            Kind::Certificate => read_certificate(connection, target).await,
            Kind::RevocationList => read_revocation_list(connection, target).await,
            Kind::Institution => read_institution(connection, target).await,
            Kind::Broker => read_broker(connection, target).await,
            Kind::Station => read_station(connection, target).await,
            Kind::Relation => read_relation(connection, target).await,
            Kind::Encoding => read_encoding(connection, target).await,
            Kind::Contact => read_contact(connection, target).await,
            Kind::Person => read_person(connection, target).await,
            Kind::Grant => read_grant(connection, target).await,
            Kind::Profile => read_profile(connection, target).await,
            Kind::Document => read_document(connection, target).await,
            Kind::Iban => read_account(connection, target).await,
            Kind::IbanLabel => read_purpose(connection, target).await,
            Kind::IbanDeletion => read_deletion(connection, target).await,
            Kind::Maintenance => read_maintenance(connection, target).await,
            Kind::Activation => read_activation(connection, target).await,
            Kind::Key => key_kind::read(connection, target).await,
            Kind::Delegation => delegation_kind::read(connection, target).await,
            Kind::Category => read_category(connection, target).await,
            Kind::Service => read_service(connection, target).await,
            Kind::ServiceSchema => read_schema(connection, target).await,
            Kind::Offering => read_offering(connection, target).await,
            Kind::Organization => read_organization(connection, target).await,
            Kind::CalculatorSecret => read_secret(connection, target).await,
            Kind::Partner => read_partner(connection, target).await,
            Kind::Route => read_route(connection, target).await,
        }
    }

    /// Makes a thing as it is wished to be, or takes it away.
    pub(in crate::store) async fn write(
        connection: &mut Connection,
        proposal: &Proposal,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let (target, wanted) = (proposal.target.as_str(), proposal.wanted.as_deref());
        match proposal.kind {
            Kind::Certificate => write_certificate(connection, target, wanted, at).await,
            Kind::RevocationList => write_revocation_list(connection, target, wanted, at).await,
            Kind::Institution => write_institution(connection, target, wanted, at).await,
            Kind::Broker => write_broker(connection, target, wanted, at).await,
            Kind::Station => write_station(connection, target, wanted, at).await,
            Kind::Relation => write_relation(connection, target, wanted, at).await,
            Kind::Encoding => write_encoding(connection, target, wanted, at).await,
            Kind::Contact => write_contact(connection, target, wanted, at).await,
            Kind::Person => write_person(connection, (target, wanted), at).await,
            Kind::Grant => write_grant(connection, (target, wanted), at).await,
            Kind::Profile => write_profile(connection, (target, wanted), at).await,
            Kind::Document => write_document(connection, target, wanted, at).await,
            Kind::Iban => write_account(connection, target, wanted, at).await,
            Kind::IbanLabel => write_purpose(connection, target, wanted).await,
            Kind::IbanDeletion => write_deletion(connection, target, wanted).await,
            Kind::Maintenance => write_maintenance(connection, target, wanted).await,
            Kind::Activation => write_activation(connection, proposal, at).await,
            Kind::Key => key_kind::write(connection, target, wanted, at).await,
            Kind::Delegation => delegation_kind::write(connection, target, wanted, at).await,
            Kind::Category => write_category(connection, target, wanted, at).await,
            Kind::Service => write_service(connection, target, wanted, at).await,
            Kind::ServiceSchema => write_schema(connection, target, wanted, at).await,
            Kind::Offering => write_offering(connection, target, wanted, at).await,
            Kind::Organization => write_organization(connection, target, wanted, at).await,
            Kind::CalculatorSecret => write_secret(connection, target, wanted, at).await,
            Kind::Partner => write_partner(connection, target, wanted, at).await,
            Kind::Route => write_route(connection, target, wanted, at).await,
        }
    }
}
