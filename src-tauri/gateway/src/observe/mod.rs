//! What operators see: the application log and Prometheus metrics.

pub mod logging;
pub mod metrics;
