import { useCtx } from '../context.ts';

/** The words of a fingerprint, numbered, so that a wrong one is named by its number. */
export const FingerprintWords = ({ words }: { words: readonly string[] }) => {
  const ctx = useCtx();
  return (
    <ol class="words" translate="no" lang="en" aria-label={ctx.t('fingerprint.words')}>
      {words.map((word) => (
        <li>{word}</li>
      ))}
    </ol>
  );
};
