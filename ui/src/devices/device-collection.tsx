import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import { DeviceFrame } from '../components/device-frame.tsx';
import { PostForm } from '../components/form.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { shownColumns } from '../components/list-tools.tsx';
import { Empty, Facts, Notice, Panel } from '../components/panel.tsx';
import { Age, FieldText, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { fieldColumns } from '../inventory/collection.tsx';
import type { ListState } from '../list.ts';
import type { FieldColumn, Value, When } from '../model.ts';
import { paths } from '../paths.ts';

/** A tab of a device: the rows of one collection, generated from its declaration. */
type DeviceCollectionProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly collection: string;
  readonly single: boolean;
  readonly titleField: string;
  readonly columns: readonly FieldColumn[];
  readonly list: ListState;
  readonly rows: readonly {
    readonly id: number;
    readonly values: Readonly<Record<string, Value>>;
    readonly href?: string;
  }[];
  readonly total: number;
  readonly next?: string | undefined;
  /** The source that reported it and when; null when nothing has been reported yet. */
  readonly reported: { readonly source: string; readonly at: When } | null;
  /** Sources of the same section that do not count, as links to what they report; `showing`: one of them is shown. */
  readonly alsoReported?: readonly string[];
  readonly showing?: { readonly best: string } | undefined;
  /** `withheld`: personal values are null until the reader asks; asking is recorded. */
  readonly personal: 'none' | 'withheld' | 'shown';
};

const Withheld = ({ ctx, device, collection }: { ctx: Ctx; device: DeviceHead; collection: string }) => (
  <Notice level="running" title={ctx.t('devices.withheldTitle')}>
    {ctx.t('devices.withheldWhy')}
    <PostForm action={paths.devicePersonal(device.id, collection)}>
      <button type="submit" class="link">
        {ctx.t('devices.showRecorded')}
      </button>
    </PostForm>
  </Notice>
);

/** The rows of one collection on one device. */
export const DeviceCollection = (props: DeviceCollectionProps) => {
  const { ctx, device, tabs, collection, columns, list, rows, reported, titleField } = props;
  const name = ctx.tDynamic(`collection.${collection}.title`);
  const { pickable, tableColumns } = fieldColumns(
    ctx,
    columns,
    titleField,
    (row: (typeof rows)[number]) => row.values,
    (row) => row.href,
  );
  const shown = shownColumns(list, pickable);
  const only = rows[0];
  const context =
    reported === null ? undefined : (
      <>
        {ctx.rich('devices.reported', {
          source: ctx.tDynamic(`source.${reported.source}`),
          at: <Time at={reported.at} />,
          age: <Age at={reported.at} />,
        })}
      </>
    );
  return (
    <DeviceFrame ctx={ctx} device={device} tabs={tabs} current={collection}>
      {props.personal === 'withheld' && rows.length > 0 ? (
        <Withheld ctx={ctx} device={device} collection={collection} />
      ) : null}
      {props.personal === 'shown' ? <p class="second">{ctx.t('devices.shownRecorded')}</p> : null}
      {props.showing === undefined ? null : (
        <Notice
          level="running"
          title={ctx.t('records.showing', { source: ctx.tDynamic(`source.${props.showing.best}`) })}
        >
          <To href={paths.deviceTab(device.id, collection)}>{ctx.t('records.back')}</To>
        </Notice>
      )}
      {(props.alsoReported ?? []).length === 0 ? null : (
        <p class="second">
          {ctx.t('records.also')}:{' '}
          {(props.alsoReported ?? []).map((source, at) => (
            <>
              {at === 0 ? '' : ', '}
              <To href={paths.deviceTab(device.id, collection, { door: source })}>
                {ctx.tDynamic(`source.${source}`)}
              </To>
            </>
          ))}
        </p>
      )}
      {reported === null || (props.single && only !== undefined) ? (
        <Panel title={name} context={context}>
          {only === undefined || reported === null ? (
            <Empty title={ctx.t('devices.notReported')}>{ctx.t('devices.notReportedWhy')}</Empty>
          ) : (
            <div class="body">
              <Facts
                rows={columns.map((column) => [
                  ctx.tDynamic(`collection.${collection}.field.${column.name}`),
                  <FieldText column={column} value={only.values[column.name] ?? null} />,
                ])}
              />
            </div>
          )}
        </Panel>
      ) : (
        <ListPanel
          list={list}
          title={name}
          context={context}
          page={{ rows, total: props.total, next: props.next }}
          filters={[]}
          columns={pickable}
          nameOf={(row) => String(row.values[titleField] ?? '')}
          table={{ caption: name, columns: tableColumns.filter((column) => shown.has(column.key)) }}
          empty={<Empty title={ctx.t('devices.emptySection')} />}
        />
      )}
    </DeviceFrame>
  );
};
