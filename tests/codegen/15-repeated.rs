// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n15_repeated`.
pub mod n15_repeated {
    /// All of: a and b.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AAndB {
        /// `a`.
        pub a: super::PlainText,
        /// `b`.
        pub b: super::PlainText,
    }
    impl super::Group for AAndB {
        const EXPECTED: &'static str = "a and b";
        fn starts(at: &super::Reader<'_>) -> bool {
            at.is(&tag::A)
        }
        fn read_group(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            Ok(Self {
                a: from.one(&tag::A)?,
                b: from.one(&tag::B)?,
            })
        }
    }
    impl super::Write for AAndB {
        fn write(&self, to: &mut super::Writer) {
            to.one(&tag::A, &self.a);
            to.one(&tag::B, &self.b);
        }
    }
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct R {
        /// All of: a and b.
        pub a_and_b: super::Bounded<AAndB, 1, 2>,
    }
    impl super::Read for R {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                a_and_b: from.many_groups()?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for R {
        fn write(&self, to: &mut super::Writer) {
            to.many_groups(&self.a_and_b);
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
        pub(super) const R: Name = Name::qualified("urn:t", "r", "t:r");
    }
}
