//! The model of an agent's episodic memory, its limits, and the traits that store it.
