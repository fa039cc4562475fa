import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publisherVerdict } from '@sallyport/bundle-tools/versions/publisher';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileFolder } from '../../../test/support/test-folder.ts';
import { softwareItems } from '../collectors/software.ts';
import { rootFiles } from '../platform/root-files.ts';
import { publishersBySignature } from './signers.ts';

// Whose a package of rpm is: of packages that rpmbuild made and rpmsign signed with two keys, in a database that rpm wrote.

const canSign = ['rpmbuild', 'rpm', 'rpmsign', 'rpmkeys', 'gpg'].every((one) => existsSync(join('/usr/bin', one)));

const ALMA = 'AlmaLinux OS 9 <packager@almalinux.org>';
const ALMA_LATER = 'AlmaLinux OS 9 Release 2 <releases@almalinux.org>';
const PLANT = 'Plant Ltd <packages@plant.example>';

type Made = { readonly name: string; readonly vendor: string; readonly signer?: string };

const MADE: readonly Made[] = [
  ...['bash', 'glibc', 'setup', 'zlib'].map((name) => ({ name, vendor: 'AlmaLinux', signer: ALMA })),
  { name: 'openssl', vendor: 'AlmaLinux', signer: ALMA_LATER },
  { name: 'curl', vendor: 'AlmaLinux', signer: PLANT },
  { name: 'nginx', vendor: 'AlmaLinux' },
  { name: 'rsync', vendor: '' },
  { name: 'htop', vendor: 'Fedora Project', signer: PLANT },
];

describe.skipIf(!canSign)('the publisher of a signed package', () => {
  const folder = fileFolder('signers');
  const environment = () => ({ ...process.env, GNUPGHOME: join(folder, 'gnupg') });
  const run = (command: string, ...args: string[]): string =>
    execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe', env: environment() });

  const build = ({ name, vendor, signer }: Made): void => {
    const top = join(folder, 'build', name);
    mkdirSync(top, { recursive: true });
    const fields = ['Version: 1', 'Release: 1', 'Summary: x', 'License: MIT', 'BuildArch: noarch'];
    if (vendor !== '') fields.push(`Vendor: ${vendor}`);
    const spec = join(top, 'x.spec');
    writeFileSync(spec, `Name: ${name}\n${fields.join('\n')}\n%description\nx\n%files\n`);
    run('rpmbuild', '--define', `_topdir ${top}`, '-bb', spec);
    const file = join(top, 'RPMS/noarch', `${name}-1-1.noarch.rpm`);
    if (signer !== undefined) run('rpmsign', '--define', `_gpg_name ${signer}`, '--addsign', file);
  };

  /** A root with these packages; the keys of these owners are trusted. */
  const rootWith = (name: string, packages: readonly string[], trusted: readonly string[]): string => {
    const root = join(folder, name);
    const database = join(root, 'usr/lib/sysimage/rpm');
    mkdirSync(database, { recursive: true });
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/os-release'), 'ID="almalinux"\nVERSION_ID="9.4"\n');
    run('rpm', '--dbpath', database, '--initdb');
    for (const [at, owner] of trusted.entries()) {
      const key = join(folder, `${name}-${at}.asc`);
      writeFileSync(key, run('gpg', '--armor', '--export', owner));
      run('rpmkeys', '--dbpath', database, '--import', key);
    }
    for (const one of packages) {
      const [file = ''] = readdirSync(join(folder, 'build', one, 'RPMS/noarch'));
      const path = join(folder, 'build', one, 'RPMS/noarch', file);
      run('rpm', '--dbpath', database, '--justdb', '--nodeps', '--nosignature', '-i', path);
    }
    return root;
  };

  const publishersIn = async (root: string): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await softwareItems(rootFiles(root))).map((one) => [String(one['name']), String(one['publisher'] ?? '')]),
    );

  beforeAll(() => {
    mkdirSync(join(folder, 'gnupg'), { mode: 0o700 });
    for (const owner of [ALMA, ALMA_LATER, PLANT]) {
      const how = ['--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', ''];
      run('gpg', ...how, '--quick-generate-key', owner, 'rsa2048', 'sign', 'never');
    }
    for (const one of MADE) build(one);
  }, 120_000);

  it('is its vendor, and who signed it where that is another than the rest of the system', async () => {
    const all = MADE.map(({ name }) => name);
    const publishers = await publishersIn(rootWith('mixed', all, [ALMA, ALMA_LATER, PLANT]));
    expect(publishers).toEqual({
      bash: 'AlmaLinux',
      glibc: 'AlmaLinux',
      setup: 'AlmaLinux',
      zlib: 'AlmaLinux',
      openssl: 'AlmaLinux',
      curl: 'AlmaLinux [Plant Ltd]',
      nginx: 'AlmaLinux [not signed]',
      rsync: '[not signed]',
      htop: 'Fedora Project',
    });
    const own = Object.entries(publishers).filter(([, one]) => publisherVerdict('AlmaLinux:9', one) === 'own');
    expect(own.map(([name]) => name).sort()).toEqual(['bash', 'glibc', 'openssl', 'setup', 'zlib']);
  });

  it('is its vendor alone where the owner of its key is not known', async () => {
    const publishers = await publishersIn(rootWith('unknown', ['bash', 'glibc', 'curl'], [ALMA]));
    expect(publishers).toEqual({ bash: 'AlmaLinux', glibc: 'AlmaLinux', curl: 'AlmaLinux' });
  });

  it('is its vendor alone on a system whose packages a plant signed all anew', async () => {
    const one = { vendor: 'AlmaLinux', keyId: 'aaaaaaaaaaaaaaaa' };
    const publisherOf = publishersBySignature([one, one, one], [{ id: 'aaaaaaaa', owner: PLANT }]);
    expect(publisherOf(one)).toBe('AlmaLinux');
    const bare = { vendor: 'AlmaLinux', keyId: '' };
    expect(publishersBySignature([bare, bare], [])(bare)).toBe('AlmaLinux');
  });
});
