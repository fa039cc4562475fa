import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { textTime } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { MediaService, Medium } from './types.ts';

// Media that are plugged in, and what lies on them by its own word.

const { operation } = operationsOver<{ media: MediaService }>({ area: 'exchange', bound: 'site' });

const mediumSchema = z.object({
  name: z.string(),
  path: z.string(),
  label: z.string().optional(),
  fileSystem: z.string().optional(),
  sizeBytes: z.int().optional(),
  freeBytes: z.int(),
  readOnly: z.boolean(),
  fault: z.string().optional().describe('Why it cannot be read, or was not mounted'),
  found: z
    .object({ part: z.string(), detail: z.string() })
    .optional()
    .describe(
      'Of a device that was not mounted: the part of its disk that the reason is about, and what was found there',
    ),
  bundles: z.array(
    z.object({
      path: z.string().describe('One of its files; it stands for all of them'),
      name: z.string(),
      sizeBytes: z.int().describe('Of all its files here'),
      files: z.array(z.string()),
      bundleId: z.string(),
      site: z.string(),
      seq: z.int(),
      issuedAt: textTime,
      volumes: z.int(),
      missing: z.array(z.int()).describe('Volumes that do not lie here'),
      answers: z.int().optional().describe('The open request that it answers'),
      imported: z.int().optional().describe('The receipt of its import'),
    }),
  ),
});

const toRow = ({ content, fault, found, ...medium }: Medium): z.input<typeof mediumSchema> => ({
  name: medium.name,
  path: medium.path,
  ...(medium.label === undefined ? {} : { label: medium.label }),
  ...(medium.fileSystem === undefined ? {} : { fileSystem: medium.fileSystem }),
  ...(medium.sizeBytes === undefined ? {} : { sizeBytes: medium.sizeBytes }),
  freeBytes: medium.freeBytes ?? 0,
  readOnly: medium.readOnly,
  ...defined({ fault, found }),
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

const what = ({ content }: Medium): (string | number | null)[][] => [
  ...(content?.bundles ?? []).map((bundle) => [
    'bundle',
    `${bundle.seq} for ${bundle.site} of ${bundle.issuedAt}`,
    `${bundle.here.length} of ${bundle.volumes} volumes`,
    bundle.imported !== undefined
      ? `imported, receipt ${bundle.imported}`
      : bundle.answers === undefined
        ? 'answers no open request'
        : `answers request ${bundle.answers}`,
    bundle.here.map(({ name }) => name).join(', '),
  ]),
  ...(content?.trustFiles ?? []).map(({ here, issuedAt }) => [
    'trust file',
    `of ${issuedAt}`,
    null,
    null,
    here.map(({ name }) => name).join(', '),
  ]),
  ...(content?.damaged ?? []).map(({ name, code }) => ['damaged', code, null, null, name]),
  ...(
    [
      ['request', content?.requests],
      ['site card', content?.siteCards],
      ['receipt', content?.receipts],
      ['unknown', content?.unknown],
    ] as const
  ).flatMap(([kind, files]) => (files ?? []).map(({ name }) => [kind, null, null, null, name])),
];

/** Longer than any look at a medium takes before it is given up. */
const waitMs = 30_000;

export const mediaOperations = [
  operation({
    name: 'media.rows',
    http: { method: 'get', path: '/exchange/media' },
    right: 'exchange:read',
    summary: 'Media that are plugged in and folders that count as media, with the bundles on them by their own word',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(mediumSchema) }),
    run: async ({ media }) => ({ rows: (await media.list()).map(toRow) }),
  }),
  operation({
    name: 'media.list',
    right: 'exchange:read',
    summary: 'The media that are plugged in, and what lies on them by its own word',
    input: z.strictObject({}),
    output: z.custom<Medium[]>(),
    run: ({ media }) => media.list({ waitMs }),
    command: {
      example: 'sallyport media list --data /var/lib/sallyport --json',
      print: (out, found) => {
        for (const medium of found) {
          const room =
            medium.sizeBytes === undefined ? '' : `, ${medium.freeBytes ?? 0} of ${medium.sizeBytes} bytes are free`;
          out.line(
            `${medium.path}  ${medium.label ?? medium.name}, ${medium.fileSystem ?? (medium.device === undefined ? 'folder' : 'device')}${medium.readOnly ? ', read-only' : ''}${room}`,
          );
          if (medium.found !== undefined)
            out.line(`  not mounted: ${medium.fault} (${medium.found.part} ${medium.found.detail})`);
          else if (medium.fault !== undefined) out.line(`  cannot be read: ${medium.fault}`);
          out.table(['KIND', 'WHAT', 'HERE', 'STATE', 'FILES'], what(medium));
          if (medium.content?.isComplete === false) out.note(`${medium.path}: there is more on it than is looked at`);
        }
        if (found.length === 0) out.note('no medium is plugged in');
      },
    },
  }),
];
