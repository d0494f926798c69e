//! Whether one element of look-ahead always tells what comes next. The schema language demands it, and who
//! reads relies on it.

use super::Diagnostic;
use super::model::{Particle, QName, Term};
use super::wrong;
use std::collections::BTreeSet;

type Fallible<T> = Result<T, Diagnostic>;

/// How many parts of a sequence can be the first to occur.
pub fn opening_count(particles: &[Particle]) -> usize {
    particles.iter().position(|particle| !may_be_absent(particle)).map_or(particles.len(), |at| at + 1)
}

/// Whether nothing at all can be the particle.
pub fn may_be_absent(particle: &Particle) -> bool {
    particle.occurs.min == 0
        || match &particle.term {
            Term::Element { .. } => false,
            Term::Choice(inner) => inner.iter().any(may_be_absent),
            Term::Sequence(inner) => inner.iter().all(may_be_absent),
        }
}

/// The elements that can begin a particle.
pub fn first(particle: &Particle) -> BTreeSet<QName> {
    match &particle.term {
        Term::Element { name, .. } => BTreeSet::from([name.clone()]),
        Term::Choice(inner) => inner.iter().flat_map(first).collect(),
        Term::Sequence(inner) => inner.iter().take(opening_count(inner)).flat_map(first).collect(),
    }
}

/// Checks that one element of look-ahead always tells what comes next, `follow` being what may come behind.
pub fn deterministic(particles: &[Particle], follow: &BTreeSet<QName>) -> Fallible<()> {
    let mut behind = follow.clone();
    for particle in particles.iter().rev() {
        let own = first(particle);
        let varies = particle.occurs.min != particle.occurs.max || may_be_absent(particle);
        if varies && !own.is_disjoint(&behind) {
            return Err(wrong(
                &particle.place,
                "ambiguous: the same element may follow what is optional or repeated here",
            ));
        }
        let mut after = behind.clone();
        if particle.occurs.max > 1 {
            after.extend(own.iter().cloned());
        }
        match &particle.term {
            Term::Element { .. } => {}
            Term::Sequence(inner) => deterministic(inner, &after)?,
            Term::Choice(inner) => choice(inner, &after)?,
        }
        if !may_be_absent(particle) {
            behind.clear();
        }
        behind.extend(own);
    }
    Ok(())
}

fn choice(alternatives: &[Particle], follow: &BTreeSet<QName>) -> Fallible<()> {
    let mut seen = BTreeSet::new();
    for alternative in alternatives {
        if may_be_absent(alternative) {
            return Err(wrong(
                &alternative.place,
                "an alternative that may be absent; make the choice optional instead",
            ));
        }
        let own = first(alternative);
        if !own.is_disjoint(&seen) {
            return Err(wrong(&alternative.place, "ambiguous: two alternatives begin with the same element"));
        }
        seen.extend(own);
        deterministic(std::slice::from_ref(alternative), follow)?;
    }
    Ok(())
}
