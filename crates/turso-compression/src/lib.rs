//! A checked, compressed envelope for stored payloads.
