use super::*;
use crate::domain::Channel;

const CHAT: ChatId = ChatId(1);
const PRIVATE: ChatId = ChatId(2);

fn bot(channel: Channel) -> Bot {
    Bot {
        id: BotId(1),
        channel,
        name: "bot".to_owned(),
        called: "Bot".to_owned(),
    }
}

/// Cô Mai, who said something in the class's group and once wrote privately.
fn in_group() -> Asker {
    Asker {
        account: AccountId(1),
        chat: CHAT,
        kind: ChatKind::Group,
        person: "u7".to_owned(),
        callback: None,
        message: Some("m1".to_owned()),
        private_chat: Some(PRIVATE),
    }
}

/// What is sent, each with its chat.
fn sent(channel: Channel, say: Say) -> Vec<(ChatId, Payload)> {
    let bot = bot(channel);
    let drafts = render(vec![say], &bot, &[], &[]);
    let each = drafts.into_iter();
    each.map(|draft| (draft.chat, draft.payload)).collect()
}

fn words(payload: &Payload) -> &str {
    match payload {
        Payload::Message { text, .. } => text,
        Payload::Edit { .. }
        | Payload::Toast { .. }
        | Payload::Reaction { .. }
        | Payload::File { .. } => "",
    }
}

fn is_file(payload: &Payload) -> bool {
    matches!(payload, Payload::File { .. })
}

fn file(show: Show, name: &str, caption: &str) -> Say {
    Say::File {
        to: in_group(),
        show,
        name: name.to_owned(),
        content: b"x".to_vec(),
        caption: caption.to_owned(),
    }
}

#[test]
fn a_file_asked_for_in_a_group_goes_to_the_private_chat_on_every_channel() {
    for channel in Channel::ALL {
        for (show, name) in [(Show::Photo, "a.png"), (Show::Document, "a.xlsx")] {
            let sent = sent(channel, file(show, name, "Tháng 11"));
            assert!(!sent.is_empty());
            assert!(sent.iter().all(|(chat, _)| *chat == PRIVATE), "{channel:?}");
        }
    }
}

#[test]
fn what_a_channel_does_not_take_is_told_in_words() {
    let told = sent(Channel::ZaloOa, file(Show::Document, "bao-cao.xlsx", ""));
    assert!(words(&told[0].1).contains("chưa gửi được tệp bao-cao.xlsx"));
    let told = sent(Channel::ZaloBot, file(Show::Document, "bao-cao.docx", ""));
    assert!(words(&told[0].1).contains("chưa gửi được tệp bao-cao.docx"));
    let shown = sent(Channel::ZaloBot, file(Show::Photo, "bang.png", "Tháng 11"));
    assert!(is_file(&shown[0].1));
}

#[test]
fn words_that_do_not_fit_under_a_file_go_before_it() {
    let sent = sent(
        Channel::ZaloOa,
        file(Show::Document, "bao-cao.docx", "Tháng 11"),
    );
    assert_eq!(words(&sent[0].1), "Tháng 11");
    assert!(is_file(&sent[1].1));
    assert_eq!(sent.len(), 2);
}

#[test]
fn an_answer_in_a_group_quotes_its_question_or_calls_who_asked() {
    let answer = |channel| {
        let say = Say::Answer {
            to: in_group(),
            text: "Dạ".to_owned(),
            choices: Vec::new(),
        };
        let (_, payload) = sent(channel, say).remove(0);
        let Payload::Message {
            reply_to, calls, ..
        } = payload
        else {
            panic!("{payload:?}");
        };
        (reply_to, calls)
    };
    let (quotes, calls) = (Some("m1".to_owned()), Some("u7".to_owned()));
    assert_eq!(answer(Channel::Telegram), (quotes, None));
    assert_eq!(answer(Channel::ZaloOa), (None, calls));
    assert_eq!(answer(Channel::ZaloBot), (None, None));
}

#[test]
fn whoever_is_called_costs_the_text_its_room_and_no_letter() {
    let long = "Dạ em chào cả nhà ạ. ".repeat(200);
    let say = Say::Answer {
        to: in_group(),
        text: long.clone(),
        choices: Vec::new(),
    };
    let parts = sent(Channel::ZaloOa, say);
    let units = |text: &str| text.encode_utf16().count();
    assert!(
        parts
            .iter()
            .all(|(_, part)| units(&format!("[@u7] {}", words(part))) <= 2_000)
    );
    let all: Vec<&str> = parts
        .iter()
        .flat_map(|(_, part)| words(part).split_whitespace())
        .collect();
    assert_eq!(all, long.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn who_is_acknowledged_in_a_group_is_not_called() {
    let say = Say::Acknowledge {
        to: in_group(),
        private: "Cảm ơn mẹ An ạ.".to_owned(),
        public: "Dạ, đã ghi nhận ạ.",
    };
    let sent = sent(Channel::ZaloOa, say);
    assert!(matches!(&sent[0].1, Payload::Message { calls: None, .. }));
}
