import { expect, it } from 'vitest';
import { openEngines } from '../../test/support/engines.ts';
import { openDatabase } from './database.ts';
import { whileUnwritten } from './while-unwritten.ts';

it('reads again after a write of either connection, for another key, and within what may be taken back', async () => {
  const { db, close } = await openEngines();
  const other = openDatabase(db.name);
  try {
    const keep = whileUnwritten(db);
    let reads = 0;
    const read = (key = 'a'): number =>
      keep(key, () => {
        reads += 1;
        return reads;
      });
    const write = (on: typeof db): void =>
      void on
        .prepare("insert into device_hint values ('name', hex(randomblob(8)), (select min(id) from device), 0)")
        .run();
    db.prepare("insert into device (public_id, created_at) values ('one', 0)").run();
    expect([read(), read()]).toEqual([1, 1]);
    expect([read('b'), read(), read('b')]).toEqual([2, 1, 2]);
    for (let n = 0; n < 20; n += 1) read(`${n}`);
    reads = 2;
    expect([read(), read()]).toEqual([3, 3]);
    write(db);
    expect([read(), read()]).toEqual([4, 4]);
    write(other);
    expect([read(), read()]).toEqual([5, 5]);
    db.exec('begin');
    write(db);
    expect(read()).toBe(6);
    db.exec('rollback');
    expect([read(), read()]).toEqual([7, 7]);
  } finally {
    other.close();
    close();
  }
});
