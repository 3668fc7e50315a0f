use std::sync::Arc;

use tokio::sync::Semaphore;

/// A gate that an answer waits at until the test lets it pass: time in the test's hands.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Semaphore>);

impl Gate {
    /// A gate that lets nothing pass yet.
    pub fn closed() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// Lets the next `steps` pass.
    pub fn let_pass(&self, steps: usize) {
        self.0.add_permits(steps);
    }

    /// Lets everything pass, for good.
    pub fn open(&self) {
        self.0.close();
    }

    /// Waits for leave to go on.
    pub(super) async fn pass(&self) {
        // It fails only on a gate that was opened for good.
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
    }
}
