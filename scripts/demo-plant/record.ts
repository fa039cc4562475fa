import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { pymodbusArgs, python, snap7Args } from '../../test/support/controllers/peers.ts';
import { until } from '../../test/support/until.ts';
import { modbusNames, type Simulator, simulators } from './simulators.ts';

// Makes the capture of the stand: each simulated server in a network namespace of its own, all on one bridge from which no way
// leads out, asked by the client of snap7 and by that of pymodbus, written down by tcpdump. Needs root, iproute2, tcpdump,
// libsnap7-1 and python3-pymodbus: `node scripts/demo-plant/record.ts FILE`.

const station = { address: '10.20.16.2', mac: '02:00:0a:14:10:fe' };

const ip = (...args: string[]): void => {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
};

/** The lists that say who it is, and its mode. */
const askSnap7 = [
  'import sys',
  'from ctypes import CDLL, byref, c_int, c_void_p, create_string_buffer',
  "lib = CDLL('libsnap7.so.1')",
  'lib.Cli_Create.restype = c_void_p',
  'client = c_void_p(lib.Cli_Create())',
  'if lib.Cli_ConnectTo(client, sys.argv[1].encode(), 0, 2): sys.exit(1)',
  'for szl, index in ((0x11, 0), (0x1c, 0), (0x232, 4), (0x424, 0)):',
  '  size = c_int(65536)',
  '  if lib.Cli_ReadSZL(client, szl, index, create_string_buffer(65540), byref(size)): sys.exit(2)',
  'lib.Cli_Disconnect(client)',
].join('\n');

const askPymodbus = [
  'import sys',
  'from pymodbus.client import ModbusTcpClient',
  'client = ModbusTcpClient(sys.argv[1])',
  'if not client.connect(): sys.exit(1)',
  'if client.read_device_information(read_code=2, slave=255).isError(): sys.exit(2)',
  'client.close()',
].join('\n');

const startedIn = (namespace: string, command: string, args: readonly string[]): ChildProcess =>
  spawn('ip', ['netns', 'exec', namespace, command, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
};

/** Writes a capture of all simulated servers, each asked once, to the file. */
export const recordStand = async (file: string): Promise<void> => {
  const bridge = `sp-stand-${process.pid}`;
  const made: string[] = [];
  const children: ChildProcess[] = [];
  const addNamespace = (name: string): void => {
    ip('netns', 'add', name);
    made.push(name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
  };
  /** A cable from the bridge to the namespace; its own end has the addresses. */
  const plug = (name: string, far: string, { address, mac }: { address: string; mac: string }): void => {
    ip('-n', bridge, 'link', 'add', far, 'type', 'veth', 'peer', 'name', 'plc', 'netns', name);
    ip('-n', bridge, 'link', 'set', far, 'master', 'stand', 'up');
    ip('-n', name, 'link', 'set', 'plc', 'address', mac, 'up');
    ip('-n', name, 'address', 'add', `${address}/24`, 'dev', 'plc');
  };
  const serve = (one: Simulator, namespace: string): void => {
    const at = { host: one.address, port: one.program === 'snap7' ? 102 : 502 };
    const args = one.program === 'snap7' ? snap7Args(at) : pymodbusArgs(modbusNames(one), at);
    children.push(startedIn(namespace, python, args));
  };
  const ask = async ({ address, program }: Simulator): Promise<boolean> => {
    const script = program === 'snap7' ? askSnap7 : askPymodbus;
    const client = startedIn(`${bridge}-c`, python, ['-c', script, address]);
    const [code] = (await once(client, 'exit')) as [number | null];
    return code === 0;
  };
  /** A port that takes connections, seen in the namespace itself: a connection would stand in the capture. */
  const listens = (namespace: string, port: number): boolean =>
    execFileSync('ip', ['netns', 'exec', namespace, 'cat', '/proc/net/tcp'], { encoding: 'utf8' }).includes(
      `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`,
    );

  try {
    addNamespace(bridge);
    ip('-n', bridge, 'link', 'add', 'stand', 'type', 'bridge');
    ip('-n', bridge, 'link', 'set', 'stand', 'up');
    addNamespace(`${bridge}-c`);
    plug(`${bridge}-c`, 'client', station);
    for (const [index, one] of simulators.entries()) {
      const namespace = `${bridge}-${index}`;
      addNamespace(namespace);
      plug(namespace, `sim${index}`, one);
      serve(one, namespace);
      await until(() => listens(namespace, one.program === 'snap7' ? 102 : 502));
    }
    const filter = 'arp or tcp port 102 or tcp port 502';
    const tcpdump = startedIn(bridge, 'tcpdump', ['-i', 'stand', '-Z', 'root', '-U', '-w', file, filter]);
    children.push(tcpdump);
    await new Promise<void>((resolve, reject) => {
      let told = '';
      tcpdump.stderr?.on('data', (bytes: Buffer) => {
        told += bytes.toString('utf8');
        if (told.includes('listening on')) resolve();
      });
      tcpdump.once('exit', (code) => reject(new Error(`tcpdump ended with ${code}: ${told}`)));
    });
    for (const one of simulators)
      if (!(await ask(one))) throw new Error(`${one.name} at ${one.address} did not answer`);
    // What the last server said of itself has reached the file.
    const last = simulators.findLast(({ program }) => program === 'pymodbus');
    await until(() => readFileSync(file).includes(`simulated ${last?.name}`));
    await end(tcpdump);
  } finally {
    for (const child of children) await end(child);
    for (const name of made) ip('netns', 'delete', name);
  }
};

if (import.meta.main) {
  const [file, ...more] = process.argv.slice(2);
  if (file === undefined || more.length > 0) throw new Error('give the file to write');
  await recordStand(file);
}
