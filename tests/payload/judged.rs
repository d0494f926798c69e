//! libxml2 as the judge of thousands of damaged documents.

use crate::damage::{judge, mutate};
use crate::random::Random;
use crate::schemas::Sample;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use varco::catalogue::payload::{PayloadError, PayloadReader, SHIPPED};

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("varco-payload-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The cases in which we know better than libxml2 2.9, each with its reason.
fn explained(text: &str, ours: &Result<(), PayloadError>) -> bool {
    match ours {
        // Blanks around a day or a fixed value, written as such or in references and sections, are dropped before
        // it is looked at; libxml2 forgets to. An element of an empty section is empty, and stands for its fixed
        // value; to libxml2 it is not.
        Ok(()) => text.split('>').any(|piece| {
            let value = piece.split('<').next().unwrap_or_default();
            value.trim() != value || ["&#", "[CDATA["].iter().any(|mark| piece.contains(mark))
        }),
        // What SOAP forbids is forbidden in documents, too.
        Err(PayloadError::Schema { reason, .. }) => reason.starts_with("SOAP forbids"),
        Err(PayloadError::Root { .. }) => false,
    }
}

/// Damages what it is given and compares the verdicts; tells how many documents were valid.
fn compare(schema: (&str, &str), documents: &[String], folder: &Path) -> (usize, Vec<String>) {
    let (file, xsd) = schema;
    let reader = PayloadReader::compile(xsd, &[]).unwrap_or_else(|wrong| panic!("{wrong:?}: {xsd}"));
    let mut cases = BTreeMap::new();
    for (at, text) in documents.iter().enumerate() {
        let name = format!("{at}.xml");
        std::fs::write(folder.join(&name), text).unwrap();
        cases.insert(name, text);
    }
    let verdicts = judge(file, folder, &cases.keys().cloned().collect::<Vec<_>>());
    let (mut valid, mut known, mut wrong) = (0, 0, Vec::new());
    for (name, text) in cases {
        let theirs = verdicts.get(&name).copied().unwrap_or_default();
        let ours = reader.read(text.as_bytes()).map(drop);
        valid += usize::from(theirs);
        match (ours.is_ok() == theirs, explained(text, &ours)) {
            (true, _) => {}
            (false, true) => known += 1,
            (false, false) => wrong.push(format!("libxml2 {theirs}, ours {ours:?}: {text}\n{xsd}")),
        }
    }
    assert!(known * 8 <= documents.len(), "{known} of {} explained", documents.len());
    (valid, wrong)
}

fn damaged(text: &str, random: &mut Random) -> String {
    let mut text = text.to_owned();
    for _ in 0..*random.pick(&[&0_usize, &1, &1, &1, &2]) {
        if text.contains('>') {
            text = mutate(&text, random);
        }
    }
    text
}

fn tell(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} unexplained:\n{}", wrong.len(), wrong[..wrong.len().min(6)].join("\n\n"));
}

#[test]
fn libxml2_judges_damaged_documents_of_the_shipped_schemas_alike() {
    const DOCUMENTS: usize = 1500;
    let mut random = Random::new(847);
    for schema in SHIPPED {
        let samples: Vec<String> = std::fs::read_dir(format!("fixtures/services/{}", schema.name))
            .unwrap()
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            // libxml2 hardly reads the declaration.
            .map(|text| text.split_once('\n').unwrap().1.to_owned())
            .collect();
        let documents: Vec<String> =
            (0..DOCUMENTS).map(|at| damaged(&samples[at % samples.len()], &mut random)).collect();
        let folder = folder(schema.name);
        let file = format!("xsd/services/{}.xsd", schema.name);
        let (valid, wrong) = compare((&file, schema.xsd), &documents, &folder);
        std::fs::remove_dir_all(&folder).unwrap();
        tell(&wrong);
        assert!(valid * 5 >= DOCUMENTS, "{}: only {valid} valid", schema.name);
    }
}

#[test]
fn libxml2_judges_damaged_documents_of_random_schemas_alike() {
    const SCHEMAS: usize = 80;
    const DOCUMENTS: usize = 50;
    let mut random = Random::new(20_261_122);
    let (mut valid, mut wrong) = (0, Vec::new());
    for at in 0..SCHEMAS {
        let sample = Sample::new(&mut random);
        let folder = folder(&format!("random-{at}"));
        let file = folder.join("schema.xsd");
        std::fs::write(&file, &sample.xsd).unwrap();
        let documents: Vec<String> = (0..DOCUMENTS)
            .map(|_| {
                let text = sample.document(&mut random);
                damaged(&text, &mut random)
            })
            .collect();
        let (good, told) = compare((&file.display().to_string(), &sample.xsd), &documents, &folder);
        std::fs::remove_dir_all(&folder).unwrap();
        valid += good;
        wrong.extend(told);
    }
    tell(&wrong);
    assert!(valid * 5 >= SCHEMAS * DOCUMENTS, "only {valid} valid");
}
