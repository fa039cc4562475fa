import { useCtx } from '../context.ts';
import { FingerprintWords } from './fingerprint-words.tsx';
import { Facts } from './panel.tsx';

/** What a person compares with the device before letting it in. */
export type ArrivalFactsOf = {
  readonly from: string;
  readonly macs: readonly string[];
  readonly serial: string;
  /** Of the fingerprint of our own agent's key; other clients have none. */
  readonly words: readonly string[];
};

type Row = readonly [label: string, value: string];

/** `rows` stand before them. */
export const ArrivalFacts = ({ of, rows = [] }: { readonly of: ArrivalFactsOf; readonly rows?: readonly Row[] }) => {
  const ctx = useCtx();
  return (
    <Facts
      rows={[
        ...rows,
        [ctx.t('arrivals.from'), of.from] as const,
        [ctx.t('arrivals.macs'), of.macs.join(', ')] as const,
        [ctx.t('arrivals.serial'), of.serial] as const,
        [ctx.t('arrivals.words'), of.words.length === 0 ? '' : <FingerprintWords words={of.words} />] as const,
      ].map(([label, value]) => [label, value === '' ? ctx.t('common.unknown') : value] as const)}
    />
  );
};
