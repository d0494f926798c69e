//! What the pages say: one file for each language.

use crate::domain::catalogue::language::Language;

mod english;
mod italian;

/// Everything that the pages say in one language.
#[derive(Debug)]
pub struct Words {
    /// Which.
    pub language: Language,
    /// Its tag, for browsers.
    pub tag: &'static str,
    /// Its name in itself.
    pub name: &'static str,
    /// How it writes numbers: between thousands, and before decimals.
    pub separators: (char, char),
    /// An amount, from digits as it writes them.
    pub euro: fn(&str) -> String,
    /// How it writes days (strftime).
    pub day: &'static str,
    /// What all pages together are called.
    pub site: &'static str,
    pub skip: &'static str,
    pub languages: &'static str,
    pub footer: &'static str,
    pub list_title: &'static str,
    pub list_intro: &'static str,
    pub search_label: &'static str,
    pub search_button: &'static str,
    pub categories: &'static str,
    pub all_categories: &'static str,
    /// How many services were found.
    pub found: fn(usize) -> String,
    pub nothing_found: &'static str,
    pub pages: &'static str,
    pub previous: &'static str,
    pub next: &'static str,
    /// Which page of how many.
    pub place: fn(usize, usize) -> String,
    pub back_to_list: &'static str,
    pub required_note: &'static str,
    pub optional: &'static str,
    pub choose: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub continue_: &'static str,
    pub error_prefix: &'static str,
    /// How many errors there are.
    pub errors: fn(usize) -> String,
    /// What a fixed price is.
    pub price: fn(&str) -> String,
    /// Between which amounts the payer chooses.
    pub free_price: fn(&str, &str) -> String,
    /// Between which amounts what was written must lie.
    pub limits: fn(&str, &str) -> String,
    pub no_price: &'static str,
    pub commission_charged: &'static str,
    pub commission_free: &'static str,
    pub quote_title: &'static str,
    pub amount: &'static str,
    pub creditor: &'static str,
    pub description: &'static str,
    pub due: &'static str,
    pub shares: &'static str,
    pub beneficiary: &'static str,
    pub account: &'static str,
    pub stamp: &'static str,
    pub your_data: &'static str,
    pub confirm: &'static str,
    pub change: &'static str,
    pub notice_title: &'static str,
    pub notice_number: &'static str,
    pub ec_code: &'static str,
    /// What the QR code is, of the notice of that number.
    pub qr_label: fn(&str) -> String,
    pub qr_caption: &'static str,
    pub how_title: &'static str,
    pub how: &'static str,
    pub print: &'static str,
    pub print_hint: &'static str,
    pub back_to_notice: &'static str,
    pub paid: &'static str,
    pub expired: &'static str,
    pub withdrawn: &'static str,
    /// What is said of something that is not there.
    pub missing: Said,
    /// What is said to who asks too often.
    pub too_often: Said,
    /// What is said where something of ours or of the creditor does not work.
    pub unavailable: Said,
    /// What is said where what was sent cannot be read.
    pub unreadable: Said,
}

/// A title and a sentence.
#[derive(Clone, Copy, Debug)]
pub struct Said {
    /// The title.
    pub title: &'static str,
    /// The sentence.
    pub text: &'static str,
}

impl Words {
    /// The languages of the pages; the first is for who likes none of them.
    pub const LANGUAGES: [Language; 2] = [Language::Italian, Language::English];

    /// What the pages say in that language, or in Italian if they do not speak it.
    pub fn of(language: Language) -> &'static Words {
        match language {
            Language::English => &english::WORDS,
            Language::Italian | Language::German | Language::French | Language::Slovene => &italian::WORDS,
        }
    }
}
