import { createReadStream } from 'node:fs';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, requireRight, systemActor } from '../../engine/objects/types.ts';
import { addressRanges } from '../../platform/address-ranges.ts';
import { type ConnectionRecord, type Forbidden, outbound } from '../../platform/connect.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { withKey } from '../../platform/ssh-agent.ts';
import type { HostKey, SshLogin } from '../../platform/ssh-line.ts';
import { tarEnd, tarHead, tarPadding } from '../../platform/tar-entry.ts';
import type { AddDeviceService } from '../add-device/service.ts';
import { type AgentPackages, agentPackages } from './agent-packages.ts';
import { checkEnd, endEntry, installCommand, lookCommand, newMark, systemIn } from './remote.ts';
import { type PushCode, PushError, type PushRun, type PushStep, type PushWishes } from './types.ts';

export type AgentPushService = {
  /** Packages of the agent that lie here. */
  packages: AgentPackages;
  /** The keys by which the SSH server at an address proves itself, the best first. Throws INVALID, OVERLOADED, UNREACHABLE, NOT_NAMED, FORBIDDEN_ADDRESS. */
  look(actor: Actor, address: string): Promise<HostKey[]>;
  /** Begins a run. `ended` never fails: how it went is in the run. */
  start(actor: Actor, wishes: PushWishes): { id: number; ended: Promise<PushRun> };
  /** The runs since this server started, the newest first. */
  runs(): PushRun[];
};

const rangesName = 'devices.push-ranges';
const keyTimeoutMs = 5_000;
const lookTimeoutMs = 60_000;
const installTimeoutMs = 15 * 60_000;
const tokenLifeMs = 24 * 3_600_000;
const mostAtOnce = 4;
const keptRuns = 50;
const keptKeys = 100;

/** A name is never asked of anything: only an address is connected to. */
const addressFault = (address: string) => (isIP(address) === 0 ? { address: { key: 'agentPush.notAddress' } } : {});

const stepOf = (code: PushCode | null, step: PushStep): PushStep => (code === null ? 'done' : step);

/** A tar archive of the package that lies here, the one with the values of the site, and an empty last entry. */
async function* archiveOf(
  agent: { name: string; path: string; sizeBytes: number },
  site: { name: string; bytes: Uint8Array },
  epoch: number,
  sent: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  yield tarHead({ path: agent.name, mode: 0o600, bytes: agent.sizeBytes, epoch });
  let read = 0;
  for await (const piece of createReadStream(agent.path)) {
    const bytes = piece as Buffer;
    read += bytes.length;
    sent(bytes.length);
    yield bytes;
  }
  if (read !== agent.sizeBytes) throw new AppError('INTERNAL', `${agent.name} changed while it was sent`);
  yield tarPadding(read);
  yield tarHead({ path: site.name, mode: 0o600, bytes: site.bytes.length, epoch });
  yield site.bytes;
  yield tarPadding(site.bytes.length);
  yield tarHead({ path: endEntry, mode: 0o600, bytes: 0, epoch });
  yield tarEnd;
}

/** Installing the agent over SSH. `folder` has the packages of the agent. */
export function agentPushService(parts: {
  folder: string;
  objects: ObjectService;
  events: Pick<EventService, 'record'>;
  addDevice: Pick<AddDeviceService, 'servers' | 'siteFingerprint' | 'makeToken' | 'kit'>;
  forbidden: Forbidden;
  record: (record: ConnectionRecord) => void;
  clock?: () => number;
}): AgentPushService {
  const { folder, objects, events, addDevice, forbidden, record } = parts;
  const clock = parts.clock ?? nowMs;
  const packages = agentPackages(folder);
  const port = (): number => objects.setting('devices.push-port');
  const out = outbound({
    targets: () => {
      const ranges = addressRanges(objects.setting(rangesName));
      const covers = (host: string): boolean => ranges.contains(host);
      return [{ purpose: 'agent-push', object: `setting/${rangesName}`, ports: [port()], echo: false, covers }];
    },
    forbidden: () => forbidden,
    record,
  });
  const to = (address: string) =>
    ({ purpose: 'agent-push', object: `setting/${rangesName}`, host: address, port: port() }) as const;
  const runs: PushRun[] = [];
  /** What was shown, by address: a server that sees many look and none log in shuts us out. */
  const shownKeys = new Map<string, HostKey[]>();
  let lastId = 0;
  /** Each is a program that waits for an answer. */
  let looking = 0;

  const keysOf = async (address: string): Promise<HostKey[]> => {
    const keys = await out.hostKeys(to(address), keyTimeoutMs);
    if (keys.length === 0) throw new AppError('UNREACHABLE', `${address} port ${port()}: no SSH server answers`);
    shownKeys.delete(address);
    shownKeys.set(address, keys);
    for (const oldest of shownKeys.keys()) if (shownKeys.size > keptKeys) shownKeys.delete(oldest);
    return keys;
  };

  const install = async (actor: Actor, wishes: PushWishes, login: SshLogin, run: PushRun): Promise<void> => {
    const { address, user } = wishes;
    const isCompared = ({ fingerprint }: HostKey): boolean => fingerprint === wishes.hostKey;
    const found = (shownKeys.get(address) ?? []).some(isCompared)
      ? (shownKeys.get(address) ?? [])
      : await keysOf(address).catch((error: unknown) => {
          throw toFailure(error).code === 'UNREACHABLE' ? new PushError('no-answer', toFailure(error).message) : error;
        });
    const hostKey = found.find(isCompared);
    if (hostKey === undefined)
      throw new PushError('host-key', `the computer shows ${found.map(({ fingerprint }) => fingerprint).join(', ')}`);
    const session = { hostKey, user, login };
    run.step = 'look';
    const looked = await out.ssh(to(address), {
      ...session,
      command: lookCommand,
      input: Readable.from([]),
      timeoutMs: lookTimeoutMs,
    });
    checkEnd(looked);
    const system = systemIn(looked.stdout);
    if (!system.isRoot && !system.hasSudo)
      throw new PushError('sudo', `${user} is not root, and the computer has no sudo`);
    const agent = packages.find(system.packager, system.machine);
    const path = agent === undefined ? undefined : packages.path(agent.name);
    if (agent === undefined || path === undefined)
      throw new PushError(
        'no-package',
        `no package of the agent for ${system.packager} and ${system.machine} lies here`,
      );
    run.step = 'send';
    run.totalBytes = agent.sizeBytes;
    const token = addDevice.makeToken(actor, {
      purpose: 'agent',
      name: `ssh ${address} ${new Date(clock()).toISOString()}`,
      group: wishes.group,
      uses: 1,
      lifeMs: tokenLifeMs,
      approve: wishes.approve,
      approveFrom: wishes.approve === 'auto' ? [address] : [],
    });
    run.token = token.id;
    try {
      const [firstServer = ''] = addDevice.servers();
      const { files } = addDevice.kit({
        client: 'agent',
        system: system.packager === 'dpkg' ? 'debian' : 'rhel',
        server: wishes.server ?? firstServer,
        secret: token.secret,
        folder: '/etc/sallyport',
        atMs: clock(),
      });
      const site = files.find((file) => 'bytes' in file);
      if (site === undefined || !('bytes' in site)) throw new AppError('INTERNAL', 'the kit has no package');
      const mark = newMark();
      const lines = system.isRoot ? `${mark}\n` : `${wishes.password ?? ''}\n${mark}\n`;
      const archive = archiveOf({ ...agent, path }, site, Math.floor(clock() / 1000), (bytes) => {
        run.sentBytes += bytes;
        if (run.sentBytes === run.totalBytes) run.step = 'install';
      });
      const input = Readable.from(
        (async function* () {
          yield Buffer.from(lines);
          yield* archive;
        })(),
      );
      const timeoutMs = installTimeoutMs;
      checkEnd(await out.ssh(to(address), { ...session, command: installCommand(system, mark), input, timeoutMs }));
    } catch (error) {
      // Its secret went nowhere, or to a computer that did not take it.
      objects.remove(systemActor, 'token', token.id);
      run.token = null;
      throw error;
    }
  };

  const work = async (actor: Actor, wishes: PushWishes, run: PushRun): Promise<PushRun> => {
    const { address, key, password } = wishes;
    const failed = (code: PushCode, message: string): void => {
      run.code = code;
      run.message = message;
      events.record('agent-push-failed', { actor: actorRef(actor), params: { address, code } });
    };
    try {
      if (key === undefined) await install(actor, wishes, { password: password ?? '' }, run);
      else await withKey(key, (agentSocket) => install(actor, wishes, { agentSocket }, run));
      events.record('agent-pushed', { actor: actorRef(actor), params: { address } });
    } catch (error) {
      if (error instanceof PushError) failed(error.code, error.message);
      else failed('refused', toFailure(error).message);
    }
    run.step = stepOf(run.code, run.step);
    run.endedAt = clock();
    return run;
  };

  return {
    packages,
    look: async (actor, address) => {
      requireRight(actor, 'accounts:write');
      const fields = addressFault(address);
      if (Object.keys(fields).length > 0) throw new AppError('INVALID', 'this is no IP address', { fields });
      if (looking >= mostAtOnce)
        throw new AppError('OVERLOADED', `${mostAtOnce} computers are looked at; wait for one to answer`);
      looking += 1;
      try {
        return await keysOf(address);
      } finally {
        looking -= 1;
      }
    },
    start: (actor, wishes) => {
      requireRight(actor, 'accounts:write');
      requireRight(actor, 'devices:write');
      const { address, hostKey, password, key, server } = wishes;
      const fields = {
        ...addressFault(address),
        ...(password === undefined && key === undefined ? { password: { key: 'agentPush.noLogin' } } : {}),
        // A line feed would end the line that sudo takes.
        ...(password !== undefined && /[\0\r\n]/.test(password) ? { password: { key: 'validation.choice' } } : {}),
        ...(server !== undefined && !addDevice.servers().includes(server)
          ? { server: { key: 'validation.choice' } }
          : {}),
      };
      if (Object.keys(fields).length > 0) throw new AppError('INVALID', 'the push cannot begin so', { fields });
      if (addDevice.siteFingerprint() === null)
        throw new AppError('NO_ROOT', 'the site has no trust root yet; run: sallyport trust import FILE');
      if (runs.filter(({ endedAt }) => endedAt === null).length >= mostAtOnce)
        throw new AppError('OVERLOADED', `${mostAtOnce} runs are under way; wait for one to end`);
      lastId += 1;
      const run: PushRun = {
        id: lastId,
        address,
        port: port(),
        fingerprint: hostKey,
        startedAt: clock(),
        endedAt: null,
        step: 'host-key',
        sentBytes: 0,
        totalBytes: 0,
        code: null,
        message: null,
        token: null,
      };
      runs.unshift(run);
      runs.splice(keptRuns);
      events.record('agent-push-started', { actor: actorRef(actor), params: { address, hostKey } });
      return { id: run.id, ended: work(actor, wishes, run) };
    },
    runs: () => runs.map((run) => ({ ...run })),
  };
}
