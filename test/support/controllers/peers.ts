import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

// Programs that others wrote, as controllers on this computer.

export const has = (command: string): boolean => spawnSync('which', [command]).status === 0;
export const hasPython = (module: string): boolean =>
  existsSync('/usr/bin/python3') && spawnSync('/usr/bin/python3', ['-c', `import ${module}`]).status === 0;

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

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });

export type Peer = { port: number; stop(): Promise<void> };

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
export const startTcpPeer = async (command: string, args: readonly string[], port: number): Promise<Peer> => {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString('utf8')).slice(-4_096);
  });
  const stop = stopper(child);
  for (let tries = 0; !(await accepts(port)); tries += 1) {
    if (tries > 200 || child.exitCode !== null) {
      await stop();
      throw new Error(`${command} does not listen on ${port}: ${said}`);
    }
    await sleep(50);
  }
  return { port, stop };
};

const python = '/usr/bin/python3';

/** pymodbus, with the objects of the basic and the regular list, and of the user's list where there are any. */
export const startPymodbus = async (names: Readonly<Record<string, string>>): Promise<Peer> => {
  const port = await freeTcpPort();
  const script = [
    'import json, sys',
    'from pymodbus.server import StartTcpServer',
    'from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSequentialDataBlock',
    'from pymodbus.device import ModbusDeviceIdentification',
    'context = ModbusServerContext(slaves=ModbusSlaveContext(hr=ModbusSequentialDataBlock(0, [0] * 10)), single=True)',
    'identity = ModbusDeviceIdentification(info_name=json.loads(sys.argv[2]))',
    "StartTcpServer(context, identity=identity, address=('127.0.0.1', int(sys.argv[1])))",
  ].join('\n');
  return startTcpPeer(python, ['-c', script, String(port), JSON.stringify(names)], port);
};

/** The server of libsnap7: an S7-315 of 2012. */
export const startSnap7 = async (): Promise<Peer> => {
  const port = await freeTcpPort();
  const script = [
    'import sys, time',
    'from ctypes import CDLL, byref, c_uint16, c_void_p',
    "lib = CDLL('libsnap7.so.1')",
    'lib.Srv_Create.restype = c_void_p',
    'server = c_void_p(lib.Srv_Create())',
    'lib.Srv_SetParam(server, 1, byref(c_uint16(int(sys.argv[1]))))',
    "sys.exit(1) if lib.Srv_StartTo(server, b'127.0.0.1') else time.sleep(3600)",
  ].join('\n');
  return startTcpPeer(python, ['-c', script, String(port)], port);
};
