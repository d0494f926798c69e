//! Systems of creditor institutions behind the gateway, played by the tests.

pub mod legacy;
pub mod legacy_words;
pub mod modern;
