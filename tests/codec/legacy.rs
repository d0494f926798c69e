//! Messages and documents of the old interface: written and read, judged by libxml2, and read as old systems write
//! them.

use crate::damage::{judge, mutate};
use crate::sample::Sampler;
use std::collections::BTreeMap;
use varco::soap::legacy::{self, Refusal, Service};
use varco::soap::{FaultCode, Limits};
use varco::wire::pagamenti::{Rpt, Rt};
use varco::wire::{
    Bounds, FacetError, Reader, Rule, Violation, Writer, pagamenti_telematici_ccp, pagamenti_telematici_rpt,
    pagamenti_telematici_rt, read_document, read_document_leniently, richiesta_avvisi, write_document,
};

const PPT: &str = "http://ws.pagamenti.telematici.gov/";
const HEAD: &str = "http://ws.pagamenti.telematici.gov/ppthead";
const PAY: &str = "http://www.digitpa.gov.it/schemas/2011/Pagamenti/";

fn message(header: &str, payload: &str) -> String {
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    format!(
        "<s:Envelope xmlns:s=\"{soap}\"><s:Header>{header}</s:Header><s:Body>{payload}</s:Body></s:Envelope>"
    )
}

fn survives<S: Service + std::fmt::Debug>(service: &str, seed: u64)
where
    S::Request: PartialEq + std::fmt::Debug,
    S::Response: PartialEq + std::fmt::Debug,
{
    let mut sampler = Sampler::of_legacy(service, PPT, seed);
    let mut head = Sampler::of_legacy(service, HEAD, seed + 1);
    // Blanks around a value are dropped, and one of nothing but blanks is none.
    (sampler.plain, head.plain) = (true, true);
    let limits = Limits::default();
    for operation in S::all() {
        for _ in 0..100 {
            let header = operation.header_root().map_or(String::new(), |root| head.payload(root.local));
            let text = message(&header, &sampler.payload(operation.request_root().local));
            let first = legacy::read_request::<S>(text.as_bytes(), &limits);
            let first = first.unwrap_or_else(|error| panic!("{error:?}: {text}"));
            let written = legacy::write_request::<S>(&first);
            assert_eq!(legacy::read_request::<S>(&written, &limits).unwrap(), first);
            assert_eq!(S::of(&first).name(), operation.name());

            let text = message("", &sampler.payload(operation.response_root().local));
            let first = legacy::read_response(text.as_bytes(), *operation, &limits);
            let first = first.unwrap_or_else(|error| panic!("{error:?}: {text}"));
            let written = legacy::write_response::<S>(&first);
            assert_eq!(legacy::read_response(&written, *operation, &limits).unwrap(), first);
        }
    }
}

#[test]
fn every_message_of_the_old_interface_survives_writing_and_reading() {
    survives::<pagamenti_telematici_ccp::Operation>("PagamentiTelematiciCCP", 1);
    survives::<pagamenti_telematici_rt::Operation>("PagamentiTelematiciRT", 2);
    survives::<pagamenti_telematici_rpt::Operation>("PagamentiTelematiciRPT", 3);
    survives::<richiesta_avvisi::Operation>("RichiestaAvvisi", 4);
}

/// A document, strictly read, as it is written.
fn rewritten(root: &str, text: &str) -> Result<Vec<u8>, Violation> {
    match root {
        "RPT" => read_document::<Rpt>(text.as_bytes(), Bounds::default()).map(|one| write_document(&one)),
        _ => read_document::<Rt>(text.as_bytes(), Bounds::default()).map(|one| write_document(&one)),
    }
}

/// The few cases in which we know better than libxml2 2.9: it forgets to collapse the blanks of dates, and takes
/// nearly any text for base64; and what SOAP forbids.
fn explained(text: &str, ours: &Result<Vec<u8>, Violation>) -> bool {
    let dates = ["dataOra", "dataEsec", "dataEsito", "riferimentoData"];
    match ours.as_ref().map_err(Violation::rule) {
        Ok(_) => dates.iter().any(|name| {
            text.split(&format!("<p:{name}")).skip(1).any(|rest| {
                let value = rest.split_once('>').map_or("", |(_, rest)| rest);
                let value = value.split("</").next().unwrap_or_default();
                value.trim() != value
                    || value.contains("&#32;")
                    || value.contains("<!--")
                    || value.contains("CDATA")
            })
        }),
        Err(Rule::Facet(FacetError::Form("base64")) | Rule::Forbidden(_)) => true,
        Err(_) => false,
    }
}

#[test]
fn libxml2_judges_mutants_of_rpt_and_rt_alike() {
    let folder = std::env::temp_dir().join(format!("varco-rpt-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut sampler = Sampler::of_legacy("documents", PAY, 7);
    let mut cases = BTreeMap::new();
    for at in 0..1500 {
        let root = ["RPT", "RT"][at % 2];
        let mut text = sampler.payload(root);
        let damage = sampler.random.pick(&[&0_usize, &0, &1, &1]);
        for _ in 0..*damage {
            text = mutate(&text, &mut sampler.random);
        }
        let name = format!("{at}.xml");
        std::fs::write(folder.join(&name), &text).unwrap();
        if let Ok(written) = rewritten(root, &text) {
            let name = format!("{at}-written.xml");
            std::fs::write(folder.join(&name), &written).unwrap();
            cases.insert(name, (root, String::from_utf8(written).unwrap()));
        }
        cases.insert(name, (root, text));
    }
    let verdicts = judge("xsd/legacy/pagamenti.xsd", &folder, &cases.keys().cloned().collect::<Vec<_>>());
    std::fs::remove_dir_all(&folder).unwrap();
    let mut wrong = Vec::new();
    for (name, (root, text)) in &cases {
        let theirs = verdicts.get(name).copied().unwrap_or_default();
        let ours = rewritten(root, text);
        if ours.is_ok() != theirs && !explained(text, &ours) {
            wrong.push(format!("{name}: libxml2 {theirs}, ours {:?}: {text}", ours.err()));
        }
    }
    assert!(wrong.is_empty(), "{} unexplained:\n{}", wrong.len(), wrong[..wrong.len().min(5)].join("\n\n"));
}

#[test]
fn libxml2_accepts_every_payload_that_is_written() {
    let folder = std::env::temp_dir().join(format!("varco-ppt-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut files = Vec::new();
    let mut take = |name: String, write: &dyn Fn(&mut Writer)| {
        let mut writer = Writer::new();
        write(&mut writer);
        std::fs::write(folder.join(&name), writer.finish()).unwrap();
        files.push(name);
    };
    let mut sampler = Sampler::of_legacy("PagamentiTelematiciRPT", PPT, 9);
    for operation in pagamenti_telematici_rpt::Operation::ALL {
        for at in 0..40 {
            let payload = sampler.payload(operation.response_root().local);
            let mut reader = Reader::new(payload.as_bytes(), Bounds::default()).unwrap();
            let response = operation.read_response(&mut reader).unwrap();
            take(format!("{}{at}.xml", operation.name()), &|to| response.write(to));
        }
    }
    for operation in pagamenti_telematici_ccp::Operation::ALL {
        for at in 0..40 {
            let payload = sampler.payload(operation.response_root().local);
            let mut reader = Reader::new(payload.as_bytes(), Bounds::default()).unwrap();
            let response = operation.read_response(&mut reader).unwrap();
            take(format!("{}{at}.xml", operation.name()), &|to| response.write(to));
        }
    }
    let verdicts = judge("xsd/legacy/ppt.xsd", &folder, &files);
    std::fs::remove_dir_all(&folder).unwrap();
    let refused: Vec<&String> = files.iter().filter(|name| verdicts.get(*name) != Some(&true)).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

const STATE: &str = "<identificativoIntermediarioPA>1</identificativoIntermediarioPA>\
    <identificativoStazioneIntermediarioPA>1_01</identificativoStazioneIntermediarioPA>\
    <password>segreta1</password><identificativoDominio>77777777777</identificativoDominio>\
    <identificativoUnivocoVersamento>01</identificativoUnivocoVersamento>\
    <codiceContestoPagamento>c</codiceContestoPagamento>";

fn read(
    text: &str,
) -> Result<pagamenti_telematici_rpt::Request, Refusal<pagamenti_telematici_rpt::Operation>> {
    legacy::read_request(text.as_bytes(), &Limits::default())
}

#[test]
fn old_systems_are_read_as_they_write() {
    let root = |attributes: &str, inside: &str| {
        format!("<nodoChiediStatoRPT {attributes}>{inside}</nodoChiediStatoRPT>")
    };
    let wanted =
        read(&message("", &format!("<p:nodoChiediStatoRPT xmlns:p='{PPT}'>{STATE}</p:nodoChiediStatoRPT>")));
    assert!(wanted.is_ok(), "{wanted:?}");
    let xsi = "xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:t='urn:t'";
    let cases = [
        ("children in the default namespace", root(&format!("xmlns='{PPT}'"), STATE)),
        ("no namespace at all", root("", STATE)),
        ("types of instances", root(&format!("xmlns='{PPT}' {xsi} i:type='t:x'"), STATE)),
        ("blanks around values", root(&format!("xmlns='{PPT}'"), &STATE.replace(">c<", "> c\n<"))),
    ];
    for (what, payload) in cases {
        assert_eq!(read(&message("", &payload)), wanted, "{what}");
    }
}

#[test]
fn the_block_of_the_header_may_insist_and_may_not_be_missing() {
    let block = |attributes: &str| {
        format!(
            "<h:intestazionePPT xmlns:h='{HEAD}' {attributes}>\
             <identificativoIntermediarioPA>1</identificativoIntermediarioPA>\
             <identificativoStazioneIntermediarioPA>1_01</identificativoStazioneIntermediarioPA>\
             <identificativoDominio>77777777777</identificativoDominio>\
             <identificativoUnivocoVersamento>01</identificativoUnivocoVersamento>\
             <codiceContestoPagamento>c</codiceContestoPagamento></h:intestazionePPT>"
        )
    };
    let payload = format!(
        "<p:nodoInviaRPT xmlns:p='{PPT}'><password>segreta1</password><identificativoPSP>A</identificativoPSP>\
         <identificativoIntermediarioPSP>B</identificativoIntermediarioPSP><identificativoCanale>C</identificativoCanale>\
         <tipoFirma/><rpt>QQ==</rpt></p:nodoInviaRPT>"
    );
    let plain = read(&message(&block(""), &payload));
    assert!(matches!(plain, Ok(pagamenti_telematici_rpt::Request::NodoInviaRPT(..))), "{plain:?}");
    let insisting = message(&format!("<x/>{}", block("s:mustUnderstand='1' s:actor='urn:a'")), &payload);
    assert_eq!(read(&insisting), plain);

    let missing = read(&message("", &payload)).unwrap_err();
    let Refusal::Syntax { operation, violation, .. } = missing else { panic!("{missing:?}") };
    assert_eq!(operation, pagamenti_telematici_rpt::Operation::NodoInviaRPT);
    assert_eq!(
        (violation.path(), violation.rule().to_string().contains("intestazionePPT")),
        ("Header", true)
    );

    let strange = message("<x:y xmlns:x='urn:x' s:mustUnderstand='1'/>", &payload);
    let Err(Refusal::Fault(fault)) = read(&strange) else { panic!() };
    assert_eq!(fault.code, FaultCode::MustUnderstand);
    let Err(Refusal::Fault(fault)) = read(&message("", "<paaInviaRT/>")) else { panic!() };
    assert_eq!(fault.code, FaultCode::Client, "of another service");
}

#[test]
fn names_order_number_and_facets_are_held_as_ever() {
    let broken = [
        ("names", STATE.replace("password", "Password")),
        ("order", STATE.replace("<password>segreta1</password>", "") + "<password>segreta1</password>"),
        ("number", STATE.to_owned() + "<codiceContestoPagamento>c</codiceContestoPagamento>"),
        ("facets", STATE.replace("segreta1", "corta")),
    ];
    for (what, inside) in broken {
        let payload = format!("<p:nodoChiediStatoRPT xmlns:p='{PPT}'>{inside}</p:nodoChiediStatoRPT>");
        let refused = read(&message("", &payload)).unwrap_err();
        let Refusal::Syntax { violation, .. } = refused else { panic!("{what}: {refused:?}") };
        assert!(violation.path().starts_with("nodoChiediStatoRPT"), "{what}: {}", violation.path());
    }
}

#[test]
fn documents_of_old_systems_are_read_leniently() {
    let mut sampler = Sampler::of_legacy("documents", PAY, 21);
    sampler.plain = true;
    for _ in 0..50 {
        let text = sampler.payload("RPT");
        let strict: Rpt = read_document(text.as_bytes(), Bounds::default()).unwrap();
        let bare = text.replace("<p:", "<").replace("</p:", "</");
        assert!(read_document::<Rpt>(bare.as_bytes(), Bounds::default()).is_err());
        let lenient: Rpt = read_document_leniently(bare.as_bytes(), Bounds::default()).unwrap();
        assert_eq!(lenient, strict);
    }
}
