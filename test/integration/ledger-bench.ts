import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@sallyport/appliance/compose';
import { decodeBitmap } from '@sallyport/bundle-tools/documents/bitmap';
import { unpackDigests } from '@sallyport/bundle-tools/documents/digests';
import { claimedManifest, type Manifest } from '@sallyport/bundle-tools/documents/manifest';
import type { SiteRequest } from '@sallyport/bundle-tools/documents/request';
import { openSealed } from '@sallyport/bundle-tools/documents/sealed';
import { peekBundle } from '@sallyport/bundle-tools/host/peek-bundle';
import { readSealKey } from '@sallyport/bundle-tools/trust/keys';
import { madeOnce } from '../../appliance/test/support/made-once.ts';
import { deb, debian13, reporter } from '../../appliance/test/support/site.ts';
import { bundleOf, hostBench, type Json } from './host-bench.ts';

// Both sides by their built command lines: a real appliance with some inventory, a connected host, and a medium between them.

type Refusal = { readonly code: string; readonly message: string; readonly output: string };

/** What a bundle carries and what it takes for held, by digest. */
type Content = { readonly carried: ReadonlySet<string>; readonly reliesOn: number; readonly manifest: Manifest };

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Registers a host for every test of the file, and gives the tools to drive it and an appliance. */
export const ledgerBench = () => {
  const bench = hostBench();
  const { commands, at, host, ceremony } = bench;
  const medium = () => at('medium');

  const appliance = <T = Json>(...args: string[]): Promise<T> =>
    commands.command<T>('sallyport', ...args, '--data', at('appliance'));

  /** A command that must fail, and what it says. */
  const refusedBy = async (...args: string[]): Promise<Refusal> => {
    const done = await commands.tryCommand('sallyport', [...args, '--data', at('appliance'), '--json']);
    const said = (lines(done.stdout).length > 0 ? JSON.parse(done.stdout) : {}) as { error?: string; message?: string };
    return {
      code: said.error ?? `exit ${done.status}`,
      message: said.message ?? '',
      output: done.stdout + done.stderr,
    };
  };

  /** A site that is introduced on both sides, with one device: made once, it takes nine commands. */
  const introduceAppliance = (): Promise<void> =>
    madeOnce('introduced by commands', at(), async (folder) => {
      await makeBoth();
      for (const part of ['state', 'keys', 'appliance', 'card.json', 'introduction.tar'])
        cpSync(at(part), join(folder, part), { recursive: true });
    });

  const makeBoth = async (): Promise<void> => {
    await ceremony();
    await appliance('init', '--site', 'plant-7', '--address', '127.0.0.1', '--listen', '127.0.0.1:8443');
    const { fingerprint } = await host('trust', 'export', '--out', at('introduction.tar'));
    await appliance('trust', 'import', at('introduction.tar'), '--fingerprint', String(fingerprint));
    const card = await appliance('site-card', 'export', '--out', at('card.json'));
    await host('site', 'add', at('card.json'), '--fingerprint', String(card['fingerprint']));
    await report([['hello', '1.0-1']]);
  };

  /** What the one device reports; written as an agent's report is, without a server. */
  const report = async (packages: readonly [string, string][]): Promise<void> => {
    const inside = await compose({ dataDir: at('appliance') });
    try {
      const tell = reporter(inside.inventory);
      tell(1, 'platform', [debian13]);
      tell(
        1,
        'software',
        packages.map(([name, version]) => deb(name, version)),
      );
    } finally {
      await inside.close();
    }
  };

  /** Empties the medium, as a person does between two trips. */
  const wipe = (): void => {
    rmSync(medium(), { recursive: true, force: true });
    mkdirSync(medium());
  };

  const ask = (...args: string[]) =>
    appliance<{ number: number; path: string }>('request', 'export', '--out', medium(), ...args);
  const curated = ['--curator-key'];
  const answer = async (...args: string[]): Promise<Json> =>
    bundleOf(await host('fulfil', '--media', medium(), ...curated, at('keys', 'curator.json'), ...args));
  const take = (path = medium(), ...args: string[]) => appliance('bundle', 'import', path, ...args);

  /** One whole trip; the medium is empty before, and holds the answer after. */
  const trip = async (...args: string[]): Promise<{ bundle: Json; imported: Json }> => {
    wipe();
    await ask();
    const bundle = await answer(...args);
    return { bundle, imported: await take() };
  };

  /** A request as the host reads it. */
  const opened = (path: string): SiteRequest => {
    const envelope = JSON.parse(
      Buffer.from(openSealed(readFileSync(path), [readSealKey(at('state/keys/seal.json'))])).toString('utf8'),
    ) as { payload: string };
    return JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8')) as SiteRequest;
  };

  const held = (request: SiteRequest): ReadonlySet<string> =>
    new Set(unpackDigests(Buffer.from(request.have, 'base64')));

  /** The digests that a bundle carries, from its own headers. */
  const contentOf = async (path: string): Promise<Content> => {
    const { manifestBytes } = await peekBundle(path);
    const manifest = claimedManifest(manifestBytes);
    const carried = new Set(
      [...readFileSync(path, 'latin1').matchAll(/o\/([0-9a-f]{64})/g)].map(([, sha]) => sha ?? ''),
    );
    const reliesOn = decodeBitmap(manifest.relies_on, manifest.inventory.lines).length;
    return { carried, reliesOn, manifest };
  };

  const save = (from: string, to: string): void => cpSync(at(from), at(to), { recursive: true });
  const restore = (from: string, to: string): void => {
    rmSync(at(to), { recursive: true, force: true });
    cpSync(at(from), at(to), { recursive: true });
  };

  const bundleFiles = () => readdirSync(medium()).filter((name) => name.endsWith('.tar'));

  return {
    ...bench,
    medium,
    appliance,
    refusedBy,
    introduceAppliance,
    report,
    wipe,
    ask,
    answer,
    take,
    trip,
    opened,
    held,
    contentOf,
    save,
    restore,
    bundleFiles,
  };
};
