import { DeviceFields, DeviceNames } from '../components/device-column.tsx';
import {
  Button,
  Cancel,
  CommentField,
  ErrorSummary,
  LinkButton,
  PostForm,
  SelectField,
  TextField,
  withoutRight,
} from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Reference } from '../model.ts';
import { paths } from '../paths.ts';
import { type Held, HeldNotes } from './held-notes.tsx';

/**
 * POST fields: csrf, name, update (repeated), target devices|group, device (repeated), group, view, timeoutMinutes, comment, shown (the
 * seal of what the form showed, and how its devices were selected), confirm (the number of devices, when there are more than 50);
 * recount: what was chosen is counted and nothing ordered.
 */
type DeploymentNewProps = {
  readonly ctx: Ctx;
  readonly name: string;
  readonly updates: readonly (Reference & {
    readonly version: string;
    readonly sizeBytes: number;
    readonly devices: number;
  })[];
  /** Devices that are named one by one. */
  readonly devices?: readonly Reference[] | undefined;
  /** Devices that a list selects: how many, and the list. */
  readonly selected?: { readonly count: number; readonly list?: string } | undefined;
  /** The seal of what the form shows. */
  readonly shown: string;
  /** How many devices the chosen target has that need one of the updates. */
  readonly deviceCount: number;
  /** The first of them. */
  readonly targets: readonly Reference[];
  readonly groups: readonly Reference[];
  readonly group?: string | undefined;
  /** Saved views of the list of devices; the chosen one stands before the group. */
  readonly views: readonly Reference[];
  readonly view?: string | undefined;
  readonly timeoutMinutes: number;
  /** Ring plans that were written here, and the chosen one; empty: all at once. */
  readonly plans: readonly Reference[];
  readonly ringPlan: string;
  /** Devices that people change: they stand in for others, and their agents ask no permit. */
  readonly byHand: number;
  /** Devices whose group does not take a package. */
  readonly excluded: number;
  /** What one order is expected to take. */
  readonly expectedMinutes: number;
  /** The rings that the chosen plan makes of these devices. */
  readonly rings: readonly { readonly members: number; readonly powerPercent: number }[];
  readonly held: Held;
  /** Where the form was opened, if not from the list of updates. */
  readonly back?: string | undefined;
  readonly errors?: FieldErrors;
};

/** From this many devices on, the number must be typed. */
export const typeNumberFrom = 51;

/** Another target is counted as it is chosen; without script by its button. */
const recount = {
  'hx-post': paths.deploymentNew(),
  'hx-trigger': 'change',
  'hx-include': 'closest form',
  'hx-vals': '{"recount":"1"}',
  'hx-select': '#main',
  'hx-target': '#main',
  'hx-swap': 'outerMorph show:none',
};

/** What will be installed, where, and the form that does it: a page that asks before doing. */
export const DeploymentNew = (props: DeploymentNewProps) => {
  const { ctx, updates, devices, selected, deviceCount, targets, groups, errors } = props;
  const isOpen = devices === undefined && selected === undefined;
  const labels = {
    name: ctx.t('field.name'),
    updates: ctx.t('nav.updates'),
    devices: ctx.t('nav.devices'),
    group: ctx.t('field.group'),
    view: ctx.t('deployments.orView'),
    timeoutMinutes: ctx.t('deployments.timeout'),
    confirm: ctx.t('common.typeNumber', { n: String(deviceCount) }),
  };
  return (
    <Page
      ctx={ctx}
      title={ctx.t('deployments.question', { updates: updates.length, devices: deviceCount })}
      crumbs={[{ label: ctx.t('nav.deployments'), href: paths.deployments() }]}
      sub={ctx.t('deployments.consequence')}
    >
      <HeldNotes ctx={ctx} held={props.held} />
      {props.excluded === 0 ? null : <p class="second">{ctx.t('deployments.excluded', { n: props.excluded })}</p>}
      {props.byHand === 0 ? null : <p class="second">{ctx.t('deployments.byHand', { n: props.byHand })}</p>}
      {deviceCount === 0 ? null : <p class="second">{ctx.t('deployments.expected', { n: props.expectedMinutes })}</p>}
      <ErrorSummary errors={errors} labels={labels} />
      <PostForm action={paths.deploymentNew()} class="stack" errors={errors}>
        <input type="hidden" name="shown" value={props.shown} />
        {props.back === undefined ? null : <input type="hidden" name="back" value={props.back} />}
        <div class="grid">
          <Panel title={ctx.t('nav.updates')} span={7}>
            {updates.length === 0 ? (
              <Empty
                title={ctx.t('deployments.noUpdates')}
                action={
                  <LinkButton href={paths.updates({ supply: 'arrived', approval: 'approved' })}>
                    {ctx.t('deployments.chooseUpdates')}
                  </LinkButton>
                }
              >
                {ctx.t('deployments.noUpdatesWhy')}
              </Empty>
            ) : (
              <DataTable<(typeof updates)[number]>
                caption={ctx.t('nav.updates')}
                records="labelled"
                rows={updates}
                columns={[
                  column('name', ctx.t('updates.update'), { any: true }, (row) => (
                    <>
                      <input type="hidden" name="update" value={row.id} />
                      <To href={paths.update(row.id)} translate="no">
                        {row.name}
                      </To>
                    </>
                  )),
                  column('version', ctx.t('updates.version'), { any: true }, (row) => (
                    <span translate="no">{row.version}</span>
                  )),
                  column('devices', ctx.t('nav.devices'), { num: true }, (row) => ctx.fmt.number(row.devices)),
                  { key: 'size', label: ctx.t('common.size'), num: true, cell: (row) => ctx.fmt.bytes(row.sizeBytes) },
                ]}
              />
            )}
          </Panel>
          <Panel title={ctx.t('nav.devices')} context={ctx.fmt.number(deviceCount)} span={5} body>
            {selected === undefined ? null : (
              <p>
                {selected.list === undefined ? (
                  ctx.t('deployments.selected', { n: selected.count })
                ) : (
                  <To href={selected.list}>{ctx.t('deployments.selected', { n: selected.count })}</To>
                )}
              </p>
            )}
            {devices === undefined ? null : (
              <>
                <input type="hidden" name="target" value="devices" />
                <DeviceFields devices={devices} />
              </>
            )}
            {isOpen ? (
              <div class="stack" {...recount}>
                <input type="hidden" name="target" value="group" />
                <SelectField
                  name="group"
                  label={ctx.t('field.group')}
                  hint={ctx.t('deployments.toGroupHint')}
                  value={props.group}
                  options={[
                    { value: '', label: ctx.t('deployments.everywhere') },
                    ...groups.map((group) => ({ value: group.id, label: group.name })),
                  ]}
                />
                {props.views.length === 0 ? null : (
                  <SelectField
                    name="view"
                    label={ctx.t('deployments.orView')}
                    hint={ctx.t('deployments.viewHint')}
                    value={props.view}
                    options={[
                      { value: '', label: '–' },
                      ...props.views.map(({ id, name }) => ({ value: id, label: name })),
                    ]}
                  />
                )}
                <div>
                  <Button small name="recount" value="1">
                    {ctx.t('deployments.recount')}
                  </Button>
                </div>
              </div>
            ) : null}
            {devices === undefined ? <DeviceNames devices={targets} /> : null}
            {devices === undefined && targets.length < deviceCount ? (
              <p class="second">{ctx.t('common.andMore', { n: deviceCount - targets.length })}</p>
            ) : null}
          </Panel>
        </div>
        <Panel body>
          <div class="stack" {...recount}>
            <SelectField
              name="ringPlan"
              label={ctx.t('rings.plan')}
              hint={ctx.t('rings.planHint')}
              value={props.ringPlan}
              options={[
                { value: 'one-device-first', label: ctx.t('rings.oneFirst') },
                ...props.plans.map(({ id, name }) => ({ value: id, label: name })),
                { value: '', label: ctx.t('rings.allAtOnce') },
              ]}
            />
            {props.rings.length === 0 ? null : (
              <ul>
                {props.rings.map(({ members, powerPercent }, index) => (
                  <li>{ctx.t('rings.preview', { ring: index + 1, n: members, power: powerPercent })}</li>
                ))}
              </ul>
            )}
          </div>
          <TextField name="name" label={labels.name} value={props.name} maxLength={200} required />
          <TextField
            name="timeoutMinutes"
            type="number"
            label={labels.timeoutMinutes}
            hint={ctx.t('deployments.timeoutHint')}
            value={String(props.timeoutMinutes)}
            min={1}
            max={1_440}
          />
          <CommentField />
          {deviceCount < typeNumberFrom ? null : (
            <TextField name="confirm" label={labels.confirm} inputmode="numeric" autocomplete="off" />
          )}
          <div class="row">
            <Button
              kind="primary"
              unavailable={
                updates.length === 0
                  ? ctx.t('deployments.noUpdates')
                  : deviceCount === 0
                    ? ctx.t('deployments.noDevices')
                    : withoutRight(ctx, 'deployments:write')
              }
            >
              {ctx.t('deployments.deployTo', { n: deviceCount })}
            </Button>
            <Cancel href={props.back ?? paths.updates()} />
          </div>
        </Panel>
      </PostForm>
    </Page>
  );
};
