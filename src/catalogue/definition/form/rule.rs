//! What must hold between fields, as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Findings, LocalizedText};
use crate::domain::catalogue::form::{Condition, CrossRule, FieldName};

/// Something that must hold between fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceFormRule)]
pub struct RuleDefinition {
    /// What must hold.
    pub rule: RuleWord,
    /// The fields of which it speaks; the first is where a breach is shown. Of `requiredIf` the first is the one
    /// that is required, the second the one that has the value.
    #[schema(min_items = 2, max_items = 20)]
    pub fields: Vec<String>,
    /// The value of `requiredIf`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub equals: Option<String>,
    /// What to tell who breaks it, at most 255 characters.
    pub message: LocalizedText,
}

/// What must hold between fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServiceFormRuleName)]
pub enum RuleWord {
    /// Exactly one of the fields is filled in.
    ExactlyOne,
    /// At least one of the fields is filled in.
    AtLeastOne,
    /// The first field is filled in if the second has a value.
    RequiredIf,
    /// Both fields have the same value.
    Equal,
    /// The fields have different values.
    Different,
    /// The first field is at most the second.
    AtMost,
}

impl RuleDefinition {
    pub(super) fn of(rule: &CrossRule) -> Self {
        let (word, equals) = match &rule.condition {
            Condition::ExactlyOne(_) => (RuleWord::ExactlyOne, None),
            Condition::AtLeastOne(_) => (RuleWord::AtLeastOne, None),
            Condition::RequiredIf { equals, .. } => (RuleWord::RequiredIf, Some(equals.clone())),
            Condition::Equal(..) => (RuleWord::Equal, None),
            Condition::Different(..) => (RuleWord::Different, None),
            Condition::AtMost(..) => (RuleWord::AtMost, None),
        };
        RuleDefinition {
            rule: word,
            fields: rule.condition.fields().into_iter().map(ToString::to_string).collect(),
            equals,
            message: LocalizedText::of(&rule.message),
        }
    }

    pub(super) fn read(&self, pointer: &str, findings: &mut Findings) -> Option<CrossRule> {
        let message = self.message.read(&format!("{pointer}/message"), findings);
        let mut fields = Vec::new();
        for (index, field) in self.fields.iter().enumerate() {
            fields.push(findings.read(format!("{pointer}/fields/{index}"), FieldName::new(field)));
        }
        let fields: Vec<FieldName> = fields.into_iter().collect::<Option<_>>()?;
        if self.equals.is_some() != (self.rule == RuleWord::RequiredIf) {
            findings.add(
                format!("{pointer}/equals"),
                "meaningless",
                "is there for requiredIf, and only then",
            );
            return None;
        }
        let condition = condition(self.rule, fields, self.equals.clone().unwrap_or_default());
        if condition.is_none() {
            findings.add(format!("{pointer}/fields"), "invalid", "must be two for this rule");
        }
        condition.zip(message).map(|(condition, message)| CrossRule { condition, message })
    }
}

fn condition(word: RuleWord, fields: Vec<FieldName>, equals: String) -> Option<Condition> {
    match word {
        RuleWord::ExactlyOne => return Some(Condition::ExactlyOne(fields)),
        RuleWord::AtLeastOne => return Some(Condition::AtLeastOne(fields)),
        _ => {}
    }
    let [a, b] = <[FieldName; 2]>::try_from(fields).ok()?;
    Some(match word {
        RuleWord::RequiredIf => Condition::RequiredIf { field: a, when: b, equals },
        RuleWord::Equal => Condition::Equal(a, b),
        RuleWord::Different => Condition::Different(a, b),
        _ => Condition::AtMost(a, b),
    })
}
