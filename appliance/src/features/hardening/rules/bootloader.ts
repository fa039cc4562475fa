import type { HardeningRule } from '../types.ts';

/** The boot loader is another one than the project or the nameplate says. */
export const rule: HardeningRule = {
  name: 'bootloader',
  severity: 'warning',
  judge: ({ observed, configured }) => {
    const [found, wanted] = [observed['bootloader'], configured['bootloader']];
    if (found === undefined || wanted === undefined) return { answer: 'unknown' };
    return found.toLowerCase() === wanted.toLowerCase()
      ? { answer: 'ok' }
      : { answer: 'found', evidence: `${wanted} / ${found}` };
  },
};
