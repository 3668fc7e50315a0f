//! The tokenizer's tables: loaded when first asked for, given back when idle.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tiktoken_rs::CoreBPE;

use super::CountError;

/// They hold no state of anybody, so the whole process shares one copy.
static TABLES: Tables = Tables::unloaded();

/// The tables, loaded if need be; many who ask at once wait for one loading.
pub(super) fn load() -> Result<Arc<CoreBPE>, CountError> {
    TABLES.load()
}

/// Gives the tables' memory back if nothing was counted since the last call.
pub fn forget_idle() {
    TABLES.forget_idle();
}

struct Tables(Mutex<Kept>);

struct Kept {
    loaded: Option<Arc<CoreBPE>>,
    used: bool,
}

impl Tables {
    const fn unloaded() -> Self {
        Self(Mutex::new(Kept {
            loaded: None,
            used: false,
        }))
    }

    fn load(&self) -> Result<Arc<CoreBPE>, CountError> {
        let mut kept = self.lock();
        kept.used = true;
        if let Some(loaded) = &kept.loaded {
            return Ok(Arc::clone(loaded));
        }
        let loaded =
            tiktoken_rs::o200k_base().map_err(|error| CountError::Tables(error.to_string()))?;
        let loaded = Arc::new(loaded);
        kept.loaded = Some(Arc::clone(&loaded));
        Ok(loaded)
    }

    fn forget_idle(&self) {
        let mut kept = self.lock();
        if !std::mem::take(&mut kept.used) {
            kept.loaded = None;
        }
    }

    /// Nothing half-done can be left behind: a field is set whole or not at all.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Tables;

    #[test]
    fn tables_survive_one_sweep_after_use_and_not_two() {
        let tables = Tables::unloaded();
        tables.load().unwrap();
        tables.forget_idle();
        assert!(tables.lock().loaded.is_some());
        tables.forget_idle();
        assert!(tables.lock().loaded.is_none());
        assert_eq!(tables.load().unwrap().count_ordinary("hello world"), 2);
    }
}
