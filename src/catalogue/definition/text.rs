//! Texts in several languages, as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::findings::Findings;
use crate::domain::catalogue::language::{Language, Localized};
use crate::domain::text::Text;

/// A text in one or more languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalizedText {
    /// Italian.
    pub it: String,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub en: Option<String>,
    /// German.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub de: Option<String>,
    /// French.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub fr: Option<String>,
    /// Slovene.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sl: Option<String>,
}

impl LocalizedText {
    /// As JSON.
    pub fn of<const MAX: usize>(text: &Localized<MAX>) -> Self {
        let mut written = LocalizedText::default();
        for (language, text) in text.all() {
            let text = text.to_string();
            match language {
                Language::Italian => written.it = text,
                Language::English => written.en = Some(text),
                Language::German => written.de = Some(text),
                Language::French => written.fr = Some(text),
                Language::Slovene => written.sl = Some(text),
            }
        }
        written
    }

    /// Reads it.
    pub fn read<const MAX: usize>(&self, pointer: &str, findings: &mut Findings) -> Option<Localized<MAX>> {
        let italian = findings.read(format!("{pointer}/it"), Text::new(&self.it));
        let mut others = Vec::new();
        for (language, text) in [
            (Language::English, &self.en),
            (Language::German, &self.de),
            (Language::French, &self.fr),
            (Language::Slovene, &self.sl),
        ] {
            let text = text.as_deref().map(Text::new);
            let text = findings.read_optional(format!("{pointer}/{}", language.tag()), text);
            others.extend(text.map(|text| (language, text)));
        }
        italian.map(|italian| Localized::new(italian, others))
    }
}
