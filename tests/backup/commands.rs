//! `lopso backup`, `lopso restore`, and what `lopso doctor` and the settings say of them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::program::{KEY, Office};
use crate::support::{self, TestDb};
use lopso::db::Engine;

const OTHER_KEY: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn with_a_class() -> Office {
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
        .fine();
    let roster = "lop,ma_be,ho_ten\n5A1,HS1,Nguyễn Hoài An\n5A1,001234567890,Trần Bảo Nam\n4B,HS4,Phạm Gia Hân\n";
    let file = office.write("lop.csv", roster);
    office
        .run(&["import", "roster", file.to_str().unwrap()])
        .fine();
    office
}

fn word(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A back-up of the office.
fn backed_up(office: &Office) -> PathBuf {
    let file = office.path("truong.backup");
    office
        .run(&["backup", word(&file)])
        .fine()
        .says("Đã sao lưu vào")
        .says("1 trường")
        .says("cất khoá ở nơi khác");
    file
}

/// An office with an empty database of its own, a copy of the back-up and of the list beside it.
fn elsewhere(file: &Path) -> (Office, PathBuf) {
    let office = Office::new();
    let copy = office.path("truong.backup");
    std::fs::copy(file, &copy).unwrap();
    let list = file.with_file_name("tombstones");
    if list.exists() {
        std::fs::copy(list, office.path("tombstones")).unwrap();
    }
    (office, copy)
}

fn report(office: &Office) -> serde_json::Value {
    let mut json = office.run(&["report", "--format", "json"]).fine().json();
    json.as_object_mut().unwrap().remove("as_of");
    json
}

#[test]
fn a_school_is_backed_up_and_comes_back_on_another_machine() {
    let office = with_a_class();
    let file = backed_up(&office);
    let (new, copy) = elsewhere(&file);
    new.run(&["restore", "--check", word(&copy)])
        .fine()
        .says("còn nguyên và mở được")
        .says("Trường Mầm non Thử");
    assert!(!new.path("lopso.db").exists(), "a look wrote something");
    new.run(&["restore", word(&copy)])
        .fine()
        .says("Đã khôi phục")
        .says("người đã nhắn /xoa ghi đủ đến lúc")
        .says("lopso doctor");
    assert_eq!(report(&new), report(&office));
    new.run(&["doctor"]).fine().says("số liệu khớp");
    // The number that stands there as a keyed hash is known again.
    new.run(&["import", "roster", word(&office.path("lop.csv"))])
        .fine()
        .says("Không đổi: 3");
}

#[tokio::test]
async fn a_school_moves_to_postgres_by_the_same_two_commands() {
    let Some(TestDb { url, db, .. }) = support::database(Engine::Postgres).await else {
        return;
    };
    let office = with_a_class();
    let file = backed_up(&office);
    let server = Office::at(&url);
    server
        .run(&["restore", "--moved", word(&file)])
        .fine()
        .says("Tin đang chờ vẫn được gửi");
    assert_eq!(report(&server), report(&office));
    db.close().await;
}

#[test]
fn the_file_is_for_its_owner_and_shows_nobodys_name() {
    let office = with_a_class();
    let file = backed_up(&office);
    let bytes = std::fs::read(&file).unwrap();
    for name in ["Hoài", "Nguyễn", "An", "HS1", "Mầm", "5A1"] {
        let shown = bytes
            .windows(name.len())
            .filter(|window| *window == name.as_bytes())
            .count();
        // Two letters may stand there by chance; a word does not.
        assert!(shown == 0 || name.len() < 3, "{name} can be read");
    }
    #[cfg(unix)]
    for path in [&file, &file.with_file_name("tombstones")] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_asked_for() {
    let office = with_a_class();
    let file = office.write("truong.backup", "của năm ngoái");
    office
        .run(&["backup", word(&file)])
        .refused()
        .says("Đã có tệp")
        .says("--force");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "của năm ngoái");
    office.run(&["backup", "--force", word(&file)]).fine();
    office.run(&["restore", "--check", word(&file)]).fine();
    office
        .run(&["backup", "khong-co/truong.backup"])
        .refused()
        .says("khong-co")
        .says("Không ghi được");
}

#[test]
fn what_is_not_a_whole_back_up_is_refused_with_what_to_do() {
    let office = with_a_class();
    let file = backed_up(&office);
    let bytes = std::fs::read(&file).unwrap();
    let (new, copy) = elsewhere(&file);
    let with = |bytes: &[u8]| std::fs::write(&copy, bytes).unwrap();
    with(&bytes[..bytes.len() - 9]);
    new.run(&["restore", word(&copy)])
        .refused()
        .says("hỏng hoặc bị sửa")
        .says("chưa bị đụng tới");
    let stream = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    with(&bytes[..stream]);
    new.run(&["restore", word(&copy)])
        .refused()
        .says("thiếu phần cuối");
    new.run(&["restore", "--check", word(&copy)])
        .refused()
        .says("thiếu phần cuối");
    with("lop,ma_be,ho_ten\n5A1,HS1,Nguyễn Hoài An\n".as_bytes());
    new.run(&["restore", word(&copy)])
        .refused()
        .says("không phải bản sao lưu của Lớp Số");
    let newer = String::from_utf8_lossy(&bytes[..stream]).replace("\"format\":1", "\"format\":2");
    with(newer.as_bytes());
    new.run(&["restore", word(&copy)]).refused().says("mới hơn");
    new.run(&["restore", "khong-co.backup"])
        .refused()
        .says("Không đọc được khong-co.backup");
    with(&bytes);
    office
        .run(&["restore", word(&copy)])
        .refused()
        .says("đã có dữ liệu")
        .says("LOPSO_DATABASE_URL");
    new.run(&["restore", word(&copy)]).fine();
}

#[test]
fn the_key_of_the_old_machine_is_asked_for_by_where_it_can_be_put() {
    let office = with_a_class();
    let file = backed_up(&office);
    let (new, copy) = elsewhere(&file);
    let key_file = new.path("lopso.key");
    let without = [("LOPSO_INSTALLATION_KEY", "")];
    new.run_with(&["restore", word(&copy)], &without)
        .refused()
        .says("64 ký tự chép trên giấy")
        .says(word(&key_file))
        .says("LOPSO_INSTALLATION_KEY");
    assert!(!key_file.exists(), "a key was made up");
    // A machine on which the program ran before has a key of its own.
    new.run_with(&["backup", "trong.backup"], &without).fine();
    assert!(key_file.exists());
    new.run_with(&["restore", word(&copy)], &without)
        .refused()
        .says("không phải khoá của bản sao lưu này")
        .says(word(&key_file));
    std::fs::write(&key_file, KEY).unwrap();
    new.run_with(&["restore", word(&copy)], &without).fine();
    new.run_with(&["backup", "lai.backup"], &without).fine();
    let other = [("LOPSO_INSTALLATION_KEY", OTHER_KEY)];
    new.run_with(&["backup", "khac.backup"], &other).refused();
}

#[test]
fn a_passphrase_from_the_environment_locks_and_opens() {
    let office = with_a_class();
    let file = office.path("mat-khau.backup");
    let with = |passphrase| [("LOPSO_BACKUP_PASSPHRASE", passphrase)];
    office
        .run_with(&["backup", word(&file)], &with("mưa xuân 2026"))
        .fine()
        .says("LOPSO_BACKUP_PASSPHRASE");
    let (new, copy) = elsewhere(&file);
    new.run(&["restore", word(&copy)])
        .refused()
        .says("khoá bằng mật khẩu")
        .says("LOPSO_BACKUP_PASSPHRASE");
    new.run_with(&["restore", word(&copy)], &with("mua xuan"))
        .refused()
        .says("không mở được");
    // Whether it is whole can be seen without the installation's key; its data cannot be used without it.
    let alone = [
        ("LOPSO_BACKUP_PASSPHRASE", "mưa xuân 2026"),
        ("LOPSO_INSTALLATION_KEY", ""),
    ];
    new.run_with(&["restore", "--check", word(&copy)], &alone)
        .fine();
    new.run_with(&["restore", word(&copy)], &alone)
        .refused()
        .says("64 ký tự");
    new.run_with(&["restore", word(&copy)], &with("mưa xuân 2026"))
        .fine();
    assert_eq!(report(&new), report(&office));
}

#[test]
fn a_missing_list_of_deleted_people_is_told_and_a_named_one_must_be_there() {
    let office = with_a_class();
    let file = backed_up(&office);
    std::fs::remove_file(file.with_file_name("tombstones")).unwrap();
    let (new, copy) = elsewhere(&file);
    new.run(&["restore", "--tombstones", "khong-co", word(&copy)])
        .refused()
        .says("khong-co")
        .says("chưa bị đụng tới");
    new.run(&["restore", word(&copy)])
        .fine()
        .says("Không thấy danh sách người đã xoá")
        .says("--tombstones");
}

/// It lay on a shelf for two days; what was deleted meanwhile only the old machine knew.
#[test]
fn a_list_that_is_not_of_today_is_told() {
    let office = with_a_class();
    let file = backed_up(&office);
    let (new, copy) = elsewhere(&file);
    let later = jiff::Timestamp::now() + jiff::Span::new().hours(25);
    let later = later.to_string();
    new.run_with(&["restore", word(&copy)], &[("LOPSO_TEST_CLOCK", &later)])
        .fine()
        .says("không phải bản mới nhất")
        .says("--tombstones");
}

// The daily back-up ------------------------------------------------------------------------------

#[test]
fn serve_makes_one_by_itself_and_another_command_works_beside_it() {
    let office = with_a_class();
    office
        .run(&["doctor"])
        .fine()
        .says("Chưa có bản sao lưu nào")
        .says("bản đầu tiên được làm khi chạy lopso");
    let mut running = office.start(&["serve"], &[("LOPSO_HTTP_ADDR", "127.0.0.1:0")]);
    let folder = office.path("data/backups");
    let made = || {
        std::fs::read_dir(&folder)
            .ok()?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|ending| ending == "backup"))
    };
    let begun = Instant::now();
    let file = loop {
        if let Some(file) = made() {
            break file;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "no back-up was made"
        );
        assert!(
            running.0.try_wait().unwrap().is_none(),
            "serve ended by itself"
        );
        std::thread::sleep(Duration::from_millis(20));
    };
    office.run(&["restore", "--check", word(&file)]).fine();
    office.run(&["backup", "ben-canh.backup"]).fine();
    office
        .run(&["doctor"])
        .fine()
        .says("✔ Bản sao lưu mới nhất");
}

#[test]
fn doctor_is_not_content_without_a_back_up_of_the_last_two_days() {
    let office = with_a_class();
    let folder = office.path("data/backups");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("lopso-2031-11-20T0200.backup"), "x").unwrap();
    let on = |clock| [("LOPSO_TEST_CLOCK", clock)];
    office
        .run_with(&["doctor"], &on("2031-11-22T01:59:00+07:00"))
        .fine()
        .says("✔ Bản sao lưu mới nhất: 2:00 ngày 20/11");
    office
        .run_with(&["doctor"], &on("2031-11-22T02:01:00+07:00"))
        .refused()
        .says("✘ Bản sao lưu mới nhất")
        .says("đã cũ");
    std::fs::remove_file(folder.join("lopso-2031-11-20T0200.backup")).unwrap();
    office
        .run_with(&["doctor"], &on("2031-11-22T02:01:00+07:00"))
        .refused()
        .says("✘ Chưa có bản sao lưu nào");
    let off = office.write("tat.toml", "[backup]\nkeep_days = 0\n");
    let settings = [
        ("LOPSO_TEST_CLOCK", "2031-11-22T02:01:00+07:00"),
        ("LOPSO_CONFIG", word(&off)),
    ];
    office
        .run_with(&["doctor"], &settings)
        .fine()
        .says("Sao lưu mỗi ngày đang tắt");
    // A try that failed for want of room.
    std::fs::write(
        folder.join("lopso-backup-failed"),
        "1795500000000 disk-full\n",
    )
    .unwrap();
    office.run(&["doctor"]).refused().says("ổ đĩa đầy");
}

#[test]
fn back_ups_may_not_be_kept_longer_than_a_deletion_may_take() {
    let office = Office::new();
    let long = office.write("lau.toml", "[backup]\nkeep_days = 15\n");
    office
        .run_with(&["doctor"], &[("LOPSO_CONFIG", word(&long))])
        .refused()
        .says("backup.keep_days")
        .says("Nhiều nhất 14 ngày")
        .says("/xoa");
}
