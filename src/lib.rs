//! Varco
