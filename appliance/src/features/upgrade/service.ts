import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, byWhom, requireRight } from '../../engine/objects/types.ts';
import type { DataPaths } from '../../platform/config.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { wholeSite } from '../../platform/scope.ts';
import { failureOf } from './failure.ts';
import { readUpgrade, writeUpgrade } from './file.ts';
import type { UpgradeFailure } from './types.ts';

export type UpgradeService = {
  /** The failed upgrade that is to be told; undefined where none failed since the last that succeeded, or a person put it aside. */
  failure(): UpgradeFailure | undefined;
  /** A person has seen it: it is told no more. FORBIDDEN, NOT_FOUND, INVALID without a reason. */
  putAside(actor: Actor, reason: string): void;
  /** The server's turn: a failure becomes an event, once. */
  turn(): void;
};

type Parts = { events: Pick<EventService, 'record' | 'list'>; paths: Pick<DataPaths, 'data'>; clock?: () => number };

/** What became of upgrades, for those who look after the appliance. */
export function upgradeService({ events, paths, clock = nowMs }: Parts): UpgradeService {
  const told = { at: 0 };
  const failure = (): UpgradeFailure | undefined => {
    const failed = failureOf(readUpgrade(paths.data));
    return failed?.aside === undefined ? failed : undefined;
  };
  const wasTold = (at: number): boolean =>
    events.list({ scope: wholeSite('job'), type: ['upgrade-failed'], limit: 1 }).rows[0]?.params['began'] === at;
  return {
    failure,
    putAside: (actor, reason) => {
      requireRight(actor, 'settings:write');
      const upgrade = readUpgrade(paths.data);
      const failed = failure();
      if (upgrade === undefined || failed === undefined)
        throw new AppError('NOT_FOUND', 'no failed upgrade waits to be put aside');
      if (reason === '') throw invalid({ reason: { key: 'field.required' } });
      events.record('upgrade-put-aside', { ...byWhom(actor), params: { to: failed.to, reason } });
      writeUpgrade(paths.data, { ...upgrade, failed: { ...failed, aside: clock() } });
    },
    turn: () => {
      const failed = failure();
      if (failed === undefined || failed.at === told.at) return;
      if (!wasTold(failed.at))
        events.record('upgrade-failed', {
          actor: 'system:appliance',
          params: { from: failed.from ?? '', to: failed.to, reason: failed.reason.slice(0, 500), began: failed.at },
        });
      told.at = failed.at;
    },
  };
}
