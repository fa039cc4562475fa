import { createConnection } from 'node:net';
import { allowedOf, identifyBy } from '@sallyport/bundle-tools/controllers/protocols/identify-by';
import { modbusLength } from '@sallyport/bundle-tools/controllers/protocols/modbus/answers';
import { tpktLength } from '@sallyport/bundle-tools/controllers/protocols/s7/client';
import { type Identification, PROTOCOLS, type Protocol } from '@sallyport/bundle-tools/controllers/protocols/types';
import { modbusServer } from '../../../bundle-tools/test/controllers/modbus-server.ts';
import { s7Controller, usualLists } from '../../../bundle-tools/test/controllers/s7-controller.ts';
import { until } from '../until.ts';
import { startCapture } from './capture.ts';
import { hostileTcp, hostileUdp, tcpManners, udpManners } from './hostile.ts';
import { everything, quick } from './judges.ts';
import { hasOpen62541, startOpen62541 } from './opcua-peer.ts';
import { has, hasPython, hasSnap7, type Place, startPymodbus, startSnap7 } from './peers.ts';
import { startBacnet, startEnip, startPnio, startTcpDevice, tcpServer } from './responders.ts';
import { snmpSecrets, startSnmpd } from './snmpd.ts';
import { loopback } from './transport.ts';

// Runs in a network of its own: every protocol against its peer at the pace of a plant and against every hostile device at a
// quick one, while dumpcap writes down all that is on the loopback. Prints what was asked of whom. argv: the capture file.

export type Target = {
  protocol: Protocol;
  host: string;
  port: number;
  answerPort?: number;
  intervalMs: number;
  manner: string;
  /** By the log of the exchange. */
  sent: { sha256: string; atMs: number; kind: string; key: string }[];
  trouble: string | undefined;
  anomalies: string[];
  readings: number;
};

export type ForbiddenRun = { targets: Target[]; rogue: { modbus: string; s7: string } };

type Device = Place & { protocol: Protocol; answerPort?: number; manner: string; stop(): Promise<void> };

/** An address of its own for each device, with the port of its protocol, by which Wireshark knows it. */
const places = () => {
  let count = 0;
  return (protocol: Protocol): Place => {
    count += 1;
    return { host: `127.0.1.${count}`, port: allowedOf(protocol).port };
  };
};
const placeOf = places();

const snmpUser = {
  name: 'sha256',
  auth: { by: 'sha256' as const, password: snmpSecrets.auth },
  privacy: { password: snmpSecrets.privacy },
};

const peers = async (): Promise<Device[]> => {
  const started = [
    { protocol: 'enip' as const, peer: await startEnip(undefined, placeOf('enip')) },
    { protocol: 'bacnet' as const, peer: await startBacnet(true, placeOf('bacnet')) },
    { protocol: 'pnio-cm' as const, peer: await startPnio('big', false, placeOf('pnio-cm')) },
    {
      protocol: 'modbus' as const,
      peer: await startTcpDevice(
        () => modbusServer({ objects: [], codes: [], serverId: 'TWDLCAE40DRF' }),
        modbusLength,
        placeOf('modbus'),
      ),
    },
    {
      protocol: 's7' as const,
      peer: await startTcpDevice(() => s7Controller({ lists: usualLists, partBytes: 90 }), tpktLength, placeOf('s7')),
    },
    ...(hasPython('pymodbus')
      ? [
          {
            protocol: 'modbus' as const,
            peer: await startPymodbus({ VendorName: 'Acme', ModelName: 'P9' }, placeOf('modbus')),
          },
        ]
      : []),
    ...(hasSnap7() ? [{ protocol: 's7' as const, peer: await startSnap7(placeOf('s7')) }] : []),
    ...(has('snmpd') ? [{ protocol: 'snmp' as const, peer: await startSnmpd(placeOf('snmp')) }] : []),
    ...(hasOpen62541 ? [{ protocol: 'opcua' as const, peer: await startOpen62541() }] : []),
  ];
  return started.map(({ protocol, peer }) => ({ protocol, manner: 'peer', ...peer }));
};

const hostiles = async (): Promise<Device[]> => {
  const devices: Device[] = [];
  let seed = 0;
  for (const protocol of PROTOCOLS)
    for (const kind of allowedOf(protocol).kinds)
      for (const manner of kind === 'tcp' ? tcpManners : udpManners) {
        // What stays silent by UDP would be asked by TCP, where nobody is.
        seed += 100;
        const at = placeOf(protocol);
        // The peer of OPC UA takes its port on every address.
        if (protocol === 'opcua') at.port = 0;
        const server = await (kind === 'tcp' ? hostileTcp(protocol, manner, seed, at) : hostileUdp(manner, seed, at));
        const { port } = server;
        devices.push({ protocol, host: at.host, port, manner: `${kind} ${manner}`, stop: () => server.close() });
      }
  return devices;
};

const ask = (device: Device, intervalMs: number): Promise<Identification> =>
  identifyBy(device.protocol, everything, loopback(device.host), {
    ...quick(device.port),
    intervalMs,
    ...(device.manner === 'peer' ? {} : { replyMs: 600 }),
    credentials: { snmp: { user: snmpUser, community: snmpSecrets.community } },
  });

/** Two packets that must never be sent: a register written, a CPU stopped. */
const roguePackets = {
  modbus: Buffer.from('000100000006ff0600010001', 'hex'),
  s7: Buffer.from('0300002102f0803201000000000010000029000000000009505f50524f4752414d', 'hex'),
};

/** Sends them, to see that the judge sees them. */
const beRogue = async (): Promise<ForbiddenRun['rogue']> => {
  const send = async (protocol: 'modbus' | 's7'): Promise<string> => {
    const at = placeOf(protocol);
    const seen = { bytes: 0 };
    const server = await tcpServer(at, (socket) => socket.on('data', ({ length }) => (seen.bytes += length)));
    createConnection(at).end(roguePackets[protocol]);
    await until(() => seen.bytes === roguePackets[protocol].length);
    await server.close();
    return at.host;
  };
  return { modbus: await send('modbus'), s7: await send('s7') };
};

const main = async (file: string): Promise<ForbiddenRun> => {
  const devices = [...(await peers()), ...(await hostiles())];
  const stopCapture = await startCapture(file);
  const refused: Device = { protocol: 's7', ...placeOf('s7'), manner: 'absent', stop: async () => undefined };
  const targets = await Promise.all(
    [...devices, refused].map(async (device): Promise<Target> => {
      const intervalMs = device.manner === 'peer' ? 500 : 3;
      const result = await ask(device, intervalMs);
      return {
        protocol: device.protocol,
        host: device.host,
        port: device.port,
        ...(device.answerPort === undefined ? {} : { answerPort: device.answerPort }),
        intervalMs,
        manner: device.manner,
        sent: result.packets
          .filter(({ direction }) => direction === 'sent')
          .map(({ sha256, atMs, kind, meaning }) => ({ sha256, atMs, kind, key: meaning.key })),
        trouble: result.trouble,
        anomalies: result.anomalies.map(({ kind }) => kind),
        readings: result.readings.length,
      };
    }),
  );
  const rogue = await beRogue();
  // What was sent last.
  await stopCapture(Object.values(roguePackets));
  await Promise.all(devices.map(({ stop }) => stop()));
  return { targets, rogue };
};

process.stdout.write(JSON.stringify(await main(process.argv[2] ?? '')));
process.exit(0);
