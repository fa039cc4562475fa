import { readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { networkInterfaces, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { activeFirewalls, portLine } from './firewall.ts';

// What a computer lacks to be an appliance, looked at before anything of it is changed.

type CheckName = 'memory' | 'disk' | 'port' | 'clock' | 'firewall' | 'names';
/** With `failed` nothing is set up; a warning is told and setup goes on. */
export type SetupCheck = { name: CheckName; state: 'ok' | 'warning' | 'failed'; detail: string };

/** What the system resolves a name to; none where it is not found. */
type AddressesOf = (name: string) => Promise<string[]>;

const gib = 2 ** 30;
/** docs/operations.md, Sizes; a little less than 4 GiB is what 4 GiB of hardware leave. */
const wantedMemory = 3.5 * gib;
const leastMemory = gib;
const wantedDisk = 10 * gib;
const leastDisk = gib;

const made = (name: CheckName, state: SetupCheck['state'], detail: string): SetupCheck => ({ name, state, detail });

const sizeOf = (bytes: number): string => `${(bytes / gib).toFixed(1)} GiB`;

const memory = (): SetupCheck => {
  const bytes = totalmem();
  const detail = `${sizeOf(bytes)}; 4 GiB are asked for`;
  if (bytes < leastMemory) return made('memory', 'failed', `${detail}: add memory`);
  return made('memory', bytes < wantedMemory ? 'warning' : 'ok', detail);
};

const disk = (dataDir: string): SetupCheck => {
  let folder = resolve(dataDir);
  while (!isThere(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const detail = `${sizeOf(free)} are free on the disk of ${folder}`;
  if (free < leastDisk)
    return made('disk', 'failed', `${detail}: at least ${sizeOf(leastDisk)}; make room, or --data DIR on another disk`);
  return free < wantedDisk ? made('disk', 'warning', `${detail}; updates need more`) : made('disk', 'ok', detail);
};

const listenState = '0A';

/** Sockets of the system that listen on a port, by their inode: of IPv4 and IPv6, whatever the address. */
export function listeningInodes(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return local.endsWith(wanted) && state === listenState ? [inode] : [];
  });
}

/** The program that holds a socket; empty where this user may not see it. */
function holderOf(inode: string): string {
  const link = `socket:[${inode}]`;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      if (readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === link))
        return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (process ${pid})`;
    } catch {
      // It ends, or is another user's.
    }
  return '';
}

const port = ({ port: wanted }: { port: number }, isOurs: boolean): SetupCheck => {
  if (isOurs) return made('port', 'ok', `${wanted} is the one on which this appliance listens`);
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((path) => isThere(path));
  const [inode] = tables.flatMap((path) => listeningInodes(readFileSync(path, 'utf8'), wanted));
  if (inode === undefined) return made('port', 'ok', `no program listens on ${wanted}`);
  const other = holderOf(inode) || 'another program';
  return made('port', 'failed', `${other} listens on ${wanted}: stop it, or take another one with --port`);
};

const clock = (nowMs: number, releasedMs: number): SetupCheck => {
  const now = toTime(nowMs);
  if (nowMs < releasedMs)
    return made('clock', 'failed', `it says ${now}, before this release was made: set it (timedatectl set-time)`);
  return made('clock', 'ok', `it says ${now}: compare it with a watch, certificates and signatures go by it`);
};

const firewall = (listen: { port: number }): SetupCheck => {
  const found = activeFirewalls(listen.port);
  const isClosed = found.some(({ port: state }) => state !== 'open');
  return made('firewall', isClosed ? 'warning' : 'ok', portLine(listen.port, found));
};

const isAddress = (text: string): boolean => /^[\d.]+$|:/.test(text);

const names = async (addresses: readonly string[], addressesOf: AddressesOf): Promise<SetupCheck> => {
  const own = new Set(
    Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .map(({ address }) => address),
  );
  const wrong: string[] = [];
  for (const name of addresses) {
    const found = isAddress(name) ? [name] : await addressesOf(name);
    if (found.length === 0) wrong.push(`${name} is not found: enter it in the DNS of the site`);
    else if (isAddress(name) && !own.has(name)) wrong.push(`${name} is no address of this computer`);
    else if (!found.some((address) => own.has(address)))
      wrong.push(`${name} leads to ${found.join(', ')}, not to this computer`);
  }
  return wrong.length === 0
    ? made('names', 'ok', `${addresses.join(' ')} lead here`)
    : made('names', 'warning', wrong.join('; '));
};

/** Everything that setup needs of this computer. `isOurs`: this appliance listens on the port already. */
export async function checkComputer(wanted: {
  dataDir: string;
  listen: { address: string; port: number };
  addresses: readonly string[];
  isOurs: boolean;
  nowMs: number;
  /** When the release was made: the clock is not before it. */
  releasedMs: number;
  addressesOf: AddressesOf;
}): Promise<SetupCheck[]> {
  const { dataDir, listen, addresses, isOurs, nowMs, releasedMs, addressesOf } = wanted;
  return [
    memory(),
    disk(dataDir),
    port(listen, isOurs),
    clock(nowMs, releasedMs),
    firewall(listen),
    await names(addresses, addressesOf),
  ];
}
