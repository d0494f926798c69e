//! Random valid messages, made from the schemas by way of the generator's own model.

use crate::codegen::model::{Builtin, Contract, Facets, Particle, QName, Simple, Term, TypeRef};
use crate::codegen::{self, Source};
use crate::random::Random;
use std::fmt::Write as _;

pub const NAMESPACE: &str = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd";

/// The schemas of the repository.
pub fn sources() -> Vec<Source> {
    ["xsd/common.xsd", "xsd/paForNode.xsd", "wsdl/paForNode.wsdl"]
        .into_iter()
        .map(|path| Source { path: path.to_owned(), text: std::fs::read_to_string(path).unwrap() })
        .collect()
}

/// The schemas of a service of the old interface, or of its documents.
#[allow(dead_code, reason = "not every test binary samples the old interface")]
pub fn legacy_sources(service: &str) -> Vec<Source> {
    let head = if service == "RichiestaAvvisi" { "ppthead_avvisi" } else { "ppthead" };
    let legacy = |name: &str| format!("xsd/legacy/{name}.xsd");
    let mut paths = vec!["xsd/common.xsd".to_owned(), legacy("pagamenti")];
    if service != "documents" {
        paths.extend([legacy("ppt"), legacy(head), format!("wsdl/legacy/{service}.wsdl")]);
    }
    let source = |path: String| Source { text: std::fs::read_to_string(&path).unwrap(), path };
    paths.into_iter().map(source).collect()
}

pub struct Sampler {
    contract: Contract,
    namespace: &'static str,
    pub random: Random,
    /// Whether every value is spelled as our writer spells it, and no text begins or ends with a blank: for readers
    /// that trim, or compare spellings.
    pub plain: bool,
}

impl Sampler {
    pub fn new(seed: u64) -> Self {
        Sampler::of(&sources(), NAMESPACE, seed)
    }

    /// One for the documents, which have no namespace.
    #[allow(dead_code, reason = "not every test binary samples documents")]
    pub fn of_documents(seed: u64) -> Self {
        let path = "xsd/documents.xsd".to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        Sampler::of(&[Source { path, text }], "", seed)
    }

    /// One for a service of the old interface: for the roots of one namespace of it.
    #[allow(dead_code, reason = "not every test binary samples the old interface")]
    pub fn of_legacy(service: &str, namespace: &'static str, seed: u64) -> Self {
        Sampler::of(&legacy_sources(service), namespace, seed)
    }

    /// What the schemas mean.
    #[allow(dead_code, reason = "not every test binary looks at it")]
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    fn of(sources: &[Source], namespace: &'static str, seed: u64) -> Self {
        let contract = codegen::model(sources).unwrap();
        Sampler { contract, namespace, random: Random::new(seed), plain: false }
    }

    /// The local names of all root elements.
    pub fn roots(&self) -> Vec<String> {
        let own = self.contract.roots.keys().filter(|name| name.0 == self.namespace);
        own.map(|name| name.1.clone()).collect()
    }

    /// The prefix of an element; `p` is that of the roots.
    fn prefix(&self, namespace: &str) -> String {
        match self.contract.namespaces.keys().position(|uri| uri == namespace) {
            _ if namespace.is_empty() => String::new(),
            _ if namespace == self.namespace => "p:".to_owned(),
            at => format!("q{}:", at.unwrap_or_default()),
        }
    }

    /// The declarations of the prefixes of all elements below the roots.
    fn declarations(&self) -> String {
        let mut uris = std::collections::BTreeSet::new();
        let complex = self.contract.complex.values().flat_map(|complex| &complex.particles);
        for particle in complex {
            if let Term::Element { name, .. } = &particle.term {
                uris.insert(name.0.as_str());
            }
        }
        let others = uris.into_iter().filter(|uri| !uri.is_empty() && *uri != self.namespace);
        let declared = |uri| format!(" xmlns:{}=\"{uri}\"", self.prefix(uri).trim_end_matches(':'));
        others.map(declared).collect()
    }

    /// A valid payload with that root.
    pub fn payload(&mut self, root: &str) -> String {
        let namespace = self.namespace;
        let of = self.contract.roots[&(namespace.to_owned(), root.to_owned())].clone();
        let prefix = if namespace.is_empty() { "" } else { "p:" };
        let bound = if namespace.is_empty() { String::new() } else { format!(" xmlns:p=\"{namespace}\"") };
        let mut out = format!("<{prefix}{root}{bound}{}>", self.declarations());
        self.content(&of, &mut out);
        let _ = write!(out, "</{prefix}{root}>");
        out
    }

    fn content(&mut self, of: &TypeRef, out: &mut String) {
        match of {
            TypeRef::Builtin(builtin) => out.push_str(&self.value(*builtin, &Facets::default())),
            TypeRef::Named(name) => self.named(name, out),
        }
    }

    fn named(&mut self, name: &QName, out: &mut String) {
        if let Some(Simple { base, facets, .. }) = self.contract.simple.get(name).cloned() {
            let value = self.value(base, &facets);
            out.push_str(&value);
            return;
        }
        let particles = self.contract.complex[name].particles.clone();
        let blanks = ["", "", "", "\n", " ", "<!-- a comment -->"];
        for particle in &particles {
            out.push_str(self.random.pick(&blanks));
            self.particle(particle, out);
        }
        out.push_str(self.random.pick(&blanks));
    }

    fn particle(&mut self, particle: &Particle, out: &mut String) {
        let (min, max) = (particle.occurs.min, particle.occurs.max.min(particle.occurs.min + 20));
        let count = match self.random.below(4) {
            0 => min,
            1 => max,
            _ => self.random.between(min, max.min(min + 2)),
        };
        let mut once = None;
        for _ in 0..count {
            match &particle.term {
                Term::Element { name, of, .. } => {
                    let tag = format!("{}{}", self.prefix(&name.0), name.1);
                    let _ = write!(out, "<{tag}>");
                    self.content(of, out);
                    let _ = write!(out, "</{tag}>");
                }
                Term::Choice(alternatives) => {
                    let chosen = once.unwrap_or_else(|| self.random.below(alternatives.len()));
                    // The second codec has no place for the order among alternatives that repeat.
                    once = Some(chosen).filter(|_| self.plain);
                    self.particle(&alternatives[chosen], out);
                }
                Term::Sequence(parts) => parts.iter().for_each(|part| self.particle(part, out)),
            }
        }
    }

    fn value(&mut self, base: Builtin, facets: &Facets) -> String {
        let value = self.spelling(base, facets);
        if self.plain { plain(base, value) } else { value }
    }

    fn spelling(&mut self, base: Builtin, facets: &Facets) -> String {
        if let Some(values) = &facets.values {
            return values[self.random.below(values.len())].clone();
        }
        let random = &mut self.random;
        match base {
            Builtin::Int if facets.min.is_some() => random.pick(&["1", "7", "2147483647"]).to_owned(),
            Builtin::Int => random.pick(&["0", "-5", "2147483647", "-2147483648", "+7", "0012"]).to_owned(),
            Builtin::Boolean => random.pick(&["true", "false", "1", "0", " true\n"]).to_owned(),
            Builtin::Date => {
                random.pick(&["2025-05-13", "2024-02-29Z", "2031-12-31+02:00", "0001-01-01"]).to_owned()
            }
            Builtin::DateTime if !facets.patterns.is_empty() => {
                random.pick(&["2025-05-13T10:20:30", "2024-02-29T00:00:00"]).to_owned()
            }
            Builtin::DateTime => random
                .pick(&[
                    "2025-05-13T10:20:30",
                    "2024-02-29T00:00:00.123Z",
                    "1999-12-31T23:59:59.999999-05:30",
                ])
                .to_owned(),
            Builtin::Decimal => {
                let least = usize::from(facets.min.is_some());
                let cents = match random.below(4) {
                    0 => least,
                    1 => 99_999_999_999,
                    _ => random.between(least, 1_000_000),
                };
                format!("{}{}.{:02}", random.pick(&["", "", "00"]), cents / 100, cents % 100)
            }
            Builtin::Base64 => match facets.patterns.is_empty() {
                true => random.pick(&["", "QQ==", "QUI=", "QUJD", "QU JD", "\nQUJDRA==\n"]).to_owned(),
                false => random.pick(&["QQ==", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]).to_owned(),
            },
            Builtin::Time => random.pick(&["00:00:00", "23:59:59", "10:20:30"]).to_owned(),
            Builtin::Uri => random.pick(&["https://example.org/a?b", "a"]).to_owned(),
            Builtin::Text | Builtin::NormalizedText | Builtin::Token => self.text(facets),
        }
    }

    fn text(&mut self, facets: &Facets) -> String {
        let random = &mut self.random;
        let digits = |random: &mut Random, count: usize| -> String {
            (0..count).map(|_| char::from(b'0' + random.below(10) as u8)).collect()
        };
        match facets.patterns.first().map(|step| step[0].as_str()) {
            Some("[0-9]{11}") => digits(random, 11),
            Some("[0-9]{18}") => digits(random, 18),
            Some("[0-9]{5}") => digits(random, 5),
            Some("[0-9A-Z]{1,15}" | "[0-9A-Z]{8,11}") => random.pick(&["BPPIITRR", "ABCDEFGHIL1"]).to_owned(),
            Some("[A-Z0-9]{6,14}") => random.pick(&["PSP001", "ABI12345678901"]).to_owned(),
            Some("[0-9A-Z]{6,14}_[0-9]{2}-[0-9]{2}-[0-9]{4}") => "PSP001_22-11-2026".to_owned(),
            Some(iban) if iban.contains("{1,30}") => {
                random.pick(&["IT60X0542811101000000123456", "it60x", "XX00y"]).to_owned()
            }
            Some("[0-9]") => digits(random, 1),
            Some("[0-9]{2}") => digits(random, 2),
            Some("[0-9]{5,15}|[0-9]{17}") => {
                let count = [5, 15, 17][random.below(3)];
                digits(random, count)
            }
            Some(r"[0129]{1}/\S+") => {
                random.pick(&["9/0101108TS/", "0/123", "9/0101108TS/mensa-à"]).to_owned()
            }
            Some(bic) if bic.contains("[A-NP-Z0-9]") => random.pick(&["BPPIITRRXXX", "UNCRITMM"]).to_owned(),
            Some("[A-Z]{2,2}") => random.pick(&["IT", "RM", "XK"]).to_owned(),
            Some(email) if email.contains('@') => {
                random.pick(&["a@b", "mario.rossi+x@ente-1.gov.it"]).to_owned()
            }
            Some(other) => panic!("teach the sampler {other}"),
            None => {
                let min = facets.min_length.unwrap_or(0);
                let max = facets.max_length.unwrap_or(min + 40);
                let count = if random.one_in(4) { max } else { random.between(min, max.min(min + 12)) };
                let pieces = [
                    "a", "Z", "7", " ", "à", "€", "😀", "&amp;", "&#233;", "&lt;", "\n", "'", "\"", ">", "/",
                ];
                (0..count).map(|_| random.pick(&pieces)).collect()
            }
        }
    }
}

/// The same value as our writer spells it, and the same length of text without blanks at its ends.
fn plain(base: Builtin, value: String) -> String {
    match base {
        Builtin::Int => value.parse::<i32>().unwrap().to_string(),
        Builtin::Boolean => matches!(value.trim(), "true" | "1").to_string(),
        Builtin::Decimal => {
            let (euro, cents) = value.split_once('.').unwrap();
            format!("{}.{cents}", euro.parse::<u64>().unwrap())
        }
        Builtin::Base64 => value.split_whitespace().collect(),
        Builtin::Date | Builtin::DateTime | Builtin::Time | Builtin::Uri => value,
        Builtin::Text | Builtin::NormalizedText | Builtin::Token => {
            let mut text: Vec<char> = value.chars().collect();
            let last = text.len().saturating_sub(1);
            for (at, c) in text.iter_mut().enumerate() {
                if (at == 0 || at == last) && c.is_whitespace() {
                    *c = 'x';
                }
            }
            text.into_iter().collect()
        }
    }
}
