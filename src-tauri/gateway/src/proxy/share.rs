//! Weighted rendezvous hashing: who gets what, without remembering anything.

use std::hash::{DefaultHasher, Hash, Hasher};

/// How much claim `one` has on `other`. Of several candidates the one with the largest claim is chosen; over
/// many others each is chosen in proportion to its weight, and the same pair always has the same claim.
pub(super) fn claim(one: &str, weight: u32, other: &str) -> f64 {
    let mut hasher = DefaultHasher::new();
    (one, other).hash(&mut hasher);
    let top = u32::try_from(hasher.finish() >> 32).unwrap_or(u32::MAX);
    let uniform = f64::from(top) / f64::from(u32::MAX);
    -f64::from(weight.max(1)) / uniform.max(f64::MIN_POSITIVE).ln()
}

#[cfg(test)]
mod tests {
    use super::claim;

    #[test]
    fn each_is_chosen_in_proportion_to_its_weight() {
        let chosen = (0..4000)
            .filter(|number| {
                let other = number.to_string();
                claim("heavy", 3, &other) > claim("light", 1, &other)
            })
            .count();
        assert!(
            (2880..3120).contains(&chosen),
            "3 of 4 go to the heavy one, not {chosen}"
        );
    }

    #[test]
    fn the_same_pair_always_has_the_same_claim() {
        assert!((claim("a", 2, "b") - claim("a", 2, "b")).abs() < f64::EPSILON);
    }
}
