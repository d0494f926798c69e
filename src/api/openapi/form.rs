//! How values are written, for the document: each type of the domain with its limits, and what is made of
//! them in queries and bodies.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

pub use super::doc::reference;
use serde_json::{Value, json};
use utoipa::openapi::schema::{
    AnyOfBuilder, ArrayBuilder, KnownFormat, Object, ObjectBuilder, SchemaFormat, Type,
};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::amount::MAX_CENTS;
use crate::domain::fiscal_code::{FiscalCode, PersonId, PersonKind};
use crate::domain::iban::Iban;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::domain::status::{NoticeStatus, Status};
use crate::domain::taxonomy::TaxonomyCode;
use crate::domain::text::Text;

/// Gives a type its schema, under its name in the document.
macro_rules! form {
    ($type:ty, $name:literal, $schema:expr) => {
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::RefOr::from(utoipa::openapi::Schema::from($schema))
            }
        }

        impl utoipa::ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed($name)
            }
        }
    };
}
pub(crate) use form;

/// Text of that form.
pub fn text(pattern: &str, about: &str, example: &str) -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern));
    text.description(Some(about)).examples([json!(example)]).build()
}

/// One of some words.
pub fn words<'a>(words: impl IntoIterator<Item = &'a str>, about: &str) -> Object {
    // Several things of ours may have one word of the contract, and generators of clients want each once.
    let mut each: Vec<&str> = Vec::new();
    words.into_iter().for_each(|word| {
        if !each.contains(&word) {
            each.push(word);
        }
    });
    let each = each.into_iter().map(Value::from);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(each)).description(Some(about)).build()
}

/// Any text, such as this.
pub fn example_text(example: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).examples([json!(example)]).build()
}

form!(
    Iupd,
    "Iupd",
    ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(Iupd::MAX))
        .pattern(Some(r#"^[!-"$&-.0->@-\[\]-~]([ !-"$&-.0->@-\[\]-~]*[!-"$&-.0->@-\[\]-~])?$"#))
        .description(Some(
            "The creditor's own name of a position: visible ASCII and inner blanks, none of / \\ % ? #."
        ))
        .examples([json!("TARI-2026-000123")])
);
form!(
    FiscalCode,
    "InstitutionFiscalCode",
    text("^[0-9]{11}$", "Fiscal code of a creditor institution: 11 digits.", "99000010019")
);
form!(
    PersonId,
    "PersonFiscalCode",
    text(
        "^([0-9]{11}|[A-Za-z]{6}[0-9A-Za-z]{2}[A-Za-z][0-9A-Za-z]{2}[A-Za-z][0-9A-Za-z]{3}[A-Za-z]|[Aa][Nn][Oo][Nn][Ii][Mm][Oo])$",
        "Fiscal code of the debtor: 16 characters with their check character, 11 digits, or ANONIMO for a natural person who is not known.",
        "RSSMRA80A01H501U",
    )
);
form!(PersonKind, "PersonKind", words(["F", "G"], "F for a natural person, G for a legal one."));
form!(
    Iban,
    "Iban",
    text(
        "^[A-Za-z]{2}[0-9]{2}[0-9A-Za-z]{11,30}$",
        "An IBAN with right check digits (ISO 13616); an Italian one has 27 characters.",
        "IT80Z0599903600000000001001",
    )
);
form!(
    NoticeNumber,
    "NoticeNumber",
    text(
        "^[0-3][0-9]{17}$",
        "A notice number: 18 digits, the last two being check digits.",
        "302000000000100091"
    )
);
form!(
    Iuv,
    "Iuv",
    text("^([0-9]{15}|[0-9]{17})$", "An IUV: 17 digits, or 15 with aux digit 0.", "02000000000100091")
);
form!(
    TaxonomyCode,
    "Category",
    text(
        "^[0-9]/[0-9]{7}(IM|TS|SP|SA|AP)/$",
        "A code of the taxonomy of collection services; if one was imported, the code must hold today.",
        "9/0101002IM/",
    )
);
form!(
    Status,
    "PositionStatus",
    words(Status::ALL.map(Status::word), "What a position is now, derived from what has happened to it.")
);
form!(
    NoticeStatus,
    "PaymentOptionStatus",
    words(
        [NoticeStatus::Unpaid, NoticeStatus::Paid, NoticeStatus::PartiallyReported, NoticeStatus::Reported,]
            .map(NoticeStatus::word),
        "What a payment option is.",
    )
);

impl<const MAX: usize> PartialSchema for Text<MAX> {
    fn schema() -> RefOr<Schema> {
        let about = format!("Text of 1 to {MAX} characters, not blank, without control characters.");
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1));
        text.max_length(Some(MAX)).pattern(Some(r"\S")).description(Some(about)).into()
    }
}

impl<const MAX: usize> ToSchema for Text<MAX> {
    fn name() -> Cow<'static, str> {
        format!("Text{MAX}").into()
    }
}

/// A name for the derived schemas, which cannot write generic types.
pub type Text70 = Text<70>;
/// As [`Text70`].
pub type Text140 = Text<140>;

/// An amount in requests and answers.
pub enum Amount {}
form!(
    Amount,
    "Amount",
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(1))
        .maximum(Some(MAX_CENTS))
        .description(Some("Euro cents, at least one."))
        .examples([json!(10_000)])
);

/// A fee, which may be nothing.
pub enum Fee {}
form!(
    Fee,
    "Fee",
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(0))
        .maximum(Some(MAX_CENTS))
        .description(Some("Euro cents; 0 for none."))
);

/// An instant in answers.
pub enum Instant {}
form!(
    Instant,
    "Instant",
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .description(Some("An instant in UTC."))
        .examples([json!("2030-12-31T22:59:59Z")])
);

/// An instant as callers may write it.
pub enum Moment {}
form!(
    Moment,
    "Moment",
    text(
        r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$",
        "A date-time with its offset, one without (Italian time), or a date (Italian day: its first instant for a beginning, its last second for an end).",
        "2030-12-31T23:59:59",
    )
);

/// The number of a transfer within its notice.
pub enum TransferNumber {}
form!(
    TransferNumber,
    "TransferNumber",
    words(["1", "2", "3", "4", "5"], "The number of a transfer within its notice.")
);

/// What has become of a transfer.
pub enum TransferStatus {}
form!(
    TransferStatus,
    "TransferStatus",
    words(["T_UNREPORTED", "T_REPORTED"], "Whether a flow accounts for the transfer.")
);

/// The code of a broker or station.
pub enum Identifier35 {}
form!(
    Identifier35,
    "Identifier35",
    ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(35))
        .pattern(Some("^[!-~]+$"))
        .description(Some("1 to 35 visible ASCII characters."))
        .examples([json!("99000020018")])
);

/// Two capital letters: a country or a province.
pub enum TwoCapitals {}
form!(TwoCapitals, "TwoCapitals", text("^[A-Z]{2}$", "Two capital letters.", "RM"));

/// An e-mail address.
pub enum Email {}
form!(
    Email,
    "Email",
    ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(256))
        .pattern(Some(r"^\S+@[^\s@.]+(\.[^\s@.]+)*$"))
        .description(Some("An e-mail address."))
        .examples([json!("maria.rossi@example.org")])
);

/// The Base64 of a SHA-256.
pub enum Sha256 {}
form!(
    Sha256,
    "Sha256",
    text(
        "^[A-Za-z0-9+/]{43}=$",
        "Base64 of the 32 bytes of the SHA-256 of the document.",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    )
);

const HEX_EXAMPLE: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// A SHA-256 in hexadecimal.
pub enum HexSha256 {}
form!(HexSha256, "HexSha256", text("^[0-9a-f]{64}$", "A SHA-256 in hexadecimal.", HEX_EXAMPLE));

/// The kind of a digital stamp.
pub enum StampKind {}
form!(StampKind, "StampKind", words(["01"], "The only kind of stamp that the node carries."));

/// A value that a request may leave out: `null` and blanks are the same as nothing.
pub struct Maybe<T>(PhantomData<T>);

impl<T: PartialSchema> PartialSchema for Maybe<T> {
    fn schema() -> RefOr<Schema> {
        let nothing = ObjectBuilder::new().schema_type(Type::Null);
        AnyOfBuilder::new().item(T::schema()).item(blank()).item(nothing).into()
    }
}

impl<T: ToSchema> ToSchema for Maybe<T> {
    fn name() -> Cow<'static, str> {
        format!("Maybe{}", T::name()).into()
    }
}

/// As [`Text70`].
pub type MaybeText16 = Maybe<Text<16>>;
/// As [`Text70`].
pub type MaybeText35 = Maybe<Text<35>>;
/// As [`Text70`].
pub type MaybeText70 = Maybe<Text<70>>;
/// As [`Text70`].
pub type MaybeText140 = Maybe<Text<140>>;
/// As [`Text70`].
pub type MaybeText100 = Maybe<Text<100>>;
/// As [`Text70`].
pub type MaybeText300 = Maybe<Text<300>>;
/// As [`Text70`].
pub type MaybeTwoCapitals = Maybe<TwoCapitals>;
/// As [`Text70`].
pub type MaybeEmail = Maybe<Email>;
/// As [`Text70`].
pub type MaybeIban = Maybe<Iban>;
/// As [`Text70`].
pub type MaybeInstitution = Maybe<FiscalCode>;
/// As [`Text70`].
pub type MaybeNoticeNumber = Maybe<NoticeNumber>;
/// As [`Text70`].
pub type MaybeIuv = Maybe<Iuv>;
/// As [`Text70`].
pub type MaybeMoment = Maybe<Moment>;

fn blank() -> Object {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^\s*$")).build()
}

/// A parameter of the query that may also be there without a value.
pub fn or_empty(schema: impl Into<RefOr<Schema>>) -> RefOr<Schema> {
    let empty = ObjectBuilder::new().schema_type(Type::String).max_length(Some(0));
    AnyOfBuilder::new().item(schema).item(empty).into()
}

/// `true` or `false`.
pub fn flag() -> RefOr<Schema> {
    or_empty(ObjectBuilder::new().schema_type(Type::Boolean))
}

/// A whole number within bounds, and what it is when left out.
pub fn number(bounds: RangeInclusive<u32>, default: u32) -> RefOr<Schema> {
    let number = ObjectBuilder::new().schema_type(Type::Integer);
    let number = number.minimum(Some(*bounds.start())).maximum(Some(*bounds.end()));
    or_empty(number.default(Some(json!(default))))
}

/// A whole number within bounds, which can be left out.
pub fn whole(bounds: RangeInclusive<u32>) -> RefOr<Schema> {
    let number = ObjectBuilder::new().schema_type(Type::Integer);
    or_empty(number.minimum(Some(*bounds.start())).maximum(Some(*bounds.end())))
}

/// A day such as 2026-12-31.
pub fn day() -> RefOr<Schema> {
    let day = ObjectBuilder::new().schema_type(Type::String);
    or_empty(day.format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).examples([json!("2030-12-31")]))
}

/// The creditor institution of a path. Any text may be asked for; only registered codes are found.
pub fn institution() -> RefOr<Schema> {
    FiscalCode::schema()
}

/// An id of a request; others are replaced by one of ours.
pub fn request_id() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Up to 64 letters, digits and . _ -"))
        .build()
}

/// Entity tags, as an answer gave them.
pub fn entity_tags() -> Object {
    example_text("\"1\"")
}

/// A body that is one list under a name, with its fewest and most elements.
pub fn list_in(
    name: &str,
    (least, most): (usize, usize),
    element: impl Into<RefOr<Schema>>,
    about: &str,
) -> Object {
    let list = ArrayBuilder::new().items(element.into()).min_items(Some(least)).max_items(Some(most));
    ObjectBuilder::new().property(name, list.description(Some(about))).required(name).build()
}

/// A form with one file under a name.
pub fn file_in(name: &str, about: &str) -> Object {
    // Version 3.1 has the media type; the format is that of version 3.0, by which generators of clients go.
    let file = ObjectBuilder::new()
        .schema_type(Type::String)
        .content_media_type("application/octet-stream")
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
    ObjectBuilder::new().property(name, file.description(Some(about))).required(name).build()
}
