// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n12_documents`.
pub mod n12_documents {
    /// One of: a or b.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum AOrB {
        /// `a`.
        A(i32),
        /// `b`.
        B(i32),
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
    /// No documentation in the schema.
    ///
    /// Text, at most 12 characters.
    pub type Address = super::Text<AddressKind>;
    /// The facets of [`Address`].
    pub enum AddressKind {}
    impl super::TextKind for AddressKind {
        const NAME: &'static str = "Address";
        const FACETS: super::TextFacets = super::TextFacets {
            white_space: super::WhiteSpace::Collapse,
            min: 0,
            max: 12,
            patterns: &[],
        };
    }
    /// No documentation in the schema.
    pub type Plain = super::PlainMoment;
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct R {
        /// `way`.
        pub way: Way,
        /// `short`.
        pub short: Option<Short>,
        /// `number`.
        pub number: Option<i32>,
        /// `any`.
        pub any: Option<super::PlainText>,
        /// `time`.
        pub time: Option<super::Time>,
        /// `web`.
        pub web: Option<Address>,
        /// `plain`.
        pub plain: Option<Plain>,
        /// One of: a or b.
        pub a_or_b: super::Bounded<AOrB, 0, { super::UNBOUNDED }>,
    }
    impl super::Read for R {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                way: from.one_or(&tag::WAY, "by sea")?,
                short: from.optional_or(&tag::SHORT, "always")?,
                number: from.optional_or(&tag::NUMBER, "7")?,
                any: from.optional_or(&tag::ANY, "\"x\"")?,
                time: from.optional(&tag::TIME)?,
                web: from.optional(&tag::WEB)?,
                plain: from.optional(&tag::PLAIN)?,
                a_or_b: from.many_groups()?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for R {
        fn write(&self, to: &mut super::Writer) {
            to.one(&tag::WAY, &self.way);
            to.optional(&tag::SHORT, &self.short);
            to.optional(&tag::NUMBER, &self.number);
            to.optional(&tag::ANY, &self.any);
            to.optional(&tag::TIME, &self.time);
            to.optional(&tag::WEB, &self.web);
            to.optional(&tag::PLAIN, &self.plain);
            to.many_groups(&self.a_or_b);
        }
    }
    /// No documentation in the schema.
    ///
    /// Text, at most 6 characters.
    pub type Short = super::Text<ShortKind>;
    /// The facets of [`Short`].
    pub enum ShortKind {}
    impl super::TextKind for ShortKind {
        const NAME: &'static str = "Short";
        const FACETS: super::TextFacets = super::TextFacets {
            white_space: super::WhiteSpace::Preserve,
            min: 0,
            max: 6,
            patterns: &[],
        };
    }
    /// No documentation in the schema.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Way {
        /// `by air`
        ByAir,
        /// `by sea`
        BySea,
    }
    impl Way {
        /// All values, in the order of the schema.
        pub const ALL: [Way; 2] = [Way::ByAir, Way::BySea];
        /// The value as it is written.
        pub const fn as_str(self) -> &'static str {
            match self {
                Way::ByAir => "by air",
                Way::BySea => "by sea",
            }
        }
    }
    impl super::Write for Way {
        fn write(&self, to: &mut super::Writer) {
            to.text(self.as_str());
        }
    }
    impl super::Value for Way {
        fn parse(text: std::borrow::Cow<'_, str>) -> Result<Self, super::FacetError> {
            match &*super::WhiteSpace::Preserve.apply(&text) {
                "by air" => Ok(Way::ByAir),
                "by sea" => Ok(Way::BySea),
                _ => Err(super::FacetError::Enumeration(&["by air", "by sea"])),
            }
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
        pub(super) const ANY: Name = Name::local("any");
        pub(super) const B: Name = Name::local("b");
        pub(super) const NUMBER: Name = Name::local("number");
        pub(super) const PLAIN: Name = Name::local("plain");
        pub(super) const R: Name = Name::qualified("urn:t", "r", "t:r");
        pub(super) const SHORT: Name = Name::local("short");
        pub(super) const TIME: Name = Name::local("time");
        pub(super) const WAY: Name = Name::local("way");
        pub(super) const WEB: Name = Name::local("web");
    }
}
