import { Ordinary } from './text.tsx';

/** Why a row has its status: the worst reason, and how many more there are; without one, what the row is. */
export const Reasons = ({ words, other }: { words: readonly string[]; other: string | undefined }) => {
  const [first, ...more] = words;
  if (first === undefined) return <Ordinary other={other} />;
  return (
    <span title={more.length === 0 ? undefined : words.join('; ')}>
      {first}
      {more.length === 0 ? null : <span class="dim"> +{more.length}</span>}
    </span>
  );
};
