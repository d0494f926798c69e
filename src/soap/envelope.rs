//! The SOAP 1.1 envelope around a payload.

use super::fault::{FaultCode, SoapFault};
use super::limits::Limits;
use crate::wire::{Name, Reader, Rule, Violation};

/// The namespace of SOAP 1.1.
pub(crate) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The namespace of SOAP 1.2, which gets an answer of its own.
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";

const HEADER: Name = Name::qualified(SOAP, "Header", "soapenv:Header");
const BODY: Name = Name::qualified(SOAP, "Body", "soapenv:Body");

/// Reads an envelope up to its payload, which is the element where the reader stands afterwards. No block of its
/// header is known.
pub(crate) fn open<'a>(message: &'a [u8], limits: &Limits) -> Result<Reader<'a>, SoapFault> {
    open_knowing(message, limits, &[])
}

/// The same, where blocks of those names may be in the header, and may insist on being understood.
pub(crate) fn open_knowing<'a>(
    message: &'a [u8],
    limits: &Limits,
    known: &[&Name],
) -> Result<Reader<'a>, SoapFault> {
    let client = |violation: Violation| SoapFault::client(violation, message);
    let mut reader = enter(message, limits)?;
    if reader.is(&HEADER) {
        header(&mut reader, message, known)?;
    }
    if !reader.is(&BODY) {
        return Err(client(reader.expected("Body")));
    }
    reader.enter_any().map_err(client)?;
    match reader.name() {
        Some(_) => Ok(reader),
        None => Err(client(reader.expected("a message in the Body"))),
    }
}

/// Reads an envelope up to the block of that name in its header; where there is none, up to what is there instead.
pub(crate) fn header_block<'a>(
    message: &'a [u8],
    limits: &Limits,
    block: &Name,
) -> Result<Reader<'a>, SoapFault> {
    let client = |violation: Violation| SoapFault::client(violation, message);
    let mut reader = enter(message, limits)?;
    if reader.is(&HEADER) {
        reader.enter_any().map_err(client)?;
        while reader.name().is_some_and(|(local, _)| local != block.local) {
            reader.skip().map_err(client)?;
        }
    }
    Ok(reader)
}

/// Reads an envelope up to its first child.
fn enter<'a>(message: &'a [u8], limits: &Limits) -> Result<Reader<'a>, SoapFault> {
    if message.len() > limits.message_bytes {
        return Err(SoapFault::new(FaultCode::Client, "The message is too long"));
    }
    let client = |violation: Violation| SoapFault::client(violation, message);
    let mut reader = Reader::new(message, limits.markup).map_err(client)?;
    match reader.name() {
        Some(("Envelope", SOAP)) => {}
        Some(("Envelope", SOAP_12)) => {
            return Err(SoapFault::new(FaultCode::VersionMismatch, "Only SOAP 1.1 is spoken here"));
        }
        Some(("Envelope", _)) => {
            return Err(SoapFault::new(FaultCode::VersionMismatch, "The envelope is not of SOAP 1.1"));
        }
        _ => return Err(client(reader.expected("a SOAP envelope"))),
    }
    reader.enter_any().map_err(client)?;
    Ok(reader)
}

/// Checks that the payload was all, and that nothing follows the envelope.
pub(crate) fn close(reader: &mut Reader<'_>) -> Result<(), Violation> {
    reader.leave()?;
    // SOAP 1.1 lets further elements follow the Body; nobody sends any, so that they are more likely an attack.
    reader.leave()?;
    reader.finish()
}

/// Passes over the header. Only a known block may insist on being understood.
fn header(reader: &mut Reader<'_>, message: &[u8], known: &[&Name]) -> Result<(), SoapFault> {
    let client = |violation: Violation| SoapFault::client(violation, message);
    reader.enter_any().map_err(client)?;
    while let Some((local, _)) = reader.name() {
        if known.iter().any(|block| block.local == local) {
            reader.skip().map_err(client)?;
            continue;
        }
        match reader.attribute(SOAP, "mustUnderstand").as_deref().map(str::trim) {
            None | Some("0" | "false") => reader.skip().map_err(client)?,
            Some("1" | "true") => {
                let violation = reader.broken(Rule::Unexpected);
                let fault = SoapFault::new(FaultCode::MustUnderstand, "No header is understood here");
                return Err(fault.at(violation, message));
            }
            Some(_) => return Err(client(reader.broken(Rule::Attribute))),
        }
    }
    reader.leave().map_err(client)
}
