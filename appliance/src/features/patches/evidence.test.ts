import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkEvidencePrint, EVIDENCE_TYPE, openEvidence } from '@sallyport/bundle-tools/documents/evidence';
import { afterAll, describe, expect, it } from 'vitest';
import { agreeToLists } from '../../../../test/support/agreed-lists.ts';
import { dayMs, openPatchSite } from '../../../test/support/controllers/patch-site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { toFailure } from '../../platform/errors.ts';

const site = await openPatchSite({
  jobs: (from) => [
    {
      id: 'job/1',
      name: 'Cell 3',
      startedAt: from,
      endedAt: from + 1_000,
      askedBy: 'account:a',
      approvedBy: 'account:b',
      targets: 2,
      packets: 9,
      logSha256: 'd'.repeat(64),
    },
  ],
});
const ann = site.person('Әлия Қасымова');
const { patches, time } = site;
const rows = Array.from(
  { length: 24 },
  (_, n) => `Siemens,CPU 1515,2.9,SP-${n},vendor_approved,2026-11-01,лаборатория`,
);
const list = `vendor,product,productVersion,patchId,vendorState,testedDate,remarks\n${rows.join('\n')}\n`;
patches.approvals.importList(ann, Buffer.from(list), { name: 'list.csv', preset: 'neutral', dryRun: false });
agreeToLists(site);
patches.move(ann, 1, { to: 'site_testing', reason: 'Ә test', evidence: { testedOn: 'bench' } });
site.objects.create(systemActor, 'mitigation', {
  name: 'Segment',
  measure: 'segment',
  owner: ann.id,
  evidence: 'firewall rule 7',
  expiresAt: '2027-06-01T00:00:00Z',
});
time.now += dayMs;
afterAll(() => site.close());

type Pack = Awaited<ReturnType<typeof makeNew>>;
const made = new Map<string, Pack>();
const make = async (lang: string): Promise<Pack> => {
  const held = made.get(lang) ?? (await makeNew(lang));
  made.set(lang, held);
  return held;
};
const makeNew = async (lang: string) => {
  const { evidence } = site.patches;
  const id = evidence.ask(ann, { from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 11, 1), lang });
  await evidence.make(id);
  return {
    id,
    json: evidence.file(id, 'json'),
    pdf: evidence.file(id, 'pdf'),
    signature: evidence.file(id, 'signature'),
  };
};
const has = (command: string): boolean => spawnSync(command, ['-v']).error === undefined;

describe('evidence of a period', () => {
  it('is one signed document with who, what, when and why, and a print that names its hash', async () => {
    const { json, pdf, signature } = await make('kk');
    const keys = [site.key.publicKey];
    const { head, body } = openEvidence(json.bytes, keys);
    expect(head).toMatchObject({ site: 'north', period: { from: '2026-11-01T00:00:00Z' } });
    const said = JSON.parse(Buffer.from(body).toString('utf8'));
    expect(said.sections.patches).toHaveLength(24);
    expect(said.sections.moves).toHaveLength(25);
    expect(said.sections.moves[24]).toMatchObject({
      who: { actor: `account:${ann.id}`, name: `Person ${ann.id}` },
      why: 'Ә test',
      from: 'vendor_approved',
      to: 'site_testing',
      evidence: { testedOn: 'bench' },
    });
    expect(said.sections.patches[0]).toMatchObject({
      source_list: 'list.csv',
      source_list_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      file_in_store: false,
    });
    expect(said.sections.jobs[0].packet_log_sha256).toBe('d'.repeat(64));
    expect(said.labels.moves).toContain('IEC 62443-2-3');
    expect(said.notice).toContain('no claim');
    const files = { evidence: json.bytes, print: pdf.bytes, signature: signature.bytes };
    expect(checkEvidencePrint(files, keys).evidence).toBe(createHash('sha256').update(json.bytes).digest('hex'));
    const other = Buffer.from(pdf.bytes);
    other[other.length - 20] = (other[other.length - 20] ?? 0) ^ 1;
    expect(() => checkEvidencePrint({ ...files, print: other }, keys)).toThrow('the print was changed');
    expect(() => openEvidence(json.bytes, [new Uint8Array(32)])).toThrow();
  });

  it('has the same bytes when it is made again from the same', async () => {
    const one = await make('en');
    const pack = site.patches.evidence.get(one.id);
    // The same question at the same moment; only the number of the pack is another one.
    const two = await makeNew('en');
    const again = site.patches.evidence.get(two.id);
    const both = [one, two].map(({ json }) =>
      JSON.parse(Buffer.from(openEvidence(json.bytes, [site.key.publicKey]).body).toString()),
    );
    // The chain grew by the pack itself; everything else is equal.
    for (const said of both) said.audit = null;
    expect(both[0]).toEqual(both[1]);
    expect(again.jsonSha256).not.toBeNull();
    await site.patches.evidence.make(one.id);
    expect(site.patches.evidence.get(one.id)).toEqual(pack);
    expect(site.patches.objectsInUse()).toContain(pack.pdfSha256);
  });

  it('is checked by openssl, as the handbook says', async (context) => {
    if (!has('openssl')) return context.skip('openssl is not installed');
    const { json } = await make('en');
    const folder = site.folder;
    const at = (name: string): string => join(folder, name);
    writeFileSync(at('pack.dsse.json'), json.bytes);
    writeFileSync(at('key'), Buffer.from(site.key.publicKey).toString('base64'));
    const handbook = readFileSync(join(import.meta.dirname, '../../../../docs/operations.md'), 'utf8');
    const commands = /```text\n(sed 's[\s\S]*?)```/.exec(handbook)?.[1]?.replaceAll('E.dsse.json', 'pack.dsse.json');
    expect(commands).toContain(EVIDENCE_TYPE);
    const script = `set -e; cd ${folder}\n${commands}`;
    const run = (): string =>
      execFileSync('bash', ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    expect(run()).toContain('Signature Verified Successfully');
    // One letter of the document, and it does not verify.
    const text = Buffer.from(json.bytes).toString('utf8');
    const payload = /"payload":"([^"]*)"/.exec(text)?.[1] ?? '';
    const changed = Buffer.from(Buffer.from(payload, 'base64').toString('utf8').replace('north', 'south')).toString(
      'base64',
    );
    writeFileSync(at('pack.dsse.json'), text.replace(payload, changed));
    expect(run).toThrow();
  });

  it.each(['en', 'ru', 'kk'])('is printed with the letters of %s, page by page', async (lang) => {
    const { pdf, json } = await make(lang);
    expect(Buffer.from(pdf.bytes.subarray(0, 5)).toString()).toBe('%PDF-');
    if (!has('pdftotext')) return;
    const path = join(site.folder, `${lang}.pdf`);
    writeFileSync(path, pdf.bytes);
    const text = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' });
    const words =
      { en: 'Evidence of patches', ru: 'Свидетельства об исправлениях', kk: 'Түзетулер дәлелі' }[lang] ?? '';
    expect(text).toContain(words);
    expect(text.replace(/\s/g, '')).toContain(createHash('sha256').update(json.bytes).digest('hex'));
    expect(text).toContain('SP-23');
    expect(text).toContain('лаборатория');
    const pages = text.split('\f').length - 1;
    expect(pages).toBeGreaterThan(2);
    expect(text).toMatch(new RegExp(`${pages}`));
  });

  it('is of a period that exists, and of so many rows', async () => {
    const ask = (from: number, to: number, lang = 'en'): string => {
      try {
        site.patches.evidence.ask(ann, { from, to, lang });
        return 'taken';
      } catch (error) {
        return toFailure(error).code;
      }
    };
    expect(ask(5, 5)).toBe('INVALID');
    expect(ask(0, 5_000 * dayMs)).toBe('INVALID');
    expect(ask(0, 5, 'de')).toBe('INVALID');
    const id = site.patches.evidence.ask(ann, { from: 0, to: 5, lang: 'en' });
    expect(() => site.patches.evidence.file(id, 'pdf')).toThrow('still made');
    await site.patches.evidence.make(id);
    expect(site.patches.evidence.get(id).rows).toBe(2);
  });
});
