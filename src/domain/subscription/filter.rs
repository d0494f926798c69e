//! Which events a subscription gets.

use crate::domain::event::Codes;
use crate::domain::segregation::Segregation;

/// The types of events that there are.
pub const EVENT_TYPES: [&str; 32] = [
    "varco.position.created",
    "varco.position.updated",
    "varco.position.published",
    "varco.position.withdrawn",
    "varco.position.invalidated",
    "varco.position.restored",
    "varco.position.deleted",
    "varco.position.partially_paid",
    "varco.position.paid",
    "varco.position.reported",
    "varco.option.added",
    "varco.option.removed",
    "varco.option.paid",
    "varco.option.reported",
    "varco.receipt.booked",
    "varco.receipt.reclassified",
    "varco.anomaly.opened",
    "varco.anomaly.noted",
    "varco.anomaly.resolved",
    "varco.anomaly.reopened",
    "varco.anomaly.closed",
    "varco.subscription.created",
    "varco.subscription.changed",
    "varco.subscription.enabled",
    "varco.subscription.disabled",
    "varco.subscription.deleted",
    "varco.certificate.expiring",
    "varco.partner.failed",
    "varco.partner.recovered",
    "varco.partner.stood_in",
    "varco.partner.undelivered",
    "varco.feed.restored",
];

/// Types of events: one type, all that begin alike (`varco.receipt.*`), or all (`*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypePattern(Box<str>);

/// A text that names no type of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a type of event such as varco.receipt.booked, or a family such as varco.receipt.*")]
pub struct TypePatternError;

impl TypePattern {
    /// Reads a pattern: words of small letters and underscores with dots between, the last of which may be
    /// a star; or a star alone.
    pub fn new(text: &str) -> Result<Self, TypePatternError> {
        let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let words = text.strip_suffix(".*").unwrap_or(text);
        let fits =
            text == "*" || text.len() <= 64 && text.starts_with("varco.") && words.split('.').all(word);
        if fits { Ok(TypePattern(text.into())) } else { Err(TypePatternError) }
    }

    /// Whether there are events of a type that is meant.
    pub fn means_something(&self) -> bool {
        EVENT_TYPES.iter().any(|kind| self.admits(kind))
    }

    /// Whether events of that type are meant.
    pub fn admits(&self, kind: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => kind.starts_with(beginning),
            None => kind == &*self.0,
        }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which events of its feeds a subscription gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFilter {
    /// Of these types; of all if there are none.
    pub types: Vec<TypePattern>,
    /// Of these notices.
    pub codes: Segregation,
}

impl EventFilter {
    /// Whether an event passes. `codes` are those of [`Codes`], as they are kept.
    pub fn admits(&self, kind: &str, codes: &str) -> bool {
        let of_type = self.types.is_empty() || self.types.iter().any(|pattern| pattern.admits(kind));
        of_type && Codes::read(codes).admitted_by(&self.codes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::notice_number::TwoDigits;

    fn filter(types: &[&str], codes: Option<&[&str]>) -> EventFilter {
        EventFilter {
            types: types.iter().map(|text| TypePattern::new(text).unwrap()).collect(),
            codes: match codes {
                None => Segregation::Every,
                Some(codes) => {
                    Segregation::Only(codes.iter().map(|text| TwoDigits::new(text).unwrap()).collect())
                }
            },
        }
    }

    #[test]
    fn every_type_that_is_told_can_be_asked_for() {
        let kinds = concat!(include_str!("../event/kinds.rs"), include_str!("../event/mod.rs"));
        let words = kinds.split('"').filter(|text| text.starts_with("varco."));
        let told: std::collections::BTreeSet<&str> = words.collect();
        assert_eq!(told, EVENT_TYPES.into_iter().collect());
    }

    #[test]
    fn a_filter_admits_one_type_or_a_family_and_all_if_it_names_none() {
        let all = filter(&[], None);
        assert!(all.admits("varco.receipt.booked", "02") && all.admits("varco.feed.restored", ""));
        let some = filter(&["varco.receipt.*", "varco.position.paid"], None);
        assert!(some.admits("varco.receipt.booked", "") && some.admits("varco.position.paid", ""));
        assert!(!some.admits("varco.position.paid_twice", "") && !some.admits("varco.receipts", ""));
        assert!(filter(&["varco.*"], None).admits("varco.anomaly.opened", ""));
    }

    #[test]
    fn who_has_some_codes_gets_what_speaks_of_those_alone() {
        let some = filter(&[], Some(&["01", "02"]));
        for (codes, admitted) in
            [("02", true), ("01 02", true), ("02 03", false), ("--", false), ("02 --", false), ("", true)]
        {
            assert_eq!(some.admits("varco.receipt.booked", codes), admitted, "{codes:?}");
        }
    }

    #[test]
    fn a_pattern_is_words_with_dots_between() {
        for right in
            ["varco.receipt.booked", "varco.position.partially_paid", "varco.receipt.*", "varco.*", "*"]
        {
            assert_eq!(TypePattern::new(right).unwrap().as_str(), right);
        }
        for wrong in
            ["", "**", "varco", "varco.", "varco.*.*", "varco.re*", "Varco.receipt.*", "org.receipt.*"]
        {
            assert_eq!(TypePattern::new(wrong), Err(TypePatternError), "{wrong:?}");
        }
        let means_something = |text| TypePattern::new(text).unwrap().means_something();
        assert!(means_something("varco.feed.*") && means_something("varco.receipt.booked"));
        assert!(!means_something("varco.receipt.boked") && !means_something("varco.reciept.*"));
    }
}
