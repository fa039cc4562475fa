import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, fileRoute, jsonRoute } from '../../server/api/route.ts';
import { time } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import type { Medium } from '../media/types.ts';

const kindNames = ['host', 'domain', 'address', 'mac', 'account', 'person', 'serial', 'machine'] as const;

const stateSchema = z.object({
  site: z.string(),
  name: z.string(),
  trust: z
    .object({
      rootVersion: z.int(),
      rootSha256: z.string(),
      roles: z.array(z.object({ role: z.string(), version: z.int(), expires: time })),
      sealedTo: z.array(z.string()).describe('SHA-256 of each host key that requests are sealed to'),
    })
    .nullable()
    .describe('null: no trust was imported yet; nothing can be sealed or imported'),
  seq: z.int(),
  seqBroadcast: z.int(),
  lastBundle: z.string().optional(),
  inventory: z.string().optional(),
  floor: time,
  requestNumber: z.int(),
  openRequests: z.array(
    z.object({
      number: z.int(),
      requestId: z.string(),
      createdAt: time,
      file: z.string(),
      sizeBytes: z.int(),
      digest: z.string(),
    }),
  ),
});

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

const mediumSchema = z.object({
  name: z.string(),
  path: z.string(),
  label: z.string().optional(),
  fileSystem: z.string().optional(),
  sizeBytes: z.int().optional(),
  freeBytes: z.int(),
  readOnly: z.boolean(),
  fault: z.string().optional().describe('Why it cannot be read'),
  bundles: z.array(
    z.object({
      path: z.string().describe('One of its files; it stands for all of them'),
      name: z.string(),
      sizeBytes: z.int().describe('Of all its files here'),
      files: z.array(z.string()),
      bundleId: z.string(),
      site: z.string(),
      seq: z.int(),
      issuedAt: time,
      volumes: z.int(),
      missing: z.array(z.int()).describe('Volumes that do not lie here'),
      answers: z.int().optional().describe('The open request that it answers'),
      imported: z.int().optional().describe('The receipt of its import'),
    }),
  ),
});

const mediumRow = ({ content, fault, ...medium }: Medium): z.infer<typeof mediumSchema> => ({
  name: medium.name,
  path: medium.path,
  ...(medium.label === undefined ? {} : { label: medium.label }),
  ...(medium.fileSystem === undefined ? {} : { fileSystem: medium.fileSystem }),
  ...(medium.sizeBytes === undefined ? {} : { sizeBytes: medium.sizeBytes }),
  freeBytes: medium.freeBytes ?? 0,
  readOnly: medium.readOnly,
  ...(fault === undefined ? {} : { fault }),
  bundles: (content?.bundles ?? []).map(({ here, bundleId, site, seq, issuedAt, volumes, missing, ...bundle }) => ({
    path: here[0]?.path ?? '',
    name: here[0]?.name ?? '',
    sizeBytes: here.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    files: here.map(({ name }) => name),
    bundleId,
    site,
    seq,
    issuedAt,
    volumes,
    missing: [...missing],
    ...(bundle.answers === undefined ? {} : { answers: bundle.answers }),
    ...(bundle.imported === undefined ? {} : { imported: bundle.imported }),
  })),
});

const knowledgeSchema = z.object({
  feed: z.string(),
  newest: time.optional(),
  importedAt: time,
  ageDays: z.int().optional(),
  limitDays: z.int(),
  stale: z.boolean(),
});

const receiptSchema = z.object({
  number: z.int(),
  createdAt: time,
  result: z.enum(['imported', 'partial', 'refused']),
  code: z.string(),
  bundleId: z.string().optional(),
  seq: z.int().optional(),
  digest: z.string(),
  acknowledgedAt: time.optional().describe('When a bundle showed that the host holds it'),
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

/** What leaves the site: state, the request, receipts, the site card. */
export const exchangeRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { exchange, media, paths } = parts;
  for (const [schema, id] of [
    [stateSchema, 'ExchangeState'],
    [previewSchema, 'RequestPreview'],
    [knowledgeSchema, 'Knowledge'],
    [receiptSchema, 'Receipt'],
  ] as const)
    names.add(schema, { id });
  const tag = 'exchange' as const;
  const read = 'exchange:read' as const;
  const write = 'exchange:write' as const;
  // The same folder that the console writes to and offers from.
  const requestsDir = join(paths.staging, 'requests');

  return [
    jsonRoute({
      method: 'get',
      path: '/exchange',
      tag,
      right: read,
      summary: 'Trust, counters and open requests',
      response: stateSchema,
      handle: () => exchange.state(),
    }),
    jsonRoute({
      method: 'get',
      path: '/exchange/knowledge',
      tag,
      right: read,
      summary: 'How old the advisories of each feed are',
      response: z.object({ rows: z.array(knowledgeSchema) }),
      handle: () => ({ rows: exchange.knowledge() }),
    }),
    jsonRoute({
      method: 'get',
      path: '/exchange/request',
      tag,
      right: read,
      summary: 'What would leave; nothing is written and no number is used',
      response: previewSchema,
      handle: () => {
        const { counterProof, ...preview } = exchange.preview();
        const leaks = counterProof.leaks.map(({ kind, field }) => ({ kind, field }));
        return { ...preview, counterProof: { searched: counterProof.searched, leaks } };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/exchange/media',
      tag,
      right: read,
      summary: 'Media that are plugged in and folders that count as media, with the bundles on them by their own word',
      response: z.object({ rows: z.array(mediumSchema) }),
      handle: async () => ({ rows: (await media.list()).map(mediumRow) }),
    }),
    jsonRoute({
      method: 'post',
      path: '/exchange/requests',
      tag,
      right: write,
      summary: 'Writes a request, signed and sealed, to a medium or to be downloaded',
      body: z.strictObject({
        number: z.int().min(1).describe('The number of the preview: what was looked at is what is written'),
        medium: z.string().max(4_096).optional().describe('One of the media; absent: the file is kept for download'),
      }),
      status: 201,
      response: z.object({
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
      handle: async ({ actor, body: { number, medium } }) => {
        if (exchange.state().requestNumber + 1 !== number)
          throw new AppError('CONFLICT', 'another request was written meanwhile; look at what would leave now');
        if (medium === undefined) mkdirSync(requestsDir, { recursive: true, mode: 0o700 });
        const { path, ...written } =
          medium === undefined
            ? exchange.exportRequest(actor, requestsDir)
            : await media.withWritable(medium, (folder) => exchange.exportRequest(actor, folder));
        return { ...written, file: path.slice(path.lastIndexOf('/') + 1) };
      },
    }),
    fileRoute({
      method: 'get',
      path: '/exchange/requests/{number}/file',
      tag,
      right: write,
      summary: 'An open request that was kept for download: signed, and sealed to the host',
      params: z.strictObject({ number: z.int().min(1) }),
      type: 'application/octet-stream',
      handle: ({ params: { number } }) => {
        const request = exchange.state().openRequests.find((row) => row.number === number);
        const path = request === undefined ? '' : join(requestsDir, request.file);
        if (request === undefined || !existsSync(path)) throw new AppError('NOT_FOUND', 'the file is not here');
        return { name: request.file, body: new Uint8Array(readFileSync(path)) };
      },
    }),
    fileRoute({
      method: 'post',
      path: '/exchange/site-card',
      tag,
      right: write,
      summary: 'The site card in force; a new one is made when what it says has changed',
      type: 'application/json',
      handle: ({ actor }) => {
        const { bytes, fingerprint } = exchange.siteCard(actor);
        return {
          name: `${exchange.state().site}.site-card.json`,
          body: bytes,
          headers: { 'Sallyport-Fingerprint': fingerprint },
        };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/exchange/receipts',
      tag,
      right: read,
      summary: 'Receipts, the newest first',
      query: z.strictObject(down),
      response: z.object({ rows: z.array(receiptSchema), total: z.int(), next: z.int().nullable() }),
      handle: ({ query: { limit, before } }) => {
        const { rows, total } = exchange.receipts({ limit, ...(before === undefined ? {} : { before }) });
        return { rows, total, next: older(rows, limit, (row) => row.number) };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/exchange/receipts/{number}',
      tag,
      right: read,
      summary: 'One receipt with what it states and its signed form',
      params: z.strictObject({ number: z.int().min(1) }),
      response: receiptSchema.extend({
        prev: z.string().nullable(),
        predicate: z.record(z.string(), z.unknown()),
        envelope: z.string().describe('The DSSE envelope, base64'),
      }),
      handle: ({ params: { number } }) => {
        const { envelope, ...receipt } = exchange.receipt(number);
        return { ...receipt, envelope: Buffer.from(envelope).toString('base64') };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/exchange/receipts/verify',
      tag,
      right: read,
      summary: 'Verifies the chain of receipts: signatures, numbers, links',
      response: z.object({
        ok: z.boolean(),
        length: z.int().optional(),
        brokenAt: z.int().optional(),
        reason: z.string().optional(),
      }),
      handle: () => exchange.verifyReceiptsInTurns(),
    }),
  ];
};
