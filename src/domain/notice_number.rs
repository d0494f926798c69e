//! The notice number (NAV) that a citizen reads on the notice, and the IUV inside it.
//!
//! SANP 3.10, "numero avviso": the first digit (aux digit) says how to read the other seventeen.

use std::fmt;

/// Eighteen digits that name one payable notice of a creditor institution.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeNumber([u8; 18]);

/// How a notice number is laid out (SANP 3.10): the first of its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuxDigit {
    /// `0`: application code (2), base (13), check (2). The IUV is base and check.
    Zero,
    /// `1`: seventeen free digits.
    One,
    /// `2`: base (15), check (2).
    Two,
    /// `3`: segregation code (2), base (13), check (2).
    Three,
}

/// Two digits: a segregation code (aux digit 3) or an application code (aux digit 0).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TwoDigits(u8);

/// The creditor's own reference of a notice (`creditorReferenceId`): 15 or 17 digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iuv(Box<str>);

/// Why a text is no notice number or IUV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoticeNumberError {
    /// Not eighteen digits.
    #[error("a notice number has exactly 18 digits")]
    Form,
    /// The first digit is none of 0, 1, 2, 3.
    #[error("a notice number starts with 0, 1, 2 or 3 (aux digit)")]
    AuxDigit,
    /// The last two digits are not the remainder of the others divided by 93.
    #[error("the last two digits of the notice number are not its check digits")]
    CheckDigits,
    /// Not 15 (aux digit 0) or 17 digits.
    #[error("an IUV has 17 digits, or 15 with aux digit 0")]
    Iuv,
    /// Not two digits.
    #[error("a segregation or application code has exactly 2 digits")]
    TwoDigits,
}

impl NoticeNumber {
    /// What the node asks for when it probes whether a station is back (SANP 3.10, stand-in).
    pub const PROBE: NoticeNumber = NoticeNumber([b'0'; 18]);

    /// Reads eighteen digits. Neither a known aux digit nor right check digits are asked for: the node
    /// enforces neither, and the receipt of such a notice must be kept all the same.
    pub fn new(text: &str) -> Result<Self, NoticeNumberError> {
        let digits: [u8; 18] = text.as_bytes().try_into().map_err(|_| NoticeNumberError::Form)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(NoticeNumberError::Form);
        }
        Ok(NoticeNumber(digits))
    }

    /// Builds the notice of aux digit 3 from a segregation code and a base below 10^13, check digits
    /// included.
    pub fn issue(segregation: TwoDigits, base: u64) -> Result<Self, NoticeNumberError> {
        Self::with_check_digits('3', segregation, base)
    }

    /// Builds the notice of aux digit 0 from an application code and a base below 10^13, check digits
    /// included. Its IUV has fifteen digits.
    pub fn issue_of_application(application: TwoDigits, base: u64) -> Result<Self, NoticeNumberError> {
        Self::with_check_digits('0', application, base)
    }

    fn with_check_digits(aux: char, code: TwoDigits, base: u64) -> Result<Self, NoticeNumberError> {
        if base >= 10_u64.pow(13) {
            return Err(NoticeNumberError::Form);
        }
        let body = format!("{aux}{code}{base:013}");
        NoticeNumber::new(&format!("{body}{:02}", remainder_93(body.as_bytes())))
    }

    /// The notice of an IUV of 17 digits, under aux digit 3.
    pub fn of_iuv(iuv: &Iuv) -> Result<Self, NoticeNumberError> {
        if iuv.as_str().len() != 17 {
            return Err(NoticeNumberError::Iuv);
        }
        NoticeNumber::new(&format!("3{}", iuv.as_str()))
    }

    /// The digits as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How the number is laid out; none if the first digit says nothing of that.
    pub fn aux_digit(&self) -> Option<AuxDigit> {
        AuxDigit::from_byte(self.0[0])
    }

    /// The two digits after the aux digit, where the layout has a code there (aux digit 0 and 3).
    pub fn code(&self) -> Option<TwoDigits> {
        match self.aux_digit() {
            Some(AuxDigit::Zero | AuxDigit::Three) => {
                Some(TwoDigits((self.0[1] - b'0') * 10 + (self.0[2] - b'0')))
            }
            Some(AuxDigit::One | AuxDigit::Two) | None => None,
        }
    }

    /// The creditor's reference inside the number.
    pub fn iuv(&self) -> Iuv {
        let skipped = if self.aux_digit() == Some(AuxDigit::Zero) { 3 } else { 1 };
        Iuv(self.as_str().chars().skip(skipped).collect())
    }

    /// What the last two digits should be, where the layout has check digits (all but aux digit 1).
    pub fn right_check_digits(&self) -> Option<TwoDigits> {
        match self.aux_digit()? {
            AuxDigit::One => None,
            AuxDigit::Zero | AuxDigit::Two | AuxDigit::Three => {
                let (body, _) = self.0.split_at(16);
                // A remainder by 93 fits in a byte.
                u8::try_from(remainder_93(body)).ok().map(TwoDigits)
            }
        }
    }

    /// Checks what a creditor may issue: a known aux digit, and right check digits where the layout has
    /// them (all but aux digit 1).
    pub fn verify_check_digits(&self) -> Result<(), NoticeNumberError> {
        self.aux_digit().ok_or(NoticeNumberError::AuxDigit)?;
        let (_, check) = self.0.split_at(16);
        match self.right_check_digits() {
            Some(right) if right.to_string().as_bytes() != check => Err(NoticeNumberError::CheckDigits),
            Some(_) | None => Ok(()),
        }
    }
}

impl fmt::Display for NoticeNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Masked, because a notice number leads to a person: `3 02 …84`.
impl fmt::Debug for NoticeNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.as_str();
        write!(
            f,
            "NoticeNumber({}…{})",
            text.get(..3).unwrap_or_default(),
            text.get(16..).unwrap_or_default()
        )
    }
}

impl AuxDigit {
    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            b'0' => Some(AuxDigit::Zero),
            b'1' => Some(AuxDigit::One),
            b'2' => Some(AuxDigit::Two),
            b'3' => Some(AuxDigit::Three),
            _ => None,
        }
    }

    /// The aux digit of that value.
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(AuxDigit::Zero),
            1 => Some(AuxDigit::One),
            2 => Some(AuxDigit::Two),
            3 => Some(AuxDigit::Three),
            _ => None,
        }
    }

    /// Its value.
    pub const fn number(self) -> i64 {
        match self {
            AuxDigit::Zero => 0,
            AuxDigit::One => 1,
            AuxDigit::Two => 2,
            AuxDigit::Three => 3,
        }
    }
}

impl TwoDigits {
    /// Reads exactly two ASCII digits.
    pub fn new(text: &str) -> Result<Self, NoticeNumberError> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => Ok(TwoDigits((a - b'0') * 10 + (b - b'0'))),
            _ => Err(NoticeNumberError::TwoDigits),
        }
    }
}

impl TwoDigits {
    /// The two digits of a number from 0 to 99.
    pub fn of_number(number: i64) -> Option<Self> {
        u8::try_from(number).ok().filter(|number| *number < 100).map(TwoDigits)
    }

    /// Their value.
    pub fn number(self) -> i64 {
        i64::from(self.0)
    }

    /// The first digits of the notices of this segregation code (aux digit 3), and those that no such
    /// notice reaches: between them lie exactly the notices of the code, as text.
    pub fn segregated_range(self) -> (String, String) {
        let first = 300 + u32::from(self.0);
        (first.to_string(), (first + 1).to_string())
    }
}

impl fmt::Display for TwoDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl fmt::Debug for TwoDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TwoDigits({self})")
    }
}

impl Iuv {
    /// Reads 15 or 17 digits.
    pub fn new(text: &str) -> Result<Self, NoticeNumberError> {
        if matches!(text.len(), 15 | 17) && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Iuv(text.into()))
        } else {
            Err(NoticeNumberError::Iuv)
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Iuv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Iuv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iuv({}…)", self.0.get(..2).unwrap_or_default())
    }
}

fn remainder_93(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 93)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn check_digits_are_the_remainder_by_93() {
        let issued = NoticeNumber::issue(TwoDigits::new("02").unwrap(), 1).unwrap();
        assert_eq!(issued.as_str(), "302000000000000184");
        for right in ["302000000000000184", "001000000000000141", "200000000000000103"] {
            assert_eq!(NoticeNumber::new(right).unwrap().verify_check_digits(), Ok(()), "{right}");
        }
        let wrong = NoticeNumber::new("302000000000000185").unwrap();
        assert_eq!(wrong.verify_check_digits(), Err(NoticeNumberError::CheckDigits));
        assert_eq!(wrong.right_check_digits(), TwoDigits::new("84").ok());
        let free = NoticeNumber::new("112345678901234567").unwrap();
        assert_eq!(free.right_check_digits(), None);
    }

    #[test]
    fn the_aux_digit_says_where_the_iuv_begins() {
        let parts = |text: &str| {
            let notice = NoticeNumber::new(text).unwrap();
            (notice.code().map(|c| c.to_string()), notice.iuv().to_string())
        };
        assert_eq!(parts("302000000000000184"), (Some("02".into()), "02000000000000184".into()));
        assert_eq!(parts("001000000000000141"), (Some("01".into()), "000000000000141".into()));
        assert_eq!(parts("200000000000000103"), (None, "00000000000000103".into()));
        assert_eq!(parts("112345678901234567"), (None, "12345678901234567".into()));
    }

    #[test]
    fn the_notices_of_a_segregation_code_lie_in_one_range() {
        for code in ["00", "02", "99"] {
            let code = TwoDigits::new(code).unwrap();
            let (first, beyond) = code.segregated_range();
            for base in [0, 9_999_999_999_999] {
                let notice = NoticeNumber::issue(code, base).unwrap();
                assert!(first.as_str() < notice.as_str() && notice.as_str() < beyond.as_str(), "{notice}");
            }
        }
    }

    #[test]
    fn other_forms_are_refused() {
        assert_eq!(NoticeNumber::new("30200000000000018"), Err(NoticeNumberError::Form));
        assert_eq!(NoticeNumber::new("30200000000000018x"), Err(NoticeNumberError::Form));
        let foreign = NoticeNumber::new("402000000000000184").unwrap();
        assert_eq!((foreign.aux_digit(), foreign.code()), (None, None));
        assert_eq!(foreign.verify_check_digits(), Err(NoticeNumberError::AuxDigit));
        assert!(NoticeNumber::new(NoticeNumber::PROBE.as_str()).is_ok());
    }

    proptest! {
        #[test]
        fn an_issued_notice_is_well_formed(code in 0_u8..100, base in 0_u64..10_u64.pow(13)) {
            let code = TwoDigits::new(&format!("{code:02}")).unwrap();
            let notice = NoticeNumber::issue(code, base).unwrap();
            prop_assert_eq!(notice.code(), Some(code));
            prop_assert_eq!(notice.verify_check_digits(), Ok(()));
            prop_assert_eq!(NoticeNumber::of_iuv(&notice.iuv()), Ok(notice));
            let short = NoticeNumber::issue_of_application(code, base).unwrap();
            prop_assert_eq!((short.code(), short.aux_digit()), (Some(code), Some(AuxDigit::Zero)));
            prop_assert_eq!((short.verify_check_digits(), short.iuv().as_str().len()), (Ok(()), 15));
        }
    }
}
