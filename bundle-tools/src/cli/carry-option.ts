import { writeCarried } from '../host/carry.ts';
import { type Proposal, requirementsOf, requirementText } from '../host/proposal.ts';
import type { HostState } from '../host/state.ts';
import { findNewest } from '../host/trust-files.ts';
import type { CommandResult } from './command.ts';
import type { OptionSpec } from './option.ts';

/** `--carry MEDIUM`. */
export const carryOption: OptionSpec = {
  value: 'MEDIUM',
  help: 'write the change to a medium, for people who sign in turn on other computers',
};

/** Puts a stored proposal on a medium, and says who must sign. */
export const carriedResult = (state: HostState, proposal: Proposal, medium: string): CommandResult => {
  const folder = writeCarried(state, proposal, medium);
  const needed = requirementsOf(proposal, findNewest(state, 'root'));
  return {
    json: { published: false, carried: folder, signatures: needed },
    text: [
      `wrote ${folder}; nothing is published yet`,
      ...needed.map((entry) => `  ${requirementText(entry)}`),
      'Each person signs it:',
      `  sallyport-bundle trust sign --key KEYFILE ${folder}`,
      'Then, on this host:',
      `  sallyport-bundle trust publish ${folder}`,
    ],
  };
};
