//! What a hostile or broken sender may send, and what stops it.

use crate::envelopes::soap;
use crate::violations::{RECEIPT, change};
use varco::soap::{Limits, Refusal, read_request};
use varco::wire::Rule;

/// Which rule refuses a message: the name of the variant, and what it says.
fn refusal(message: &[u8]) -> String {
    let rule = match read_request(message, &Limits::default()) {
        Ok(_) => return "accepted".to_owned(),
        Err(Refusal::Syntax(refusal)) => refusal.violation.rule().clone(),
        Err(Refusal::Fault(fault)) => match fault.detail {
            Some((violation, _)) => violation.rule().clone(),
            None => return fault.text.to_owned(),
        },
    };
    match rule {
        Rule::WellFormed(what) => format!("xml: {what}"),
        Rule::Facet(facet) => format!("facet: {facet}"),
        other => other.to_string(),
    }
}

const TEXT: &str = "Tassa rifiuti";

#[test]
fn damaged_values_are_refused() {
    let character = "xml: character not allowed in XML";
    let reference = "xml: reference to what is no character of XML";
    let cases = [
        ("a\u{0}b", character),
        ("a\u{1}b", character),
        ("a\u{8}b", character),
        ("a\u{b}b", character),
        ("a\u{1f}b", character),
        ("a\u{FFFE}b", character),
        ("a\u{FFFF}b", character),
        ("&#0;", reference),
        ("&#1;", reference),
        ("&#x1F;", reference),
        ("&#xD800;", reference),
        ("&#xFFFF;", reference),
        ("&#x110000;", reference),
        ("&#99999999999999999999;", reference),
        ("&#;", reference),
        ("&#x;", reference),
        ("&#-65;", reference),
        ("&#X41;", reference),
        ("&foo;", "xml: unknown entity"),
        ("&nbsp;", "xml: unknown entity"),
        ("&AMP;", "xml: unknown entity"),
        ("&;", "xml: unknown entity"),
        ("a & b", "xml: `&` without `;`"),
        ("a &amp b", "xml: `&` without `;`"),
        ("a ]]> b", "xml: `]]>` in text"),
        ("<?php echo?>", "SOAP forbids processing instructions"),
        ("<?xml version='1.0'?>", "xml: XML declaration not at the start"),
        ("<!-- a -- b -->", "xml: `--` in a comment"),
        ("<!-- a --->", "xml: `--` in a comment"),
        ("<!-- a", "xml: comment without an end"),
        ("<![CDATA[ a", "xml: CDATA without an end"),
        ("<![cdata[a]]>", "xml: CDATA without an end"),
        ("<!ELEMENT a ANY>", "xml: markup without an end"),
        ("<b>x</b>", "element not allowed here"),
        ("x</description><description>x", "expected companyName"),
        ("< b/>", "xml: bad element name"),
        ("<1b/>", "xml: bad element name"),
        ("<b:c:d/>", "xml: bad element name"),
        ("<:b/>", "xml: bad element name"),
        ("<b\u{d7}/>", "xml: bad element name"),
        ("<n:b/>", "xml: prefix without a namespace"),
        ("", "facet: length must be 1 to 140"),
    ];
    for (value, want) in cases {
        let message = soap(&change(RECEIPT, TEXT, value));
        assert_eq!(refusal(message.as_bytes()), want, "{value:?}");
    }
}

#[test]
fn damaged_tags_are_refused() {
    let twice = "xml: attribute given twice";
    let namespace = "xml: namespace declaration not allowed";
    let cases = [
        (" a='1' a='2'", twice),
        (" xmlns:p='urn:a' xmlns:q='urn:a' p:a='1' q:a='2'", twice),
        (" a='<'", "xml: `<` in an attribute value"),
        (" a='&bad;'", "xml: unknown entity"),
        (" a='&#1;'", "xml: reference to what is no character of XML"),
        (" xmlns:q='&#x1;'", "xml: reference to what is no character of XML"),
        (" a='1'b='2'", "xml: blank missing before an attribute"),
        (" a", "xml: attribute without a value"),
        (" a=1", "xml: attribute value without quotes"),
        (" a:b:c='1'", "xml: bad attribute name"),
        (" 1a='1'", "xml: bad attribute name"),
        (" q:a='1'", "xml: prefix without a namespace"),
        (" xmlns:q=''", namespace),
        (" xmlns:xml='urn:x'", namespace),
        (" xmlns:xmlns='urn:x'", namespace),
        (" xmlns='http://www.w3.org/2000/xmlns/'", namespace),
        (" xmlns:q='http://www.w3.org/XML/1998/namespace'", namespace),
        (" xmlns='urn:x'", "expected description"),
        (" a='1'", "attribute not allowed here"),
        (" xml:space='preserve'", "attribute not allowed here"),
        (" xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'", "attribute not allowed here"),
        (" xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='i:x'", "attribute not allowed here"),
        (" xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:other='x'", "attribute not allowed here"),
    ];
    for (attributes, want) in cases {
        let message = soap(&change(RECEIPT, "<description", &format!("<description{attributes}")));
        assert_eq!(refusal(message.as_bytes()), want, "{attributes}");
    }
}

#[test]
fn damaged_documents_are_refused() {
    let message = soap(RECEIPT);
    let before = |text: &str| format!("{text}{message}");
    let laughs = "<!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>";
    let cases = [
        (before("<!DOCTYPE a>"), "SOAP forbids document types"),
        (before("<!DOCTYPE a SYSTEM 'file:///etc/passwd'>"), "SOAP forbids document types"),
        (before("<!DOCTYPE a [<!ENTITY x SYSTEM 'http://evil/'>]>"), "SOAP forbids document types"),
        (before("<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://evil/'>%x;]>"), "SOAP forbids document types"),
        (before(laughs), "SOAP forbids document types"),
        (before("<?xml-stylesheet href='x'?>"), "SOAP forbids processing instructions"),
        (before(" <?xml version='1.0'?>"), "xml: XML declaration not at the start"),
        (before("<?xml version='1.0' encoding='ISO-8859-1'?>"), "the encoding must be UTF-8"),
        (before("<?xml version='1.0' encoding='UTF-16'?>"), "the encoding must be UTF-8"),
        (before("<?xml version='1.1'?>"), "xml: bad XML declaration"),
        (before("<?xml version='1.0' encoding=''?>"), "xml: bad XML declaration"),
        (before("<?xml encoding='UTF-8'?>"), "xml: bad XML declaration"),
        (before("<?xml version='1.0' standalone='maybe'?>"), "xml: bad XML declaration"),
        (before("\u{FEFF}\u{FEFF}"), "xml: text outside the root element"),
        (before("x"), "xml: text outside the root element"),
        (before("&#32;"), "xml: text outside the root element"),
        (before("<![CDATA[ ]]>"), "xml: text outside the root element"),
        (format!("{message}{message}"), "xml: more than one root element"),
        (format!("{message}&amp;"), "xml: text outside the root element"),
        (message[..message.len() - 2].to_owned(), "xml: markup without an end"),
        (message[..message.len() - 19].to_owned(), "xml: element without an end tag"),
        (message.replace("</soapenv:Envelope>", ""), "xml: element without an end tag"),
    ];
    for (text, want) in cases {
        assert_eq!(refusal(text.as_bytes()), want, "{}", &text[..60]);
    }
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(message.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin: Vec<u8> =
        change(&message, TEXT, "?").bytes().map(|b| if b == b'?' { 0xE0 } else { b }).collect();
    for bytes in [&utf16, &latin, &b"\xC0\x80".to_vec()] {
        assert_eq!(refusal(bytes), "the encoding must be UTF-8");
    }
}

/// Messages that cost a careless reader minutes; the time limit is generous for a slow machine.
#[test]
fn bombs_cost_nothing() {
    let start = std::time::Instant::now();
    let many = |piece: &dyn Fn(usize) -> String| (0..60_000).map(piece).collect::<String>();
    let deep = soap(&format!("{}{}", "<a>".repeat(150_000), "</a>".repeat(150_000)));
    let header = soap(RECEIPT)
        .replace("<soapenv:Header/>", &format!("<soapenv:Header>{}</soapenv:Header>", "<a>".repeat(100)));
    let attributes =
        change(RECEIPT, "<description", &format!("<description{}", many(&|at| format!(" a{at}='1'"))));
    let prefixes =
        change(RECEIPT, "<description", &format!("<description{}", many(&|at| format!(" xmlns:a{at}='u'"))));
    let few: String = (0..65).map(|at| format!(" a{at}='1'")).collect();
    let text = change(RECEIPT, TEXT, &"x".repeat(1_000_000));
    let comments =
        change(RECEIPT, "<description>", &format!("{}<description>", "<!-- x -->".repeat(100_000)));
    let references = change(RECEIPT, TEXT, &"&#65;".repeat(200_000));
    let cases = [
        (deep, "element not allowed here"),
        (header, "limit exceeded: elements inside elements"),
        (soap(&attributes), "limit exceeded: bytes in a tag"),
        (soap(&prefixes), "limit exceeded: bytes in a tag"),
        (
            soap(&change(RECEIPT, "<description", &format!("<description{few}"))),
            "limit exceeded: attributes of a tag",
        ),
        (soap(&text), "facet: length must be 1 to 140"),
        (soap(&comments), "accepted"),
        (soap(&references), "facet: length must be 1 to 140"),
        (soap(&change(RECEIPT, TEXT, &"x".repeat(3_000_000))), "The message is too long"),
    ];
    for (message, want) in cases {
        assert_eq!(refusal(message.as_bytes()), want);
    }
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
