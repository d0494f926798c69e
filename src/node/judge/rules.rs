//! The rules, each with its name, what the node makes of a breach, and how to mend it.

use super::Ppt;

/// How bad a breach is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The answer is wrong.
    Wrong,
    /// The node lets it pass; it should be mended all the same.
    Advice,
}

impl Severity {
    /// The word for reports.
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Wrong => "wrong",
            Severity::Advice => "advice",
        }
    }
}

/// A rule for answers.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, which stays the same from release to release.
    pub id: &'static str,
    /// How bad a breach is.
    pub severity: Severity,
    /// What a payment service provider sees of a breach, if the payment ends there.
    pub seen: Option<Ppt>,
    /// What the rule asks for and how to keep it.
    pub explanation: &'static str,
}

const fn fatal(id: &'static str, explanation: &'static str) -> Rule {
    with(id, Ppt::ErroreResponse, explanation)
}

const fn with(id: &'static str, seen: Ppt, explanation: &'static str) -> Rule {
    Rule { id, severity: Severity::Wrong, seen: Some(seen), explanation }
}

const fn wrong(id: &'static str, explanation: &'static str) -> Rule {
    Rule { id, severity: Severity::Wrong, seen: None, explanation }
}

const fn advice(id: &'static str, explanation: &'static str) -> Rule {
    Rule { id, severity: Severity::Advice, seen: None, explanation }
}

macro_rules! rules {
    ($($name:ident = $form:ident($id:literal $(, $seen:ident)?, $text:literal);)*) => {
        $(
            #[allow(missing_docs, reason = "each says what it means in its explanation")]
            pub static $name: Rule = $form($id, $(Ppt::$seen,)? $text);
        )*
        /// All rules.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    NOT_ROUTED = with("not-routed", Sconosciuta, "The node finds the station by the institution, the aux digit \
        and the code in the notice number. Register the code for the link of institution and station, or issue \
        notices under a code that is registered. The creditor is not called.");
    SWITCHED_OFF = with("station-switched-off", Disabilitata, "The station is switched off in the registry of \
        the platform. Switch it on again; until then the creditor is not called.");
    UNREACHABLE = with("unreachable", Irraggiungibile, "The node needs a TCP connection, a TLS handshake with \
        its client certificate (TLS 1.2 must be enabled, the chain must be complete) and a whole HTTP answer. \
        Check address, port, certificates and firewall.");
    UNAUTHORIZED = with("http-unauthorized", Irraggiungibile, "The forwarder of the platform reports a failed \
        connection as HTTP 401, so that an answer with that status looks like one. Let the node in by its \
        certificate and answer 200.");
    TOO_LATE = with("too-late", Timeout, "The node waits 7 seconds for verifications, activations and demands, \
        and 15 for receipts. Answer before that, if need be with a KO.");
    SLOW = advice("slow", "The service level is 2 seconds for 98 % of the calls of a month. Ask nobody else \
        while the node waits.");
    NOT_ACTIVE = with("service-not-active", ServizioNonAttivo, "Nothing answers a POST at this path. Check the \
        path that is registered for the station, and that the service is deployed there.");
    HTTP_STATUS = fatal("http-status", "Every answer travels with HTTP status 200, a refusal (KO) as well. With \
        any other status the body is not looked at.");
    CONTENT_TYPE = wrong("content-type", "The answer must be declared as XML: Content-Type: text/xml; \
        charset=utf-8.");
    CHARSET = wrong("charset", "The body is UTF-8 and holds letters beyond ASCII, but the Content-Type does not \
        say charset=utf-8. The node then reads it as ISO-8859-1, and payers see garbled names.");
    CHARSET_UNSAID = advice("charset-unsaid", "Say charset=utf-8 in the Content-Type: without it the first \
        accented letter will be garbled.");
    ENVELOPE = fatal("envelope", "The body must be one SOAP 1.1 envelope in well-formed UTF-8, without a document \
        type, with the answer as the only element of its Body.");
    SOAP_FAULT = fatal("soap-fault", "The contract knows no soap:Fault. Refuse with outcome KO and a fault inside \
        the response of the operation.");
    PAYLOAD_ROOT = fatal("payload-root", "The Body must hold the response element of the operation that was \
        asked, in the namespace http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd.");
    SCHEMA_MISSING = fatal("schema-missing", "The schema makes the element mandatory at this place. Send it, in \
        the order of the schema, without a namespace.");
    SCHEMA_UNEXPECTED = fatal("schema-unexpected", "The schema has no such element, attribute or text at this \
        place, or not in this order, or not in this namespace.");
    SCHEMA_REPEATED = fatal("schema-repeated", "The element occurs more often than the schema allows.");
    SCHEMA_VALUE = fatal("schema-value", "The value breaks its type in the schema. An empty element is never a \
        way to say nothing: leave an optional element out. Amounts have a dot and exactly two decimals; dates \
        are YYYY-MM-DD.");
    OK_WITH_FAULT = fatal("ok-with-fault", "A fault belongs to outcome KO. Leave it out of an OK.");
    KO_WITHOUT_FAULT = fatal("ko-without-fault", "A KO must say why: send a fault with faultCode, faultString and \
        id.");
    FAULT_EMPTY = fatal("fault-empty", "faultCode, faultString and id are mandatory in a fault and must say \
        something.");
    FAULT_CODE = advice("fault-code", "The code is none of the contract's. It passes, but no payment service \
        provider will know what to tell the payer.");
    FAULT_ID = advice("fault-id", "The id of a fault should be the fiscal code of the institution that was \
        asked.");
    KO_WITH_DATA = advice("ko-with-data", "A refusal carries nothing but its fault.");
    MANDATORY = fatal("mandatory", "The schema calls the element optional only so that a KO can leave it out. \
        With OK the node insists on it.");
    SUM = fatal("sum-of-transfers", "paymentAmount must be the sum of all transferAmount, to the cent. Compute \
        in whole cents.");
    DUPLICATE = fatal("duplicate-transfer", "Each transfer has an idTransfer of its own, from 1 to 5.");
    UNKNOWN_EC = fatal("unknown-ec", "Every fiscalCodePA of a transfer must be an institution that is registered \
        and enabled on the platform.");
    UNKNOWN_IBAN = fatal("unknown-iban", "Every account must be registered on the platform for the institution \
        of its transfer, seven days before it is used.");
    EC_OF_ANSWER = wrong("ec-of-answer", "The institution in the answer must be the one that was asked (idPA).");
    REFERENCE = wrong("reference", "creditorReferenceId must be the IUV of the notice: its number without the \
        aux digit, or without the first three digits with aux digit 0.");
    POSTAL_ACCOUNT = advice("postal-account", "The intermediary asked for a postal account (transferType POSTAL): \
        where the notice has a postal account printed on it, the first transfer must go there.");
    IBAN_APPOGGIO = advice("iban-appoggio", "With transferType PAGOPA every transfer should name its alternative \
        account under the metadata key IBANAPPOGGIO, or none should.");
    OPTIONS = advice("options", "A notice is paid for exactly its amount: options should be EQ.");
    DUE_DATE_OFFSET = advice("due-date-offset", "A due date is a plain day, without an offset: readers in another \
        zone would shift it.");
    DUE_DATE_FAR = advice("due-date-far", "A due date so far away is a placeholder, and front ends may hide it. \
        Send the day that is printed on the notice.");
    BLANK = advice("blank-text", "The text is blank or a filler. Leave an optional element out; a mandatory one \
        should say something to the payer.");
    CATEGORY = advice("category", "transferCategory should be a code of the taxonomy, such as 9/0101002IM/.");
    NOTICE_EC = wrong("notice-ec", "The new notice must be one of the institution that was asked.");
    NOTICE_CODE = wrong("notice-code", "The new notice must have a number that leads back to this station, or \
        the node will never find it.");
    CHECK_DIGITS = advice("check-digits", "The last two digits of a new notice should be its check digits: the \
        others modulo 93.");
    RECEIPT_DUPLICATE = advice("receipt-duplicate", "A receipt that comes again should be answered OK: the node \
        wants to know that it is kept, and it is.");
    RECEIPT_REFUSED = advice("receipt-refused", "A receipt cannot be refused: the money has moved, and the node \
        does not try again after a KO. Keep it, answer OK, and settle the rest among people.");
    PROBE = wrong("probe", "While stand-in is open the node asks for the notice 000000000000000000 and takes KO \
        PAA_PAGAMENTO_SCONOSCIUTO as the sign that the station is back. Let no other check answer first.");
    DESCRIPTION_DIFFERS = advice("description-differs", "The payer was shown another description when the notice \
        was verified.");
    COMPANY_DIFFERS = advice("company-differs", "The payer was shown another name of the institution when the \
        notice was verified.");
    DUE_DATE_DIFFERS = advice("due-date-differs", "The payer was shown another due date when the notice was \
        verified.");
    ALL_CCP_DIFFERS = advice("all-ccp-differs", "The verification said that every transfer has a postal account \
        (allCCP), but the activation for a postal payment names another.");
    EXPECTED = wrong("expected", "The answer is well-formed, but not the one that this test expects.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own_and_says_what_to_do() {
        let mut names = std::collections::BTreeSet::new();
        for rule in RULES {
            assert!(names.insert(rule.id), "{} twice", rule.id);
            assert!(rule.explanation.ends_with('.'), "{}", rule.id);
            assert!(rule.seen.is_none() || rule.severity == Severity::Wrong, "{}", rule.id);
        }
    }
}
