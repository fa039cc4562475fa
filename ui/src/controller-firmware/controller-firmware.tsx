import { Button, ChecksField, Hidden, LinkButton, PostForm, withoutRight } from '../components/form.tsx';
import { Empty, Facts, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Reference, When } from '../model.ts';
import { paths } from '../paths.ts';

export type FirmwareTargetView = {
  readonly controller: Reference;
  readonly part: number;
  readonly partKey: string;
  readonly firmware: string;
};

type FirmwareRow = {
  readonly sha256: string;
  readonly vendor: string;
  readonly orderNumbers: readonly string[];
  readonly version: string;
  readonly title: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly isHere: boolean;
  readonly targets: readonly FirmwareTargetView[];
  /** Of the targets that are not listed. */
  readonly more: number;
};

export type HandoverView = {
  readonly id: number;
  readonly controller: Reference;
  readonly product: string;
  readonly version: string;
  readonly before: string;
  readonly handedAt: When;
  readonly handedBy: string;
  readonly state: 'handed' | 'done' | 'verified' | 'other-version' | 'dropped';
  readonly found: string;
  /** Unconfirmed checks. */
  readonly unconfirmed: readonly string[];
};

const levels = {
  handed: 'running',
  done: 'waiting',
  verified: 'ok',
  'other-version': 'critical',
  dropped: 'done',
} as const;

/** What was handed over, and what became of it. */
const HandoverTable = ({ ctx, rows }: { ctx: Ctx; rows: readonly HandoverView[] }) => {
  const unavailable = withoutRight(ctx, 'updates:write');
  return (
    <DataTable<(typeof rows)[number]>
      caption={ctx.t('cfind.handovers')}
      rows={rows}
      records="labelled"
      columns={[
        column('controller', ctx.t('common.controller'), { head: true, any: true }, (row) => (
          <To class="name" href={paths.controller(row.controller.id)} translate="no">
            {row.controller.name}
          </To>
        )),
        column('version', ctx.t('field.firmware'), { any: true }, (row) => (
          <span translate="no">
            {row.product} {row.before === '' ? '' : `${row.before} → `}
            {row.version}
          </span>
        )),
        column('handed', ctx.t('cfind.handedAt'), (row) => <Time at={row.handedAt} />),
        { key: 'by', label: ctx.t('cfind.handedBy'), cell: (row) => <span translate="no">{row.handedBy}</span> },
        column('state', ctx.t('field.state'), (row) => (
          <>
            <Status level={levels[row.state]}>
              {row.state === 'other-version'
                ? ctx.t('cfind.state.other-version', { version: row.found })
                : ctx.t(`cfind.state.${row.state}`)}
            </Status>
            {row.unconfirmed.length === 0 ? null : (
              <span class="second">
                {' '}
                {ctx.t('cfind.checkMissing', {
                  items: row.unconfirmed.map((name) => ctx.tDynamic(`cfind.check.${name}`, {}, name)).join('; '),
                })}
              </span>
            )}
          </>
        )),
        column('actions', <span class="vh">{ctx.t('field.state')}</span>, (row) =>
          row.state === 'handed' || row.state === 'done' ? (
            <PostForm action={paths.controllerHandover(row.id)} class="row">
              {row.state === 'handed' ? (
                <Button small name="action" value="done" unavailable={unavailable}>
                  {ctx.t('cfind.done')}
                </Button>
              ) : null}
              <Button small name="action" value="drop" unavailable={unavailable}>
                {ctx.t('cfind.drop')}
              </Button>
            </PostForm>
          ) : null,
        ),
      ]}
    />
  );
};

/** Firmware that has arrived, for whom it is, and what was handed over. */
export const ControllerFirmware = ({
  ctx,
  rows,
  handovers,
  open,
}: {
  ctx: Ctx;
  rows: readonly FirmwareRow[];
  handovers: readonly HandoverView[];
  open: number;
}) => {
  const unavailable = withoutRight(ctx, 'updates:write');
  return (
    <Page
      ctx={ctx}
      title={ctx.t('cfind.firmwareTitle')}
      sub={ctx.t('cfind.firmwareSub', { files: rows.filter(({ isHere }) => isHere).length, open })}
    >
      <p>{ctx.t('cfind.firmwareAlone')}</p>
      {rows.length === 0 ? (
        <Panel>
          <Empty title={ctx.t('cfind.firmwareNone')}>{ctx.t('cfind.firmwareNoneWhy')}</Empty>
        </Panel>
      ) : null}
      {rows.map((row) => (
        <Panel
          title={<span translate="no">{`${row.vendor} ${row.version}`}</span>}
          context={<span translate="no">{row.orderNumbers.join(', ')}</span>}
        >
          <div class="body">
            {row.title === '' ? null : <p lang="en">{row.title}</p>}
            <Facts
              rows={[
                [ctx.t('common.file'), <span translate="no">{row.fileName}</span>],
                [ctx.t('common.size'), ctx.fmt.bytes(row.sizeBytes)],
                [
                  'SHA-256',
                  <span class="hash" translate="no">
                    {row.sha256}
                  </span>,
                ],
              ]}
            />
          </div>
          {row.targets.length === 0 ? null : (
            <DataTable<(typeof row.targets)[number]>
              caption={ctx.t('cfind.fits')}
              rows={row.targets}
              columns={[
                column('controller', ctx.t('common.controller'), { any: true }, (target) => (
                  <To class="name" href={paths.controller(target.controller.id)} translate="no">
                    {target.controller.name}
                  </To>
                )),
                column('part', ctx.t('cfind.part'), (target) =>
                  target.partKey === '' ? ctx.t('cfind.itself') : <span translate="no">{target.partKey}</span>,
                ),
                column('firmware', ctx.t('field.firmware'), (target) =>
                  target.firmware === '' ? ctx.t('cfind.noVersion') : <span translate="no">{target.firmware}</span>,
                ),
                column('hand', <span class="vh">{ctx.t('cfind.hand')}</span>, (target) => (
                  <LinkButton
                    small
                    href={paths.controllerFirmwareHand(row.sha256, {
                      controller: target.controller.id,
                      part: target.part,
                    })}
                    unavailable={unavailable}
                  >
                    {ctx.t('cfind.hand')}
                    <span class="vh">: {target.controller.name}</span>
                  </LinkButton>
                )),
              ]}
            />
          )}
          {row.more === 0 ? null : (
            <div class="body">
              <p class="second">
                {ctx.t('vuln.shownOf', { shown: row.targets.length, total: row.targets.length + row.more })}
              </p>
            </div>
          )}
        </Panel>
      ))}
      {handovers.length === 0 ? null : (
        <Panel title={ctx.t('cfind.handovers')}>
          <HandoverTable ctx={ctx} rows={handovers} />
        </Panel>
      )}
    </Page>
  );
};

/** The checklist before a file is given: what the record knows stands beside each line. */
export const FirmwareHand = ({
  ctx,
  file,
  target,
  checks,
  licence,
  notes,
}: {
  ctx: Ctx;
  file: Omit<FirmwareRow, 'targets' | 'more'>;
  target: FirmwareTargetView;
  checks: readonly { readonly name: string; readonly known: string }[];
  licence: string | null;
  notes: string | null;
}) => (
  <Page
    ctx={ctx}
    title={ctx.t('cfind.handTitle')}
    crumbs={[{ label: ctx.t('cfind.firmwareTitle'), href: paths.controllerFirmware() }]}
    sub={ctx.t('cfind.firmwareHere', { version: file.version })}
  >
    <PostForm action={paths.controllerFirmwareHand(file.sha256)} again>
      <Hidden
        fields={[
          ['controller', target.controller.id],
          ['part', String(target.part)],
        ]}
      />
      <Panel title={ctx.t('cfind.checklist')} body>
        <Facts
          rows={[
            [ctx.t('common.controller'), <span translate="no">{target.controller.name}</span>],
            [
              ctx.t('field.firmware'),
              target.firmware === '' ? ctx.t('cfind.noVersion') : <span translate="no">{target.firmware}</span>,
            ],
            [ctx.t('common.file'), <span translate="no">{file.fileName}</span>],
            [
              'SHA-256',
              <span class="hash" translate="no">
                {file.sha256}
              </span>,
            ],
            ...checks.map(({ name, known }) => [ctx.tDynamic(`cfind.check.${name}`, {}, name), known] as const),
          ]}
        />
        <ChecksField
          name="confirmed"
          label={ctx.t('cfind.checklist')}
          values={[]}
          options={checks.map(({ name }) => ({ value: name, label: ctx.tDynamic(`cfind.check.${name}`, {}, name) }))}
        />
        <p>{ctx.t('cfind.firmwareAlone')}</p>
        <p>{ctx.t('cfind.handWhat')}</p>
        <Button kind="primary" needs="updates:write">
          {ctx.t('cfind.hand')}
        </Button>
      </Panel>
    </PostForm>
    {notes === null ? null : (
      <Panel title={ctx.t('cfind.notes')} body>
        <pre lang="en">{notes}</pre>
      </Panel>
    )}
    {licence === null ? null : (
      <Panel title={ctx.t('common.licence')} body>
        <pre lang="en">{licence}</pre>
      </Panel>
    )}
  </Page>
);
