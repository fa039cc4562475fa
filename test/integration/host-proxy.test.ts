import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { csaf20 } from '../../bundle-tools/test/csaf/samples.ts';
import { freePort, temporaryFolder, tryCommand } from '../support/commands.ts';
import { storedZip } from '../support/stored-zip.ts';
import { until } from '../support/until.ts';
import { hostBench, installed, newer, osv, platform } from './host-bench.ts';

// Every source of the connected host through Debian's squid, which asks for a name and a password. The origins have names
// that only the proxy can resolve, so that what does not go through it goes nowhere.

const user = 'sallyport';
const password = 'pass word/7';

const listening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
  });

const startSquid = async (folder: string) => {
  const port = await freePort();
  mkdirSync(join(folder, 'run'));
  for (const path of [folder, join(folder, 'run')]) chmodSync(path, 0o777);
  const digest = execFileSync('openssl', ['passwd', '-apr1', password], { encoding: 'utf8' }).trim();
  writeFileSync(join(folder, 'users'), `${user}:${digest}\n`, { mode: 0o644 });
  writeFileSync(join(folder, 'hosts'), '127.0.0.1 origin.example secure.example\n');
  writeFileSync(
    join(folder, 'squid.conf'),
    [
      `http_port 127.0.0.1:${port}`,
      `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${join(folder, 'users')}`,
      'auth_param basic children 1',
      'acl known proxy_auth REQUIRED',
      'http_access allow known',
      'http_access deny all',
      `hosts_file ${join(folder, 'hosts')}`,
      'cache deny all',
      'netdb_filename none',
      'pinger_enable off',
      'shutdown_lifetime 0 seconds',
      `access_log stdio:${join(folder, 'run', 'access.log')}`,
      `cache_log ${join(folder, 'run', 'cache.log')}`,
      `pid_filename ${join(folder, 'run', 'squid.pid')}`,
      `coredump_dir ${join(folder, 'run')}`,
    ].join('\n'),
  );
  const child = spawn('/usr/sbin/squid', ['-N', '-f', join(folder, 'squid.conf')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until(() => {
    if (child.exitCode !== null) throw new Error(readFileSync(join(folder, 'run', 'cache.log'), 'utf8'));
    return listening(port);
  });
  return {
    address: `http://127.0.0.1:${port}`,
    log: () => readFileSync(join(folder, 'run', 'access.log'), 'utf8'),
    stop: async () => {
      child.kill();
      await ended;
    },
  };
};

const csaf = csaf20({
  leaves: [{ id: 'a', name: 'CPU 1515-2 PN', version: '<V2.9.7' }],
  vulnerabilities: [{ cve: 'CVE-2024-0001', affected: ['a'] }],
});
const kev = { vulnerabilities: [{ cveID: 'CVE-2026-0001', dateAdded: '2026-01-02', vulnerabilityName: 'A hole' }] };
const ssvc = { cveID: 'CVE-2026-0001', exploitation: 'active', automatable: 'yes', technicalImpact: 'total' };
/** Nothing packs it, so that 60 % of it is more than any buffer on the way. */
const padding = Buffer.from(Array.from({ length: 4 << 20 }, (_, index) => (index * 31 + (index >> 8)) & 0xff));

describe.skipIf(!existsSync('/usr/sbin/squid'))('a host behind a proxy that asks for a password', () => {
  const { run, at, state, host, refused, ceremony, introduce, repository } = hostBench();
  const folder = temporaryFolder('squid');
  let squid: Awaited<ReturnType<typeof startSquid>>;
  let origin: Server;
  let secure: Server;
  /** How many answers are cut at 60 %, and what was sent of each file. */
  let cuts = 0;
  let cutFile = '';
  const sent = new Map<string, { from: number; to: number }[]>();

  const files = new Map<string, Buffer>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    const file = join(repository().dir, path);
    const body = files.get(path) ?? (existsSync(file) && statSync(file).isFile() ? readFileSync(file) : undefined);
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const isCut = cuts > 0 && path.endsWith(cutFile);
    if (isCut) cuts -= 1;
    const to = isCut ? from + Math.floor((body.length - from) * 0.6) : body.length;
    sent.set(path, [...(sent.get(path) ?? []), { from, to }]);
    response.setHeader('etag', `"${body.length}"`);
    if (from > 0) response.setHeader('content-range', `bytes ${from}-${body.length - 1}/${body.length}`);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length - from });
    response.write(body.subarray(from, to), () => (isCut ? response.destroy() : response.end()));
  };
  const listen = (server: Server): Promise<Server> =>
    new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
  const address = (server: Server, name: string, scheme: string): string =>
    `${scheme}://${name}:${(server.address() as AddressInfo).port}`;
  const plain = (path: string): string => address(origin, 'origin.example', 'http') + path;

  beforeAll(async () => {
    squid = await startSquid(folder.path);
    origin = await listen(createServer(answer));
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder.path, name)) as [string, string];
    const subject = ['-subj', '/CN=secure.example', '-addext', 'subjectAltName=DNS:secure.example'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject],
      { stdio: 'ignore' },
    );
    secure = await listen(createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer));
  });
  afterAll(async () => {
    for (const server of [origin, secure]) {
      server.closeAllConnections();
      server.close();
    }
    await squid.stop();
    folder.remove();
  });
  beforeEach(() => {
    cuts = 0;
    sent.clear();
    files.clear();
    const advisory = osv('DSA-1', '1.0-1+deb13u1', '2026-01-02T00:00:00Z');
    files.set(
      '/osv.zip',
      storedZip([
        ['DSA-1.json', advisory],
        ['padding', padding],
      ]),
    );
    files.set('/csaf.zip', storedZip([['csaf.json', JSON.stringify(csaf)]]));
    for (const [name, value] of Object.entries({ kev, ssvc }))
      files.set(`/${name}.json`, Buffer.from(JSON.stringify(value)));
  });

  /** Nothing that a command says, and nothing that a person may read of its state, has the password. */
  const withoutPassword = (said: string): void => {
    for (const form of [password, encodeURIComponent(password), Buffer.from(`${user}:${password}`).toString('base64')])
      expect(said).not.toContain(form);
  };

  const addSources = async (): Promise<void> => {
    await host('source', 'add', 'osv', 'debian', plain('/osv.zip'));
    await host('source', 'add', 'csaf', 'vendor', plain('/csaf.zip'));
    await host('source', 'add', 'kev', 'known', plain('/kev.json'));
    await host('source', 'add', 'ssvc', 'points', `${address(secure, 'secure.example', 'https')}/ssvc.json`);
    const apt = ['--suite', 'trixie', '--suite', 'trixie-security', '--component', 'main'];
    await host('source', 'add', 'apt', 'test', '--uri', plain(''), ...apt, '--keyring', repository().keyring);
  };
  const names = ['debian', 'vendor', 'known', 'points', 'test'];
  const asJson = (text: string) => JSON.parse(text) as { sources: { name: string; error?: { code: string } }[] };
  const trusting = ['env', `NODE_EXTRA_CA_CERTS=${join(folder.path, 'cert.pem')}`];
  const sync = (environment: string[] = []) =>
    tryCommand('sallyport-bundle', ['source', 'sync', ...state(), '--json'], [...trusting, ...environment]);

  it('reads every kind of source through it, by its settings and by the environment', async () => {
    await ceremony();
    await addSources();
    // No name leads anywhere without the proxy, and the proxy lets nobody through without an account.
    const straight = await sync();
    expect(straight.status).toBe(1);
    expect(asJson(straight.stdout).sources.map(({ error }) => error?.code)).toEqual(names.map(() => 'FETCH_FAILED'));
    const unnamed = await sync([`http_proxy=${squid.address}`, `https_proxy=${squid.address}`]);
    expect(asJson(unnamed.stdout).sources.map(({ error }) => error?.code)).toEqual(names.map(() => 'PROXY_AUTH'));

    const account = `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
    const named = squid.address.replace('//', `//${account}`);
    const first = await sync([`HTTP_PROXY=${named}`, `HTTPS_PROXY=${named}`]);
    expect(first, first.stderr).toMatchObject({ status: 0 });
    expect(asJson(first.stdout).sources.map(({ name }) => name)).toEqual(names);
    const kept = await sync([`HTTP_PROXY=${named}`, `HTTPS_PROXY=${named}`, 'NO_PROXY=.example']);
    expect(asJson(kept.stdout).sources[0]).toMatchObject({ error: { code: 'FETCH_FAILED' } });

    writeFileSync(at('password'), `${password}\n`);
    const settings = ['--http', squid.address, '--user', user, '--password-file', at('password')];
    const configured = await run('proxy', 'configure', ...settings, ...state());
    expect(configured.stdout).toContain(`${user}:***@`);
    const second = await sync();
    expect(second, second.stderr).toMatchObject({ status: 0 });
    for (const form of ['http://origin.example', 'secure.example:'])
      expect(
        squid
          .log()
          .split('\n')
          .filter((line) => line.includes(form) && line.includes(user)),
      ).not.toEqual([]);
    expect(statSync(at('state', 'proxy.json')).mode & 0o077).toBe(0);

    // A source may have a proxy of its own, with its password in sources.json alone.
    const own = await run('source', 'add', 'osv', 'own', plain('/osv.zip'), '--proxy', named, ...state(), '--json');
    const listed = await run('source', 'list', ...state());
    const wrong = squid.address.replace('//', `//${user}:${encodeURIComponent(`${password}x`)}@`);
    const refusals = [
      await sync([]),
      await tryCommand('sallyport-bundle', ['proxy', 'configure', '--http', wrong, ...state(), '--json']),
      await tryCommand('sallyport-bundle', ['source', 'add', 'osv', 'more', plain('/x'), '--proxy', wrong, ...state()]),
      await tryCommand('sallyport-bundle', ['source', 'sync', 'more', ...state(), '--json']),
      await tryCommand('sallyport-bundle', ['source', 'sync', wrong, ...state(), '--json']),
      await run('source', 'list', ...state(), '--json'),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([0, 2, 0, 1, 1, 0]);
    for (const { stdout, stderr } of [straight, unnamed, first, kept, configured, second, own, listed, ...refusals])
      withoutPassword(`${stdout}${stderr}`);
  });

  it('goes on where a download was cut, three times, and fetches nothing twice but what was in flight', async () => {
    await ceremony();
    await addSources();
    writeFileSync(at('password'), password);
    const settings = ['--http', squid.address, '--user', user, '--password-file', at('password')];
    await host('proxy', 'configure', ...settings);
    cuts = 3;
    cutFile = '/osv.zip';
    const done = await host('source', 'sync', 'debian');
    expect(done).toMatchObject({ sources: [{ advisories: 1, rejected: 0 }] });
    const answers = sent.get('/osv.zip') ?? [];
    expect(answers).toHaveLength(4);
    const twice = answers.slice(1).reduce((sum, { from }, index) => sum + (answers[index]?.to ?? 0) - from, 0);
    // What squid and the kernel had taken from the origin, and not yet passed on.
    expect(twice).toBeLessThanOrEqual(3 * 256 * 1024);

    // A package, by the digest that the vendor signed.
    const site = await introduce('plant-1');
    const platforms = [platform([installed('hello', '1.0-1')])];
    site.writeRequest(at('medium'), { wants: newer, platforms });
    // Its certificate is of an authority that this run does not trust.
    await host('source', 'remove', 'points');
    cuts = 3;
    cutFile = '.deb';
    const built = await host('catalog', 'build', '--media', at('medium'));
    expect(built).toMatchObject({ sites: [{ updates: 1, gaps: [] }] });
    const debs = [...sent].filter(([path]) => path.endsWith('.deb'));
    expect(debs.map(([, parts]) => parts.length)).toEqual([4]);
  });

  it('bounds what a source takes, says what to do, and shows what each takes', async () => {
    await ceremony();
    await addSources();
    await host('proxy', 'configure', '--none');
    const own = ['source', 'add', 'osv', 'near', `http://127.0.0.1:${(origin.address() as AddressInfo).port}/osv.zip`];
    await host(...own);
    await host('source', 'limit', 'near', '1M');
    const full = await refused('source', 'sync', 'near');
    expect(full.code).toBe('SOURCE_FULL');
    expect(full.stderr).toContain('source limit NAME SIZE');
    await host('source', 'limit', 'near', '1G');
    const done = await host('source', 'sync', 'near');
    expect(done).toMatchObject({ sources: [{ advisories: 1, disk: { limitBytes: 1 << 30 } }] });
    const { sources } = (await host('source', 'list')) as { sources: { name: string; disk: { bytes: number } }[] };
    const taken = sources.find(({ name }) => name === 'near')?.disk.bytes ?? 0;
    expect(taken).toBeGreaterThan(0);
    // The archive itself is not kept.
    expect(taken).toBeLessThan(100_000);

    // What nothing needs goes after a week; what a feed needs stays, however old.
    const objects = at('state', 'objects', 'sha256');
    const held = readdirSync(objects, { recursive: true, encoding: 'utf8' }).filter((name) => name.length > 64);
    const stray = ['aa', 'bb'].map((byte) => join(objects, byte, byte.repeat(32)));
    for (const path of stray) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, 'stray');
    }
    const monthAgo = new Date(Date.now() - 30 * 86_400_000);
    for (const path of [stray[0] ?? '', ...held.map((name) => join(objects, name))])
      utimesSync(path, monthAgo, monthAgo);
    expect(await host('source', 'sync', 'near')).toMatchObject({ tidied: { files: 1, bytes: 5 } });
    expect(stray.map((path) => existsSync(path))).toEqual([false, true]);
    expect(held.length).toBeGreaterThan(0);
    for (const name of held) expect(existsSync(join(objects, name)), name).toBe(true);

    expect(readdirSync(at('state', 'cache'))).toContain('near');
    await host('source', 'remove', 'near');
    expect(readdirSync(at('state', 'cache'))).not.toContain('near');
  });
});
