//! What the operator reads about bots on Zalo.

pub const API_URL: &str = "LOPSO_ZALO_API_URL không phải là một địa chỉ. Bỏ trống để dùng https://bot-api.zaloplatforms.com";
pub const WEBHOOK_SECRET: &str = "LOPSO_ZALO_WEBHOOK_SECRET chỉ được có chữ cái không dấu, chữ số, dấu _ và dấu -, từ 16 đến 256 ký tự. Ví dụ, tạo bằng: openssl rand -hex 32";
pub const WEBHOOK_ADDRESS: &str = "Đã đặt LOPSO_ZALO_WEBHOOK_SECRET nên cần cả LOPSO_PUBLIC_URL, bắt đầu bằng https:// (địa chỉ Zalo gửi tin đến). Chỉ muốn thử thì bỏ trống LOPSO_ZALO_WEBHOOK_SECRET.";

pub const OA_URL: &str = "LOPSO_ZALO_OA_API_URL hoặc LOPSO_ZALO_OA_OAUTH_URL không phải là một địa chỉ. Bỏ trống để dùng địa chỉ của Zalo.";
pub const OA_SECRET: &str = "Đã đặt LOPSO_ZALO_OA_APP_ID nên cần cả LOPSO_ZALO_OA_APP_SECRET (mã bí mật của ứng dụng, ở trang nhà phát triển Zalo).";

/// Where the console of the app wants to be told to bring what happens.
pub fn oa_webhook(name: &str, url: &str) -> String {
    format!(
        "– Zalo OA {name}: trong trang nhà phát triển Zalo, mục Webhook, đặt địa chỉ {url} và bật các sự kiện tin nhắn, nhóm."
    )
}

pub const OA_NO_ADDRESS: &str = "✘ Zalo OA chỉ gửi tin đến một địa chỉ https công khai. Đặt LOPSO_PUBLIC_URL rồi chạy lại; \
     bây giờ bot gửi được mà không nghe được ai.";

/// A `[[bot]]` whose token is not in the environment.
pub fn no_token(variable: &str) -> String {
    format!(
        "config/lopso.toml ghi một [[bot]] với token_env = \"{variable}\", nhưng biến {variable} chưa được đặt. \
         Đặt biến ấy bằng mã bot Zalo gửi cho, hoặc bỏ mục [[bot]] ấy đi."
    )
}

pub const POLLING: &str = "– Zalo: đang hỏi từng tin, chỉ để thử. Tin ai gửi lúc chương trình tắt hay mất mạng thì Zalo bỏ luôn, không gửi lại. \
     Dùng thật: đặt LOPSO_PUBLIC_URL và LOPSO_ZALO_WEBHOOK_SECRET (README, mục Zalo).";
pub fn webhook_set(called: &str) -> String {
    format!("✔ @{called}: Zalo gửi tin thẳng đến máy này (webhook).")
}

pub fn webhook_refused(called: &str) -> String {
    format!(
        "✘ @{called}: Zalo không nhận địa chỉ webhook. LOPSO_PUBLIC_URL phải là địa chỉ https công khai, \
         không phải địa chỉ trong mạng nội bộ. Xem thêm: lopso doctor"
    )
}

/// `outcome` is Zalo's own word for it.
pub fn webhook_not_reached(called: &str, outcome: &str) -> String {
    let why = match outcome.strip_prefix("webhook.").unwrap_or(outcome) {
        "http.403" => {
            "có tường lửa chặn (với Cloudflare: tắt Browser Integrity Check cho đường dẫn /webhook/)"
        }
        "http.404" => "địa chỉ có người trả lời, nhưng không phải chương trình này",
        "err.tls" => "chứng chỉ https không hợp lệ hoặc đã hết hạn",
        "err.dns" => "tên miền không tìm thấy",
        "err.timeout" | "err.conn" | "err.unreachable" => "không ai trả lời ở địa chỉ ấy",
        _ => "chưa rõ vì sao",
    };
    format!(
        "✘ @{called}: Zalo đã giữ địa chỉ webhook nhưng gọi thử không được: {why} ({outcome}). \
         Tin của phụ huynh sẽ mất cho đến khi gọi được. Sửa xong thì nhắn bot một câu: bot trả lời là được."
    )
}

pub fn brought_elsewhere(called: &str, host: &str) -> String {
    format!(
        "✘ @{called}: Zalo đang gửi tin của bot này đến {host} (webhook), nên máy này không hỏi được gì. \
         Nếu {host} là máy chủ của trường: bấm Ctrl-C, máy này chỉ chạy lệnh, không chạy lopso. \
         Nếu không dùng nơi ấy nữa: chạy lopso doctor --remove-webhook, một lát sau máy này tự nhận tin."
    )
}

pub fn no_groups(called: &str) -> String {
    format!(
        "– @{called}: Zalo chưa cho bot này vào nhóm (can_join_groups). Mở Zalo Bot Manager xem bot có mục mời vào nhóm \
         không; chưa có thì bot chỉ trò chuyện riêng được."
    )
}
