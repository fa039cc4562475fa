import { LinkButton } from '../components/form.tsx';
import { Empty } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';

/** A list without findings says what that is worth: without advisories nothing, where devices are not judged little. */
export const NoFindings = ({
  ctx,
  hasAdvisories,
  notJudged,
}: {
  ctx: Ctx;
  hasAdvisories: boolean;
  /** Devices of which some or all is judged by no feed. */
  notJudged: number;
}) =>
  hasAdvisories ? (
    <Empty title={ctx.t(notJudged === 0 ? 'vuln.none' : 'vuln.noneJudged')}>
      {notJudged === 0 ? ctx.t('vuln.noneWhy') : ctx.t('vuln.notJudged', { n: notJudged })}
    </Empty>
  ) : (
    <Empty
      title={ctx.t('common.noAdvisoriesShort')}
      action={<LinkButton href={paths.exchangeReceive()}>{ctx.t('exchange.importBundle')}</LinkButton>}
    >
      {ctx.t('vuln.noAdvisoriesWhy')}
    </Empty>
  );
