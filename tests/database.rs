//! Every statement of the program is understood by both engines, the ones that every answer needs find
//! their rows by an index, and the tables can be made by whoever comes first.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use lopso::channel::sandbox::Sandbox;
use lopso::db::{Db, Engine, Val};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use support::TestDb;

/// A statement as it stands in the source.
struct Statement {
    /// `ledger/store.rs`
    file: String,
    /// The function it stands in.
    function: String,
    sql: String,
}

impl Statement {
    fn place(&self) -> String {
        format!("{} {}", self.file, self.function)
    }

    fn binds(&self) -> usize {
        let number = |rest: &str| {
            rest.chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
                .parse()
                .unwrap_or(0)
        };
        self.sql.split('$').skip(1).map(number).max().unwrap_or(0)
    }
}

/// Every `const …: &str` of SQL in the sources. What only PostgreSQL needs is left out.
fn statements() -> Vec<Statement> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let file = path
            .strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        let text = fs::read_to_string(&path).unwrap();
        let mut pieces = text.split(": &str = \"");
        let mut before = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let sql = literal(piece);
            let is_sql = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "]
                .iter()
                .any(|word| sql.starts_with(word));
            let postgres_only = sql.contains("FOR UPDATE")
                || sql.contains("pg_advisory")
                || sql.contains("to_regprocedure");
            if is_sql && !postgres_only {
                found.push(Statement {
                    file: file.clone(),
                    function: function_in(&before),
                    sql,
                });
            }
            before.push_str(piece);
        }
    }
    assert!(
        found.len() > 50,
        "only {} statements found: the way they are written has changed",
        found.len()
    );
    found
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// A string literal up to its closing quote, its lines joined as the compiler joins them.
fn literal(text: &str) -> String {
    let end = text.find('"').unwrap_or(text.len());
    text[..end].split("\\\n").map(str::trim_start).collect()
}

fn function_in(before: &str) -> String {
    let name = |rest: &str| {
        rest.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    before
        .rsplit("fn ")
        .next()
        .map(name)
        .filter(|_| before.contains("fn "))
        .unwrap_or_default()
}

async fn with_every_table(engine: Engine) -> Option<TestDb> {
    let test = support::database(engine).await?;
    Sandbox::open(test.db.clone()).await.unwrap();
    Some(test)
}

async fn sqlite_plan(db: &Db, statement: &Statement) -> Result<Vec<String>, sqlx::Error> {
    let sql: &'static str = format!("EXPLAIN QUERY PLAN {}", statement.sql).leak();
    let mut tx = db.read().await?;
    let rows = tx
        .rows(sql, vec![Val::Text(None); statement.binds()])
        .await?;
    rows.iter().map(|row| row.get("detail")).collect()
}

/// PostgreSQL's plan for these binds. Which of them are numbers the program tells when it binds; here it
/// is found by trying.
async fn postgres_plan(
    connection: &mut PgConnection,
    statement: &Statement,
    values: &[&str],
) -> Result<String, String> {
    let binds = statement.binds();
    for mask in 0..1_u32 << binds {
        let kind = |place: usize| {
            if mask & (1_u32 << place) == 0 {
                "unknown"
            } else {
                "bigint"
            }
        };
        let kinds: Vec<&str> = (0..binds).map(kind).collect();
        let kinds = if kinds.is_empty() {
            String::new()
        } else {
            format!("({})", kinds.join(", "))
        };
        let prepare = format!("PREPARE one_more{kinds} AS {}", statement.sql);
        match connection
            .execute(sqlx::raw_sql(AssertSqlSafe(prepare)))
            .await
        {
            Ok(_) => break,
            Err(error) if mask + 1 == 1 << binds => return Err(error.to_string()),
            Err(_) => {}
        }
    }
    let values: Vec<&str> = (0..binds)
        .map(|place| values.get(place).copied().unwrap_or("NULL"))
        .collect();
    let values = if values.is_empty() {
        String::new()
    } else {
        format!("({})", values.join(", "))
    };
    let explain = format!("EXPLAIN EXECUTE one_more{values}");
    let rows = connection
        .fetch_all(sqlx::raw_sql(AssertSqlSafe(explain)))
        .await;
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(
            "DEALLOCATE one_more".to_owned(),
        )))
        .await
        .unwrap();
    let lines: Vec<String> = rows
        .map_err(|error| error.to_string())?
        .iter()
        .map(|row| row.get(0))
        .collect();
    Ok(lines.join("\n"))
}

/// What only a server can do; on SQLite the file's own lock stands in for it.
fn is_for_a_server(statement: &Statement) -> bool {
    statement.file == "db/hold.rs"
}

#[tokio::test]
async fn every_statement_is_understood_by_sqlite() {
    let test = with_every_table(Engine::Sqlite).await.unwrap();
    let mut wrong = Vec::new();
    for statement in statements() {
        if is_for_a_server(&statement) {
            continue;
        }
        if let Err(error) = sqlite_plan(&test.db, &statement).await {
            wrong.push(format!("{}: {error}\n{}", statement.place(), statement.sql));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test]
async fn every_statement_is_understood_by_postgres() {
    let Some(test) = with_every_table(Engine::Postgres).await else {
        return;
    };
    let mut connection = PgConnection::connect(&test.url).await.unwrap();
    let mut wrong = Vec::new();
    for statement in statements() {
        if let Err(error) = postgres_plan(&mut connection, &statement, &[]).await {
            wrong.push(format!("{}: {error}\n{}", statement.place(), statement.sql));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Statements that read a whole table because that is what they are for. None of them runs for an answer.
const WHOLE_TABLE: [&str; 9] = [
    "bots/mod.rs all",
    "bots/budget.rs forget_old",
    "inbox.rs aside",
    "inbox.rs all_aside",
    "outbox/queue.rs forget_old",
    "ledger/store.rs drop_expired_pending",
    "roster/store.rs ",
    "roster/store.rs first_school_at",
    "web/health.rs ready",
];

#[tokio::test]
async fn no_statement_walks_through_a_table_on_sqlite() {
    let test = with_every_table(Engine::Sqlite).await.unwrap();
    let mut wrong = Vec::new();
    for statement in statements()
        .iter()
        .filter(|statement| !WHOLE_TABLE.contains(&statement.place().as_str()))
    {
        if statement.file == "channel/sandbox.rs" || is_for_a_server(statement) {
            continue; // (the demo's messages are few)
        }
        for step in sqlite_plan(&test.db, statement).await.unwrap() {
            if step.starts_with("SCAN ")
                && !step.starts_with("SCAN json_each")
                && step != "SCAN CONSTANT ROW"
            {
                wrong.push(format!("{}: {step}\n{}", statement.place(), statement.sql));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What every answer needs: function, and values for its binds.
const HOT: [(&str, &[&str]); 17] = [
    (
        "roster/accounts.rs select_accounts",
        &["1", r#"'[{"id":"u7"},{"id":"u9"}]'"#],
    ),
    (
        "roster/chats.rs select_chats",
        &["1", r#"'[{"id":"c7"},{"id":"c9"}]'"#],
    ),
    ("roster/store.rs schools_to_lock", &["'[7,9]'"]),
    ("roster/store.rs members", &["'[7,9]'"]),
    ("roster/staff.rs roles", &["'[7,9]'"]),
    ("roster/store.rs children_of", &["'[7,9]'"]),
    ("roster/store.rs children", &["'[7,9]'"]),
    ("ledger/store.rs acts", &["'[7,9]'", "'[7,9]'"]),
    ("ledger/store.rs families", &["'[7,9]'"]),
    ("ledger/store.rs tallies_of", &["'[7,9]'"]),
    ("outbox/mod.rs prompts", &["'[7,9]'", r#"'[{"id":"m7"}]'"#]),
    ("ledger/store.rs pending", &["'[7,9]'", "1000"]),
    ("outbox/mod.rs boards", &["'[7,9]'"]),
    ("outbox/queue.rs take", &["1", "1000", "100", "0", "3"]),
    ("outbox/mod.rs drop_superseded", &["'[7,9]'"]),
    (
        "outbox/queue.rs settle",
        &[r#"'[{"id":7,"state":"sent"}]'"#],
    ),
    ("ledger/store.rs class_families", &["7", "7", "1"]),
];

/// Tables that grow with every answer: walking through them is never the better plan.
const GROWING: [&str; 4] = ["act", "family", "outbox", "prompt"];
/// Tables that grow with every school. Through the few pages of a small one the server rightly walks; but it
/// must have an index to take when they are large, and shows it when walking is made dear.
const GROWING_SLOWLY: [&str; 7] = [
    "tally",
    "account",
    "membership",
    "child",
    "enrolment",
    "guardian",
    "person",
];

/// A district: 100 schools with 10 classes of 20 families, one guardian each, three acts a family, and
/// a message to each of them.
const DISTRICT: [&str; 18] = [
    "INSERT INTO school SELECT n, 's' || n, 'x', '2026-2027', 0 FROM generate_series(1, 100) n",
    "INSERT INTO class SELECT (n - 1) / 10 + 1, n, '2026-2027', 'k' || n, 'k' || n FROM generate_series(1, 1000) n",
    "INSERT INTO child SELECT (n - 1) / 200 + 1, n, 'h' || n, 'x', 0 FROM generate_series(1, 20000) n",
    "INSERT INTO enrolment SELECT (n - 1) / 200 + 1, '2026-2027', n, (n - 1) / 20 + 1, NULL FROM generate_series(1, 20000) n",
    "INSERT INTO person SELECT (n - 1) / 200 + 1, n, 'x', 0 FROM generate_series(1, 20000) n",
    "INSERT INTO guardian SELECT (n - 1) / 200 + 1, n, n, 0 FROM generate_series(1, 20000) n",
    "INSERT INTO bot VALUES (1, 'sandbox_telegram', 'b')",
    "INSERT INTO account SELECT n, 1, 'u' || n, 'x', NULL, 0 FROM generate_series(1, 20000) n",
    "INSERT INTO membership SELECT n, (n - 1) / 200 + 1, n FROM generate_series(1, 20000) n",
    "INSERT INTO chat SELECT n, 1, 'c' || n, 'private' FROM generate_series(1, 21000) n",
    "INSERT INTO class_group SELECT 20000 + n, (n - 1) / 10 + 1, n FROM generate_series(1, 1000) n",
    "INSERT INTO task SELECT n, n * 10 + t, '2026-2027', 't' || t, 'x', 'skill', t, 100, 0, NULL \
     FROM generate_series(1, 100) n, generate_series(1, 3) t",
    "INSERT INTO act SELECT (n - 1) / 200 + 1, n * 10 + t, ((n - 1) / 200 + 1) * 10 + t, n, NULL, 'done', 'said', 0 \
     FROM generate_series(1, 20000) n, generate_series(1, 3) t",
    "INSERT INTO family SELECT (n - 1) / 200 + 1, ((n - 1) / 200 + 1) * 10 + t, n, 'done', 'said', 0 \
     FROM generate_series(1, 20000) n, generate_series(1, 3) t",
    "INSERT INTO tally SELECT (n - 1) / 10 + 1, n, ((n - 1) / 10 + 1) * 10 + t, s, '', 5 \
     FROM generate_series(1, 1000) n, generate_series(1, 3) t, unnest(ARRAY['not_yet', 'cash', 'declined']) s",
    "INSERT INTO outbox SELECT n, 1, n, 1, '', NULL, 0, 'sent', 1, 'm' || n FROM generate_series(1, 60000) n",
    "INSERT INTO prompt SELECT n, n, NULL, n, '[]', 0, 0 FROM generate_series(1, 20000) n",
    "ANALYZE school, class, child, enrolment, person, guardian, account, membership, chat, class_group, task, act, \
     family, tally, outbox, prompt",
];

#[tokio::test]
async fn what_every_answer_needs_is_found_by_an_index_on_postgres() {
    let Some(test) = support::database(Engine::Postgres).await else {
        return;
    };
    let mut connection = PgConnection::connect(&test.url).await.unwrap();
    // The rows fit together; checking that they do takes most of the time. Not every role may leave it out.
    let _ = connection
        .execute("SET session_replication_role = replica")
        .await;
    for step in DISTRICT {
        connection.execute(step).await.unwrap();
    }
    let statements = statements();
    let mut wrong = Vec::new();
    // Once planned for these binds, and once as the server plans a statement it has seen often.
    for mode in ["force_custom_plan", "force_generic_plan"] {
        let set = format!("SET plan_cache_mode = {mode}");
        connection.execute(AssertSqlSafe(set)).await.unwrap();
        for (walking, tables) in [("on", &GROWING[..]), ("off", &GROWING_SLOWLY[..])] {
            connection
                .execute(AssertSqlSafe(format!("SET enable_seqscan = {walking}")))
                .await
                .unwrap();
            for (place, values) in HOT {
                let found: Vec<&Statement> = statements
                    .iter()
                    .filter(|statement| statement.place() == place)
                    .collect();
                assert!(
                    !found.is_empty(),
                    "{place} is gone; is it no longer needed for every answer?"
                );
                for statement in found {
                    let plan = postgres_plan(&mut connection, statement, values)
                        .await
                        .unwrap();
                    let walks = |table: &&&str| plan.contains(&format!("Seq Scan on {table} "));
                    if let Some(table) = tables.iter().find(walks) {
                        wrong.push(format!(
                            "{mode}: {place} walks through {table}\n{}\n{plan}",
                            statement.sql
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// SQLite chooses without having counted anything. Of two indexes it must not take the one that leads through a whole
/// school, or through the acts of every household.
#[tokio::test]
async fn what_every_answer_needs_goes_straight_to_its_rows_on_sqlite() {
    let test = with_every_table(Engine::Sqlite).await.unwrap();
    let statements = statements();
    let mut wrong = Vec::new();
    for (place, _) in HOT {
        for statement in statements.iter().filter(|one| one.place() == place) {
            for step in sqlite_plan(&test.db, statement).await.unwrap() {
                let of = |table: &&&str| step.contains(&format!("sqlite_autoindex_{table}_"));
                let growing = GROWING
                    .iter()
                    .chain(&GROWING_SLOWLY)
                    .any(|table| of(&table));
                if growing && step.contains("(school_id=?)") {
                    wrong.push(format!("{place}: {step}\n{}", statement.sql));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let acts = statements
        .iter()
        .find(|one| one.place() == "ledger/store.rs acts");
    let plan = sqlite_plan(&test.db, acts.unwrap()).await.unwrap();
    let searched: Vec<&String> = plan
        .iter()
        .filter(|step| step.starts_with("SEARCH act "))
        .collect();
    assert_eq!(
        searched,
        [
            "SEARCH act USING INDEX act_by_child (child_id=?)",
            "SEARCH act USING INDEX act_by_person (person_id=?)"
        ]
    );
}

// Reading rows -----------------------------------------------------------------------------------

/// Numbers beyond what JSON's readers keep elsewhere, words with everything in them that needs an escape, and none.
async fn rows_come_as_they_were_written(engine: Engine) {
    let Some(test) = support::database(engine).await else {
        return;
    };
    const INSERT: &str = "INSERT INTO outbox (outbox_id, bot_id, chat_id, priority, payload, edits, due_at, state, attempts) \
         VALUES ($1, 1, 1, 1, $2, $3, 0, 'waiting', 0)";
    const SELECT: &str = "SELECT outbox_id, payload, edits, CAST(attempts AS BIGINT) AS attempts FROM outbox \
         WHERE outbox_id <> $1 ORDER BY outbox_id DESC";
    let words = [
        "\"Mẹ\" của bé\n\tTrần Gia Bảo 👩‍👧 \\ \u{1}",
        "",
        "null",
        "[1, {}]",
    ];
    let ids = [9_007_199_254_740_993, i64::MAX, 3, -4];
    let mut tx = test.db.begin().await.unwrap();
    for (place, (id, payload)) in ids.into_iter().zip(words).enumerate() {
        let edits = (place == 1).then_some(i64::MIN);
        tx.execute(INSERT, lopso::vals![id, payload, edits])
            .await
            .unwrap();
    }
    let mut expected: Vec<_> = ids.into_iter().zip(words).collect();
    expected.sort();
    expected.reverse();
    // The first time the engine's own rows, afterwards all in one text: nobody sees a difference.
    for _ in 0..3 {
        let rows = tx.rows(SELECT, lopso::vals![0_i64]).await.unwrap();
        let read: Vec<(i64, String)> = rows
            .iter()
            .map(|row| (row.get("outbox_id").unwrap(), row.get("payload").unwrap()))
            .collect();
        let read: Vec<_> = read
            .iter()
            .map(|(id, words)| (*id, words.as_str()))
            .collect();
        assert_eq!(read, expected);
        let edits: Vec<Option<i64>> = rows.iter().map(|row| row.get("edits").unwrap()).collect();
        assert_eq!(edits, [Some(i64::MIN), None, None, None]);
        assert!(
            rows[0].get::<i64>("payload").is_err(),
            "words are no number"
        );
        assert!(rows[1].get::<i64>("edits").is_err(), "nothing is no number");
        assert!(rows[0].get::<String>("no_such_column").is_err());
        assert!(
            rows.iter()
                .all(|row| !row.get::<bool>("attempts").unwrap_or(false))
        );
    }
    let none = tx.rows(SELECT, lopso::vals![3_i64]).await.unwrap();
    assert_eq!(none.len(), 3);
    let delete = "DELETE FROM outbox WHERE bot_id = $1";
    tx.execute(delete, lopso::vals![1_i64]).await.unwrap();
    assert!(
        tx.rows(SELECT, lopso::vals![0_i64])
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn rows_come_as_they_were_written_sqlite() {
    rows_come_as_they_were_written(Engine::Sqlite).await;
}

#[tokio::test]
async fn rows_come_as_they_were_written_postgres() {
    rows_come_as_they_were_written(Engine::Postgres).await;
}

// Making the tables ------------------------------------------------------------------------------

async fn opens_again(engine: Engine) {
    let Some(test) = support::database(engine).await else {
        return;
    };
    for _ in 0..2 {
        Db::open(&test.url).await.unwrap().close().await;
    }
}

#[tokio::test]
async fn opening_again_changes_nothing_sqlite() {
    opens_again(Engine::Sqlite).await;
}

#[tokio::test]
async fn opening_again_changes_nothing_postgres() {
    opens_again(Engine::Postgres).await;
}

/// The clock of an office PC may have been a day ahead when something was said.
async fn ids_go_on_after_the_last(engine: Engine) {
    let Some(test) = support::database(engine).await else {
        return;
    };
    let tomorrow = lopso::domain::Timestamp(1_795_600_000_000);
    let now = lopso::domain::Timestamp(1_795_500_000_000);
    let last = lopso::db::fresh_id(tomorrow);
    // As another program would have written it, later than anything of this one.
    let last = last + (1 << 40);
    let mut tx = test.db.begin().await.unwrap();
    let prompt = "INSERT INTO prompt (prompt_id, chat_id, outbox_id, choices, opened_at, expires_at) \
         VALUES ($1, 1, 1, '[]', 0, 0)";
    tx.execute(prompt, lopso::vals![last]).await.unwrap();
    tx.commit().await.unwrap();
    Db::open(&test.url).await.unwrap().close().await;
    assert!(lopso::db::fresh_id(now) > last);
}

#[tokio::test]
async fn ids_go_on_after_the_last_sqlite() {
    ids_go_on_after_the_last(Engine::Sqlite).await;
}

#[tokio::test]
async fn ids_go_on_after_the_last_postgres() {
    ids_go_on_after_the_last(Engine::Postgres).await;
}

async fn all_open_at_once(url: &str) {
    let (one, two, three) = tokio::join!(Db::open(url), Db::open(url), Db::open(url));
    for db in [one, two, three] {
        let db = db.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.rows("SELECT COUNT(*) AS n FROM school", Vec::new())
            .await
            .unwrap();
        drop(tx);
        db.close().await;
    }
}

#[tokio::test]
async fn three_programs_open_a_new_database_at_the_same_moment_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    all_open_at_once(&format!(
        "sqlite:{}",
        folder.path().join("new.db").display()
    ))
    .await;
}

#[tokio::test]
async fn three_programs_open_a_new_database_at_the_same_moment_postgres() {
    let Ok(server) = std::env::var("LOPSO_TEST_POSTGRES") else {
        return;
    };
    let schema = format!("once{}", std::process::id());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    connection
        .execute(AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
        .await
        .unwrap();
    all_open_at_once(&format!("{server}?options=-c%20search_path%3D{schema}")).await;
    connection
        .execute(AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE")))
        .await
        .unwrap();
}
