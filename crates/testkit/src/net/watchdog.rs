use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Waits until its standard input ends, that is until we are gone. Removes the
/// folder twice, since the killed process may add to it during the first time.
const SCRIPT: &str = r#"
trap "" INT TERM HUP
read -r _
kill -9 "$1"
rm -rf -- "$2" || { sleep 0.2; rm -rf -- "$2"; }
"#;

/// A small process that ends another and removes its folder when this process
/// dies, however it dies. Dropping it calls it off.
#[derive(Debug)]
pub(crate) struct Watchdog {
    shell: Child,
}

impl Watchdog {
    /// Over the process `pid`, which must be our child, and its `folder`.
    pub(crate) fn over(pid: u32, folder: &Path) -> io::Result<Self> {
        let shell = Command::new("sh")
            .args(["-c", SCRIPT, "watchdog", &pid.to_string()])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { shell })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
