import { Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';

type Row = {
  readonly version: string;
  readonly state: 'running' | 'kept' | 'installed' | 'staged';
  readonly sha256: string | null;
  readonly sizeBytes: number | null;
};

const levels = { running: 'ok', kept: 'info', installed: 'info', staged: 'waiting' } as const;

/** Releases of Sallyport: which runs, which is the way back, what a bundle brought and how it is installed. */
export const Releases = ({ ctx, rows }: { ctx: Ctx; rows: readonly Row[] }) => (
  <Page ctx={ctx} title={ctx.t('releases.title')} sub={ctx.t('releases.sub')}>
    <Panel title={ctx.t('releases.title')} context={ctx.fmt.number(rows.length)}>
      <DataTable<(typeof rows)[number]>
        caption={ctx.t('releases.title')}
        records="labelled"
        rows={rows}
        columns={[
          column('version', ctx.t('field.version'), { head: true }, ({ version }) => (
            <span translate="no">{version}</span>
          )),
          column('state', ctx.t('field.state'), ({ state }) => (
            <Status level={levels[state]}>{ctx.tDynamic(`releases.state.${state}`)}</Status>
          )),
          column('size', ctx.t('common.size'), { num: true }, ({ sizeBytes }) =>
            sizeBytes === null ? '–' : ctx.fmt.bytes(sizeBytes),
          ),
          column('todo', ctx.t('releases.todo'), { any: true }, ({ version, state }) =>
            state === 'staged' ? (
              <>
                {ctx.t('releases.install')} <code translate="no">sallyport release install {version}</code>
              </>
            ) : state === 'kept' ? (
              <>
                {ctx.t('releases.back')} <code translate="no">sallyport release rollback</code>
              </>
            ) : (
              '–'
            ),
          ),
        ]}
      />
    </Panel>
  </Page>
);
