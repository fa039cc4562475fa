import { pairsAnchor } from '../anchors.ts';
import { Button, Hidden, LinkButton, PostForm, withoutRight } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Age, Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Reference, When } from '../model.ts';
import { paths } from '../paths.ts';

type HeldRow = Reference & {
  /** Key `devices.held.<reason>`. */
  readonly reason: string;
  readonly resembles?: Reference | undefined;
  readonly createdAt: When;
};

type PairRow = {
  readonly one: Reference;
  readonly two: Reference;
  /** Key `records.why.<reason>`. */
  readonly why: readonly { readonly reason: string; readonly values: readonly string[] }[];
};

type MergedRow = {
  readonly merge: number;
  readonly keep: Reference;
  readonly other: Reference;
  readonly at: When;
  readonly by: string;
  /** Only the newest of a device can be undone. */
  readonly isNewest: boolean;
};

type DeviceDuplicatesProps = {
  readonly ctx: Ctx;
  readonly held: readonly HeldRow[];
  readonly pairs: readonly PairRow[];
  readonly merged: readonly MergedRow[];
};

const Name = ({ device }: { device: Reference }) => (
  <a href={paths.device(device.id)} translate="no">
    {device.name}
  </a>
);

const compareLink = (one: Reference, two: Reference): string => paths.deviceCompare({ one: one.id, two: two.id });

const Held = ({ ctx, held }: Pick<DeviceDuplicatesProps, 'ctx' | 'held'>) => {
  const unavailable = withoutRight(ctx, 'devices:write');
  return (
    <Panel title={ctx.t('records.held')} context={ctx.t('records.heldContext')}>
      {held.length === 0 ? (
        <Empty title={ctx.t('records.heldNone')} />
      ) : (
        <DataTable<(typeof held)[number]>
          caption={ctx.t('records.held')}
          rows={held}
          records="labelled"
          columns={[
            { key: 'one', label: ctx.t('common.record'), head: true, cell: (row) => <Name device={row} /> },
            column('why', ctx.t('records.why'), (row) => (
              <>
                {ctx.tDynamic(`devices.held.${row.reason}`)}{' '}
                {row.resembles === undefined || row.resembles.id === row.id
                  ? null
                  : ctx.rich('devices.resembles', { device: <Name device={row.resembles} /> })}
              </>
            )),
            { key: 'at', label: ctx.t('common.when'), num: true, cell: (row) => <Age at={row.createdAt} /> },
            column('decide', ctx.t('common.decision'), (row) => (
              <span class="row">
                {row.resembles === undefined || row.resembles.id === row.id ? null : (
                  <LinkButton small href={compareLink(row.resembles, row)} unavailable={unavailable}>
                    {ctx.t('common.compare')}
                    <span class="vh"> {row.name}</span>
                  </LinkButton>
                )}
                <PostForm action={paths.deviceApprove(row.id)}>
                  <Button small unavailable={unavailable}>
                    {ctx.t('records.own')}
                    <span class="vh"> {row.name}</span>
                  </Button>
                </PostForm>
                <PostForm action={paths.deviceRevoke(row.id)}>
                  <Button small kind="danger" unavailable={unavailable}>
                    {ctx.t('devices.revoke')}
                    <span class="vh"> {row.name}</span>
                  </Button>
                </PostForm>
              </span>
            )),
          ]}
        />
      )}
    </Panel>
  );
};

const Pairs = ({ ctx, pairs }: Pick<DeviceDuplicatesProps, 'ctx' | 'pairs'>) => (
  <Panel id={pairsAnchor} title={ctx.t('records.pairs')} context={ctx.t('records.pairsContext')}>
    {pairs.length === 0 ? (
      <Empty title={ctx.t('records.pairsNone')} />
    ) : (
      <DataTable<(typeof pairs)[number]>
        caption={ctx.t('records.pairs')}
        rows={pairs}
        records="labelled"
        columns={[
          { key: 'one', label: ctx.t('common.record'), head: true, cell: (row) => <Name device={row.one} /> },
          { key: 'two', label: ctx.t('records.two'), cell: (row) => <Name device={row.two} /> },
          column('shared', ctx.t('records.shared'), { any: true }, (row) =>
            row.why.map(({ reason, values }, at) => (
              <>
                {at === 0 ? '' : '; '}
                {ctx.tDynamic(`records.why.${reason}`)} <span translate="no">{values.join(', ')}</span>
              </>
            )),
          ),
          column('decide', ctx.t('common.decision'), (row) => (
            <LinkButton small href={compareLink(row.one, row.two)} needs="devices:write">
              {ctx.t('common.compare')}
              <span class="vh">
                {' '}
                {row.one.name}, {row.two.name}
              </span>
            </LinkButton>
          )),
        ]}
      />
    )}
  </Panel>
);

const Merged = ({ ctx, merged }: Pick<DeviceDuplicatesProps, 'ctx' | 'merged'>) => (
  <Panel title={ctx.t('records.merged')} context={ctx.t('records.mergedContext')}>
    {merged.length === 0 ? (
      <Empty title={ctx.t('records.mergedNone')} />
    ) : (
      <DataTable<(typeof merged)[number]>
        caption={ctx.t('records.merged')}
        rows={merged}
        records="labelled"
        columns={[
          column('two', ctx.t('records.two'), { head: true }, (row) => (
            <span translate="no">{row.other.name || row.other.id}</span>
          )),
          { key: 'keep', label: ctx.t('records.keptIn'), cell: (row) => <Name device={row.keep} /> },
          { key: 'at', label: ctx.t('common.when'), cell: (row) => <Time at={row.at} /> },
          { key: 'by', label: ctx.t('common.by'), cell: (row) => <span translate="no">{row.by}</span> },
          column('decide', ctx.t('common.decision'), (row) =>
            row.isNewest ? (
              <PostForm action={paths.deviceUnmerge()}>
                <Hidden fields={[['merge', String(row.merge)]]} />
                <Button small needs="devices:write">
                  {ctx.t('records.undo')}
                  <span class="vh"> {row.other.name}</span>
                </Button>
              </PostForm>
            ) : null,
          ),
        ]}
      />
    )}
  </Panel>
);

/** Held copies with the decision about each, pairs that may be one device, and merges that can be undone. */
export const DeviceDuplicates = ({ ctx, held, pairs, merged }: DeviceDuplicatesProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('records.title')}
    sub={ctx.t('records.sub')}
    crumbs={[{ label: ctx.t('nav.devices'), href: paths.devices() }]}
  >
    <Held ctx={ctx} held={held} />
    <Pairs ctx={ctx} pairs={pairs} />
    <Merged ctx={ctx} merged={merged} />
  </Page>
);
