import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unfulfilledReasons } from '@sallyport/bundle-tools/documents/manifest';
import { fingerprintText, showFingerprint } from '@sallyport/bundle-tools/fingerprint/shown';
import { type DrawnRole, drawTrust } from '@sallyport/bundle-tools/host/trust-drawing';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { groupHex } from '@sallyport/bundle-tools/trust/keys';
import { z } from 'zod';
import type { DataPaths } from '../../platform/config.ts';
import { AppError } from '../../platform/errors.ts';
import { textTime } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { MediaService } from '../media/types.ts';
import { knowledgeSchema } from '../vulnerabilities/types.ts';
import { type KeyDate, keyDateText } from './key-dates.ts';
import type { ExchangeService } from './service.ts';
import type { ExchangeState } from './types.ts';
import { receiptSchema, stateSchema } from './types.ts';
import { nextAbout, unfulfilledLines } from './unfulfilled.ts';
import type { Unreferenced } from './unreferenced-store.ts';

// What leaves the site: state, the request, receipts, the site card; what it trusts and takes for the time.

const { operation, download } = operationsOver<{
  exchange: ExchangeService;
  media: MediaService;
  paths: Pick<DataPaths, 'staging'>;
}>({ area: 'exchange', bound: 'site' });

const kindNames = ['host', 'domain', 'address', 'mac', 'account', 'person', 'serial', 'machine'] as const;

const previewSchema = z.object({
  number: z.int(),
  totalBytes: z.int(),
  groups: z.array(z.object({ name: z.string(), items: z.int(), examples: z.array(z.string()), bytes: z.int() })),
  counterProof: z
    .object({
      searched: z.array(z.object({ what: z.enum(kindNames), values: z.int(), found: z.int() })),
      leaks: z.array(z.object({ kind: z.enum(kindNames), field: z.string() })),
    })
    .describe('The search of the text for every name and address of the site'),
  text: z.string().describe('The whole text, exactly as it would be signed'),
});

const unfulfilledSchema = z.object({
  kind: z
    .string()
    .describe(
      'Kind of the want: `suite`, `newer`, `unread` (both, of a system whose repositories no host reads), `coverage`, `advisory`, `update` …',
    ),
  want: z.string().describe('A system is named: `Debian:13 amd64/trixie-security`'),
  reason: z.string().describe(unfulfilledReasons.join(', ')),
  since: textTime.describe('Of the first answer that did not bring it'),
  next: z.string().describe('What to do about it'),
});

/** The next page of a list that goes down by number. */
const older = <T>(rows: readonly T[], limit: number, numberOf: (row: T) => number): number | null => {
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return last === undefined ? null : numberOf(last);
};

const down = {
  limit: z.int().min(1).max(500).default(50),
  before: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe('The `next` of the page before'),
};

export const exchangeSchemas = {
  ExchangeState: stateSchema,
  RequestPreview: previewSchema,
  Knowledge: knowledgeSchema,
  Unfulfilled: unfulfilledSchema,
  Receipt: receiptSchema,
};

const read = 'exchange:read' as const;
const write = 'exchange:write' as const;
const nothing = z.strictObject({});
const number = z.int().min(1);
const printedReceipts = 1_000;
const printedObjects = 50;

/** The folder that the console writes to and offers from. */
const requestsDir = ({ staging }: Pick<DataPaths, 'staging'>): string => join(staging, 'requests');

export const exchangeOperations = [
  operation({
    name: 'exchange.show',
    http: { method: 'get', path: '/exchange' },
    right: read,
    summary: 'Trust, counters and open requests',
    input: nothing,
    output: stateSchema,
    run: ({ exchange }) => exchange.state(),
  }),
  operation({
    name: 'exchange.knowledge',
    http: { method: 'get', path: '/exchange/knowledge' },
    right: read,
    summary: 'How old the advisories of each feed are',
    input: nothing,
    output: z.object({ rows: z.array(knowledgeSchema) }),
    run: ({ exchange }) => ({ rows: exchange.knowledge() }),
  }),
  operation({
    name: 'exchange.unfulfilled',
    http: { method: 'get', path: '/exchange/unfulfilled' },
    right: read,
    summary: 'What the last answer did not bring, why, and what to do',
    input: nothing,
    output: z.object({ rows: z.array(unfulfilledSchema) }),
    run: ({ exchange }) => ({ rows: exchange.unfulfilled().map((row) => ({ ...row, next: nextAbout(row) })) }),
    command: {
      example: 'sallyport exchange unfulfilled --data /var/lib/sallyport',
      print: (out, { rows }) => {
        for (const line of unfulfilledLines(rows)) out.line(line);
        if (rows.length === 0) out.note('everything that was asked for was brought');
      },
    },
  }),
  operation({
    name: 'request.preview',
    http: { method: 'get', path: '/exchange/request' },
    right: read,
    summary: 'What would leave; nothing is written and no number is used',
    input: nothing,
    output: previewSchema,
    run: ({ exchange }) => {
      const { leakScan, ...preview } = exchange.preview();
      const leaks = leakScan.leaks.map(({ kind, field }) => ({ kind, field }));
      return { ...preview, counterProof: { searched: leakScan.searched, leaks } };
    },
  }),
  operation({
    name: 'request.write',
    http: { method: 'post', path: '/exchange/requests', status: 201 },
    right: write,
    summary: 'Writes a request, signed and sealed, to a medium or to be downloaded',
    input: z.strictObject({
      number: number.describe('The number of the preview: what was looked at is what is written'),
      medium: z.string().max(4_096).optional().describe('One of the media; absent: the file is kept for download'),
    }),
    output: z.object({
      number: z.int(),
      requestId: z.string(),
      file: z.string(),
      sizeBytes: z.int(),
      digest: z.string(),
      sha256: z.string().describe('Of the sealed file'),
      readBack: z
        .enum(['medium', 'memory'])
        .describe('Compared as read past the memory, or, where the file system cannot, maybe out of it'),
    }),
    run: async ({ exchange, media, paths, actor }, { number: wanted, medium }) => {
      if (exchange.state().requestNumber + 1 !== wanted)
        throw new AppError('CONFLICT', 'another request was written meanwhile; look at what would leave now');
      const folder = requestsDir(paths);
      if (medium === undefined) ensureDir(folder, 0o700);
      const { path, ...written } =
        medium === undefined
          ? exchange.exportRequest(actor, folder)
          : await media.withWritable(medium, (writable) => exchange.exportRequest(actor, writable));
      return { ...written, file: path.slice(path.lastIndexOf('/') + 1) };
    },
  }),
  download({
    name: 'request.file',
    http: { method: 'get', path: '/exchange/requests/{number}/file' },
    right: write,
    summary: 'An open request that was kept for download: signed, and sealed to the host',
    input: z.strictObject({ number }),
    file: 'application/octet-stream',
    run: ({ exchange, paths }, { number: wanted }) => {
      const request = exchange.state().openRequests.find((row) => row.number === wanted);
      const path = request === undefined ? '' : join(requestsDir(paths), request.file);
      if (request === undefined || !isThere(path)) throw new AppError('NOT_FOUND', 'the file is not here');
      return { name: request.file, body: new Uint8Array(readFileSync(path)) };
    },
  }),
  download({
    name: 'siteCard.file',
    http: { method: 'post', path: '/exchange/site-card' },
    right: write,
    summary: 'The site card in force; a new one is made when what it says has changed',
    input: nothing,
    file: 'application/json',
    run: ({ exchange, actor }) => {
      const { bytes, fingerprint } = exchange.siteCard(actor);
      return {
        name: `${exchange.state().site}.site-card.json`,
        body: bytes,
        headers: { 'Sallyport-Fingerprint': fingerprint },
      };
    },
  }),
  operation({
    name: 'receipt.page',
    http: { method: 'get', path: '/exchange/receipts' },
    right: read,
    summary: 'Receipts, the newest first',
    input: z.strictObject(down),
    output: z.object({ rows: z.array(receiptSchema), total: z.int(), next: z.int().nullable() }),
    run: ({ exchange }, { limit, before }) => {
      const { rows, total } = exchange.receipts({ limit, ...defined({ before }) });
      return { rows, total, next: older(rows, limit, (row) => row.number) };
    },
  }),
  operation({
    name: 'receipt.list',
    right: read,
    summary: 'What came of each bundle, newest first',
    input: nothing,
    output: z.object({ total: z.int(), receipts: z.array(receiptSchema) }),
    run: ({ exchange }) => {
      const { rows, total } = exchange.receipts({ limit: printedReceipts });
      return { total, receipts: rows };
    },
    command: {
      example: 'sallyport receipt list --data /var/lib/sallyport --json',
      print: (out, { receipts, total }) => {
        out.table(
          ['NUMBER', 'TIME', 'RESULT', 'CODE', 'BUNDLE', 'HOST HAS IT'],
          receipts.map((row) => [
            row.number,
            row.createdAt,
            row.result,
            row.code,
            row.bundleId ?? null,
            row.acknowledgedAt ?? 'not yet',
          ]),
        );
        if (total > receipts.length) out.note(`${total - receipts.length} older ones`);
      },
    },
  }),
  operation({
    name: 'receipt.show',
    http: { method: 'get', path: '/exchange/receipts/{number}' },
    right: read,
    summary: 'One receipt with what it states and its signed form',
    input: z.strictObject({ number }),
    output: receiptSchema.extend({
      prev: z.string().nullable(),
      predicate: z.record(z.string(), z.unknown()),
      envelope: z.string().describe('The DSSE envelope, base64'),
    }),
    run: ({ exchange }, given) => {
      const { envelope, ...receipt } = exchange.receipt(given.number);
      return { ...receipt, envelope: Buffer.from(envelope).toString('base64') };
    },
  }),
  operation({
    name: 'receipt.verify',
    http: { method: 'post', path: '/exchange/receipts/verify' },
    right: read,
    summary: 'Verifies the chain of receipts: signatures, numbers, links',
    input: nothing,
    output: z.object({
      ok: z.boolean(),
      length: z.int().optional(),
      brokenAt: z.int().optional(),
      reason: z.string().optional(),
    }),
    run: ({ exchange }) => exchange.verifyReceiptsInTurns(),
    command: {
      example: 'sallyport receipt verify --data /var/lib/sallyport',
      print: (out, { ok, length, brokenAt, reason }) =>
        out.line(ok ? `${length} receipts, unbroken` : `CHAIN_BROKEN: receipt ${brokenAt} ${reason}`),
      exit: ({ ok }) => (ok ? 0 : 1),
    },
  }),
  operation({
    name: 'trust.show',
    right: read,
    summary: 'Draws what this site trusts: who holds which key, and until when',
    input: nothing,
    output: z.custom<{
      trust: NonNullable<ExchangeState['trust']>;
      roles: readonly DrawnRole[];
      expiring: readonly KeyDate[];
    }>(),
    run: ({ exchange }) => {
      const { trust } = exchange.state();
      const roles = exchange.trustRoles();
      if (trust === null || roles === undefined)
        throw new AppError('NO_ROOT', 'no trust was imported yet; run: sallyport trust import FILE');
      return { trust, roles, expiring: exchange.keyDates() };
    },
    command: {
      example: 'sallyport trust show --data /var/lib/sallyport',
      print: (out, { trust, roles, expiring }) => {
        for (const line of drawTrust(roles)) out.line(line);
        out.line('');
        for (const key of trust.sealedTo) out.line(`seal key   ${groupHex(key)}`);
        out.line(`fingerprint of root ${trust.rootVersion}`);
        for (const line of fingerprintText(trust.rootSha256)) out.line(line);
        for (const date of expiring) out.note(`KEY_EXPIRES_SOON: ${keyDateText(date)}`);
      },
      json: ({ trust: { rootVersion, rootSha256, sealedTo }, roles, expiring }) => ({
        root: { version: rootVersion, sha256: rootSha256, words: showFingerprint(rootSha256).words },
        roles: roles.map(({ role, threshold, keys, file }) => ({
          role,
          keyids: keys.map(({ keyid }) => keyid),
          threshold,
          ...file,
        })),
        sealKeys: sealedTo,
        expiring,
      }),
    },
  }),
  operation({
    name: 'store.gc',
    right: write,
    summary: 'Lists objects that nothing refers to; with --apply removes those that were listed before',
    input: z.strictObject({
      apply: z.boolean().default(false).describe('Remove what an earlier listing has and nothing refers to even now'),
    }),
    output: z.custom<{ applied: boolean; objects: readonly Unreferenced[]; bytes: number }>(),
    run: ({ exchange, actor }, { apply }) => {
      const objects = apply ? exchange.collect(actor) : exchange.unreferenced();
      return { applied: apply, objects, bytes: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
    },
    command: {
      example: 'sallyport store gc --data /var/lib/sallyport',
      print: (out, { applied, objects, bytes }) => {
        for (const { sha256, sizeBytes, listedAt } of objects.slice(0, printedObjects))
          out.line(`${sha256}  ${sizeBytes} bytes, listed ${listedAt}`);
        if (objects.length > printedObjects) out.line(`and ${objects.length - printedObjects} more`);
        out.line(`${objects.length} objects, ${bytes} bytes ${applied ? 'removed' : 'that nothing refers to'}`);
        if (!applied && objects.length > 0) out.note('nothing was removed; to remove them: sallyport store gc --apply');
      },
    },
  }),
];
