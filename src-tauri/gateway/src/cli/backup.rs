//! `keyway-server backup`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Context, export::cannot_write, failure::Failure};
use crate::store::{self, Store, StoreError};

/// Writes a copy of the database, while the gateway runs or not.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write, which must not exist. To go back, stop the gateway and put it in the place of keyway.db.
    file: PathBuf,
}

impl Backup {
    /// Copies the whole database as it is at this moment.
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let folder = &context.options.data_dir;
        if !folder.join(store::FILE).exists() {
            return Err(
                Failure::not_found(format!("{} holds no database", folder.display()))
                    .so("choose the data folder with --data-dir"),
            );
        }
        let file = std::path::absolute(&self.file)?;
        let opened = Store::open(folder)?;
        let copied = opened.back_up(file.clone()).await;
        opened.close();
        if let Err(StoreError::Io { path, error }) = &copied {
            return Err(cannot_write(path, error));
        }
        copied?;
        let sealed = "its secrets open with the master key of this data folder only: keep that too";
        context.output.remark(sealed)?;
        context.output.done(&json!({"ok": true, "file": file}), || {
            format!("copied to {}", file.display())
        })
    }
}
