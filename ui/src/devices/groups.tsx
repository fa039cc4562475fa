import { LinkButton } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Count } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';

type GroupRow = {
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  /** In the group and all below it. */
  readonly below: number;
};

type Children = ReadonlyMap<string | null, readonly GroupRow[]>;

const Branch = ({ ctx, rows, of }: { ctx: Ctx; rows: Children; of: string | null }) => (
  <ul>
    {(rows.get(of) ?? []).map(({ id, name, below }) => (
      <li>
        <span translate="no">{name}</span> <Count n={below} href={paths.devices({ group: id })} />{' '}
        {ctx.opens(paths.object('group', id)) ? <a href={paths.object('group', id)}>{ctx.t('groups.edit')}</a> : null}
        {rows.has(id) ? (
          <div class="body">
            <Branch ctx={ctx} rows={rows} of={id} />
          </div>
        ) : null}
      </li>
    ))}
  </ul>
);

/** The tree of groups, each with its devices and those below it. */
export const Groups = ({ ctx, rows }: { ctx: Ctx; rows: readonly GroupRow[] }) => (
  <Page
    ctx={ctx}
    title={ctx.t('field.groups')}
    sub={ctx.t('groups.sub')}
    actions={
      <LinkButton href={paths.objectNew('group')} needs="devices:write">
        {ctx.t('kind.group.create')}
      </LinkButton>
    }
  >
    <Panel title={ctx.t('field.groups')} context={ctx.t('groups.context')}>
      {rows.length === 0 ? (
        <Empty title={ctx.t('groups.none')} />
      ) : (
        <div class="body">
          <Branch ctx={ctx} rows={Map.groupBy(rows, ({ parent }) => parent)} of={null} />
        </div>
      )}
    </Panel>
  </Page>
);
