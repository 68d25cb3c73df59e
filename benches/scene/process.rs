//! A measured program: started, looked at while it works, stopped; with what it took of processor and memory.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// After it was asked to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// A program that sees none of the settings of its surroundings.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars() {
        if name.starts_with("LOPSO_") || name.starts_with("RUST_LOG") {
            command.env_remove(name);
        }
    }
    // Its first daily back-up lies where it is started.
    let folder = std::env::temp_dir().join("lopso-bench");
    if std::fs::create_dir_all(&folder).is_ok() {
        command.current_dir(folder);
    }
    command
}

pub struct Running(Child);

impl Running {
    /// What it says is dropped.
    pub fn start(command: &mut Command) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    pub fn spent(&self) -> Duration {
        spent(&self.proc()).unwrap_or_default()
    }

    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// What its threads have taken, by their names; empty where the system does not tell.
    pub fn threads(&self) -> BTreeMap<String, Share> {
        let mut threads: BTreeMap<String, Share> = BTreeMap::new();
        let tasks = std::fs::read_dir(self.proc().join("task"));
        for task in tasks.into_iter().flatten().flatten() {
            if let Some((name, share)) = thread(&task.path()) {
                let known = threads.entry(name).or_default();
                known.ran += share.ran;
                known.waited += share.waited;
            }
        }
        threads
    }

    /// Now.
    pub fn resident_kib(&self) -> Option<u64> {
        self.status("VmRSS:")
    }

    /// The most it ever was.
    pub fn peak_kib(&self) -> Option<u64> {
        self.status("VmHWM:")
    }

    /// As a service manager does; killed when that does not help.
    pub fn stop(mut self) {
        let pid = self.0.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        let began = Instant::now();
        while asked.is_ok() && began.elapsed() < PATIENCE && !self.has_ended() {
            sleep(Duration::from_millis(10));
        }
    }

    fn proc(&self) -> PathBuf {
        Path::new("/proc").join(self.0.id().to_string())
    }

    fn status(&self, what: &str) -> Option<u64> {
        let status = std::fs::read_to_string(self.proc().join("status")).ok()?;
        let line = status.lines().find(|line| line.starts_with(what))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a process or a thread has taken of a processor; none where the system does not tell.
pub fn spent(task: &Path) -> Option<Duration> {
    let ticks = ticks(task)?;
    Some(TICK * u32::try_from(ticks.own).ok()?)
}

/// What a thread has had of a processor.
#[derive(Debug, Clone, Copy, Default)]
pub struct Share {
    pub ran: Duration,
    /// It could have gone on, and others were running.
    pub waited: Duration,
}

/// By proc(5): `schedstat` is the time on a processor, the time in the line for one (nanoseconds), and turns.
fn thread(task: &Path) -> Option<(String, Share)> {
    let name = std::fs::read_to_string(task.join("comm")).ok()?;
    let times = std::fs::read_to_string(task.join("schedstat")).ok()?;
    let mut times = times.split_whitespace().map(str::parse);
    let mut next = || Some(Duration::from_nanos(times.next()?.ok()?));
    let share = Share {
        ran: next()?,
        waited: next()?,
    };
    Some((name.trim().to_owned(), share))
}

/// Linux counts in hundredths of a second, whatever the kernel's own clock.
const TICK: Duration = Duration::from_millis(10);

struct Ticks {
    parent: u64,
    own: u64,
    /// Of its children that have ended.
    waited_for: u64,
}

fn ticks(task: &Path) -> Option<Ticks> {
    let stat = std::fs::read_to_string(task.join("stat")).ok()?;
    // The name may hold spaces and brackets; what follows its last bracket begins with the state.
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let number = |place: usize| fields.get(place)?.parse::<u64>().ok();
    Some(Ticks {
        parent: number(1)?,
        own: number(11)? + number(12)?,
        waited_for: number(13)? + number(14)?,
    })
}

/// What a database server and all its processes have taken of a processor since it started.
pub async fn spent_by_postgres(server: &str) -> Option<Duration> {
    use sqlx::{Connection as _, Row as _};
    let mut connection = sqlx::PgConnection::connect(server).await.ok()?;
    let asked = sqlx::query("SELECT pg_backend_pid() AS pid");
    let pid: i32 = asked.fetch_one(&mut connection).await.ok()?.get("pid");
    let main = ticks(&Path::new("/proc").join(pid.to_string()))?.parent;
    let of_main = ticks(&Path::new("/proc").join(main.to_string()))?;
    let mut all = of_main.own + of_main.waited_for;
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        if let Some(child) = ticks(&entry.path()).filter(|child| child.parent == main) {
            all += child.own;
        }
    }
    connection.close().await.ok()?;
    Some(TICK * u32::try_from(all).ok()?)
}
