import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { until } from '../until.ts';

// Programs that others wrote, as controllers on this computer.

export const has = (command: string): boolean => spawnSync('which', [command]).status === 0;
export const hasPython = (module: string): boolean =>
  existsSync('/usr/bin/python3') &&
  spawnSync('/usr/bin/python3', ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;

/** Where a controller listens. */
export type Place = { host: string; port: number };

export const freeTcpPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

export const freeUdpPort = (): Promise<number> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });

/** The place that is wanted, or a free one. */
export const placeFor = async (at: Place | undefined, free: () => Promise<number>): Promise<Place> =>
  at ?? { host: '127.0.0.1', port: await free() };

const accepts = ({ host, port }: Place): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });

export type Peer = Place & { stop(): Promise<void> };

/** Stops a program and waits until it is gone. */
export const stopper = (child: ChildProcess): (() => Promise<void>) => {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await ended;
    }
  };
};

/** Starts a program and waits until its port takes connections. */
export const startTcpPeer = async (command: string, args: readonly string[], at: Place): Promise<Peer> => {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString('utf8')).slice(-4_096);
  });
  const stop = stopper(child);
  const isUp = await until(async () => (await accepts(at)) || (child.exitCode === null ? undefined : 'ended'));
  if (isUp === 'ended') throw new Error(`${command} does not listen on ${at.host} ${at.port}: ${said}`);
  return { ...at, stop };
};

/** The system's Python, which has Debian's modules. */
export const python = '/usr/bin/python3';

/** What starts pymodbus, with the objects of the basic and the regular list, and of the user's list where there are any. */
export const pymodbusArgs = (names: Readonly<Record<string, string>>, at: Place): readonly string[] => {
  const script = [
    'import json, sys',
    'from pymodbus.server import StartTcpServer',
    'from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSequentialDataBlock',
    'from pymodbus.device import ModbusDeviceIdentification',
    'context = ModbusServerContext(slaves=ModbusSlaveContext(hr=ModbusSequentialDataBlock(0, [0] * 10)), single=True)',
    'identity = ModbusDeviceIdentification(info_name=json.loads(sys.argv[2]))',
    'StartTcpServer(context, identity=identity, address=(sys.argv[3], int(sys.argv[1])))',
  ].join('\n');
  return ['-c', script, String(at.port), JSON.stringify(names), at.host];
};

export const startPymodbus = async (names: Readonly<Record<string, string>>, wanted?: Place): Promise<Peer> => {
  const at = await placeFor(wanted, freeTcpPort);
  return startTcpPeer(python, pymodbusArgs(names, at), at);
};

/** What starts the server of libsnap7: an S7-315 of 2012. */
export const snap7Args = (at: Place): readonly string[] => {
  const script = [
    'import sys, time',
    'from ctypes import CDLL, byref, c_uint16, c_void_p',
    "lib = CDLL('libsnap7.so.1')",
    'lib.Srv_Create.restype = c_void_p',
    'server = c_void_p(lib.Srv_Create())',
    'lib.Srv_SetParam(server, 1, byref(c_uint16(int(sys.argv[1]))))',
    'sys.exit(1) if lib.Srv_StartTo(server, sys.argv[2].encode()) else time.sleep(3600)',
  ].join('\n');
  return ['-c', script, String(at.port), at.host];
};

export const startSnap7 = async (wanted?: Place): Promise<Peer> => {
  const at = await placeFor(wanted, freeTcpPort);
  return startTcpPeer(python, snap7Args(at), at);
};

/** libsnap7 can be loaded. */
export const hasSnap7 = (): boolean =>
  existsSync(python) &&
  spawnSync(python, ['-c', "from ctypes import CDLL; CDLL('libsnap7.so.1')"], { stdio: 'ignore' }).status === 0;
