//! Changes one element of a message.

use roxmltree::{Document, Node};

/// What becomes of an element.
#[derive(Clone, Copy, Debug)]
pub enum Edit<'a> {
    /// It goes, with all that is in it.
    Remove,
    /// Its tag stays, with nothing in it.
    Empty,
    /// It contains this instead.
    Set(&'a str),
    /// It is there twice.
    Twice,
    /// This comes right behind it.
    Follow(&'a str),
}

/// Changes the element at a path below the payload root: `data/transferList/transfer/IBAN` is the first of that name.
/// `.` is the root itself, `..` the Body.
#[track_caller]
pub fn edit(message: &str, path: &str, change: Edit<'_>) -> String {
    let document = Document::parse(message).unwrap();
    let body = document.descendants().find(|node| node.tag_name().name() == "Body").unwrap();
    let root = body.first_element_child().unwrap();
    let element = match path {
        ".." => body,
        "." => root,
        _ => path.split('/').fold(root, |at, name| {
            child(at, name).unwrap_or_else(|| panic!("no {name} of {path} in {message}"))
        }),
    };
    let (whole, text) = (element.range(), &message[element.range()]);
    let name = text[1..].split([' ', '>', '/']).next().unwrap();
    let changed = match change {
        Edit::Remove => String::new(),
        Edit::Empty => format!("<{name}/>"),
        Edit::Set(content) => format!("<{name}>{content}</{name}>"),
        Edit::Twice => format!("{text}{text}"),
        Edit::Follow(more) => format!("{text}{more}"),
    };
    format!("{}{changed}{}", &message[..whole.start], &message[whole.end..])
}

fn child<'a, 'input>(of: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    of.children().find(|node| node.tag_name().name() == name)
}
