import { describe, expect, it } from 'vitest';
import { requestSample, updateSample } from '../../test/samples.ts';
import { readsSupport, supportFeed } from '../advisories/support.ts';
import { readsWhole, wholeFeed } from '../advisories/whole.ts';
import { packDigests } from '../documents/digests.ts';
import { encodeInventory, type InventoryLine, parseInventory } from '../documents/inventory.ts';
import type { SiteRequest } from '../documents/request.ts';
import type { Update } from '../updates/update.ts';
import { type CatalogContent, choose } from './choose.ts';

const digest = (name: string) => Buffer.from(name.padEnd(32, '.')).subarray(0, 32).toString('hex');
const update = (name: string, version: string, more: Partial<Update> = {}): Update =>
  updateSample(name, version, { files: [digest(`${name}-${version}-${more.arch ?? 'amd64'}`)], ...more });
const catalog = (updates: Update[], more: InventoryLine[] = []): CatalogContent => {
  const lines: InventoryLine[] = updates.flatMap((one) =>
    one.files.map((sha256) => ({
      path: `updates/${one.name}/${one.version}`,
      sha256,
      size: 10,
      kind: 'update' as const,
    })),
  );
  const own: InventoryLine = { path: 'updates.jsonl', sha256: digest('updates'), size: 1, kind: 'document' };
  return { updates, lines: parseInventory(encodeInventory([...lines, own, ...more])) };
};
type Package = SiteRequest['platforms'][number]['packages'][number];
const has = (name: string, version: string, all: 0 | 1 = 1): Package => ({
  name,
  version,
  source: name,
  source_version: version,
  all,
});
const on = (packages: Package[], more: Partial<SiteRequest['platforms'][number]> = {}): SiteRequest['platforms'] => [
  { vendor: 'debian', release: '13', arch: 'amd64', suites: ['trixie'], packages, ...more },
];
const paths = (content: CatalogContent, lines: ReadonlyArray<number>) => lines.map((line) => content.lines[line]?.path);

describe('choose', () => {
  it('takes the newest version of what is installed, and nothing else', () => {
    const content = catalog([update('a', '1.0-1'), update('a', '1.0-10'), update('a', '1.0-9'), update('b', '9')]);
    const choice = choose(requestSample({ platforms: on([has('a', '1.0-2')]) }), content);
    expect(paths(content, choice.include)).toEqual(['updates.jsonl', 'updates/a/1.0-10']);
    expect(choice.unfulfilled).toEqual([]);
  });

  it.each([
    ['another release', { release: '12' }],
    ['another architecture', { arch: 'arm64' }],
    ['another suite', { suites: ['sid'] }],
    ['another vendor', { vendor: 'ubuntu' }],
  ])('leaves out what is for %s', (_, other) => {
    const content = catalog([update('a', '2')]);
    expect(paths(content, choose(requestSample({ platforms: on([has('a', '1')], other) }), content).include)).toEqual([
      'updates.jsonl',
    ]);
  });

  it('never goes down, and never guesses with a version that has no key', () => {
    const content = catalog([update('a', '1'), update('b', '2')]);
    const choice = choose(requestSample({ platforms: on([has('a', '2'), has('b', 'not\u0001comparable')]) }), content);
    expect(choice.updates).toEqual([]);
  });

  it('carries dependencies, unless every device has them', () => {
    const low = update('low', '5');
    const lib = update('lib', '3', { depends: [low.id] });
    const content = catalog([low, lib, update('a', '2', { depends: [lib.id] })]);
    const names = (packages: Package[]) => {
      const chosen = choose(requestSample({ platforms: on(packages) }), content).updates;
      return content.updates.filter(({ id }) => chosen.includes(id)).map(({ name }) => name);
    };
    expect(names([has('a', '1')])).toEqual(['low', 'lib', 'a']);
    expect(names([has('a', '1'), has('lib', '3')])).toEqual(['a']);
    expect(names([has('a', '1'), has('lib', '3', 0)])).toEqual(['low', 'lib', 'a']);
  });

  it.each([
    ['ends of support', supportFeed, readsSupport],
    ['what is called whole', wholeFeed, readsWhole],
  ])('sends %s to a site that reads it, and to no older one', (_, feed, reading) => {
    const path = `advisories/${feed}/0-1111111111111111.jsonl.gz`;
    const content = catalog([], [{ path, sha256: digest('ends'), size: 1, kind: 'advisory' }]);
    const sent = (reads: string[]) => paths(content, choose(requestSample({ reads }), content).include);
    expect(sent(['sallyport-bundle/1', reading])).toContain(path);
    expect(sent(['sallyport-bundle/1'])).toEqual(['updates.jsonl']);
  });

  it('sends nothing that is held, and relies on it', () => {
    const held = update('a', '2');
    const content = catalog([held, update('b', '2')]);
    const choice = choose(
      requestSample({
        platforms: on([has('a', '1'), has('b', '1')]),
        have: Buffer.from(packDigests(held.files)).toString('base64'),
      }),
      content,
    );
    expect(paths(content, choice.reliesOn)).toEqual(['updates/a/2']);
    expect(paths(content, choice.include)).toEqual(['updates.jsonl', 'updates/b/2']);
  });

  it('answers a named update only from the version that is asked for', () => {
    const content = catalog([update('a', '2')]);
    const asked = (min: string) =>
      choose(
        requestSample({ platforms: on([has('a', '1')]), wants: [{ kind: 'update', id: 'Debian:13/a', min }] }),
        content,
      ).unfulfilled;
    expect(asked('2')).toEqual([]);
    expect(asked('3')).toEqual([{ reason: 'UNKNOWN', wants: [0] }]);
  });

  it('brings a named object, and says which it does not know', () => {
    const content = catalog([update('a', '2')]);
    const wants = [
      { kind: 'object' as const, id: digest('a-2-amd64') },
      { kind: 'object' as const, id: digest('other') },
    ];
    const choice = choose(requestSample({ wants }), content);
    expect(paths(content, choice.include)).toEqual(['updates.jsonl', 'updates/a/2']);
    expect(choice.unfulfilled).toEqual([{ reason: 'UNKNOWN', wants: [1] }]);
  });

  it('brings the advisory parts from the cursor on, whatever is wanted', () => {
    const to = 'a'.repeat(16);
    const from = 'b'.repeat(16);
    const advisory = (path: string, size: number): InventoryLine => ({
      path,
      sha256: digest(path.slice(-30)),
      size,
      kind: 'advisory',
    });
    const content = catalog(
      [],
      [advisory(`advisories/x/0-${to}.jsonl.gz`, 100), advisory(`advisories/x/${from}-${to}.jsonl.gz`, 5)],
    );
    const chosen = (cursors: Record<string, string>) =>
      paths(content, choose(requestSample({ wants: [], cursors }), content).include);
    expect(chosen({})).toEqual([`advisories/x/0-${to}.jsonl.gz`, 'updates.jsonl']);
    expect(chosen({ x: from })).toEqual([`advisories/x/${from}-${to}.jsonl.gz`, 'updates.jsonl']);
    expect(chosen({ x: to })).toEqual(['updates.jsonl']);
  });

  it('uses what the build found only as far as it is signed', () => {
    const vendor = update('scada', '2', { ecosystem: 'files', suites: [], signer: 'sidecar' });
    const content = catalog([vendor]);
    const wants = [{ kind: 'product' as const, id: 'scada' }];
    const findings = {
      updates: [
        { id: vendor.id, wants: [0] },
        { id: 'f'.repeat(32), wants: [0] },
      ],
      gaps: [],
    };
    expect(choose(requestSample({ wants }), content, findings)).toMatchObject({
      updates: [vendor.id],
      unfulfilled: [],
    });
    expect(choose(requestSample({ wants }), catalog([]), findings).updates).toEqual([]);
  });

  it('brings firmware to who asked for it in that version or above, with its texts, and to nobody else', () => {
    const notes: InventoryLine = { path: 'licences/n.txt', sha256: digest('notes'), size: 3, kind: 'document' };
    const firmware = { ecosystem: 'firmware', suites: [], signer: 'manifest', arch: 'all' };
    const content = catalog(
      [
        update('Siemens/6ES7515-2AM02-0AB0', 'V2.9.7', { ...firmware, notes: notes.sha256 }),
        update('ABB/1SAP', '3', firmware),
      ],
      [notes],
    );
    const ask = (id: string, min?: string) =>
      choose(requestSample({ wants: [{ kind: 'firmware', id, ...(min === undefined ? {} : { min }) }] }), content);
    // Another spelling of vendor and order number is the same product.
    const answer = ask('SIEMENS AG/6ES7 515-2AM02-0AB0', 'V2.9.7');
    expect(answer.unfulfilled).toEqual([]);
    expect(paths(content, answer.include)).toEqual([
      'licences/n.txt',
      'updates.jsonl',
      'updates/Siemens/6ES7515-2AM02-0AB0/V2.9.7',
    ]);
    for (const [id, min] of [
      ['Siemens/6ES7515-2AM02-0AB0', 'V2.9.8'],
      ['Siemens/6ES7515-2AM02-0AB0', 'not a version at all'],
      ['Siemens/6ES7516-3AN02-0AB0', undefined],
      ['', undefined],
    ] as const)
      expect(ask(id, min)).toMatchObject({ updates: [], unfulfilled: [{ wants: [0] }] });
    expect(choose(requestSample({ wants: [], software: ['pkg:generic/siemens/6ES7515@1'] }), content).updates).toEqual(
      [],
    );
  });

  it('brings a licence with its update', () => {
    const licence: InventoryLine = { path: 'licences/x.txt', sha256: digest('licence'), size: 3, kind: 'document' };
    const content = catalog([update('a', '2', { licence: licence.sha256 })], [licence]);
    expect(paths(content, choose(requestSample({ platforms: on([has('a', '1')]) }), content).include)).toContain(
      'licences/x.txt',
    );
  });

  it('gives every reason once per want', () => {
    const gaps = [
      { reason: 'FETCH_FAILED' as const, wants: [0], what: 'a', detail: '' },
      { reason: 'FETCH_FAILED' as const, wants: [0], what: 'b', detail: '' },
      { reason: 'NO_SOURCE' as const, wants: [0], what: 'c', detail: '' },
    ];
    expect(choose(requestSample({ platforms: on([]) }), catalog([]), { updates: [], gaps }).unfulfilled).toEqual([
      { reason: 'FETCH_FAILED', wants: [0] },
      { reason: 'NO_SOURCE', wants: [0] },
    ]);
  });
});
