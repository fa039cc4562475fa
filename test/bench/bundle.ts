import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/commands.ts';
import { type Figure, type Result, timed } from './report.ts';
import { durableCopy, durableFilesMs } from './support/disk.ts';
import { makeBundle, makeObjects } from './support/made-bundle.ts';
import { watchChildren } from './support/process.ts';
import { importVolume, verifyVolume } from './support/store-import.ts';

const megabyte = 1e6;

type Kind = { label: string; count: number; sizeBytes: number; seed: number };

const kinds: readonly Kind[] = [
  { label: 'large', count: 32, sizeBytes: 32 * 1024 * 1024, seed: 1 },
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

const rounds = 3;

const least = (seconds: readonly number[]): number => Math.min(...seconds);
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const measure = async (folder: string, kind: Kind): Promise<Figure[]> => {
  const objects = makeObjects(join(folder, 'store'), kind.count, kind.sizeBytes, kind.seed);
  const bundle = makeBundle(objects, join(folder, 'out'));
  const built = await timed(() => bundle.build());
  const volume = built.value.files[0];
  if (volume === undefined) throw new Error('nothing was built');
  // In turns, so that whatever else the machine does meets the peer and ours alike; each ratio is of one round.
  const peers: number[] = [];
  const verifies: number[] = [];
  const imports: number[] = [];
  let peakMb = 0;
  for (let round = 0; round < rounds; round += 1) {
    const target = join(folder, `import-${round}`);
    peers.push((await timed(() => sha256sum(volume.path))).ms / 1000);
    verifies.push((await timed(() => verifyVolume(volume.path, bundle.context(), join(folder, 'verify')))).ms / 1000);
    const imported = await timed(() => watchChildren(() => importVolume(volume.path, bundle.context(), target)));
    imports.push(imported.ms / 1000);
    peakMb = Math.max(peakMb, imported.value.peakMb);
    if (imported.value.value.counts.new !== kind.count) throw new Error('not every object was imported');
    rmSync(target, { recursive: true });
  }
  const [peer, verified, imported] = [least(peers), least(verifies), least(imports)];
  const ratio = (ours: readonly number[]): number =>
    median(ours.map((seconds, round) => (peers[round] ?? Number.NaN) / seconds));
  const copied = await timed(() => durableCopy(volume.path, join(folder, 'copy')));
  const bare = durableFilesMs(join(folder, 'bare'), bareFiles(kind), kind.sizeBytes);
  const megabytes = volume.bytes / megabyte;
  const speed = (seconds: number): number => megabytes / seconds;
  const name = `${kind.label} objects`;
  const target = kind.label === 'large' ? { target: '0.8 × of sha256sum' } : {};
  return [
    { what: `${name}: size of the bundle`, value: megabytes, unit: 'MB' },
    { what: `${name}: sha256sum on the volume, best of ${rounds}`, value: speed(peer), unit: 'MB/s', limit: true },
    { what: `${name}: copy of the volume, flushed`, value: speed(copied.ms / 1000), unit: 'MB/s', limit: true },
    {
      what: `${name}: bare files written, flushed, renamed, flushed`,
      value: bareFiles(kind) / (bare / 1000),
      unit: '/s',
      limit: true,
    },
    { what: `${name}: build`, value: speed(built.ms / 1000), unit: 'MB/s' },
    { what: `${name}: build of sha256sum`, value: peer / (built.ms / 1000), unit: '×', ...target },
    { what: `${name}: verify`, value: speed(verified), unit: 'MB/s' },
    { what: `${name}: verify of sha256sum`, value: ratio(verifies), unit: '×', ...target },
    { what: `${name}: import`, value: speed(imported), unit: 'MB/s' },
    { what: `${name}: import of sha256sum`, value: ratio(imports), unit: '×', ...target },
    { what: `${name}: objects imported`, value: kind.count / imported, unit: '/s' },
    {
      what: `${name}: resident memory of the importer, most`,
      value: peakMb,
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
      `Generated objects that do not compress: ${kinds.map(({ label, count, sizeBytes }) => `${count} × ${sizeBytes / 1024} KiB (${label})`).join(', ')}. Build: buildBundle in this process, synced. Verify: the importer's child process with its start and all checks, keeping nothing. Import: the same child, and this process takes each object into an empty store meanwhile, which hashes it once more and syncs it; every object is durable at the end. sha256sum reads the same volume, warm in the page cache as for ours.`,
      `${rounds} rounds of sha256sum, verify, import; MB/s is the best round, a ratio the median of the rounds' ratios.`,
      'Memory: VmHWM of the child, asked every 20 ms.',
    ],
    remarks: [
      'Every byte of a volume is hashed twice by the child, as part of the volume, for the receipt, and as part of its object; an import hashes it a third time, since the store believes no process that met a medium.',
      "The appliance's steps after the last object (antivirus, advisories, one commit) are not in these figures.",
    ],
  };
};
