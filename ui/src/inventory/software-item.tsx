import { deviceColumn } from '../components/device-column.tsx';
import { LinkButton } from '../components/form.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { Empty, Facts, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Count, FieldText, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import type { FieldColumn, PageOf, Reference, Value, When } from '../model.ts';
import { paths } from '../paths.ts';
import type { FindingRow } from '../vulnerabilities/finding-facts.tsx';
import { findingColumns } from '../vulnerabilities/vulnerabilities.tsx';

/** One item of a shared collection: what it is, which devices have it, its findings. */
type SoftwareItemProps = {
  readonly ctx: Ctx;
  readonly collection: string;
  readonly id: number;
  readonly title: string;
  readonly fields: readonly { readonly column: FieldColumn; readonly value: Value }[];
  /** Fields of the link between device and item. */
  readonly linkColumns: readonly FieldColumn[];
  readonly list: ListState;
  readonly devices: PageOf<{
    readonly device: Reference;
    readonly os?: string | undefined;
    readonly values: Readonly<Record<string, Value>>;
    readonly at?: When | undefined;
  }>;
  readonly findings: readonly FindingRow[];
  /** Other versions of the same package on this site. */
  readonly versions: readonly { readonly id: number; readonly version: string; readonly devices: number }[];
};

/** One item of a shared collection and where it is. */
export const SoftwareItem = (props: SoftwareItemProps) => {
  const { ctx, collection, fields, devices, findings, versions, list } = props;
  const label = (name: string) => ctx.tDynamic(`collection.${collection}.field.${name}`);
  return (
    <Page
      ctx={ctx}
      title={props.title}
      untranslatedTitle
      crumbs={[
        {
          label: ctx.tDynamic(`collection.${collection}.title`),
          href: collection === 'software' ? paths.software() : paths.inventory(collection),
        },
      ]}
      sub={ctx.t('inventory.onDevices', { n: devices.total })}
      advisoriesMatter
      actions={
        <LinkButton href={paths.changes({ collection, item: props.title })}>{ctx.t('changes.history')}</LinkButton>
      }
    >
      <div class="grid">
        <Panel title={ctx.t('inventory.item')} span={7} body>
          <Facts
            rows={fields.map(({ column, value }) => [label(column.name), <FieldText column={column} value={value} />])}
          />
        </Panel>
        <Panel title={ctx.t('inventory.versions')} context={ctx.t('inventory.versionsContext')} span={5}>
          {versions.length === 0 ? (
            <Empty title={ctx.t('inventory.oneVersion')} />
          ) : (
            <DataTable<(typeof versions)[number]>
              caption={ctx.t('inventory.versions')}
              rows={versions}
              columns={[
                column('version', label('version'), { any: true }, (row) =>
                  row.id === props.id ? (
                    <strong translate="no">{row.version}</strong>
                  ) : (
                    <To href={paths.softwareItem(row.id)} translate="no">
                      {row.version}
                    </To>
                  ),
                ),
                column('devices', ctx.t('nav.devices'), { num: true }, (row) => (
                  <Count n={row.devices} href={paths.softwareItem(row.id)} />
                )),
              ]}
            />
          )}
        </Panel>
      </div>
      {findings.length === 0 ? null : (
        <Panel title={ctx.t('nav.vulnerabilities')}>
          <DataTable
            caption={ctx.t('nav.vulnerabilities')}
            rows={findings}
            records
            lines
            columns={findingColumns(ctx)}
          />
        </Panel>
      )}
      <ListPanel<(typeof devices.rows)[number]>
        list={list}
        title={ctx.t('nav.devices')}
        page={devices}
        nameOf={(row) => row.device.name}
        empty={<Empty title={ctx.t('inventory.noDevice')}>{ctx.t('inventory.noDeviceWhy')}</Empty>}
        table={{
          caption: ctx.t('nav.devices'),
          columns: [
            deviceColumn(ctx),
            column('os', ctx.t('devices.os'), { rec: 'c' }, (row) => <span translate="no">{row.os ?? '–'}</span>),
            ...props.linkColumns.map((field) =>
              column(field.name, label(field.name), (row: (typeof devices.rows)[number]) => (
                <FieldText column={field} value={row.values[field.name] ?? null} />
              )),
            ),
            column('at', ctx.t('inventory.reportedAt'), { fit: true, rec: 'd' }, (row) =>
              row.at === undefined ? '–' : <Time at={row.at} />,
            ),
          ],
        }}
      />
    </Page>
  );
};
