import { checkEvidencePrint, maxEvidenceBytes, openEvidence } from '../documents/evidence.ts';
import { limits } from '../documents/limits.ts';
import { openSiteCard } from '../documents/site-card.ts';
import { BundleError } from '../errors.ts';
import { readBounded } from '../host/read-bounded.ts';
import { sha256Hex } from '../trust/hash.ts';
import { groupHex } from '../trust/keys.ts';
import { type Command, textOption } from './command.ts';
import { argument } from './state-option.ts';

export const evidenceVerify: Command = {
  usage: 'evidence verify FILE.dsse.json --card FILE [--print FILE.pdf --print-signature FILE.dsse.json]',
  example: 'evidence verify evidence-plant-1.dsse.json --card plant-1.site-card.json',
  options: {
    card: { required: true, value: 'FILE', help: 'the site card, compared before' },
    print: { value: 'FILE', help: 'the PDF of the pack' },
    'print-signature': { value: 'FILE', help: 'the signature over the PDF' },
  },
  positionals: [1, 1],
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
