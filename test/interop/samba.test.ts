import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { openAppliance } from '../../appliance/test/support/appliance.ts';
import { binOf } from '../support/commands.ts';
import { isLong } from '../support/long.ts';
import { makeCertificates } from '../support/slapd.ts';

// A domain controller of Samba in a network namespace of its own, polled over TLS by the command. Provisioning takes a
// while, so it belongs to the long run.

const schema = '/usr/share/samba/setup/ad-schema/AD_DS_Attributes_Windows_Server_v1903.ldf';
const canRun = isLong && process.getuid?.() === 0 && existsSync('/usr/sbin/samba') && existsSync(schema);
const groupSize = 1_700;

const provision = (folder: string): string =>
  `ip link set lo up
samba-tool domain provision --realm=PLANT.KZ --domain=PLANT --server-role=dc --dns-backend=NONE \\
  --adminpass='Adm1n-Pass!' --targetdir=${folder} --host-name=dc1 --host-ip=127.0.0.1 \\
  --option='interfaces=lo' --option='bind interfaces only=yes'`;

/** Users, a group larger than one answer holds, computers: by Samba's own library. */
const fill = (folder: string): string => `
from samba.samdb import SamDB
from samba.auth import system_session
from samba.param import LoadParm
import ldb
lp = LoadParm(); lp.load('${folder}/etc/smb.conf')
db = SamDB(url='${folder}/private/sam.ldb', session_info=system_session(), lp=lp)
db.create_ou('OU=Line 1,DC=plant,DC=kz')
db.newuser('aidos', 'Pass-word1!', givenname='Айдос', surname='Сериков', department='Цех 2')
db.newuser('gone', 'Pass-word1!'); db.disable_account('(sAMAccountName=gone)')
names = ['CN=b%d,OU=Line 1,DC=plant,DC=kz' % n for n in range(${groupSize})]
db.transaction_start()
for n, name in enumerate(names):
    db.add({'dn': name, 'objectClass': 'user', 'sAMAccountName': 'b%d' % n})
db.add({'dn': 'CN=Big,CN=Users,DC=plant,DC=kz', 'objectClass': 'group', 'sAMAccountName': 'Big'})
change = ldb.Message(ldb.Dn(db, 'CN=Big,CN=Users,DC=plant,DC=kz'))
change['member'] = ldb.MessageElement(names, ldb.FLAG_MOD_ADD, 'member')
db.modify(change)
db.add({'dn': 'CN=HMI7,CN=Computers,DC=plant,DC=kz', 'objectClass': 'computer', 'sAMAccountName': 'HMI7$',
        'dNSHostName': 'hmi7.plant.kz', 'operatingSystem': 'Windows 10 IoT', 'userAccountControl': '4096'})
db.add({'dn': 'CN=HMI8,CN=Computers,DC=plant,DC=kz', 'objectClass': 'computer', 'sAMAccountName': 'HMI8$',
        'userAccountControl': '4096'})
db.transaction_commit()
`;

const poll = (folder: string, dataDir: string): string => {
  const command = `${process.execPath} ${binOf('sallyport')}`;
  return `ip link set lo up
samba -i -M single -s ${folder}/etc/smb.conf > ${folder}/samba.log 2>&1 &
controller=$!
for n in $(seq 200); do grep -q ':027C 00000000:0000 0A' /proc/net/tcp && break; sleep 0.1; done
${command} directory poll --source AD --json --data ${dataDir}
${command} directory poll --source AD --json --data ${dataDir}
kill $controller; wait $controller`;
};

const inNamespace = (script: string) =>
  spawnSync('unshare', ['--net', '--mount', '--pid', '--fork', '--mount-proc', 'bash', '-c', script], {
    encoding: 'utf8',
    timeout: 170_000,
    maxBuffer: 1 << 26,
  });

describe.skipIf(!canRun)('a domain controller of Samba', () => {
  let folder = '';
  let site: Awaited<ReturnType<typeof openAppliance>>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-samba-'));
    mkdirSync(join(folder, 'dc'));
    const { caPem } = makeCertificates(folder, '127.0.0.1');
    chmodSync(join(folder, 'ldap.key'), 0o600);
    const dc = join(folder, 'dc');
    expect(inNamespace(provision(dc))).toMatchObject({ status: 0 });
    const conf = readFileSync(join(dc, 'etc/smb.conf'), 'utf8');
    const tls = ['keyfile = ldap.key', 'certfile = ldap.pem', 'cafile = ca.pem'].map(
      (line) => `\ttls ${line.replace('= ', `= ${folder}/`)}`,
    );
    writeFileSync(join(dc, 'etc/smb.conf'), conf.replace('[global]', ['[global]', ...tls].join('\n')));
    writeFileSync(join(folder, 'fill.py'), fill(dc));
    const filled = spawnSync('/usr/bin/python3', [join(folder, 'fill.py')], { encoding: 'utf8' });
    expect([filled.status, filled.stderr]).toEqual([0, expect.any(String)]);
    site = await openAppliance();
    site.objects.create(systemActor, 'directory-source', {
      name: 'AD',
      host: '127.0.0.1',
      ca: caPem,
      bindDn: 'Administrator@plant.kz',
      password: 'Adm1n-Pass!',
      pageSize: 200,
    });
  });
  afterAll(async () => {
    await site?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is read whole: accounts, flags, identities, a group in pieces, computers; again, and nothing changed', () => {
    const { status, stdout, stderr } = inNamespace(poll(join(folder, 'dc'), site.dataDir));
    expect([status, stderr]).toEqual([expect.any(Number), expect.any(String)]);
    const [first, second] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, number>);
    expect(first).toMatchObject({ domains: 1, units: 2, users: groupSize + 6, computers: 3, skipped: 0 });
    expect(second).toMatchObject({ users: groupSize + 6, added: 0, removed: 0, changed: 0 });
    const one = (collection: string, where: Record<string, string>) =>
      site.inventory.ofAnyCollection.list({ scope: wholeSite('job'), collection, where, limit: 2, personal: true });
    expect(one('directory-user', { name: 'aidos' }).rows).toMatchObject([
      {
        fullName: 'Айдос Сериков',
        department: 'Цех 2',
        enabled: true,
        domain: 'plant.kz',
        sid: expect.stringMatching(/^S-1-5-21-\d+-\d+-\d+-\d+$/),
      },
    ]);
    expect(one('directory-user', { name: 'gone' }).rows).toMatchObject([{ enabled: false }]);
    expect(one('directory-user', { name: 'Administrator' }).rows).toMatchObject([{ isPrivileged: true }]);
    expect(one('directory-group', { name: 'Big' }).rows).toMatchObject([
      { members: groupSize, kind: 'security-global' },
    ]);
    expect(one('directory-member', { group: 'Domain Users', member: 'b1699' }).total).toBe(1);
    // Also one that has only a short name is the same the second time.
    expect(one('discovery', { label: 'HMI8' }).total).toBe(1);
    expect(one('discovery', { names: 'hmi7.plant.kz' }).total).toBe(1);
    expect(one('directory-domain', {}).rows).toMatchObject([{ name: 'plant.kz', kind: 'active-directory' }]);
  });
});
