import { windowsCollectors } from '../windows/collectors.ts';
import { readWindows } from '../windows/run.ts';
import { collectors } from './all.ts';
import type { Collector } from './collector.ts';

/** The collectors of the system that the agent runs on; `work` as `readWindows` wants it. */
export const platformCollectors = (work: string): readonly Collector[] =>
  process.platform === 'win32' ? windowsCollectors((sections) => readWindows(work, sections)) : collectors;
