//! Service descriptions: which operations there are, and which elements they send.

use crate::schema::Diagnostic;
use crate::schema::model::{Contract, Operation, QName};
use crate::schema::read::{At, SOAP, Tree, WSDL};
use std::collections::BTreeMap;

type Fallible<T> = Result<T, Diagnostic>;

/// Adds the operations of all service descriptions among the trees.
pub fn operations(trees: &[Tree<'_>], contract: &mut Contract) -> Result<(), Vec<Diagnostic>> {
    let roots = trees.iter().map(At::root);
    let services = roots.filter(|root| root.node.has_tag_name((WSDL, "definitions")));
    let wrong: Vec<Diagnostic> = services.filter_map(|root| service(root, contract).err()).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn service(root: At<'_>, contract: &mut Contract) -> Fallible<()> {
    let mut bound = BTreeMap::new();
    for binding in root.children().filter(|child| child.node.has_tag_name((WSDL, "binding"))) {
        for operation in binding.children().filter(|child| child.node.has_tag_name((WSDL, "operation"))) {
            let action = operation.child(SOAP, "operation").and_then(|soap| soap.get("soapAction"));
            let action = action.ok_or_else(|| operation.wrong("operation without a soapAction"))?;
            bound.insert(operation.need("name")?, action.to_owned());
        }
    }
    for port in root.children().filter(|child| child.node.has_tag_name((WSDL, "portType"))) {
        for node in port.children().filter(|child| child.node.has_tag_name((WSDL, "operation"))) {
            let name = node.need("name")?;
            let action = bound.get(name).cloned();
            let operation = Operation {
                doc: node.doc(),
                action: action.ok_or_else(|| node.wrong("operation without a binding"))?,
                request: message((root, contract), node, "input")?,
                response: message((root, contract), node, "output")?,
                place: node.place(),
            };
            if contract.operations.insert(name.to_owned(), operation).is_some() {
                return Err(node.wrong("two operations have this name"));
            }
        }
    }
    Ok(())
}

/// The element that one side of an operation sends.
fn message((root, contract): (At<'_>, &Contract), operation: At<'_>, side: &str) -> Fallible<QName> {
    let end = operation.child(WSDL, side);
    let end = end.ok_or_else(|| operation.wrong(format!("operation without an {side}")))?;
    let (_, wanted) = end.qname(end.need("message")?)?;
    let message = root
        .children()
        .find(|child| child.node.has_tag_name((WSDL, "message")) && child.get("name") == Some(&wanted));
    let message = message.ok_or_else(|| end.wrong(format!("message {wanted} is not defined")))?;
    let mut parts = message.children();
    let part = parts.next().ok_or_else(|| message.wrong("message without a part"))?;
    if parts.next().is_some() {
        return Err(message.wrong("a message of several parts is outside the subset"));
    }
    let element = part.qname(part.need("element")?)?;
    if contract.roots.contains_key(&element) {
        return Ok(element);
    }
    Err(part.wrong(format!("element {} is not defined in any of the sources", element.1)))
}
