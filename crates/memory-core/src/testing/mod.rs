//! What tests of storage backends need: generators for the whole model, a
//! conformance suite, and a model test against [`InMemoryStorage`](crate::InMemoryStorage).
//!
//! Nothing here needs a runtime: any executor that can block on a future will do.
//!
//! ```
//! use memory_core::InMemoryStorage;
//! use memory_core::testing::{conformance, model};
//! use proptest::prelude::*;
//!
//! fn block_on<F: Future>(future: F) -> F::Output {
//!     let runtime = tokio::runtime::Builder::new_current_thread().build();
//!     runtime.expect("a runtime").block_on(future)
//! }
//!
//! // #[test]
//! fn it_conforms() {
//!     block_on(conformance::run(|| async { InMemoryStorage::new() }));
//! }
//!
//! proptest! {
//!     // #[test]
//!     fn it_behaves_as_the_reference(operations in model::operations(1..30)) {
//!         block_on(model::check(&InMemoryStorage::new(), &operations));
//!     }
//! }
//! # fn main() { it_conforms() }
//! ```

pub mod conformance;
mod generate;
pub mod model;
mod pages;

pub use generate::{
    any_context, any_direction, any_domain, any_episode, any_episode_id, any_episode_query,
    any_external_id, any_finite, any_json, any_lesson, any_metadata, any_namespace, any_order,
    any_outcome, any_outcome_kind, any_pattern, any_pattern_id, any_pattern_kind,
    any_pattern_query, any_ratio, any_related_query, any_relationship, any_relationship_kind,
    any_relationship_kinds, any_relationship_metadata, any_relationship_query, any_revision,
    any_reward, any_step, any_tag, any_tag_change, any_tags, any_task_type, any_timestamp,
    nasty_name, nasty_text, samples, text_of,
};
pub use pages::all_pages;
