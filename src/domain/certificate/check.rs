//! What a certificate must fulfil before it is taken in: every fault is found at once.
//!
//! Whoever reads certificates hands in what they say, and which of them signed which; what that means is
//! decided here.

use jiff::Timestamp;

use super::{Facts, Fingerprint, Host, Purpose, Role};

/// The least RSA key, in bits.
pub const RSA_BITS: u32 = 2048;

/// The least key on an elliptic curve, in bits.
pub const CURVE_BITS: u32 = 256;

/// The kind of a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA.
    Rsa,
    /// On an elliptic curve.
    Curve,
    /// Anything else.
    Other,
}

/// The hash that a signature is made over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureHash {
    /// SHA-1 or MD5: signatures can be forged.
    Broken,
    /// Anything later.
    Sound,
}

/// One certificate as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// What it says.
    pub facts: Facts,
    /// The kind of its key.
    pub key: KeyKind,
    /// The size of its key.
    pub bits: u32,
    /// How it was signed.
    pub hash: SignatureHash,
    /// Whether it may sign others.
    pub signs: bool,
    /// Whether it may be shown by who accepts connections.
    pub serves: bool,
    /// Whether it may be shown by who opens them.
    pub calls: bool,
    /// Whether its own key signed it.
    pub is_root: bool,
}

/// How a certificate and the one behind it hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The next signed it.
    Signed,
    /// The next has the name of who signed it, and another key.
    OtherKey,
    /// The next has another name.
    OtherName,
}

/// Certificates as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// The certificates.
    pub chain: Vec<Read>,
    /// How each hangs together with the next: one fewer.
    pub links: Vec<Link>,
    /// Whether the last was signed by an authority that this machine knows.
    pub is_anchored: bool,
    /// The public key of the private key that is there.
    pub key: Option<Fingerprint>,
}

/// What is asked of them.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What they are for.
    pub role: Role,
    /// The hosts that they must be good for.
    pub hosts: &'a [Host],
    /// The instant.
    pub now: Timestamp,
}

/// One reason why a certificate is not taken in. Places count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is none.
    #[error("there is no certificate")]
    None,
    /// There is no private key.
    #[error("there is no private key for it: neither was one brought with it, nor was its key made here")]
    KeyMissing,
    /// The private key is another's.
    #[error("the private key is not the one of the certificate")]
    KeyMismatch,
    /// There is more than one certificate.
    #[error("there are {0} certificates, and each is to be brought by itself")]
    NotAlone(usize),
    /// The same certificate twice.
    #[error("certificate {0} is there more than once")]
    Twice(usize),
    /// The one that signed it comes, but not next.
    #[error("certificate {at} is not followed by the one that signed it, which comes as number {signer}")]
    OutOfOrder {
        /// The place.
        at: usize,
        /// Where its signer is.
        signer: usize,
    },
    /// The one that signed it is not there.
    #[error("the certificate that signed number {at} is missing: it names itself \"{issuer}\"")]
    Incomplete {
        /// The place.
        at: usize,
        /// The name of what is missing.
        issuer: String,
    },
    /// The next did not sign it, though it has the name.
    #[error("number {at} was not signed by the next one, which has the right name and another key")]
    WrongSignature {
        /// The place.
        at: usize,
    },
    /// It signs others and must not.
    #[error("certificate {0} is not one of an authority, yet stands as the one that signed the former")]
    NotAuthority(usize),
    /// It has no business with what it is for.
    #[error("it is not meant for this use: {}", use_of(*.0))]
    WrongPurpose(Purpose),
    /// It is not good for a host.
    #[error("it is not good for the host {0}: its names do not cover it")]
    NameMissing(Host),
    /// It has ended.
    #[error("certificate {at} ended at {end}")]
    Expired {
        /// The place.
        at: usize,
        /// When.
        end: Timestamp,
    },
    /// It has not begun.
    #[error("certificate {at} is valid only from {begin}")]
    NotYetValid {
        /// The place.
        at: usize,
        /// From when.
        begin: Timestamp,
    },
    /// Its key can be broken.
    #[error(
        "the key of certificate {at} has {bits} bits, which is too short: RSA {RSA_BITS} or a curve of {CURVE_BITS} at least"
    )]
    WeakKey {
        /// The place.
        at: usize,
        /// The size.
        bits: u32,
    },
    /// Its key is of a kind that callers do not know.
    #[error("the key of certificate {0} is neither RSA nor on an elliptic curve")]
    UnknownKey(usize),
    /// Its signature can be forged.
    #[error("certificate {0} is signed over SHA-1 or MD5, which nobody accepts any more")]
    WeakSignature(usize),
}

const fn use_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Signs => {
            "an authority needs basic constraints with CA, and the key usage to sign certificates"
        }
        Purpose::Serves => "a server needs the extended key usage serverAuth",
        Purpose::Calls => "a caller needs the extended key usage clientAuth",
    }
}

impl Fault {
    /// What it is, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Fault::None => "no_certificate",
            Fault::KeyMissing => "key_missing",
            Fault::KeyMismatch => "key_mismatch",
            Fault::NotAlone(_) => "not_alone",
            Fault::Twice(_) => "duplicate_certificate",
            Fault::OutOfOrder { .. } => "chain_out_of_order",
            Fault::Incomplete { .. } => "chain_incomplete",
            Fault::WrongSignature { .. } => "wrong_signature",
            Fault::NotAuthority(_) => "not_an_authority",
            Fault::WrongPurpose(_) => "wrong_purpose",
            Fault::NameMissing(_) => "name_missing",
            Fault::Expired { .. } => "expired",
            Fault::NotYetValid { .. } => "not_yet_valid",
            Fault::WeakKey { .. } => "weak_key",
            Fault::UnknownKey(_) => "unknown_key",
            Fault::WeakSignature(_) => "weak_signature",
        }
    }
}

/// Everything that is wrong with what is to be taken in.
pub fn faults(brought: &Brought, asked: &Asked<'_>) -> Vec<Fault> {
    let Some(leaf) = brought.chain.first() else { return vec![Fault::None] };
    if asked.role.is_ours() {
        let shown = shown_faults(brought, asked.role.purpose(), asked.hosts, asked.now);
        return key(brought, leaf).into_iter().chain(shown).collect();
    }
    let alone = (brought.chain.len() > 1).then_some(Fault::NotAlone(brought.chain.len()));
    let purpose = purpose(leaf, asked.role.purpose());
    alone.into_iter().chain(purpose).chain(each(brought, asked.now)).collect()
}

/// Everything that is wrong with a chain that is shown for that purpose.
pub fn shown_faults(brought: &Brought, meant: Purpose, hosts: &[Host], now: Timestamp) -> Vec<Fault> {
    let Some(leaf) = brought.chain.first() else { return vec![Fault::None] };
    let mut faults = order(brought);
    faults.extend(completeness(brought));
    faults.extend(authorities(brought));
    faults.extend(purpose(leaf, meant));
    let covered = |host: &&Host| leaf.facts.names.iter().any(|said| host.is_covered_by(said));
    let missing = hosts.iter().filter(|host| !covered(host));
    faults.extend(missing.map(|host| Fault::NameMissing(host.clone())));
    faults.extend(each(brought, now));
    faults
}

fn purpose(leaf: &Read, meant: Purpose) -> Option<Fault> {
    let fits = match meant {
        Purpose::Signs => leaf.signs,
        Purpose::Serves => leaf.serves,
        Purpose::Calls => leaf.calls,
    };
    (!fits).then_some(Fault::WrongPurpose(meant))
}

fn each(brought: &Brought, now: Timestamp) -> Vec<Fault> {
    (1..).zip(&brought.chain).flat_map(|(place, one)| of_itself(place, one, now)).collect()
}

fn key(brought: &Brought, leaf: &Read) -> Option<Fault> {
    match &brought.key {
        None => Some(Fault::KeyMissing),
        Some(key) if *key != leaf.facts.public_key => Some(Fault::KeyMismatch),
        Some(_) => None,
    }
}

fn order(brought: &Brought) -> Vec<Fault> {
    let chain = &brought.chain;
    let mut faults = Vec::new();
    for (place, (one, link)) in (1..).zip(chain.iter().zip(&brought.links)) {
        let before = chain.iter().take(place).any(|other| {
            chain.get(place).is_some_and(|next| next.facts.fingerprint == other.facts.fingerprint)
        });
        if before {
            faults.push(Fault::Twice(place + 1));
            continue;
        }
        let signer = || chain.iter().position(|other| other.facts.subject == one.facts.issuer);
        match (link, signer()) {
            (Link::Signed, _) => {}
            (Link::OtherKey, _) => faults.push(Fault::WrongSignature { at: place }),
            (Link::OtherName, Some(signer)) if !one.is_root => {
                faults.push(Fault::OutOfOrder { at: place, signer: signer + 1 });
            }
            (Link::OtherName, _) => {
                faults.push(Fault::Incomplete { at: place, issuer: one.facts.issuer.clone() });
            }
        }
    }
    faults
}

/// The last must be a root, or be signed by one that callers have anyway. Where the order is wrong, the
/// last is not the end of the chain.
fn completeness(brought: &Brought) -> Option<Fault> {
    let last = brought.chain.last()?;
    let ends = last.is_root || brought.is_anchored;
    let elsewhere = brought.chain.iter().any(|other| other.facts.subject == last.facts.issuer);
    let missing = Fault::Incomplete { at: brought.chain.len(), issuer: last.facts.issuer.clone() };
    (!ends && !elsewhere).then_some(missing)
}

fn authorities(brought: &Brought) -> impl Iterator<Item = Fault> {
    let above = (1..).zip(&brought.chain).skip(1);
    above.filter(|(_, one)| !one.signs).map(|(place, _)| Fault::NotAuthority(place))
}

fn of_itself(place: usize, one: &Read, now: Timestamp) -> Vec<Fault> {
    let mut faults = Vec::new();
    if one.facts.not_after < now {
        faults.push(Fault::Expired { at: place, end: one.facts.not_after });
    }
    if now < one.facts.not_before {
        faults.push(Fault::NotYetValid { at: place, begin: one.facts.not_before });
    }
    let least = match one.key {
        KeyKind::Rsa => Some(RSA_BITS),
        KeyKind::Curve => Some(CURVE_BITS),
        KeyKind::Other => None,
    };
    match least {
        None => faults.push(Fault::UnknownKey(place)),
        Some(least) if one.bits < least => faults.push(Fault::WeakKey { at: place, bits: one.bits }),
        Some(_) => {}
    }
    // Nobody checks the signature of a root: it is known as a whole.
    if one.hash == SignatureHash::Broken && !one.is_root {
        faults.push(Fault::WeakSignature(place));
    }
    faults
}
