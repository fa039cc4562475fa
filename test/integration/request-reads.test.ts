import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { commands } from '@sallyport/bundle-tools/cli/commands';
import { silentIo } from '@sallyport/bundle-tools/cli/io';
import { runProgram } from '@sallyport/bundle-tools/cli/run';
import type * as Documents from '@sallyport/bundle-tools/documents/request';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openAppliance } from '../../appliance/test/support/appliance.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { deb, debian13, reporter } from '../../appliance/test/support/site.ts';
import { startAptRepository, type TestRepository } from '../support/apt-repository.ts';
import { osv } from './host-bench.ts';

// What no reader uses does not leave: the commands of the real host answer the request of a real appliance, and every field
// that they look at is noted. A field with content that nobody looked at must not have been written.

const reads = vi.hoisted(() => ({ paths: new Set<string>(), requests: [] as unknown[] }));

/** A value that notes which of its fields are looked at, as `a.b` and `a[].b`. */
const recorded = vi.hoisted(() => {
  const record = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    return new Proxy(value, {
      get: (target, name, receiver) => {
        const held: unknown = Reflect.get(target, name, receiver);
        if (typeof name === 'symbol' || typeof held === 'function' || name === 'length') return held;
        const below = Array.isArray(target) ? `${path}[]` : path === '' ? name : `${path}.${name}`;
        reads.paths.add(below);
        return record(held, below);
      },
    });
  };
  return record;
});

vi.mock('../../bundle-tools/src/documents/request.ts', async (original) => {
  const actual = await original<typeof Documents>();
  return {
    ...actual,
    openRequest: (...given: Parameters<typeof actual.openRequest>) => {
      const opened = actual.openRequest(...given);
      reads.requests.push(opened.request);
      return { ...opened, request: recorded(opened.request, '') as typeof opened.request };
    },
  };
});

/** The fields of a document that hold something, lists as `[]`. */
const filled = (value: unknown, path = ''): string[] => {
  if (Array.isArray(value)) return value.flatMap((item) => filled(item, `${path}[]`));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, item]) => filled(item, path === '' ? name : `${path}.${name}`));
  return value === '' || value === 0 || value === undefined ? [] : [path];
};

/** Fields that the reader of the document itself uses, before the host gets it: `openRequest` and `openSealed`. */
const usedOnTheWayIn: ReadonlySet<string> = new Set(['format', 'state.inventory', 'state.digest']);

describe('what leaves and what the host reads', () => {
  let site: Awaited<ReturnType<typeof openAppliance>>;
  let repository: TestRepository;
  const at = (...parts: string[]) => join(site.folder, ...parts);

  const host = async (...args: string[]): Promise<Record<string, unknown>> => {
    const done = await runProgram('sallyport-bundle', commands, [...args, '--json'], silentIo);
    if (done.exit !== 0) throw new Error(`${args.join(' ')}: ${done.stderr}`);
    return JSON.parse(done.stdout) as Record<string, unknown>;
  };
  const state = () => ['--state', at('host')];
  const fulfil = () => host('fulfil', '--media', at('medium'), '--curator-key', at('keys', 'curator'), ...state());

  beforeAll(async () => {
    [site, repository] = await Promise.all([openAppliance(), startAptRepository()]);
    await repository.addSuite({ suite: 'trixie', packages: [{ name: 'hello', version: '1.0-1' }] });
    await repository.addSuite({ suite: 'trixie-security', packages: [{ name: 'hello', version: '1.0-1+deb13u1' }] });
    for (const part of ['medium', 'keys', 'osv', 'files', 'firmware']) mkdirSync(at(part));
    writeFileSync(at('osv', 'DSA-1.json'), osv('DSA-1', '1.0-1+deb13u1', '2026-01-02T00:00:00Z'));
    // No source has its fix, so the site asks for it by name.
    writeFileSync(at('osv', 'DSA-2.json'), osv('DSA-2', '9.0-1', '2026-01-02T00:00:00Z').replaceAll('hello', 'tool'));
    const put = (folder: string, name: string, sidecar: string, content: Record<string, unknown>): void => {
      const bytes = Buffer.from(`the file ${name}`);
      writeFileSync(at(folder, name), bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      writeFileSync(at(folder, `${name}${sidecar}`), JSON.stringify({ ...content, sha256 }));
    };
    put('files', 'hmi.exe', '.sallyport.json', {
      product: 'hmi',
      version: '3',
      appliesTo: { purl: 'pkg:generic/hmi' },
    });
    put('firmware', 'cpu.upd', '.firmware.json', {
      vendor: 'Siemens',
      orderNumbers: ['6ES7 515-2AM02-0AB0'],
      version: '3.1',
    });
    const roots = ['a', 'b', 'c'].flatMap((name) => ['--root-key', at('keys', name)]);
    await host('trust', 'init', ...roots, '--curator-key', at('keys', 'curator'), ...state());
    const { fingerprint } = await host('trust', 'export', '--out', at('trust.tar'), ...state());
    await site.exchange.importTrust(admin, at('trust.tar'), String(fingerprint));
    const card = site.exchange.siteCard(admin);
    writeFileSync(at('card'), card.bytes);
    await host('site', 'add', at('card'), '--fingerprint', card.fingerprint, ...state());
    await host('source', 'add', 'osv', 'debian', at('osv'), ...state());
    await host('source', 'add', 'files', 'vendor', at('files'), ...state());
    await host('source', 'add', 'firmware', 'controllers', at('firmware'), ...state());
    const suites = ['trixie', 'trixie-security'].flatMap((suite) => ['--suite', suite]);
    const place = ['--uri', repository.url, ...suites, '--component', 'main', '--keyring', repository.keyring];
    await host('source', 'add', 'apt', 'test', ...place, ...state());

    const report = reporter(site.inventory);
    report(1, 'platform', [debian13]);
    report(1, 'software', [
      deb('hello', '1.0-1'),
      deb('tool', '3.0-1'),
      { type: 'generic', name: 'hmi', version: '2', purl: 'pkg:generic/hmi@2' },
    ]);
    // Nothing here judges a Windows host: the request says so, and the host answers it.
    report(2, 'platform', [{ ...debian13, vendor: 'windows', release: '10.0.17763', suites: [] }]);
    report(2, 'software', [{ type: 'program', name: 'editor', version: '1' }]);
    report(1, 'os-update', [{ update: 'KB5032189', state: 'missing' }]);
    site.controllers.create(admin, {
      name: 'Mixer',
      vendorRaw: 'Siemens',
      model: 'CPU 1515',
      orderNumber: '6ES7 515-2AM02-0AB0',
      firmware: '2.9.4',
    });
    // The first trip brings advisories and updates: the second request has findings, cursors and receipts.
    site.exchange.exportRequest(admin, at('medium'));
    await fulfil();
    const bundle = readdirSync(at('medium')).find((name) => name.endsWith('.tar')) ?? '';
    await site.exchange.importBundle(admin, at('medium', bundle));
    expect(site.vulnerabilities.list({ scope: wholeSite('job'), limit: 10 }).total).toBe(2);
    reads.paths.clear();
    reads.requests.length = 0;
    const { path } = site.exchange.exportRequest(admin, at('medium'));
    await host('inspect', path, ...state());
    const answered = await fulfil();
    expect(answered['bundles']).toMatchObject([
      { coverage: [{ ecosystem: 'windows:10.0.17763', components: 1, devices: 1, state: 'no-source' }] },
    ]);
  });
  afterAll(async () => {
    await repository.close();
    await site.stop();
  });

  it('no field leaves that the host does not look at', () => {
    const [request] = reads.requests.slice(-1);
    const fields = [...new Set(filled(request))];
    expect(fields).toEqual(
      expect.arrayContaining([
        'platforms[].packages[].version',
        'software[]',
        'wants[].min',
        'receipts[].payload',
        'coverage[].devices',
      ]),
    );
    const unread = fields.filter((field) => !reads.paths.has(field) && !usedOnTheWayIn.has(field));
    expect(unread).toEqual([]);
  });
});
