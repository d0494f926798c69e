//! Forms: one definition, and three renderings that accept the same inputs.

#[path = "support/chromium.rs"]
mod chromium;

mod forms {
    pub mod agreement;
    pub mod definition;
    pub mod json;
    pub mod judges;
    pub mod random;
    pub mod rules;
}
