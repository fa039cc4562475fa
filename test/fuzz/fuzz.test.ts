import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { runs, seed } from '../support/chance.ts';
import { repositoryRoot } from '../support/sources.ts';
import { fuzzTarget } from './engine.ts';
import { loadTarget, seedsOf, targetNames } from './load.ts';
import { type FuzzTarget, runInput, stretched } from './target.ts';

// The short run of every parser: seeds, what once was a finding, and a few hundred small changes of them. The long one is
// `make fuzz`, whose engine is tried here on one target.

// Below the repository, where the bundle finds the packages that it imports.
const folder = join(repositoryRoot, 'var/fuzz-test');
const scratch = mkdtempSync(join(tmpdir(), 'sallyport-fuzz-test-'));
vi.stubEnv('TMPDIR', scratch);
afterAll(() => {
  vi.unstubAllEnvs();
  for (const path of [folder, scratch]) rmSync(path, { recursive: true, force: true });
});

const changed = (seed: Buffer): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.tuple(fc.nat(Math.max(0, seed.length - 1)), fc.nat(255), fc.constantFrom('set', 'cut', 'insert', 'double')),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((changes) => {
      let bytes = Buffer.from(seed);
      for (const [at, byte, kind] of changes) {
        const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
        if (kind === 'set') bytes = Buffer.concat([before, Buffer.of(byte), after.subarray(1)]);
        else if (kind === 'cut') bytes = Buffer.concat([before, after.subarray(1 + (byte % 16))]);
        else if (kind === 'insert') bytes = Buffer.concat([before, Buffer.of(byte), after]);
        else bytes = Buffer.concat([before, after.subarray(0, byte), after]);
      }
      return bytes;
    });

const within = (target: FuzzTarget, data: Buffer): Buffer =>
  target.stretch === false ? data.subarray(0, target.maxBytes ?? 4_096) : data;

describe.each(targetNames())('%s', (name) => {
  it('takes a seed, and answers changed ones with its own refusals', async () => {
    const target = await loadTarget(name);
    const seeds = await seedsOf(target);
    const verdicts = [];
    for (const data of seeds) verdicts.push(await runInput(target, stretched(data)));
    expect(verdicts).toContain(true);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...seeds).chain(changed), async (data) => {
        await runInput(target, within(target, data));
      }),
      { numRuns: runs(60) },
    );
  });
});

describe('the fuzzer', () => {
  // Its own word for "by chance" is 0.
  const own = { folder, seed: Math.max(1, seed) };

  it('finds what was planted behind a comparison, and keeps the input', async () => {
    const { findings } = await fuzzTarget('crash', { ...own, seconds: 120 });
    expect(findings).toHaveLength(1);
    const [target, input] = [await loadTarget('crash'), readFileSync(findings[0] ?? '')];
    // As the fuzzer ran it: it may be one that says how to stretch what follows.
    expect(() => runInput(target, stretched(input))).toThrow('found what was buried');
  });

  it('runs a target, says what it did, and finds nothing', async () => {
    const outcome = await fuzzTarget('fingerprint', { ...own, seconds: 120, runs: 400 });
    expect(outcome).toMatchObject({ target: 'fingerprint', findings: [] });
    expect(outcome.executions).toBeGreaterThan(100);
    expect(outcome.reached).toBeGreaterThan(10);
  });
});
