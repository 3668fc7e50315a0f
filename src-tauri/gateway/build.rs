//! Builds the gateway anew when the pages it embeds were.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let pages = Path::new("../../ui/dist");
    // A folder that is not there counts as changed at every build.
    fs::create_dir_all(pages)?;
    println!("cargo:rerun-if-changed={}", pages.display());
    Ok(())
}
