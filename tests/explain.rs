//! What is said about messages and fault codes.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use varco::soap::{Limits, read_request};

fn explain(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_varco"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("explain").args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What is said about a message, as JSON, and the exit status.
fn told(message: &str, more: &[&str]) -> (Value, i32) {
    let arguments: Vec<&str> = ["-", "--json"].into_iter().chain(more.iter().copied()).collect();
    let output = explain(&arguments, message);
    let json = serde_json::from_slice(&output.stdout);
    (json.unwrap_or_else(|_| panic!("{}", text(&output))), output.status.code().unwrap())
}

fn message(root: &str, inside: &str) -> String {
    format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'>\n<s:Body>\n\
         <p:{root} xmlns:p='http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd'>\n{inside}</p:{root}>\n</s:Body>\n</s:Envelope>"
    )
}

/// The rule and the path of each remark.
fn remarks(told: &Value) -> Vec<(String, String)> {
    let all = told["remarks"].as_array().unwrap().iter();
    all.map(|remark| {
        let path = remark["place"]["path"].as_str().unwrap_or_default();
        (remark["rule"].as_str().unwrap().to_owned(), path.to_owned())
    })
    .collect()
}

const VERIFY: &str = "<idPA>77777777777</idPA>\n<idBrokerPA>77777777777</idBrokerPA>\n\
    <idStation>77777777777_01</idStation>\n<qrCode><fiscalCode>77777777777</fiscalCode>\
    <noticeNumber>302000000000000184</noticeNumber></qrCode>\n";

#[test]
fn a_message_is_named_with_its_direction_and_what_follows() {
    let (told, status) = told(&message("paVerifyPaymentNoticeReq", VERIFY), &[]);
    assert_eq!(status, 0, "{told}");
    assert!(told["what"].as_str().unwrap().starts_with("paVerifyPaymentNoticeReq: the question"));
    assert_eq!(told["direction"], "from the node to the creditor's system");
    assert!(told["next"].as_str().unwrap().contains("nothing is locked"));
    assert_eq!(told["remarks"].as_array().unwrap().len(), 0);
}

#[test]
fn every_rule_that_is_broken_is_told_with_its_place_and_not_only_the_first() {
    let broken = "<idPA></idPA>\n<idStation>77777777777_01</idStation>\n<nickName>Mario</nickName>\n\
        <qrCode><fiscalCode>RSSMRA80A01H501U</fiscalCode><noticeNumber>12</noticeNumber>\
        <noticeNumber>12</noticeNumber></qrCode>\n";
    let (told, status) = told(&message("paVerifyPaymentNoticeReq", broken), &[]);
    assert_eq!(status, 1);
    let expected = [
        ("schema-value", "/paVerifyPaymentNoticeReq/idPA"),
        ("schema-missing", "/paVerifyPaymentNoticeReq"),
        ("schema-unexpected", "/paVerifyPaymentNoticeReq"),
        ("schema-value", "/paVerifyPaymentNoticeReq/qrCode/fiscalCode"),
        ("schema-value", "/paVerifyPaymentNoticeReq/qrCode/noticeNumber"),
        ("schema-repeated", "/paVerifyPaymentNoticeReq/qrCode"),
    ];
    let expected: Vec<(String, String)> =
        expected.iter().map(|(rule, path)| ((*rule).to_owned(), (*path).to_owned())).collect();
    assert_eq!(remarks(&told), expected, "{told}");
    let missing = &told["remarks"][1];
    assert_eq!(missing["message"], "idBrokerPA is missing before idStation");
    assert_eq!((missing["place"]["line"].as_u64(), missing["place"]["column"].as_u64()), (Some(5), Some(1)));
    assert!(missing["mend"].as_str().unwrap().contains("mandatory"));
    let said = told.to_string();
    assert!(!said.contains("RSSMRA") && !said.contains("Mario"), "{said}");
}

#[test]
fn an_answer_is_judged_as_the_node_does() {
    let answer = |sum: &str| {
        message(
            "paGetPaymentRes",
            &format!(
                "<outcome>OK</outcome><data><creditorReferenceId>02000000000000184</creditorReferenceId>\
                 <paymentAmount>{sum}</paymentAmount><dueDate>2026-12-01</dueDate><description>Mensa</description>\
                 <debtor><uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType>\
                 <entityUniqueIdentifierValue>ANONIMO</entityUniqueIdentifierValue></uniqueIdentifier>\
                 <fullName>ANONIMO</fullName></debtor><transferList><transfer><idTransfer>1</idTransfer>\
                 <transferAmount>1.00</transferAmount><fiscalCodePA>77777777777</fiscalCodePA>\
                 <IBAN>IT60X0542811101000000123456</IBAN><remittanceInformation>Mensa</remittanceInformation>\
                 <transferCategory>9/0101002IM/</transferCategory></transfer></transferList></data>"
            ),
        )
    };
    let (right, status) = told(&answer("1.00"), &[]);
    assert_eq!(status, 0, "{right}");
    let (wrong, status) = told(&answer("2.00"), &[]);
    assert_eq!(status, 1);
    assert!(remarks(&wrong).iter().any(|(rule, _)| rule == "sum-of-transfers"), "{wrong}");
    assert!(wrong["seen_by_psp"].as_str().unwrap().starts_with("PPT_STAZIONE_INT_PA_ERRORE_RESPONSE"));

    // Held against what was asked, an answer for another reference is wrong.
    let folder = tempfile::tempdir().unwrap();
    let request = folder.path().join("request.xml");
    fs::write(
        &request,
        message("paGetPaymentReq", &VERIFY.replace("302000000000000184", "302000000000000285")),
    )
    .unwrap();
    let (told, _) = told(&answer("1.00"), &["--asked", request.to_str().unwrap()]);
    assert!(!remarks(&told).is_empty(), "{told}");
}

#[test]
fn the_fault_in_a_refusal_is_explained() {
    let refusal = "<outcome>KO</outcome><fault><faultCode>PAA_PAGAMENTO_DUPLICATO</faultCode>\
        <faultString>x</faultString><id>77777777777</id><description>Mario Rossi</description></fault>";
    let (told, status) = told(&message("paVerifyPaymentNoticeRes", refusal), &[]);
    assert_eq!(status, 0, "{told}");
    assert_eq!(told["codes"][0]["code"], "PAA_PAGAMENTO_DUPLICATO");
    assert!(told["seen_by_psp"].as_str().unwrap().starts_with("PPT_ERRORE_EMESSO_DA_PAA"));
    assert!(!told.to_string().contains("Rossi"));
}

#[test]
fn what_is_no_message_is_said_without_repeating_it() {
    for (input, what) in [
        ("Mario Rossi", "something that is no readable XML"),
        ("<a>&Rossi;</a>", "something that is no readable XML"),
        ("<Rossi>1</Mario>", "something that is no readable XML"),
        ("<Rossi/>", "XML whose root element is none of the contract's"),
    ] {
        let (told, _) = told(input, &[]);
        assert_eq!(told["what"], what, "{input}");
        assert!(!told.to_string().contains("Rossi"), "{told}");
    }
    let fault = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault>\
        <faultcode>s:Client</faultcode><faultstring>Mario Rossi</faultstring></s:Fault></s:Body></s:Envelope>";
    let (told, status) = told(fault, &[]);
    assert!(told["next"].as_str().unwrap().contains("the sender of the request"), "{told}");
    assert_eq!(status, 1, "the contract knows no soap:Fault");
}

#[test]
fn a_name_in_the_place_of_a_fault_code_is_not_repeated() {
    let refusal = "<outcome>KO</outcome><fault><faultCode>RSSMRA80A01H501U</faultCode><faultString>x</faultString>\
        <id>77777777777</id></fault>";
    let (told, _) = told(&message("paVerifyPaymentNoticeRes", refusal), &[]);
    assert!(!told.to_string().contains("RSSMRA"), "{told}");
}

#[test]
fn hostile_messages_are_explained_in_time_and_never_called_right() {
    let begun = std::time::Instant::now();
    let many = message("paVerifyPaymentNoticeReq", &"<idPA>1</idPA>\n".repeat(20_000));
    let (found, status) = told(&many, &[]);
    assert_eq!((status, found["remarks"].as_array().unwrap().len()), (1, 500));
    assert_eq!(found["remarks"][499]["rule"], "schema-repeated");
    let (large, status) = told(&message("paVerifyPaymentNoticeReq", &"<a/>".repeat(120_000)), &[]);
    assert_eq!((status, large["remarks"][0]["rule"].as_str()), (1, Some("too-large")), "{large}");
    assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[test]
fn messages_of_the_old_interface_are_known_and_the_document_inside_is_looked_into() {
    use base64::Engine;
    let document = "<RT xmlns='http://www.digitpa.gov.it/schemas/2011/Pagamenti/'><versioneOggetto>6.2.0</versioneOggetto></RT>";
    let enclosed = base64::engine::general_purpose::STANDARD.encode(document);
    let message = format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
         <ppt:paaInviaRT xmlns:ppt='http://ws.pagamenti.telematici.gov/'><tipoFirma/><rt>{enclosed}</rt>\
         </ppt:paaInviaRT></s:Body></s:Envelope>"
    );
    let (told, status) = told(&message, &[]);
    assert_eq!(status, 1, "the RT is not complete");
    assert!(told["what"].as_str().unwrap().starts_with("paaInviaRT: the receipt (RT)"), "{told}");
    assert_eq!(told["remarks"].as_array().unwrap().len(), 0, "{told}");
    let inside = &told["enclosed"][0];
    assert!(inside["what"].as_str().unwrap().starts_with("inside rt: RT"), "{told}");
    assert!(inside["remarks"].as_array().unwrap().len() > 4, "{told}");
    assert_eq!(explain(&["PPT_RPT_SCONOSCIUTA"], "").status.code(), Some(0));
}

#[test]
fn codes_are_explained_by_themselves() {
    let known = explain(&["PAA_PAGAMENTO_SCADUTO"], "");
    assert_eq!(known.status.code(), Some(0));
    let told = text(&known);
    for part in ["PAA_PAGAMENTO_SCADUTO", "meaning: Il pagamento risulta scaduto", "whose fault:", "to do:"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(explain(&["PPT_STAZIONE_INT_PA_TIMEOUT"], "").status.code(), Some(0));
    assert_eq!(explain(&["PAA_CIAO"], "").status.code(), Some(1));
    assert_eq!(explain(&["/nonexistent/message.xml"], "").status.code(), Some(2));
}

#[test]
fn every_code_of_the_fixtures_is_known() {
    let mut codes = BTreeSet::new();
    for file in fixtures("fixtures/paForNode".as_ref(), ".response.xml") {
        let text = fs::read_to_string(file).unwrap();
        let found = text.split("<faultCode>").skip(1).filter_map(|rest| rest.split_once('<'));
        codes.extend(found.map(|(code, _)| code.to_owned()));
    }
    assert!(codes.len() > 8, "{codes:?}");
    for code in codes.iter().filter(|code| !code.contains('{')) {
        assert_eq!(explain(&[code], "").status.code(), Some(0), "{code}");
    }
}

#[test]
fn requests_are_found_wrong_exactly_where_the_server_refuses_them() {
    let variables = [
        ("${EC}", "77777777777"),
        ("${BROKER}", "77777777777"),
        ("${STATION}", "77777777777_01"),
        ("${IBAN}", "IT60X0542811101000000123456"),
        ("${POSTAL_IBAN}", "IT52Z0760103600000001002003"),
        ("${PROVINCE}", "88888888888"),
        ("${PROVINCE_IBAN}", "IT60X0542811101000000123456"),
        ("${OTHER_BROKER}", "99999999999"),
    ];
    let (mut judged, mut differing) = ([0, 0], Vec::new());
    for file in fixtures("fixtures/paForNode".as_ref(), ".request.xml") {
        let Ok(mut request) = fs::read_to_string(&file) else { continue };
        for (name, value) in variables {
            request = request.replace(name, value);
        }
        while let Some((before, (name, after))) =
            request.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            let number = if name.starts_with("IUV") { "02000000000000184" } else { "302000000000000184" };
            request = format!("{before}{number}{after}");
        }
        let taken = read_request(request.as_bytes(), &Limits::default()).is_ok();
        // The one leniency of the server is for the standIn of receipts.
        if taken && request.matches("standIn").count() + request.matches("standin").count() > 0 {
            continue;
        }
        let (told, status) = told(&request, &[]);
        if (status == 0) != taken {
            differing.push(format!("{}: {told}", file.display()));
        }
        judged[usize::from(taken)] += 1;
    }
    assert!(differing.is_empty(), "{differing:#?}");
    assert!(judged[0] > 15 && judged[1] > 30, "{judged:?}");
}

fn fixtures(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(fixtures(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found
}
