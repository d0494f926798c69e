//! The three renderings of a form accept the same inputs, and the same as the domain.
//!
//! What none of them can say is judged by the domain alone, and is exactly this: check characters and check
//! digits, which countries have IBANs and how long they are, and rules between fields (of which a JSON Schema says
//! some: see [`super::rules`]).

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use varco::catalogue::render;
use varco::domain::catalogue::form::{
    Choice, FieldKind, FieldName, Form, FormError, Inputs, Pattern, Reason, codes,
};
use varco::domain::text::Text;

use super::judges;
use super::random::{self, Case, Written};

/// How many forms are made, and how often each is filled in.
const FORMS: usize = 500;
const FILLED: usize = 16;

/// Forms by chance. What fails is told with its seed, which can be put here to see it again.
fn cases() -> (u64, Vec<Case>) {
    let chance = any::<u64>().new_tree(&mut TestRunner::default()).unwrap().current();
    let seed = std::env::var("VARCO_FORMS_SEED").map_or(chance, |seed| seed.parse().unwrap());
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let case = random::case(FILLED);
    (seed, (0..FORMS).map(|_| case.new_tree(&mut runner).unwrap().current()).collect())
}

/// Whether an input is refused for nothing but what only the domain can say.
fn accepted_but_for_the_domain(form: &Form, inputs: &Inputs) -> bool {
    let only_the_domain = |error: &FormError| {
        let text = error.field.as_ref().and_then(|field| inputs.get(field)).unwrap_or_default();
        match error.reason {
            Reason::CheckCharacter => true,
            Reason::NotAnIban => codes::iban().matches(text),
            _ => false,
        }
    };
    form.read(inputs).err().unwrap_or_default().iter().all(only_the_domain)
}

fn name(text: &str) -> FieldName {
    FieldName::new(text).unwrap()
}

fn kind<'a>(form: &'a Form, field: &str) -> &'a FieldKind {
    &form.field(&name(field)).unwrap().kind
}

/// What a program wrote, character by character.
fn raw(written: &Written) -> Inputs {
    written.iter().map(|(field, text)| (name(field), text.clone())).collect()
}

/// What XML makes of it: blanks around numbers, days and yes or no are not part of them.
fn of_xml(form: &Form, written: &Written) -> Inputs {
    let text = |(field, text): (&String, &String)| {
        let trimmed = match kind(form, field) {
            FieldKind::Integer { .. }
            | FieldKind::Decimal { .. }
            | FieldKind::Date { .. }
            | FieldKind::Boolean => text.trim_matches([' ', '\t', '\n', '\r']),
            _ => text,
        };
        (name(field), trimmed.to_owned())
    };
    written.iter().map(text).collect()
}

/// What a page makes of it; none if no control can hold it, so that nobody can send it.
fn of_page(form: &Form, written: &Written) -> Option<Inputs> {
    let cannot_be_held = |(field, text): (&String, &String)| match kind(form, field) {
        FieldKind::Date { .. } | FieldKind::Choice(_) | FieldKind::Boolean => text.trim() != *text,
        _ => text.contains(['\n', '\r']),
    };
    if written.iter().any(cannot_be_held) {
        return None;
    }
    let sent = written.iter().map(|(field, text)| (field.as_str(), text.as_str()));
    Some(render::inputs_of_page(form, sent))
}

#[test]
fn the_three_renderings_of_a_form_accept_the_same_inputs() {
    let (seed, cases) = cases();
    let in_browser = judges::browser(&cases);
    let (mut accepted, mut refused) = (0, 0);
    let mut findings = Vec::new();
    for (case, in_browser) in cases.iter().zip(in_browser) {
        let form = &case.form;
        let json = judges::validator(form);
        let (by_xmllint, by_reader) = (judges::xmllint(case), judges::reader(case));
        for (index, written) in case.filled.iter().enumerate() {
            let by_domain = accepted_but_for_the_domain(form, &raw(written));
            if by_domain {
                accepted += 1
            } else {
                refused += 1
            };
            let object = judges::object(form, written);
            let of_xml = accepted_but_for_the_domain(form, &of_xml(form, written));
            let of_page = of_page(form, written).is_some_and(|sent| accepted_but_for_the_domain(form, &sent));
            for (judge, verdict, expected) in [
                ("JSON Schema", json.is_valid(&object.into()), by_domain),
                ("XSD, libxml2", by_xmllint[index], of_xml),
                ("XSD, our reader", by_reader[index].is_some(), of_xml),
                ("HTML, Chromium", in_browser[index], of_page),
            ] {
                if verdict != expected {
                    findings.push(format!("{judge} says {verdict} of {written:?}\n  {:?}", form.fields()));
                }
            }
        }
    }
    assert!(
        findings.is_empty(),
        "seed {seed}: {} findings\n{}",
        findings.len(),
        findings[..findings.len().min(20)].join("\n")
    );
    // Not all of one sort, or the test would say nothing.
    assert!(accepted > 500 && refused > 500, "{accepted} accepted, {refused} refused");
}

#[test]
fn documents_become_the_answers_that_a_program_would_have_given() {
    let (seed, cases) = cases();
    for case in cases {
        let read = judges::reader(&case);
        for (written, read) in case.filled.iter().zip(read) {
            if let (Some(read), Ok(answers)) = (read, case.form.read(&raw(written))) {
                assert_eq!(case.form.read(&read), Ok(answers), "seed {seed}: {written:?}");
            }
        }
    }
}

/// A form of one field that need not be filled in, filled in with each of these.
fn of_one(kind: FieldKind, texts: &[&str]) -> Case {
    let form = Form::new(vec![random::field("one", kind, false)], Vec::new()).unwrap();
    let written = |text: &&str| Written::from([("one".to_owned(), (*text).to_owned())]);
    Case { form, filled: texts.iter().map(written).collect() }
}

#[test]
fn check_characters_and_countries_are_judged_by_the_domain_alone() {
    let cases = [
        (of_one(FieldKind::FiscalCode, &["RSSMRA80A01H501X", "00493410584"]), "check_character"),
        (of_one(FieldKind::VatNumber, &["00493410580"]), "check_character"),
        (
            of_one(FieldKind::Iban, &["IT61X0542811101000000123456", "DE90370400440532013000"]),
            "check_character",
        ),
        (
            of_one(FieldKind::Iban, &["ZZ83X0542811101000000123456", "IT60X054281110100000012345"]),
            "iban_form",
        ),
    ];
    let alone: Vec<Case> = cases.iter().map(|(case, _)| case.clone()).collect();
    let in_browser = judges::browser(&alone);
    for ((case, code), in_browser) in cases.iter().zip(in_browser) {
        let json = judges::validator(&case.form);
        let all = judges::xmllint(case).into_iter().chain(in_browser);
        let all = all.chain(judges::reader(case).into_iter().map(|read| read.is_some()));
        assert!(all.into_iter().all(|accepted| accepted), "{:?}", case.filled);
        for written in &case.filled {
            assert!(json.is_valid(&judges::object(&case.form, written).into()), "{written:?}");
            let errors = case.form.read(&raw(written)).unwrap_err();
            assert_eq!(errors.iter().map(|error| error.code).collect::<Vec<_>>(), [*code], "{written:?}");
        }
    }
}

#[test]
fn the_smallest_and_the_largest_form_have_schemas_too() {
    let none = Case { form: Form::new(Vec::new(), Vec::new()).unwrap(), filled: vec![Written::new()] };
    assert_eq!(judges::xmllint(&none), [true]);
    assert!(judges::reader(&none)[0].is_some());

    let names: Vec<String> = (0..20).map(|n| format!("field_{n}")).collect();
    let pattern = Pattern::new("[A-Za-zÀ-ü' .\\-]{1,140}").unwrap();
    let one = |value: usize| Choice {
        value: Text::new(&format!("value {value}")).unwrap(),
        label: random::words("voce"),
    };
    let fields = names.iter().enumerate().map(|(index, name)| {
        let kind = match index % 4 {
            0 => FieldKind::Text { min: 1, max: 140, pattern: Some(pattern.clone()) },
            1 => FieldKind::Choice((0..100).map(one).collect()),
            2 => FieldKind::Plate,
            _ => FieldKind::FiscalCode,
        };
        random::field(name, kind, true)
    });
    let form = Form::new(fields.collect(), Vec::new()).unwrap();
    let texts = ["Anna D'Angiò", "value 99", "AB123CD", "RSSMRA80A01H501U"];
    let written =
        names.iter().zip(texts.into_iter().cycle()).map(|(name, text)| (name.clone(), text.to_owned()));
    let case = Case { form, filled: vec![written.collect()] };
    assert_eq!(judges::xmllint(&case), [true]);
    let read = judges::reader(&case).remove(0);
    assert!(case.form.read(&read.unwrap()).is_ok());
}
