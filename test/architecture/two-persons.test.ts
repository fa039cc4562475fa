import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allSettings } from '../../appliance/src/all-settings.ts';
import { twoPersonActs } from '../../appliance/src/features/accounts/types.ts';
import { isLimited, workNames } from '../../appliance/src/features/worklist/types.ts';
import { codeOnly, repositoryRoot, sourceFiles } from '../support/sources.ts';

// What takes two persons goes through one gate (appliance/src/features/accounts/approve.ts). A new act that approves by
// itself is found here by its name: of the function, the route or the command.

const sources = sourceFiles('appliance').filter(
  ({ path }) => path.startsWith('appliance/src/') && !/\.test\.tsx?$/.test(path),
);

/** Names that say yes to what another one did. */
const verbs =
  '(?:approve|confirm|decide|sign|agree|consent|countersign|second|vouch|accept|release|authorize|authorise|allow)';

/** Acts of one person, and why they are. */
const onePerson: Readonly<Record<string, string>> = {
  'appliance/src/features/baselines/approval.ts approve': 'a baseline is one person’s word',
  'appliance/src/features/baselines/service.ts accept': 'a deviation is accepted by one person',
  'appliance/src/features/baselines/service.ts approve': 'a baseline is one person’s word',
  'appliance/src/features/devices/admission.ts approve': 'a newcomer is let in by one person',
  'appliance/src/features/devices/service.ts approve': 'the type of what admission.ts does',
  'appliance/src/features/exchange/service.ts agreeClock': 'the person at the appliance says what time it is',
  'appliance/src/features/controllers/service.ts decide': 'a record of a controller is decided by one person',
  'appliance/src/features/updates/service.ts approve': 'an update is offered by one person',
  'appliance/src/features/baselines/acceptance.ts acceptAll': 'a deviation is accepted by one person',
  'appliance/src/features/baselines/service.ts accepted': 'a deviation is accepted by one person',
  'appliance/src/features/baselines/service.ts approveDevice': 'a baseline is one person’s word',
  'appliance/src/features/baselines/service.ts approveGroup': 'a baseline is one person’s word',
  'appliance/src/features/deployments/types.ts agree': 'the type of what consents.ts does behind the gate',
  'appliance/src/features/devices/enrolment.ts approve': 'a newcomer is let in by one person',
  'appliance/src/features/discovery/service.ts confirm': 'passes the actor on to ranges.ts, which asks the gate',
  'appliance/src/features/exchange/importer.ts acceptStale': 'a person takes an old bundle knowingly',
  'appliance/src/features/exchange/service.ts decide': 'passes the actor on to clock-back.ts, which asks the gate',
  'appliance/src/features/exchange/service.ts decideClockBack': 'the name under which it is passed on',
  'appliance/src/features/exchange/service.ts agreeTime': 'the person at the appliance says what time it is',
  'appliance/src/features/controller-findings/review.ts decide': 'what a name means is one person’s word',
  'appliance/src/features/controller-findings/review.ts decideNames': 'what a name means is one person’s word',
  'appliance/src/features/controller-findings/review.ts decideVersion': 'what a name means is one person’s word',
  'appliance/src/features/integrity/types.ts approve': 'the type of what service.ts does behind the gate',
  'appliance/src/features/integrity/types.ts confirm': 'the type of what service.ts does behind the gate',
  'appliance/src/features/patches/service.ts signed': 'reads which lines a bundle has signed',
  'appliance/src/features/queries/types.ts decide': 'the type of what samples.ts does behind the gate',
  'appliance/src/features/offline-import/service.ts approve': 'a newcomer is let in by one person',
  'appliance/src/features/rollback/held-tokens.ts approve':
    'passes the actor on to waiting-change.ts, which asks the gate',
  'appliance/src/features/rollback/held-tokens.ts decide':
    'passes the actor on to waiting-change.ts, which asks the gate',
  'appliance/src/features/updates/service.ts decide': 'an update is offered by one person',
};

/** By itself, or as a kind that is in force once another person agreed (accounts/agreed-kind.ts, which asks). */
const asksGate = (text: string): boolean => text.includes('assertMayApprove(') || text.includes('agreements({');

const acts = (): string[] =>
  sources
    .filter(
      ({ path }) =>
        path.startsWith('appliance/src/features/') &&
        !/\/accounts\/|\/(?:[a-z-]+-)?(?:pages|routes|operations|view)\.tsx?$/.test(path),
    )
    .flatMap(({ path, text }) => {
      const code = codeOnly(text);
      const found = [
        ...code.matchAll(
          new RegExp(`\\b(${verbs}[A-Za-z]*)\\b[^\\n;{]{0,40}\\(\\s*\\{?\\s*(?:actor|by|signedIn)\\b`, 'g'),
        ),
      ].map((match) => match[1] ?? '');
      const isGated = asksGate(code);
      return isGated ? [] : [...new Set(found)].map((name) => `${path} ${name}`);
    });

/** A name under which a second person is kept: of a column, or of a field of a kind. */
const kept =
  /^\s+'?((?:approved|confirmed|decided|agreed|signed|accepted|released|second|vouched|allowed|authorized)(?:_by|By)|approver)'?\b/gm;

type Source = { path: string; text: string };
/** Files that name such a column or field while nothing in their folder asks the gate. */
const ungated = (schema: string, files: readonly Source[]): string[] => {
  const features = files.filter(
    ({ path }) =>
      path.startsWith('appliance/src/features/') &&
      !/\/data-register\/|\/(?:[a-z-]+-)?(?:pages|routes|operations|view)\.tsx?$/.test(path),
  );
  const names = new Set(
    [schema, ...features.filter(({ path }) => path.endsWith('/kinds.ts')).map(({ text }) => text)].flatMap((text) =>
      [...text.matchAll(kept)].map(([, name = '']) => name),
    ),
  );
  const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
  const asking = new Set(features.filter(({ text }) => asksGate(text)).map(({ path }) => folderOf(path)));
  return features
    .filter(({ path }) => !asking.has(folderOf(path)))
    .flatMap(({ path, text }) =>
      [...names].filter((name) => new RegExp(`\\b${name}\\b`).test(text)).map((name) => `${path} ${name}`),
    );
};
const schema = readFileSync(join(repositoryRoot, 'appliance/src/schema.sql'), 'utf8');

describe('where a second person is kept', () => {
  it('the gate is asked, by columns of the schema and fields of kinds', () => {
    expect(ungated(schema, sources)).toEqual([]);
    expect([...schema.matchAll(kept)].length).toBeGreaterThan(2);
  });

  it('a table or a kind that keeps one without the gate is found', () => {
    const store = { path: 'appliance/src/features/new/store.ts', text: 'update new set released_by = ? where id = ?' };
    expect(ungated(`${schema}\ncreate table new (\n  released_by text\n);`, [...sources, store])).toEqual([
      'appliance/src/features/new/store.ts released_by',
    ]);
    const kinds = {
      path: 'appliance/src/features/new/kinds.ts',
      text: "    agreedBy: { type: 'text', internal: true },",
    };
    expect(ungated(schema, [...sources, kinds])).toEqual(['appliance/src/features/new/kinds.ts agreedBy']);
    const service = { path: 'appliance/src/features/new/service.ts', text: 'gate.assertMayApprove(actor, thing)' };
    expect(ungated(schema, [...sources, kinds, service])).toEqual([]);
  });
});

describe('what takes two persons', () => {
  it('is compared by the gate alone', () => {
    const compared =
      /actorRef\([^()]*\)\s*[!=]==|[!=]==\s*actorRef\(|(?:askedBy|asked_by|madeBy|createdBy|confirmedBy|approvedBy|\bby|author|owner)\s*[!=]==\s*(?:actor|self|me|own|person|reader)\b/;
    const own = /accounts\/|\/people\.ts$/;
    expect(
      sources
        .filter(({ path, text }) => !own.test(path) && compared.test(codeOnly(text)))
        .map(({ path }) => path)
        .sort(),
    ).toEqual([]);
  });

  it('goes through the gate, or is named as an act of one person', () => {
    expect(acts().filter((act) => onePerson[act] === undefined)).toEqual([]);
    expect(Object.keys(onePerson).filter((act) => !acts().includes(act))).toEqual([]);
  });

  it('is declared, and what is declared is asked for by somebody', () => {
    const code = sources.filter(({ path }) => !path.endsWith('accounts/types.ts')).map(({ text }) => text);
    const used = Object.keys(twoPersonActs).filter((act) => code.some((text) => text.includes(`'${act}'`)));
    expect(used).toEqual(Object.keys(twoPersonActs));
  });
});

/** Every setting that is none of safety; a new one is of safety or gets its place here. */
const harmless = [
  'appliance.language',
  'appliance.site-title',
  'controllers.idle-days',
  'controllers.unchanged-days',
  'devices.baseline-days',
  'devices.certificate-days',
  'devices.check-in-seconds',
  'devices.idle-record-days',
  'devices.inventory-hours',
  'devices.not-visible-hours',
  'exchange.medium-bytes',
  'exchange.reserve-bytes',
  'integrity.read-days',
  'patches.due-days',
  'patches.evaluated-days',
  'patches.received-days',
  // What a kind of work weighs: the order of the worklist, and nothing of what is in it.
  ...workNames.map((name) => `work.harm.${name}`).sort(),
  ...workNames
    .filter(isLimited)
    .map((name) => `work.limit.${name}`)
    .sort(),
];

describe('every setting', () => {
  it('is one of safety, which one person alone does not change, or is said to be none', () => {
    const declared: Readonly<Record<string, { readonly safety: boolean }>> = allSettings;
    expect(
      Object.entries(declared)
        .filter(([, { safety }]) => !safety)
        .map(([name]) => name)
        .sort(),
      'a setting whose change cannot weaken what protects the site is listed above as well',
    ).toEqual([...harmless].sort());
  });
});
