import type { Io } from '../cli/io.ts';
import { BundleError } from '../errors.ts';
import { type Rebuilt, rebuild } from './rebuild.ts';
import type { OpenedRequest } from './requests.ts';
import type { HostState } from './state.ts';

/** The volumes that a request asks for again, by their bundle. */
const wantedVolumes = ({ request }: Pick<OpenedRequest, 'request'>): ReadonlyMap<string, ReadonlyArray<number>> => {
  const wanted = new Map<string, number[]>();
  for (const { kind, id, n } of request.wants)
    if (kind === 'volume' && n !== undefined) wanted.set(id, [...(wanted.get(id) ?? []), n]);
  return wanted;
};

/**
 * Answers a request for volumes of bundles that the site waits for with the same volumes, bit by bit. Undefined when it
 * asks for none, or for one that this host cannot make again: then a new bundle brings what is missing.
 */
export const rebuildWanted = async (
  options: {
    readonly state: HostState;
    readonly media: string;
    readonly io: Io;
    readonly nowMs: number;
    readonly person: number;
  },
  opened: OpenedRequest,
): Promise<ReadonlyArray<Rebuilt> | undefined> => {
  const wanted = wantedVolumes(opened);
  if (wanted.size === 0) return undefined;
  const { bundles } = opened.site.record;
  const own = new Set(bundles.map((bundle) => bundle.bundle_id));
  const rebuilt: Rebuilt[] = [];
  for (const [bundleId, numbers] of wanted) {
    // Another site's bundle is nothing to hand out here.
    if (!own.has(bundleId)) return undefined;
    try {
      rebuilt.push(await rebuild({ ...options, bundleId, numbers }));
    } catch (error) {
      if (!(error instanceof BundleError) || !['NOT_FOUND', 'STORE_IO', 'USAGE'].includes(error.code)) throw error;
      options.io.note(`site ${opened.request.site}: ${error.message}; a new bundle answers instead`);
      return undefined;
    }
  }
  return rebuilt;
};
