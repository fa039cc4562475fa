import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, type Body, requireRight } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { type FieldErrors, invalid } from '../../platform/errors.ts';
import { toBaseline } from './chain.ts';
import { contentColumns } from './expected.ts';
import type { BaselineStore } from './store.ts';
import type { ApproveOptions, Baseline } from './types.ts';

/** Takes what a device holds as the content of a baseline, and writes the revision that says so. */
export const baselineApproval = (parts: {
  db: Database;
  objects: ObjectService;
  inventory: InventoryService;
  store: BaselineStore;
  clock: () => number;
  /** Throws while the clock is in doubt. */
  assertCertain: (() => void) | undefined;
  hashOf(id: string, content: number, accepted: readonly number[]): string;
}) => {
  const { db, objects, inventory, store, clock, hashOf } = parts;

  const wrongOptions = (options: ApproveOptions): FieldErrors => {
    const faults: FieldErrors = {};
    const known = new Set(inventory.collections().map(({ name }) => name));
    if (options.collections.length === 0) faults['collections'] = { key: 'validation.required' };
    if (options.collections.some((name) => !known.has(name))) faults['collections'] = { key: 'validation.choice' };
    if (options.allowed?.some((line) => !/^[a-z][a-z0-9-]* +\S/.test(line)))
      faults['allowed'] = { key: 'validation.format' };
    if (options.expiresAt != null && options.expiresAt <= clock()) faults['expiresAt'] = { key: 'validation.future' };
    return faults;
  };

  const approve = (
    actor: Actor,
    id: string,
    body: Body,
    source: number | undefined,
    options: ApproveOptions,
  ): Baseline => {
    requireRight(actor, 'devices:write');
    if (options.expiresAt != null) parts.assertCertain?.();
    const faults = wrongOptions(options);
    if (Object.keys(faults).length > 0) throw invalid(faults);
    return immediate(db, () => {
      const previous = objects.find('baseline', id);
      const before = previous === undefined ? undefined : toBaseline(previous);
      let content = before?.content ?? 0;
      let accepted = before?.accepted ?? [];
      if (source !== undefined) {
        content = store.nextContent(id);
        accepted = [];
        for (const collection of options.collections) {
          const snapshot = inventory.snapshot(source, collection);
          // Nothing was reported: nothing is expected until it is approved anew.
          if (snapshot === undefined) continue;
          store.putContent({ baseline: id, content, collection, ...contentColumns(snapshot) });
        }
        if (store.counts(id, content).length === 0) throw invalid({ collections: { key: 'validation.notReported' } });
      } else if (before === undefined) {
        throw invalid({ reference: { key: 'validation.required' } });
      } else {
        // Without a reference nothing can be expected of a section that the content does not have.
        const held = new Set(store.counts(id, content).map(({ collection }) => collection));
        if (options.collections.some((name) => !held.has(name)))
          throw invalid({ reference: { key: 'validation.required' } });
      }
      const written = objects.put(
        actor,
        'baseline',
        id,
        {
          ...body,
          collections: [...options.collections],
          allowed: [...(options.allowed ?? before?.allowed ?? [])],
          expiresAt: options.expiresAt == null ? null : toTime(options.expiresAt),
          approvedAt: toTime(clock()),
          content,
          contentHash: hashOf(id, content, accepted),
          accepted: accepted.map(String),
        },
        options.comment === undefined || options.comment === '' ? {} : { comment: options.comment },
      );
      return toBaseline(written);
    });
  };

  return approve;
};
