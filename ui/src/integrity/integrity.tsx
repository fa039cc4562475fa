import { LinkButton } from '../components/form.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { Empty, Panel, Tabs } from '../components/panel.tsx';
import { Tag } from '../components/status.tsx';
import { column } from '../components/table.tsx';
import { Age, Time, To, Unknown } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import type { PageOf } from '../model.ts';
import { paths } from '../paths.ts';
import type { DifferenceView, ProgramRowView, ProgramStateView } from './integrity-model.ts';
import { ProgramStatus } from './program-state.tsx';

type IntegrityProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly state: ProgramStateView | undefined;
  readonly counts: Readonly<Record<ProgramStateView, number>>;
  readonly page: PageOf<ProgramRowView>;
};

const states: readonly ProgramStateView[] = ['changed', 'unreachable', 'no-reference', 'ok'];

/** Names of what differs: fields, or the blocks of the program. */
export const differenceWords = (ctx: Ctx, differences: readonly DifferenceView[]): string =>
  differences.flatMap(({ field, blocks }) => blocks ?? [ctx.tDynamic(`integrity.field.${field}`)]).join(', ');

/** Every controller with the state of its program, the worst first. */
export const Integrity = ({ ctx, list, state, counts, page }: IntegrityProps) => {
  const total = states.reduce((sum, name) => sum + counts[name], 0);
  return (
    <Page
      ctx={ctx}
      title={ctx.t('controllers.tab.integrity')}
      sub={ctx.t('integrity.sub', {
        n: total,
        ok: counts.ok,
        changed: counts.changed,
        unreachable: counts.unreachable,
        none: counts['no-reference'],
      })}
    >
      {total === 0 ? (
        <Panel>
          <Empty
            title={ctx.t('integrity.none')}
            action={<LinkButton href={paths.controllerImports()}>{ctx.t('controllers.import')}</LinkButton>}
          >
            {ctx.t('integrity.noneWhy')}
          </Empty>
        </Panel>
      ) : (
        <ListPanel<(typeof page.rows)[number]>
          list={list}
          page={page}
          order={ctx.t('common.worstFirst')}
          nameOf={(row) => row.name}
          tools={
            <Tabs
              label={ctx.t('integrity.states')}
              tabs={[
                {
                  href: paths.controllerIntegrity(),
                  label: ctx.t('common.all'),
                  current: state === undefined,
                  count: total,
                },
                ...states.map((name) => ({
                  href: paths.controllerIntegrity({ state: name }),
                  label: ctx.t(`integrity.state.${name}`),
                  current: state === name,
                  count: counts[name],
                })),
              ]}
            />
          }
          empty={<Empty title={ctx.t('integrity.noMatch')} />}
          table={{
            caption: ctx.t('controllers.tab.integrity'),
            columns: [
              column('name', ctx.t('common.controller'), { rec: 'a' }, (row) => (
                <To class="name" href={paths.controllerProgram(row.id)} translate="no">
                  {row.name}
                </To>
              )),
              column('state', ctx.t('integrity.state'), { fit: true, rec: 'b' }, (row) => (
                <>
                  <ProgramStatus ctx={ctx} row={row} /> {row.proposed ? <Tag>{ctx.t('integrity.proposed')}</Tag> : null}
                </>
              )),
              column('differs', ctx.t('common.whatDiffers'), { rec: 'c' }, (row) =>
                row.differences.length === 0 ? (
                  <span class="hide-narrow">–</span>
                ) : (
                  differenceWords(ctx, row.differences)
                ),
              ),
              column('since', ctx.t('common.since'), { fit: true }, (row) => <Time at={row.since} form="date" />),
              column('read', ctx.t('integrity.readAt'), { num: true, rec: 'd' }, (row) =>
                row.readAt === null ? <Unknown /> : <Age at={row.readAt} />,
              ),
              column('hardening', ctx.t('integrity.hardening'), (row) =>
                ctx.t('integrity.hardeningCounts', { found: row.found, unknown: row.unknown }),
              ),
            ],
          }}
        />
      )}
    </Page>
  );
};
