import type { Child } from 'hono/jsx';
import { useCtx } from '../context.ts';
import type { When } from '../model.ts';
import { LinkButton } from './form.tsx';
import { Notice, Panel } from './panel.tsx';
import { DataTable } from './table.tsx';

/** A form was sent after another person saved: who and when, and the fields in which both differ. */
export type ChangedMeanwhile<Shown = Child> = {
  readonly who: string;
  readonly at: When;
  readonly rows: readonly { readonly label: Child; readonly theirs: Shown; readonly mine: Shown }[];
};

/** Both versions of what two people changed at once; the form below it is mine, `theirs` leads to the other. */
export const Meanwhile = ({ changed, theirs }: { changed: ChangedMeanwhile; theirs: string }) => {
  const ctx = useCtx();
  return (
    <>
      <Notice
        level="warning"
        title={ctx.t('objects.meanwhile', { who: changed.who, at: ctx.fmt.dateTime(changed.at) })}
        alert
      >
        {ctx.t('objects.meanwhileWhy')}
      </Notice>
      <Panel foot={<LinkButton href={theirs}>{ctx.t('objects.useTheirs')}</LinkButton>}>
        {changed.rows.length === 0 ? null : (
          <DataTable
            caption={ctx.t('objects.versions')}
            rows={changed.rows}
            records="labelled"
            columns={[
              { key: 'field', label: ctx.t('common.field'), head: true, cell: (row) => row.label },
              { key: 'theirs', label: ctx.t('objects.theirs'), any: true, cell: (row) => row.theirs },
              { key: 'mine', label: ctx.t('objects.mine'), any: true, cell: (row) => row.mine },
            ]}
          />
        )}
      </Panel>
    </>
  );
};
