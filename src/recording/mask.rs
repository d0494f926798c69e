//! Masks messages, one after the other, so that no person can be found in what is written down.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::fields::Kind;
use super::invent::{Inventor, Notices, SessionKey};
use super::rewrite::{Rewriter, Spot, Unwritable, rewrite};

/// How deep messages may be enclosed in one another.
const ENCLOSED: usize = 3;

/// Masks the messages of a session, always in the same way.
#[derive(Debug)]
pub struct Masker {
    inventor: Inventor,
    kept: BTreeSet<String>,
}

/// A text of a masked message that a replay may have to change, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// What it is.
    pub kind: Kind,
    /// The text that is written down.
    pub text: String,
    /// Whether it is invented.
    pub invented: bool,
}

/// A message that may be written down.
#[derive(Clone, Debug)]
pub struct Masked {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its texts in order, those of enclosed documents too.
    pub seen: Vec<Seen>,
    /// The root of its payload, if it is a SOAP message.
    pub payload: Option<String>,
}

impl Masked {
    /// The operation, as the root of a request names it; letters and digits only.
    pub fn operation(&self) -> String {
        let root = self.payload.as_deref().unwrap_or_default();
        let name = ["Request", "Req"].iter().find_map(|ending| root.strip_suffix(ending)).unwrap_or(root);
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
        if name.is_empty() { "unknown".to_owned() } else { name }
    }
}

impl Masker {
    /// A masker for one session. `kept` names elements whose texts stay because the tester answers for them.
    pub fn new(key: SessionKey, notices: Notices, kept: BTreeSet<String>) -> Self {
        Masker { inventor: Inventor::new(key, notices), kept }
    }

    /// The message without the data of persons.
    ///
    /// # Errors
    /// It cannot be read, so that nobody knows what is in it: nothing of it may be written down.
    pub fn mask(&mut self, message: &[u8]) -> Result<Masked, Unwritable> {
        let mut pass = Pass::new(self, 0);
        let bytes = rewrite(message, &mut pass)?;
        Ok(Masked { bytes, seen: pass.seen, payload: pass.payload })
    }
}

/// One pass over one document.
struct Pass<'m> {
    masker: &'m mut Masker,
    seen: Vec<Seen>,
    /// For each open element, the code of the person that it describes, once it was read.
    persons: Vec<Option<String>>,
    depth: usize,
    payload: Option<String>,
}

impl Rewriter for Pass<'_> {
    fn begin(&mut self, path: &[String]) {
        if let [_, body, payload] = path
            && body == "Body"
            && self.payload.is_none()
        {
            self.payload = Some(payload.clone());
        }
        self.persons.push(None);
    }

    fn end(&mut self, _path: &[String]) {
        self.persons.pop();
    }

    fn text(&mut self, spot: &Spot<'_>, text: &str) -> String {
        let listed = Kind::of(spot);
        let kind = if listed == Kind::Unknown { Kind::by_form(text) } else { listed };
        if kind == Kind::Enclosed {
            return self.enclosed(text);
        }
        let known = spot.attribute.is_none() && self.masker.kept.contains(spot.up(0));
        let new = if known || kind.may_stay(text) {
            text.to_owned()
        } else {
            let of = self.person();
            self.masker.inventor.invent(kind, text, of.as_deref())
        };
        self.remember(listed, kind, text);
        if kind != Kind::Markup {
            self.seen.push(Seen { kind, text: new.clone(), invented: new != text });
        }
        new
    }
}

impl<'m> Pass<'m> {
    fn new(masker: &'m mut Masker, depth: usize) -> Self {
        Pass { masker, seen: Vec::new(), persons: Vec::new(), depth, payload: None }
    }
}

impl Pass<'_> {
    /// The code of the person whose description is open, if it came before the name.
    fn person(&self) -> Option<String> {
        self.persons.iter().rev().nth(1).cloned().flatten()
    }

    /// Keeps a code for the name beside it. In the messages of the node it stands in an element of its own
    /// inside the description of the person.
    fn remember(&mut self, listed: Kind, kind: Kind, text: &str) {
        if kind != Kind::PersonCode || kind.may_stay(text) {
            return;
        }
        for levels in if listed == Kind::PersonCode { 1..=2 } else { 1..=1 } {
            let at = self.persons.len().checked_sub(levels + 1);
            if let Some(slot) = at.and_then(|at| self.persons.get_mut(at)) {
                *slot = Some(text.to_uppercase());
            }
        }
    }

    /// Opens what is in Base64. XML is masked as a message is; of everything else only the length stays.
    fn enclosed(&mut self, text: &str) -> String {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let Ok(inner) = STANDARD.decode(&compact) else {
            let new = self.masker.inventor.invent(Kind::Unknown, text, None);
            self.seen.push(Seen { kind: Kind::Unknown, text: new.clone(), invented: true });
            return new;
        };
        if self.depth < ENCLOSED {
            let mut pass = Pass::new(&mut *self.masker, self.depth + 1);
            if let Ok(document) = rewrite(&inner, &mut pass) {
                let seen = pass.seen;
                self.seen.extend(seen);
                return STANDARD.encode(document);
            }
        }
        let new = STANDARD.encode(self.masker.inventor.bytes(&inner));
        self.seen.push(Seen { kind: Kind::Unknown, text: new.clone(), invented: true });
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masker() -> Masker {
        Masker::new(SessionKey([3; 32]), Notices::Invented, BTreeSet::new())
    }

    fn mask(masker: &mut Masker, message: &str) -> String {
        String::from_utf8(masker.mask(message.as_bytes()).unwrap().bytes).unwrap()
    }

    fn leaf<'t>(text: &'t str, name: &str) -> &'t str {
        let (_, rest) = text.split_once(&format!("<{name}>")).unwrap();
        rest.split_once("</").unwrap().0
    }

    #[test]
    fn a_person_is_masked_in_the_same_way_everywhere() {
        let mut masker = masker();
        let debtor = "<debtor><uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType>\
            <entityUniqueIdentifierValue>RSSMRA80A01H501U</entityUniqueIdentifierValue></uniqueIdentifier>\
            <fullName>Mario Rossi</fullName><e-mail>mario.rossi@example.com</e-mail></debtor>";
        let payer = "<soggettoPagatore><identificativoUnivocoPagatore><codiceIdentificativoUnivoco>rssmra80a01h501u\
            </codiceIdentificativoUnivoco></identificativoUnivocoPagatore><anagraficaPagatore>ROSSI, MARIO\
            </anagraficaPagatore></soggettoPagatore>";
        let first = mask(&mut masker, debtor);
        let second = mask(&mut masker, payer);
        assert_eq!(leaf(&first, "entityUniqueIdentifierValue"), leaf(&second, "codiceIdentificativoUnivoco"));
        assert_eq!(leaf(&first, "entityUniqueIdentifierType"), "F");
        for data in ["RSSMRA", "Rossi", "ROSSI", "mario"] {
            assert!(!first.contains(data) && !second.contains(data), "{data}: {first} {second}");
        }
    }

    #[test]
    fn what_nobody_knows_is_masked_in_every_spelling() {
        let masked = mask(
            &mut masker(),
            "<x:a xmlns:x='urn:x' who='Rossi'>Mario<nick><![CDATA[Rossi]]></nick><idPA>R&#111;ssi</idPA>\
             <idPA>77777777777</idPA><!-- Rossi --></x:a>",
        );
        assert!(!masked.contains("ossi") && !masked.contains("Mario"), "{masked}");
        assert!(
            masked.contains("<idPA>77777777777</idPA>") && masked.contains("xmlns:x=\"urn:x\""),
            "{masked}"
        );
    }

    #[test]
    fn enclosed_documents_are_opened() {
        let inner = STANDARD.encode(
            "<RPT><anagraficaPagatore>Mario Rossi</anagraficaPagatore><importoTotaleDaVersare>1.00\
                                     </importoTotaleDaVersare></RPT>",
        );
        let masked = mask(&mut masker(), &format!("<a><rpt>{inner}</rpt><rt>TWFyaW8gUm9zc2k=</rt></a>"));
        let opened = String::from_utf8(STANDARD.decode(leaf(&masked, "rpt")).unwrap()).unwrap();
        assert!(opened.contains(">1.00<") && !opened.contains("Rossi"), "{opened}");
        let closed = STANDARD.decode(leaf(&masked, "rt")).unwrap();
        assert_eq!((closed.len(), closed == b"Mario Rossi"), (11, false));
    }

    #[test]
    fn accounts_in_metadata_are_accounts() {
        let entry = "<mapEntry><key>IBANAPPOGGIO</key><value>IT52Z0760103600000001002003</value></mapEntry>";
        let masked = mask(&mut masker(), entry);
        let iban = crate::domain::iban::Iban::new(leaf(&masked, "value")).unwrap();
        assert!(iban.is_postal() && iban.as_str() != "IT52Z0760103600000001002003");
    }

    #[test]
    fn the_operation_is_the_root_of_the_payload() {
        let operation = |root: &str| {
            let message = format!(
                "<s:E xmlns:s='s'><s:Header><s:x/></s:Header><s:Body><p:{root} xmlns:p='p'/></s:Body></s:E>"
            );
            masker().mask(message.as_bytes()).unwrap().operation()
        };
        assert_eq!(operation("paSendRTV2Request"), "paSendRTV2");
        assert_eq!(operation("paGetPaymentReq"), "paGetPayment");
        assert_eq!(operation("nodoInviaRPT"), "nodoInviaRPT");
        assert_eq!(masker().mask(b"<a/>").unwrap().operation(), "unknown");
    }

    #[test]
    fn a_tester_may_answer_for_an_element() {
        let kept = BTreeSet::from(["tipoVeicoloTarga".to_owned()]);
        let mut masker = Masker::new(SessionKey([3; 32]), Notices::Invented, kept);
        let masked = mask(
            &mut masker,
            "<a><tipoVeicoloTarga>1</tipoVeicoloTarga><veicoloTarga>AB123CD</veicoloTarga></a>",
        );
        assert!(masked.contains("<tipoVeicoloTarga>1<") && !masked.contains("AB123CD"), "{masked}");
    }
}
