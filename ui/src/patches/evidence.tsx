import { Button, ErrorSummary, LinkButton, PostForm, SelectField, TextField } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';

type PackRow = {
  readonly id: number;
  readonly from: When;
  readonly to: When;
  readonly createdAt: When;
  readonly who: string;
  readonly rows: number | null;
  readonly sha256: string | null;
  /** Code of a failure. */
  readonly failed: string | undefined;
};

type EvidenceProps = {
  readonly ctx: Ctx;
  readonly packs: readonly PackRow[];
  readonly values: { readonly from: string; readonly to: string; readonly lang: string };
  readonly errors?: FieldErrors | undefined;
};

const files = [
  ['pdf', 'evidence.pdf'],
  ['json', 'evidence.json'],
  ['signature', 'evidence.signature'],
] as const;
const languages = [
  ['kk', 'Қазақша'],
  ['ru', 'Русский'],
  ['en', 'English'],
] as const;

/** Evidence of a period. POST: from, to (days), lang. */
export const EvidencePacks = ({ ctx, packs, values, errors }: EvidenceProps) => {
  const isMoving = packs.some(({ sha256, failed }) => sha256 === null && failed === undefined);
  return (
    <Page
      ctx={ctx}
      title={ctx.t('evidence.title')}
      sub={ctx.t('evidence.sub')}
      {...(isMoving ? { refreshSeconds: 5 } : {})}
    >
      <ErrorSummary errors={errors} labels={{ from: ctx.t('evidence.from'), to: ctx.t('evidence.to') }} />
      <Panel title={ctx.t('evidence.create')} body>
        <p>{ctx.t('evidence.noneWhy')}</p>
        <PostForm action={paths.evidence()} class="form" errors={errors}>
          <TextField
            name="from"
            label={ctx.t('evidence.from')}
            hint={ctx.t('patches.dayHint')}
            value={values.from}
            required
          />
          <TextField
            name="to"
            label={ctx.t('evidence.to')}
            hint={ctx.t('patches.dayHint')}
            value={values.to}
            required
          />
          <SelectField
            name="lang"
            label={ctx.t('evidence.lang')}
            value={values.lang}
            options={languages.map(([value, label]) => ({ value, label }))}
          />
          <div>
            <Button kind="primary" needs="controllers:write" busy={ctx.t('common.working')}>
              {ctx.t('evidence.create')}
            </Button>
          </div>
        </PostForm>
      </Panel>
      <Panel>
        {packs.length === 0 ? (
          <Empty title={ctx.t('evidence.none')} />
        ) : (
          <DataTable<(typeof packs)[number]>
            caption={ctx.t('evidence.title')}
            rows={packs}
            records="labelled"
            columns={[
              column('period', ctx.t('evidence.period'), { head: true, any: true }, (row) =>
                ctx.fmt.dates(row.from, row.to),
              ),
              { key: 'made', label: ctx.t('evidence.made'), cell: (row) => <Time at={row.createdAt} /> },
              { key: 'who', label: ctx.t('common.who'), any: true, cell: (row) => row.who },
              column('rows', ctx.t('common.rows'), { num: true }, (row) =>
                row.rows === null ? '–' : ctx.fmt.number(row.rows),
              ),
              column('files', ctx.t('common.files'), { any: true }, (row) =>
                row.failed !== undefined ? (
                  <Status level="critical">{ctx.t('evidence.failed', { code: row.failed })}</Status>
                ) : row.sha256 === null ? (
                  <Status level="running">{ctx.t('evidence.making')}</Status>
                ) : (
                  <>
                    <div class="row">
                      {files.map(([file, word]) => (
                        <LinkButton small href={paths.evidenceFile(row.id, file)} download>
                          {ctx.t(word)}
                        </LinkButton>
                      ))}
                    </div>
                    <Hash value={row.sha256} />
                  </>
                ),
              ),
            ]}
          />
        )}
      </Panel>
    </Page>
  );
};
