import { Button, PostForm, withoutRight } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import { Shape } from '../components/status.tsx';
import { Age, To, Verbatim } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { sourceName } from '../controller-source.ts';
import type { Reference, When } from '../model.ts';
import { paths } from '../paths.ts';

export type MissingField = {
  readonly label: string;
  /** Keys `controllers.way.<way>`, the least intrusive first. */
  readonly ways: readonly string[];
  /** Why a device did not say it. */
  readonly refused?: { readonly source: string; readonly reason: string } | undefined;
};

export type ProposalView = { readonly other: Reference; readonly kind: string; readonly value: string };
export type MergeView = { readonly id: number; readonly other: Reference; readonly at: When };
export type ControllerChange = {
  readonly at: When;
  readonly part: string;
  readonly label: string;
  readonly side: 'observed' | 'configured';
  readonly before: string | null;
  readonly after: string | null;
};

/** What is not known, and how to get it with the least disturbance (OT 7). */
export const ControllerMissing = ({ ctx, missing }: { ctx: Ctx; missing: readonly MissingField[] }) => (
  <Panel title={ctx.t('controllers.missing')} body>
    {missing.length === 0 ? (
      <p class="second">{ctx.t('controllers.missingNone')}</p>
    ) : (
      <dl>
        {missing.map((field) => (
          <>
            <dt>{ctx.tDynamic(field.label)}</dt>
            <dd class="second">
              {field.ways.map((way) => ctx.tDynamic(`controllers.way.${way}`)).join(' ')}
              {field.refused === undefined
                ? null
                : ` ${ctx.t('controllers.refusedBy', { source: sourceName(ctx, field.refused.source), reason: field.refused.reason })}`}
            </dd>
          </>
        ))}
      </dl>
    )}
  </Panel>
);

/** Records that may be the same controller, and those that became part of it. */
export const ControllerProposals = ({
  ctx,
  id,
  proposals,
  merges,
}: {
  ctx: Ctx;
  id: string;
  proposals: readonly ProposalView[];
  merges: readonly MergeView[];
}) => {
  const unavailable = withoutRight(ctx, 'controllers:write');
  return proposals.length + merges.length === 0 ? null : (
    <Panel title={ctx.t('controllers.same')} body>
      {proposals.map((proposal) => (
        <div>
          <p>
            <To href={paths.controller(proposal.other.id)} translate="no">
              {proposal.other.name}
            </To>{' '}
            <span class="second">
              {ctx.tDynamic(`controllers.key.${proposal.kind}`, { value: proposal.value }, proposal.value)}
            </span>
          </p>
          <div class="row">
            <PostForm action={paths.controllerMerge(id)}>
              <input type="hidden" name="other" value={proposal.other.id} />
              <Button small unavailable={unavailable}>
                {ctx.t('controllers.isSame')}
              </Button>
            </PostForm>
            <PostForm action={paths.controllerApart(id)}>
              <input type="hidden" name="other" value={proposal.other.id} />
              <Button small unavailable={unavailable}>
                {ctx.t('controllers.isOther')}
              </Button>
            </PostForm>
          </div>
        </div>
      ))}
      {merges.map((merge) => (
        <PostForm action={paths.controllerUnmerge(id)} class="row">
          <input type="hidden" name="merge" value={String(merge.id)} />
          <span>
            {ctx.rich('controllers.merged', { other: <span translate="no">{merge.other.name}</span> })}{' '}
            <span class="second">
              <Age at={merge.at} />
            </span>
          </span>
          <Button small unavailable={unavailable}>
            {ctx.t('common.unmerge')}
          </Button>
        </PostForm>
      ))}
    </Panel>
  );
};

const HistoryHead = ({ ctx, change }: { ctx: Ctx; change: ControllerChange | undefined }) =>
  change === undefined ? null : (
    <div>
      <b>
        {change.part === '' ? null : <span translate="no">{change.part} </span>}
        {ctx.t(change.side === 'observed' ? 'controllers.observed' : 'controllers.configured')}
      </b>{' '}
      <span class="small second">
        <Age at={change.at} />
      </span>
    </div>
  );

/** How values changed, the newest first; changes from one source about one part at one moment stand together. */
export const ControllerHistory = ({ ctx, changes }: { ctx: Ctx; changes: readonly ControllerChange[] }) => (
  <Panel title={ctx.t('controllers.history')} body>
    {changes.length === 0 ? (
      <p class="second">{ctx.t('controllers.historyNone')}</p>
    ) : (
      <ul class="line">
        {[...Map.groupBy(changes, ({ at, part, side }) => `${at} ${part} ${side}`).values()].map((group) => (
          <li>
            <Shape name="info" />
            <HistoryHead ctx={ctx} change={group[0]} />
            <ul class="small">
              {group.map((change) => (
                <li>
                  {ctx.tDynamic(change.label)}{' '}
                  {change.before === null ? null : (
                    <>
                      <del translate="no">{change.before}</del>{' '}
                    </>
                  )}
                  {change.after === null ? (
                    '–'
                  ) : (
                    <ins>
                      <Verbatim>{change.after}</Verbatim>
                    </ins>
                  )}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    )}
  </Panel>
);
