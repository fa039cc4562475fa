import { BundleError } from '../errors.ts';
import { type HostState, openState, withLock } from '../host/state.ts';
import { env } from '../platform/ambient.ts';
import { type CommandInput, type CommandResult, textOption } from './command.ts';
import type { OptionSpec } from './option.ts';

/** `--state DIR`, for commands that work on the state of the connected host. */
export const stateOption: OptionSpec = {
  value: 'DIR',
  path: 'own',
  help: 'the state of this host (else from SALLYPORT_STATE)',
};

/** The folder that `--state` or the environment names. */
export const stateFolder = (input: CommandInput): string => {
  const dir = textOption(input, 'state') ?? env('SALLYPORT_STATE');
  if (dir === undefined) throw new BundleError('USAGE', '--state DIR is missing');
  return dir;
};

/** The state that the command works on. */
export const stateOf = (input: CommandInput): HostState => openState(stateFolder(input));

/**
 * Runs with the state that the command works on, while no other command may change it. What `read` makes of the input comes
 * before the lock: wrong use is called wrong use while another command works.
 */
export const onState =
  <Given = undefined>(
    run: (state: HostState, input: CommandInput, given: Given) => Promise<CommandResult>,
    read: (input: CommandInput) => Given = () => undefined as Given,
  ) =>
  async (input: CommandInput): Promise<CommandResult> => {
    const state = stateOf(input);
    const given = read(input);
    return withLock(state, () => run(state, input, given));
  };

/** A whole number option within bounds. */
export const integerOption = (input: CommandInput, name: string, min: number, max: number): number | undefined => {
  const text = textOption(input, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new BundleError('USAGE', `--${name} is a number from ${min} to ${max}`);
  return value;
};

/** A required argument by position; its presence is checked before the command runs. */
export const argument = (input: CommandInput, at: number): string => {
  const value = input.positionals[at];
  if (value === undefined) throw new BundleError('USAGE', 'an argument is missing');
  return value;
};
