import { createHash } from 'node:crypto';
import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import { actorRef, deciderScope, scopeOf } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import type { Personal } from '../../platform/personal.ts';
import { firstIn } from '../../platform/rate-limit.ts';
import { isReached, isWithin, limitOf, type Scope, wholeSite } from '../../platform/scope.ts';
import type { ApprovalGate } from '../accounts/types.ts';
import { carveQuery } from './osquery-queries.ts';
import { pathFault } from './path-values.ts';
import { type SampleRow, sampleStore } from './sample-store.ts';
import { largestSampleBytes, type Sample, type SampleService } from './types.ts';

// A file of a device crosses to the appliance only when two people agreed to it. The approval says which file of which
// device and how much of it. The device's answer to the approved query names the request that it made of it, and the file
// counts only with that name; a session's number is the proof for each block, since blocks carry no key. What came lies
// encrypted in the database: it may be an attack.

type SampleParts = {
  db: Database;
  personal: Personal;
  events: EventService;
  gate: Pick<ApprovalGate, 'asked' | 'assertMayApprove'>;
  clock?: () => number;
};

const defaultMaxBytes = 16 << 20;
const maxBlockBytes = 4 << 20;
const maxBlocks = 65_536;
const approvalMs = 7 * 86_400_000;
const keptMs = 90 * 86_400_000;
const maxPathLength = 1_024;

/** The query's own name, which clients before 5 give to the transfer; only this device was told it. */
const ownName = ({ id }: { id: string }): string => `sp:carve:${id}`;

const personOf = (id: string): string => `sample:${id}`;

const ofAgent = wholeSite('agent');

/** Samples: asked for, approved, fetched. */
export const sampleService = ({ db, personal, events, gate, clock = nowMs }: SampleParts): SampleService => {
  const store = sampleStore(db);
  const quiet = firstIn({ ms: 10 * 60_000, clock });
  // A device that took the order and never began is told again.
  const told = firstIn({ ms: 10 * 60_000, clock });

  const found = (id: string, scope: Scope): SampleRow => {
    const row = store.byId(id, scope);
    if (row === undefined) throw new AppError('NOT_FOUND', 'no such sample');
    return row;
  };

  /** Approved and still to come; of a device that was moved out of the writer's reach nothing comes. */
  const openOn = (device: number): SampleRow[] =>
    store.open(device, clock()).filter(({ id, reach }) => {
      const isStill = isWithin(db, reach, device);
      if (!isStill) immediate(db, () => store.fail(id, 'OUT_OF_REACH'));
      return isStill;
    });

  const toSample = (row: SampleRow): Sample => {
    const {
      path,
      reason,
      requestId: _request,
      sessionRequestId: _named,
      session: _session,
      reach: _reach,
      ...shown
    } = row;
    const { blockBytes: _bytes, ...rest } = shown;
    const isLate = ['approved', 'sent', 'receiving'].includes(rest.state) && (rest.deadlineAt ?? 0) <= clock();
    return {
      ...rest,
      ...(isLate ? { state: 'failed', code: 'EXPIRED' } : {}),
      path: personal.decrypt(path),
      reason: personal.decrypt(reason),
    };
  };

  const refuse = (reason: string, device?: number): AppError => {
    if (quiet.first(`${reason} ${device ?? ''}`))
      events.record('carve-refused', { params: { reason }, ...defined({ device }) });
    return new AppError('FORBIDDEN', 'refused', { reason });
  };

  /** Plain files only: a pattern would fetch what was not approved, and osquery cuts a path at each comma. */
  const checkPath = (path: string): string => {
    const plain = path.trim();
    const isAbsolute = /^(?:\/|[A-Za-z]:\\)/.test(plain);
    if (!isAbsolute || plain.length > maxPathLength || /[%*?,]/.test(plain) || pathFault(plain) !== undefined)
      throw invalid({ path: { key: 'validation.samplePath' } });
    return plain;
  };

  const plainBlocks = function* (id: string): Generator<Buffer> {
    for (const block of store.blocks(id)) yield Buffer.from(personal.decrypt(block) ?? '', 'base64');
  };

  const isWhole = (row: SampleRow): boolean => row.blockCount !== null && row.receivedBlocks === row.blockCount;

  const complete = (row: SampleRow): void => {
    const digest = createHash('sha256');
    let bytes = 0;
    for (const plain of plainBlocks(row.id)) {
      bytes += plain.length;
      digest.update(plain);
    }
    if (bytes !== row.sizeBytes) {
      store.fail(row.id, 'SIZE');
      return;
    }
    const sha256 = digest.digest('hex');
    store.finish(row.id, sha256, clock());
    events.record('sample-received', { device: row.device, params: { sample: row.id, sha256, bytes } });
  };

  return {
    ask: (actor, { device, path, reason, maxBytes = defaultMaxBytes }) => {
      const scope = scopeOf(actor, 'queries:write');
      if (!isReached(db, scope, device)) throw new AppError('NOT_FOUND', 'no such device');
      const plain = checkPath(path);
      const why = enteredLine(reason);
      if (why === '') throw invalid({ reason: { key: 'validation.required' } });
      if (!Number.isInteger(maxBytes) || maxBytes < 1 || maxBytes > largestSampleBytes)
        throw invalid({ maxBytes: { key: 'validation.tooBig', params: { max: largestSampleBytes } } });
      const id = Buffer.from(randomBytes(16)).toString('hex');
      return immediate(db, () => {
        gate.asked(actor, 'sample-approve', id);
        store.insert({
          id,
          device,
          path: personal.encrypt(personOf(id), plain),
          reason: personal.encrypt(personOf(id), why),
          askedAt: clock(),
          askedBy: actorRef(actor),
          maxBytes,
          reach: limitOf(scope),
        });
        events.record('sample-asked', { device, actor: actorRef(actor), params: { sample: id } });
        return toSample(found(id, scope));
      });
    },
    decide: (actor, id, decision) => {
      const scope = deciderScope(actor, 'queries:write');
      return immediate(db, () => {
        const row = found(id, scope);
        if (row.state !== 'asked') throw new AppError('CONFLICT', 'this was decided already');
        if (decision === 'approve')
          gate.assertMayApprove(actor, { act: 'sample-approve', thing: id, devices: [row.device] });
        const at = clock();
        const state = decision === 'approve' ? 'approved' : 'declined';
        store.decide({ id, state, at, by: actorRef(actor), deadlineAt: at + approvalMs });
        events.record('sample-decided', {
          device: row.device,
          actor: actorRef(actor),
          params: { sample: id, decision: state },
        });
        return toSample(found(id, scope));
      });
    },
    get: (id, scope) => toSample(found(id, scope)),
    list: ({ scope, limit }) => store.list(limit, scope).map(toSample),
    takeOpen: (device) => {
      const open = openOn(device).filter(
        ({ id, state }) => (state === 'approved' || state === 'sent') && told.first(id),
      );
      return open.map((row) => {
        store.setState(row.id, 'sent');
        return {
          id: row.id,
          sql: carveQuery(personal.decrypt(row.path) ?? ''),
        };
      });
    },
    answer: (device, id, { status, rows }) => {
      const row = store.byId(id, ofAgent);
      const isOpen = row !== undefined && (row.state === 'sent' || row.state === 'receiving');
      // Once: a later answer does not rename what was asked.
      if (!isOpen || row.device !== device || row.requestId !== null) return;
      const path = personal.decrypt(row.path);
      const made = rows.filter((one) => one['path'] === path).map((one) => one['request_id'] || one['carve_guid']);
      const [request] = made;
      const isNamed = made.length === 1 && typeof request === 'string' && request !== '' && request.length <= 200;
      immediate(db, () => {
        if (status !== 0) store.fail(id, 'QUERY');
        else if (!isNamed || rows.length !== 1) store.fail(id, 'REQUEST');
        else if (row.sessionRequestId !== null && row.sessionRequestId !== request) {
          // The answer is to another request: an earlier one, or one that was not approved.
          store.fail(id, 'REQUEST');
          refuse('other-request', device);
        } else {
          store.setRequest(id, request);
          if (isWhole(row)) complete(found(id, ofAgent));
        }
      });
    },
    begin: (device, { requestId, blockCount, blockBytes, sizeBytes }) => {
      // Not in one transaction: what a refusal leaves behind stays.
      const all = openOn(device);
      const open = all.filter(({ state }) => state === 'sent');
      // The reply to the first call may have been lost.
      const begun = all.find(
        (row) => row.state === 'receiving' && row.receivedBlocks === 0 && row.sessionRequestId === requestId,
      );
      const own = begun ?? open.find((row) => row.requestId === requestId || ownName(row) === requestId);
      // The transfer may begin before the answer that names it. It is taken where one sample can be meant, and is kept
      // only when the answer names this request.
      const unnamed = open.filter((row) => row.requestId === null);
      const row = own ?? (requestId !== '' && unnamed.length === 1 ? unnamed[0] : undefined);
      if (row === undefined) throw refuse('no-approved-sample', device);
      if (sizeBytes > row.maxBytes) {
        store.fail(row.id, 'TOO_LARGE');
        throw new AppError('TOO_LARGE', 'the file is larger than what was approved');
      }
      const fits =
        blockBytes >= 1 &&
        blockBytes <= maxBlockBytes &&
        blockCount >= 1 &&
        blockCount <= maxBlocks &&
        Math.ceil(sizeBytes / blockBytes) === blockCount;
      if (!fits) throw new AppError('MALFORMED', 'the numbers of the transfer do not fit together');
      const session = Buffer.from(randomBytes(32)).toString('hex');
      immediate(db, () => store.begin({ id: row.id, session, requestId, blockBytes, blockCount, sizeBytes }));
      return session;
    },
    block: ({ session, requestId, block, data }) => {
      // Refused by another transaction than the one that would have stored it: the event stays.
      const row = store.bySession(session);
      const isOpen = row !== undefined && row.state === 'receiving' && (row.deadlineAt ?? 0) > clock();
      if (!isOpen || (requestId !== '' && requestId !== row.sessionRequestId)) throw refuse('no-open-session');
      if (block < row.receivedBlocks) return;
      const { blockBytes, blockCount, sizeBytes } = row;
      const bytes = Buffer.from(data, 'base64');
      const isLast = blockCount !== null && block === blockCount - 1;
      const expected = isLast ? (sizeBytes ?? 0) - (blockBytes ?? 0) * block : blockBytes;
      if (block !== row.receivedBlocks || isWhole(row) || bytes.length !== expected)
        throw new AppError('MALFORMED', 'not the block that is next');
      immediate(db, () => {
        store.addBlock(row.id, block, personal.encrypt(personOf(row.id), bytes.toString('base64')));
        // Until the answer has named the request, it may be another one's.
        const now = found(row.id, ofAgent);
        if (isLast && (now.requestId !== null || ownName(now) === now.sessionRequestId)) complete(now);
      });
    },
    read: (actor, id) => {
      const row = found(id, scopeOf(actor, 'queries:write'));
      if (row.state !== 'received') throw new AppError('CONFLICT', 'the file is not here');
      events.record('sample-read', { device: row.device, actor: actorRef(actor), params: { sample: id } });
      return plainBlocks(id);
    },
    trim: () => {
      const ids = store.old(clock() - keptMs);
      for (const id of ids) {
        personal.erase(personOf(id));
        immediate(db, () => store.drop(id));
      }
      return ids.length;
    },
  };
};
