//! Connections to libSQL databases: one statement or one atomic program at a time.
