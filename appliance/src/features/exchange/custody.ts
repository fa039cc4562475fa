import { limits } from '@sallyport/bundle-tools/documents/limits';
import type { ReceiptPredicate } from '@sallyport/bundle-tools/documents/receipt';
import { nextCustodyLine } from '@sallyport/bundle-tools/host/custody-add';
import { chainBeside } from '@sallyport/bundle-tools/importer/custody-beside';
import type { ImportVerdict } from '@sallyport/bundle-tools/importer/verdict';
import type { SiteKeys } from './keys.ts';

export type ReceiptScan = NonNullable<ReceiptPredicate['scan']>;

/** What of a receipt concerns custody; empty when no whole file was read. */
export type CustodyField = Pick<ReceiptPredicate, 'custody'>;

/** Adds the site's own lines to the chains that lie beside what was read. */
export type CustodyWriter = (
  volumes: ImportVerdict['volumes'],
  of: { readonly volumes: number; readonly bundleId: string },
  at: string,
  scan?: ReceiptScan,
) => CustodyField;

/** The text of a signed line; not parsed, only searched for names. */
const wordsOf = (line: string): string =>
  [...line.matchAll(/"payload":"([A-Za-z0-9+/=]*)"/g)]
    .map(([, payload = '']) => Buffer.from(payload, 'base64').toString('utf8'))
    .join(' ');

/**
 * Lines from the medium are taken as they are and not understood here: they are evidence for the connected host, and a
 * bundle is believed for its signatures alone. The site signs that it imported the file, and that it was scanned.
 */
export const custodyWriter =
  (options: {
    readonly paths: readonly string[];
    readonly keys: SiteKeys;
    readonly operator: number;
    /** Whether a text names a device or a person of the site. */
    readonly isNaming: (text: string) => boolean;
  }): CustodyWriter =>
  (volumes, of, at, scan) => {
    const { paths, keys, operator } = options;
    let room = limits.custodyReceiptBytes;
    const chains: NonNullable<ReceiptPredicate['custody']> = [];
    for (const { n, sha256 } of volumes) {
      const beside = paths.map((path) => chainBeside(path, sha256)).find((chain) => chain.length > 0) ?? [];
      // A line that names somebody here stays here with all that follow it; the host sees that they are missing.
      const naming = beside.findIndex((line) => options.isNaming(wordsOf(line)));
      const found = naming < 0 ? beside : beside.slice(0, naming);
      // The receipt leaves the site: what the medium is called, and where it was, stays here.
      const medium = `${of.bundleId.slice(0, 8)} ${n} of ${of.volumes}`;
      const line = { person: operator, medium, sha256, at };
      const lines = [...found];
      if (scan !== undefined) lines.push(nextCustodyLine(lines, { ...line, step: 'scan' }, keys.sign));
      lines.push(nextCustodyLine(lines, { ...line, step: 'import' }, keys.sign));
      room -= lines.reduce((bytes, text) => bytes + text.length, 0);
      if (room < 0) break;
      chains.push({ sha256, lines });
    }
    return chains.length === 0 ? {} : { custody: chains };
  };
