import { parseStrictJson } from '@sallyport/bundle-tools/documents/strict-json';
import { parseDay } from '../../platform/civil-time.ts';
import { csvEncoding, csvText } from '../../platform/csv/bytes.ts';
import { csvDelimiter, csvRows, withoutHint } from '../../platform/csv/parse.ts';
import { AppError } from '../../platform/errors.ts';
import { cleanLine } from '../../platform/text.ts';
import { approvalPresets, stateOfWord } from './approval-presets.ts';
import {
  APPROVAL_FIELDS,
  type ApprovalField,
  type ApprovalPreset,
  maxListBytes,
  type RowFault,
  type RowFaultCode,
  type VerdictRow,
} from './types.ts';

// A vendor's list as rows (OT 6): the neutral CSV or JSON with one patch for one product and version in each. What is wrong
// with a row is shown beside it and costs nothing but that row. Lists in the standard's exchange format would come in
// through another reader of this form; its schema is not public, so there is none.

type ApprovalList = { readonly rows: readonly VerdictRow[]; readonly faults: readonly RowFault[] };

/** How a list becomes rows; the slot for further formats. */
type ApprovalReader = (bytes: Uint8Array) => Iterable<RawRow>;
type RawRow = { readonly line: number; readonly values: Readonly<Partial<Record<ApprovalField, string>>> };

const maxRows = 20_000;
const longest: Readonly<Record<ApprovalField, number>> = {
  vendor: 128,
  product: 256,
  productVersion: 128,
  patchId: 128,
  supersedes: 128,
  vendorState: 64,
  testedDate: 32,
  remarks: 2_000,
  sha256: 64,
};

const plainName = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
const fieldByName = new Map(APPROVAL_FIELDS.map((field) => [plainName(field), field]));

const readCsvList: ApprovalReader = function* (bytes) {
  const text = csvText(bytes, csvEncoding(bytes));
  const rows = csvRows(withoutHint(text), csvDelimiter(text));
  const head = rows.next();
  if (head.done) throw new AppError('MALFORMED', 'the list is empty', { line: 1 });
  const fields = head.value.cells.map((cell) => fieldByName.get(plainName(cell)));
  if (!fields.includes('patchId') || !fields.includes('vendorState'))
    throw new AppError('MALFORMED', 'the first line names no patchId and vendorState', { line: head.value.line });
  for (const { line, cells } of rows) {
    const values: Partial<Record<ApprovalField, string>> = {};
    fields.forEach((field, at) => {
      if (field !== undefined) values[field] = cells[at] ?? '';
    });
    yield { line, values };
  }
};

const readJsonList: ApprovalReader = function* (bytes) {
  const parsed: unknown = parseStrictJson(withoutMark(bytes), { maxBytes: maxListBytes });
  const list = Array.isArray(parsed) ? parsed : (parsed as { approvals?: unknown } | null)?.approvals;
  if (!Array.isArray(list)) throw new AppError('MALFORMED', 'neither a list nor an object with approvals');
  for (const [at, entry] of (list as unknown[]).entries()) {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
      throw new AppError('MALFORMED', `entry ${at + 1} is no object`, { line: at + 1 });
    const values: Partial<Record<ApprovalField, string>> = {};
    for (const [name, value] of Object.entries(entry)) {
      const field = fieldByName.get(plainName(name));
      if (field !== undefined && (typeof value === 'string' || typeof value === 'number'))
        values[field] = String(value);
    }
    yield { line: at + 1, values };
  }
};

const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

const isJson = (bytes: Uint8Array): boolean =>
  /^\s*[[{]/.test(Buffer.from(withoutMark(bytes).subarray(0, 64)).toString('latin1'));

const readerOf = (bytes: Uint8Array): ApprovalReader => (isJson(bytes) ? readJsonList : readCsvList);

const cleaned = (raw: RawRow, vendor: string | undefined): Record<ApprovalField, string> => {
  const values = Object.fromEntries(
    APPROVAL_FIELDS.map((field) => [field, cleanLine(raw.values[field] ?? '').trim()]),
  ) as Record<ApprovalField, string>;
  if (values.vendor === '' && vendor !== undefined) values.vendor = vendor;
  return values;
};

/** Reads a list: good rows, and what is wrong with the others. MALFORMED, TOO_LARGE for a list that is none. */
export const readApprovals = (bytes: Uint8Array, preset: ApprovalPreset): ApprovalList => {
  if (bytes.length > maxListBytes) throw new AppError('TOO_LARGE', `a list has at most ${maxListBytes} bytes`);
  const rows: VerdictRow[] = [];
  const faults: RowFault[] = [];
  const seen = new Set<string>();
  let count = 0;
  for (const raw of readerOf(bytes)(bytes)) {
    count += 1;
    if (count > maxRows) throw new AppError('TOO_LARGE', `a list has at most ${maxRows} rows`);
    const { line } = raw;
    const values = cleaned(raw, approvalPresets[preset].vendor);
    const own: RowFault[] = [];
    const wrong = (field: ApprovalField, code: RowFaultCode): void => void own.push({ line, field, code });
    for (const field of ['vendor', 'product', 'patchId', 'vendorState'] as const)
      if (values[field] === '') wrong(field, 'missing');
    for (const field of APPROVAL_FIELDS) if (values[field].length > longest[field]) wrong(field, 'too-long');
    const verdict = stateOfWord(values.vendorState, preset);
    if (verdict === undefined && values.vendorState !== '') wrong('vendorState', 'unknown-word');
    const day = values.testedDate === '' ? undefined : parseDay(values.testedDate.slice(0, 10));
    if (values.testedDate !== '' && day === undefined) wrong('testedDate', 'not-a-day');
    const sha256 = values.sha256.toLowerCase();
    if (sha256 !== '' && !/^[0-9a-f]{64}$/.test(sha256)) wrong('sha256', 'not-a-hash');
    const key = [values.vendor, values.product, values.productVersion, values.patchId].join('\u001f').toLowerCase();
    // Two lines about the same patch: which of them is meant is unknown.
    if (own.length === 0 && seen.has(key)) wrong('patchId', 'twice');
    seen.add(key);
    if (own.length > 0 || verdict === undefined) {
      faults.push(...own);
      continue;
    }
    rows.push({
      line,
      verdict,
      testedOn: day === undefined ? null : Date.UTC(day.year, day.month - 1, day.day),
      patch: {
        patchId: values.patchId,
        vendor: values.vendor,
        product: values.product,
        productVersion: values.productVersion,
        ...(values.supersedes === '' ? {} : { supersedes: values.supersedes }),
        ...(values.remarks === '' ? {} : { remarks: values.remarks }),
        ...(sha256 === '' ? {} : { sha256 }),
      },
    });
  }
  return { rows, faults };
};
