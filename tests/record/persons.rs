//! Who is in the fixtures, and whether anything of them is somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The elements of the fixtures that tell of persons: who they are, where they live, what they owe and own.
const TELLING: [&str; 17] = [
    "fullName",
    "entityUniqueIdentifierValue",
    "streetName",
    "city",
    "e-mail",
    "description",
    "paymentDescription",
    "remittanceInformation",
    "paymentNote",
    "value",
    "veicoloTarga",
    "codiceFiscale",
    "nome",
    "cognome",
    "anagraficaPagatore",
    "IBAN",
    "receiptId",
];

/// Everything that the requests of the fixtures tell of persons, enclosed documents included.
pub fn of_fixtures() -> BTreeSet<String> {
    let mut persons = BTreeSet::new();
    let mut folders = vec![Path::new("fixtures/paForNode").to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(".request.xml") {
                gather(&String::from_utf8_lossy(&fs::read(&path).unwrap()), &mut persons);
            }
        }
    }
    persons.retain(|text| text.len() >= 5 && text != "ANONIMO" && !text.contains("${"));
    persons
}

fn gather(text: &str, into: &mut BTreeSet<String>) {
    let Ok(document) = roxmltree::Document::parse(text.trim_start_matches('\u{feff}')) else { return };
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let text = node.text().unwrap_or_default().trim();
        if TELLING.contains(&node.tag_name().name()) {
            into.insert(text.to_owned());
        }
        if let Some(inner) = opened(text) {
            gather(&inner, into);
        }
    }
}

/// Where something of them is, in any spelling, in the files of a folder and in what is enclosed in these.
pub fn found_in(folder: &Path, persons: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut texts = vec![String::from_utf8(fs::read(&path).unwrap()).unwrap()];
        if let Ok(document) = roxmltree::Document::parse(&texts[0].clone()) {
            let inner = document.descendants().filter_map(|node| opened(node.text()?));
            texts.extend(inner.collect::<Vec<_>>());
        }
        for text in texts {
            let text = text.to_lowercase();
            let known = persons.iter().filter(|person| text.contains(&person.to_lowercase()));
            found.extend(known.map(|person| format!("{}: {person}", path.display())));
        }
    }
    found
}

fn opened(text: &str) -> Option<String> {
    let compact: String = text.split_whitespace().collect();
    let inner = STANDARD.decode(compact).ok().filter(|inner| inner.len() > 8)?;
    String::from_utf8(inner).ok()
}
