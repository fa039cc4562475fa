import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { addressSet } from '@sallyport/bundle-tools/platform/address-set';
import { nowMs, steadyMs } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { AgentPolicy } from '@sallyport/bundle-tools/protocol/policy';
import type { Memory } from '../collectors/collector.ts';
import { platformCollectors } from '../collectors/of-platform.ts';
import { AgentError, describe } from '../errors.ts';
import { type ExecutableLimits, executableLimits } from '../executables/round.ts';
import { newKeyAndRequest } from '../identity/x509.ts';
import { type Connection, connect } from '../platform/connect.ts';
import { fileLog, type Log } from '../platform/log.ts';
import { connectPermitted } from '../platform/permitted.ts';
import { type RootFiles, rootFiles } from '../platform/root-files.ts';
import { certificateEnd, requireEnrolled } from '../state/enrolled.ts';
import { openJournal } from '../state/journal.ts';
import { type HeldPolicy, openPolicy } from '../state/policy.ts';
import { openSections } from '../state/sections.ts';
import { openSpool, type Spool } from '../state/spool.ts';
import { clockAhead, clockText, openStanding, type Standing } from '../state/standing.ts';
import { type AgentState, identityFile, newOwnId, openState, type Settings } from '../state/state.ts';
import { openTrust } from '../trust/held.ts';
import { type Client, client } from './client.ts';
import { agentCycle, type Cycle, checkIns } from './cycle.ts';
import { deviceInventory } from './inventory.ts';
import { type TaskRunner, taskRunner } from './tasks.ts';

/** What collectors remember, one file of JSON each; a file that cannot be read is as good as none. */
const openMemory = (folder: string): Memory => {
  ensureDir(folder, 0o700);
  const path = (name: string): string => join(folder, `${name}.json`);
  return {
    read: (name) => {
      if (!isThere(path(name))) return undefined;
      try {
        return JSON.parse(readFileSync(path(name), 'utf8')) as unknown;
      } catch (error) {
        if (error instanceof SyntaxError) return undefined;
        throw error;
      }
    },
    write: (name, value) => writeFileDurable(path(name), JSON.stringify(value), 0o600),
  };
};

/** Two thirds of the certificate's life are over. */
const isRenewalDue = (certificatePem: string, nowMs: number): boolean => {
  const certificate = new X509Certificate(certificatePem);
  const from = certificate.validFromDate.getTime();
  const to = certificate.validToDate.getTime();
  return nowMs >= from + ((to - from) * 2) / 3;
};

/** A certificate for a new key; key and certificate change in one step, and the old ones work until the new are used. */
const renew = async (state: AgentState, client: Client): Promise<void> => {
  const { keyPem, csrPem } = await newKeyAndRequest();
  const cert = await client.renew(csrPem);
  const certificate = new X509Certificate(cert);
  const own = new X509Certificate(state.identity()?.cert ?? '');
  // A certificate for another device, or for a key that we do not have, would lock this device out.
  if (certificate.subject !== own.subject || !certificate.checkPrivateKey(createPrivateKey(keyPem))) {
    throw new AgentError('PROTOCOL', 'the new certificate is not for this device and its key');
  }
  state.writeIdentity({ key: keyPem, cert });
};

// Wires an enrolled agent over its state folder.

export type Agent = {
  settings: Settings;
  cycle: Cycle;
  tasks: TaskRunner;
  spool: Spool;
  log: Log;
  /** Tells when another key and certificate are laid into the folder, until it is stopped; a cycle takes them. */
  onNewIdentity(tell: () => void): { stop(): void };
  /** Renews the certificate when its time has come. */
  renewIfDue(): Promise<void>;
  close(): void;
};

const bootIdOf = (files: RootFiles): string => {
  const kernel = files.isMachine ? (files.text('proc/sys/kernel/random/boot_id') ?? '').trim() : '';
  return /^[0-9a-f-]{36}$/.test(kernel) ? kernel : newOwnId();
};

/** A connection whose certificate can be swapped under those who use it. */
const swappable = (open: () => Connection): { connection: Connection; swap: () => void } => {
  const held = { connection: open() };
  return {
    connection: {
      call: (call) => held.connection.call(call),
      download: (download) => held.connection.download(download),
      close: () => held.connection.close(),
    },
    swap: () => {
      held.connection.close();
      held.connection = open();
    },
  };
};

/** What an error of a cycle says about how the device stands; undefined where it says nothing about that. */
const standingOf = (error: unknown): Standing | undefined => {
  if (!(error instanceof AgentError)) return undefined;
  const standings: Partial<Record<AgentError['code'], Standing>> = {
    REFUSED: 'refused',
    CERTIFICATE_ENDED: 'certificate-ended',
    DEVICE_REVOKED: 'revoked',
    POSSIBLE_CLONE: 'held',
    UNREACHABLE: 'unreachable',
  };
  return standings[error.code];
};

/** An appliance that does not say why it refuses: an end that has passed is why. */
const withReason = (error: unknown, certificatePem: string, now: number): unknown =>
  error instanceof AgentError && error.code === 'REFUSED' && certificateEnd(certificatePem) < now
    ? new AgentError(
        'CERTIFICATE_ENDED',
        'the certificate of this device ended: sallyport-agent enrol --again asks for another one',
        error.details,
        { cause: error },
      )
    : error;

const bytesOfMegabyte = 1024 * 1024;
const hourMs = 3600 * 1000;

/** The answer to the last question is kept. */
function held<Question extends object, Answer>(work: (asked: Question) => Answer): (asked: Question) => Answer {
  let last: { asked: Question; answer: Answer } | undefined;
  return (asked) => {
    if (last?.asked !== asked) last = { asked, answer: work(asked) };
    return last.answer;
  };
}

/** What may go into executable files: as administrators decided for the device, else as its own settings say. */
const executablesOf = (settings: Settings, { executables }: ReturnType<HeldPolicy['current']>) => {
  if (executables === undefined) return settings.executables ? executableLimits : undefined;
  const { paths, entriesPerTurn, megabytesPerTurn, restHours } = executables;
  return {
    ...executableLimits,
    paths,
    entriesPerTurn,
    hashedBytesPerTurn: megabytesPerTurn * bytesOfMegabyte,
    restMs: restHours * hourMs,
  };
};

/** Where controllers are, by a policy; worked out once for each. */
const controllersOf = held(({ controllers }: AgentPolicy) => addressSet(controllers ?? []));

/** Opens the agent of a state folder; NOT_ENROLLED when there is none. */
export const openAgent = (stateDir: string, onLine?: (line: string) => void): Agent => {
  const state = openState(stateDir);
  const { settings, ca } = requireEnrolled(state);
  const log = fileLog(state.path('log'), onLine);
  const files = rootFiles(settings.root);
  const saved = openSections(state.path('sections'));
  const spool = openSpool(state.path('spool'), saved.sizeBytes);
  const policy = openPolicy(state.path('policy.json'));
  const used = { cert: '' };
  const optionsOf = (server: string) => {
    const { identity } = requireEnrolled(state);
    return { server, ca, identity, forbidden: () => controllersOf(policy.current()) };
  };
  const serverNow = (): string => requireEnrolled(state).settings.server;
  const { connection, swap } = swappable(() => {
    used.cert = requireEnrolled(state).identity.cert;
    return connect(optionsOf(serverNow()));
  });
  const calls: Client = client(connection);
  const bootId = bootIdOf(files);
  ensureDir(state.path('work'), 0o700);
  ensureDir(state.path('products'), 0o700);
  const tasks = taskRunner({
    journal: openJournal(state.path('tasks')),
    spool,
    log,
    bootId,
    observeOnly: settings.observeOnly,
    context: {
      files,
      connection,
      trust: openTrust(state.path('trust')),
      stateFolder: state.folder,
      workFolder: state.path('work'),
    },
    move: {
      server: serverNow,
      checkInAt: async (server, task) => {
        const other = await connectPermitted(optionsOf(server), { present: connection, task });
        try {
          await client(other).checkIn(nextCheckIn());
        } finally {
          other.close();
        }
      },
      moveTo: (server) => {
        state.writeSettings({ ...requireEnrolled(state).settings, server });
        swap();
        log('info', `the appliance is at ${server} from now on`);
      },
    },
    logFolder: state.path('log'),
    products: state.path('products'),
    onProducts: () => inventory.hurry(),
  });
  const inventory = deviceInventory({
    context: {
      files,
      memory: openMemory(state.path('memory')),
      clock: nowMs,
      products: state.path('products'),
      get executables(): ExecutableLimits | undefined {
        return executablesOf(settings, policy.current());
      },
      get neighbours(): boolean {
        return policy.current().neighbours === true;
      },
    },
    collectors: platformCollectors(state.path('work')),
    saved,
    onFault: (collection, error) => log('error', `${collection} could not be collected: ${describe(error)}`),
  });
  const nextCheckIn = checkIns({ inventory, tasks, policy, bootId });
  const standing = openStanding(state.path('standing.json'));
  const turn = agentCycle({ client: calls, nextCheckIn, inventory, spool, tasks, policy, log, clock: nowMs });
  // A device cannot judge the time: what ends, ends by the appliance's clock.
  const clock = { aheadMs: standing.read()?.clockAheadMs ?? 0 };
  const siteNow = (): number => nowMs() - clock.aheadMs;
  const cycle: Cycle = async (options) => {
    // `enrol --again` was run beside this.
    if (requireEnrolled(state).identity.cert !== used.cert) swap();
    try {
      const began = steadyMs();
      const result = await turn(options);
      clock.aheadMs = clockAhead(nowMs() - result.serverMs, steadyMs() - began);
      if (standing.noteClock(clock.aheadMs) && clock.aheadMs !== 0) log('warning', clockText(clock.aheadMs));
      standing.note('accepted', nowMs());
      return result;
    } catch (thrown) {
      const error = withReason(thrown, used.cert, siteNow());
      const now = standingOf(error);
      if (now !== undefined) standing.note(now, nowMs(), describe(error));
      throw error;
    }
  };
  return {
    settings,
    tasks,
    spool,
    log,
    cycle,
    onNewIdentity: (tell) => {
      // Where the system watches no more folders, the next turn finds it.
      try {
        const watcher = watch(state.folder, { persistent: false }, (_event, name) => {
          if (name === identityFile) tell();
        });
        watcher.on('error', () => watcher.close());
        return { stop: () => watcher.close() };
      } catch (error) {
        log('warning', `a new key is looked for only at the next turn: ${describe(error)}`);
        return { stop: () => undefined };
      }
    },
    renewIfDue: async () => {
      const { identity } = requireEnrolled(state);
      // In the middle of a task its downloads go on over the old connection.
      if (!isRenewalDue(identity.cert, siteNow()) || tasks.current() !== undefined) return;
      await renew(state, calls);
      swap();
      log('info', 'the certificate was renewed');
    },
    close: () => connection.close(),
  };
};
