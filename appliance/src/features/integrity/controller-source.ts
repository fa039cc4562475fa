import { defined } from '@sallyport/bundle-tools/platform/defined';
import { wholeSite } from '../../platform/scope.ts';
import type { ControllerService } from '../controllers/service.ts';
import { type Controller, type ControllerFacts, type ControllerPart, labelOf } from '../controllers/types.ts';
import { type FactsSource, PROGRAM_FIELDS } from './types.ts';

const batch = 500;

type Times = Pick<ControllerFacts, 'readAt' | 'failed'>;

/** Facts of the record as integrity, hardening and drawings ask for them; controllers in use only. */
export const controllerSource = (
  record: Pick<ControllerService, 'find' | 'byId' | 'ids' | 'parts' | 'facts'>,
  hasProgram: (publicId: string) => boolean,
): FactsSource => {
  const programFields: readonly string[] = PROGRAM_FIELDS;

  /** When the program was read, and whether trying it failed since; asked only where there is something of it. */
  const timesOf = (controller: number): Times => {
    const readAt: Record<string, number> = {};
    let failed: Times['failed'];
    for (const { type, field, side, wins, error, reason, observedAt, ended } of record.facts(controller)) {
      if (type !== 'controller' || side !== 'observed' || ended || !programFields.includes(field)) continue;
      if (wins) readAt[field] = observedAt;
      if (error !== null && (failed === undefined || observedAt > failed.at))
        failed = { at: observedAt, reason: reason ?? error };
    }
    return { readAt, ...defined({ failed }) };
  };

  const valuesOf = ({ observed, configured }: ControllerPart): Record<string, string> => ({
    ...configured,
    ...observed,
  });

  const toFacts = (controller: Controller): ControllerFacts | undefined => {
    if (controller.state !== 'live' || controller.decision === 'archived') return undefined;
    const parts = record.parts(controller.id);
    const own = parts.find(({ type }) => type === 'controller');
    const observed = own?.observed ?? {};
    const configured = own?.configured ?? {};
    const isKnown = programFields.some((field) => observed[field] !== undefined);
    const times = isKnown || hasProgram(controller.publicId) ? timesOf(controller.id) : { readAt: {} };
    return {
      controller: controller.id,
      publicId: controller.publicId,
      name: labelOf(own) || controller.publicId,
      zone: observed['zone'] ?? configured['zone'] ?? null,
      authorised: controller.decision === 'authorised',
      observed,
      configured,
      ...times,
      services: parts
        .filter(({ type }) => type === 'service')
        .map((part) => ({ key: part.key, values: valuesOf(part) })),
    };
  };

  return {
    find: (publicId, scope) => {
      const controller = record.find(publicId, scope);
      return controller && toFacts(controller);
    },
    byId: (id) => {
      const controller = record.byId(id, wholeSite('job'));
      return controller && toFacts(controller);
    },
    *all() {
      for (let after = 0; ; ) {
        const ids = record.ids(after, batch);
        for (const id of ids) {
          const controller = record.byId(id, wholeSite('job'));
          const facts = controller && toFacts(controller);
          if (facts !== undefined) yield facts;
        }
        const last = ids.at(-1);
        if (last === undefined || ids.length < batch) return;
        after = last;
      }
    },
  };
};
