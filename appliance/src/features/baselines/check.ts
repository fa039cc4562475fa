import { globOf } from '@sallyport/bundle-tools/platform/glob';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { Difference } from '../../engine/inventory/types.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Device } from '../devices/types.ts';
import { baselinesOf } from './chain.ts';
import type { DeviationRow, DeviationStore, NewDeviation } from './deviation-store.ts';
import { contentSnapshot, expectedOf, sameSides, sidesRow, withoutFree } from './expected.ts';
import type { BaselineStore } from './store.ts';
import type { Baseline, Outcome } from './types.ts';

/** One case for all; capitals, since what a small letter becomes may depend on its neighbours. */
const folded = (text: string): string => text.toUpperCase();

/** `software vim*` as a test of a difference. */
const allowedBy = (patterns: readonly string[], collection: string): ((title: string | null) => boolean) => {
  const globs = patterns
    .map((pattern) => /^(\S+)\s+(.+)$/.exec(pattern))
    .filter((match) => match?.[1] === collection)
    .map((match) => globOf(folded(match?.[2] ?? '')));
  return (title) => {
    if (title === null || globs.length === 0) return false;
    const text = folded(title);
    return globs.some((glob) => glob.fits(text));
  };
};

/** Finds what differs from the baselines and writes it: a device at a time, or one section of it. */
export const deviationChecker = (parts: {
  store: BaselineStore;
  deviations: DeviationStore;
  inventory: Pick<InventoryService, 'snapshot' | 'compare'>;
  objects: ObjectService;
  events: EventService;
  clock: () => number;
}) => {
  const { store, deviations, inventory, objects, events, clock } = parts;

  const differencesOf = (baseline: Baseline, device: number, collection: string, now: number): Difference[] => {
    const content = store.content(baseline.id, baseline.content, collection);
    const held = inventory.snapshot(device, collection);
    // What was never reported is not known to differ; the report names devices that were not compared.
    if (content === undefined || held === undefined) return [];
    const accepted = store
      .acceptances(baseline.accepted)
      .filter((one) => one.collection === collection && (one.expires_at === null || one.expires_at > now));
    const { snapshot, free } = expectedOf(contentSnapshot(content), accepted, device);
    const isAllowed = allowedBy(baseline.allowed, collection);
    return inventory
      .compare(collection, withoutFree(snapshot, free), withoutFree(held, free))
      .filter(({ title }) => !isAllowed(title));
  };

  /** Open rows become what differs: equal ones stay, those of the same thing go on with their time, the rest come or end. */
  const reconcile = (
    held: readonly DeviationRow[],
    wanted: readonly NewDeviation[],
    now: number,
    outcome: Outcome,
  ): void => {
    const rest = [...held];
    const take = (fits: (row: DeviationRow) => boolean): DeviationRow | undefined => {
      const at = rest.findIndex(fits);
      return at === -1 ? undefined : rest.splice(at, 1)[0];
    };
    const unmatched = wanted.filter(
      (one) => take((row) => row.baseline === one.baseline && sameSides(row, one)) === undefined,
    );
    for (const one of unmatched) {
      const row = take(({ identity }) => identity === one.identity);
      if (row === undefined) deviations.insert(one);
      else deviations.replace(row.id, one);
    }
    for (const row of rest) deviations.close(row, now, outcome, null);
  };

  const checkSection = (
    chain: readonly Baseline[],
    device: number,
    collection: string,
    outcome: Outcome = 'gone',
  ): void => {
    const now = clock();
    const baseline = chain.find(({ collections }) => collections.includes(collection));
    const wanted =
      baseline === undefined
        ? []
        : differencesOf(baseline, device, collection, now).map(
            (difference): NewDeviation => ({
              baseline: baseline.id,
              device,
              collection,
              operation: difference.operation,
              identity: difference.identity,
              title: difference.title,
              since: now,
              ...sidesRow(difference),
            }),
          );
    reconcile(deviations.openOf(device, collection), wanted, now, baseline === undefined ? 'uncovered' : outcome);
  };

  /** Says when a device begins to differ, and when it no longer does. */
  const watched = (device: Device, work: () => void): void => {
    const before = deviations.countOf(device.id);
    work();
    const after = deviations.countOf(device.id);
    if (before === 0 && after > 0)
      events.record('device-deviates', { device: device.id, params: { device: device.publicId, n: after } });
    if (before > 0 && after === 0)
      events.record('device-conforms', { device: device.id, params: { device: device.publicId } });
  };

  return {
    /** One section that changed. */
    section: (device: Device, collection: string): void => {
      if (device.state !== 'managed') return;
      watched(device, () => checkSection(baselinesOf(objects, device), device.id, collection));
    },
    /** Everything that the device's baselines cover, and what once was. */
    device: (device: Device, outcome: Outcome = 'gone'): void => {
      const chain = device.state === 'managed' ? baselinesOf(objects, device) : [];
      const collections = new Set([
        ...chain.flatMap((baseline) => baseline.collections),
        ...deviations.collectionsOf(device.id),
      ]);
      watched(device, () => {
        for (const collection of collections) checkSection(chain, device.id, collection, outcome);
      });
    },
  };
};
