//! Each rule of each shipped schema, broken.

use varco::catalogue::payload::{PayloadError, PayloadReader, SHIPPED};

fn sample(service: &str) -> String {
    let file = match service {
        "A001" => "ok-passport",
        "D847" => "ok-licence",
        _ => "ok-car",
    };
    std::fs::read_to_string(format!("fixtures/services/{service}/{file}.xml")).unwrap()
}

fn read(service: &str, document: &str) -> Result<(), PayloadError> {
    let shipped = SHIPPED.iter().find(|schema| schema.name == service).unwrap();
    PayloadReader::compile(shipped.xsd, &[]).unwrap().read(document.as_bytes()).map(drop)
}

/// What is told of a sample in which one piece was replaced.
fn told(service: &str, from: &str, to: &str) -> String {
    let sample = sample(service);
    assert!(sample.contains(from), "{from}");
    read(service, &sample.replace(from, to)).map_or_else(|error| error.to_string(), |()| "fine".to_owned())
}

#[test]
fn the_samples_keep_their_schemas() {
    for schema in SHIPPED {
        assert_eq!(read(schema.name, &sample(schema.name)), Ok(()), "{}", schema.name);
    }
}

#[test]
fn each_rule_of_the_passport_is_kept() {
    let name = "denominazionePagatore";
    let fifty = "è".repeat(50);
    let cases = [
        (">A001<", ">A002<", "line 3, column 18, /pagamentoPratica/codicePratica: must be A001"),
        (
            "<codicePratica>A001</codicePratica>",
            "",
            "line 4, column 3, /pagamentoPratica: expected codicePratica",
        ),
        (
            ">Mario Rossi<",
            "><",
            "line 6, column 28, /pagamentoPratica/pagatore/denominazionePagatore: length must be 1 to 50",
        ),
        (">Mario Rossi<", &format!(">{fifty}<"), "fine"),
        (
            ">Mario Rossi<",
            &format!(">{fifty}x<"),
            &format!("line 6, column 28, /pagamentoPratica/pagatore/{name}: length must be 1 to 50"),
        ),
        (">RSSMRA80A01H501U<", "><", "fine"),
        ("intestatario>", "holder>", "line 8, column 3, /pagamentoPratica: expected intestatario"),
        (
            "<denominazioneIntestatario>Anna Rossi</denominazioneIntestatario>",
            "",
            "line 11, column 3, /pagamentoPratica/intestatario: expected denominazioneIntestatario",
        ),
        (
            "</pagamentoPratica>",
            "<note/></pagamentoPratica>",
            "line 12, column 1, /pagamentoPratica: element not allowed here",
        ),
        (
            "<pagatore>",
            "<pagatore id=\"1\">",
            "line 4, column 13, /pagamentoPratica/pagatore: attribute not allowed here",
        ),
        ("<pagatore>", "<pagatore>x", "line 4, column 13, /pagamentoPratica/pagatore: text not allowed here"),
        (
            "</intestatario>",
            "",
            "line 12, column 1, /pagamentoPratica/intestatario: not well-formed XML: end tag of another element",
        ),
    ];
    for (from, to, want) in cases {
        assert_eq!(told("A001", from, to), want, "{from} -> {to}");
    }
}

#[test]
fn each_rule_of_the_fishing_licence_is_kept() {
    let cases = [
        (">D847<", ">A001<", "line 3, column 20, /praticaPagamentoCanoni/codicePratica: must be D847"),
        ("Licenza di tipo B, rinnovo", &"n".repeat(40), "fine"),
        (
            "Licenza di tipo B, rinnovo",
            &"n".repeat(41),
            "line 13, column 13, /praticaPagamentoCanoni/note/note: length must be 1 to 40",
        ),
        (
            "Licenza di tipo B, rinnovo",
            "",
            "line 13, column 13, /praticaPagamentoCanoni/note/note: length must be 1 to 40",
        ),
        (
            "<p:note>Licenza di tipo B, rinnovo</p:note>",
            "",
            "line 14, column 3, /praticaPagamentoCanoni/note: expected note",
        ),
        ("  <p:note>\n    <p:note>Licenza di tipo B, rinnovo</p:note>\n  </p:note>\n", "", "fine"),
        (
            "p:codicePratica>",
            "codicePratica>",
            "line 3, column 3, /praticaPagamentoCanoni: expected codicePratica",
        ),
    ];
    for (from, to, want) in cases {
        assert_eq!(told("D847", from, to), want, "{from} -> {to}");
    }
}

#[test]
fn each_rule_of_the_car_tax_is_kept() {
    let plate = "line 5, column 19, /tassaAuto/veicoloConTarga/veicoloTarga: length must be 7 to 8";
    let cases = [
        (">1<", ">2<", "fine"),
        (">1<", ">4<", "fine"),
        (
            ">1<",
            ">3<",
            "line 4, column 23, /tassaAuto/veicoloConTarga/tipoVeicoloTarga: must be one of 1, 2, 4",
        ),
        (
            ">1<",
            "> 1<",
            "line 4, column 23, /tassaAuto/veicoloConTarga/tipoVeicoloTarga: must be one of 1, 2, 4",
        ),
        ("AB123CD", "AB123C", plate),
        ("AB123CD", "AB123CDEF", plate),
        ("AB123CD", "AB123CDE", "fine"),
        ("veicoloConTarga>", "veicoloSenzaTarga>", "line 3, column 3, /tassaAuto: expected veicoloConTarga"),
        (
            "/TassaAuto\"",
            "/TassaMoto\"",
            "the root element must be tassaAuto of the namespace \"http://PuntoAccessoPSP.spcoop.gov.it/TassaAuto\"",
        ),
    ];
    for (from, to, want) in cases {
        assert_eq!(told("TassaAuto", from, to), want, "{from} -> {to}");
    }
}
