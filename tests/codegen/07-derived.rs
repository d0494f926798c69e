// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n07_derived`.
pub mod n07_derived {
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Base {
        /// `a`.
        pub a: super::PlainText,
        /// `b`.
        pub b: Option<super::PlainText>,
    }
    impl super::Read for Base {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                a: from.one(&tag::A)?,
                b: from.optional(&tag::B)?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for Base {
        fn write(&self, to: &mut super::Writer) {
            to.one(&tag::A, &self.a);
            to.optional(&tag::B, &self.b);
        }
    }
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Narrow {
        /// `a`.
        pub a: super::PlainText,
    }
    impl super::Read for Narrow {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self { a: from.one(&tag::A)? };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for Narrow {
        fn write(&self, to: &mut super::Writer) {
            to.one(&tag::A, &self.a);
        }
    }
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct R {
        /// `wide`.
        pub wide: Option<Wide>,
        /// `narrow`.
        pub narrow: Option<Narrow>,
        /// `same`.
        pub same: Option<Same>,
    }
    impl super::Read for R {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                wide: from.optional(&tag::WIDE)?,
                narrow: from.optional(&tag::NARROW)?,
                same: from.optional(&tag::SAME)?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for R {
        fn write(&self, to: &mut super::Writer) {
            to.optional(&tag::WIDE, &self.wide);
            to.optional(&tag::NARROW, &self.narrow);
            to.optional(&tag::SAME, &self.same);
        }
    }
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Same {
        /// `a`.
        pub a: super::PlainText,
        /// `b`.
        pub b: Option<super::PlainText>,
    }
    impl super::Read for Same {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                a: from.one(&tag::A)?,
                b: from.optional(&tag::B)?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for Same {
        fn write(&self, to: &mut super::Writer) {
            to.one(&tag::A, &self.a);
            to.optional(&tag::B, &self.b);
        }
    }
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Wide {
        /// `a`.
        pub a: super::PlainText,
        /// `b`.
        pub b: Option<super::PlainText>,
        /// `c`.
        pub c: super::PlainText,
    }
    impl super::Read for Wide {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                a: from.one(&tag::A)?,
                b: from.optional(&tag::B)?,
                c: from.one(&tag::C)?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for Wide {
        fn write(&self, to: &mut super::Writer) {
            to.one(&tag::A, &self.a);
            to.optional(&tag::B, &self.b);
            to.one(&tag::C, &self.c);
        }
    }
    impl super::Document for R {
        const ROOT: super::Name = tag::R;
        const PREFIXES: &'static [(&'static str, &'static str)] = &[("t", "urn:t")];
    }
    /// The names of the elements.
    mod tag {
        use super::super::Name;
        pub(super) const A: Name = Name::local("a");
        pub(super) const B: Name = Name::local("b");
        pub(super) const C: Name = Name::local("c");
        pub(super) const NARROW: Name = Name::local("narrow");
        pub(super) const R: Name = Name::qualified("urn:t", "r", "t:r");
        pub(super) const SAME: Name = Name::local("same");
        pub(super) const WIDE: Name = Name::local("wide");
    }
}
