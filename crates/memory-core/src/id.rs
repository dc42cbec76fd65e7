use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $new:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, made by the caller: no database is asked.
            #[allow(clippy::new_without_default)] // A default that differs each time would mislead.
            pub fn new() -> Self {
                Self($new)
            }

            /// The id with these 16 bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// Its 16 bytes, which sort as the ids do.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                let id = Uuid::try_parse(text).map_err(|e| {
                    Error::misuse(concat!("not ", $what, ": expected a UUID")).with_source(e)
                })?;
                Ok(Self(id))
            }
        }
    };
}

id_type! {
    /// The id of an episode within its namespace: a UUID of version 7, so that
    /// ids made later sort later.
    EpisodeId, "an episode id", Uuid::now_v7()
}

id_type! {
    /// The id of a pattern within its namespace: a UUID of version 7.
    PatternId, "a pattern id", Uuid::now_v7()
}

id_type! {
    /// Names one intended write. It is stored with the row, so that a repeated
    /// update recognises its own earlier success instead of reporting a conflict.
    WriteId, "a write id", Uuid::new_v4()
}
