import { LinkButton } from '../components/form.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';

type PolicySourceView = 'site' | 'none' | 'zone' | 'device' | 'safety';
type StatedView = { readonly value: string; readonly from: PolicySourceView };

export type PolicyView = {
  readonly controller: string;
  readonly label: string;
  readonly level: StatedView;
  readonly switches: readonly {
    readonly name: 'identify' | 'modules' | 'details' | 'mode';
    readonly stated: StatedView;
  }[];
  readonly gapMs: { readonly value: number; readonly from: PolicySourceView };
  readonly hours: readonly {
    readonly days: readonly string[];
    readonly from: string | undefined;
    readonly until: string | undefined;
    readonly source: PolicySourceView;
  }[];
  readonly prefixes: readonly string[];
  /** Why it is not asked. */
  readonly hindrance: string | undefined;
  readonly override: { readonly by: string; readonly reason: string } | undefined;
};

const switchFields = {
  identify: 'queryIdentify',
  modules: 'queryModules',
  details: 'queryDetails',
  mode: 'queryMode',
} as const;

const wordOf = (ctx: Ctx, value: string, from: PolicySourceView): string =>
  ctx.t('identification.wordOf', { value, source: ctx.t(`identification.source.${from}`) });

const hoursOf = (ctx: Ctx, { days, from, until, source }: PolicyView['hours'][number]): string => {
  const names = days.map((day) => ctx.tDynamic(`kind.controller-zone.option.queryDays.${day}`)).join(', ');
  const time = from === undefined || until === undefined ? '' : ctx.t('identification.hoursOf', { from, until });
  return wordOf(ctx, [names, time].filter((part) => part !== '').join(', '), source);
};

/** What may be asked of a controller, each value with whose word it is (OT Q12). */
export const PolicyFacts = ({ ctx, policy }: { ctx: Ctx; policy: PolicyView }) => (
  <>
    <p>
      {policy.hindrance === undefined ? (
        <Status level="info">{ctx.t('identification.policyMay')}</Status>
      ) : (
        <Status level="ok">
          {ctx.t('identification.policyMayNot', {
            why: ctx.tDynamic(`identification.hindrance.${policy.hindrance}`),
          })}
        </Status>
      )}
    </p>
    <Facts
      rows={[
        [
          ctx.t('identification.level'),
          wordOf(ctx, ctx.tDynamic(`kind.controller-zone.option.queryPolicy.${policy.level.value}`), policy.level.from),
        ],
        ...policy.switches.map(
          ({ name, stated }) =>
            [
              ctx.t(`kind.controller-query-policy.field.${switchFields[name]}`),
              wordOf(ctx, ctx.tDynamic(`kind.controller-query-policy.option.queryMode.${stated.value}`), stated.from),
            ] as const,
        ),
        [
          ctx.t('identification.gap'),
          wordOf(ctx, ctx.t('common.milliseconds', { n: ctx.fmt.number(policy.gapMs.value) }), policy.gapMs.from),
        ],
        [
          ctx.t('identification.hours'),
          policy.hours.length === 0
            ? ctx.t('identification.hoursAny')
            : policy.hours.map((hours) => <div>{hoursOf(ctx, hours)}</div>),
        ],
        [ctx.t('common.networks'), <span translate="no">{policy.prefixes.join(', ') || '–'}</span>],
        ...(policy.override === undefined
          ? []
          : [
              [
                ctx.t('identification.safetyBy', { who: policy.override.by }),
                <span translate="no">{policy.override.reason}</span>,
              ] as const,
            ]),
      ]}
    />
  </>
);

/** The panel beside a controller. */
export const PolicyPanel = ({ ctx, policy }: { ctx: Ctx; policy: PolicyView }) => (
  <Panel
    title={ctx.t('identification.policy')}
    foot={
      <LinkButton small href={paths.identificationPolicy(policy.controller)}>
        {ctx.t('identification.policyChange')}
      </LinkButton>
    }
    body
  >
    <PolicyFacts ctx={ctx} policy={policy} />
  </Panel>
);
