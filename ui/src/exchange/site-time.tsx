import { clockAnchor } from '../anchors.ts';
import { Button, PostForm, TextField } from '../components/form.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { RefusalWords } from '../components/refusal.tsx';
import { SecondPerson } from '../components/second-person.tsx';
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
  /** The clock is believed until then. */
  readonly ceiling: When;
  /** What ends are judged by. */
  readonly counts: When;
  readonly isBehind: boolean;
  readonly doubtful: readonly {
    readonly source: 'clock' | 'bundle';
    readonly time: When;
    readonly daysAhead: number;
    /** Signed documents that would be past their date. */
    readonly expires: readonly string[];
    /** What else would end. */
    readonly ends: readonly { readonly what: string; readonly count: number }[];
  }[];
  /** The time that counts can be lowered to the clock: what would be closed. */
  readonly back?: { readonly to: When; readonly limit: When; readonly closes: readonly number[] } | undefined;
  /** One person asked for it. */
  readonly asked?:
    | {
        readonly to: When;
        readonly at: number;
        readonly by: string;
        readonly reason: string;
        readonly hindrance?: string | undefined;
      }
    | undefined;
};

type Doubt = SiteTimeProps['doubtful'][number];

const Agree = ({ ctx, doubt }: { ctx: Ctx; doubt: Doubt }) => (
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
    {doubt.ends.length === 0 ? null : (
      <ul>
        {doubt.ends.map(({ what, count }) => (
          <li>{ctx.tDynamic(`story.ends.${what}`, { n: count })}</li>
        ))}
      </ul>
    )}
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
);

const Back = ({ ctx, back }: { ctx: Ctx; back: NonNullable<SiteTimeProps['back']> }) => (
  <div class="stack">
    <p>{ctx.t('story.backWhy', { to: ctx.fmt.dateTime(back.to), limit: ctx.fmt.dateTime(back.limit) })}</p>
    {back.closes.length === 0 ? null : <p>{ctx.t('story.backCloses', { numbers: back.closes.join(', ') })}</p>}
    <PostForm action={paths.clockBack()} class="form">
      <TextField
        id="f-reason-back"
        name="reason"
        label={ctx.t('story.backReason')}
        hint={ctx.t('story.agreeHint')}
        maxLength={500}
        required
      />
      <div>
        <Button needs="exchange:write">{ctx.t('story.backAsk')}</Button>
      </div>
    </PostForm>
  </div>
);

/** Nothing while the clock is right; else what is doubted, why, and the forms by which persons decide. */
export const SiteTime = ({
  ctx,
  systemTime,
  floor,
  ceiling,
  counts,
  isBehind,
  doubtful,
  back,
  asked,
}: SiteTimeProps) => {
  if (!isBehind && doubtful.length === 0 && back === undefined && asked === undefined) return null;
  return (
    <Panel id={clockAnchor} title={ctx.t('story.time')} body>
      <Facts
        rows={[
          [ctx.t('story.systemTime'), <Time at={systemTime} />],
          [ctx.t('story.floor'), <Time at={floor} />],
          [ctx.t('story.ceiling'), <Time at={ceiling} />],
          [ctx.t('story.counts'), <Time at={counts} />],
        ]}
      />
      {isBehind ? (
        <>
          <Status level="warning">{ctx.t('error.CLOCK_BEHIND')}</Status>
          <RefusalWords code="CLOCK_BEHIND" />
        </>
      ) : null}
      {doubtful.map((doubt) => (
        <Agree ctx={ctx} doubt={doubt} />
      ))}
      {asked === undefined ? null : (
        <SecondPerson
          title={ctx.t('story.backWaits', { to: ctx.fmt.dateTime(asked.to) })}
          asked={asked}
          action={paths.clockBackDecide()}
          fields={{}}
          area="exchange"
        >
          <p>{asked.reason}</p>
        </SecondPerson>
      )}
      {back === undefined || asked !== undefined ? null : <Back ctx={ctx} back={back} />}
    </Panel>
  );
};
