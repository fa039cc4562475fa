import { BundleError } from '../errors.ts';
import type { OpenedRequest } from './requests.ts';

/** Refuses to answer with a catalog that is behind what the site holds: it would have to refuse the bundle. ROLLBACK. */
export const checkTargets = ({ request }: Pick<OpenedRequest, 'request'>, targetsVersion: number): void => {
  if (request.tuf.targets <= targetsVersion) return;
  throw new BundleError(
    'ROLLBACK',
    `site ${request.site} holds targets ${request.tuf.targets}, this host has ${targetsVersion}: it went back to a backup. Run catalog build and have a curator sign; the catalog then goes above`,
  );
};
