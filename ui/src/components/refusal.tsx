import { useCtx } from '../context.ts';
import { isRefusalCode, refusalCalls } from '../refusals.ts';
import { Facts } from './panel.tsx';

const parts = ['why', 'safety', 'next'] as const;

/** A code of the exchange in words to act on: cause, what it means for safety, what to do, whom to call. */
export const RefusalWords = ({ code, detail }: { code: string; detail?: string | undefined }) => {
  const ctx = useCtx();
  const fields = parts.flatMap((part): (readonly [string, string])[] => {
    const words = ctx.tDynamic(`error.${code}.${part}`, {}, '');
    return words === '' ? [] : [[ctx.t(`refusal.${part}`), words]];
  });
  const isListed = isRefusalCode(code);
  return (
    <Facts
      rows={[
        ...fields,
        ...(isListed ? [[ctx.t('refusal.call'), ctx.t(`refusal.call.${refusalCalls[code]}`)] as const] : []),
        ...(detail === undefined || detail === ''
          ? []
          : [
              [
                ctx.t('refusal.detail'),
                <span lang="en" translate="no">
                  {detail}
                </span>,
              ] as const,
            ]),
      ]}
    />
  );
};

/** Warnings, each with its name, what it means and the next step. */
export const WarningWords = ({ codes }: { codes: readonly string[] }) => {
  const ctx = useCtx();
  return (
    <ul class="reasons">
      {codes.map((code) => (
        <li>
          <strong>{ctx.tDynamic(`error.${code}`, {}, code)}</strong>{' '}
          <code class="dim" translate="no">
            {code}
          </code>
          <RefusalWords code={code} />
        </li>
      ))}
    </ul>
  );
};
