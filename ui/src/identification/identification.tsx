import {
  Button,
  ErrorSummary,
  Hidden,
  LinkButton,
  PostForm,
  TextField,
  withoutSiteRight,
} from '../components/form.tsx';
import { KindLinks } from '../components/kind-links.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';
import type { HaltView, JobRow } from './identification-model.ts';
import { JobMark, placeText, whyText } from './identification-parts.tsx';

type IdentificationProps = {
  readonly ctx: Ctx;
  readonly isOn: boolean;
  readonly running: number;
  readonly jobs: readonly JobRow[];
  readonly halts: readonly HaltView[];
  readonly errors?: FieldErrors | undefined;
};

const refreshSeconds = 5;

const Switch = ({ ctx, isOn, running }: Pick<IdentificationProps, 'ctx' | 'isOn' | 'running'>) => (
  <Panel title={ctx.t('identification.switch')}>
    <div class="body row apart">
      <div>
        <Status level={isOn ? 'running' : 'ok'}>{ctx.t(isOn ? 'identification.on' : 'identification.off')}</Status>
        <p class="second">
          {ctx.t('identification.running')}: {ctx.fmt.number(running)}
        </p>
      </div>
      <PostForm action={paths.identificationSwitch()}>
        <Button
          kind={isOn ? 'danger' : 'second'}
          name="action"
          value={isOn ? 'off' : 'on'}
          unavailable={withoutSiteRight(ctx, isOn ? 'controllers:write' : 'safety:write')}
        >
          {ctx.t(isOn ? 'identification.switchOff' : 'identification.switchOn')}
        </Button>
      </PostForm>
    </div>
  </Panel>
);

const Halts = ({ ctx, halts, errors }: Pick<IdentificationProps, 'ctx' | 'halts' | 'errors'>) => (
  <Panel title={ctx.t('identification.halts')} body>
    <p>{ctx.t('identification.haltsWhy')}</p>
    {halts.map((halt, index) => (
      <div class="stack">
        <Status level="critical">
          <span translate="no">{halt.zoneName}</span>
        </Status>
        <p>
          <Time at={halt.at} />{' '}
          {ctx.t('identification.haltOf', {
            controller: halt.controller,
            why: whyText(ctx, halt.code, halt.detail === '' ? undefined : halt.detail),
          })}
        </p>
        <PostForm action={paths.identificationZones()} class="form" errors={errors}>
          <Hidden fields={[['zone', halt.zone]]} />
          <TextField
            name="reason"
            id={`f-reason-${index}`}
            label={ctx.t('identification.releaseReason')}
            maxLength={500}
            required
          />
          <div>
            <Button unavailable={withoutSiteRight(ctx, 'controllers:write')}>{ctx.t('identification.release')}</Button>
          </div>
        </PostForm>
      </div>
    ))}
  </Panel>
);

/** Identification of controllers: the switch of the site, halted zones, jobs. */
export const Identification = ({ ctx, isOn, running, jobs, halts, errors }: IdentificationProps) => {
  const add = (
    <LinkButton kind="primary" href={paths.objectNew('controller-identification')} needs="controllers:write">
      {ctx.t('identification.newJob')}
    </LinkButton>
  );
  return (
    <Page
      ctx={ctx}
      title={ctx.t('identification.title')}
      sub={ctx.t('identification.sub')}
      actions={add}
      refreshSeconds={running > 0 ? refreshSeconds : undefined}
    >
      <KindLinks page="identification" />
      <ErrorSummary errors={errors} labels={{ reason: ctx.t('identification.releaseReason') }} />
      <Switch ctx={ctx} isOn={isOn} running={running} />
      {halts.length === 0 ? null : <Halts ctx={ctx} halts={halts} errors={errors} />}
      <Panel title={ctx.t('identification.jobs')}>
        {jobs.length === 0 ? (
          <Empty title={ctx.t('identification.none')} action={add}>
            {ctx.t('identification.noneWhy')}
          </Empty>
        ) : (
          <DataTable<(typeof jobs)[number]>
            caption={ctx.t('identification.jobs')}
            rows={jobs}
            records="labelled"
            lines
            columns={[
              column('name', ctx.t('identification.job'), { any: true }, (row) => (
                <To class="name" href={paths.identificationJob(row.id)} translate="no">
                  {row.name}
                </To>
              )),
              column('state', ctx.t('field.state'), (row) => <JobMark ctx={ctx} state={row.state} />),
              column('window', ctx.t('identification.window'), (row) => ctx.fmt.period(row.from, row.until)),
              column('where', ctx.t('identification.where'), { any: true }, (row) => placeText(ctx, row.place)),
              column('controllers', ctx.t('field.controllers'), { num: true }, (row) =>
                ctx.fmt.number(row.controllers),
              ),
              column('approved', ctx.t('common.approvedBy'), { any: true }, (row) =>
                row.approved === undefined
                  ? '–'
                  : ctx.t('common.whoAt', {
                      who: row.approved.by,
                      at: ctx.fmt.dateTime(row.approved.at),
                    }),
              ),
            ]}
          />
        )}
      </Panel>
    </Page>
  );
};
