use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The processor time that all threads of this process have used so far, in
/// user and kernel mode.
pub fn cpu_time() -> Duration {
    used(ClockId::ProcessCPUTime)
}

/// The processor time that the calling thread has used so far, in user and kernel mode.
pub fn thread_cpu_time() -> Duration {
    used(ClockId::ThreadCPUTime)
}

fn used(clock: ClockId) -> Duration {
    let now = clock_gettime(clock);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::{cpu_time, thread_cpu_time};

    #[test]
    fn work_takes_processor_time() {
        let begin = cpu_time();
        while cpu_time() == begin {
            std::hint::black_box(0);
        }
        assert!(cpu_time() > begin);
    }

    #[test]
    fn a_thread_counts_its_own_work_only() {
        let begin = thread_cpu_time();
        while thread_cpu_time() == begin {
            std::hint::black_box(0);
        }
        assert!(thread_cpu_time() <= cpu_time());
    }
}
