//! Installs a recorder that renders Prometheus text, and shows what it heard.

use memory_storage_turso::metrics::{Figures, Prometheus};
use memory_storage_turso::{
    EpisodeQuery, EpisodeStore as _, MeteredStorage, Observe as _, TursoStorage,
};
use std::io::Write as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let prometheus = Prometheus::install()?;
    let memory = MeteredStorage::new(TursoStorage::open(":memory:").await?);
    memory.count_episodes(&EpisodeQuery::default()).await?;
    memory.performance().report(&Figures::new());
    std::io::stdout().write_all(prometheus.render().as_bytes())?;
    Ok(())
}
