//! The program as its operator meets it: what it refuses, in which words, and what other programs read.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "cli/for_programs.rs"]
mod for_programs;
#[path = "support/http.rs"]
mod http;
#[path = "support/program.rs"]
mod program;
#[path = "support/mod.rs"]
mod support;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use http::{free_address, get};
use lopso::db::Engine;
use program::{Office, Running};

fn serve(office: &Office) -> (Running, String) {
    let address = free_address();
    let mut running = office.start(&["serve"], &[("LOPSO_HTTP_ADDR", &address)]);
    let begun = Instant::now();
    while get(&address, "/healthz").is_none() {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "serve did not answer"
        );
        assert!(
            running.0.try_wait().unwrap().is_none(),
            "serve ended by itself"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    (running, address)
}

fn with_a_school() -> Office {
    let office = Office::new();
    office
        .run(&[
            "school",
            "add",
            "--code",
            "thu",
            "--name",
            "Trường Mầm non Thử",
        ])
        .fine()
        .says("Đã thêm Trường Mầm non Thử");
    office
}

fn with_a_class() -> Office {
    let office = with_a_school();
    let roster = "lop,ma_be,ho_ten\n5A1,HS1,Nguyễn Hoài An\n5A1,HS2,Trần Bảo Nam\n5A1,HS3,Lê Minh Tư\n4B,HS4,Phạm Gia Hân\n4B,HS5,Đỗ Thu Cúc\n";
    let file = office.write("lop.csv", roster);
    office
        .run(&["import", "roster", file.to_str().unwrap()])
        .fine();
    office
}

// Settings and places ----------------------------------------------------------------------------

#[test]
fn a_mistyped_setting_is_refused_with_the_one_that_was_meant() {
    let office = Office::new();
    let file = office.write("cai-dat.toml", "databse_url = \"sqlite:x.db\"\n");
    office
        .run_with(
            &["school", "list"],
            &[("LOPSO_CONFIG", file.to_str().unwrap())],
        )
        .refused()
        .says("“databse_url”")
        .says("Có phải ý là “database_url”?");
    let gone = office.path("khong-co.toml");
    office
        .run_with(&["doctor"], &[("LOPSO_CONFIG", gone.to_str().unwrap())])
        .refused()
        .says("LOPSO_CONFIG");
    let slip = office.write("sai.toml", "http_addr = \"a\"\nguides == 3\n");
    office
        .run_with(&["serve"], &[("LOPSO_CONFIG", slip.to_str().unwrap())])
        .refused()
        .says("dòng 2");
}

#[test]
fn a_test_can_set_the_clock_and_it_runs_on_from_there() {
    let office = with_a_school();
    let as_of = |told: &str| -> jiff::Timestamp {
        let clock = [("LOPSO_TEST_CLOCK", told)];
        let said = office.run_with(&["report", "--format", "json"], &clock);
        let report = said.fine().json();
        report["as_of"].as_str().unwrap().parse().unwrap()
    };
    let told: jiff::Timestamp = "2031-11-24T08:00:00+07:00".parse().unwrap();
    let late = as_of("2031-11-24T08:00:00+07:00").duration_since(told);
    if cfg!(debug_assertions) {
        assert!((0..60).contains(&late.as_secs()), "{late}");
    } else {
        assert!(
            late.as_secs() < -60,
            "a release build took the clock it was told"
        );
    }
    let today = jiff::Timestamp::now();
    let off = as_of("24/11/2031").duration_since(today).abs();
    assert!(off.as_secs() < 60, "no moment, so the wall clock: {off}");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let office = Office::new();
    let file = office.write("tep", "x");
    for place in [
        format!("{}/con/lopso.db", file.display()),
        "/proc/lopso-test/lopso.db".to_owned(),
    ] {
        let url = format!("sqlite:{place}");
        for words in [
            &["serve"][..],
            &["school", "list"],
            &["doctor"],
            &["report"],
        ] {
            let folder = place.rsplit_once('/').unwrap().0;
            office
                .run_with(words, &[("LOPSO_DATABASE_URL", &url)])
                .refused()
                .says("Không ghi được")
                .says(folder);
        }
    }
    let out = format!("{}/bao-cao.json", file.display());
    let office = with_a_school();
    office
        .run(&["report", "--format", "json", "--out", &out])
        .refused()
        .says("Không ghi được tệp")
        .says(&out);
}

#[test]
fn a_file_that_is_no_database_and_an_unknown_address_are_refused() {
    let office = Office::new();
    let file = office.write("anh.db", &"Đây không phải dữ liệu của Lớp Số. ".repeat(200));
    let url = format!("sqlite:{}", file.display());
    office
        .run_with(&["school", "list"], &[("LOPSO_DATABASE_URL", &url)])
        .refused();
    office
        .run_with(&["school", "list"], &[("LOPSO_DATABASE_URL", "mysql://x")])
        .refused()
        .says("sqlite: hoặc postgres://");
    let nobody = format!("postgres://x@{}/x", free_address());
    office
        .run_with(&["school", "list"], &[("LOPSO_DATABASE_URL", &nobody)])
        .refused()
        .says("PostgreSQL");
}

async fn a_newer_database(engine: Engine) {
    let Some(test) = support::database(engine).await else {
        return;
    };
    let newer: &'static str = match engine {
        Engine::Sqlite => {
            "INSERT INTO _sqlx_migrations VALUES (99999999, 'later', CURRENT_TIMESTAMP, TRUE, x'00', 0)"
        }
        Engine::Postgres => {
            "INSERT INTO _sqlx_migrations VALUES (99999999, 'later', now(), TRUE, decode('00', 'hex'), 0)"
        }
    };
    let mut tx = test.db.begin().await.unwrap();
    tx.execute(newer, Vec::new()).await.unwrap();
    tx.commit().await.unwrap();
    let office = Office::at(&test.url);
    for words in [&["serve"][..], &["doctor"], &["school", "list"]] {
        let said = office
            .run(words)
            .refused()
            .says("bản Lớp Số mới hơn")
            .says("Hãy cài bản mới");
        assert_eq!(said.err.trim().lines().count(), 1, "{}", said.err);
    }
}

mod a_database_of_a_newer_program_is_left_alone {
    use super::*;

    #[tokio::test]
    async fn sqlite() {
        a_newer_database(Engine::Sqlite).await;
    }

    #[tokio::test]
    async fn postgres() {
        a_newer_database(Engine::Postgres).await;
    }
}

#[test]
fn the_key_is_made_once_for_its_owner_alone_and_shown_once() {
    let office = Office::new();
    let make = |words: &[&str]| {
        let output = office
            .command(words)
            .env_remove("LOPSO_INSTALLATION_KEY")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let first = make(&["school", "add", "--code", "thu", "--name", "Thử"]);
    let file = office.path("lopso.key");
    let key = std::fs::read_to_string(&file).unwrap();
    assert_eq!(key.trim().len(), 64);
    assert!(
        first.contains(key.trim()) && first.contains("chỉ hiện một lần"),
        "{first}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let second = make(&["school", "add", "--code", "hai", "--name", "Hai"]);
    assert!(!second.contains(key.trim()), "{second}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), key);
    // Without its file no other key is made, and no other key is taken.
    let aside = office.path("lopso.key.cu");
    std::fs::rename(&file, &aside).unwrap();
    office
        .run_with(&["serve"], &[("LOPSO_INSTALLATION_KEY", "")])
        .refused()
        .says("Không thấy tệp khoá");
    assert!(!file.exists());
    office
        .run_with(&["serve"], &[("LOPSO_INSTALLATION_KEY", program::KEY)])
        .refused()
        .says("không phải khoá đã dùng");
    std::fs::rename(&aside, &file).unwrap();
    std::fs::write(&file, "hỏng").unwrap();
    let damaged = office.run_with(&["serve"], &[("LOPSO_INSTALLATION_KEY", "")]);
    damaged.refused().says("bị hỏng");
    office
        .run_with(&["serve"], &[("LOPSO_INSTALLATION_KEY", "abc")])
        .refused()
        .says("64 ký tự");
}

// Serving ----------------------------------------------------------------------------------------

#[test]
fn an_address_in_use_is_named() {
    let office = Office::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    office
        .run_with(&["serve"], &[("LOPSO_HTTP_ADDR", &address)])
        .refused()
        .says(&address)
        .says("chương trình khác");
    office
        .run(&["demo", "--addr", &address])
        .refused()
        .says(&address)
        .says("--addr");
    office
        .run_with(&["serve"], &[("LOPSO_HTTP_ADDR", "lop-so")])
        .refused()
        .says("127.0.0.1:8080");
}

#[test]
fn one_program_serves_a_file_and_the_others_work_beside_it() {
    let office = with_a_class();
    let (first, address) = serve(&office);
    let second = free_address();
    office
        .run_with(&["serve"], &[("LOPSO_HTTP_ADDR", &second)])
        .refused()
        .says("Đã có một chương trình Lớp Số đang chạy");
    let more = office.write("them.csv", "lop,ma_be,ho_ten\n5A1,HS9,Vũ Minh Thư\n");
    office
        .run(&["import", "roster", more.to_str().unwrap()])
        .fine()
        .says("Trẻ mới (1)");
    office.run(&["report"]).fine().says("6 gia đình");
    office.run(&["doctor"]).fine().says("số liệu khớp");
    assert_eq!(get(&address, "/readyz").unwrap().0, 200);
    drop(first);
    // A program that was killed holds nothing any more.
    let _again = serve(&office);
}

#[test]
fn the_chat_page_of_the_demo_is_not_there_when_a_school_is_served() {
    let office = with_a_school();
    let (_running, address) = serve(&office);
    assert_eq!(get(&address, "/healthz"), Some((200, "ok".to_owned())));
    for path in ["/phong-thu", "/phong-thu/", "/phong-thu/gui", "/"] {
        assert_eq!(get(&address, path).unwrap().0, 404, "{path}");
    }
}

#[cfg(unix)]
#[test]
fn asked_to_stop_it_stops_politely() {
    let office = with_a_school();
    let (mut running, _) = serve(&office);
    let stop = std::process::Command::new("kill")
        .arg(running.0.id().to_string())
        .status()
        .unwrap();
    assert!(stop.success());
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = running.0.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "it did not stop");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(0));
}

#[test]
fn the_demo_opens_to_others_only_when_told_so() {
    let office = Office::new();
    for address in ["0.0.0.0:0", "192.0.2.1:8080", "[::]:0"] {
        office
            .run(&["demo", "--addr", address])
            .refused()
            .says("--open")
            .says("chính máy này");
    }
}

#[test]
fn wrong_usage_ends_with_two() {
    let office = Office::new();
    let wrong: [&[&str]; 8] = [
        &["nhap"],
        &["import"],
        &["import", "roster"],
        &["report", "--format", "pdf"],
        &["replies", "read"],
        &["demo", "--addr", "8080"],
        &["school", "add", "--code", "thu"],
        &["doctor", "--nhanh"],
    ];
    for words in wrong {
        assert_eq!(office.run(words).status, Some(2), "{words:?}");
    }
    // Nothing was opened for it.
    assert!(!office.path("lopso.db").exists());
}

#[test]
fn what_is_missing_is_told_with_the_next_step() {
    let office = Office::new();
    for words in [&["report"][..], &["import", "roster", "lop.csv"]] {
        office.write("lop.csv", "lop,ma_be,ho_ten\n5A1,HS1,Nguyễn Hoài An\n");
        office.run(words).refused().says("lopso school add");
    }
    office
        .run(&["import", "roster", "khong-co.xlsx"])
        .refused()
        .says("khong-co.xlsx")
        .says("không tìm thấy");
    office
        .run(&["school", "add", "--code", "Thử", "--name", "x"])
        .refused()
        .says("chữ thường không dấu");
    let office = with_a_school();
    office
        .run(&["school", "add", "--code", "thu", "--name", "x"])
        .refused()
        .says("“thu” đã có");
    office
        .run(&["report", "--school", "khac"])
        .refused()
        .says("Các mã đang có: thu");
}
