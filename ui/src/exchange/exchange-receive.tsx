import { Button, ErrorSummary, FileField, PostForm, withoutRight } from '../components/form.tsx';
import { type KnowledgeRow, KnowledgeTable } from '../components/knowledge.tsx';
import { MediaList, type MediumView } from '../components/media-list.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';
import { ExchangeFrame } from './exchange-frame.tsx';

/** Tab Receive: upload (multipart field `file`) or pick (`path`) a bundle; both lead to the wizard. */
type ExchangeReceiveProps = {
  readonly ctx: Ctx;
  readonly ready: 'yes' | 'no-trust';
  /** What is plugged in, with what lies on it. */
  readonly media: readonly MediumView[];
  /** Imports that wait or run. */
  readonly imports: readonly {
    readonly id: string;
    readonly name: string;
    readonly state: 'checked' | 'running' | 'imported' | 'refused' | 'partial';
    readonly at: When;
  }[];
  readonly knowledge: readonly KnowledgeRow[];
  readonly errors?: FieldErrors;
};

const levels = {
  checked: 'waiting',
  running: 'running',
  imported: 'done',
  refused: 'critical',
  partial: 'warning',
} as const;

/** Pick a bundle on the medium or upload it; nothing is changed before the last step of the wizard. */
export const ExchangeReceive = (props: ExchangeReceiveProps) => {
  const { ctx, imports, knowledge, errors } = props;
  const unavailable = props.ready === 'no-trust' ? ctx.t('exchange.noTrustShort') : withoutRight(ctx, 'exchange:write');
  return (
    <ExchangeFrame ctx={ctx} current="receive">
      {props.ready === 'no-trust' ? (
        <Notice level="warning" title={ctx.t('exchange.noTrust')}>
          {ctx.t('exchange.noTrustWhy')} <To href={paths.exchangeTrust()}>{ctx.t('exchange.importTrust')}</To>
        </Notice>
      ) : null}
      <ErrorSummary errors={errors} labels={{ file: ctx.t('common.file'), path: ctx.t('common.file') }} />
      <MediaList media={props.media} unavailable={unavailable} />
      <div class="grid">
        <Panel title={ctx.t('exchange.upload')} context={ctx.t('exchange.uploadContext')} span={6} body>
          <PostForm action={paths.bundleUpload()} multipart class="form">
            <FileField
              label={ctx.t('common.file')}
              hint={ctx.t('exchange.uploadHint')}
              accept=".tar,application/x-tar"
            />
            <div>
              <Button kind="primary" busy={ctx.t('exchange.checking')} unavailable={unavailable}>
                {ctx.t('exchange.uploadCheck')}
              </Button>
            </div>
          </PostForm>
        </Panel>
      </div>
      {imports.length === 0 ? null : (
        <Panel title={ctx.t('exchange.imports')}>
          <DataTable<(typeof imports)[number]>
            caption={ctx.t('exchange.imports')}
            rows={imports}
            columns={[
              column('name', ctx.t('common.file'), { any: true }, (row) => (
                <To href={paths.bundleImport(row.id)} translate="no">
                  {row.name}
                </To>
              )),
              column('state', ctx.t('exchange.resultLabel'), (row) => (
                <Status level={levels[row.state]}>{ctx.t(`exchange.importState.${row.state}`)}</Status>
              )),
              { key: 'at', label: ctx.t('common.time'), cell: (row) => <Time at={row.at} /> },
            ]}
          />
        </Panel>
      )}
      <Panel title={ctx.t('exchange.knowledge')} context={ctx.t('exchange.perSource')}>
        {knowledge.length === 0 ? (
          <Empty title={ctx.t('common.noAdvisoriesShort')}>{ctx.t('exchange.noKnowledgeWhy')}</Empty>
        ) : (
          <KnowledgeTable knowledge={knowledge} />
        )}
      </Panel>
    </ExchangeFrame>
  );
};
