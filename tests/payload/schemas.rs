//! Random schemas of services, and documents by them.

use crate::random::Random;

/// A simple type as the schema writes it, and texts that it admits.
type Kind = (String, Vec<String>);

/// A schema with what is needed to make documents by it.
pub struct Sample {
    pub xsd: String,
    parts: Vec<Part>,
}

struct Part {
    name: String,
    admits: Vec<String>,
    min: usize,
    max: usize,
    /// Other elements inside.
    inner: Vec<Part>,
    /// Whether only one of those is there.
    choice: bool,
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A restriction as forms have them, and a few that only bodies write.
fn kind(random: &mut Random) -> Kind {
    let facet = |name: &str, value: &str| format!("<xs:{name} value=\"{value}\"/>");
    let (base, facets, admits): (&str, String, Vec<String>) = match random.below(13) {
        0 => ("string", facet("minLength", "1") + &facet("maxLength", "12"), owned(&["x", "àè €", "0"])),
        1 => ("string", facet("pattern", "[A-Z]{2}[0-9]{3}[A-Z]{2}"), owned(&["AB123CD", "ZZ000ZZ"])),
        2 => (
            "token",
            facet("maxLength", "5") + &facet("pattern", r"\S+( \S+)*").replace(r"\S", "[^ ]"),
            owned(&["a b", "  abc "]),
        ),
        3 => (
            "integer",
            facet("minInclusive", "-5") + &facet("maxInclusive", "120"),
            owned(&["5", "-5", " 0120 ", "+3", "-0"]),
        ),
        4 => (
            "decimal",
            facet("fractionDigits", "2") + &facet("minInclusive", "0.01") + &facet("maxInclusive", "999.99"),
            owned(&["0.01", "12.5", "+1.00", ".50", "999.990"]),
        ),
        5 => ("decimal", facet("totalDigits", "4"), owned(&["12.50", "0", "-99.990", "0012.34"])),
        6 => (
            "date",
            facet("pattern", "[0-9]{4}-[0-9]{2}-[0-9]{2}") + &facet("minInclusive", "2025-01-01"),
            owned(&["2025-02-28", "2028-02-29", "2025-01-01"]),
        ),
        7 => (
            "date",
            facet("minInclusive", "2025-01-01") + &facet("maxInclusive", "2025-12-31"),
            owned(&["2025-05-13", "2025-05-13Z", "2025-05-13+02:00", "2025-12-31"]),
        ),
        8 => (
            "string",
            ["car", "van", "a b"].map(|value| facet("enumeration", value)).concat(),
            owned(&["car", "a b"]),
        ),
        9 => (
            "decimal",
            ["1", "2.50"].map(|value| facet("enumeration", value)).concat(),
            owned(&["1", "2.5", "01.0"]),
        ),
        10 => ("boolean", String::new(), owned(&["true", "0", " 1 "])),
        11 => (
            "positiveInteger",
            facet("maxInclusive", "99999999999999999999"),
            owned(&["1", "99999999999999999999"]),
        ),
        _ => ("normalizedString", facet("length", "5"), owned(&["a b c", "1 2 3"])),
    };
    (
        format!(
            "<xs:simpleType><xs:restriction base=\"xs:{base}\">{facets}</xs:restriction></xs:simpleType>"
        ),
        admits,
    )
}

fn part(random: &mut Random, name: String, depth: usize) -> (Part, String) {
    let (min, max) = *random.pick(&[&[(1, 1)], &[(1, 1)], &[(0, 1)], &[(0, 3)], &[(2, 2)]]).first().unwrap();
    let occurs = format!("minOccurs=\"{min}\" maxOccurs=\"{max}\"");
    if depth == 0 || !random.one_in(4) {
        let (xsd, admits) = kind(random);
        if random.one_in(8) {
            let only = admits[0].clone();
            let xsd = format!("<xs:element name=\"{name}\" fixed=\"{only}\" {occurs}>{xsd}</xs:element>\n");
            return (
                Part { name, admits: vec![only, String::new()], min, max, inner: Vec::new(), choice: false },
                xsd,
            );
        }
        let xsd = format!("<xs:element name=\"{name}\" {occurs}>{xsd}</xs:element>\n");
        return (Part { name, admits, min, max, inner: Vec::new(), choice: false }, xsd);
    }
    let choice = random.one_in(2);
    let count = random.between(1, 3);
    let (inner, body): (Vec<Part>, Vec<String>) =
        (0..count).map(|at| part(random, format!("{name}{at}"), depth - 1)).unzip();
    let group = if choice { "choice" } else { "sequence" };
    let xsd = format!(
        "<xs:element name=\"{name}\" {occurs}><xs:complexType><xs:{group}>\n{}</xs:{group}></xs:complexType></xs:element>\n",
        body.concat()
    );
    (Part { name, admits: Vec::new(), min, max, inner, choice }, xsd)
}

impl Sample {
    pub fn new(random: &mut Random) -> Sample {
        let count = random.between(1, 8);
        let (parts, body): (Vec<Part>, Vec<String>) =
            (0..count).map(|at| part(random, format!("f{at}"), 2)).unzip();
        let xsd = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
             targetNamespace=\"urn:t\" elementFormDefault=\"qualified\">\n<xs:element name=\"r\"><xs:complexType><xs:sequence>\n\
             {}</xs:sequence></xs:complexType></xs:element>\n</xs:schema>\n",
            body.concat()
        );
        Sample { xsd, parts }
    }

    pub fn document(&self, random: &mut Random) -> String {
        format!("<r xmlns=\"urn:t\">{}</r>", content(&self.parts, random))
    }
}

fn content(parts: &[Part], random: &mut Random) -> String {
    let mut out = String::new();
    for part in parts {
        for _ in 0..random.between(part.min, part.max) {
            let inner = match (&part.inner[..], part.choice) {
                ([], _) => part.admits[random.below(part.admits.len())].clone(),
                (inner, true) => {
                    let chosen = random.below(inner.len());
                    content(&inner[chosen..=chosen], random)
                }
                (inner, false) => content(inner, random),
            };
            out.push_str(&format!(
                "<{0}>{inner}</{0}>{1}",
                part.name,
                random.pick(&["", "", "\n", "<!-- c -->"])
            ));
        }
    }
    out
}
