import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Return } from './types.ts';

const howText = ({ cause, was, found, file }: Return): string => {
  if (cause === 'restored') return `backup ${file ?? ''} was restored`;
  if (cause === 'no-witness')
    return `the witness is not there (keys/witness): whether the database went back is not known`;
  return `the database went back to entry ${found.entries} of the journal from ${was?.entries ?? 0}, and no restore was recorded`;
};

/** A return to an older state in one line: what, what was done, what to do. */
export function returnText(back: Return): string {
  const { devices, accounts, rights, persons } = back.applied;
  const done = `taken away again: ${devices} devices, ${accounts} accounts and tokens, ${rights} grants of rights, ${persons} persons`;
  const rest = back.isCovered
    ? ''
    : `; what was taken away since may be back: look at devices, accounts, roles and tokens${back.failed.length === 0 ? '' : ` (${back.failed.join(', ')})`}`;
  return `${toTime(back.at)}: ${howText(back)}; ${done}${rest}; look, then: sallyport rollback acknowledge ${back.id} --reason TEXT`;
}
