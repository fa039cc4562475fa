import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { writeTurns } from './write-turns.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-write-turns-'));
const path = join(folder, 'state.db');
const own = openDatabase(path);
const other = openDatabase(path);
own.exec('create table t (n)');
const waiting = new Int32Array(new SharedArrayBuffer(4));
const turns = writeTurns(own, waiting);

afterAll(() => {
  own.close();
  other.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a turn to write', () => {
  it('is had at once while no connection writes, and wants nothing of the thread that stores', async () => {
    await turns.mine();
    expect(waiting[0]).toBe(0);
  });

  it('is waited for without stopping the thread, and is over after the write that follows', async () => {
    other.exec('begin immediate');
    const seen: string[] = [];
    const had = turns.mine().then(() => {
      own.exec('insert into t values (1)');
      seen.push(`written, ${waiting[0]} waits`);
    });
    expect(waiting[0]).toBe(1);
    await nextTurn();
    expect(seen).toEqual([]);
    other.exec('commit');
    await had;
    expect(seen).toEqual(['written, 1 waits']);
    await nextTurn();
    expect(waiting[0]).toBe(0);
  });
});
