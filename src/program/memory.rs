//! How much memory this process has.

/// The resident memory of this process in bytes, as Linux says (`proc_pid_status(5)`, `VmRSS`). Nothing elsewhere.
#[must_use]
pub(crate) fn resident() -> Option<u64> {
    let status = fs_err::read_to_string("/proc/self/status").ok()?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    kibibytes.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_to_counts() {
        let Some(before) = resident() else { return };
        let block = vec![1_u8; 64 << 20];
        assert!(resident().is_some_and(|after| after >= before + (32 << 20)), "{}", block.len());
    }
}
