// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n09_anonymous`.
pub mod n09_anonymous {
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct R {
        /// `code`: A code with a type of its own.
        pub code: RCode,
        /// `inner`.
        pub inner: Option<RInner>,
        /// `empty`.
        pub empty: Option<REmpty>,
    }
    impl super::Read for R {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                code: from.one(&tag::CODE)?,
                inner: from.optional(&tag::INNER)?,
                empty: from.optional(&tag::EMPTY)?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for R {
        fn write(&self, to: &mut super::Writer) {
            to.one(&tag::CODE, &self.code);
            to.optional(&tag::INNER, &self.inner);
            to.optional(&tag::EMPTY, &self.empty);
        }
    }
    /// No documentation in the schema.
    ///
    /// Text, at most 2 characters.
    pub type RCode = super::Text<RCodeKind>;
    /// The facets of [`RCode`].
    pub enum RCodeKind {}
    impl super::TextKind for RCodeKind {
        const NAME: &'static str = "RCode";
        const FACETS: super::TextFacets = super::TextFacets {
            white_space: super::WhiteSpace::Preserve,
            min: 0,
            max: 2,
            patterns: &[],
        };
    }
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct REmpty {}
    impl super::Read for REmpty {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {};
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for REmpty {
        fn write(&self, _to: &mut super::Writer) {}
    }
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RInner {
        /// `x`.
        pub x: i32,
    }
    impl super::Read for RInner {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self { x: from.one(&tag::X)? };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for RInner {
        fn write(&self, to: &mut super::Writer) {
            to.one(&tag::X, &self.x);
        }
    }
    impl super::Document for R {
        const ROOT: super::Name = tag::R;
        const PREFIXES: &'static [(&'static str, &'static str)] = &[("t", "urn:t")];
    }
    /// The names of the elements.
    mod tag {
        use super::super::Name;
        pub(super) const CODE: Name = Name::local("code");
        pub(super) const EMPTY: Name = Name::local("empty");
        pub(super) const INNER: Name = Name::local("inner");
        pub(super) const R: Name = Name::qualified("urn:t", "r", "t:r");
        pub(super) const X: Name = Name::local("x");
    }
}
