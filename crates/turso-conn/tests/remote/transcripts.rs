//! What a real server was recorded to answer.
