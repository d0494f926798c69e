//! `soap:Fault`: the answer to what is no message of ours.
//!
//! What the node asks in a message of ours is refused in the response of that operation instead, by the
//! primitive layer.

use crate::wire::{Position, Rule, Violation, Writer};

/// Whose fault it is, in SOAP 1.1's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultCode {
    /// The sender's.
    Client,
    /// Ours.
    Server,
    /// The envelope is not of SOAP 1.1.
    VersionMismatch,
    /// A header that must be understood is not known here.
    MustUnderstand,
}

impl FaultCode {
    /// The code without its prefix.
    pub const fn as_str(self) -> &'static str {
        match self {
            FaultCode::Client => "Client",
            FaultCode::Server => "Server",
            FaultCode::VersionMismatch => "VersionMismatch",
            FaultCode::MustUnderstand => "MustUnderstand",
        }
    }
}

/// A refusal by the envelope layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct SoapFault {
    /// Whose fault it is.
    pub code: FaultCode,
    /// What is wrong, in one short sentence that never quotes the message.
    pub text: &'static str,
    /// The broken rule with its path, and the line and column, where there are any.
    pub detail: Option<(Violation, Position)>,
}

impl SoapFault {
    /// A refusal without a place.
    pub const fn new(code: FaultCode, text: &'static str) -> Self {
        SoapFault { code, text, detail: None }
    }

    /// A refusal at a place of the message.
    pub(crate) fn at(self, violation: Violation, message: &[u8]) -> Self {
        let position = violation.position(message);
        SoapFault { detail: Some((violation, position)), ..self }
    }

    /// A refusal of what is not well-formed or breaks the envelope.
    pub(crate) fn client(violation: Violation, message: &[u8]) -> Self {
        let text = match violation.rule() {
            Rule::Limit(_) => "The message exceeds a limit",
            Rule::Encoding => "The message is not in UTF-8",
            Rule::Forbidden(_) => "The message holds what SOAP forbids",
            Rule::WellFormed(_) => "The message is not well-formed XML",
            _ => "The message is not a SOAP 1.1 message",
        };
        SoapFault::new(FaultCode::Client, text).at(violation, message)
    }

    /// The whole message that answers. Such an answer travels with HTTP status 500.
    pub fn render(&self) -> Vec<u8> {
        let mut to = Writer::new();
        super::open(&mut to);
        to.markup("<soapenv:Fault><faultcode>soapenv:");
        to.text(self.code.as_str());
        to.markup("</faultcode><faultstring>");
        to.text(self.text);
        to.markup("</faultstring>");
        if let Some((violation, position)) = &self.detail {
            // The namespace of detail entries is of our own; the node looks at none of it.
            to.markup("<detail><v:violation xmlns:v=\"urn:varco:soap\"><v:rule>");
            to.text(&violation.rule().to_string());
            to.markup("</v:rule><v:line>");
            to.text(&position.line.to_string());
            to.markup("</v:line><v:column>");
            to.text(&position.column.to_string());
            to.markup("</v:column><v:path>/");
            to.text(violation.path());
            to.markup("</v:path></v:violation></detail>");
        }
        to.markup("</soapenv:Fault>");
        super::close(&mut to);
        to.finish()
    }
}
