use super::bad::Bad;
use super::bar::Bar;
use super::batch::Batch;
use super::loader::{Loader, stopped};
use super::origin::Origin;
use super::record::{Reading, Record};
use super::source::Source;
use super::summary::Summary;
use super::survey::Survey;
use crate::call::Call;
use crate::error::Result;
use memory_storage_turso::Timestamp;

/// The second reading: lines into batches, batches into the memory.
pub(crate) struct Run<'a> {
    loader: Loader<'a>,
    survey: &'a mut Survey,
    call: &'a Call,
    batch: Batch,
    clock: Timestamp,
}

impl<'a> Run<'a> {
    pub(crate) fn new(loader: Loader<'a>, survey: &'a mut Survey, call: &'a Call) -> Self {
        let (batch, clock) = (Batch::default(), call.now);
        Self {
            loader,
            survey,
            call,
            batch,
            clock,
        }
    }

    /// Stores everything in `source`, but for the last records, which wait for more.
    pub(crate) async fn source(&mut self, source: &Source, bar: &Bar) -> Result<()> {
        let mut lines = source.open(bar)?;
        loop {
            let line = match lines.next() {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(()),
                Err(error) => {
                    self.flush().await?;
                    let stored = self.loader.summary.stored();
                    return Err(stopped(source.unreadable(error), stored));
                }
            };
            let origin = source.origin(line.number);
            match Reading::of(self.call, self.tick()).record(&line, &origin) {
                Ok(record) => self.take(record, origin, source.is_regular).await?,
                Err(bad) => self.leave_out(bad, &origin).await?,
            }
        }
    }

    /// Passes over a record that cannot be understood.
    pub(crate) fn skip(&mut self, origin: &Origin, why: &str) {
        self.loader.skip(origin, why);
    }

    /// What the import did so far.
    pub(crate) fn summary(&mut self) -> &mut Summary {
        &mut self.loader.summary
    }

    /// Stores what waits.
    pub(crate) async fn finish(mut self) -> Result<Summary> {
        self.flush().await?;
        self.loader.finish().await
    }

    /// A time later than all before it, so that episodes keep the order of their lines.
    fn tick(&mut self) -> Timestamp {
        let now = self.clock;
        self.clock = Timestamp::from_micros(now.as_micros() + 1).unwrap_or(now);
        now
    }

    /// Takes the next record; `surveyed` says whether a later one may replace it.
    pub(crate) async fn take(
        &mut self,
        record: Record,
        origin: Origin,
        surveyed: bool,
    ) -> Result<()> {
        if self.batch.is_full_for(&record) {
            self.flush().await?;
        }
        if surveyed && self.survey.is_superseded(&record) {
            self.loader.summary.superseded += 1;
            self.batch.push_edges(record);
        } else {
            self.batch.push(record, origin);
        }
        Ok(())
    }

    /// Passes over a bad line; or stops there, with everything before it stored.
    async fn leave_out(&mut self, bad: Bad, origin: &Origin) -> Result<()> {
        if self.loader.skips {
            self.loader.skip(origin, &bad.into_text());
            return Ok(());
        }
        self.flush().await?;
        Err(stopped(bad.at(origin), self.loader.summary.stored()))
    }

    async fn flush(&mut self) -> Result<()> {
        self.loader.load(std::mem::take(&mut self.batch)).await
    }
}
