//! The payload of a message as an XML document of its own.

use super::envelope;
use super::limits::Limits;
use crate::wire::Writer;

/// The payload of a message as it was sent, without the envelope around it. The namespaces that the envelope
/// declares are declared anew on the payload. None if the message is not one that can be read.
pub fn document(message: &[u8]) -> Option<Vec<u8>> {
    // It was within the bounds when it was received, and they may have been drawn tighter since.
    let limits = Limits { message_bytes: usize::MAX, ..Limits::default() };
    let mut reader = envelope::open(message, &limits).ok()?;
    let inherited = reader.inherited_namespaces();
    let inherited: Vec<(&str, String)> =
        inherited.into_iter().map(|(prefix, namespace)| (prefix, namespace.to_owned())).collect();
    let payload = std::str::from_utf8(message.get(reader.extent().ok()?)?).ok()?;
    envelope::close(&mut reader).ok()?;
    let (tag, rest) = payload.split_at(payload.find([' ', '\t', '\r', '\n', '/', '>'])?);
    let mut to = Writer::new();
    to.markup("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    to.plain(tag);
    for (prefix, namespace) in &inherited {
        to.markup(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
        to.plain(prefix);
        to.markup("=\"");
        to.text(namespace);
        to.markup("\"");
    }
    to.plain(rest);
    Some(to.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

    fn cut(message: &str) -> Option<String> {
        document(message.as_bytes()).map(|document| String::from_utf8(document).unwrap())
    }

    #[test]
    fn declarations_of_the_envelope_move_to_the_payload() {
        let message = format!(
            "<?xml version='1.0'?>\r\n<s:Envelope xmlns:s='{SOAP}' xmlns:p='urn:a&amp;b' xmlns:q='urn:q'>\
             <s:Body xmlns:q='urn:other'>\n <p:a xmlns:r='urn:r'\n><b>&lt;<!-- c --><![CDATA[<]]></b></p:a > \n\
             </s:Body></s:Envelope>"
        );
        let expected = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<p:a xmlns:q=\"urn:other\" xmlns:p=\"urn:a&amp;b\" \
             xmlns:s=\"{SOAP}\" xmlns:r='urn:r'\n><b>&lt;<!-- c --><![CDATA[<]]></b></p:a >"
        );
        assert_eq!(cut(&message), Some(expected));
    }

    #[test]
    fn what_the_payload_declares_itself_stays_as_it_is() {
        let message = format!(
            "<Envelope xmlns='{SOAP}'><Body><p:a xmlns:p='urn:p' xmlns=''><b/></p:a></Body></Envelope>"
        );
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<p:a xmlns:p='urn:p' xmlns=''><b/></p:a>";
        assert_eq!(cut(&message).as_deref(), Some(expected));
        let message = format!("<Envelope xmlns='{SOAP}'><Body><a/></Body></Envelope>");
        let expected = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a xmlns=\"{SOAP}\"/>");
        assert_eq!(cut(&message), Some(expected));
    }

    #[test]
    fn what_is_no_message_has_no_payload() {
        for wrong in ["", "<x/>", "<Envelope/>", "<!-- nothing -->"] {
            assert_eq!(cut(wrong), None, "{wrong}");
        }
        let unfinished = format!("<Envelope xmlns='{SOAP}'><Body><a></Body></Envelope>");
        assert_eq!(cut(&unfinished), None);
    }
}
