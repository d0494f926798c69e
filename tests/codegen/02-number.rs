// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n02_number`.
pub mod n02_number {
    /// No documentation in the schema.
    ///
    /// Euro between 0.50 and 20.00.
    pub type Loose = super::Amount<LooseKind>;
    /// The facets of [`Loose`].
    pub enum LooseKind {}
    impl super::AmountKind for LooseKind {
        const NAME: &'static str = "Loose";
        const FORM: super::AmountForm = super::AmountForm::UpToTwoDecimals;
        const MIN: i64 = 50;
        const MAX: i64 = 2000;
        const RANGE: &'static str = "between 0.50 and 20.00";
    }
    /// No documentation in the schema.
    ///
    /// Euro between 0.00 and 999.99.
    pub type Money = super::Amount<MoneyKind>;
    /// The facets of [`Money`].
    pub enum MoneyKind {}
    impl super::AmountKind for MoneyKind {
        const NAME: &'static str = "Money";
        const FORM: super::AmountForm = super::AmountForm::TwoDecimals;
        const MIN: i64 = 0;
        const MAX: i64 = 99999;
        const RANGE: &'static str = "between 0.00 and 999.99";
    }
    /// No documentation in the schema.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum One {
        /// `1`
        N1,
        /// `2`
        N2,
    }
    impl One {
        /// All values, in the order of the schema.
        pub const ALL: [One; 2] = [One::N1, One::N2];
        /// The value as it is written.
        pub const fn as_str(self) -> &'static str {
            match self {
                One::N1 => "1",
                One::N2 => "2",
            }
        }
    }
    impl super::Write for One {
        fn write(&self, to: &mut super::Writer) {
            to.text(self.as_str());
        }
    }
    impl One {
        /// The number.
        pub const fn number(self) -> i32 {
            match self {
                One::N1 => 1,
                One::N2 => 2,
            }
        }
    }
    impl TryFrom<i32> for One {
        type Error = super::FacetError;
        fn try_from(number: i32) -> Result<Self, super::FacetError> {
            match number {
                1 => Ok(One::N1),
                2 => Ok(One::N2),
                _ => Err(super::FacetError::Enumeration(&["1", "2"])),
            }
        }
    }
    impl super::Value for One {
        fn parse(text: std::borrow::Cow<'_, str>) -> Result<Self, super::FacetError> {
            <i32 as super::Value>::parse(text)?.try_into()
        }
    }
    /// No documentation in the schema.
    ///
    /// Euro between 0.01 and 999.99.
    pub type Paid = super::Amount<PaidKind>;
    /// The facets of [`Paid`].
    pub enum PaidKind {}
    impl super::AmountKind for PaidKind {
        const NAME: &'static str = "Paid";
        const FORM: super::AmountForm = super::AmountForm::TwoDecimals;
        const MIN: i64 = 1;
        const MAX: i64 = 99999;
        const RANGE: &'static str = "between 0.01 and 999.99";
    }
    /// No documentation in the schema.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct R {
        /// `small`.
        pub small: Option<Small>,
        /// `one`.
        pub one: Option<One>,
        /// `money`.
        pub money: Option<Money>,
        /// `paid`.
        pub paid: Option<Paid>,
        /// `loose`.
        pub loose: Option<Loose>,
        /// `int`.
        pub int: Option<i32>,
    }
    impl super::Read for R {
        fn read(from: &mut super::Reader<'_>) -> Result<Self, super::Violation> {
            from.enter()?;
            let value = Self {
                small: from.optional(&tag::SMALL)?,
                one: from.optional(&tag::ONE)?,
                money: from.optional(&tag::MONEY)?,
                paid: from.optional(&tag::PAID)?,
                loose: from.optional(&tag::LOOSE)?,
                int: from.optional(&tag::INT)?,
            };
            from.leave()?;
            Ok(value)
        }
    }
    impl super::Write for R {
        fn write(&self, to: &mut super::Writer) {
            to.optional(&tag::SMALL, &self.small);
            to.optional(&tag::ONE, &self.one);
            to.optional(&tag::MONEY, &self.money);
            to.optional(&tag::PAID, &self.paid);
            to.optional(&tag::LOOSE, &self.loose);
            to.optional(&tag::INT, &self.int);
        }
    }
    /// No documentation in the schema.
    ///
    /// A number between -1 and 10.
    pub type Small = super::Int<SmallKind>;
    /// The facets of [`Small`].
    pub enum SmallKind {}
    impl super::IntKind for SmallKind {
        const NAME: &'static str = "Small";
        const MIN: i32 = -1;
        const MAX: i32 = 10;
        const RANGE: &'static str = "between -1 and 10";
    }
    impl super::Document for R {
        const ROOT: super::Name = tag::R;
        const PREFIXES: &'static [(&'static str, &'static str)] = &[("t", "urn:t")];
    }
    /// The names of the elements.
    mod tag {
        use super::super::Name;
        pub(super) const INT: Name = Name::local("int");
        pub(super) const LOOSE: Name = Name::local("loose");
        pub(super) const MONEY: Name = Name::local("money");
        pub(super) const ONE: Name = Name::local("one");
        pub(super) const PAID: Name = Name::local("paid");
        pub(super) const R: Name = Name::qualified("urn:t", "r", "t:r");
        pub(super) const SMALL: Name = Name::local("small");
    }
}
