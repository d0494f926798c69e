//! Recorded conversations with an endpoint, without the people in them.
