//! The demo as a visitor plays it, in a real browser: on a phone's width, on a computer's, by keyboard
//! alone, and without JavaScript. The pictures are left under `target/screenshots/`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "../support/demo.rs"]
mod demo;
#[path = "../support/http.rs"]
mod http;
mod phone;
#[path = "../support/program.rs"]
mod program;

use demo::Demo;
use fantoccini::key::Key;
use http::{get, wait_for};
use phone::{Phone, Screen};
use serde_json::json;

/// "7/30" below a task's title on a board.
fn count_of(board: &str, title: &str) -> (i64, i64) {
    let mut lines = board.lines().skip_while(|line| !line.contains(title));
    let line = lines.nth(1).unwrap_or_else(|| panic!("{title} in {board}"));
    let words = line.split_whitespace().find(|word| word.contains('/'));
    let (done, families) = words.unwrap().split_once('/').unwrap();
    (done.parse().unwrap(), families.parse().unwrap())
}

const QR: &str = "Quét QR của lớp";
const PAYMENT: &str = "Chuyển khoản thu tháng";

/// The story of the product's first day, one person after the other.
async fn the_story(screen: Screen) {
    let demo = Demo::start();
    let Some(phone) = Phone::take(screen, &demo.address).await else {
        return;
    };
    let (qr, paid, vneid) = (
        demo.figures("qr"),
        demo.figures("thu-"),
        demo.figures("vneid"),
    );

    // A visitor comes in and is a mother.
    phone.opens("/").await;
    phone.shoots("1-who-am-i").await;
    phone.becomes("me-an").await;
    phone.enters("nhom-5a1").await;
    let before = phone.board().await;
    let (done, families) = count_of(&before, QR);
    phone.shoots("2-board").await;

    // She taps, and only she reads the thanks.
    phone.taps_on_the_board("Đã quét QR").await;
    phone.hears("Cảm ơn").await;
    phone
        .sees_on_the_board(&format!("{}/{families}", done + 1))
        .await;
    phone.shoots("3-tapped").await;
    assert_eq!(demo.figures("qr"), (qr.0 + 1, qr.1 + 1));
    // A second tap counts nobody twice.
    phone.taps_on_the_board("Đã quét QR").await;
    phone.hears("không cần báo lại").await;
    assert_eq!(demo.figures("qr"), (qr.0 + 1, qr.1 + 1));

    // A father answers the board in words; the bot nods and says nothing.
    phone.becomes("ba-nam").await;
    phone.enters("nhom-5a1").await;
    let (said, _) = count_of(&phone.board().await, "VNeID");
    phone
        .answers_the_board("nhà em kích hoạt vneid rồi ạ")
        .await;
    phone.sees("👍").await;
    phone
        .sees_on_the_board(&format!("{}/{families}", said + 1))
        .await;
    phone.shoots("4-answered").await;

    // He takes back what he had said about the money, privately.
    let (done, _) = count_of(&phone.board().await, PAYMENT);
    phone.enters("rieng-ba-nam").await;
    phone.writes("em bấm nhầm, em chưa chuyển khoản").await;
    phone.sees("rút lại").await;
    phone.shoots("5-taken-back").await;
    phone.enters("nhom-5a1").await;
    phone
        .sees_on_the_board(&format!("{}/{families}", done - 1))
        .await;
    assert_eq!(demo.figures("thu-"), (paid.0 - 1, paid.1 - 1));

    // A mother of two answers in words that she paid: in this class's group it is for the child here.
    phone.becomes("me-cuc").await;
    phone.enters("nhom-5a1").await;
    phone.answers_the_board("em chuyển khoản rồi ạ").await;
    phone.sees_on_the_board(&format!("{done}/{families}")).await;
    // Another task may happen to have the same count on the board.
    wait_for("her payment", || {
        (demo.figures("thu-").0 == paid.0).then_some(())
    });

    // A grandmother asks in private, in her own words.
    phone.becomes("ba-tu").await;
    phone.enters("rieng-ba-tu").await;
    phone.writes("cài vneid kiểu gì").await;
    phone.sees("VNeID").await;
    phone.sees("1.").await;
    phone.shoots("6-guide").await;

    // Without buttons a father answers the board by its number.
    phone.becomes("bo-dung").await;
    phone.enters("nhom-4a2").await;
    phone.answers_the_board("1").await;
    phone.sees("Dạ, đã ghi nhận ạ.").await;
    phone.shoots("7-numbers").await;
    assert_eq!(demo.figures("qr"), (qr.0 + 2, qr.1 + 2));

    // The teacher asks in the group: the group reads no name, her private chat does.
    phone.becomes("co-hoa").await;
    phone.enters("nhom-5a1").await;
    phone.writes("/danhsach thu").await;
    phone.sees("gửi vào tin nhắn riêng").await;
    assert!(!phone.messages().await.contains("Hải Nam"));
    phone.enters("rieng-co-hoa").await;
    phone.sees("Trần Hải Nam").await;
    phone.shoots("8-missing").await;

    // The principal gets the true counts.
    phone.becomes("hieu-truong").await;
    phone.enters("rieng-hieu-truong").await;
    phone.writes("/baocao").await;
    phone.sees("Theo lớp").await;
    let report = phone.last_of_the_bot().await;
    for (task, expected) in [("qr", qr.0 + 2), ("thu-", paid.0), ("vneid", vneid.0 + 1)] {
        let (done, _) = demo.figures(task);
        assert_eq!(done, expected, "{task}");
        assert!(report.contains(&format!("{done}/")), "{task}: {report}");
    }
    phone.shoots("9-report").await;
    demo.office.run(&["doctor"]).fine();
    phone.put_down().await;
}

#[tokio::test]
async fn the_story_on_a_phone() {
    the_story(Screen::Phone).await;
}

#[tokio::test]
async fn the_story_on_a_computer() {
    the_story(Screen::Computer).await;
}

#[tokio::test]
async fn what_happens_elsewhere_appears_by_itself() {
    let demo = Demo::start();
    let Some(phone) = Phone::take(Screen::Computer, &demo.address).await else {
        return;
    };
    phone.opens("/phong-thu?ai=me-an&phong=nhom-5a1").await;
    let (done, families) = count_of(&phone.board().await, QR);
    // Nothing of the page may be loaded anew for this.
    phone.script("window.stillTheSame = true", "").await;
    demo.hears("ba-nam", "nhom-5a1", "nhà em quét mã rồi cô ạ");
    demo.hears("co-hoa", "rieng-co-hoa", "/nhapho qr Hoài An");
    phone.sees("nhà em quét mã rồi cô ạ").await;
    // He had told it before, so the count stays; a mother tells it for the first time.
    demo.hears("me-an", "rieng-me-an", "em quét qr rồi ạ");
    phone
        .sees_on_the_board(&format!("{}/{families}", done + 1))
        .await;
    let news = phone.find("[data-room=\"rieng-me-an\"] .news").await;
    assert!(news.is_displayed().await.unwrap());
    assert!(!phone.messages().await.contains("Nguyễn Hoài An"));
    assert_eq!(
        phone.script("return window.stillTheSame", "").await,
        json!(true)
    );
    phone.put_down().await;
}

#[tokio::test]
async fn the_keyboard_alone_is_enough() {
    let demo = Demo::start();
    let Some(phone) = Phone::take(Screen::Computer, &demo.address).await else {
        return;
    };
    phone.opens("/").await;
    phone.tabs_to("[data-persona=\"me-an\"]").await;
    phone.presses(Key::Enter).await;
    phone.find("#composer").await;
    phone.tabs_to("[data-room=\"nhom-5a1\"]").await;
    phone.presses(Key::Enter).await;
    phone.find("[data-board]").await;
    let (done, families) = count_of(&phone.board().await, QR);
    // The board, from whatever stands before it.
    phone.tabs_to("[data-board] [data-choice]").await;
    phone.presses(Key::Enter).await;
    phone
        .sees_on_the_board(&format!("{}/{families}", done + 1))
        .await;
    // After the tap the focus is still there, on the board's new self.
    let focused = phone
        .script(
            "return !!document.activeElement.closest('[data-board]')",
            "",
        )
        .await;
    assert_eq!(focused, json!(true));
    phone.tabs_to("#text").await;
    phone.types("chào cả nhà").await;
    phone.presses(Key::Enter).await;
    phone.sees("chào cả nhà").await;
    phone.put_down().await;
}

#[tokio::test]
async fn without_a_script_every_answer_still_arrives() {
    let demo = Demo::start();
    let Some(phone) = Phone::take(Screen::WithoutScript, &demo.address).await else {
        return;
    };
    let before = demo.figures("qr");
    phone.opens("/phong-thu?ai=me-an&phong=nhom-5a1").await;
    phone.taps("[data-board] [data-choice^=\"say.done\"]").await;
    wait_for("the tap", || {
        (demo.figures("qr") == (before.0 + 1, before.1 + 1)).then_some(())
    });
    phone.opens("/phong-thu?ai=me-an&phong=rieng-me-an").await;
    phone.writes("/trangthai").await;
    wait_for("the answer", || {
        get(&demo.address, "/phong-thu/tin?ai=me-an&phong=rieng-me-an")
            .filter(|(_, page)| page.contains("Hoài") || page.contains("Bé An"))
    });
    phone.taps("noscript a").await;
    phone.sees("Bé An").await;
    phone.shoots("status").await;
    phone.put_down().await;
}

/// What a screen reader and a thumb need, measured on every page of the demo.
async fn fits_everybody(screen: Screen) {
    let demo = Demo::start();
    let Some(phone) = Phone::take(screen, &demo.address).await else {
        return;
    };
    let pages = [
        "/phong-thu",
        "/phong-thu?ai=me-an&phong=nhom-5a1",
        "/phong-thu?ai=bo-dung&phong=nhom-4a2",
        "/phong-thu?ai=hieu-truong&phong=rieng-hieu-truong",
    ];
    for page in pages {
        phone.opens(page).await;
        let found = phone.script(COMPLAINTS, "").await;
        assert_eq!(found, json!([]), "{page}");
    }
    phone.put_down().await;
}

/// The language, a heading, names for everything that can be used, targets of at least 24 px (WCAG 2.2,
/// 2.5.8), letters of at least 14 px and a contrast of at least 4.5 : 1 (1.4.3), nothing wider than the
/// screen (1.4.10).
const COMPLAINTS: &str = r#"
const wrong = [];
if (document.documentElement.lang !== 'vi') wrong.push('language');
if (!document.querySelector('h1')) wrong.push('no h1');
if (document.documentElement.scrollWidth > window.innerWidth) wrong.push('wider than the screen: ' + document.documentElement.scrollWidth);
const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== 'hidden' && !one.closest('.unseen, .skip');
const named = (one) => (one.getAttribute('aria-label') || one.textContent || '').trim() || (one.labels && one.labels.length > 0);
for (const one of document.querySelectorAll('a, button, summary, textarea, input:not([type=hidden])')) {
  if (!shown(one)) continue;
  if (!named(one)) wrong.push('no name: ' + one.outerHTML.slice(0, 80));
  const box = one.getBoundingClientRect();
  const inline = getComputedStyle(one).display === 'inline';
  if (!inline && (box.width < 24 || box.height < 24)) wrong.push('small: ' + one.outerHTML.slice(0, 80) + ' ' + box.width + 'x' + box.height);
}
const rgb = (color) => {
  const parts = color.match(/[\d.]+/g).map(Number);
  return { r: parts[0], g: parts[1], b: parts[2], a: parts.length > 3 ? parts[3] : 1 };
};
const behind = (one) => {
  for (let at = one; at; at = at.parentElement) {
    const color = rgb(getComputedStyle(at).backgroundColor);
    if (color.a === 1) return color;
  }
  return { r: 255, g: 255, b: 255, a: 1 };
};
const light = ({ r, g, b }) => {
  const part = (value) => ((value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const one = walker.currentNode.parentElement;
  const words = walker.currentNode.textContent.trim();
  if (!words || !shown(one) || one.closest('script, noscript, style, [aria-hidden=true]')) continue;
  const style = getComputedStyle(one);
  if (parseFloat(style.fontSize) < 14) wrong.push('letters of ' + style.fontSize + ': ' + words.slice(0, 40));
  const [front, back] = [light(rgb(style.color)), light(behind(one))];
  const contrast = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
  if (contrast < 4.5) wrong.push('contrast ' + contrast.toFixed(2) + ': ' + words.slice(0, 40));
}
return [...new Set(wrong)];
"#;

#[tokio::test]
async fn every_page_fits_a_phone_a_thumb_and_a_screen_reader() {
    fits_everybody(Screen::Phone).await;
}

#[tokio::test]
async fn every_page_fits_a_computer_and_a_screen_reader() {
    fits_everybody(Screen::Computer).await;
}
