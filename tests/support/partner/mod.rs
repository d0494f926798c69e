//! Systems of institutions behind the gateway, as they are: with a mind of their own.

pub mod modern;
