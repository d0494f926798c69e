//! Every rule of the schema: what is refused, with the path, line and column that an operator gets.

use crate::payload::{request, response};
use proptest::prelude::*;
use varco::wire::pa_for_node::*;
use varco::wire::{Base64, FacetError, PlainText, Rule, Violation};

const VERIFY: &str = "\
<x:paVerifyPaymentNoticeReq xmlns:x=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\">
  <idPA>77777777777</idPA>
  <idBrokerPA>77777777777</idBrokerPA>
  <idStation>77777777777_01</idStation>
  <qrCode>
    <fiscalCode>77777777777</fiscalCode>
    <noticeNumber>302000100000009424</noticeNumber>
  </qrCode>
</x:paVerifyPaymentNoticeReq>
";

pub const RECEIPT: &str = "\
<x:paSendRTV2Request xmlns:x=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\">
<idPA>77777777777</idPA>
<idBrokerPA>77777777777</idBrokerPA>
<idStation>77777777777_01</idStation>
<receipt>
<receiptId>c110729d258c4ab1b765fe902aae41d6</receiptId>
<noticeNumber>302000100000009424</noticeNumber>
<fiscalCode>77777777777</fiscalCode>
<outcome>OK</outcome>
<creditorReferenceId>02000100000009424</creditorReferenceId>
<paymentAmount>30.00</paymentAmount>
<description>Tassa rifiuti</description>
<companyName>Comune di Prova</companyName>
<debtor><uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType><entityUniqueIdentifierValue>ANONIMO</entityUniqueIdentifierValue></uniqueIdentifier><fullName>ANONIMO</fullName><e-mail>a@b.it</e-mail></debtor>
<transferList>
<transfer><idTransfer>1</idTransfer><transferAmount>20.00</transferAmount><fiscalCodePA>77777777777</fiscalCodePA><IBAN>IT96R0123454321000000012345</IBAN><remittanceInformation>TARI</remittanceInformation><transferCategory>9/0101002IM/</transferCategory></transfer>
<transfer><idTransfer>2</idTransfer><transferAmount>10.00</transferAmount><fiscalCodePA>77777777777</fiscalCodePA><companyName>Altro ente</companyName><MBDAttachment>QUJD</MBDAttachment><remittanceInformation>TEFA</remittanceInformation><transferCategory>9/0101002IM/</transferCategory><metadata><mapEntry><key>K</key><value>V</value></mapEntry></metadata></transfer>
</transferList>
<idPSP>PSP01</idPSP>
<PSPCompanyName>Banca di Prova</PSPCompanyName>
<idChannel>PSP01_01</idChannel>
<channelDescription>app</channelDescription>
<paymentMethod>creditCard</paymentMethod>
<fee>1.50</fee>
<paymentDateTime>2025-05-13T10:20:30.5+02:00</paymentDateTime>
<applicationDate>2025-05-13</applicationDate>
<transferDate>2025-05-14Z</transferDate>
<standIn>false</standIn>
</receipt>
</x:paSendRTV2Request>
";

fn fail(text: &str) -> Violation {
    request(text).err().or_else(|| response(text).err()).unwrap_or_else(|| panic!("accepted: {text}"))
}

/// Replaces once and demands that there was something to replace.
pub fn change(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} is not in the message");
    text.replacen(from, to, 1)
}

#[test]
fn violations_name_rule_path_line_and_column() {
    let pattern = |pattern| Rule::Facet(FacetError::Pattern(pattern));
    let length = |min, max| Rule::Facet(FacetError::Length { min, max });
    let cases = [
        ("302000100000009424", "30200010000000942", pattern("[0-9]{18}"), "qrCode/noticeNumber", (7, 19)),
        ("302000100000009424", "3020001000000094245", pattern("[0-9]{18}"), "qrCode/noticeNumber", (7, 19)),
        ("302000100000009424", " 302000100000009424", pattern("[0-9]{18}"), "qrCode/noticeNumber", (7, 19)),
        ("<fiscalCode>7", "<fiscalCode>", length(11, 11), "qrCode/fiscalCode", (6, 17)),
        ("<fiscalCode>7", "<fiscalCode>A", pattern("[0-9]{11}"), "qrCode/fiscalCode", (6, 17)),
        ("<idPA>77777777777", "<idPA>", length(1, 35), "idPA", (2, 9)),
        ("<idPA>77777777777</idPA>", "<idPA/>", length(1, 35), "idPA", (2, 10)),
        ("  <idPA>77777777777</idPA>\n", "", Rule::Expected("idPA"), "", (2, 3)),
        ("<qrCode>", "<qrCode><x/>", Rule::Expected("fiscalCode"), "qrCode", (5, 11)),
        ("  </qrCode>", "    <x/>\n  </qrCode>", Rule::Unexpected, "qrCode", (8, 5)),
        ("  </qrCode>", "  à</qrCode>", Rule::Text, "qrCode", (8, 3)),
        ("<qrCode>", "<qrCode><![CDATA[ ]]>", Rule::Text, "qrCode", (5, 11)),
        ("<qrCode>", "<qrCode a='1'>", Rule::Attribute, "qrCode", (5, 11)),
        ("<idPA>", "<idPA xml:lang='it'>", Rule::Attribute, "idPA", (2, 9)),
        ("<idPA>7", "<idPA><b/>7", Rule::Unexpected, "idPA", (2, 9)),
        ("<idPA>", "<x:idPA>", Rule::Expected("idPA"), "", (2, 3)),
    ];
    for (from, to, rule, path, (line, column)) in cases {
        let text = change(VERIFY, from, to);
        let found = fail(&text);
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        let position = found.position(text.as_bytes());
        let got = (found.rule().clone(), found.path().to_owned(), (position.line, position.column));
        assert_eq!(got, (rule, format!("paVerifyPaymentNoticeReq{path}"), (line, column)), "{to}");
    }
}

/// What is wrong, and the rule that says so, in receipts.
#[test]
fn receipts_keep_every_facet() {
    let amount = "must be an amount with a dot and exactly two decimals";
    let cases = [
        (">30.00<", ">30,00<", amount),
        (">30.00<", ">30.0<", amount),
        (">30.00<", ">-30.00<", amount),
        (">30.00<", ">٣٠.٠٠<", amount),
        (">30.00<", ">1000000000.00<", "must be between 0.00 and 999999999.99"),
        (">20.00<", ">0.00<", "must be between 0.01 and 999999999.99"),
        ("<outcome>OK", "<outcome>ok", "must be one of OK, KO"),
        ("<outcome>OK", "<outcome> OK", "must be one of OK, KO"),
        ("Type>F<", "Type>X<", "must be one of F, G"),
        ("<idTransfer>2", "<idTransfer>6", "must be one of 1, 2, 3, 4, 5"),
        (
            "<idTransfer>2",
            "<idTransfer>2147483648",
            "must be a whole number between -2147483648 and 2147483647",
        ),
        ("ANONIMO</entity", "</entity", "length must be 2 to 16"),
        ("<fullName>ANONIMO", &format!("<fullName>{}", "à".repeat(71)), "length must be 1 to 70"),
        ("a@b.it", "a@b.", "must match [a-zA-Z0-9_\\.\\+\\-]+@[a-zA-Z0-9\\-]+(\\.[a-zA-Z0-9\\-]+)*"),
        ("a@b.it", &format!("a@{}", "b".repeat(255)), "length must be at most 256"),
        ("QUJD", "QUJ", "must be base64"),
        ("QUJD", "QUJ=", "must be base64"),
        ("10:20:30.5+02:00", "10:20:60", "must be a date and time such as 2026-11-30T14:05:00"),
        ("Date>2025-05-13", "Date>2025-02-29", "must be a date such as 2026-11-30"),
        ("<standIn>false", "<standIn>no", "must be true, false, 1 or 0"),
        ("<IBAN>IT96R0123454321000000012345</IBAN>", "", "expected IBAN or MBDAttachment"),
        ("<MBDAttachment>", "<IBAN>I</IBAN><MBDAttachment>", "expected remittanceInformation"),
        ("<key>K</key><value>V</value>", "<value>V</value><key>K</key>", "expected key"),
        ("<mapEntry><key>K</key><value>V</value></mapEntry>", "", "expected mapEntry"),
        ("<fee>1.50</fee>", "<fee>1.50</fee><fee>1.50</fee>", "element not allowed here"),
        ("<idPSP>PSP01</idPSP>", "", "expected idPSP"),
    ];
    for (from, to, want) in cases {
        assert_eq!(fail(&change(RECEIPT, from, to)).rule().to_string(), want, "{to}");
    }
}

#[test]
fn lists_keep_their_bounds() {
    let start = RECEIPT.find("<transfer>").unwrap();
    let end = RECEIPT.find("</transfer>").unwrap() + "</transfer>".len();
    let transfer = &RECEIPT[start..end];
    for (copies, ok) in [(3, true), (4, false)] {
        let text = change(RECEIPT, transfer, &transfer.repeat(copies + 1));
        let rule = request(&text).map_err(|violation| violation.rule().clone());
        assert_eq!(rule.is_ok(), ok, "{copies}");
        assert!(ok || rule == Err(Rule::TooMany(5)));
    }
    let entry = "<mapEntry><key>K</key><value>V</value></mapEntry>";
    assert!(request(&change(RECEIPT, entry, &entry.repeat(15))).is_ok());
    assert_eq!(fail(&change(RECEIPT, entry, &entry.repeat(16))).rule(), &Rule::TooMany(15));
    let none = format!("{}{}", &RECEIPT[..start], &RECEIPT[RECEIPT.find("</transferList>").unwrap()..]);
    assert_eq!(fail(&none).rule(), &Rule::Expected("transfer"));
}

#[test]
fn what_is_allowed_is_read() {
    let cases = [
        ("Tassa rifiuti", "Tassa<!-- c --> <![CDATA[<rifiuti>]]>&amp;&#xE0;", "Tassa <rifiuti>&à"),
        ("Tassa rifiuti", " \t Tassa ", " \t Tassa "),
        ("Tassa rifiuti", "a\r\nb\rc&#13;", "a\nb\nc\r"),
        ("Tassa rifiuti", "<![CDATA[]]>a", "a"),
        (
            "<description>",
            "<description xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:schemaLocation=\"a b\">",
            "Tassa rifiuti",
        ),
        (
            "<x:paSendRTV2Request xmlns:x=",
            "<x:paSendRTV2Request xmlns:ns2='urn:2' xmlns:ns3=\"urn:3\" xmlns:x=",
            "Tassa rifiuti",
        ),
    ];
    for (from, to, want) in cases {
        let Ok(Request::PaSendRTV2(delivery)) = request(&change(RECEIPT, from, to)) else {
            panic!("refused: {to}")
        };
        assert_eq!(delivery.receipt.description, want);
    }
    let Ok(Request::PaSendRTV2(delivery)) = request(RECEIPT) else { panic!("refused") };
    let second = &delivery.receipt.transfer_list.transfer[1];
    assert_eq!(
        second.iban_or_mbd_attachment,
        IbanOrMbdAttachment::MbdAttachment(Base64::encode(b"ABC").unwrap())
    );
    assert_eq!(second.transfer_amount.cents().get(), 1000);
    assert_eq!(delivery.receipt.payment_date_time.unwrap().to_string(), "2025-05-13T10:20:30.5+02:00");
}

#[test]
fn values_check_themselves_when_built() {
    assert!(Text35::new("x".repeat(35)).is_ok() && Text35::new("à".repeat(35)).is_ok());
    assert_eq!(Text35::new("x".repeat(36)), Err(FacetError::Length { min: 1, max: 35 }));
    assert_eq!(Text35::new(""), Err(FacetError::Length { min: 1, max: 35 }));
    assert_eq!(Text35::new("a\u{1}"), Err(FacetError::Character));
    assert_eq!(Text35::new("\u{FFFE}"), Err(FacetError::Character));
    assert_eq!(Text35::cut(&"è".repeat(50)).unwrap().as_str().chars().count(), 35);
    assert_eq!((Text35::optional(None), Text35::optional(Some(" \n"))), (Ok(None), Ok(None)));
    assert_eq!(Text35::optional(Some("a")), Text35::new("a").map(Some));
    assert_eq!(NoticeNumber::new("٣٠٢٠٠٠١٠٠٠٠٠٠٠٩٤٢٤"), Err(FacetError::Pattern("[0-9]{18}")));
    assert!(DocumentHash::encode(&[7; 32]).is_ok() && DocumentHash::encode(&[7; 64]).is_err());
    assert!(TransferNumber::try_from(5).is_ok() && TransferNumber::try_from(6).is_err());
    assert!(Base64::new("QUJD\n QUJD").is_ok() && Base64::new("Q===").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Any text is refused when it is built, or survives the wire.
    #[test]
    fn texts_survive_or_are_refused(text in any::<String>()) {
        let Ok(string) = PlainText::new(text.clone()) else {
            return Ok(());
        };
        let fault = Fault {
            fault_code: string.clone(),
            fault_string: string.clone(),
            id: string,
            description: None,
            serial: None,
            original_fault_code: None,
            original_fault_string: None,
            original_description: None,
        };
        let sent = Response::PaSendRT(Acknowledgement { outcome: Outcome::Ko, fault: Some(fault) });
        let message = varco::soap::write_response(&sent);
        let limits = varco::soap::Limits::default();
        prop_assert_eq!(varco::soap::read_response(&message, Operation::PaSendRT, &limits), Ok(sent));
    }
}
