//! Every field of every message is in the tables: carried, or told as lost. README shows what is lost.

use crate::codegen::model::{Contract, Particle, QName, Term, TypeRef};
use crate::codegen::{self, Source};
use crate::sample;
use std::collections::BTreeSet;
use varco::legacy::translate::{Direction, Fate, LOSSES, MAPPED};

const NODE: &str = sample::NAMESPACE;
const PPT: &str = "http://ws.pagamenti.telematici.gov/";
const HEAD: &str = "http://ws.pagamenti.telematici.gov/ppthead";
const PAY: &str = "http://www.digitpa.gov.it/schemas/2011/Pagamenti/";

/// The leaves below a root, each a path; the element of the same name around an answer is left out.
fn leaves(sources: &[Source], root: (&str, &str)) -> BTreeSet<String> {
    let contract = codegen::model(sources).unwrap();
    let name: QName = (root.0.to_owned(), root.1.to_owned());
    let mut found = BTreeSet::new();
    below(&contract, &contract.roots[&name], "", &mut found);
    let doubled = format!("{}/", root.1);
    found.into_iter().map(|path| path.strip_prefix(&doubled).unwrap_or(&path).to_owned()).collect()
}

fn below(contract: &Contract, of: &TypeRef, path: &str, found: &mut BTreeSet<String>) {
    let complex = match of {
        TypeRef::Named(name) => contract.complex.get(name),
        TypeRef::Builtin(_) => None,
    };
    match complex {
        Some(complex) => complex.particles.iter().for_each(|one| inside(contract, one, path, found)),
        None => drop(found.insert(path.to_owned())),
    }
}

fn inside(contract: &Contract, particle: &Particle, path: &str, found: &mut BTreeSet<String>) {
    match &particle.term {
        Term::Element { name, of, .. } => {
            let path = if path.is_empty() { name.1.clone() } else { format!("{path}/{}", name.1) };
            below(contract, of, &path, found);
        }
        Term::Choice(inner) | Term::Sequence(inner) => {
            inner.iter().for_each(|one| inside(contract, one, path, found));
        }
    }
}

fn node(root: &str) -> BTreeSet<String> {
    leaves(&sample::sources(), (NODE, root))
}

fn old(service: &str, namespace: &str, root: &str) -> BTreeSet<String> {
    leaves(&sample::legacy_sources(service), (namespace, root))
}

/// What comes and what leaves in a direction.
fn ends(direction: Direction) -> (BTreeSet<String>, BTreeSet<String>) {
    const CCP: &str = "PagamentiTelematiciCCP";
    let head = || old(CCP, HEAD, "intestazionePPT");
    let with = |one: BTreeSet<String>, other: BTreeSet<String>| -> BTreeSet<String> {
        one.into_iter().chain(other).collect()
    };
    match direction {
        Direction::Verify => {
            (node("paVerifyPaymentNoticeReq"), with(head(), old(CCP, PPT, "paaVerificaRPT")))
        }
        Direction::VerifyAnswer => {
            (old(CCP, PPT, "paaVerificaRPTRisposta"), node("paVerifyPaymentNoticeRes"))
        }
        Direction::Activate => (node("paGetPaymentReq"), with(head(), old(CCP, PPT, "paaAttivaRPT"))),
        Direction::ActivateAnswer => (old(CCP, PPT, "paaAttivaRPTRisposta"), node("paGetPaymentV2Response")),
        Direction::Rpt => (old("documents", PAY, "RPT"), BTreeSet::new()),
        Direction::Demand => {
            let service = "RichiestaAvvisi";
            let head = old(service, HEAD, "intestazionePPT");
            (node("paDemandPaymentNoticeRequest"), with(head, old(service, PPT, "paaChiediNumeroAvviso")))
        }
        Direction::DemandAnswer => (
            old("RichiestaAvvisi", PPT, "paaChiediNumeroAvvisoRisposta"),
            node("paDemandPaymentNoticeResponse"),
        ),
        Direction::Receipt => (node("paSendRTV2Request"), old("documents", PAY, "RT")),
        Direction::NotPaid => (old("documents", PAY, "RPT"), old("documents", PAY, "RT")),
    }
}

/// Whether a path of a table, which may end in `*`, is that of a leaf.
fn names(written: &str, leaf: &str) -> bool {
    match written.strip_suffix('*') {
        Some(head) => leaf.starts_with(head),
        None => leaf == written,
    }
}

#[test]
fn every_field_that_comes_is_carried_or_told_as_lost() {
    let mut wrong = Vec::new();
    for direction in Direction::ALL {
        let carried = MAPPED.iter().filter(|row| row.direction == direction).map(|row| row.from);
        let lost = LOSSES.iter().filter(|loss| {
            loss.direction == direction && matches!(loss.fate, Fate::Dropped | Fate::Shortened)
        });
        let told: Vec<&str> = carried.chain(lost.map(|loss| loss.field)).collect();
        let (comes, _) = ends(direction);
        let forgotten = comes.iter().filter(|leaf| !told.iter().any(|path| names(path, leaf)));
        wrong.extend(forgotten.map(|leaf| format!("{direction}: nothing is said of {leaf}")));
        let unknown = told.iter().filter(|path| !comes.iter().any(|leaf| names(path, leaf)));
        wrong.extend(unknown.map(|path| format!("{direction}: {path} does not come")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_field_that_leaves_is_carried_made_up_or_told_as_absent() {
    let mut wrong = Vec::new();
    for direction in Direction::ALL.into_iter().filter(|one| *one != Direction::Rpt) {
        // An RPT completes the answer to an activation.
        let from = |one: Direction| {
            one == direction || (direction == Direction::ActivateAnswer && one == Direction::Rpt)
        };
        let carried = MAPPED.iter().filter(|row| from(row.direction)).map(|row| row.to);
        let made = LOSSES
            .iter()
            .filter(|loss| from(loss.direction) && matches!(loss.fate, Fate::Invented | Fate::Absent));
        let told: Vec<&str> = carried.chain(made.map(|loss| loss.field)).collect();
        let (_, leaves) = ends(direction);
        let forgotten = leaves.iter().filter(|leaf| !told.iter().any(|path| names(path, leaf)));
        wrong.extend(forgotten.map(|leaf| format!("{direction}: nothing is said of {leaf}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_loss_is_told_twice() {
    let mut seen = BTreeSet::new();
    for loss in LOSSES {
        assert!(seen.insert((loss.direction, loss.fate, loss.field)), "{loss:?}");
        assert!(!loss.why.is_empty() && !loss.why.contains('|'), "{loss:?}");
    }
}

/// The table of the README.
fn table() -> String {
    let mut out = String::new();
    for direction in Direction::ALL {
        out.push_str(&format!(
            "\n**{direction}**\n\n| field | fate | why, or what stands there instead |\n|---|---|---|\n"
        ));
        for loss in LOSSES.iter().filter(|loss| loss.direction == direction) {
            out.push_str(&format!("| `{}` | {} | {} |\n", loss.field, loss.fate.word(), loss.why));
        }
    }
    out
}

/// `BLESS=1 cargo test --test translation` rewrites the table.
#[test]
fn the_readme_shows_what_is_lost() {
    const BEGIN: &str = "<!-- losses: written by tests/translation -->\n";
    const END: &str = "\n<!-- end of losses -->";
    let readme = std::fs::read_to_string("README.md").unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the place of the table");
    let (shown, after) = rest.split_once(END).expect("the end of the table");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write("README.md", format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
        return;
    }
    assert_eq!(shown, table());
}
