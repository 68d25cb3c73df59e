//! The guides: short how-tos written as text files, checked when they are loaded.
//!
//! A file is front matter in TOML between two `+++` lines, then numbered steps, then at most one line
//! that begins with `Mẹo:`.

use std::path::Path;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::problems::{Problem, What};
use super::search::{self, Explained, Hit, Search};

/// The guides compiled into the program.
static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/config/guides");

/// Fewer steps are no guide; more do not fit on a phone's screen, and nobody reads them.
const STEPS: std::ops::RangeInclusive<usize> = 3..=6;
/// Letters of one step: about two lines of large type on a phone.
const STEP_LETTERS: usize = 140;

/// How likely a guide must be for a message that may also be an answer.
const SURELY: f64 = 0.8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    Parent,
    Staff,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guide {
    pub id: String,
    pub title: String,
    pub audience: Audience,
    /// What it belongs to: qr, bank, vneid, zalo, safety …
    pub group: String,
    /// None as long as it is only planned: it is found, and people are told that it is not written yet.
    pub steps: Vec<String>,
    pub tip: Option<String>,
    pub link: Option<String>,
    /// Ways in which people ask for it.
    pub phrases: Vec<String>,
    /// Questions near to it that it does not answer.
    pub negative: Vec<String>,
}

impl Guide {
    pub fn is_written(&self) -> bool {
        !self.steps.is_empty()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    id: String,
    title: String,
    audience: Audience,
    group: String,
    link: Option<String>,
    /// Year and month in which somebody last followed the steps.
    checked: Option<String>,
    #[serde(default)]
    planned: bool,
    #[serde(default)]
    phrases: Vec<String>,
    #[serde(default)]
    negative: Vec<String>,
}

/// What may be left out.
const OPTIONAL: [&str; 5] = ["link", "checked", "planned", "phrases", "negative"];
pub const KEYS: [&str; 9] = [
    "id", "title", "audience", "group", "link", "checked", "planned", "phrases", "negative",
];

pub struct Library {
    guides: Vec<Guide>,
    search: Search,
}

impl Library {
    /// The guides that come with the program.
    pub fn embedded() -> Result<Self, Vec<Problem>> {
        let files = SHIPPED.files().filter_map(|file| {
            let name = file.path().file_name()?.to_str()?.to_owned();
            name.ends_with(".md")
                .then(|| (name, file.contents_utf8().unwrap_or_default().to_owned()))
        });
        Self::build(files.collect())
    }

    /// A school's own folder of guides, in place of the shipped ones.
    pub fn from_folder(path: &Path) -> Result<Self, Vec<Problem>> {
        let unreadable = |_| {
            vec![Problem {
                file: path.display().to_string(),
                line: None,
                what: What::Unreadable,
            }]
        };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(path).map_err(unreadable)? {
            let file = entry.map_err(unreadable)?.path();
            let Some(name) = file
                .file_name()
                .and_then(|name| name.to_str())
                .filter(|name| name.ends_with(".md"))
            else {
                continue;
            };
            files.push((
                name.to_owned(),
                std::fs::read_to_string(&file).map_err(unreadable)?,
            ));
        }
        Self::build(files)
    }

    fn build(mut files: Vec<(String, String)>) -> Result<Self, Vec<Problem>> {
        files.sort();
        let (mut guides, mut problems) = (Vec::new(), Vec::new());
        for (file, text) in &files {
            match read(file, text) {
                Ok(guide) => guides.push(guide),
                Err(found) => problems.extend(found),
            }
        }
        problems.extend(shared_phrases(&guides));
        if guides.is_empty() && problems.is_empty() {
            problems.push(Problem {
                file: "*.md".to_owned(),
                line: None,
                what: What::NoGuides,
            });
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            search: Search::build(&guides),
            guides,
        })
    }

    pub fn guides(&self) -> &[Guide] {
        &self.guides
    }

    /// Those that can be shown; the others are planned.
    pub fn written(&self) -> impl Iterator<Item = &Guide> {
        self.guides.iter().filter(|guide| guide.is_written())
    }

    pub fn get(&self, id: &str) -> Option<&Guide> {
        self.guides.iter().find(|guide| guide.id == id)
    }

    /// The guides that fit a question: best first, at most three, none when none fits.
    pub fn ask(&self, text: &str) -> Vec<Hit> {
        self.search.ask(text)
    }

    /// The guides of a message that may also be an answer to something: only when the best is very likely meant.
    pub fn surely(&self, text: &str) -> Vec<Hit> {
        let mut hits = self.search.ask(text);
        if !hits.first().is_some_and(|best| best.score >= SURELY) {
            hits.clear();
        }
        hits
    }

    /// Why a question found what it found.
    pub fn explain(&self, text: &str) -> Explained {
        self.search.explain(text)
    }
}

fn read(file: &str, text: &str) -> Result<Guide, Vec<Problem>> {
    let problem = |line, what| {
        vec![Problem {
            file: file.to_owned(),
            line,
            what,
        }]
    };
    let text = text.replace("\r\n", "\n");
    let Some((front, body)) = text
        .strip_prefix("+++\n")
        .and_then(|rest| rest.split_once("\n+++\n"))
    else {
        return Err(problem(Some(1), What::NoFrontMatter));
    };
    let table: toml::Table = toml::from_str(front).map_err(|error| {
        let line = error
            .span()
            .map(|span| front[..span.start.min(front.len())].matches('\n').count() + 2);
        problem(line, What::FrontMatter)
    })?;
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(problem(None, What::unknown_key(key)));
    }
    if let Some(key) = KEYS
        .iter()
        .find(|key| !OPTIONAL.contains(*key) && !table.contains_key(**key))
    {
        return Err(problem(None, What::MissingKey(key)));
    }
    let front = FrontMatter::deserialize(table).map_err(|_| problem(None, What::FrontMatter))?;
    let (steps, tip) = body_of(body);
    // What is only planned was followed by nobody, and what the model knows is found without phrases.
    if !front.planned && front.checked.is_none() {
        return Err(problem(None, What::MissingKey("checked")));
    }
    if front.phrases.is_empty() && !search::is_learned(&front.id) {
        return Err(problem(None, What::MissingKey("phrases")));
    }
    let planned = front.planned;
    let guide = Guide {
        id: front.id,
        title: front.title,
        audience: front.audience,
        group: front.group,
        steps,
        tip,
        link: front.link,
        phrases: front.phrases,
        negative: front.negative,
    };
    let found = check(file, &guide, planned);
    if found.is_empty() {
        Ok(guide)
    } else {
        Err(found)
    }
}

fn body_of(body: &str) -> (Vec<String>, Option<String>) {
    let mut steps = Vec::new();
    let mut tip = None;
    for line in body.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let numbered = line
            .split_once(". ")
            .filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
        if let Some((_, step)) = numbered {
            steps.push(step.to_owned());
        } else if let Some(words) = line.strip_prefix(super::texts::TIP) {
            tip = Some(words.trim().to_owned());
        }
    }
    (steps, tip)
}

fn check(file: &str, guide: &Guide, planned: bool) -> Vec<Problem> {
    let mut found = Vec::new();
    if file.strip_suffix(".md") != Some(guide.id.as_str()) {
        found.push(What::IdIsNotFileName);
    }
    if guide.title.trim().is_empty() {
        found.push(What::MissingKey("title"));
    }
    let is_whole = STEPS.contains(&guide.steps.len()) || (planned && guide.steps.is_empty());
    if !is_whole {
        found.push(What::Steps(guide.steps.len()));
    }
    let too_long = |step: &String| step.chars().count() > STEP_LETTERS;
    found.extend(
        guide
            .steps
            .iter()
            .position(too_long)
            .map(|place| What::LongStep(place + 1)),
    );
    if guide
        .link
        .as_ref()
        .is_some_and(|link| !link.starts_with("https://"))
    {
        found.push(What::Link);
    }
    found
        .into_iter()
        .map(|what| Problem {
            file: file.to_owned(),
            line: None,
            what,
        })
        .collect()
}

/// One phrase under two guides would make the answer a toss-up.
fn shared_phrases(guides: &[Guide]) -> Vec<Problem> {
    let mut seen = std::collections::HashMap::new();
    let mut problems = Vec::new();
    for guide in guides {
        for phrase in &guide.phrases {
            let key = crate::understand::fold::fold(phrase);
            match seen.insert(key, &guide.id) {
                Some(other) if *other != guide.id => {
                    let what = What::SharedPhrase {
                        phrase: phrase.clone(),
                        other: other.clone(),
                    };
                    problems.push(Problem {
                        file: format!("{}.md", guide.id),
                        line: None,
                        what,
                    });
                }
                Some(_) | None => {}
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "+++\nid = \"a\"\ntitle = \"A\"\naudience = \"parent\"\ngroup = \"qr\"\nchecked = \"2026-11\"\n\
        phrases = [\"x y\"]\n+++\n1. Một\n2. Hai\n3. Ba\nMẹo: từ từ\n";

    fn what(file: &str, text: &str) -> What {
        match Library::build(vec![(file.to_owned(), text.to_owned())]) {
            Ok(_) => panic!("accepted: {text}"),
            Err(mut problems) => problems.remove(0).what,
        }
    }

    #[test]
    fn the_shipped_guides_are_whole() {
        let library = Library::embedded()
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(library.unwrap().guides().len() >= 8);
    }

    #[test]
    fn a_good_file_is_read() {
        let library = Library::build(vec![("a.md".to_owned(), GOOD.to_owned())])
            .ok()
            .unwrap();
        let guide = library.get("a").unwrap();
        assert_eq!(
            (guide.steps.len(), guide.tip.as_deref()),
            (3, Some("từ từ"))
        );
    }

    #[test]
    fn a_planned_guide_is_found_and_has_nothing_to_show() {
        let library = Library::embedded().ok().unwrap();
        assert_eq!(library.guides().len(), 72);
        assert_eq!(library.written().count(), 12);
        let hits = library.ask("làm sao cài wifi cho điện thoại ở nhà ạ");
        assert_eq!(hits[0].id, "coban-wifi");
        assert!(!library.get("coban-wifi").unwrap().is_written());
    }

    #[test]
    fn a_schools_own_guide_is_found_by_its_words_beside_the_others() {
        let own = "+++\nid = \"don-tre\"\ntitle = \"Đăng ký đón muộn\"\naudience = \"parent\"\ngroup = \"school\"\n\
            checked = \"2026-11\"\nphrases = [\"xin cho con về muộn thì đăng ký ở đâu\", \"đón con trễ phải báo thế nào\"]\n\
            +++\n1. Một\n2. Hai\n3. Ba\n";
        let ours = SHIPPED
            .get_file("qr-quet-zalo.md")
            .unwrap()
            .contents_utf8()
            .unwrap();
        let files = vec![
            ("don-tre.md".to_owned(), own.to_owned()),
            ("qr-quet-zalo.md".to_owned(), ours.to_owned()),
        ];
        let library = Library::build(files).ok().unwrap();
        let first = |text: &str| library.ask(text).first().map(|hit| hit.id.clone());
        assert_eq!(
            first("em muốn đón con trễ thì báo thế nào ạ").as_deref(),
            Some("don-tre")
        );
        assert_eq!(
            first("quét mã bằng zalo kiểu gì vậy cô").as_deref(),
            Some("qr-quet-zalo")
        );
        // What the model knows best is not among this school's guides.
        assert_eq!(first("bật wifi ở đâu vậy ạ"), None);
    }

    #[test]
    fn a_childs_name_is_no_question() {
        let library = Library::embedded().ok().unwrap();
        for name in ["Bảo", "An", "Lê Gia Bảo", "bé Bảo ạ", "Minh Anh"] {
            assert!(
                library.ask(name).is_empty(),
                "{name}: {:?}",
                library.ask(name)
            );
        }
        assert!(!library.ask("vneid").is_empty());
    }

    #[test]
    fn every_slip_of_a_guides_author_is_named() {
        assert_eq!(what("b.md", GOOD), What::IdIsNotFileName);
        assert_eq!(what("a.md", "no front matter"), What::NoFrontMatter);
        assert_eq!(
            what("a.md", &GOOD.replace("title = \"A\"\n", "")),
            What::MissingKey("title")
        );
        assert_eq!(
            what("a.md", &GOOD.replace("checked = \"2026-11\"\n", "")),
            What::MissingKey("checked")
        );
        assert_eq!(
            what("a.md", &GOOD.replace("phrases = [\"x y\"]\n", "")),
            What::MissingKey("phrases")
        );
        assert_eq!(
            what("a.md", &GOOD.replace("group =", "gruop =")),
            What::unknown_key("gruop")
        );
        assert_eq!(what("a.md", &GOOD.replace("3. Ba\n", "")), What::Steps(2));
        assert_eq!(
            what("a.md", &GOOD.replace("Hai", &"dài ".repeat(50))),
            What::LongStep(2)
        );
        assert_eq!(
            what("a.md", &GOOD.replace("group", "link = \"http://x\"\ngroup")),
            What::Link
        );
        assert_eq!(
            what("a.md", &GOOD.replace("id = \"a\"", "id = = \"a\"")),
            What::FrontMatter
        );
    }
}
