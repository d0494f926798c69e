// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n06_group`.
pub mod n06_group {
    /// All of: b and c.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BAndC {
        /// `b`.
        pub b: Option<super::PlainText>,
        /// `c`.
        pub c: super::PlainText,
    }
    impl super::Group for BAndC {
        const EXPECTED: &'static str = "b and c";
        fn starts(at: &super::Reader<'_>) -> bool {
            at.is(&tag::B) || at.is(&tag::C)
        }
        fn read_group(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            Ok(Self {
                b: from.optional(&tag::B)?,
                c: from.one(&tag::C)?,
            })
        }
    }
    impl super::Write for BAndC {
        fn write(&self, to: &mut super::Writer) {
            to.optional(&tag::B, &self.b);
            to.one(&tag::C, &self.c);
        }
    }
    /// All of: d and e.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct DAndE {
        /// `d`.
        pub d: super::PlainText,
        /// `e`.
        pub e: super::PlainText,
    }
    impl super::Group for DAndE {
        const EXPECTED: &'static str = "d and e";
        fn starts(at: &super::Reader<'_>) -> bool {
            at.is(&tag::D)
        }
        fn read_group(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            Ok(Self {
                d: from.one(&tag::D)?,
                e: from.one(&tag::E)?,
            })
        }
    }
    impl super::Write for DAndE {
        fn write(&self, to: &mut super::Writer) {
            to.one(&tag::D, &self.d);
            to.one(&tag::E, &self.e);
        }
    }
    /// One of: d and e or f.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum DAndEOrF {
        /// All of: d and e.
        DAndE(DAndE),
        /// `f`.
        F(super::PlainText),
    }
    impl super::Group for DAndEOrF {
        const EXPECTED: &'static str = "d and e or f";
        fn starts(at: &super::Reader<'_>) -> bool {
            at.is(&tag::D) || at.is(&tag::F)
        }
        fn read_group(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            if from.is(&tag::D) {
                return Ok(Self::DAndE(from.group()?));
            }
            if from.is(&tag::F) {
                return Ok(Self::F(from.one(&tag::F)?));
            }
            Err(from.expected(Self::EXPECTED))
        }
    }
    impl super::Write for DAndEOrF {
        fn write(&self, to: &mut super::Writer) {
            match self {
                Self::DAndE(value) => {
                    super::Write::write(value, to);
                }
                Self::F(value) => {
                    to.one(&tag::F, value);
                }
            }
        }
    }
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct R {
        /// `a`.
        pub a: super::PlainText,
        /// All of: b and c.
        pub b_and_c: Option<BAndC>,
        /// One of: d and e or f.
        pub d_and_e_or_f: DAndEOrF,
    }
    impl super::Read for R {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                a: from.one(&tag::A)?,
                b_and_c: from.optional_group()?,
                d_and_e_or_f: from.group()?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for R {
        fn write(&self, to: &mut super::Writer) {
            to.one(&tag::A, &self.a);
            to.optional_group(&self.b_and_c);
            super::Write::write(&self.d_and_e_or_f, to);
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
        pub(super) const D: Name = Name::local("d");
        pub(super) const E: Name = Name::local("e");
        pub(super) const F: Name = Name::local("f");
        pub(super) const R: Name = Name::qualified("urn:t", "r", "t:r");
    }
}
