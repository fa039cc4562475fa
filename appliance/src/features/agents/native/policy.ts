import { hash } from 'node:crypto';
import {
  type AgentPolicy,
  type ExecutablesPolicy,
  executableBounds,
  noPolicyEtag,
} from '@sallyport/bundle-tools/protocol/policy';
import type { ObjectService } from '../../../engine/objects/service.ts';
import type { Body } from '../../../engine/objects/types.ts';
import type { Database } from '../../../platform/database.ts';
import { groupsOf } from '../groups.ts';
import { policyQueries } from './queries.ts';

// What was decided for a device's agent: of each thing that it may be asked for, the nearest of its groups that says something
// about it. A group may also say that nothing is looked for, whatever those above it say.

const executableKind = 'executable-collection';
const neighbourKind = 'neighbour-collection';

const orDefault = (value: unknown, { min, max }: { min: number; max: number }, usual: number): number =>
  typeof value === 'number' ? Math.min(max, Math.max(min, value)) : usual;

const toPolicy = (body: Body): ExecutablesPolicy => {
  const { entriesPerTurn, megabytesPerTurn, restHours } = executableBounds;
  return {
    paths: Array.isArray(body['paths']) ? [...(body['paths'] as string[])].sort() : [],
    entriesPerTurn: orDefault(body['entriesPerTurn'], entriesPerTurn, 5_000),
    megabytesPerTurn: orDefault(body['megabytesPerTurn'], megabytesPerTurn, 16),
    restHours: orDefault(body['restHours'], restHours, 24),
  };
};

/** The policy of each device, as it is decided now. */
export const agentPolicies = (parts: {
  db: Database;
  objects: Pick<ObjectService, 'find' | 'list'>;
  /** Controllers beside an address, but for the appliance itself. */
  controllersNear(address: string): readonly string[];
}): ((device: { publicId: string }) => AgentPolicy) => {
  const { db, objects } = parts;
  const none: AgentPolicy = { etag: noPolicyEtag };
  const askedOf = policyQueries(db, executableKind, neighbourKind);
  /** What the nearest group says, unless it says that nothing is wanted. */
  const decided = (kind: typeof executableKind | typeof neighbourKind, publicId: string): Body | undefined => {
    for (const group of groupsOf(objects, publicId)) {
      const [found] = objects.list({ kind, where: { group }, limit: 1 }).rows;
      if (found !== undefined) return found.body['disabled'] === true ? undefined : found.body;
    }
    return undefined;
  };
  return ({ publicId }) => {
    // The usual site has none: one indexed read for the many check-ins.
    const { isAny: isAsked, from } = askedOf(publicId);
    const controllers = [...parts.controllersNear(from ?? '')].sort();
    if (!isAsked && controllers.length === 0) return none;
    const executable = isAsked ? decided(executableKind, publicId) : undefined;
    const executables = executable === undefined ? undefined : toPolicy(executable);
    const neighbours = isAsked && decided(neighbourKind, publicId) !== undefined;
    if (executables === undefined && !neighbours && controllers.length === 0) return none;
    const policy = {
      ...(executables && { executables }),
      ...(neighbours && { neighbours: true as const }),
      ...(controllers.length > 0 && { controllers }),
    };
    return { etag: hash('sha256', JSON.stringify(policy)).slice(0, 32), ...policy };
  };
};
