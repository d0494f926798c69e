// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n04_sequence`.
pub mod n04_sequence {
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct R {
        /// `one`.
        pub one: super::PlainText,
        /// `maybe`.
        pub maybe: Option<super::PlainText>,
        /// `few`.
        pub few: super::Bounded<super::PlainText, 2, 3>,
        /// `many`.
        pub many: super::Bounded<super::PlainText, 0, { super::UNBOUNDED }>,
        /// `last`.
        pub last: bool,
    }
    impl super::Read for R {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                one: from.one(&tag::ONE)?,
                maybe: from.optional(&tag::MAYBE)?,
                few: from.many(&tag::FEW)?,
                many: from.many(&tag::MANY)?,
                last: from.one(&tag::LAST)?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for R {
        fn write(&self, to: &mut super::Writer) {
            to.one(&tag::ONE, &self.one);
            to.optional(&tag::MAYBE, &self.maybe);
            to.many(&tag::FEW, &self.few);
            to.many(&tag::MANY, &self.many);
            to.one(&tag::LAST, &self.last);
        }
    }
    impl super::Document for R {
        const ROOT: super::Name = tag::R;
        const PREFIXES: &'static [(&'static str, &'static str)] = &[("t", "urn:t")];
    }
    /// The names of the elements.
    mod tag {
        use super::super::Name;
        pub(super) const FEW: Name = Name::local("few");
        pub(super) const LAST: Name = Name::local("last");
        pub(super) const MANY: Name = Name::local("many");
        pub(super) const MAYBE: Name = Name::local("maybe");
        pub(super) const ONE: Name = Name::local("one");
        pub(super) const R: Name = Name::qualified("urn:t", "r", "t:r");
    }
}
