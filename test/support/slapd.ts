import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeLoopback } from './loopback.ts';
import { until } from './until.ts';

// Debian's OpenLDAP on loopback in a temporary folder, with a certificate of an authority of its own.

export const hasSlapd = existsSync('/usr/sbin/slapd') && existsSync('/etc/ldap/schema/nis.schema');

export const suffix = 'dc=plant,dc=kz';
export const bindDn = `cn=reader,${suffix}`;
export const bindPassword = 'only to read 7';

export type Slapd = {
  folder: string;
  /** An address of its own on loopback, since the appliance knows only the ports of directories. */
  host: string;
  plainPort: number;
  tlsPort: number;
  caPem: string;
  fingerprint: string;
  /** `ldapmodify` as the administrator. */
  modify(ldif: string): void;
  /** What `slapcat` writes of the tree. */
  slapcat(): Buffer;
  /** What `ldapsearch` prints of it, operational attributes too. */
  ldapsearch(): Buffer;
  stop(): Promise<void>;
};

const openssl = (folder: string, ...args: string[]): void => {
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
};

/** A certificate for `localhost` and an address, and the authority that signed it. */
export const makeCertificates = (folder: string, host: string): { caPem: string; fingerprint: string } => {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    folder,
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '30',
    '-subj',
    '/CN=Plant CA',
  );
  openssl(folder, 'req', ...key, '-keyout', 'ldap.key', '-out', 'ldap.csr', '-subj', '/CN=localhost');
  writeFileSync(join(folder, 'san'), `subjectAltName=DNS:localhost,IP:${host}\n`);
  const sign = ['x509', '-req', '-in', 'ldap.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl(folder, ...sign, '-out', 'ldap.pem', '-days', '30', '-extfile', 'san');
  const { raw } = new X509Certificate(readFileSync(join(folder, 'ldap.pem')));
  return {
    caPem: readFileSync(join(folder, 'ca.pem'), 'utf8'),
    fingerprint: createHash('sha256').update(raw).digest('hex'),
  };
};

const config = (folder: string): string =>
  [
    ...['core', 'cosine', 'inetorgperson', 'nis'].map((name) => `include /etc/ldap/schema/${name}.schema`),
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    `pidfile ${folder}/slapd.pid`,
    `TLSCACertificateFile ${folder}/ca.pem`,
    `TLSCertificateFile ${folder}/ldap.pem`,
    `TLSCertificateKeyFile ${folder}/ldap.key`,
    'sizelimit size.soft=500 size.hard=500 size.pr=unlimited size.prtotal=unlimited',
    'database mdb',
    'maxsize 268435456',
    `suffix "${suffix}"`,
    `rootdn "cn=admin,${suffix}"`,
    'rootpw admin',
    `directory ${folder}/db`,
    'dbnosync',
    'index objectClass eq',
    'access to attrs=userPassword by anonymous auth by * none',
    `access to * by dn.exact="${bindDn}" read by * none`,
    '',
  ].join('\n');

/** Fills a new directory from LDIF and starts it; `pageLimit` shows that pages are needed. */
export const startSlapd = async (ldif: string): Promise<Slapd> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-slapd-'));
  mkdirSync(join(folder, 'db'));
  const [plainPort, tlsPort] = [3268, 3269];
  const host = await freeLoopback(plainPort, tlsPort);
  const certificates = makeCertificates(folder, host);
  const conf = join(folder, 'slapd.conf');
  writeFileSync(conf, config(folder));
  writeFileSync(join(folder, 'tree.ldif'), ldif);
  execFileSync('/usr/sbin/slapadd', ['-q', '-f', conf, '-l', join(folder, 'tree.ldif')], { stdio: 'pipe' });
  const urls = `ldap://${host}:${plainPort} ldaps://${host}:${tlsPort}`;
  const server: ChildProcess = spawn('/usr/sbin/slapd', ['-d', '0', '-f', conf, '-h', urls], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const admin = ['-x', '-H', `ldap://${host}:${plainPort}`, '-D', `cn=admin,${suffix}`, '-w', 'admin'];
  await until(() => {
    try {
      execFileSync('ldapsearch', [...admin, '-b', suffix, '-s', 'base', '-LLL'], { stdio: 'pipe' });
      return true;
    } catch (error) {
      if (server.exitCode !== null) throw error;
      return false;
    }
  });
  const maxBuffer = 256 * 1024 * 1024;
  return {
    folder,
    host,
    plainPort,
    tlsPort,
    ...certificates,
    modify: (text) => {
      execFileSync('ldapmodify', admin, { input: text, stdio: ['pipe', 'pipe', 'pipe'] });
    },
    slapcat: () => execFileSync('/usr/sbin/slapcat', ['-f', conf], { maxBuffer, stdio: ['ignore', 'pipe', 'pipe'] }),
    ldapsearch: () =>
      execFileSync('ldapsearch', [...admin, '-b', suffix, '-E', 'pr=500/noprompt', '*', '+'], {
        maxBuffer,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    stop: async () => {
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const uidOf = (at: number): string => `u${String(at).padStart(5, '0')}`;
const unitOf = (at: number): string => `ou=line ${at % 5},ou=people,${suffix}`;

/** The name of a user's entry. */
export const userDn = (at: number): string => `uid=${uidOf(at)},${unitOf(at)}`;

/** A tree of a plant: units, users, groups of both sorts, computers. */
export const plantTree = (users: number): string => {
  const entry = (dn: string, ...lines: string[]): string => [`dn: ${dn}`, ...lines, ''].join('\n');
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  const all = [
    entry(suffix, 'objectClass: organization', 'objectClass: dcObject', 'o: Plant', 'dc: plant'),
    entry(
      bindDn,
      'objectClass: organizationalRole',
      'objectClass: simpleSecurityObject',
      'cn: reader',
      `userPassword: ${bindPassword}`,
    ),
    ...['people', 'groups', 'computers'].map((ou) =>
      entry(`ou=${ou},${suffix}`, 'objectClass: organizationalUnit', `ou: ${ou}`),
    ),
    ...[0, 1, 2, 3, 4].map((at) =>
      entry(
        `ou=line ${at},ou=people,${suffix}`,
        'objectClass: organizationalUnit',
        `ou: line ${at}`,
        `description:: ${base64(`Цех ${at}`)}`,
      ),
    ),
  ];
  for (let at = 1; at <= users; at += 1) {
    const uid = uidOf(at);
    all.push(
      entry(
        userDn(at),
        ...['inetOrgPerson', 'posixAccount', 'shadowAccount'].map((name) => `objectClass: ${name}`),
        `uid: ${uid}`,
        `cn:: ${base64(`Айдос ${at} Сериков`)}`,
        `sn:: ${base64(`Сериков ${at}`)}`,
        `mail: ${uid}@plant.kz`,
        `telephoneNumber: +7 7172 ${at}`,
        `departmentNumber: ${at % 7}`,
        `uidNumber: ${10_000 + at}`,
        'gidNumber: 100',
        `homeDirectory: /home/${uid}`,
        'shadowLastChange: 20000',
        ...(at % 100 === 0 ? ['shadowExpire: 1'] : []),
      ),
    );
  }
  for (let group = 0; group < 20; group += 1) {
    const members = Array.from({ length: Math.ceil(users / 20) }, (_, at) => at * 20 + group + 1).filter(
      (at) => at <= users,
    );
    all.push(
      entry(
        `cn=shift ${group},ou=groups,${suffix}`,
        'objectClass: groupOfNames',
        `cn: shift ${group}`,
        ...members.map((at) => `member: ${userDn(at)}`),
      ),
    );
  }
  all.push(
    entry(
      `cn=operators,ou=groups,${suffix}`,
      'objectClass: posixGroup',
      'cn: operators',
      'gidNumber: 500',
      'memberUid: u00001',
      'memberUid: u00002',
    ),
  );
  for (let at = 1; at <= 30; at += 1) {
    all.push(
      entry(
        `cn=hmi-${at},ou=computers,${suffix}`,
        ...['device', 'ipHost', 'ieee802Device'].map((name) => `objectClass: ${name}`),
        `cn: hmi-${at}`,
        `ipHostNumber: 192.0.2.${at}`,
        `macAddress: 00:1b:21:0a:00:${at.toString(16).padStart(2, '0')}`,
        `serialNumber: SN-${at}`,
      ),
    );
  }
  return all.join('\n');
};
