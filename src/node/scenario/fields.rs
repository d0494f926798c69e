//! Places of an answer: `data/transferList/transfer[2]/IBAN`, from the root of the payload on.

use roxmltree::{Document, Node};

/// The text at a place of a message; none if there is no such element.
pub fn at(message: &str, path: &str) -> Option<String> {
    let document = Document::parse(message.strip_prefix('\u{feff}').unwrap_or(message)).ok()?;
    let body = document.root_element().children().find(|child| is_named(*child, "Body"))?;
    let payload = body.children().find(Node::is_element)?;
    let mut node = payload;
    for step in path.split('/').filter(|step| !step.is_empty()) {
        let (name, number) = numbered(step)?;
        node = node.children().filter(|child| is_named(*child, name)).nth(number.checked_sub(1)?)?;
    }
    Some(node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect())
}

/// A name, and which of the elements of that name; the first if not said.
fn numbered(step: &str) -> Option<(&str, usize)> {
    match step.split_once('[') {
        Some((name, number)) => Some((name, number.strip_suffix(']')?.parse().ok()?)),
        None => Some((step, 1)),
    }
}

fn is_named(node: Node, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

#[cfg(test)]
mod tests {
    use super::at;

    #[test]
    fn a_place_is_found_by_names_and_numbers() {
        let message = "<s:E xmlns:s='urn:s'><s:Header/><s:Body><p:R xmlns:p='urn:p'><outcome>OK</outcome>\
                       <list><t><a>1</a></t><t><a>2</a><b/></t></list></p:R></s:Body></s:E>";
        for (path, expected) in [
            ("outcome", Some("OK")),
            ("list/t/a", Some("1")),
            ("list/t[2]/a", Some("2")),
            ("/list/t[2]/b", Some("")),
            ("list/t[3]/a", None),
            ("list/t[0]/a", None),
            ("list/t[x]/a", None),
            ("fault", None),
        ] {
            assert_eq!(at(message, path).as_deref(), expected, "{path}");
        }
        assert_eq!(at("<a>", "outcome"), None);
    }
}
