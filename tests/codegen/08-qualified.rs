// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n08_qualified`.
pub mod n08_qualified {
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct R {
        /// `a`.
        pub a: super::PlainText,
        /// `b`.
        pub b: Option<super::PlainText>,
        /// `shared`.
        pub shared: Option<super::PlainText>,
    }
    impl super::Read for R {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                a: from.one(&tag::A)?,
                b: from.optional(&tag::B)?,
                shared: from.optional(&tag::SHARED)?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for R {
        fn write(&self, to: &mut super::Writer) {
            to.one(&tag::A, &self.a);
            to.optional(&tag::B, &self.b);
            to.optional(&tag::SHARED, &self.shared);
        }
    }
    impl super::Document for R {
        const ROOT: super::Name = tag::R;
        const PREFIXES: &'static [(&'static str, &'static str)] = &[("t", "urn:t")];
    }
    /// The names of the elements.
    mod tag {
        use super::super::Name;
        pub(super) const A: Name = Name::qualified("urn:t", "a", "t:a");
        pub(super) const B: Name = Name::local("b");
        pub(super) const R: Name = Name::qualified("urn:t", "r", "t:r");
        pub(super) const SHARED: Name = Name::qualified("urn:t", "shared", "t:shared");
    }
}
