//! Which sources belong together: a service description or a schema that nobody imports, with all that it imports.
//!
//! Namespaces are resolved within a set only, so that two services may each have their own schema of one
//! namespace: the old interface has a header block of one name and two contents.

use crate::schema::read::{At, Tree, XS};
use std::collections::{BTreeMap, BTreeSet};

/// The sets, each as the places of its sources.
pub fn sets(trees: &[Tree<'_>]) -> Vec<Vec<usize>> {
    let by_path: BTreeMap<&str, usize> = trees.iter().enumerate().map(|(at, tree)| (tree.path, at)).collect();
    let edges: Vec<Vec<usize>> = trees
        .iter()
        .map(|tree| {
            let found = locations(tree);
            found.iter().filter_map(|path| by_path.get(path.as_str()).copied()).collect()
        })
        .collect();
    let imported: BTreeSet<usize> = edges.iter().flatten().copied().collect();
    let mut heads: Vec<usize> = (0..trees.len()).filter(|at| !imported.contains(at)).collect();
    let mut reached: BTreeSet<usize> = heads.iter().flat_map(|head| closure(*head, &edges)).collect();
    // Sources that import each other in a circle have no head.
    for at in 0..trees.len() {
        if !reached.contains(&at) {
            heads.push(at);
            reached.extend(closure(at, &edges));
        }
    }
    heads.iter().map(|head| closure(*head, &edges).into_iter().collect()).collect()
}

fn closure(head: usize, edges: &[Vec<usize>]) -> BTreeSet<usize> {
    let (mut seen, mut pending) = (BTreeSet::new(), vec![head]);
    while let Some(at) = pending.pop() {
        if seen.insert(at) {
            pending.extend(edges.get(at).into_iter().flatten());
        }
    }
    seen
}

/// The paths that a source imports.
fn locations(tree: &Tree<'_>) -> Vec<String> {
    let imports = tree.document.descendants().filter(|node| node.has_tag_name((XS, "import")));
    let imports = imports.map(|node| At { path: tree.path, node });
    imports.filter_map(|import| import.get("schemaLocation").map(|to| resolved(tree.path, to))).collect()
}

/// A path as seen from a file.
fn resolved(from: &str, to: &str) -> String {
    let mut steps: Vec<&str> = from.split('/').collect();
    steps.pop();
    for step in to.split('/') {
        match step {
            "." => {}
            ".." => drop(steps.pop()),
            _ => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Source;
    use crate::schema::read::parse;

    fn source(path: &str, imports: &[&str]) -> Source {
        let imports: String =
            imports.iter().map(|to| format!("<xs:import schemaLocation=\"{to}\"/>")).collect();
        let text = format!("<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">{imports}</xs:schema>");
        Source { path: path.to_owned(), text }
    }

    #[test]
    fn a_set_is_a_head_with_all_that_it_imports() {
        let sources = [
            source("w/a.wsdl", &["../x/m.xsd", "./h.xsd"]),
            source("w/b.wsdl", &["../x/m.xsd"]),
            source("w/h.xsd", &[]),
            source("x/m.xsd", &["c.xsd", "elsewhere.xsd"]),
            source("x/c.xsd", &[]),
            source("y/one.xsd", &["two.xsd"]),
            source("y/two.xsd", &["one.xsd"]),
        ];
        let trees = parse(&sources).unwrap();
        assert_eq!(sets(&trees), [vec![0, 2, 3, 4], vec![1, 3, 4], vec![5, 6]]);
    }
}
