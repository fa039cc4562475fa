import type { Database } from '../../platform/database.ts';
import { packLarge, unpackIds } from '../../platform/id-set.ts';
import type { NumberSet } from '../../platform/number-set.ts';
import { addPlaces, blockBytes, blockOf, placeOf, withPlaces } from '../../platform/place-set.ts';

// Which devices need which update of the catalogue, by what was worked out for each when it was last looked at.

type Looked = { readonly device: number; readonly ids: readonly string[] };

/** SQL of what devices need. */
export const needStore = (db: Database) => {
  const version = db.prepare<[], number>('SELECT version FROM update_need_state').pluck();
  const setVersion = db.prepare<[number]>('UPDATE update_need_state SET version = ?');
  const due = db.prepare<[number], number>('SELECT id FROM update_need_due ORDER BY id LIMIT ?').pluck();
  const isDue = db.prepare<[number], number>('SELECT 1 FROM update_need_due WHERE id = ?').pluck();
  const reporting = db
    .prepare<[], number>(`SELECT device FROM section WHERE collection = 'software' AND best = 1 AND device > 0`)
    .pluck();
  const dropDue = db.prepare<[number]>('DELETE FROM update_need_due WHERE id = ?');
  const held = db.prepare<[number], Buffer>('SELECT numbers FROM update_need_of WHERE id = ?').pluck();
  const every = db.prepare<[], { id: number; numbers: Buffer }>('SELECT id, numbers FROM update_need_of');
  const hold = db.prepare<[number, Buffer]>(
    'INSERT INTO update_need_of (id, numbers) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET numbers = excluded.numbers',
  );
  const letGo = db.prepare<[number]>('DELETE FROM update_need_of WHERE id = ?');
  const numberOf = db.prepare<[string], number>('SELECT number FROM update_need WHERE id = ?').pluck();
  const addNumber = db.prepare<[string]>('INSERT INTO update_need (id, devices) VALUES (?, 0)');
  const shift = db.prepare<[number, number]>('UPDATE update_need SET devices = devices + ? WHERE number = ?');
  const dropNumbers = db.prepare<[]>('DELETE FROM update_need WHERE devices = 0');
  const counts = db.prepare<[], { number: number; id: string; devices: number }>(
    'SELECT number, id, devices FROM update_need',
  );
  const part = db
    .prepare<[number, number], Buffer>('SELECT devices FROM update_bearer WHERE block = ? AND number = ?')
    .pluck();
  const strays = db
    .prepare<[], number>('SELECT count(*) FROM update_bearer WHERE number NOT IN (SELECT number FROM update_need)')
    .pluck();
  const put = db.prepare<[number, number, Buffer]>(
    `INSERT INTO update_bearer (block, number, devices) VALUES (?, ?, ?)
     ON CONFLICT (block, number) DO UPDATE SET devices = excluded.devices`,
  );
  const drop = db.prepare<[number, number]>('DELETE FROM update_bearer WHERE block = ? AND number = ?');
  const lastBlock = db.prepare<[], number | null>('SELECT max(block) FROM update_bearer').pluck();

  const numberFor = (id: string): number => numberOf.get(id) ?? Number(addNumber.run(id).lastInsertRowid);
  const heldBy = (device: number): number[] => {
    const numbers = held.get(device);
    return numbers === undefined ? [] : unpackIds(numbers);
  };
  const names = (): Map<number, string> => new Map(counts.all().map(({ number, id }) => [number, id]));

  return {
    /** The version of the catalogue that all of it was worked out with; 0: none. */
    version: (): number => version.get() ?? 0,
    /** Another catalogue is in force: every device has to be looked at. */
    restart: (of: number): void => {
      db.exec(
        `INSERT OR IGNORE INTO update_need_due (id)
         SELECT device FROM section WHERE collection = 'software' AND best = 1 AND device > 0
         UNION SELECT id FROM update_need_of`,
      );
      setVersion.run(of);
    },
    /** Every device that has reported software. */
    reporting: (): number[] => reporting.all(),
    /** Devices that have to be looked at, at most so many. */
    due: (most: number): number[] => due.all(most),
    /** Keeps what devices need, and that they were looked at. */
    put: (looked: readonly Looked[]): void => {
      type Change = { added: number[]; removed: number[] };
      const changes = new Map<number, Map<number, Change>>();
      const changeOf = (block: number, number: number): Change => {
        const ofBlock = changes.get(block) ?? new Map<number, Change>();
        changes.set(block, ofBlock);
        const change = ofBlock.get(number) ?? { added: [], removed: [] };
        ofBlock.set(number, change);
        return change;
      };
      for (const { device, ids } of looked) {
        dropDue.run(device);
        const before = new Set(heldBy(device));
        const now = ids.map(numberFor).sort((a, b) => a - b);
        const added = now.filter((number) => !before.delete(number));
        if (added.length === 0 && before.size === 0) continue;
        for (const number of added) changeOf(blockOf(device), number).added.push(placeOf(device));
        for (const number of before) changeOf(blockOf(device), number).removed.push(placeOf(device));
        if (now.length === 0) letGo.run(device);
        else hold.run(device, packLarge(now));
      }
      for (const [block, ofBlock] of changes)
        for (const [number, { added, removed }] of [...ofBlock].sort(([a], [b]) => a - b)) {
          const devices = withPlaces(part.get(block, number), added, removed);
          if (devices === undefined) drop.run(block, number);
          else put.run(block, number, devices);
          shift.run(added.length - removed.length, number);
        }
      dropNumbers.run();
    },
    /** The updates that devices need, as of the last look at each. */
    of: (devices: readonly number[]): string[][] => {
      const byNumber = names();
      return devices.map((device) => heldBy(device).flatMap((number) => byNumber.get(number) ?? []));
    },
    /** How many updates a device needs, as of the last look at it. */
    countOf: (device: number): number => heldBy(device).length,
    isDue: (device: number): boolean => isDue.get(device) === 1,
    /** How many devices need each update. */
    counts: (): Map<string, number> => new Map(counts.all().map(({ id, devices }) => [id, devices])),
    /** The devices that need an update. */
    devices: (id: string): NumberSet => {
      const number = numberOf.get(id);
      const last = lastBlock.get() ?? -1;
      const found = new Uint8Array((last + 1) * blockBytes);
      for (let block = 0; number !== undefined && block <= last; block += 1) {
        const devices = part.get(block, number);
        if (devices !== undefined) addPlaces(found, block, devices);
      }
      return found;
    },
    /** What each device needs by what is kept of it; for `verify`. */
    everyOf: (): Map<number, string[]> => {
      const byNumber = names();
      return new Map(
        every.all().map(({ id, numbers }) => [id, unpackIds(numbers).map((number) => byNumber.get(number) ?? '')]),
      );
    },
    /** Sets of updates that nobody needs; for `verify`. */
    strays: (): number => strays.get() ?? 0,
  };
};

export type NeedStore = ReturnType<typeof needStore>;
