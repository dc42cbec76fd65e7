//! Durable episodic memory for AI agents on Turso and libSQL.
