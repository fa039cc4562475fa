import { type Database, immediate } from './database.ts';

/** A trigger by its name and what follows the name in `create trigger`. */
export type Trigger = readonly [name: string, body: string];

const statementOf = ([name, body]: Trigger): string => `CREATE TRIGGER ${name} ${body}`;

/** Makes the triggers that are missing or differ; takes the write lock only then. */
export const makeTriggers = (db: Database, triggers: readonly Trigger[]): void => {
  const held = new Map(
    db
      .prepare<[], { name: string; sql: string }>("select name, sql from sqlite_schema where type = 'trigger'")
      .all()
      .map(({ name, sql }) => [name, sql]),
  );
  const wrong = triggers.filter((trigger) => held.get(trigger[0]) !== statementOf(trigger));
  if (wrong.length === 0) return;
  immediate(db, () => {
    for (const trigger of wrong) {
      db.exec(`drop trigger if exists ${trigger[0]}`);
      db.exec(statementOf(trigger));
    }
  });
};
