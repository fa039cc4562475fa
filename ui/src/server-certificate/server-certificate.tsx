import type { Child } from 'hono/jsx';
import { LinkButton } from '../components/form.tsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
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
  /** Forms. */
  readonly set: Child;
  readonly clear: Child;
  /** The form that clears it was refused. */
  readonly clears: boolean;
};

const soonDays = 30;

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

const Held = ({ ctx, shown, clear, clears }: Omit<ServerCertificateProps, 'set'>) => {
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
        <details open={clears}>
          <summary>{ctx.t('op.certificate.clear.do')}</summary>
          {clear}
        </details>
      )}
    </Panel>
  );
};

/** Which certificate callers see, setting one of the plant, and the way back. */
export const ServerCertificate = ({ ctx, shown, set, clear, clears }: ServerCertificateProps) => (
  <Page ctx={ctx} title={ctx.t('common.certificate')} sub={ctx.t('certificate.sub')}>
    <StateNotice ctx={ctx} shown={shown} />
    <Callers ctx={ctx} shown={shown} />
    <div class="grid">
      <Held ctx={ctx} shown={shown} clear={clear} clears={clears} />
      <Panel title={ctx.t('op.certificate.set.do')} span={7} body>
        {set}
      </Panel>
    </div>
  </Page>
);
