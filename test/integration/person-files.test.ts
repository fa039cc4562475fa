import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConsole, password } from '../../appliance/test/support/console.ts';
import { type Packaged, packaged } from '../support/packaged.ts';

// Root's commands through the wrappers of the packages, from a /root that is root's alone, over data folders of the services' users, who
// plant links in them (docs/decisions/087-what-a-person-names.md).

/** A data folder whose administrator has a password, where the place of the packages sees it, and who that is. */
async function withAdministrator(): Promise<{ account: string; folder: string }> {
  const site = await openConsole();
  try {
    await site.as('administrator');
    const account = site.appliance.objects.findBy('account', 'name', 'admin')?.id ?? '';
    await site.appliance.close();
    const folder = mkdtempSync('/dev/shm/signed-');
    cpSync(site.dataDir, folder, { recursive: true });
    return { account, folder };
  } finally {
    rmSync(site.dataDir, { recursive: true, force: true });
  }
}

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)("root's commands", () => {
  let on: Packaged;
  const run = async (script: string, status = 0): Promise<string> => {
    const ended = await on.sh(script);
    expect(ended.status, `${script}\n${ended.stdout}${ended.stderr}`).toBe(status);
    return `${ended.stdout}${ended.stderr}`;
  };

  beforeAll(async () => {
    on = await packaged();
    await run('sallyport init --site plant-7 --address appliance.plant.example --json >init.json');
    await run(`sed -n 's/.*"recoveryKey": *"\\([^"]*\\)".*/\\1/p' init.json >recovery.txt; chmod 600 recovery.txt`);
  }, 120_000);
  afterAll(() => on.end());

  it('keep the keys that they are given, and make those that are not there for the person', async () => {
    await run(
      'mkdir keys && for role in root curator; do sallyport-bundle trust key create --for $role --out keys; done',
    );
    await run('mv keys/root-*.key keys/root.key && sha256sum keys/root.key >keys/sum');
    await run('sallyport-bundle trust init --root-key keys/root.key --curator-key keys/mine.key --sheet root.html');
    await run('sha256sum -c keys/sum');
    expect(await run("stat -c '%u %a' keys/mine.key root.html")).toBe('0 600\n0 644\n');
    expect(await run('stat -c %u /var/lib/sallyport-host/trust/1.root.json')).toBe('64996\n');
    expect(await run('sallyport-bundle trust show --sheet root.html', 1)).toContain('EXISTS');
    await run('sallyport-bundle trust show --sheet root.html --replace');
  }, 120_000);

  it('carry a bundle from the host to the site over a medium that is root’s alone', async () => {
    await run('mkdir -m 700 stick intro');
    await run('sallyport-bundle trust export --out intro/host.tar --replace');
    const { root } = JSON.parse(await run('sallyport-bundle trust show --json 2>/dev/null')) as {
      root: { sha256: string };
    };
    await run(`sallyport trust import intro/host.tar --fingerprint ${root.sha256}`);
    await run('sallyport site-card export --out stick/site.card');
    await run('sallyport-bundle site add stick/site.card');
    await run('mkdir -m 755 /srv/osv');
    await run(
      `echo '{"schema_version":"1.7.0","id":"DSA-1","modified":"2026-01-05T00:00:00Z","published":"2026-01-05T00:00:00Z","summary":"x","affected":[{"package":{"ecosystem":"Debian:13","name":"bash"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"9"}]}]}]}' >/srv/osv/DSA-1.json`,
    );
    await run('sallyport-bundle source add osv debian /srv/osv');
    await run('sallyport request export --out stick');
    await run('sallyport-bundle fulfil --media stick --curator-key keys/mine.key');
    expect(await run('sallyport bundle import stick')).toMatch(/^imported, receipt/m);
    await run('sallyport receipt export --out stick');
    // The earlier bundle, which is root's, goes: two would make the next import ambiguous.
    await run(
      'sallyport request export --out stick && sallyport-bundle fulfil --media stick --curator-key keys/mine.key',
    );
    expect(await run('find stick -maxdepth 1 -name "*.tar" | wc -l')).toBe('1\n');
    expect(await run('sallyport bundle import stick')).toMatch(/^imported, receipt/m);
    await run('sallyport receipt export --out stick');
    expect(await run('sallyport-bundle receipt take stick/receipts')).toContain('new receipts');
    expect(await run('find stick -not -uid 0')).toBe('');
    expect(await run('find /var/lib/sallyport -not -uid 64997; find /var/lib/sallyport-host -not -uid 64996')).toBe('');
  }, 240_000);

  it('make no token whose secret would have no file', async () => {
    const tokens = (): Promise<string> =>
      run(
        `cp /var/lib/sallyport/state.db* . && /opt/sallyport/current/node_modules/.bin/node -e "
          const { DatabaseSync } = require('node:sqlite');
          console.log(new DatabaseSync('state.db').prepare('select id from object where kind like ?').all('%token%').length)"`,
      );
    await run('sallyport token create --for osquery --out kit && sha256sum kit/* >kit.sums');
    const before = await tokens();
    expect(await run('sallyport token create --for osquery --out kit', 1)).toMatch(
      /EXISTS: kit\/\S+ is there already: give another folder, or --replace/,
    );
    await run('sha256sum -c kit.sums');
    expect(await tokens()).toBe(before);
    await run('sallyport token create --for osquery --out kit --replace');
    expect(await tokens()).not.toBe(before);
    await run('sha256sum -c kit.sums', 1);
  }, 60_000);

  it('make, check and restore a backup in the person’s own folder, and write over none', async () => {
    await run('sallyport backup create --out plant.spb');
    const sum = await run('sha256sum plant.spb');
    expect(await run('sallyport backup create --out plant.spb', 1)).toContain('EXISTS');
    expect(await run('sha256sum plant.spb')).toBe(sum);
    expect(await run("stat -c '%u %a' plant.spb")).toBe('0 600\n');
    for (const named of ['plant.spb', '/root/plant.spb', './plant.spb'])
      expect(await run(`sallyport backup check ${named}`), named).toMatch(/^whole(?:$|, and )/m);
    // By its name alone, from another folder, it is the service that would have to read it.
    expect(await run('cd / && sallyport backup check plant.spb', 1)).toMatch(
      /NOT_FOUND: the service may not read \/root\/plant\.spb: give its path as its owner, sallyport backup check \/root\/plant\.spb/,
    );
    await run('cp plant.spb kept.spb && printf X | dd of=plant.spb bs=1 seek=4000 conv=notrunc 2>/dev/null');
    expect(await run('sallyport backup check plant.spb', 1)).toMatch(/HASH_MISMATCH|KEY|MALFORMED/);
    await run('mv kept.spb plant.spb && sallyport backup check plant.spb');
    const checked = await run('sallyport backup verify plant.spb --key-file recovery.txt');
    expect(checked).toMatch(/^[1-9]\d* objects belong to it: 0 missing, 0 damaged$/m);
    await run('cp /var/lib/sallyport/keys/witness* .');
    const restored = await run(
      'sallyport backup restore plant.spb --key-file recovery.txt --witness ./witness --data ./restored',
    );
    expect(restored).toMatch(/brought, 0 missing, 0 damaged/);
    await run('sallyport doctor --data ./restored');
    // Where the service's data lie, root makes the folder and gives it to its user.
    await run('mv /var/lib/sallyport /var/lib/before');
    const again = await on.sh('sallyport backup restore plant.spb --key-file recovery.txt --witness ./witness');
    const others = await run('find /var/lib/sallyport -not -uid 64997');
    await run('rm -rf /var/lib/sallyport; mv /var/lib/before /var/lib/sallyport');
    expect([again.status, others], again.stderr).toEqual([0, '']);
  }, 240_000);

  it('act as the account that signed in, each person alone, and keep the session with the data', async () => {
    const { account, folder } = await withAdministrator();
    await run(`mv ${folder} /var/lib/signed && chown -R sallyport:sallyport /var/lib/signed`);
    const login = (secret: string) =>
      `printf '${secret}\\n' | sallyport login admin --password-stdin --data /var/lib/signed`;
    expect(await run(login('not the password'), 1)).toContain('UNAUTHENTICATED');
    expect(await run('ls -A /var/lib/signed/sessions 2>/dev/null; true')).toBe('');
    expect(await run(login(password))).toMatch(/^signed in as admin until /);
    expect(await run("cd /var/lib/signed/sessions && stat -c '%U %a' *")).toBe('sallyport 600\n');
    expect(await run('find /root -name "*.session"')).toBe('');
    const writer = () =>
      run(
        `rm -f state.db*; cp /var/lib/signed/state.db* . && /opt/sallyport/current/node_modules/.bin/node -e "
          const { DatabaseSync } = require('node:sqlite');
          console.log(new DatabaseSync('state.db').prepare('select actor from object_revision where kind = ? order by at desc limit 1').get('token').actor)"`,
      );
    await run('sallyport token create --for osquery --out kit-a --data /var/lib/signed');
    expect(await writer()).toContain(`account:${account}`);
    // Another person's commands on this machine are that person's.
    await run('SUDO_USER=anna sallyport token create --for osquery --out kit-b --data /var/lib/signed');
    expect(await writer()).toContain('cli:anna');
    expect(await run('SUDO_USER=anna sallyport logout --data /var/lib/signed')).toBe('not signed in\n');
    expect(await run('sallyport logout --data /var/lib/signed')).toBe('signed out\n');
    expect(await run('ls -A /var/lib/signed/sessions')).toBe('');
    await run('sallyport token create --for osquery --out kit-c --data /var/lib/signed');
    expect(await writer()).toContain('cli:root');
  }, 120_000);

  it('read files of a 0700 home', async () => {
    await run(`printf 'tag,vendor,order number\\nPLC-1,Siemens,6ES7 515-2AM02-0AB0\\n' >list.csv; chmod 600 list.csv`);
    expect(await run('sallyport controller import ~/list.csv --dry-run')).toContain('1 new');
    expect(await run('sallyport controller import ~/none.csv --dry-run', 1)).toContain('NOT_FOUND');
    await run('echo "{}" >a.json');
    expect(await run('sallyport inventory import ~/a.json', 1)).toContain('refused');
  }, 60_000);

  it('read from pipes and from standard input, and write to standard output', async () => {
    await run('sallyport backup verify plant.spb --key-file - <recovery.txt');
    await run('sallyport backup verify plant.spb --key-file <(cat recovery.txt)');
    expect(await run('sallyport controller import <(cat list.csv) --dry-run')).toContain('1 new');
    expect(await run('cat list.csv | sallyport controller import /dev/stdin --dry-run')).toContain('1 new');
    await run('mkfifo fifo; (cat list.csv >fifo &); sallyport controller import fifo --dry-run');
    await run('sallyport site-card export --out a.card');
    for (const out of ['-', '/dev/stdout']) {
      const { stdout } = await on.sh(`sallyport site-card export --out ${out}`);
      expect(JSON.parse(stdout)).toHaveProperty('payloadType');
    }
    await run('sallyport diagnostics export --plain --out - 2>/dev/null | head -c 1 | grep -q "{"');
  }, 120_000);

  it('refuse devices and sockets with words', async () => {
    for (const path of ['/dev/null', '/dev/zero'])
      expect(await run(`sallyport controller import ${path} --dry-run`, 1)).toMatch(
        /NOT_REGULAR.*a device; give a file/,
      );
    await run(
      `/opt/sallyport/current/node_modules/.bin/node -e "require('net').createServer().listen('/root/socket', () => process.kill(process.pid, 'SIGKILL'))"; test -S socket`,
    );
    expect(await run('sallyport controller import socket --dry-run', 1)).toMatch(/NOT_REGULAR.*a socket; give a file/);
  }, 60_000);

  it('follow no link that the service’s user laid in the data folder', async () => {
    await run('echo secret >/root/secret; mkdir -m 755 /srv/roots; cp -a /var/lib/sallyport /srv/kept');
    const files = (await run('cd /var/lib/sallyport && find * -type f')).trim().split('\n');
    for (const file of files) {
      const path = `/var/lib/sallyport/${file}`;
      await run(`mv ${path} ${path}.kept && ln -s /srv/roots/made ${path} && chown -h sallyport:sallyport ${path}`);
      await on.sh('sallyport device list');
      expect(await run('find /srv/roots -mindepth 1'), file).toBe('');
      await run(`mv -f ${path}.kept ${path}`);
    }
    await run('rm -rf /var/lib/sallyport; cp -a /srv/kept /var/lib/sallyport');
    // Nor where the person names it: a link of another is not the person's.
    await run(
      'cd /srv && mkdir -m 755 theirs && chown sallyport theirs && ln -s /root theirs/way && chown -h sallyport theirs/way',
    );
    expect(await run('sallyport controller import /srv/theirs/way/list.csv --dry-run', 1)).toContain('a link');
    await run('sallyport site-card export --out /srv/theirs/way/new.card', 1);
    await run('test ! -e /root/new.card');
    await run('ln -s /root/list.csv /root/mine.csv');
    expect(await run('sallyport controller import mine.csv --dry-run')).toContain('1 new');
  }, 300_000);

  it('work on no folder of data that another user could lead elsewhere', async () => {
    await run('install -d -m 755 -o 1000 -g 1000 /srv/anna && mkdir -m 700 -p /root/own');
    await run('ln -s /root/own /srv/anna/way && chown -h 1000:1000 /srv/anna/way');
    for (const folder of ['/srv/anna/restored', '/srv/anna/way', '/srv/anna/way/restored', '/tmp/restored']) {
      const restore = `sallyport backup restore plant.spb --key-file recovery.txt --witness ./witness --data ${folder}`;
      expect(await run(restore, 2), folder).toContain(`others than root say what ${folder} is`);
      expect(await run(`sallyport-bundle trust show --state ${folder}`, 2), folder).toContain('others than root');
    }
    expect(await run('find /srv/anna /root/own /tmp -mindepth 1 -name "*restor*"; ls -A /root/own')).toBe('');
    await run('install -d -m 700 -o 1000 -g 1000 /srv/anna/held');
    expect(await run('sallyport doctor --data /srv/anna/held', 2)).toContain(
      'run the command as its owner (user 1000)',
    );
  }, 120_000);

  it('look at bundles with the rights of the host’s user, and write them as the person', async () => {
    await run('cp "$(find stick -name "*.tar" | head -1)" bundle.tar');
    const looks = ['inspect bundle.tar', 'verify bundle.tar'];
    for (const look of looks) await run(`sallyport-bundle ${look}`);
    await run('sallyport-bundle unpack bundle.tar --dir unpacked && sallyport-bundle inspect unpacked');
    expect(await run('find unpacked -not -uid 0; test -n "$(find unpacked -type f)"')).toBe('');
    const trust = '/var/lib/sallyport-host/trust';
    await run(`mv ${trust} trust && ln -s /root/trust ${trust} && chown -h sallyport-host ${trust}`);
    for (const look of ['verify bundle.tar', 'trust show'])
      expect(await run(`sallyport-bundle ${look}`, 1), look).toMatch(/EACCES|permission denied/);
    await run(`rm ${trust} && mv trust ${trust} && sallyport-bundle verify bundle.tar`);
  }, 120_000);

  it('run without a capability and as the service’s user, while what opens files stays root', async () => {
    const hold = `hold-${process.pid}`;
    await run(`mkfifo ${hold}`);
    const seen = await run(
      `sallyport controller import ${hold} --dry-run >/dev/null & sleep infinity 3>${hold} & holder=$!
       look() {
         for p in /proc/[0-9]*; do
           case $(readlink $p/exe) in */node) tr '\\0' ' ' <$p/cmdline | grep -q 'sallyport.js controller import ${hold}' && grep -E '^(Uid|CapEff):' $p/status ;; esac
         done 2>/dev/null
       }
       until look | grep -q 64997; do :; done
       look; kill $holder; wait %1; true`,
    );
    expect(seen).toMatch(/^Uid:\t0\t/m);
    expect(seen).toMatch(/^Uid:\t64997\t64997\t64997\t64997\nCapEff:\t0+$/m);
  }, 60_000);

  it('say that they may not look, and never that nothing is there', async () => {
    await run('mkdir -m 700 /srv/closed && echo x >/srv/closed/file && chown -R 1:1 /srv/closed');
    const asOther = 'setpriv --reuid=2 --regid=2 --clear-groups';
    const said = await on.sh(`cd / && ${asOther} sallyport-bundle inspect /srv/closed/file`);
    expect(said.status).toBe(1);
    expect(said.stderr).toMatch(/EACCES|permission denied/);
    expect(said.stderr).not.toMatch(/not there|NOT_FOUND/);
  });
});
