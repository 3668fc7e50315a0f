//! What a process and its children use, as `/proc` tells it.

use std::fs;

use anyhow::Context;

/// Resident memory now, in KB.
pub(crate) fn resident_kb(pid: u32) -> anyhow::Result<u64> {
    sum(pid, |pid| status(pid, "VmRSS:"))
}

/// The most resident memory ever, in KB.
pub(crate) fn peak_kb(pid: u32) -> anyhow::Result<u64> {
    sum(pid, |pid| status(pid, "VmHWM:"))
}

/// Processor time used so far, in µs.
pub(crate) fn cpu_us(pid: u32) -> anyhow::Result<u64> {
    sum(pid, |pid| {
        let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let (_, fields) = text.rsplit_once(") ").context("stat without a name")?;
        let ticks = fields
            .split(' ')
            .skip(11)
            .take(2)
            .map(str::parse::<u64>)
            .sum::<Result<u64, _>>()?;
        Ok(ticks * 1_000_000 / rustix::param::clock_ticks_per_second())
    })
}

fn status(pid: u32, field: &str) -> anyhow::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .context("no such field")?;
    Ok(value.trim().trim_end_matches(" kB").parse()?)
}

fn sum(pid: u32, figure: impl Fn(u32) -> anyhow::Result<u64>) -> anyhow::Result<u64> {
    let mut total = figure(pid)?;
    for child in children(pid)? {
        total += figure(child)?;
    }
    Ok(total)
}

fn children(pid: u32) -> anyhow::Result<Vec<u32>> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    Ok(text
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_never_uses_more_than_its_peak() {
        let me = std::process::id();
        assert!(resident_kb(me).unwrap() > 100);
        assert!(resident_kb(me).unwrap() <= peak_kb(me).unwrap());
    }
}
