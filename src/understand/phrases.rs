//! The words that parents and grandparents answer with, sorted by what they say: it is done, not yet,
//! not me, I take it back. A teacher can read this list and add to it.
//!
//! One line is one meaning; phrases are separated by commas. A phrase is written with its accents and also
//! found without them. A phrase after `=` is found only with its accents, because without them it would be
//! too common a word ("chờ" and "cho"). The longest phrase wins; of equally long ones the better fit, then
//! the line that stands higher, so what speaks against a "done" stands first.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cue {
    /// "chưa"
    Yet,
    /// "không"
    Not,
    /// "đâu", which denies after a verb and asks after a place.
    Dau,
    /// "mai", "sẽ"
    Later,
    /// "đang chờ", "hẹn"
    Wait,
    /// "mới", which is "just now" or "only then".
    Moi,
    /// A time that may lie before or after.
    Day,
    /// A time that is over.
    Past,
    /// "từ sáng": since then it is so.
    Since,
    /// "mãi mới", "cuối cùng": after all that waiting.
    Finally,
    /// "rồi"
    Roi,
    /// "xong", "thành công"
    Xong,
    /// "đã", "vừa"
    Da,
    /// "được"
    Can,
    /// A described fault.
    Fail,
    /// "lên", "ra", "vào" after "không": how it went.
    Result,
    /// No money, no battery, bank closed.
    Block,
    /// "tiền mặt", "quầy": money from hand to hand.
    Cash,
    /// A paper receipt, "cô cầm của em": the money is there.
    CashDone,
    Undo,
    /// "xoá", "bỏ": only an undo when it asks for something.
    TakeBack,
    Refuse,
    NoPhone,
    If,
    /// It is told of somebody else.
    Others,
    Doubt,
    Ask,
    /// "gì", "nào": a question, or "nothing" after a no.
    What,
    /// "bao giờ": a question, or a promise when a promise follows.
    When,
    /// "à", "hả", "nhỉ" at the end.
    AskTail,
    Help,
    /// "cô kiểm tra giúp em": belongs to a report and says nothing itself.
    Check,
    Report,
    /// A picture or message sent: no word about the task itself.
    Sent,
    /// "nó": the app, when it stands after a statement.
    It,
    Me,
    Kin,
    /// Somebody near who is not of the household: what they did counts when they did it for us.
    Relative,
    Teacher,
    /// "chị", "anh", "bạn": somebody, until the sentence says who.
    Person,
    Polite,
    /// "thì", "đây".
    Aside,
    /// "ok": courtesy when it stands alone, and "done" behind what it is said of: "qr ok, tiền thì chưa".
    Ok,
    All,
    /// "cả 2" of three: how many, and not which.
    SomeOf,
    Rest,
    OnlyOne,
    /// "thôi" behind a choice: "1 thôi ạ".
    Only,
    /// "trừ": all but what follows.
    Except,
    But,
    Now,
    And,
    /// "số", "mục", "cái" before a number.
    Counter,
    /// "mùng", "tháng", "mức" before a number that is no choice.
    NotAChoice,
    LastMonth,
    /// "làm", "bấm": a doing that may be the task.
    Do,
    /// "cho", which needs to know for whom.
    For,
    /// "của", "bằng", "qua": what follows says more about the task.
    Of,
    Filler,
    /// Words of phones and banks, so that a question about them is one for the guides.
    Tech,
    /// Doings and things that are not the task.
    Foreign,
    /// Told to somebody else to do it.
    Delegate,
    /// The prompt itself, quoted or forwarded.
    Quote,
}

impl Cue {
    /// Words that stay harmless beside a "done": they neither name another thing nor take anything back.
    pub fn is_small(self) -> bool {
        use Cue::{
            All, And, Aside, Can, Check, Counter, Da, Day, Do, Filler, Finally, It, Kin, Me, Moi,
            Now, Ok, Past, Polite, Report, Roi, Since, SomeOf, Teacher, Xong,
        };
        [
            All, And, Aside, Can, Check, Counter, Da, Day, Do, Filler, Finally, It, Kin, Me, Moi,
            Now, Ok, Past, Polite, Report, Roi, Since, SomeOf, Teacher, Xong,
        ]
        .contains(&self)
    }
}

/// Names of a task that are also names of a hundred other things.
pub const WEAK_NOUNS: &[&str] = &["mã", "tiền", "khoản", "mã quét"];

/// Short and regional spellings, read as the word beside them before anything else. They stand for a whole
/// word only. "ch" is sometimes "chị", "k" after a number is a thousand; reading them as a no is the safe side.
/// "hem", "hổng", "hông" are southern; "chửa" is an older "chưa"; "goy", "ùi" are young people's "rồi".
pub const SPELLINGS: &[(&str, &str)] = &[
    ("k", "không"),
    ("ko", "không"),
    ("kg", "không"),
    ("kh", "không"),
    ("khg", "không"),
    ("hok", "không"),
    ("hk", "không"),
    ("hem", "không"),
    ("hông", "không"),
    ("hong", "không"),
    ("hổng", "không"),
    ("hôg", "không"),
    ("khum", "không"),
    ("kô", "không"),
    ("khôg", "không"),
    ("kog", "không"),
    ("khôn", "không"),
    ("đếch", "không"),
    ("hôn", "không"),
    ("chx", "chưa"),
    ("chq", "chưa"),
    ("chg", "chưa"),
    ("chak", "chắc"),
    ("ch", "chưa"),
    ("chư", "chưa"),
    ("chửa", "chưa"),
    ("cưa", "chưa"),
    ("chauw", "chưa"),
    ("chauwa", "chưa"),
    ("r", "rồi"),
    ("rùi", "rồi"),
    ("roài", "rồi"),
    ("ròi", "rồi"),
    ("rôi", "rồi"),
    ("rui", "rồi"),
    ("roy", "rồi"),
    ("ròy", "rồi"),
    ("goy", "rồi"),
    ("gòi", "rồi"),
    ("rầu", "rồi"),
    ("ùi", "rồi"),
    ("rroi", "rồi"),
    ("zồi", "rồi"),
    ("rồy", "rồi"),
    ("rou", "rồi"),
    ("trc", "trước"),
    ("xog", "xong"),
    ("xg", "xong"),
    ("xomg", "xong"),
    ("xonh", "xong"),
    ("sog", "xong"),
    ("đc", "được"),
    ("dc", "được"),
    ("đk", "được"),
    ("dk", "được"),
    ("đựơc", "được"),
    ("đươc", "được"),
    ("đượk", "được"),
    ("dx", "được"),
    ("e", "em"),
    ("lm", "làm"),
    ("gòy", "rồi"),
    ("oki", "ok"),
    ("okie", "ok"),
    ("vs", "với"),
    ("ms", "mới"),
    ("mk", "mình"),
    ("qa", "qua"),
    ("z", "vậy"),
    ("dị", "vậy"),
    ("zậy", "vậy"),
    // Whom one speaks to: teacher, or an elder sister in the teacher's place.
    ("c", "cô"),
    ("iem", "em"),
    ("òi", "rồi"),
    ("oy", "rồi"),
    ("rồii", "rồi"),
    ("dồi", "rồi"),
    ("rr", "rồi"),
    ("xông", "xong"),
    ("song", "xong"),
    ("h", "giờ"),
    ("j", "gì"),
    ("ji", "gì"),
    // Nghệ An and Huế: "nỏ" is a no, "mần" is to do.
    ("nỏ", "không"),
    ("mần", "làm"),
    ("bít", "biết"),
    ("xiền", "tiền"),
    ("lun", "luôn"),
    ("thui", "thôi"),
    ("kick", "kích"),
    ("kíh", "kích"),
    ("kík", "kích"),
    ("tiềng", "tiền"),
    ("chuyễn", "chuyển"),
    ("quyét", "quét"),
    ("wét", "quét"),
    ("quech", "quét"),
];

pub const PHRASES: &[(Cue, &str)] = &[
    // Nothing may be recorded beside these: a quoted prompt, a condition, somebody else, a doubt.
    (
        Cue::Quote,
        "xong thì bấm, xong bấm nút, xong bấm xong, bấm nút bên dưới, bấm nút xong, bấm xong giúp, phụ huynh vui lòng, ba mẹ vui lòng, bố mẹ vui lòng, đề nghị phụ huynh, kính gửi phụ huynh, kính mời phụ huynh, nhắc phụ huynh, \
        phụ huynh nào, trả lời 1, trả lời số, bấm nút xác nhận, vui lòng, đề nghị",
    ),
    (
        Cue::If,
        "là phải, cần phải, đều phải, bắt buộc phải, bắt phải, phải làm xong, phải xong, rồi thì tốt, xong thì tốt, thì tốt quá, thì quá tốt, được thì tốt, xong rồi thì bấm, nếu, =nhỡ, giả sử, giá mà, ví dụ, miễn là, khi nào xong, bao giờ xong, khi nào được, làm xong thì, xong thì báo, để xem, thử xem, giả như, mong là, hy vọng, hi vọng",
    ),
    (
        Cue::Others,
        "cảm ơn cô đã, cám ơn cô đã, xã thông báo, trường thông báo, có thông báo, thông báo thu, loa phát thanh, các cụ, giỏi quá mẹ, giỏi thế, phục thật, nể thật, siêu thế, gương mẫu, kể với, trưởng bản, trưởng thôn, bí thư, nhà bên cạnh, chị bên cạnh, đứa lớn, thằng lớn, con lớn, đứa đầu, đứa bé lớp, trong xóm, trong lán, trong làng, trong tổ, trong thôn, xóm dưới, xóm trên, xóm bên, xóm ngoài, thôn bên, tổ bên, em ấy, cậu ấy, chú ấy, bác ấy, mẹ ấy, bố ấy, các mẹ trong, các bà trong, anh em trong, cả tổ, cả thôn, mấy bà, mấy ông, mấy cô, mấy bác, nhà người ta, con người ta, bên lớp, lớp nhà bên, bên ấy, =kìa, nghe nói, nghe bảo, nghe đâu, thấy bảo, thấy nói, nghe đồn, người ta, ng ta, nhà bên, hàng xóm, nhà kia, nhà ấy, nhà đó, \
        nhà nó, chị ấy, anh ấy, bạn ấy, cô ấy, bà ấy, ông ấy, chị kia, chúng nó, tụi nó, họ, ai đó, ai, ai cũng, người khác, nhà khác, mọi người đã, mọi người đều, \
        các mẹ đã, các mẹ khác, cả lớp, cả xóm, cả làng, cả nhóm, bạn bè, khoe, mấy nhà, nhiều nhà, nhà nào, cháu khác, lớp bên, lớp khác, em họ, đồng nghiệp, \
        bạn em, bạn tôi, bạn mình, chị bạn, nhiều người, mấy người, mấy mẹ, mấy chị, đứa nào, thấy các",
    ),
    (
        Cue::Filler,
        "ai ngờ, ai dè, ai có ngờ, nào ngờ, dễ hơn em tưởng, tưởng khó, hơn em tưởng, hơn tưởng, hoá ra dễ, hoá ra nhanh, tưởng lâu, tưởng phức tạp, tưởng rắc rối",
    ),
    (
        Cue::Doubt,
        "hnhu, hnhư, hìnhnhư, hinhnhu, hnh như, không chắc lắm, chả chắc, kb có, không bít, chả biết đã, hình như là, thì phải, hình như, hay sao, không nhớ, chẳng nhớ, chả nhớ, không chắc, chưa chắc, chắc là, chắc, có lẽ, có khi, không biết xong chưa, \
        không biết đã, không biết được chưa, không rõ, chẳng rõ, hay chưa, dường như, gần như, suýt, tưởng, cứ tưởng, ngỡ, để em hỏi, để hỏi, em hỏi, phải hỏi, hỏi xem, \
        không biết có, hay không, quên chưa hỏi, hỏi chồng, hỏi vợ, hỏi bố, hỏi mẹ, hỏi bà, chưa biết, chưa rõ, giả vờ, đùa, nói đùa, lừa",
    ),
    // The reminder is turned away, the task is not.
    (
        Cue::Filler,
        "không phải nhắc, không phải nhắc nữa, không phải nhắc nữa đâu, khỏi nhắc, khỏi phải nhắc, đừng nhắc, đừng nhắc nữa, đừng giục, không cần nhắc, \
        không cần nhắc nữa, cô đừng lo, đừng lo, không lo, khỏi lo, không khó, không khó lắm, không khó gì, không bắt buộc, không vấn đề gì, không sao, không lâu, không mất công",
    ),
    // Not yet.
    (
        Cue::Yet,
        "mất mức 2, mất mức hai, quá hạn kích hoạt, còn bước, còn mỗi bước, chỉ còn bước, còn khâu, còn mỗi khâu, phân nửa, xong đến bước, đến bước, tới bước, vướng, còn vướng, vướng mỗi, vướng cái, gần được, gần được rồi, được nửa, được phân nửa, nửa rồi, nửa thôi, gần hết, gần đủ, không có cái nào, không cái nào, không có việc nào, không việc nào, chưa việc nào, chẳng ai trong nhà, chả cái nào, chả có cái nào, chưa cái nào, gần xong, chưa duyệt, họ chưa duyệt, xong một nửa, được một nửa, một nửa, nửa đường, chưa, chưa hề, vẫn chưa, còn chưa, mức 1, mức một, mức 01, tưởng xong, nửa chừng, dở dang, dở chừng, đang dở, mới được một nửa, \
        quên mất, quên, chưa từng, nào đã, thiếu, còn thiếu, chả thấy đâu, hoá ra vẫn",
    ),
    (
        Cue::Not,
        "không, chẳng, chả, đếch, đừng, chớ, không hề, không có",
    ),
    (
        Cue::Dau,
        "=mô, mô mà, có mô, đâu, gì đâu, đâu mà, đâu ra mà, đâu có",
    ),
    (
        Cue::Finally,
        "cuối cùng, cuối cùng cũng, mãi mới, mãi cũng, mãi rồi cũng, rốt cuộc, loay hoay mãi, mãi mới được, vật vã mãi",
    ),
    // Time to come and promises. "mai" without accents may be "mãi"; both speak against a "done".
    (
        Cue::Later,
        "luôn cho rồi, mới là, tính sau, nộp chậm, đóng chậm, xin chậm, =chậm, có tiền là, có lương là, =trễ, trễ mấy hôm, trễ vài hôm, chậm mấy hôm, chậm vài hôm, muộn mấy hôm, tre may hom, tre vai hom, đặt lịch, hẹn giờ chuyển, lên lịch chuyển, tự động chuyển, sắp xong, xong em báo, xong em nhắn, xong nhắn, xong em gọi, xong báo, xong tôi báo, xong bà báo, xong sẽ báo, xong cháu báo, xong vụ, xong lứa, xong việc em, xong ca, xong bữa, đang, mai, ngày mai, sáng mai, chiều mai, tối mai, mai mốt, =mốt, ngày kia, ngày mốt, lát, lát nữa, tí nữa, tý nữa, tẹo nữa, chút nữa, chốc nữa, chốc, lúc nữa, xíu nữa, \
        tối về, chiều về, trưa về, đêm về, sẽ, sắp, sắp sửa, =định, dự định, =tính, đang định, đang tính, định quét, định làm, định nộp, định đóng, định chuyển, \
        tuần sau, tuần tới, sang tuần, đầu tuần sau, tháng sau, tháng tới, sang tháng, đầu tháng sau, cuối tháng, hôm sau, hôm nào, bữa nào, bữa khác, hôm khác, dịp khác, lúc khác, \
        lúc nào rảnh, khi nào rảnh, rảnh em, rảnh thì, rảnh sẽ, để em, để mai, để tối, để chiều, để lát, để hôm, để cuối, để tuần, để sau, để tôi, để mình, để bố, để mẹ, để chồng, để vợ, \
        để nhà em, để anh, để con, từ từ, thong thả, mấy hôm nữa, vài hôm nữa, mấy bữa nữa, ít hôm nữa, hôm nữa, ngày nữa, sau này, làm sau, quét sau, nộp sau, đóng sau, \
        ck sau, chuyển sau, gửi sau, thử sau, báo sau, trả sau, kích hoạt sau, đi sau, thu xếp, sắp xếp, cố gắng, có lương, lĩnh lương, lương về, gia hạn, chuẩn bị, nghỉ ca, tan ca, tan làm, không kịp, chưa kịp, thử lại, \
        tối nay về, chiều nay về, đi làm về, nhớ ra sẽ, xin lùi, lùi lại, hứa, cam kết",
    ),
    (
        Cue::Wait,
        "có kết quả, =nợ, còn nợ, nợ cả, xin khất, khất, cho em nợ, cho nợ, xin nợ, =chờ, =đợi, đang chờ, đang đợi, còn chờ, còn đợi, phải chờ, phải đợi, chờ duyệt, chờ người ta, đợi người ta, chờ họ, đợi họ, chờ lương, chờ em, đợi em, đợi tối, đợi lương, đợi tin nhắn, chờ tin nhắn, chờ chồng, \
        đợi chồng, chờ kết quả, đợi kết quả, chờ xã, chờ mã, đợi mã, hẹn, công an hẹn, xã hẹn, xếp hàng, soạn lệnh, bận, bận quá, bận lắm, đang làm dở",
    ),
    (
        Cue::Block,
        "hết hạn, bảo trì, chưa có tiền, không có tiền, hết tiền, kẹt tiền, hết pin, mất mạng, mất điện, không có mạng, mất sóng, bị khoá, khoá tài khoản, ngân hàng nghỉ, ngân hàng đóng cửa, \
        xã nghỉ, công an nghỉ, đóng cửa, hỏng máy, máy hỏng, hết dung lượng, hết tiền điện thoại, chưa có lương, không có sóng, ở ruộng, ngoài đồng, đi công tác, đi vắng",
    ),
    (
        Cue::Fail,
        "tắt phụt, thôi tịt, tắt ngóm, tự tắt, không có quyền, quyền truy cập, báo xai, xai mã, 404, ra 404, lỗi 404, nhảy sang, nhảy ra trang, ra trang khác, ra cái trang bán, ra trang bán, trang bán hàng, trang quảng cáo, ra quảng cáo, trang lạ, ra lớp khác, trang trắng, trang trắng tinh, ra tên người lạ, tên người khác, bị đẩy ra, quên mật khẩu, quên mật mã, quên mk, quên pass, quên passcode, lỗi, báo lỗi, bị lỗi, không tồn tại, đứng im, đơ, treo, xoay mãi, quay mãi, quay vòng vòng, trắng màn hình, màn hình trắng, trắng xoá, không gửi mã, chưa gửi mã, chưa thấy mã, không về mã, \
        bị văng, văng ra, thoát ra, tự thoát, không hợp lệ, không đúng, báo sai, sai, không nhận, không vào, không mở, không tải, không load, không nhận diện, không thấy mã, xoay tròn, quay tròn, xoay vòng, màn hình đen, mãi không lên, mãi không được, mãi không ra, mãi chưa được, mãi không thấy, quét mãi không, không lên gì, \
        chẳng thấy gì, không thấy gì, không hiện, chẳng hiện, không hiện gì, không ra gì, chuyển nhầm, ck nhầm, nộp nhầm, đóng nhầm, sang tài khoản khác, tên người lạ, không khớp, thất bại, không thành công, \
        bị từ chối, từ chối, bị trả lại, tiền bị trả, hoàn lại, hoàn tiền, không ăn, chưa ăn, chả ăn thua, bó tay, chịu, em chịu, không xong, không ổn, trục trặc, tải mãi, load mãi, đen sì, tối thui, mờ quá",
    ),
    // Back again: an answer given before is taken away.
    (
        Cue::Undo,
        "nói lộn, bấm lộn, nhắn lộn, báo lộn, gửi lộn, gõ lộn, trả lời lộn, nói hớ, nhắn hớ, nhầm, ấn nhầm, bấm nhầm, báo nhầm, nhắn nhầm, gửi nhầm, nói nhầm, trả lời nhầm, chạm nhầm, chọn nhầm, tick nhầm, tích nhầm, ấn lộn, =lộn, lỡ tay, lỡ bấm, lỡ ấn, lỡ chạm, lỡ nhắn, lỡ báo, \
        nhanh tay quá, bấm linh tinh, bấm lung tung, ấn linh tinh, nghịch máy, nghịch điện thoại, bấm bậy, bấm láo, nghịch bấm, trót bấm, trót báo, trót nhắn, rút lại, xin rút, báo láo, nói lại cho đúng, \
        đính chính, cho em sửa, xin sửa lại, sửa lại giúp, sửa lại hộ, huỷ xác nhận, bỏ xác nhận, xoá xác nhận, bấm bừa, bấm vội, báo vội, nhắn vội, rút xác nhận, hoàn tác",
    ),
    // Without accents "bo" may be "bố" and "go" may be anything, so those ask for their accents or for more words.
    (
        Cue::TakeBack,
        "xoá, xoá giúp, xoá hộ, =bỏ, bỏ giúp, bỏ hộ, bỏ cho em, bo so, bo muc, bo cai, bỏ đi, bỏ dấu, =rút, rút giúp, rút hộ, huỷ, =gỡ, gỡ ra, gỡ giúp, gỡ hộ, bỏ tích, bỏ tick",
    ),
    // Will not, or has nothing to do it with.
    (
        Cue::NoPhone,
        "máy bàn phím, điện thoại bàn phím, điện thoại bấm, máy bấm, cục gạch, máy đen trắng, điện thoại đen trắng, nokia, không có máy cảm ứng, không có cảm ứng, không có điện thoại, không có smartphone, \
        không có máy thông minh, không có điện thoại thông minh, không dùng điện thoại, không dùng smartphone, không dùng zalo, không dùng máy thông minh, không dùng mạng, không có zalo, không có máy, máy cùi bắp không, \
        không xài điện thoại, không xài smartphone, không có internet, không có đt",
    ),
    (
        Cue::Refuse,
        "miễn, xin miễn, xin phép không, xin không, xin thôi, thôi em không, thôi không, không cần, không thích, không muốn, không ưng, không đồng ý, không tham gia, từ chối làm, bỏ qua cho, cô bỏ qua, \
        chuyển chiếc gì, làm chiếc gì, quét chiếc gì, kệ, mặc kệ, không chơi, không hứng thú, không quan tâm, còn lâu, tay trao tay",
    ),
    (
        Cue::CashDone,
        "cô đếm, đếm đủ, đếm hộ, biên lai giấy, phiếu thu, biên lai đỏ, thối lại, cầm của em, cô cầm, cô nhận tiền, cô thu rồi, cô đã nhận tiền",
    ),
    (
        Cue::Cash,
        "trong cặp, trong cặp cháu, vào cặp, kẹp vở, kẹp trong vở, trong vở, trong balo, =tm, tiền tm, đóng tm, nộp tm, dong tm, nop tm, đóng mặt, nộp mặt, trả mặt, tiền đóng mặt, tiền tay, đóng tiền tay, cầm lên lớp, cầm lên trường, cầm lên nộp, tiền mặt, tiền tươi, đưa tay, nộp tay, đóng tay, tận tay, trao tay, quầy, quầy thu, tại quầy, ở quầy, phòng tài vụ, tài vụ, kế toán, thủ quỹ, phòng thu, bàn thu, văn phòng, \
        cầm tiền, đưa tiền, đưa cô, đưa tiền cô, đưa cho cô, nộp cho cô, nộp cô, đóng cho cô, đóng cô, gửi cô tiền, gửi tiền cô, gửi tiền cho cô, trực tiếp, tiền giấy, tiền chẵn, mang tiền, cầm tiền đến, \
        mang ra trường, mang đến trường, nộp ở trường, đóng ở trường, nộp tại trường, đóng tại trường, nộp tận nơi, tiền đưa, bỏ phong bì, phong bì",
    ),
    // Done. "ok" alone is courtesy.
    (Cue::Roi, "rồi"),
    (
        Cue::Xong,
        "sạch nợ, hết nợ, xong nợ, không nợ, trọn, trọn rồi, xong tất, tất tần tật, xong tuốt, ok xong, xong, xong xuôi, hoàn thành, hoàn tất, thành công, đâu vào đấy, đâu vào đó, xong hết, xong cả",
    ),
    (Cue::Da, "đã, vừa, vừa mới, mới vừa, vừa xong, đã được"),
    (Cue::Moi, "mới"),
    (
        Cue::Since,
        "từ sáng, từ trưa, từ chiều, từ tối, từ hôm, từ hôm qua, từ hôm kia, từ tối qua, từ sáng nay, từ tuần trước, từ lâu, lâu rồi, từ tháng trước, từ năm ngoái, từ nãy, từ đời nào, từ hồi, từ đầu tuần, từ đầu tháng, từ bữa",
    ),
    (
        Cue::Past,
        "hôm qua, hôm kia, hôm nọ, hôm trước, tối qua, đêm qua, chiều qua, sáng qua, trưa qua, tối hôm qua, chiều hôm qua, sáng hôm qua, sáng nay, lúc nãy, ban nãy, khi nãy, hồi nãy, vừa nãy, nãy, hồi sáng, hồi trưa, hồi chiều, \
        ban sáng, tuần trước, tuần rồi, năm ngoái, bữa trước, bữa qua, bữa nọ, bữa kia, hôm rồi, lúc sáng, lúc trưa, hôm đi, qua rồi",
    ),
    (
        Cue::Day,
        "hôm nay, bữa nay, trưa nay, chiều nay, tối nay, đêm nay, tối, trưa, chiều, sáng, đêm, tuần này, cuối tuần, chủ nhật, thứ hai, thứ ba, thứ tư, thứ năm, thứ sáu, thứ bảy, thứ 2, thứ 3, thứ 4, thứ 5, thứ 6, thứ 7, t2, t3, t4, t5, t6, t7, cn, \
        hôm, giờ nghỉ, nghỉ trưa, tháng này, kỳ này, đợt này, năm nay, đúng hạn",
    ),
    (
        Cue::LastMonth,
        "tháng trước, tháng rồi, kỳ trước, đợt trước, năm trước, học kỳ trước",
    ),
    // Questions.
    (
        Cue::Ask,
        "thế nào, như nào, ntn, như thế nào, làm sao, lam sao, kiểu gì, cách nào, bằng cách nào, sao, tại sao, vì sao, ở đâu, vào đâu, chỗ nào, nơi nào, đâu ạ thế, nút nào, mã nào, trang nào, là gì, phải làm gì, \
        bao lâu, bao nhiêu, mấy tiền, ai chỉ, chỗ mô, nàm thao, hay là, hay ở, có phải, phải không, đúng không, có đúng, được không, có được, có cần, có mất, có bị, không biết bấm, không biết làm, không biết, \
        không hiểu, chẳng hiểu, chả hiểu, chẳng biết, chả biết, hỏi tí, cho em hỏi, cho hỏi, xin hỏi, em muốn hỏi, khác nhau, bằng gì, hỏi ai, phải hỏi ai, em phải hỏi ai, gửi ai, cho ai, nhờ ai, gặp ai, à cô, hả cô, hả mng, ở mô, răng, làm răng, không rõ cách, mần răng",
    ),
    (
        Cue::What,
        "gì, nào, cái gì, cái nào, làm gì, lần nào, việc nào",
    ),
    (Cue::When, "bao giờ, khi nào, lúc nào, chừng nào"),
    (Cue::AskTail, "à, hả, nhỉ, hử, vậy, v, hở, ư, =chăng, phỏng"),
    (
        Cue::Help,
        "giúp em với, giúp với, giúp bà, giúp tôi, giúp mình, chỉ em, chỉ tôi, chỉ bà, chỉ giúp, chỉ hộ, chỉ với, hướng dẫn, hd, bày cho, bày em, giúp em cái, cứu em, cứu với, ai biết, xem giúp, xem hộ, giúp cháu, chỉ cách, giúp bác, giúp ông, giúp e, chỉ e, giải thích, =chỉ dẫn, làm hộ em, cần hỗ trợ, hỗ trợ, giúp cái này",
    ),
    (
        Cue::Check,
        "cô kiểm tra, kiểm tra giúp, kiểm tra hộ, kiểm tra, check, check giúp, ktra, cô xem, cô xem giúp, cô xem đã về chưa, cô xem nhận được chưa, đã về chưa, về chưa, cô nhận được chưa, nhận được chưa, cô thấy chưa, đã nhận chưa, tích giúp, tích hộ, \
        nhờ cô, nhờ cô tích, cô tích, cô ghi, cô ghi nhận, cô cập nhật, cô đánh dấu, ghi giúp, ghi hộ, cô ghi giúp, cô ghi hộ, cô note, xác nhận giúp, cô xác nhận, xác nhận hộ, cô duyệt, cô điểm danh, cô cộng, cô tick",
    ),
    (
        Cue::Sent,
        "nhận được mã, nhận mã, thấy mã, lưu mã, in mã, chụp mã, chụp cái mã, tải mã, gửi cô bill, gửi cô ảnh, gửi bill, gửi ảnh, gửi biên lai, gửi cô biên lai, gửi tin, gửi cho cô ảnh, gửi minh chứng, chụp màn hình, chụp ảnh, chụp, đăng ảnh, gửi link, gửi mã, gửi zalo, nhắn tin, nhắn cô, gọi cô, gọi",
    ),
    (
        Cue::Report,
        "báo cáo cô, báo cáo, báo cô, báo với cô, báo cho cô, thông báo với cô, em báo cô, xin báo, báo luôn, báo tin, báo, xác nhận, xin xác nhận, thưa cô, ảnh em gửi, ảnh gửi, bill đây, cô ạ là, báo đã, \
        thưa",
    ),
    // Who.
    (
        Cue::Polite,
        "cô ơi, cô nhé, cô nha, cô ạ, cô ui, cô ưi, cô nhá, thầy ơi, thầy ạ, các mẹ ơi, cô giáo ơi, cô giáo ạ, mọi người ơi, cả nhà ơi",
    ),
    (
        Cue::Teacher,
        "bot, cô, cô giáo, các cô, thầy, mọi người, mng, mn, cả nhà, các mẹ, các bác, lớp trưởng, cô chủ nhiệm",
    ),
    (
        Cue::Me,
        "em, tôi, mình, nhà em, nhà e, nhà tôi, nhà mình, bên em, chúng em, con em, vợ chồng em, hai vợ chồng, tui, t, tớ, bọn em, gia đình em, gia đình tôi, gia đình, em đây, nhà cháu, nhà con, em thì, tụi em",
    ),
    (
        Cue::Kin,
        "bố cháu, mẹ cháu, ba cháu, bố bé, mẹ bé, ba bé, bố nó, mẹ nó, chồng em, vợ em, chồng e, vợ e, chồng tôi, vợ tôi, ông xã, bà xã, ck em, vk em, ck e, vk e, ck mình, vợ chồng, bà nội, bà ngoại, ông nội, ông ngoại, bà nội cháu, bà ngoại cháu, ông nội cháu, ông ngoại cháu, \
        bố, mẹ, ba, má, ông, bà, bố em, mẹ em, bà em, ông em, chồng, vợ, cháu, bé, con, bố con, mẹ con, ông cháu, bà cháu, thằng cu, con bé, thằng cháu, con gái, con trai, cu, anh xã, nhà, nhà bé, phụ huynh, ph, phụ huynh bé, phụ huynh cháu",
    ),
    (
        Cue::Relative,
        "dì ruột, cô ruột, chú ruột, cậu ruột, bác ruột, anh ruột, chị ruột, em ruột, chị gái, em gái, anh trai, em trai, anh rể, em rể, chị dâu, em dâu, đứa em, thằng em, con em gái, ông anh, bà chị, bà chị chồng, chị chồng, em chồng, đứa em chồng, thằng em chồng, cô em chồng, anh chồng, chị cả, anh cả, anh em, chị em, chị họ, anh họ, bác cả, bác hai, \
        chú út, dì út, cậu út, cô út, dì nó, cậu nó, mợ nó, bác nó, thím nó, đứa bạn, thằng bạn, con bạn, mấy bạn, bọn bạn, bọn trẻ, lũ trẻ, mấy đứa, cả cơ quan, cùng phòng, cùng xưởng, cùng công ty, cả phòng, cả công ty, công ty em, cty em, cả họ, họ nhà, bên ngoại, bên nội, =nhà chị, =nhà anh, =nhà bác, =nhà chú, =nhà cậu, =nhà dì, \
        lớp chồi, lớp lá, lớp mầm, lớp nhỡ, lớp kia, lớp người ta, lớp cô, lớp chị nó, lớp anh nó, phụ huynh lớp, hội chị em, mấy mẹ bên, trưởng xóm, hàng xóm nhà em, hàng xóm nhà mình, bà hàng xóm, cô hàng xóm, chị hàng xóm, ông hàng xóm, chú hàng xóm, bác hàng xóm, nhà hàng xóm, cả xã",
    ),
    (Cue::It, "nó, máy nó, app nó"),
    (
        Cue::Person,
        "chị, anh, bạn, bác, chú, dì, cậu, mợ, thím, o, người",
    ),
    (
        Cue::Foreign,
        "làm căn cước, đổi căn cước, làm hộ chiếu, làm thẻ, nạp điện thoại, nạp thẻ, nạp card, nạp tiền điện thoại, thẻ bảo hiểm, khoản ngoại khoá, khoản bảo hiểm, khoản sữa, khoản quỹ, bắn tin, tích xanh facebook, facebook, fb, nắm được rồi, nắm được, nắm rồi, hiểu rồi, rõ rồi, biết rồi, nghe rồi, nhớ rồi, đọc rồi, thấy rồi, xem rồi, về rồi, về nhà rồi, về đến nhà, về tới nhà, đi làm rồi, đi học rồi, quét nhà, quét sân, quét dọn, quét vôi, quét bụi, quét lá, quét sơn, quét rác, tiền bảo hiểm, tiền sữa, tiền thuốc, ck ơi, vk ơi, chồng ơi, vợ ơi, anh ơi, mẹ ơi về, con ơi, mẹ ơi, \
        hồ sơ, đơn từ, bài dự giấy khai sinh, =chăn, =gối, quần áo, =khăn, bình sữa, =bánh, =vôi, mái nhà, =rác, mạng nhện, =bếp, =cỏ, =lúa, =thóc, =ngô, =gạch, =cát, xi măng, thẻ tín dụng, gói mạng, khuyến mãi, bảo hành, ti vi, tivi, tủ lạnh, =giọng, trạng thái, hộ khẩu, học hè, học bơi, học võ, =cúng, =giỗ, =cỗ, =phạt, =thuế, bảo hiểm xã hội, đảng phí, đoàn phí, tiền phạt, tiền mạng, tiền wifi, tiền cưới, tiền mừng, tiền xe, tiền gạo, tiền lúa, tiền phân, tiền thịt, tiền chợ, tiền hàng",
    ),
    // Links between parts.
    (
        Cue::But,
        "nhưng, nhưng mà, mà, còn, chứ, tuy, mỗi tội, có điều, song le, nhg, nhưg, hiềm nỗi",
    ),
    (
        Cue::Now,
        "giờ, bây giờ, giờ thì, thế thì, thế, rồi sao, tiếp theo",
    ),
    (
        Cue::And,
        "và, với, cùng, cùng với, lẫn, cũng, luôn, &, vs, vậy là",
    ),
    (
        Cue::All,
        "full, full combo, hết trơn, hết trọi, hết trơn hết trọi, ráo trọi, sạch sành sanh, xong sạch, trọn bộ, không thiếu món nào, không thiếu cái nào, không thiếu gì, không sót cái nào, không sót món nào, không sót mục nào, không còn cái nào, không thiếu, tất cả, tất, cả thảy, toàn bộ, hết sạch, đủ hết, cả hết, mọi việc, mọi thứ, mấy cái này",
    ),
    (
        Cue::Rest,
        "còn lại, hai thứ kia, hai cái kia, hai việc kia, 2 cái kia, 2 việc kia, mấy cái kia, hai cái còn lại, 2 cái còn lại, hai việc còn lại, 2 việc còn lại, phần còn lại, các cái khác, mấy việc kia, những cái khác, hai mục kia, 2 mục kia",
    ),
    (
        Cue::OnlyOne,
        "mỗi, có mỗi, chỉ có, chỉ, riêng, chỉ còn, còn mỗi, chỉ mới, mới có, mới được",
    ),
    (Cue::Only, "thôi"),
    (Cue::Except, "trừ, ngoại trừ, ngoài, trừ mỗi, trừ có"),
    (
        Cue::Counter,
        "số, mục, cái, việc, khoản, chỗ, câu, ý, phần, đầu, thứ, nội dung, cái số, việc số, mục số, câu số, khoản số, số thứ",
    ),
    (
        Cue::NotAChoice,
        "mùng, mồng, ngày, tháng, mức, lúc, lớp, tầng, xóm, thôn, tổ, ca, hết, mất, khoảng, tầm, gần, bàn, tuổi, hôm mùng, trước ngày, đến ngày",
    ),
    (
        Cue::For,
        "cho, hộ, giùm, dùm, thay, cho bé, cho cháu, cho con, cho cháu lớn, cho cô, cho em, cho trường, cho lớp, hộ em, hộ cháu, hộ bà, hộ ông, hộ mẹ, hộ bố, hộ tôi, giúp, giúp em, cho nhà trường, bấm cho, làm cho, làm hộ, cho nhà em, giúp mẹ",
    ),
    (
        Cue::Of,
        "của, bằng, qua, trên, ở, tại, vào, theo, từ, cho cái, trong, sang, về, của con, của bé, của cháu, của em, của lớp, của lớp mình, của trường, của nhà trường, của cô",
    ),
    (
        Cue::Delegate,
        "gửi tiền về, chuyển tiền về, gửi về cho, gửi tiền cho bà, gửi tiền cho ông, gửi tiền cho chồng, đưa tiền cho bà, chuyển cho bà, chuyển cho chồng, =nhờ, nhờ người, nhờ chồng, nhờ vợ, nhờ con, nhờ bà, nhờ cháu, nhờ anh, nhờ chị, báo bố, báo bố cháu, báo chồng, báo chồng em, báo vợ, báo vợ em, báo mẹ cháu, bảo chồng, bảo bố, bảo mẹ, bảo con, nhắc chồng, nhắc bố, giao cho, dặn, dặn chồng",
    ),
    (Cue::Result, "kịp, lên, ra, nổi, nhận, thấy, hiện"),
    (Cue::Can, "được"),
    (
        Cue::Do,
        "làm, thử, bấm, ấn, đi làm, tự làm, thực hiện, triển, lam, nàm, bắn, tiến hành",
    ),
    // Courtesy and other words that change nothing.
    (
        Cue::Polite,
        "dạ, vâng, ạ, ah, nhé, nha, nhe, nhá, nhoé, nhớ cô, ơi, ui, ưi, nhen, nghe cô, hen, vâng ạ, dạ vâng, \
        hihi, hehe, haha, kkk, hì, hjhj, ak, aj, a, nghen, hen cô, chào cô, em chào cô, cảm ơn, cám ơn, cảm ơn cô, \
        em cảm ơn, em cám ơn, thanks, tks, tk cô, nhoa, na, nhaa, chúc cô, zồi, hé, nì, nạ, a nha, ak cô, \
        nè, nà, nờ, nhở, =nhớ, =hỉ, =hí, ak nha",
    ),
    (Cue::Ok, "ok, oke, oki, okie, okê, ô kê, uki, done"),
    // These too change nothing by themselves.
    (
        Cue::Aside,
        "à mà, ukm, uh, ừ, ừm, đây, này, thì, là, yên tâm, cô yên tâm, phù, \
        may quá, mừng quá, báo hỷ, xin lỗi, sorry, ui chà",
    ),
    (
        Cue::Filler,
        "đấy, đó, ấy, vài hôm, mấy hôm, ít hôm, nhanh, nhanh gọn, nhanh lắm, dễ, dễ lắm, dễ ợt, ngon, ngon ơ, tốt, đầy đủ, đủ, sớm, ngay, liền, lại, nữa, cả, đều, lâu, một, hai, lần, 1 lần, 2 lần, hai lần, một lần, đàng hoàng, đúng, đúng rồi, ổn, thật, lên luôn, \
        tự, có, cẩn thận, đầu tiên, trước, trước rồi, hộ rồi, giúp rồi, nhẹ nhàng, tiền, nghìn, triệu, ngàn, đồng, k đồng, nốt, ngay lúc, phát, phát ăn ngay, cái là, thế là, nên, cho nên, nhé cả, hẳn, hẳn hoi, chuẩn, tại nhà, ở nhà, ở lớp, ở cổng, ở cổng trường, cửa lớp, \
        ở cửa lớp, tại lớp, ngoài xã, ở xã, trên xã, ở công an xã, công an xã, ở ubnd, ở công an, trên app, qua app, bằng app, qua momo, qua ngân hàng, bằng điện thoại, bằng máy, máy bố, máy mẹ, máy chồng, online, qua mạng, theo hướng dẫn, như cô bảo, như cô dặn, như hướng dẫn, cô hướng dẫn, \
        cái này, cái đó, cái ấy, việc này, việc đó, mục này, khoản này, như vậy, hôm thứ, phút, mấy phút, giây, đủ tiền, số tiền, cháu lớn, cháu nhỏ, bé lớn, bé út, đóng dấu, tuyệt vời, dễ mà, lâu lắm, lắm, quá, rất, mãi, cực, phết, ghê, một phát, một cái, thấy dễ, nhà trường, trường, lớp mình, lớp con, lớp bé, bước, khâu, đoạn, xử lý, giải quyết",
    ),
    (
        Cue::Tech,
        "app, ứng dụng, wifi, mật khẩu, otp, zalo, ngân hàng, tài khoản, stk, số tk, tk, điện thoại, máy, momo, mã xác nhận, mã xác thực, bill, biên lai, hoá đơn, màn hình, đường link, link, ảnh, camera, tin nhắn, mã kích hoạt, bằng lái, căn cước, cccd, bảo hiểm, giấy tờ, mạng, viettelpay, chữ, dấu, nút, trang, nội dung ck, vietcombank, agribank, bidv, vietinbank, mb, techcombank, nhóm, thông báo",
    ),
    // Doings and things that take the place of the task: "kích hoạt sim", "chuyển nhà", "nhận được thông báo rồi".
    (
        Cue::Foreign,
        "=chuyển nhà, chuyển trọ, vssid, ngoại khoá, ngoại khóa, tiền ngoại khoá, lên lớp, lên trường, lên huyện, lên cơn, lên sốt, lên cân, chuyển phòng, chuyển bàn, chuyển tổ, chuyển xóm, chuyển chỗ, chuyển ca, chuyển trường, chuyển lớp, chuyển công ty, chuyển việc, chuyển dạ, chuyển mùa, atm, sim, thẻ, esim, nhà sang, lời, bỉm, rau, trứng, cá, thịt, gạo, sữa, thuốc, áo, quần, đồng phục, giày, xe, xăng, điện, tiền điện, tiền nước, tiền nhà, tiền trọ, tiền rau, tiền áo, tiền lãi, cửa, cổng, sân, lá, nhà cửa, lớp học thêm, tiếng anh, trò chơi, game, level, sách, vở, bài, bài tập, ăn, ngủ, đến, đi, đón, đưa, xem, đọc, biết, hiểu, rõ, nghe, mua, bán, học, chơi, nói, bảo, hát, khóc, tắm, dậy, ốm, sốt, khỏi, nấu, \
        đăng, tải, cài, cài đặt, mở, tìm, kết bạn, vào nhóm, vào zalo, tham gia nhóm, chuông, đèn, hình, sinh nhật, xin nghỉ, nghỉ, hàng, shipper, ship, cà phê, trà sữa, quán, chợ, siêu thị, nhà thuốc, menu, vé, phí, góp, quỹ, quỹ lớp, tiền quỹ, ủng hộ, từ thiện, bảo hiểm xe, gói, gói cước, 4g, 3g, 5g, nhạc, vaccine, tiêm, khám",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_phrase_stands_twice() {
        let mut seen = std::collections::HashMap::new();
        for (cue, line) in PHRASES {
            for phrase in line.split(',').map(str::trim) {
                let before = seen.insert(phrase, *cue);
                assert!(before.is_none(), "{phrase}: {before:?} and {cue:?}");
            }
        }
    }
}
