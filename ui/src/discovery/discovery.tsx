import { ListPanel } from '../components/list-panel.tsx';
import { type Filtering, filterWords, ListFiles, shownColumns } from '../components/list-tools.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { type Column, column } from '../components/table.tsx';
import { Count } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { fieldColumns } from '../inventory/collection.tsx';
import type { ListState } from '../list.ts';
import type { FieldColumn, PageOf, Reference, Value } from '../model.ts';
import { paths } from '../paths.ts';
import { DiscoveryFrame } from './discovery-frame.tsx';

type FoundState = 'discovered' | 'pending' | 'managed' | 'held' | 'revoked';

type FoundRow = {
  readonly device: Reference;
  readonly state: FoundState;
  readonly values: Readonly<Record<string, Value>>;
};

/** What was found on the network: found, waiting, managed. */
type DiscoveryProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<FoundRow>;
  readonly columns: readonly FieldColumn[];
  readonly filters: Filtering;
  readonly counts: Readonly<Record<'discovered' | 'pending' | 'managed', number>>;
};

const states = ['discovered', 'pending', 'managed'] as const;

/** The list of devices that something has seen, with what became of each. */
export const Discovery = ({ ctx, list, page, columns, filters, counts }: DiscoveryProps) => {
  const { pickable, tableColumns } = fieldColumns(
    ctx,
    columns,
    'label',
    (row: FoundRow) => row.values,
    (row) => paths.device(row.device.id),
  );
  const shown = shownColumns(list, pickable);
  const state: Column<FoundRow> = column('state', ctx.t('field.state'), { rec: 'b' }, (row) =>
    ctx.tDynamic(`devices.state.${row.state}`),
  );
  return (
    <DiscoveryFrame
      ctx={ctx}
      sub={ctx.t('discovery.sub')}
      filter={filterWords(ctx, list, filters)}
      actions={<ListFiles list={list} csv={paths.inventoryCsv('discovery.csv')} />}
    >
      <Panel title={ctx.t('discovery.states')} body>
        <dl class="facts">
          {states.map((name) => (
            <>
              <dt>{ctx.t(`discovery.state.${name}`)}</dt>
              <dd>
                <Count n={counts[name]} href={paths.devices({ state: name })} />
              </dd>
            </>
          ))}
        </dl>
      </Panel>
      <ListPanel
        list={list}
        page={page}
        filters={filters}
        columns={pickable}
        table={{
          caption: ctx.t('discovery.found'),
          columns: [...tableColumns.filter((column) => shown.has(column.key)), state],
        }}
        empty={<Empty title={ctx.t('discovery.none')}>{ctx.t('discovery.noneWhy')}</Empty>}
      />
    </DiscoveryFrame>
  );
};
