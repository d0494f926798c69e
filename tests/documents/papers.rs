//! Documents as their authors write them, and libxml2 as the judge of ours.

use std::process::Command;

/// A document about accounts of an institution, from a day on.
pub fn ica(ec: &str, (flow, name): (&str, &str), valid_from: &str, ibans: &[&str]) -> String {
    let accounts: String =
        ibans.iter().map(|iban| format!("<ibanAccredito>{iban}</ibanAccredito>")).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<informativaContoAccredito>\n\
         <identificativoFlusso>{flow}</identificativoFlusso>\n\
         <identificativoDominio>{ec}</identificativoDominio>\n<ragioneSociale>{name}</ragioneSociale>\n\
         <dataPubblicazione>2026-11-22T10:00:00</dataPubblicazione>\n\
         <dataInizioValidita>{valid_from}</dataInizioValidita>\n\
         <contiDiAccredito>{accounts}</contiDiAccredito>\n</informativaContoAccredito>"
    )
}

/// A document about who an institution is.
pub fn counterpart(ec: &str, flow: &str, name: &str) -> String {
    format!(
        "<informativaControparte><identificativoFlusso>{flow}</identificativoFlusso>\
         <identificativoDominio>{ec}</identificativoDominio><ragioneSociale>{name}</ragioneSociale>\
         <dataPubblicazione>2026-11-22T10:00:00</dataPubblicazione>\
         <dataInizioValidita>2026-12-01T00:00:00</dataInizioValidita>\
         <pagamentiPressoPSP>1</pagamentiPressoPSP><erogazioneServizio><disponibilita>\
         <tipoPeriodo>settimanale</tipoPeriodo><giorno>lunedì</giorno><fasciaOraria>\
         <fasciaOrariaDa>08:00:00</fasciaOrariaDa><fasciaOrariaA>12:30:00</fasciaOrariaA></fasciaOraria>\
         </disponibilita></erogazioneServizio></informativaControparte>"
    )
}

/// Checks that libxml2 finds a document valid by our schema.
pub fn is_valid(document: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document.xml");
    std::fs::write(&file, document).unwrap();
    let arguments = ["--noout", "--nonet", "--schema", "xsd/documents.xsd"];
    let output = Command::new("xmllint").args(arguments).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}\n{document}", String::from_utf8_lossy(&output.stderr));
}
