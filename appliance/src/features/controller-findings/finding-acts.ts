import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { FindingActs, GivenAct } from '@sallyport/ui/controller-findings/finding-acts.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Actor, hasRight, holdsAnywhere, scopeOf } from '../../engine/objects/types.ts';
import { type FieldErrors, invalid } from '../../platform/errors.ts';
import type { Form } from '../../server/console/form.ts';
import { siteMoments } from '../../server/console/site-moment.ts';
import type { ConsoleDeps } from '../../server/console/types.ts';
import { MEASURES } from '../patches/types.ts';
import { isVersionRange } from '../patches/view.ts';
import { accountChoices, assignable } from '../worklist/view.ts';
import { type ControllerFinding, JUSTIFICATIONS } from './types.ts';

// What a person can do about a finding on controllers, and the measures that its forms ask for.

const lookedAt = 50;
const longestName = 200;

/** The first patch that names the vulnerability and that the reader reaches. */
function patchFor({ patches }: Pick<ConsoleDeps, 'patches'>, reader: Actor, finding: ControllerFinding) {
  if (!holdsAnywhere(reader, 'controllers:read')) return undefined;
  const found = patches
    .within(scopeOf(reader, 'controllers:read'))
    .list({ search: finding.product, limit: lookedAt })
    .rows.find(({ vulnerabilities }) => vulnerabilities.includes(finding.vulnerability));
  return found && { id: found.id, name: found.patchId };
}

/** What the action area of a finding offers the reader; `back`: where its forms lead to. */
export function findingActs(
  deps: ConsoleDeps,
  reader: Actor,
  finding: ControllerFinding,
  { back, given }: { back: string; given: GivenAct | undefined },
): FindingActs {
  const { decision, firmware, vulnerability } = finding;
  const isCounted = (decision === 'act' || decision === 'attend') && finding.held < finding.controllers;
  return {
    accounts: hasRight(reader, 'controllers:write') ? accountChoices(deps.objects) : [],
    owner: reader.type === 'account' ? reader.id : '',
    patch: patchFor(deps, reader, finding),
    newPatch: paths.patchNew({
      vendor: finding.vendor,
      product: finding.product,
      productVersion: firmware,
      targetVersion: finding.fixedVersion,
      vulnerabilities: vulnerability,
    }),
    versions: isVersionRange(firmware) ? firmware : '',
    measures: MEASURES,
    justifications: JUSTIFICATIONS,
    // The work counts the findings of the whole site.
    work:
      isCounted && hasRight(reader, 'vulnerabilities:read')
        ? assignable(deps.objects, reader, `controller-${decision}.all`)
        : undefined,
    back,
    given,
  };
}

/** What both measures have: a name, who answers for it, an end that is to come. */
function measureOf(finding: ControllerFinding, form: Form, deps: Pick<ConsoleDeps, 'clock' | 'timeZone'>) {
  const endsAt = siteMoments(deps.timeZone).moment(form.text('expiresAt'));
  const faults: FieldErrors =
    endsAt === undefined
      ? { expiresAt: { key: 'validation.format' } }
      : endsAt <= deps.clock()
        ? { expiresAt: { key: 'validation.future' } }
        : {};
  return {
    faults,
    body: {
      name: `${finding.vulnerability}, ${finding.product}`.slice(0, longestName),
      owner: form.text('owner'),
      expiresAt: toTime(endsAt ?? 0),
    },
  };
}

/**
 * Enters the measure that a form asks for: a compensating control on the chosen controllers, or a risk to be accepted, which
 * waits for a second person. INVALID with the fields; FORBIDDEN.
 */
export function enterMeasure(
  deps: Pick<ConsoleDeps, 'objects' | 'clock' | 'timeZone'>,
  actor: Actor,
  { finding, controllers }: { finding: ControllerFinding; controllers: readonly string[] },
  act: 'compensate' | 'accept',
  form: Form,
): void {
  const { faults, body } = measureOf(finding, form, deps);
  if (act === 'compensate') {
    const chosen = new Set(form.texts('controller'));
    const taken = controllers.filter((id) => chosen.has(id));
    const measure = MEASURES.find((name) => name === form.text('measure'));
    const description = form.text('description').trim();
    const all: FieldErrors = {
      ...faults,
      ...(taken.length === 0 ? { '': { key: 'cfind.act.noController' } } : {}),
      ...(description === '' ? { description: { key: 'validation.required' } } : {}),
      ...(measure === undefined ? { measure: { key: 'validation.choice' } } : {}),
    };
    if (measure === undefined || Object.keys(all).length > 0) throw invalid(all);
    deps.objects.create(actor, 'mitigation', {
      ...body,
      measure,
      description,
      controllers: taken,
      vulnerabilities: [finding.vulnerability],
    });
    return;
  }
  const reason = form.text('reason').trim();
  const versions = form.text('versions').trim();
  const all: FieldErrors = {
    ...faults,
    ...(reason === '' ? { reason: { key: 'validation.required' } } : {}),
    ...(versions === '' ? { versions: { key: 'validation.required' } } : {}),
  };
  if (Object.keys(all).length > 0) throw invalid(all);
  deps.objects.create(actor, 'risk-acceptance', {
    ...body,
    vulnerability: finding.vulnerability,
    ...defined({ vendor: finding.vendor || undefined }),
    product: finding.product,
    versions,
    reason,
  });
}
