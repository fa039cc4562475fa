import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { random } from '../bench/support/random.ts';
import type { CommandProcess } from '../support/command-process.ts';

// A connected host and a site, both by their built commands, that know each other; the host reads advisory folders.

export type RealPair = {
  at(...parts: string[]): string;
  readonly data: readonly string[];
  readonly state: readonly string[];
  readonly curator: readonly string[];
  /** Adds an advisory folder to the host, or more advisories to one that it has; the text does not compress well. */
  advise(source: string, options: { readonly count: number; readonly bytesEach: number }): Promise<void>;
};

const osv = (id: string, summary: string): string =>
  JSON.stringify({
    schema_version: '1.7.0',
    id,
    modified: '2026-02-02T00:00:00Z',
    summary,
    affected: [
      {
        package: { ecosystem: 'Debian:13', name: 'hello' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.0-1' }] }],
      },
    ],
  });

/** Makes both under `folder` and introduces them to each other. */
export const makeRealPair = async (
  folder: string,
  { command }: CommandProcess,
): Promise<RealPair & { readonly recoveryKey: string }> => {
  const at = (...parts: string[]): string => join(folder, ...parts);
  const data = ['--data', at('site')];
  const state = ['--state', at('host')];
  mkdirSync(at('keys'), { recursive: true });
  const known = new Map<string, number>();
  const advise: RealPair['advise'] = async (source, { count, bytesEach }) => {
    const from = known.get(source) ?? 0;
    mkdirSync(at(source), { recursive: true });
    const seed = createHash('sha256').update(`${source} ${from}`).digest().readUInt32LE();
    const { hex } = random(seed);
    for (let n = from; n < from + count; n += 1) {
      const id = `${source.toUpperCase()}-${n}`;
      writeFileSync(at(source, `${id}.json`), osv(id, hex(bytesEach)));
    }
    known.set(source, from + count);
    if (from === 0) await command('sallyport-bundle', 'source', 'add', 'osv', source, at(source), ...state);
  };
  const roots = [1, 2, 3].flatMap((number) => ['--root-key', at('keys', `root-${number}`)]);
  await command('sallyport-bundle', 'trust', 'init', ...state, ...roots, '--curator-key', at('keys', 'curator'));
  const trust = at('trust.tar');
  const exported = await command<{ fingerprint: string }>(
    'sallyport-bundle',
    'trust',
    'export',
    ...state,
    '--out',
    trust,
  );
  const site = ['--site', 'plant-7', '--address', 'localhost', '--address', '127.0.0.1'];
  const made = await command<{ recoveryKey: string }>('sallyport', 'init', ...data, ...site);
  await command('sallyport', 'trust', 'import', trust, ...data, '--fingerprint', exported.fingerprint);
  const card = await command<{ fingerprint: string }>('sallyport', 'site-card', 'export', ...data, '--out', at('card'));
  await command('sallyport-bundle', 'site', 'add', at('card'), ...state, '--fingerprint', card.fingerprint);
  return { at, data, state, curator: ['--curator-key', at('keys', 'curator')], advise, recoveryKey: made.recoveryKey };
};
