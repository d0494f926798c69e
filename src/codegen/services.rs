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
    let service = root.stem().to_owned();
    contract.services.insert(service.clone(), root.doc());
    let mut bound = BTreeMap::new();
    for binding in root.children().filter(|child| child.node.has_tag_name((WSDL, "binding"))) {
        for operation in binding.children().filter(|child| child.node.has_tag_name((WSDL, "operation"))) {
            let action = operation.child(SOAP, "operation").and_then(|soap| soap.get("soapAction"));
            let action = action.ok_or_else(|| operation.wrong("operation without a soapAction"))?;
            let input = operation.child(WSDL, "input");
            let header = input.and_then(|input| input.child(SOAP, "header"));
            let header = header.map(|header| header.need("part")).transpose()?;
            bound.insert(operation.need("name")?, (action.to_owned(), header));
        }
    }
    for port in root.children().filter(|child| child.node.has_tag_name((WSDL, "portType"))) {
        for node in port.children().filter(|child| child.node.has_tag_name((WSDL, "operation"))) {
            let name = node.need("name")?;
            let (action, header) =
                bound.get(name).cloned().ok_or_else(|| node.wrong("operation without a binding"))?;
            let mut request = message((root, contract), node, "input")?;
            let header = header.map(|part| taken(&mut request, part, node)).transpose()?;
            let mut response = message((root, contract), node, "output")?;
            let operation = Operation {
                service: service.clone(),
                doc: node.doc(),
                action,
                header,
                request: only(&mut request, node)?,
                response: only(&mut response, node)?,
                place: node.place(),
            };
            if contract.operations.insert(name.to_owned(), operation).is_some() {
                return Err(node.wrong("two operations have this name"));
            }
        }
    }
    Ok(())
}

/// The parts of a message by their names, each with its element.
type Parts<'t> = BTreeMap<&'t str, QName>;

/// Takes the part that goes in the header out of a message.
fn taken(parts: &mut Parts<'_>, part: &str, operation: At<'_>) -> Fallible<QName> {
    parts.remove(part).ok_or_else(|| operation.wrong(format!("no part {part} for the header in its message")))
}

/// What is left of a message: the body, which is one element.
fn only(parts: &mut Parts<'_>, operation: At<'_>) -> Fallible<QName> {
    let body = parts.pop_first().map(|(_, element)| element);
    let body = body.ok_or_else(|| operation.wrong("message without a part for the body"))?;
    if parts.is_empty() {
        return Ok(body);
    }
    Err(operation.wrong("several parts that are not in the header are outside the subset"))
}

/// The elements that one side of an operation sends.
fn message<'t>((root, contract): (At<'t>, &Contract), operation: At<'t>, side: &str) -> Fallible<Parts<'t>> {
    let end = operation.child(WSDL, side);
    let end = end.ok_or_else(|| operation.wrong(format!("operation without an {side}")))?;
    let (_, wanted) = end.qname(end.need("message")?)?;
    let message = root
        .children()
        .find(|child| child.node.has_tag_name((WSDL, "message")) && child.get("name") == Some(&wanted));
    let message = message.ok_or_else(|| end.wrong(format!("message {wanted} is not defined")))?;
    let parts = message.children().filter(|child| child.node.has_tag_name((WSDL, "part")));
    let parts = parts.map(|part| {
        let element = part.qname(part.need("element")?)?;
        if contract.roots.contains_key(&element) {
            return Ok((part.need("name")?, element));
        }
        Err(part.wrong(format!("element {} is not defined in any of the sources", element.1)))
    });
    parts.collect()
}
