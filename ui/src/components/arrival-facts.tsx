import { useCtx } from '../context.ts';
import { FingerprintWords } from './fingerprint-words.tsx';
import { Facts } from './panel.tsx';
import { Status } from './status.tsx';

/** What a person compares with the device before letting it in. */
export type ArrivalFactsOf = {
  readonly from: string;
  readonly macs: readonly string[];
  readonly serial: string;
  /** Of the fingerprint of our own agent's key; other clients have none. */
  readonly words: readonly string[];
};

/** What is known of the device that a client says it is. */
export type KnownHardware = { readonly macs: readonly string[]; readonly serial: string };

/** What a client says, and beside it what is known, marked where it is another. */
const Beside = ({ claimed, known }: { readonly claimed: string; readonly known: string | undefined }) => {
  const ctx = useCtx();
  const shown = claimed === '' ? ctx.t('common.unknown') : claimed;
  if (known === undefined) return <>{shown}</>;
  // What neither side says agrees in nothing.
  if (known === '' && claimed === '')
    return (
      <>
        {shown} <div class="small">{ctx.t('arrivals.neither')}</div>
      </>
    );
  const differs = known !== claimed;
  const words = ctx.t(differs ? 'arrivals.differs' : 'arrivals.same', {
    known: known === '' ? ctx.t('common.unknown') : known,
  });
  return (
    <>
      {shown} <div class="small">{differs ? <Status level="warning">{words}</Status> : words}</div>
    </>
  );
};

type Row = readonly [label: string, value: string];

/** `rows` stand before them. */
export const ArrivalFacts = ({
  of,
  rows = [],
  known,
}: {
  readonly of: ArrivalFactsOf;
  readonly rows?: readonly Row[];
  readonly known?: KnownHardware | undefined;
}) => {
  const ctx = useCtx();
  return (
    <Facts
      rows={[
        ...rows,
        [ctx.t('arrivals.from'), of.from] as const,
        [
          ctx.t('arrivals.macs'),
          <Beside claimed={[...of.macs].sort().join(', ')} known={known && [...known.macs].sort().join(', ')} />,
        ] as const,
        [ctx.t('arrivals.serial'), <Beside claimed={of.serial} known={known?.serial} />] as const,
        [ctx.t('arrivals.words'), of.words.length === 0 ? '' : <FingerprintWords words={of.words} />] as const,
      ].map(([label, value]) => [label, value === '' ? ctx.t('common.unknown') : value] as const)}
    />
  );
};
