// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n14_not_blank`.
pub mod n14_not_blank {
    /// No documentation in the schema.
    ///
    /// Text, at most 5 characters, matching `[09]/\S+`.
    pub type Code = super::Text<CodeKind>;
    /// The facets of [`Code`].
    pub enum CodeKind {}
    impl super::TextKind for CodeKind {
        const NAME: &'static str = "Code";
        const FACETS: super::TextFacets = super::TextFacets {
            white_space: super::WhiteSpace::Preserve,
            min: 0,
            max: 5,
            patterns: &[&CODE_PATTERN],
        };
    }
    static CODE_PATTERN: super::Pattern = super::Pattern::new(
        "[09]/\\S+",
        &[
            (0, 8, 1),
            (11, 12, 1),
            (14, 31, 1),
            (33, 46, 1),
            (47, 47, 2),
            (48, 48, 3),
            (49, 56, 1),
            (57, 57, 3),
            (58, 127, 1),
            (128, 143, 4),
            (144, 159, 5),
            (160, 191, 6),
            (194, 223, 7),
            (224, 224, 8),
            (225, 236, 9),
            (237, 237, 10),
            (238, 239, 9),
            (240, 240, 11),
            (241, 243, 12),
            (244, 244, 13),
        ],
        14,
        &[
            65535, 65535, 65535, 1, 65535, 65535, 65535, 65535, 65535, 65535, 65535,
            65535, 65535, 65535, 65535, 65535, 2, 65535, 65535, 65535, 65535, 65535,
            65535, 65535, 65535, 65535, 65535, 65535, 65535, 3, 3, 3, 65535, 65535,
            65535, 4, 5, 6, 7, 8, 9, 10, 65535, 3, 3, 3, 65535, 65535, 65535, 4, 5, 6, 7,
            8, 9, 10, 65535, 65535, 65535, 65535, 3, 3, 3, 65535, 65535, 65535, 65535,
            65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 4, 65535,
            65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 4, 4,
            4, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535,
            65535, 4, 4, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535,
            65535, 65535, 65535, 65535, 6, 6, 65535, 65535, 65535, 65535, 65535, 65535,
            65535, 65535, 65535, 65535, 65535, 6, 6, 6, 65535, 65535, 65535, 65535,
            65535, 65535, 65535, 65535, 65535, 65535, 65535, 6, 65535, 65535, 65535,
            65535, 65535, 65535, 65535, 65535, 65535,
        ],
        &[false, false, false, true, false, false, false, false, false, false, false],
    );
    /// One of: code or few.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum CodeOrFew {
        /// `code`.
        Code(Code),
        /// `few`.
        Few(Few),
    }
    impl super::Group for CodeOrFew {
        const EXPECTED: &'static str = "code or few";
        fn starts(at: &super::Reader<'_>) -> bool {
            at.is(&tag::CODE) || at.is(&tag::FEW)
        }
        fn read_group(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            if from.is(&tag::CODE) {
                return Ok(Self::Code(from.one(&tag::CODE)?));
            }
            if from.is(&tag::FEW) {
                return Ok(Self::Few(from.one(&tag::FEW)?));
            }
            Err(from.expected(Self::EXPECTED))
        }
    }
    impl super::Write for CodeOrFew {
        fn write(&self, to: &mut super::Writer) {
            match self {
                Self::Code(value) => {
                    to.one(&tag::CODE, value);
                }
                Self::Few(value) => {
                    to.one(&tag::FEW, value);
                }
            }
        }
    }
    /// No documentation in the schema.
    ///
    /// Text, matching `[a\S]{2}`.
    pub type Few = super::Text<FewKind>;
    /// The facets of [`Few`].
    pub enum FewKind {}
    impl super::TextKind for FewKind {
        const NAME: &'static str = "Few";
        const FACETS: super::TextFacets = super::TextFacets {
            white_space: super::WhiteSpace::Preserve,
            min: 0,
            max: usize::MAX,
            patterns: &[&FEW_PATTERN],
        };
    }
    static FEW_PATTERN: super::Pattern = super::Pattern::new(
        "[a\\S]{2}",
        &[
            (0, 8, 1),
            (11, 12, 1),
            (14, 31, 1),
            (33, 127, 1),
            (128, 143, 2),
            (144, 159, 3),
            (160, 191, 4),
            (194, 223, 5),
            (224, 224, 6),
            (225, 236, 7),
            (237, 237, 8),
            (238, 239, 7),
            (240, 240, 9),
            (241, 243, 10),
            (244, 244, 11),
        ],
        12,
        &[
            65535, 1, 65535, 65535, 65535, 2, 3, 4, 5, 6, 7, 8, 65535, 9, 65535, 65535,
            65535, 10, 11, 12, 13, 14, 15, 16, 65535, 65535, 1, 1, 1, 65535, 65535,
            65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 2, 65535,
            65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 2, 2, 2, 65535,
            65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 2, 2, 65535, 65535,
            65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 4, 4, 65535,
            65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 4, 4, 4, 65535,
            65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 4, 65535, 65535,
            65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535,
            65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 9, 9,
            9, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535,
            65535, 10, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 10,
            10, 10, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 10,
            10, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535,
            65535, 12, 12, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535,
            12, 12, 12, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535,
            12, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535,
        ],
        &[
            false, false, false, false, false, false, false, false, false, true, false,
            false, false, false, false, false, false,
        ],
    );
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct R {
        /// One of: code or few.
        pub code_or_few: CodeOrFew,
    }
    impl super::Read for R {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self { code_or_few: from.group()? };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for R {
        fn write(&self, to: &mut super::Writer) {
            super::Write::write(&self.code_or_few, to);
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
        pub(super) const FEW: Name = Name::local("few");
        pub(super) const R: Name = Name::qualified("urn:t", "r", "t:r");
    }
}
