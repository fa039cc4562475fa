import { limits } from '@sallyport/bundle-tools/documents/limits';
import type { ReceiptPredicate } from '@sallyport/bundle-tools/documents/receipt';
import { nextCustodyLine } from '@sallyport/bundle-tools/host/custody-add';
import { chainBeside } from '@sallyport/bundle-tools/importer/custody-beside';
import type { ImportVerdict } from '@sallyport/bundle-tools/importer/verdict';
import type { SiteKeys } from './keys.ts';

type ReceiptScan = NonNullable<ReceiptPredicate['scan']>;

/** What of a receipt concerns custody; empty when no whole file was read. */
type CustodyField = Pick<ReceiptPredicate, 'custody'>;

/** Reads the chains that lie beside what was read; the result adds the site's own lines, and needs no medium any more. */
export type CustodyReader = (
  volumes: ImportVerdict['volumes'],
  of: { readonly volumes: number; readonly bundleId: string },
) => (at: string, scan?: ReceiptScan) => CustodyField;

/** The text of a signed line; not parsed, only searched for names. */
const wordsOf = (line: string): string =>
  [...line.matchAll(/"payload":"([A-Za-z0-9+/=]*)"/g)]
    .map(([, payload = '']) => Buffer.from(payload, 'base64').toString('utf8'))
    .join(' ');

/**
 * Lines from the medium are taken as they are and not understood here: they are evidence for the connected host, and a
 * bundle is believed for its signatures alone. The site signs that it imported the file, and that it was scanned.
 */
export const custodyReader =
  (options: {
    readonly paths: readonly string[];
    readonly keys: SiteKeys;
    readonly operator: number;
    /** Whether a text names a device or a person of the site. */
    readonly isNaming: (text: string) => boolean;
  }): CustodyReader =>
  (volumes, of) => {
    const { paths, keys, operator, isNaming } = options;
    const chains = volumes.map(({ n, sha256 }) => ({
      n,
      sha256,
      beside: paths.map((path) => chainBeside(path, sha256)).find((chain) => chain.length > 0) ?? [],
    }));
    // All at once: the search looks at every name of the site.
    const words = chains.flatMap(({ beside }) => beside.map(wordsOf)).join(' ');
    const isSilent = words === '' || !isNaming(words);
    // A line that names a person here stays here with all that follow it; the host sees that they are missing.
    const harmless = (beside: readonly string[]): readonly string[] => {
      const naming = isSilent ? -1 : beside.findIndex((line) => isNaming(wordsOf(line)));
      return naming < 0 ? beside : beside.slice(0, naming);
    };
    const found = chains.map(({ n, sha256, beside }) => ({ n, sha256, lines: harmless(beside) }));
    return (at, scan) => {
      let room = limits.custodyReceiptBytes;
      const custody: NonNullable<ReceiptPredicate['custody']> = [];
      for (const { n, sha256, lines: held } of found) {
        // The receipt leaves the site: what the medium is called, and where it was, stays here.
        const medium = `${of.bundleId.slice(0, 8)} ${n} of ${of.volumes}`;
        const line = { person: operator, medium, sha256, at };
        const lines = [...held];
        if (scan !== undefined) lines.push(nextCustodyLine(lines, { ...line, step: 'scan' }, keys.sign));
        lines.push(nextCustodyLine(lines, { ...line, step: 'import' }, keys.sign));
        room -= lines.reduce((bytes, text) => bytes + text.length, 0);
        if (room < 0) break;
        custody.push({ sha256, lines });
      }
      return custody.length === 0 ? {} : { custody };
    };
  };
