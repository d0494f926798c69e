//! What partners ask of us as they used to ask the node: each operation in one file.
//!
//! | what is wrong | answered |
//! |---|---|
//! | the envelope or the header | `PPT_SINTASSI_EXTRAXSD` |
//! | the payload, or the RPT in it | `PPT_SINTASSI_XSD` |
//! | the certificate is no partner's, or the password is not that partner's | `PPT_AUTENTICAZIONE` |
//! | broker, station or institution unknown | `PPT_…_SCONOSCIUTO`, `…_SCONOSCIUTA` |
//! | the partner does not answer for that institution through that station | `PPT_AUTORIZZAZIONE` |
//! | header and RPT contradict each other, or the sum is another than was activated | `PPT_SEMANTICA` |
//! | another RPT is kept under the same key | `PPT_RPT_DUPLICATA` |
//! | the database fails | `PPT_SYSTEM_ERROR` |

mod accept;
mod copy;
mod identify;
mod pending;
mod position;
mod send_cart;
mod send_rpt;
mod state;

use crate::domain::certificate::Fingerprint;
use crate::soap::legacy::{self, PptCode, Refusal};
use crate::store::StoreError;
use crate::wire::pagamenti_telematici_rpt::{Operation, Request, Response};

use super::Desk;

/// What goes back to a partner.
#[derive(Clone, Debug)]
pub enum Called {
    /// The response of an operation.
    Response {
        /// The operation.
        operation: Operation,
        /// The message.
        message: Vec<u8>,
        /// The code of its fault, if it refuses.
        refused: Option<PptCode>,
    },
    /// The message was none of these operations.
    Fault {
        /// A `soap:Fault` that says why.
        message: Vec<u8>,
    },
}

/// Why a partner is refused. The description names no person and nothing of a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", code.name())]
pub(super) struct Refused {
    pub code: PptCode,
    pub description: String,
}

impl Refused {
    fn new(code: PptCode, description: impl Into<String>) -> Self {
        Refused { code, description: description.into() }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a call of a partner could not be carried out");
        Refused::new(PptCode::SystemError, "the database failed")
    }
}

impl Desk {
    /// Answers a message of a partner that showed this certificate.
    pub async fn called(&self, by: Option<&Fingerprint>, message: &[u8]) -> Called {
        let (operation, answered) = match legacy::read_request::<Operation>(message, &self.parts.limits) {
            Ok(request) => (request.operation(), self.carry_out(by, request).await),
            Err(Refusal::Fault(fault)) => {
                tracing::warn!(%fault, "refused what is no message of a partner");
                return Called::Fault { message: fault.render() };
            }
            Err(Refusal::Syntax { operation, violation, position }) => {
                let path = violation.path();
                let in_header = path == "Header" || path.starts_with("Header/");
                let code = if in_header { PptCode::SintassiExtraxsd } else { PptCode::SintassiXsd };
                let place = format!("line {}, column {}", position.line, position.column);
                (operation, Err(Refused::new(code, format!("{place}, /{path}: {}", violation.rule()))))
            }
        };
        let name = operation.name();
        match answered {
            Ok(response) => {
                tracing::info!(operation = name, "a partner was answered");
                let message = legacy::write_response::<Operation>(&response);
                Called::Response { operation, message, refused: None }
            }
            Err(refused) => {
                let code = refused.code;
                tracing::warn!(operation = name, code = code.name(), reason = refused.description, "refused");
                let fault = code.fault(Some(&refused.description));
                let message = legacy::write_response::<Operation>(&legacy::refusal(operation, fault));
                Called::Response { operation, message, refused: Some(code) }
            }
        }
    }

    async fn carry_out(&self, by: Option<&Fingerprint>, request: Request) -> Result<Response, Refused> {
        match request {
            Request::NodoInviaRPT(header, rpt) => send_rpt::handle(self, by, (header, rpt)).await,
            Request::NodoInviaCarrelloRPT(header, cart) => send_cart::handle(self, by, (header, cart)).await,
            Request::NodoChiediStatoRPT(asked) => state::handle(self, by, &asked).await,
            Request::NodoChiediCopiaRT(asked) => copy::handle(self, by, &asked).await,
            Request::NodoChiediListaPendentiRPT(asked) => pending::handle(self, by, &asked).await,
        }
    }
}
