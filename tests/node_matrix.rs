//! The node simulator against an endpoint that breaks the contract in every way that the node's own tests try: each
//! break is named by its rule and its place, and each variant that the node accepts is accepted.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

#[path = "node_matrix/accepted.rs"]
mod accepted;
#[path = "node_matrix/answers.rs"]
mod answers;
#[path = "node_matrix/broken.rs"]
mod broken;
#[path = "node_matrix/edit.rs"]
mod edit;
#[path = "node_matrix/http.rs"]
mod http;
#[path = "node_matrix/mandatory.rs"]
mod mandatory;
#[path = "node_matrix/ours.rs"]
mod ours;
#[path = "node_matrix/semantics.rs"]
mod semantics;
#[path = "node_matrix/values.rs"]
mod values;
