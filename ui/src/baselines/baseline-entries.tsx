import { Button, ErrorSummary, PostForm, SelectField, TextField } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';

type BaselineEntryRow = {
  readonly key: string;
  /** Null where it is personal. */
  readonly title: string | null;
  readonly values: string;
};

export type EntryList = { readonly total: number; readonly rows: readonly BaselineEntryRow[] };

/** GET: collection, q, device. POST fields: csrf, collection, device, remove, add, comment. */
type BaselineEntriesProps = {
  readonly ctx: Ctx;
  readonly baseline: { readonly id: string; readonly name: string };
  readonly collections: readonly string[];
  readonly collection: string;
  readonly q: string;
  /** As a person wrote it, and the one that is meant. */
  readonly device: string;
  readonly deviceId?: string | undefined;
  readonly expected: EntryList;
  /** What the device reports and the baseline does not expect; undefined: no device was named. */
  readonly offered: EntryList | undefined;
  readonly comment: string;
  readonly errors?: FieldErrors | undefined;
};

const Entries = ({
  ctx,
  list,
  field,
  title,
  pick,
  none,
}: {
  ctx: Ctx;
  list: EntryList;
  field: 'remove' | 'add';
  title: string;
  pick: string;
  none: string;
}) => (
  <Panel title={title} context={ctx.t('baselines.entriesShown', { n: list.rows.length, total: list.total })}>
    {list.rows.length === 0 ? (
      <Empty title={none} />
    ) : (
      <DataTable<(typeof list.rows)[number]>
        caption={title}
        rows={list.rows}
        records="labelled"
        columns={[
          column(field, pick, { fit: true }, (row) => (
            <input
              type="checkbox"
              name={field}
              value={row.key}
              aria-label={`${pick}: ${row.title ?? ctx.t('common.withheld')} ${row.values}`}
            />
          )),
          column('title', ctx.t('changes.title'), { any: true }, (row) => (
            <span translate="no">{row.title ?? ctx.t('common.withheld')}</span>
          )),
          column('values', ctx.t('baselines.values'), { any: true }, (row) => (
            <span translate="no">{row.values === '' ? '–' : row.values}</span>
          )),
        ]}
      />
    )}
  </Panel>
);

/** What a baseline expects of one collection, entry by entry, and what may be added from a device. */
export const BaselineEntries = (props: BaselineEntriesProps) => {
  const { ctx, baseline, collection, expected, offered, errors } = props;
  const address = paths.baselineEntries(baseline.id);
  return (
    <Page
      ctx={ctx}
      title={ctx.t('baselines.edit')}
      sub={baseline.name}
      crumbs={[
        { label: ctx.t('nav.baselines'), href: paths.baselines() },
        { label: baseline.name, href: paths.baseline(baseline.id) },
      ]}
    >
      <ErrorSummary
        errors={errors}
        labels={{
          comment: ctx.t('baselines.editWhy'),
          remove: ctx.t('baselines.entriesExpected'),
          addItems: ctx.t('baselines.entriesOffered'),
          addRows: ctx.t('baselines.entriesOffered'),
          device: ctx.t('baselines.editDevice'),
        }}
      />
      <Panel body>
        <form method="get" action={address} class="form">
          <SelectField
            name="collection"
            label={ctx.t('changes.collection')}
            value={collection}
            options={props.collections.map((name) => ({
              value: name,
              label: ctx.tDynamic(`collection.${name}.title`),
            }))}
          />
          <TextField name="q" label={ctx.t('list.filter')} value={props.q} maxLength={200} />
          <TextField
            name="device"
            label={ctx.t('baselines.editDevice')}
            hint={ctx.t('baselines.editDeviceHint')}
            value={props.device}
            maxLength={64}
            spellcheck={false}
            errors={errors}
          />
          <div class="row">
            <Button>{ctx.t('common.show')}</Button>
          </div>
        </form>
      </Panel>
      <PostForm action={address} errors={errors}>
        <input type="hidden" name="collection" value={collection} />
        <input type="hidden" name="device" value={props.deviceId ?? ''} />
        <Entries
          ctx={ctx}
          list={expected}
          field="remove"
          title={ctx.t('baselines.entriesExpected')}
          pick={ctx.t('common.remove')}
          none={ctx.t('baselines.entriesNone')}
        />
        {offered === undefined ? null : (
          <Entries
            ctx={ctx}
            list={offered}
            field="add"
            title={ctx.t('baselines.entriesOffered')}
            pick={ctx.t('common.add')}
            none={ctx.t('baselines.entriesNoMore')}
          />
        )}
        <Panel>
          <div class="body form">
            <TextField
              name="comment"
              label={ctx.t('baselines.editWhy')}
              value={props.comment}
              maxLength={500}
              required
            />
            <div class="row">
              <Button kind="primary" needs="devices:write">
                {ctx.t('baselines.editSave')}
              </Button>
            </div>
          </div>
        </Panel>
      </PostForm>
    </Page>
  );
};
