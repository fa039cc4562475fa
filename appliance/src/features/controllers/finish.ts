import type { Changed } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import { byWhom } from '../../engine/objects/types.ts';
import { driftOf } from './drift.ts';
import type { Ingested } from './ingest.ts';
import { partsOf } from './parts.ts';
import type { RecordState } from './record-state.ts';
import type { RecordStore } from './record-store.ts';
import type { RowMaker } from './row.ts';
import type { RowStore } from './row-store.ts';
import { type FieldTable, shown } from './types.ts';

/** So many events of one type that one take records; its own event has the count. */
const maxEvents = 200;
/** Whose rows are brought up to date in one go. */
const derivedAtOnce = 40;

/** State that the calls of `derive` for one piece of work share. */
type Derivation = { replaced: number; told: number; driftBefore: ReadonlyMap<number, number> };

const newDerivation = (driftBefore: ReadonlyMap<number, number>): Derivation => ({
  replaced: 0,
  told: 0,
  driftBefore,
});

/** Brings states and rows up to date after something was taken or taken back, and says what people should know. */
export const finisher = (parts: {
  events: Pick<EventService, 'record'>;
  records: RecordStore;
  rows: RowStore;
  row: RowMaker;
  state: RecordState;
  table: FieldTable;
  changed: Changed;
}) => {
  const { events, records, rows, row, state, table, changed } = parts;

  const publicIdOf = (controller: number): string => records.byId(controller)?.public_id ?? '';

  const driftOfRows = (controllers: Iterable<number>): Map<number, number> =>
    new Map([...controllers].map((controller) => [controller, rows.one(controller)?.drift ?? 0]));

  /** States, rows, and drift that began or ended. */
  const derive = (
    controllers: ReadonlySet<number>,
    work: Derivation = newDerivation(driftOfRows(controllers)),
  ): void => {
    const all = new Set([...controllers].flatMap((controller) => [controller, ...state.neighbours(controller)]));
    const listed = new Set(all);
    for (const controller of all) {
      const record = records.byId(controller);
      if (record === undefined) continue;
      const { was, is, by } = state.recomputeState(controller);
      // A replaced record is not proposed, so the rows of its own neighbours change with it.
      if (is !== was) for (const other of state.neighbours(controller)) listed.add(other);
      if (is === 'replaced' && was === 'live' && by !== undefined && work.replaced < maxEvents) {
        work.replaced += 1;
        const params = { controller: record.public_id, other: publicIdOf(by.fresh), address: by.address };
        events.record('controller-replaced', { params });
      }
      const last = records.span(controller).last;
      const isHeard = record.archived_at !== null && last !== null && last > record.archived_at;
      if (isHeard) records.setArchived(controller, null);
      if (isHeard || (is === 'live' && was === 'replaced'))
        events.record('controller-returned', { params: { controller: record.public_id } });
    }
    row.touch(listed);
    for (const controller of controllers) {
      const [old, now] = [work.driftBefore.get(controller) ?? 0, rows.one(controller)];
      if (now === undefined || work.told >= maxEvents) continue;
      if (now.drift > 0 && old === 0) {
        const [first] = driftOf(table, partsOf(records, controller));
        if (first === undefined) continue;
        const { field, configured, observed } = first;
        events.record('controller-drift', { params: { controller: now.public_id, field, configured, observed } });
        work.told += 1;
      } else if (now.drift === 0 && old > 0) {
        events.record('controller-drift-ended', { params: { controller: now.public_id } });
        work.told += 1;
      }
    }
    changed('controller', [...controllers]);
  };

  /** The same for many records, some at a time. */
  const deriveInSteps = function* (controllers: ReadonlySet<number>): Generator<void, void, void> {
    const list = [...controllers];
    const drift = new Map<number, number>();
    for (let at = 0; at < list.length; at += derivedAtOnce, yield)
      for (const [controller, count] of driftOfRows(list.slice(at, at + derivedAtOnce))) drift.set(controller, count);
    const work = newDerivation(drift);
    for (let at = 0; at < list.length; at += derivedAtOnce, yield)
      derive(new Set(list.slice(at, at + derivedAtOnce)), work);
  };

  const taken = ({ actor, batch, type, name, created, summary }: Ingested): void => {
    const by = byWhom(actor);
    const fromTraffic = created.filter((controller) => rows.one(controller)?.decision === 'unauthorised');
    for (const controller of fromTraffic.slice(0, maxEvents)) {
      const [own] = partsOf(records, controller);
      events.record('controller-found', {
        params: { controller: publicIdOf(controller), address: shown(own, 'address') ?? '' },
      });
    }
    const { created: fresh, changed, facts } = summary;
    events.record('controller-origin-taken', {
      ...by,
      params: { origin: batch, name, sort: type, created: fresh, changed, facts },
    });
  };

  return { derive, deriveInSteps, taken };
};
