//! A connector that only counts what reaches it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use turso_conn::{Connect, Execute, GroupResult, Program, Result, Rows, Statement};

/// Every call that arrives adds one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Count(Arc<AtomicUsize>);

impl Count {
    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Connect for Count {
    type Conn = Count;

    async fn connect(&self) -> Result<Count> {
        self.add();
        Ok(self.clone())
    }

    async fn recycle(&self, conn: &mut Count) -> Result<()> {
        conn.add();
        Ok(())
    }

    async fn check(&self, conn: &mut Count) -> Result<()> {
        conn.add();
        Ok(())
    }
}

impl Execute for Count {
    async fn query(&mut self, _: Statement) -> Result<Rows> {
        self.add();
        Ok(Rows::default())
    }

    async fn atomic(&mut self, program: Program) -> Result<Vec<GroupResult>> {
        self.add();
        Ok(program.groups().iter().map(|_| Ok(Vec::new())).collect())
    }
}
