import { LinkButton } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

type HealthProps = {
  readonly ctx: Ctx;
  readonly checkedAt: When;
  /** When every page of the database was read; null where never. */
  readonly pagesCheckedAt: When | null;
  readonly checks: ReadonlyArray<{
    readonly name: string;
    readonly state: 'ok' | 'warning' | 'failed';
    readonly code: string;
    /** English, as in the log. */
    readonly detail: string;
  }>;
  readonly disk: { readonly freeBytes: number; readonly sizeBytes: number };
  /** Sections of an export of diagnostics. */
  readonly diagnostics: readonly string[];
};

const levels = { ok: 'ok', warning: 'warning', failed: 'critical' } as const;

/** Whether the appliance can do its work: each check, what it found, what to do. */
export const Health = ({ ctx, checkedAt, pagesCheckedAt, checks, disk, diagnostics }: HealthProps) => (
  <Page ctx={ctx} title={ctx.t('health.title')} sub={ctx.t('health.sub')}>
    <Panel
      title={ctx.t('health.checked')}
      context={<Time at={checkedAt} />}
      foot={
        <>
          {ctx.t('health.disk', { free: ctx.fmt.bytes(disk.freeBytes), size: ctx.fmt.bytes(disk.sizeBytes) })}
          <br />
          {pagesCheckedAt === null
            ? ctx.t('health.pagesNever')
            : ctx.rich('health.pages', { at: <Time at={pagesCheckedAt} /> })}
        </>
      }
    >
      <DataTable<(typeof checks)[number]>
        caption={ctx.t('health.title')}
        records="labelled"
        rows={checks}
        columns={[
          column('name', ctx.t('health.check'), { head: true }, ({ name }) => ctx.tDynamic(`health.check.${name}`)),
          column('state', ctx.t('health.state'), ({ state, code }) => (
            <Status level={levels[state]}>{ctx.tDynamic(`health.code.${code}`)}</Status>
          )),
          { key: 'todo', label: ctx.t('health.todo'), cell: ({ code }) => ctx.tDynamic(`health.todo.${code}`) },
          column('detail', ctx.t('health.detail'), { any: true }, ({ detail }) => <span lang="en">{detail}</span>),
        ]}
      />
    </Panel>
    <Panel title={ctx.t('health.diagnostics')} body>
      <p>{ctx.t('health.diagnosticsWhat')}</p>
      <ul>
        {diagnostics.map((name) => (
          <li>{ctx.tDynamic(`health.section.${name}`)}</li>
        ))}
      </ul>
      <div class="row">
        <LinkButton download href={paths.diagnosticsFile()} needs="settings:write">
          {ctx.t('health.diagnosticsSealed')}
        </LinkButton>
        <LinkButton download href={paths.diagnosticsFile({ plain: 'true' })} needs="settings:write">
          {ctx.t('health.diagnosticsPlain')}
        </LinkButton>
      </div>
    </Panel>
  </Page>
);
