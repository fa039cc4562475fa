import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withoutHome } from '@sallyport/bundle-tools/protocol/home-path';
import * as z from 'zod';
import { type Item, item, sortItems } from '../collectors/collector.ts';

// What a security product tells through the agent: a file of its own in the folder `products` of the agent, which only the
// administrator of the device can write to. A file holds what the product says of itself and the lists of the files that it
// keeps; the files stay where they are.

const text = (max: number) => z.string().max(max);
const time = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
const state = z.enum(['on', 'off', 'paused', 'failing', 'unknown']);
const maxFiles = 20_000;

const keptFile = z.strictObject({
  number: text(200),
  name: text(255),
  path: text(1024).transform(withoutHome).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  sizeBytes: z.int().min(0).optional(),
  placedAt: time.optional(),
  threat: text(256).optional(),
  state: z.enum(['infected', 'suspicious', 'cured', 'clean', 'restored', 'deleted', 'unknown']).optional(),
  account: text(256).optional(),
});

const productReport = z.strictObject({
  format: z.literal('sallyport-product/1'),
  product: text(256).min(1),
  protection: z
    .strictObject({
      kind: z.enum(['antivirus', 'antispyware', 'firewall', 'detection', 'control', 'other']),
      publisher: text(256).optional(),
      version: text(100).optional(),
      state: state.optional(),
      realTime: state.optional(),
      databaseState: z.enum(['current', 'old', 'unknown']).optional(),
      databaseVersion: text(100).optional(),
      databaseAt: time.optional(),
      lastScanAt: time.optional(),
      threatsFound: z.int().min(0).optional(),
      threatsNotCured: z.int().min(0).optional(),
      components: z.array(text(200)).max(256).optional(),
      settings: z.array(text(500)).max(256).optional(),
      tasks: z.array(text(300)).max(256).optional(),
      activeLicence: text(200).optional(),
      reserveLicence: text(200).optional(),
      licenceUntil: time.optional(),
      installedAt: time.optional(),
      installId: text(200).optional(),
      reportedStatus: text(200).optional(),
      reportedTags: z.array(text(200)).max(256).optional(),
      reportedUpdates: z.array(text(300)).max(256).optional(),
    })
    .optional(),
  backup: z.array(keptFile).max(maxFiles).optional(),
  quarantine: z.array(keptFile).max(maxFiles).optional(),
});
type ProductReport = z.infer<typeof productReport>;

const maxReports = 100;
const maxBytes = 8 * 1024 * 1024;

/** The reports of a folder, by the names of their files; a file that is no report is an error that names it. */
export const readProductReports = (folder: string | undefined): ProductReport[] => {
  if (folder === undefined || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  if (names.length > maxReports) throw new Error(`${folder} holds more than ${maxReports} reports`);
  return names.map((name) => {
    const path = join(folder, name);
    if (statSync(path).size > maxBytes) throw new Error(`${path} is larger than ${maxBytes} bytes`);
    const parsed = productReport.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  });
};

/** The item of each product that says something of itself. */
export const protectionItems = (reports: readonly ProductReport[]): Item[] =>
  reports.flatMap(({ product, protection }) => (protection === undefined ? [] : [item({ product, ...protection })]));

/** The files that products keep; undefined where no product tells of any. */
export const keptFileItems = (reports: readonly ProductReport[], list: 'backup' | 'quarantine'): Item[] | undefined => {
  const told = reports.filter((report) => report[list] !== undefined);
  if (told.length === 0) return undefined;
  const items = told.flatMap(({ product, [list]: files = [] }) => files.map((file) => item({ product, ...file })));
  return sortItems(items, 'product', 'number');
};
