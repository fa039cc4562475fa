import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

type OverrideRow = { id: number; at: string; code: string; reason: string; operator: number };

/** What the next receipt or request has to tell: overrides, missing objects. */
export const overrideStore = (db: Database) => {
  const sql = statements(db);
  const tellOverride = sql.run('UPDATE override SET receipt = ? WHERE id = ?');
  const addMissing = sql.run('INSERT INTO missing_object (sha256, since) VALUES (?, ?) ON CONFLICT DO NOTHING');

  return {
    addOverride: sql.run<[row: { at: string; code: string; reason: string; operator: number }]>(
      'INSERT INTO override (at, code, reason, operator) VALUES (:at, :code, :reason, :operator)',
    ),
    overridesOpen: sql.all<[limit: number], OverrideRow>(
      'SELECT id, at, code, reason, operator FROM override WHERE receipt IS NULL ORDER BY id LIMIT ?',
    ),
    tellOverrides: (ids: readonly number[], receipt: number): void => {
      for (const id of ids) tellOverride(receipt, id);
    },
    addMissing: (digests: readonly string[], at: string): void => {
      for (const digest of digests) addMissing(digest, at);
    },
    missingObjects: sql.values<[limit: number], string>('SELECT sha256 FROM missing_object ORDER BY sha256 LIMIT ?'),
    clearMissing: sql.run<[]>('DELETE FROM missing_object'),
  };
};
