import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { pause } from '../platform/timing.ts';
import type { ReplaceFiles, ReplaceOutcome } from './order.ts';
import type { Packager } from './types.ts';

const lookMs = 500;

/**
 * Puts the ordered release in place and waits until the appliance has answered it; else the release before is put back. Runs outside
 * of the agent, which ends meanwhile.
 */
export async function replaceAgent(
  files: ReplaceFiles,
  packager: Packager,
  waitMs: number,
): Promise<ReplaceOutcome['state'] | 'nothing'> {
  const order = files.order();
  if (order === undefined || files.outcome() !== undefined) return 'nothing';
  const end = (state: ReplaceOutcome['state'], output: string): ReplaceOutcome['state'] => {
    files.end({ task: order.task, state, output: output.slice(0, 8000) });
    return state;
  };
  const notKept = await packager.keep();
  if (notKept !== undefined) return end('failed', `nothing was changed: ${notKept}`);
  let fault = await packager.install(order.file);
  const version = fault === undefined ? await packager.version() : order.version;
  if (version !== order.version) fault = `the installed program is not ${order.version}: ${version}`;
  if (fault === undefined) {
    const deadlineMs = nowMs() + waitMs;
    while (files.heard() !== order.version && nowMs() < deadlineMs) await pause(lookMs);
    if (files.heard() === order.version) return end('replaced', '');
    fault = `the appliance did not hear of ${order.version} within ${Math.round(waitMs / 1000)} s`;
  }
  const notBack = await packager.putBack(order.file);
  return notBack === undefined ? end('went-back', fault) : end('failed', `${fault}\nnot put back: ${notBack}`);
}
