//! From trees to the model: names resolved, inheritance flattened, facets gathered.

use super::facets::{builtin, gather, occurs, whole_number};
use super::model::{
    Builtin, Complex, Contract, Facets, Namespace, Occurs, Particle, QName, Simple, Term, TypeRef,
};
use super::names;
use super::read::{At, Tree, WSDL, XS};
use super::{Diagnostic, Subset};
use std::collections::BTreeMap;

type Fallible<T> = Result<T, Diagnostic>;

/// What a schema says once for all its content.
#[derive(Clone)]
struct Context {
    target: String,
    qualified: bool,
}

/// The named types before they are resolved, and the contract as it grows.
struct Resolver<'t> {
    types: BTreeMap<QName, (At<'t>, Context)>,
    elements: BTreeMap<QName, (At<'t>, Context)>,
    contract: Contract,
    subset: Subset,
    /// The complex types being resolved, innermost last.
    pending: Vec<QName>,
    /// How many types are being resolved inside one another.
    depth: usize,
}

/// How many types may be needed to know what one of them is: the schemas of services come from outside, and
/// each step takes room on the stack.
const DEPTH: usize = 16;

/// Resolves all trees; every complaint that can be found at once is reported.
pub fn contract(trees: &[Tree<'_>], subset: Subset) -> Result<Contract, Vec<Diagnostic>> {
    let mut resolver = Resolver {
        types: BTreeMap::new(),
        elements: BTreeMap::new(),
        contract: Contract::default(),
        subset,
        pending: Vec::new(),
        depth: 0,
    };
    let mut wrong = Vec::new();
    for tree in trees {
        let root = At::root(tree);
        let result = if root.node.has_tag_name((WSDL, "definitions")) {
            let schemas = root.node.descendants().filter(|node| node.has_tag_name((XS, "schema")));
            schemas.map(|node| At { node, ..root }).try_for_each(|schema| resolver.schema(schema))
        } else {
            resolver.schema(root)
        };
        wrong.extend(result.err());
    }
    if wrong.is_empty() {
        let names: Vec<QName> = resolver.types.keys().cloned().collect();
        wrong.extend(names.iter().filter_map(|name| resolver.named(name).err()));
        let roots: Vec<QName> = resolver.elements.keys().cloned().collect();
        wrong.extend(roots.iter().filter_map(|name| resolver.root(name).err()));
    }
    wrong.sort_by(|a: &Diagnostic, b| (&a.path, a.line, &a.message).cmp(&(&b.path, b.line, &b.message)));
    wrong.dedup();
    if wrong.is_empty() { Ok(resolver.contract) } else { Err(wrong) }
}

impl<'t> Resolver<'t> {
    fn schema(&mut self, root: At<'t>) -> Fallible<()> {
        if !root.is("schema") {
            return Err(root.wrong("neither a schema nor a service description"));
        }
        root.only(&["targetNamespace", "elementFormDefault", "attributeFormDefault", "version"])?;
        let target = root.get("targetNamespace").unwrap_or_default().to_owned();
        let context = Context { qualified: root.get("elementFormDefault") == Some("qualified"), target };
        let mut imports = Vec::new();
        let mut defines = false;
        for node in root.children() {
            let known = match node.tag() {
                "import" if self.subset == Subset::Generated => {
                    imports.push(node.need("namespace")?.to_owned());
                    continue;
                }
                "simpleType" | "complexType" => &mut self.types,
                "element" => &mut self.elements,
                _ => return Err(node.unknown()),
            };
            defines = true;
            let name = (context.target.clone(), node.need("name")?.to_owned());
            if known.insert(name, (node, context.clone())).is_some() {
                return Err(node.wrong("defined twice"));
            }
        }
        if defines || !context.target.is_empty() {
            self.namespace(root, &context, imports)?;
        }
        Ok(())
    }

    fn namespace(&mut self, root: At<'t>, context: &Context, imports: Vec<String>) -> Fallible<()> {
        let stem = root.stem().to_owned();
        let prefixes = root.node.namespaces().filter(|found| found.uri() == context.target);
        let prefix = prefixes.filter_map(|found| found.name()).next().unwrap_or("ns").to_owned();
        let namespace = Namespace { stem, prefix, doc: root.doc(), imports };
        match self.contract.namespaces.insert(context.target.clone(), namespace) {
            None => Ok(()),
            Some(_) => Err(root.wrong("two schemas define this namespace; put it in one file")),
        }
    }

    fn root(&mut self, name: &QName) -> Fallible<()> {
        let Some((node, context)) = self.elements.get(name).cloned() else { return Ok(()) };
        node.only(&["name", "type"])?;
        let of = self.type_of(node, &context, &names::pascal(&name.1))?;
        self.contract.roots.insert(name.clone(), of);
        Ok(())
    }

    /// Resolves a named type unless that has been done.
    fn named(&mut self, name: &QName) -> Fallible<()> {
        if self.contract.simple.contains_key(name) || self.contract.complex.contains_key(name) {
            return Ok(());
        }
        let Some((node, context)) = self.types.get(name).cloned() else { return Ok(()) };
        if node.is("simpleType") {
            return self.simple(name.clone(), node).map(drop);
        }
        node.only(&["name"])?;
        self.complex(name.clone(), node, &context)
    }

    /// The type of an element: named, anonymous or built in.
    fn type_of(&mut self, node: At<'t>, context: &Context, anonymous: &str) -> Fallible<TypeRef> {
        if let Some(value) = node.get("type") {
            return match self.type_named(node, value)? {
                TypeRef::Builtin(Builtin::Decimal) if self.subset == Subset::Generated => {
                    Err(node.wrong("a bare decimal; restrict it to money"))
                }
                of => Ok(of),
            };
        }
        let name = (context.target.clone(), anonymous.to_owned());
        let inner = node.children().next().ok_or_else(|| node.wrong("element without a type"))?;
        if self.types.contains_key(&name) {
            return Err(
                inner.wrong(format!("an anonymous type would be called {anonymous}, which exists; name it"))
            );
        }
        match inner.tag() {
            "simpleType" => drop(self.simple(name.clone(), inner)?),
            "complexType" => self.complex(name.clone(), inner, context)?,
            _ => return Err(inner.unknown()),
        }
        Ok(TypeRef::Named(name))
    }

    fn type_named(&mut self, node: At<'t>, value: &str) -> Fallible<TypeRef> {
        let name = node.qname(value)?;
        if name.0 == XS {
            if let Some(facets) = whole_number(&name.1).filter(|_| self.subset == Subset::Interpreted) {
                let simple =
                    Simple { doc: String::new(), base: Builtin::Decimal, facets, place: node.place() };
                self.contract.simple.insert(name.clone(), simple);
                return Ok(TypeRef::Named(name));
            }
            return builtin(&name.1)
                .map(TypeRef::Builtin)
                .ok_or_else(|| node.wrong(format!("the built-in type {value} is outside the subset")));
        }
        if !self.types.contains_key(&name) {
            return Err(node.wrong(format!("type {value} is not defined in any of the sources")));
        }
        if self.depth == DEPTH {
            return Err(
                node.wrong(format!("more than {DEPTH} types inside one another, or one inside itself"))
            );
        }
        self.depth += 1;
        let found = self.named(&name);
        self.depth -= 1;
        found.map(|()| TypeRef::Named(name))
    }

    fn simple(&mut self, name: QName, node: At<'t>) -> Fallible<Simple> {
        node.only(&["name"])?;
        let restriction = node.children().next().filter(|child| child.is("restriction"));
        let restriction = restriction.ok_or_else(|| node.wrong("a simple type that is no restriction"))?;
        restriction.only(&["base"])?;
        let (base, mut facets) = match self.type_named(restriction, restriction.need("base")?)? {
            TypeRef::Builtin(base) => (base, Facets::default()),
            TypeRef::Named(base) => {
                let base = self.contract.simple.get(&base);
                let base = base.ok_or_else(|| restriction.wrong("base is not a simple type"))?;
                (base.base, base.facets.clone())
            }
        };
        gather(restriction, base, self.subset, &mut facets)?;
        let simple = Simple { doc: node.doc(), base, facets, place: node.place() };
        self.contract.simple.insert(name, simple.clone());
        Ok(simple)
    }

    fn complex(&mut self, name: QName, node: At<'t>, context: &Context) -> Fallible<()> {
        if self.pending.contains(&name) {
            return Err(node.wrong("a type that contains itself is outside the subset"));
        }
        self.pending.push(name.clone());
        let particles = self.content(node, context, &name.1);
        self.pending.pop();
        let particles = particles?.into_iter().flat_map(flatten).collect();
        let complex = Complex { doc: node.doc(), particles, place: node.place() };
        self.contract.complex.insert(name, complex);
        Ok(())
    }

    fn content(&mut self, node: At<'t>, context: &Context, owner: &str) -> Fallible<Vec<Particle>> {
        let mut particles = Vec::new();
        for child in node.children() {
            match child.tag() {
                "complexContent" => particles.extend(self.derived(child, context, owner)?),
                _ => particles.push(self.particle(child, context, owner)?),
            }
        }
        Ok(particles)
    }

    /// The content of a derived type: what it inherits and adds, or what it restates.
    fn derived(&mut self, node: At<'t>, context: &Context, owner: &str) -> Fallible<Vec<Particle>> {
        node.only(&[])?;
        let step = node.children().next().ok_or_else(|| node.wrong("empty complexContent"))?;
        step.only(&["base"])?;
        let TypeRef::Named(base) = self.type_named(step, step.need("base")?)? else {
            return Err(step.wrong("base is not a complex type"));
        };
        let base =
            self.contract.complex.get(&base).ok_or_else(|| step.wrong("base is not a complex type"))?;
        let mut particles = match step.tag() {
            "extension" => base.particles.clone(),
            "restriction" => Vec::new(),
            _ => return Err(step.unknown()),
        };
        for child in step.children() {
            particles.push(self.particle(child, context, owner)?);
        }
        Ok(particles)
    }

    fn particle(&mut self, node: At<'t>, context: &Context, owner: &str) -> Fallible<Particle> {
        let mut occurs = occurs(node)?;
        let term = match node.tag() {
            "element" => self.element(node, context, owner)?,
            "sequence" | "choice" => {
                node.only(&["minOccurs", "maxOccurs"])?;
                let inner: Fallible<Vec<Particle>> =
                    node.children().map(|child| self.particle(child, context, owner)).collect();
                let inner = inner?.into_iter();
                match node.tag() {
                    "choice" => Term::Choice(present(inner.collect(), &mut occurs)),
                    _ => Term::Sequence(inner.flat_map(flatten).collect()),
                }
            }
            _ => return Err(node.unknown()),
        };
        Ok(Particle { occurs, term, doc: node.doc(), place: node.place() })
    }

    fn element(&mut self, node: At<'t>, context: &Context, owner: &str) -> Fallible<Term> {
        node.only(match self.subset {
            Subset::Generated => &ELEMENT[1..],
            Subset::Interpreted => &ELEMENT,
        })?;
        if let Some(value) = node.get("ref") {
            let name = node.qname(value)?;
            if !self.elements.contains_key(&name) {
                return Err(node.wrong(format!("element {value} is not defined in any of the sources")));
            }
            self.root(&name)?;
            let of = self.contract.roots.get(&name).cloned();
            return of
                .map(|of| Term::Element { name, of, default: None, fixed: None })
                .ok_or_else(|| node.wrong("element without a type"));
        }
        let local = node.need("name")?;
        let of = self.type_of(node, context, &format!("{owner}{}", names::pascal(local)))?;
        let qualified = node.get("form").map_or(context.qualified, |form| form == "qualified");
        let namespace = if qualified { context.target.clone() } else { String::new() };
        let value = |name: &str| node.get(name).map(str::to_owned);
        let (default, fixed) = (value("default"), value("fixed"));
        let children = matches!(&of, TypeRef::Named(of) if !self.contract.simple.contains_key(of));
        match (&default, &fixed) {
            (Some(_), Some(_)) => Err(node.wrong("both a default and a fixed value")),
            (Some(_), None) if children => Err(node.wrong("a default of an element with children")),
            (None, Some(_)) if children => Err(node.wrong("a fixed value of an element with children")),
            _ => Ok(Term::Element { name: (namespace, local.to_owned()), of, default, fixed }),
        }
    }
}

/// What may stand on an element; the first only in an interpreted schema.
const ELEMENT: [&str; 8] = ["fixed", "name", "type", "ref", "form", "default", "minOccurs", "maxOccurs"];

/// A plain sequence dissolves into its surroundings.
fn flatten(particle: Particle) -> Vec<Particle> {
    match particle.term {
        Term::Sequence(inner) if particle.occurs == (Occurs { min: 1, max: 1 }) => inner,
        term => vec![Particle { term, ..particle }],
    }
}

/// Alternatives that may be absent, as alternatives of a choice that may be absent: it is the same documents.
fn present(mut alternatives: Vec<Particle>, choice: &mut Occurs) -> Vec<Particle> {
    for alternative in alternatives.iter_mut().filter(|alternative| alternative.occurs.min == 0) {
        alternative.occurs.min = 1;
        choice.min = 0;
    }
    alternatives
}
