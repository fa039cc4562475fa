import { Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { placeOf, workspaces } from '../frame/navigation.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';

/** A page that is opened without naming a thing. */
type NamedPage = { readonly title: string; readonly href: string };

const Group = ({ title, lines }: { title: string; lines: readonly (readonly NamedPage[])[] }) =>
  lines.length === 0 ? null : (
    <Panel title={title}>
      <div class="op">
        <ul>
          {lines.map((pages) => (
            <li>
              {pages.map(({ title: name, href }, at) => (
                <>
                  {at === 0 ? null : ', '}
                  <a href={href}>{at === 0 ? <strong>{name}</strong> : name}</a>
                </>
              ))}
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );

/** Every page that the reader may open, under the workspace and the entry of the navigation that it belongs to. */
export const AllPages = ({ ctx, pages }: { ctx: Ctx; pages: readonly NamedPage[] }) => {
  const under = Map.groupBy(pages, ({ href }) => placeOf(href)?.entry.key);
  return (
    <Page
      ctx={ctx}
      title={ctx.t('help.pages')}
      crumbs={[{ label: ctx.t('help.link'), href: paths.help() }]}
      sub={ctx.t('help.pagesSub', { n: pages.length })}
    >
      {workspaces.map(({ name, entries }) => (
        <Group
          title={ctx.tDynamic(name)}
          lines={entries.flatMap(({ key, href }) => {
            const all = under.get(key) ?? [];
            const [own, further] = [all.filter((one) => one.href === href), all.filter((one) => one.href !== href)];
            return all.length === 0 ? [] : [[...own, ...further]];
          })}
        />
      ))}
      <Group title={ctx.t('help.pagesBar')} lines={(under.get(undefined) ?? []).map((one) => [one])} />
    </Page>
  );
};
