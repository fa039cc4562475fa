import type { Ctx } from '../context.ts';

/** How many devices are held back, by what. */
export type Held = Readonly<Record<string, number>>;

/** What nothing will happen for yet, a line for each cause. */
export const HeldNotes = ({ ctx, held }: { ctx: Ctx; held: Held }) => (
  <>
    {Object.entries(held).map(([code, n]) =>
      n === 0 ? null : (
        <p class="second">
          {ctx.t('deployments.heldDevices', { n, why: ctx.tDynamic(`deployments.hold.${code}`) })}{' '}
          <code translate="no">{code}</code>
        </p>
      ),
    )}
  </>
);
