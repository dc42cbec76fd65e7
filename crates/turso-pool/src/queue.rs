//! Who waits, in order of arrival.

use std::task::{Context, Poll, Waker};

/// A first-come, first-served queue whose members can leave from the middle.
///
/// A doubly linked list in a vector, so that joining, being served and leaving
/// take constant time and, once it has grown, no allocation. It knows neither
/// a clock nor a lock.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    seats: Vec<Seat<T>>,
    free: Vec<usize>,
    first: Option<usize>,
    last: Option<usize>,
    len: usize,
}

#[derive(Debug)]
struct Seat<T> {
    before: Option<usize>,
    after: Option<usize>,
    member: Member<T>,
}

#[derive(Debug)]
enum Member<T> {
    Absent,
    Waiting(Option<Waker>),
    Served(T),
}

/// A place in a [`Queue`]. Its holder has to [`leave`](Queue::leave), whether
/// served or not.
#[derive(Debug)]
pub(crate) struct Ticket(usize);

/// Where one joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Behind everybody.
    Back,
    /// Before everybody: for whoever had its turn and got something unusable.
    Front,
}

/// What somebody who left leaves behind.
#[derive(Debug)]
pub(crate) struct Left<T> {
    /// What it was served and did not take.
    pub(crate) served: Option<T>,
    /// Dropped by the caller where no lock is held: dropping a waker may run
    /// any code.
    pub(crate) waker: Option<Waker>,
}

/// With more seats than this, an empty queue gives its memory back.
const SEATS_KEPT: usize = 64;

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Self {
            seats: Vec::new(),
            free: Vec::new(),
            first: None,
            last: None,
            len: 0,
        }
    }

    /// How many wait and are not served yet.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn join(&mut self, place: Place, waker: Waker) -> Ticket {
        let member = Member::Waiting(Some(waker));
        let (before, after) = match place {
            Place::Back => (self.last, None),
            Place::Front => (None, self.first),
        };
        let seat = Seat {
            before,
            after,
            member,
        };
        let index = self.sit(seat);
        self.link_after(before, Some(index));
        self.link_before(after, Some(index));
        self.len += 1;
        Ticket(index)
    }

    /// The first who waits, to be served.
    pub(crate) fn first(&mut self) -> Option<First<'_, T>> {
        let index = self.first?;
        Some(First { queue: self, index })
    }

    /// Takes what the holder of `ticket` was served, or remembers whom to wake.
    pub(crate) fn poll(&mut self, ticket: &Ticket, cx: &Context<'_>) -> Poll<T> {
        let Some(seat) = self.seats.get_mut(ticket.0) else {
            return Poll::Pending;
        };
        match std::mem::replace(&mut seat.member, Member::Absent) {
            Member::Served(value) => Poll::Ready(value),
            Member::Waiting(waker) => {
                let same = waker.filter(|waker| waker.will_wake(cx.waker()));
                seat.member = Member::Waiting(Some(same.unwrap_or_else(|| cx.waker().clone())));
                Poll::Pending
            }
            Member::Absent => Poll::Pending,
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "one leaves once")]
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Left<T> {
        let index = ticket.0;
        let mut left = Left {
            served: None,
            waker: None,
        };
        let Some(seat) = self.seats.get_mut(index) else {
            return left;
        };
        match std::mem::replace(&mut seat.member, Member::Absent) {
            Member::Served(value) => left.served = Some(value),
            Member::Waiting(waker) => {
                left.waker = waker;
                self.unlink(index);
            }
            Member::Absent => (),
        }
        self.stand_up(index);
        left
    }

    fn sit(&mut self, seat: Seat<T>) -> usize {
        let index = self.free.pop().unwrap_or(self.seats.len());
        match self.seats.get_mut(index) {
            Some(empty) => *empty = seat,
            None => self.seats.push(seat),
        }
        index
    }

    fn stand_up(&mut self, index: usize) {
        self.free.push(index);
        if self.free.len() == self.seats.len() && self.seats.len() > SEATS_KEPT {
            self.seats = Vec::new();
            self.free = Vec::new();
        }
    }

    fn unlink(&mut self, index: usize) {
        let Some(seat) = self.seats.get(index) else {
            return;
        };
        let (before, after) = (seat.before, seat.after);
        self.link_after(before, after);
        self.link_before(after, before);
        self.len -= 1;
    }

    /// Lets `target` follow `seat`, or be the first of all.
    fn link_after(&mut self, seat: Option<usize>, target: Option<usize>) {
        match seat.and_then(|index| self.seats.get_mut(index)) {
            Some(seat) => seat.after = target,
            None => self.first = target,
        }
    }

    /// Lets `target` go before `seat`, or be the last of all.
    fn link_before(&mut self, seat: Option<usize>, target: Option<usize>) {
        match seat.and_then(|index| self.seats.get_mut(index)) {
            Some(seat) => seat.before = target,
            None => self.last = target,
        }
    }
}

/// The first in the queue.
pub(crate) struct First<'a, T> {
    queue: &'a mut Queue<T>,
    index: usize,
}

impl<T> First<'_, T> {
    /// Gives it what it waits for; it has to be woken where no lock is held.
    pub(crate) fn serve(self, value: T) -> Option<Waker> {
        self.queue.unlink(self.index);
        let seat = self.queue.seats.get_mut(self.index)?;
        match std::mem::replace(&mut seat.member, Member::Served(value)) {
            Member::Waiting(waker) => waker,
            Member::Absent | Member::Served(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    fn join(queue: &mut Queue<u32>, place: Place) -> Ticket {
        queue.join(place, Waker::noop().clone())
    }

    #[derive(Clone, Debug)]
    enum Op {
        Join(Place),
        Serve(u32),
        Leave(prop::sample::Index),
    }

    fn op() -> impl Strategy<Value = Op> {
        prop_oneof![
            4 => Just(Op::Join(Place::Back)),
            1 => Just(Op::Join(Place::Front)),
            3 => any::<u32>().prop_map(Op::Serve),
            3 => any::<prop::sample::Index>().prop_map(Op::Leave),
        ]
    }

    proptest! {
        /// Against a plain list of who waits and a list of who was served.
        #[test]
        fn behaves_like_a_list(ops in prop::collection::vec(op(), 0..300)) {
            let mut queue = Queue::new();
            let mut waiting: VecDeque<usize> = VecDeque::new();
            let mut members: Vec<(usize, Ticket, Option<u32>)> = Vec::new();
            for (name, op) in ops.into_iter().enumerate() {
                match op {
                    Op::Join(place) => {
                        members.push((name, join(&mut queue, place), None));
                        match place {
                            Place::Back => waiting.push_back(name),
                            Place::Front => waiting.push_front(name),
                        }
                    }
                    Op::Serve(value) => {
                        let served = queue.first().map(|first| first.serve(value));
                        prop_assert_eq!(served.is_some(), !waiting.is_empty());
                        if let Some(name) = waiting.pop_front() {
                            members.iter_mut().find(|m| m.0 == name).unwrap().2 = Some(value);
                        }
                    }
                    Op::Leave(index) if !members.is_empty() => {
                        let (name, ticket, served) = members.swap_remove(index.index(members.len()));
                        waiting.retain(|other| *other != name);
                        prop_assert_eq!(queue.leave(ticket).served, served);
                    }
                    Op::Leave(_) => (),
                }
                prop_assert_eq!(queue.len(), waiting.len());
                prop_assert_eq!(queue.is_empty(), waiting.is_empty());
            }
        }
    }

    #[test]
    fn a_served_member_finds_its_value_when_polled() {
        let mut queue = Queue::new();
        let ticket = join(&mut queue, Place::Back);
        let cx = Context::from_waker(Waker::noop());
        assert!(queue.poll(&ticket, &cx).is_pending());
        assert!(queue.first().unwrap().serve(7).is_some());
        assert_eq!(queue.poll(&ticket, &cx), Poll::Ready(7));
        assert!(queue.leave(ticket).served.is_none());
    }

    #[test]
    fn an_empty_queue_gives_memory_back() {
        let mut queue = Queue::new();
        let tickets: Vec<_> = (0..1_000).map(|_| join(&mut queue, Place::Back)).collect();
        for ticket in tickets {
            queue.leave(ticket);
        }
        assert_eq!(queue.seats.capacity(), 0);
        assert_eq!(queue.free.capacity(), 0);
    }
}
