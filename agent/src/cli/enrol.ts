import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Enrolment } from '@sallyport/bundle-tools/protocol/enrolment';
import { AgentError } from '../errors.ts';
import { checkWanted, enrol, enrolAgain } from '../loop/enrol.ts';
import { dropEnrolment, writeEnrolment } from '../state/enrolment.ts';
import { type AgentState, openState } from '../state/state.ts';
import { closeFolder } from '../windows/close-folder.ts';
import { type Command, type CommandContext, defaultStateDir, machineRoot, wholeNumber } from './command.ts';
import { serviceLine, startService } from './start-service.ts';

const maxTokenBytes = 4096;
const defaultWaitSeconds = 600;

const required = (context: CommandContext, name: string): string => {
  const value = context.text(name);
  if (value === undefined || value === '') throw new AgentError('USAGE', `--${name} is missing`);
  return value;
};

/** The token comes from a file: an argument would show in every list of processes. */
const readToken = (path: string): string => {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new AgentError('USAGE', `no such file: ${path}`);
  if (statSync(path).size > maxTokenBytes) throw new AgentError('USAGE', `${path} is not a token`);
  const token = readFileSync(path, 'utf8').trim();
  if (token === '') throw new AgentError('USAGE', `${path} is empty`);
  return token;
};

const rootOf = (text: string | undefined): string => {
  const root = resolve(text ?? machineRoot());
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new AgentError('USAGE', `no such folder: ${root}`);
  return root;
};

/** Has the service run, where it is the package's, and says so; what became of it. */
const tellStarted = async (context: CommandContext, folder: string, root: string): Promise<string> => {
  const started = await startService(folder, root);
  const line = serviceLine(started);
  if (line !== undefined) (started.state === 'runs' ? context.line : context.note)(line);
  return started.state;
};

const notWithAgain = ['fingerprint', 'root'] as const;
const flagsNotWithAgain = ['executables', 'observe-only', 'later'] as const;

/** Server, root and the rest are those of the folder: what is asked for is another key, nothing else. */
const askAgain = async (context: CommandContext, state: AgentState, waitSeconds: number): Promise<void> => {
  const other = [
    ...notWithAgain.filter((name) => context.text(name) !== undefined),
    ...flagsNotWithAgain.filter((name) => context.flag(name)),
  ];
  if (other.length > 0) throw new AgentError('USAGE', `--again does not take --${other.join(', --')}`);
  const tokenFile = context.text('token-file');
  const before = state.settings()?.deviceId;
  const settings = await enrolAgain({
    state,
    token: tokenFile === undefined ? undefined : readToken(tokenFile),
    server: context.text('server'),
    waitSeconds,
    onWaiting: (seconds, words) =>
      context.note(`waiting for approval, next look in ${seconds} s; the words of the new key are: ${words}`),
  });
  const { site = '', deviceId = '' } = settings;
  context.line(
    before === deviceId
      ? `enrolled again at ${site} as ${deviceId}; a running service goes on by itself`
      : `enrolled at ${site} as ${deviceId}: the appliance took it for another device than ${before ?? ''}`,
  );
  context.result({ deviceId, site, server: settings.server, before });
};

export const command: Command = {
  options: {
    server: { value: 'URL', help: 'https address of the appliance' },
    'token-file': { value: 'FILE', help: 'the enrolment token' },
    fingerprint: { value: 'H', help: 'the fingerprint that setup printed, and that is shown with each token' },
    root: { value: 'DIR', help: 'the root of the system to report and to install into (/)' },
    executables: { help: 'report executable files with their hashes' },
    'observe-only': { help: 'report, and refuse every action' },
    again: { help: 'a new key for a device that is enrolled, as when its certificate ended; a person compares it' },
    later: { help: 'only write it down: the service enrols, and waits for approval' },
    wait: { value: 'SECONDS', help: `how long to wait for approval (${defaultWaitSeconds})` },
  },
  example: 'sallyport-agent enrol --server https://sallyport.plant:8443 --token-file secret --fingerprint "1f2e …"',
  run: async (context) => {
    const folder = resolve(context.text('state') ?? defaultStateDir);
    if (process.platform === 'win32') await closeFolder(folder);
    const state = openState(folder);
    const waitSeconds = wholeNumber(context.text('wait'), defaultWaitSeconds);
    if (context.flag('again')) {
      await askAgain(context, state, waitSeconds);
      return;
    }
    const wanted: Enrolment = {
      server: required(context, 'server'),
      token: readToken(required(context, 'token-file')),
      fingerprint: required(context, 'fingerprint'),
      root: rootOf(context.text('root')),
      observeOnly: context.flag('observe-only'),
      executables: context.flag('executables'),
    };
    checkWanted(state, wanted);
    if (context.flag('later')) {
      writeEnrolment(state, wanted);
      context.line('the service enrols when it runs');
      const service = await tellStarted(context, folder, wanted.root);
      context.result({ later: true, service });
      return;
    }
    const settings = await enrol({
      ...wanted,
      state,
      waitSeconds,
      onWaiting: (seconds, words) =>
        context.note(`waiting for approval, next look in ${seconds} s; this device is: ${words}`),
    });
    dropEnrolment(state);
    context.line(`enrolled at ${settings.site ?? ''} as ${settings.deviceId ?? ''}`);
    const service = await tellStarted(context, folder, settings.root);
    const { deviceId, server, root } = settings;
    context.result({ deviceId, site: settings.site, server, root, service });
  },
};
