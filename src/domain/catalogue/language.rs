//! Texts in several languages: Italian always, others where somebody wrote them.

use std::collections::BTreeMap;

use crate::domain::text::Text;

/// A language in which services are told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// The one that no text is without.
    #[default]
    Italian,
    /// English.
    English,
    /// German.
    German,
    /// French.
    French,
    /// Slovene.
    Slovene,
}

impl Language {
    /// All.
    pub const ALL: [Language; 5] =
        [Language::Italian, Language::English, Language::German, Language::French, Language::Slovene];

    /// Its tag (BCP 47), stored and told.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::Italian => "it",
            Language::English => "en",
            Language::German => "de",
            Language::French => "fr",
            Language::Slovene => "sl",
        }
    }

    /// The language of that tag; what follows a hyphen is a region and does not matter.
    pub fn named(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Language::ALL.into_iter().find(|one| one.tag().eq_ignore_ascii_case(primary))
    }
}

/// A text of at most `MAX` characters in one or more languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Localized<const MAX: usize> {
    italian: Text<MAX>,
    others: BTreeMap<Language, Text<MAX>>,
}

impl<const MAX: usize> Localized<MAX> {
    /// A text in Italian and in other languages.
    pub fn new(italian: Text<MAX>, others: impl IntoIterator<Item = (Language, Text<MAX>)>) -> Self {
        let others = others.into_iter().filter(|(language, _)| *language != Language::Italian).collect();
        Localized { italian, others }
    }

    /// The text in Italian.
    pub fn italian(&self) -> &Text<MAX> {
        &self.italian
    }

    /// The text in that language, in Italian if nobody wrote it.
    pub fn in_language(&self, language: Language) -> &Text<MAX> {
        self.others.get(&language).unwrap_or(&self.italian)
    }

    /// The text in all languages that it has.
    pub fn all(&self) -> impl Iterator<Item = (Language, &Text<MAX>)> {
        let others = self.others.iter().map(|(language, text)| (*language, text));
        std::iter::once((Language::Italian, &self.italian)).chain(others)
    }
}

impl<const MAX: usize> From<Text<MAX>> for Localized<MAX> {
    fn from(italian: Text<MAX>) -> Self {
        Localized { italian, others: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_translated_is_told_in_italian() {
        let text = |text| Text::<70>::new(text).unwrap();
        let name = Localized::new(text("Bollo auto"), [(Language::English, text("Car tax"))]);
        assert_eq!(name.in_language(Language::English).as_str(), "Car tax");
        assert_eq!(name.in_language(Language::German).as_str(), "Bollo auto");
        assert_eq!(name.all().count(), 2);
        assert_eq!(Language::named("EN-gb"), Some(Language::English));
        assert_eq!(Language::named("pt"), None);
    }
}
