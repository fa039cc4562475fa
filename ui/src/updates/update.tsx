import { deviceColumn } from '../components/device-column.tsx';
import { Button, Hidden, LinkButton, PostForm, withoutRight, withoutSiteRight } from '../components/form.tsx';
import { Empty, Facts, Notice, Panel } from '../components/panel.tsx';
import { Status, Tag } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Installation, PageOf, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import { suiteText } from './followed.tsx';
import type { UpdateRow } from './updates.tsx';
import { ApprovalMark, AsOf, InstallationMark, NotLookedAt, SupplyMark } from './updates.tsx';

type UpdateProps = {
  readonly ctx: Ctx;
  readonly update: UpdateRow;
  readonly purl: string;
  readonly signer: string;
  readonly files: readonly { readonly sha256: string; readonly sizeBytes: number; readonly held: boolean }[];
  readonly depends: readonly Reference[];
  readonly supersedes: readonly Reference[];
  readonly supersededBy?: Reference | undefined;
  /** SHA-256 and text when it is here. */
  readonly licence?:
    | {
        readonly sha256: string;
        readonly text?: string;
        readonly accepted?: { readonly who: string; readonly at: When };
      }
    | undefined;
  readonly decided?:
    | { readonly who: string; readonly at: When; readonly comment?: string; readonly revision: number }
    | undefined;
  /** Devices whose need is not known yet. */
  readonly notLookedAt: number;
  readonly devices: PageOf<{
    readonly device: Reference;
    readonly installedVersion?: string | undefined;
    readonly installation?: Installation | undefined;
    readonly at?: When | undefined;
    readonly deployment?: string | undefined;
    readonly code?: string | undefined;
  }>;
  readonly findings: readonly { readonly id: string; readonly advisory: string }[];
};

const References = ({ items }: { items: readonly Reference[] }) =>
  items.length === 0 ? (
    <>–</>
  ) : (
    items.map((item, index) => (
      <>
        {index === 0 ? null : ', '}
        <To href={paths.update(item.id)} translate="no">
          {item.name}
        </To>
      </>
    ))
  );

const Decide = ({ ctx, update }: Pick<UpdateProps, 'ctx' | 'update'>) => {
  const unavailable = withoutSiteRight(ctx, 'updates:write');
  const deployable = update.approval === 'approved' && update.supply === 'arrived';
  return (
    <>
      {update.approval === 'approved' ? null : (
        <PostForm action={paths.updatesDecide()}>
          <Hidden
            fields={[
              ['id', update.id],
              ['action', 'approve'],
              // The page shows all that would be asked about, but for a licence that has to be read.
              ...(update.licence === 'to-accept' ? [] : [['confirmed', '1'] as const]),
            ]}
          />
          <Button kind={update.supply === 'arrived' ? 'primary' : 'second'} unavailable={unavailable}>
            {ctx.t('common.approve')}
          </Button>
        </PostForm>
      )}
      <PostForm action={paths.updatesDecide()} class="actions">
        <input type="hidden" name="id" value={update.id} />
        {update.approval === 'declined' ? null : (
          <Button name="action" value="decline" unavailable={unavailable}>
            {ctx.t('common.decline')}
          </Button>
        )}
        {update.approval === 'undefined' ? null : (
          <Button name="action" value="clear" unavailable={unavailable}>
            {ctx.t('updates.clear')}
          </Button>
        )}
      </PostForm>
      <LinkButton
        kind={deployable ? 'primary' : 'second'}
        href={paths.deploymentNew({ update: update.id })}
        unavailable={
          deployable
            ? withoutRight(ctx, 'deployments:write')
            : ctx.t(update.supply === 'arrived' ? 'updates.notApproved' : 'updates.notHere')
        }
      >
        {ctx.t('updates.deploy')}
      </LinkButton>
    </>
  );
};

/** One update: what it is, who signed it, what was decided, which devices need it. */
export const Update = (props: UpdateProps) => {
  const { ctx, update, files, licence, decided, devices } = props;
  return (
    <Page
      ctx={ctx}
      title={`${update.name} ${update.version}`}
      untranslatedTitle
      crumbs={[{ label: ctx.t('nav.updates'), href: paths.updates() }]}
      mark={update.security ? <Tag>{ctx.t('updates.security')}</Tag> : undefined}
      sub={ctx.t('updates.neededBy', { n: update.devices })}
      actions={<Decide ctx={ctx} update={update} />}
    >
      {licence !== undefined && licence.accepted === undefined ? (
        <Notice level="warning" title={ctx.t('updates.licenceTitle')}>
          {ctx.t('updates.licenceWhy')}
        </Notice>
      ) : null}
      <div class="grid">
        <Panel title={ctx.t('updates.about')} span={6} body>
          <Facts
            rows={[
              [ctx.t('common.approval'), <ApprovalMark ctx={ctx} approval={update.approval} />],
              ...(decided === undefined
                ? []
                : [
                    [
                      ctx.t('updates.decidedBy'),
                      <>
                        <span translate="no">{decided.who}</span>, <Time at={decided.at} />{' '}
                        <To href={paths.objectRevisions('update-decision', update.id)}>
                          {ctx.t('objects.revisionN', { revision: decided.revision })}
                        </To>
                        {decided.comment === undefined ? null : <p>{decided.comment}</p>}
                      </>,
                    ] as const,
                  ]),
              [ctx.t('updates.supply'), <SupplyMark ctx={ctx} supply={update.supply} reason={update.supplyReason} />],
              [
                ctx.t('collection.software.field.purl'),
                <span class="hash" translate="no">
                  {props.purl}
                </span>,
              ],
              [
                ctx.t('updates.suites'),
                <>
                  <span translate="no">{update.suites.map((suite) => suiteText(ctx, suite)).join(', ') || '–'}</span>{' '}
                  <AsOf ctx={ctx} at={update.asOf} />
                </>,
              ],
              [
                ctx.t('updates.signer'),
                <span class="hash" translate="no">
                  {props.signer}
                </span>,
              ],
              [ctx.t('updates.depends'), <References items={props.depends} />],
              [ctx.t('updates.supersedes'), <References items={props.supersedes} />],
              ...(props.supersededBy === undefined
                ? []
                : [[ctx.t('updates.supersededBy'), <References items={[props.supersededBy]} />] as const]),
              [
                ctx.t('common.vulnerabilities'),
                props.findings.length === 0
                  ? '–'
                  : props.findings.map((finding, index) => (
                      <>
                        {index === 0 ? null : ', '}
                        <To href={paths.finding(finding.id)} translate="no">
                          {finding.advisory}
                        </To>
                      </>
                    )),
              ],
            ]}
          />
        </Panel>
        <Panel title={ctx.t('common.files')} context={ctx.fmt.bytes(update.sizeBytes)} span={6}>
          {files.length === 0 ? (
            <Empty title={ctx.t('updates.noFiles')}>{ctx.t('updates.noFilesWhy')}</Empty>
          ) : (
            <DataTable<(typeof files)[number]>
              caption={ctx.t('common.files')}
              rows={files}
              columns={[
                { key: 'sha256', label: 'SHA-256', any: true, cell: (row) => <Hash value={row.sha256} /> },
                { key: 'size', label: ctx.t('common.size'), num: true, cell: (row) => ctx.fmt.bytes(row.sizeBytes) },
                column('held', ctx.t('updates.supply'), (row) => (
                  <Status level={row.held ? 'ok' : 'waiting'}>
                    {ctx.t(row.held ? 'supply.arrived' : 'updates.fileMissing')}
                  </Status>
                )),
              ]}
            />
          )}
        </Panel>
      </div>
      {licence === undefined ? null : (
        <Panel
          title={ctx.t('common.licence')}
          context={
            licence.accepted === undefined
              ? ctx.t('updates.licenceToAccept')
              : ctx.t('updates.licenceAccepted', {
                  who: licence.accepted.who,
                  at: ctx.fmt.dateTime(licence.accepted.at),
                })
          }
          body
        >
          <Hash value={licence.sha256} />
          <pre translate="no">{licence.text ?? ctx.t('updates.licenceNotHere')}</pre>
          {licence.text === undefined ? null : (
            <LinkButton href={paths.updateLicence(update.id)} download>
              {ctx.t('common.download')}
            </LinkButton>
          )}
        </Panel>
      )}
      <Panel title={ctx.t('nav.devices')} context={ctx.fmt.number(devices.total)}>
        <NotLookedAt ctx={ctx} n={props.notLookedAt} />
        {devices.rows.length === 0 ? (
          <Empty title={ctx.t('updates.noDevices')}>{ctx.t('updates.noDevicesWhy')}</Empty>
        ) : (
          <DataTable<(typeof devices.rows)[number]>
            caption={ctx.t('nav.devices')}
            records
            rows={devices.rows}
            columns={[
              deviceColumn(ctx),
              column('from', ctx.t('updates.installedVersion'), { any: true, rec: 'c' }, (row) => (
                <span translate="no">{row.installedVersion ?? '–'}</span>
              )),
              column('state', ctx.t('updates.installation'), { rec: 'b' }, (row) =>
                row.installation === undefined ? (
                  <span class="dim">–</span>
                ) : (
                  <>
                    <InstallationMark ctx={ctx} state={row.installation} />{' '}
                    {row.code === undefined ? null : (
                      <div class="small">
                        {ctx.tDynamic(`taskCode.${row.code}`, {}, '')} <code translate="no">{row.code}</code>
                      </div>
                    )}
                  </>
                ),
              ),
              column('deployment', ctx.t('deployments.deployment'), (row) =>
                row.deployment === undefined ? (
                  '–'
                ) : (
                  <To href={paths.deployment(row.deployment)}>{ctx.t('common.show')}</To>
                ),
              ),
              column('at', ctx.t('common.time'), { rec: 'd' }, (row) =>
                row.at === undefined ? '–' : <Time at={row.at} />,
              ),
            ]}
          />
        )}
        {devices.next === undefined ? null : (
          <div class="body">
            <To href={`${paths.update(update.id)}?after=${encodeURIComponent(devices.next)}`}>
              {ctx.t('common.nextDevices')}
            </To>
          </div>
        )}
      </Panel>
    </Page>
  );
};
