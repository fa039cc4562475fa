import { LinkButton } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { DecisionMark } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Count } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Decision } from '../model.ts';
import { paths } from '../paths.ts';

type ControllerGroupRow = {
  readonly vendor: string;
  readonly family: string;
  readonly controllers: number;
  readonly versions: readonly { readonly firmware: string; readonly controllers: number }[];
  readonly advisories: number;
  readonly affected: number;
  readonly review: number;
  readonly worst: Decision | null;
};

/** Controllers by family or by vendor: how many, in which versions, what advisories say of them. */
export const ControllerGroups = ({
  ctx,
  by,
  rows,
}: {
  ctx: Ctx;
  by: 'family' | 'vendor';
  rows: readonly ControllerGroupRow[];
}) => {
  const title = by === 'family' ? ctx.t('cfind.familiesTitle') : ctx.t('cfind.vendorsTitle');
  const link = (row: ControllerGroupRow, verdict: 'affected' | 'review'): string =>
    paths.controllerFindings({ vendor: row.vendor, ...(by === 'family' ? { family: row.family } : {}), verdict });
  return (
    <Page ctx={ctx} title={title} sub={ctx.t('cfind.groupSub', { groups: rows.length })}>
      <div class="row">
        <nav class="seg" aria-label={title}>
          <a href={paths.controllerFamilies()} aria-current={by === 'family' ? 'page' : undefined}>
            {ctx.t('cfind.families')}
          </a>
          <a href={paths.controllerVendors()} aria-current={by === 'vendor' ? 'page' : undefined}>
            {ctx.t('cfind.vendors')}
          </a>
        </nav>
      </div>
      <Panel>
        {rows.length === 0 ? (
          <Empty
            title={ctx.t('controllers.none')}
            action={<LinkButton href={paths.controllerImports()}>{ctx.t('controllers.import')}</LinkButton>}
          >
            {ctx.t('controllers.noneWhy')}
          </Empty>
        ) : (
          <DataTable<(typeof rows)[number]>
            caption={title}
            rows={rows}
            records="labelled"
            columns={[
              ...(by === 'family'
                ? [
                    column('family', ctx.t('cfind.family'), { head: true, any: true }, (row: ControllerGroupRow) =>
                      row.family === '' ? ctx.t('cfind.noFamily') : <span translate="no">{row.family}</span>,
                    ),
                  ]
                : []),
              {
                key: 'vendor',
                label: ctx.t('field.vendor'),
                ...(by === 'vendor' ? { head: true } : {}),
                any: true,
                cell: (row: ControllerGroupRow) =>
                  row.vendor === '' ? ctx.t('cfind.noVendor') : <span translate="no">{row.vendor}</span>,
              },
              column('controllers', ctx.t('nav.controllers'), { num: true }, (row: ControllerGroupRow) => (
                <Count n={row.controllers} />
              )),
              column('versions', ctx.t('cfind.versions'), { any: true }, (row: ControllerGroupRow) => (
                <>
                  {row.versions.map(({ firmware, controllers: n }, index) => (
                    <>
                      {index === 0 ? null : ', '}
                      {firmware === '' ? ctx.t('cfind.noVersion') : <span translate="no">{firmware}</span>}{' '}
                      <span class="second">{ctx.fmt.number(n)}</span>
                    </>
                  ))}
                </>
              )),
              column('advisories', ctx.t('common.advisories'), { num: true }, (row: ControllerGroupRow) => (
                <Count n={row.advisories} />
              )),
              column('affected', ctx.t('cfind.verdict.affected'), { num: true }, (row: ControllerGroupRow) => (
                <Count n={row.affected} href={row.affected === 0 ? undefined : link(row, 'affected')} />
              )),
              column('review', ctx.t('cfind.verdict.review'), { num: true }, (row: ControllerGroupRow) => (
                <Count n={row.review} href={row.review === 0 ? undefined : link(row, 'review')} />
              )),
              column('worst', ctx.t('common.decision'), { fit: true }, (row: ControllerGroupRow) =>
                row.worst === null ? '–' : <DecisionMark decision={row.worst} />,
              ),
            ]}
          />
        )}
      </Panel>
    </Page>
  );
};
