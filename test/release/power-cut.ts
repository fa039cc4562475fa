import { setTimeout as sleep } from 'node:timers/promises';
import type { BootedRoot } from './booted-root.ts';

/** Takes the power from a machine that was told to run a script, `afterMs` after `begun`; without `begun`, after the order. */
export async function cutWithin(
  on: BootedRoot,
  script: string,
  afterMs: number,
  begun: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const running = on.sh(script);
  await begun();
  await sleep(afterMs);
  await on.cut();
  await running;
}
