//! Changes the texts of an XML document and leaves its markup as it was written.
//!
//! Prefixes, quotes, blanks between elements and the order of attributes stay, because a tester wants to see how
//! somebody really writes. Comments and processing instructions go: nobody reads them, and anything may be in them.

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::wire::is_declaration;

/// Deeper than any message of the node.
const MAX_DEPTH: usize = 128;

/// A text of a document and where it stands.
#[derive(Debug)]
pub struct Spot<'a> {
    /// The local names of the elements around it, outermost first; the last one holds it.
    pub path: &'a [String],
    /// The attribute, if it is the value of one; as it is written, prefix and all.
    pub attribute: Option<&'a str>,
}

impl Spot<'_> {
    /// The name of the element that holds the text, or of the one around it: 0, 1, …
    pub fn up(&self, levels: usize) -> &str {
        let at = self.path.len().checked_sub(levels + 1);
        at.and_then(|at| self.path.get(at)).map_or("", String::as_str)
    }
}

/// Why a document cannot be rewritten; none of its content is repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// It is not in UTF-8.
    #[error("it is not in UTF-8")]
    Encoding,
    /// It is no XML document.
    #[error("it is no well-formed XML")]
    Form,
    /// It declares a document type, by which its entities could mean anything.
    #[error("it has a document type")]
    Doctype,
    /// Its elements stand too deep in one another.
    #[error("its elements are nested too deep")]
    Depth,
}

/// Hears of a document's elements and says what becomes of its texts.
pub trait Rewriter {
    /// What stands in the place of a text that is not blank; references are resolved in it.
    fn text(&mut self, spot: &Spot<'_>, text: &str) -> String;

    /// An element begins; the path ends with it.
    fn begin(&mut self, _path: &[String]) {}

    /// An element has ended; the path ends with it.
    fn end(&mut self, _path: &[String]) {}
}

/// The document with its texts changed.
pub fn rewrite(document: &[u8], by: &mut dyn Rewriter) -> Result<Vec<u8>, Unwritable> {
    let text = std::str::from_utf8(document).map_err(|_| Unwritable::Encoding)?;
    let (bom, rest) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let mut reader = Reader::from_str(rest);
    let mut work =
        Work { by, out: bom.to_owned(), path: Vec::new(), raw: String::new(), plain: String::new() };
    let mut rooted = false;
    loop {
        let event = reader.read_event().map_err(|_| Unwritable::Form)?;
        if let Event::Start(_) | Event::Empty(_) = &event
            && work.path.is_empty()
            && std::mem::replace(&mut rooted, true)
        {
            return Err(Unwritable::Form);
        }
        if work.take(event)? == Step::Last {
            break;
        }
    }
    if rooted && work.path.is_empty() { Ok(work.out.into_bytes()) } else { Err(Unwritable::Form) }
}

#[derive(PartialEq, Eq)]
enum Step {
    More,
    Last,
}

struct Work<'w> {
    by: &'w mut dyn Rewriter,
    out: String,
    path: Vec<String>,
    /// The text since the last tag, as it is written.
    raw: String,
    /// The same, as it is meant.
    plain: String,
}

impl Work<'_> {
    fn take(&mut self, event: Event<'_>) -> Result<Step, Unwritable> {
        match event {
            Event::Start(start) => {
                self.flush()?;
                self.open(&start)?;
                self.tag(&start, ">")?;
            }
            Event::Empty(start) => {
                self.flush()?;
                self.open(&start)?;
                self.tag(&start, "/>")?;
                self.close();
            }
            Event::End(end) => {
                self.flush()?;
                self.out.push_str("</");
                self.out.push_str(&end);
                self.out.push('>');
                self.close();
            }
            Event::Text(text) => {
                self.raw.push_str(&text);
                self.plain.push_str(&text.xml10_content());
            }
            Event::CData(text) => {
                self.raw.push_str(&format!("<![CDATA[{}]]>", &*text));
                self.plain.push_str(&text.xml10_content());
            }
            Event::GeneralRef(reference) => {
                self.raw.push_str(&format!("&{};", &*reference));
                self.plain.push_str(&resolve(&reference)?);
            }
            Event::Decl(declaration) => {
                self.flush()?;
                let written = format!("<?{}?>", &*declaration);
                // Anything may be in one that does not keep to its grammar, or is not at the beginning.
                if !matches!(self.out.as_str(), "" | "\u{feff}") || !is_declaration(&written) {
                    return Err(Unwritable::Form);
                }
                self.out.push_str(&written);
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::DocType(_) => return Err(Unwritable::Doctype),
            Event::Eof => {
                self.flush()?;
                return Ok(Step::Last);
            }
        }
        Ok(Step::More)
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Unwritable> {
        if self.path.len() >= MAX_DEPTH {
            return Err(Unwritable::Depth);
        }
        self.path.push(start.local_name().into_inner().to_owned());
        self.by.begin(&self.path);
        Ok(())
    }

    fn close(&mut self) {
        self.by.end(&self.path);
        self.path.pop();
    }

    /// Writes a tag; as it is, unless one of its attributes is changed.
    fn tag(&mut self, start: &BytesStart<'_>, ending: &str) -> Result<(), Unwritable> {
        let mut changed = false;
        let mut rewritten = format!("<{}", start.name().into_inner());
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| Unwritable::Form)?;
            let name = attribute.key.into_inner();
            let plain = unescape(&attribute.value).map_err(|_| Unwritable::Form)?;
            let spot = Spot { path: &self.path, attribute: Some(name) };
            let new = if plain.trim().is_empty() { plain.to_string() } else { self.by.text(&spot, &plain) };
            changed |= new != plain;
            rewritten.push_str(&format!(" {name}=\"{}\"", escape(&new)));
        }
        let tag = if changed { rewritten } else { format!("<{}", &**start) };
        self.out.push_str(&tag);
        self.out.push_str(ending);
        Ok(())
    }

    /// Writes the text since the last tag; as it is, unless it is changed.
    fn flush(&mut self) -> Result<(), Unwritable> {
        let (raw, plain) = (std::mem::take(&mut self.raw), std::mem::take(&mut self.plain));
        if plain.trim().is_empty() {
            self.out.push_str(&raw);
            return Ok(());
        }
        if self.path.is_empty() {
            return Err(Unwritable::Form);
        }
        // Blanks around a value are one of the ways in which people write.
        let value = plain.trim();
        let new = self.by.text(&Spot { path: &self.path, attribute: None }, value);
        if new == value {
            self.out.push_str(&raw);
        } else {
            let (before, after) = plain.split_once(value).unwrap_or(("", ""));
            self.out.push_str(&format!("{before}{}{after}", escape(&new)));
        }
        Ok(())
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, Unwritable> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_| Unwritable::Form)? {
        return Ok(character.to_string());
    }
    resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned).ok_or(Unwritable::Form)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stars;

    impl Rewriter for Stars {
        fn text(&mut self, spot: &Spot<'_>, text: &str) -> String {
            if spot.up(0) == "keep" || spot.attribute.is_some_and(|name| name.starts_with("xmlns")) {
                return text.to_owned();
            }
            format!("*{}<", text.chars().count())
        }
    }

    fn stars(document: &str) -> Result<String, Unwritable> {
        rewrite(document.as_bytes(), &mut Stars).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn texts_change_and_markup_stays() {
        let document = "\u{feff}<?xml version='1.0'?>\n<a:b xmlns:a='urn:a' >\n <c  d = 'e'/><f> g\n</f>\
                        <keep>&lt;<![CDATA[h]]></keep><i></i></a:b >\n";
        let expected = "\u{feff}<?xml version='1.0'?>\n<a:b xmlns:a='urn:a' >\n <c d=\"*1&lt;\"/><f> *1&lt;\n</f>\
                        <keep>&lt;<![CDATA[h]]></keep><i></i></a:b>\n";
        assert_eq!(stars(document).unwrap(), expected);
    }

    #[test]
    fn every_spelling_of_a_text_is_one_text() {
        for spelling in
            ["Rossi", "<![CDATA[Rossi]]>", "R&#111;ssi", "Ros<!-- x -->si", "<![CDATA[Ro]]>s&#x73;i"]
        {
            assert_eq!(stars(&format!("<a>{spelling}</a>")).unwrap(), "<a>*5&lt;</a>", "{spelling}");
        }
    }

    #[test]
    fn comments_and_instructions_go() {
        assert_eq!(stars("<!-- Rossi --><a><?Rossi Mario?><b/><!-- Rossi --></a>").unwrap(), "<a><b/></a>");
    }

    #[test]
    fn what_cannot_be_read_is_not_written() {
        for (wrong, why) in [
            ("", Unwritable::Form),
            ("Rossi", Unwritable::Form),
            ("<a>", Unwritable::Form),
            ("<a/><b/>", Unwritable::Form),
            ("<a/>Rossi", Unwritable::Form),
            ("<a>&x;</a>", Unwritable::Form),
            ("<!DOCTYPE a [<!ENTITY x 'Rossi'>]><a/>", Unwritable::Doctype),
            ("<?xml version='1.0' author='Rossi'?><a/>", Unwritable::Form),
            ("<?xml Mario Rossi?><a/>", Unwritable::Form),
            ("<a><?xml version='1.0'?></a>", Unwritable::Form),
        ] {
            assert_eq!(stars(wrong), Err(why), "{wrong}");
        }
        assert_eq!(rewrite(b"<a>\xe8</a>", &mut Stars), Err(Unwritable::Encoding));
        assert_eq!(stars(&"<a>".repeat(500)), Err(Unwritable::Depth));
    }
}
