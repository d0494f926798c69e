use super::*;

fn schema(fields: &str) -> String {
    format!(
        "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:t=\"urn:t\" targetNamespace=\"urn:t\" \
         elementFormDefault=\"qualified\">\n{fields}</xs:schema>"
    )
}

fn leaves(body: &str) -> String {
    schema(&format!(
        "<xs:element name=\"r\"><xs:complexType><xs:sequence>\n{body}</xs:sequence></xs:complexType></xs:element>"
    ))
}

fn restricted(base: &str, facets: &str) -> String {
    leaves(&format!(
        "<xs:element name=\"a\"><xs:simpleType><xs:restriction base=\"xs:{base}\">{facets}</xs:restriction>\
         </xs:simpleType></xs:element>"
    ))
}

fn reader(xsd: &str, fields: &[&str]) -> PayloadReader {
    let bound = |name: &&str| {
        let field = name.rsplit('/').next().unwrap();
        (XmlPath::new(name).unwrap(), FieldName::new(field).unwrap())
    };
    PayloadReader::compile(xsd, &fields.iter().map(bound).collect::<Vec<_>>()).unwrap()
}

fn document(content: &str) -> String {
    format!("<r xmlns=\"urn:t\">{content}</r>")
}

/// What is read of one leaf, or why it is refused.
fn judged(xsd: &str, text: &str) -> Result<String, String> {
    let field = FieldName::new("a").unwrap();
    match reader(xsd, &["a"]).read(document(&format!("<a>{text}</a>")).as_bytes()) {
        Ok(inputs) => Ok(inputs.get(&field).unwrap_or_default().to_owned()),
        Err(PayloadError::Schema { reason, .. }) => Err(reason),
        Err(other) => Err(other.to_string()),
    }
}

/// What is wrong with a schema, each with its line.
fn wrong(xsd: &str) -> Vec<String> {
    let wrong = PayloadReader::compile(xsd, &[]).expect_err("understood");
    wrong.iter().map(ToString::to_string).collect()
}

#[test]
fn the_shipped_schemas_name_the_leaves_of_the_contract() {
    let leaves = |name: &str| -> Vec<(String, bool)> {
        let xsd = SHIPPED.iter().find(|one| one.name == name).unwrap().xsd;
        Compiled::new(xsd).unwrap().leaves().iter().map(|leaf| (leaf.path.clone(), leaf.fixed)).collect()
    };
    let passport = [
        ("codicePratica", true),
        ("pagatore/codiceFiscalePagatore", false),
        ("pagatore/denominazionePagatore", false),
        ("intestatario/codiceFiscaleIntestatario", false),
        ("intestatario/denominazioneIntestatario", false),
    ]
    .map(|(path, fixed)| (path.to_owned(), fixed));
    assert_eq!(leaves("A001"), passport);
    let note = [("note/note".to_owned(), false)];
    assert_eq!(leaves("D847"), [passport.as_slice(), &note].concat());
    let tax = ["veicoloConTarga/tipoVeicoloTarga", "veicoloConTarga/veicoloTarga"];
    assert_eq!(leaves("TassaAuto"), tax.map(|path| (path.to_owned(), false)));
}

#[test]
fn a_document_becomes_the_fields_that_are_bound() {
    let xsd = shipped(&crate::domain::catalogue::ids::SchemaName::new("A001").unwrap()).unwrap();
    let reader = reader(xsd, &["pagatore/codiceFiscalePagatore", "intestatario/denominazioneIntestatario"]);
    let text = include_str!("../../../fixtures/services/A001/ok-passport.xml");
    let inputs = reader.read(text.as_bytes()).unwrap();
    let read: Vec<(&str, &str)> = inputs.iter().map(|(field, text)| (field.as_str(), text)).collect();
    assert_eq!(
        read,
        [("codiceFiscalePagatore", "RSSMRA80A01H501U"), ("denominazioneIntestatario", "Anna Rossi")]
    );
    let refused = reader.read(text.replace(">A001<", ">D847<").as_bytes()).unwrap_err();
    assert_eq!(refused.to_string(), "line 3, column 18, /pagamentoPratica/codicePratica: must be A001");
    let empty = reader.read(text.replace(">A001<", "><").as_bytes());
    assert!(empty.is_ok(), "an empty element stands for its fixed value");
}

#[test]
fn another_root_is_told_apart_from_a_broken_document() {
    let reader = reader(&leaves("<xs:element name=\"a\" type=\"xs:string\"/>"), &["a"]);
    for other in ["<r><a/></r>", "<q xmlns='urn:t'><a/></q>", "<r xmlns='urn:u'><a/></r>"] {
        let refused = reader.read(other.as_bytes()).unwrap_err();
        assert_eq!(refused.to_string(), "the root element must be r of the namespace \"urn:t\"");
    }
    for broken in ["", "x", "<r xmlns='urn:t'>", "<r xmlns='urn:t'><a/></r><r/>", "<!DOCTYPE r []><r/>"] {
        let refused = reader.read(broken.as_bytes()).unwrap_err();
        assert!(matches!(refused, PayloadError::Schema { .. }), "{broken}: {refused}");
    }
    let large = document(&format!("<a>{}</a>", "x".repeat(DOCUMENT_BYTES)));
    let refused = reader.read(large.as_bytes()).unwrap_err().to_string();
    assert!(refused.ends_with("limit exceeded: the size of the document"), "{refused}");
}

#[test]
fn numbers_days_and_flags_are_read_by_value() {
    let same = |xsd: &str, text: &str, value: &str| {
        assert_eq!(judged(xsd, text), Ok(value.to_owned()), "{text}");
    };
    let integer = leaves("<xs:element name=\"a\" type=\"xs:integer\"/>");
    same(&integer, " +007 ", "7");
    same(&integer, "-99999999999999999999999999", "-99999999999999999999999999");
    assert_eq!(judged(&integer, "1.0"), Err("must be a whole number".to_owned()));
    assert_eq!(judged(&integer, "x"), Err("must be a number such as 12.50".to_owned()));
    let ranged = restricted("integer", "<xs:minInclusive value=\"-5\"/><xs:maxInclusive value=\"10\"/>");
    same(&ranged, "-5", "-5");
    assert_eq!(judged(&ranged, "-6"), Err("must be at least -5".to_owned()));
    assert_eq!(judged(&ranged, "11"), Err("must be at most 10".to_owned()));
    let decimal = restricted("decimal", "<xs:totalDigits value=\"4\"/><xs:fractionDigits value=\"2\"/>");
    same(&decimal, "12.50", "12.5");
    same(&decimal, "0012.340", "12.34");
    assert_eq!(judged(&decimal, "1.234"), Err("must have at most 2 digits after the dot".to_owned()));
    assert_eq!(judged(&decimal, "123.45"), Err("must have at most 4 digits".to_owned()));
    let day =
        restricted("date", "<xs:minInclusive value=\"2026-01-01\"/><xs:maxInclusive value=\"2026-12-31\"/>");
    same(&day, "2026-02-28", "2026-02-28");
    assert_eq!(judged(&day, "2025-12-31"), Err("must be at least 2026-01-01".to_owned()));
    assert_eq!(judged(&day, "2026-02-29"), Err("must be a date such as 2026-11-30".to_owned()));
    let plain = restricted("date", "<xs:pattern value=\"[0-9]{4}-[0-9]{2}-[0-9]{2}\"/>");
    same(&plain, "2026-02-28", "2026-02-28");
    assert!(judged(&plain, "2026-02-28Z").is_err());
    let flag = leaves("<xs:element name=\"a\" type=\"xs:boolean\"/>");
    same(&flag, "1", "true");
    let listed = restricted("decimal", "<xs:enumeration value=\"1\"/><xs:enumeration value=\"2.50\"/>");
    same(&listed, "2.5", "2.5");
    assert_eq!(judged(&listed, "3"), Err("must be one of 1, 2.5".to_owned()));
}

#[test]
fn texts_keep_lengths_patterns_and_lists() {
    let xsd = restricted(
        "token",
        "<xs:minLength value=\"2\"/><xs:maxLength value=\"3\"/><xs:pattern value=\"[a-zà-ü]+\"/>",
    );
    assert_eq!(judged(&xsd, "  àb "), Ok("àb".to_owned()));
    assert_eq!(judged(&xsd, "a"), Err("length must be 2 to 3".to_owned()));
    assert_eq!(judged(&xsd, "ab1"), Err("must match [a-zà-ü]+".to_owned()));
    let listed = restricted("string", "<xs:enumeration value=\"car\"/><xs:enumeration value=\"van\"/>");
    assert_eq!(judged(&listed, "bus"), Err("must be one of car, van".to_owned()));
}

#[test]
fn a_binding_names_single_leaves_once() {
    let xsd = leaves(
        "<xs:element name=\"a\" type=\"xs:string\"/><xs:element name=\"b\" type=\"xs:string\" maxOccurs=\"2\"/>\
         <xs:choice><xs:element name=\"c\" type=\"xs:string\"/><xs:element name=\"d\" type=\"xs:string\"/></xs:choice>",
    );
    let paths = [("a", "x"), ("b", "y"), ("q", "z"), ("c", "w"), ("d", "w"), ("a", "v")];
    let paths = paths.map(|(path, field)| (XmlPath::new(path).unwrap(), FieldName::new(field).unwrap()));
    let wrong = PayloadReader::compile(&xsd, &paths).unwrap_err();
    let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    assert_eq!(
        wrong,
        [
            "b: the element may be there more than once",
            "q: no element with text is there in the schema",
            "d: its field is bound to another element too",
            "a: the element is bound twice",
        ]
    );
}

#[test]
fn what_is_outside_the_subset_is_told_by_line() {
    let cases = [
        ("<x/>".to_owned(), "line 1: not a schema"),
        ("<x".to_owned(), "line 1: the document does not have a root node"),
        (schema(""), "line 1: a schema of a service has one root, and no other global element"),
        (schema("<xs:element name='r' type='xs:string'/>"), "line 1: the root has no elements in it"),
        (
            schema("<xs:import namespace='urn:x'/>"),
            "line 2: a schema of a service is one file: nothing is imported",
        ),
        (leaves("<xs:any/>"), "line 3: <any> is outside the subset here"),
        (
            leaves("<xs:element name='a' type='xs:float'/>"),
            "line 3: the built-in type xs:float is outside the subset",
        ),
        (
            leaves("<xs:element name='a' type='xs:int' fixed='x'/>"),
            "line 3: the default or the fixed value must be a number such as 12.50",
        ),
        (
            restricted("string", "<xs:pattern value='[a-z-[b]]'/>"),
            "line 3: class subtraction is outside the subset",
        ),
        (
            restricted("integer", "<xs:minInclusive value='x'/>"),
            "line 3: a bound or a listed value must be a number such as 12.50",
        ),
        (
            restricted("positiveInteger", "<xs:minInclusive value='0'/>"),
            "line 3: a facet that does not narrow the one inherited",
        ),
        (
            leaves("<xs:element name='a' type='xs:int' minOccurs='0'/><xs:element name='a' type='xs:int'/>"),
            "line 3: ambiguous: the same element may follow what is optional or repeated here",
        ),
        (
            leaves("<xs:element name='a' type='xs:int' maxOccurs='1001'/>"),
            "line 3: at most 1000 of an element are read",
        ),
    ];
    for (xsd, want) in cases {
        let told = wrong(&xsd);
        assert!(told.iter().any(|one| one.starts_with(want)), "{want}: {told:?}");
    }
}

#[test]
fn schemas_from_outside_cost_little() {
    let began = std::time::Instant::now();
    let nested = |open: &str, close: &str, times: usize| {
        leaves(&format!("{}{}", open.repeat(times), close.repeat(times)))
    };
    let types: String = (0..60)
        .map(|n| {
            let next = (0..10)
                .map(|at| format!("<xs:element name='e{at}' type='t:T{}'/>", n + 1))
                .collect::<String>();
            let own = if n == 59 { "<xs:element name='x' type='xs:string'/>".to_owned() } else { next };
            format!("<xs:complexType name='T{n}'><xs:sequence>{own}</xs:sequence></xs:complexType>")
        })
        .collect();
    let chain: String = (0..400)
        .map(|n| format!("<xs:simpleType name='S{n}'><xs:restriction base='t:S{}'/></xs:simpleType>", n + 1))
        .collect();
    let wide: String = (0..9)
        .map(|n| {
            let next = |at| format!("<xs:element name='e{at}' type='t:T{}'/>", n + 1);
            let own: String = if n == 8 {
                "<xs:element name='x' type='xs:string'/>".to_owned()
            } else {
                (0..9).map(next).collect()
            };
            format!("<xs:complexType name='T{n}'><xs:sequence>{own}</xs:sequence></xs:complexType>")
        })
        .collect();
    let cases = [
        ("<xs:schema>".repeat(SCHEMA_BYTES), "at most 65536 bytes"),
        ("<a>".repeat(20_000), ""),
        (nested("<xs:sequence>", "</xs:sequence>", 1500), "nested more than 16 deep"),
        (leaves(&"<xs:element name='a' type='xs:string'/>".repeat(501)), "at most 500 elements"),
        (schema(&format!("{types}<xs:element name='r' type='t:T0'/>")), "at most 500 elements"),
        (schema(&format!("{chain}<xs:element name='r' type='t:S0'/>")), "types inside one another"),
        (
            schema(&format!("{wide}<xs:element name='r' type='t:T0'/>")),
            "a document may have too many elements",
        ),
        (restricted("string", &"<xs:pattern value='a'/>".repeat(65)), "at most 64 patterns"),
        (restricted("string", "<xs:pattern value='((.{1,999}){1,999}){1,999}'/>"), "pattern not understood"),
        (restricted("string", "<xs:pattern value='(a|aa|b.{300}|.*c.{20})*'/>"), "pattern not understood"),
        (
            restricted("string", &format!("<xs:pattern value='{}a{}'/>", "(".repeat(9000), ")".repeat(9000))),
            "pattern not understood",
        ),
    ];
    for (xsd, want) in cases {
        // A thread of the server has two megabytes of stack.
        let told = std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(move || wrong(&xsd))
            .unwrap()
            .join()
            .unwrap();
        assert!(told.iter().any(|one| one.contains(want)), "{want}: {told:?}");
    }
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}
