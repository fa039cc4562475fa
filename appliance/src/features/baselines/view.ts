import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { BaselineDetail } from '@sallyport/ui/baselines/baseline.tsx';
import type { BaselineRow } from '@sallyport/ui/baselines/baselines.tsx';
import type { DeviationRow } from '@sallyport/ui/components/deviations.tsx';
import type { Scope } from '../../platform/scope.ts';
import { actorNames, changeRow } from '../../server/console/records.ts';
import type { ConsoleDeps } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';
import { toBaseline } from './chain.ts';
import type { BaselineSummary, Deviation } from './types.ts';

const dayMs = 86_400_000;

/** Baselines and deviations as pages show them, with names for numbers. */
export const baselineViews = (
  deps: Pick<ConsoleDeps, 'baselines' | 'inventory' | 'objects' | 'clock'>,
  model: Pick<DeviceModel, 'references'>,
) => {
  const { baselines, inventory, objects, clock } = deps;
  const collections = inventory.collections();

  const limitDays = (): number => objects.setting('devices.baseline-days');

  /** A baseline out of reach has no name here. */
  const deviations = (rows: readonly Deviation[], scope: Scope): DeviationRow[] => {
    const nameOf = actorNames(objects);
    const devices = model.references(rows.map(({ device }) => device));
    const names = new Map<string, string>();
    const nameIn = (id: string): string => {
      const found = objects.find('baseline', id, { deleted: true });
      return found === undefined || !baselines.isReached(toBaseline(found), scope) ? id : toBaseline(found).name;
    };
    const baselineName = (id: string): string => {
      const held = names.get(id) ?? nameIn(id);
      names.set(id, held);
      return held;
    };
    return rows.map((row) => {
      const days = Math.floor(((row.until ?? clock()) - row.since) / dayMs);
      const { acceptance, workOrder } = row;
      return {
        id: row.id,
        device: devices.get(row.device) ?? { id: String(row.device), name: `#${row.device}` },
        baseline: { id: row.baseline, name: baselineName(row.baseline) },
        change: { ...changeRow(collections, row.change), operation: row.operation },
        since: row.since,
        days,
        late: row.until === null && clock() - row.since > limitDays() * dayMs,
        ...defined({ until: row.until ?? undefined, outcome: row.outcome ?? undefined }),
        ...(acceptance === null
          ? {}
          : {
              decision: {
                who: nameOf(acceptance.actor),
                at: acceptance.at,
                reason: acceptance.reason,
                ...defined({ expiresAt: acceptance.expiresAt ?? undefined }),
              },
            }),
        ...(workOrder === null ? {} : { workOrder: { ...workOrder, who: nameOf(workOrder.actor) } }),
      };
    });
  };

  const row = (baseline: BaselineSummary): BaselineRow => {
    const [newest] = objects.revisions('baseline', baseline.id);
    return {
      ...baseline,
      approvedBy: newest === undefined ? '' : actorNames(objects)(newest.actor),
      expiresAt: baseline.expiresAt ?? undefined,
      expired: baseline.expiresAt !== null && baseline.expiresAt <= clock(),
    };
  };

  const detail = (id: string, scope: Scope): BaselineDetail => {
    const baseline = baselines.get(id, scope);
    const nameOf = actorNames(objects);
    const coverage = baselines.coverage(id, scope);
    const accepted = baselines.acceptances(id);
    const named = model.references([
      ...coverage.map(({ device }) => device),
      ...accepted.flatMap(({ device }) => (device === null ? [] : [device])),
    ]);
    const deviceOf = (number: number) => named.get(number) ?? { id: String(number), name: `#${number}` };
    return {
      ...row(baseline),
      of: baseline.device ?? baseline.group ?? '',
      reference: baseline.reference === null ? undefined : { id: baseline.reference, name: baseline.reference },
      allowed: baseline.allowed,
      contentHash: baseline.contentHash,
      counts: Object.entries(baseline.counts).map(([collection, count]) => ({ collection, count })),
      revisions: objects
        .revisions('baseline', id)
        .map((one) => ({ ...one, who: nameOf(one.actor), comment: one.comment ?? undefined })),
      accepted: accepted.map((one) => ({
        ...one,
        who: nameOf(one.actor),
        device: one.device === null ? undefined : deviceOf(one.device),
        expiresAt: one.expiresAt ?? undefined,
      })),
      coverage: coverage.map(({ device, checkedAt, deviations: n }) => ({
        device: deviceOf(device),
        checkedAt,
        late: checkedAt === null || clock() - checkedAt > limitDays() * dayMs,
        deviations: n,
      })),
    };
  };

  return { limitDays, deviations, row, detail };
};
