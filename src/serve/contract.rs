//! The WSDL and its schemas as served: links rewritten so that a client finds all of it here.

/// `text` with each `schemaLocation="…/NAME"` of a served document pointing at `?xsd=NAME`
/// (resolved by the client against the URL it read the document from).
pub(super) fn relinked(text: &str, names: &[&str]) -> String {
    replace_attribute(text, "schemaLocation", |old| {
        let name = old.rsplit('/').next().unwrap_or(old);
        names.contains(&name).then(|| format!("?xsd={name}"))
    })
}

/// `text` with the `location` of each SOAP address set to `url`.
pub(super) fn readdressed(text: &str, url: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(":address") {
        let end = rest.get(start..).and_then(|tag| tag.find('>')).map_or(rest.len(), |end| start + end);
        let (before, tail) = rest.split_at(start);
        let (tag, after) = tail.split_at_checked(end - start).unwrap_or((tail, ""));
        result.push_str(before);
        result.push_str(&replace_attribute(tag, "location", |_| Some(url.to_owned())));
        rest = after;
    }
    result.push_str(rest);
    result
}

/// Rewrites the values of one attribute where `new` has something to say.
fn replace_attribute(text: &str, attribute: &str, new: impl Fn(&str) -> Option<String>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(attribute) {
        let (before, tail) = rest.split_at(at + attribute.len());
        result.push_str(before);
        rest = tail;
        let Some((quote, value)) = quoted(rest) else {
            continue;
        };
        if let Some(value) = new(value) {
            result.push_str(&format!("={quote}{value}{quote}"));
            rest = after_quoted(rest, quote);
        }
    }
    result.push_str(rest);
    result
}

/// The value after an attribute's name: `="value"`, with either quote and spaces around the sign.
fn quoted(text: &str) -> Option<(char, &str)> {
    let value = text.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (inside, _) = value.strip_prefix(quote)?.split_once(quote)?;
    Some((quote, inside))
}

fn after_quoted(text: &str, quote: char) -> &str {
    text.splitn(3, quote).nth(2).unwrap_or("")
}

/// The address to write when none is configured: where the client reached us. None when its Host header
/// is not a plain host, which must not end up in a document.
pub(super) fn address_of(scheme: &str, host: &str, path: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let sound = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '<' | '>' | '&');
    let fine = !host.is_empty() && host.chars().all(plain) && path.chars().all(sound);
    fine.then(|| format!("{scheme}://{host}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_links_point_here() {
        let text = r#"<xs:import schemaLocation="../xsd/a.xsd"/><i schemaLocation = 'b.xsd'/><i schemaLocation="http://x/c.xsd"/>"#;
        let expected = r#"<xs:import schemaLocation="?xsd=a.xsd"/><i schemaLocation='?xsd=b.xsd'/><i schemaLocation="http://x/c.xsd"/>"#;
        assert_eq!(relinked(text, &["a.xsd", "b.xsd"]), expected);
        assert_eq!(relinked("schemaLocation=x schemaLocation", &["x"]), "schemaLocation=x schemaLocation");
    }

    #[test]
    fn only_the_address_is_readdressed() {
        let text = r#"<wsdl:import location="x"/><soap:address location="http://localhost/"/></wsdl:port>"#;
        let expected = r#"<wsdl:import location="x"/><soap:address location="https://h/p"/></wsdl:port>"#;
        assert_eq!(readdressed(text, "https://h/p"), expected);
        assert_eq!(readdressed("a:address", "u"), "a:address");
    }

    #[test]
    fn hosts_that_are_no_hosts_are_refused() {
        assert_eq!(address_of("https", "ec.example:8443", "/p").unwrap(), "https://ec.example:8443/p");
        assert_eq!(address_of("https", "[::1]:1", "/").unwrap(), "https://[::1]:1/");
        for host in ["", "a\"b", "a/b", "a b", "a@b"] {
            assert!(address_of("https", host, "/").is_none(), "{host}");
        }
        assert!(address_of("https", "h", "/\"").is_none());
    }
}
