// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n10_names`.
pub mod n10_names {
    /// No documentation in the schema.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Kind {
        /// `01`
        N01,
        /// `self`
        Self_,
        /// `e-mail`
        EMail,
        /// ``
        Empty,
    }
    impl Kind {
        /// All values, in the order of the schema.
        pub const ALL: [Kind; 4] = [Kind::N01, Kind::Self_, Kind::EMail, Kind::Empty];
        /// The value as it is written.
        pub const fn as_str(self) -> &'static str {
            match self {
                Kind::N01 => "01",
                Kind::Self_ => "self",
                Kind::EMail => "e-mail",
                Kind::Empty => "",
            }
        }
    }
    impl super::Write for Kind {
        fn write(&self, to: &mut super::Writer) {
            to.text(self.as_str());
        }
    }
    impl super::Value for Kind {
        fn parse(text: std::borrow::Cow<'_, str>) -> Result<Self, super::FacetError> {
            match &*super::WhiteSpace::Preserve.apply(&text) {
                "01" => Ok(Kind::N01),
                "self" => Ok(Kind::Self_),
                "e-mail" => Ok(Kind::EMail),
                "" => Ok(Kind::Empty),
                _ => Err(super::FacetError::Enumeration(&["01", "self", "e-mail", ""])),
            }
        }
    }
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct R {
        /// `type`.
        pub r#type: Option<Kind>,
        /// `self`.
        pub self_: Option<Kind>,
        /// `e-mail`.
        pub e_mail: Option<Kind>,
        /// `E_mailX`.
        pub e_mail_x: Option<Kind>,
        /// `PSPName`.
        pub psp_name: Option<Kind>,
        /// `x2Y`.
        pub x2y: Option<Kind>,
    }
    impl super::Read for R {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                r#type: from.optional(&tag::TYPE)?,
                self_: from.optional(&tag::SELF)?,
                e_mail: from.optional(&tag::E_MAIL)?,
                e_mail_x: from.optional(&tag::E_MAIL_X)?,
                psp_name: from.optional(&tag::PSP_NAME)?,
                x2y: from.optional(&tag::X2Y)?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for R {
        fn write(&self, to: &mut super::Writer) {
            to.optional(&tag::TYPE, &self.r#type);
            to.optional(&tag::SELF, &self.self_);
            to.optional(&tag::E_MAIL, &self.e_mail);
            to.optional(&tag::E_MAIL_X, &self.e_mail_x);
            to.optional(&tag::PSP_NAME, &self.psp_name);
            to.optional(&tag::X2Y, &self.x2y);
        }
    }
    impl super::Document for R {
        const ROOT: super::Name = tag::R;
        const PREFIXES: &'static [(&'static str, &'static str)] = &[("t", "urn:t")];
    }
    /// The names of the elements.
    mod tag {
        use super::super::Name;
        pub(super) const E_MAIL: Name = Name::local("e-mail");
        pub(super) const E_MAIL_X: Name = Name::local("E_mailX");
        pub(super) const PSP_NAME: Name = Name::local("PSPName");
        pub(super) const R: Name = Name::qualified("urn:t", "r", "t:r");
        pub(super) const SELF: Name = Name::local("self");
        pub(super) const TYPE: Name = Name::local("type");
        pub(super) const X2Y: Name = Name::local("x2Y");
    }
}
