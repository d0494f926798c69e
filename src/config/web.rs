//! Settings that are places and names on the Web.

use std::fmt;

use toml::Value;

use super::values::Setting;

/// The scheme, host and port of a site: `https://varco.comune.example`. http only on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// The address of a provider, which may have a path. http only on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderUrl(String);

/// A name without blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word(String);

/// Hosts of this machine.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The rest of an https URL, or of an http one of this machine.
fn safe(text: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}#?@".contains(c);
    let (rest, encrypted) = match text.strip_prefix("https://") {
        Some(rest) => (rest, true),
        None => (text.strip_prefix("http://")?, false),
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        _ => authority,
    };
    let allowed = encrypted || LOOPBACK.contains(&host);
    (allowed && !host.is_empty() && rest.chars().all(plain)).then_some(rest)
}

impl Origin {
    /// The text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for Origin {
    const EXPECTED: &'static str =
        "an address such as https://varco.comune.example, without a path (http only for this machine)";

    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('/');
        (!safe(text)?.contains('/')).then(|| Self(text.to_ascii_lowercase()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl ProviderUrl {
    /// The text, as the provider writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for ProviderUrl {
    const EXPECTED: &'static str = "an address such as https://login.example (http only for this machine)";

    fn from_text(text: &str) -> Option<Self> {
        safe(text.trim())?;
        Some(Self(text.trim().to_owned()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl Word {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Setting for Word {
    const EXPECTED: &'static str = "a name of visible characters, without blanks";

    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty() && text.chars().all(|c| c.is_ascii_graphic())).then(|| Self(text.to_owned()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl Setting for Vec<Word> {
    const EXPECTED: &'static str = "a list of names without blanks (in a variable: separated by commas)";

    fn from_text(text: &str) -> Option<Self> {
        text.split(',').map(Word::from_text).collect()
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(Word::from_value).collect()
    }

    fn to_value(&self) -> Value {
        Value::Array(self.iter().map(Setting::to_value).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_site_and_no_page() {
        let read = |text: &str| Origin::from_text(text).map(|origin| origin.0);
        assert_eq!(read("https://Varco.Comune.example/").as_deref(), Some("https://varco.comune.example"));
        assert_eq!(read("http://127.0.0.1:8080").as_deref(), Some("http://127.0.0.1:8080"));
        for wrong in
            ["", "varco", "https://", "https://a/b", "http://varco.example", "https://u@a", "https://a b"]
        {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_provider_may_have_a_path() {
        assert!(ProviderUrl::from_text("https://login.example/realms/ente").is_some());
        assert!(ProviderUrl::from_text("http://localhost:9000/").is_some());
        assert!(ProviderUrl::from_text("http://login.example/").is_none());
        assert!(ProviderUrl::from_text("https://login.example/?a=b").is_none());
    }
}
