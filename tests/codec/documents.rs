//! The documents without an envelope: the same verdict as libxml2's on random damage, and what is written is valid.

use crate::damage::{judge, mutate};
use crate::sample::Sampler;
use std::collections::BTreeMap;
use varco::wire::documents::{AccountNotice, Catalogue, Catalogues, Counterpart, Counterparts};
use varco::wire::{Bounds, Document, FacetError, Rule, Violation, read_document, write_document};

const SAMPLES: usize = 2500;

/// What we write of a document, if it is one.
fn rewritten(root: &str, text: &str) -> Result<Vec<u8>, Violation> {
    fn again<T: Document>(text: &str) -> Result<Vec<u8>, Violation> {
        read_document::<T>(text.as_bytes(), Bounds::default()).map(|document| write_document(&document))
    }
    match root {
        "informativaContoAccredito" => again::<AccountNotice>(text),
        "informativaControparte" => again::<Counterpart>(text),
        "listaInformativeControparte" => again::<Counterparts>(text),
        "informativaPSP" => again::<Catalogue>(text),
        "listaInformativePSP" => again::<Catalogues>(text),
        other => panic!("no document is called {other}"),
    }
}

/// The cases in which we know better than libxml2 2.9, each with its reason.
fn explained(text: &str, ours: &Result<(), Violation>) -> bool {
    let values = |names: &[&str]| -> Vec<String> {
        let tags = text.match_indices('<').map(|(at, _)| &text[at + 1..]);
        let tags = tags.filter(|rest| names.iter().any(|name| rest.starts_with(name)));
        tags.filter_map(|rest| Some(rest.split_once('>')?.1.split_once("</")?.0.to_owned())).collect()
    };
    match ours.as_ref().map_err(Violation::rule) {
        Ok(()) => {
            // The blanks of dates and times are collapsed before their form is checked; libxml2 forgets to.
            let blank = |value: &String| {
                value.trim() != value || ["&#32;", "<!--", "CDATA"].iter().any(|piece| value.contains(piece))
            };
            // Any text is an address to the schema language; libxml2 wants to understand it.
            let odd =
                |value: &String| !value.chars().all(|c| c.is_ascii_alphanumeric() || ":/.?".contains(c));
            values(&["data", "fascia", "priorita"]).iter().any(blank) || values(&["url"]).iter().any(odd)
        }
        // libxml2 takes nearly any text for base64.
        Err(Rule::Facet(FacetError::Form("base64"))) => true,
        // What SOAP forbids is forbidden in documents, too.
        Err(Rule::Forbidden(_)) => true,
        // The whole document became another one: to libxml2 any root of the schema will do.
        Err(Rule::Expected(root)) => root.starts_with("informativa") || root.starts_with("lista"),
        Err(_) => false,
    }
}

#[test]
fn libxml2_judges_damaged_documents_alike() {
    let folder = std::env::temp_dir().join(format!("varco-documents-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut sampler = Sampler::of_documents(20_261_122);
    let roots = sampler.roots();
    assert_eq!(roots.len(), 5);
    let mut cases = BTreeMap::new();
    for at in 0..SAMPLES {
        let root = roots[at % roots.len()].clone();
        let mut text = sampler.payload(&root);
        let damage = sampler.random.pick(&[&0_usize, &0, &1, &1, &1, &2]);
        for _ in 0..*damage {
            if !text.contains('>') {
                break;
            }
            text = mutate(&text, &mut sampler.random);
        }
        let name = format!("{at}.xml");
        std::fs::write(folder.join(&name), &text).unwrap();
        if let Ok(written) = rewritten(&root, &text) {
            let name = format!("{at}-written.xml");
            std::fs::write(folder.join(&name), &written).unwrap();
            let written = String::from_utf8(written).unwrap();
            assert_eq!(rewritten(&root, &written).unwrap(), written.as_bytes(), "written alike again");
            cases.insert(name, (root.clone(), written));
        }
        cases.insert(name, (root, text));
    }
    let verdicts = judge("xsd/documents.xsd", &folder, &cases.keys().cloned().collect::<Vec<_>>());
    std::fs::remove_dir_all(&folder).unwrap();
    let (mut valid, mut known, mut wrong) = (0, 0, Vec::new());
    for (name, (root, text)) in &cases {
        let theirs = verdicts.get(name).copied().unwrap_or_default();
        let ours = rewritten(root, text).map(drop);
        valid += usize::from(theirs);
        if ours.is_ok() != theirs {
            match explained(text, &ours) {
                true => known += 1,
                false => wrong.push(format!("{name}: libxml2 {theirs}, ours {ours:?}: {text}")),
            }
        }
    }
    println!("{valid} of {} valid, {known} differences explained", cases.len());
    assert!(wrong.is_empty(), "{} unexplained:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n\n"));
    assert!(valid * 10 >= SAMPLES * 3, "only {valid} valid");
    assert!(known * 20 <= SAMPLES, "{known} explained");
}

#[test]
fn defaults_are_put_in_for_empty_elements() {
    let mut sampler = Sampler::of_documents(3);
    let mut found = 0;
    for _ in 0..50 {
        let text = sampler.payload("informativaPSP");
        let start = text.find("<codiceLingua>").unwrap() + "<codiceLingua>".len();
        let end = start + text[start..].find('<').unwrap();
        let emptied = format!("{}{}", &text[..start], &text[end..]);
        let read: Catalogue = read_document(emptied.as_bytes(), Bounds::default()).unwrap();
        let first = &read.lista_informativa_detail.informativa_detail[0];
        let language = first.lista_informazioni_servizio.informazioni_servizio[0].codice_lingua;
        assert_eq!(language.as_str(), "IT");
        found += 1;
    }
    assert_eq!(found, 50);
}
