//! The notices that a load asks about.

use std::collections::{BTreeSet, VecDeque};

use super::tally::Before;
use crate::domain::notice_number::NoticeNumber;
use crate::wire::pa_for_node::PaymentDataV2;

/// Notices in turn; those that the load has paid go to the back and are known as paid.
#[derive(Debug)]
pub struct Stock {
    open: VecDeque<String>,
    paid: Vec<String>,
    known_paid: BTreeSet<String>,
    activated: VecDeque<(String, PaymentDataV2)>,
    /// Notices with an activation that waits for its receipt, or whose receipt is on its way.
    begun: BTreeSet<String>,
}

/// Why notices cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StockError {
    /// There is none.
    #[error("there are no notices: give --notice, --make N, --range or --notices FILE")]
    Empty,
    /// A range that is none.
    #[error("a range of notices is FIRST-LAST, two numbers of one code whose bases go up: {0}")]
    Range(String),
}

impl Stock {
    /// These notices.
    pub fn new(notices: Vec<String>) -> Result<Self, StockError> {
        if notices.is_empty() {
            return Err(StockError::Empty);
        }
        Ok(Stock {
            open: notices.into(),
            paid: Vec::new(),
            known_paid: BTreeSet::new(),
            activated: VecDeque::new(),
            begun: BTreeSet::new(),
        })
    }

    /// The notices from one number to another of the same code; check digits are computed.
    pub fn range(text: &str) -> Result<Vec<String>, StockError> {
        let wrong = |reason: &str| StockError::Range(reason.to_owned());
        let (first, last) = text.split_once('-').ok_or_else(|| wrong("there is no -"))?;
        let number = |text: &str| NoticeNumber::new(text.trim()).map_err(|error| wrong(&error.to_string()));
        let (first, last) = (number(first)?, number(last)?);
        let (code, from) = parts(&first).ok_or_else(|| wrong("the first has no base"))?;
        let (last_code, to) = parts(&last).ok_or_else(|| wrong("the last has no base"))?;
        if code != last_code || from > to || to - from >= 1_000_000 {
            return Err(wrong("they are not of one code, do not go up, or are more than a million"));
        }
        let code =
            crate::domain::notice_number::TwoDigits::new(&code).map_err(|error| wrong(&error.to_string()))?;
        let issued = (from..=to).map(|base| NoticeNumber::issue(code, base).map(|number| number.to_string()));
        issued.collect::<Result<_, _>>().map_err(|error| wrong(&error.to_string()))
    }

    /// The next notice to ask about: one that is not paid as long as there is any.
    pub fn turn(&mut self) -> Option<String> {
        if let Some(notice) = self.open.pop_front() {
            self.open.push_back(notice.clone());
            return Some(notice);
        }
        let place = self.paid.len().checked_sub(1)?;
        self.paid.rotate_left(1);
        self.paid.get(place).cloned()
    }

    /// A payment was begun; one for each notice waits for its receipt.
    pub fn activated(&mut self, notice: &str, data: PaymentDataV2) {
        if !self.known_paid.contains(notice) && self.begun.insert(notice.to_owned()) {
            self.activated.push_back((notice.to_owned(), data));
        }
    }

    /// A payment whose receipt has not come yet. From now on the notice may be paid.
    pub fn pay(&mut self) -> Option<(String, PaymentDataV2)> {
        let begun = self.activated.pop_front()?;
        self.known_paid.insert(begun.0.clone());
        if let Some(place) = self.open.iter().position(|notice| *notice == begun.0) {
            self.open.remove(place);
        }
        self.paid.push(begun.0.clone());
        Some(begun)
    }

    /// What the load itself has done with the notice.
    pub(super) fn before(&self, notice: &str) -> Before {
        let is_paid = self.known_paid.contains(notice);
        if is_paid { Before::Paid } else { Before::Open }
    }
}

/// The code and the base of a notice of aux digit 3.
fn parts(number: &NoticeNumber) -> Option<(String, u64)> {
    let text = number.as_str();
    let base = text.get(3..16)?.parse().ok()?;
    text.starts_with('3').then(|| text.get(1..3).map(|code| (code.to_owned(), base)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_all_notices_between_with_their_check_digits() {
        let range = Stock::range("302000000000000184-302000000000000386").unwrap();
        assert_eq!(range.first().unwrap(), "302000000000000184");
        assert_eq!(range.len(), 3);
        for wrong in ["1-2", "302000000000000184", "302000000000000285-302000000000000184"] {
            assert!(Stock::range(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn notices_go_round() {
        let mut stock = Stock::new(vec!["a".into(), "b".into()]).unwrap();
        let asked: Vec<_> = (0..5).map(|_| stock.turn().unwrap()).collect();
        assert_eq!(asked, ["a", "b", "a", "b", "a"]);
        assert_eq!(Stock::new(Vec::new()).unwrap_err(), StockError::Empty);
    }
}
