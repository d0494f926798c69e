//! What services offer, as calls of a module: of the namespace of the messages where both have one name, of a
//! module of their own otherwise.

use super::names;
use super::plan::{Call, Planner};
use crate::schema::model::{Contract, Operation, Particle, QName, Term};
use crate::schema::{Diagnostic, wrong};
use std::collections::BTreeSet;

type Fallible<T> = Result<T, Diagnostic>;

/// The services that get a module of their own, each with the namespace of its messages.
pub fn services_of_their_own(contract: &Contract) -> Vec<(&str, &str)> {
    let namespace = |service: &str| {
        let mut operations = contract.operations.values().filter(|one| one.service == service);
        operations.next().map(|one| one.request.0.as_str())
    };
    let services = contract.services.keys().filter_map(|name| Some((name.as_str(), namespace(name)?)));
    let stem = |uri: &str| contract.namespaces.get(uri).map(|found| found.stem.as_str());
    services.filter(|(service, uri)| stem(uri) != Some(service)).collect()
}

/// Whether elements of a namespace are messages, or blocks of the header of one: they are no documents.
pub fn travels(contract: &Contract, namespace: &str) -> bool {
    let elements = |one: &Operation| {
        [Some(&one.request), Some(&one.response), one.header.as_ref()]
            .into_iter()
            .flatten()
            .any(|element| element.0 == namespace)
    };
    contract.operations.values().any(elements)
}

impl Planner<'_> {
    /// Plans the module of a service.
    pub(super) fn service(&mut self, service: &str) -> Fallible<()> {
        let contract = self.contract;
        self.module.name = names::snake(service);
        self.module.doc = contract.services.get(service).cloned().unwrap_or_default();
        self.calls(service)?;
        let mut imports: BTreeSet<String> = BTreeSet::from([self.uri.to_owned()]);
        let operations = contract.operations.values().filter(|one| one.service == service);
        imports.extend(operations.filter_map(|one| Some(one.header.as_ref()?.0.clone())));
        let stems = imports.iter().filter_map(|uri| contract.namespaces.get(uri));
        self.module.imports = stems.map(|found| names::snake(&found.stem)).collect();
        self.prefixes(&imports.into_iter().collect::<Vec<_>>());
        Ok(())
    }

    /// Takes over the operations of a service.
    pub(super) fn calls(&mut self, service: &str) -> Fallible<()> {
        let contract = self.contract;
        for (name, operation) in contract.operations.iter().filter(|(_, one)| one.service == service) {
            let call = self.call(name, operation)?;
            self.module.operations.push(call);
        }
        Ok(())
    }

    fn call(&mut self, name: &str, operation: &Operation) -> Fallible<Call> {
        let mut side = |element: &QName| -> Fallible<(String, String)> {
            let of = self.contract.roots.get(element);
            let of = of.ok_or_else(|| wrong(&operation.place, "message without an element"))?;
            Ok((self.tag(element), self.of(of).0))
        };
        let (request, response) = (side(&operation.request)?, side(&operation.response)?);
        let header = operation.header.as_ref().map(side).transpose()?;
        if operation.request.0 != self.uri || operation.response.0 != self.uri {
            return Err(wrong(&operation.place, "the messages of a service are of different namespaces"));
        }
        let (doc, action) = (operation.doc.clone(), operation.action.clone());
        Ok(Call { name: name.to_owned(), doc, action, header, request, response })
    }

    /// Names the namespaces of all elements that can occur: of the module itself, and of what it imports.
    pub(super) fn prefixes(&mut self, imports: &[String]) {
        let mut used: BTreeSet<String> = self.module.tags.values().map(|(name, _)| name.0.clone()).collect();
        let (mut seen, mut pending) = (BTreeSet::new(), imports.to_vec());
        while let Some(uri) = pending.pop() {
            if seen.insert(uri.clone()) {
                let found = self.contract.namespaces.get(&uri);
                pending.extend(found.into_iter().flat_map(|found| found.imports.iter().cloned()));
                let types = self.contract.complex.iter().filter(|(name, _)| name.0 == uri);
                types.for_each(|(_, complex)| namespaces(&complex.particles, &mut used));
            }
        }
        let used = used.into_iter().filter(|uri| !uri.is_empty());
        self.module.prefixes = used.map(|uri| (self.prefix(&uri), uri)).collect();
    }
}

/// Adds the namespaces of elements.
fn namespaces(particles: &[Particle], found: &mut BTreeSet<String>) {
    for particle in particles {
        match &particle.term {
            Term::Element { name, .. } => drop(found.insert(name.0.clone())),
            Term::Choice(inner) | Term::Sequence(inner) => namespaces(inner, found),
        }
    }
}
