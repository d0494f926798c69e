//! Sources as trees with positions, and the small questions asked of them everywhere.

use super::model::{Place, QName};
use super::{Diagnostic, Source};
use roxmltree::{Document, Node};

/// The namespace of the schema language.
pub const XS: &str = "http://www.w3.org/2001/XMLSchema";
/// The namespace of service descriptions.
pub const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
/// The namespace of their SOAP bindings.
pub const SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";

/// A source as a tree.
#[derive(Debug)]
pub struct Tree<'a> {
    /// The path of the source.
    pub path: &'a str,
    /// The tree.
    pub document: Document<'a>,
}

/// Parses every source; all that fail are reported.
pub fn parse(sources: &[Source]) -> Result<Vec<Tree<'_>>, Vec<Diagnostic>> {
    let mut trees = Vec::new();
    let mut wrong = Vec::new();
    for source in sources {
        match Document::parse(&source.text) {
            Ok(document) => trees.push(Tree { path: &source.path, document }),
            Err(error) => wrong.push(Diagnostic {
                path: source.path.clone(),
                line: error.pos().row,
                message: error.to_string(),
            }),
        }
    }
    if wrong.is_empty() { Ok(trees) } else { Err(wrong) }
}

/// An element of a source.
#[derive(Clone, Copy, Debug)]
pub struct At<'t> {
    /// The path of the source.
    pub path: &'t str,
    /// The element.
    pub node: Node<'t, 't>,
}

impl<'t> At<'t> {
    /// The root element of a tree.
    pub fn root(tree: &'t Tree<'_>) -> At<'t> {
        At { path: tree.path, node: tree.document.root_element() }
    }

    /// The file name of its source, without folder and extension.
    pub fn stem(self) -> &'t str {
        let file = self.path.rsplit('/').next().unwrap_or(self.path);
        file.split('.').next().unwrap_or(file)
    }

    /// Where it is written.
    pub fn place(self) -> Place {
        let line = self.node.document().text_pos_at(self.node.range().start).row;
        Place { path: self.path.to_owned(), line }
    }

    /// A complaint about it.
    pub fn wrong(self, message: impl Into<String>) -> Diagnostic {
        let Place { path, line } = self.place();
        Diagnostic { path, line, message: message.into() }
    }

    /// Whether it is that element of the schema language.
    pub fn is(self, local: &str) -> bool {
        self.node.has_tag_name((XS, local))
    }

    /// Its name, for messages.
    pub fn tag(self) -> &'t str {
        self.node.tag_name().name()
    }

    /// An attribute.
    pub fn get(self, name: &str) -> Option<&'t str> {
        self.node.attribute(name)
    }

    /// An attribute that must be there.
    pub fn need(self, name: &str) -> Result<&'t str, Diagnostic> {
        self.get(name).ok_or_else(|| self.wrong(format!("<{}> without {name}", self.tag())))
    }

    /// The element children, annotations left out.
    pub fn children(self) -> impl Iterator<Item = At<'t>> {
        let path = self.path;
        self.node
            .children()
            .filter(|node| node.is_element() && !node.has_tag_name((XS, "annotation")))
            .map(move |node| At { path, node })
    }

    /// The first child in a namespace with a name.
    pub fn child(self, namespace: &str, local: &str) -> Option<At<'t>> {
        self.children().find(|child| child.node.has_tag_name((namespace, local)))
    }

    /// What its annotation or its WSDL documentation says, on one line.
    pub fn doc(self) -> String {
        let texts = self.node.children().filter(|node| {
            node.has_tag_name((XS, "annotation")) || node.has_tag_name((WSDL, "documentation"))
        });
        let words: Vec<&str> = texts
            .flat_map(|node| node.descendants())
            .filter_map(|node| node.text().filter(|_| node.is_text()))
            .collect();
        words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The name that an attribute value such as `c:Text35` stands for.
    pub fn qname(self, value: &str) -> Result<QName, Diagnostic> {
        let (prefix, local) = match value.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, value),
        };
        let namespace = self.node.lookup_namespace_uri(prefix);
        if namespace.is_none() && prefix.is_some() {
            return Err(self.wrong(format!("prefix of `{value}` is not declared")));
        }
        Ok((namespace.unwrap_or_default().to_owned(), local.to_owned()))
    }

    /// Refuses every attribute that is not listed.
    pub fn only(self, allowed: &[&str]) -> Result<(), Diagnostic> {
        let other = self.node.attributes().find(|a| a.namespace().is_none() && !allowed.contains(&a.name()));
        match other {
            None => Ok(()),
            Some(other) => {
                Err(self.wrong(format!("{} on <{}> is outside the subset", other.name(), self.tag())))
            }
        }
    }

    /// The complaint about an element that the subset does not have.
    pub fn unknown(self) -> Diagnostic {
        self.wrong(format!("<{}> is outside the subset here", self.tag()))
    }
}
