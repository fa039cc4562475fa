import { createHash } from 'node:crypto';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { ExchangeService } from '../exchange/service.ts';
import type { IdentificationService } from '../identification/service.ts';
import type { EvidenceSources, IdentificationJob, MediaImport } from './evidence-types.ts';

// What other features know of a period, as evidence holds it.

const receiptPage = 500;
const packetPage = 1_000;
const mostPackets = 200_000;

type SourceParts = {
  objects: Pick<ObjectService, 'ofAnyKind'>;
  events: Pick<EventService, 'verifyChain'>;
  exchange: Pick<ExchangeService, 'receipts' | 'signingKey'>;
  identification: Pick<IdentificationService, 'list' | 'runs' | 'packets' | 'planOfRun'>;
};

/** Readers over the other services. */
export const evidenceSources = ({ objects, events, exchange, identification }: SourceParts): EvidenceSources => {
  /** Over the hashes of the packets of a run, in the order in which they left. */
  const logOf = (run: number): { packets: number; sha256: string | null } => {
    const digest = createHash('sha256');
    let packets = 0;
    for (let after = 0; packets < mostPackets; ) {
      const page = identification.packets(run, after, packetPage);
      for (const packet of page) digest.update(`${packet.at} ${packet.host} ${packet.port} ${packet.sha256}\n`);
      packets += page.length;
      after = page.at(-1)?.id ?? after;
      if (page.length < packetPage) break;
    }
    return { packets, sha256: packets === 0 ? null : digest.digest('hex') };
  };

  const jobs = (from: number, to: number, most: number): IdentificationJob[] =>
    identification
      .list(wholeSite('figures'))
      .flatMap(({ job, approval }) =>
        identification
          .runs(job.id, wholeSite('figures'))
          .filter(({ startedAt }) => startedAt >= from && startedAt < to)
          .map((run): IdentificationJob => {
            const log = logOf(run.id);
            return {
              id: `${job.id}/${run.id}`,
              name: String(job.body['name'] ?? job.id),
              startedAt: run.startedAt,
              endedAt: run.finishedAt,
              askedBy: run.startedBy,
              approvedBy: approval?.by ?? null,
              targets: identification.planOfRun(run)?.targets.length ?? 0,
              packets: log.packets,
              logSha256: log.sha256,
            };
          }),
      )
      .slice(0, most);

  const media = (from: number, to: number, most: number): MediaImport[] => {
    const found: MediaImport[] = [];
    for (let before: number | undefined; found.length < most; ) {
      const { rows } = exchange.receipts({ limit: receiptPage, ...defined({ before }) });
      for (const row of rows) {
        const at = Date.parse(row.createdAt);
        if (at >= from && at < to)
          found.push({
            at: row.createdAt,
            receipt: row.number,
            result: row.result,
            code: row.code,
            bundle: row.bundleId ?? null,
            digest: row.digest,
          });
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < receiptPage || Date.parse(last.createdAt) < from) break;
      before = last.number;
    }
    return found.sort((a, b) => a.receipt - b.receipt);
  };

  return {
    jobs,
    media,
    chain: () => {
      const report = events.verifyChain();
      return report.ok ? { ok: true, length: report.length, head: report.head } : { ok: false, length: report.length };
    },
    signingKey: exchange.signingKey,
    nameOf: (actor) => {
      const [type = '', ...rest] = actor.split(':');
      const id = rest.join(':');
      if (type !== 'account' && type !== 'token') return id || actor;
      const body = objects.ofAnyKind.find(type, id, { deleted: true })?.body;
      return String(body?.['fullName'] ?? body?.['name'] ?? actor);
    },
  };
};
