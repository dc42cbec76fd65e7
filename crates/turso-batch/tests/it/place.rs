//! Files and servers on which submissions are tried.

use testkit::TempDb;
use testkit::net::Database;
use turso_batch::{Config, GroupCommit, Submission};
use turso_conn::{Acquire, AnyConfig, AnyConnector, Batch, Execute, Location, Single, Statement};

pub type Writes = GroupCommit<Single<AnyConnector>>;

/// Where the database is, for as long as it is used.
pub enum Place {
    File(TempDb),
    Server(Database),
}

impl Place {
    pub fn file() -> Self {
        Self::File(TempDb::new().unwrap())
    }

    /// A file, and a server where there is one.
    pub fn both(test: &str) -> Vec<Self> {
        let server = Database::fresh(test).unwrap().map(Self::Server);
        std::iter::once(Self::file()).chain(server).collect()
    }

    /// Group commit with the table `t (x INTEGER PRIMARY KEY, y)`, and its connection.
    pub async fn open(&self) -> (Writes, Single<AnyConnector>) {
        let location = match self {
            Self::File(file) => Location::file(file.path()).unwrap(),
            Self::Server(database) => database.url().parse().unwrap(),
        };
        let connector = AnyConnector::open(&location, AnyConfig::default()).unwrap();
        let single = Single::new(connector);
        let writes = GroupCommit::new(single.clone(), Config::default());
        let table = "CREATE TABLE t (x INTEGER PRIMARY KEY, y INTEGER NOT NULL)";
        let table = Submission::new(Batch::new().step(table));
        writes.submit(table).await.unwrap();
        (writes, single)
    }
}

pub fn insert(x: i64, y: i64) -> Statement {
    Statement::new("INSERT INTO t VALUES (?1, ?2)")
        .bind(x)
        .bind(y)
}

/// Every `x` that is stored, in order.
pub async fn stored(single: &Single<AnyConnector>) -> Vec<i64> {
    let mut conn = single.acquire().await.unwrap();
    let rows = conn
        .query(Statement::new("SELECT x FROM t ORDER BY x"))
        .await
        .unwrap();
    rows.iter().map(|row| row.integer(0).unwrap()).collect()
}

/// Submits all of them so that they are committed together: the connection is held back until they
/// have queued. Their answers, in order.
pub async fn together(
    writes: &Writes,
    single: &Single<AnyConnector>,
    submissions: Vec<Submission>,
) -> Vec<turso_conn::Result<Vec<turso_conn::Rows>>> {
    let lease = single.acquire().await.unwrap();
    let mut tasks = Vec::new();
    for (nth, submission) in submissions.into_iter().enumerate() {
        let submitting = writes.clone();
        let task = async move { submitting.submit(submission).await };
        tasks.push(tokio::spawn(task));
        while writes.stats().queued <= nth {
            tokio::task::yield_now().await;
        }
    }
    drop(lease);
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}
