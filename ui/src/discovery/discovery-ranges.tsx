import { Button, ErrorSummary, Hidden, LinkButton, PostForm, TextField, withoutRight } from '../components/form.tsx';
import { Empty, Facts, Panel } from '../components/panel.tsx';
import { Progress } from '../components/progress.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Count, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';
import { DiscoveryFrame, LastResult, type LastView } from './discovery-frame.tsx';

type ScanProgressView = { readonly done: number; readonly total: number; readonly found: number };

export type RangeRow = {
  readonly id: string;
  readonly name: string;
  readonly network: string;
  readonly ratePerSecond: number;
  /** Why it is not asked now. */
  readonly hindrance: string | undefined;
  readonly last: LastView;
  readonly counts: { readonly found: number; readonly asked: number; readonly created: number } | undefined;
  readonly running: ScanProgressView | undefined;
};

type DiscoveryRangesProps = { readonly ctx: Ctx; readonly rows: readonly RangeRow[] };

const refreshSeconds = 5;

const May = ({ ctx, hindrance }: { ctx: Ctx; hindrance: string | undefined }) =>
  hindrance === undefined ? (
    <Status level="ok">{ctx.t('discovery.ready')}</Status>
  ) : (
    <Status level={hindrance === 'unconfirmed' ? 'waiting' : 'info'}>
      {ctx.tDynamic(`discovery.hindrance.${hindrance}`)}
    </Status>
  );

const Result = ({ ctx, row }: { ctx: Ctx; row: RangeRow }) =>
  row.running === undefined ? (
    <LastResult ctx={ctx} last={row.last}>
      {row.counts === undefined ? null : ctx.t('discovery.scanCounts', row.counts)}
    </LastResult>
  ) : (
    <>
      <Status level="running">{ctx.t('discovery.scanProgress', row.running)}</Status>
      <Progress label={ctx.t('discovery.running')} done={row.running.done} total={row.running.total} />
    </>
  );

/** The page of address ranges. */
export const DiscoveryRanges = ({ ctx, rows }: DiscoveryRangesProps) => {
  const add = (
    <LinkButton kind="primary" href={paths.objectNew('address-range')} needs="devices:write">
      {ctx.t('discovery.rangeNew')}
    </LinkButton>
  );
  const isMoving = rows.some(({ running }) => running !== undefined);
  return (
    <DiscoveryFrame
      ctx={ctx}
      sub={ctx.t('discovery.rangeSub')}
      actions={add}
      refreshSeconds={isMoving ? refreshSeconds : undefined}
    >
      <Panel>
        {rows.length === 0 ? (
          <Empty title={ctx.t('discovery.rangeNone')} action={add}>
            {ctx.t('discovery.rangeNoneWhy')}
          </Empty>
        ) : (
          <DataTable<(typeof rows)[number]>
            caption={ctx.t('discovery.ranges')}
            rows={rows}
            records="labelled"
            lines
            columns={[
              column('name', ctx.t('field.name'), { any: true }, (row) => (
                <To class="name" href={paths.discoveryRange(row.id)} translate="no">
                  {row.name}
                </To>
              )),
              column('network', ctx.t('discovery.network'), { any: true }, (row) => (
                <span translate="no">{row.network}</span>
              )),
              { key: 'may', label: ctx.t('discovery.may'), cell: (row) => <May ctx={ctx} hindrance={row.hindrance} /> },
              { key: 'last', label: ctx.t('discovery.last'), cell: (row) => <Result ctx={ctx} row={row} /> },
            ]}
          />
        )}
      </Panel>
    </DiscoveryFrame>
  );
};

type DiscoveryRangeProps = {
  readonly ctx: Ctx;
  readonly row: RangeRow;
  readonly plan: {
    readonly addresses: number;
    readonly excluded: number;
    readonly ports: readonly number[];
    readonly ping: boolean;
    readonly probes: number;
    readonly seconds: number;
    readonly examples: readonly string[];
    readonly digest: string;
  };
  readonly confirmedBy: string | undefined;
  /** Another person than the authors confirms. */
  readonly secondPerson: boolean;
  readonly errors?: FieldErrors | undefined;
};

const Confirmation = ({ ctx, row, plan, secondPerson, errors }: DiscoveryRangeProps) => (
  <Panel title={ctx.t('discovery.confirm')} body>
    <p>{ctx.t('discovery.confirmWhy')}</p>
    {secondPerson ? <p>{ctx.t('discovery.secondPerson')}</p> : null}
    <PostForm action={paths.discoveryRange(row.id)} class="form" errors={errors}>
      <Hidden
        fields={[
          ['action', 'confirm'],
          ['digest', plan.digest],
        ]}
      />
      <TextField
        name="typed"
        label={ctx.t('discovery.confirmNumber', { n: String(plan.addresses) })}
        inputmode="numeric"
        autocomplete="off"
        required
      />
      <div>
        <Button kind="primary" needs={secondPerson ? 'devices:approve' : 'devices:write'}>
          {ctx.t('discovery.confirm')}
        </Button>
      </div>
    </PostForm>
  </Panel>
);

/** One range: what would be sent, who confirmed it, asking and stopping. */
export const DiscoveryRange = (props: DiscoveryRangeProps) => {
  const { ctx, row, plan, confirmedBy, errors } = props;
  const unavailable =
    withoutRight(ctx, 'devices:write') ??
    (row.hindrance === undefined ? undefined : ctx.tDynamic(`discovery.hindrance.${row.hindrance}`));
  const isMoving = row.running !== undefined;
  return (
    <DiscoveryFrame
      ctx={ctx}
      title={row.name}
      sub={<span translate="no">{row.network}</span>}
      refreshSeconds={isMoving ? refreshSeconds : undefined}
      actions={
        <>
          <LinkButton href={paths.object('address-range', row.id)}>{ctx.t('discovery.edit')}</LinkButton>
          <PostForm action={paths.discoveryRange(row.id)}>
            {isMoving ? (
              <Button kind="danger" name="action" value="stop" needs="devices:write">
                {ctx.t('common.stop')}
              </Button>
            ) : (
              <Button
                kind="primary"
                name="action"
                value="scan"
                busy={ctx.t('common.starting')}
                unavailable={unavailable}
              >
                {ctx.t('discovery.scan')}
              </Button>
            )}
          </PostForm>
        </>
      }
    >
      <ErrorSummary errors={errors} labels={{ typed: ctx.t('discovery.planAddresses') }} />
      <Panel title={ctx.t('discovery.last')} body>
        <p>
          <May ctx={ctx} hindrance={row.hindrance} />
        </p>
        <div>
          <Result ctx={ctx} row={row} />
        </div>
        {confirmedBy === undefined ? null : (
          <p class="second">{ctx.t('discovery.confirmedBy', { who: confirmedBy })}</p>
        )}
      </Panel>
      <Panel title={ctx.t('common.whatWouldBeSent')} body>
        <p>{ctx.t('discovery.planWhy')}</p>
        <Facts
          rows={[
            [ctx.t('discovery.planAddresses'), ctx.fmt.number(plan.addresses)],
            [ctx.t('discovery.planExcluded'), ctx.fmt.number(plan.excluded)],
            [ctx.t('discovery.planFirst'), <span translate="no">{plan.examples.join(', ') || '–'}</span>],
            [ctx.t('discovery.planPorts'), <span translate="no">{plan.ports.join(', ') || '–'}</span>],
            [ctx.t('discovery.planPing'), ctx.t(plan.ping ? 'common.yes' : 'common.no')],
            [ctx.t('discovery.planProbes'), ctx.fmt.number(plan.probes)],
            [ctx.t('discovery.rate'), ctx.t('discovery.perSecond', { n: String(row.ratePerSecond) })],
            [ctx.t('discovery.planTime'), ctx.t('discovery.planMinutes', { n: String(Math.ceil(plan.seconds / 60)) })],
            [ctx.t('discovery.found'), <Count n={row.counts?.found ?? 0} href={paths.discovery({ by: row.name })} />],
          ]}
        />
      </Panel>
      {row.hindrance === 'unconfirmed' ? <Confirmation {...props} /> : null}
    </DiscoveryFrame>
  );
};
