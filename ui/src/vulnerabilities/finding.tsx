import type { Child } from 'hono/jsx';
import { toRow } from '../anchors.ts';
import { Button, Hidden, LinkButton, PostForm, withoutRight } from '../components/form.tsx';
import { Aged } from '../components/knowledge.tsx';
import {
  PanelActions,
  PanelPage,
  PanelPart,
  type PanelPlace,
  SidePanel,
  type Target,
  Targets,
} from '../components/side-panel.tsx';
import { DecisionMark } from '../components/status.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import { listUrl } from '../list.ts';
import type { Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import { type Assignable, AssignForm } from '../worklist/assign.tsx';
import { advisoryName } from './advisory-name.ts';
import { type FindingRow, type FindingWhy, FixMark, WhyFacts } from './finding-facts.tsx';

/** What can be done about a finding now; updates that reach the fix, the best first. */
export type FindingAct =
  /** They are here and approved. */
  | { readonly does: 'plan'; readonly updates: readonly string[] }
  /** One is here and waits for a decision. */
  | { readonly does: 'decide'; readonly update: string }
  /** One is listed and not here. */
  | { readonly does: 'wait'; readonly update: string; readonly supply: 'needed' | 'requested' | 'unfulfilled' }
  /** The code says why there is nothing to do here. */
  | { readonly does: 'nothing'; readonly code: 'none' | 'undetermined' | 'review' | 'unlisted' | 'edition' | 'fixed' };

export type FindingTarget = {
  readonly device: Reference;
  readonly firstSeen: When;
  /** Why a deployment leaves it out. */
  readonly out?: 'not-managed' | 'not-needed' | undefined;
};

export type ShownFinding = {
  readonly finding: FindingRow;
  readonly why: FindingWhy;
  readonly act: FindingAct;
  /** The work that counts it, and where its form leads back to; undefined: none does. */
  readonly work: (Assignable & { readonly back: string }) | undefined;
  /** The first ones by name. */
  readonly targets: readonly FindingTarget[];
};

const planForm = 'plan-finding';

const Act = ({ ctx, shown }: { ctx: Ctx; shown: ShownFinding }) => {
  const { act, finding, targets } = shown;
  if (act.does === 'plan') {
    const taken = targets.filter(({ out }) => out === undefined).length;
    const unavailable = withoutRight(ctx, 'deployments:write') ?? (taken === 0 ? ctx.t('finding.noTarget') : undefined);
    return (
      <PostForm action={paths.deploymentNew()} id={planForm}>
        <Hidden
          fields={[...act.updates.map((id) => ['update', id] as const), ['target', 'devices'], ['recount', '1']]}
        />
        <p>{ctx.t('finding.planThen')}</p>
        <div class="row">
          <Button kind="primary" unavailable={unavailable}>
            {ctx.rich('finding.plan', { n: <b data-count="1">{ctx.fmt.number(taken)}</b> })}
          </Button>
          {finding.devices > targets.length ? (
            <LinkButton href={paths.deploymentNew({ update: act.updates[0] })}>
              {ctx.t('finding.planAll', { n: finding.devices })}
            </LinkButton>
          ) : null}
        </div>
      </PostForm>
    );
  }
  if (act.does === 'nothing') return <p>{ctx.t(`finding.nothing.${act.code}`)}</p>;
  return (
    <>
      <p>{ctx.t(act.does === 'decide' ? 'finding.decideThen' : `finding.wait.${act.supply}`)}</p>
      <div class="row">
        <LinkButton
          kind={act.does === 'decide' ? 'primary' : 'second'}
          href={paths.update(act.update)}
          unavailable={act.does === 'decide' ? withoutRight(ctx, 'updates:write') : undefined}
        >
          {ctx.t(act.does === 'decide' ? 'finding.decide' : 'finding.showUpdate')}
        </LinkButton>
        {act.does === 'wait' && act.supply === 'needed' ? (
          <LinkButton kind="primary" href={paths.exchangeSend()}>
            {ctx.t('finding.request')}
          </LinkButton>
        ) : null}
      </div>
    </>
  );
};

/** What stands in the panel and on the page alike: why, where it is, what to do. */
const FindingParts = ({ ctx, shown, children }: { ctx: Ctx; shown: ShownFinding; children?: Child }) => {
  const { finding, why, targets, act } = shown;
  const named: Target[] = targets.map(({ device, firstSeen, out }) => ({
    id: device.id,
    name: device.name,
    href: paths.device(device.id),
    note: <Time at={firstSeen} form="date" />,
    out: out === undefined ? undefined : ctx.t(`finding.out.${out}`),
  }));
  const taken = named.filter(({ out }) => out === undefined).length;
  return (
    <>
      <PanelPart title={ctx.t('vuln.why')}>
        <Aged since={finding.agedSince} />
        <p lang="en">{finding.summary}</p>
        <WhyFacts ctx={ctx} row={finding} why={why} />
        <div class="row">
          <FixMark ctx={ctx} row={finding} />
          {finding.fixed === undefined ? null : (
            <span>
              {ctx.t('common.fixedIn')}: <span translate="no">{finding.fixed}</span>
            </span>
          )}
        </div>
        <p class="second">{ctx.t(`decision.${finding.decision}.meaning`)}</p>
      </PanelPart>
      <PanelPart
        title={ctx.t('nav.devices')}
        context={
          act.does === 'plan'
            ? ctx.t('panel.chosen', { n: taken, all: finding.devices })
            : ctx.fmt.number(finding.devices)
        }
      >
        <Targets targets={named} {...(act.does === 'plan' ? { form: planForm, name: 'device' } : {})} />
        {targets.length < finding.devices ? (
          <p class="second">{ctx.t('vuln.shownOf', { shown: targets.length, total: finding.devices })}</p>
        ) : null}
      </PanelPart>
      {children}
      <PanelActions>
        <Act ctx={ctx} shown={shown} />
        {shown.work === undefined ? null : (
          <AssignForm ctx={ctx} work={shown.work} back={shown.work.back}>
            <p>{ctx.t('finding.assignThen')}</p>
          </AssignForm>
        )}
        <p class="second">{ctx.t('finding.noMeasure')}</p>
      </PanelActions>
    </>
  );
};

const nameOf = (ctx: Ctx, { advisory, package: name }: FindingRow): string => `${advisoryName(ctx, advisory)}, ${name}`;
const subOf = ({ package: name, version, ecosystem, aliases }: FindingRow) => (
  <span translate="no">
    {name} {version}, {ecosystem}
    {aliases.length === 0 ? null : `. ${aliases.join(', ')}`}.
  </span>
);

/** A finding beside the list that it is of. */
export const FindingPanel = ({
  ctx,
  shown,
  list,
  place,
}: {
  ctx: Ctx;
  shown: ShownFinding;
  list: ListState;
  place: PanelPlace;
}) => (
  <SidePanel
    title={nameOf(ctx, shown.finding)}
    isName
    state={
      <p>
        <DecisionMark decision={shown.finding.decision} /> {subOf(shown.finding)}
      </p>
    }
    place={place}
    page={paths.finding(shown.finding.id)}
    shut={toRow(listUrl(list, { open: null, trail: list.trail }), shown.finding.id)}
  >
    <FindingParts ctx={ctx} shown={shown} />
  </SidePanel>
);

/** The same as a page, with what the record refers to. References are text: no link leaves the site. */
export const Finding = ({
  ctx,
  shown,
  references,
}: {
  ctx: Ctx;
  shown: ShownFinding;
  references: readonly string[];
}) => (
  <Page
    ctx={ctx}
    title={advisoryName(ctx, shown.finding.advisory)}
    untranslatedTitle
    crumbs={[{ label: ctx.t('nav.vulnerabilities'), href: paths.vulnerabilities() }]}
    mark={<DecisionMark decision={shown.finding.decision} />}
    sub={subOf(shown.finding)}
    advisoriesMatter
  >
    <PanelPage title={nameOf(ctx, shown.finding)}>
      <FindingParts ctx={ctx} shown={shown}>
        <PanelPart title={ctx.t('vuln.references')} context={ctx.t('vuln.referencesContext')}>
          {references.length === 0 ? <p class="second">{ctx.t('vuln.noReferences')}</p> : null}
          <ul>
            {references.map((reference) => (
              <li class="hash" translate="no">
                {reference}
              </li>
            ))}
          </ul>
        </PanelPart>
      </FindingParts>
    </PanelPage>
  </Page>
);
