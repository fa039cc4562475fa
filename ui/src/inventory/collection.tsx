import { KindLinks } from '../components/kind-links.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import {
  type Filtering,
  filterWords,
  ListFiles,
  type PickableColumn,
  shownColumns,
} from '../components/list-tools.tsx';
import { Empty } from '../components/panel.tsx';
import { type Column, column } from '../components/table.tsx';
import { Count, FieldText, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import type { FieldColumn, PageOf, Reference, Value } from '../model.ts';
import { paths } from '../paths.ts';

type CollectionRow = {
  readonly id: number;
  readonly values: Readonly<Record<string, Value>>;
  /** A page of the row's own: the record that people keep of it. */
  readonly href?: string;
  /** `own` collections. */
  readonly device?: Reference;
  /** `shared` collections: how many devices have it. */
  readonly devices?: number;
};

/** A list of one collection over the whole site; /software is the collection `software`. */
type CollectionProps = {
  readonly ctx: Ctx;
  readonly collection: string;
  /** Tabs: every collection that there is, in order. */
  readonly collections: readonly string[];
  readonly mode: 'shared' | 'own';
  readonly titleField: string;
  readonly columns: readonly FieldColumn[];
  readonly list: ListState;
  readonly page: PageOf<CollectionRow>;
  readonly filters: Filtering;
  /** Devices that reported the collection. */
  readonly reporting: number;
  readonly personalWithheld: boolean;
};

/** A menu of every collection. */
const AllCollections = (props: { ctx: Ctx; collections: readonly string[]; current: string }) => (
  <details class="pop">
    <summary class="btn">{props.ctx.t('inventory.collections')}</summary>
    <div>
      <nav aria-label={props.ctx.t('inventory.collections')}>
        <ul>
          {props.collections
            .filter((name) => props.ctx.opens(hrefOfCollection(name)))
            .map((name) => (
              <li>
                <a href={hrefOfCollection(name)} aria-current={name === props.current ? 'page' : undefined}>
                  {props.ctx.tDynamic(`collection.${name}.title`)}
                </a>
              </li>
            ))}
        </ul>
      </nav>
    </div>
  </details>
);

/** Table columns from declared fields; the title field is the name of the row. */
export const fieldColumns = <Row,>(
  ctx: Ctx,
  fields: readonly FieldColumn[],
  titleField: string,
  valuesOf: (row: Row) => Readonly<Record<string, Value>>,
  hrefOf: (row: Row) => string | undefined,
): { pickable: PickableColumn[]; tableColumns: Column<Row>[] } => ({
  pickable: fields.map((field) => ({
    key: field.name,
    label: field.label ?? ctx.tDynamic(`collection.${field.collection}.field.${field.name}`),
    byDefault: field.byDefault !== false,
    ...(field.personal ? { personal: true } : {}),
  })),
  tableColumns: fields.map((field, at) => {
    const isTitle = field.name === titleField;
    const isSecond = at === fields.findIndex(({ name }) => name !== titleField);
    return {
      key: field.name,
      label: field.label ?? ctx.tDynamic(`collection.${field.collection}.field.${field.name}`),
      num: (field.type === 'integer' || field.type === 'real') && !isTitle,
      sort: field.sortable !== false,
      ...(isTitle ? { rec: 'a' } : isSecond ? { rec: 'c' } : {}),
      cell: (row: Row) => {
        const value = valuesOf(row)[field.name] ?? null;
        const href = isTitle ? hrefOf(row) : undefined;
        const text = <FieldText column={field} value={value} />;
        return href === undefined || value === null ? (
          text
        ) : (
          <a class="name" href={href}>
            {text}
          </a>
        );
      },
    };
  }),
});

const hrefOfCollection = (collection: string): string =>
  collection === 'software' ? paths.software() : paths.inventory(collection);

const itemHref = (collection: string, id: number): string =>
  collection === 'software' ? paths.softwareItem(id) : paths.inventoryItem(collection, id);

/** Every collection has this page; nothing in it knows which one it shows. */
export const Collection = (props: CollectionProps) => {
  const { ctx, collection, list, page, filters, mode } = props;
  const name = ctx.tDynamic(`collection.${collection}.title`);
  const { pickable, tableColumns } = fieldColumns(
    ctx,
    props.columns,
    props.titleField,
    (row: CollectionRow) => row.values,
    (row) => (mode === 'shared' ? itemHref(collection, row.id) : row.href),
  );
  const shown = shownColumns(list, pickable);
  const columns: Column<CollectionRow>[] = [
    ...(mode === 'own'
      ? [
          column('_device', ctx.t('field.device'), { rec: 'd' }, (row: CollectionRow) =>
            row.device === undefined ? (
              '–'
            ) : (
              <To href={paths.deviceTab(row.device.id, collection)} translate="no">
                {row.device.name}
              </To>
            ),
          ),
        ]
      : []),
    ...tableColumns.filter((column) => shown.has(column.key)),
    ...(mode === 'shared'
      ? [
          column('_devices', ctx.t('nav.devices'), { num: true, sort: true, rec: 'b' }, (row: CollectionRow) => (
            <Count n={row.devices ?? 0} href={itemHref(collection, row.id)} />
          )),
        ]
      : []),
  ];
  const csv = collection === 'software' ? paths.softwareCsv() : paths.inventoryCsv(`${collection}.csv`);
  return (
    <Page
      ctx={ctx}
      title={name}
      sub={ctx.t('inventory.sub', { n: page.total, devices: props.reporting })}
      filter={filterWords(ctx, list, filters)}
      actions={
        <>
          <AllCollections ctx={ctx} collections={props.collections} current={collection} />
          <ListFiles list={list} csv={csv} />
        </>
      }
    >
      <KindLinks page="software" />
      {props.personalWithheld ? <p class="second">{ctx.t('inventory.withheld')}</p> : null}
      <ListPanel
        list={list}
        page={page}
        filters={filters}
        columns={pickable}
        nameOf={(row) => String(row.values[props.titleField] ?? '')}
        table={{ caption: name, columns }}
        empty={<Empty title={ctx.t('inventory.none')}>{ctx.t('inventory.noneWhy')}</Empty>}
      />
    </Page>
  );
};
