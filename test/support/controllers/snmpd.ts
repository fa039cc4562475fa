import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../until.ts';
import { freeUdpPort, type Peer, type Place, placeFor, stopper } from './peers.ts';

// Debian's net-snmp as a Siemens switch with two physical entities, for a community and for users of every level.

export const snmpSecrets = { community: 'plant-ro', auth: 'twelve angry men', privacy: 'behind the curtain' };

export const sysDescr =
  'Siemens, SIMATIC NET, SCALANCE X208, 6GK5 208-0BA10-2AA3, HW: Version 5, FW: Version V4.5.0, SVPL6147920';

const entity = (column: number, index: number, value: string, sort = 'octet_str'): string =>
  `override 1.3.6.1.2.1.47.1.1.1.1.${column}.${index} ${sort} ${sort === 'octet_str' ? `"${value}"` : value}`;

const configuration = ({ host, port }: Place): string =>
  [
    `agentAddress udp:${host}:${port}`,
    `rocommunity ${snmpSecrets.community} 127.0.0.0/8`,
    `sysDescr ${sysDescr}`,
    'sysObjectID .1.3.6.1.4.1.4329.6.3.1',
    'sysName SWITCH-07',
    'createUser plain',
    `createUser sha1 SHA "${snmpSecrets.auth}" AES "${snmpSecrets.privacy}"`,
    `createUser sha256 SHA-256 "${snmpSecrets.auth}" AES "${snmpSecrets.privacy}"`,
    'rouser plain noauth',
    'rouser sha1 auth',
    'rouser sha256 priv',
    entity(2, 1, 'SCALANCE X208'),
    entity(5, 1, '3', 'integer'),
    entity(8, 1, '5'),
    entity(9, 1, 'V4.5.0'),
    entity(11, 1, 'VPL6147920'),
    entity(12, 1, 'Siemens AG'),
    entity(13, 1, '6GK5 208-0BA10-2AA3'),
    entity(2, 2, 'Power supply'),
    entity(11, 2, 'PS-1'),
    '',
  ].join('\n');

/** Starts it and waits until its port is taken. */
export const startSnmpd = async (wanted?: Place): Promise<Peer> => {
  const at = await placeFor(wanted, freeUdpPort);
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-snmpd-'));
  const file = join(folder, 'snmpd.conf');
  writeFileSync(file, configuration(at));
  const child = spawn('snmpd', ['-f', '-Lo', '-C', '-c', file], {
    env: { ...process.env, SNMP_PERSISTENT_DIR: folder, MIBS: '' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const stop = stopper(child);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8');
      if (said.includes('NET-SNMP version')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`snmpd ended with ${code}: ${said.slice(-2_000)}`)));
  });
  const local = `:${at.port.toString(16).toUpperCase().padStart(4, '0')} `;
  await until(() => readFileSync('/proc/net/udp', 'utf8').includes(local));
  return {
    ...at,
    stop: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
