//! The documents of the three services that have a schema of their own: valid, and with each rule broken.

use std::fmt;

use crate::checks::{nothing_is_left, reason, refused};
use crate::on_both_desks;
use crate::support::gateway::{TestGateway, code};
use crate::support::offers::asks;

const XSD: &str = "PAA_SINTASSI_XSD";
const FORM: &str = "PAA_SEMANTICA";

/// An element with elements in it, or with text.
#[derive(Clone)]
enum Element {
    Branch(&'static str, Vec<Element>),
    Leaf(&'static str, String),
}
use Element::{Branch, Leaf};

/// A document of a service.
#[derive(Clone)]
pub struct Document {
    namespace: &'static str,
    root: Element,
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Branch(name, below) => {
                write!(f, "<{name}>")?;
                below.iter().try_for_each(|element| element.fmt(f))?;
                write!(f, "</{name}>")
            }
            Leaf(name, text) => write!(f, "<{name}>{text}</{name}>"),
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.root.to_string();
        let end = text.find('>').unwrap();
        write!(f, "{} xmlns=\"{}\">{}", &text[..end], self.namespace, &text[end + 1..])
    }
}

fn leaf(name: &'static str, text: &str) -> Element {
    Leaf(name, text.to_owned())
}

fn people() -> [Element; 2] {
    [
        Branch(
            "pagatore",
            vec![
                leaf("codiceFiscalePagatore", "RSSMRA80A01H501U"),
                leaf("denominazionePagatore", "Maria Rossi"),
            ],
        ),
        Branch(
            "intestatario",
            vec![
                leaf("codiceFiscaleIntestatario", "RSSMRA80A01H501U"),
                leaf("denominazioneIntestatario", "Maria Rossi"),
            ],
        ),
    ]
}

pub fn passport() -> Document {
    let root = Branch("pagamentoPratica", [vec![leaf("codicePratica", "A001")], people().to_vec()].concat());
    Document { namespace: "http://PuntoAccessoPSP.spcoop.gov.it/pagamentoPratica", root }
}

fn licence() -> Document {
    let note = Branch("note", vec![leaf("note", "Lago di Borgo")]);
    let below = [vec![leaf("codicePratica", "D847")], people().to_vec(), vec![note]].concat();
    let root = Branch("praticaPagamentoCanoni", below);
    Document { namespace: "http://PuntoAccessoPSP.spcoop.gov.it/praticaPagamentoCanoni", root }
}

fn car() -> Document {
    let vehicle = vec![leaf("tipoVeicoloTarga", "1"), leaf("veicoloTarga", "AB123CD")];
    let root = Branch("tassaAuto", vec![Branch("veicoloConTarga", vehicle.clone())]);
    Document { namespace: "http://PuntoAccessoPSP.spcoop.gov.it/TassaAuto", root }
}

/// Every way of changing one element among its siblings.
fn damaged(element: &Element) -> Vec<(String, Element)> {
    let Branch(name, below) = element else { return Vec::new() };
    let mut all = Vec::new();
    let mut with = |what: String, below: Vec<Element>| all.push((what, Branch(name, below)));
    for (at, one) in below.iter().enumerate() {
        let called = match one {
            Branch(called, _) | Leaf(called, _) => *called,
        };
        let mut less = below.clone();
        less.remove(at);
        with(format!("{called} removed"), less);
        let mut twice = below.clone();
        twice.insert(at, one.clone());
        with(format!("{called} doubled"), twice);
        let mut emptied = below.clone();
        emptied[at] = leaf(called, "");
        with(format!("{called} emptied"), emptied);
        let mut renamed = below.clone();
        renamed[at] = leaf("altro", "x");
        with(format!("{called} replaced"), renamed);
        if at > 0 {
            let mut swapped = below.clone();
            swapped.swap(at - 1, at);
            with(format!("{called} out of order"), swapped);
        }
        for (what, changed) in damaged(one) {
            let mut deeper = below.clone();
            deeper[at] = changed;
            with(what, deeper);
        }
    }
    all
}

/// The document with the text of the element of that name replaced.
fn with_text(document: &Document, name: &str, text: &str) -> String {
    let whole = document.to_string();
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    // Of nested elements of one name the inner one has the text.
    let from = whole.rfind(&open).unwrap() + open.len();
    let until = from + whole[from..].find(&close).unwrap();
    format!("{}{text}{}", &whole[..from], &whole[until..])
}

/// Every damage to the structure is told as that of the schema; but what the schema lets be empty or be left out,
/// the form asks for, or nobody does.
async fn structure(gateway: &TestGateway, service: &str, document: &Document) {
    let mut tried = 0;
    for (what, root) in damaged(&document.root) {
        let changed = Document { root, ..document.clone() };
        let asked = asks(service, &changed.to_string());
        let expected = match what.as_str() {
            "codiceFiscalePagatore emptied" | "codiceFiscaleIntestatario emptied" => FORM,
            // The note may be left out, and an empty element of a fixed value has that value: see `accepted`.
            "note removed" if !changed.to_string().contains("<note>") => continue,
            "codicePratica emptied" => continue,
            _ => XSD,
        };
        let answer = refused(gateway, &asked, expected).await;
        let told = reason(&answer);
        assert!(!told.contains("Maria") && !told.contains("RSSMRA"), "{what}: {told}");
        if expected == XSD {
            assert!(told.starts_with("datiSpecificiServizioRequest: "), "{what}: {told}");
        }
        tried += 1;
    }
    assert!(tried > 5, "{service}");
    let text = document.to_string();
    for (what, wrong) in [
        ("another namespace", text.replace(document.namespace, "http://example.org/")),
        ("no namespace", text.replace(&format!(" xmlns=\"{}\"", document.namespace), "")),
        ("cut off", text[..text.len() - 3].to_owned()),
        ("no XML", "targa AB123CD".to_owned()),
        ("a DTD", format!("<!DOCTYPE x [<!ENTITY e \"x\">]>{text}")),
        ("something behind", format!("{text}<x/>")),
        ("an attribute", text.replacen(" xmlns=", " altro=\"1\" xmlns=", 1)),
        ("too much of it", format!("{text}{}", " ".repeat(70_000))),
    ] {
        let answer = refused(gateway, &asks(service, &wrong), XSD).await;
        assert!(reason(&answer).starts_with("datiSpecificiServizioRequest: "), "{what}");
    }
}

/// What may stand in an element.
async fn texts(gateway: &TestGateway, service: &str, document: &Document, wrong: &[(&str, &str, &str)]) {
    for (name, text, expected) in wrong {
        let asked = asks(service, &with_text(document, name, text));
        let answer = refused(gateway, &asked, expected).await;
        let told = reason(&answer);
        assert!(text.len() < 4 || !told.contains(text), "nothing is repeated: {told}");
    }
}

async fn accepted(gateway: &TestGateway, service: &str, document: &str) {
    let answer = gateway.demand(&asks(service, document)).await;
    assert_eq!(code(answer.outcome, &answer.fault), "OK", "{document} {:?}", answer.fault);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passport_is_asked_for_by_its_schema() {
    on_both_desks(async |gateway| {
        let document = passport();
        structure(&gateway, "00002", &document).await;
        let long = "x".repeat(51);
        let wrong = [
            ("codicePratica", "A002", XSD),
            ("codicePratica", "a001", XSD),
            ("denominazionePagatore", &long, XSD),
            ("denominazioneIntestatario", &long, XSD),
            ("denominazionePagatore", "   ", FORM),
            ("codiceFiscalePagatore", "RSSMRA80A01H501X", FORM),
            ("codiceFiscalePagatore", "RSSMRA", FORM),
            ("codiceFiscaleIntestatario", "12345678901", FORM),
        ];
        texts(&gateway, "00002", &document, &wrong).await;
        nothing_is_left(&gateway).await;
        accepted(&gateway, "00002", &document.to_string()).await;
        accepted(&gateway, "00002", &with_text(&document, "codicePratica", "")).await;
        gateway
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fishing_licence_is_asked_for_by_its_schema() {
    on_both_desks(async |gateway| {
        let document = licence();
        structure(&gateway, "00004", &document).await;
        let (long_name, long_note) = ("x".repeat(51), "x".repeat(41));
        let wrong = [
            ("codicePratica", "A001", XSD),
            ("denominazionePagatore", long_name.as_str(), XSD),
            ("note", long_note.as_str(), XSD),
            ("codiceFiscalePagatore", "RSSMRA80A01H501X", FORM),
        ];
        texts(&gateway, "00004", &document, &wrong).await;
        nothing_is_left(&gateway).await;
        accepted(&gateway, "00004", &document.to_string()).await;
        accepted(&gateway, "00004", &with_text(&document, "codicePratica", "")).await;
        let without_note = document.to_string().replace("<note><note>Lago di Borgo</note></note>", "");
        accepted(&gateway, "00004", &without_note).await;
        gateway
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tax_on_a_car_is_asked_for_by_its_schema() {
    on_both_desks(async |gateway| {
        let document = car();
        structure(&gateway, "00001", &document).await;
        let wrong = [
            ("tipoVeicoloTarga", "3", XSD),
            ("tipoVeicoloTarga", "01", XSD),
            ("veicoloTarga", "AB123C", XSD),
            ("veicoloTarga", "AB123CDEF", XSD),
            ("veicoloTarga", "1234567", FORM),
        ];
        texts(&gateway, "00001", &document, &wrong).await;
        nothing_is_left(&gateway).await;
        accepted(&gateway, "00001", &document.to_string()).await;
        accepted(
            &gateway,
            "00001",
            &with_text(&document, "tipoVeicoloTarga", "4").replace("AB123CD", "AB12345"),
        )
        .await;
        gateway
    })
    .await;
}
