import type { Database } from '../../platform/database.ts';
import { blockBytes, packDocuments, unpackDocuments } from './document-blocks.ts';

/** Where a document lies. */
type DocumentPlace = { readonly block: number; readonly place: number };

/** Writes documents of advisories into blocks of a snapshot that is being built. */
export const documentWriter = (db: Database) => {
  const last = db.prepare<[], number>('SELECT ifnull(max(id), 0) FROM doc').pluck();
  const add = db.prepare('INSERT INTO doc (id, held, live, data) VALUES (?, ?, ?, ?)');
  const countDown = db.prepare('UPDATE doc SET live = live - 1 WHERE id = ?');
  const find = db.prepare<[number], { held: number; live: number; data: Buffer }>(
    'SELECT held, live, data FROM doc WHERE id = ?',
  );
  const drop = db.prepare('DELETE FROM doc WHERE id = ?');
  const ofBlock = db.prepare<[number], { id: number; place: number }>('SELECT id, place FROM adv WHERE doc = ?');
  const move = db.prepare('UPDATE adv SET doc = ?, place = ? WHERE id = ?');

  let block = (last.get() ?? 0) + 1;
  let open = Buffer.allocUnsafeSlow(2 * blockBytes);
  let bytes = 0;
  let count = 0;
  const thinned = new Set<number>();

  const flush = (): void => {
    if (count === 0) return;
    add.run(block, count, count, packDocuments(open.subarray(0, bytes)));
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
      countDown.run(id);
      thinned.add(id);
    },
    /** Writes blocks anew of which most is gone. */
    tidy: (): void => {
      const thin = [...thinned].flatMap((id) => {
        const held = find.get(id);
        return held !== undefined && held.live * 2 <= held.held ? [{ id, ...held }] : [];
      });
      if (thin.length > 0) db.exec('CREATE INDEX adv_doc ON adv (doc)');
      for (const { id, data } of thin) {
        const documents = unpackDocuments(data);
        for (const adv of ofBlock.all(id)) {
          const to = put(documents[adv.place] as Uint8Array);
          move.run(to.block, to.place, adv.id);
        }
        drop.run(id);
      }
      if (thin.length > 0) db.exec('DROP INDEX adv_doc');
      flush();
      thinned.clear();
    },
  };
};
