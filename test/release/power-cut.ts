import { setTimeout as sleep } from 'node:timers/promises';
import type { BootedRoot } from './booted-root.ts';

/** Takes the power from a machine `afterMs` after it was told to run a script. */
export async function cutWithin(on: BootedRoot, script: string, afterMs: number): Promise<void> {
  const running = on.sh(script);
  await sleep(afterMs);
  await on.cut();
  await running;
}
