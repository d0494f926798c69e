//! Answers that are right, one of each operation, written by hand.

pub const EC: &str = "99000010019";
pub const PROVINCE: &str = "99000030017";
pub const NOTICE: &str = "302000000000000184";
pub const IBAN: &str = "IT80Z0599903600000000001001";
pub const POSTAL_IBAN: &str = "IT52Z0760103600000001002003";
pub const PROVINCE_IBAN: &str = "IT59E0599903600000000002001";

pub fn envelope(payload: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:paf="http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd">
<soapenv:Header/><soapenv:Body>{payload}</soapenv:Body></soapenv:Envelope>"#
    )
}

const OPTION: &str = "<paymentList><paymentOptionDescription><amount>120.00</amount><options>EQ</options>\
    <dueDate>2027-06-30</dueDate><detailDescription>Prima rata</detailDescription><allCCP>false</allCCP>\
    </paymentOptionDescription></paymentList><paymentDescription>Tassa di prova</paymentDescription>\
    <fiscalCodePA>99000010019</fiscalCodePA><companyName>Comune di Borgo Varco</companyName>\
    <officeName>Tributi</officeName>";

pub fn verify() -> String {
    envelope(&format!(
        "<paf:paVerifyPaymentNoticeRes><outcome>OK</outcome>{OPTION}</paf:paVerifyPaymentNoticeRes>"
    ))
}

pub fn demand() -> String {
    envelope(&format!(
        "<paf:paDemandPaymentNoticeResponse><outcome>OK</outcome><qrCode><fiscalCode>{EC}</fiscalCode>\
         <noticeNumber>{NOTICE}</noticeNumber></qrCode>{OPTION}</paf:paDemandPaymentNoticeResponse>"
    ))
}

pub fn get_v1() -> String {
    envelope(&format!("<paf:paGetPaymentRes><outcome>OK</outcome>{}</paf:paGetPaymentRes>", data("")))
}

pub fn get_v2() -> String {
    let named = "<companyName>Comune di Borgo Varco</companyName>";
    envelope(&format!(
        "<paf:paGetPaymentV2Response><outcome>OK</outcome>{}</paf:paGetPaymentV2Response>",
        data(named)
    ))
}

/// A payment with a digital stamp as its second part.
pub fn get_with_stamp() -> String {
    let hash = "m8lPXZ6LhLDTrmDYTh8BHl84v2aY2yiXyx6HSSRgFGE=";
    let stamp = format!(
        "<richiestaMarcaDaBollo><hashDocumento>{hash}</hashDocumento><tipoBollo>01</tipoBollo>\
         <provinciaResidenza>RM</provinciaResidenza></richiestaMarcaDaBollo>"
    );
    get_v2().replace(&format!("<IBAN>{PROVINCE_IBAN}</IBAN>"), &stamp)
}

fn data(named: &str) -> String {
    let transfer = |number: u8, amount: &str, ec: &str, iban: &str, name: &str| {
        format!(
            "<transfer><idTransfer>{number}</idTransfer><transferAmount>{amount}</transferAmount>\
             <fiscalCodePA>{ec}</fiscalCodePA>{name}<IBAN>{iban}</IBAN>\
             <remittanceInformation>/RFB/02000000000000184/{amount}</remittanceInformation>\
             <transferCategory>9/0101100IM/</transferCategory><metadata><mapEntry><key>CAPITOLO</key>\
             <value>12</value></mapEntry></metadata></transfer>"
        )
    };
    format!(
        "<data><creditorReferenceId>02000000000000184</creditorReferenceId><paymentAmount>120.00</paymentAmount>\
         <dueDate>2027-06-30</dueDate><retentionDate>2027-06-30T12:00:00</retentionDate>\
         <lastPayment>1</lastPayment><description>Tassa di prova</description>\
         <companyName>Comune di Borgo Varco</companyName><officeName>Tributi</officeName>\
         <debtor><uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType>\
         <entityUniqueIdentifierValue>VRCGNN80A01H501H</entityUniqueIdentifierValue></uniqueIdentifier>\
         <fullName>Gianna Varchi</fullName><streetName>Via Roma</streetName><civicNumber>1</civicNumber>\
         <postalCode>00100</postalCode><city>Roma</city><stateProvinceRegion>RM</stateProvinceRegion>\
         <country>IT</country><e-mail>gianna@example.it</e-mail></debtor>\
         <transferList>{}{}</transferList>\
         <metadata><mapEntry><key>ANNORIFERIMENTO</key><value>2026</value></mapEntry></metadata></data>",
        transfer(1, "100.00", EC, IBAN, named),
        transfer(2, "20.00", PROVINCE, PROVINCE_IBAN, ""),
    )
}

pub fn receipt(root: &str) -> String {
    envelope(&format!("<paf:{root}><outcome>OK</outcome></paf:{root}>"))
}

/// A refusal.
pub fn ko(root: &str, code: &str) -> String {
    envelope(&format!(
        "<paf:{root}><outcome>KO</outcome><fault><faultCode>{code}</faultCode>\
         <faultString>Il pagamento risulta sconosciuto</faultString><id>{EC}</id>\
         <description>nulla</description></fault></paf:{root}>"
    ))
}
