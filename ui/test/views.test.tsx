import type { Child } from 'hono/jsx';
import { describe, expect, it } from 'vitest';
import { Again } from '../src/accounts/again.tsx';
import { FirstPassword } from '../src/accounts/first-password.tsx';
import { Login } from '../src/accounts/login.tsx';
import { ListFoot } from '../src/components/list-tools.tsx';
import { DecisionMark } from '../src/components/status.tsx';
import { Verbatim } from '../src/components/text.tsx';
import { type Ctx, WithCtx } from '../src/context.ts';
import { Device } from '../src/devices/device.tsx';
import { DeviceEdit } from '../src/devices/device-edit.tsx';
import { Devices } from '../src/devices/devices.tsx';
import { Confirm } from '../src/frame/confirm.tsx';
import { langs } from '../src/i18n/types.ts';
import { Trends } from '../src/trends/trends.tsx';
import { Finding, type FindingAct, type ShownFinding } from '../src/vulnerabilities/finding.tsx';
import type { FindingRow } from '../src/vulnerabilities/finding-facts.tsx';
import { Vulnerabilities } from '../src/vulnerabilities/vulnerabilities.tsx';
import { type ShownWork, WorkItem } from '../src/worklist/work-item.tsx';
import type { WorkRow } from '../src/worklist/work-row.ts';
import { Worklist } from '../src/worklist/worklist.tsx';
import { coverage, device, keptTrends, list, nowMs, row, strictContext, trendDays, worklist } from './sample.ts';

type View = (ctx: Ctx) => { toString(): string | Promise<string> };

const openWork: ShownWork = {
  row: worklist.rows[0] as WorkRow,
  rank: { harm: 60, place: 15, targets: 1, due: 20, blocks: 0, age: 0 },
  total: 96,
  isUrgent: true,
  targets: 14,
  named: [{ id: 'd1', name: 'hist-02', href: '/devices/d1', why: { key: 'work.onDevices', params: { n: 3 } } }],
  waitsFor: worklist.rows[1] as WorkRow,
  accounts: [{ id: 'a1', name: 'D. Akhmetov' }],
  errors: { reason: { key: 'validation.required' } },
};

const findings: readonly FindingRow[] = ['openssl', 'linux', 'sudo'].map((name, at) => ({
  id: `${at + 1}.1`,
  advisory: `DSA-600${at}-1`,
  aliases: ['CVE-2026-1234'],
  summary: 'A remote attacker can run code.',
  severity: 'critical',
  decision: 'act',
  exploited: true,
  verdict: 'affected',
  fixState: 'available',
  state: 'open',
  package: name,
  version: '3.5.1-1',
  ecosystem: 'Debian:13',
  fixed: '3.5.4-1',
  feed: 'osv-debian',
  devices: 60,
  since: '2026-11-01T08:00:00Z',
}));
const openFinding = (act: FindingAct): ShownFinding => ({
  finding: findings[1] as FindingRow,
  why: {
    ranges: [{ fixed: '3.5.4-1', covers: true }],
    exact: false,
    source: { name: 'osv-debian', newest: '2026-11-20T08:00:00Z' },
    rule: 'severity',
    inputs: [{ name: 'severity', value: 'critical', strong: true }],
    confidence: 'high',
  },
  act,
  work: {
    id: 'finding-act.available',
    assigneeName: 'D. Akhmetov',
    accounts: [{ id: 'a1', name: 'D. Akhmetov' }],
    back: '/vulnerabilities/1.1',
  },
  targets: [
    { device: { id: 'd1', name: 'hist-02' }, firstSeen: '2026-11-02T08:00:00Z' },
    { device: { id: 'd2', name: 'ops-db-1' }, firstSeen: '2026-11-02T08:00:00Z', out: 'not-managed' },
    { device: { id: 'd3', name: 'eng-ws-07' }, firstSeen: '2026-11-02T08:00:00Z', out: 'not-needed' },
  ],
});
const findingActs: readonly FindingAct[] = [
  { does: 'plan', updates: ['u1'] },
  { does: 'decide', update: 'u1' },
  { does: 'wait', update: 'u1', supply: 'needed' },
  { does: 'nothing', code: 'none' },
];
const noFixes = { available: 0, none: 0, undetermined: 0 };

const views: readonly (readonly [name: string, view: View])[] = [
  [
    'login',
    (ctx) => (
      <Login
        ctx={ctx}
        fingerprint={'7c1e'.repeat(16)}
        error={{ message: { key: 'login.error.wrong' }, attemptsLeft: 4 }}
      />
    ),
  ],
  [
    'first password',
    (ctx) => (
      <FirstPassword
        ctx={ctx}
        token="t"
        account="a.seitkali"
        minLength={12}
        asksCode
        fingerprint={'7c1e'.repeat(16)}
        errors={{ password: { key: 'validation.weakPassword' } }}
      />
    ),
  ],
  ['worklist', (ctx) => <Worklist ctx={ctx} {...worklist} />],
  ['trends', (ctx) => <Trends ctx={ctx} period={30} days={trendDays} trends={keptTrends} />],
  ['trends of who may see none', (ctx) => <Trends ctx={ctx} period={90} days={trendDays} trends={[]} />],
  [
    'worklist with nothing to do',
    (ctx) => (
      <Worklist
        ctx={ctx}
        view="all"
        counts={{ all: 0, mine: 0, free: 0, later: 0 }}
        bands={{ now: 0, today: 0, week: 0 }}
        rows={[]}
        zones={[]}
        running={[]}
        requestsOut={[]}
        soon={[]}
      />
    ),
  ],
  [
    'worklist with an open item',
    (ctx) => <Worklist ctx={ctx} {...worklist} open={{ shown: openWork, place: { next: '/?open=c.d' } }} after="a.b" />,
  ],
  [
    'findings with one open beside them',
    (ctx) => (
      <Vulnerabilities
        ctx={ctx}
        list={{
          path: '/vulnerabilities',
          q: '',
          filters: [],
          descending: false,
          trail: [],
          columns: [],
          all: false,
          open: '2.1',
        }}
        page={{ rows: findings, total: 3 }}
        filters={{ chips: [], builder: { fields: [], kept: [], rows: [] }, fault: undefined }}
        unread={[]}
        notJudged={0}
        counts={{
          open: 3,
          devices: 60,
          review: 0,
          matrix: { act: noFixes, attend: noFixes, 'track-star': noFixes, track: noFixes },
        }}
        knowledge={null}
        open={{
          shown: openFinding({ does: 'plan', updates: ['u1'] }),
          place: { at: ctx.t('panel.at', { n: 2, total: 3 }), previous: '/vulnerabilities?open=1.1' },
        }}
      />
    ),
  ],
  ...findingActs.map((act): readonly [string, View] => [
    `page of a finding that ${act.does}`,
    (ctx) => <Finding ctx={ctx} shown={openFinding(act)} references={['https://example.org/a']} />,
  ]),
  [
    'item of the worklist',
    (ctx) => (
      <WorkItem
        ctx={ctx}
        shown={openWork}
        place={{ at: ctx.t('work.of', { n: 2, total: 4 }), previous: '/work/a.b', next: '/work/c.d' }}
      />
    ),
  ],
  [
    'devices',
    (ctx) => (
      <Devices
        ctx={ctx}
        list={list}
        page={{ rows: [row], total: 214, next: 'cursor' }}
        siteTotal={1284}
        filters={{
          chips: [],
          builder: {
            fields: [
              {
                name: 'status',
                label: { key: 'condition.field.status' },
                ops: ['=', '!='],
                options: [{ value: 'critical', key: 'level.critical' }],
              },
            ],
            rows: [],
            kept: [],
          },
        }}
        extraColumns={[{ name: 'arch', collection: 'platform', type: 'text' }]}
        canAct
        groups={[{ id: 'g', name: 'Цех 2' }]}
      />
    ),
  ],
  [
    'device',
    (ctx) => (
      <Device
        tags={[{ tag: 'line-3', byHand: true, rules: [{ id: 'r1', name: 'Line 3' }] }]}
        held={{ rule: 'm1', name: 'Pumps', group: 'Pumps' }}
        ctx={ctx}
        device={device}
        tabs={[{ name: 'summary' }, { name: 'findings', count: 0 }, { name: 'software', count: 81 }]}
        coverage={coverage}
        clients={[{ source: 'osquery', agent: '5.10.2', state: 'pending', address: '192.0.2.1', lastSeenAt: nowMs }]}
        groups={[
          {
            title: { key: 'collection.platform.title' },
            facts: [
              {
                label: 'collection.platform.field.arch',
                value: 'x86_64',
                type: 'text',
                source: 'source.native',
                at: nowMs,
                others: [{ value: 'x86', source: 'source.glpi', at: null }],
              },
              {
                label: 'collection.platform.field.vendor',
                value: null,
                type: 'text',
                source: 'A. Seitkali',
                at: nowMs,
              },
            ],
          },
        ]}
        personal={[]}
        why={[
          { level: 'critical', message: { key: 'devices.reason.held' }, since: nowMs },
          { level: 'warning', message: { key: 'devices.reason.restartPending' } },
        ]}
        numbers={{ findings: 20, updates: 'not-judged' }}
        changes={[]}
        showOthers
        deployable={[{ id: 'u', name: 'KB1' }]}
      />
    ),
  ],
  [
    'again',
    (ctx) => (
      <Again
        ctx={{
          ...ctx,
          stepUp: {
            action: '/rollback/decide',
            asksCode: true,
            mustEnterAgain: false,
            fault: { key: 'login.error.limitedSeconds', params: { n: 4 } },
          },
        }}
        back="/me"
        fields={[['what', 'whole']]}
      />
    ),
  ],
  [
    'confirm',
    (ctx) => (
      <Confirm
        ctx={ctx}
        question={{ key: 'confirm.devices.revoke.question', params: { n: 1284 } }}
        consequences={[{ key: 'confirm.devices.revoke.consequence' }]}
        items={[{ id: 'd1', name: 'ENG-WS-03' }]}
        count={1284}
        action="/devices/bulk"
        fields={[['confirmed', '1']]}
        button={{ key: 'confirm.devices.revoke.button', params: { n: 1284 } }}
        danger
        typeNumber
        cancel="/devices"
      />
    ),
  ],
];

const viewOf = (name: string): View => {
  const found = views.find((view) => view[0] === name);
  if (found === undefined) throw new Error(`there is no view ${name}`);
  return found[1];
};
const render = async (view: View, ctx: Ctx): Promise<string> => String(await view(ctx).toString());

/** A shared component, in a page in English. */
const shown = (part: Child): string => String(<WithCtx value={strictContext('en')}>{part}</WithCtx>);
const attributes = (html: string, name: string): string[] =>
  [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map((match) => match[1] ?? '');
const text = (html: string): string => html.replace(/<[^>]*>/g, ' ');

describe.each(langs)('in %s', (lang) => {
  it.each(views)('%s is whole', async (_name, view) => {
    const html = await render(view, strictContext(lang));
    expect(html).toMatch(new RegExp(`^<!DOCTYPE html><html lang="${lang}"`));
    expect(html.match(/<h1/g)).toHaveLength(1);
    // No placeholder is left, and nothing of the program shows.
    expect(text(html)).not.toMatch(/\{\w+\}|undefined|\[object|NaN/);
    const ids = attributes(html, 'id');
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const described = [
      ...attributes(html, 'aria-describedby').flatMap((value) => value.split(' ')),
      ...attributes(html, 'for'),
    ];
    expect(described.filter((id) => !ids.includes(id))).toEqual([]);
    expect(html).not.toMatch(/\sstyle="|\son\w+="/);
    // Each form that changes something carries the token.
    const forms = html.match(/<form[^>]*method="post"[\s\S]*?<\/form>/g) ?? [];
    expect(forms.filter((form) => !form.includes('name="csrf" value="csrf-value"'))).toEqual([]);
  });

  it.each(views)('%s has no word of another language', async (_name, view) => {
    const html = await render(view, strictContext(lang));
    // Names stay as they are: of devices, of groups, of the languages themselves.
    const own = text(html.replace(/<[^>]*translate="no"[^>]*>[^<]*/g, '')).replace(
      /Қазақша|Қаз|Русский|Рус|Цех 2/g,
      '',
    );
    if (lang !== 'kk') expect(own).not.toMatch(/[әғқңөұүһі]/i);
    if (lang === 'en') expect(own).not.toMatch(/\p{Script=Cyrillic}/u);
    else expect(own).toMatch(/\p{Script=Cyrillic}/u);
  });
});

describe('a page', () => {
  it('escapes what devices report', async () => {
    const html = await render(viewOf('devices'), strictContext('en'));
    expect(html).toContain('ENG-WS-03 &lt;b&gt;&amp;');
    expect(html).not.toContain('ENG-WS-03 <b>');
  });

  it('says why an action is not available, and keeps it visible', async () => {
    const html = await render(viewOf('devices'), strictContext('en', ['devices:read']));
    expect(html).toContain('Your roles lack this right: accounts:write');
    expect(html).toContain('aria-disabled="true"');
  });

  it('has no shared component outside of a page, whose context it reads', () => {
    expect(() => String(<DecisionMark decision="act" />)).toThrow('outside of a page');
  });

  it('colours a decision only where something has it', () => {
    expect(shown(<DecisionMark decision="act" count={1} />)).toContain('data-l="act"');
    expect(shown(<DecisionMark decision="act" count={0} />)).not.toContain('data-l="act"');
  });

  it('never breaks a short word that is not of the catalogue, and writes a fingerprint in fours', async () => {
    expect(String(<Verbatim>AQ09C906D4</Verbatim>)).toContain('class="nowrap"');
    expect(String(<Verbatim>Siemens 6ES7 214-1AG40</Verbatim>)).not.toContain('class="nowrap"');
    expect(String(<Verbatim>{'7c1e'.repeat(16)}</Verbatim>)).toContain('7c1e 7c1e');
  });

  it('leads to the next page of a list whose last row has no name by one word', () => {
    const foot = (last: string): string =>
      text(shown(<ListFoot list={list} page={{ rows: [1], next: 'x' }} last={last} />));
    expect(foot('PLC-L3-12')).toContain('Next, after PLC-L3-12');
    expect(foot('')).toMatch(/Next(?!, after)/);
  });

  it('leads to the revisions of what was decided on a device only where there are any', () => {
    const values = { displayName: '', description: '', group: '' };
    const page = (revision: number): string =>
      String(<DeviceEdit ctx={strictContext('en')} device={device} revision={revision} values={values} groups={[]} />);
    expect(page(0)).not.toContain('/revisions');
    expect(page(1)).toContain(`/objects/device-decision/${device.id}/revisions`);
  });

  it('names the source of a fact: a protocol, or a person', async () => {
    const html = text(await render(viewOf('device'), strictContext('en')));
    expect(html).toContain('Sallyport agent');
    expect(html).toContain('GLPI agent');
    expect(html).toContain('A. Seitkali');
    expect(html).not.toContain('door.');
  });

  it('asks for the number as it is compared, without separators', async () => {
    const html = text(await render(viewOf('confirm'), strictContext('en')));
    expect(html).toContain('Revoke 1,284 devices?');
    expect(html).toContain('Type 1284 to confirm');
  });

  it('leaves the user name field of log-in unchecked by the spelling checker', async () => {
    expect(await render(viewOf('login'), strictContext('en'))).toMatch(/name="name"[^>]*spellcheck="false"/);
  });
});
