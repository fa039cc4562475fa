import { windowsCollectors } from '../windows/collectors.ts';
import { readWindows } from '../windows/run.ts';
import { collectors } from './all.ts';
import type { Collector } from './collector.ts';

/** The collectors of the system that the agent runs on. */
export const platformCollectors = (): readonly Collector[] =>
  process.platform === 'win32' ? windowsCollectors(readWindows) : collectors;
