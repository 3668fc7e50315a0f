//! Who holds a port of this machine.

/// The program that listens on a port: `nginx (process 812)`; none when that cannot be known.
#[cfg(target_os = "linux")]
pub(super) fn owner(port: u16) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let text: String = tables
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .collect();
    let sockets = listeners(&text, port);
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    processes.into_iter().find_map(|process| {
        let id: u32 = process.file_name().to_str()?.parse().ok()?;
        let mut files = std::fs::read_dir(process.path().join("fd")).ok()?.flatten();
        let holds = files.any(|file| {
            std::fs::read_link(file.path()).is_ok_and(|link| {
                sockets
                    .iter()
                    .any(|socket| link.as_os_str() == socket.as_str())
            })
        });
        let name = holds.then(|| std::fs::read_to_string(process.path().join("comm")).ok())??;
        Some(format!("{} (process {id})", name.trim()))
    })
}

/// The program that listens on a port; other systems do not tell.
#[cfg(not(target_os = "linux"))]
pub(super) fn owner(_port: u16) -> Option<String> {
    None
}

/// The sockets that listen on a port, as links in `/proc/*/fd` name them.
#[cfg(target_os = "linux")]
fn listeners(table: &str, port: u16) -> Vec<String> {
    const LISTENING: &str = "0A";
    let port = format!(":{port:04X}");
    let rows = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let ours = rows.filter(|row| row.len() > 9 && row[1].ends_with(&port) && row[3] == LISTENING);
    ours.map(|row| format!("socket:[{}]", row[9])).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_owner_of_a_port_is_this_process_when_it_listens() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let owner = owner(listener.local_addr().unwrap().port()).unwrap();
        assert!(
            owner.ends_with(&format!("(process {})", std::process::id())),
            "{owner}"
        );
    }

    #[test]
    fn only_sockets_that_listen_count() {
        let table = "  0: 0100007F:2411 00000000:0000 0A 0:0 0:0 0 0 0 4711 1\n  1: 0100007F:2411 0100007F:9999 01 0:0 0:0 0 0 0 4712 1\n";
        assert_eq!(listeners(table, 0x2411), ["socket:[4711]"]);
        assert!(listeners(table, 80).is_empty());
    }
}
