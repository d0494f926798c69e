//! The generator: one small schema and its Rust per construct, and one message per construct that it refuses.
//!
//! `BLESS=1 cargo test --test codegen` rewrites what is expected; read the difference before committing it. The
//! expected Rust is compiled into this test, so that every facet and particle is also tried on documents, with
//! libxml2 as second opinion.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, too

#[path = "../src/codegen/mod.rs"]
#[allow(dead_code)]
mod codegen;

use codegen::{Source, generate};
use std::path::{Path, PathBuf};
use std::process::Command;
use varco::schema;
use varco::wire::{Read, Reader, Violation, Write, Writer};

macro_rules! golden {
    ($($module:ident = $file:literal,)*) => {
        $(#[allow(dead_code, missing_docs, unused_imports)]
        mod $module {
            use varco::wire::*;
            include!(concat!("codegen/", $file));
        })*
    };
}

golden! {
    text = "01-text.rs",
    number = "02-number.rs",
    other = "03-other.rs",
    sequence = "04-sequence.rs",
    choice = "05-choice.rs",
    group = "06-group.rs",
    derived = "07-derived.rs",
    qualified = "08-qualified.rs",
    anonymous = "09-anonymous.rs",
    names = "10-names.rs",
    operations = "11-operations.rs",
    documents = "12-documents.rs",
    header = "13-header.rs",
    not_blank = "14-not-blank.rs",
}

fn constructs() -> Vec<PathBuf> {
    let files = std::fs::read_dir("tests/codegen").unwrap().map(|entry| entry.unwrap().path());
    let is_source = |path: &PathBuf| path.extension().is_some_and(|end| end == "xsd" || end == "wsdl");
    let mut files: Vec<PathBuf> = files.filter(is_source).collect();
    files.sort();
    files
}

fn source(path: &Path) -> Source {
    Source { path: path.display().to_string(), text: std::fs::read_to_string(path).unwrap() }
}

#[test]
fn every_construct_gives_the_expected_rust_or_message() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for path in constructs() {
        let (end, got) = match generate(&[source(&path)]) {
            Ok(rust) => ("rs", rust),
            Err(diagnostics) => ("err", diagnostics.iter().map(|one| format!("{one}\n")).collect()),
        };
        let expected = path.with_extension(end);
        if bless {
            std::fs::write(&expected, &got).unwrap();
        }
        if std::fs::read_to_string(&expected).unwrap_or_default() != got {
            wrong.push(format!("{}:\n{got}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn contract() -> Vec<Source> {
    ["xsd/common.xsd", "xsd/paForNode.xsd", "wsdl/paForNode.wsdl"]
        .map(|path| source(Path::new(path)))
        .to_vec()
}

#[test]
fn the_same_schemas_give_the_same_bytes_in_any_order() {
    let mut sources = contract();
    let first = generate(&sources).unwrap();
    assert_eq!(generate(&sources).unwrap(), first);
    sources.reverse();
    assert_eq!(generate(&sources).unwrap(), first);
}

#[test]
fn every_operation_of_the_contract_is_dispatched() {
    let rust: String =
        generate(&contract()).unwrap().split(|c: char| c.is_whitespace() || c == '{').collect();
    let text = std::fs::read_to_string("wsdl/paForNode.wsdl").unwrap();
    let wsdl = roxmltree::Document::parse(&text).unwrap();
    let port = wsdl
        .descendants()
        .find(|node| node.has_tag_name(("http://schemas.xmlsoap.org/wsdl/", "portType")))
        .unwrap();
    let names: Vec<&str> = port.children().filter_map(|node| node.attribute("name")).collect();
    assert_eq!(names.len(), 6);
    for name in names {
        let variant = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        for side in ["Request", "Response"] {
            assert!(
                rust.contains(&format!("Operation::{variant}=>{side}::{variant}(from.one(")),
                "{side} {name}"
            );
        }
    }
    assert_eq!(varco::wire::pa_for_node::Operation::ALL.len(), 6);
}

fn read<T: Read>(text: &str) -> Result<T, Violation> {
    let mut reader = Reader::new(text.as_bytes(), Default::default())?;
    let value = T::read(&mut reader)?;
    reader.finish().map(|()| value)
}

/// Documents by their content, `+` before those that are valid: ours and libxml2's verdict, and what is written
/// of the valid ones is valid again.
fn judge<T: Read + Write + PartialEq + std::fmt::Debug>(schema: &str, contents: &[&str]) {
    let folder = std::env::temp_dir().join(format!("varco-{schema}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let document = |content: &str| format!("<t:r xmlns:t=\"urn:t\">{content}</t:r>");
    let mut wrong = Vec::new();
    for content in contents {
        let (valid, content) = content.strip_prefix('+').map_or((false, *content), |content| (true, content));
        let text = document(content);
        let ours = read::<T>(&text);
        if let Ok(value) = &ours {
            let mut writer = Writer::new();
            value.write(&mut writer);
            let again = document(&String::from_utf8(writer.finish()).unwrap());
            assert_eq!(read::<T>(&again).as_ref(), Ok(value), "{again}");
        }
        let file = folder.join("case.xml");
        std::fs::write(&file, &text).unwrap();
        let schema = format!("tests/codegen/{schema}.xsd");
        let output =
            Command::new("xmllint").args(["--noout", "--schema", &schema]).arg(&file).output().unwrap();
        if ours.is_ok() != valid || output.status.success() != valid {
            wrong.push(format!(
                "{content}: ours {ours:?}, libxml2 {}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn text_facets_are_kept() {
    let n15 = "012345678901234";
    let lines = [
        "+",
        "+<exact>àb</exact>",
        "<exact>a</exact>",
        "<exact>abc</exact>",
        "+<range>a</range>",
        "+<range>€€€</range>",
        "<range/>",
        "<range>abcd</range>",
        &format!("+<either>{n15}</either>"),
        &format!("+<either>{n15}67</either>"),
        &format!("<either>{n15}6</either>"),
        &format!("<either>{n15}678</either>"),
        &format!("<both>{n15}</both>"),
        "+<both>300000000000000</both>",
        "<both>30</both>",
        "+<digits>12</digits>",
        "+<digits>٣2</digits>",
        "<digits>1a</digits>",
        "<digits/>",
        "+<odd>^a$</odd>",
        "<odd>a</odd>",
        "+<odd>ab.</odd>",
        "+<odd>ab</odd>",
        "<odd>-b</odd>",
        "<odd>xb</odd>",
        "<odd>abx</odd>",
        "+<listed>a b</listed>",
        "+<listed>c</listed>",
        "<listed>a  b</listed>",
        "<listed> c</listed>",
        "<listed/>",
        "+<tidy>  a  b \n</tidy>",
        "<tidy>a  b c</tidy>",
        "+<spaced>a\tb</spaced>",
        "<spaced> a b</spaced>",
        "+<token> x  y </token>",
        "+<any> \t x</any>",
        "+<any/>",
    ];
    judge::<text::n01_text::R>("01-text", &lines);
    assert_eq!(read::<text::n01_text::R>("<r><tidy>  a  b \n</tidy></r>").unwrap().tidy.unwrap(), "a b");
    assert_eq!(read::<text::n01_text::R>("<r><spaced>a\tb</spaced></r>").unwrap().spaced.unwrap(), "a b");
}

#[test]
fn number_facets_are_kept() {
    let lines = [
        "+<small>-1</small>",
        "+<small>10</small>",
        "<small>-2</small>",
        "<small>11</small>",
        "<small>1.0</small>",
        "+<one>1</one>",
        "+<one>02</one>",
        "<one>3</one>",
        "<one/>",
        "+<money>0.00</money>",
        "+<money>999.99</money>",
        "<money>1000.00</money>",
        "<money>1.0</money>",
        "<money>1</money>",
        "<money>+1.00</money>",
        "<money>٣.٠٠</money>",
        "<paid>0.00</paid>",
        "+<paid>0.01</paid>",
        "<paid>1.001</paid>",
        "+<loose>0.5</loose>",
        "+<loose>20</loose>",
        "+<loose>+1.250</loose>",
        "+<loose>.50</loose>",
        "<loose>0.49</loose>",
        "<loose>20.01</loose>",
        "<loose>1.255</loose>",
        "<loose>-1</loose>",
        "+<int>-2147483648</int>",
        "<int>2147483648</int>",
        "<int>x</int>",
    ];
    judge::<number::n02_number::R>("02-number", &lines);
}

#[test]
fn other_simple_types_keep_their_forms() {
    let lines = [
        "+<hash>QUJD</hash>",
        "<hash/>",
        "<hash>QUJDQUJDQUJD</hash>",
        "+<bytes/>",
        "+<bytes>QQ==</bytes>",
        "<bytes>Q</bytes>",
        "+<flag>1</flag>",
        "<flag>yes</flag>",
        "+<bool>false</bool>",
        "<bool/>",
        "+<day>2024-02-29</day>",
        "<day>2025-02-29</day>",
        "+<day>2025-01-01-05:00</day>",
        "+<moment>2025-01-01T24:00:00</moment>",
        "<moment>2025-01-01</moment>",
        "+<moment>2025-01-01T00:00:00.25Z</moment>",
        "<moment>2025-01-01T00:60:00</moment>",
    ];
    judge::<other::n03_other::R>("03-other", &lines);
}

#[test]
fn particles_keep_order_and_number() {
    let head = "<one/><few/><few/>";
    let lines = [
        &format!("+{head}<last>1</last>"),
        &format!("+{head}<few/><many/><many/><many/><last>1</last>"),
        &format!("{head}<few/><few/><last>1</last>"),
        "<one/><few/><last>1</last>",
        "<one/><last>1</last>",
        head,
        "+<one/><maybe/><few/><few/><last>0</last>",
        "<maybe/><one/><few/><few/><last>0</last>",
        &format!("{head}<last>1</last><last>1</last>"),
        &format!("{head}<last>1</last>x"),
        "<one/><maybe/><maybe/><few/><few/><last>0</last>",
    ];
    judge::<sequence::n04_sequence::R>("04-sequence", &lines);
    let lines = [
        "+<a/><e/>",
        "+<b>1</b><c/><e/><f>1</f>",
        "+<a/><d>1</d><d>1</d><e/>",
        "<a/><d>1</d><d>1</d><d>1</d><e/>",
        "<a/><b>1</b><e/>",
        "<e/>",
        "<a/>",
        "<a/><c/><d>1</d><e/>",
        "<a/><e/><e/><e/>",
        "<b>x</b><e/>",
        "",
    ];
    judge::<choice::n05_choice::R>("05-choice", &lines);
    let lines = [
        "+<a/><f/>",
        "+<a/><d/><e/>",
        "+<a/><b/><c/><f/>",
        "+<a/><c/><f/>",
        "<a/><b/><f/>",
        "<a/><d/>",
        "<a/><d/><f/>",
        "<a/>",
        "<f/>",
        "<a/><c/><c/><f/>",
    ];
    judge::<group::n06_group::R>("06-group", &lines);
}

#[test]
fn derivation_qualification_and_anonymous_types_work() {
    let lines = [
        "+<wide><a/><c/></wide>",
        "+<wide><a/><b/><c/></wide>",
        "<wide><a/><b/></wide>",
        "<wide><c/><a/></wide>",
        "+<narrow><a/></narrow>",
        "<narrow><a/><b/></narrow>",
        "+<same><a/><b/></same>",
        "<same/>",
    ];
    judge::<derived::n07_derived::R>("07-derived", &lines);
    let lines = [
        "+<t:a/>",
        "+<a xmlns='urn:t'/>",
        "<a/>",
        "+<t:a/><b/>",
        "<t:a/><t:b/>",
        "+<t:a/><t:shared/>",
        "<t:a/><shared/>",
        "<t:a xmlns:t='urn:x'/>",
    ];
    judge::<qualified::n08_qualified::R>("08-qualified", &lines);
    let lines = [
        "+<code>ab</code>",
        "<code>abc</code>",
        "+<code/><inner><x>1</x></inner>",
        "<code/><inner/>",
        "+<code/><empty/>",
        "+<code/><empty></empty>",
        "<code/><empty><x/></empty>",
        "<code/><empty>x</empty>",
    ];
    judge::<anonymous::n09_anonymous::R>("09-anonymous", &lines);
    judge::<names::n10_names::R>(
        "10-names",
        &["+<type>01</type><self/><e-mail>self</e-mail>", "<type>1</type>"],
    );
}

#[test]
fn documents_may_have_defaults_times_and_empty_choices() {
    let lines = [
        "+<way>by air</way>",
        "+<way/>",
        "+<way><!-- none --></way>",
        "<way> </way>",
        "<way>by foot</way>",
        "",
        "+<way/><short/><number/><any/>",
        "<way/><short>for ever</short>",
        "<way/><number>x</number>",
        "+<way/><time>10:20:30</time>",
        "+<way/><time>24:00:00</time>",
        "+<way/><time>10:20:30.5+02:00</time>",
        "<way/><time>10:20</time>",
        "<way/><time/>",
        "+<way/><web>http://a/b?c</web>",
        "<way/><web>http://a/b/c/d</web>",
        "+<way/><plain>2025-01-01T10:20:30</plain>",
        "<way/><plain>2025-01-01T10:20:30Z</plain>",
        "<way/><plain>2025-01-01T10:20:30.1</plain>",
        "+<way/><b>1</b><a>1</a><a>1</a><b>1</b>",
        "<way/><b>1</b><c>1</c>",
    ];
    judge::<documents::n12_documents::R>("12-documents", &lines);
    let text = "<t:r xmlns:t='urn:t'><way/><short/><number/><any/></t:r>";
    let read: documents::n12_documents::R =
        varco::wire::read_document(text.as_bytes(), Default::default()).unwrap();
    assert_eq!(read.way.as_str(), "by sea");
    assert_eq!(
        (read.short.unwrap(), read.number, read.any.unwrap()),
        ("always".try_into().unwrap(), Some(7), "\"x\"".try_into().unwrap())
    );
    assert!(varco::wire::read_document::<documents::n12_documents::R>(b"<r/>", Default::default()).is_err());
}

#[test]
fn operations_are_read_and_written() {
    use operations::n11_operations::{Operation, Request};
    let text = "<ask xmlns=\"urn:t\">who?</ask>";
    let mut reader = Reader::new(text.as_bytes(), Default::default()).unwrap();
    assert!(reader.is(Operation::Ask.request_root()));
    let request = Request::read(Operation::Ask, &mut reader).unwrap();
    let mut writer = Writer::new();
    request.write(&mut writer);
    assert_eq!(writer.finish(), b"<t:ask xmlns:t=\"urn:t\">who?</t:ask>");
    assert_eq!(Operation::Ask.soap_action(), "urn:ask");
}

#[test]
fn a_block_of_the_header_goes_with_its_request() {
    use header::n13_header::{Operation, Request};
    fn reader(text: &str) -> Reader<'_> {
        Reader::new(text.as_bytes(), Default::default()).unwrap()
    }
    let (mut block, mut body) =
        (reader("<who xmlns='urn:t'> me </who>"), reader("<ask xmlns='urn:t'>who?</ask>"));
    assert!(Operation::Ask.header_root().is_some_and(|root| block.is(root)));
    let request = Request::read(Operation::Ask, &mut block, &mut body).unwrap();
    let mut writer = Writer::new();
    request.write_header(&mut writer);
    request.write(&mut writer);
    let written = "<t:who xmlns:t=\"urn:t\">me</t:who><t:ask xmlns:t=\"urn:t\">who?</t:ask>";
    assert_eq!(writer.finish(), written.as_bytes());

    let (mut none, mut body) = (reader("<x/>"), reader("<plain xmlns='urn:t'>x</plain>"));
    assert_eq!(Operation::Plain.header_root().map(|root| root.local), None);
    let request = Request::read(Operation::Plain, &mut none, &mut body).unwrap();
    let mut writer = Writer::new();
    request.write_header(&mut writer);
    assert!(writer.finish().is_empty(), "an operation without a block writes none");
    let (mut none, mut body) = (reader("<x/>"), reader("<ask xmlns='urn:t'>x</ask>"));
    assert!(Request::read(Operation::Ask, &mut none, &mut body).is_err(), "the block may not be missing");
}

#[test]
fn what_is_no_blank_is_known() {
    let lines = [
        "+<code>9/abc</code>",
        "+<code>0/à</code>",
        "<code>9/</code>",
        "<code>9/a b</code>",
        "<code>9/a\t</code>",
        "<code>9/abcd</code>",
        "+<few>xy</few>",
        "<few>x </few>",
    ];
    judge::<not_blank::n14_not_blank::R>("14-not-blank", &lines);
}

/// Two services of the old interface give one header block two contents.
#[test]
fn every_service_description_has_its_own_namespaces() {
    let folders =
        ["xsd", "xsd/legacy", "wsdl", "wsdl/legacy"].map(|folder| std::fs::read_dir(folder).unwrap());
    let files = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut sources: Vec<Source> = files.filter(|path| path.is_file()).map(|path| source(&path)).collect();
    let rust = generate(&sources).unwrap();
    for module in ["ppthead", "ppthead_avvisi", "ppt", "pagamenti_telematici_ccp", "richiesta_avvisi"] {
        assert_eq!(rust.matches(&format!("pub mod {module} {{")).count(), 1, "{module}");
    }
    let place =
        |end: &str, sources: &[Source]| sources.iter().position(|one| one.path.ends_with(end)).unwrap();
    let at = place("ppthead_avvisi.xsd", &sources);
    sources[at].path = "xsd/legacy/avvisi/ppthead.xsd".to_owned();
    sources[at].text = sources[at].text.replace("../common.xsd", "../../common.xsd");
    let at = place("RichiestaAvvisi.wsdl", &sources);
    sources[at].text = sources[at].text.replace("ppthead_avvisi.xsd", "avvisi/ppthead.xsd");
    let wrong = generate(&sources).unwrap_err();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].message.contains("two different modules would be called ppthead"), "{wrong:?}");
}
