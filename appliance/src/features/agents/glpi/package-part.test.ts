import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../../test/support/chance.ts';
import { type Content, linuxContent, xmlMessage } from '../../../../test/support/glpi-client.ts';
import { prettyJson } from '../../../../test/support/pretty-json.ts';
import type { DecodedReport } from '../../../engine/inventory/types.ts';
import { cutPackages } from './cut-packages.ts';
import { decodeGlpi } from './decode.ts';
import { readHead, readMessage } from './message.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
const deviceId = 'line7-2026-01-02-03-04-05';
const decode = (wire: Buffer, isSame?: (collection: string, source: Uint8Array) => boolean): Promise<DecodedReport> =>
  decodeGlpi(wire, { device: 1, source: 'glpi', now, ...(isSame === undefined ? {} : { isSame }) });

const writers: Readonly<Record<string, (content: Content) => Buffer>> = {
  xml: (content) => Buffer.from(xmlMessage('INVENTORY', deviceId, content)),
  json: (content) => Buffer.from(JSON.stringify({ action: 'inventory', deviceid: deviceId, content })),
  'json of GLPI agents': (content) => Buffer.from(prettyJson({ action: 'inventory', deviceid: deviceId, content })),
};

/** As a store would keep it: the digests of the sections that were read whole. */
const memory = () => {
  const kept = new Map<string, string>();
  return {
    keep: (report: DecodedReport): void => {
      for (const { collection, sent: source } of report.sections)
        if (source === undefined) kept.delete(collection);
        else kept.set(collection, Buffer.from(source).toString('hex'));
    },
    isSame: (collection: string, source: Uint8Array): boolean =>
      kept.get(collection) === Buffer.from(source).toString('hex'),
  };
};

const word = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9.+-]{0,12}$/),
  fc.constantFrom(
    '"softwares":[',
    '"softwares": [\n',
    '\n      ]',
    ']',
    '[',
    '<SOFTWARES>',
    '</SOFTWARES>',
    '<!--',
    'a\\',
    '\\"',
    '\u043f\u0430\u043a\u0435\u0442',
    '&',
  ),
);
const packages = fc.array(fc.record({ name: word, version: word, from: fc.constantFrom('deb', 'rpm') }), {
  maxLength: 6,
});

describe('packages that are cut out', () => {
  it('leave a report that says what the whole says, and are read again as soon as they differ', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(writers)),
        fc.array(fc.record({ softwares: packages, user: word, release: fc.constantFrom('12', '13') }), {
          minLength: 2,
          maxLength: 4,
        }),
        async (dialect, reports) => {
          const { keep, isSame } = memory();
          const held = new Map<string, unknown>();
          for (const { softwares, user, release } of [...reports, ...reports.slice(-1)]) {
            const content = linuxContent({
              softwares,
              users: [{ login: user }],
              operatingsystem: { ...(linuxContent()['operatingsystem'] as object), version: release },
            });
            const wire = (writers[dialect] as (content: Content) => Buffer)(content);
            const [whole, short] = [await decode(wire), await decode(wire, isSame)];
            keep(short);
            for (const { collection, items, isSame: same } of short.sections)
              if (same === undefined) held.set(collection, items);
            expect(short.facts).toEqual(whole.facts);
            expect(short.dropped).toEqual(whole.dropped);
            for (const { collection, items } of whole.sections) expect(held.get(collection)).toEqual(items);
          }
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('are not read when they are as they were, whatever else changes', async () => {
    for (const write of Object.values(writers)) {
      const { keep, isSame } = memory();
      keep(await decode(write(linuxContent()), isSame));
      const next = await decode(write(linuxContent({ users: [{ login: 'ben' }] })), isSame);
      expect(next.sections.filter((section) => section.isSame).map(({ collection }) => collection)).toEqual([
        'software',
        'os-update',
      ]);
      const patched = linuxContent({ softwares: [{ name: 'bash', version: '5.2.37-3', from: 'deb' }] });
      expect((await decode(write(patched), isSame)).sections.some((section) => section.isSame)).toBe(false);
    }
  });

  it('are read whole in a partial report, and where a comment could reach over the cut', async () => {
    const { keep, isSame } = memory();
    const plain = (writers['xml'] as (content: Content) => Buffer)(linuxContent()).toString();
    keep(await decode(Buffer.from(plain), isSame));
    const hidden = plain
      .replace('<SOFTWARES>', '<!-- <SOFTWARES>')
      .replace(/<\/SOFTWARES>(?!.*<\/SOFTWARES>)/s, '</SOFTWARES> -->');
    const [whole, short] = [await decode(Buffer.from(hidden)), await decode(Buffer.from(hidden), isSame)];
    expect(short).toEqual(whole);
    const body = { action: 'inventory', deviceid: deviceId, partial: true, content: linuxContent() };
    const partial = await decode(Buffer.from(JSON.stringify(body)), () => true);
    expect(partial.sections.some((section) => section.isSame)).toBe(false);
  });

  it('are read where a report names packages a second time', async () => {
    const report = (second: string): Buffer =>
      Buffer.from(
        `{"deviceid":"${deviceId}","content":{"softwares":[{"name":"bash","version":"1","from":"deb"}],"softwares":${second}}}`,
      );
    const { keep, isSame } = memory();
    keep(await decode(report('[]'), isSame));
    const wire = report('[{"name":"vim","version":"9","from":"deb"}]');
    expect(await decode(wire, isSame)).toEqual(await decode(wire));
  });

  it('say who sends them without being looked at', () => {
    for (const write of Object.values(writers)) {
      const bytes = write(linuxContent({ users: [{ login: 'x'.repeat(5_000) }] }));
      const { sections: _, ...whole } = readMessage(bytes);
      expect(readHead(bytes)).toEqual({ ...whole, sections: new Map() });
    }
  });

  it('are no way to keep the server busy with brackets', () => {
    const list = `[\n${']\n'.repeat(1 << 20)}`;
    expect(cutPackages(Buffer.from(`{\n   "content": {\n      "softwares": ${list}\n      ]`))).toBeUndefined();
  });
});
