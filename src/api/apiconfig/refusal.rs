//! What the endpoints of the registry refuse alike: what is not there, what is there already, what fails.

use axum::http::StatusCode;

use crate::api::Api;
use crate::api::access::{Access, WritesError, Written, carry_out};
use crate::api::problem::Problem;
use crate::domain::governance::Proposal;
use crate::store::{StoreError, WriteError};

/// A kind of thing of the registry, in the words of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Thing {
    Institution,
    Broker,
    Station,
    Relation,
    Encoding,
    Contact,
}

impl Thing {
    /// Titles of what is not there and of what is there already, and the codes of both.
    const fn words(self) -> [&'static str; 4] {
        match self {
            Thing::Institution => [
                "Creditor Institution not found",
                "Creditor Institution conflict",
                "unknown_creditor_institution",
                "creditor_institution_exists",
            ],
            Thing::Broker => ["Broker not found", "Broker conflict", "unknown_broker", "broker_exists"],
            Thing::Station => ["Station not found", "Station conflict", "unknown_station", "station_exists"],
            Thing::Relation => {
                ["Relation not found", "Relation-Station conflict", "unknown_relation", "relation_exists"]
            }
            Thing::Encoding => {
                ["Encoding not found", "Encoding conflict", "unknown_encoding", "encoding_exists"]
            }
            Thing::Contact => ["Contact not found", "Contact conflict", "unknown_contact", "contact_exists"],
        }
    }

    /// There is none of that name.
    pub(in crate::api) fn missing(self) -> Problem {
        let [title, _, code, _] = self.words();
        Problem::new(StatusCode::NOT_FOUND, title, code, "Nothing of that name is registered here.")
    }

    /// There is one of that name already.
    pub(in crate::api) fn exists(self) -> Problem {
        let [_, title, _, code] = self.words();
        Problem::new(StatusCode::CONFLICT, title, code, "It is registered here already.")
    }

    /// A rule about others stands against it; one that shows what that looks like.
    pub(in crate::api) fn in_use(self) -> Problem {
        let [_, title, ..] = self.words();
        Problem::new(StatusCode::CONFLICT, title, "in_use", "It cannot be removed while it has stations.")
    }

    /// Carries a change of one out, or puts it before a second person.
    pub(in crate::api) async fn change(
        self,
        api: &Api,
        access: &Access,
        proposals: &[Proposal],
    ) -> Result<Written, Problem> {
        carry_out(api, access, proposals).await.map_err(|error| self.unwritten(error))
    }

    /// Why a change of one was not carried out.
    fn unwritten(self, error: WritesError) -> Problem {
        let [_, title, ..] = self.words();
        match error {
            WritesError::Refused(failure) => match failure.error {
                WriteError::Missing => self.missing(),
                WriteError::Exists => self.exists(),
                WriteError::Conflict(conflict) => {
                    Problem::new(StatusCode::CONFLICT, title, conflict.code, conflict.message)
                }
                WriteError::Store(error) => failed(error),
            },
            other => other.into(),
        }
    }
}

/// A failure of the store.
pub(in crate::api) fn failed(error: StoreError) -> Problem {
    Problem::internal("Internal Server Error", &error)
}
