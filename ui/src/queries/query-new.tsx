import { DeviceFields } from '../components/device-column.tsx';
import { AreaField, Button, Cancel, ErrorSummary, PostForm, TextField, withoutRight } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Reference } from '../model.ts';
import { paths } from '../paths.ts';

/** POST fields: csrf, sql, wait, device (repeated; none: all). */
type QueryNewProps = {
  readonly ctx: Ctx;
  readonly sql: string;
  readonly wait: string;
  readonly devices: readonly Reference[];
  /** How many devices would be asked. */
  readonly deviceCount: number;
  readonly maxLength: number;
  readonly errors?: FieldErrors | undefined;
};

/** A question in SQL, and whom it is put to. */
export const QueryNew = ({ ctx, sql, wait, devices, deviceCount, maxLength, errors }: QueryNewProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('queries.new')}
    crumbs={[{ label: ctx.t('nav.queries'), href: paths.queries() }]}
    sub={ctx.t('queries.newSub')}
  >
    <ErrorSummary
      errors={errors}
      labels={{ sql: ctx.t('queries.sql'), wait: ctx.t('queries.wait'), devices: ctx.t('nav.devices') }}
    />
    <PostForm action={paths.queryNew()} class="stack" errors={errors}>
      <div class="grid">
        <Panel title={ctx.t('common.question')} span={7} body>
          <AreaField
            name="sql"
            label={ctx.t('queries.sql')}
            hint={ctx.t('queries.sqlHint')}
            value={sql}
            rows={6}
            maxLength={maxLength}
            required
          />
          <TextField
            name="wait"
            type="number"
            label={ctx.t('queries.wait')}
            hint={ctx.t('queries.waitHint')}
            value={wait}
            min={1}
            max={3_600}
          />
          <div class="row">
            <Button
              kind="primary"
              unavailable={deviceCount === 0 ? ctx.t('queries.noDevices') : withoutRight(ctx, 'queries:write')}
            >
              {ctx.t('queries.run', { n: deviceCount })}
            </Button>
            <Cancel href={paths.queries()} />
          </div>
        </Panel>
        <Panel title={ctx.t('nav.devices')} context={ctx.fmt.number(deviceCount)} span={5}>
          <div class="body" id="f-devices">
            {devices.length === 0 ? <p>{ctx.t('queries.everybody')}</p> : <DeviceFields devices={devices} />}
            <p class="second">{ctx.t('queries.refused')}</p>
          </div>
        </Panel>
      </div>
    </PostForm>
  </Page>
);
