import type { Child } from 'hono/jsx';
import { Button, LinkButton, PostForm, TextField, withoutRight } from '../components/form.tsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Age, To, Verbatim } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { protocolName } from '../controller-source.ts';
import { Page } from '../frame/page.tsx';
import { withQuery } from '../list.ts';
import type { Level, Message, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import { type ControllerFactGroup, ControllerFacts } from './controller-facts.tsx';
import { controllerReason } from './controller-reason.ts';
import type { ControllerChange, MergeView, MissingField, ProposalView } from './controller-side.tsx';
import { ControllerHistory, ControllerMissing, ControllerProposals } from './controller-side.tsx';

export type ControllerPartRow = {
  readonly key: string;
  /** By the names of the columns. */
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly planned: Readonly<Record<string, string | undefined>>;
  readonly differs: readonly string[];
};

export type ControllerPanelView = { readonly place: 'main' | 'side'; readonly body: Child };

type ControllerProps = {
  readonly ctx: Ctx;
  readonly id: string;
  readonly name: string;
  readonly state: 'live' | 'replaced' | 'merged';
  readonly decision: 'authorised' | 'unauthorised' | 'archived';
  /** Why it is so: a person, or where it is known from. */
  readonly decidedBy: Message;
  readonly level: Level;
  readonly why: readonly { readonly level: Level; readonly message: Message }[];
  readonly into?: Reference | undefined;
  readonly took: readonly Reference[];
  readonly sub: string;
  readonly firstSeenAt: When | null;
  readonly lastSeenAt: When | null;
  readonly groups: readonly ControllerFactGroup[];
  readonly superseded: number;
  readonly showSuperseded: boolean;
  readonly modules: readonly ControllerPartRow[];
  readonly interfaces: readonly ControllerPartRow[];
  readonly services: readonly ControllerPartRow[];
  readonly missing: readonly MissingField[];
  readonly proposals: readonly ProposalView[];
  readonly merges: readonly MergeView[];
  readonly changes: readonly ControllerChange[];
  readonly custom: readonly (readonly [name: string, value: string])[];
  /** What names a person, as entered; empty without the right to see it. */
  readonly personal: readonly (readonly [label: string, value: string])[];
  /** Of other features. */
  readonly panels: readonly ControllerPanelView[];
};

const textOf = ({ values, planned }: ControllerPartRow, field: string): string | undefined =>
  values[field] ?? planned[field];

/** What only some protocols have stands where a service has it. */
const serviceFields = (rows: readonly ControllerPartRow[]): readonly string[] => [
  'protocol',
  ...['endpoint', 'identifier', 'dataSet'].filter((field) => rows.some((row) => textOf(row, field) !== undefined)),
  'security',
  'product',
  'version',
  'state',
];

/** As it was read, but protocols have names. */
const cellText = (row: ControllerPartRow, field: string): string => {
  const value = textOf(row, field);
  return value === undefined ? '–' : field === 'protocol' ? protocolName(value) : value;
};

const Parts = ({
  ctx,
  collection,
  title,
  rows,
  fields,
}: {
  ctx: Ctx;
  collection: string;
  title: string;
  rows: readonly ControllerPartRow[];
  fields: readonly string[];
}) =>
  rows.length === 0 ? null : (
    <Panel title={title} context={ctx.fmt.number(rows.length)}>
      <DataTable<(typeof rows)[number]>
        caption={title}
        rows={rows}
        records="labelled"
        columns={[
          column('key', ctx.t('field.place'), { head: true, fit: true }, (row) => (
            <span translate="no">{row.key}</span>
          )),
          ...fields.map((field) =>
            column(
              field,
              ctx.tDynamic(`collection.${collection}.field.${field}`),
              { any: true },
              (row: ControllerPartRow) => (
                <>
                  {row.differs.includes(field) ? (
                    <Status level="warning">
                      <Verbatim>{row.values[field] ?? '–'}</Verbatim>
                    </Status>
                  ) : (
                    <Verbatim>{cellText(row, field)}</Verbatim>
                  )}
                  {row.differs.includes(field) ? (
                    <span class="second"> {ctx.t('controllers.plannedAs', { value: row.planned[field] ?? '–' })}</span>
                  ) : null}
                </>
              ),
            ),
          ),
        ]}
      />
    </Panel>
  );

const DecisionPanel = (props: ControllerProps) => {
  const { ctx, id, decision } = props;
  const unavailable = withoutRight(ctx, 'controllers:write');
  const others = (['authorised', 'unauthorised', 'archived'] as const).filter((one) => one !== decision);
  return (
    <Panel title={ctx.t('common.decision')} body>
      <p>
        <Status level={decision === 'unauthorised' ? 'warning' : decision === 'archived' ? 'info' : 'ok'}>
          {ctx.t(`controllers.decision.${decision}`)}
        </Status>
      </p>
      <p class="second">{ctx.say(props.decidedBy)}</p>
      <PostForm action={paths.controllerDecide(id)} class="form">
        <TextField name="reason" label={ctx.t('field.reason')} maxLength={500} />
        <div class="row">
          {others.map((one) => (
            <Button small name="decision" value={one} unavailable={unavailable}>
              {ctx.t(`controllers.decide.${one}`)}
            </Button>
          ))}
        </div>
      </PostForm>
    </Panel>
  );
};

const StateNotice = ({ ctx, state, into }: Pick<ControllerProps, 'ctx' | 'state' | 'into'>) =>
  state === 'live' ? null : (
    <Notice level="warning" title={ctx.t(`controllers.state.${state}`)}>
      {into === undefined ? null : (
        <To href={paths.controller(into.id)} translate="no">
          {into.name}
        </To>
      )}
    </Notice>
  );

/** Left: its values, read beside planned, superseded values one click away. Right: why, decision, what is missing, history. */
export const ControllerPage = (props: ControllerProps) => {
  const { ctx, id, groups, superseded, showSuperseded, panels } = props;
  const panelsAt = (place: 'main' | 'side') => panels.filter((panel) => panel.place === place).map(({ body }) => body);
  return (
    <Page
      ctx={ctx}
      title={props.name}
      untranslatedTitle
      mark={<Status level={props.level} />}
      sub={props.sub}
      crumbs={[{ label: ctx.t('nav.controllers'), href: paths.controllers() }]}
      actions={
        <LinkButton kind="primary" href={paths.controllerEdit(id)} needs="controllers:write">
          {ctx.t('controllers.edit')}
        </LinkButton>
      }
    >
      <StateNotice ctx={ctx} state={props.state} into={props.into} />
      <div class="grid">
        <div class="stack c8">
          <Panel
            title={ctx.t('controllers.facts')}
            context={ctx.t('controllers.factsContext')}
            link={
              superseded === 0 ? undefined : (
                <a href={withQuery(paths.controller(id), { facts: showSuperseded ? undefined : 'all' })}>
                  {showSuperseded
                    ? ctx.t('controllers.hideSuperseded')
                    : ctx.t('controllers.showSuperseded', { n: superseded })}
                </a>
              )
            }
          >
            <ControllerFacts ctx={ctx} groups={groups} showSuperseded={showSuperseded} />
          </Panel>
          <Parts
            ctx={ctx}
            collection="controller-module"
            title={ctx.tDynamic('collection.controller-module.title')}
            rows={props.modules}
            fields={['name', 'orderNumber', 'model', 'firmware', 'serial', 'state']}
          />
          <Parts
            ctx={ctx}
            collection="controller-interface"
            title={ctx.tDynamic('collection.controller-interface.title')}
            rows={props.interfaces}
            fields={['address', 'mask', 'mac', 'stationName', 'vlan', 'switchPort']}
          />
          <Parts
            ctx={ctx}
            collection="controller-service"
            title={ctx.tDynamic('collection.controller-service.title')}
            rows={props.services}
            fields={serviceFields(props.services)}
          />
          {panelsAt('main')}
        </div>
        <div class="stack c4">
          <Panel title={ctx.t('controllers.why')} body>
            {props.why.length === 0 ? <p class="second">{ctx.t('controllers.whyOk')}</p> : null}
            {props.why.map((reason) => (
              <Status level={reason.level}>{controllerReason(ctx, reason.message)}</Status>
            ))}
            <Facts
              rows={[
                [ctx.t('controllers.firstSeen'), <Age at={props.firstSeenAt} />],
                [ctx.t('controllers.seen'), <Age at={props.lastSeenAt} />],
                ...props.took.map(
                  (one) =>
                    [
                      ctx.t('controllers.took'),
                      <To href={paths.controller(one.id)} translate="no">
                        {one.name}
                      </To>,
                    ] as const,
                ),
              ]}
            />
          </Panel>
          <DecisionPanel {...props} />
          <ControllerMissing ctx={ctx} missing={props.missing} />
          <ControllerProposals ctx={ctx} id={id} proposals={props.proposals} merges={props.merges} />
          {props.custom.length + props.personal.length === 0 ? null : (
            <Panel title={ctx.t('controllers.entered')} body>
              <Facts
                rows={[...props.custom, ...props.personal].map(
                  ([name, value]) => [name, <span translate="no">{value}</span>] as const,
                )}
              />
            </Panel>
          )}
          {panelsAt('side')}
          <ControllerHistory ctx={ctx} changes={props.changes} />
        </div>
      </div>
    </Page>
  );
};
