// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n03_other`.
pub mod n03_other {
    /// No documentation in the schema.
    pub type Flag = bool;
    /// No documentation in the schema.
    ///
    /// Bytes in base64, matching `.{4,8}`.
    pub type Hash = super::Base64Text<HashKind>;
    /// The facets of [`Hash`].
    pub enum HashKind {}
    impl super::Base64Kind for HashKind {
        const NAME: &'static str = "Hash";
        const PATTERNS: &'static [&'static super::Pattern] = &[&HASH_PATTERN];
    }
    static HASH_PATTERN: super::Pattern = super::Pattern::new(
        ".{4,8}",
        &[(1, 9, 1), (11, 12, 1), (14, 127, 1)],
        2,
        &[
            65535, 1, 65535, 2, 65535, 3, 65535, 4, 65535, 5, 65535, 6, 65535, 7, 65535,
            8, 65535, 65535,
        ],
        &[false, false, false, false, true, true, true, true, true],
    );
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct R {
        /// `hash`.
        pub hash: Option<Hash>,
        /// `bytes`.
        pub bytes: Option<super::Base64>,
        /// `flag`.
        pub flag: Option<Flag>,
        /// `bool`.
        pub bool: Option<bool>,
        /// `day`.
        pub day: Option<super::Date>,
        /// `moment`.
        pub moment: Option<super::DateTime>,
    }
    impl super::Read for R {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                hash: from.optional(&tag::HASH)?,
                bytes: from.optional(&tag::BYTES)?,
                flag: from.optional(&tag::FLAG)?,
                bool: from.optional(&tag::BOOL)?,
                day: from.optional(&tag::DAY)?,
                moment: from.optional(&tag::MOMENT)?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for R {
        fn write(&self, to: &mut super::Writer) {
            to.optional(&tag::HASH, &self.hash);
            to.optional(&tag::BYTES, &self.bytes);
            to.optional(&tag::FLAG, &self.flag);
            to.optional(&tag::BOOL, &self.bool);
            to.optional(&tag::DAY, &self.day);
            to.optional(&tag::MOMENT, &self.moment);
        }
    }
    impl super::Document for R {
        const ROOT: super::Name = tag::R;
        const PREFIXES: &'static [(&'static str, &'static str)] = &[("t", "urn:t")];
    }
    /// The names of the elements.
    mod tag {
        use super::super::Name;
        pub(super) const BOOL: Name = Name::local("bool");
        pub(super) const BYTES: Name = Name::local("bytes");
        pub(super) const DAY: Name = Name::local("day");
        pub(super) const FLAG: Name = Name::local("flag");
        pub(super) const HASH: Name = Name::local("hash");
        pub(super) const MOMENT: Name = Name::local("moment");
        pub(super) const R: Name = Name::qualified("urn:t", "r", "t:r");
    }
}
