// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n05_choice`.
pub mod n05_choice {
    /// One of: a or b.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum AOrB {
        /// `a`.
        A(super::PlainText),
        /// `b`.
        B(bool),
    }
    impl super::Group for AOrB {
        const EXPECTED: &'static str = "a or b";
        fn starts(at: &super::Reader<'_>) -> bool {
            at.is(&tag::A) || at.is(&tag::B)
        }
        fn read_group(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            if from.is(&tag::A) {
                return Ok(Self::A(from.one(&tag::A)?));
            }
            if from.is(&tag::B) {
                return Ok(Self::B(from.one(&tag::B)?));
            }
            Err(from.expected(Self::EXPECTED))
        }
    }
    impl super::Write for AOrB {
        fn write(&self, to: &mut super::Writer) {
            match self {
                Self::A(value) => {
                    to.one(&tag::A, value);
                }
                Self::B(value) => {
                    to.one(&tag::B, value);
                }
            }
        }
    }
    /// One of: c or d.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum COrD {
        /// `c`.
        C(super::PlainText),
        /// `d`.
        D(super::Bounded<bool, 1, 2>),
    }
    impl super::Group for COrD {
        const EXPECTED: &'static str = "c or d";
        fn starts(at: &super::Reader<'_>) -> bool {
            at.is(&tag::C) || at.is(&tag::D)
        }
        fn read_group(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            if from.is(&tag::C) {
                return Ok(Self::C(from.one(&tag::C)?));
            }
            if from.is(&tag::D) {
                return Ok(Self::D(from.many(&tag::D)?));
            }
            Err(from.expected(Self::EXPECTED))
        }
    }
    impl super::Write for COrD {
        fn write(&self, to: &mut super::Writer) {
            match self {
                Self::C(value) => {
                    to.one(&tag::C, value);
                }
                Self::D(value) => {
                    to.many(&tag::D, value);
                }
            }
        }
    }
    /// One of: e or f.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum EOrF {
        /// `e`.
        E(super::PlainText),
        /// `f`.
        F(bool),
    }
    impl super::Group for EOrF {
        const EXPECTED: &'static str = "e or f";
        fn starts(at: &super::Reader<'_>) -> bool {
            at.is(&tag::E) || at.is(&tag::F)
        }
        fn read_group(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            if from.is(&tag::E) {
                return Ok(Self::E(from.one(&tag::E)?));
            }
            if from.is(&tag::F) {
                return Ok(Self::F(from.one(&tag::F)?));
            }
            Err(from.expected(Self::EXPECTED))
        }
    }
    impl super::Write for EOrF {
        fn write(&self, to: &mut super::Writer) {
            match self {
                Self::E(value) => {
                    to.one(&tag::E, value);
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
        /// One of: a or b.
        pub a_or_b: AOrB,
        /// One of: c or d.
        pub c_or_d: Option<COrD>,
        /// One of: e or f.
        pub e_or_f: super::Bounded<EOrF, 1, 2>,
    }
    impl super::Read for R {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                a_or_b: from.group()?,
                c_or_d: from.optional_group()?,
                e_or_f: from.many_groups()?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for R {
        fn write(&self, to: &mut super::Writer) {
            super::Write::write(&self.a_or_b, to);
            to.optional_group(&self.c_or_d);
            to.many_groups(&self.e_or_f);
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
