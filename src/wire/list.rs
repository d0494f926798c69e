//! Lists whose number of items is bounded by construction.

use super::error::FacetError;
use std::ops::Deref;

/// For lists without an upper bound.
pub const UNBOUNDED: usize = usize::MAX;

/// A list of `MIN` to `MAX` items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounded<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> Bounded<T, MIN, MAX> {
    /// A list, if it holds neither too few items nor too many.
    pub fn new(items: Vec<T>) -> Result<Self, FacetError> {
        if items.len() < MIN || items.len() > MAX {
            return Err(FacetError::Count { min: MIN, max: MAX });
        }
        Ok(Bounded(items))
    }

    /// The items, taken out.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

/// The empty list, where it is allowed.
impl<T, const MAX: usize> Default for Bounded<T, 0, MAX> {
    fn default() -> Self {
        Bounded(Vec::new())
    }
}

impl<T, const MIN: usize, const MAX: usize> Deref for Bounded<T, MIN, MAX> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> TryFrom<Vec<T>> for Bounded<T, MIN, MAX> {
    type Error = FacetError;
    fn try_from(items: Vec<T>) -> Result<Self, FacetError> {
        Bounded::new(items)
    }
}

impl<T, const MIN: usize, const MAX: usize> IntoIterator for Bounded<T, MIN, MAX> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T, const MIN: usize, const MAX: usize> IntoIterator for &'a Bounded<T, MIN, MAX> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_belong_to_the_list() {
        for (items, fits) in [(0, false), (1, true), (5, true), (6, false)] {
            assert_eq!(Bounded::<u8, 1, 5>::new(vec![0; items]).is_ok(), fits, "{items}");
        }
    }
}
