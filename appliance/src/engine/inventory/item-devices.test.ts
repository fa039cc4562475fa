import { afterAll, describe, expect, it } from 'vitest';
import { openEngines } from '../../../test/support/engines.ts';
import { addDevices, reportSection } from '../../../test/support/fleet.ts';
import { deb } from '../../../test/support/site.ts';
import { loadAllDeclarations } from '../../all-declarations.ts';
import { type Database, openDatabase } from '../../platform/database.ts';
import { inventoryService } from './service.ts';

// Who has an item is entered in parts, by one process, while others write. Whatever another connection commits between two
// statements of that work, the rows are those of what each device has.

const { path, db, personal, inventory, close } = await openEngines();
const { collections } = await loadAllDeclarations();
const other = openDatabase(path);
afterAll(() => {
  other.close();
  close();
});

const USES = ['run', 'get', 'all', 'iterate'] as const;

/** Calls back before each statement that runs outside of a transaction. */
const watched = (real: Database, before: () => void): Database =>
  new Proxy(real, {
    get: (target, name) => {
      if (name !== 'prepare') {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      }
      return (sql: string) => {
        const statement = target.prepare(sql);
        for (const use of USES) {
          const run = statement[use].bind(statement) as (...values: unknown[]) => unknown;
          Object.assign(statement, {
            [use]: (...values: unknown[]) => {
              if (!target.inTransaction) before();
              return run(...values);
            },
          });
        }
        return statement;
      };
    },
  });

const moment = { statements: 0, act: (): void => {} };
const enterer = inventoryService({
  db: watched(other, () => {
    moment.statements += 1;
    moment.act();
  }),
  personal,
  collections,
  changed: () => {},
});

const report = (device: number, names: readonly string[]): void =>
  reportSection(
    inventory,
    device,
    'software',
    names.map((name) => deb(name, '1-1')),
  );
const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
const newDevice = (): number => addDevices(db, [{}])[0] as number;
const enterAll = (): void => {
  moment.act = () => {};
  while (enterer.enterPart(500).more);
  expect(enterer.enterPart(500)).toEqual({ more: false, entered: 0 });
};

describe('devices that are entered for their items', () => {
  it('are entered for what they have, whichever statement another connection wrote before', () => {
    let isPast = false;
    let tried = 0;
    for (let at = 1; !isPast; at += 1) {
      const device = newDevice();
      report(device, ['bash', 'curl']);
      Object.assign(moment, { statements: 0, act: () => moment.statements === at && report(device, ['bash', 'vim']) });
      enterer.enterPart(500);
      isPast = moment.statements < at;
      tried += isPast ? 0 : 1;
      enterAll();
      expect({ at, faults: inventory.verify() }).toEqual({ at, faults: [] });
    }
    expect(tried).toBeGreaterThan(3);
  });

  const large = names('package', 1_900);
  it.each<[string, (device: number) => void]>([
    [
      'had others for a moment',
      (device) => {
        report(device, large.slice(1_000));
        report(device, large);
      },
    ],
    [
      'was forgotten and came again',
      (device) => {
        inventory.forget(device);
        report(device, large);
      },
    ],
  ])('are entered for all that they have where one %s between two parts', (_, change) => {
    const devices = Array.from({ length: 12 }, newDevice);
    for (const device of devices) report(device, large);
    expect(enterer.enterPart(500)).toEqual({ more: true, entered: 0 });
    change(devices[0] as number);
    enterAll();
    expect(inventory.verify()).toEqual([]);
  });
});
