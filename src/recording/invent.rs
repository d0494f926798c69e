//! Invents what is written down in the place of what somebody sent.
//!
//! What is invented depends on a key that is drawn for the session and kept nowhere, so that nobody can try names
//! until one fits. The same text becomes the same invention throughout a session, and two texts never become one.

use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::fields::{Kind, is_person_code, taxonomy};
use super::forms::{account_check, company_check, iban_check, notice_check, person_check, reference_check};

/// How often another invention is tried if one is taken already.
const ATTEMPTS: u32 = 64;

/// Given names that nobody has.
const GIVEN: [&str; 16] = [
    "Alba", "Brina", "Cometa", "Duna", "Eco", "Favilla", "Grandine", "Isola", "Laguna", "Marea", "Nebbia",
    "Onda", "Pioggia", "Rugiada", "Stella", "Tempesta",
];

/// Family names that are trees.
const FAMILY: [&str; 16] = [
    "Abete",
    "Betulla",
    "Castagno",
    "Dattero",
    "Eucalipto",
    "Faggio",
    "Ginepro",
    "Ippocastano",
    "Larice",
    "Mandorlo",
    "Nocciolo",
    "Olmo",
    "Pioppo",
    "Quercia",
    "Salice",
    "Tiglio",
];

/// The key of a session. It is drawn for it and kept nowhere.
#[derive(Clone)]
pub struct SessionKey(pub [u8; 32]);

/// What becomes of notice numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notices {
    /// They are invented anew, with the same leading digits and right check digits.
    Invented,
    /// They stay, for test environments.
    Kept,
}

/// Invents, and remembers what it invented for what.
pub struct Inventor {
    key: SessionKey,
    notices: Notices,
    known: BTreeMap<(&'static str, String), String>,
    taken: BTreeSet<(&'static str, String)>,
}

impl Inventor {
    /// An inventor that has invented nothing yet.
    pub fn new(key: SessionKey, notices: Notices) -> Self {
        Inventor { key, notices, known: BTreeMap::new(), taken: BTreeSet::new() }
    }

    /// What stands for a text of that kind. `of` is what it is known by where that is not the text itself: a
    /// person's name follows the person's code, however it is spelt.
    pub fn invent(&mut self, kind: Kind, text: &str, of: Option<&str>) -> String {
        match kind {
            Kind::Notice => self.notice(text),
            Kind::Iuv => self.iuv(text),
            Kind::PersonCode => self.drawn("code", &text.to_uppercase(), |draw| code(text, draw)),
            Kind::PersonName => {
                let source = of.map_or_else(|| folded(text), str::to_owned);
                let name = self.drawn("name", &source, name);
                stretched(name, text, 70)
            }
            Kind::Company => {
                let name = self.drawn("company", &folded(text), |draw| format!("Ente {}", draw.hex(4)));
                stretched(name, text, 70)
            }
            Kind::Email => self.drawn("email", &folded(text), |draw| match text.contains('@') {
                true => format!("persona-{}@example.org", draw.hex(6)),
                false => draw.shape(text),
            }),
            Kind::Street => {
                let street = self.drawn("street", &folded(text), |draw| {
                    format!("Via {} {}", draw.pick(&FAMILY), draw.hex(4))
                });
                stretched(street, text, 70)
            }
            Kind::Town => {
                let town = self.drawn("town", &folded(text), |draw| {
                    format!("Borgo {} {}", draw.pick(&FAMILY), draw.hex(2))
                });
                stretched(town, text, 35)
            }
            Kind::Iban => self.drawn("iban", &text.to_uppercase(), |draw| account(text, draw)),
            Kind::Text => {
                let words = self.drawn("text", text, |draw| format!("Testo {}", draw.hex(6)));
                stretched(words, text, 140)
            }
            Kind::Category => match taxonomy(text) {
                Some((code, rest)) => {
                    format!("{code}{}", self.drawn("category", rest, |draw| draw.shape(rest)))
                }
                None => self.drawn("category", text, |draw| draw.shape(text)),
            },
            Kind::Secret => "segreto-000".to_owned(),
            _ => self.drawn("shape", text, |draw| draw.shape(text)),
        }
    }

    /// Bytes in the place of bytes that nobody can open.
    pub fn bytes(&self, source: &[u8]) -> Vec<u8> {
        let mut draw =
            self.draw("bytes", &source.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), 0);
        source.iter().map(|_| draw.byte()).collect()
    }

    /// The number's leading digits stay, because they say who issued it; the reference in it is invented.
    fn notice(&mut self, text: &str) -> String {
        if self.notices == Notices::Kept || Kind::Notice.may_stay(text) {
            return text.to_owned();
        }
        let leading = if text.starts_with('0') { 3 } else { 1 };
        let digits = text.len() == 18 && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.split_at_checked(leading).filter(|_| digits) {
            Some((leading, iuv)) => format!("{leading}{}", self.reference(leading, iuv)),
            None => self.drawn("shape", text, |draw| draw.shape(text)),
        }
    }

    fn iuv(&mut self, text: &str) -> String {
        if self.notices == Notices::Kept {
            return text.to_owned();
        }
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match (digits, text.len()) {
            (true, 17) => self.reference("3", text),
            (true, 15) => self.reference("000", text),
            _ => self.drawn("iuv", text, |draw| match text.strip_prefix("RF") {
                Some(rest) if rest.len() > 2 => {
                    let body = draw.shape(rest.get(2..).unwrap_or_default());
                    format!("RF{}{body}", reference_check(&body))
                }
                _ => draw.shape(text),
            }),
        }
    }

    /// A reference of fifteen or seventeen digits behind those leading ones of its notice number.
    fn reference(&mut self, leading: &str, iuv: &str) -> String {
        self.drawn("iuv", iuv, |draw| {
            let kept = iuv.len().saturating_sub(15);
            let (code, rest) = iuv.split_at_checked(kept).unwrap_or(("", iuv));
            let base = draw.digits(rest.len().saturating_sub(2));
            let check = notice_check(&format!("{leading}{code}{base}"));
            format!("{code}{base}{check}")
        })
    }

    /// Draws until the invention is neither taken nor what it stands for.
    fn drawn(&mut self, realm: &'static str, source: &str, make: impl Fn(&mut Draw) -> String) -> String {
        let key = (realm, source.to_owned());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let mut invented = String::new();
        for attempt in 0..ATTEMPTS {
            invented = make(&mut self.draw(realm, source, attempt));
            let free = !self.taken.contains(&(realm, invented.clone()));
            if free && !invented.eq_ignore_ascii_case(source) {
                break;
            }
        }
        self.taken.insert((realm, invented.clone()));
        self.known.insert(key, invented.clone());
        invented
    }

    fn draw(&self, realm: &str, source: &str, attempt: u32) -> Draw {
        let mut seed = self.key.0.to_vec();
        for part in [realm.as_bytes(), source.as_bytes(), &attempt.to_be_bytes()] {
            seed = mac(&seed, part);
        }
        Draw { seed, pool: Vec::new(), round: 0 }
    }
}

impl std::fmt::Debug for Inventor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inventor")
    }
}

/// A stream of bytes that depends on a key and on what is masked.
struct Draw {
    seed: Vec<u8>,
    pool: Vec<u8>,
    round: u32,
}

impl Draw {
    fn byte(&mut self) -> u8 {
        if self.pool.is_empty() {
            self.round += 1;
            self.pool = mac(&self.seed, &self.round.to_be_bytes());
        }
        self.pool.pop().unwrap_or_default()
    }

    fn below(&mut self, bound: u32) -> u32 {
        let drawn = u32::from_be_bytes([self.byte(), self.byte(), self.byte(), self.byte()]);
        drawn % bound.max(1)
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        let bound = u32::try_from(from.len()).unwrap_or(u32::MAX);
        usize::try_from(self.below(bound)).ok().and_then(|at| from.get(at)).copied().unwrap_or_default()
    }

    fn of(&mut self, alphabet: &str) -> char {
        let bound = u32::try_from(alphabet.len()).unwrap_or(u32::MAX);
        let at = usize::try_from(self.below(bound)).unwrap_or_default();
        alphabet.chars().nth(at).unwrap_or('X')
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| self.of("0123456789")).collect()
    }

    fn hex(&mut self, count: usize) -> String {
        (0..count).map(|_| self.of("0123456789ABCDEF")).collect()
    }

    /// Other letters and digits in the places of letters and digits.
    fn shape(&mut self, text: &str) -> String {
        text.chars()
            .map(|c| match c {
                '0'..='9' => self.of("0123456789"),
                // The letters of number plates: those that look like digits are not among them.
                'A'..='Z' => self.of("ABCDEFGHJKLMNPRSTVWXYZ"),
                c if c.is_ascii() && !c.is_ascii_lowercase() => c,
                _ => self.of("abcdefghijklmnopqrstuvwxyz"),
            })
            .collect()
    }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    // A key of any length will do for this algorithm.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mut mac| {
            mac.update(text);
            mac.finalize().into_bytes().to_vec()
        })
        .unwrap_or_default()
}

/// A person's name; a number in it keeps two of them apart.
fn name(draw: &mut Draw) -> String {
    format!("{} {} {}", draw.pick(&GIVEN), draw.pick(&FAMILY), draw.hex(2))
}

/// A code of the same form. No place has the letter X, so that it is the code of nobody who was ever born.
fn code(text: &str, draw: &mut Draw) -> String {
    if is_person_code(text) {
        let day = draw.below(28) + 1 + 40 * draw.below(2);
        let surname: String = (0..6).map(|_| draw.of("BCDFGHJKLMNPQRSTVWZ")).collect();
        let (year, month) = (draw.digits(2), draw.of("ABCDEHLMPRST"));
        let fifteen = format!("{surname}{year}{month}{day:02}X{}", draw.digits(3));
        let check = person_check(&fifteen);
        return format!("{fifteen}{check}");
    }
    if text.len() == 11 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let ten = format!("99{}", draw.digits(8));
        let check = company_check(&ten);
        return format!("{ten}{check}");
    }
    draw.shape(text)
}

/// An account at the same bank, with right check digits.
fn account(text: &str, draw: &mut Draw) -> String {
    let upper = text.to_ascii_uppercase();
    let (Some(country), Some(rest)) = (upper.get(..2), upper.get(4..)) else { return draw.shape(text) };
    let whole = upper.bytes().all(|byte| byte.is_ascii_alphanumeric()) && rest.len() > 10;
    if !whole || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return draw.shape(text);
    }
    let italian = ["IT", "SM"].contains(&country) && upper.len() == 27;
    let own = if italian {
        let bank = rest.get(1..6).unwrap_or_default();
        let number = format!("{bank}{}", draw.digits(17));
        format!("{}{number}", account_check(&number))
    } else {
        draw.shape(rest)
    };
    format!("{country}{}{own}", iban_check(country, &own))
}

/// The text without differences of case and blanks, which do not make another person.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

/// As long as the original where that is longer than allowed: what breaks a limit goes on breaking it.
fn stretched(invented: String, original: &str, limit: usize) -> String {
    let length = original.chars().count();
    if length <= limit {
        return invented;
    }
    let missing = length.saturating_sub(invented.chars().count());
    invented + &"x".repeat(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fiscal_code::{PersonId, PersonKind};
    use crate::domain::iban::Iban;
    use crate::domain::notice_number::NoticeNumber;

    fn inventor() -> Inventor {
        Inventor::new(SessionKey([7; 32]), Notices::Invented)
    }

    #[test]
    fn codes_stay_well_formed() {
        let mut inventor = inventor();
        let mut invent = |kind, text: &str| inventor.invent(kind, text, None);
        let person = invent(Kind::PersonCode, "RSSMRA80A01H501U");
        assert!(PersonId::new(PersonKind::Natural, &person).is_ok());
        assert_eq!(person_check(&person[..15]), person.chars().last().unwrap());
        let company = invent(Kind::PersonCode, "00906550512");
        assert_eq!(company_check(&company[..10]), company.chars().last().unwrap());
        for iban in ["IT60X0542811101000000123456", "IT52Z0760103600000001002003", "DE89370400440532013000"] {
            let other = invent(Kind::Iban, iban);
            assert!(Iban::new(&other).is_ok() && other != iban, "{other}");
            assert_eq!(Iban::new(&other).unwrap().is_postal(), Iban::new(iban).unwrap().is_postal());
        }
        for number in ["302000000000000184", "001000000000000141", "200000000000000103"] {
            let other = invent(Kind::Notice, number);
            assert_ne!(other, number);
            let parsed = NoticeNumber::new(&other).unwrap();
            let original = NoticeNumber::new(number).unwrap();
            assert_eq!((parsed.aux_digit(), parsed.code()), (original.aux_digit(), original.code()));
            assert_eq!(invent(Kind::Iuv, original.iuv().as_str()), parsed.iuv().as_str());
        }
        assert_eq!(invent(Kind::Notice, "302000000000000184").len(), 18);
    }

    #[test]
    fn a_person_has_one_name_however_it_is_spelt() {
        let mut inventor = inventor();
        let name = inventor.invent(Kind::PersonName, "Mario Rossi", Some("RSSMRA80A01H501U"));
        assert_eq!(inventor.invent(Kind::PersonName, "ROSSI MARIO", Some("RSSMRA80A01H501U")), name);
        assert_ne!(inventor.invent(Kind::PersonName, "Mario Rossi", Some("RSSMRA80A01F205X")), name);
        let alone = inventor.invent(Kind::PersonName, "Mario  rossi", None);
        assert_eq!(inventor.invent(Kind::PersonName, "Mario Rossi", None), alone);
    }

    #[test]
    fn another_key_invents_something_else_and_two_texts_never_become_one() {
        let mut other = Inventor::new(SessionKey([8; 32]), Notices::Invented);
        let mut inventor = inventor();
        assert_ne!(
            inventor.invent(Kind::PersonCode, "RSSMRA80A01H501U", None),
            other.invent(Kind::PersonCode, "RSSMRA80A01H501U", None)
        );
        let names: BTreeSet<String> =
            (0..500).map(|n| inventor.invent(Kind::PersonName, &format!("Persona {n}"), None)).collect();
        assert_eq!(names.len(), 500);
    }

    #[test]
    fn what_breaks_a_limit_goes_on_breaking_it() {
        let mut inventor = inventor();
        let long = inventor.invent(Kind::Text, &"Rossi ".repeat(30), None);
        assert_eq!(long.chars().count(), 180);
        assert!(!long.contains("Rossi"));
        assert_eq!(inventor.invent(Kind::Unknown, "Kilo-12 è", None).chars().count(), 9);
        let code = inventor.invent(Kind::PersonCode, "RSSMRA80A01H501UX", None);
        assert_eq!(code.len(), 17);
    }

    #[test]
    fn notices_may_be_kept() {
        let mut inventor = Inventor::new(SessionKey([7; 32]), Notices::Kept);
        assert_eq!(inventor.invent(Kind::Notice, "302000000000000184", None), "302000000000000184");
        assert_eq!(inventor.invent(Kind::Iuv, "02000000000000184", None), "02000000000000184");
    }
}
