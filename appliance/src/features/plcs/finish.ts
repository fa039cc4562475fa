import type { EventService } from '../events/service.ts';
import { actorRef } from '../objects/types.ts';
import { driftOf } from './drift.ts';
import type { FieldTable } from './fields.ts';
import { partsOf, shown } from './parts.ts';
import type { RecordState } from './record-state.ts';
import type { RecordStore } from './record-store.ts';
import type { RowMaker } from './row.ts';
import type { RowStore } from './row-store.ts';
import type { Taken } from './take.ts';

/** So many events of one sort that one take records; its own event has the count. */
const maxEvents = 200;

/** Brings states and rows up to date after something was taken or taken back, and says what people should know. */
export const finisher = (parts: {
  events: Pick<EventService, 'record'>;
  records: RecordStore;
  rows: RowStore;
  row: RowMaker;
  state: RecordState;
  table: FieldTable;
  onChanged: ReadonlyArray<(plcs: ReadonlySet<number>) => void>;
}) => {
  const { events, records, rows, row, state, table, onChanged } = parts;

  const publicIdOf = (plc: number): string => records.byId(plc)?.public_id ?? '';

  /** States, rows, and drift that began or ended. */
  const settle = (plcs: ReadonlySet<number>): void => {
    const all = new Set([...plcs].flatMap((plc) => [plc, ...state.neighbours(plc)]));
    let replaced = 0;
    const before = new Map([...plcs].map((plc) => [plc, rows.one(plc)]));
    for (const plc of all) {
      const record = records.byId(plc);
      if (record === undefined) continue;
      const { was, is, by } = state.restate(plc);
      if (is === 'replaced' && was === 'live' && by !== undefined && replaced < maxEvents) {
        replaced += 1;
        const params = { plc: record.public_id, other: publicIdOf(by.fresh), address: by.address };
        events.record('plc-replaced', { params });
      }
      const last = records.span(plc).last;
      const isHeard = record.archived_at !== null && last !== null && last > record.archived_at;
      if (isHeard) records.setArchived(plc, null);
      if (isHeard || (is === 'live' && was === 'replaced'))
        events.record('plc-returned', { params: { plc: record.public_id } });
    }
    row.touch(all);
    let told = 0;
    for (const plc of plcs) {
      const [old, now] = [before.get(plc), rows.one(plc)];
      if (now === undefined || told >= maxEvents) continue;
      if (now.drift > 0 && (old?.drift ?? 0) === 0) {
        const [first] = driftOf(table, partsOf(records, plc));
        if (first === undefined) continue;
        const { field, configured, observed } = first;
        events.record('plc-drift', { params: { plc: now.public_id, field, configured, observed } });
        told += 1;
      } else if (now.drift === 0 && (old?.drift ?? 0) > 0) {
        events.record('plc-drift-ended', { params: { plc: now.public_id } });
        told += 1;
      }
    }
    for (const tell of onChanged) tell(plcs);
  };

  const taken = ({ actor, origin, sort, name, touched, created, summary }: Taken): void => {
    settle(touched);
    const by = { actor: actorRef(actor), ...(actor.from === undefined ? {} : { from: actor.from }) };
    const fromTraffic = created.filter((plc) => rows.one(plc)?.decision === 'unauthorised');
    for (const plc of fromTraffic.slice(0, maxEvents)) {
      const [own] = partsOf(records, plc);
      events.record('plc-found', { params: { plc: publicIdOf(plc), address: shown(own, 'address') ?? '' } });
    }
    const { created: fresh, changed, facts } = summary;
    events.record('plc-origin-taken', { ...by, params: { origin, name, sort, created: fresh, changed, facts } });
  };

  return { settle, taken };
};

export type Finisher = ReturnType<typeof finisher>;
