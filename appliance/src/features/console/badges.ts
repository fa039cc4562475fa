import type { ContextInput } from '@sallyport/ui/context';
import type { ConsoleDeps } from './types.ts';

/** What is abnormal or moving, for the navigation; worked out again when something that it shows has changed. */
export const navigationBadges = (
  deps: Pick<
    ConsoleDeps,
    'deviceQueries' | 'deviceList' | 'vulnerabilities' | 'devices' | 'deployments' | 'exchange' | 'jobs'
  >,
): (() => ContextInput['badges']) => {
  const { deviceQueries, deviceList, vulnerabilities, devices, deployments, exchange, jobs } = deps;
  const held = { stamp: '', act: 0, attend: 0, actDevices: 0 };
  const derived = (): typeof held => {
    const stamp = deviceQueries.stamp();
    if (stamp === held.stamp) return held;
    const { matrix } = vulnerabilities.counts();
    const sum = (row: Readonly<Record<string, number>>): number => Object.values(row).reduce((all, n) => all + n, 0);
    held.act = sum(matrix.act);
    held.attend = sum(matrix.attend);
    held.actDevices = deviceList.worstCounts()[0] ?? 0;
    held.stamp = stamp;
    return held;
  };
  return () => {
    const { act, attend, actDevices } = derived();
    const waiting = devices.waiting();
    const running = deployments.list({ limit: 20 }).rows.filter(({ state }) => state === 'running');
    const failed = running.filter(({ counts }) => counts.failed > 0).length;
    const imports = jobs.list({ kind: 'import-bundle', limit: 5 }).filter(({ state }) => state === 'running').length;
    const open = exchange.state().openRequests.length;
    const stale = exchange.knowledge().filter((feed) => feed.stale).length;
    return {
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
};
