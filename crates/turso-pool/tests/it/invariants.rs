//! What holds at every moment (design.md, section 6, numbers 3 and 4).

use std::collections::BTreeSet;

use turso_pool::{ConnectionId, Lease, Pool};

use crate::fake::Fake;

/// Watches one pool.
pub struct Watch {
    pool: Pool<Fake>,
    open: usize,
}

impl Watch {
    pub fn new(pool: &Pool<Fake>) -> Self {
        let pool = pool.clone();
        Self { pool, open: 0 }
    }

    /// To be called after every step, with the leases that the test holds.
    pub fn look<'a>(&mut self, held: impl IntoIterator<Item = &'a Lease<Fake>>) {
        let (status, live) = (self.pool.status(), self.pool.connector().world.live());
        let open = status.open();
        assert!(
            open <= status.size || open <= self.open,
            "open {open}, was {}: {status}",
            self.open
        );
        assert!(
            (status.idle + status.leased..=open).contains(&live),
            "{live} connections exist: {status}"
        );
        assert!(status.waiting == 0 || status.idle == 0, "{status}");
        self.open = open;
        let ids: Vec<ConnectionId> = held.into_iter().map(Lease::id).collect();
        let unique: BTreeSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "one connection was lent twice");
        assert!(ids.len() <= status.leased, "{} held: {status}", ids.len());
    }
}

/// A lease that was just handed out.
pub fn fresh(lease: &Lease<Fake>) {
    assert!(lease.is_clean(), "lent unclean: {lease:?}");
}

/// Nothing was lost: the pool has nothing under way and lends all it may.
pub async fn whole(pool: &Pool<Fake>, size: usize) {
    let status = pool.status();
    assert_eq!(
        (status.leased, status.opening, status.waiting),
        (0, 0, 0),
        "{status}"
    );
    let mut leases = Vec::new();
    for _ in 0..size {
        leases.push(pool.acquire().await.unwrap());
    }
    assert_eq!(pool.status().leased, size);
    leases.iter().for_each(fresh);
}
