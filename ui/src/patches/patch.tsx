import { ErrorSummary } from '../components/form.tsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import { Hash, Time } from '../components/text.tsx';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';
import { PatchDescribe, PatchExtend } from './patch-forms.tsx';
import { PatchHistory } from './patch-history.tsx';
import { DeadlineMark, PatchStateMark, UrgencyMark } from './patch-marks.tsx';
import type { PatchProps } from './patch-model.ts';
import { PatchNext, PatchRequests } from './patch-next.tsx';
import { PatchTargets } from './patch-targets.tsx';

/** One patch: where it stands, what may come next and why not, who signs, its controllers, and what was done. */
export const PatchPage = (props: PatchProps) => {
  const { ctx, patch, history, errors } = props;
  return (
    <Page
      ctx={ctx}
      title={patch.patchId}
      untranslatedTitle
      mark={<PatchStateMark ctx={ctx} state={patch.state} />}
      sub={
        <span translate="no">
          {patch.vendor}, {patch.product} {patch.productVersion}
        </span>
      }
      crumbs={[{ label: ctx.t('patches.title'), href: paths.patches() }]}
    >
      <ErrorSummary
        errors={errors}
        labels={{
          until: ctx.t('patches.field.until'),
          reason: ctx.t('field.reason'),
          comment: ctx.t('common.comment'),
          targetVersion: ctx.t('patches.targetVersion'),
          sha256: ctx.t('patches.sha256'),
          controller: ctx.t('common.controller'),
          clock: ctx.t('patches.deadlineLabel'),
        }}
      />
      {patch.vetoed ? <Notice level="warning" title={ctx.t('patches.vetoed')} /> : null}
      <Panel title={ctx.t('field.state')} body>
        <Facts
          rows={[
            [ctx.t('field.state'), ctx.tDynamic(`patches.state.${patch.state}`)],
            ...(patch.lifecycle === undefined
              ? []
              : [[ctx.t('patches.lifecycle'), <span translate="no">{patch.lifecycle}</span>] as const]),
            ...(patch.until === null
              ? []
              : [
                  [
                    ctx.t('patches.field.until'),
                    <>
                      <Time at={patch.until} />{' '}
                      {patch.fallback === null
                        ? null
                        : ctx.t('patches.fallback', { state: ctx.tDynamic(`patches.state.${patch.fallback}`) })}
                    </>,
                  ] as const,
                ]),
            [
              ctx.t('patches.verdict'),
              <>
                {ctx.tDynamic(`patches.state.${patch.verdict}`)}{' '}
                {patch.verdictOn === null ? null : <Time at={patch.verdictOn} form="date" />}
                {patch.overriddenAt === null ? null : (
                  <div class="small second">
                    {ctx.t('patches.overridden', { at: ctx.fmt.dateTime(patch.overriddenAt) })}
                  </div>
                )}
              </>,
            ],
            [
              ctx.t('patches.testedOn'),
              patch.testedOn === null ? '–' : ctx.tDynamic(`patches.tested.${patch.testedOn}`),
            ],
            ...patch.deadlines.map(
              (one) =>
                [ctx.tDynamic(`patches.deadline.${one.deadline}`), <DeadlineMark ctx={ctx} view={one} />] as const,
            ),
            [
              ctx.t('windows.name'),
              patch.window === null ? (
                '–'
              ) : (
                <>
                  {patch.window.name}: {ctx.fmt.period(patch.window.from, patch.window.until)}
                </>
              ),
            ],
            [ctx.t('patches.targetVersion'), <span translate="no">{patch.targetVersion ?? '–'}</span>],
            [ctx.t('patches.sha256'), patch.sha256 === null ? '–' : <Hash value={patch.sha256} />],
            [ctx.t('patches.supersedes'), <span translate="no">{patch.supersedes ?? '–'}</span>],
            [ctx.t('common.vulnerabilities'), <span translate="no">{patch.vulnerabilities.join(', ') || '–'}</span>],
            [ctx.t('common.decision'), <UrgencyMark ctx={ctx} urgency={patch.urgency} />],
            [ctx.t('patches.remarks'), patch.remarks ?? '–'],
          ]}
        />
      </Panel>
      <PatchRequests {...props} />
      <PatchNext {...props} />
      <PatchTargets {...props} />
      <div class="grid">
        <PatchDescribe {...props} />
        <PatchExtend {...props} />
      </div>
      <PatchHistory ctx={ctx} rows={history} />
      <p class="hint">{ctx.t('patches.notVerified')}</p>
    </Page>
  );
};
