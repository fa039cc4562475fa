import { checkEvidencePrint, maxEvidenceBytes, openEvidence } from '../documents/evidence.ts';
import { limits } from '../documents/limits.ts';
import { openSiteCard } from '../documents/site-card.ts';
import { BundleError } from '../errors.ts';
import { readBounded } from '../host/read-bounded.ts';
import { checkReceipts, receiptsIn, takeReceipts } from '../host/receipts.ts';
import { sha256Hex } from '../trust/hash.ts';
import { groupHex } from '../trust/keys.ts';
import { type Command, textOption } from './command.ts';
import { argument, onState, stateOption } from './state-option.ts';

export const receiptTake: Command = {
  usage: 'receipt take DIR --state DIR',
  example: 'receipt take /media/usb/receipts --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  positionals: [1, 1],
  paths: ['input'],
  run: onState(async (state, input) => {
    const sites = takeReceipts(state, argument(input, 0));
    if (sites.length === 0) throw new BundleError('NOT_FOUND', `${argument(input, 0)} holds no receipt`);
    const isRefused = sites.some(({ refused }) => refused !== undefined);
    return {
      json: { sites },
      text: sites.map(({ site, taken, refused }) =>
        refused === undefined
          ? `site ${site}: ${taken} new receipts`
          : `site ${site}: ${refused.code}: ${refused.message}`,
      ),
      ...(isRefused ? { exit: 1 as const } : {}),
    };
  }),
};

export const receiptVerify: Command = {
  usage: 'receipt verify DIR --card FILE',
  example: 'receipt verify /media/usb/receipts --card plant-1.site-card.json',
  options: { card: { required: true, value: 'FILE', path: 'input', help: 'the site card, compared before' } },
  positionals: [1, 1],
  paths: ['input'],
  run: async (input) => {
    const card = openSiteCard(readBounded(textOption(input, 'card') ?? '', limits.siteCardBytes));
    const receipts = receiptsIn(argument(input, 0)).get(card.card.site) ?? [];
    if (receipts.length === 0)
      throw new BundleError('NOT_FOUND', `${argument(input, 0)} holds no receipt of site ${card.card.site}`);
    const chain = checkReceipts(
      {
        name: card.card.site,
        keys: card.card.sign_keys.map((key) => Buffer.from(key, 'base64')),
        from: 1,
        has: () => false,
      },
      receipts,
      undefined,
      false,
    );
    const rows = chain.fresh.map(({ opened: { predicate, digest } }) => ({
      number: predicate.number,
      at: predicate.finished_at,
      result: predicate.result,
      code: predicate.code,
      bundle: predicate.bundle_id ?? null,
      digest,
    }));
    return {
      json: { site: card.card.site, receipts: rows },
      text: [
        ...rows.map((row) => `${row.number}  ${row.at}  ${row.result}  ${row.code}  ${row.bundle ?? ''}`),
        `${rows.length} receipts of site ${card.card.site}, unbroken`,
      ],
    };
  },
};

export const evidenceVerify: Command = {
  usage: 'evidence verify FILE.dsse.json --card FILE [--print FILE.pdf --print-signature FILE.dsse.json]',
  example: 'evidence verify evidence-plant-1.dsse.json --card plant-1.site-card.json',
  options: {
    card: { required: true, value: 'FILE', path: 'input', help: 'the site card, compared before' },
    print: { value: 'FILE', path: 'input', help: 'the PDF of the pack' },
    'print-signature': { value: 'FILE', path: 'input', help: 'the signature over the PDF' },
  },
  positionals: [1, 1],
  paths: ['input'],
  run: async (input) => {
    const { card } = openSiteCard(readBounded(textOption(input, 'card') ?? '', limits.siteCardBytes));
    const keys = card.sign_keys.map((key) => new Uint8Array(Buffer.from(key, 'base64')));
    const bytes = readBounded(argument(input, 0), maxEvidenceBytes * 2);
    const { head } = openEvidence(bytes, keys);
    if (head.site !== card.site)
      throw new BundleError('WRONG_SITE', `the evidence is of site ${head.site}, the card of ${card.site}`);
    const [print, signature] = [textOption(input, 'print'), textOption(input, 'print-signature')];
    if ((print === undefined) !== (signature === undefined))
      throw new BundleError('USAGE', 'give --print and --print-signature together');
    if (print !== undefined && signature !== undefined) {
      const files = {
        evidence: bytes,
        print: readBounded(print, maxEvidenceBytes * 2),
        signature: readBounded(signature, 64 * 1024),
      };
      checkEvidencePrint(files, keys);
    }
    const sha256 = sha256Hex(bytes);
    return {
      json: { verified: true, site: head.site, ...head.period, rows: head.rows, sha256, print: print !== undefined },
      text: [
        `good: evidence of site ${head.site} from ${head.period.from} to ${head.period.to}, ${head.rows} rows`,
        `sha256 ${groupHex(sha256)}`,
        ...(print === undefined ? [] : ['the print is the one that was signed with it']),
      ],
    };
  },
};
