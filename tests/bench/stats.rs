//! Percentiles of a slice, medians of rounds, and how sure they are.

/// The value below which `share` of the sorted values lie.
pub(crate) fn percentile(sorted: &[u64], share: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list that fits in memory"
    )]
    let place = (sorted.len() as f64 * share) as usize;
    sorted.get(place.min(sorted.len().checked_sub(1)?)).copied()
}

/// The middle of the values.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

/// The standard error of the median, as a share of it.
///
/// From the median absolute deviation, so that one disturbed round does not count. Two rounds or
/// fewer say nothing.
pub(crate) fn uncertainty(values: &[f64]) -> Option<f64> {
    let middle = median(values).filter(|middle| values.len() > 2 && *middle != 0.0)?;
    let off: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    #[expect(clippy::cast_precision_loss, reason = "a handful of rounds")]
    let rounds = values.len() as f64;
    Some(1.25 * 1.4826 * median(&off)? / rounds.sqrt() / middle.abs())
}

/// A count or a time as a figure to calculate with.
#[expect(
    clippy::cast_precision_loss,
    reason = "figures here stay far below 2^52"
)]
pub(crate) fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values: Vec<u64> = (1..=100).collect();
        assert_eq!(percentile(&values, 0.5), Some(51));
        assert_eq!(percentile(&values, 0.99), Some(100));
        assert_eq!(percentile(&values, 1.0), Some(100));
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn a_median_of_two_is_between_them() {
        assert_eq!(median(&[3.0, 1.0]), Some(2.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn one_disturbed_round_leaves_the_median_certain_a_scattered_run_does_not() {
        assert!(uncertainty(&[1.0, 1.0, 1.01, 1.0, 9.0]).unwrap() < 0.01);
        assert!(uncertainty(&[1.0, 1.5, 0.5, 2.0, 0.2]).unwrap() > 0.2);
        assert_eq!(uncertainty(&[1.0, 1.0]), None);
    }
}
