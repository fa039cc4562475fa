import type { Child } from 'hono/jsx';
import { panelAnchor } from '../anchors.ts';
import { useCtx } from '../context.ts';
import { To } from './text.tsx';

// One thing beside its list: from 1200 px both stand there, below it the panel has the page to itself. What stands in a panel stands
// on the page of the thing, too. Links carry the place that takes the focus: the title on the way in, the row on the way back.

/** Where a thing stands among the others of its list, with the addresses of its neighbours. */
export type PanelPlace = {
  /** In words: item 2 of 14. */
  readonly at?: string | undefined;
  readonly previous?: string | undefined;
  readonly next?: string | undefined;
};

/** The links through the list; `page` and `shut` are absent on the page of the thing. */
export const PanelNav = ({ place, page, shut }: { place: PanelPlace; page?: string; shut?: string | undefined }) => {
  const ctx = useCtx();
  return (
    <nav class="row" aria-label={ctx.t('panel.place')}>
      {place.at === undefined ? null : <span>{place.at}</span>}
      {place.previous === undefined ? null : (
        <a rel="prev" href={place.previous}>
          {ctx.t('panel.previous')}
        </a>
      )}
      {place.next === undefined ? null : (
        <a rel="next" href={place.next}>
          {ctx.t('panel.next')}
        </a>
      )}
      {page === undefined ? null : <a href={page}>{ctx.t('panel.page')}</a>}
      {shut === undefined ? null : (
        <a href={shut} data-shut="">
          {ctx.t('common.close')}
        </a>
      )}
    </nav>
  );
};

/** A list, and the panel that is open beside it. */
export const Beside = ({ children }: { children: Child }) => <div class="beside">{children}</div>;

/** A panel beside a list. */
export const SidePanel = ({
  title,
  isName,
  state,
  place,
  page,
  shut,
  children,
}: {
  title: Child;
  /** The title is a name: it is not translated. */
  isName?: boolean;
  state: Child;
  place: PanelPlace;
  /** The page of the thing. */
  page: string;
  /** The list without the panel. */
  shut: string;
  children: Child;
}) => (
  <aside class="panel side" aria-labelledby={panelAnchor}>
    <div class="part">
      <PanelNav place={place} page={page} shut={shut} />
      <h2 id={panelAnchor} tabindex={-1} translate={isName ? 'no' : undefined}>
        {title}
      </h2>
      {state}
    </div>
    {children}
  </aside>
);

/** The parts of a panel on the page of the thing; its hidden heading stands where the panel has its title. */
export const PanelPage = ({ title, children }: { title: Child; children: Child }) => (
  <section class="panel side">
    <h2 class="vh">{title}</h2>
    {children}
  </section>
);

/** A part of a panel under its heading. */
export const PanelPart = ({ title, context, children }: { title: Child; context?: Child; children: Child }) => (
  <section class="part">
    <h3>
      {title}
      {context === undefined ? null : <span>{context}</span>}
    </h3>
    {children}
  </section>
);

/** The foot of a panel, which stays in sight: what can be done, what follows, the buttons. */
export const PanelActions = ({ children }: { children: Child }) => <div class="part act">{children}</div>;

/** A thing by name that an action is for. */
export type Target = {
  readonly id: string;
  readonly name: string;
  readonly href?: string | undefined;
  readonly note?: Child;
  /** Why the action leaves it out. */
  readonly out?: string | undefined;
};

/** Targets by name, those that are left out first, with the reason; a box for each that a form takes. */
export const Targets = ({
  targets,
  form,
  name,
}: {
  targets: readonly Target[];
  /** The form that takes them, and its field; without one they are only named. */
  form?: string;
  name?: string;
}) => {
  const ctx = useCtx();
  return (
    <ul class="targets">
      {targets
        .toSorted((a, b) => Number(a.out === undefined) - Number(b.out === undefined))
        .map((target) => (
          <li>
            {form === undefined ? null : (
              <input
                type="checkbox"
                class="pick"
                form={form}
                name={name}
                value={target.id}
                checked={target.out === undefined}
                disabled={target.out !== undefined}
                aria-label={ctx.t('list.selectRow', { name: target.name })}
              />
            )}
            {target.href === undefined ? (
              <span translate="no">{target.name}</span>
            ) : (
              <To href={target.href} translate="no">
                {target.name}
              </To>
            )}
            <span class={target.out === undefined ? 'second' : 'warn'}>{target.out ?? target.note}</span>
          </li>
        ))}
    </ul>
  );
};
