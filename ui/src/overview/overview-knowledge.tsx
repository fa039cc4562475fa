import { ageColumns } from '../components/knowledge.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { DataTable } from '../components/table.tsx';
import { paths } from '../paths.ts';
import type { OverviewProps } from './overview-model.ts';

/** How old each source is, against its limit. */
export const OverviewKnowledge = ({ ctx, knowledge }: Pick<OverviewProps, 'ctx' | 'knowledge'>) => {
  const { feed, bar, age, limit } = ageColumns(ctx, knowledge, ctx.t('overview.age'));
  return (
    <Panel
      title={ctx.t('overview.knowledge')}
      context={ctx.t('overview.perSource')}
      span={5}
      link={<a href={paths.exchange()}>{ctx.t('overview.sources')}</a>}
    >
      {knowledge.length === 0 ? (
        <Empty title={ctx.t('common.noAdvisoriesShort')}>{ctx.t('overview.noKnowledgeWhy')}</Empty>
      ) : (
        <DataTable
          ctx={ctx}
          plain
          caption={ctx.t('overview.knowledge')}
          rows={knowledge}
          columns={[feed, bar, age, limit]}
        />
      )}
    </Panel>
  );
};
