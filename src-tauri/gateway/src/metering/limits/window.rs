/// How much was counted in the last minute or day, in slots of a second or a minute.
///
/// A slot counts until the whole window has passed since it began.
#[derive(Debug)]
pub(super) struct Window {
    slot_seconds: i64,
    slots: Box<[u32]>,
    head: i64,
    sum: u64,
}

/// The slot something was counted in, for taking it back.
pub(super) type Slot = i64;

impl Window {
    /// The last 60 seconds.
    pub(super) fn minute() -> Self {
        Self::new(1, 60)
    }

    /// The last 24 hours.
    pub(super) fn day() -> Self {
        Self::new(60, 24 * 60)
    }

    fn new(slot_seconds: i64, slots: usize) -> Self {
        Self {
            slot_seconds,
            slots: vec![0; slots].into(),
            head: 0,
            sum: 0,
        }
    }

    /// What counts at this second of Unix time.
    pub(super) fn sum_at(&mut self, second: i64) -> u64 {
        self.turn_to(second);
        self.sum
    }

    /// Counts an amount.
    pub(super) fn add(&mut self, second: i64, amount: u64) -> Slot {
        self.turn_to(second);
        let slot = self.slot_mut(self.head);
        let added = u32::try_from(amount)
            .unwrap_or(u32::MAX)
            .min(u32::MAX - *slot);
        *slot += added;
        self.sum += u64::from(added);
        self.head
    }

    /// Takes an amount back, if it still counts.
    pub(super) fn take_back(&mut self, slot: Slot, amount: u64) {
        if slot > self.head || slot <= self.head - self.span() {
            return;
        }
        let counted = self.slot_mut(slot);
        let taken = u32::try_from(amount).unwrap_or(u32::MAX).min(*counted);
        *counted -= taken;
        self.sum -= u64::from(taken);
    }

    /// The second of Unix time at which enough has slid out of the window for `need` to fit under `cap`.
    pub(super) fn frees_at(&mut self, second: i64, need: u64, cap: u64) -> Option<i64> {
        self.turn_to(second);
        let mut left = self.sum;
        for slot in self.head - self.span() + 1..=self.head {
            left -= u64::from(*self.slot_mut(slot));
            if left.saturating_add(need) <= cap {
                return Some((slot + self.span()) * self.slot_seconds);
            }
        }
        None
    }

    /// Lets the slots that have passed go.
    ///
    /// A clock set back a little goes on counting in the latest slot; one set back by more than the window
    /// starts it afresh, so that nobody is locked out until the clock catches up.
    fn turn_to(&mut self, second: i64) {
        let slot = second.div_euclid(self.slot_seconds);
        if slot >= self.head + self.span() || slot <= self.head - self.span() {
            self.slots.fill(0);
            self.sum = 0;
            self.head = slot;
        }
        while self.head < slot {
            self.head += 1;
            let gone = std::mem::take(self.slot_mut(self.head));
            self.sum -= u64::from(gone);
        }
    }

    fn slot_mut(&mut self, slot: Slot) -> &mut u32 {
        let index = slot.rem_euclid(self.span());
        &mut self.slots[usize::try_from(index).unwrap_or_default()]
    }

    fn span(&self) -> i64 {
        i64::try_from(self.slots.len()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn a_slot_counts_for_sixty_seconds_and_not_longer() {
        let mut window = Window::minute();
        window.add(1_000, 3);
        window.add(1_001, 4);
        assert_eq!(window.sum_at(1_059), 7);
        assert_eq!(window.sum_at(1_060), 4);
        assert_eq!(window.sum_at(1_061), 0);
    }

    #[test]
    fn the_wait_ends_when_enough_has_slid_out() {
        let mut window = Window::minute();
        window.add(1_000, 5);
        window.add(1_030, 5);
        assert_eq!(window.frees_at(1_040, 5, 10), Some(1_060));
        assert_eq!(window.frees_at(1_040, 6, 10), Some(1_090));
        assert_eq!(
            window.frees_at(1_040, 11, 10),
            None,
            "more than the cap never fits"
        );
    }

    #[test]
    fn what_is_taken_back_no_longer_counts_and_is_taken_once() {
        let mut window = Window::minute();
        let slot = window.add(1_000, 5);
        window.take_back(slot, 5);
        window.take_back(slot, 5);
        assert_eq!(window.sum_at(1_001), 0);
        let old = window.add(1_001, 2);
        window.add(1_061, 9);
        window.take_back(old, 2);
        assert_eq!(
            window.sum_at(1_061),
            9,
            "the slot belongs to another second by then"
        );
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out() {
        let mut window = Window::minute();
        window.add(5_000, 7);
        assert_eq!(window.sum_at(4_990), 7, "a little: it still counts");
        assert_eq!(window.sum_at(4_000), 0, "a lot: it starts afresh");
        window.add(4_000, 1);
        assert_eq!(window.sum_at(4_059), 1);
        assert_eq!(window.sum_at(4_060), 0);
    }

    #[test]
    fn a_day_counts_by_the_minute() {
        let mut window = Window::day();
        window.add(60, 1);
        assert_eq!(window.sum_at(60 + 86_399), 1);
        assert_eq!(window.sum_at(60 + 86_400), 0);
    }
}
