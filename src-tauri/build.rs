//! Gives the app its icon, its capabilities and its configuration.

fn main() {
    tauri_build::build();
}
