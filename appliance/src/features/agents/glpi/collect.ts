import type { SectionIntake } from '../../../engine/inventory/types.ts';
import type { ObjectService } from '../../../engine/objects/service.ts';
import { groupsOf } from '../groups.ts';

// Searches for files, opt-in per group. The client compares SHA-512 and says where it found the file; what it found makes
// the rows of `executable` once it says that it is done.

const maxSearches = 50;
const maxFinds = 100;
const maxRounds = 2_000;
const roundMs = 3_600_000;

type Search = { id: string; sha256: string; job: object };
type Find = { sha256: string; path: string; sizeBytes: number };
type Round = { at: number; open: Map<string, string>; finds: Find[] };

const searchesFor = (objects: ObjectService, publicId: string): Search[] =>
  groupsOf(objects, publicId)
    .flatMap((group) => objects.list({ kind: 'file-search', where: { group }, limit: maxSearches }).rows)
    .filter(({ body }) => body['disabled'] !== true)
    .slice(0, maxSearches)
    .map(({ id, body }) => ({
      id,
      sha256: String(body['sha256']),
      job: {
        uuid: id,
        function: 'findFile',
        dir: String(body['folder']),
        limit: maxFinds,
        recursive: body['recursive'] === false ? 0 : 1,
        filter: {
          is_file: 1,
          is_dir: 0,
          checkSumSHA512: String(body['sha512']),
          ...(typeof body['sizeBytes'] === 'number' ? { sizeEquals: body['sizeBytes'] } : {}),
          ...(typeof body['fileName'] === 'string' && body['fileName'] !== '' ? { name: body['fileName'] } : {}),
        },
      },
    }));

export type FileSearches = {
  /** Whether a device has anything to look for. */
  wanted(publicId: string): boolean;
  /** The jobs of a device; a new round begins. */
  jobs(device: { id: number; publicId: string }): object;
  /** One find of a job, or none. */
  answer(device: number, answer: Readonly<Record<string, string>>): void;
  /** A job is done; after the last one the finds are stored. */
  done(device: number, job: string): Promise<void>;
};

/** Keeps what clients find until they are done; a round that never ends is forgotten. */
export const fileSearches = (parts: {
  objects: ObjectService;
  intake: SectionIntake;
  clock: () => number;
}): FileSearches => {
  const { objects, intake, clock } = parts;
  const rounds = new Map<number, Round>();

  const begin = (device: number, searches: readonly Search[]): void => {
    rounds.delete(device);
    for (const [other, round] of rounds) {
      if (rounds.size < maxRounds && clock() - round.at < roundMs) break;
      rounds.delete(other);
    }
    rounds.set(device, { at: clock(), open: new Map(searches.map(({ id, sha256 }) => [id, sha256])), finds: [] });
  };

  return {
    wanted: (publicId) => searchesFor(objects, publicId).length > 0,
    jobs: ({ id, publicId }) => {
      const searches = searchesFor(objects, publicId);
      if (searches.length === 0) return {};
      begin(id, searches);
      return { jobs: searches.map(({ job }) => job), postmethod: 'POST', token: '' };
    },
    answer: (device, answer) => {
      const round = rounds.get(device);
      const sha256 = round?.open.get(answer['uuid'] ?? '');
      const path = answer['path'] ?? '';
      if (round === undefined || sha256 === undefined || path === '') return;
      if (round.finds.length >= maxSearches * maxFinds) return;
      round.finds.push({ sha256, path: path.slice(0, 1_024), sizeBytes: Number(answer['size'] ?? Number.NaN) });
    },
    done: async (device, job) => {
      const round = rounds.get(device);
      if (round === undefined || !round.open.delete(job) || round.open.size > 0) return;
      rounds.delete(device);
      const wire = Buffer.from(JSON.stringify({ finds: round.finds }));
      await intake.report({ device, source: 'glpi', format: 'glpi-files', wire, now: clock() });
    },
  };
};
