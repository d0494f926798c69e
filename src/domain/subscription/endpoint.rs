//! Endpoints: where events are sent.

use std::fmt;

/// Where events are sent: a URL of HTTP that says all in its own words. Whether its target may be reached
/// is asked each time that it is.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(Box<str>);

/// Why a text cannot be where events are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookUrlError {
    /// Longer than [`WebhookUrl::MAX`].
    #[error("must have at most 2048 characters")]
    TooLong,
    /// Not the form of a URL.
    #[error("must be a URL with a host, all in ASCII and without blanks")]
    Form,
    /// Another scheme.
    #[error("must begin with https:// or http://")]
    Scheme,
    /// It carries a user or a password.
    #[error("must not hold a user or a password")]
    Credentials,
    /// It has a fragment, which is never sent.
    #[error("must not have a fragment")]
    Fragment,
}

impl WebhookUrl {
    /// The most characters.
    pub const MAX: usize = 2048;

    /// Reads a URL.
    pub fn new(text: &str) -> Result<Self, WebhookUrlError> {
        if text.len() > Self::MAX {
            return Err(WebhookUrlError::TooLong);
        }
        if !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
            return Err(WebhookUrlError::Form);
        }
        let (scheme, rest) = text.split_once("://").ok_or(WebhookUrlError::Scheme)?;
        if !["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(WebhookUrlError::Scheme);
        }
        if rest.contains('#') {
            return Err(WebhookUrlError::Fragment);
        }
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(WebhookUrlError::Credentials);
        }
        if !is_host_and_port(authority) {
            return Err(WebhookUrlError::Form);
        }
        Ok(WebhookUrl(text.into()))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_host_and_port(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let in_brackets = host.starts_with('[') && host.ends_with(']') && host.len() > 2;
    let name = !host.is_empty() && !host.contains(['[', ']', ':', '<', '>', '"', '^', '`', '{', '|', '}']);
    port_fits && (in_brackets || name)
}

/// Paths often hold a key, so the log gets the length only.
impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookUrl({} characters)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_of_http_with_a_host_and_nothing_hidden() {
        for right in [
            "https://example.org",
            "HTTPS://example.org:8443/varco?key=a@b",
            "http://10.0.0.1/x",
            "https://[2001:db8::1]:8443/x",
            "https://[2001:db8::1]",
        ] {
            assert_eq!(WebhookUrl::new(right).unwrap().as_str(), right);
        }
        use WebhookUrlError::{Credentials, Form, Fragment, Scheme, TooLong};
        for (wrong, why) in [
            ("", Scheme),
            ("example.org", Scheme),
            ("ftp://example.org", Scheme),
            ("file:///etc/passwd", Scheme),
            ("https://", Form),
            ("https:///x", Form),
            ("https://:8443/", Form),
            ("https://a:0/", Form),
            ("https://a:b/", Form),
            ("https://a:65536/", Form),
            ("https://[]/", Form),
            ("https://a b/", Form),
            ("https://a/\n", Form),
            ("https://a\\b/", Form),
            ("https://città.it/", Form),
            ("https://user:word@example.org/", Credentials),
            ("https://user@example.org/", Credentials),
            ("https://example.org/#a", Fragment),
            (&format!("https://{}", "a".repeat(2041)), TooLong),
        ] {
            assert_eq!(WebhookUrl::new(wrong), Err(why), "{wrong:?}");
        }
        assert!(WebhookUrl::new(&format!("https://{}", "a".repeat(2040))).is_ok());
    }
}
