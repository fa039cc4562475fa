import { AreaField, Button, ErrorSummary, LinkButton, PostForm, TextField } from '../components/form.tsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';

type Shown = {
  readonly site: { readonly sha256: string; readonly ends: number };
  readonly addresses: readonly { readonly address: string; readonly authority: 'site' | 'plant' }[];
  readonly state: 'none' | 'presented' | 'ended' | 'not-named' | 'unreadable';
  readonly plant: {
    readonly subject: string;
    readonly issuer: string;
    readonly names: readonly string[];
    readonly sha256: string;
    readonly authoritySha256: string;
    readonly begins: number;
    readonly ends: number;
    readonly daysLeft: number;
  } | null;
};

type ServerCertificateProps = {
  readonly ctx: Ctx;
  readonly shown: Shown;
  readonly values: { readonly certificate: string; readonly authority: string };
  readonly errors?: FieldErrors | undefined;
};

const soonDays = 30;
const maxPem = 65_536;

const StateNotice = ({ ctx, shown: { state, plant } }: Pick<ServerCertificateProps, 'ctx' | 'shown'>) => {
  if (state === 'none') return null;
  const level = state === 'presented' ? 'running' : 'critical';
  if (state !== 'presented' || plant === null)
    return (
      <Notice level={level} title={ctx.t(`certificate.state.${state}`)}>
        {ctx.t('certificate.siteInstead')}
      </Notice>
    );
  return plant.daysLeft < soonDays ? (
    <Notice level="warning" title={ctx.t('health.code.CERTIFICATE_ENDS')}>
      {ctx.t('health.todo.CERTIFICATE_ENDS')}
    </Notice>
  ) : null;
};

const Callers = ({ ctx, shown }: Pick<ServerCertificateProps, 'ctx' | 'shown'>) => (
  <Panel
    title={ctx.t('certificate.callers')}
    link={<To href={paths.agentMoves()}>{ctx.t('agentMoves.title')}</To>}
    foot={ctx.t('certificate.callersFoot')}
  >
    <DataTable<(typeof shown.addresses)[number]>
      caption={ctx.t('certificate.callers')}
      records="labelled"
      rows={shown.addresses}
      columns={[
        column('address', ctx.t('certificate.address'), { head: true }, ({ address }) => (
          <span translate="no">{address}</span>
        )),
        column('authority', ctx.t('common.certificate'), ({ authority }) => ctx.t(`certificate.by.${authority}`)),
        column('file', ctx.t('certificate.trust'), ({ address }) => (
          <LinkButton small download href={paths.certificateAuthorities(address)}>
            ca.pem
          </LinkButton>
        )),
      ]}
    />
  </Panel>
);

const Held = ({ ctx, shown, errors }: Pick<ServerCertificateProps, 'ctx' | 'shown' | 'errors'>) => {
  const { plant, state, site } = shown;
  return (
    <Panel title={ctx.t('certificate.held')} span={5} body>
      <Facts
        rows={[
          [ctx.t('certificate.state'), ctx.t(`certificate.state.${state}`)],
          ...(plant === null
            ? []
            : [
                [ctx.t('certificate.subject'), <span translate="no">{plant.subject}</span>] as const,
                [ctx.t('certificate.issuer'), <span translate="no">{plant.issuer}</span>] as const,
                [ctx.t('certificate.names'), <span translate="no">{plant.names.join(' ')}</span>] as const,
                [ctx.t('certificate.ends'), <Time at={plant.ends} />] as const,
                [ctx.t('certificate.fingerprint'), <Hash value={plant.sha256} />] as const,
                [ctx.t('certificate.root'), <Hash value={plant.authoritySha256} />] as const,
              ]),
          [ctx.t('add.caFingerprint'), <Hash value={site.sha256} />],
          [ctx.t('certificate.siteEnds'), <Time at={site.ends} />],
        ]}
      />
      {state === 'none' ? null : (
        <details open={errors?.['confirm'] !== undefined}>
          <summary>{ctx.t('certificate.clear')}</summary>
          <PostForm action={paths.certificateClear()} class="form" errors={errors}>
            <p class="second">{ctx.t('certificate.clearWhy')}</p>
            <TextField name="confirm" label={ctx.t('certificate.confirm')} maxLength={64} spellcheck={false} />
            <Button kind="danger" needs="settings:write">
              {ctx.t('certificate.clear')}
            </Button>
          </PostForm>
        </details>
      )}
    </Panel>
  );
};

/** Which certificate callers see, setting one of the plant, and the way back. */
export const ServerCertificate = ({ ctx, shown, values, errors }: ServerCertificateProps) => {
  const labels = {
    certificate: ctx.t('certificate.chain'),
    key: ctx.t('certificate.key'),
    authority: ctx.t('certificate.authority'),
    confirm: ctx.t('certificate.confirm'),
  };
  return (
    <Page ctx={ctx} title={ctx.t('common.certificate')} sub={ctx.t('certificate.sub')}>
      <ErrorSummary errors={errors} labels={labels} />
      <StateNotice ctx={ctx} shown={shown} />
      <Callers ctx={ctx} shown={shown} />
      <div class="grid">
        <Held ctx={ctx} shown={shown} errors={errors} />
        <Panel title={ctx.t('certificate.set')} span={7} body>
          <p class="second">{ctx.t('certificate.setWhy')}</p>
          <PostForm action={paths.certificate()} class="form" errors={errors}>
            <AreaField
              name="certificate"
              label={labels.certificate}
              hint={ctx.t('certificate.chainHint')}
              value={values.certificate}
              maxLength={maxPem}
            />
            <AreaField name="key" label={labels.key} hint={ctx.t('certificate.keyHint')} maxLength={maxPem} />
            <AreaField
              name="authority"
              label={labels.authority}
              hint={ctx.t('certificate.authorityHint')}
              value={values.authority}
              maxLength={maxPem}
            />
            <div>
              <Button kind="primary" needs="settings:write">
                {ctx.t('certificate.set')}
              </Button>
            </div>
          </PostForm>
        </Panel>
      </div>
    </Page>
  );
};
