//! Forms: one definition, and three renderings that accept the same inputs.

#[allow(dead_code, reason = "a test target uses its part")]
mod support;

mod forms {
    pub mod agreement;
    pub mod definition;
    pub mod json;
    pub mod judges;
    pub mod random;
    pub mod rules;
}
