//! The dictionaries that payloads were compressed with: they are stored beside them, each is
//! fetched once when it is first met, and kept in memory.
//!
//! Invariant: a dictionary is never deleted. A writer that opened the database long ago may still
//! write with it, and what it wrote would be lost.

use crate::config::DictionaryChoice;
use crate::storage::TursoStorage;
use memory_core::Result;
use turso_conn::{Rows, Statement};

/// Dictionaries that one database can hold: each was trained by an explicit call.
pub const DICTIONARIES_MAX: u32 = 64;

impl TursoStorage {
    /// Runs a statement that reads records, the last of whose `columns` is the payload, and
    /// learns the dictionaries that are needed to read them.
    pub(crate) async fn read_records(&self, statement: Statement, columns: usize) -> Result<Rows> {
        let rows = self.read(statement).await?;
        self.learn_for(&rows, columns.saturating_sub(1)).await?;
        Ok(rows)
    }
}

#[cfg(not(feature = "zstd"))]
impl TursoStorage {
    #[expect(
        clippy::unused_async,
        reason = "there is nothing to wait for without zstd"
    )]
    pub(crate) async fn choose_dictionary(&self, _: DictionaryChoice) -> Result<()> {
        Ok(())
    }

    #[expect(
        clippy::unused_async,
        reason = "there is nothing to wait for without zstd"
    )]
    pub(crate) async fn learn_for(&self, _: &Rows, _: usize) -> Result<()> {
        Ok(())
    }
}

#[cfg(feature = "zstd")]
mod with_zstd {
    use super::{DICTIONARIES_MAX, DictionaryChoice};
    use crate::error::{bug, corrupt, payload, unreadable};
    use crate::storage::{TursoStorage, statement};
    use memory_core::{Error, ErrorKind, Result, Timestamp};
    use std::collections::BTreeSet;
    use turso_compression::{Dictionary, DictionaryId, Packer, dictionary_of};
    use turso_conn::{Batch, Row, Rows, Step};

    /// The dictionaries that came with any version of this program: payloads name them, so none
    /// ever changes or goes. The last one is written with.
    const BUILT_IN: [&[u8]; 1] = [include_bytes!("../dictionaries/episodes-1.dictionary")];

    const LATEST: &str =
        "SELECT id, content FROM dictionaries ORDER BY created_at DESC, id DESC LIMIT 1";

    const SOME: &str =
        "SELECT id, content FROM dictionaries WHERE id IN (SELECT value FROM json_each(?1))";

    const STORE: &str = "\
INSERT INTO dictionaries (id, created_at, content) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

    /// Guard: there are at most ?1 dictionaries.
    const WITHIN_LIMIT: &str = "SELECT CASE WHEN (SELECT count(*) FROM dictionaries) <= ?1 \
THEN 1 ELSE abs(-9223372036854775807 - 1) END";

    const STORE_OPERATION: &str = "dictionaries.store";

    impl TursoStorage {
        /// Compresses with what `choice` says from now on, and learns what can be known before.
        pub(crate) async fn choose_dictionary(&self, choice: DictionaryChoice) -> Result<()> {
            let built_in = learn_built_in(self.packer())?;
            let latest = match choice {
                DictionaryChoice::Trained => self.latest_dictionary().await?,
                DictionaryChoice::None | DictionaryChoice::BuiltIn => None,
            };
            let wanted = latest
                .or(built_in)
                .filter(|_| choice != DictionaryChoice::None);
            self.packer().use_dictionary(wanted.as_ref());
            Ok(())
        }

        /// The one that was trained last. One that is damaged is as good as none: it is not
        /// written with, and what was is reported when it is read.
        async fn latest_dictionary(&self) -> Result<Option<Dictionary>> {
            let rows = self
                .read(statement("dictionaries.latest", LATEST, []))
                .await?;
            Ok(rows.first().and_then(|row| dictionary(row).ok()))
        }

        /// Fetches the dictionaries that the payloads in a column of `rows` need and that are not
        /// known yet: none but for the first time. One that is missing or damaged is an error of the
        /// payloads that need it, not of all.
        pub(crate) async fn learn_for(&self, rows: &Rows, column: usize) -> Result<()> {
            let unknown: BTreeSet<u32> = rows
                .iter()
                .filter_map(|row| row.opt_blob(column).ok().flatten())
                .filter_map(|envelope| dictionary_of(envelope).ok().flatten())
                .filter(|id| !self.packer().knows(*id))
                .map(DictionaryId::get)
                .collect();
            if unknown.is_empty() {
                return Ok(());
            }
            let ids = crate::record::to_json(&unknown)?;
            let read = statement("dictionaries.get", SOME, [ids.into()]);
            for row in &self.read(read).await? {
                if let Ok(dictionary) = dictionary(row) {
                    self.packer().learn(&dictionary);
                }
            }
            Ok(())
        }

        /// Stores a dictionary and writes with it from now on.
        pub(crate) async fn adopt_dictionary(&self, dictionary: &Dictionary) -> Result<()> {
            let envelope = Packer::default().pack(dictionary.content());
            let envelope = envelope.map_err(|e| payload("packing a dictionary", e))?;
            let values = [
                i64::from(dictionary.id().get()).into(),
                Timestamp::now().as_micros().into(),
                envelope.into(),
            ];
            let max = i64::from(DICTIONARIES_MAX).into();
            let batch = Batch::new()
                .step(statement(STORE_OPERATION, STORE, values))
                .step(Step::guard(statement(STORE_OPERATION, WITHIN_LIMIT, [max])));
            self.write(STORE_OPERATION, batch, |step, e| match step {
                Some(1) if e.kind() == turso_conn::ErrorKind::Conflict => {
                    let context =
                        format!("a database holds at most {DICTIONARIES_MAX} dictionaries");
                    Error::new(ErrorKind::Limit, context).with_source(e)
                }
                _ => crate::error::storage(STORE_OPERATION, e),
            })
            .await?;
            self.packer().use_dictionary(Some(dictionary));
            Ok(())
        }
    }

    /// Learns all and answers the last.
    fn learn_built_in(packer: &Packer) -> Result<Option<Dictionary>> {
        let mut last = None;
        for content in BUILT_IN {
            let dictionary = Dictionary::new(content)
                .map_err(|e| bug("a built-in dictionary is none").with_source(e))?;
            packer.learn(&dictionary);
            last = Some(dictionary);
        }
        Ok(last)
    }

    /// The dictionary in a row of its id and content, if its content is what its id says.
    fn dictionary(row: Row<'_>) -> Result<Dictionary> {
        let content = Packer::default().unpack(row.blob(1).map_err(unreadable)?);
        let content = content.map_err(|e| payload("unpacking a dictionary", e))?;
        let found = Dictionary::new(content).map_err(|e| payload("reading a dictionary", e))?;
        if row.integer(0).map_err(unreadable)? == i64::from(found.id().get()) {
            return Ok(found);
        }
        Err(corrupt(
            "a stored dictionary is not the one that its id names",
        ))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        /// Payloads in databases name them.
        #[test]
        fn f23_a_released_dictionary_never_changes() {
            let ids = BUILT_IN.map(DictionaryId::of).map(|id| id.to_string());
            assert_eq!(ids, RELEASED);
        }

        const RELEASED: [&str; 1] = ["f117ec61"];
    }
}
