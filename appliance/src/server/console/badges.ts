import type { ContextInput } from '@sallyport/ui/context';
import { type Actor, hasRight, type Right } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { ConsoleDeps } from './types.ts';

/** A count that took long is made again only after this many times as long: a busy intake changes something all the time. */
const rests = 50;
/** Counts below this cost nothing that anybody notices. */
const cheapMs = 20;

/** Whose number stands at an entry: who may read it all. */
const rights: Readonly<Record<string, Right>> = {
  controllers: 'controllers:read',
  devices: 'devices:read',
  vulnerabilities: 'vulnerabilities:read',
  exchange: 'exchange:read',
  deployments: 'deployments:read',
};

/** What is abnormal or moving, for the navigation; worked out again when something that it shows has changed. */
export const navigationBadges = (
  deps: Pick<
    ConsoleDeps,
    | 'deviceQueries'
    | 'deviceList'
    | 'vulnerabilities'
    | 'devices'
    | 'deployments'
    | 'exchange'
    | 'jobs'
    | 'zones'
    | 'clock'
  >,
): ((actor: Actor) => ContextInput['badges']) => {
  const { deviceQueries, deviceList, vulnerabilities, devices, deployments, exchange, jobs, zones, clock } = deps;
  const held = { stamp: '', act: 0, attend: 0, againAtMs: 0 };
  const derived = (): typeof held => {
    const stamp = deviceQueries.stamp();
    const startMs = clock();
    if (stamp === held.stamp || (startMs < held.againAtMs && startMs > held.againAtMs - rests * 60_000)) return held;
    const { matrix } = vulnerabilities.tallies(wholeSite('figures'));
    const sum = (row: Readonly<Record<string, number>>): number => Object.values(row).reduce((all, n) => all + n, 0);
    held.act = sum(matrix.act);
    held.attend = sum(matrix.attend);
    held.stamp = stamp;
    const tookMs = clock() - startMs;
    held.againAtMs = tookMs < cheapMs ? 0 : startMs + tookMs * rests;
    return held;
  };
  const all = (): ContextInput['badges'] => {
    const { act, attend } = derived();
    // Rows of devices follow a look of the rules, after what the stamp is made of; their sets are few and small.
    const actDevices = deviceList.worstCounts(wholeSite('figures'))[0] ?? 0;
    const waiting = devices.waiting();
    const running = deployments
      .list({ scope: wholeSite('figures'), limit: 20 })
      .rows.filter(({ state }) => state === 'running');
    const failed = running.filter(({ counts }) => counts.failed > 0).length;
    const imports = jobs.list({ kind: 'import-bundle', limit: 5 }).filter(({ state }) => state === 'running').length;
    const open = exchange.state().openRequests.length;
    const stale = exchange.knowledge().filter((feed) => feed.stale || feed.goneSince !== undefined).length;
    const controllers = zones.counts(wholeSite('figures'));
    return {
      ...(controllers.critical > 0
        ? { controllers: { level: 'critical', count: controllers.critical } }
        : controllers.warning > 0
          ? { controllers: { level: 'warning', count: controllers.warning } }
          : {}),
      ...(actDevices > 0
        ? { devices: { level: 'critical', count: actDevices } }
        : waiting > 0
          ? { devices: { level: 'warning', count: waiting } }
          : {}),
      ...(act > 0
        ? { vulnerabilities: { level: 'critical', count: act } }
        : attend > 0
          ? { vulnerabilities: { level: 'warning', count: attend } }
          : {}),
      ...(stale > 0
        ? { exchange: { level: 'warning', count: stale } }
        : imports + open > 0
          ? { exchange: { level: 'running', count: imports + open } }
          : {}),
      ...(failed > 0
        ? { deployments: { level: 'critical', count: failed } }
        : running.length > 0
          ? { deployments: { level: 'running', count: running.length } }
          : {}),
    };
  };
  return (actor) =>
    Object.fromEntries(
      Object.entries(all()).filter(([name]) => {
        const right = rights[name];
        return right !== undefined && hasRight(actor, right);
      }),
    );
};
