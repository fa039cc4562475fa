import { Facts, Panel } from '../components/panel.tsx';
import { Count, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';
import { PatchStateMark } from './patch-marks.tsx';

type PatchPanelProps = {
  readonly ctx: Ctx;
  readonly next: { readonly name: string; readonly from: When; readonly tellBy: When; readonly late: boolean } | null;
  readonly patches: readonly { readonly id: number; readonly patchId: string; readonly state: string }[];
  /** Findings that an accepted risk holds back. */
  readonly accepted: number;
  readonly mitigations: readonly { readonly id: string; readonly name: string; readonly expiresAt: When }[];
};

/** What is planned for a controller: its next window, its patches, what protects it meanwhile. */
export const PatchPanel = ({ ctx, next, patches, mitigations, accepted }: PatchPanelProps) => (
  <Panel title={ctx.t('patches.panel')} link={<To href={paths.windows()}>{ctx.t('controllers.tab.windows')}</To>} body>
    <Facts
      rows={[
        [
          ctx.t('patches.nextWindow'),
          next === null ? (
            ctx.t('patches.noWindow')
          ) : (
            <>
              {next.name}: <Time at={next.from} />
              <div class="small second">
                {next.late ? ctx.t('windows.tellPast') : ctx.t('windows.tellBy', { at: ctx.fmt.date(next.tellBy) })}
              </div>
            </>
          ),
        ],
        ...(accepted === 0
          ? []
          : [[ctx.t('measures.acceptances'), <Count n={accepted} href={paths.measures()} />] as const]),
        ...patches.map(
          (patch) =>
            [
              <To href={paths.patch(patch.id)} translate="no">
                {patch.patchId}
              </To>,
              <PatchStateMark ctx={ctx} state={patch.state} />,
            ] as const,
        ),
        ...mitigations.map(
          (one) =>
            [
              <To href={paths.measures()}>{one.name}</To>,
              ctx.t('patches.until', { at: ctx.fmt.date(one.expiresAt) }),
            ] as const,
        ),
      ]}
    />
    {patches.length === 0 ? <p class="second">{ctx.t('patches.panelNone')}</p> : null}
  </Panel>
);
