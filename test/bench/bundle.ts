import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runImportChild } from '@sallyport/bundle-tools/importer/run-import';
import { temporaryFolder } from '../support/commands.ts';
import { type Figure, type Result, timed } from './report.ts';
import { durableCopy, durableFilesMs } from './support/disk.ts';
import { makeBundle, makeObjects } from './support/made-bundle.ts';
import { watchChildren } from './support/process.ts';

const megabyte = 1e6;

type Kind = { label: string; count: number; sizeBytes: number; seed: number };

const kinds: readonly Kind[] = [
  { label: 'large', count: 16, sizeBytes: 32 * 1024 * 1024, seed: 1 },
  { label: 'small', count: 4000, sizeBytes: 8 * 1024, seed: 2 },
];

/** Of the limit; the small ones need more for a steady figure. */
const bareFiles = (kind: Kind): number => Math.min(kind.count, 1000);

const sha256sum = (path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('sha256sum', [path], { stdio: 'ignore' });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`sha256sum ended with ${code}`))));
  });

const best = async (rounds: number, work: () => Promise<unknown>): Promise<number> => {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) least = Math.min(least, (await timed(work)).ms);
  return least / 1000;
};

const measure = async (folder: string, kind: Kind): Promise<Figure[]> => {
  const objects = makeObjects(join(folder, 'store'), kind.count, kind.sizeBytes, kind.seed);
  const bundle = makeBundle(objects, join(folder, 'out'));
  const built = await timed(() => bundle.build());
  const volume = built.value.files[0];
  if (volume === undefined) throw new Error('nothing was built');
  const staging = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  };
  const importInto = (name: string, discard: boolean) =>
    watchChildren(() =>
      runImportChild({ path: volume.path, context: bundle.context({ discard }), stagingDir: staging(name) }),
    );
  const peer = await best(3, () => sha256sum(volume.path));
  const verified = await timed(() => importInto('verify', true));
  const imported = await timed(() => importInto('import', false));
  if (imported.value.value.counts.new !== kind.count) throw new Error('not every object was imported');
  const copied = await timed(() => durableCopy(volume.path, join(folder, 'copy')));
  const bare = durableFilesMs(join(folder, 'bare'), bareFiles(kind), kind.sizeBytes);
  const megabytes = volume.bytes / megabyte;
  const speed = (seconds: number): number => megabytes / seconds;
  const name = `${kind.label} objects`;
  const target = kind.label === 'large' ? { target: '0.8 × of sha256sum' } : {};
  return [
    { what: `${name}: size of the bundle`, value: megabytes, unit: 'MB' },
    { what: `${name}: sha256sum on the volume, best of 3`, value: speed(peer), unit: 'MB/s', limit: true },
    { what: `${name}: copy of the volume, flushed`, value: speed(copied.ms / 1000), unit: 'MB/s', limit: true },
    {
      what: `${name}: bare files written, flushed, renamed, flushed`,
      value: bareFiles(kind) / (bare / 1000),
      unit: '/s',
      limit: true,
    },
    { what: `${name}: build`, value: speed(built.ms / 1000), unit: 'MB/s' },
    { what: `${name}: build of sha256sum`, value: peer / (built.ms / 1000), unit: '×', ...target },
    { what: `${name}: verify`, value: speed(verified.ms / 1000), unit: 'MB/s' },
    { what: `${name}: verify of sha256sum`, value: peer / (verified.ms / 1000), unit: '×', ...target },
    { what: `${name}: import`, value: speed(imported.ms / 1000), unit: 'MB/s' },
    { what: `${name}: import of sha256sum`, value: peer / (imported.ms / 1000), unit: '×', ...target },
    { what: `${name}: objects imported`, value: kind.count / (imported.ms / 1000), unit: '/s' },
    {
      what: `${name}: resident memory of the importer, most`,
      value: imported.value.peakMb,
      unit: 'MB',
      target: 'under 200 MB, flat',
    },
  ];
};

/** Building, verifying and importing one volume. */
export const bundle = async (): Promise<Result> => {
  const figures: Figure[] = [];
  for (const kind of kinds) {
    const { path, remove } = temporaryFolder(`bench-bundle-${kind.label}`);
    try {
      figures.push(...(await measure(path, kind)));
    } finally {
      remove();
    }
  }
  return {
    figures,
    method: [
      `Generated objects that do not compress: ${kinds.map(({ label, count, sizeBytes }) => `${count} × ${sizeBytes / 1024} KiB (${label})`).join(', ')}. Build: buildBundle in this process, synced. Verify and import: the importer's child process with its start and all checks; verify keeps nothing, import stages every object durably. sha256sum reads the same volume, warm in the page cache as for ours.`,
      'Memory: VmHWM of the child, asked every 20 ms.',
    ],
    remarks: [
      'Every byte of a volume is hashed twice: as part of the volume, for the receipt, and as part of its object.',
      "The appliance's own steps after the child (moving objects into the store, one commit) are not in these figures.",
    ],
  };
};
