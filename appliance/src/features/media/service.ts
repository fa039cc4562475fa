import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { runSurvey } from '@sallyport/bundle-tools/media/run-survey';
import type { Survey, SurveyedBundle } from '@sallyport/bundle-tools/media/survey-types';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { AppError } from '../../platform/errors.ts';
import type { ExchangeService } from '../exchange/service.ts';
import { labelOf, mediaMounts, readMountinfo } from './mounts.ts';
import { type RefusedPlaces, refusedDevices, systemRefused } from './refused.ts';
import type { BundleOnMedium, MediaService, Medium, Mount } from './types.ts';
import { systemWriteRequests, type WriteRequests, whileWritable, writableOf } from './writable.ts';

/** A page asks every few seconds, and several people may look: a medium is not read for each of them. */
const freshMs = 4_000;
/** A page does not wait longer for a medium; the look goes on, and the next page has it. */
const patienceMs = 8_000;

type MediaParts = {
  readonly folders: (name: 'exchange.media-roots' | 'exchange.media-folders') => readonly string[];
  readonly exchange: Pick<ExchangeService, 'state' | 'importedWith'>;
  readonly clock: () => number;
  readonly writeRequests?: WriteRequests;
  readonly refused?: RefusedPlaces;
};

type Look = { readonly at: number; readonly survey: Promise<Survey | BundleError>; isOver: boolean };

/** The media of this computer. */
export const mediaService = (parts: MediaParts): MediaService => {
  const { folders: foldersOf, exchange, clock, writeRequests = systemWriteRequests, refused = systemRefused } = parts;
  const looks = new Map<string, Look>();

  const listOf = (name: Parameters<typeof foldersOf>[0]): string[] =>
    foldersOf(name).filter((path) => path.startsWith('/'));

  const mounts = (): Mount[] => {
    const mounted = mediaMounts(readMountinfo(), listOf('exchange.media-roots')).map((entry): Mount => {
      const label = labelOf(entry);
      return {
        ...entry,
        name: basename(entry.path),
        ...defined({ label }),
        writable: writableOf(entry, writeRequests),
      };
    });
    const folders = listOf('exchange.media-folders')
      .filter((path) => !mounted.some((mount) => mount.path === path))
      .map((path): Mount => ({ name: basename(path), path, readOnly: false, writable: 'yes' }));
    return [...mounted, ...folders];
  };

  const survey = ({ path, device = '' }: Mount): Promise<Survey | BundleError> => {
    const key = `${device} ${path}`;
    const held = looks.get(key);
    // One look at a time: a medium that hangs is not asked again before it has answered.
    if (held !== undefined && (!held.isOver || clock() - held.at < freshMs)) return held.survey;
    const look: Look = {
      at: clock(),
      isOver: false,
      survey: runSurvey(path)
        .catch((error: unknown) => {
          if (error instanceof BundleError) return error;
          throw error;
        })
        .finally(() => {
          look.isOver = true;
        }),
    };
    looks.set(key, look);
    return look.survey;
  };

  const describe = (bundle: SurveyedBundle): BundleOnMedium => {
    const state = exchange.state();
    const answers = state.openRequests.find(({ requestId }) => requestId === bundle.requestId)?.number;
    const imported = exchange.importedWith(bundle.bundleId);
    const here = bundle.here.map(({ n }) => n);
    const missing = here.includes(undefined)
      ? []
      : Array.from({ length: bundle.volumes }, (_, index) => index + 1).filter((n) => !here.includes(n));
    return {
      ...bundle,
      forThisSite: bundle.site === state.site || bundle.site === '*',
      missing,
      ...defined({ answers, imported }),
    };
  };

  /** Nothing where it is gone, or a named folder is not there. */
  const look = async (mount: Mount, waitMs: number): Promise<Medium[]> => {
    const found = await Promise.race([survey(mount), sleep(waitMs, undefined, { ref: false })]);
    if (found === undefined) return [{ ...mount, fault: 'silent' }];
    if (found instanceof BundleError)
      return found.code === 'NOT_FOUND' ? [] : [{ ...mount, fault: found.reason ?? 'unknown' }];
    const { sizeBytes, freeBytes, bundles, trustFiles, ...rest } = found;
    const content = { ...rest, bundles: bundles.map(describe), trustFiles: trustFiles.map(describe) };
    return [{ ...mount, sizeBytes, freeBytes, content }];
  };

  return {
    mounts,
    list: async (options = {}) => {
      const present = mounts();
      const keys = new Set(present.map(({ path, device = '' }) => `${device} ${path}`));
      for (const [key, held] of looks) if (!keys.has(key) && held.isOver) looks.delete(key);
      const looked = await Promise.all(present.map((mount) => look(mount, options.waitMs ?? patienceMs)));
      return [...looked.flat(), ...refusedDevices(refused)];
    },
    withWritable: async (path, work) => {
      const mount = mounts().find((one) => one.path === path);
      if (mount === undefined) throw new AppError('NOT_FOUND', 'there is no such medium');
      if (mount.writable === 'no') throw new BundleError('MEDIUM_IO', `${path} is read-only`);
      // What is written now must not be hidden by what was seen before.
      looks.clear();
      if (mount.writable === 'yes') return work(path);
      const isReadOnly = (): boolean | undefined => mounts().find((one) => one.path === path)?.readOnly;
      return whileWritable(mount, writeRequests, isReadOnly, () => work(path));
    },
  };
};
