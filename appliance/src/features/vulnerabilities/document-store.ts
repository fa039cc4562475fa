import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import { blockBytes, packDocuments, unpackDocuments } from './document-blocks.ts';

/** Where a document lies. */
type DocumentPlace = { readonly block: number; readonly place: number };

/** Writes documents of advisories into blocks of a snapshot that is being built. */
export const documentWriter = (db: Database) => {
  const sql = statements(db);
  const last = sql.count<[]>('SELECT ifnull(max(id), 0) FROM doc');
  const add = sql.run('INSERT INTO doc (id, held, live, data) VALUES (?, ?, ?, ?)');
  const countDown = sql.run('UPDATE doc SET live = live - 1 WHERE id = ?');
  const find = sql.get<[number], { held: number; live: number; data: Buffer }>(
    'SELECT held, live, data FROM doc WHERE id = ?',
  );
  const drop = sql.run('DELETE FROM doc WHERE id = ?');
  const ofBlock = sql.all<[number], { id: number; place: number }>('SELECT id, place FROM adv WHERE doc = ?');
  const move = sql.run('UPDATE adv SET doc = ?, place = ? WHERE id = ?');

  let block = last() + 1;
  let open = Buffer.allocUnsafeSlow(2 * blockBytes);
  let bytes = 0;
  let count = 0;
  const thinned = new Set<number>();

  const flush = (): void => {
    if (count === 0) return;
    add(block, count, count, packDocuments(open.subarray(0, bytes)));
    block += 1;
    bytes = 0;
    count = 0;
  };
  const put = (document: Uint8Array): DocumentPlace => {
    if (bytes >= blockBytes) flush();
    const end = bytes + document.length;
    if (end >= open.length) {
      const larger = Buffer.allocUnsafeSlow(end + 1);
      open.copy(larger, 0, 0, bytes);
      open = larger;
    }
    open.set(document, bytes);
    open[end] = 0x0a;
    bytes = end + 1;
    count += 1;
    return { block, place: count - 1 };
  };

  return {
    put,
    flush,
    /** An advisory no longer has its document. */
    drop: (id: number): void => {
      countDown(id);
      thinned.add(id);
    },
    /** Writes blocks anew of which most is gone. */
    tidy: (): void => {
      const thin = [...thinned].flatMap((id) => {
        const held = find(id);
        return held !== undefined && held.live * 2 <= held.held ? [{ id, ...held }] : [];
      });
      if (thin.length > 0) db.exec('CREATE INDEX adv_doc ON adv (doc)');
      for (const { id, data } of thin) {
        const documents = unpackDocuments(data);
        for (const adv of ofBlock(id)) {
          const to = put(documents[adv.place] as Uint8Array);
          move(to.block, to.place, adv.id);
        }
        drop(id);
      }
      if (thin.length > 0) db.exec('DROP INDEX adv_doc');
      flush();
      thinned.clear();
    },
  };
};
