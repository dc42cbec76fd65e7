//! What the tests of this workspace share: child processes, faults, strategies.
