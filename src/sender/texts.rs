//! The few words that only the way out knows to be needed.

/// A picture that cannot be fetched, since nobody reaches our pages from outside.
pub fn no_picture(name: &str, caption: &str) -> String {
    let caption = if caption.is_empty() { name } else { caption };
    format!(
        "{caption}\n\nDạ, ảnh này em chưa gửi qua Zalo được vì trường chưa mở trang ra ngoài (LOPSO_PUBLIC_URL). \
         Thầy cô mở trên máy của trường giúp em nhé."
    )
}
