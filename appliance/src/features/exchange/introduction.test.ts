import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { showFingerprint } from '@sallyport/bundle-tools/fingerprint/shown';
import { introductionSteps } from '@sallyport/ui/exchange/introduction.tsx';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { makeHost } from '../../../test/support/host.ts';
import { wholeSite } from '../../platform/scope.ts';

let medium = '';

const site = await openConsole();
const admin = await site.as('administrator');
const viewer = await site.as('viewer');
const host = makeHost(join(site.dataDir, 'host'));
medium = join(site.dataDir, 'medium');
mkdirSync(medium);
await host.publish();
afterAll(() => site.close());

const actor = () => {
  const account = site.appliance.objects.findBy('account', 'name', 'admin');
  return { type: 'account' as const, id: account?.id ?? '', label: 'admin', rights: new Set(['all' as const]) };
};
/** The number of the step that is shown, counted from one. */
const shownStep = (html: string): number => {
  const steps = [...html.matchAll(/<li data-s="(done|now|later)"/g)].map((match) => match[1]);
  expect(steps).toHaveLength(introductionSteps.length);
  return steps.indexOf('now') + 1;
};
const upload = async (fields: Readonly<Record<string, string>>, bytes: Uint8Array): Promise<Response> => {
  const edge = 'edge-of-parts';
  const parts = Object.entries({ csrf: await admin.csrf(), ...fields }).map(
    ([name, value]) => `--${edge}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${edge}\r\nContent-Disposition: form-data; name="file"; filename="trust.tar"\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(parts.join('') + head), bytes, Buffer.from(`\r\n--${edge}--\r\n`)]);
  return admin.postRaw(paths.exchangeTrustImport(), body, {
    'content-type': `multipart/form-data; boundary=${edge}`,
  });
};

describe('the introduction', () => {
  it('begins with the trust file, and the story says so', async () => {
    expect(await viewer.html(paths.exchange())).toContain(paths.introduction());
    expect(shownStep(await viewer.html(paths.introduction()))).toBe(1);
    expect((await viewer.get(paths.introduction('none'))).status).toBe(200);
  });

  it('keeps the file for whoever goes on, and takes no other fingerprint', async () => {
    const file = readFileSync(await host.trustFile(join(site.dataDir, 'trust')));
    const read = await upload({ introduction: '1' }, file);
    expect([read.status, read.headers.get('location')]).toEqual([303, paths.introduction('root')]);
    // Another person, later, at another computer.
    const html = await viewer.html(paths.introduction());
    expect(shownStep(html)).toBe(2);
    const staged = /name="upload" value="([0-9a-f]{24})"/.exec(html)?.[1] ?? '';
    const answer = { introduction: '1', upload: staged };
    const wrong = await admin.post(paths.exchangeTrustImport(), { ...answer, fingerprint: 'ab'.repeat(32) });
    expect(wrong.status).toBe(422);
    expect(shownStep(await wrong.text())).toBe(2);
    expect(site.appliance.exchange.state().trust).toBeNull();
    const words = showFingerprint(host.rootFingerprint).words.split(' ');
    const heard = Object.fromEntries(words.map((word, at) => [`word-${at + 1}`, word.slice(0, 4).toUpperCase()]));
    const right = await admin.post(paths.exchangeTrustImport(), { ...answer, ...heard });
    expect([right.status, right.headers.get('location')]).toEqual([303, paths.introduction()]);
    expect(site.appliance.exchange.state().trust?.rootSha256).toBe(host.rootFingerprint);
  });

  it('writes the card only when somebody saves it', async () => {
    const before = site.appliance.events.list({ scope: wholeSite('job'), limit: 1 }).total;
    expect(shownStep(await admin.html(paths.introduction()))).toBe(3);
    expect(site.appliance.events.list({ scope: wholeSite('job'), limit: 1 }).total).toBe(before);
    expect((await viewer.get(paths.exchangeCardFile())).status).toBe(403);
    expect((await admin.get(paths.exchangeCardFile())).status).toBe(200);
  });

  it('records who compared the card, and stops when the other side read something else', async () => {
    expect(shownStep(await viewer.html(paths.introduction()))).toBe(4);
    expect((await viewer.post(paths.introductionCompared(), { answer: 'same' })).status).toBe(403);
    expect((await admin.post(paths.introductionCompared(), { answer: 'differs' })).status).toBe(422);
    expect((await admin.post(paths.introductionCompared())).status).toBe(422);
    expect(site.appliance.events.list({ scope: wholeSite('job'), type: ['site-card-compared'], limit: 1 }).total).toBe(
      0,
    );
    expect((await admin.post(paths.introductionCompared(), { answer: 'same' })).status).toBe(303);
    expect(
      site.appliance.events.list({ scope: wholeSite('job'), type: ['site-card-compared'], limit: 1 }).rows[0]?.actor,
    ).toBe(`account:${actor().id}`);
  });

  it('is complete when a bundle has answered a request', async () => {
    expect(shownStep(await viewer.html(paths.introduction()))).toBe(5);
    const { exchange } = site.appliance;
    const { path } = exchange.exportRequest(actor(), medium);
    expect(shownStep(await viewer.html(paths.introduction()))).toBe(6);
    const story = await viewer.html(paths.exchange());
    expect(story).toContain(paths.introduction());
    // What left, when, by whom, to which medium.
    expect(story).toMatch(/Request 1 left\..*?admin.*?medium/s);
    const { bytes: card } = exchange.siteCard(actor());
    const bundle = await host.answer(join(site.dataDir, 'out'), host.open(path, card));
    await exchange.importBundle(actor(), bundle.path);
    const after = await viewer.html(paths.exchange());
    expect(after).not.toContain(`"${paths.introduction()}"`);
    expect(after).toMatch(/Bundle \d+: Imported/);
    expect(after).toContain('Answered by bundle');
  });
});
