import { raw } from 'hono/html';
import { FingerprintWords } from '../components/fingerprint-words.tsx';
import { Hash } from '../components/text.tsx';
import type { Ctx } from '../context.ts';

/** A fingerprint as people compare it; `qrSvg` is a drawing that the server made itself. */
export type FingerprintProps = { readonly hex: string; readonly words: string; readonly qrSvg: string };

/** A fingerprint in hex, in numbered words and as a code to scan. */
export const Fingerprint = ({ ctx, hex, words, qrSvg }: FingerprintProps & { ctx: Ctx }) => (
  <div class="fingerprint">
    <div>
      <Hash value={hex} />
      <FingerprintWords words={words.split(' ')} />
      <small>{ctx.t('fingerprint.how')}</small>
    </div>
    <figure role="img" aria-label={ctx.t('fingerprint.code')}>
      {raw(qrSvg)}
    </figure>
  </div>
);
