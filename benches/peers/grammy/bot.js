// A peer: the bot as a competent developer writes it with grammY and better-sqlite3, one update after the other.
//
// A tap is one transaction of prepared statements: known already? whose child? keep it, count it, commit; then it is
// answered. It has no boards to keep up to date, which spares it those edits. `bot.start()` fetches the next
// updates only when these are done, so what is acknowledged was kept.

import Database from "better-sqlite3";
import { Bot } from "grammy";

const KEPT = "Recorded, thank you!";
const UNKNOWN = "We do not know you yet: please scan your child's slip.";
const TROUBLE = "Something went wrong, please tap again in a minute.";

function set(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const db = new Database(set("BOT_DATABASE"), { fileMustExist: true, timeout: 5000 });
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.pragma("foreign_keys = ON");

const seen = db.prepare("INSERT INTO seen_update (update_id) VALUES (?) ON CONFLICT DO NOTHING");
const personOf = db.prepare("SELECT person_id FROM account WHERE telegram_id = ?").pluck();
const childrenOf = db.prepare(
  "SELECT c.child_id AS child, c.class_id AS class FROM guardian g JOIN child c ON c.child_id = g.child_id WHERE g.person_id = ?",
);
const addAct = db.prepare("INSERT INTO act (person_id, child_id, task_id, verb, at) VALUES (?, ?, ?, 'done', ?)");
const setFamily = db.prepare(
  "INSERT INTO family (child_id, task_id, state, at) VALUES (?, ?, 'done', ?) " +
    "ON CONFLICT (child_id, task_id) DO UPDATE SET state = excluded.state, at = excluded.at WHERE state <> excluded.state",
);
const bumpTally = db.prepare(
  "INSERT INTO tally (class_id, task_id, state, families) VALUES (?, ?, 'done', 1) " +
    "ON CONFLICT (class_id, task_id, state) DO UPDATE SET families = families + 1",
);

const keep = db.transaction((update, account, task, now) => {
  if (seen.run(update).changes === 0) return KEPT;
  const person = personOf.get(account);
  if (person === undefined) return UNKNOWN;
  for (const { child, class: schoolClass } of childrenOf.all(person)) {
    addAct.run(person, child, task, now);
    if (setFamily.run(child, task, now).changes === 1) bumpTally.run(schoolClass, task);
  }
  return KEPT;
});

const bot = new Bot(set("BOT_TOKEN"), { client: { apiRoot: set("BOT_API_URL") } });

bot.callbackQuery(/^done:(\d+)$/, async (ctx) => {
  let words;
  try {
    words = keep.immediate(ctx.update.update_id, ctx.from.id, Number(ctx.match[1]), Date.now());
  } catch (error) {
    console.error("tap not kept:", error);
    words = TROUBLE;
  }
  await ctx.answerCallbackQuery({ text: words });
});

bot.catch((failure) => console.error("update not handled:", failure.error));

const stop = async () => {
  await bot.stop();
  db.close();
};
process.once("SIGTERM", stop);
process.once("SIGINT", stop);

await bot.start();
