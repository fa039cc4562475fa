import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { ImportRefusal } from '@sallyport/bundle-tools/importer/verdict';
import { temporaryFolder } from '../support/commands.ts';
import { type Figure, type Result, timed } from './report.ts';
import { durableFilesMs } from './support/disk.ts';
import { hollowObjects, writeHollow } from './support/hollow-bundle.ts';
import { type MadeBundle, makeBundle, makeObjects } from './support/made-bundle.ts';
import { watchChildren } from './support/process.ts';
import { importVolume, verifyVolume } from './support/store-import.ts';

const gigabyte = 1e9;
const isFull = process.env['BENCH_FULL'] === '1';
const verifiedGb = isFull ? [1, 10, 50] : [1, 4];
const importedGb = isFull ? 10 : 1;
const refusedGb = 10;
const smallCount = isFull ? 100_000 : 10_000;
const smallBytes = 1024;
/** What an import must leave free on the disk that this runs on. */
const keptFreeBytes = 20 * gigabyte;
const flat = { target: 'under 200 MB, flat' };

const sha256sumSeconds = async (path: string): Promise<number> =>
  (await timed(() => spawnSync('sha256sum', [path], { stdio: 'ignore' }))).ms / 1000;

type Hollow = { bundle: MadeBundle; path: string; bytes: number };

const hollow = (folder: string, sizeGb: number): Hollow => {
  const path = join(folder, `hollow-${sizeGb}.tar`);
  const bundle = makeBundle(hollowObjects(sizeGb * gigabyte), join(folder, 'out'));
  const plan = bundle.plan();
  writeHollow(path, plan);
  return { bundle, path, bytes: plan.manifest.totals.bytes };
};

const verifySizes = async (folder: string): Promise<Figure[]> => {
  const figures: Figure[] = [];
  for (const sizeGb of verifiedGb) {
    const { bundle, path, bytes } = hollow(folder, sizeGb);
    const peer = await sha256sumSeconds(path);
    const verified = await timed(() =>
      watchChildren(() => verifyVolume(path, bundle.context(), join(folder, 'verify'))),
    );
    rmSync(path);
    const seconds = verified.ms / 1000;
    const name = `verify of ${sizeGb} GB`;
    figures.push(
      { what: `${name}: sha256sum`, value: bytes / 1e6 / peer, unit: 'MB/s', limit: true },
      { what: `${name}`, value: bytes / 1e6 / seconds, unit: 'MB/s' },
      { what: `${name}: of sha256sum`, value: peer / seconds, unit: '×', target: '0.8 × of sha256sum' },
      { what: `${name}: resident memory of the importer`, value: verified.value.peakMb, unit: 'MB', ...flat },
    );
  }
  return figures;
};

const importSize = async (folder: string): Promise<{ figures: Figure[]; remark?: string }> => {
  const { bavail, bsize } = statfsSync(folder);
  const name = `import of ${importedGb} GB`;
  if (bavail * bsize < importedGb * gigabyte + keptFreeBytes)
    return { figures: [], remark: `${name} was left out: it would leave less than 20 GB of the disk free.` };
  const { bundle, path, bytes } = hollow(folder, importedGb);
  const imported = await timed(() =>
    watchChildren(() => importVolume(path, bundle.context(), join(folder, 'import-large'))),
  );
  rmSync(join(folder, 'import-large'), { recursive: true });
  rmSync(path);
  return {
    figures: [
      { what: name, value: bytes / 1e6 / (imported.ms / 1000), unit: 'MB/s' },
      { what: `${name}: resident memory of the importer`, value: imported.value.peakMb, unit: 'MB', ...flat },
    ],
  };
};

/** Milliseconds until the importer says `code`. */
const refusalMs = async (code: string, work: () => Promise<unknown>): Promise<number> => {
  const { ms, value } = await timed(() => work().catch((error: unknown) => error));
  if (!(value instanceof ImportRefusal) || value.code !== code) throw new Error(`not ${code}: ${String(value)}`);
  return ms;
};

const refuse = async (folder: string): Promise<Figure[]> => {
  const { bundle, path } = hollow(folder, refusedGb);
  const forgedPath = join(folder, 'forged.tar');
  const plan = bundle.plan();
  const forged = plan.prelude.map(({ name, bytes }) => {
    if (name !== 'bundle.dsse.json') return { name, bytes };
    const text = Buffer.from(bytes).toString('latin1');
    // Another signature of the same length: its first letter is another.
    return {
      name,
      bytes: Buffer.from(
        text.replace(/("sig":")(.)/, (_, key, c) => key + (c === 'A' ? 'B' : 'A')),
        'latin1',
      ),
    };
  });
  writeHollow(forgedPath, plan, forged);
  const staging = join(folder, 'refuse');
  const context = bundle.context();
  const late = '2030-01-01T00:00:00Z';
  const expired = bundle.context({
    floor: late,
    systemNow: late,
    openRequests: context.openRequests.map((request) => ({ ...request, floor: late })),
  });
  const looked = await timed(() => verifyVolume(path, bundle.context({ dryRun: true }), staging));
  const figures: Figure[] = [
    { what: `${refusedGb} GB: prelude of a good one (dry run)`, value: looked.ms, unit: 'ms', limit: true },
    {
      what: `${refusedGb} GB: refused for a wrong signature`,
      value: await refusalMs('SIGNATURE', () => verifyVolume(forgedPath, context, staging)),
      unit: 'ms',
    },
    {
      what: `${refusedGb} GB: refused for another site`,
      value: await refusalMs('WRONG_SITE', () => verifyVolume(path, bundle.context({ site: 'other' }), staging)),
      unit: 'ms',
    },
    {
      what: `${refusedGb} GB: refused as expired`,
      value: await refusalMs('EXPIRED', () => verifyVolume(path, expired, staging)),
      unit: 'ms',
    },
  ];
  rmSync(path);
  rmSync(forgedPath);
  return figures;
};

const small = async (folder: string): Promise<Figure[]> => {
  const bundle = makeBundle(makeObjects(join(folder, 'store'), smallCount, smallBytes, 3), join(folder, 'small'));
  const built = await timed(() => bundle.build());
  const path = built.value.files[0]?.path ?? '';
  const peer = await sha256sumSeconds(path);
  const verified = await timed(() => watchChildren(() => verifyVolume(path, bundle.context(), join(folder, 'verify'))));
  const bareCount = 1000;
  const bareMs = durableFilesMs(join(folder, 'bare'), bareCount, smallBytes);
  const imported = await timed(() =>
    watchChildren(() => importVolume(path, bundle.context(), join(folder, 'import-small'))),
  );
  const name = `${smallCount.toLocaleString('en-US')} objects of 1 KiB`;
  const rate = (ms: number): number => smallCount / (ms / 1000);
  return [
    { what: `${name}: build`, value: rate(built.ms), unit: '/s' },
    { what: `${name}: sha256sum on the volume`, value: rate(peer * 1000), unit: '/s', limit: true },
    { what: `${name}: verify`, value: rate(verified.ms), unit: '/s' },
    { what: `${name}: verify, resident memory`, value: verified.value.peakMb, unit: 'MB', ...flat },
    { what: `${name}: bare files flushed and renamed`, value: bareCount / (bareMs / 1000), unit: '/s', limit: true },
    { what: `${name}: import`, value: rate(imported.ms), unit: '/s' },
    { what: `${name}: import, of bare files`, value: (rate(imported.ms) * bareMs) / 1000 / bareCount, unit: '×' },
    { what: `${name}: import, resident memory`, value: imported.value.peakMb, unit: 'MB', ...flat },
  ];
};

/** What grows with a bundle and what must not: memory, the time of a refusal, the price of one small object. */
export const bundleScale = async (): Promise<Result> => {
  const { path, remove } = temporaryFolder('bench-scale');
  try {
    const sizes = await verifySizes(path);
    const large = await importSize(path);
    return {
      figures: [...sizes, ...large.figures, ...(await refuse(path)), ...(await small(path))],
      method: [
        'Volumes of 12 objects of NUL, real signatures and digests; each volume is one sparse file, so it is read from memory and not from a disk. Memory: VmHWM of the child, asked every 20 ms. An import writes what it reads.',
        'Refusals are the time to the error code from the start of the process that reads the medium, which is most of it. Small objects: random bytes, once each; bare files one after the other, an import syncs a few at once.',
        `BENCH_FULL=1 verifies 1, 10 and 50 GB, imports 10 GB and takes 100,000 small objects${isFull ? ': this run' : '; this run is smaller'}.`,
      ],
      ...(large.remark === undefined ? {} : { remarks: [large.remark] }),
    };
  } finally {
    remove();
  }
};
