import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import type { Tick } from './ticking.ts';

// What systemd is told of a server (sd_notify(3)). The runtime has no datagram sockets of this kind, so `systemd-notify` of systemd
// itself tells it (NotifyAccess=all), once at the start and once in a third of the watchdog's time.

const patienceMs = 10_000;

/** Tells systemd a state such as READY=1; without systemd nothing. */
export async function tellSystemd(state: string): Promise<void> {
  if (env('NOTIFY_SOCKET') === undefined) return;
  await promisify(execFile)('systemd-notify', [state], { timeout: patienceMs });
}

/** The sign of life that the unit's WatchdogSec asks for. It comes from the loop that answers: where that stands still, none comes. */
export function signsOfLife(): Tick[] {
  const watchdogMs = Number(env('WATCHDOG_USEC') ?? 0) / 1000;
  if (!Number.isFinite(watchdogMs) || watchdogMs <= 0) return [];
  return [{ failed: 'systemd was not told', everyMs: watchdogMs / 3, run: () => tellSystemd('WATCHDOG=1') }];
}
