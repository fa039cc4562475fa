import type { PlcService } from '../service.ts';
import { type ControllerFacts, labelOf, type Plc, type PlcPart } from '../types.ts';
import { type FactsSource, PROGRAM_FIELDS } from './types.ts';

const batch = 500;

type Times = Pick<ControllerFacts, 'readAt' | 'failed'>;

/** Facts of the record as integrity, hardening and drawings ask for them; controllers in use only. */
export const controllerSource = (
  record: Pick<PlcService, 'find' | 'byId' | 'ids' | 'parts' | 'facts'>,
  hasProgram: (publicId: string) => boolean,
): FactsSource => {
  const programFields: readonly string[] = PROGRAM_FIELDS;

  /** When the program was read, and whether trying it failed since; asked only where there is something of it. */
  const timesOf = (plc: number): Times => {
    const readAt: Record<string, number> = {};
    let failed: Times['failed'];
    for (const { sort, field, side, wins, error, reason, observedAt, ended } of record.facts(plc)) {
      if (sort !== 'plc' || side !== 'observed' || ended || !programFields.includes(field)) continue;
      if (wins) readAt[field] = observedAt;
      if (error !== null && (failed === undefined || observedAt > failed.at))
        failed = { at: observedAt, reason: reason ?? error };
    }
    return { readAt, ...(failed === undefined ? {} : { failed }) };
  };

  const valuesOf = ({ observed, configured }: PlcPart): Record<string, string> => ({ ...configured, ...observed });

  const toFacts = (plc: Plc): ControllerFacts | undefined => {
    if (plc.state !== 'live' || plc.decision === 'archived') return undefined;
    const parts = record.parts(plc.id);
    const own = parts.find(({ sort }) => sort === 'plc');
    const observed = own?.observed ?? {};
    const configured = own?.configured ?? {};
    const isKnown = programFields.some((field) => observed[field] !== undefined);
    const times = isKnown || hasProgram(plc.publicId) ? timesOf(plc.id) : { readAt: {} };
    return {
      plc: plc.id,
      publicId: plc.publicId,
      name: labelOf(own) || plc.publicId,
      zone: configured['zone'] ?? observed['zone'] ?? null,
      authorised: plc.decision === 'authorised',
      observed,
      configured,
      ...times,
      services: parts
        .filter(({ sort }) => sort === 'service')
        .map((part) => ({ key: part.key, values: valuesOf(part) })),
    };
  };

  return {
    find: (publicId) => {
      const plc = record.find(publicId);
      return plc && toFacts(plc);
    },
    byId: (id) => {
      const plc = record.byId(id);
      return plc && toFacts(plc);
    },
    *all() {
      for (let after = 0; ; ) {
        const ids = record.ids(after, batch);
        for (const id of ids) {
          const plc = record.byId(id);
          const facts = plc && toFacts(plc);
          if (facts !== undefined) yield facts;
        }
        const last = ids.at(-1);
        if (last === undefined || ids.length < batch) return;
        after = last;
      }
    },
  };
};
