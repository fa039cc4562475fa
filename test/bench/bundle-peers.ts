import { join } from 'node:path';
import { temporaryFolder } from '../support/commands.ts';
import { type Figure, type Result, timed } from './report.ts';
import { runAptOffline, whyNoAptOffline } from './support/apt-offline.ts';
import { makeBundle, makeObjects } from './support/made-bundle.ts';
import { hasNncp, runNncp } from './support/nncp.ts';
import { importVolume } from './support/store-import.ts';

const count = 16;
const objectBytes = (process.env['BENCH_FULL'] === '1' ? 64 : 16) * 1024 * 1024;

const speed = (what: string, bytes: number, ms: number, limit = true): Figure => ({
  what,
  value: bytes / 1e6 / (ms / 1000),
  unit: 'MB/s',
  ...(limit ? { limit } : {}),
});
const ratio = (what: string, ours: number, theirs: number): Figure => ({ what, value: theirs / ours, unit: '×' });

/** The same objects brought over by the tools that others use for it. */
export const bundlePeers = async (): Promise<Result> => {
  const { path, remove } = temporaryFolder('bench-peers');
  try {
    const objects = makeObjects(join(path, 'store'), count, objectBytes, 4);
    const bytes = objects.totalBytes;
    const figures: Figure[] = [];
    const remarks: string[] = [];
    const bundle = makeBundle(objects, join(path, 'out'));
    const built = await timed(() => bundle.build());
    const imported = await timed(() =>
      importVolume(built.value.files[0]?.path ?? '', bundle.context(), join(path, 'import')),
    );
    figures.push(speed('build', bytes, built.ms, false), speed('import', bytes, imported.ms, false));
    if (hasNncp()) {
      const { packMs, bundleMs, receiveMs, tossMs } = await runNncp(objects, join(path, 'nncp'));
      figures.push(
        speed('nncp-file to the spool', bytes, packMs),
        speed('nncp-bundle -tx', bytes, bundleMs),
        speed('nncp-bundle -rx -check', bytes, receiveMs),
        speed('nncp-toss', bytes, tossMs),
        ratio('build of nncp-file and nncp-bundle -tx', built.ms, packMs + bundleMs),
        ratio('import of nncp-bundle -rx -check and nncp-toss', imported.ms, receiveMs + tossMs),
      );
      remarks.push(
        'NNCP encrypts and signs each file for one neighbour and syncs each packet and its folder; by its documentation, -rx -check compares a BLAKE3 hash of each packet and nncp-toss verifies the signature. Nothing is signed as a whole: a packet that was left out or held back is not missed, and keys have no threshold, expiry or revocation.',
      );
    } else remarks.push('NNCP is not installed, so there are no figures for it.');
    const why = whyNoAptOffline();
    if (why === undefined) {
      const ms = await runAptOffline(objects, join(path, 'apt'));
      figures.push(speed('apt-offline install', bytes, ms), ratio('import of apt-offline install', imported.ms, ms));
      remarks.push(
        'apt-offline copies the packages of a zip into the folder of apt: it compares the CRC-32 of the zip, no hash and no signature of a package (apt does, when it installs), syncs nothing, and takes any file that looks like a package. It ran in a mount namespace with folders of its own in the place of those of apt.',
      );
    } else remarks.push(`${why}, so there are no figures for it.`);
    return {
      figures,
      method: [
        `${count} objects of ${objectBytes / 2 ** 20} MiB that do not compress, the same for each tool, one run each right after the other. MB/s are of the objects' bytes.`,
        'Ours as in the benchmark `bundle`. NNCP: two nodes on this computer; nncp-file and nncp-bundle -tx make the bundle, nncp-bundle -rx -check and nncp-toss take it. apt-offline: each object in a package of its own, all in a zip as it writes it; only the install is timed.',
      ],
      remarks,
    };
  } finally {
    remove();
  }
};
