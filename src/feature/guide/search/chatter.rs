//! What is said in a class group when nobody wants a guide: thanks, meals, fevers, lost bottles, weather,
//! and sentences that carry a guide's word and ask nothing. Without accents, as the search reads.
//! A message nearer to these than to any guide's phrases is left alone. A teacher may add a line.
//! Questions for which a guide could be written do not belong here: they would silence it.

pub const CHATTER: &[&str] = &[
    // Thanks, greetings, yes.
    "da vang a", "vang co a", "ok co", "cam on co nhieu a", "em cam on co giao da quan tam chau", "da em ro roi a",
    "em nho roi a cam on co", "chuc co buoi toi vui ve", "chuc ca nha ngu ngon", "chao ca lop minh buoi sang tot lanh",
    "em chao co va cac phu huynh", "chuc mung nam moi co va gia dinh", "chuc mung ngay nha giao viet nam", "chuc mung sinh nhat be yeu",
    "be nha minh tron bon tuoi roi hay an chong lon nhe", "lau qua khong gap bac co khoe khong", "co ngu som di nhe muon roi",
    "yeu co giao nhieu lam", "tuyet voi qua", "haha vui the", "hay qua", "dung roi co a", "thoi em di nau com day", "toi dang lam dong",
    // The child: health, absence, meals, sleep.
    "hom nay chau sot em xin phep cho chau nghi", "con em ho va so mui ca dem", "be bi dau bung co cho be nghi ngoi nhe",
    "co cho con uong thuoc sau bua trua giup em", "thuoc cua be em de trong ba lo", "chau nga tray tay co xem giup em", "mong co de y chau hom nay met",
    "nha em co viec nen xin cho con nghi hai hom", "mai con di hoc lai co nhe", "con an co het suat khong co", "trua nay con ngu co ngoan khong",
    "hom nay lop an mon gi co nhi", "chau ve nha ke chuyen hat bai hat co day suot", "chau biet tu xuc com roi em mung qua", "con be nha em nhat lam khong chiu noi",
    "con em biec an lam", "be moc rang quay khoc", "chau noi ngong phai lam sao", "may tuoi thi cho be hoc chu", "be nha em sap co em", "chau tu mac duoc quan ao roi",
    "con bi muoi dot kin chan", "dich tay chan mieng lai ve roi cac me can than", "dau mat do lay nhieu qua", "tiem phong o tram xa hom nao", "co phai kham suc khoe khong",
    // School life.
    "mai lop co hoc khong co", "thu bay co day khong", "may gio tan hoc", "may gio dien van nghe", "ngay mai mac dong phuc gi a", "co can mang ao mua mu khong",
    "co can mang chan goi den lop khong", "hom nao di tham quan", "lop minh co bao nhieu chau", "co giao chu nhiem nam nay la ai", "bao gio hop phu huynh", "truong nghi tet may ngay",
    "lich nghi le the nao", "hom nay co giao di tap huan", "bua an cua cac con bao nhieu tien", "tien an thang nay la bao nhieu", "hoi phu huynh dong gop mua hoa moi nha nam muoi nghin",
    "lop minh mua qua gi tang co", "truong sua san choi chua", "do choi o san hong nhieu qua", "cong truong dong xe qua tac ca duong", "xe ai do chan loi vao", "xe tai chay nhanh so qua",
    "em don con muon mong co thong cam", "chieu nay ong ngoai don chau", "ba dang tren duong don chau", "nho co giu chau them muoi phut", "em don con roi nhe",
    "cac con mua dep qua", "co trang tri lop xinh the", "anh khai giang dep lam ba ngoai khen mai", "co chup cac con de thuong qua", "video trung thu vui that", "be nao cung cuoi tuoi",
    "bai chuyen de hay qua vo tay", "to minh dat ao chua cac chi", "chi em nho nop ke hoach cho to nhe", "chieu nay hop hoi dong luc hai gio",
    // Lost things, complaints.
    "con em mat chiec giay mau hong", "ba lo cua be bi cam nham", "binh nuoc cua con lan sang ban nao", "ai thay cai mu cua chau khong", "em lam roi chia khoa xe", "ai danh roi vi o cong truong",
    "con mang ve mot do choi la cua ban nao", "toi thay con ve doi qua", "con em bi ban can tay", "sao hom nay con bi tray mat", "em hoi buon vi chuyen hom qua", "lop nong qua co bat quat giup",
    // Neighbours: weather, market, farming, football, prices, jokes.
    "mai troi ret dam nho cho con mac am", "mua to qua duong ngap het", "bao vao roi ca nha can than", "troi nom quan ao khong kho", "nang nong the nay chau met", "gia lon giam buon qua",
    "lua nha minh gat xong chua", "rau nha trong sach ai lay nhan em", "ban ga ta tha vuon ai mua khong", "em nhan lam banh sinh nhat", "thanh ly quan ao tre em gia re", "nha em co xe dap cu ban lai",
    "khai giang lop tieng anh ai dang ky", "ban dat gan cho gia tot", "ship do an trua tan noi", "cho thue vay mua", "quan bun o cho ngon lam", "toi nay an gi ca nha", "noi thit kho chay den", "moi co sang nha em an com",
    "viet nam da hay qua vo dich roi", "tran bong toi nay may gio", "gia xang lai tang", "gia vang hom nay bao nhieu", "tro cap nguoi gia tang roi mung qua", "lanh dao ve tham xa", "truong thon noi hay lam",
    "hang xom nha em cuoi con", "xin chia buon cung gia dinh", "dam cuoi nha bac vui qua", "nghe noi nha ay mua o to moi", "hoi lang nam nay dong khong", "le nay ca nha di bien", "tau di ha noi may gio chay",
    "con em doi lay co giao lam vo", "chau hoi sao mat trang khong roi", "dua nho nghich qua di mat", "bot oi an com chua", "bot la nguoi hay may", "bot thong minh the", "do bot biet toi la ai", "co hat cho ca nha nghe di",
    "vay von nuoi bo lai bao nhieu", "doi tien dai loan bao nhieu mot dong", "bai nhac trong clip ten gi", "ban hang tren mang gio nao dong khach", "sua loa sua quat o dau", "tho sua dien nuoc gan day so nao",
    "em muon tim nguoi giup viec", "nha nao co sach cu cho em xin", "mua xe may cu gia re o dau", "di kham benh o dau tot", "quan cat toc cho be o dau", "mua sua loai nao tot cho con",
    // A guide's word, and nothing asked.
    "zalo cua co doi anh dep the", "em moi doi anh dai dien zalo", "nhom minh dong vui qua", "nhom nay im ang the", "tin nhan cua co dai qua em doc mai moi xong", "em nhan tin cho co roi nhe", "em vua goi cho co ma co ban",
    "chau nghich dien thoai bam lung tung em xin loi co", "dien thoai em het pin", "em moi mua dien thoai moi", "mang yeu qua", "ma qr co lam dep qua co ca hinh con tho", "ma qr co in to ro ghe", "cai ma nay in mau dep nhi",
    "thay ai cung quet ma di cho gio hien dai qua", "otp tren ti vi noi suot ngay dau ca dau", "thoi su lai dua tin lua dao so that", "thoi buoi nay lua dao nhieu qua", "cong an xa phat mu bao hiem cho cac chau",
    "cong an giao thong dung o dau cau", "chu cong an den lop day cac con qua duong", "em chuyen khoan tien ga roi nhe", "ai chuyen khoan tien rau cho em thi bao", "em chuyen nha sang xom khac roi", "nop tien muon mong co thong cam",
    "chong em lam ngan hang", "ngan hang hom nay nghi", "em lam can cuoc mat ca buoi", "the can cuoc cua ai roi o cong", "dang ky cho con hoc vo hoc mua", "noi dung hop hom qua hay that", "noi dung vo kich buon cuoi qua",
    "lap wifi cho ong ba mung lam", "em ky hop dong dien nuoc moi tay", "bac si quet sieu am", "co lao cong quet san sach the", "con em thich quet nha giup me", "chau ve nha ma chan tay bam dat",
];
