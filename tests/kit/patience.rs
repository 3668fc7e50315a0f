use std::time::Duration;

use tokio::time::Instant;

/// How long the kit waits for something that should happen at once, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for `happening` no longer than `limit`; panics with `what` when it does not come.
pub async fn within<T>(limit: Duration, what: &str, happening: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(limit, happening).await;
    outcome.unwrap_or_else(|_| panic!("{what} did not happen within {limit:?}"))
}

/// Asks `condition` again and again until it holds or `limit` is over, and says whether it held.
///
/// The one short pause of the tests: for facts of another process that announce themselves
/// nowhere (a log row, a memory size), so that looking again is all that can be done.
pub async fn poll_until(limit: Duration, mut condition: impl AsyncFnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        if condition().await {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until a condition (which may await) holds, and panics with its text when it does not in time.
///
/// `eventually!(keyway.logs().await.len() == 1)` waits as long as [`PATIENCE`];
/// `eventually!(…, Duration::from_secs(2))` as long as told.
#[macro_export]
macro_rules! eventually {
    ($condition:expr) => {
        $crate::eventually!($condition, $crate::PATIENCE)
    };
    ($condition:expr, $within:expr) => {
        assert!(
            $crate::poll_until($within, async || $condition).await,
            "never came true within {:?}: {}",
            $within,
            stringify!($condition)
        )
    };
}
