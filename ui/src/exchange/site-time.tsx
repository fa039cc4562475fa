import { clockAnchor } from '../anchors.ts';
import { Button, PostForm, TextField } from '../components/form.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { RefusalWords } from '../components/refusal.tsx';
import { Status } from '../components/status.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

/** What the site takes for the time, as far as something is wrong with it. */
export type SiteTimeProps = {
  readonly ctx: Ctx;
  readonly systemTime: When;
  /** No time before this one is believed. */
  readonly floor: When;
  readonly isBehind: boolean;
  readonly doubtful: readonly {
    readonly source: 'clock' | 'bundle';
    readonly time: When;
    readonly daysAhead: number;
    /** Signed documents that would be past their date. */
    readonly expires: readonly string[];
  }[];
};

/** Nothing while the clock is right; else what is doubted, why, and the form by which a person agrees. */
export const SiteTime = ({ ctx, systemTime, floor, isBehind, doubtful }: SiteTimeProps) => {
  if (!isBehind && doubtful.length === 0) return null;
  return (
    <Panel id={clockAnchor} title={ctx.t('story.time')} body>
      <Facts
        rows={[
          [ctx.t('story.systemTime'), <Time at={systemTime} />],
          [ctx.t('story.floor'), <Time at={floor} />],
        ]}
      />
      {isBehind ? (
        <>
          <Status level="warning">{ctx.t('error.CLOCK_BEHIND')}</Status>
          <RefusalWords code="CLOCK_BEHIND" />
        </>
      ) : null}
      {doubtful.map((doubt) => (
        <div class="stack">
          <Status level="warning">
            {ctx.t(`story.doubt.${doubt.source}`, { at: ctx.fmt.dateTime(doubt.time), days: doubt.daysAhead })}
          </Status>
          <RefusalWords code="CLOCK_SUSPECT" />
          <p>
            {ctx.t('story.agreeWhy')}{' '}
            {doubt.expires.length === 0
              ? null
              : ctx.t('story.agreeExpires', {
                  roles: doubt.expires.map((role) => ctx.tDynamic(`exchange.role.${role}`)).join(', '),
                })}
          </p>
          <PostForm action={paths.clockAgree()} class="form">
            <input type="hidden" name="source" value={doubt.source} />
            <TextField
              id={`f-reason-${doubt.source}`}
              name="reason"
              label={ctx.t('story.agreeReason')}
              hint={ctx.t('story.agreeHint')}
              maxLength={500}
              required
            />
            <div>
              <Button needs="exchange:write">{ctx.t('story.agree')}</Button>
            </div>
          </PostForm>
        </div>
      ))}
    </Panel>
  );
};
