//! Which addresses may be reached that somebody names: those of deliveries, of handshakes, of calculators
//! and of partners;
//! and how they are reached: bounded, and signed.
//!
//! Who may register an endpoint must not get to call what only this machine can reach. Names are resolved
//! here and the addresses that come out are judged before they are connected to, each time anew: a name that
//! pointed to the world when it was registered may point to this host now.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

mod circuit;
mod client;
mod signature;

pub use circuit::{Broken, CircuitSettings, Circuits, Denied, Pass, Sign, Turn};
pub use client::{Answer, ClientError, ClientSettings, Identity, NoAnswer, Sender, Stage, soap_headers};
pub use signature::{Secret, Secrets, signed_headers};

/// IPv4 networks that are not of the public Internet (IANA special-purpose registry).
const SPECIAL_V4: [(Ipv4Addr, u8); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The part of IPv6 that is handed out to the world; the rest is local, or for nobody yet.
const GLOBAL_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Networks within [`GLOBAL_V6`] that are not of the public Internet: those of protocols (Teredo and ORCHID
/// among them), and those for documentation.
const SPECIAL_V6: [(Ipv6Addr, u8); 3] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// 6to4: the IPv4 address is in the second and third group.
const SIX_TO_FOUR: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16);

/// NAT64: the IPv4 address is at the end.
const NAT64: (Ipv6Addr, u8) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Why an endpoint is not one that deliveries may go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// It is not a URL.
    #[error("the address of the endpoint is not a URL")]
    NotUrl,
    /// It is neither http nor https, or names no host.
    #[error("the endpoint is not reached by http or https")]
    Scheme,
    /// It holds a user name or a password.
    #[error("the address of the endpoint must not hold credentials")]
    Credentials,
    /// It holds a fragment, which no server is ever sent.
    #[error("the address of the endpoint must not hold a fragment")]
    Fragment,
    /// Its host is, or resolves to, an address that is not of the public Internet and is not allowed.
    #[error("the host of the endpoint has no address that deliveries may reach")]
    Address,
}

/// Whether what is sent can be read on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// http.
    Plain,
    /// https.
    Encrypted,
}

/// The networks that may be reached although they are not public.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    allowed: Arc<[IpNet]>,
}

impl Guard {
    /// Lets these networks be reached, by http too, and of the others what is public.
    pub fn new(allowed: Vec<IpNet>) -> Self {
        Guard { allowed: allowed.into() }
    }

    /// An endpoint as far as its address alone can be judged; its name is resolved at each delivery.
    pub fn endpoint(&self, url: &str) -> Result<Url, Forbidden> {
        let url = Url::parse(url).map_err(|_| Forbidden::NotUrl)?;
        let channel = channel(&url)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Forbidden::Credentials);
        }
        if url.fragment().is_some() {
            return Err(Forbidden::Fragment);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(Forbidden::Scheme)?;
        match host.trim_start_matches('[').trim_end_matches(']').parse() {
            Ok(address) if !self.permits(channel, address) => Err(Forbidden::Address),
            _ => Ok(url),
        }
    }

    /// Whether an address may be connected to.
    pub fn permits(&self, channel: Channel, address: IpAddr) -> bool {
        let named = address.to_canonical();
        let is_allowed =
            self.allowed.iter().any(|network| network.contains(&address) || network.contains(&named));
        is_allowed || (channel == Channel::Encrypted && is_public(named))
    }
}

/// How a URL is reached.
pub fn channel(url: &Url) -> Result<Channel, Forbidden> {
    match url.scheme() {
        "http" => Ok(Channel::Plain),
        "https" => Ok(Channel::Encrypted),
        _ => Err(Forbidden::Scheme),
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => {
            let [_, a, b, _, _, _, y, z] = address.segments();
            if within_v6(NAT64, address) {
                is_public_v4(joined(y, z))
            } else if within_v6(SIX_TO_FOUR, address) {
                is_public_v4(joined(a, b))
            } else {
                within_v6(GLOBAL_V6, address)
                    && !SPECIAL_V6.iter().any(|special| within_v6(*special, address))
            }
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within = |(network, length)| Ipv4Net::new(network, length).is_ok_and(|net| net.contains(&address));
    !SPECIAL_V4.into_iter().any(within)
}

fn within_v6((network, length): (Ipv6Addr, u8), address: Ipv6Addr) -> bool {
    Ipv6Net::new(network, length).is_ok_and(|net| net.contains(&address))
}

fn joined(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

/// The addresses of a name, once they are known.
pub type Found = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of names, as the system does or as a test wants it.
#[derive(Clone)]
pub struct Lookup(Arc<dyn Fn(String) -> Found + Send + Sync>);

impl Lookup {
    /// Looks names up by this function.
    pub fn new(find: impl Fn(String) -> Found + Send + Sync + 'static) -> Self {
        Lookup(Arc::new(find))
    }

    /// Looks names up as the machine does.
    pub fn system() -> Self {
        Lookup::new(|name| {
            Box::pin(async move {
                let found = tokio::net::lookup_host((name, 0)).await?;
                Ok(found.map(|address| address.ip()).collect())
            })
        })
    }
}

impl Lookup {
    /// The addresses of a name.
    pub fn find(&self, name: String) -> Found {
        (self.0)(name)
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lookup")
    }
}

/// Hands out only the addresses of a name that may be connected to.
pub struct Guarded {
    /// What may be reached.
    pub guard: Guard,
    /// How names are resolved.
    pub lookup: Lookup,
    /// How it is reached.
    pub channel: Channel,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, channel) = (self.guard.clone(), self.channel);
        let found = self.lookup.find(name.as_str().to_owned());
        Box::pin(async move {
            let mut addresses = found.await?;
            addresses.retain(|address| guard.permits(channel, *address));
            if addresses.is_empty() {
                return Err(Box::new(Forbidden::Address) as Box<dyn Error + Send + Sync>);
            }
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Targets that nobody may reach unless told so. A port and a path are added.
    const INNER: [&str; 62] = [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "0x7f.1",
        "127.255.255.254",
        "0.0.0.0",
        "0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "167772161",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "169.254.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.1.1",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "%31%32%37.0.0.1",
        "①②⑦.0.0.1",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[::127.0.0.1]",
        "[fe80::1]",
        "[febf::1]",
        "[fec0::1]",
        "[fd00::1]",
        "[fc00::1]",
        "[ff02::1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::808:808]",
        "[2002:7f00:1::]",
        "[2002:a00:1::]",
        "[2001:db8::1]",
        "[2001::1]",
        "[100::1]",
    ];

    #[test]
    fn no_spelling_of_an_inner_address_is_an_endpoint() {
        let guard = Guard::default();
        for host in INNER {
            let url = format!("https://{host}:8443/hook");
            assert_eq!(guard.endpoint(&url), Err(Forbidden::Address), "{url}");
        }
    }

    #[test]
    fn an_address_of_the_world_is_an_endpoint_by_https_only() {
        let guard = Guard::default();
        for host in [
            "8.8.8.8",
            "[2001:4860:4860::8888]",
            "[64:ff9b::808:808]",
            "[2002:808:808::1]",
            "[::ffff:8.8.8.8]",
        ] {
            assert!(guard.endpoint(&format!("https://{host}/hook")).is_ok(), "{host}");
            assert_eq!(guard.endpoint(&format!("http://{host}/hook")), Err(Forbidden::Address), "{host}");
        }
    }

    #[test]
    fn what_is_no_address_is_no_endpoint() {
        let guard = Guard::new(vec!["127.0.0.0/8".parse().unwrap()]);
        for (url, why) in [
            ("", Forbidden::NotUrl),
            ("/hook", Forbidden::NotUrl),
            ("https://", Forbidden::NotUrl),
            ("https://[fe80::1%25eth0]/", Forbidden::NotUrl),
            ("https://256.256.256.256/", Forbidden::NotUrl),
            ("file:///etc/passwd", Forbidden::Scheme),
            ("gopher://127.0.0.1/", Forbidden::Scheme),
            ("ftp://example.org/", Forbidden::Scheme),
            ("unix:/run/x", Forbidden::Scheme),
            ("https://user@example.org/", Forbidden::Credentials),
            ("https://user:word@example.org/", Forbidden::Credentials),
            ("https://example.org/#top", Forbidden::Fragment),
            ("http://10.0.0.1/", Forbidden::Address),
        ] {
            assert_eq!(guard.endpoint(url), Err(why), "{url}");
        }
    }

    #[test]
    fn what_the_configuration_allows_is_reached_by_http_too() {
        let guard = Guard::new(vec!["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        for url in [
            "http://127.0.0.1:8080/",
            "https://2130706433/",
            "http://[fd00::5]/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert!(guard.endpoint(url).is_ok(), "{url}");
        }
        assert_eq!(guard.endpoint("https://[::1]/"), Err(Forbidden::Address));
    }

    #[tokio::test]
    async fn only_the_permitted_addresses_of_a_name_are_handed_out() {
        let answers = ["10.0.0.1", "8.8.8.8", "::1", "::ffff:127.0.0.1"].map(|text| text.parse().unwrap());
        let lookup = Lookup::new(move |_| Box::pin(async move { Ok(answers.to_vec()) }));
        let resolve = |channel| Guarded { guard: Guard::default(), lookup: lookup.clone(), channel };
        let name = || "example.org".parse().unwrap();
        let found = resolve(Channel::Encrypted).resolve(name()).await.unwrap();
        assert_eq!(found.map(|address| address.ip().to_string()).collect::<Vec<_>>(), ["8.8.8.8"]);
        let refused = resolve(Channel::Plain).resolve(name()).await.err().unwrap();
        assert_eq!(refused.downcast_ref(), Some(&Forbidden::Address));
    }
}
