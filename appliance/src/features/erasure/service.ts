import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { Collection } from '../../engine/inventory/types.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, byWhom, requireDecider, requireRight } from '../../engine/objects/types.ts';
import { type Database, emptyLog, immediate, overwriteDeleted } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, invalid, toFailure } from '../../platform/errors.ts';
import { normalName, type Personal } from '../../platform/personal.ts';
import { wholeSite } from '../../platform/scope.ts';
import { cleanLine } from '../../platform/text.ts';
import type { ApprovalGate } from '../accounts/types.ts';
import type { BackupService } from '../backups/service.ts';
import type { DeviceService } from '../devices/service.ts';
import { type ErasureRow, personStore } from './store.ts';
import type { Erasure, PersonTrace, Remainder } from './types.ts';

export type PersonService = {
  /** Where values of a person are; who looked is recorded. By the exact name of an account, or the whole full name. */
  trace(actor: Actor, name: string): PersonTrace;
  /**
   * Erases, or asks a second person to where the site demands two. `confirm` is the name once more. What it returns says
   * what is left, and where. INVALID, NOT_FOUND.
   */
  erase(actor: Actor, request: { name: string; confirm: string; reason: string }): Erasure;
  /** The second person decides; FORBIDDEN for the one who asked. */
  decide(actor: Actor, id: string, agree: boolean): Erasure;
  list(): Erasure[];
  /**
   * Erases again the persons that a return to an older state brought back: by the numbers of their keys, with the unreadable rows.
   * In the caller's transaction. Returns how many keys were in use.
   */
  eraseKeys(ids: readonly number[]): number;
  needsTwo(): boolean;
};

type PersonParts = {
  db: Database;
  personal: Personal;
  inventory: InventoryService;
  objects: ObjectService;
  events: EventService;
  gate: Pick<ApprovalGate, 'asked' | 'assertMayApprove'>;
  devices: Pick<DeviceService, 'find'>;
  backups: Pick<BackupService, 'list'>;
  clock?: () => number;
};

const maxRows = 100_000;
const shownErasures = 100;
const rowsAtOnce = 10_000;
/** Two clocks are read in one transaction. */
const sameMoment = 60_000;

type Found = { collection: Collection; rows: { id: number; device: number; person: string }[] };

/** Traces of persons, and erasing them. */
export const personService = (parts: PersonParts): PersonService => {
  const { db, personal, inventory, objects, events, gate, devices } = parts;
  const clock = parts.clock ?? nowMs;
  const store = personStore(db);
  const withPersons = inventory.collections().filter(({ mode, person }) => mode === 'own' && person !== undefined);

  const referenceOf = (name: string): string => personal.keyed(`person\0${normalName(name)}`).toString('hex');

  /** Rows in which any searchable personal field is the name; the person is whom the row is about. */
  const find = (name: string): Found[] =>
    withPersons.map((collection) => {
      const rows = new Map<number, Found['rows'][number]>();
      const fields = Object.entries(collection.fields).filter(
        ([, field]) => field.personal && field.indexed && field.type === 'text' && !field.entered,
      );
      for (const [field] of fields) {
        const page = inventory.ofAnyCollection.list({
          scope: wholeSite('job'),
          collection: collection.name,
          where: { [field]: name },
          personal: true,
          limit: maxRows,
        });
        for (const row of page.rows) {
          const person = row[collection.person ?? ''];
          if (typeof person === 'string') rows.set(row.id, { id: row.id, device: Number(row['_device']), person });
        }
      }
      return { collection, rows: [...rows.values()] };
    });

  /** All rows of the persons that were found: one of them may have been found by a full name alone. */
  const allOf = (name: string): { found: Found[]; persons: Set<string> } => {
    const persons = new Set(find(name).flatMap(({ rows }) => rows.map(({ person }) => person)));
    const found = new Map<string, Found>();
    for (const person of new Set([name, ...persons])) {
      for (const { collection, rows } of find(person)) {
        const own = rows.filter((row) => row.person === person || normalName(row.person) === normalName(person));
        const held = found.get(collection.name) ?? { collection, rows: [] };
        const ids = new Set(held.rows.map(({ id }) => id));
        found.set(collection.name, { collection, rows: [...held.rows, ...own.filter(({ id }) => !ids.has(id))] });
      }
    }
    for (const { rows } of found.values()) for (const { person } of rows) persons.add(person);
    return { found: [...found.values()].filter(({ rows }) => rows.length > 0), persons };
  };

  const changesOf = (found: readonly Found[], persons: ReadonlySet<string>): number => {
    const keys = new Set([...persons].flatMap((person) => personal.keyIds(`person:${person}`)));
    const ids = [...new Set(found.flatMap(({ rows }) => rows.map(({ device }) => device)))];
    let count = 0;
    for (const { before_row, after_row } of store.changes(
      ids,
      withPersons.map(({ name }) => name),
    )) {
      const sealed = [...`${before_row ?? ''}${after_row ?? ''}`.matchAll(/"\$enc":"([A-Za-z0-9+/]{12})/g)];
      if (sealed.some(([, head = '']) => keys.has(Buffer.from(head, 'base64').readUIntBE(1, 6)))) count += 1;
    }
    return count;
  };

  const accountsOf = (name: string): PersonTrace['accounts'] => {
    const kind = objects.kind('account');
    const found = new Map<string, string>();
    for (const [field, { indexed, unique }] of Object.entries(kind.fields)) {
      if (!indexed && !unique) continue;
      const account = objects.ofAnyKind.findBy('account', field, name);
      if (account !== undefined) found.set(account.id, String(account.body['name'] ?? account.id));
    }
    return [...found].map(([id, own]) => ({ id, name: own }));
  };

  /** Backups in which the key of the person is, as far as the journal knows them. */
  const backupsOf = (row: ErasureRow): Remainder[] =>
    row.key_from === null
      ? []
      : parts.backups
          .list(row.key_from)
          .filter(({ id, place }) => Number(id) <= (row.decided_at ?? 0) && place !== 'gone')
          .map(({ file, madeAt, place, destroyed }) => ({
            what: 'backup',
            file,
            madeAt,
            here: place === 'here',
            ...defined({ destroyed }),
          }));

  /** An erasure of before, whose key the disk would not let go. */
  const keyLeft = (row: ErasureRow): Remainder[] => {
    const since = personal.undestroyedSince();
    const isLeft = since !== undefined && row.key_from !== null && (row.decided_at ?? 0) >= since - sameMoment;
    return isLeft ? [{ what: 'key', why: 'the disk did not take it' }] : [];
  };

  const toErasure = (row: ErasureRow, here: readonly Remainder[]): Erasure => ({
    id: row.id,
    reference: row.reference,
    state: row.state,
    reason: row.reason,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    rows: row.rows,
    devices: row.devices,
    remains: row.state === 'done' ? [...here, ...backupsOf(row)] : [],
  });

  const nameOf = (text: string): string => {
    const name = cleanLine(text).trim();
    if (name === '') throw invalid({ name: { key: 'validation.required' } });
    return name;
  };

  /** In the caller's transaction. */
  const forget = (actor: Actor, name: string): Pick<ErasureRow, 'rows' | 'devices' | 'key_from'> => {
    // What is deleted is overwritten, too: the keyed indexes would tell that the person was there.
    overwriteDeleted(db);
    const { found, persons } = allOf(name);
    const touched = new Set<number>();
    let rows = 0;
    for (const { collection, rows: own } of found) {
      for (const { device } of own) touched.add(device);
      rows += own.length;
      inventory.eraseRows(
        collection.name,
        own.map(({ id }) => id),
      );
    }
    let keyFrom: number | null = null;
    for (const person of new Set([name, normalName(name), ...persons, ...[...persons].map(normalName)])) {
      const since = personal.heldSince(`person:${person}`);
      if (since !== undefined && personal.erase(`person:${person}`)) keyFrom = Math.min(since, keyFrom ?? since);
    }
    if (rows === 0 && keyFrom === null) throw new AppError('NOT_FOUND', 'nothing of this person is here');
    events.record('personal-erased', {
      ...byWhom(actor),
      params: { person: referenceOf(name) },
    });
    return { rows, devices: touched.size, key_from: keyFrom };
  };

  /** After the commit: destroys the keys, and says what is left in this data directory. */
  const destroyKeys = (): Remainder[] => {
    let left: Remainder[] = [];
    try {
      if (personal.destroyErased().length > 0) left = [{ what: 'key', why: 'another change of the database is open' }];
    } catch (error) {
      // The erasure is written down and goes on at the next start; that it is not complete is the answer.
      left = [{ what: 'key', why: toFailure(error).message }];
    }
    return db.inTransaction || emptyLog(db) ? left : [...left, { what: 'log' }];
  };

  const needsTwo = (): boolean => objects.setting('accounts.erase-second-person');

  return {
    trace: (actor, text) => {
      requireRight(actor, 'provision:write');
      const name = nameOf(text);
      events.record('personal-read', {
        ...byWhom(actor),
        params: { collection: 'person' },
      });
      const { found, persons } = allOf(name);
      const ids = new Set(found.flatMap(({ rows }) => rows.map(({ device }) => device)));
      return {
        reference: referenceOf(name),
        collections: found.map(({ collection, rows }) => ({
          collection: collection.name,
          rows: rows.length,
          devices: new Set(rows.map(({ device }) => device)).size,
        })),
        devices: [...ids].map((id) => devices.find(id)?.publicId ?? String(id)),
        changes: changesOf(found, new Set([name, normalName(name), ...persons, ...[...persons].map(normalName)])),
        accounts: accountsOf(name),
        spellings: persons.size,
      };
    },
    erase: (actor, request) => {
      requireRight(actor, 'provision:write');
      const name = nameOf(request.name);
      const reason = enteredLine(request.reason);
      if (cleanLine(request.confirm).trim() !== name) throw invalid({ confirm: { key: 'validation.notSame' } });
      if (reason === '') throw invalid({ reason: { key: 'validation.required' } });
      const row: ErasureRow = {
        id: Buffer.from(randomBytes(10)).toString('hex'),
        reference: referenceOf(name),
        state: 'waiting',
        sealed: null,
        reason,
        asked_by: actorRef(actor),
        asked_at: clock(),
        decided_by: null,
        decided_at: null,
        rows: 0,
        devices: 0,
        key_from: null,
      };
      const done = immediate(db, () => {
        if (needsTwo()) {
          const { found, persons } = allOf(name);
          if (found.length === 0 && ![...persons, name].some((one) => personal.keyIds(`person:${one}`).length > 0))
            throw new AppError('NOT_FOUND', 'nothing of this person is here');
          // Under the very key that goes: the request forgets the name with it.
          const waiting = { ...row, sealed: personal.encrypt(`person:${normalName(name)}`, name) };
          gate.asked(actor, 'person-erase', row.id);
          store.insert(waiting);
          return waiting;
        }
        const counts = forget(actor, name);
        const finished = {
          ...row,
          ...counts,
          state: 'done' as const,
          decided_by: row.asked_by,
          decided_at: row.asked_at,
        };
        store.insert(finished);
        return finished;
      });
      return toErasure(done, destroyKeys());
    },
    decide: (actor, id, agree) => {
      requireDecider(actor, 'provision:write');
      const done = immediate(db, () => {
        const row = store.byId(id);
        if (row === undefined || row.state !== 'waiting')
          throw new AppError('NOT_FOUND', 'nothing waits under this number');
        if (agree) gate.assertMayApprove(actor, { act: 'person-erase', thing: id });
        const name = row.sealed === null ? null : personal.decrypt(row.sealed);
        const counts = agree && name !== null ? forget(actor, name) : { rows: 0, devices: 0, key_from: null };
        const state = agree ? 'done' : 'refused';
        store.decide(id, state, actorRef(actor), clock(), counts);
        return store.byId(id) ?? row;
      });
      return toErasure(done, destroyKeys());
    },
    eraseKeys: (ids) => {
      if (ids.length === 0) return 0;
      const gone = new Set(ids);
      overwriteDeleted(db);
      for (const collection of withPersons) {
        const rows: number[] = [];
        for (let after: string | undefined; ; ) {
          const page = inventory.ofAnyCollection.list({
            scope: wholeSite('job'),
            collection: collection.name,
            personal: true,
            limit: rowsAtOnce,
            ...defined({ after }),
          });
          for (const row of page.rows) {
            const person = row[collection.person ?? ''];
            const keys =
              typeof person !== 'string'
                ? undefined
                : [person, normalName(person)].flatMap((name) => personal.keyIds(`person:${name}`));
            if (keys === undefined || keys.some((id) => gone.has(id))) rows.push(row.id);
          }
          after = page.next;
          if (after === undefined) break;
        }
        if (rows.length > 0) inventory.eraseRows(collection.name, rows);
      }
      return personal.eraseIds(ids).length;
    },
    list: () => store.list(shownErasures).map((row) => toErasure(row, keyLeft(row))),
    needsTwo,
  };
};
