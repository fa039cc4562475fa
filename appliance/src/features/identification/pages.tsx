import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import { Identification } from '@sallyport/ui/identification/identification.tsx';
import { IdentificationJob } from '@sallyport/ui/identification/identification-job.tsx';
import { IdentificationNotice } from '@sallyport/ui/identification/identification-notice.tsx';
import { IdentificationPolicy } from '@sallyport/ui/identification/identification-policy.tsx';
import { RunRegion } from '@sallyport/ui/identification/identification-run.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { type Body, deciderScope } from '../../engine/objects/types.ts';
import type { Cell } from '../../platform/csv/write.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { goWith, setToast } from '../../server/console/cookies.ts';
import { follow } from '../../server/console/follow.tsx';
import { actorFor, scopeFor, signedIn } from '../../server/console/guard.ts';
import { eachOf, gathered, pagesOf, sendRows } from '../../server/console/list-file.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { IdentificationJob as Job } from './service.ts';
import { type Plan, planSize, type Run } from './types.ts';
import { jobRow, packetMeaning, planTargets, policyView, runView } from './view.ts';

const policyFields = [
  'queryPolicy',
  'queryIdentify',
  'queryModules',
  'queryDetails',
  'queryMode',
  'queryGapMs',
  'queryFromTime',
  'queryUntilTime',
  'safetyReason',
] as const;

type Answer = Response | Promise<Response>;

/** Identification of controllers: the switch, the jobs, one job, the notice, the policy of a controller. */
export const identificationPages = (deps: ConsoleDeps): Pages => {
  const { identification, objects, devices } = deps;

  const agentName = (publicId: string): string => {
    try {
      return devices.byPublicId(publicId).hostname;
    } catch {
      return publicId;
    }
  };
  const rowOf = (job: Job) => jobRow(job, actorNames(objects), agentName);

  const showList = (c: Context<ConsoleEnv>, errors?: FieldErrors): Answer => {
    const scope = scopeFor(c, 'controllers:read');
    const jobs = identification.list(scope);
    return c.html(
      <Identification
        ctx={viewContext(deps, c)}
        isOn={identification.isOn()}
        running={jobs.filter(({ state }) => state === 'running' || state === 'waiting').length}
        jobs={jobs.map(rowOf)}
        halts={identification
          .halts(scope)
          .map((halt) => ({ ...halt, controller: identification.labelOf(halt.controller, scope) }))}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const turnSwitch = (c: Context<ConsoleEnv>): Answer => {
    const actor = actorFor(c, 'controllers:write');
    const form = c.get('form');
    const action = form.text('action');
    if (action !== 'on' && action !== 'off') throw new AppError('MALFORMED', 'the form has no action');
    if (form.text('confirmed') !== '1') {
      return c.html(
        <Confirm
          ctx={viewContext(deps, c)}
          question={{ key: `identification.${action}Question` }}
          consequences={[{ key: `identification.${action}Consequence` }]}
          items={[]}
          count={0}
          action={paths.identificationSwitch()}
          fields={[
            ['action', action],
            ['confirmed', '1'],
          ]}
          button={{ key: action === 'on' ? 'identification.switchOn' : 'identification.switchOff' }}
          danger={action === 'off'}
          cancel={paths.identification()}
        />,
      );
    }
    if (action === 'on') {
      const { waits } = identification.switchOn(actor);
      setToast(c, {
        message: waits ? { key: 'toast.settingsWait', params: { n: 1 } } : { key: 'identification.onToast' },
      });
    } else {
      const n = identification.switchOff(actor);
      setToast(c, { message: { key: 'identification.offToast', params: { n } } });
    }
    return c.redirect(paths.identification(), 303);
  };

  const release = (c: Context<ConsoleEnv>): Answer => {
    const actor = actorFor(c, 'controllers:write');
    const form = c.get('form');
    try {
      identification.releaseZone(actor, form.text('zone'), form.text('reason'));
    } catch (error) {
      const { code, details } = toFailure(error);
      if (code === 'INVALID') return showList(c, details.fields);
      throw error;
    }
    return goWith(c, paths.identification(), { message: { key: 'identification.releasedToast' } });
  };

  const mayNotStart = (job: Job, plan: Plan) => {
    if (job.approval === undefined) return 'unapproved';
    if (job.run?.approval === job.approval.id) return 'used';
    if (plan.start === 'scheduled') return 'scheduled';
    if (!identification.isOn()) return 'off';
    const now = deps.clock();
    return now < plan.from || now >= plan.until ? 'window' : undefined;
  };

  /** The run that the page shows, with the plan that it has. */
  const shownRun = (run: Run | undefined) => {
    const plan = run && identification.planOfRun(run);
    return run === undefined || plan === undefined
      ? undefined
      : runView(identification, run, plan, actorNames(objects));
  };

  const showJob = (c: Context<ConsoleEnv>, errors?: FieldErrors): Answer => {
    const { actor } = signedIn(c);
    const id = param(c, 'id');
    const job = identification.get(id, scopeFor(c, 'controllers:read'));
    const { plan, approval } = identification.plan(actor, id);
    const nameOf = actorNames(objects);
    return c.html(
      <IdentificationJob
        ctx={viewContext(deps, c)}
        job={rowOf(job)}
        digest={plan.digest}
        {...planSize(plan)}
        targets={planTargets(plan, nameOf)}
        leftOut={plan.leftOut}
        isApproved={approval !== undefined && job.run?.approval !== approval.id}
        mayNotApprove={identification.mayApprove(actor, id)}
        mayNotStart={mayNotStart(job, plan)}
        run={shownRun(job.run)}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const act = (c: Context<ConsoleEnv>): Answer => {
    const { actor } = signedIn(c);
    const id = param(c, 'id');
    const name = String(identification.get(id, deciderScope(actor, 'controllers:write')).job.body['name']);
    const form = c.get('form');
    const action = form.text('action');
    try {
      if (action === 'approve')
        identification.approve(actor, id, { digest: form.text('digest'), targets: Number(form.text('typed').trim()) });
      else if (action === 'start') identification.start(actor, id);
      else if (action === 'stop') identification.stop(actor, id);
      else throw new AppError('MALFORMED', 'the form has no action');
    } catch (error) {
      const { code, details } = toFailure(error);
      if (code === 'INVALID') return showJob(c, details.fields);
      if (code === 'CONFLICT') return showJob(c, { '': { key: 'validation.conflict' } });
      throw error;
    }
    const toast = { approve: 'approvedToast', start: 'startedToast', stop: 'stoppingToast' }[action] ?? 'startedToast';
    return goWith(c, paths.identificationJob(id), { message: { key: `identification.${toast}`, params: { name } } });
  };

  const stream = (c: Context<ConsoleEnv>): Response => {
    const scope = scopeFor(c, 'controllers:read');
    const id = param(c, 'id');
    identification.get(id, scope);
    return follow(deps, c, paths.identificationJob(id), (ctx) => {
      const run = shownRun(identification.get(id, scope).run);
      return {
        part: run === undefined ? '' : <RunRegion ctx={ctx} run={run} />,
        isEnded: run?.state !== 'running' && run?.state !== 'waiting',
      };
    });
  };

  const csv = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const scope = scopeFor(c, 'controllers:read');
    const id = param(c, 'id');
    const asked = new URL(c.req.url).searchParams.get('run') ?? '';
    const runs = identification.runs(id, scope);
    const run = /^\d{1,15}$/.test(asked) ? runs.find((one) => one.id === Number(asked)) : runs[0];
    if (run === undefined) throw new AppError('NOT_FOUND', 'the job has no such run');
    const ctx = viewContext(deps, c, 'part');
    const plan = identification.planOfRun(run);
    const labels = new Map(plan?.targets.map(({ controller, label }) => [controller, label]));
    const rows = await gathered(
      pagesOf(c, ({ limit, after }: { limit: number; after?: number }) => {
        const packets = identification.packets(run.id, after ?? 0, limit);
        return { rows: packets, next: packets.length < limit ? undefined : packets.at(-1)?.id };
      }),
    );
    const word = (key: string): string => ctx.tDynamic(`identification.${key}`);
    return sendRows(deps, c, ctx, {
      name: `identification-${id.slice(0, 8)}-${run.id}`,
      title: ctx.t('identification.log'),
      page: paths.identificationJob(id),
      filter: '',
      head: ['at', 'target', 'address', 'protocol', 'to', 'what', 'attempt', 'meaning', 'hash', 'hex'].map(word),
      rows: eachOf(rows, (row): Cell[] => [
        new Date(row.at).toISOString(),
        labels.get(row.controller) ?? row.controller,
        row.host,
        row.protocol,
        `${row.kind}/${row.port}`,
        ctx.tDynamic(`identification.what.${row.what}`, {}, row.what),
        row.attempt,
        ctx.say(packetMeaning(row)),
        row.sha256,
        row.hex ?? '',
      ]),
    });
  };

  const showNotice = (c: Context<ConsoleEnv>): Answer => {
    const { actor } = signedIn(c);
    const id = param(c, 'id');
    const { name, text } = identification.notice(actor, id, actorNames(objects));
    return c.html(<IdentificationNotice ctx={viewContext(deps, c)} id={id} name={name} text={text} />);
  };
  const noticeFile = (c: Context<ConsoleEnv>): Response => {
    const { actor } = signedIn(c);
    const id = param(c, 'id');
    const { text } = identification.notice(actor, id, actorNames(objects));
    return c.body(text, 200, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Disposition': `attachment; filename="identification-${id.replace(/[^a-z0-9]/gi, '').slice(0, 12)}.txt"`,
    });
  };

  const showPolicy = (c: Context<ConsoleEnv>, entered?: Body, errors?: FieldErrors): Answer => {
    const scope = scopeFor(c, 'controllers:read');
    const { controller, policy, own, hindrance, isSafety } = identification.policy(param(c, 'controller'), scope);
    const held = entered ?? own ?? { queryPolicy: 'details', queryGapMs: 500 };
    const values = Object.fromEntries(policyFields.map((name) => [name, String(held[name] ?? '')]));
    return c.html(
      <IdentificationPolicy
        ctx={viewContext(deps, c)}
        policy={policyView(controller, policy, hindrance, actorNames(objects))}
        isSafety={isSafety}
        values={values}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const setPolicy = (c: Context<ConsoleEnv>): Answer => {
    const { actor } = signedIn(c);
    const controller = param(c, 'controller');
    const form = c.get('form');
    const body: Body = Object.fromEntries(
      policyFields.map((name) => {
        const text = form.text(name).trim();
        return [name, text === '' ? null : name === 'queryGapMs' && /^\d{1,9}$/.test(text) ? Number(text) : text];
      }),
    );
    try {
      identification.setPolicy(actor, controller, body);
    } catch (error) {
      const { code, details } = toFailure(error);
      if (code === 'INVALID') return showPolicy(c, body, details.fields);
      throw error;
    }
    return goWith(c, paths.identificationPolicy(controller), { message: { key: 'identification.policyToast' } });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.identification.pattern, (c) => showList(c))
    .post(paths.identificationSwitch.pattern, turnSwitch)
    .post(paths.identificationZones.pattern, release)
    .get(paths.identificationPolicy.pattern, (c) => showPolicy(c))
    .post(paths.identificationPolicy.pattern, setPolicy)
    .get(paths.identificationStream.pattern, stream)
    .get(paths.identificationCsv.pattern, csv)
    .get(paths.identificationNotice.pattern, showNotice)
    .get(paths.identificationNoticeFile.pattern, noticeFile)
    .get(paths.identificationJob.pattern, (c) => showJob(c))
    .post(paths.identificationJob.pattern, act);
};
