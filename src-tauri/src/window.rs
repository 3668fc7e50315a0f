//! The one window: opened when asked for, destroyed when closed, since a hidden one keeps some 130 MiB.

use tauri::{AppHandle, Manager, Runtime, Url, WebviewUrl, WebviewWindowBuilder};

/// The window's label; the bridge and the capabilities know no other.
pub(crate) const LABEL: &str = "main";

/// Opens the window, or brings the open one to the front.
pub(crate) fn open<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    if let Some(window) = app.get_webview_window(LABEL) {
        window.unminimize()?;
        window.show()?;
        return window.set_focus();
    }
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::CustomProtocol(home()?))
        .title("Keyway")
        .inner_size(1180.0, 760.0)
        .min_inner_size(720.0, 480.0)
        .initialization_script(include_str!("bodies.js"))
        .on_navigation(is_ours)
        .build()?;
    Ok(())
}

fn home() -> tauri::Result<Url> {
    Url::parse("keyway://localhost/").map_err(tauri::Error::InvalidUrl)
}

/// Whether a page may be shown: only our own. The second form is what Windows makes of our scheme.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "keyway" => url.host_str() == Some("localhost"),
        "http" => url.host_str() == Some("keyway.localhost") && url.port().is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_shown() {
        for ours in [
            "keyway://localhost/",
            "keyway://localhost/keys?x=1",
            "http://keyway.localhost/",
        ] {
            assert!(is_ours(&Url::parse(ours).unwrap()), "{ours}");
        }
        for foreign in [
            "https://example.com/",
            "http://127.0.0.1:8080/",
            "http://keyway.localhost.example.com/",
            "http://keyway.localhost:81/",
            "keyway://elsewhere/",
            "file:///etc/passwd",
            "data:text/html,hello",
        ] {
            assert!(!is_ours(&Url::parse(foreign).unwrap()), "{foreign}");
        }
    }
}
