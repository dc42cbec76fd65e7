//! Memories that other programs made, as values of the model.

pub mod do_memory;
