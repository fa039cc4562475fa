import { wholeSite } from '../../platform/scope.ts';
import type { ControllerService } from '../controllers/service.ts';
import type { Controller, ControllerPart } from '../controllers/types.ts';
import type { TakeFound } from './run-end.ts';
import type { ControllerView, ControllerViews } from './types.ts';

// The record of controllers, as identification sees it; and what was read, as the record takes it.

const pageRows = 500;

const shown = (part: ControllerPart | undefined, field: string): string | null =>
  part?.observed[field] ?? part?.configured[field] ?? null;

const addressOf = (parts: readonly ControllerPart[]): string | null => {
  const own = shown(
    parts.find(({ type }) => type === 'controller'),
    'address',
  );
  if (own !== null) return own;
  // A controller with several addresses is asked at none unless a person chooses one.
  const addresses = new Set(
    parts
      .filter(({ type }) => type === 'interface')
      .map((part) => shown(part, 'address'))
      .filter((address) => address !== null),
  );
  const [only] = addresses;
  return addresses.size === 1 ? (only ?? null) : null;
};

type Records = Pick<ControllerService, 'find' | 'byId' | 'parts' | 'label' | 'ids' | 'facts' | 'changes'>;

const changesAtOnce = 200;

type Change = ReturnType<Records['changes']>[number];

/** Whether a value that came keeps a controller from being asked, or one that went is where it was asked. */
const isCloser = ({ type, field, before, after }: Change): boolean => {
  if (field === 'address') return before !== null;
  if (type !== 'controller') return false;
  if (field === 'zone') return before !== null;
  if (field === 'safety') return after === 'yes';
  if (field === 'sil') return after !== null;
  if (field === 'role') return after === 'safety-controller';
  return field === 'queryPolicy' && after !== null && after !== 'identify' && after !== 'details';
};

const wasCloserSince = (controllers: Pick<Records, 'changes'>, controller: number, since: number): boolean => {
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const page = controllers.changes({ controller, before, limit: changesAtOnce });
    if (page.some((change) => change.at >= since && isCloser(change))) return true;
    const last = page.at(-1);
    if (last === undefined || page.length < changesAtOnce || last.at < since) return false;
    before = last.id;
  }
};

/** What is known, by field. A firmware that only a project names was not read from the device. */
const knownOf = (controllers: Records, controller: number): ReturnType<ControllerView['known']> => {
  const known: Record<string, { value: string; source: string; observedAt: number }> = {};
  for (const { type, field, side, value, source, observedAt, wins } of controllers.facts(controller)) {
    if (type !== 'controller' || !wins || value === null) continue;
    if (side === 'configured' && (field === 'firmware' || field in known)) continue;
    known[field] = { value, source, observedAt };
  }
  return known;
};

/** Live records as identification sees them. */
export const controllerViews = (controllers: Records): ControllerViews => {
  const view = ({ id, publicId, decision }: Controller): ControllerView => {
    const parts = controllers.parts(id);
    const own = parts.find(({ type }) => type === 'controller');
    return {
      id,
      publicId,
      label: controllers.label(id),
      zone: shown(own, 'zone'),
      address: addressOf(parts),
      role: shown(own, 'role'),
      isSafety: shown(own, 'safety') === 'yes' || shown(own, 'sil') !== null,
      queryPolicy: shown(own, 'queryPolicy'),
      isArchived: decision === 'archived',
      wasCloserSince: (since) => wasCloserSince(controllers, id, since),
      known: () => knownOf(controllers, id),
    };
  };
  return {
    find: (publicId) => {
      const found = controllers.find(publicId, wholeSite('job'));
      return found === undefined || found.state !== 'live' ? undefined : view(found);
    },
    areIn: (publicIds, scope) => scope.site || publicIds.every((id) => controllers.find(id, scope) !== undefined),
    list: (limit) => {
      const all: ControllerView[] = [];
      for (let after = 0; all.length < limit; ) {
        const page = controllers.ids(after, pageRows);
        for (const id of page) {
          const found = controllers.byId(id, wholeSite('job'));
          if (found?.state === 'live' && all.length < limit) all.push(view(found));
        }
        after = page.at(-1) ?? 0;
        if (page.length < pageRows) break;
      }
      return all;
    },
  };
};

/** Ingests what was read of each controller (OT 2); the number of the first import batch. */
export const takeFound =
  (controllers: Pick<ControllerService, 'ingest' | 'label'>): TakeFound =>
  (actor, name, found) => {
    let first: number | null = null;
    for (const { controller, readings } of found) {
      const { batch } = controllers.ingest(
        actor,
        { type: 'identification', name: `${name}, ${controllers.label(controller)}` },
        readings,
        {
          about: controller,
        },
      );
      first ??= batch;
    }
    return first;
  };
