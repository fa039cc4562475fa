import { Button, FileField, Hidden, LinkButton, PostForm, withoutRight } from '../components/form.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Level, When } from '../model.ts';
import { paths } from '../paths.ts';

type MitigationRow = {
  readonly id: string;
  readonly name: string;
  readonly measure: string;
  readonly scope: string;
  readonly owner: string;
  readonly expiresAt: When;
  readonly reviewAt: When | null;
  readonly files: readonly string[];
  readonly state: string;
};

type AcceptanceRow = {
  readonly id: string;
  readonly name: string;
  readonly vulnerability: string;
  readonly scope: string;
  readonly versions: string;
  readonly reason: string;
  readonly owner: string;
  readonly approver: string | null;
  readonly expiresAt: When | null;
  readonly state: string;
  /** Whether a controller here is what it names; else why it holds nothing back. */
  readonly effect: 'controllers' | 'package' | 'none';
  /** The reader may not approve it: it is his own. */
  readonly isOwn: boolean;
};

type FileRow = {
  readonly sha256: string;
  readonly name: string;
  readonly bytes: number;
  readonly at: When;
  readonly who: string;
};

type MeasuresProps = {
  readonly ctx: Ctx;
  readonly mitigations: readonly MitigationRow[];
  readonly acceptances: readonly AcceptanceRow[];
  readonly files: readonly FileRow[];
  readonly errors?: FieldErrors | undefined;
};

/** Without effect, named above the list; the list has them all. */
const namedRows = 20;

const levels: Readonly<Record<string, Level>> = {
  'in-force': 'ok',
  'review-due': 'warning',
  'ends-soon': 'warning',
  over: 'warning',
  waiting: 'waiting',
  changed: 'warning',
  malformed: 'critical',
};

const StateMark = ({ ctx, state }: { ctx: Ctx; state: string }) => (
  <Status level={levels[state] ?? 'info'}>{ctx.tDynamic(`measures.state.${state}`)}</Status>
);

/** Why some acceptances hold nothing back, and what to do about them. */
const WithoutEffect = ({ ctx, acceptances }: Pick<MeasuresProps, 'ctx' | 'acceptances'>) => (
  <>
    {(['package', 'none'] as const).map((effect) => {
      const rows = acceptances.filter((row) => row.effect === effect);
      return rows.length === 0 ? null : (
        <Notice level="warning" title={ctx.t('measures.withoutEffect', { n: rows.length })}>
          {ctx.t(`measures.effect.${effect}`)}{' '}
          <span translate="no">
            {rows
              .slice(0, namedRows)
              .map(({ vulnerability, scope }) => `${vulnerability}, ${scope}`)
              .join('; ')}
            {rows.length > namedRows ? '; …' : ''}
          </span>
        </Notice>
      );
    })}
  </>
);

const Mitigations = ({ ctx, mitigations }: MeasuresProps) => {
  const create = (
    <LinkButton small href={paths.objectNew('mitigation')} needs="controllers:write">
      {ctx.t('measures.mitigationNew')}
    </LinkButton>
  );
  return (
    <Panel title={ctx.t('measures.mitigations')} link={create}>
      {mitigations.length === 0 ? (
        <Empty title={ctx.t('measures.mitigationNone')}>{ctx.t('measures.mitigationNoneWhy')}</Empty>
      ) : (
        <DataTable<(typeof mitigations)[number]>
          caption={ctx.t('measures.mitigations')}
          rows={mitigations}
          records="labelled"
          lines
          columns={[
            column('name', ctx.t('field.name'), { head: true, any: true }, (row) => (
              <To href={paths.object('mitigation', row.id)}>{row.name}</To>
            )),
            column('measure', ctx.t('measures.measureLabel'), (row) =>
              ctx.tDynamic(`kind.mitigation.option.measure.${row.measure}`),
            ),
            { key: 'scope', label: ctx.t('common.where'), any: true, cell: (row) => row.scope },
            { key: 'owner', label: ctx.t('field.owner'), any: true, cell: (row) => row.owner },
            { key: 'state', label: ctx.t('field.state'), cell: (row) => <StateMark ctx={ctx} state={row.state} /> },
            column('ends', ctx.t('measures.ends'), (row) => <Time at={row.expiresAt} form="date" />),
            column('review', ctx.t('measures.review'), (row) =>
              row.reviewAt === null ? '–' : <Time at={row.reviewAt} form="date" />,
            ),
            column('files', ctx.t('measures.files'), { any: true }, (row) =>
              row.files.length === 0 ? <span class="dim">–</span> : ctx.t('measures.filesN', { n: row.files.length }),
            ),
          ]}
        />
      )}
    </Panel>
  );
};

const Acceptances = ({ ctx, acceptances }: MeasuresProps) => {
  const create = (
    <>
      {acceptances.length === 0 ? null : (
        <LinkButton small href={paths.measuresCsv()} download>
          {ctx.t('common.exportCsv')}
        </LinkButton>
      )}{' '}
      <LinkButton small href={paths.objectNew('risk-acceptance')} needs="controllers:write">
        {ctx.t('measures.acceptanceNew')}
      </LinkButton>
    </>
  );
  return (
    <Panel title={ctx.t('measures.acceptances')} link={create}>
      <WithoutEffect ctx={ctx} acceptances={acceptances} />
      {acceptances.length === 0 ? (
        <Empty title={ctx.t('measures.acceptanceNone')}>{ctx.t('measures.acceptanceNoneWhy')}</Empty>
      ) : (
        <DataTable<(typeof acceptances)[number]>
          caption={ctx.t('measures.acceptances')}
          rows={acceptances}
          records="labelled"
          lines
          columns={[
            column('vulnerability', ctx.t('common.vulnerability'), { head: true, any: true }, (row) => (
              <To href={paths.object('risk-acceptance', row.id)} translate="no">
                {row.vulnerability}
              </To>
            )),
            column('scope', ctx.t('measures.productOrZone'), { any: true }, (row) => (
              <span translate="no">{row.scope}</span>
            )),
            column('versions', ctx.t('measures.versions'), { any: true }, (row) => (
              <span translate="no">{row.versions}</span>
            )),
            { key: 'reason', label: ctx.t('field.reason'), any: true, cell: (row) => row.reason },
            { key: 'owner', label: ctx.t('field.owner'), any: true, cell: (row) => row.owner },
            // What holds nothing back has no better state; its file has both.
            column('state', ctx.t('field.state'), (row) =>
              row.effect === 'controllers' ? (
                <StateMark ctx={ctx} state={row.state} />
              ) : (
                <Status level="warning">{ctx.t('measures.effect.without')}</Status>
              ),
            ),
            column('approver', ctx.t('common.approvedBy'), { any: true }, (row) =>
              (row.state === 'waiting' || row.state === 'changed') && row.effect !== 'package' ? (
                <PostForm action={paths.measureApprove()}>
                  <Hidden fields={[['id', row.id]]} />
                  <Button
                    small
                    unavailable={row.isOwn ? ctx.t('measures.approveOther') : withoutRight(ctx, 'controllers:approve')}
                  >
                    {ctx.t('common.approve')}
                  </Button>
                </PostForm>
              ) : (
                (row.approver ?? '–')
              ),
            ),
            column('ends', ctx.t('measures.ends'), (row) =>
              row.expiresAt === null ? '–' : <Time at={row.expiresAt} form="date" />,
            ),
          ]}
        />
      )}
    </Panel>
  );
};

const Files = ({ ctx, files, errors }: MeasuresProps) => (
  <Panel title={ctx.t('measures.files')}>
    {files.length === 0 ? (
      <Empty title={ctx.t('measures.filesNone')}>{ctx.t('measures.filesWhy')}</Empty>
    ) : (
      <DataTable<(typeof files)[number]>
        caption={ctx.t('measures.files')}
        rows={files}
        records="labelled"
        lines
        columns={[
          column('name', ctx.t('common.file'), { head: true, any: true }, (row) => (
            <a href={paths.measureFile(row.sha256)} download="" translate="no">
              {row.name}
            </a>
          )),
          { key: 'sha256', label: 'SHA-256', any: true, cell: (row) => <Hash value={row.sha256} /> },
          { key: 'size', label: ctx.t('common.size'), num: true, cell: (row) => ctx.fmt.bytes(row.bytes) },
          { key: 'at', label: ctx.t('common.when'), cell: (row) => <Time at={row.at} /> },
          { key: 'who', label: ctx.t('common.who'), any: true, cell: (row) => row.who },
        ]}
      />
    )}
    <div class="body">
      <PostForm action={paths.measureAttach()} multipart class="form" errors={errors}>
        <FileField label={ctx.t('common.file')} />
        <div>
          <Button needs="controllers:write" busy={ctx.t('common.working')}>
            {ctx.t('measures.attach')}
          </Button>
        </div>
      </PostForm>
    </div>
  </Panel>
);

/** What protects what cannot be patched, what is lived with, and the files that prove it. */
export const Measures = (props: MeasuresProps) => {
  const { ctx, mitigations, acceptances } = props;
  const of = (rows: readonly { readonly state: string }[], ...states: string[]): number =>
    rows.filter(({ state }) => states.includes(state)).length;
  const effective = acceptances.filter(({ effect }) => effect === 'controllers');
  return (
    <Page
      ctx={ctx}
      title={ctx.t('measures.title')}
      sub={ctx.t('measures.sub', {
        measures: of(mitigations, 'in-force', 'review-due', 'ends-soon'),
        acceptances: of(effective, 'in-force', 'ends-soon'),
        soon: of(mitigations, 'ends-soon') + of(effective, 'ends-soon'),
      })}
      actions={
        <LinkButton href={paths.objects('patch-duty')} needs="accounts:read">
          {ctx.t('measures.roles')}
        </LinkButton>
      }
    >
      <Mitigations {...props} />
      <Acceptances {...props} />
      <Files {...props} />
    </Page>
  );
};
