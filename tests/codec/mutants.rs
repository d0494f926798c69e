//! Random damage: the same verdict as libxml2's, and never a panic.

use crate::damage::{judge, mutate};
use crate::payload::{request, response};
use crate::random::Random;
use crate::sample::Sampler;
use std::collections::BTreeMap;
use varco::soap::{self, Limits};
use varco::wire::{FacetError, Rule, Violation};

const SAMPLES: usize = 6000;

fn verdict(root: &str, text: &str) -> Result<(), Violation> {
    if root.ends_with("Req") || root.ends_with("Request") {
        request(text).map(drop)
    } else {
        response(text).map(drop)
    }
}

/// The few cases in which we know better than libxml2 2.9, each with its reason.
fn explained(text: &str, ours: &Result<(), Violation>) -> bool {
    let collapsed =
        ["dueDate", "applicationDate", "transferDate", "retentionDate", "paymentDateTime", "serial"];
    match ours.as_ref().map_err(Violation::rule) {
        // The blanks of dates and numbers are collapsed before their form is checked; libxml2 forgets to.
        Ok(()) => collapsed.iter().any(|name| {
            text.split(&format!("<{name}")).skip(1).any(|rest| {
                let value = rest.split_once('>').map_or("", |(_, rest)| rest);
                let value = value.split("</").next().unwrap_or_default();
                value.trim() != value
                    || value.contains("&#32;")
                    || value.contains("<!--")
                    || value.contains("CDATA")
            })
        }),
        // libxml2 takes nearly any text for base64.
        Err(Rule::Facet(FacetError::Form("base64"))) => true,
        // SOAP forbids what XML allows.
        Err(Rule::Forbidden(_)) => true,
        Err(_) => false,
    }
}

#[test]
fn libxml2_judges_mutants_alike() {
    let folder = std::env::temp_dir().join(format!("varco-mutants-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut sampler = Sampler::new(20_261_122);
    let roots = sampler.roots();
    let mut cases = BTreeMap::new();
    for at in 0..SAMPLES {
        let root = roots[at % roots.len()].clone();
        let mut text = sampler.payload(&root);
        let damage = sampler.random.pick(&[&0_usize, &0, &1, &1, &1, &2]);
        for _ in 0..*damage {
            text = mutate(&text, &mut sampler.random);
        }
        let name = format!("{at}.xml");
        std::fs::write(folder.join(&name), &text).unwrap();
        cases.insert(name, (root, text));
    }
    let verdicts = judge("xsd/paForNode.xsd", &folder, &cases.keys().cloned().collect::<Vec<_>>());
    std::fs::remove_dir_all(&folder).unwrap();
    let (mut valid, mut known, mut wrong) = (0, 0, Vec::new());
    for (name, (root, text)) in &cases {
        let theirs = verdicts.get(name).copied().unwrap_or_default();
        let ours = verdict(root, text);
        valid += usize::from(theirs);
        if ours.is_ok() != theirs {
            match explained(text, &ours) {
                true => known += 1,
                false => wrong.push(format!("{name}: libxml2 {theirs}, ours {ours:?}: {text}")),
            }
        }
    }
    println!("{valid} of {SAMPLES} valid, {known} differences explained");
    assert!(wrong.is_empty(), "{} unexplained:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n\n"));
    assert!(valid * 10 >= SAMPLES * 3, "only {valid} valid");
    assert!(known * 20 <= SAMPLES, "{known} explained");
}

/// What is written is valid, and an independent parser sees the same texts in it.
#[test]
fn libxml2_accepts_whatever_is_written() {
    let folder = std::env::temp_dir().join(format!("varco-written-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut sampler = Sampler::new(11);
    let mut files = Vec::new();
    for root in sampler.roots() {
        for at in 0..100 {
            let payload = sampler.payload(&root);
            let mut writer = varco::wire::Writer::new();
            match root.ends_with("Req") || root.ends_with("Request") {
                true => request(&payload).unwrap().write(&mut writer),
                false => response(&payload).unwrap().write(&mut writer),
            }
            let written = String::from_utf8(writer.finish()).unwrap();
            let texts = |xml: &str| -> Vec<(String, String)> {
                let document = roxmltree::Document::parse(xml).unwrap();
                let leaves = document
                    .descendants()
                    .filter(|node| node.is_element() && !node.children().any(|c| c.is_element()));
                let text = |node: roxmltree::Node| {
                    node.children().filter_map(|child| child.text()).collect::<String>()
                };
                leaves.map(|node| (node.tag_name().name().to_owned(), text(node))).collect()
            };
            let (before, after) = (texts(&payload), texts(&written));
            assert_eq!(before.len(), after.len());
            for (want, got) in
                before.iter().zip(&after).filter(|(want, _)| want.0.ends_with("Name") || want.0 == "value")
            {
                assert_eq!(want, got);
            }
            files.push(format!("{root}{at}.xml"));
            std::fs::write(folder.join(files.last().unwrap()), written).unwrap();
        }
    }
    let verdicts = judge("xsd/paForNode.xsd", &folder, &files);
    std::fs::remove_dir_all(&folder).unwrap();
    let refused: Vec<&String> = files.iter().filter(|name| verdicts.get(*name) != Some(&true)).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn no_bytes_cause_a_panic() {
    let mut sampler = Sampler::new(7);
    let limits = Limits::default();
    let roots = ["paSendRTV2Request", "paGetPaymentReq", "paVerifyPaymentNoticeReq", "paSendRTReq"];
    for at in 0..20_000_usize {
        if at % 4 == 0 {
            let length = sampler.random.below(200);
            let bytes: Vec<u8> = (0..length).map(|_| sampler.random.next() as u8).collect();
            let _ = soap::read_request(&bytes, &limits);
            continue;
        }
        if at % 20 == 1 {
            sampler.random = Random::new(at as u64);
        }
        let payload = sampler.payload(roots[at % roots.len()]);
        let envelope = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Header/><s:Body>";
        let mut bytes = format!("{envelope}{payload}</s:Body></s:Envelope>").into_bytes();
        for _ in 0..sampler.random.between(1, 4) {
            let place = sampler.random.below(bytes.len());
            match sampler.random.below(3) {
                0 => bytes[place] = sampler.random.next() as u8,
                1 => drop(bytes.remove(place)),
                _ => bytes.insert(
                    place,
                    *sampler.random.pick(&[&b'<', &b'>', &b'&', &b'/', &b'"', &b'!', &b'?', &0x80]),
                ),
            }
        }
        if let Err(soap::Refusal::Syntax(refusal)) = soap::read_request(&bytes, &limits) {
            assert!(refusal.description().chars().count() <= 256);
        }
    }
}
