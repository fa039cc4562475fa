import { createHash } from 'node:crypto';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import {
  type Actor,
  actorRef,
  approvalOf,
  asWriter,
  authorsOf,
  type Body,
  byWhom,
  requireRight,
  sinceApproved,
  type WriteGuard,
} from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { Approvable, ApprovalGate } from '../accounts/types.ts';
import type { ControllerFindings } from '../controller-findings/service.ts';
import type { Holding, MeasuredFinding } from '../controller-findings/types.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import {
  type Acceptance,
  type AcceptanceEffect,
  type AcceptedFinding,
  acceptanceEffect,
  acceptanceOf,
  acceptanceState,
  DECIDED_FIELDS,
} from './acceptances.ts';
import type { NoticeStore } from './notice-store.ts';
import { WRITE } from './process.ts';
import type { People } from './types.ts';

// Mitigations and accepted risks: what is in force, what ends, who approves. What people write are objects with revisions;
// here is what follows from them.

type Mitigation = {
  readonly id: string;
  readonly name: string;
  readonly measure: string;
  readonly zones: readonly string[];
  readonly controllers: readonly string[];
  readonly vulnerabilities: readonly string[];
  readonly description: string;
  readonly owner: string;
  readonly evidence: string;
  readonly files: readonly string[];
  readonly expiresAt: number;
  readonly reviewAt: number | null;
  readonly state: 'in-force' | 'review-due' | 'ends-soon' | 'over';
  readonly revision: number;
};

type AcceptanceView = Acceptance & {
  readonly state: ReturnType<typeof acceptanceState>;
  readonly files: readonly string[];
  readonly revision: number;
  /** Who wrote what it says now: not who approves it. */
  readonly author: string;
  readonly effect: AcceptanceEffect;
};

const dayMs = 86_400_000;
const maxListed = 10_000;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
const timeOf = (value: unknown): number | null => {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
};

/** Fields that an approval writes. */
const approval = ['approver', 'approvedAt', 'approvedContent'];
/** Over what an approver approved: changed afterwards, it is not approved any more. */
const contentOf = (body: Body): string =>
  createHash('sha256')
    .update(JSON.stringify(DECIDED_FIELDS.map((name) => body[name] ?? null)))
    .digest('hex');

const plain = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/** A measure names vulnerabilities, and controllers or zones; without either it is about nothing. */
const isMitigated = ({ vulnerabilities, controllers, zones }: Mitigation, finding: MeasuredFinding): boolean =>
  vulnerabilities.some((one) => plain(one) === plain(finding.vulnerability)) &&
  (controllers.includes(finding.controller) ||
    zones.some((zone) => finding.zones.some((own) => plain(own) === plain(zone))));

type MeasureParts = {
  db: Database;
  gate: Pick<ApprovalGate, 'assertMayApprove' | 'personsBehind'>;
  objects: Pick<ObjectService, 'get' | 'list' | 'revisions' | 'update'>;
  events: Pick<EventService, 'record'>;
  notices: NoticeStore;
  people: People;
  controllerFindings: Pick<ControllerFindings, 'namedParts'>;
  vulnerabilities: Pick<VulnerabilityService, 'isPackage'>;
  clock: () => number;
};

/** Measures and acceptances as they stand. */
export const measures = ({ db, gate, objects, events, notices, people, clock, ...known }: MeasureParts) => {
  const all = <K extends 'mitigation' | 'risk-acceptance'>(kind: K): Array<ObjectOf<K>> =>
    objects.list({ kind, limit: maxListed }).rows;

  const toMitigation = ({ id, body, revision }: ObjectOf<'mitigation'>): Mitigation => {
    const now = clock();
    const expiresAt = timeOf(body['expiresAt']) ?? 0;
    const reviewAt = timeOf(body['reviewAt']);
    const isSoon = expiresAt - now <= Number(body['noticeDays'] ?? 14) * dayMs;
    return {
      id,
      revision,
      name: text(body['name']),
      measure: text(body['measure']),
      zones: texts(body['zones']),
      controllers: texts(body['controllers']),
      vulnerabilities: texts(body['vulnerabilities']),
      description: text(body['description']),
      owner: `account:${text(body['owner'])}`,
      evidence: text(body['evidence']),
      files: texts(body['files']),
      expiresAt,
      reviewAt,
      state:
        expiresAt <= now
          ? 'over'
          : reviewAt !== null && reviewAt <= now
            ? 'review-due'
            : isSoon
              ? 'ends-soon'
              : 'in-force',
    };
  };

  const toAcceptance = ({ id, body }: ObjectOf<'risk-acceptance'>): Acceptance => ({
    id,
    name: text(body['name']),
    vulnerability: text(body['vulnerability']),
    vendor: text(body['vendor']),
    product: text(body['product']),
    zone: text(body['zone']),
    versions: text(body['versions']),
    reason: text(body['reason']),
    owner: `account:${text(body['owner'])}`,
    approver: text(body['approver']) || null,
    approvedAt: timeOf(body['approvedAt']),
    unchanged: text(body['approvedContent']) === contentOf(body),
    expiresAt: timeOf(body['expiresAt']),
    noticeDays: Number(body['noticeDays'] ?? 14),
  });

  /** Person behind a reference to an actor as revisions keep it. */
  const personOf = (ref: string): string => {
    const [type = '', ...rest] = ref.split(':');
    return people.personOf({ type: type as Actor['type'], id: rest.join(':'), label: '', rights: new Set() });
  };

  /** Who wrote what is decided; approving is a revision, too, and changes none of it. */
  const authorOf = (object: ObjectOf<'risk-acceptance'>): string => {
    const own = contentOf(object.body);
    const wrote = objects
      .revisions('risk-acceptance', object.id)
      .toSorted((a, b) => b.revision - a.revision)
      .filter((revision, at, list) => {
        const before = list[at + 1];
        return contentOf(revision.body) === own && (before === undefined || contentOf(before.body) !== own);
      })[0];
    return personOf(wrote?.actor ?? '');
  };

  /** Of one, or of each of a list in one reading. */
  const effects = (): ((one: Pick<Acceptance, 'vendor' | 'product' | 'zone'>) => AcceptanceEffect) => {
    const parts = known.controllerFindings.namedParts();
    return (one) => acceptanceEffect(one, parts, known.vulnerabilities.isPackage);
  };

  /** CONTROLLERS_ONLY where it names a package of computers. */
  const assertForControllers = (named: { vendor: string; product: string; zone: string }): void => {
    if (effects()(named) !== 'package') return;
    throw new AppError(
      'CONTROLLERS_ONLY',
      `an accepted risk holds back findings of controllers only, and ${named.product} is a package of computers: decide about its update instead`,
      { fields: { product: { key: 'validation.computerPackage' } } },
    );
  };
  const scopeOfBody = (body: Body) => ({
    vendor: text(body['vendor']),
    product: text(body['product']),
    zone: text(body['zone']),
  });
  const guard: WriteGuard = (_actor, _id, before, after) => {
    if (after === undefined) return;
    const now = scopeOfBody(after);
    // What an earlier release took stays as it is, so that it can be given an end.
    if (before !== undefined && JSON.stringify(scopeOfBody(before)) === JSON.stringify(now)) return;
    assertForControllers(now);
  };

  const view = (object: ObjectOf<'risk-acceptance'>, effectOf = effects()): AcceptanceView => {
    const acceptance = toAcceptance(object);
    return {
      ...acceptance,
      effect: effectOf(acceptance),
      state: acceptanceState(acceptance, clock()),
      files: texts(object.body['files']),
      revision: object.revision,
      author: authorOf(object),
    };
  };

  const approvable = ({ id, body, revision }: ObjectOf<'risk-acceptance'>): Approvable => {
    const writers = authorsOf(sinceApproved(objects.revisions('risk-acceptance', id), approval));
    const owner = { type: 'account', id: text(body['owner']) } as const;
    const authors = writers.size === 0 ? [] : [writers, gate.personsBehind(owner)];
    return { act: 'risk-accept', thing: `${id}@${revision}`, authors };
  };

  const accepted = (): Acceptance[] => all('risk-acceptance').map(toAcceptance);

  return {
    mitigations: (): Mitigation[] => all('mitigation').map(toMitigation),
    acceptances: (): AcceptanceView[] => {
      const effectOf = effects();
      return all('risk-acceptance').map((object) => view(object, effectOf));
    },
    guards: { 'risk-acceptance': guard } as Readonly<Record<string, WriteGuard>>,
    /** What waits for a second person at an acceptance. */
    approvable: (id: string): Approvable => approvable(objects.get('risk-acceptance', id)),
    acceptance: (id: string): AcceptanceView => view(objects.get('risk-acceptance', id)),
    /** Looks findings up in one reading of the acceptances; for many at once. */
    suppressor: (): ((finding: AcceptedFinding) => { id: string; until: number } | undefined) => {
      const held = accepted();
      const now = clock();
      return (finding) => acceptanceOf(finding, held, now);
    },
    /** What holds findings back now, in one reading: what was accepted goes before what is mitigated. */
    holding: (): Holding => {
      const now = clock();
      const held = accepted();
      const byId = new Map(held.map((one) => [one.id, one]));
      // One whose review is due holds nothing back until the review.
      const measures = all('mitigation')
        .map(toMitigation)
        .filter(({ state }) => state === 'in-force' || state === 'ends-soon');
      return {
        vulnerabilities: [
          ...held.map(({ vulnerability }) => vulnerability.trim()),
          ...measures.flatMap(({ vulnerabilities }) => vulnerabilities.map((one) => one.trim())),
        ],
        of: (finding) => {
          const found = acceptanceOf(finding, held, now);
          if (found !== undefined)
            return {
              kind: 'risk-acceptance',
              measure: found.id,
              name: byId.get(found.id)?.name ?? '',
              until: found.until,
            };
          const measure = measures.find((one) => isMitigated(one, finding));
          return measure && { kind: 'mitigation', measure: measure.id, name: measure.name, until: measure.expiresAt };
        },
      };
    },
    /** Another person than the owner and than who wrote it says yes. FORBIDDEN, CONFLICT, CONTROLLERS_ONLY. */
    approve: (actor: Actor, id: string): AcceptanceView => {
      requireRight(actor, approvalOf(WRITE));
      return immediate(db, () => {
        const object = objects.get('risk-acceptance', id);
        const one = view(object);
        gate.assertMayApprove(actor, approvable(object));
        if (one.state === 'malformed' || one.state === 'over')
          throw new AppError('CONFLICT', `it is ${one.state} and cannot be approved`);
        assertForControllers(one);
        objects.update(asWriter(actor, WRITE), 'risk-acceptance', id, {
          approver: actorRef(actor),
          approvedAt: toTime(clock()),
          approvedContent: contentOf(object.body),
        });
        events.record('risk-accepted', {
          ...byWhom(actor),
          params: { name: one.name, vulnerability: one.vulnerability, until: one.expiresAt ?? 0 },
        });
        return view(objects.get('risk-acceptance', id));
      });
    },
    /** Says once that something ends soon, or is over. */
    notice: (): void => {
      const now = clock();
      const say = (kind: string, id: string, name: string, what: 'soon' | 'over', until: number): void => {
        if (!notices.add(`${kind}:${id}`, what, until, now)) return;
        events.record(what === 'soon' ? 'measure-ends' : 'measure-over', { params: { name, until } });
      };
      for (const object of all('mitigation')) {
        const one = toMitigation(object);
        if (one.state === 'ends-soon' || one.state === 'over')
          say('mitigation', one.id, one.name, one.state === 'over' ? 'over' : 'soon', one.expiresAt);
      }
      for (const one of accepted()) {
        const state = acceptanceState(one, now);
        if ((state === 'ends-soon' || state === 'over') && one.approver !== null && one.expiresAt !== null)
          say('risk-acceptance', one.id, one.name, state === 'over' ? 'over' : 'soon', one.expiresAt);
      }
    },
    /** Files of evidence that compensating controls name. */
    files: (): string[] =>
      [...all('mitigation'), ...all('risk-acceptance')].flatMap(({ body }) => texts(body['files'])),
  };
};

export type Measures = ReturnType<typeof measures>;
