import type { Database } from '../../platform/database.ts';

type OverrideRow = { id: number; at: string; code: string; reason: string; operator: number };

/** What the next receipt or request has to tell: overrides, missing objects. */
export const overrideStore = (db: Database) => {
  const addOverride = db.prepare('INSERT INTO override (at, code, reason, operator) VALUES (?, ?, ?, ?)');
  const overridesOpen = db.prepare<[number], OverrideRow>(
    'SELECT id, at, code, reason, operator FROM override WHERE receipt IS NULL ORDER BY id LIMIT ?',
  );
  const tellOverride = db.prepare('UPDATE override SET receipt = ? WHERE id = ?');
  const addMissing = db.prepare('INSERT INTO missing_object (sha256, since) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const missing = db.prepare<[number], { sha256: string }>('SELECT sha256 FROM missing_object ORDER BY sha256 LIMIT ?');
  const clearMissing = db.prepare('DELETE FROM missing_object');

  return {
    addOverride: (row: { at: string; code: string; reason: string; operator: number }): void => {
      addOverride.run(row.at, row.code, row.reason, row.operator);
    },
    overridesOpen: (limit: number) => overridesOpen.all(limit),
    tellOverrides: (ids: readonly number[], receipt: number): void => {
      for (const id of ids) tellOverride.run(receipt, id);
    },
    addMissing: (digests: readonly string[], at: string): void => {
      for (const digest of digests) addMissing.run(digest, at);
    },
    missingObjects: (limit: number) => missing.all(limit).map(({ sha256 }) => sha256),
    clearMissing: (): void => {
      clearMissing.run();
    },
  };
};
