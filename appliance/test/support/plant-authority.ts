import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The authority of a plant, made by openssl: a root, an authority below it, and certificates of servers.

type Issued = { key: string; certificate: string };

type Wishes = {
  names?: readonly string[];
  use?: string;
  /** Arguments of `openssl genpkey`. */
  keyType?: readonly string[];
  signer?: 'root' | 'middle';
  /** As `openssl x509` takes it: YYYYMMDDHHMMSSZ. */
  from?: string;
  until?: string;
};

export type PlantAuthority = {
  folder: string;
  root: string;
  middle: string;
  issue(wishes?: Wishes): Issued;
  /** Writes a file into the folder; its path. */
  file(name: string, text: string): string;
  remove(): void;
};

const ec = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];

export function plantAuthority(subject = 'Plant 7'): PlantAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-plant-'));
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const file = (name: string, text: string): string => {
    writeFileSync(path(name), text);
    return path(name);
  };
  const newKey = (name: string, type: readonly string[] = ec): void => openssl('genpkey', ...type, '-out', name);
  const request = (name: string, cn: string): void =>
    openssl('req', '-new', '-key', `${name}.key`, '-subj', `/O=${subject}/CN=${cn}`, '-out', `${name}.csr`);
  const sign = (name: string, signer: string, extensions: string, dates: readonly string[]): void => {
    file(`${name}.ext`, extensions);
    const by = ['-CA', `${signer}.pem`, '-CAkey', `${signer}.key`, '-CAcreateserial'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, ...dates, '-extfile', `${name}.ext`, '-out', `${name}.pem`);
  };
  const authority = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n';
  newKey('root.key');
  const own = ['-x509', '-key', 'root.key', '-subj', `/O=${subject}/CN=Root`, '-days', '3650', '-out', 'root.pem'];
  openssl('req', ...own, '-addext', 'keyUsage=critical,keyCertSign');
  newKey('middle.key');
  request('middle', 'Middle');
  sign('middle', 'root', authority, ['-days', '1825']);
  const read = (name: string): string => readFileSync(path(name), 'utf8');
  let made = 0;
  return {
    folder,
    root: read('root.pem'),
    middle: read('middle.pem'),
    issue: ({
      names = ['sallyport.plant.example'],
      use = 'serverAuth',
      keyType,
      signer = 'middle',
      from,
      until,
    } = {}) => {
      made += 1;
      const name = `server-${made}`;
      newKey(`${name}.key`, keyType);
      request(name, 'server');
      const all = names.map((one) => `${/^[\d.]+$/.test(one) ? 'IP' : 'DNS'}:${one}`).join(',');
      const dates =
        until === undefined ? ['-days', '397'] : ['-not_before', from ?? '20200101000000Z', '-not_after', until];
      const alternative = names.length === 0 ? '' : `subjectAltName=${all}\n`;
      sign(name, signer, `${alternative}extendedKeyUsage=${use}\n`, dates);
      return { key: read(`${name}.key`), certificate: read(`${name}.pem`) };
    },
    file,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
