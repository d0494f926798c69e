//! Two codecs that share no code must agree: what ours writes, `yaserde` reads, and the other way round.
//!
//! The twins are structs of `yaserde`, generated from the schemas by `src/codegen/emit_twins.rs` into the build
//! folder, where only this test takes them from. What `yaserde` 0.13 does differently by nature is kept out of the
//! messages that are compared:
//!
//! * it trims every text, references and CDATA sections included: no text here begins or ends with a blank;
//! * it writes a carriage return as it is, which the next reader takes for a line feed: no text here has one;
//! * it keeps simple values as text and knows no facets: values are spelled as our writer spells them;
//! * it has no place for the order among the occurrences of a group that repeats: such a type has no twin, and
//!   this test does not compile, unless the group is a choice of single elements, of which no sample here mixes
//!   two; nor can a type be called `R` or `W`, which are parameters of what it derives;
//! * it accepts unknown elements and attributes, any order, repeated elements (the last one wins), both or none of a
//!   choice, any name of the root, and anything behind it: it is no judge of what must be refused. That is what
//!   libxml2 is for (`codec/mutants.rs`).
//!
//! That it ignores what it does not know hides nothing: a value lost on its way through a twin is missing when ours
//! reads the outcome, and ours, which refuses what it does not know, also sees order and names.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, too
#![allow(clippy::upper_case_acronyms)] // names as the contract has them

#[path = "../src/codegen/mod.rs"]
#[allow(dead_code)]
mod codegen;

#[path = "codec/payload.rs"]
mod payload;
#[path = "codec/random.rs"]
mod random;
#[path = "codec/sample.rs"]
#[allow(dead_code)]
mod sample;

use varco::schema;

#[allow(dead_code, missing_docs, unused_imports, clippy::large_enum_variant)]
mod twins {
    include!(concat!(env!("OUT_DIR"), "/twins.rs"));
}

use sample::Sampler;
use std::fmt::Debug;
use twins::pa_for_node::Message;
use varco::wire::pa_for_node::Operation;
use varco::wire::pagamenti::Rt;
use varco::wire::pagamenti_telematici_ccp::{self, Response};
use varco::wire::{Bounds, Reader, Violation, Writer, read_document, write_document};

/// Messages per type.
const CASES: usize = 250;

fn plain_sampler(seed: u64) -> Sampler {
    let mut sampler = Sampler::new(seed);
    sampler.plain = true;
    sampler
}

fn twin(root: &str, text: &str) -> Message {
    Message::read(root, text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Takes random messages with a root through both codecs.
fn agree<M: Debug + PartialEq>(
    sampler: &mut Sampler,
    root: &str,
    read: impl Fn(&str) -> Result<M, Violation>,
    write: impl Fn(&M, &mut Writer),
) {
    for _ in 0..CASES {
        let payload = sampler.payload(root);
        let ours = read(&payload).unwrap_or_else(|error| panic!("{error}: {payload}"));
        let mut writer = Writer::new();
        write(&ours, &mut writer);
        let written = String::from_utf8(writer.finish()).unwrap();
        // Reads the sample as well as our copy of it: both of our halves could lose the same value.
        let theirs = twin(root, &written);
        assert_eq!(theirs, twin(root, &payload), "{payload}\n{written}");
        let returned = theirs.write().unwrap();
        assert_eq!(read(&returned).unwrap_or_else(|error| panic!("{error}: {returned}")), ours, "{returned}");
    }
}

#[test]
fn both_codecs_agree_on_every_request() {
    let mut sampler = plain_sampler(5);
    for operation in Operation::ALL {
        let root = operation.request_root().local;
        agree(&mut sampler, root, payload::request, |request, to| request.write(to));
    }
}

#[test]
fn both_codecs_agree_on_every_response() {
    let mut sampler = plain_sampler(6);
    for operation in Operation::ALL {
        let root = operation.response_root().local;
        agree(&mut sampler, root, payload::response, |response, to| response.write(to));
    }
}

/// The old interface: documents whose elements are all qualified, and messages that hold qualified elements in
/// unqualified ones.
#[test]
fn both_codecs_agree_on_the_old_interface() {
    const PAY: &str = "http://www.digitpa.gov.it/schemas/2011/Pagamenti/";
    const PPT: &str = "http://ws.pagamenti.telematici.gov/";
    let mut sampler = Sampler::of_legacy("documents", PAY, 8);
    sampler.plain = true;
    for _ in 0..CASES {
        let payload = sampler.payload("RT");
        let ours: Rt = read_document(payload.as_bytes(), Bounds::default()).unwrap();
        let written = String::from_utf8(write_document(&ours)).unwrap();
        let theirs = twins::pagamenti::Message::read("RT", &written).unwrap();
        assert_eq!(theirs, twins::pagamenti::Message::read("RT", &payload).unwrap());
        let returned = theirs.write().unwrap();
        let again: Rt = read_document(returned.as_bytes(), Bounds::default())
            .unwrap_or_else(|error| panic!("{error}: {returned}"));
        assert_eq!(again, ours, "{returned}");
    }
    let mut sampler = Sampler::of_legacy("PagamentiTelematiciCCP", PPT, 9);
    sampler.plain = true;
    for operation in pagamenti_telematici_ccp::Operation::ALL {
        let root = operation.response_root().local;
        let read = |text: &str| {
            let mut reader = Reader::new(text.as_bytes(), Bounds::default()).unwrap();
            Response::read(operation, &mut reader).unwrap_or_else(|error| panic!("{error}: {text}"))
        };
        for _ in 0..CASES {
            let payload = sampler.payload(root);
            let ours = read(&payload);
            let mut writer = Writer::new();
            ours.write(&mut writer);
            let written = String::from_utf8(writer.finish()).unwrap();
            let theirs = twins::ppt::Message::read(root, &written).unwrap();
            assert_eq!(theirs, twins::ppt::Message::read(root, &payload).unwrap());
            assert_eq!(read(&theirs.write().unwrap()), ours);
        }
    }
}

fn construct(file: &str) -> String {
    let path = format!("tests/codegen/{file}");
    let text = std::fs::read_to_string(&path).unwrap();
    codegen::twins(&[codegen::Source { path, text }]).unwrap()
}

/// What the messages of today do not need: qualified children, groups, roots without children.
#[test]
fn every_construct_has_its_twin() {
    let cases = [
        ("04-sequence.xsd", "pub maybe: Option<String>"),
        ("04-sequence.xsd", "pub few: Vec<String>"),
        ("06-group.xsd", "pub a: String"),
        ("06-group.xsd", "pub c: Option<String>"),
        ("06-group.xsd", "pub d: Option<String>"),
        ("08-qualified.xsd", "#[yaserde(rename = \"a\", prefix = \"t\")]"),
        ("08-qualified.xsd", "#[yaserde(rename = \"b\")]"),
        ("08-qualified.xsd", "#[yaserde(namespaces = {\"t\" = \"urn:t\"})]"),
        ("11-operations.wsdl", "#[yaserde(text = true)]"),
        ("05-choice.xsd", "pub e: Vec<String>"),
        (
            "15-repeated.xsd",
            "compile_error!(\"no twin of R: yaserde loses the order of a group that repeats\")",
        ),
    ];
    for (file, want) in cases {
        let twins = construct(file);
        let flat = twins.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(want), "{file}: {want} is missing in\n{twins}");
    }
}
