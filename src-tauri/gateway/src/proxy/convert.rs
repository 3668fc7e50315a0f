//! Conversions: caught when they panic, and done apart from the runtime's threads when they are long.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::error::ProxyError;

/// Longer bodies would keep other requests of the same thread waiting for milliseconds.
const LONG_BYTES: usize = 256 << 10;

/// Runs a conversion; one that panics is an error of the gateway, not the end of a connection.
pub(super) fn guarded<T>(convert: impl FnOnce() -> T) -> Result<T, ProxyError> {
    catch_unwind(AssertUnwindSafe(convert))
        .map_err(|_| ProxyError::Internal("the conversion between two protocols failed".to_owned()))
}

/// Runs a conversion of so many bytes where it keeps nobody waiting.
pub(super) async fn apart<T: Send + 'static>(
    bytes: usize,
    convert: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ProxyError> {
    if bytes < LONG_BYTES {
        return guarded(convert);
    }
    let done = tokio::task::spawn_blocking(move || guarded(convert)).await;
    done.map_err(|error| ProxyError::Internal(error.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn p287_a_conversion_that_panics_is_an_error_whatever_its_length() {
        for bytes in [1, LONG_BYTES] {
            let failed = apart(bytes, || -> u8 { panic!("a fault in a converter") }).await;
            assert_eq!(failed.unwrap_err().code(), "internal", "{bytes}");
            assert_eq!(apart(bytes, || 7).await.unwrap(), 7);
        }
    }
}
